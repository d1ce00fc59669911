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
func (d *dossier) readLedger(tx *store.Tx) error {
	if d.movement.Kind != message.Departure {
		return nil
	}
	seen := map[string]bool{}
	var all []movement.Reservation
	for _, r := range d.liabilities() {
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
	d.reserved = guarantee.NewLedger(all).Without(d.movement.Facts.Reserved)
	return nil
}

// liabilities are what the declarations of the movement claim, and what it has reserved.
func (d *dossier) liabilities() []movement.Reservation {
	f := d.movement.Facts
	all := slices.Clone(f.Reserved)
	for _, id := range []string{f.Original, f.Declaration, d.event.Message} {
		if declaration, err := d.document(id); err == nil {
			all = append(all, guarantee.Standard.Claims(declaration)...)
		}
	}
	return all
}
