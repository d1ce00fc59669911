package store

import (
	"errors"

	"nctsim/simulator/movement"
)

// Damaged is a record that cannot be read.
type Damaged struct {
	// Record says what it is: "movement", "message", "body", "journal entry", "event", "box", "notification".
	Record string
	// Movement is the id of the movement that it belongs to, "" if it belongs to none or that cannot be found out.
	Movement string
	// Err wraps ErrDamaged.
	Err error
}

// LeaveOutDamaged lets lists leave out records that cannot be read, instead of being an error as a whole. They keep their
// places: a page has fewer records then, and totals count them. It is for whoever shows lists; a decision must not be made
// on a list that lacks something.
func (tx *Tx) LeaveOutDamaged() { tx.tolerant = true }

// LeftOut are the records that lists have left out so far.
func (tx *Tx) LeftOut() []Damaged { return tx.leftOut }

// LeaveOut is nil if a list may leave out the body of a message because it is damaged, and else the error of reading it.
func (tx *Tx) LeaveOut(m movement.Message, err error) error {
	return tx.damage(Damaged{"body", m.Movement, err}, m.Movement+m.ID)
}

// leaveOut is nil if a list may leave out a record because it is damaged, and else the error of reading it.
func (tx *Tx) leaveOut(record string, n number, key []byte, err error) error {
	if !tx.tolerant || !errors.Is(err, ErrDamaged) {
		return err
	}
	return tx.damage(Damaged{record, tx.idOf(n), err}, string(key))
}

func (tx *Tx) damage(d Damaged, key string) error {
	if !tx.tolerant || !errors.Is(d.Err, ErrDamaged) {
		return d.Err
	}
	tx.leftOut = append(tx.leftOut, d)
	if tx.onDamage != nil {
		tx.onDamage(d.Record+" "+key, d)
	}
	return nil
}

// idOf is the id of a movement's number, for want of its record; "" if there is none.
func (tx *Tx) idOf(n number) (id string) {
	if n == 0 {
		return ""
	}
	c := tx.bucket(idBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if numberAt(v) == n {
			return string(k)
		}
	}
	return ""
}

// foundDamage passes a damaged record on to Options.OnDamage, once for as long as the store is open.
func (s *Store) foundDamage(key string, d Damaged) {
	if _, known := s.damaged.LoadOrStore(key, true); !known && s.options.OnDamage != nil {
		s.options.OnDamage(d)
	}
}

// PassOver lets DueTimers, NextTimer, Waiting and Expired pass over movements of which a function says so.
func (tx *Tx) PassOver(passOver func(id string) bool) { tx.passOver = passOver }

func (tx *Tx) passesOver(id string) bool { return tx.passOver != nil && tx.passOver(id) }
