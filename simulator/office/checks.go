package office

import (
	"fmt"
	"slices"

	"nctsim/simulator/xmltree"
)

// fault is a functional error in a message of the trader, with the reason for the journal.
type fault = BrokenRule

// check works through the list of docs/spec/process.md#3. The first two steps stand alone; all further errors
// are collected into one rejection. The error is that of the rule check.
func (tr *transition) check() ([]fault, error) {
	if tr.Refused != nil {
		return []fault{*tr.Refused}, nil
	}
	if found := tr.process.sequence(tr); len(found) > 0 {
		return found, nil
	}
	look := tr.process.checks[tr.on.name]
	if look == nil {
		return tr.withRules(nil, nil)
	}
	return tr.withRules(look(tr))
}

// untimely says why the message is not taken in the state of the movement, "" if it is.
func (tr *transition) untimely() string {
	if slices.Contains(tr.process.taken[tr.effectiveState()], tr.on.name) {
		return ""
	}
	return fmt.Sprintf("%s: %s is not taken in state %s", tr.process.sections[tr.m.Kind], tr.on.name, tr.m.State)
}

func (tr *transition) ownNumber(name, own string) string {
	if own == "" {
		return "has no " + name
	}
	return "has the " + name + " " + own
}

// at is the step to occurrence i, counted from 0, of a group that the schema lets repeat. Error pointers have a position on
// all of these, even on one that stands alone.
func at(name string, i int) string {
	return xmltree.Path{Steps: []xmltree.Step{{Name: name, Index: i + 1}}}.String()
}
