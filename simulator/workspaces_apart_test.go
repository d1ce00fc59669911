package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.uber.org/goleak"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
)

// openFiles is how many descriptors the process has, 0 where nobody says.
func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

var _ = Describe("A workspace", func() {
	It("is deleted whole while it is called, and nobody else notices", func(ctx SpecContext) {
		host := hosting(func(c *simulator.Config) { c.Workspaces = simulator.WorkspacesExplicit })
		_, err := host.Workspace(ctx, "stays")
		Expect(err).NotTo(HaveOccurred())
		before := goruntime.NumGoroutine()
		for round := range 3 {
			name := fmt.Sprintf("goes-%d", round)
			goes, err := host.Workspace(ctx, name)
			Expect(err).NotTo(HaveOccurred())
			var accepted, other atomic.Int64
			var clients sync.WaitGroup
			stop := make(chan struct{})
			for i := range 8 {
				clients.Go(func() {
					defer GinkgoRecover()
					for n := 0; ; n++ {
						select {
						case <-stop:
							return
						default:
						}
						status, _ := declaredAt(ctx, goes.URL(), fmt.Sprintf("GOES-%d-%d", i, n))
						switch status {
						case http.StatusAccepted:
							accepted.Add(1)
						case http.StatusNotFound:
							return
						default:
							other.Add(1)
						}
					}
				})
			}
			Eventually(accepted.Load).Should(BeNumerically(">", 5))
			Expect(host.DeleteWorkspace(ctx, name)).To(Succeed())
			status, body := declaredAt(ctx, host.URL()+"/workspaces/stays", fmt.Sprintf("STAYS-%d", round))
			Expect(status).To(Equal(http.StatusAccepted), body)
			close(stop)
			clients.Wait()
			_, err = host.Client().Workspace(ctx, name)
			Expect(client.IsNotFound(err)).To(BeTrue())
		}
		client.DefaultHTTP.CloseIdleConnections()
		Eventually(goruntime.NumGoroutine).Should(BeNumerically("<=", before+10)) // idle connections end in their own time
	}, SpecTimeout(time.Minute))

	It("has its turn at the offices after one of another workspace, however many wait there", func(ctx SpecContext) {
		tier.Slow()
		host := hosting()
		flooding, err := host.Workspace(ctx, "flooding")
		Expect(err).NotTo(HaveOccurred())
		quiet, err := host.Workspace(ctx, "quiet")
		Expect(err).NotTo(HaveOccurred())
		work, places := host.Work(), int64(host.Work().Places())
		everything, err := work.AcquireMany(ctx, places) // no office does anything
		Expect(err).NotTo(HaveOccurred())

		const flood = 500
		var clients sync.WaitGroup
		for i := range 10 {
			clients.Go(func() {
				defer GinkgoRecover()
				for n := range flood / 10 {
					status, body := declaredAt(ctx, flooding.URL(), fmt.Sprintf("FLOOD-%d-%d", i, n))
					Expect(status).To(Equal(http.StatusAccepted), body)
				}
			})
		}
		clients.Wait()
		status, body := declaredAt(ctx, quiet.URL(), "QUIET")
		Expect(status).To(Equal(http.StatusAccepted), body)
		Eventually(work.Parties).Should(Equal(3)) // this spec, and two whose workers wait

		// Who has just had a turn is the last in the order: when everything is there again, each of the others has had one.
		again := make(chan func())
		go func() {
			defer GinkgoRecover()
			release, err := work.AcquireMany(ctx, places)
			Expect(err).NotTo(HaveOccurred())
			again <- release
		}()
		Eventually(work.Parties).Should(Equal(3))
		Eventually(func() int { return work.Waiting(nil) }).Should(Equal(1))
		everything()
		release := sync.OnceFunc(<-again)
		defer release()
		Eventually(func(g Gomega) {
			handled, err := quiet.Client().Movements(ctx, client.MovementQuery{})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(handled.Movements).To(HaveExactElements(HaveField("Messages", BeNumerically(">", 1))))
		}).Should(Succeed())
		others, err := flooding.Client().Movements(ctx, client.MovementQuery{State: "SUBMITTED"})
		Expect(err).NotTo(HaveOccurred())
		Expect(flood - others.Total).To(BeNumerically("<=", places))
		release()
	}, SpecTimeout(2*time.Minute))

	It("gives everything back when it is deleted: descriptors, goroutines, files", func(ctx SpecContext) {
		tier.Slow()
		host := hosting(func(c *simulator.Config) { c.Data = GinkgoT().TempDir() })
		use := func(name string) {
			defer GinkgoRecover()
			status, body := declaredAt(ctx, host.URL()+"/workspaces/"+name, "USED")
			Expect(status).To(Equal(http.StatusAccepted), body)
			w := host.Client().In(name)
			_, err := w.Settle(ctx, time.Minute)
			Expect(err).NotTo(HaveOccurred())
			_, err = w.SaveSnapshot(ctx, client.NewSnapshot{Name: "taken"})
			Expect(err).NotTo(HaveOccurred())
			Expect(w.Follow(ctx, client.Events{After: "0", Take: func(movement.Entry) (bool, error) { return false, nil }})).To(Succeed())
			Expect(host.DeleteWorkspace(ctx, name)).To(Succeed())
		}
		use("first") // what is made once for all of them is there
		client.DefaultHTTP.CloseIdleConnections()
		before := goleak.IgnoreCurrent()
		open := openFiles()
		for round := range 5 {
			var all sync.WaitGroup
			for i := range 10 {
				all.Go(func() { use(fmt.Sprintf("used-%d-%d", round, i)) })
			}
			all.Wait()
		}
		client.DefaultHTTP.CloseIdleConnections()
		Eventually(func() error { return goleak.Find(before, suite.Ginkgos) }, "30s").Should(Succeed())
		Eventually(openFiles, "30s").Should(BeNumerically("<=", open))
		Expect(os.ReadDir(filepath.Join(host.Folder(), "workspaces"))).To(BeEmpty())
	}, SpecTimeout(2*time.Minute))

	It("is one and the same for all who ask for it while it is deleted and made again", func(ctx SpecContext) {
		tier.Slow()
		host := hosting(func(c *simulator.Config) { c.WorkspaceTTL = time.Hour })
		stop := make(chan struct{})
		var clients sync.WaitGroup
		var answered atomic.Int64
		for i := range 4 {
			clients.Go(func() {
				defer GinkgoRecover()
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					status, body := declaredAt(ctx, host.URL()+"/workspaces/again", fmt.Sprintf("AGAIN-%d-%d", i, n))
					// One that was being answered when it was deleted is given up; every other one is accepted.
					Expect(status).To(Or(Equal(http.StatusAccepted), Equal(http.StatusServiceUnavailable), Equal(http.StatusInternalServerError)), body)
					answered.Add(1)
				}
			})
		}
		for range 10 {
			before := answered.Load()
			Eventually(answered.Load).Should(BeNumerically(">", before))
			if err := host.DeleteWorkspace(ctx, "again"); !client.IsNotFound(err) {
				Expect(err).NotTo(HaveOccurred())
			}
			if _, err := host.Client().MakeWorkspace(ctx, "again", client.WorkspaceOptions{}); err != nil {
				Expect(err).To(HaveField("Code", "WORKSPACE_EXISTS"))
			}
		}
		close(stop)
		clients.Wait()
		status, body := declaredAt(ctx, host.URL()+"/workspaces/again", "LAST")
		Expect(status).To(Equal(http.StatusAccepted), body)
		list, err := host.Client().Workspaces(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Workspaces).To(HaveLen(2))
	}, SpecTimeout(2*time.Minute))

	It("takes nothing more when its store is as large as it may be, and the others do", func(ctx SpecContext) {
		host := hosting(func(c *simulator.Config) { c.WorkspaceSize = 1 })
		var status int
		var body string
		for n := 0; n < 500; n++ {
			if status, body = declaredAt(ctx, host.URL()+"/workspaces/full", fmt.Sprintf("FULL-%d", n)); status != http.StatusAccepted {
				break
			}
		}
		Expect(status).To(Equal(http.StatusServiceUnavailable))
		Expect(body).To(Equal(`{"code":"SERVER_ERROR","message":"Service unavailable"}`))

		By("telling the user of the simulator why")
		full := host.Client().In("full")
		asked, err := full.Requests(ctx, client.ExchangeQuery{Status: "503", Limit: 1})
		Expect(err).NotTo(HaveOccurred())
		Expect(asked.Requests).To(HaveExactElements(HaveField("Remark", And(ContainSubstring("the 1048576 bytes that it may have"), ContainSubstring("--workspace-size")))))
		Expect(host.Client().Workspace(ctx, "full")).To(HaveField("Full", true))
		for n := 0; n < 10_000 && err == nil; n++ {
			_, err = full.MakeBox(ctx, client.BoxOrder{ClientID: fmt.Sprintf("client-%d", n), APIVersion: "2.1"})
		}
		Expect(err).To(And(HaveField("Status", http.StatusInsufficientStorage), HaveField("Code", "STORE_FULL"), HaveField("Hint", ContainSubstring("delete movements"))))

		By("not keeping the others from anything")
		status, body = declaredAt(ctx, host.URL()+"/workspaces/other", "OTHER")
		Expect(status).To(Equal(http.StatusAccepted), body)
		Expect(host.Client().Workspace(ctx, "other")).To(HaveField("Full", false))

		By("taking more when something in it was deleted, and after a reset")
		list, err := full.Movements(ctx, client.MovementQuery{Limit: 1000})
		Expect(err).NotTo(HaveOccurred())
		for _, m := range list.Movements[:len(list.Movements)/2] {
			Expect(full.Forget(ctx, m.ID)).To(Succeed())
		}
		status, body = declaredAt(ctx, host.URL()+"/workspaces/full", "AGAIN")
		Expect(status).To(Equal(http.StatusAccepted), body)
		Expect(host.Client().Workspace(ctx, "full")).To(HaveField("Full", false))
		for n := 0; status == http.StatusAccepted; n++ {
			status, _ = declaredAt(ctx, host.URL()+"/workspaces/full", fmt.Sprintf("FULL-AGAIN-%d", n))
		}
		Expect(host.Client().Workspace(ctx, "full")).To(HaveField("Full", true))
		Expect(full.Reset(ctx)).To(Succeed())
		status, body = declaredAt(ctx, host.URL()+"/workspaces/full", "AFTER-RESET")
		Expect(status).To(Equal(http.StatusAccepted), body)
	}, SpecTimeout(time.Minute))

	It("is there again after a restart, with the way that it was made", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		open := func() *simulator.Simulator {
			return hosting(func(c *simulator.Config) { c.Data, c.Durability = dir, simulator.DurabilityOS })
		}
		first := open()
		_, err := first.Client().MakeWorkspace(ctx, "kept", client.WorkspaceOptions{Settings: map[string]string{"seed": "7"}, TTL: "1h"})
		Expect(err).NotTo(HaveOccurred())
		status, body := declaredAt(ctx, first.URL()+"/workspaces/kept", "KEPT")
		Expect(status).To(Equal(http.StatusAccepted), body)
		Expect(first.Close(ctx)).To(Succeed())
		second := open()
		w, err := second.Client().Workspace(ctx, "kept")
		Expect(err).NotTo(HaveOccurred())
		Expect(w).To(And(HaveField("Seed", uint64(7)), HaveField("Movements", 1), HaveField("TTL", "1h")))
		Expect(second.DeleteWorkspace(ctx, "kept")).To(Succeed())
		_, err = os.Stat(filepath.Join(dir, "workspaces", "kept"))
		Expect(os.IsNotExist(err)).To(BeTrue())
	})

	It("can be one of 200", func(ctx SpecContext) {
		tier.Slow()
		host := hosting()
		for i := range 200 {
			_, err := host.Workspace(ctx, fmt.Sprintf("w-%d", i))
			Expect(err).NotTo(HaveOccurred())
		}
		status, body := declaredAt(ctx, host.URL()+"/workspaces/w-199", "LAST")
		Expect(status).To(Equal(http.StatusAccepted), body)
		_, err := host.Client().MakeWorkspace(ctx, "one-more", client.WorkspaceOptions{})
		Expect(err).To(HaveField("Code", "TOO_MANY_WORKSPACES"))
	}, SpecTimeout(time.Minute))
})

// BenchmarkWorkspace is what a fresh workspace takes until it can be called, and what it keeps of the heap.
func BenchmarkWorkspace(b *testing.B) {
	ctx := context.Background()
	host := simulator.RunT(b, func(c *simulator.Config) {
		c.Workspaces, c.WorkspaceLimit = simulator.WorkspacesExplicit, 1_000_000
	})
	if _, err := host.Workspace(ctx, "first"); err != nil {
		b.Fatal(err)
	}
	heap := func() uint64 {
		var m goruntime.MemStats
		goruntime.GC()
		goruntime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before, n := heap(), 0
	for b.Loop() {
		if _, err := host.Workspace(ctx, fmt.Sprintf("w-%d", n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(heap()-before)/float64(n)/1024, "KB/workspace")
}
