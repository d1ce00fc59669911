// Package suite runs the specs of a package, the same way in all of them. It is not part of the simulator.
package suite

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"go.uber.org/goleak"

	_ "nctsim/simulator/simtest/tier" // how many random stories are told
)

// growth is by how many percent the heap may grow until garbage is collected. What specs keep is so little that the collector would
// run all the time, a sixth of it, with the usual 100. Benchmarks, which run without specs, have those.
const growth = 400

// patience is how long Eventually waits: machines can be busy, and a spec that passes takes none of it.
const patience = 20 * time.Second

// Ginkgos is the goroutine with which Ginkgo listens for interrupts as long as the process lives.
var Ginkgos = goleak.IgnoreAnyFunction("github.com/onsi/ginkgo/v2/internal/interrupt_handler.(*InterruptHandler).registerForInterrupts.func2")

// Run runs the specs of a package under its name. Afterwards no goroutine may be left that was not there before.
func Run(t *testing.T, name string) {
	t.Helper()
	debug.SetGCPercent(growth)
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
	before, count := goleak.IgnoreCurrent(), runtime.NumGoroutine()
	ginkgo.DeferCleanup(func() {
		// To look at all stacks takes long, and is for nothing while those are ending that do end.
		for began := time.Now(); runtime.NumGoroutine() > count && time.Since(began) < time.Second; {
			time.Sleep(time.Millisecond)
		}
		gomega.Eventually(func() error { return goleak.Find(before) }).Should(gomega.Succeed())
	})
}

// Parameters names an entry of a table by what it passes: for DescribeTable, whose entries without words of their own would be
// called "Entry: ...".
func Parameters(passed ...any) string {
	var words []string
	for _, p := range passed {
		word := strings.Join(strings.Fields(fmt.Sprint(p)), " ")
		if word == "" {
			word = "nothing"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}
