package control

import (
	"net/http"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
)

// clockView is the clock with what it reaches next.
type clockView struct {
	Mode  clock.Mode `json:"mode"`
	Now   time.Time  `json:"now"`
	Scale float64    `json:"scale"`
	// NextTimer is the timer that falls due next, or the notification that is to be sent again; null if there is none.
	NextTimer *nextTimer `json:"nextTimer"`
	// Happened are the removals of movements whose retention ended because the clock was set.
	Happened []movement.Entry `json:"happened,omitempty"`
}

type nextTimer struct {
	Movement string `json:"movement"`
	// Name is that of the timer; that of a notification begins with the word and ends with its message: "notification IE928".
	Name string    `json:"name"`
	Due  time.Time `json:"due"`
}

// ShowClock shows the clock.
func (a *API) ShowClock(*http.Request) (wire.Response, error) { return a.showClock(nil) }

func (a *API) showClock(happened []movement.Entry) (wire.Response, error) {
	now := a.Clock.Reading()
	view := clockView{Mode: now.Mode, Now: now.Now, Scale: now.Scale, Happened: happened}
	next, some, err := a.Engine.NextDue()
	if err != nil {
		return wire.Response{}, err
	}
	if some {
		view.NextTimer = &nextTimer{next.Movement, next.Name, next.Due}
	}
	return reply(http.StatusOK, view), nil
}

// SetClock changes what is given of mode, time and scale; the rest is ignored, so that what was read can be sent back.
func (a *API) SetClock(r *http.Request) (wire.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	var in clockView
	if err := decode(body, &in); err != nil {
		return wire.Response{}, err
	}
	removed, err := a.Engine.SetClock(r.Context(), clock.Reading{Mode: in.Mode, Now: in.Now, Scale: in.Scale})
	if err != nil {
		return wire.Response{}, err
	}
	return a.showClock(removed)
}

// nextDue is what {"to":…} says for the time of what falls due next.
const nextDue = "next"

// Advance moves a manual clock and runs what falls due on the way.
func (a *API) Advance(r *http.Request) (wire.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	var in struct {
		By string `json:"by"`
		To string `json:"to"`
	}
	if err := decode(body, &in); err != nil {
		return wire.Response{}, err
	}
	target, err := targetOf(in.By, in.To)
	if err != nil {
		return wire.Response{}, err
	}
	before := a.Clock.Now()
	ctx, cancel := a.waiting(r, longestAdvance)
	defer cancel()
	now, happened, err := a.Engine.Advance(ctx, target)
	if err != nil && ctx.Err() != nil {
		return wire.Response{}, &Problem{
			Status: http.StatusGatewayTimeout, Code: codeUnsettled, Message: "the clock came no further than " + now.Format(time.RFC3339Nano) + " in the time there was",
			Hint: "call again to go on; GET /simulator/v1/clock shows what is next",
		}
	}
	if err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusOK, struct {
		Now      time.Time        `json:"now"`
		Happened []movement.Entry `json:"happened"`
		// NothingDue says that the clock was to go to what falls due next, and stands still because there is nothing.
		NothingDue bool `json:"nothingDue,omitempty"`
	}{now, orEmpty(happened), target.Next && !now.After(before)}), nil
}

func targetOf(by, to string) (engine.Target, error) {
	const hint = `send {"by":"45m"}, {"to":"2026-03-02T10:00:00Z"} or {"to":"next"}`
	switch {
	case (by == "") == (to == ""):
		return engine.Target{}, bad(hint, "exactly one of by and to must be given")
	case to == nextDue:
		return engine.Target{Next: true}, nil
	case to != "":
		t, err := time.Parse(time.RFC3339, to)
		if err != nil {
			return engine.Target{}, bad(hint, "to cannot be %q", to)
		}
		return engine.Target{To: t}, nil
	}
	d, err := time.ParseDuration(by)
	if err == nil && d < 0 {
		return engine.Target{}, bad(hint, "the clock cannot go back, so by cannot be %q", by)
	}
	if err != nil || d == 0 {
		return engine.Target{}, bad(hint, "by cannot be %q", by)
	}
	return engine.Target{By: d}, nil
}

// Limits of the time that settle waits, in real time.
const (
	defaultSettle = 5 * time.Second
	longestSettle = 5 * time.Minute
)

// longestAdvance is how long the clock may take for its way: what comes later could not be answered any more.
const longestAdvance = 10 * time.Minute

// Settle returns when no event waits to be handled.
func (a *API) Settle(r *http.Request) (wire.Response, error) {
	q, err := query(r, "timeout")
	if err != nil {
		return wire.Response{}, err
	}
	timeout := defaultSettle
	if text := q.Get("timeout"); text != "" {
		timeout, err = time.ParseDuration(text)
		if err != nil || timeout <= 0 || timeout > longestSettle {
			return wire.Response{}, bad("write it as 5s or 2m, up to 5m", "timeout cannot be %q", text)
		}
	}
	ctx, cancel := a.waiting(r, timeout)
	defer cancel()
	if err := a.Engine.Settle(ctx); err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusOK, struct {
		Settled bool      `json:"settled"`
		Now     time.Time `json:"now"`
	}{true, a.Clock.Now()}), nil
}
