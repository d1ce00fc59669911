package office

import (
	"fmt"
	"slices"

	"nctsim/simulator/movement"
)

// The ledger of guarantees: a declaration reserves what it claims of them from its release (IE029) until the movement
// is over, by a write-off (IE045), a cancellation (IE009) or whatever else was injected. What is reserved is a fact of
// the movement, derived from where it stands after an event; so it does not matter what brought it there.

// settleGuarantees reserves what the movement claims, or gives it back, if it has come to that. A release counts anew, as
// the declaration may have been amended since the last one.
func (v *visit) settleGuarantees() {
	f := &v.m.Facts
	switch secured := v.m.Secured(); {
	case secured && (f.Reserved == nil || f.Released.Equal(v.Now)):
		claims := v.claims()
		if slices.Equal(claims, f.Reserved) {
			return
		}
		v.giveBack("released again: the declaration claims something else than before")
		for _, r := range claims {
			v.noteGuarantee(r, "reserved", r.Sum(), "released: guarantees are liable from the IE029 on")
		}
		f.Reserved = claims
	case !secured:
		v.giveBack("the movement is over: guarantees are no longer liable")
	}
}

// giveBack gives back what the movement has reserved, if anything.
func (v *visit) giveBack(why string) {
	for _, r := range v.m.Facts.Reserved {
		v.noteGuarantee(r, "given back", movement.Decimal{}, why)
	}
	v.m.Facts.Reserved = nil
}

// claims is what the declaration as it stands claims. Under TIR the carnet is the guarantee.
func (v *visit) claims() []movement.Reservation {
	if v.m.TIR {
		return nil
	}
	declaration := v.Declaration
	if declaration == nil {
		declaration = v.Original
	}
	return v.settings.Liability.Claims(declaration)
}

// noteGuarantee writes what was reserved or given back into the journal, and what that leaves of a registered balance
// when the movement holds so much of it.
func (v *visit) noteGuarantee(r movement.Reservation, what string, held movement.Decimal, why string) {
	text := fmt.Sprintf("%s %s of guarantee %s %s", r.Sum().Fixed(2), r.Currency, r.GRN, what)
	v.note(text+v.left(r, held), why)
}

func (v *visit) left(r movement.Reservation, held movement.Decimal) string {
	if v.settings.Balance == nil {
		return ""
	}
	balance, registered := v.settings.Balance(r.GRN)
	switch {
	case !registered:
		return ""
	case balance.Currency != r.Currency:
		return fmt.Sprintf("; its balance in %s stays as it is, because rates of exchange are not known", balance.Currency)
	}
	return fmt.Sprintf("; %s %s are left", v.Reserved.Left(balance).Minus(held).Fixed(2), r.Currency)
}
