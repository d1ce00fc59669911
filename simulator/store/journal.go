package store

import (
	"bytes"
	"fmt"

	"nctsim/simulator/movement"
)

// AddEntry appends an entry to a movement's journal and sets its Number. An entry without a movement
// belongs to the store as a whole. The error wraps ErrNotFound when the movement is unknown.
func (tx *Tx) AddEntry(e *movement.Entry) error {
	var n number
	if e.Movement != "" {
		var err error
		if n, err = tx.lookup(e.Movement); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	var err error
	if e.Number, err = tx.next(journalBucket); err != nil {
		return err
	}
	record, err := encode(make([]byte, headerSize, 256), e)
	if err != nil {
		return err
	}
	tx.count(entryTally, 1)
	tx.bucket(journalBucket).FillPercent = 0.9 // most of it is only ever appended
	if err := tx.put(journalBucket, numberKey(e.Number), seal(record)); err != nil {
		return err
	}
	return tx.put(historyBucket, pairKey(n, e.Number), nil)
}

func decodeEntry(record []byte) (movement.Entry, error) {
	var e movement.Entry
	content, err := unseal("journal entry", record)
	if err != nil {
		return e, err
	}
	return e, decode(content, &e)
}

// Journal returns the entries of a movement in their order. The error wraps ErrNotFound when the
// movement is unknown.
func (tx *Tx) Journal(movementID string) ([]movement.Entry, error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return nil, err
	}
	var entries []movement.Entry
	prefix := numberKey(n)
	c := tx.bucket(historyBucket).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		e, err := decodeEntry(tx.get(journalBucket, k[numberSize:]))
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Entries returns the entries of all journals whose number is greater than after, in their order; at
// most max, all when max is not positive.
func (tx *Tx) Entries(after uint64, max int) ([]movement.Entry, error) {
	var entries []movement.Entry
	c := tx.bucket(journalBucket).Cursor()
	for k, v := c.Seek(numberKey(after + 1)); k != nil && after+1 != 0; k, v = c.Next() {
		e, err := decodeEntry(v)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
		if len(entries) == max {
			break
		}
	}
	return entries, nil
}

func (tx *Tx) deleteJournal(n number) error {
	for _, k := range tx.keysOf(historyBucket, n) {
		if err := tx.delete(journalBucket, k[numberSize:]); err != nil {
			return err
		}
		if err := tx.delete(historyBucket, k); err != nil {
			return err
		}
		tx.count(entryTally, -1)
	}
	return nil
}
