package control

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/rules"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Sizes of a tree.
const (
	// defaultChildren is how many children of an element are shown.
	defaultChildren = 200
	// mostElements is how many elements are shown in all: groups that come later are shown without what is in them.
	mostElements = 4000
)

// grower makes the tree of a message.
type grower struct {
	book     *rules.Book
	registry *rules.Registry
	findings []movement.Finding
	absent   bool
	limit    int
	count    int
	// grown are the elements that are there, with their offsets, in the order of the document.
	grown   []*client.MessageElement
	offsets []int
}

// grow shows an element; declared is nil for one that the schema does not know.
func (g *grower) grow(n *xmltree.Node, declared *schema.Element, path string, skip int) *client.MessageElement {
	g.count++
	e := g.element(declared, n.Name, path)
	e.Unknown, e.Size = declared == nil, len(n.Children)
	g.grown, g.offsets = append(g.grown, e), append(g.offsets, int(n.Start))
	for _, f := range g.findings {
		if samePlace(f.Path, path) {
			e.Findings = append(e.Findings, f)
		}
	}
	if len(n.Children) == 0 {
		if declared == nil || declared.Leaf() {
			e.Value = message.Value(n, declared)
			g.explain(e)
		}
	}
	if len(n.Children) > 0 && g.count >= mostElements {
		return e
	}
	e.Children = g.children(n, declared, path, skip)
	return e
}

// children shows what is in an element, and what could be, in the order of the schema as far as that is kept.
func (g *grower) children(n *xmltree.Node, declared *schema.Element, path string, skip int) (out []*client.MessageElement) {
	seen := map[string]int{}
	for i, c := range n.Children {
		seen[c.Name]++
		if i < skip || len(out) >= g.limit {
			continue
		}
		below := declared.Child(c.Name)
		out = append(out, g.grow(c, below, step(path, c.Name, below, seen[c.Name]), 0))
	}
	if !g.absent || declared == nil || skip > 0 {
		return out
	}
	for _, d := range declared.Children {
		if seen[d.Name] > 0 {
			continue
		}
		e := g.element(d, d.Name, step(path, d.Name, d, 1))
		e.Absent = true
		for _, f := range g.findings {
			if samePlace(f.Path, e.Path) {
				e.Findings = append(e.Findings, f)
			}
		}
		out = append(out, e)
	}
	if len(n.Children) <= g.limit {
		order := func(name string) int {
			return slices.IndexFunc(declared.Children, func(d *schema.Element) bool { return d.Name == name })
		}
		slices.SortStableFunc(out, func(a, b *client.MessageElement) int { return cmp.Compare(order(a.Name), order(b.Name)) })
	}
	return out
}

// step is the path to a child, with its position where the schema lets it repeat.
func step(path, name string, declared *schema.Element, position int) string {
	if declared == nil && position > 1 || declared != nil && declared.Max > 1 {
		name += "[" + strconv.Itoa(position) + "]"
	}
	return path + "/" + name
}

// samePlace compares paths; a first position may be left out.
func samePlace(a, b string) bool {
	return a == b || strings.ReplaceAll(a, "[1]", "") == strings.ReplaceAll(b, "[1]", "")
}

func (g *grower) element(declared *schema.Element, name, path string) *client.MessageElement {
	e := &client.MessageElement{Name: name, Path: path, Title: titleOfName(name)}
	if declared == nil {
		return e
	}
	e.Min, e.Max = declared.Min, declared.Max
	e.Title, e.List = titleAndList(declared)
	if declared.Type != nil {
		e.Kind = declared.Type.Base
	}
	return e
}

// officeLists are the code lists of customs offices.
var officeLists = []string{"CL141", "CL171", "CL172", "CL173", "CL175"}

// explain says what a value means.
func (g *grower) explain(e *client.MessageElement) {
	office, known := g.registry.Office(e.Value)
	switch {
	case e.Value == "":
	case known && (slices.Contains(officeLists, e.List) || e.List == ""):
		e.Meaning = office.Name
	case e.List != "":
		e.Meaning = g.book.Meaning(e.List, e.Value)
	}
	var err error
	switch e.Name {
	case "MRN", "DocNumHEA5":
		err = movement.CheckMRN(e.Value)
	case "GRN", "GuaRefNumGRNREF1":
		err = movement.CheckGRN(e.Value)
	default:
		return
	}
	if e.Check = "valid"; err != nil {
		e.Check = err.Error()
	}
}

// place gives the elements their lines and columns in what the message was read from.
func (g *grower) place(body []byte) {
	for i, at := range xmltree.Positions(body, g.offsets) {
		g.grown[i].Line, g.grown[i].Column = at.Line, at.Column
	}
}
