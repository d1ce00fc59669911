package rules

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// title is what phase 4 calls an element, and the code list it belongs to ("" for none).
type title struct{ text, list string }

// titles are the elements of phase 4 that something can be said about.
var titles = sync.OnceValue(func() map[string]title {
	out := map[string]title{}
	for _, row := range shipped("data/titles.tsv", "element", "title", "list") {
		out[row.cells[0]] = title{row.cells[1], row.cells[2]}
	}
	return out
})

// titleOf is the title of an element; one that has none here is known by its name.
func titleOf(name string) title {
	if t, known := titles()[name]; known {
		return t
	}
	return title{text: name}
}

// titledList is the code list of an element of phase 4, whose schemas name none.
func titledList(e *schema.Element) string {
	if e == nil {
		return ""
	}
	return titleOf(e.Name).list
}

// groupCode is the short name of a group: the last three characters of its element (HEAHEA: HEA, TRAPRIPC1: PC1).
func groupCode(name string) string { return name[max(0, len(name)-3):] }

// pointByTitle writes a pointer of phase 4: the codes of the groups, with the occurrence of those that the schema lets
// repeat, and the title of the field: "HEA.Customs sub place", "GDS(2).GS2(1).Kind of packages".
func (t *tree) pointByTitle(node int32, suffix string, _ Positions) (pointer, original string) {
	var parts []string
	for _, i := range t.steps(node)[1:] {
		parts = append(parts, titled(t.name(i), t.declared(i), int(t.elements[i].position)))
	}
	found, declared := node, t.declared(node)
	if suffix != "." {
		p, err := xmltree.ParsePath(suffix)
		if err != nil {
			return strings.Join(append(parts, suffix), "."), ""
		}
		for _, step := range p.Steps {
			found, declared = occurrence(t.children(found, step.Name), step.Index), declared.Child(step.Name)
			parts = append(parts, titled(step.Name, declared, max(step.Index, 1)))
		}
	}
	return strings.Join(parts, "."), t.value(found)
}

// titled is one step of a pointer.
func titled(name string, declared *schema.Element, position int) string {
	if declared == nil || declared.Leaf() {
		return titleOf(name).text
	}
	if declared.Max > 1 {
		return groupCode(name) + "(" + strconv.Itoa(position) + ")"
	}
	return groupCode(name)
}

// phase4Parties are the elements of phase 4 that name a registered trader. A consignee may be from anywhere.
var phase4Parties = [][]string{
	{"TRAPRIPC1", "TINPC159"}, {"TRACONCO1", "TINCO159"}, {"TRAAUTCONTRA", "TINTRA59"},
	{"TRADESTRD", "TINTRD59"}, {"GOOITEGDS", "TRACONCO2", "TINCO259"},
}

// phase4Registers looks up the parties and places of a message of phase 4; all of it comes in the order of the
// message.
func (c *Checker) phase4Registers(t *tree, d *message.Document) (first, last []candidate) {
	r := c.registry
	for _, path := range phase4Parties {
		first = append(first, c.unregistered(t, ruleParty, r.knowsParty, path...)...)
	}
	if d.Type.Kind == message.Departure {
		mayDeclare := func(eori string) bool { return !r.refused.holders[eori] }
		first = append(first, c.unregistered(t, ruleHolder, mayDeclare, "TRAPRIPC1", "TINPC159")...)
	}
	at := func(rule string, known func(string) bool, element string) {
		first = append(first, c.unregistered(t, rule, known, "HEAHEA", element)...)
	}
	at(ruleAuthorisation, func(n string) bool { return r.validLocation(n, useDeparture) }, "AutLocOfGooCodHEA41")
	at(ruleAuthorisation, func(n string) bool { return r.validLocation(n, useDestination) }, "ArrAutLocOfGooHEA65")
	at(ruleLoadingCode, r.knowsLoadingCode, "PlaOfLoaCodHEA46")
	at(ruleSubPlace, func(name string) bool { return r.knowsSubPlace(name, d.Type.Kind) }, "CusSubPlaHEA66")
	return first, nil
}

// unregistered gives the elements at a path whose value a register does not know.
func (c *Checker) unregistered(t *tree, rule string, known func(string) bool, path ...string) (out []candidate) {
	for _, i := range t.at(path...) {
		if !known(t.text(i)) {
			out = append(out, c.refusal(i, "12", rule)...)
		}
	}
	return slices.Clip(out)
}

func (r *Registry) knowsLoadingCode(code string) bool {
	if r.refused.loadingCodes[code] {
		return false
	}
	return r.strictness == Lenient || r.loadingCodes[code]
}

// knowsSubPlace: goods that arrive at a sub place that the office does not have are refused in lenient mode too
// (docs/spec/process.md#9-3).
func (r *Registry) knowsSubPlace(name string, k message.Kind) bool {
	if r.refused.subPlaces[name] {
		return false
	}
	return r.subPlaces[name] || r.strictness == Lenient && k == message.Departure
}
