package message

import (
	"strings"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Document is one message with its schema: a trader's that was validated, or one of ours.
type Document struct {
	Phase Phase
	// Type is the API's message type; of a message outside the API only Root is set.
	Type Type
	// Root is the tree of the message, or a part of it (see Whole): its outline, or all but what is inside the goods items.
	Root   *xmltree.Node
	Schema *schema.Element
	// part is nil of a document whose Root is the whole tree.
	part *part
}

// part is what a document knows of which the tree is a part.
type part struct {
	// whole reads the tree.
	whole func() *xmltree.Node
	// holds reports whether the part has all that a path leads to: the first element alone, or every one with what is inside it.
	holds func(steps []xmltree.Step, every bool) bool
	// text is what the document is read from, nil if that is in memory.
	text Text
}

// Whole is the document with its whole tree, which is read for that if it is not there.
func (d *Document) Whole() *Document {
	if d.part == nil {
		return d
	}
	return &Document{Phase: d.Phase, Type: d.Type, Root: d.part.whole(), Schema: d.Schema}
}

// around reports whether the tree has all but what is inside the goods items, which the text has.
func (d *Document) around() bool { return d.part != nil && d.part.text != nil }

// tree is what holds the first element at a path, or every one with what is inside it.
func (d *Document) tree(steps []xmltree.Step, every bool) *xmltree.Node {
	if d.part == nil || d.part.holds(steps, every) {
		return d.Root
	}
	return d.part.whole()
}

// Get is the value of the first element at a path ("TransitOperation/LRN"), white space treated as its base
// type says; "" if there is no such element or the path is malformed.
func (d *Document) Get(path string) string {
	if d.part == nil && !strings.HasPrefix(path, "/") && !strings.Contains(path, "[") {
		return firstValue(d.Root, d.Schema, path) // as most are: it need not be parsed
	}
	p, err := xmltree.ParsePath(path)
	if err != nil {
		return ""
	}
	found := p.Find(d.tree(p.Steps, false))
	if len(found) == 0 {
		return ""
	}
	return Value(found[0], d.element(p))
}

// firstValue is Get for a path without root and positions, from an element on.
func firstValue(n *xmltree.Node, e *schema.Element, path string) string {
	found, declared := firstAt(n, e, path)
	if found == nil {
		return ""
	}
	return Value(found, declared)
}

// firstAt is the first element at such a path and its declaration, nil if there is none.
func firstAt(n *xmltree.Node, e *schema.Element, path string) (*xmltree.Node, *schema.Element) {
	if n == nil {
		return nil, nil
	}
	name, below, more := strings.Cut(path, "/")
	e = e.Child(name)
	for _, child := range n.Children {
		if child.Name != name {
			continue
		}
		if !more {
			return child, e
		}
		if found, declared := firstAt(child, e, below); found != nil {
			return found, declared
		}
	}
	return nil, nil
}

// Element is the declaration of the elements at a path, nil if the schema has none there.
func (d *Document) Element(path string) *schema.Element {
	p, err := xmltree.ParsePath(path)
	if err != nil || d.Schema == nil || p.Root != "" && p.Root != d.Schema.Name {
		return nil
	}
	return d.element(p)
}

func (d *Document) element(p xmltree.Path) *schema.Element {
	e := d.Schema
	for _, step := range p.Steps {
		e = e.Child(step.Name)
	}
	return e
}

// Has reports whether there is an element at a path, even an empty one.
func (d *Document) Has(path string) bool {
	p, err := xmltree.ParsePath(path)
	return err == nil && len(p.Find(d.tree(p.Steps, false))) > 0
}

// Find gives the elements at a path in document order; a step without a position means every element of
// that name. A malformed path finds nothing.
func (d *Document) Find(path string) []*xmltree.Node {
	p, err := xmltree.ParsePath(path)
	if err != nil {
		return nil
	}
	return p.Find(d.tree(p.Steps, true))
}

// Each gives a document for every group at a path, whose paths begin there. It is for reading: the groups
// are those of this document. A path that the schema does not know, or that leads to a leaf, gives none.
func (d *Document) Each(path string) []*Document {
	e := d.Element(path)
	if e == nil || e.Leaf() {
		return nil
	}
	found := d.Find(path)
	out := make([]*Document, len(found))
	for i, n := range found {
		out[i] = &Document{Phase: d.Phase, Type: d.Type, Root: n, Schema: e}
	}
	return out
}

// Value is the text of a leaf as its type sees it (schema.Element.Value).
func Value(n *xmltree.Node, e *schema.Element) string { return e.Value(n.Text) }
