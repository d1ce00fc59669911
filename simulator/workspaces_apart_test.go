package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
)

// everythingOf is all that can be seen of a simulator which another one must not change.
func everythingOf(ctx context.Context, c client.Client) string {
	GinkgoHelper()
	var all []any
	add := func(v any, err error) {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
		all = append(all, v)
	}
	movements, err := c.Movements(ctx, client.MovementQuery{})
	add(movements, err)
	for _, m := range movements.Movements {
		v, err := c.Movement(ctx, m.ID)
		add(v, err)
	}
	boxes, err := c.Boxes(ctx)
	add(boxes, err)
	for _, b := range boxes {
		v, err := c.Notifications(ctx, b.ID, client.NotificationQuery{})
		add(v, err)
	}
	apps, err := c.Applications(ctx)
	add(apps, err)
	library, err := c.Scenarios(ctx)
	add(len(library.Scenarios), err)
	now, err := c.Clock(ctx)
	add(now, err)
	snapshots, err := c.Snapshots(ctx)
	add(snapshots, err)
	text, err := json.Marshal(all)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

var _ = Describe("A workspace", func() {
	It("cannot be seen or changed by another one, whatever is called there with its ids", func(ctx SpecContext) {
		host := hosting()
		victim, err := host.Workspace(ctx, "victim", func(c *simulator.Config) { c.Seed = 1001 })
		Expect(err).NotTo(HaveOccurred())
		attacker, err := host.Workspace(ctx, "attacker", func(c *simulator.Config) { c.Seed = 2002 })
		Expect(err).NotTo(HaveOccurred())

		const secret = "SECRET-OF-VICTIM"
		status, body := declaredAt(ctx, victim.URL(), secret)
		Expect(status).To(Equal(http.StatusAccepted), body)
		Expect(victim.Settle(ctx)).To(Succeed())
		var made struct{ DepartureID, MessageID, BoxID string }
		Expect(json.Unmarshal([]byte(body), &made)).To(Succeed())
		v := victim.Client()
		_, err = v.SaveSnapshot(ctx, client.NewSnapshot{Name: "secret-of-victim"})
		Expect(err).NotTo(HaveOccurred())
		_, err = v.PutScenario(ctx, "VICTIMS", []byte("id: VICTIMS\ntitle: "+secret+"\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"))
		Expect(err).NotTo(HaveOccurred())
		app := "applications:\n  - {clientId: " + strings.ToLower(secret) + ", clientSecrets: [victims-client-secret]}\n"
		_, err = v.PutApplications(ctx, []byte(app))
		Expect(err).NotTo(HaveOccurred())
		notifications, err := v.Notifications(ctx, made.BoxID, client.NotificationQuery{})
		Expect(err).NotTo(HaveOccurred())
		notification := "none"
		if len(notifications.Notifications) > 0 {
			notification = notifications.Notifications[0].ID
		}
		before := everythingOf(ctx, v)

		ids := strings.NewReplacer("{movement}", made.DepartureID, "{message}", made.MessageID, "{box}", made.BoxID, "{notification}", notification,
			"{scenario}", "VICTIMS", "{application}", strings.ToLower(secret), "{snapshot}", "secret-of-victim", "{workspace}", "victim",
			"{number}", "1", "{run}", "1", "{grn}", "24GB0000010000031", "{user}", "1", "{kind:departures|arrivals}", "departures", "{kind:arrivals}", "arrivals")
		calls := []string{
			"GET /customs/transits/movements/departures", "GET /customs/transits/movements/departures/{movement}",
			"GET /customs/transits/movements/departures/{movement}/messages", "GET /customs/transits/movements/departures/{movement}/messages/{message}",
			"GET /customs/transits/movements/departures/{movement}/messages/{message}/body", "POST /customs/transits/movements/departures/{movement}/messages",
			"POST /test/customs/transits/movements/departures/{movement}/messages", "GET /customs/transits/movements/push-pull-notifications/box",
			"GET /misc/push-pull-notification/box", "GET /misc/push-pull-notification/box/{box}/notifications",
			"PUT /misc/push-pull-notification/box/{box}/notifications/acknowledge", "PUT /misc/push-pull-notification/box/{box}/callback",
			"GET /workspaces/victim/simulator/v1/movements", "GET /../victim/simulator/v1/movements", "GET /%2e%2e/victim/simulator/v1/movements",
		}
		for _, r := range (&control.API{}).Routes() {
			if r.Path != "/simulator/v1/events" { // a stream; its entries are those of the journal
				calls = append(calls, r.Method+" "+r.Path)
			}
		}
		for _, call := range calls {
			method, path, _ := strings.Cut(ids.Replace(call), " ")
			for _, content := range []string{"{}", `{"messageType":"IE060"}`, `{"action":"release"}`} {
				r, err := http.NewRequestWithContext(ctx, method, attacker.URL()+"/", bytes.NewReader([]byte(content)))
				Expect(err).NotTo(HaveOccurred())
				r.URL.Opaque = "//" + r.URL.Host + "/workspaces/attacker" + path // as it stands, dots and all
				r.Header = http.Header{
					"Accept": {"application/vnd.hmrc.2.1+json"}, "Content-Type": {"application/json"}, "Authorization": {"Bearer GB123456789012"},
					client.WorkspaceHeader: {"victim"},
				}
				status, body := answerTo(r)
				Expect(status).NotTo(BeNumerically("==", http.StatusInternalServerError), call+": "+body)
				Expect(body).NotTo(ContainSubstring(secret), call)
				Expect(body).NotTo(ContainSubstring("victims-client-secret"), call)
			}
		}
		Expect(everythingOf(ctx, v)).To(Equal(before))
	}, SpecTimeout(2*time.Minute))

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
		Eventually(goruntime.NumGoroutine, "10s").Should(BeNumerically("<=", before+10)) // idle connections end in their own time
	}, SpecTimeout(time.Minute))

	It("takes nothing more when its store is as large as it may be, and the others do", func(ctx SpecContext) {
		host := hosting(func(c *simulator.Config) { c.WorkspaceSize = 1 })
		var status int
		for n := 0; n < 500; n++ {
			if status, _ = declaredAt(ctx, host.URL()+"/workspaces/full", fmt.Sprintf("FULL-%d", n)); status != http.StatusAccepted {
				break
			}
		}
		Expect(status).To(Equal(http.StatusInternalServerError))
		status, body := declaredAt(ctx, host.URL()+"/workspaces/other", "OTHER")
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
