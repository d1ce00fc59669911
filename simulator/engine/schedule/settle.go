package schedule

import (
	"context"
	"errors"
	"fmt"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// UnsettledError says what Settle has waited for in vain.
type UnsettledError struct {
	Waiting []movement.Event
	cause   error
}

func (e *UnsettledError) Error() string {
	if len(e.Waiting) == 1 {
		return fmt.Sprintf("1 event is still waiting: %v", e.cause)
	}
	return fmt.Sprintf("%d events are still waiting: %v", len(e.Waiting), e.cause)
}

// Unwrap is what ended the waiting: the context's error, or why an event cannot be handled.
func (e *UnsettledError) Unwrap() error { return e.cause }

// Settle returns when no event waits to be handled and no timer is due. The error is an *UnsettledError if
// the context ends before that, or if events cannot be handled.
func (s *Scheduler) Settle(ctx context.Context) error {
	return s.settle(ctx, true)
}

// settleEvents is Settle without the timers.
func (s *Scheduler) settleEvents(ctx context.Context) error {
	return s.settle(ctx, false)
}

func (s *Scheduler) settle(ctx context.Context, timers bool) error {
	for tried := false; ; tried = true {
		ids, err := s.waiting(timers)
		if err != nil || len(ids) == 0 {
			return err
		}
		if cause := s.queue.failure(ids); tried && cause != nil {
			return s.unsettled(cause)
		}
		s.queue.add(ids...)
		select {
		case <-s.queue.whenIdle():
		case <-ctx.Done():
			return s.unsettled(ctx.Err())
		case <-s.ctx.Done():
			return s.unsettled(errors.New("the engine is closed"))
		}
	}
}

// waiting are the movements that something waits for.
func (s *Scheduler) waiting(timers bool) (ids []string, err error) {
	err = s.View(func(tx *store.Tx) error {
		if ids, err = tx.Waiting(); err != nil || !timers {
			return err
		}
		due, err := tx.DueTimers(s.clock.Now(), timersAtOnce)
		for _, t := range due {
			ids = append(ids, t.Movement)
		}
		return err
	})
	return ids, err
}

// mostWaiting is how many events an UnsettledError names.
const mostWaiting = 100

func (s *Scheduler) unsettled(cause error) error {
	u := &UnsettledError{cause: cause}
	err := s.View(func(tx *store.Tx) error {
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
		due, err := tx.DueTimers(s.clock.Now(), mostWaiting)
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
