package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

const (
	// retryAfter is when something is sent again that did not get through, and giveUpAfter how old it is when that ends
	// (docs/spec/api-2.1-3.0.md#11-3); both in the simulator's time.
	retryAfter  = 5 * time.Minute
	giveUpAfter = 6 * time.Hour
	// maxBusy is from how many boxes something is sent at once, so that a slow subscriber only waits for itself.
	maxBusy = 32
	// maxSideBySide is how many notifications of a box are under way at once. They are of different movements: those of one go
	// out one after the other, in the order in which their messages came.
	maxSideBySide = 8
	// maxUnresponsive is how many of them may be boxes whose subscriber gave no answer the last time, so that however many of
	// those there are, they do not keep the others waiting.
	maxUnresponsive = maxBusy / 2
	// batchSize is how many deliveries a box makes before others get their turn.
	batchSize = 64
	// repairEvery is how often what the store did not take is tried again, in real time.
	repairEvery = time.Second
)

// Wake says that something may be due.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// dispatch sends what is due when it is due.
func (s *Service) dispatch() {
	repair := time.NewTicker(repairEvery)
	defer repair.Stop()
	for s.ctx.Err() == nil {
		next, err := s.startDue()
		if err != nil && s.ctx.Err() == nil {
			s.Logger.Error("notifications cannot be read", "error", err)
		}
		s.await(next, repair.C)
	}
}

// await waits for the next moment at which something may be due.
func (s *Service) await(next time.Time, repair <-chan time.Time) {
	reached, stop := (<-chan struct{})(nil), func() {}
	if !next.IsZero() {
		reached, stop = s.Clock.Until(next)
	}
	defer stop()
	for {
		select {
		case <-repair:
			s.mu.Lock()
			broken := s.storeFailed
			s.storeFailed = false
			s.mu.Unlock()
			if !broken {
				continue
			}
		case <-s.ctx.Done():
		case <-reached:
		case <-s.wake:
		}
		return
	}
}

// startDue has boxes send what is due and returns when something falls due next; zero for never.
func (s *Service) startDue() (next time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiters := s.settled
	deliveries, err := s.dueDeliveries()
	if err != nil {
		return time.Time{}, err
	}
	now := s.Clock.Now()
	due := false
	for _, d := range deliveries {
		switch {
		case d.Due.After(now):
			if next.IsZero() {
				next = d.Due
			}
		case s.busy[d.Box]:
			due = true
		default:
			due = true
			if s.maySend(d.Box) {
				s.busy[d.Box] = true
				s.running.Go(func() { s.sendDue(d.Box) })
			}
		}
	}
	if !due && len(s.busy) == 0 {
		for _, w := range waiters {
			close(w)
		}
		s.settled = nil
	}
	return next, nil
}

// maySend reports whether something may be sent from a box now; s.mu is held.
func (s *Service) maySend(box string) bool {
	mute := 0
	for b := range s.busy {
		if s.unresponsive[b] {
			mute++
		}
	}
	return !s.storeFailed && len(s.busy) < maxBusy && (!s.unresponsive[box] || mute < maxUnresponsive)
}

// recordAnswer remembers whether the subscriber of a box has answered.
func (s *Service) recordAnswer(box string, answered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answered {
		delete(s.unresponsive, box)
	} else {
		s.unresponsive[box] = true
	}
}

// dueDeliveries are the boxes that have something to send, what is due first at first.
func (s *Service) dueDeliveries() (all []store.Delivery, err error) {
	all, err = store.Read(s.Store.View, (*store.Tx).Deliveries)
	slices.SortStableFunc(all, func(a, b store.Delivery) int { return a.Due.Compare(b.Due) })
	return all, err
}

// NextDue is the notification that has to be sent next; false if nothing has to, or something has to already.
func (s *Service) NextDue() (n movement.Notification, ok bool, err error) {
	all, err := s.dueDeliveries()
	now := s.Clock.Now()
	for _, d := range all {
		if !d.Due.After(now) {
			continue
		}
		err = s.Store.View(func(tx *store.Tx) (err error) {
			all, err := tx.NextDeliveries(d.Box, d.Due, 1)
			if ok = len(all) > 0 && err == nil; ok {
				n = all[0]
			}
			return err
		})
		if err != nil || ok { // otherwise it is gone or was sent meanwhile
			return n, ok, err
		}
	}
	return n, false, err
}

