package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// What people who look after the simulator can see of notifications and do with them, whosever they are.

// ErrNoCallback says that a box has no callback to which anything could be sent.
var ErrNoCallback = errors.New("the box has no callback; hint: PUT /simulator/v1/boxes with callbackUrl, or the client itself, sets one")

// Looked is a notification as people see it.
type Looked struct {
	movement.Notification
	Box movement.Box
	// Body is what is sent, and Signature is that of the box's secret for it.
	Body      []byte
	Signature string
	// WithMessage is what was sent before, if the message went along and does not any more, because it was too large.
	WithMessage []byte
}

// Look shows a notification. The error wraps store.ErrNotFound if there is none.
func (s *Service) Look(id string) (l Looked, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		if l.Notification, err = tx.Notification(lower(id)); err != nil {
			return err
		}
		if l.Box, err = tx.Box(l.Notification.Box); err != nil {
			return err
		}
		if l.Body, err = sentBody(tx, l.Notification); err != nil {
			return err
		}
		if with := l.Notification; !with.WithBody && slices.ContainsFunc(with.Sent, func(d movement.Delivery) bool { return d.WithBody }) {
			with.WithBody = true
			l.WithMessage, err = sentBody(tx, with)
		}
		return err
	})
	l.Signature = sign(l.Body, l.Box.Secret)
	return l, err
}

// sentBody is what is sent of a notification.
func sentBody(tx *store.Tx, n movement.Notification) ([]byte, error) {
	whole, err := complete(tx, n)
	if err != nil {
		return nil, err
	}
	whole.Status = movement.NotificationPending // as everything that is sent
	return JSON(Wrap(whole))
}

// List are the notifications that a query selects, the newest first, and how many there are.
func (s *Service) List(q store.NotificationQuery) (found []movement.Notification, total int, err error) {
	limit := q.Limit
	q.Limit = 0
	err = s.Store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		if _, err := tx.Box(lower(q.Box)); err != nil {
			return err
		}
		found, err = tx.Notifications(q)
		return err
	})
	slices.Reverse(found)
	total = len(found)
	if limit > 0 && total > limit {
		found = found[:limit]
	}
	return found, total, err
}

// Count is how many notifications a box has of each status.
func (s *Service) Count(box string) (counts map[movement.NotificationStatus]int, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		counts = tx.NotificationCounts(box)
		return nil
	})
	return counts, err
}

// Resend sends a notification again, whatever has become of it, and returns when that was tried, or when the context ends. The
// error wraps store.ErrNotFound, or is ErrNoCallback.
func (s *Service) Resend(ctx context.Context, id string) error {
	err := s.recorder()(ctx, func(tx *store.Tx) ([]movement.Entry, error) {
		n, err := tx.Notification(lower(id))
		if err != nil {
			return nil, err
		}
		b, err := tx.Box(n.Box)
		if err != nil {
			return nil, err
		}
		if b.Callback == "" {
			return nil, ErrNoCallback
		}
		before := n.Status
		n.Status, n.Due = movement.NotificationPending, s.Clock.Now()
		if err := tx.PutNotification(n); err != nil {
			return nil, err
		}
		return s.journal(tx, nil, n, "notification of "+orMessage(n.Type)+" is sent again", "asked for by the control API; it was "+string(before))
	})
	if err != nil {
		return err
	}
	s.Settle(ctx)
	return nil
}

// Test asks the callback of a box to repeat a challenge, as when it is set, and changes nothing. The delivery says what came of
// it; its Error is "" if the callback does what it has to. The error wraps store.ErrNotFound, or is ErrNoCallback.
func (s *Service) Test(ctx context.Context, boxID string) (movement.Delivery, error) {
	b, there, err := s.Box(boxID)
	switch {
	case err != nil:
		return movement.Delivery{}, err
	case !there:
		return movement.Delivery{}, fmt.Errorf("box %s: %w", boxID, store.ErrNotFound)
	case b.Callback == "":
		return movement.Delivery{}, ErrNoCallback
	}
	began := time.Now()
	d := movement.Delivery{At: s.Clock.Now(), Real: began.UTC(), URL: Shown(b.Callback)}
	err = s.allowed.check(b.Callback)
	if err == nil {
		word := s.Source.Stream("challenge", b.ID, b.Callback, "test", d.At.Format(time.RFC3339Nano)).UUID()
		var answer []byte
		d.Status, answer, err = s.challenged(ctx, b.Callback, word)
		d.Body = beginning(answer)
	}
	if err != nil {
		d.Error = err.Error()
	}
	d.Duration = time.Since(began)
	return d, nil
}

// Command is a command line that sends the notification to the callback of its box, with the right signature; "" if there is
// none.
func (l Looked) Command() string {
	if l.Box.Callback == "" {
		return ""
	}
	return "curl -X " + http.MethodPost + " '" + Shown(l.Box.Callback) + "' \\\n  -H 'Content-Type: " + contentType + "' \\\n  -H '" + signatureHeader + ": " + l.Signature +
		"' \\\n  --data-binary '" + strings.ReplaceAll(string(l.Body), "'", `'\''`) + "'"
}
