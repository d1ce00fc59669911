package rules

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// List is a code list as people read it.
type List struct {
	// Number is that of the list ("CL251"), Name what it is called ("GuaranteeType").
	Number, Name string
	// Sample says that only a selection of its codes is known, so that others are taken, too.
	Sample bool
	Codes  []Code
}

// Code is a code with its meaning, which may be empty.
type Code struct{ Code, Text string }

// Lists are all code lists, by number.
func (b *Book) Lists() []List {
	var out []List
	for _, number := range slices.SortedFunc(maps.Keys(b.lists), compareNumbers) {
		list, _ := b.List(number)
		out = append(out, list)
	}
	return out
}

// compareNumbers puts CL19 before CL100.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// List is one code list; false if it is not known.
func (b *Book) List(number string) (List, bool) {
	l, known := b.lists[number]
	out := List{Number: number, Name: l.name, Sample: l.sample}
	for i, code := range l.codes {
		out.Codes = append(out.Codes, Code{code, l.texts[i]})
	}
	return out, known
}

// Meaning is what a code of a list means, "" if that is not known.
func (b *Book) Meaning(list, code string) string {
	l := b.lists[list]
	if i := slices.Index(l.codes, code); i >= 0 {
		return l.texts[i]
	}
	return ""
}

// Rule is a business rule as people read it.
type Rule struct {
	// Code is the rule's ("C0909"); Logic says what it says in which phase.
	Code       string
	Logic      []Logic
	Assertions []RuleTest
	// Movement says that the rule needs the movement, and is checked by the office beside the data.
	Movement bool
}

// Logic is what a rule says in a phase; 0 stands for all.
type Logic struct {
	Phase message.Phase
	Text  string
}

// RuleTest is a test of a message that evaluates a rule.
type RuleTest struct {
	ID      string
	Phase   message.Phase
	Message string // IE code
	Error   string // code of the error
	// Context leads to the elements that are tested, Test is what must hold for them, in XPath, and Pointer leads from them to
	// what an error points at.
	Context, Test, Pointer string
	// Final and Transition say in which modes of phase 5 it holds, and On whether it is enforced unless the settings say
	// otherwise.
	Final, Transition, On bool
}

// Rules are all rules, by code.
func (b *Book) Rules() []Rule {
	all := map[string]*Rule{}
	rule := func(code string) *Rule {
		if all[code] == nil {
			all[code] = &Rule{Code: code}
		}
		return all[code]
	}
	for key, text := range logic() {
		r := rule(key.rule)
		r.Logic = append(r.Logic, Logic{key.phase, text})
	}
	for code, text := range registerRules {
		r := rule(code)
		if len(r.Logic) == 0 {
			r.Logic = []Logic{{0, text}}
		}
	}
	for _, code := range movementRules {
		rule(code).Movement = true
	}
	for key, set := range b.all() {
		typ, _ := message.TypeOfRoot(key.root)
		for _, a := range set.assertions {
			r := rule(a.rule)
			r.Assertions = append(r.Assertions, RuleTest{a.id, key.phase, cmp.Or(typ.Code, key.root), a.code, a.context, a.test, a.pointer, a.final, a.transition, a.on})
		}
	}
	var out []Rule
	for _, code := range slices.Sorted(maps.Keys(all)) {
		r := all[code]
		slices.SortFunc(r.Logic, func(a, b Logic) int { return cmp.Compare(a.Phase, b.Phase) })
		slices.SortFunc(r.Assertions, func(a, b RuleTest) int {
			return cmp.Or(cmp.Compare(a.Phase, b.Phase), strings.Compare(a.Message, b.Message), strings.Compare(a.ID, b.ID))
		})
		out = append(out, *r)
	}
	return out
}

// Offices lists the known customs offices by their ids.
func (r *Registry) Offices() []Office { return sorted(r.offices) }

// Titled is what phase 4 calls an element, and the code list it belongs to, "" for none; an element that has no title of its
// own is known by its name.
func Titled(element string) (text, list string) {
	t := titleOf(element)
	return t.text, t.list
}
