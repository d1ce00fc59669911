package engine_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("A subscription", func() {
	next := func(c <-chan movement.Entry) movement.Entry {
		GinkgoHelper()
		var e movement.Entry
		Eventually(c).Should(Receive(&e))
		return e
	}
	entries := func(w *world) (all []movement.Entry) {
		GinkgoHelper()
		w.read(func(tx *store.Tx) (err error) {
			all, err = tx.Entries(0, 0)
			return err
		})
		return all
	}

	It("gets every entry, in order and without gaps, from the beginning", func() {
		w := run(options{})
		w.post(simplified(lrnPath, "BEFORE"))
		got, stop := w.Engine.Subscribe(0)
		defer stop()
		for i := range 100 {
			_, _, err := w.Engine.Create(ctx, simplified(lrnPath, fmt.Sprint("LRN", i)))
			Expect(err).NotTo(HaveOccurred())
		}
		w.Settle()
		for _, e := range entries(w) {
			Expect(next(got)).To(Equal(e))
		}
		Consistently(got, "10ms").ShouldNot(Receive())
	})

	It("goes on after a number, or begins with what comes next", func() {
		w := run(options{})
		w.post(simplified(lrnPath, "BEFORE"))
		all := entries(w)
		later, stopLater := w.Engine.Subscribe(all[2].Number)
		defer stopLater()
		fresh, stopFresh := w.Engine.Subscribe(engine.FromNow)
		defer stopFresh()
		Expect(next(later)).To(Equal(all[3]))
		w.advance(time.Minute)
		w.post(simplified(lrnPath, "AFTER"))
		Expect(next(fresh).Number).To(Equal(all[len(all)-1].Number + 1))
	})

	It("goes on over a reset, of which it tells", func() {
		w := run(options{})
		m := w.post(simplified())
		last := w.Engine.LastEntry()
		got, stop := w.Engine.Subscribe(engine.FromNow)
		defer stop()
		Expect(w.Engine.Reset(ctx)).To(Succeed())
		w.post(simplified())
		e := next(got)
		Expect(e.Kind).To(Equal(movement.EntryReset))
		Expect(e.Number).To(Equal(last + 1))
		e = next(got)
		Expect(e.Number).To(Equal(last + 2))
		Expect(e.Movement).To(Equal(m.ID), "the same ids come again")
	})

	It("tells of movements that are removed, by whom and why, and of the clock", func() {
		w := run(options{})
		one, two := w.post(simplified(lrnPath, "ONE")), w.post(simplified(lrnPath, "TWO"))
		got, stop := w.Engine.Subscribe(engine.FromNow)
		defer stop()
		Expect(w.Engine.Forget(ctx, one.ID)).To(Succeed())
		e := next(got)
		Expect(e.Kind).To(Equal(movement.EntryRemoved))
		Expect(e.Movement).To(Equal(one.ID))
		Expect(e.Text).To(Equal("departure with LRN ONE removed"))
		Expect(e.Why).To(Equal("by the control API"))

		removed, err := w.Engine.SetClock(ctx, clock.Reading{Now: start.AddDate(1, 0, 0)})
		Expect(err).NotTo(HaveOccurred())
		e = next(got)
		Expect(e.Kind).To(Equal(movement.EntryClock))
		Expect(e.Text).To(Equal("the clock is manual at 2027-03-02T09:15:00.459Z"))
		Expect(e.Why).To(Equal("it was manual at 2026-03-02T09:15:00.459Z"))
		e = next(got)
		Expect(e.Kind).To(Equal(movement.EntryRemoved))
		Expect(e.Movement).To(Equal(two.ID))
		Expect(e.Why).To(Equal("its retention of 1440h0m0s after the last message, 2026-03-02T09:15:00Z, is over"))
		Expect(removed).To(Equal([]movement.Entry{e}))
	})

	It("starts over when entries are missing that it should go on with", func() {
		w := run(options{})
		m := w.post(simplified())
		for _, after := range []uint64{w.Engine.LastEntry() + 1, engine.StartOver} {
			got, stop := w.Engine.Subscribe(after)
			e := next(got)
			Expect(e.Kind).To(Equal(movement.EntryReset))
			Expect(e.Number).To(BeZero())
			e = next(got)
			Expect(e.Number).To(Equal(uint64(1)))
			Expect(e.Movement).To(Equal(m.ID))
			stop()
		}
	})

	It("starts over when it comes back after the retention, and is complete then", func() {
		w := run(options{retention: time.Hour, phase4Retention: time.Hour})
		w.post(simplified(lrnPath, "ONE"))
		last := w.Engine.LastEntry()
		w.advance(2 * time.Hour)
		w.advance(2 * time.Hour)
		later := w.post(simplified(lrnPath, "TWO"))
		got, stop := w.Engine.Subscribe(last)
		defer stop()
		Expect(next(got).Kind).To(Equal(movement.EntryReset))
		for e := next(got); ; e = next(got) {
			Expect(e.Kind).NotTo(Equal(movement.EntryRemoved), "what is gone was never there for it")
			if e.Movement == later.ID {
				break
			}
		}
	})

	It("makes nobody wait for a slow reader", func() {
		w := run(options{})
		_, stop := w.Engine.Subscribe(0)
		defer stop()
		for i := range 100 {
			_, _, err := w.Engine.Create(ctx, simplified(lrnPath, fmt.Sprint("LRN", i)))
			Expect(err).NotTo(HaveOccurred())
		}
		w.Settle()
		Expect(len(entries(w))).To(BeNumerically(">", 256))
	})

	It("ends when it is stopped, and with the engine", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		must(w.Start())
		one, stop := w.Engine.Subscribe(0)
		two, stopTwo := w.Engine.Subscribe(0)
		stop()
		stop()
		Eventually(one).Should(BeClosed())
		w.Close()
		Eventually(two).Should(BeClosed())
		stopTwo()
	})
})
