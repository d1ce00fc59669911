package rules

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/xmltree"
)

// Finding is one thing that is wrong with a message by the rules: one FunctionalError of an IE056 or IE057, or one
// FUNERRER1 of an IE016, IE008 or IE058 of phase 4.
type Finding struct {
	// Code is the errorCode: 12, 13, 14, 15 or 50 (docs/spec/responses.md#5).
	Code string
	// Reason is the errorReason: the code list or the rule ("CL231", "R0028"); empty for bad values (12) of phase 4.
	Reason string
	// Pointer is the errorPointer: "/CC015C/Guarantee[1]/GuaranteeReference[1]/GRN", and in phase 4 "HEA.Customs sub
	// place".
	Pointer string
	// Original is the originalAttributeValue: the text of the leaf in question, empty for what is missing and for
	// groups; at most 512 characters, 140 in phase 4.
	Original string
	// Assertion is the id of the assertion ("p5-0507"), empty if a code list or registered data were against it.
	Assertion string
	// Logic is what the rule says, for the journal.
	Logic string
	// Rule is the rule or code list that was broken, also where the error has no Reason.
	Rule string
	// Path is that of the element from the root, with a position on every group that may repeat, in every phase; it may be
	// missing in the message. An office's own findings have none.
	Path string
}

// MaxFindings is how many findings an IE056 or IE057 carries. The rejections of phase 4 carry 999.
const MaxFindings = 9999

// Positions says where pointers have positions. Phase 6 always has them on every group that the schema lets
// repeat; for phase 5 the published examples, which have none, and the rule data disagree.
type Positions string

// Styles of positions in phase 5.
const (
	// Always: as in phase 6. The default.
	Always Positions = "always"
	// WhenRepeated: only where the group occurs more than once.
	WhenRepeated Positions = "when-repeated"
)

// candidate is a finding before it is written out.
type candidate struct {
	Finding
	// node is the element that was tested.
	node int32
	// suffix leads from it to what the pointer is about, "." for the element itself.
	suffix string
	list   bool
	// row is the place of the assertion in its file.
	row int
	// short makes the pointer begin at the group of the element, "//Authorisation[1]/referenceNumber", and not at the root: the
	// one published example of G0033 has this form (docs/spec/responses.md#5), with a position even where there is one group only.
	short bool
}

// findings puts candidates in order, writes the pointers and drops what was said before.
func (t *tree) findings(candidates []candidate, positions Positions) []Finding {
	out := collector{limit: t.style.maxFindings}
	t.writeDown(candidates, positions, &out)
	return out.findings
}

// writeDown puts candidates in order, writes the pointers and collects them. Order is that of the tested elements in the message;
// of one element the code list comes first and then the rules in the order of their style.
func (t *tree) writeDown(candidates []candidate, positions Positions, out *collector) {
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.node, b.node), falseLast(a.list, b.list), t.style.compare(a, b))
	})
	for _, d := range candidates {
		d.Pointer, d.Original = t.style.pointer(t, d.node, d.suffix, positions)
		d.Path, _ = t.pointByPath(d.node, d.suffix, Always)
		d.Rule = d.Reason
		if d.short {
			d.Pointer = t.pointFromGroup(d.node)
		}
		d.Original = cut(d.Original, t.style.maxOriginal)
		if !t.style.hasReason(d.Code) {
			d.Reason = ""
		}
		if out.add(d.Finding); out.full() {
			break
		}
	}
}

// collector keeps the first of findings that a trader cannot tell apart, and not more than the limit.
type collector struct {
	limit    int
	findings []Finding
	seen     map[[3]string]bool
}

// full reports whether the limit is reached.
func (c *collector) full() bool { return len(c.findings) == c.limit }

func (c *collector) add(f Finding) {
	key := [3]string{f.Pointer, f.Code, f.Reason}
	if c.seen[key] || c.full() {
		return
	}
	if c.seen == nil {
		c.seen = map[[3]string]bool{}
	}
	c.seen[key] = true
	c.findings = append(c.findings, f)
}

func falseLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// pointByPath writes a pointer of phases 5 and 6: an XPath from the root.
func (t *tree) pointByPath(node int32, suffix string, positions Positions) (pointer, original string) {
	var b strings.Builder
	for _, i := range t.steps(node) {
		b.WriteString("/" + t.name(i))
		if d := t.declared(i); d != nil && d.Max > 1 && (positions != WhenRepeated || t.siblings(i) > 1) {
			b.WriteString("[" + strconv.Itoa(int(t.elements[i].position)) + "]")
		}
	}
	found := node
	if suffix != "." {
		p, err := xmltree.ParsePath(suffix)
		if err != nil {
			return b.String() + "/" + suffix, ""
		}
		for _, step := range p.Steps {
			all := t.children(found, step.Name)
			if positions == WhenRepeated && len(all) < 2 && step.Index == 1 {
				step.Index = 0
			}
			b.WriteString("/" + xmltree.Path{Steps: []xmltree.Step{step}}.String())
			found = occurrence(all, step.Index)
		}
	}
	return b.String(), t.value(found)
}

// pointFromGroup is the short pointer to an element of a group.
func (t *tree) pointFromGroup(node int32) string {
	group := t.parent(node)
	return "//" + t.name(group) + "[" + strconv.Itoa(int(t.elements[group].position)) + "]/" + t.name(node)
}

// byCode puts the findings about one element in the order of their rules (rules page, "Several errors in one message").
func byCode(a, b candidate) int {
	return cmp.Or(strings.Compare(a.Reason, b.Reason), strings.Compare(a.Code, b.Code), strings.Compare(a.Assertion, b.Assertion))
}

// byRow keeps the order of the data: a TIR carnet without its holder is NR001 first and then C904 (docs/spec/process.md#9-3).
func byRow(a, b candidate) int { return cmp.Compare(a.row, b.row) }

// siblings counts the elements of the same name as this one under its parent.
func (t *tree) siblings(i int32) int { return len(t.children(t.parent(i), t.name(i))) }

// missing stands for an element that is not there: it has no text and nothing inside.
const missing = -2

func occurrence(all []int32, index int) int32 {
	if index = max(index, 1); index <= len(all) {
		return all[index-1]
	}
	return missing
}

// cut shortens a text to so many characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}
