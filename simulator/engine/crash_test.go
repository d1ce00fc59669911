package engine_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("An engine that ends", func() {
	It("leaves what it has accepted to the next one, which gives the same bytes", func() {
		tell := func(interrupted bool) string {
			w := newWorld(GinkgoT().TempDir(), options{})
			defer func() { w.Close() }()
			if !interrupted {
				must(w.Start())
			}
			_, _, err := w.Engine.Create(ctx, simplified())
			Expect(err).NotTo(HaveOccurred())
			if interrupted {
				// The first engine never gets at it.
				w.Restart()
			}
			w.Settle()
			return w.everything()
		}
		Expect(tell(true)).To(Equal(tell(false)))
	})

	It("leaves its goroutines nowhere, even with much to do", func() {
		w := run(options{})
		for i := range 50 {
			_, _, err := w.Engine.Create(ctx, simplified(lrnPath, fmt.Sprint("LRN", i)))
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("tells those who wait for it to settle", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		_, _, err := w.Engine.Create(ctx, simplified())
		Expect(err).NotTo(HaveOccurred())
		settled := make(chan error)
		go func() { settled <- w.Engine.Settle(context.Background()) }()
		Consistently(settled, "20ms").ShouldNot(Receive())
		w.Close()
		Eventually(settled).Should(Receive(MatchError(ContainSubstring("the engine is closed"))))
	})
})

// everything is all that the store has about all movements, as one text.
func (w *world) everything() string {
	var text string
	must(w.Store.View(func(tx *store.Tx) error {
		for _, kind := range []message.Kind{message.Departure, message.Arrival} {
			movements, _, err := tx.Movements(store.MovementQuery{Kind: kind})
			if err != nil {
				return err
			}
			slices.SortFunc(movements, func(a, b *movement.Movement) int { return strings.Compare(a.ID, b.ID) })
			for _, m := range movements {
				text += fmt.Sprintf("%+v\n", *m)
				messages, _, err := tx.Messages(m.ID, store.MessageQuery{})
				if err != nil {
					return err
				}
				for _, r := range messages {
					body, err := tx.Body(m.ID, r.ID)
					if err != nil {
						return err
					}
					text += fmt.Sprintf("%+v\n%s\n", r, body)
				}
				journal, err := tx.Journal(m.ID)
				if err != nil {
					return err
				}
				told, err := tx.Notifications(store.NotificationQuery{Box: m.BoxID})
				if err != nil {
					return err
				}
				for _, n := range told {
					if n.Movement != m.ID {
						continue // a box has them in the order in which they were stored, in which movements may overtake each other
					}
					text += fmt.Sprintf("%s %s %s %s\n", n.ID, n.Created, n.Status, n.Text)
				}
				for _, e := range journal {
					text += fmt.Sprintf("%s %s %s\n", e.At, e.Text, e.Why)
				}
			}
		}
		return nil
	}))
	return text
}

// step is one thing that a client does in TestAnyInterruption.
type step struct {
	what   string
	target int // of the movements so far
	minute int
}

// TestAnyInterruption plays a random story twice, once without a break and once with engines that end
// whenever they like, even before they have begun to handle what was accepted. Nothing may be lost or sent
// twice, and all bytes must be the same.
func TestAnyInterruption(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile := rapid.SampledFrom([]string{"fast", "instant", "trader-test"}).Draw(t, "profile")
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{
				what: rapid.SampledFrom([]string{
					"simplified", "normal", "prelodged", "IE014", "IE170", "accept", "release", "control", "cancel", "advance", "IE028", "IE060",
				}).Draw(t, "what"),
				target: rapid.IntRange(0, 3).Draw(t, "target"),
				minute: rapid.IntRange(0, 50).Draw(t, "minutes"),
			}
		}), 1, 8).Draw(t, "steps")
		breaks := rapid.SliceOfN(rapid.Bool(), len(steps), len(steps)).Draw(t, "breaks")
		smooth := play(t, profile, steps, make([]bool, len(steps)))
		rough := play(t, profile, steps, breaks)
		if smooth != rough {
			t.Fatalf("without a break:\n%s\nwith breaks:\n%s", smooth, rough)
		}
	})
}

