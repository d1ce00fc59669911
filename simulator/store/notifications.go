package store

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"time"

	"nctsim/simulator/movement"
)

// Lists of notifications in keys: by status, and those that are to be sent.
var noticeLetters = map[movement.NotificationStatus]byte{
	movement.NotificationPending:      'p',
	movement.NotificationAcknowledged: 'a',
	movement.NotificationFailed:       'f',
}

const dueLetter = 'd'

func noticePrefix(box string) []byte {
	return appendText(make([]byte, 0, len(box)+1+1+timeSize+noticePlace), box)
}

// noticePlace is the length of what orders the notifications of a box: the time of creation, then the movement's place in
// the order of creation, then the number of the notification. Movements are worked on side by side, so that the numbers
// alone would order notifications of the same time in another way each time.
const noticePlace = timeSize + 2*numberSize

func appendPlace(k []byte, n *movement.Notification) []byte {
	return appendNumber(appendNumber(appendTime(k, millisOf(n.Created)), n.Order), n.Seq)
}

func noticeKey(n *movement.Notification) []byte { return appendPlace(noticePrefix(n.Box), n) }

// noticeKeyAt is the key of the notification whose place ends the key of a list.
func noticeKeyAt(box string, listKey []byte) []byte {
	if len(listKey) < noticePlace {
		panic(badKey{listKey})
	}
	return append(noticePrefix(box), listKey[len(listKey)-noticePlace:]...)
}

func noticeListPrefix(box string, letter byte) []byte { return append(noticePrefix(box), letter) }

func dueKey(n *movement.Notification) []byte {
	return appendPlace(appendTime(noticeListPrefix(n.Box, dueLetter), millisOf(n.Due)), n)
}

// AddNotification stores a new notification and sets its Order and Seq. The error wraps ErrExists when there is one of its id, and
// ErrNotFound when there is no such box.
func (tx *Tx) AddNotification(n *movement.Notification) error {
	if _, err := tx.Box(n.Box); err != nil {
		return fmt.Errorf("store notification: %w", err)
	}
	if n.ID == "" {
		return fmt.Errorf("store notification: it has no id")
	}
	if tx.get(noticeIDBucket, []byte(n.ID)) != nil {
		return fmt.Errorf("notification %s: %w", n.ID, ErrExists)
	}
	of, err := tx.lookup(n.Movement)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	n.Order = uint64(of)
	if n.Seq, err = tx.next(noticeBucket); err != nil {
		return err
	}
	if err := tx.put(noticeIDBucket, []byte(n.ID), noticeKey(n)); err != nil {
		return err
	}
	return tx.writeNotification(n)
}

// PutNotification replaces the notification of the same id, whose box, place and time of creation stay. The error wraps
// ErrNotFound when there is none.
func (tx *Tx) PutNotification(n movement.Notification) error {
	before, err := tx.Notification(n.ID)
	if err != nil {
		return err
	}
	n.Box, n.Order, n.Seq, n.Created = before.Box, before.Order, before.Seq, before.Created
	for _, x := range noticeIndexOf(&before) {
		if err := tx.delete(x.bucket, x.key); err != nil {
			return err
		}
	}
	return tx.writeNotification(&n)
}

func (tx *Tx) writeNotification(n *movement.Notification) error {
	if noticeLetters[n.Status] == 0 {
		return fmt.Errorf("store notification %s: its status %q is unknown", n.ID, n.Status)
	}
	record, err := encodePacked(len(n.Text)+512, n)
	if err != nil {
		return err
	}
	if err := tx.put(noticeBucket, noticeKey(n), record); err != nil {
		return err
	}
	for _, x := range noticeIndexOf(n) {
		if err := tx.put(x.bucket, x.key, x.value); err != nil {
			return err
		}
	}
	return nil
}

// noticeIndexOf lists the keys under which a notification can be found, besides its id and its place in the box.
func noticeIndexOf(n *movement.Notification) []indexed {
	created := appendTime(nil, millisOf(n.Created))
	ix := []indexed{{noticeListBucket, appendPlace(noticeListPrefix(n.Box, noticeLetters[n.Status]), n), created}}
	if !n.Due.IsZero() {
		ix = append(ix, indexed{noticeListBucket, dueKey(n), created})
	}
	return ix
}

// Notification returns the notification of an id; the error wraps ErrNotFound when there is none.
func (tx *Tx) Notification(id string) (movement.Notification, error) {
	if id == "" {
		return movement.Notification{}, fmt.Errorf("notification without id: %w", ErrNotFound)
	}
	key := tx.get(noticeIDBucket, []byte(id))
	if key == nil {
		return movement.Notification{}, fmt.Errorf("notification %s: %w", id, ErrNotFound)
	}
	return tx.noticeAt(key)
}

func (tx *Tx) noticeAt(key []byte) (movement.Notification, error) {
	return decodePacked[movement.Notification]("notification", tx.get(noticeBucket, key))
}

