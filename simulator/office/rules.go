package office

import (
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
)

// RuleCheck compares a message of the trader with the business rules (docs/spec/process.md#3, steps 4 and 5). Mode is
// that of the movement, "" for the simulator's own.
// It must be safe for concurrent use, and the same message must always get the same answer.
type RuleCheck func(d *message.Document, mode string) (Broken, error)

// Broken is what a message breaks.
type Broken struct {
	// Message are code lists, conditions and rules, in the order of the message; Registered are unknown or unsuitable
	// parties, authorisations and places.
	Message, Registered []BrokenRule
}

// BrokenRule is a functional error, with the reason for the journal.
type BrokenRule struct {
	compose.FunctionalError
	Why string
	// Rule and Assertion are those that were broken, and Text what they say, if a rule was.
	Rule, Assertion, Text string
	// Path is that of the element from the root; "" if the pointer is one, or if nothing leads to the element.
	Path string
}

// enforced leaves out what is switched off.
func (tr *transition) enforced(found []fault) []fault {
	return slices.DeleteFunc(found, func(f fault) bool { return slices.Contains(tr.settings.RulesOff, f.Reason) })
}

// withRules puts what the rules have found around what the movement has found, in the order in which a rejection lists
// them: the message itself, the movement, the registers, and what is national last. An error that two checks have
// found is told once.
func (tr *transition) withRules(ofMovement, national []fault) ([]fault, error) {
	var broken Broken
	if tr.settings.Rules != nil {
		var err error
		if broken, err = tr.settings.Rules(tr.Message, tr.m.Mode); err != nil {
			return nil, err
		}
	}
	type place struct{ pointer, code, reason string }
	told := map[place]bool{}
	all := slices.Concat(broken.Message, tr.enforced(ofMovement), broken.Registered, tr.enforced(national))
	return slices.DeleteFunc(all, func(f fault) bool {
		at := place{f.Pointer, f.Code, f.Reason}
		again := told[at]
		told[at] = true
		return again
	}), nil
}
