package simulator_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
)

// still configures a simulator whose clock stands.
func still(c *simulator.Config) {
	c.Profile, c.Clock, c.Now = "fast", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
}

var _ = Describe("Snapshots", func() {
	declare := func(ctx context.Context, sim *simulator.Simulator, lrn string) client.MovementDetail {
		GinkgoHelper()
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: lrn})
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		return m
	}

	It("begin another simulator that goes on as this one does", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still, func(c *simulator.Config) { c.Seed = 42 })
		declare(ctx, sim, "BEFORE1")
		_, err := sim.Advance(ctx, time.Second)
		Expect(err).NotTo(HaveOccurred())
		var file bytes.Buffer
		Expect(sim.WriteSnapshot(ctx, &file)).To(Succeed())
		path := filepath.Join(GinkgoT().TempDir(), "fork.snapshot")
		Expect(os.WriteFile(path, file.Bytes(), 0o600)).To(Succeed())
		fork := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.From = path })
		for _, s := range []*simulator.Simulator{sim, fork} {
			declare(ctx, s, "AFTER1")
			_, err := s.Advance(ctx, time.Minute)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(picture(ctx, fork)).To(Equal(picture(ctx, sim)))
	})

	It("put everything back, and can be undone", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still)
		c := sim.Client()
		declare(ctx, sim, "FIRST1")
		_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "first"})
		Expect(err).NotTo(HaveOccurred())
		before := picture(ctx, sim)
		declare(ctx, sim, "SECOND1")
		_, err = sim.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		after := picture(ctx, sim)

		restored, err := sim.Restore(ctx, "first")
		Expect(err).NotTo(HaveOccurred())
		Expect(restored).To(And(HaveField("Restored", "first"), HaveField("Undo", "undo-1")))
		Expect(picture(ctx, sim)).To(Equal(before))
		declare(ctx, sim, "SECOND1")
		_, err = sim.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		Expect(picture(ctx, sim)).To(Equal(after), "it goes on as it did the first time")

		restored, err = sim.Restore(ctx, "undo")
		Expect(err).NotTo(HaveOccurred())
		Expect(restored.Restored).To(Equal("undo-1"))
		Expect(picture(ctx, sim)).To(Equal(after))
	})

	It("are taken before a reset", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still)
		c := sim.Client()
		Expect(c.Reset(ctx)).To(Succeed())
		Expect(c.Snapshots(ctx)).To(HaveField("Snapshots", BeEmpty()), "there was nothing to be forgotten")
		declare(ctx, sim, "FIRST1")
		before := picture(ctx, sim)
		Expect(c.Reset(ctx)).To(Succeed())
		Expect(c.Snapshots(ctx)).To(HaveField("Snapshots", ConsistOf(HaveField("Reason", "before a reset"))))
		_, err := sim.Restore(ctx, "undo")
		Expect(err).NotTo(HaveOccurred())
		Expect(picture(ctx, sim)).To(Equal(before))
	})
})

// picture is what the control API shows of a simulator, byte for byte.
func picture(ctx context.Context, sim *simulator.Simulator) map[string]string {
	GinkgoHelper()
	seen := map[string]string{}
	get := func(path string) string {
		answer, err := client.Request{Method: "GET", URL: sim.ControlURL() + "/simulator/v1" + path}.Do(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Status).To(Equal(200), "%s: %s", path, answer.Body)
		seen[path] = string(answer.Body)
		return seen[path]
	}
	for _, path := range []string{"/clock", "/boxes", "/applications", "/guarantees", "/scenarios", "/coverage"} {
		get(path)
	}
	list, err := sim.Client().Movements(ctx, client.MovementQuery{Limit: 1000})
	Expect(err).NotTo(HaveOccurred())
	get("/movements?limit=1000")
	for _, m := range list.Movements {
		get("/movements/" + m.ID)
		detail, err := sim.Client().Movement(ctx, m.ID)
		Expect(err).NotTo(HaveOccurred())
		for _, message := range detail.Records {
			get("/movements/" + m.ID + "/messages/" + message.ID + "/body")
		}
	}
	return seen
}

