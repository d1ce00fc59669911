// Package cost measures what work takes of the processor, for tests that compare hostile input with usual input.
package cost

import (
	"runtime"
	"syscall"
	"time"
)

// ProcessorTime is what a function takes of this thread's processor, the least of some runs: others on the machine make
// it more, never less.
func ProcessorTime(runs int, f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := time.Duration(1 << 62)
	for range runs {
		before := used()
		f()
		least = min(least, used()-before)
	}
	return least
}

// used is what this thread has taken so far, 0 if the system does not say.
func used() time.Duration {
	const threadUsage = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(threadUsage, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
