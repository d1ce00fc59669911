package message

import (
	"errors"
	"slices"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Items are the goods items that a message repeats from another one. A large message has little else, so that they are not copied with
// the rest but one by one, while the message is written (Document.Write).
type Items struct {
	from    *Document
	path    []string // to the items, in both messages
	pending []pendingItem
	// reader gives the items of a document whose tree has nothing inside them.
	reader *xmltree.Parts
	// dropped is what the items have no place for, with how much of the rest had been dropped before.
	dropped []droppedPath
}

type pendingItem struct {
	// from is the item in the other message, which may be left out there, too; to is the one here, in which nothing is yet.
	from, to         *xmltree.Node
	fromType, toType *schema.Element
	// dropped is how much of the rest of the copy had been dropped before.
	dropped int
}

type droppedPath struct {
	path  string
	after int
}

// CopyAround is Copy, but leaves the goods items out. Items copies them.
func (b *Builder) CopyAround(path string, from *Document, at string, later *Items) (dropped []string, err error) {
	return b.copy(path, from, at, copier{later: later})
}

// NewItems are those of a document.
func NewItems(from *Document) *Items {
	i := &Items{from: from, path: itemPaths[from.Phase.Generation()]}
	if from.around() {
		i.reader = xmltree.ReadParts(scan(from.part.text), slices.Concat([]string{""}, i.path)...)
	}
	return i
}

// Path leads to the items.
func (i *Items) Path() []string { return i.path }

// Any reports whether there are items still to be copied.
func (i *Items) Any() bool { return len(i.pending) > 0 }

// takes reports whether a path in the other message leads to items.
func (i *Items) takes(path []string) bool {
	return i != nil && i.path != nil && slices.Equal(path, i.path)
}

// add takes an item down that is to be copied, and gives the one here.
func (i *Items) add(from *xmltree.Node, fromType, toType *schema.Element, dropped int) *xmltree.Node {
	to := &xmltree.Node{Name: toType.Name, LeftOut: true}
	i.pending = append(i.pending, pendingItem{from, to, fromType, toType, dropped})
	return to
}

var errItemGone = errors.New("a goods item is not where it was in the message that is repeated")

// Copy copies an item, whose place in the message is n; they come in the order of the message, and those that are not asked for are passed
// over.
func (i *Items) Copy(n *xmltree.Node) (*Builder, error) {
	for len(i.pending) > 0 {
		p := i.pending[0]
		i.pending = i.pending[1:]
		if p.to != n {
			continue
		}
		from, err := i.whole(p.from)
		if err != nil {
			return nil, err
		}
		c := copier{at: slices.Clone(i.path)}
		made, err := c.group(from, p.fromType, p.toType)
		if err != nil {
			return nil, err
		}
		for _, path := range c.dropped {
			if !slices.ContainsFunc(i.dropped, func(d droppedPath) bool { return d.path == path }) {
				i.dropped = append(i.dropped, droppedPath{path, p.dropped})
			}
		}
		return builderAt(i.from, made, p.toType), nil
	}
	return nil, errItemGone
}

// whole is an item of the other message with what is inside it.
func (i *Items) whole(n *xmltree.Node) (*xmltree.Node, error) {
	if !n.LeftOut {
		return n, nil
	}
	for i.reader != nil {
		item, err := i.reader.Next()
		if err != nil {
			return nil, err
		}
		if item == nil {
			break
		}
		if item.Start == n.Start {
			return item, nil
		}
	}
	return nil, errItemGone
}

// Dropped puts what the items had no place for among what the rest of the copy had none for, as Copy would give it.
func (i *Items) Dropped(around []string) []string {
	var out []string
	rest := i.dropped
	for n := range len(around) + 1 {
		for len(rest) > 0 && rest[0].after <= n {
			out, rest = append(out, rest[0].path), rest[1:]
		}
		if n < len(around) {
			out = append(out, around[n])
		}
	}
	return out
}
