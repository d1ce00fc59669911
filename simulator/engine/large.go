package engine

import (
	"runtime/debug"

	"nctsim/simulator/engine/schedule"
	"nctsim/simulator/store"
)

// oneByOne is held while large messages are handled: read, checked or answered they take many times their size in memory.
type oneByOne chan struct{}

func newOneByOne() oneByOne { return make(oneByOne, 1) }

// collectLarge is by how many percent the heap may grow between two collections while a large message is handled: a server lets it
// grow by several times, which is little as long as messages are small.
const collectLarge = 30

// take waits for its turn. Another worker handles what is small meanwhile. What it returns ends the turn, and gives the memory that
// was taken back to the system. The error says that the engine stops: what waits is handled after the next start.
func (o oneByOne) take(s *schedule.Scheduler) (over func(), err error) {
	select {
	case o <- struct{}{}:
	default:
		defer s.Blocked()()
		select {
		case o <- struct{}{}:
		case <-s.Stopping():
			return nil, &storeError{store.ErrClosed}
		}
	}
	usual := debug.SetGCPercent(collectLarge)
	return func() {
		debug.SetGCPercent(usual)
		debug.FreeOSMemory()
		<-o
	}, nil
}