// Settle returns when nothing is due and nothing under way, or when the context ends; at once if the service was not
// started.
func (s *Service) Settle(ctx context.Context) {
	settled := make(chan struct{})
	s.mu.Lock()
	started := s.started
	if started {
		s.settled = append(s.settled, settled)
	}
	s.mu.Unlock()
	if !started {
		return
	}
	s.Wake()
	select {
	case <-settled:
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
}

// sendDue sends what is due in a box.
func (s *Service) sendDue(box string) {
	err := s.sendBatch(box)
	if err != nil && s.ctx.Err() == nil {
		s.Logger.Error("what came of a notification cannot be stored; it will be sent again", "box", box, "error", err)
	}
	s.mu.Lock()
	delete(s.busy, box)
	s.storeFailed = s.storeFailed || err != nil
	s.mu.Unlock()
	s.Wake()
}

// sendBatch sends what is due first in a box: what is of one movement in its order, different movements side by side.
func (s *Service) sendBatch(box string) error {
	due, err := store.Read(s.Store.View, func(tx *store.Tx) ([]movement.Notification, error) {
		return tx.NextDeliveries(box, s.Clock.Now(), batchSize)
	})
	if err != nil {
		return err
	}
	var movements []string
	ids := map[string][]string{}
	for _, n := range due {
		if ids[n.Movement] == nil {
			movements = append(movements, n.Movement)
		}
		ids[n.Movement] = append(ids[n.Movement], n.ID)
	}
	var sending errgroup.Group
	sending.SetLimit(maxSideBySide)
	for _, m := range movements {
		sending.Go(func() error { return s.sendInOrder(box, ids[m]) })
	}
	return sending.Wait()
}

// sendInOrder sends notifications of a box one after the other, until there is no answer, so that others get their turn. What
// was too large is sent again before the next.
func (s *Service) sendInOrder(box string, ids []string) error {
	for _, id := range ids {
		for due, tries := true, 0; due && tries < 2; tries++ {
			var answered bool
			var err error
			if due, answered, err = s.deliver(box, id); err != nil || due && !answered {
				return err
			}
		}
	}
	return nil
}

// deliver sends a notification if it is due, and writes down what came of it. The error is that of the store.
func (s *Service) deliver(box, id string) (due, answered bool, err error) {
	now, resets := s.Clock.Now(), s.resets.Load()
	var b movement.Box
	var n movement.Notification
	err = s.Store.View(func(tx *store.Tx) (err error) {
		if n, err = tx.Notification(id); errors.Is(err, store.ErrNotFound) {
			return nil // it is gone
		}
		if err != nil || n.Due.IsZero() || n.Due.After(now) {
			return err // or was sent or read meanwhile
		}
		due = true
		if n, err = complete(tx, n); err != nil {
			return err
		}
		b, err = tx.Box(box)
		return err
	})
	if err != nil || !due {
		return false, false, err
	}
	sent, failure := s.send(s.ctx, b, n)
	if failure != nil && s.ctx.Err() != nil {
		return true, false, nil // it was cut off; what is stored says that it is still to be sent
	}
	err = s.recorder()(context.WithoutCancel(s.ctx), func(tx *store.Tx) ([]movement.Entry, error) {
		if s.resets.Load() != resets {
			return nil, nil
		}
		return s.delivered(tx, n.ID, attempt{b.Callback, now, sent.Status, failure, sent})
	})
	s.recordAnswer(box, failure == nil)
	return true, s.ctx.Err() == nil && failure == nil, err
}

// attempt is what came of sending a notification once.
type attempt struct {
	callback string
	at       time.Time
	status   int
	failure  error
	sent     movement.Delivery
}

// answer is what came back, in words.
func (a attempt) answer() string {
	if a.failure != nil {
		return a.failure.Error()
	}
	return fmt.Sprintf("status %d %s", a.status, http.StatusText(a.status))
}

// delivered writes down what came of an attempt. What has happened to the notification meanwhile stays: it may be
// acknowledged, or gone.
func (s *Service) delivered(tx *store.Tx, id string, a attempt) ([]movement.Entry, error) {
	n, err := tx.Notification(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && n.Status != movement.NotificationPending {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	before := n
	text, why := applyAttempt(&n, a)
	b, err := tx.Box(n.Box)
	if err != nil {
		return nil, err
	}
	if b.Callback == "" && n.Status == movement.NotificationPending {
		// There is nobody any more to whom it could be sent again.
		n.Due, why = time.Time{}, "the callback was taken away meanwhile; it stays in the box"
	}
	if err := tx.PutNotification(n); err != nil {
		return nil, err
	}
	if n.Status == movement.NotificationPending && before.Attempts > 0 && n.Answer == before.Answer && n.Text == before.Text && n.WithBody == before.WithBody {
		return nil, nil // the journal says it already
	}
	return s.journal(tx, nil, n, text, why)
}

// applyAttempt decides what becomes of a notification after an attempt, and words it for the journal.
func applyAttempt(n *movement.Notification, a attempt) (text, why string) {
	n.Attempts++
	n.Answer = a.answer()
	if a.failure != nil {
		a.sent.Error = a.failure.Error()
	}
	n.Record(a.sent, n.Answer)
	subject := "notification of " + orMessage(n.Type)
	if a.failure == nil && a.status == http.StatusOK {
		n.Status, n.Due = movement.NotificationAcknowledged, time.Time{}
		return fmt.Sprintf("%s sent to %s: %s", subject, Shown(a.callback), n.Answer), fmt.Sprintf("attempt %d", n.Attempts)
	}
	text = fmt.Sprintf("%s did not get through to %s: %s", subject, Shown(a.callback), n.Answer)
	if short, shorter := withoutBody(n.Text); (shorter || n.WithBody) && a.status == http.StatusRequestEntityTooLarge {
		n.Text, n.WithBody, n.Due = short, false, a.at
		return text, "it is too large for the subscriber and is sent again at once without the message"
	}
	if a.at.Sub(n.Created) >= giveUpAfter {
		n.Status, n.Due = movement.NotificationFailed, time.Time{}
		return text, fmt.Sprintf("attempt %d; it is older than %s and counts as %s", n.Attempts, span(giveUpAfter), n.Status)
	}
	n.Due = a.at.Add(retryAfter)
	return text, fmt.Sprintf("attempt %d; only status 200 counts, it is sent again every %s", n.Attempts, span(retryAfter))
}

// span is a duration in words.
func span(d time.Duration) string {
	if d >= time.Hour {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}

// Shown is a callback URL for people, without its query, which may carry a secret.
func Shown(callback string) string {
	address, _, cut := strings.Cut(callback, "?")
	if cut {
		address += "?…"
	}
	return address
}
