package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// CallbackError says why a callback URL was not set.
type CallbackError struct{ Reason error }

func (e *CallbackError) Error() string { return "the callback URL was not set: " + e.Reason.Error() }

// Unwrap is the reason.
func (e *CallbackError) Unwrap() error { return e.Reason }

// Subscribe sets the callback URL of a box, and returns the box, after whoever is behind it has repeated a challenge; "" takes it away. What the
// box holds unread and is not too old is sent there, too. The error is a *CallbackError if the URL is not allowed or not usable, and wraps
// store.ErrNotFound if there is no such box.
func (s *Service) Subscribe(ctx context.Context, boxID, callback string) (b movement.Box, err error) {
	if callback != "" {
		if err := s.allowed.check(callback); err != nil {
			return b, &CallbackError{err}
		}
		now := s.Clock.Now()
		word := s.Source.Stream("challenge", boxID, callback, now.Format(time.RFC3339Nano)).UUID()
		if err := s.challenge(ctx, callback, word); err != nil {
			return b, &CallbackError{err}
		}
	}
	return s.setCallback(ctx, boxID, callback)
}

func (s *Service) setCallback(ctx context.Context, boxID, callback string) (b movement.Box, err error) {
	err = s.recorder()(ctx, func(tx *store.Tx) (_ []movement.Entry, err error) {
		if b, err = tx.Box(lower(boxID)); err != nil {
			return nil, err
		}
		now := s.Clock.Now()
		what := "has the callback " + Shown(callback)
		b.Callback, b.Subscribed = callback, now
		if callback == "" {
			b.Subscribed, what = time.Time{}, "has no callback any more"
		}
		if err := tx.PutBox(b); err != nil {
			return nil, err
		}
		if err := redirect(tx, b, now); err != nil {
			return nil, err
		}
		return s.changed(tx, b, what)
	})
	if err != nil {
		return movement.Box{}, fmt.Errorf("set the callback URL of a box: %w", err)
	}
	s.Wake()
	return b, nil
}

// redirect has what waits in a box sent to its new callback if it is not too old, or to nobody.
func redirect(tx *store.Tx, b movement.Box, now time.Time) error {
	q := store.NotificationQuery{Box: b.ID, Status: movement.NotificationPending}
	due := time.Time{}
	if b.Callback != "" {
		q.From, due = now.Add(-giveUpAfter+time.Millisecond), now
	}
	waiting, err := tx.Notifications(q)
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if n.Due.IsZero() && due.IsZero() {
			continue
		}
		n.Due = due
		if err := tx.PutNotification(n); err != nil {
			return err
		}
	}
	return nil
}

// Read returns notifications of a box, the oldest first.
func (s *Service) Read(q store.NotificationQuery) (found []movement.Notification, err error) {
	q.Box = lower(q.Box)
	err = s.Store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		found, err = tx.Notifications(q)
		for i := range found {
			if err == nil {
				found[i], err = complete(tx, found[i])
			}
		}
		return err
	})
	return found, err
}

// Acknowledge marks notifications of a box as read, so that they are no longer sent. Those that are not in the box are
// passed over.
func (s *Service) Acknowledge(ctx context.Context, boxID string, ids []string) error {
	return s.recorder()(ctx, func(tx *store.Tx) (entries []movement.Entry, err error) {
		for _, id := range ids {
			n, err := tx.Notification(lower(id))
			if errors.Is(err, store.ErrNotFound) || err == nil && n.Box != lower(boxID) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if n.Status == movement.NotificationAcknowledged {
				continue
			}
			n.Status, n.Due = movement.NotificationAcknowledged, time.Time{}
			if err := tx.PutNotification(n); err != nil {
				return nil, err
			}
			text := "notification of " + orMessage(n.Type) + " acknowledged"
			if entries, err = s.journal(tx, entries, n, text, "the client has read it from box "+n.Box); err != nil {
				return nil, err
			}
		}
		return entries, nil
	})
}

// journal writes a line about a notification into the journal of its movement, unless that is gone.
func (s *Service) journal(tx *store.Tx, entries []movement.Entry, n movement.Notification, text, why string) ([]movement.Entry, error) {
	entry := movement.Entry{
		Movement: n.Movement, At: s.Clock.Now(), Kind: movement.EntryNotification, Text: text, Why: why, Message: n.Message, Type: n.Type,
		Actor: movement.BoxParty, Sender: movement.BoxParty, Recipient: movement.Trader,
	}
	err := tx.AddEntry(&entry)
	if errors.Is(err, store.ErrNotFound) {
		return entries, nil
	}
	return append(entries, entry), err
}
