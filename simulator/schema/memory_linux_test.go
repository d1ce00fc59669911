//go:build !race

// The race detector has memory of its own, many times that of the program.

package schema_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
	"nctsim/simulator/simtest/tier"
)

// anonymous is the memory of the process besides mapped files, in bytes, when all that Go can give back is given back.
func anonymous() int {
	GinkgoHelper()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	Expect(err).NotTo(HaveOccurred())
	found := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		Skip("SKIPPED: this system does not say how much memory a process uses")
	}
	kilobytes, err := strconv.Atoi(string(found[1]))
	Expect(err).NotTo(HaveOccurred())
	return kilobytes << 10
}

var _ = Describe("Memory", func() {
	It("is given back after a burst of large messages", func() {
		tier.Slow()
		// Two and a half megabytes of elements that the schema does not know.
		large := bytes.Replace([]byte(invalidation), []byte("</justification>"),
			[]byte("</justification>"+strings.Repeat("<x>1</x>", 200_000)), 1)
		before := anonymous()
		for range 2 {
			var wait sync.WaitGroup
			for range 4 {
				wait.Go(func() { phases["phase5"].Validate(context.Background(), large, schema.Options{}) })
			}
			wait.Wait()
		}
		Expect(anonymous() - before).To(BeNumerically("<", 30<<20))
	})
})
