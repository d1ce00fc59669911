package rules

import (
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// tree is a message laid out in document order, so that an element is known by its number.
type tree struct {
	nodes []element
	style *errorStyle
}

// element is one element of a message.
type element struct {
	node *xmltree.Node
	// declared is nil for an element that the schema does not know.
	declared *schema.Element
	// parent is the number of the parent, -1 for the root.
	parent int
	// position counts the siblings of the same name up to this one.
	position int
	// kind is the number of the path without positions; elements of the same path have the same.
	kind int
}

// layout numbers the elements of messages of one type; it is shared between messages. A kind is found by the
// kind of the parent and the name.
type layout struct {
	kinds map[kindKey]int
}

type kindKey struct {
	parent int
	name   string
}

// kindOf is the number of a path of names from the root; it makes the path known.
func (l *layout) kindOf(names []string) int {
	kind := -1
	for _, name := range names {
		key := kindKey{kind, name}
		next, known := l.kinds[key]
		if !known {
			next = len(l.kinds)
			l.kinds[key] = next
		}
		kind = next
	}
	return kind
}

// unknownKind is the kind of an element whose path no rule asks for.
const unknownKind = -2

// arrange lays out a document. The other result says that a leaf has white space that its type takes away.
func (l *layout) arrange(d *message.Document) (t tree, spaced bool) {
	b := treeBuilder{layout: l, nodes: make([]element, 0, elements(d.Root))}
	root := element{node: d.Root, declared: d.Schema, parent: -1, position: 1, kind: unknownKind}
	if kind, known := l.kinds[kindKey{-1, d.Root.Name}]; known {
		root.kind = kind
	}
	b.add(root)
	return tree{b.nodes, errorStyles[d.Phase.Generation()]}, b.spaced
}

// elements counts an element and all inside it.
func elements(n *xmltree.Node) int {
	count := 1
	for _, c := range n.Children {
		count += elements(c)
	}
	return count
}

type treeBuilder struct {
	*layout
	nodes  []element
	spaced bool
}

func (b *treeBuilder) add(e element) {
	self := len(b.nodes)
	b.nodes = append(b.nodes, e)
	if len(e.node.Children) == 0 {
		b.spaced = b.spaced || message.Value(e.node, e.declared) != e.node.Text
		return
	}
	var last element
	seen := counter{}
	for _, c := range e.node.Children {
		child := element{node: c, parent: self, position: seen.count(c.Name), kind: unknownKind}
		if last.node != nil && last.node.Name == c.Name {
			child.declared, child.kind = last.declared, last.kind
		} else {
			child.declared = e.declared.Child(c.Name)
			if kind, known := b.kinds[kindKey{e.kind, c.Name}]; known && e.kind >= 0 {
				child.kind = kind
			}
		}
		last = child
		b.add(child)
	}
}

// counter counts siblings by name. Those of a valid message stand together, which needs no map.
type counter struct {
	name   string
	n      int
	others map[string]int
}

func (c *counter) count(name string) int {
	if name != c.name {
		if c.others == nil && c.name != "" {
			c.others = map[string]int{}
		}
		if c.name != "" {
			c.others[c.name] = c.n
		}
		c.name, c.n = name, c.others[name]
	}
	c.n++
	return c.n
}

// up is the ancestor so many levels above an element, -1 if there is none.
func (t *tree) up(i, levels int) int {
	for ; levels > 0 && i >= 0; levels-- {
		i = t.nodes[i].parent
	}
	return i
}

// text is the string value of an element as XPath sees it.
func (t *tree) text(i int) string {
	e := t.nodes[i]
	if len(e.node.Children) == 0 {
		return message.Value(e.node, e.declared)
	}
	all := ""
	for j := i + 1; j < len(t.nodes) && t.nodes[j].parent >= i; j++ {
		if len(t.nodes[j].node.Children) == 0 {
			all += message.Value(t.nodes[j].node, t.nodes[j].declared)
		}
	}
	return all
}

// collapsed is a copy of a document whose leaves have lost the white space that their types take away.
func collapsed(d *message.Document) *message.Document {
	c := *d
	c.Root = d.Root.Clone()
	collapse(c.Root, c.Schema)
	return &c
}

func collapse(n *xmltree.Node, e *schema.Element) {
	if len(n.Children) == 0 {
		n.Text = message.Value(n, e)
	}
	for _, c := range n.Children {
		collapse(c, e.Child(c.Name))
	}
}

// steps gives the way from the root to an element.
func (t *tree) steps(i int) []int {
	var out []int
	for ; i >= 0; i = t.nodes[i].parent {
		out = append(out, i)
	}
	slices.Reverse(out)
	return out
}

// at gives the elements at a path of names below the root.
func (t *tree) at(names ...string) []int {
	var out []int
	for i := range t.nodes {
		if t.isAt(i, names) {
			out = append(out, i)
		}
	}
	return out
}

func (t *tree) isAt(i int, names []string) bool {
	for n := len(names) - 1; n >= 0; n-- {
		if i <= 0 || t.nodes[i].node.Name != names[n] {
			return false
		}
		i = t.nodes[i].parent
	}
	return i == 0
}

// textAt is the text of the first element at a path, "" if there is none.
func (t *tree) textAt(names ...string) string {
	for i := range t.nodes {
		if t.isAt(i, names) {
			return t.text(i)
		}
	}
	return ""
}

// textBeside is the text of the first sibling of that name, "" if there is none.
func (t *tree) textBeside(i int, name string) string {
	parent := t.nodes[i].parent
	for j := parent + 1; parent >= 0 && j < len(t.nodes) && t.nodes[j].parent >= parent; j++ {
		if t.nodes[j].parent == parent && t.nodes[j].node.Name == name {
			return t.text(j)
		}
	}
	return ""
}
