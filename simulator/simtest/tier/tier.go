// Package tier says what short runs of the tests leave out (go test -short, which make quick is).
package tier

import (
	"testing"

	"github.com/onsi/ginkgo/v2"
)

// Slow leaves a spec out of short runs: one that takes long, or that measures what only counts on a
// machine with nothing else to do.
func Slow() {
	if testing.Short() {
		ginkgo.Skip("SKIPPED: takes long, and this is a short run (go test -short, make quick)", 1)
	}
}

// Rounds is how often a loop repeats the same check with other random input: n times, or a tenth of that in short runs.
func Rounds(n int) int {
	if testing.Short() {
		return max(n/10, 1)
	}
	return n
}
