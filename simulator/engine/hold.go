package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// causeHeld is what a timer waits for that is held.
const causeHeld = "it is held"

// errHeld says that what an event would send is held, and the event with it.
var errHeld = errors.New("the event is held")

// UnheldError says that what was asked for is not possible with an event that is held.
type UnheldError struct{ Event movement.Event }

func (e *UnheldError) Error() string {
	return fmt.Sprintf("%s %s cannot be refused, only messages of the trader can; hint: drop it", e.Event.Kind, e.Event.Name)
}

// mayBeHeld reports whether rules can hold an event: what happens by itself, and not what somebody does by hand or to be tried,
// or what was released.
func (j job) mayBeHeld() bool {
	if j.released != nil || j.dry {
		return false
	}
	switch j.event.Kind {
	case movement.EventMessage, movement.EventSide, movement.EventTimer:
		return true
	case movement.EventAction:
		return j.queued
	}
	return false
}

// hold sets an event aside if a rule says so: before the office looks at it, or with sends, before these messages of customs go
// out. Behind an event of the queue that is held the others of the movement wait, too. The caller has the movement's lock.
func (e *Engine) hold(ctx context.Context, j job, sends []string) (held bool, err error) {
	if !e.interventions.any() || !j.mayBeHeld() {
		return false, nil
	}
	var entry movement.Entry
	err = e.store.Update(ctx, func(tx *store.Tx) error {
		h, rule, err := e.holdOf(tx, j, sends)
		held = h != nil
		if err != nil || !held {
			return err
		}
		if h.ID, err = tx.NextIntervention(); err != nil {
			return err
		}
		if rule != nil {
			rule.Held++
			if err := tx.PutHoldRule(*rule); err != nil {
				return err
			}
		}
		if err := e.setAside(tx, j, *h); err != nil {
			return err
		}
		entry = e.note(h.Event.Movement, fmt.Sprintf("%s %s is held", h.Event.Kind, h.Event.Name), whyHeld(*h))
		return tx.AddEntry(&entry)
	})
	if isGone(err) {
		return false, errStale
	}
	if err != nil {
		return false, &storeError{fmt.Errorf("hold %s: %w", j.event.Name, err)}
	}
	if held {
		e.feed.publish([]movement.Entry{entry})
		e.schedule.TimersChanged()
	}
	return held, nil
}

// holdOf is how an event is held, nil if it is not, and the rule that holds it.
func (e *Engine) holdOf(tx *store.Tx, j job, sends []string) (*movement.HeldEvent, *movement.HoldRule, error) {
	rules, err := tx.HoldRules()
	if err != nil {
		return nil, nil, err
	}
	h := &movement.HeldEvent{Event: j.event, Since: e.clock.Now()}
	for _, r := range rules {
		if holds(r, j, sends) {
			h.Rule, h.Before = r.ID, r.Before
			return h, &r, nil
		}
	}
	if !j.queued || sends != nil {
		return nil, nil, nil
	}
	others, err := tx.Held(j.movement.ID)
	if err != nil || !slices.ContainsFunc(others, queuedBefore) {
		return nil, nil, err
	}
	return h, nil, nil
}

// queuedBefore reports whether a held event came from the queue, so that others wait behind it.
func queuedBefore(h movement.HeldEvent) bool { return h.Event.Kind != movement.EventTimer }

// holds reports whether a rule holds an event.
func holds(r movement.HoldRule, j job, sends []string) bool {
	m := j.movement
	if r.UsedUp() || r.EORI != "" && r.EORI != m.EORI || r.LRN != "" && r.LRN != m.LRN || r.Movement != "" && r.Movement != m.ID {
		return false
	}
	if r.Message != "" && (j.event.Kind != movement.EventMessage || j.event.Name != r.Message) {
		return false
	}
	if sends == nil {
		return r.Before == ""
	}
	return slices.Contains(sends, r.Before)
}