// history is a simulator to which things happen at random, and what it looked like after each.
type history struct {
	sim   *simulator.Simulator
	draw  *rand.Rand
	saved map[string]*chapter
	// open are the chapters that still go on: all that was saved since the last restore.
	open []*chapter
}

// chapter is what a snapshot must give back, and what happened after it, with what that led to.
type chapter struct {
	before map[string]string
	steps  []func(ctx context.Context)
	after  []map[string]string
}

// step does something that gives the same whenever it is done in the same state.
func (h *history) step(lrn string) func(ctx context.Context) {
	c := h.sim.Client()
	which, n := h.draw.IntN(7), h.draw.IntN(100)
	return func(ctx context.Context) {
		GinkgoHelper()
		switch which {
		case 0, 1:
			p := message.Phases[n%len(message.Phases)]
			name := map[message.Phase]string{message.Phase4: "ie015-simplified-gb-it"}[p]
			text, err := h.sim.Fixture(p, cmp.Or(name, "ie015-simplified-gb-xi"), scenario.Facts{LRN: lrn})
			Expect(err).NotTo(HaveOccurred())
			_, err = h.sim.Declare(ctx, p, text)
			Expect(err).NotTo(HaveOccurred())
		case 2:
			_, err := h.sim.Advance(ctx, time.Duration(n)*time.Second/10)
			Expect(err).NotTo(HaveOccurred())
		case 3:
			list, err := c.Movements(ctx, client.MovementQuery{Limit: 100})
			Expect(err).NotTo(HaveOccurred())
			for _, m := range list.Movements[:min(len(list.Movements), 1)] {
				if len(m.Actions) > 0 {
					_, _ = c.Act(ctx, m.ID, client.Action{Action: m.Actions[n%len(m.Actions)]}) // a refusal is the same refusal, too
				}
			}
		case 4:
			_, err := c.PutScenario(ctx, "MINE", []byte("id: MINE\ntitle: Number "+strconv.Itoa(n)+"\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"))
			Expect(err).NotTo(HaveOccurred())
		case 5:
			_ = c.DeleteScenario(ctx, []string{"MINE", "DSGB1", "DSGB2"}[n%3]) // it may be gone
		case 6:
			_, err := c.MakeBox(ctx, client.BoxOrder{Token: "GB12345678901" + strconv.Itoa(n%10), APIVersion: "2.1"})
			Expect(err).NotTo(HaveOccurred())
		}
	}
}

func (h *history) save(ctx context.Context, name string) {
	GinkgoHelper()
	_, err := h.sim.Client().SaveSnapshot(ctx, client.NewSnapshot{Name: name})
	Expect(err).NotTo(HaveOccurred())
	h.saved[name] = &chapter{before: picture(ctx, h.sim)}
	h.open = append(h.open, h.saved[name])
}

// restore goes back, and lets happen again what happened then.
func (h *history) restore(ctx context.Context, name string) {
	GinkgoHelper()
	_, err := h.sim.Restore(ctx, name)
	Expect(err).NotTo(HaveOccurred())
	was := h.saved[name]
	Expect(picture(ctx, h.sim)).To(Equal(was.before), "restored")
	for i, step := range was.steps {
		step(ctx)
		Expect(picture(ctx, h.sim)).To(Equal(was.after[i]), "step %d after %s", i, name)
	}
	h.open = []*chapter{was}
}

