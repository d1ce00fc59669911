package engine

import (
	"time"

	"nctsim/simulator/message"
)

// KeptSince is the time of the last update before which a movement of a phase has expired (see Expired): lists begin
// there.
func (e *Engine) KeptSince(p message.Phase) time.Time { return e.clock.Now().Add(-e.Kept(p)) }

// Kept is how long a movement of a phase is kept after its last message.
func (e *Engine) Kept(p message.Phase) time.Duration {
	if p.Legacy() {
		return e.legacyRetention
	}
	return e.retention
}
