package schedule

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/store"
)

// deliveryPatience is how long an advance of the clock waits, all in all and in real time, for subscribers to answer. What
// they have not answered by then is their own affair.
const deliveryPatience = 2 * time.Second

// Target is how far Advance goes: by a span, to an instant, or to what falls due next.
type Target struct {
	By   time.Duration
	To   time.Time
	Next bool
}

// Advance moves a manual clock forward and runs everything that falls due on the way, one instant after the other and in
// the order of the movements' creation, letting each settle before it goes on. Notifications are sent (again) on the way too,
// but it does not wait long for slow subscribers. In the end it sweeps. The error wraps clock.ErrNotManual or
// clock.ErrBackwards; if the context ends before it is through, the clock stands where it had come.
//
// To what falls due next: the first timer, or notification that is to be sent again; if there is neither, nothing happens.
func (s *Scheduler) Advance(ctx context.Context, to Target) error {
	s.advance.Lock()
	defer s.advance.Unlock()
	s.advancing.Store(true)
	defer s.TimersChanged()
	defer s.advancing.Store(false)
	return s.advanceTo(ctx, to)
}

func (s *Scheduler) advanceTo(ctx context.Context, to Target) error {
	if mode := s.clock.Reading().Mode; mode != clock.Manual {
		return fmt.Errorf("advance: %w: it is %s; hint: set mode manual first", clock.ErrNotManual, mode)
	}
	if err := s.settleTimers(ctx); err != nil {
		return err
	}
	target, err := s.resolve(to)
	if err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, deliveryPatience)
	defer cancel()
	for {
		s.deliver(patience)
		stop, ok, err := s.NextDue()
		if err != nil {
			return err
		}
		if !ok || stop.Due.After(target) {
			break
		}
		if err := s.clock.MoveTo(stop.Due); err != nil {
			return err
		}
		if err := s.settleTimers(ctx); err != nil {
			return err
		}
	}
	if err := s.clock.MoveTo(target); err != nil {
		return err
	}
	return s.sweep(ctx)
}

// resolve is the instant that a target means.
func (s *Scheduler) resolve(to Target) (time.Time, error) {
	now := s.clock.Now()
	switch {
	case to.Next:
		t, ok, err := s.NextDue()
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
func (s *Scheduler) settleTimers(ctx context.Context) error {
	for {
		if err := s.settleEvents(ctx); err != nil {
			return err
		}
		due, err := store.Read(s.View, func(tx *store.Tx) ([]store.DueTimer, error) { return tx.DueTimers(s.clock.Now(), timersAtOnce) })
		if err != nil || len(due) == 0 {
			return err
		}
		for _, t := range due {
			if err := s.process(ctx, t.Movement); err != nil {
				return err
			}
		}
	}
}

// NextDue is what happens next if the clock moves: a timer falls due, or a notification is to be sent again, with the name
// of its message in place of a timer's. False if there is nothing.
func (s *Scheduler) NextDue() (store.DueTimer, bool, error) {
	t, ok, err := s.NextTimer()
	if err != nil || s.notify == nil {
		return t, ok, err
	}
	n, waits, err := s.notify.NextDue()
	if waits && (!ok || n.Due.Before(t.Due)) {
		return store.DueTimer{Movement: n.Movement, Name: "notification " + cmp.Or(n.Type, n.ID), Due: n.Due}, true, err
	}
	return t, ok, err
}

// deliver waits until what is due now has been sent, or patience is over.
func (s *Scheduler) deliver(patience context.Context) {
	if s.notify != nil && patience.Err() == nil {
		s.notify.Settle(patience)
	}
}
