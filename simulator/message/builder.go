package message

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/schema"
	"nctsim/simulator/spelling"
	"nctsim/simulator/xmltree"
)

// Builder puts a message together by path. It keeps elements in the order of the schema, whatever the order
// they are set in, and knows no element that the schema does not know. It does not check values or presence:
// that is for schema.Set.Validate, and for Missing.
//
// Leaves are not changed but replaced, because documents that are copied from one another share them.
//
// Errors about paths are *xmltree.PathError. A Builder is not safe for concurrent use.
type Builder struct {
	doc *Document
}

// New begins a message with the PhaseID that customs uses in the phase. The error says that the phase has no
// message of that name.
func New(c *Catalogue, p Phase, root string) (*Builder, error) {
	d, err := c.empty(p, root)
	if err != nil {
		return nil, err
	}
	d.Root = xmltree.New(root, c.Set(p).Namespace())
	b := &Builder{doc: d}
	b.SetPhaseID(p.EmittedPhaseID())
	return b, nil
}

// Edit begins with a copy of a document.
func Edit(d *Document) *Builder {
	c := *d.Whole()
	c.Root = c.Root.Clone()
	return &Builder{doc: &c}
}

// Document is the message as it stands; it changes with the builder.
func (b *Builder) Document() *Document { return b.doc }

// Each gives a builder for every element at a path, whose paths begin there. What they do happens in this
// message; they save the way down where much is done in many groups. A path that the schema does not know,
// or that leads to a leaf, gives none.
func (b *Builder) Each(path string) []*Builder {
	groups := b.doc.Each(path)
	out := make([]*Builder, len(groups))
	for i, g := range groups {
		out[i] = &Builder{doc: g}
	}
	return out
}

// builderAt is a builder for a group of a document.
func builderAt(whole *Document, n *xmltree.Node, e *schema.Element) *Builder {
	return &Builder{doc: &Document{Phase: whole.Phase, Type: whole.Type, Root: n, Schema: e}}
}

// SetPhaseID sets the PhaseID attribute; "" removes it.
func (b *Builder) SetPhaseID(id string) {
	attrs := slices.DeleteFunc(slices.Clone(b.doc.Root.Attrs()), func(a xmltree.Attr) bool { return a.Name == phaseIDAttr })
	if id != "" {
		attrs = append(attrs, xmltree.Attr{Name: phaseIDAttr, Value: id})
	}
	b.doc.Root.SetAttrs(attrs)
}

// Set gives a leaf its text and creates the groups above it that are missing. A step with a position means
// that occurrence, which is created only if it is the next one; a step without one means the only
// occurrence. A value with characters that XML cannot hold is refused.
func (b *Builder) Set(path, value string) error {
	if r := strings.IndexFunc(value, func(r rune) bool { return !allowed(r) }); r >= 0 || !utf8.ValidString(value) {
		return fmt.Errorf("set %s: the value has a character that XML cannot hold", path)
	}
	way, err := b.parse(path)
	if err != nil {
		return err
	}
	if e := way.last(); !e.Leaf() {
		return way.refuse(len(way.steps)-1, "%s is a group and holds no text; its elements are %s", e.Name, children(e))
	}
	found, err := b.ensure(way)
	if err != nil {
		return err
	}
	leaf := found.node
	if !found.made { // it may be in other documents, too
		changed := *leaf
		leaf = &changed
		found.around.Children[slices.Index(found.around.Children, found.node)] = leaf
	}
	leaf.Text = value
	return nil
}

// Add makes sure that the element at a path is there, creating it empty if it is not. Positions are as in
// Set.
func (b *Builder) Add(path string) error {
	way, err := b.parse(path)
	if err != nil {
		return err
	}
	_, err = b.ensure(way)
	return err
}

