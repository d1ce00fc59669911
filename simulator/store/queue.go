package store

import (
	"cmp"
	"fmt"
	"slices"

	"nctsim/simulator/movement"
)

// Enqueue stores an event that the office has to handle, and sets its Seq. The error wraps ErrNotFound
// when the movement is unknown.
func (tx *Tx) Enqueue(ev *movement.Event) error {
	n, err := tx.lookup(ev.Movement)
	if err != nil {
		return fmt.Errorf("queue event %s: %w", ev.Name, err)
	}
	if ev.Seq, err = tx.next(queueBucket); err != nil {
		return err
	}
	record, err := encodeRecord(256, ev)
	if err != nil {
		return err
	}
	tx.count(eventTally, 1)
	return tx.put(queueBucket, eventKey(n, ev.Seq), record)
}

// Dequeue forgets an event that was handled; its Movement and Seq count. The error wraps ErrNotFound
// when it is not queued (any more), which tells an event that is handled twice.
func (tx *Tx) Dequeue(ev movement.Event) error {
	n, err := tx.lookup(ev.Movement)
	if err != nil {
		return fmt.Errorf("event %d: %w", ev.Seq, err)
	}
	key := eventKey(n, ev.Seq)
	if tx.get(queueBucket, key) == nil {
		return fmt.Errorf("event %d of movement %s: %w", ev.Seq, ev.Movement, ErrNotFound)
	}
	tx.count(eventTally, -1)
	return tx.delete(queueBucket, key)
}

// Queue returns the events of a movement that wait to be handled, in their order. The error wraps
// ErrNotFound when the movement is unknown.
func (tx *Tx) Queue(movementID string) ([]movement.Event, error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return nil, err
	}
	var events []movement.Event
	prefix := numberKey(n)
	for _, v := range tx.under(queueBucket, prefix) {
		ev, err := decodeRecord[movement.Event]("event", v)
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// Waiting returns the ids of the movements that have events waiting, the one whose event has waited
// longest first.
func (tx *Tx) Waiting() ([]string, error) {
	var first []movement.Event // of each movement
	c := tx.bucket(queueBucket).Cursor()
	last := number(0)
	for k, v := c.First(); k != nil; {
		n := numberAt(k)
		if n <= last {
			return nil, fmt.Errorf("%w: the queue has movement %d behind %d", ErrDamaged, n, last)
		}
		last = n
		ev, err := decodeRecord[movement.Event]("event", v)
		if err != nil {
			err = tx.leaveOut("event", n, k, err)
		} else if !tx.passesOver(ev.Movement) {
			first = append(first, ev)
		}
		if err != nil {
			return nil, err
		}
		k, v = c.Seek(numberKey(n + 1))
	}
	slices.SortFunc(first, func(a, b movement.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	ids := make([]string, len(first))
	for i, ev := range first {
		ids[i] = ev.Movement
	}
	return ids, nil
}

func (tx *Tx) deleteQueue(n number) error {
	for _, k := range tx.keysOf(queueBucket, numberKey(n)) {
		if err := tx.delete(queueBucket, k); err != nil {
			return err
		}
		tx.count(eventTally, -1)
	}
	return nil
}
