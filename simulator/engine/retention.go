package engine

import (
	"time"

	"nctsim/simulator/message"
)

// RetainedSince is the time of the last update before which a movement of a phase has expired (see Expired): lists begin
// there.
func (e *Engine) RetainedSince(p message.Phase) time.Time { return e.clock.Now().Add(-e.Retention(p)) }

// Retention is how long a movement of a phase is kept after its last message.
func (e *Engine) Retention(p message.Phase) time.Duration {
	if p.Legacy() {
		return e.legacyRetention
	}
	return e.retention
}
