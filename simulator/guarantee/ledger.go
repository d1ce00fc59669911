package guarantee

import (
	"maps"

	"nctsim/simulator/movement"
)

// Ledger is what is reserved of guarantees. The zero value is an empty one; it is not changed after NewLedger.
type Ledger struct {
	sums map[balanceKey]movement.Decimal
}

// NewLedger adds up reservations.
func NewLedger(reserved []movement.Reservation) Ledger {
	l := Ledger{sums: map[balanceKey]movement.Decimal{}}
	for _, r := range reserved {
		a := balanceKey{r.GRN, r.Currency}
		l.sums[a] = l.sums[a].Plus(r.Sum())
	}
	return l
}

// Without is the ledger without some of its reservations.
func (l Ledger) Without(reserved []movement.Reservation) Ledger {
	less := Ledger{sums: maps.Clone(l.sums)}
	for _, r := range reserved {
		a := balanceKey{r.GRN, r.Currency}
		if sum, known := less.sums[a]; known {
			less.sums[a] = sum.Minus(r.Sum())
		}
	}
	return less
}

// Remaining is what is left of a registered balance, given as a Reservation: the balance less what is reserved in its
// currency. Reservations in other currencies do not count, as rates of exchange are not known. It is below zero if more
// was reserved than there is.
func (l Ledger) Remaining(balance movement.Reservation) movement.Decimal {
	return balance.Sum().Minus(l.sums[balanceKey{balance.GRN, balance.Currency}])
}
