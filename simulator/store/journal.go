package store

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"time"

	"nctsim/simulator/movement"
)

// AddEntry appends an entry to a movement's journal and sets its Number. An entry without a movement, or of a kind that
// says so, belongs to the store as a whole. The error wraps ErrNotFound when the movement is unknown.
func (tx *Tx) AddEntry(e *movement.Entry) error {
	var n number
	if e.Movement != "" && !e.Kind.OfStore() {
		var err error
		if n, err = tx.lookup(e.Movement); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	var err error
	if e.Number, err = tx.next(journalBucket); err != nil {
		return err
	}
	record, err := encodePacked(384, e)
	if err != nil {
		return err
	}
	tx.count(entryTally, 1)
	if err := tx.put(recordBucket, entryKey(n, e.Number), record); err != nil {
		return err
	}
	return tx.put(journalBucket, numberKey(e.Number), numberKey(n))
}

// Journal returns the entries of a movement in their order. The error wraps ErrNotFound when the
// movement is unknown.
func (tx *Tx) Journal(movementID string) ([]movement.Entry, error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return nil, err
	}
	return decoded(tx, recordBucket, sectionKey(n, entrySection), "journal entry", n, decodePacked[movement.Entry])
}

// Entries returns the entries of all journals whose number is greater than after, in their order; at
// most max, all when max is not positive.
func (tx *Tx) Entries(after uint64, max int) ([]movement.Entry, error) {
	if after == math.MaxUint64 {
		return nil, nil
	}
	var entries []movement.Entry
	c := tx.bucket(journalBucket).Cursor()
	for k, v := c.Seek(numberKey(after + 1)); k != nil; k, v = c.Next() {
		e, err := decodePacked[movement.Entry]("journal entry", tx.get(recordBucket, entryKey(numberAt(v), uint64(numberAt(k)))))
		if err == nil {
			entries = append(entries, e)
		} else if err := tx.leaveOut("journal entry", numberAt(v), k, err); err != nil {
			return nil, err
		}
		if len(entries) == max {
			break
		}
	}
	return entries, nil
}

// LastEntry is the number of the newest entry that there ever was, 0 if there was none.
func (tx *Tx) LastEntry() uint64 { return tx.bucket(journalBucket).Sequence() }

// Complete reports whether Entries returns all that has happened since an entry: ExpireEntries has forgotten no later one.
// From the beginning, 0, it always does: what is left out are removals of movements that are not there any more either.
func (tx *Tx) Complete(after uint64) bool {
	return after == 0 || after >= tx.counter(forgottenEntry)
}

// ExpireEntries forgets entries about the store as a whole that are older than a time, at most max of them, and returns how
// many.
func (tx *Tx) ExpireEntries(before time.Time, max int) (int, error) {
	var old [][]byte
	for k, v := range tx.under(recordBucket, sectionKey(0, entrySection)) {
		if len(old) == max {
			break
		}
		e, err := decodePacked[movement.Entry]("journal entry", v)
		if errors.Is(err, ErrDamaged) {
			old = append(old, bytes.Clone(k)) // nobody can read it
			continue
		}
		if err != nil {
			return 0, err
		}
		if !e.At.Before(before) {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	if len(old) == 0 {
		return 0, nil
	}
	for _, k := range old {
		if err := tx.deleteEntry(k); err != nil {
			return 0, err
		}
	}
	return len(old), tx.put(counterBucket, []byte(forgottenEntry), bytes.Clone(old[len(old)-1][sectionSize:]))
}

func (tx *Tx) deleteJournal(n number) error {
	for _, k := range tx.keysOf(recordBucket, sectionKey(n, entrySection)) {
		if err := tx.deleteEntry(k); err != nil {
			return err
		}
	}
	return nil
}

// deleteEntry forgets the entry of a key of the record bucket.
func (tx *Tx) deleteEntry(key []byte) error {
	tx.count(entryTally, -1)
	if err := tx.delete(journalBucket, key[sectionSize:]); err != nil {
		return err
	}
	return tx.delete(recordBucket, key)
}
