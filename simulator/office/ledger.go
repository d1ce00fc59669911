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
func (tr *transition) settleGuarantees() {
	f := &tr.m.Facts
	switch secured := tr.m.Secured(); {
	case secured && (f.Reserved == nil || f.Released.Equal(tr.Now)):
		claims := tr.claims()
		if slices.Equal(claims, f.Reserved) {
			return
		}
		tr.releaseReservations("released again: the declaration claims something else than before")
		for _, r := range claims {
			tr.noteGuarantee(r, "reserved", r.Sum(), "released: guarantees are liable from the IE029 on")
		}
		f.Reserved = claims
	case !secured:
		tr.releaseReservations("the movement is over: guarantees are no longer liable")
	}
}

// releaseReservations gives back what the movement has reserved, if anything.
func (tr *transition) releaseReservations(why string) {
	for _, r := range tr.m.Facts.Reserved {
		tr.noteGuarantee(r, "given back", movement.Decimal{}, why)
	}
	tr.m.Facts.Reserved = nil
}

// claims is what the declaration as it stands claims. Under TIR the carnet is the guarantee.
func (tr *transition) claims() []movement.Reservation {
	if tr.m.TIR {
		return nil
	}
	declaration := tr.Declaration
	if declaration == nil {
		declaration = tr.Original
	}
	return tr.settings.Liability.Claims(declaration)
}

// noteGuarantee writes what was reserved or given back into the journal, and what that leaves of a registered balance
// when the movement holds so much of it.
func (tr *transition) noteGuarantee(r movement.Reservation, what string, held movement.Decimal, why string) {
	change := movement.LedgerChange{GRN: r.GRN, Amount: r.Sum().Fixed(2), Currency: r.Currency}
	text := fmt.Sprintf("%s %s of guarantee %s %s", change.Amount, r.Currency, r.GRN, what)
	if held == (movement.Decimal{}) {
		change.Amount = "-" + change.Amount
	}
	balance, elsewhere := tr.balanceOf(r)
	switch {
	case elsewhere != "":
		text += fmt.Sprintf("; its balance in %s stays as it is, because rates of exchange are not known", elsewhere)
	case balance != nil:
		change.Left = tr.Reserved.Remaining(*balance).Minus(held).Fixed(2)
		text += fmt.Sprintf("; %s %s are left", change.Left, r.Currency)
	}
	tr.add(movement.Entry{
		Kind: movement.EntryNote, Text: text, Why: why, Ledger: change, Sender: tr.here(), Recipient: movement.GuaranteeSystem,
	})
}

// balanceOf is the registered balance that a reservation counts against, nil if there is none; elsewhere is the currency of one
// against which it does not count.
func (tr *transition) balanceOf(r movement.Reservation) (counts *movement.Reservation, elsewhere string) {
	if tr.settings.Balance == nil {
		return nil, ""
	}
	balance, registered := tr.settings.Balance(r.GRN)
	switch {
	case !registered:
		return nil, ""
	case balance.Currency != r.Currency:
		return nil, balance.Currency
	}
	return &balance, ""
}
