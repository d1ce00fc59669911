package engine

import (
	"runtime/debug"

	"nctsim/simulator/store"
	"nctsim/simulator/turns"
)

// large is held while a large message is handled: read, checked or answered they take many times their size in memory. It is that of the
// whole process, whose memory it is about; the engines in it take turns.
var large = turns.New(1)

// collectLarge is by how many percent the heap may grow between two collections while a large message is handled: a server lets it
// grow by several times, which is little as long as messages are small.
const collectLarge = 30

// takeLarge waits for its turn. Another worker handles what is small meanwhile. What it returns ends the turn, and gives the memory that
// was taken back to the system. The error says that the engine stops: what waits is handled after the next start.
func (e *Engine) takeLarge() (over func(), err error) {
	ctx := turns.With(e.ctx, e)
	release, free := large.TryAcquire(ctx)
	if !free {
		defer e.schedule.Blocked()()
		if release, err = large.Acquire(ctx); err != nil {
			return nil, &storeError{store.ErrClosed}
		}
	}
	usual := debug.SetGCPercent(collectLarge)
	return func() {
		debug.SetGCPercent(usual)
		debug.FreeOSMemory()
		release()
	}, nil
}
