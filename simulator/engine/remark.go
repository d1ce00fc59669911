package engine

import (
	"fmt"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// UserOfLRN is a movement that was there before a new departure and uses its LRN, so that the office will refuse the new one;
// "" if there is none. It is for remarks: who comes first is decided when the office gets to the declaration.
func (e *Engine) UserOfLRN(m movement.Movement) (id string, err error) {
	if m.LRN == "" {
		return "", nil
	}
	err = e.store.View(func(tx *store.Tx) error {
		return tx.EachByLRN(m.MovementEORI, m.LRN, func(other string) (more bool, err error) {
			if other == m.ID {
				return true, nil
			}
			there, err := tx.Movement(other)
			if err != nil || !e.usesLRN(m, *there) || there.Created.After(m.Created) {
				return true, err
			}
			id = other
			return false, nil
		})
	})
	if err != nil {
		return "", fmt.Errorf("look for the LRN: %w", err)
	}
	return id, nil
}
