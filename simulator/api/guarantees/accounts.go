package guarantees

import (
	"encoding/json"
	"fmt"
	"slices"

	"nctsim/simulator/client"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/rules"
	"nctsim/simulator/store"
)

// accounts is the guarantee system's view of the registry and the ledger.
type accounts struct {
	registry   *rules.Registry
	ledger     guarantee.Ledger
	unreadable []string
}

// accounts reads what is reserved of a guarantee, nothing if balances are frozen.
func (a *API) accounts(grn string) (accounts, error) {
	found := accounts{registry: a.Registry, unreadable: a.BalanceFaults}
	if a.GuaranteeBalance == Frozen {
		return found, nil
	}
	err := a.Store.View(func(tx *store.Tx) error {
		reserved, err := tx.Reserved(grn)
		found.ledger = guarantee.NewLedger(reserved)
		return err
	})
	if err != nil {
		return accounts{}, fmt.Errorf("read what is reserved: %w", err)
	}
	return found, nil
}

// Account finds a guarantee. One of a type that has a balance, of which none is registered, is as unknown here as it is
// at HMRC, where declarations and balances have test data of their own.
func (a accounts) Account(grn string) (guarantee.Account, bool) {
	if a.registry == nil || a.registry.RefusesGuarantee(grn) {
		return guarantee.Account{}, false
	}
	g, registered := a.registry.Guarantee(grn)
	account := guarantee.Account{GRN: g.GRN, Type: g.Type, Holder: g.Owner, Access: g.Access, Currency: g.Currency, Since: g.From}
	balance, limited := g.RegisteredBalance()
	if !registered || account.HasBalance() && !limited {
		return guarantee.Account{}, false
	}
	account.Balance = a.ledger.Remaining(balance)
	account.Reserved = balance.Sum().Minus(account.Balance)
	return account, true
}

// Trader says whether somebody has that tax id.
func (a accounts) Trader(taxID string) bool { return a.registry != nil && a.registry.Knows(taxID) }

// Unreadable says whether the guarantee system fails to read enquiries about a GRN.
func (a accounts) Unreadable(grn string) bool { return slices.Contains(a.unreadable, grn) }

// List shows all registered guarantees by GRN, with what is registered and what is left.
func (a *API) List() ([]client.Guarantee, error) {
	out := []client.Guarantee{}
	if a.Registry == nil {
		return out, nil
	}
	for _, g := range a.Registry.Guarantees() {
		one := client.Guarantee{Type: g.Type, GRN: g.GRN, Holder: g.Owner, Currency: g.Currency, AccessCodes: []string{}}
		if g.Access != "" {
			one.AccessCodes = append(one.AccessCodes, g.Access)
		}
		if balance, limited := g.RegisteredBalance(); limited {
			found, err := a.accounts(g.GRN)
			if err != nil {
				return nil, err
			}
			one.Balance = json.Number(balance.Sum().String())
			one.Left = json.Number(found.ledger.Remaining(balance).String())
		}
		out = append(out, one)
	}
	return out, nil
}
