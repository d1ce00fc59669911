package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

const (
	// timersAtOnce is how many due timers are taken from the store at once.
	timersAtOnce = 1024
	// sweepEvery is how often expired movements are removed. Nobody sees them meanwhile.
	sweepEvery = time.Hour
)

// schedule gives movements whose timers are due to the workers, and removes expired movements.
func (e *Engine) schedule() {
	for e.ctx.Err() == nil {
		sweepAt := e.clock.Now().Add(sweepEvery)
		if err := e.sweep(e.ctx); err != nil && e.ctx.Err() == nil {
			e.log.Error("expired movements could not be removed", "error", err)
		}
		swept, stop := e.clock.Until(sweepAt)
		e.watchTimers(swept)
		stop()
	}
}

// watchTimers fires timers until it is time for the next sweep.
func (e *Engine) watchTimers(until <-chan struct{}) {
	for {
		next, err := e.fire()
		if err != nil && e.ctx.Err() == nil {
			e.log.Error("timers cannot be read", "error", err)
		}
		reached, stop := (<-chan struct{})(nil), func() {}
		if !next.IsZero() {
			reached, stop = e.clock.Until(next)
		}
		select {
		case <-e.ctx.Done():
		case <-until:
		case <-reached:
		case <-e.wake:
		}
		stop()
		select {
		case <-e.ctx.Done():
			return
		case <-until:
			return
		default:
		}
	}
}

// fire hands the movements whose timers are due to the workers and returns when the next one falls due; zero
// means that only a change of the timers is worth waking up for: either there are no further ones, or those
// that are due now are being worked on, and that will change them.
func (e *Engine) fire() (time.Time, error) {
	if e.advancing.Load() {
		return time.Time{}, nil
	}
	now := e.clock.Now()
	var due []store.DueTimer
	var next store.DueTimer
	err := e.store.View(func(tx *store.Tx) (err error) {
		if due, err = tx.DueTimers(now, timersAtOnce); err != nil || len(due) > 0 {
			return err
		}
		next, _, err = tx.NextTimer()
		return err
	})
	for _, t := range due {
		e.work.add(t.Movement)
	}
	return next.Due, err
}

// wakeScheduler tells the scheduler that timers have changed.
func (e *Engine) wakeScheduler() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// NextTimer is the timer that falls due first; false if none is running.
func (e *Engine) NextTimer() (t store.DueTimer, ok bool, err error) {
	err = e.store.View(func(tx *store.Tx) error {
		t, ok, err = tx.NextTimer()
		return err
	})
	return t, ok, err
}

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
	e.wakeScheduler()
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

// Target is how far Advance goes: by a span, to an instant, or to what falls due next.
type Target struct {
	By   time.Duration
	To   time.Time
	Next bool
}

// Advance moves a manual clock forward and runs everything that falls due on the way, one instant after
// the other and in the order of the movements' creation, letting each settle before it goes on. Notifications are sent (again)
// on the way too, but it does not wait long for slow subscribers. It returns
// the time reached and what entered the journals, with the removals of movements whose retention has ended. The error wraps
// clock.ErrNotManual or clock.ErrBackwards; if the context ends before it is through, the clock stands where it had come.
//
// To what falls due next: the first timer, or notification that is to be sent again; if there is neither, nothing happens.
func (e *Engine) Advance(ctx context.Context, to Target) (time.Time, []movement.Entry, error) {
	e.advance.Lock()
	defer e.advance.Unlock()
	e.advancing.Store(true)
	defer e.wakeScheduler()
	defer e.advancing.Store(false)
	before := e.clock.Now()
	collected := e.feed.collect()
	err := e.advanceTo(ctx, to)
	now, happened := e.clock.Now(), collected()
	if now.After(before) {
		e.Report(ctx, movement.EntryClock, "the clock is "+wordsOf(e.clock.Reading()), "it was advanced from "+before.Format(time.RFC3339Nano))
	}
	return now, happened, err
}

