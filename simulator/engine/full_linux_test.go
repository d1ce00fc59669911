package engine_test

import (
	"os/signal"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
)

// limitFiles lets the operating system refuse to write to files behind the given size, which is as near to a full disk as
// one gets without one. What it returns lifts the limit.
func limitFiles(bytes uint64) (lift func()) {
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	must(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}))
	return func() { must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)) }
}

var _ = Describe("A full disk", func() {
	It("holds up what falls due until there is room again, and no longer", func() {
		w := run(options{})
		m := w.post(simplified())
		lift := limitFiles(0)
		moved := w.engine.SetClock(ctx, clock.Reading{Mode: clock.Manual, Now: start.Add(time.Hour)})
		settled := w.engine.Settle(ctx)
		<-w.engine.Idle()
		lift()
		Expect(moved).To(Succeed())
		Expect(settled).To(MatchError(syscall.EFBIG))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028"))
		Eventually(func() string { return w.types(m.ID) }, "10s").Should(Equal("IE015 IE928 IE028 IE029"))
	})
})
