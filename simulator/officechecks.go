package simulator

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"nctsim/simulator/compose"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
)

// officeChecks is what the offices compare messages with: business rules, code lists and registered data.
type officeChecks struct {
	registry *rules.Registry
	// book is what the checkers work by; nil if the rules are switched off.
	book *rules.Book
	// checkers by mode; nil if the rules are switched off.
	checkers map[rules.Mode]*rules.Checker
	mode     rules.Mode
	// off are the rules that are switched off.
	off []string
	// liability is what a declaration claims of a guarantee without naming an amount; frozen says that balances do not
	// move.
	liability guarantee.Default
	frozen    bool
}

// newOfficeChecks reads the data. The errors name the setting or the place in the user's file.
func newOfficeChecks(c Config) (*officeChecks, error) {
	oc := &officeChecks{mode: rules.Mode(c.Mode), off: c.RulesOff, frozen: c.GuaranteeBalance == BalanceFrozen}
	var file []byte
	var err error
	if oc.liability, err = defaultGuarantee(c.DefaultGuarantee); err != nil {
		return nil, err
	}
	if c.RegistryFile != "" {
		if file, err = os.ReadFile(c.RegistryFile); err != nil {
			return nil, fmt.Errorf("registry-file: %w", err)
		}
	}
	if oc.registry, err = rules.LoadRegistry(c.RegistryFile, file, rules.Strictness(c.Registry)); err != nil {
		return nil, fmt.Errorf("registry-file: %w", err)
	}
	if c.Rules == Off {
		return oc, nil
	}
	book, err := loadBook(c.CodeLists)
	if err != nil {
		return nil, fmt.Errorf("code-lists: %s: %w", c.CodeLists, err)
	}
	oc.book = book
	oc.checkers = map[rules.Mode]*rules.Checker{}
	for _, mode := range []rules.Mode{rules.Final, rules.Transition} {
		oc.checkers[mode], err = book.Checker(rules.Options{Mode: mode, On: c.RulesOn, Off: c.RulesOff, Registry: oc.registry})
		if err != nil {
			return nil, fmt.Errorf("rules-on, rules-off: %w", err)
		}
	}
	return oc, nil
}

// loadBook reads the business rules, with the user's code lists if there are any.
func loadBook(lists string) (*rules.Book, error) {
	if lists == "" {
		return sharedBook()
	}
	return rules.Load(rules.Sources{Lists: os.DirFS(lists)})
}

// configure gives the office its checks.
func (oc *officeChecks) configure(s *office.Settings) {
	s.Liability, s.Balance = oc.liability, oc.balance
	if oc.checkers != nil {
		s.Rules, s.RulesOff, s.Guarantees = oc.check, oc.off, oc.guarantees
	}
}

// check is the office's RuleCheck. Nothing ends it early: an event that was accepted has to be handled.
func (oc *officeChecks) check(d *message.Document, mode string) (office.Broken, error) {
	checker := oc.checkers[oc.mode]
	if mode != "" {
		checker = oc.checkers[rules.Mode(mode)]
	}
	shown, registered, err := checker.Check(context.Background(), d)
	if err != nil {
		return office.Broken{}, err
	}
	return office.Broken{Message: broken(shown), Registered: broken(registered)}, nil
}

func broken(found []rules.Finding) []office.BrokenRule {
	out := make([]office.BrokenRule, len(found))
	for i, f := range found {
		out[i] = office.BrokenRule{
			FunctionalError: compose.FunctionalError{Pointer: f.Pointer, Code: f.Code, Reason: f.Reason, Original: f.Original},
			Why:             why(f), Rule: f.Rule, Assertion: f.Assertion, Text: f.Logic, Path: f.Path,
		}
	}
	return out
}

// why is a finding for the journal: the rule if it has a code, the assertion that evaluates it, and what it says.
func why(f rules.Finding) string {
	text := f.Reason
	if f.Assertion != "" {
		text = strings.TrimSpace(text + " (assertion " + f.Assertion + ")")
	}
	if text != "" && f.Logic != "" {
		text += ": "
	}
	return text + f.Logic
}

// guarantees is the office's GuaranteeCheck. Where balances stay as they are registered, nothing counts as reserved.
func (oc *officeChecks) guarantees(declaration *message.Document, at time.Time, reserved guarantee.Ledger) []office.InvalidGuarantee {
	if oc.frozen {
		reserved = guarantee.Ledger{}
	}
	cover := rules.Cover{At: at, Ledger: reserved, Default: oc.liability}
	var out []office.InvalidGuarantee
	for _, g := range oc.checkers[oc.mode].CheckGuarantees(declaration, cover) {
		out = append(out, office.InvalidGuarantee{
			InvalidGuarantee: compose.InvalidGuarantee{GRN: g.GRN, Reasons: []compose.Reason{{Code: g.Reason}}},
			Why:              g.Why,
		})
	}
	return out
}

// balance is the registered balance of a guarantee that moves, for the office's journal.
func (oc *officeChecks) balance(grn string) (movement.Reservation, bool) {
	g, registered := oc.registry.Guarantee(grn)
	if oc.frozen || !registered {
		return movement.Reservation{}, false
	}
	return g.RegisteredBalance()
}

// authorisedConsignor is the type of an authorisation that lets a trader send goods from their own place.
const authorisedConsignor = "C521"

// authorisations are the numbers of authorised consignors by their owners; the first in the order of numbers, if one has
// several.
func (oc *officeChecks) authorisations() map[string]string {
	out := map[string]string{}
	for _, a := range oc.registry.Authorisations() {
		if a.Type == authorisedConsignor && out[a.Owner] == "" {
			out[a.Owner] = a.Number
		}
	}
	return out
}

// parties are the names and addresses that answers show.
func (oc *officeChecks) parties() map[string]compose.Party {
	out := map[string]compose.Party{}
	for _, p := range oc.registry.Parties() {
		if p.Name != "" {
			out[p.EORI] = compose.Party{
				Name: p.Name, Street: p.Address.Street, Postcode: p.Address.Postcode, City: p.Address.City, Country: p.Address.Country,
			}
		}
	}
	return out
}
