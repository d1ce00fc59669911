package message

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Copy puts copies of the elements at a path of another document in place of whatever is at path here,
// which has no position at its last step. If the other document has none of them, nothing changes.
//
// What the schema here does not know is left out and reported: dropped holds the paths in the other document,
// each once and without positions. Texts are copied as the other document's types see them, so that white
// space which is nothing there does not become part of a value here. More occurrences than the schema here
// allows are an error. Leaves that need not change are not copied: both documents have them then, so that a large document and
// what is made of it do not take twice the memory.
func (b *Builder) Copy(path string, from *Document, at string) (dropped []string, err error) {
	return b.copy(path, from, at, copier{})
}

// copy copies with a copier.
func (b *Builder) copy(path string, from *Document, at string, c copier) (dropped []string, err error) {
	to, err := b.parse(path)
	if err != nil {
		return nil, err
	}
	up := len(to.steps) - 1
	if to.steps[up].Index > 0 {
		return nil, to.refuse(up, "a copy takes the place of every %s; hint: leave the position out", to.steps[up].Name)
	}
	source, err := (&Builder{doc: from}).parse(at)
	if err != nil {
		return nil, err
	}
	root := from.Root
	if c.later == nil || !from.around() {
		root = from.tree(source.steps, true)
	}
	found := (xmltree.Path{Steps: source.steps}).Find(root)
	if len(found) == 0 {
		return nil, nil
	}
	c.at = source.names()
	var made []*xmltree.Node
	for _, n := range found {
		one, err := c.copy(n, source.last(), to.last())
		if err != nil {
			return nil, err
		}
		if one != nil {
			made = append(made, one)
		}
	}
	if len(made) > to.last().Max {
		return nil, to.refuse(up, "%s may occur %s, not %s", to.last().Name, times(to.last().Max), times(len(made)))
	}
	return c.dropped, b.replace(to, made)
}

// replace puts nodes in place of what is at a path.
func (b *Builder) replace(to *schemaPath, with []*xmltree.Node) error {
	parent, e, err := b.ensureParent(to)
	if err != nil {
		return err
	}
	name := to.last().Name
	parent.Children = slices.DeleteFunc(parent.Children, func(n *xmltree.Node) bool { return n.Name == name })
	if len(with) == 0 {
		return nil
	}
	first := insert(parent, e, name)
	i := slices.Index(parent.Children, first)
	parent.Children = slices.Replace(parent.Children, i, i+1, with...)
	return nil
}

// names are the steps without positions.
func (p *schemaPath) names() []string {
	out := make([]string, len(p.steps))
	for i, step := range p.steps {
		out[i] = step.Name
	}
	return out
}

// copier copies subtrees from one schema to another.
type copier struct {
	// at is where in the source the copier stands.
	at      []string
	dropped []string
	// later takes the goods items, which are copied later; nil copies them as everything else.
	later *Items
}

func (c *copier) path() string { return strings.Join(c.at, "/") }

func (c *copier) drop() {
	if path := c.path(); !slices.Contains(c.dropped, path) {
		c.dropped = append(c.dropped, path)
	}
}

// copy is nil if one schema has a group where the other has a leaf.
func (c *copier) copy(n *xmltree.Node, from, to *schema.Element) (*xmltree.Node, error) {
	if from.Leaf() != to.Leaf() {
		c.drop()
		return nil, nil
	}
	if to.Leaf() {
		text := Value(n, from)
		if n.Plain() && n.Name == to.Name && n.Text == text {
			return n, nil
		}
		return &xmltree.Node{Name: to.Name, Text: text}, nil
	}
	if c.later.takes(c.at) {
		return c.later.add(n, from, to, len(c.dropped)), nil
	}
	return c.group(n, from, to)
}

// group copies a group.
func (c *copier) group(n *xmltree.Node, from, to *schema.Element) (*xmltree.Node, error) {
	out := &xmltree.Node{Name: to.Name}
	out.Children = make([]*xmltree.Node, 0, len(n.Children))
	sorted, previous := true, -1
	for _, child := range n.Children {
		made, place, err := c.child(child, from, to)
		if err != nil {
			return nil, err
		}
		if made == nil {
			continue
		}
		sorted = sorted && place >= previous
		previous = place
		out.Children = append(out.Children, made)
	}
	if !sorted {
		slices.SortStableFunc(out.Children, func(a, b *xmltree.Node) int { return childIndex(to, a.Name) - childIndex(to, b.Name) })
	}
	return out, c.checkCounts(out, to)
}

// child copies a child of a group and says where in the group it belongs; nil if the target has no place for
// it.
func (c *copier) child(n *xmltree.Node, from, to *schema.Element) (made *xmltree.Node, place int, err error) {
	c.at = append(c.at, n.Name)
	declared, place := from.Child(n.Name), childIndex(to, n.Name)
	if place < 0 || declared == nil {
		c.drop()
	} else {
		made, err = c.copy(n, declared, to.Children[place])
	}
	c.at = c.at[:len(c.at)-1]
	return made, place, err
}

// checkCounts looks at the runs of equal names, which a sorted group has one of for each name.
func (c *copier) checkCounts(n *xmltree.Node, e *schema.Element) error {
	for i := 0; i < len(n.Children); {
		name, first := n.Children[i].Name, i
		for i < len(n.Children) && n.Children[i].Name == name {
			i++
		}
		if most := e.Child(name).Max; i-first > most {
			path := c.path()
			return &xmltree.PathError{
				Path: path + "/" + name, Column: len(path) + 2,
				Reason: fmt.Sprintf("%s may occur %s, not %s", name, times(most), times(i-first)),
			}
		}
	}
	return nil
}
