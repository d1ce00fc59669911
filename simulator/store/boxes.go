package store

import (
	"cmp"
	"fmt"
	"slices"

	"nctsim/simulator/movement"
)

// PutBox stores a box, or replaces the one of the same id.
func (tx *Tx) PutBox(b movement.Box) error {
	if b.ID == "" {
		return fmt.Errorf("store box %s of client %s: it has no id", b.Name, b.ClientID)
	}
	if err := checkText("id of the box", b.ID); err != nil {
		return err
	}
	record, err := encodeRecord(256, &b)
	if err != nil {
		return err
	}
	return tx.put(boxBucket, []byte(b.ID), record)
}

// Box returns the box of an id; the error wraps ErrNotFound when there is none.
func (tx *Tx) Box(id string) (movement.Box, error) {
	if id == "" {
		return movement.Box{}, fmt.Errorf("box without id: %w", ErrNotFound)
	}
	record := tx.get(boxBucket, []byte(id))
	if record == nil {
		return movement.Box{}, fmt.Errorf("box %s: %w", id, ErrNotFound)
	}
	return decodeRecord[movement.Box]("box", record)
}

// Boxes returns all boxes, ordered by client and name.
func (tx *Tx) Boxes() ([]movement.Box, error) {
	boxes, err := decoded(tx, boxBucket, nil, "box", 0, decodeRecord[movement.Box])
	slices.SortFunc(boxes, func(a, b movement.Box) int {
		return cmp.Or(cmp.Compare(a.ClientID, b.ClientID), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return boxes, err
}

// DeleteBox forgets a box with its notifications; the error wraps ErrNotFound when there is none.
func (tx *Tx) DeleteBox(id string) error {
	tx.frees = true
	if _, err := tx.Box(id); err != nil {
		return err
	}
	for _, k := range tx.keysOf(noticeBucket, noticePrefix(id)) {
		n, err := tx.noticeAt(k)
		if err != nil {
			return err
		}
		if err := tx.deleteNotification(n); err != nil {
			return err
		}
	}
	return tx.delete(boxBucket, []byte(id))
}
