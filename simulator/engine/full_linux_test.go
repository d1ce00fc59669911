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

// onFullDisk says that this process is the one whose disk is full: the limit holds for whatever a process writes, and
// what runs the tests writes too.
const onFullDisk = "NCTSIM_TEST_FULL_DISK"

var _ = Describe("A full disk", func() {
	It("holds up what falls due until there is room again, and no longer", func() {
		if os.Getenv(onFullDisk) == "" {
			own := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestEngine$", "-ginkgo.focus", "A full disk")
			own.Env = append(os.Environ(), onFullDisk+"=1")
			out, err := own.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
			Expect(string(out)).To(ContainSubstring("1 Passed"))
			return
		}
		w := run(options{})
		m := w.post(simplified())
		lift := limitFiles(0)
		_, moved := w.Engine.SetClock(ctx, clock.Reading{Mode: clock.Manual, Now: start.Add(time.Hour)})
		settled := w.Engine.Settle(ctx)
		<-w.Engine.Idle()
		lift()
		Expect(moved).To(Succeed())
		Expect(settled).To(MatchError(syscall.EFBIG))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028"))
		Eventually(func() string { return w.types(m.ID) }).Should(Equal("IE015 IE928 IE028 IE029"))
	})
})
