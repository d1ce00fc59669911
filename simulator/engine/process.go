package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Result is what one event led to.
type Result struct {
	Movement movement.Movement
	Entries  []movement.Entry
	// Messages are those sent to the trader.
	Messages []movement.Message
	bodies   [][]byte
}

// earlierError says that another movement has to be handled first, because what comes of it decides whether
// an LRN is free, or what may happen at the other side of the transit.
type earlierError struct{ movement string }

func (e *earlierError) Error() string { return "movement " + e.movement + " comes first" }

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
		// What was begun is brought to its end, even if the engine is being closed.
		_, err = e.handle(context.WithoutCancel(ctx), j)
		if err != nil && !errors.Is(err, errStale) && !isDefect(err) {
			return err
		}
	}
	return ctx.Err()
}

// job is an event of a movement that is about to be handled.
type job struct {
	movement movement.Movement
	event    movement.Event
	queued   bool
	resets   uint64
	// injection is what is injected, of an EventInject.
	injection *Injection
}

// next is what waits longest for a movement: a timer that fell due before the first queued event, or that
// event. Nothing waits for an unknown movement.
func (e *Engine) next(id string) (j job, ok bool, err error) {
	j.resets = e.resets.Load()
	var queue []movement.Event
	err = e.store.View(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil {
			return err
		}
		j.movement = *m
		queue, err = tx.Queue(id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return job{}, false, nil
	}
	if err != nil {
		return job{}, false, fmt.Errorf("look for events of movement %s: %w", id, err)
	}
	first, ok := e.first(&j.movement, queue)
	j.event, j.queued = first.event, first.queued
	return j, ok, nil
}

// first is what comes first of a movement's queue and its timers.
func (e *Engine) first(m *movement.Movement, queue []movement.Event) (j job, ok bool) {
	until := e.now(m)
	if len(queue) > 0 {
		until = queue[0].At
	}
	if t, due := dueTimer(*m, until); due {
		return job{event: movement.Event{Movement: m.ID, Kind: movement.EventTimer, At: t.Due, Name: t.Name}}, true
	}
	if len(queue) > 0 {
		return job{event: queue[0], queued: true}, true
	}
	return job{}, false
}

// dueTimer is the timer that fell due first; of several at once the names decide, as in the store.
func dueTimer(m movement.Movement, until time.Time) (first movement.Timer, ok bool) {
	for _, t := range m.Timers {
		if t.Paused() || t.Due.After(until) {
			continue
		}
		if !ok || t.Due.Before(first.Due) || t.Due.Equal(first.Due) && t.Name < first.Name {
			first, ok = t, true
		}
	}
	return first, ok
}

// errTaken says that an MRN was given to another movement meanwhile; errMoved that something happened at the
// other side of the transit; errStale that the store was reset under our hands.
var (
	errTaken = errors.New("the MRN is taken")
	errMoved = errors.New("the other side of the transit has changed")
	errStale = errors.New("the movement has changed")
)

// handle brings one event of a movement to its end; the caller has the movement's lock. The error of an
// action that is not possible is that of office.Handle, and then nothing has changed. A *defectError says
// that the event came to nothing because of a mistake of ours.
func (e *Engine) handle(ctx context.Context, j job) (Result, error) {
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

// passes says whether an error is for the caller, and no mistake of ours: an officer may ask for what is not
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
	return errors.Is(err, errStale) || errors.Is(err, errMoved) || errors.As(err, &earlier) || errors.As(err, &store)
}

// attempt handles an event once. Mistakes of the office or the composer, panics too, come back as errors.
func (e *Engine) attempt(ctx context.Context, j job, try int) (h Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	c, err := e.read(j, try)
	if err != nil {
		return Result{}, err
	}
	changes, err := e.decide(ctx, c)
	if err != nil {
		return Result{}, err
	}
	if j.injection != nil && j.injection.DryRun {
		return changes.preview(), nil
	}
	return e.commit(ctx, changes)
}

// defectError is an event that came to nothing because of a mistake of ours.
type defectError struct{ error }

func (e *defectError) Unwrap() error { return e.error }

func isDefect(err error) bool {
	var d *defectError
	return errors.As(err, &d)
}

// giveUp ends an event that cannot be carried out, so that it is not tried for ever: the movement stays as
// it is, the journal says so, and a timer counts as fired.
func (e *Engine) giveUp(ctx context.Context, j job, cause error) error {
	defect := &defectError{fmt.Errorf("movement %s: %s %s came to nothing: %w", j.movement.ID, j.event.Kind, j.event.Name, cause)}
	e.log.Error("an event came to nothing because of a mistake of the simulator", "movement", j.movement.ID,
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
		cs.after.Script.Status, cs.after.Script.Why = movement.Left, "an event came to nothing because of a mistake of the simulator"
	}
	cs.note("", fmt.Sprintf("%s %s came to nothing; the state stays %s", j.event.Kind, j.event.Name, cs.after.State),
		"a mistake of the simulator, please report it: "+reason)
	if _, err := e.commit(ctx, cs); err != nil {
		return err
	}
	return defect
}
