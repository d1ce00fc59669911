package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/engine/schedule"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// SetClock changes the clock; timers follow. It returns the removals of movements whose retention ended because of that. The
// error is that of clock.Set.
func (e *Engine) SetClock(ctx context.Context, r clock.Reading) (removed []movement.Entry, err error) {
	collected := e.feed.collect()
	err = e.setClock(ctx, r)
	if err == nil && !r.Now.IsZero() {
		if err := e.sweep(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("expired movements could not be removed", "error", err) // the scheduler tries again
		}
	}
	return slices.DeleteFunc(collected(), func(entry movement.Entry) bool { return entry.Kind != movement.EntryRemoved }), err
}

// setClock sets the clock and says so, before anything is removed because of it.
func (e *Engine) setClock(ctx context.Context, r clock.Reading) error {
	e.sweeps.Lock()
	defer e.sweeps.Unlock()
	before := e.clock.Reading()
	if err := e.clock.Set(r); err != nil {
		return err
	}
	e.schedule.TimersChanged()
	if e.clock.Reading() == before {
		return nil
	}
	e.Report(ctx, movement.EntryClock, "the clock is "+wordsOf(e.clock.Reading()), "it was "+wordsOf(before))
	return nil
}

// wordsOf says what a clock shows.
func wordsOf(r clock.Reading) string {
	mode := string(r.Mode)
	if r.Mode == clock.Scaled {
		mode = fmt.Sprintf("scaled %g times", r.Scale)
	}
	return mode + " at " + r.Now.Format(time.RFC3339Nano)
}

// Target is how far Advance goes.
type Target = schedule.Target

// UnsettledError says what Settle has waited for in vain.
type UnsettledError = schedule.UnsettledError

// Advance moves a manual clock forward and runs everything that falls due on the way, one instant after
// the other and in the order of the movements' creation, letting each settle before it goes on. Notifications are sent (again)
// on the way too, but it does not wait long for slow subscribers. It returns
// the time reached and what entered the journals, with the removals of movements whose retention has ended. The error wraps
// clock.ErrNotManual or clock.ErrBackwards; if the context ends before it is through, the clock stands where it had come.
//
// To what falls due next: the first timer, or notification that is to be sent again; if there is neither, nothing happens.
func (e *Engine) Advance(ctx context.Context, to Target) (time.Time, []movement.Entry, error) {
	e.advances.Lock()
	defer e.advances.Unlock()
	before := e.clock.Now()
	collected := e.feed.collect()
	err := e.schedule.Advance(ctx, to)
	now, happened := e.clock.Now(), collected()
	if now.After(before) {
		e.Report(ctx, movement.EntryClock, "the clock is "+wordsOf(e.clock.Reading()), "it was advanced from "+before.Format(time.RFC3339Nano))
	}
	return now, happened, err
}

// Settle returns when no event waits to be handled and no timer is due. The error is an *UnsettledError if the context ends
// before that, or if events cannot be handled.
func (e *Engine) Settle(ctx context.Context) error { return e.schedule.Settle(ctx) }

// NextTimer is the timer that falls due first; false if none is running.
func (e *Engine) NextTimer() (store.DueTimer, bool, error) { return e.schedule.NextTimer() }

// NextDue is what happens next if the clock moves: a timer falls due, or a notification is to be sent again, with the name
// of its message in place of a timer's. False if there is nothing.
func (e *Engine) NextDue() (store.DueTimer, bool, error) { return e.schedule.NextDue() }
