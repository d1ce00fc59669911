package engine_test

import (
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

var _ = Describe("Advancing a manual clock", func() {
	It("fires what falls due, in its order, and tells what happened", func() {
		w := run(options{})
		first := w.post(simplified(lrnPath, "FIRST"))
		w.advance(10 * time.Minute)
		second := w.post(sample(message.Phase5, "ie015-prelodged-simplified-gb-xi"))
		now, happened, err := w.Engine.Advance(ctx, engine.Target{By: time.Hour})
		Expect(err).NotTo(HaveOccurred())
		Expect(now).To(Equal(start.Add(70 * time.Minute)))
		Expect(w.movement(first.ID).State).To(Equal(movement.Released))
		Expect(w.movement(first.ID).Updated).To(Equal(start.Add(45*time.Minute)), "stamped when it fell due, not when the clock stopped")
		Expect(w.movement(second.ID).State).To(Equal(movement.Rejected))
		Expect(w.movement(second.ID).Updated).To(Equal(start.Add(55 * time.Minute)))
		var states []movement.State
		for i, e := range happened {
			if e.Kind == movement.EntryTransition {
				states = append(states, e.To)
			}
			if i > 0 {
				Expect(e.Number).To(BeNumerically(">", happened[i-1].Number))
				Expect(e.At).NotTo(BeTemporally("<", happened[i-1].At))
			}
		}
		Expect(states).To(Equal([]movement.State{movement.Released, movement.Rejected}))
	})

	It("goes to the next timer, and to an instant", func() {
		w := run(options{})
		m := w.post(simplified())
		t, ok, err := w.Engine.NextTimer()
		Expect(err).NotTo(HaveOccurred())
		Expect(ok).To(BeTrue())
		Expect(t.Movement).To(Equal(m.ID))
		Expect(t.Name).To(Equal(office.AutoRelease))
		now, _, err := w.Engine.Advance(ctx, engine.Target{Next: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(now).To(Equal(start.Add(45 * time.Minute)))
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
		now, happened, err := w.Engine.Advance(ctx, engine.Target{Next: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(now).To(Equal(start.Add(45*time.Minute)), "no timer is running")
		Expect(happened).To(BeEmpty())
		now, _, err = w.Engine.Advance(ctx, engine.Target{To: start.Add(time.Hour)})
		Expect(err).NotTo(HaveOccurred())
		Expect(now).To(Equal(start.Add(time.Hour)))
	})

	It("goes through the steps of the default officer, each at its time", func() {
		w := run(options{profile: "fast"})
		m := w.post(normal())
		Expect(w.types(m.ID)).To(Equal("IE015 IE928"))
		w.advance(time.Minute)
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE029"))
		all := w.messages(m.ID)
		Expect(all[2].Received).To(Equal(start.Add(2 * time.Second)))
		Expect(all[3].Received).To(Equal(start.Add(4 * time.Second)))
		Expect(w.last(m.ID).Get("preparationDateAndTime")).To(Equal("2026-03-02T09:15:04"))
	})

	It("runs movements of one instant in the order of their creation", func() {
		w := run(options{})
		var ids []string
		for _, lrn := range []string{"A", "B", "C", "D", "E"} {
			ids = append(ids, w.post(simplified(lrnPath, lrn)).ID)
		}
		var released []string
		for _, e := range w.advance(45 * time.Minute) {
			if e.Kind == movement.EntryTransition {
				released = append(released, e.Movement)
			}
		}
		Expect(released).To(Equal(ids))
	})

	It("handles what is queued before it moves", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		m, _, err := w.Engine.Create(ctx, simplified())
		Expect(err).NotTo(HaveOccurred())
		must(w.Start())
		w.advance(45 * time.Minute)
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
		Expect(w.movement(m.ID).Facts.Accepted).To(Equal(start))
	})

	It("is refused backwards, and in the other modes", func() {
		w := run(options{})
		_, _, err := w.Engine.Advance(ctx, engine.Target{By: -time.Second})
		Expect(err).To(MatchError(clock.ErrBackwards))
		_, _, err = run(options{clock: clock.Options{Mode: clock.Real}}).Engine.Advance(ctx, engine.Target{By: time.Second})
		Expect(err).To(MatchError(clock.ErrNotManual))
	})
})

var _ = Describe("Time", func() {
	It("of profile instant needs no clock at all", func() {
		w := run(options{profile: "instant"})
		m := w.post(simplified(lrnPath, "FIRST"))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE029"))
		m = w.post(normal())
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE029"))
	})

	It("lets a timer that is due go before a message that came later, even if both wait", func() {
		w := newWorld(GinkgoT().TempDir(), options{profile: "instant"})
		defer w.Close()
		m, _, err := w.Engine.Create(ctx, normal())
		Expect(err).NotTo(HaveOccurred())
		_, _, err = w.Engine.Attach(ctx, m.ID, invalidation(m))
		Expect(err).NotTo(HaveOccurred())
		must(w.Start())
		w.Settle()
		Expect(w.types(m.ID)).To(Equal("IE015 IE014 IE928 IE028 IE029 IE056"))
	})

	It("that passes by itself fires timers", func() {
		w := run(options{profile: "fast", clock: clock.Options{Mode: clock.Scaled, Scale: 1000, Now: start}})
		m := w.post(simplified())
		Eventually(func() string { return w.types(m.ID) }).Should(Equal("IE015 IE928 IE028 IE029"))
	})

	It("can be changed while timers wait", func() {
		w := run(options{})
		m := w.post(simplified())
		Expect(w.Engine.SetClock(ctx, clock.Reading{Now: start.Add(time.Hour)})).To(BeEmpty())
		w.Settle()
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
		second := w.post(simplified(lrnPath, "SECOND"))
		Expect(w.Engine.SetClock(ctx, clock.Reading{Mode: clock.Scaled, Scale: 100_000})).To(BeEmpty())
		Eventually(func() movement.State { return w.movement(second.ID).State }).Should(Equal(movement.Released))
		_, err := w.Engine.SetClock(ctx, clock.Reading{Mode: "lunar"})
		Expect(err).To(MatchError(clock.ErrInvalid))
	})

	It("fires timers that fell due while nobody was there", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		must(w.Start())
		m := w.post(simplified())
		w.Close()
		must(w.Clock.MoveTo(start.Add(2 * time.Hour)))
		w.Open()
		must(w.Start())
		defer w.Close()
		w.Settle()
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
	})

	It("never runs backwards in the messages of a movement", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		must(w.Start())
		m := w.post(simplified())
		w.advance(30 * time.Minute)
		w.act(m.ID, "control")
		w.Close()
		// The next run begins with an earlier time.
		var err error
		w.Clock, err = clock.New(clock.Options{Mode: clock.Manual, Now: start})
		must(err)
		w.Open()
		must(w.Start())
		defer w.Close()
		w.act(m.ID, "release")
		Expect(w.last(m.ID).Get("preparationDateAndTime")).To(Equal("2026-03-02T09:45:00"))
		Expect(w.movement(m.ID).Updated).To(Equal(start.Add(30 * time.Minute)))
	})
})

var _ = Describe("A movement", func() {
	const month = 30 * 24 * time.Hour
	exists := func(w *world, id string) bool {
		err := w.Store.View(func(tx *store.Tx) error {
			_, err := tx.Movement(id)
			return err
		})
		return !errors.Is(err, store.ErrNotFound)
	}

	It("expires sixty days after its last message, and then nothing can be done with it", func() {
		w := run(options{})
		m := w.post(normal())
		must(w.Clock.MoveTo(start.Add(2 * month)))
		Expect(w.Engine.Expired(m)).To(BeFalse())
		must(w.Clock.MoveTo(start.Add(2*month + time.Millisecond)))
		Expect(w.Engine.Expired(m)).To(BeTrue())
		_, _, err := w.Engine.Attach(ctx, m.ID, invalidation(m))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = w.Engine.Act(ctx, m.ID, "accept", nil, "officer")
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE028"})
		Expect(err).To(MatchError(store.ErrNotFound))
		must(w.Clock.MoveTo(start.Add(2*month + 2*time.Hour))) // the last sweep may have come a moment too early
		Eventually(func() bool { return exists(w, m.ID) }).Should(BeFalse(), "the sweep removes it")
	})

	It("with timers expires too, and then nothing can be done with it", func() {
		w := run(options{profile: "production", retention: 5 * 24 * time.Hour})
		m := w.post(sample(message.Phase5, "ie015-prelodged-simplified-gb-xi"))
		must(w.Clock.MoveTo(start.Add(40 * 24 * time.Hour)))
		_, err := w.Engine.Act(ctx, m.ID, "cancel", nil, "officer")
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("lives on with every message", func() {
		w := run(options{})
		m := w.post(normal())
		w.advance(month)
		w.act(m.ID, "accept")
		w.advance(month + time.Hour)
		Expect(exists(w, m.ID)).To(BeTrue())
		w.advance(month)
		Expect(exists(w, m.ID)).To(BeFalse())
	})

	It("does not come back to life by a timer after it has expired", func() {
		w := run(options{profile: "production", retention: 5 * 24 * time.Hour})
		m := w.post(sample(message.Phase5, "ie015-prelodged-simplified-gb-xi"))
		happened := w.advance(40 * 24 * time.Hour)
		Expect(happened).To(HaveLen(1))
		Expect(happened[0].Kind).To(Equal(movement.EntryRemoved))
		Expect(exists(w, m.ID)).To(BeFalse())
		_, ok, err := w.Engine.NextTimer()
		Expect(err).NotTo(HaveOccurred())
		Expect(ok).To(BeFalse())
	})

	It("can be forgotten with all that belongs to it", func() {
		w := run(options{})
		m := w.post(simplified())
		Expect(w.Engine.Forget(ctx, m.ID)).To(Succeed())
		Expect(exists(w, m.ID)).To(BeFalse())
		Expect(w.Engine.Forget(ctx, m.ID)).To(MatchError(store.ErrNotFound))
		Expect(w.advance(time.Hour)).To(BeEmpty())
		Expect(w.post(simplified()).State).To(Equal(movement.Accepted), "the LRN is free")
	})

	It("is forgotten with all others by a reset, after which the same ids come again", func() {
		w := run(options{})
		first := w.post(simplified())
		Expect(w.Engine.Reset(ctx)).To(Succeed())
		Expect(exists(w, first.ID)).To(BeFalse())
		again := w.post(simplified())
		Expect(again.ID).To(Equal(first.ID))
		Expect(again.MRN).To(Equal(first.MRN))
	})
})
