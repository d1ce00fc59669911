package schedule

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The queue of movements", func() {
	take := func(w *queue) string {
		GinkgoHelper()
		id, ok := w.next()
		Expect(ok).To(BeTrue())
		return id
	}

	It("gives each movement to one worker at a time, and again if something came in meanwhile", func() {
		w := newQueue()
		w.add("a", "b", "a")
		Expect(take(w)).To(Equal("a"))
		w.add("a")
		Expect(take(w)).To(Equal("b"))
		Expect(w.list).To(BeEmpty())
		w.done("a", nil)
		Expect(take(w)).To(Equal("a"))
		w.done("a", nil)
		Expect(w.whenIdle()).NotTo(BeClosed())
		idle := w.whenIdle()
		w.done("b", nil)
		Expect(idle).To(BeClosed())
		Expect(w.whenIdle()).To(BeClosed())
	})

	It("has one worker more while one is blocked, and lets one end afterwards", func() {
		w := newQueue()
		started := 0
		Expect(w.join(func() { started++ })).To(BeTrue())
		Expect(started).To(Equal(1))
		w.add("a")
		w.leave()
		_, stays := w.next()
		Expect(stays).To(BeFalse())
		Expect(take(w)).To(Equal("a"), "what waits is left to the others")
		w.close()
		Expect(w.join(func() { started++ })).To(BeFalse())
		Expect(started).To(Equal(1))
	})

	It("tries again what failed as soon as something succeeds", func() {
		w := newQueue()
		w.add("a", "b")
		full := errors.New("disk full")
		w.done(take(w), full)
		Expect(w.failure([]string{"a", "b"})).To(MatchError(full))
		w.done(take(w), nil)
		Expect(take(w)).To(Equal("a"))
		w.done("a", nil)
		Expect(w.failure([]string{"a", "b"})).To(Succeed())
		Expect(w.whenIdle()).To(BeClosed())
	})

	It("tries one of those that failed, and says only once of each that it failed", func() {
		w := newQueue()
		w.retry()
		Expect(w.list).To(BeEmpty())
		w.add("a", "b")
		full := errors.New("disk full")
		Expect(w.done(take(w), full)).To(BeTrue())
		Expect(w.done(take(w), full)).To(BeTrue())
		w.retry()
		Expect(w.list).To(HaveLen(1))
		first := take(w)
		Expect(w.done(first, full)).To(BeFalse())
		w.retry()
		second := take(w)
		Expect(w.done(second, nil)).To(BeFalse())
		Expect(w.list).To(HaveLen(1))
		Expect(take(w)).NotTo(Equal(second))
	})

	It("sends workers home when it is closed, whatever is left", func() {
		w := newQueue()
		w.add("a")
		w.close()
		_, ok := w.next()
		Expect(ok).To(BeFalse())
	})
})
