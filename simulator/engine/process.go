package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
	"nctsim/simulator/turns"
)

// drain handles what waits for a movement: queued events, and timers that are due.
func (e *Engine) drain(ctx context.Context, id string) error {
	return e.withDrained(ctx, id, func() error { return nil })
}

// CatchUp returns when nothing waits for a movement any more: what came for it has had its consequences, and what was due
// has happened. The error is that of ctx or of the store.
func (e *Engine) CatchUp(ctx context.Context, movementID string) error {
	return e.drain(ctx, movementID)
}

// withDrained handles what waits for a movement and then calls do, still under the movement's lock.
func (e *Engine) withDrained(ctx context.Context, id string, do func() error) error {
	for {
		err := e.tryDrained(ctx, id, do)
		var earlier *earlierError
		switch {
		case errors.Is(err, errMoved):
			continue
		case !errors.As(err, &earlier):
			return err
		}
		if err := e.drain(ctx, earlier.movement); err != nil {
			return err
		}
	}
}

func (e *Engine) tryDrained(ctx context.Context, id string, do func() error) error {
	defer e.schedule.Lock(id)()
	for ctx.Err() == nil {
		j, ok, err := e.next(id)
		if err != nil {
			return err
		}
		if !ok {
			return do()
		}
		if e.Expired(j.movement) {
			// Nobody sees it any more, and it must not come back to life.
			if _, err := e.deleteExpired(ctx, id); err != nil {
				return err
			}
			continue
		}
		if held, err := e.hold(ctx, j, nil); held || errors.Is(err, errStale) {
			continue
		} else if err != nil {
			return err
		}
		// What was begun is brought to its end, even if the engine is being closed.
		_, err = e.handle(context.WithoutCancel(ctx), j)
		if err != nil && !errors.Is(err, errStale) && !errors.Is(err, errHeld) && !isDefect(err) {
			return err
		}
	}
	return ctx.Err()
}

// withLock calls do under the movement's lock, whatever waits for the movement.
func (e *Engine) withLock(_ context.Context, movementID string, do func() error) error {
	defer e.schedule.Lock(movementID)()
	return do()
}

// loadForAction reads a movement for an event that does not come from the queue. The error wraps store.ErrNotFound if
// there is none.
func (e *Engine) loadForAction(id string) (job, error) {
	j := job{resets: e.resets.Load()}
	err := e.store.View(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil {
			return err
		}
		j.movement = *m
		return nil
	})
	if err == nil && e.Expired(j.movement) {
		err = fmt.Errorf("movement %s has expired: %w", id, store.ErrNotFound)
	}
	return j, err
}

// handle brings one event of a movement to its end; the caller has the movement's lock. The error of an
// action that is not possible is that of office.Handle, and then nothing has changed. A *defectError says
// that the event could not be processed because of a mistake of ours.
func (e *Engine) handle(ctx context.Context, j job) (Result, error) {
	if j.event.Kind == movement.EventUpload {
		return Result{}, e.endUpload(ctx, j.movement, j.event.Message)
	}
	for try := 0; ; try++ {
		h, err := e.attempt(ctx, j, try)
		switch {
		case errors.Is(err, errTaken):
		case err == nil || j.passes(err):
			return h, err
		default:
			return Result{}, e.giveUp(ctx, j, err)
		}
	}
}

// passes reports whether an error is for the caller, and no mistake of ours: an officer may ask for what is not
// possible, a timer may not.
func (j job) passes(err error) bool {
	var invalid *InvalidError
	var trigger *TriggerError
	var earlier *earlierError
	var store *storeError
	switch {
	case isRefusal(err):
		return j.event.Kind == movement.EventAction
	case errors.As(err, &invalid), errors.As(err, &trigger):
		return j.injection != nil
	}
	return errors.Is(err, errStale) || errors.Is(err, errHeld) || errors.Is(err, errMoved) || errors.As(err, &earlier) || errors.As(err, &store)
}

// attempt handles an event once. Mistakes of the office or the composer, panics too, come back as errors.
func (e *Engine) attempt(ctx context.Context, j job, try int) (h Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	h, err = e.tryOnce(ctx, j, try, false)
	if !errors.Is(err, errLarge) {
		return h, err
	}
	over, err := e.takeLarge()
	if err != nil {
		return Result{}, err
	}
	defer over() // when nothing holds any more what was read
	return e.tryOnce(ctx, j, try, true)
}

// tryOnce is attempt for an event whose messages are not large, or whose turn it is.
func (e *Engine) tryOnce(ctx context.Context, j job, try int, large bool) (Result, error) {
	changes, err := e.consider(ctx, j, try, large)
	if err != nil {
		return Result{}, err
	}
	if held, err := e.hold(ctx, j, changes.types()); err != nil {
		return Result{}, err
	} else if held {
		return Result{}, errHeld
	}
	return e.commit(ctx, changes)
}

// consider is the first two stages, which take a processor. The error is errLarge if the event needs large messages and may not, or that
// of decide.
func (e *Engine) consider(ctx context.Context, j job, try int, large bool) (*changeSet, error) {
	if e.work != nil {
		release, err := e.work.Acquire(turns.With(context.WithoutCancel(ctx), e)) // nobody waits long
		if err != nil {
			return nil, err
		}
		defer release()
	}
	c, err := e.read(j, try, large)
	if err != nil {
		return nil, err
	}
	return e.decide(ctx, c)
}

// decide is the second stage: the office decides, or the scenario that the movement follows. The error is that of the
// office for an action that is not possible, or an *InvalidError for a message that cannot be injected.
func (e *Engine) decide(ctx context.Context, c *eventContext) (*changeSet, error) {
	if c.injection != nil {
		// It is made first, because a scenario goes by its type, which may be known only then.
		var err error
		if c.injected, err = e.usual.injection(ctx, c); err != nil {
			return nil, err
		}
	}
	var d decider = e.usual
	if c.following != nil {
		d = scenarioDecider{e.usual, c.following}
	}
	return d.decide(ctx, c)
}

// giveUp ends an event that cannot be carried out, so that it is not tried for ever: the movement stays as
// it is, the journal says so, and a timer counts as fired.
func (e *Engine) giveUp(ctx context.Context, j job, cause error) error {
	defect := &defectError{fmt.Errorf("movement %s: %s %s could not be processed: %w", j.movement.ID, j.event.Kind, j.event.Name, cause)}
	e.log.Error("internal error: an event could not be processed", "movement", j.movement.ID,
		"event", j.event.Name, "error", cause)
	e.onBug(defect)
	if j.injection != nil {
		return cause // nothing waits for it to come to an end
	}
	cs := &changeSet{job: j, after: j.movement, now: e.now(&j.movement)}
	cs.after.Handled++
	if j.event.Kind == movement.EventTimer {
		cs.after.Timers = slices.DeleteFunc(slices.Clone(cs.after.Timers), func(t movement.Timer) bool { return t.Name == j.event.Name })
	}
	reason, _, _ := strings.Cut(cause.Error(), "\n")
	if cs.after.Script.Status == movement.Following {
		cs.after = e.office.TakeOver(cs.after, "the scenario was left", cs.now).Movement
		cs.after.Script.Status, cs.after.Script.Why = movement.Left, "internal error: an event could not be processed"
	}
	cs.note("", fmt.Sprintf("%s %s could not be processed; the state stays %s", j.event.Kind, j.event.Name, cs.after.State),
		"internal error of the simulator, please report it: "+reason)
	if _, err := e.commit(ctx, cs); err != nil {
		return err
	}
	return defect
}