func (e *Engine) advanceTo(ctx context.Context, to Target) error {
	if mode := e.clock.Reading().Mode; mode != clock.Manual {
		return fmt.Errorf("advance: %w: it is %s; hint: set mode manual first", clock.ErrNotManual, mode)
	}
	if err := e.settleTimers(ctx); err != nil {
		return err
	}
	target, err := e.resolve(to)
	if err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, deliveryPatience)
	defer cancel()
	for {
		e.deliver(patience)
		stop, ok, err := e.NextDue()
		if err != nil {
			return err
		}
		if !ok || stop.Due.After(target) {
			break
		}
		if err := e.clock.MoveTo(stop.Due); err != nil {
			return err
		}
		if err := e.settleTimers(ctx); err != nil {
			return err
		}
	}
	if err := e.clock.MoveTo(target); err != nil {
		return err
	}
	return e.sweep(ctx)
}

// resolve is the instant that a target means.
func (e *Engine) resolve(to Target) (time.Time, error) {
	now := e.clock.Now()
	switch {
	case to.Next:
		t, ok, err := e.NextDue()
		if !ok {
			return now, err
		}
		return t.Due, nil
	case !to.To.IsZero():
		return to.To, nil
	}
	return now.Add(to.By), nil
}

// settleTimers runs what is due now, one after the other, until nothing is left, queued events included.
func (e *Engine) settleTimers(ctx context.Context) error {
	for {
		if err := e.settleEvents(ctx); err != nil {
			return err
		}
		var due []store.DueTimer
		err := e.store.View(func(tx *store.Tx) (err error) {
			due, err = tx.DueTimers(e.clock.Now(), timersAtOnce)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, t := range due {
			if err := e.drain(ctx, t.Movement); err != nil {
				return err
			}
		}
	}
}

// UnsettledError says what Settle has waited for in vain.
type UnsettledError struct {
	Waiting []movement.Event
	cause   error
}

func (e *UnsettledError) Error() string {
	return fmt.Sprintf("%d events are still waiting: %v", len(e.Waiting), e.cause)
}

// Unwrap is what ended the waiting: the context's error, or why an event cannot be handled.
func (e *UnsettledError) Unwrap() error { return e.cause }

// Settle returns when no event waits to be handled and no timer is due. The error is an *UnsettledError if
// the context ends before that, or if events cannot be handled.
func (e *Engine) Settle(ctx context.Context) error {
	return e.settle(ctx, true)
}

// settleEvents is Settle without the timers.
func (e *Engine) settleEvents(ctx context.Context) error {
	return e.settle(ctx, false)
}

func (e *Engine) settle(ctx context.Context, timers bool) error {
	for tried := false; ; tried = true {
		ids, err := e.waiting(timers)
		if err != nil || len(ids) == 0 {
			return err
		}
		if cause := e.work.failure(ids); tried && cause != nil {
			return e.unsettled(cause)
		}
		e.work.add(ids...)
		select {
		case <-e.work.whenIdle():
		case <-ctx.Done():
			return e.unsettled(ctx.Err())
		case <-e.ctx.Done():
			return e.unsettled(errors.New("the engine is closed"))
		}
	}
}

// waiting are the movements that something waits for.
func (e *Engine) waiting(timers bool) (ids []string, err error) {
	err = e.store.View(func(tx *store.Tx) error {
		if ids, err = tx.Waiting(); err != nil || !timers {
			return err
		}
		due, err := tx.DueTimers(e.clock.Now(), timersAtOnce)
		for _, t := range due {
			ids = append(ids, t.Movement)
		}
		return err
	})
	return ids, err
}

// mostWaiting is how many events an UnsettledError names.
const mostWaiting = 100

func (e *Engine) unsettled(cause error) error {
	u := &UnsettledError{cause: cause}
	err := e.store.View(func(tx *store.Tx) error {
		ids, err := tx.Waiting()
		if err != nil {
			return err
		}
		for _, id := range ids {
			queue, err := tx.Queue(id)
			if err != nil {
				return err
			}
			u.Waiting = append(u.Waiting, queue...)
			if len(u.Waiting) >= mostWaiting {
				return nil
			}
		}
		due, err := tx.DueTimers(e.clock.Now(), mostWaiting)
		for _, t := range due {
			u.Waiting = append(u.Waiting, movement.Event{Movement: t.Movement, Kind: movement.EventTimer, Name: t.Name, At: t.Due})
		}
		return err
	})
	if err != nil {
		u.cause = errors.Join(u.cause, err)
	}
	return u
}