var _ = Describe("What happens after a restore", func() {
	It("is what happened after the snapshot, byte for byte, whatever that was", func(ctx SpecContext) {
		for seed := range tier.Rounds(10) {
			h := &history{
				sim: simulator.RunT(GinkgoT(), still, func(c *simulator.Config) { c.Seed = uint64(seed) }), draw: rand.New(rand.NewPCG(1, uint64(seed))),
				saved: map[string]*chapter{},
			}
			for i := range 16 {
				switch names := slices.Sorted(maps.Keys(h.saved)); {
				case i%5 == 1:
					h.save(ctx, "s"+strconv.Itoa(i))
				case i%5 == 0 && len(names) > 0:
					h.restore(ctx, names[h.draw.IntN(len(names))])
				case i == 9:
					Expect(h.sim.Client().Reset(ctx)).To(Succeed())
					h.open = nil
				default:
					step := h.step("LRN-" + strconv.Itoa(i))
					step(ctx)
					after := picture(ctx, h.sim)
					for _, c := range h.open {
						c.steps, c.after = append(c.steps, step), append(c.after, after)
					}
				}
			}
		}
	}, SpecTimeout(3*time.Minute))

	It("is told to those who follow the events", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still)
		c := sim.Client()
		_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "empty"})
		Expect(err).NotTo(HaveOccurred())
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "FOLLOWED1"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		var resets []string
		restored := false
		Expect(c.Follow(ctx, client.Events{After: "0", Take: func(e movement.Entry) (bool, error) {
			if !restored {
				restored = true
				_, err := sim.Restore(ctx, "empty")
				return true, err
			}
			if e.Kind == movement.EntryReset {
				resets = append(resets, e.Why)
				return len(resets) < 2, nil
			}
			return true, nil
		}})).To(Succeed())
		Expect(resets[0]).To(Equal("snapshot empty was restored"), "the stream that was open")
		Expect(resets).To(HaveLen(2), "and the one that goes on after it")
	}, SpecTimeout(time.Minute))

	It("is nothing of an advance that was under way", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still, func(c *simulator.Config) { c.Profile = "trader-test" })
		c := sim.Client()
		for i := range 20 {
			text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "ADV-" + strconv.Itoa(i)})
			Expect(err).NotTo(HaveOccurred())
			_, err = sim.Declare(ctx, message.Phase5, text)
			Expect(err).NotTo(HaveOccurred())
			_, err = sim.Advance(ctx, time.Second)
			Expect(err).NotTo(HaveOccurred())
		}
		_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "standing"})
		Expect(err).NotTo(HaveOccurred())
		before := picture(ctx, sim)
		for range tier.Rounds(10) {
			advanced := make(chan error, 1)
			go func() {
				_, err := c.Advance(ctx, client.Target{By: "1000h"})
				advanced <- err
			}()
			_, err := sim.Restore(ctx, "standing")
			Expect(err).NotTo(HaveOccurred())
			if err := <-advanced; err != nil {
				Expect(err).To(And(HaveField("Status", 409), HaveField("Code", "REPLACED")))
			}
			after := picture(ctx, sim)
			if after["/clock"] != before["/clock"] { // the advance came after the restore
				_, err := sim.Restore(ctx, "standing")
				Expect(err).NotTo(HaveOccurred())
				after = picture(ctx, sim)
			}
			Expect(after).To(Equal(before))
		}
	}, SpecTimeout(2*time.Minute))
})

