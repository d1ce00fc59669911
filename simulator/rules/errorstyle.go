package rules

import (
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
)

// errorStyle is how the phases of one generation speak of what is wrong.
type errorStyle struct {
	// findings and original are how many errors, and how many characters of a value, a rejection holds.
	findings, original int
	// reasoned says whether the errors of a code name the rule or code list that was broken.
	reasoned func(code string) bool
	// tie says which of two findings about the same element comes first.
	tie func(a, b draft) int
	// list is the code list of an element, "" if it has none.
	list func(e *schema.Element) string
	// point gives the pointer to what suffix leads to from an element, and its value if it is a leaf that is there.
	point func(t *tree, node int, suffix string, positions Positions) (pointer, original string)
	// registered compares a message with the registers: first what stands in the order of the message, then what
	// comes last.
	registered func(c *Checker, t *tree, d *message.Document) (first, last []draft)
	// guarantees leads through the guarantees of a declaration.
	guarantees guaranteePaths
}

// phases56 is the style of phases 5 and 6 (docs/spec/responses.md#5).
var phases56 = errorStyle{
	findings: MaxFindings, original: 512,
	reasoned:   func(string) bool { return true },
	tie:        byCode,
	list:       declaredList,
	point:      (*tree).pointByPath,
	registered: (*Checker).phases56Registers,
	guarantees: phases56Guarantees,
}

// phase4 is the style of phase 4: its pointers are made of titles, and a bad value (12) has no reason
// (docs/spec/responses.md#7-2). The limits are those of FUNERRER1.
var phase4 = errorStyle{
	findings: 999, original: 140,
	reasoned:   func(code string) bool { return code != "12" },
	tie:        byRow,
	list:       titledList,
	point:      (*tree).pointByTitle,
	registered: (*Checker).phase4Registers,
	guarantees: phase4Guarantees,
}

var errorStyles = map[message.Generation]*errorStyle{message.GenerationPhase4: &phase4, message.GenerationPhases56: &phases56}