func play(t *rapid.T, profile string, steps []step, breaks []bool) string {
	dir, err := os.MkdirTemp("", "nctsim")
	must(err)
	defer func() { _ = os.RemoveAll(dir) }()
	w := newWorld(dir, options{profile: profile})
	defer func() { w.Close() }()
	must(w.Start())
	var ids []string
	for i, s := range steps {
		if breaks[i] {
			w.Close()
			w.Open() // not started: what comes now waits for the next one
		}
		ids = w.do(t, s, ids)
		if breaks[i] {
			w.Restart()
		}
		limit, cancel := context.WithTimeout(ctx, 20*time.Second)
		if err := w.Engine.Settle(limit); err != nil {
			t.Fatal(err)
		}
		cancel()
		if len(w.Bugs()) > 0 {
			t.Fatal(w.Bugs())
		}
	}
	return w.everything()
}

// do does one thing; that it may be refused is part of the story.
func (w *world) do(t *rapid.T, s step, ids []string) []string {
	created := map[string]string{
		"simplified": "ie015-simplified-gb-xi", "normal": "ie015-normal-gb-xi", "prelodged": "ie015-prelodged-normal-gb-xi",
	}
	if name := created[s.what]; name != "" {
		submission := sample(message.Phase5, name, lrnPath, fmt.Sprint("LRN", s.target))
		submission.BoxID = w.box()
		m, _, err := w.Engine.Create(ctx, submission)
		if err != nil {
			t.Fatal(err)
		}
		return append(ids, m.ID)
	}
	if s.what == "advance" {
		// An engine that does not run cannot advance; the clock moves all the same.
		if err := w.Clock.MoveTo(w.Clock.Now().Add(time.Duration(s.minute) * time.Minute)); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if len(ids) == 0 {
		return ids
	}
	id := ids[s.target%len(ids)]
	switch s.what {
	case "IE014", "IE170":
		m := w.now(id)
		submission := invalidation(m)
		if s.what == "IE170" {
			submission = sample(message.Phase5, "ie170-presentation", lrnPath, m.LRN)
		}
		if _, _, err := w.Engine.Attach(ctx, id, submission); err != nil {
			t.Fatal(err)
		}
	case "IE028", "IE060":
		if _, _, err := w.Engine.Inject(ctx, id, engine.Injection{Type: s.what}); err != nil {
			t.Fatal(err)
		}
	default:
		_, _ = w.Engine.Act(ctx, id, s.what, nil, "officer")
	}
	return ids
}

// now is a movement, read without a spec.
func (w *world) now(id string) (m movement.Movement) {
	must(w.Store.View(func(tx *store.Tx) error {
		stored, err := tx.Movement(id)
		if err == nil {
			m = *stored
		}
		return err
	}))
	return m
}

var _ = Describe("Many at once", func() {
	It("keep each movement's events in order and send nothing twice", func() {
		w := run(options{profile: "trader-test"})
		const clients, rounds = 8, 6
		var wg sync.WaitGroup
		ids := make([]string, clients)
		for c := range clients {
			wg.Go(func() {
				defer GinkgoRecover()
				m, _, err := w.Engine.Create(ctx, normal(lrnPath, fmt.Sprint("CLIENT", c)))
				Expect(err).NotTo(HaveOccurred())
				ids[c] = m.ID
				for range rounds {
					_, _, err := w.Engine.Attach(ctx, m.ID, sample(message.Phase5, "ie170-presentation", lrnPath, m.LRN))
					Expect(err).NotTo(HaveOccurred())
				}
				_, err = w.Engine.Act(ctx, m.ID, "accept", nil, "officer")
				Expect(err).NotTo(HaveOccurred())
			})
		}
		wg.Wait()
		w.Settle()
		for _, id := range ids {
			all := w.messages(id)
			counts := map[string]int{}
			for i, r := range all {
				Expect(r.Ordinal).To(Equal(i))
				counts[r.Type]++
			}
			Expect(counts).To(Equal(map[string]int{"IE015": 1, "IE928": 1, "IE170": rounds, "IE056": rounds, "IE028": 1}))
			Expect(w.movement(id).Handled).To(Equal(rounds + 2))
		}
	})

	It("are forgotten by a reset in the middle of it", func() {
		w := run(options{profile: "instant"})
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				defer GinkgoRecover()
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					_, _, err := w.Engine.Create(ctx, simplified(lrnPath, fmt.Sprintf("LRN-%d-%d", c, i)))
					Expect(err).NotTo(HaveOccurred())
				}
			})
		}
		for range 20 {
			Expect(w.Engine.Reset(ctx)).To(Succeed())
		}
		close(stop)
		wg.Wait()
		w.Settle()
		Expect(w.Bugs()).To(BeEmpty())
		Expect(w.Engine.Reset(ctx)).To(Succeed())
		Expect(w.everything()).To(BeEmpty())
		Expect(w.waiting()).To(BeEmpty())
	})
})
