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
		for other := range tx.EachByLRN(m.MovementEORI, m.LRN) {
			if other == m.ID {
				continue
			}
			there, err := tx.Movement(other)
			if err != nil {
				return err
			}
			if e.usesLRN(m, *there) && !there.Created.After(m.Created) {
				id = other
				break
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("look for the LRN: %w", err)
	}
	return id, nil
}
