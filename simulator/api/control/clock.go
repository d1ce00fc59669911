package control

import (
	"net/http"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
)

// ShowClock shows the clock.
func (a *API) ShowClock(*http.Request) (wire.Response, error) { return a.showClock(nil) }

func (a *API) showClock(happened []movement.Entry) (wire.Response, error) {
	now := a.Clock.Reading()
	view := client.Clock{Mode: now.Mode, Now: now.Now, Scale: now.Scale, Happened: happened}
	next, some, err := a.Engine.NextDue()
	if err != nil {
		return wire.Response{}, err
	}
	if some {
		view.NextTimer = &client.NextTimer{Movement: next.Movement, Name: next.Name, Due: next.Due}
	}
	return reply(http.StatusOK, view), nil
}

// SetClock changes what is given of mode, time and scale; the rest is ignored, so that what was read can be sent back.
func (a *API) SetClock(r *http.Request, in client.Clock) (wire.Response, error) {
	removed, err := a.Engine.SetClock(r.Context(), clock.Reading{Mode: in.Mode, Now: in.Now, Scale: in.Scale})
	if err != nil {
		return wire.Response{}, err
	}
	return a.showClock(removed)
}

// Advance moves a manual clock and runs what falls due on the way.
func (a *API) Advance(r *http.Request, in client.Target) (wire.Response, error) {
	target, err := targetOf(in.By, in.To)
	if err != nil {
		return wire.Response{}, err
	}
	before := a.Clock.Now()
	var reached *client.Due
	if target.Next {
		if reached, err = a.nextDue(); err != nil {
			return wire.Response{}, err
		}
	}
	ctx, cancel := a.waiting(r, longestAdvance)
	defer cancel()
	now, happened, err := a.Engine.Advance(ctx, target)
	if err != nil && ctx.Err() != nil {
		return wire.Response{}, a.cutOff(&client.Error{
			Status: http.StatusGatewayTimeout, Code: codeUnsettled, Message: "the clock came no further than " + now.Format(time.RFC3339Nano) + " in the time there was",
			Hint: "call again to go on; GET /simulator/v1/clock shows what is next",
		})
	}
	if err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusOK, client.Advanced{
		Now: now, Happened: orEmpty(happened), NothingDue: target.Next && !now.After(before), Reached: reached,
	}), nil
}

func targetOf(by, to string) (engine.Target, error) {
	const hint = `send {"by":"45m"}, {"to":"2026-03-02T10:00:00Z"} or {"to":"next"}`
	switch {
	case (by == "") == (to == ""):
		return engine.Target{}, bad(hint, "exactly one of by and to must be given")
	case to == client.Next:
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
	q := r.URL.Query()
	timeout := defaultSettle
	if text := q.Get("timeout"); text != "" {
		var err error
		timeout, err = time.ParseDuration(text)
		if err != nil || timeout <= 0 || timeout > longestSettle {
			return wire.Response{}, bad("write it as 5s or 2m, up to 5m", "timeout cannot be %q", text)
		}
	}
	ctx, cancel := a.waiting(r, timeout)
	defer cancel()
	if err := a.Engine.Settle(ctx); err != nil {
		return wire.Response{}, a.cutOff(err)
	}
	return reply(http.StatusOK, client.Settled{Settled: true, Now: a.Clock.Now()}), nil
}
