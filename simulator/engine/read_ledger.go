package engine

import (
	"slices"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// readLedger reads what other movements have reserved of the guarantees that a departure has to do with: those of its
// declarations, and those that it has reserved. A declaration that cannot be read is found out later, by whoever needs it.
func readLedger(tx *store.Tx, c *eventContext) error {
	if c.current.Kind != message.Departure {
		return nil
	}
	seen := map[string]bool{}
	var all []movement.Reservation
	for _, r := range c.liabilities() {
		if seen[r.GRN] {
			continue
		}
		seen[r.GRN] = true
		reserved, err := tx.Reserved(r.GRN)
		if err != nil {
			return err
		}
		all = append(all, reserved...)
	}
	c.reserved = guarantee.NewLedger(all).Without(c.current.Facts.Reserved)
	return nil
}

// liabilities are what the declarations of the movement claim, and what it has reserved.
func (c *eventContext) liabilities() []movement.Reservation {
	f := c.current.Facts
	all := slices.Clone(f.Reserved)
	ids := []string{f.Original, f.Declaration, c.event.Message} // often the same
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if declaration, err := c.documents.get(id); err == nil {
			all = append(all, guarantee.Standard.Claims(declaration)...)
		}
	}
	return all
}