// setAside takes an event from the queue, or stops its timer, and keeps it among those that are held.
func (e *Engine) setAside(tx *store.Tx, j job, h movement.HeldEvent) error {
	if err := tx.PutHeld(h); err != nil {
		return err
	}
	if j.queued {
		return tx.Dequeue(j.event)
	}
	m, err := tx.Movement(j.movement.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(m.Timers, func(t movement.Timer) bool { return t.Name == j.event.Name })
	if i < 0 {
		return store.ErrNotFound
	}
	m.Timers = slices.Clone(m.Timers)
	m.Timers[i] = movement.Timer{Name: j.event.Name, Cause: causeHeld}
	return tx.PutMovement(m)
}

// note is a line of a movement's journal about what somebody did while the simulator runs.
func (e *Engine) note(movementID, text, why string) movement.Entry {
	return movement.Entry{Movement: movementID, At: e.clock.Now(), Kind: movement.EntryNote, Actor: movement.Injector, Text: text, Why: why}
}

func whyHeld(h movement.HeldEvent) string {
	switch {
	case h.Rule == "":
		return "it waits behind another event that is held"
	case h.Before != "":
		return fmt.Sprintf("hold %s waits before %s", h.Rule, h.Before)
	}
	return "hold " + h.Rule
}

// Hold keeps a rule, and gives it its ID.
func (e *Engine) Hold(ctx context.Context, r movement.HoldRule) (movement.HoldRule, error) {
	r.Since, r.Held = e.clock.Now(), 0
	err := e.intervene(ctx, func(tx *store.Tx) (err error) {
		if r.Movement != "" {
			if _, err := tx.Movement(r.Movement); err != nil {
				return err
			}
		}
		if r.ID, err = tx.NextIntervention(); err != nil {
			return err
		}
		return tx.PutHoldRule(r)
	})
	return r, err
}

// Holds are the rules, and the events that are held.
func (e *Engine) Holds() (rules []movement.HoldRule, held []movement.HeldEvent, err error) {
	err = e.Read(func(tx *store.Tx) error {
		if rules, err = tx.HoldRules(); err != nil {
			return err
		}
		held, err = tx.Held("")
		return err
	})
	return rules, held, err
}

// Unhold takes a rule away; what it holds stays held. The error wraps store.ErrNotFound if there is none of the id.
func (e *Engine) Unhold(ctx context.Context, id string) error {
	return e.intervene(ctx, func(tx *store.Tx) error { return tx.DeleteHoldRule(id) })
}

// Release lets an event that is held happen now, and then those that wait behind it. The error wraps store.ErrNotFound if no event
// of the id is held.
func (e *Engine) Release(ctx context.Context, heldID string) error {
	h, err := e.heldEvent(heldID)
	if err != nil {
		return err
	}
	if err := e.letHappen(ctx, h, nil); err != nil || h.Event.Kind == movement.EventTimer {
		return err
	}
	return e.letFollow(ctx, h.Event.Movement)
}

// letFollow releases what waits behind an event that is no longer held.
func (e *Engine) letFollow(ctx context.Context, movementID string) error {
	for {
		var next *movement.HeldEvent
		err := e.store.View(func(tx *store.Tx) error {
			held, err := tx.Held(movementID)
			if i := slices.IndexFunc(held, queuedBefore); i >= 0 && held[i].Rule == "" {
				next = &held[i]
			}
			return err
		})
		if isGone(err) {
			return nil
		}
		if err != nil || next == nil {
			return err
		}
		if err := e.letHappen(ctx, *next, nil); err != nil && !isGone(err) {
			return err
		}
	}
}

// Refuse lets the office refuse a message that is held, with a functional error in place of what it would find itself. The error
// is an *UnheldError if the event is not a message of the trader.
func (e *Engine) Refuse(ctx context.Context, heldID string, because office.BrokenRule) error {
	h, err := e.heldEvent(heldID)
	if err != nil {
		return err
	}
	if h.Event.Kind != movement.EventMessage {
		return &UnheldError{h.Event}
	}
	if err := e.letHappen(ctx, h, &because); err != nil {
		return err
	}
	return e.letFollow(ctx, h.Event.Movement)
}

// Drop forgets an event that is held, as if it had never reached the office; a timer is stopped. What waits behind it happens.
func (e *Engine) Drop(ctx context.Context, heldID string) error {
	h, err := e.heldEvent(heldID)
	if err != nil {
		return err
	}
	id := h.Event.Movement
	err = e.withLock(ctx, id, func() error {
		return e.Record(ctx, func(tx *store.Tx) ([]movement.Entry, error) {
			if err := tx.DeleteHeld(h); err != nil {
				return nil, err
			}
			m, err := tx.Movement(id)
			if err != nil {
				return nil, err
			}
			if h.Event.Kind == movement.EventTimer {
				m.Timers = withoutTimer(m.Timers, h.Event.Name)
				if err := tx.PutMovement(m); err != nil {
					return nil, err
				}
			}
			entry := e.note(id, fmt.Sprintf("%s %s was dropped", h.Event.Kind, h.Event.Name), "by the control API, while it was held")
			return []movement.Entry{entry}, tx.AddEntry(&entry)
		})
	})
	if err != nil || h.Event.Kind == movement.EventTimer {
		return err
	}
	return e.letFollow(ctx, id)
}

// heldEvent is the event that is held under an id; the error wraps store.ErrNotFound if there is none.
func (e *Engine) heldEvent(id string) (h movement.HeldEvent, err error) {
	err = e.store.View(func(tx *store.Tx) error {
		held, err := tx.Held("")
		if i := slices.IndexFunc(held, func(h movement.HeldEvent) bool { return h.ID == id }); i >= 0 {
			h = held[i]
			return nil
		}
		return errors.Join(err, fmt.Errorf("held event %s: %w", id, store.ErrNotFound))
	})
	return h, err
}

// letHappen brings an event that was held to its end.
func (e *Engine) letHappen(ctx context.Context, h movement.HeldEvent, refused *office.BrokenRule) error {
	for {
		err := e.withLock(ctx, h.Event.Movement, func() error {
			j, err := e.loadForAction(h.Event.Movement)
			if err != nil {
				return err
			}
			j.event, j.released, j.refused = h.Event, &h, refused
			if h.Event.Kind == movement.EventTimer {
				// It falls due again, unless it was stopped while it was held.
				j.movement.Timers = slices.Clone(j.movement.Timers)
				for i, t := range j.movement.Timers {
					if t.Name == h.Event.Name && t.Cause == causeHeld {
						j.movement.Timers[i] = movement.Timer{Name: t.Name, Due: h.Event.At}
					}
				}
			}
			_, err = e.handle(context.WithoutCancel(ctx), j)
			return err
		})
		var earlier *earlierError
		switch {
		case errors.As(err, &earlier):
			if err := e.drain(ctx, earlier.movement); err != nil {
				return err
			}
		case errors.Is(err, errMoved):
		case errors.Is(err, errStale):
			if _, err := e.heldEvent(h.ID); err != nil {
				return err
			}
		case isDefect(err):
			return nil // the journal says so, and it is over
		default:
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