// NotificationQuery selects notifications of one box.
type NotificationQuery struct {
	Box string
	// Status is that of all of them; any when empty.
	Status movement.NotificationStatus
	// From and To are the first and the last time of creation; zero is no bound.
	From, To time.Time
	// Limit is how many at most; no limit when it is not positive.
	Limit int
}

// Notifications returns notifications of a box, the oldest first; of the same time those of the older movement. An unknown box has none.
func (tx *Tx) Notifications(q NotificationQuery) ([]movement.Notification, error) {
	within := spanOf(q.From, q.To)
	records := tx.under(noticeBucket, noticePrefix(q.Box))
	if q.Status != "" {
		records = tx.noticesOf(q.Box, q.Status, within)
	}
	var found []movement.Notification
	for key, record := range records {
		n, err := decodePacked[movement.Notification]("notification", record)
		if err != nil {
			if err := tx.leaveOut("notification", 0, key, err); err != nil {
				return found, err
			}
			continue
		}
		if within.contains(millisOf(n.Created)) {
			found = append(found, n)
		}
		if q.Limit > 0 && len(found) == q.Limit {
			break
		}
	}
	return found, nil
}

// noticesOf are the keys and records of the notifications of a box that have a status and were created within a time.
func (tx *Tx) noticesOf(box string, s movement.NotificationStatus, within span) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, record []byte) bool) {
		for k, created := range tx.under(noticeListBucket, noticeListPrefix(box, noticeLetters[s])) {
			if key := noticeKeyAt(box, k); within.contains(timeAt(created)) && !yield(key, tx.get(noticeBucket, key)) {
				return
			}
		}
	}
}

// NotificationCounts says how many notifications of each status a box has.
func (tx *Tx) NotificationCounts(box string) map[movement.NotificationStatus]int {
	counts := map[movement.NotificationStatus]int{}
	for status, letter := range noticeLetters {
		for range tx.under(noticeListBucket, noticeListPrefix(box, letter)) {
			counts[status]++
		}
	}
	return counts
}

// Delivery says when a box has something to send.
type Delivery struct {
	Box string
	Due time.Time
}

// Deliveries says of each box that has notifications to be sent when the first of them is due, in the order of the ids.
func (tx *Tx) Deliveries() ([]Delivery, error) {
	var all []Delivery
	boxes, list := tx.bucket(boxBucket).Cursor(), tx.bucket(noticeListBucket).Cursor()
	for id, _ := boxes.First(); id != nil; id, _ = boxes.Next() {
		prefix := noticeListPrefix(string(id), dueLetter)
		if k, _ := list.Seek(prefix); bytes.HasPrefix(k, prefix) {
			all = append(all, Delivery{string(id), timeAt(k[len(prefix):]).time()})
		}
	}
	return all, nil
}

// NextDeliveries returns the notifications of a box that are due at until or before, what is due first at first; at most max.
func (tx *Tx) NextDeliveries(box string, until time.Time, max int) (due []movement.Notification, err error) {
	prefix := noticeListPrefix(box, dueLetter)
	for k := range tx.under(noticeListBucket, prefix) {
		if len(due) == max || timeAt(k[len(prefix):]) > millisOf(until) {
			break
		}
		n, err := tx.noticeAt(noticeKeyAt(box, k))
		if err != nil {
			return due, err
		}
		due = append(due, n)
	}
	return due, nil
}

// AnyNotificationsBefore reports whether ExpireNotifications would forget any.
func (tx *Tx) AnyNotificationsBefore(before time.Time) (bool, error) {
	old, err := tx.oldNotifications(before, 1)
	return len(old) > 0, err
}

// ExpireNotifications forgets notifications created before a time, at most max, and returns how many.
func (tx *Tx) ExpireNotifications(before time.Time, max int) (int, error) {
	old, err := tx.oldNotifications(before, max)
	if err != nil {
		return 0, err
	}
	for _, n := range old {
		if err := tx.deleteNotification(n); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}

func (tx *Tx) oldNotifications(before time.Time, max int) (old []movement.Notification, err error) {
	boxes := tx.bucket(boxBucket).Cursor()
	for id, _ := boxes.First(); id != nil && len(old) < max; id, _ = boxes.Next() {
		for k, v := range tx.under(noticeBucket, noticePrefix(string(id))) {
			n, err := decodePacked[movement.Notification]("notification", v)
			if err != nil {
				if err := tx.leaveOut("notification", 0, k, err); err != nil {
					return nil, err
				}
				continue
			}
			if !n.Created.Before(before) || len(old) == max {
				break
			}
			old = append(old, n)
		}
	}
	return old, nil
}

func (tx *Tx) deleteNotification(n movement.Notification) error {
	for _, x := range noticeIndexOf(&n) {
		if err := tx.delete(x.bucket, x.key); err != nil {
			return err
		}
	}
	if err := tx.delete(noticeIDBucket, []byte(n.ID)); err != nil {
		return err
	}
	return tx.delete(noticeBucket, noticeKey(&n))
}
