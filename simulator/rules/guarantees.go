package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Reasons why a guarantee is invalid (code list CL252, docs/spec/responses.md#4, IE055).
const (
	GuaranteeUnknown     = "G01"
	GuaranteeNotValid    = "G02"
	GuaranteeAccessCode  = "G03"
	GuaranteeOtherHolder = "G04"
)

// listWithGRN holds the guarantee types that carry a GRN and an access code.
const listWithGRN = "CL286"

// InvalidGuarantee is one GRN that an IE055 has to name.
type InvalidGuarantee struct {
	GRN string
	// Reason is the first thing that is wrong: G01 to G04.
	Reason string
	// Why says so to people, for the journal.
	Why string
}

// Cover is what a guarantee check has to know besides the declaration and the registry.
type Cover struct {
	// At is the day of the check, for guarantees of limited validity.
	At time.Time
	// Ledger is what movements have reserved of guarantees; it leaves less of a registered balance.
	Ledger guarantee.Ledger
	// Default is the liability where a declaration gives no amount.
	Default guarantee.Default
}

// guaranteePaths lead through the guarantees of a declaration.
type guaranteePaths struct {
	group, typ, reference, grn, access string
	// numbers: no rule looks at the number itself, so that what cannot be one is found out here.
	numbers bool
}

var (
	phases56Guarantees = guaranteePaths{group: "Guarantee", typ: "guaranteeType", reference: "GuaranteeReference", grn: "GRN", access: "accessCode"}
	phase4Guarantees   = guaranteePaths{group: "GUAGUA", typ: "GuaTypGUA1", reference: "GUAREFREF", grn: "GuaRefNumGRNREF1", access: "AccCodREF6", numbers: true}
)

// procedureTIR is the declaration type whose guarantee is the carnet: nothing is checked then (docs/spec/process.md#2).
const procedureTIR = "TIR"

// CheckGuarantees looks at every guarantee of a declaration that carries a GRN, in order (docs/spec/process.md#4-6,
// which phase 4 shares). What is wrong with the number itself, R0028, is for Check; phase 4 has no such rule, and there
// is no guarantee of such a number (docs/spec/responses.md#6: only well-formed values are accepted). A GRN is named
// once.
func (c *Checker) CheckGuarantees(d *message.Document, cover Cover) []InvalidGuarantee {
	if d.Field(message.DeclarationType) == procedureTIR {
		return nil
	}
	paths := errorStyles[d.Phase.Generation()].guarantees
	g := guaranteeCheck{Checker: c, cover: cover, numbers: paths.numbers, place: c.place(d.Phase), holder: d.Field(message.Holder), claims: cover.Default.Claims(d)}
	for _, group := range d.Each(paths.group) {
		typ := group.Get(paths.typ)
		if !c.book.lists[listWithGRN].known()[typ] {
			continue
		}
		for _, reference := range group.Each(paths.reference) {
			g.check(typ, reference.Get(paths.grn), reference.Get(paths.access))
		}
	}
	return g.found
}

// place is where a guarantee is used, in the words of Guarantee.Valid.
func (c *Checker) place(p message.Phase) string {
	if p == message.Phase5 {
		return "p5-" + string(c.options.Mode)
	}
	return "p" + p.String()
}

type guaranteeCheck struct {
	*Checker
	cover         Cover
	numbers       bool
	place, holder string
	claims        []movement.Reservation
	found         []InvalidGuarantee
}

func (g *guaranteeCheck) check(typ, grn, access string) {
	if grn == "" || slices.ContainsFunc(g.found, func(f InvalidGuarantee) bool { return f.GRN == grn }) {
		return
	}
	reason, why := g.judge(typ, grn, access)
	if reason != "" {
		g.found = append(g.found, InvalidGuarantee{grn, reason, why})
	}
}

func (g *guaranteeCheck) judge(typ, grn, access string) (reason, why string) {
	r, known := g.registry.guarantees[grn]
	if g.registry.refused.guarantees[grn] || !known && g.registry.strictness == Strict {
		return GuaranteeUnknown, "no guarantee of this number is registered"
	}
	if !known {
		if err := movement.CheckGRN(grn); g.numbers && err != nil {
			return GuaranteeUnknown, err.Error()
		}
		return "", ""
	}
	if why := g.unusable(r, typ); why != "" {
		return GuaranteeNotValid, why
	}
	if r.Access != "" && access != r.Access {
		return GuaranteeAccessCode, "the access code is not the registered one"
	}
	if r.Owner != g.holder {
		return GuaranteeOtherHolder, fmt.Sprintf("the guarantee belongs to %s, the holder of the procedure is %q", r.Owner, g.holder)
	}
	return "", ""
}

// unusable says why a registered guarantee cannot be used, "" if it can.
func (g *guaranteeCheck) unusable(r Guarantee, typ string) string {
	day := g.cover.At.UTC().Format(time.DateOnly)
	switch {
	case r.Status == statusCancelled:
		return "the guarantee is cancelled"
	case r.From != "" && day < r.From:
		return "the guarantee is valid from " + r.From
	case r.Until != "" && day > r.Until:
		return "the guarantee was valid until " + r.Until
	case r.Type != typ:
		return fmt.Sprintf("the guarantee is of type %s and not %s", r.Type, typ)
	case g.registry.strictness == Strict && len(r.Valid) > 0 && !slices.Contains(r.Valid, g.place):
		return "the guarantee is accepted only in " + strings.Join(r.Valid, ", ")
	}
	return g.uncovered(r)
}

// uncovered compares what the declaration claims with what is left of the balance, in its currency alone: rates of
// exchange are not known here.
func (g *guaranteeCheck) uncovered(r Guarantee) string {
	balance, limited := r.RegisteredBalance()
	if !limited {
		return ""
	}
	left := g.cover.Ledger.Remaining(balance)
	for _, claim := range g.claims {
		if claim.GRN == r.GRN && claim.Currency == r.Currency && claim.Sum().Cmp(left) > 0 {
			return fmt.Sprintf("%s %s are left, %s are needed", left.Fixed(2), r.Currency, claim.Sum().Fixed(2))
		}
	}
	return ""
}

// RegisteredBalance is the registered balance of the guarantee, false if it has none and therefore no limit.
func (g Guarantee) RegisteredBalance() (balance movement.Reservation, limited bool) {
	return movement.Reservation{GRN: g.GRN, Amount: g.Balance, Currency: g.Currency}, g.Balance != ""
}
