package rules

import (
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
)

// errorStyle is how the phases of one generation speak of what is wrong.
type errorStyle struct {
	// maxFindings and maxOriginal are how many errors, and how many characters of a value, a rejection holds.
	maxFindings, maxOriginal int
	// hasReason reports whether the errors of a code name the rule or code list that was broken.
	hasReason func(code string) bool
	// compare says which of two findings about the same element comes first.
	compare func(a, b candidate) int
	// list is the code list of an element, "" if it has none.
	list func(e *schema.Element) string
	// pointer gives the pointer to what suffix leads to from an element, and its value if it is a leaf that is there.
	pointer func(t *tree, node int32, suffix string, positions Positions) (pointer, original string)
	// registered compares a message with the registers: first what stands in the order of the message, then what
	// comes last.
	registered func(c *Checker, t *tree, d *message.Document) (first, last []candidate)
	// guarantees leads through the guarantees of a declaration.
	guarantees guaranteePaths
}

// phases56 is the style of phases 5 and 6 (docs/spec/responses.md#5).
var phases56 = errorStyle{
	maxFindings: MaxFindings, maxOriginal: 512,
	hasReason:  func(string) bool { return true },
	compare:    byCode,
	list:       declaredList,
	pointer:    (*tree).pointByPath,
	registered: (*Checker).phases56Registers,
	guarantees: phases56Guarantees,
}

// phase4 is the style of phase 4: its pointers are made of titles, and a bad value (12) has no reason
// (docs/spec/responses.md#7-2). The limits are those of FUNERRER1.
var phase4 = errorStyle{
	maxFindings: 999, maxOriginal: 140,
	hasReason:  func(code string) bool { return code != "12" },
	compare:    byRow,
	list:       titledList,
	pointer:    (*tree).pointByTitle,
	registered: (*Checker).phase4Registers,
	guarantees: phase4Guarantees,
}

var errorStyles = map[message.Generation]*errorStyle{message.GenerationPhase4: &phase4, message.GenerationPhases56: &phases56}