var _ = Describe("Snapshots under load", func() {
	// submitters submit until they are stopped, and know what was accepted.
	submitters := func(ctx context.Context, sim *simulator.Simulator, many int) (accepted func() []string, stop func()) {
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{})
		Expect(err).NotTo(HaveOccurred())
		var mu sync.Mutex
		var all []string
		var group sync.WaitGroup
		ending, end := context.WithCancel(ctx)
		for i := range many {
			group.Go(func() {
				defer GinkgoRecover()
				trader := sim.Trader(message.Phase5, "GB123456789012")
				for n := 0; ending.Err() == nil; n++ {
					body := simtest.WithLRN(text, fmt.Sprintf("L%dN%d", i, n))
					receipt, err := trader.Submit(ctx, client.Submission{Type: message.Phase5.Creating(message.Departure), Text: body})
					Expect(err).NotTo(HaveOccurred(), "every submission is accepted by one world or the other")
					mu.Lock()
					all = append(all, receipt.Movement)
					mu.Unlock()
				}
			})
		}
		return func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(all) }, func() { end(); group.Wait() }
	}
	held := func(ctx context.Context, sim *simulator.Simulator) map[string]bool {
		GinkgoHelper()
		ids := map[string]bool{}
		for skip := 0; ; skip += 1000 {
			list, err := sim.Client().Movements(ctx, client.MovementQuery{Limit: 1000, Skip: skip})
			Expect(err).NotTo(HaveOccurred())
			for _, m := range list.Movements {
				ids[m.ID] = true
			}
			if len(list.Movements) < 1000 {
				return ids
			}
		}
	}

	It("lose nothing that was accepted: it is in the one world or in the other", func(ctx SpecContext) {
		tier.Slow()
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile, c.Undo = "silent", 10 })
		c := sim.Client()
		accepted, stop := submitters(ctx, sim, 64)
		Eventually(func() int { return len(accepted()) }).WithTimeout(time.Minute).Should(BeNumerically(">", 200))
		first := accepted()
		saved, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "loaded"})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Movements).To(BeNumerically(">=", len(first)))
		more := len(accepted()) + 200
		Eventually(func() int { return len(accepted()) }).WithTimeout(time.Minute).Should(BeNumerically(">", more))
		restored, err := sim.Restore(ctx, "loaded")
		Expect(err).NotTo(HaveOccurred())
		more = len(accepted()) + 200
		Eventually(func() int { return len(accepted()) }).WithTimeout(time.Minute).Should(BeNumerically(">", more))
		stop()
		all := accepted()

		here := held(ctx, sim)
		for _, id := range first {
			Expect(here).To(HaveKey(id), "it was there when the snapshot was taken")
		}
		_, err = sim.Restore(ctx, restored.Undo)
		Expect(err).NotTo(HaveOccurred())
		before := held(ctx, sim)
		for _, id := range all {
			Expect(here[id] || before[id]).To(BeTrue(), "%s was accepted", id)
		}
		Expect(len(before)).To(BeNumerically(">", saved.Movements))
	}, SpecTimeout(3*time.Minute))

	It("are put back again and again from what was copied ahead, and from the file when that was replaced", func(ctx SpecContext) {
		tier.Slow()
		dir := GinkgoT().TempDir()
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.Data, c.Durability = "silent", dir, simulator.DurabilityOS
		})
		c := sim.Client()
		accepted, stop := submitters(ctx, sim, 16)
		bytes := func() int64 {
			info, err := c.Info(ctx)
			Expect(err).NotTo(HaveOccurred())
			return info.Counts.Bytes
		}
		Eventually(bytes).WithTimeout(2 * time.Minute).Should(BeNumerically(">", 2<<20))
		stop()
		_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "large"})
		Expect(err).NotTo(HaveOccurred())
		ahead := filepath.Join(dir, "nctsim.db.ready")
		all := held(ctx, sim)
		Expect(all).To(HaveLen(len(accepted())))
		for range 3 {
			Eventually(ahead).WithTimeout(time.Minute).Should(BeAnExistingFile())
			for id := range all {
				Expect(c.Forget(ctx, id)).To(Succeed())
				break
			}
			_, err = sim.Restore(ctx, "large")
			Expect(err).NotTo(HaveOccurred())
			Expect(held(ctx, sim)).To(Equal(all))
		}

		By("what was copied ahead being changed, it is not used")
		change := func(path string) {
			GinkgoHelper()
			before, err := os.Stat(path)
			Expect(err).NotTo(HaveOccurred())
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			Expect(err).NotTo(HaveOccurred())
			page := make([]byte, 4096)
			_, err = f.ReadAt(page, before.Size()/2)
			Expect(err).NotTo(HaveOccurred())
			for i := range page {
				page[i] ^= 0xFF
			}
			_, err = f.WriteAt(page, before.Size()/2)
			Expect(err).NotTo(HaveOccurred())
			Expect(f.Close()).To(Succeed())
			if goruntime.GOOS == "linux" {
				Expect(os.Chtimes(path, before.ModTime(), before.ModTime())).To(Succeed())
			}
		}
		Eventually(ahead).WithTimeout(time.Minute).Should(BeAnExistingFile())
		change(ahead)
		_, err = sim.Restore(ctx, "large")
		Expect(err).NotTo(HaveOccurred())
		Expect(held(ctx, sim)).To(Equal(all))

		By("the snapshot being changed, it is refused, whatever was copied ahead")
		Eventually(ahead).WithTimeout(time.Minute).Should(BeAnExistingFile())
		change(filepath.Join(dir, "snapshots", "large.snapshot"))
		_, err = sim.Restore(ctx, "large")
		Expect(err).To(And(HaveField("Status", http.StatusUnprocessableEntity), HaveField("Message", ContainSubstring("its checksum is another one"))))
		Expect(held(ctx, sim)).To(Equal(all))

		By("another one taking its place, that is restored")
		Expect(c.Reset(ctx)).To(Succeed())
		_, err = c.SaveSnapshot(ctx, client.NewSnapshot{Name: "large", Replace: true})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Restore(ctx, "large")
		Expect(err).NotTo(HaveOccurred())
		Expect(held(ctx, sim)).To(BeEmpty())
		Expect(sim.Close(ctx)).To(Succeed())
		Expect(ahead).NotTo(BeAnExistingFile())
	}, SpecTimeout(4*time.Minute))

	It("lose nothing in a reset: it is in the snapshot or came after it", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile = "silent" })
		accepted, stop := submitters(ctx, sim, 16)
		Eventually(func() int { return len(accepted()) }).WithTimeout(time.Minute).Should(BeNumerically(">", 100))
		Expect(sim.Client().Reset(ctx)).To(Succeed())
		more := len(accepted()) + 100
		Eventually(func() int { return len(accepted()) }).WithTimeout(time.Minute).Should(BeNumerically(">", more))
		stop()
		here := held(ctx, sim)
		_, err := sim.Restore(ctx, "undo")
		Expect(err).NotTo(HaveOccurred())
		before := held(ctx, sim)
		for _, id := range accepted() {
			Expect(here[id] || before[id]).To(BeTrue(), "%s was accepted", id)
		}
	}, SpecTimeout(2*time.Minute))
})