// Append adds one more occurrence of the group at a path, which has no position at its last step, and gives a
// builder for it, whose paths begin there.
func (b *Builder) Append(path string) (*Builder, error) {
	p, err := b.parse(path)
	if err != nil {
		return nil, err
	}
	up := len(p.steps) - 1
	if p.steps[up].Index > 0 {
		return nil, p.refuse(up, "the new %s comes last; hint: leave the position out", p.last().Name)
	}
	if p.last().Leaf() {
		return nil, p.refuse(up, "%s is not a group", p.last().Name)
	}
	parent, e, err := b.ensureParent(p)
	if err != nil {
		return nil, err
	}
	if most := p.last().Max; len(parent.Children) >= most && len(parent.All(p.last().Name)) >= most {
		return nil, p.refuse(up, "%s may occur %s", p.last().Name, times(most))
	}
	n := insert(parent, e, p.last().Name)
	return builderAt(b.doc, n, p.last()), nil
}

// Remove takes out every element at a path; a step without a position means every occurrence. That there was
// none is not an error, a path that the schema does not know is.
func (b *Builder) Remove(path string) error {
	way, err := b.parse(path)
	if err != nil {
		return err
	}
	up := len(way.steps) - 1
	gone := map[*xmltree.Node]bool{}
	for _, n := range (xmltree.Path{Steps: way.steps}).Find(b.doc.Root) {
		gone[n] = true
	}
	for _, parent := range (xmltree.Path{Steps: way.steps[:up]}).Find(b.doc.Root) {
		parent.Children = slices.DeleteFunc(parent.Children, func(n *xmltree.Node) bool { return gone[n] })
	}
	return nil
}

// Gap is an element that the schema requires and that is not there.
type Gap struct {
	// Path leads to it, with a position at every repeatable element.
	Path string
	// Group is the group that lacks it, and Name its name there. It is quicker to work with than the path.
	Group *Builder
	Name  string
}

// Missing lists what the schema requires in the groups that are there, in document order, but not in those that are left out (see
// Items). Every Path can be given to Set or Add.
func (b *Builder) Missing() []Gap {
	s := gapSearch{whole: b.doc}
	s.group(b.doc.Root, b.doc.Schema)
	return s.gaps
}

// gapSearch walks a message and collects what is missing.
type gapSearch struct {
	whole *Document
	at    []step // where in the message it stands
	gaps  []Gap
}

type step struct {
	element *schema.Element
	number  int
}

func (s *gapSearch) group(n *xmltree.Node, e *schema.Element) {
	for _, child := range e.Children {
		count := 0
		for _, c := range n.Children {
			if c.Name != child.Name {
				continue
			}
			count++
			if !child.Leaf() && !c.LeftOut {
				s.at = append(s.at, step{child, count})
				s.group(c, child)
				s.at = s.at[:len(s.at)-1]
			}
		}
		for count < child.Min {
			count++
			s.gaps = append(s.gaps, Gap{s.path(step{child, count}), builderAt(s.whole, n, e), child.Name})
		}
	}
}

func (s *gapSearch) path(last step) string {
	var p xmltree.Path
	for _, at := range append(slices.Clone(s.at), last) {
		one := xmltree.Step{Name: at.element.Name}
		if at.element.Max > 1 {
			one.Index = at.number
		}
		p.Steps = append(p.Steps, one)
	}
	return p.String()
}

// schemaPath is a path that the schema knows, with the declaration of each step.
type schemaPath struct {
	text     string
	steps    []xmltree.Step
	elements []*schema.Element
}

func (p *schemaPath) last() *schema.Element { return p.elements[len(p.elements)-1] }

// refuse is a *xmltree.PathError at a step.
func (p *schemaPath) refuse(step int, reason string, args ...any) error {
	column := 1
	segments := strings.Split(p.text, "/")
	if strings.HasPrefix(p.text, "/") {
		step += 2
	}
	for _, s := range segments[:step] {
		column += len(s) + 1
	}
	return &xmltree.PathError{Path: p.text, Column: column, Reason: fmt.Sprintf(reason, args...)}
}

