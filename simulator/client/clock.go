package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/movement"
)

// Clock is the clock with what it reaches next.
type Clock struct {
	Mode clock.Mode `json:"mode"`
	Now  time.Time  `json:"now"`
	// Scale is how many simulated seconds pass in one; 1 unless the clock is scaled.
	Scale float64 `json:"scale"`
	// NextTimer is the timer that falls due next, or the notification that is to be sent again; null if there is none.
	NextTimer *NextTimer `json:"nextTimer" jsonschema:"nullable"`
	// Happened are the removals of movements whose retention ended because the clock was set.
	Happened []movement.Entry `json:"happened,omitempty"`
}

// NextTimer is what falls due next.
type NextTimer struct {
	Movement string `json:"movement"`
	// Name is that of the timer; that of a notification begins with the word and ends with its message: "notification IE928".
	Name string    `json:"name"`
	Due  time.Time `json:"due"`
}

// Clock shows the clock.
func (c Client) Clock(ctx context.Context) (Clock, error) { return get[Clock](ctx, c, clockPath) }

// ClockChange is what to change of the clock; what is left out stays. A [Clock] that was read may be sent as well: what is
// not here is ignored.
type ClockChange struct {
	Mode  clock.Mode `json:"mode,omitempty"`
	Now   time.Time  `json:"now,omitzero"`
	Scale float64    `json:"scale,omitempty"`
}

// SetClock changes the clock and shows it then.
func (c Client) SetClock(ctx context.Context, change ClockChange) (Clock, error) {
	return send[Clock](ctx, c, http.MethodPut, clockPath, change)
}

// Next is the target of a manual clock that goes to what falls due next.
const Next = "next"

// Target is where a manual clock is to go: one of the two.
type Target struct {
	// By is a duration: "45m".
	By string `json:"by,omitempty"`
	// To is a time, "2026-03-02T10:00:00Z", or [Next].
	To string `json:"to,omitempty"`
}

// Until is the target of an instant.
func Until(t time.Time) Target { return Target{To: t.UTC().Format(time.RFC3339Nano)} }

// Advanced is how far a manual clock has come.
type Advanced struct {
	Now time.Time `json:"now"`
	// Happened is what happened on the way.
	Happened []movement.Entry `json:"happened"`
	// Reached is what the clock was to go to next, and has; nil for any other target.
	Reached *Due `json:"reached,omitempty"`
	// NothingDue says that the clock was to go to what falls due next, and stands still because there is nothing.
	NothingDue bool `json:"nothingDue,omitempty"`
}

// Advance moves a manual clock and returns when everything that fell due on the way has happened.
func (c Client) Advance(ctx context.Context, to Target) (Advanced, error) {
	return send[Advanced](ctx, c, http.MethodPost, clockPath+"/advance", to)
}

// Settled says that no event waits to be handled.
type Settled struct {
	Settled bool      `json:"settled"`
	Now     time.Time `json:"now"`
}

// Settle returns when no event waits to be handled and no timer is due. When that takes longer than the time given, in real
// time, the error lists what still waits.
func (c Client) Settle(ctx context.Context, within time.Duration) (Settled, error) {
	query := url.Values{"timeout": {within.String()}}
	return send[Settled](ctx, c, http.MethodPost, withQuery(settlePath, query), nil)
}
