// Package suite runs the specs of a package, the same way in all of them. It is not part of the simulator.
package suite

import (
	"net/http"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"go.uber.org/goleak"
)

// patience is how long Eventually waits: machines can be busy, and a spec that passes takes none of it.
const patience = 20 * time.Second

// Ginkgos is the goroutine with which Ginkgo listens for interrupts as long as the process lives.
var Ginkgos = goleak.IgnoreAnyFunction("github.com/onsi/ginkgo/v2/internal/interrupt_handler.(*InterruptHandler).registerForInterrupts.func2")

// Run runs the specs of a package under its name. Afterwards no goroutine may be left that was not there before.
func Run(t *testing.T, name string) {
	t.Helper()
	gomega.RegisterFailHandler(ginkgo.Fail)
	gomega.SetDefaultEventuallyTimeout(patience)
	before := goleak.IgnoreCurrent()
	ginkgo.RunSpecs(t, name)
	http.DefaultClient.CloseIdleConnections()
	var left error
	for began := time.Now(); time.Since(began) < patience; {
		if left = goleak.Find(before, Ginkgos); left == nil {
			return
		}
	}
	t.Error(left)
}

// NoLeaks insists that no goroutine is left when the spec ends that was not there when it began.
func NoLeaks() {
	ginkgo.GinkgoHelper()
	before := goleak.IgnoreCurrent()
	ginkgo.DeferCleanup(func() {
		gomega.Eventually(func() error { return goleak.Find(before) }).Should(gomega.Succeed())
	})
}
