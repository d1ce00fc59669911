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

// Some is the entries of a list that are all checked in the same way: all of them, or every tenth in short runs.
func Some[T any](list []T) []T {
	if !testing.Short() {
		return list
	}
	var some []T
	for i := 0; i < len(list); i += 10 {
		some = append(some, list[i])
	}
	return some
}

// Sequential is Rounds for a loop in which everything happens one after another, so that the race detector makes it ten times as
// slow and has nothing to find: under it the loop runs a tenth. make plain runs such tests without it.
func Sequential(n int) int {
	if RaceDetector {
		return max(n/10, 1)
	}
	return Rounds(n)
}

// Plays reports whether the i-th of many cases is played that are all alike to the race detector: under it, every fifth. make plain
// plays all of them.
func Plays(i int) bool { return !RaceDetector || i%5 == 0 }

// Whole leaves a spec that needs all cases (see [Plays]) to make plain.
func Whole() {
	if RaceDetector {
		ginkgo.Skip("SKIPPED: under the race detector every fifth case is played; make plain plays all", 1)
	}
}
