package client

import (
	"context"
	"time"

	"nctsim/simulator/movement"
)

const guaranteesPath = v1 + "/guarantees"

// Guarantees are the registered guarantees, by GRN.
type Guarantees struct {
	Guarantees []Guarantee `json:"guarantees"`
}

// GuaranteeDetail is a guarantee with what movements have done with it.
type GuaranteeDetail struct {
	Guarantee
	// Registered is false for one that is claimed by declarations and not registered.
	Registered bool `json:"registered"`
	// Failing says that the balance APIs answer 500 about it (--balance-faults).
	Failing bool `json:"failing"`
	// Reserved is what all movements together have reserved, one sum for each currency.
	Reserved []movement.Reservation `json:"reserved"`
	// UsedBy are the ids of the movements that have reserved something of it now.
	UsedBy []string `json:"usedBy"`
	// Ledger is what was reserved and given back, the oldest first; of movements that were removed there is nothing.
	Ledger []LedgerLine `json:"ledger"`
}

// LedgerLine is something that a movement has reserved of a guarantee, or given back.
type LedgerLine struct {
	At       time.Time `json:"at"`
	Movement string    `json:"movement"`
	// MessageType is the IE code of the message of customs that went with it: the release, the write-off.
	MessageType string `json:"messageType,omitempty"`
	// Amount is above zero for what was reserved, and below for what was given back: "-2450.00".
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	// Left is what was left of the registered balance then; it is left out if there is none in this currency.
	Left string `json:"left,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Guarantees lists the registered guarantees with what is left of them.
func (c Client) Guarantees(ctx context.Context) ([]Guarantee, error) {
	list, err := get[Guarantees](ctx, c, guaranteesPath)
	return list.Guarantees, err
}

// Guarantee shows one guarantee with its ledger.
func (c Client) Guarantee(ctx context.Context, grn string) (GuaranteeDetail, error) {
	return get[GuaranteeDetail](ctx, c, below(guaranteesPath, grn))
}
