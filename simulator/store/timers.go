package store

import "time"

// DueTimer is a running timer of a movement.
type DueTimer struct {
	Movement string // id
	Name     string
	Due      time.Time
}

// DueTimers returns the timers that are due at until or before, the earliest first; of those due at the
// same time the one of the older movement comes first, and in a movement the names decide. At most max
// are returned, all when max is not positive. Paused timers are never due.
func (tx *Tx) DueTimers(until time.Time, max int) ([]DueTimer, error) {
	var due []DueTimer
	last := millisOf(until)
	c := tx.bucket(timerBucket).Cursor()
	for k, id := c.First(); k != nil && timeAt(k) <= last; k, id = c.Next() {
		t := timerOf(k, id)
		if tx.passesOver(t.Movement) {
			continue
		}
		due = append(due, t)
		if len(due) == max {
			break
		}
	}
	return due, nil
}

// NextTimer returns the timer that is due first, whenever that is; false when none is running.
func (tx *Tx) NextTimer() (DueTimer, bool, error) {
	c := tx.bucket(timerBucket).Cursor()
	for k, id := c.First(); k != nil; k, id = c.Next() {
		if t := timerOf(k, id); !tx.passesOver(t.Movement) {
			return t, true, nil
		}
	}
	return DueTimer{}, false, nil
}
