package engine_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

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
		got, stop := w.engine.Subscribe(0)
		defer stop()
		for i := range 100 {
			_, _, err := w.engine.Create(ctx, simplified(lrnPath, fmt.Sprint("LRN", i)))
			Expect(err).NotTo(HaveOccurred())
		}
		w.settle()
		for _, e := range entries(w) {
			Expect(next(got)).To(Equal(e))
		}
		Consistently(got, "10ms").ShouldNot(Receive())
	})

	It("goes on after a number, or begins with what comes next", func() {
		w := run(options{})
		w.post(simplified(lrnPath, "BEFORE"))
		all := entries(w)
		later, stopLater := w.engine.Subscribe(all[2].Number)
		defer stopLater()
		fresh, stopFresh := w.engine.Subscribe(engine.FromNow)
		defer stopFresh()
		Expect(next(later)).To(Equal(all[3]))
		w.advance(time.Minute)
		w.post(simplified(lrnPath, "AFTER"))
		Expect(next(fresh).Number).To(Equal(all[len(all)-1].Number + 1))
	})

	It("begins again after a reset", func() {
		w := run(options{})
		m := w.post(simplified())
		got, stop := w.engine.Subscribe(engine.FromNow)
		defer stop()
		Expect(w.engine.Reset(ctx)).To(Succeed())
		w.post(simplified())
		e := next(got)
		Expect(e.Number).To(Equal(uint64(1)))
		Expect(e.Movement).To(Equal(m.ID))
	})

	It("makes nobody wait for a slow reader", func() {
		w := run(options{})
		_, stop := w.engine.Subscribe(0)
		defer stop()
		for i := range 100 {
			_, _, err := w.engine.Create(ctx, simplified(lrnPath, fmt.Sprint("LRN", i)))
			Expect(err).NotTo(HaveOccurred())
		}
		w.settle()
		Expect(len(entries(w))).To(BeNumerically(">", 256))
	})

	It("ends when it is stopped, and with the engine", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		must(w.engine.Start())
		one, stop := w.engine.Subscribe(0)
		two, stopTwo := w.engine.Subscribe(0)
		stop()
		stop()
		Eventually(one).Should(BeClosed())
		w.close()
		Eventually(two).Should(BeClosed())
		stopTwo()
	})
})
