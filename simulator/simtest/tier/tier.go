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

// Sequential is Rounds for a loop in which everything happens one after another, so that the race detector makes it ten times as
// slow and has nothing to find: under it the loop runs a tenth. make test runs such tests once more without it.
func Sequential(n int) int {
	if raceDetector {
		return max(n/10, 1)
	}
	return Rounds(n)
}
