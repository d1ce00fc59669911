package crash_test

import (
	"context"
	"os/exec"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A simulator whose disk is full", func() {
	It("is not ready until it can write again, without anybody having to write", func(ctx SpecContext) {
		prlimit, err := exec.LookPath("prlimit")
		if err != nil {
			Skip("there is no prlimit(1) to take the disk away from a running process")
		}
		p := serving(GinkgoT().TempDir())
		// What a process cannot make its files longer than is as near to a full disk as one gets without one.
		limit := func(bytes string) {
			GinkgoHelper()
			out, err := exec.CommandContext(ctx, prlimit, "--pid", strconv.Itoa(p.Command.Process.Pid), "--fsize="+bytes+":").CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
		}
		Expect(p.Ready()).To(Equal(200))
		limit("0")
		err = p.Control.Reset(context.Background())
		Expect(err).To(HaveOccurred())
		Expect(p.Ready()).To(Equal(503))
		Expect(p.Ready()).To(Equal(503))
		limit("unlimited")
		Expect(p.Ready()).To(Equal(200))
		Expect(p.Control.Reset(context.Background())).To(Succeed())
	})
})