var _ = Describe("A snapshot with a name or content that cannot be", func() {
	It("is refused with the reason, and nothing is written", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		sim := simulator.RunT(GinkgoT(), still, func(c *simulator.Config) { c.Data, c.Durability = dir, simulator.DurabilityOS })
		c := sim.Client()
		files := filesOf(dir)
		for _, name := range []string{"../../escape", "..", "a/b", "/etc/passwd", ".hidden", "undo", "undo-12", strings.Repeat("n", 65), "nul\x00"} {
			_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: name})
			Expect(err).To(HaveField("Status", http.StatusBadRequest), "%q", name)
			_, err = c.ImportSnapshot(ctx, name, true, strings.NewReader("x"))
			Expect(err).To(HaveField("Status", Or(Equal(http.StatusBadRequest), Equal(http.StatusNotFound))), "%q", name)
			_, err = c.RestoreSnapshot(ctx, name)
			Expect(err).To(HaveField("Status", Or(Equal(http.StatusBadRequest), Equal(http.StatusNotFound))), "%q", name)
			Expect(c.DeleteSnapshot(ctx, name)).To(HaveField("Status", Or(Equal(http.StatusBadRequest), Equal(http.StatusNotFound))), "%q", name)
		}
		_, err := c.ImportSnapshot(ctx, "junk", false, strings.NewReader(strings.Repeat("junk", 1000)))
		Expect(err).To(And(HaveField("Status", http.StatusUnprocessableEntity), HaveField("Code", "INVALID_SNAPSHOT"), HaveField("Message", ContainSubstring("its end is missing"))))
		Expect(slices.DeleteFunc(filesOf(dir), func(f string) bool { return filepath.Base(f) == "snapshots" })).To(Equal(files))
	})

	It("is not restored when its file was changed on the disk, and everything goes on as it was", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		sim := simulator.RunT(GinkgoT(), still, func(c *simulator.Config) { c.Data, c.Durability = dir, simulator.DurabilityOS })
		c := sim.Client()
		_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "changed"})
		Expect(err).NotTo(HaveOccurred())
		before := picture(ctx, sim)
		path := filepath.Join(dir, "snapshots", "changed.snapshot")
		whole, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		whole[5000] ^= 1
		Expect(os.WriteFile(path, whole, 0o600)).To(Succeed())
		files := filesOf(dir)
		_, err = c.RestoreSnapshot(ctx, "changed")
		Expect(err).To(And(HaveField("Status", http.StatusUnprocessableEntity), HaveField("Message", ContainSubstring("its checksum is another one"))))
		Expect(picture(ctx, sim)).To(Equal(before))
		Expect(filesOf(dir)).To(Equal(files))
		Expect(os.WriteFile(path, whole[:len(whole)/2], 0o600)).To(Succeed())
		_, err = c.RestoreSnapshot(ctx, "changed")
		Expect(err).To(HaveField("Message", ContainSubstring("cut off")))
		Expect(c.Snapshots(ctx)).To(HaveField("Snapshots", HaveExactElements(HaveField("Problem", ContainSubstring("cut off")))))
	})

	It("is not begun with where there is a store already", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		sim := simulator.RunT(GinkgoT(), still)
		path := filepath.Join(dir, "it.snapshot")
		f, err := os.Create(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.WriteSnapshot(ctx, f)).To(Succeed())
		Expect(f.Close()).To(Succeed())
		from := func(c *simulator.Config) { c.From, c.Data = path, filepath.Join(dir, "data") }
		first := simulator.RunT(GinkgoT(), from)
		Expect(first.Close(ctx)).To(Succeed())
		config := simulator.Default()
		config.Addr = "127.0.0.1:0"
		from(&config)
		again, err := simulator.New(config)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Start(ctx)).To(MatchError(ContainSubstring("there is a store in " + config.Data + " already")))
	})

	It("is taken and put back over restarts, and what a restore was cut off at is mended", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		durable := func(c *simulator.Config) { still(c); c.Data, c.Durability = dir, simulator.DurabilityOS }
		sim := simulator.RunT(GinkgoT(), durable)
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "KEPT1"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Client().SaveSnapshot(ctx, client.NewSnapshot{Name: "kept"})
		Expect(err).NotTo(HaveOccurred())
		before := picture(ctx, sim)
		_, err = sim.Restore(ctx, "kept")
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Close(ctx)).To(Succeed())

		// What is there when the process ends between the two names of the files.
		file := filepath.Join(dir, "nctsim.db")
		old, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file+".before", old, 0o600)).To(Succeed())
		Expect(os.WriteFile(file+".next", old[:100], 0o600)).To(Succeed())
		Expect(os.MkdirAll(file+".next.uploads", 0o700)).To(Succeed())
		Expect(os.MkdirAll(filepath.Join(dir, "uploads-gone"), 0o700)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(dir, "snapshots", "half-1.part"), nil, 0o600)).To(Succeed())

		again := simulator.RunT(GinkgoT(), durable)
		Expect(again.Client().Snapshots(ctx)).To(HaveField("Snapshots", ConsistOf(HaveField("Name", "kept"), HaveField("Name", "undo-1"), HaveField("Name", "undo-2"))))
		for _, gone := range []string{file + ".before", file + ".next", file + ".next.uploads", filepath.Join(dir, "uploads-gone"), filepath.Join(dir, "snapshots", "half-1.part")} {
			Expect(gone).NotTo(BeAnExistingFile())
		}
		_, err = again.Restore(ctx, "kept")
		Expect(err).NotTo(HaveOccurred())
		Expect(picture(ctx, again)).To(Equal(before))
		Expect(again.Close(ctx)).To(Succeed())

		Expect(os.Rename(file, file+".next")).To(Succeed())
		third := simulator.RunT(GinkgoT(), durable)
		Expect(third.Client().Info(ctx)).To(HaveField("Counts.Movements", 1))
	})
})
