package engine

import "time"

// KeptSince is the time of the last update before which a movement has expired (see Expired): lists begin
// there.
func (e *Engine) KeptSince() time.Time { return e.clock.Now().Add(-e.retention) }
