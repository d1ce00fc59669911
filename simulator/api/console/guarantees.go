package console

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
)

// guaranteeTypes is the code list of the types of guarantees.
const guaranteeTypes = "CL251"

// guaranteesPage is the list of guarantees.
type guaranteesPage struct {
	// Limited are those with a balance, Others those without.
	Limited, Others []guaranteeRow
}

// guaranteeRow is a guarantee with what is reserved of it.
type guaranteeRow struct {
	client.Guarantee
	// TypeName says what the type is, "" if that is not known.
	TypeName string
	// Reserved is what is not left.
	Reserved string
	// Share is how much of the balance is left, in hundredths; Over says that more is reserved than there is.
	Share int
	Over  bool
}

// Limited reports whether the guarantee has a balance.
func (g guaranteeRow) Limited() bool { return g.Balance != "" }

func guaranteeRowOf(g client.Guarantee, types map[string]string) guaranteeRow {
	row := guaranteeRow{Guarantee: g, TypeName: types[g.Type], Share: 100}
	balance, left := amountOf(g.Balance), amountOf(g.Left)
	if balance == nil || left == nil {
		return row
	}
	row.Reserved = money(new(big.Rat).Sub(balance, left).FloatString(2))
	if balance.Sign() > 0 {
		share, _ := new(big.Rat).Quo(left, balance).Float64()
		row.Share = max(0, min(100, int(share*100+0.5)))
	}
	return row
}

func amountOf(n json.Number) *big.Rat {
	if amount, is := new(big.Rat).SetString(n.String()); is {
		return amount
	}
	return nil
}

// money is an amount as people read it: "10,000.00".
func money(text string) string {
	amount, is := new(big.Rat).SetString(text)
	if !is {
		return text
	}
	whole, part, _ := strings.Cut(amount.FloatString(2), ".")
	sign := ""
	if rest, below := strings.CutPrefix(whole, "-"); below {
		sign, whole = "−", rest
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return sign + whole + "." + part
}

// guarantees shows the registered guarantees.
func (v *visit) guarantees() error {
	list, err := v.client.Guarantees(v.ctx())
	if err != nil {
		return err
	}
	types, err := v.typesOfGuarantees()
	if err != nil {
		return err
	}
	data := guaranteesPage{}
	for _, g := range list {
		row := guaranteeRowOf(g, types)
		if row.Limited() {
			data.Limited = append(data.Limited, row)
		} else {
			data.Others = append(data.Others, row)
		}
	}
	return v.show(page{Name: "guarantees", Title: "Guarantees", Area: areaGuarantees, Data: data})
}

// typesOfGuarantees says what the types are, as the code list of today has them.
func (v *visit) typesOfGuarantees() (map[string]string, error) {
	list, err := v.client.CodeList(v.ctx(), guaranteeTypes)
	if err != nil && !client.IsNotFound(err) {
		return nil, err
	}
	types := map[string]string{}
	for _, c := range list.Codes {
		types[c.Code] = c.Text
	}
	return types, nil
}

// guaranteePage is one guarantee.
type guaranteePage struct {
	guaranteeRow
	Registered, Failing bool
	// Held is what all movements together have reserved, one sum for each currency but that of the balance.
	Held   []movement.Reservation
	UsedBy []user
	// Ledger is the newest first.
	Ledger []ledgerRow
}

// user is a movement that has reserved something.
type user struct{ ID, Name string }

// ledgerRow is one line of the ledger.
type ledgerRow struct {
	client.LedgerLine
	Name string
}

// Back reports whether something was given back.
func (r ledgerRow) Back() bool { return strings.HasPrefix(r.Amount, "-") }

// guarantee shows one guarantee with its ledger.
func (v *visit) guarantee() error {
	g, err := v.client.Guarantee(v.ctx(), v.r.PathValue("grn"))
	if err != nil {
		return err
	}
	types, err := v.typesOfGuarantees()
	if err != nil {
		return err
	}
	names, err := v.recentNames(len(g.Ledger))
	if err != nil {
		return err
	}
	data := guaranteePage{guaranteeRow: guaranteeRowOf(g.Guarantee, types), Registered: g.Registered, Failing: g.Failing}
	for _, r := range g.Reserved {
		if !data.Limited() || r.Currency != g.Currency {
			data.Held = append(data.Held, r)
		}
	}
	for _, id := range g.UsedBy {
		data.UsedBy = append(data.UsedBy, user{id, cmp.Or(names[id], id)})
	}
	for _, l := range slices.Backward(g.Ledger) {
		data.Ledger = append(data.Ledger, ledgerRow{l, cmp.Or(names[l.Movement], l.Movement)})
	}
	return v.show(page{Name: "guarantee", Title: "Guarantee " + g.GRN, Area: areaGuarantees, Data: data})
}
