package engine_test

import (
	"os"
	"os/exec"
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

// limited is set in the process that has limits.
const limited = "NCTSIM_TEST_FULL_DISK"

var _ = Describe("A full disk", func() {
	if os.Getenv(limited) == "" {
		// Files of the process that reports to go test must stay writable.
		It("holds up the engine until there is room again, which is told by specs in a process of their own", func() {
			child := exec.Command(os.Args[0], "-test.run=^TestEngine$", "-ginkgo.focus=A full disk")
			child.Env = append(os.Environ(), limited+"=yes")
			out, err := child.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
			Expect(string(out)).To(ContainSubstring("Ran 2 of"))
		})
		return
	}

	It("holds up what falls due until there is room again, and no longer", func() {
		w := run(options{})
		m := w.post(simplified())
		lift := limitFiles(0)
		moved := w.engine.SetClock(ctx, clock.Reading{Mode: clock.Manual, Now: start.Add(time.Hour)})
		settled := w.engine.Settle(ctx)
		<-w.engine.Idle()
		unready := w.engine.Ready()
		lift()
		Expect(moved).To(Succeed())
		Expect(unready).To(MatchError(syscall.EFBIG), "and the engine says that it is not ready")
		Expect(settled).To(MatchError(syscall.EFBIG))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028"))
		Eventually(func() string { return w.types(m.ID) }, "10s").Should(Equal("IE015 IE928 IE028 IE029"))
		Expect(w.engine.Ready()).To(Succeed())
	})

	It("makes the engine unready when a message cannot be taken, until there is room again", func() {
		w := run(options{})
		Expect(w.engine.Ready()).To(Succeed())
		lift := limitFiles(0)
		_, _, err := w.engine.Create(ctx, simplified())
		unready := w.engine.Ready()
		lift()
		Expect(err).To(MatchError(syscall.EFBIG))
		Expect(unready).To(MatchError(syscall.EFBIG))
		Eventually(w.engine.Ready, "10s").Should(Succeed())
		Expect(w.store.Check()).To(Succeed())
	})
})
