package engine

import (
	"errors"
	"slices"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// job is an event of a movement that is about to be handled.
type job struct {
	movement movement.Movement
	event    movement.Event
	queued   bool
	resets   uint64
	// injection is what is injected, of an EventInject.
	injection *Injection
	// released is how the event was held that happens now, nil if it was not; refused is why the office refuses it, nil if it decides
	// itself.
	released *movement.HeldEvent
	refused  *office.BrokenRule
	// dry says that nothing of what comes of it is to be stored.
	dry bool
}

// before reports whether an event of another movement comes before this one: by time, of what is queued at the same time
// by its number, and a timer before what was queued when it fell due. It is one order of all events, so that no
// movements wait for each other; whoever acts now comes last.
func (j job) before(own job) bool {
	if own.event.Kind == movement.EventAction || own.event.Kind == movement.EventInject {
		return true
	}
	if !j.event.At.Equal(own.event.At) {
		return j.event.At.Before(own.event.At)
	}
	return own.queued && (!j.queued || j.event.Seq < own.event.Seq)
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

func withoutTimer(timers []movement.Timer, name string) []movement.Timer {
	return slices.DeleteFunc(slices.Clone(timers), func(t movement.Timer) bool { return t.Name == name })
}

// Result is what one event led to.
type Result struct {
	Movement movement.Movement
	Entries  []movement.Entry
	// Messages are those sent to the trader.
	Messages []movement.Message
	// Bodies are theirs.
	Bodies []store.Body
}

// errTaken says that an MRN was given to another movement meanwhile; errMoved that something happened at the
// other side of the transit; errStale that the store was reset under our hands.
var (
	errTaken = errors.New("the MRN is taken")
	errMoved = errors.New("the other side of the transit has changed")
	errStale = errors.New("the movement has changed")
	// errDry undoes the transaction of what is only to be tried.
	errDry = errors.New("nothing is stored")
)

// earlierError says that another movement has to be handled first, because what comes of it decides whether
// an LRN is free, or what may happen at the other side of the transit.
type earlierError struct{ movement string }

func (e *earlierError) Error() string { return "movement " + e.movement + " comes first" }

// storeError is a failure to read or write, after which the event stays in the queue.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

// defectError is an event that could not be processed because of a mistake of ours.
type defectError struct{ error }

func (e *defectError) Unwrap() error { return e.error }

func isDefect(err error) bool {
	var d *defectError
	return errors.As(err, &d)
}

func isGone(err error) bool { return errors.Is(err, store.ErrNotFound) }
