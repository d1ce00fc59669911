package rules

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
)

// Reasons why a guarantee is invalid (code list CL252, responses section 4, IE055).
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
	// Left is what movements have left of guarantees, by GRN, in place of the registered balance.
	Left map[string]Amount
}

// Amount is a sum of money: a decimal number ("1250.00") and a currency ("GBP").
type Amount struct{ Value, Currency string }

// CheckGuarantees looks at every guarantee of a declaration that carries a GRN, in order (process section 4.6). What
// is wrong with the number itself, R0028, is for Check. A GRN is named once.
func (c *Checker) CheckGuarantees(d *message.Document, cover Cover) []InvalidGuarantee {
	g := guaranteeCheck{Checker: c, cover: cover, place: c.place(d.Phase)}
	g.holder = d.Get("HolderOfTheTransitProcedure/identificationNumber")
	for _, guarantee := range d.Each("Guarantee") {
		typ := guarantee.Get("guaranteeType")
		if !c.book.lists[listWithGRN].known[typ] {
			continue
		}
		for _, reference := range guarantee.Each("GuaranteeReference") {
			g.check(typ, reference)
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
	place, holder string
	found         []InvalidGuarantee
}

func (g *guaranteeCheck) check(typ string, reference *message.Document) {
	grn := reference.Get("GRN")
	if grn == "" || slices.ContainsFunc(g.found, func(f InvalidGuarantee) bool { return f.GRN == grn }) {
		return
	}
	reason, why := g.judge(typ, grn, reference)
	if reason != "" {
		g.found = append(g.found, InvalidGuarantee{grn, reason, why})
	}
}

func (g *guaranteeCheck) judge(typ, grn string, reference *message.Document) (reason, why string) {
	r, known := g.registry.guarantees[grn]
	if g.registry.refused.guarantees[grn] || !known && g.registry.strictness == Strict {
		return GuaranteeUnknown, "no guarantee of this number is registered"
	}
	if !known {
		return "", ""
	}
	if why := g.unusable(r, typ, reference); why != "" {
		return GuaranteeNotValid, why
	}
	if r.Access != "" && reference.Get("accessCode") != r.Access {
		return GuaranteeAccessCode, "the access code is not the registered one"
	}
	if r.Owner != g.holder {
		return GuaranteeOtherHolder, fmt.Sprintf("the guarantee belongs to %s, the holder of the procedure is %q", r.Owner, g.holder)
	}
	return "", ""
}

// unusable says why a registered guarantee cannot be used, "" if it can.
func (g *guaranteeCheck) unusable(r Guarantee, typ string, reference *message.Document) string {
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
	left := Amount{r.Balance, r.Currency}
	if a, given := g.cover.Left[r.GRN]; given {
		left = a
	}
	return uncovered(left, Amount{reference.Get("amountToBeCovered"), reference.Get("currency")})
}

// uncovered compares sums of the same currency; rates of exchange are not known here.
func uncovered(left, wanted Amount) string {
	has, needs := amount(left.Value), amount(wanted.Value)
	if has == nil || needs == nil || left.Currency != wanted.Currency || needs.Cmp(has) <= 0 {
		return ""
	}
	return fmt.Sprintf("%s %s are left, %s are needed", left.Value, left.Currency, wanted.Value)
}

// amount reads a decimal number, nil if it is none.
func amount(s string) *big.Rat {
	if !amountForm.MatchString(s) {
		return nil
	}
	a, _ := new(big.Rat).SetString(s)
	return a
}