// parse reads a path and finds the declaration of every step.
func (b *Builder) parse(path string) (*schemaPath, error) {
	parsed, err := xmltree.ParsePath(path)
	if err != nil {
		return nil, err
	}
	p := &schemaPath{text: path, steps: parsed.Steps}
	root := b.doc.Schema
	if parsed.Root != "" && parsed.Root != root.Name {
		return nil, &xmltree.PathError{Path: path, Column: 2, Reason: "the message is " + root.Name}
	}
	if len(parsed.Steps) == 0 {
		return nil, &xmltree.PathError{Path: path, Column: 1, Reason: "the path ends at the root; its elements are " + children(root)}
	}
	e := root
	for i, step := range parsed.Steps {
		child := e.Child(step.Name)
		switch {
		case child == nil && e.Leaf():
			return nil, p.refuse(i, "%s has no elements below it", e.Name)
		case child == nil:
			return nil, p.refuse(i, "%s has no %s; %s", e.Name, step.Name, hintChild(step.Name, e))
		case step.Index > child.Max:
			return nil, p.refuse(i, "%s may occur %s", child.Name, times(child.Max))
		}
		p.elements = append(p.elements, child)
		e = child
	}
	return p, nil
}

// ensureParent walks a path up to its last step and creates what is missing.
func (b *Builder) ensureParent(p *schemaPath) (*xmltree.Node, *schema.Element, error) {
	up := len(p.steps) - 1
	if up == 0 {
		return b.doc.Root, b.doc.Schema, nil
	}
	found, err := b.ensure(&schemaPath{p.text, p.steps[:up], p.elements[:up]})
	return found.node, p.elements[up-1], err
}

// ensured is an element that is there now, and the group that it is in; made says that it was not there before.
type ensured struct {
	node, around *xmltree.Node
	made         bool
}

// ensure walks a path and creates what is missing.
func (b *Builder) ensure(p *schemaPath) (at ensured, err error) {
	n, parent := b.doc.Root, b.doc.Schema
	for i, step := range p.steps {
		all := n.All(step.Name)
		at.around, at.made = n, false
		index := max(step.Index, 1)
		switch {
		case step.Index == 0 && len(all) > 1:
			return at, p.refuse(i, "%s occurs %s; hint: say which, as in %s[1]", step.Name, times(len(all)), step.Name)
		case index <= len(all):
			n = all[index-1]
		case index == len(all)+1:
			n, at.made = insert(n, parent, step.Name), true
		default:
			return at, p.refuse(i, "the next %s is number %d", step.Name, len(all)+1)
		}
		parent = p.elements[i]
	}
	at.node = n
	return at, nil
}

// insert puts a new child after the last one that does not come later in the schema's order.
func insert(parent *xmltree.Node, e *schema.Element, name string) *xmltree.Node {
	n := &xmltree.Node{Name: name}
	place := childIndex(e, name)
	at := len(parent.Children)
	for at > 0 && childIndex(e, parent.Children[at-1].Name) > place {
		at--
	}
	parent.Children = slices.Insert(parent.Children, at, n)
	parent.Text = ""
	return n
}

func childIndex(e *schema.Element, name string) int {
	return slices.IndexFunc(e.Children, func(c *schema.Element) bool { return c.Name == name })
}

// hintChild says which elements a group has, and which was meant.
func hintChild(name string, e *schema.Element) string {
	text := "its elements are " + children(e)
	if near := spelling.Nearest(name, childNames(e)); near != "" {
		text += "; hint: did you mean " + near
	}
	return text
}

func children(e *schema.Element) string { return strings.Join(childNames(e), ", ") }

func childNames(e *schema.Element) []string {
	names := make([]string, len(e.Children))
	for i, c := range e.Children {
		names[i] = c.Name
	}
	return names
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
