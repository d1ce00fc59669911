// Package clock is the simulator's only source of time and of randomness. Both belong to the user:
// time can follow the wall, run faster, or stand still until it is moved, and everything random can be
// had again by giving the same seed.
//
// A [Clock] stamps messages, drives timers, bounds lists and ages what is stored; no other package
// asks the operating system for the time. Its readings are UTC, whole milliseconds, and never go back:
//
//	c, err := clock.New(clock.Options{Mode: clock.Manual, Now: start})
//	reached, stop := c.Until(start.Add(45 * time.Minute))
//	defer stop()
//	err = c.MoveTo(start.Add(time.Hour)) // closes reached
//
// A [Source] hands out a [Stream] of random values for a list of names. The values depend on the seed
// and the names alone, never on what was drawn elsewhere or in which order goroutines ran:
//
//	id := clock.NewSource(42).Stream("movement", "1").Hex(8)
//
// Two clocks or sources in one process know nothing of each other; there is no package state.
package clock
