package message

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"nctsim/simulator/xmltree"
)

// Text is what a message is read from. It need not be in memory as it is: it is read piece by piece, as often as that is needed.
type Text interface {
	// Open begins at its start.
	Open() io.Reader
	// Size is how many bytes it has.
	Size() int
}

// InMemory is a text that is in memory.
type InMemory []byte

// Open begins at its start.
func (m InMemory) Open() io.Reader { return bytes.NewReader(m) }

// Size is how many bytes it has.
func (m InMemory) Size() int { return len(m) }

// itemPaths lead to what nearly all of a large message is: its goods items. Messages of phase 4 are not as large.
var itemPaths = map[Generation][]string{GenerationPhases56: {"Consignment", "HouseConsignment", "ConsignmentItem"}}

// Read reads a body that was validated when it was stored, for looking at it without its whole tree: Root has all but what is inside
// the goods items, which is read from the text when it is asked for, as a whole (Get, Has, Find, Each, Whole) or item by item
// (Walk, Items). The errors are those of Parse.
func (c *Catalogue) Read(p Phase, text Text) (*Document, error) {
	items := itemPaths[p.Generation()]
	if items == nil {
		return c.readWhole(p, text)
	}
	around, err := xmltree.ParseAround(scan(text), slices.Concat([]string{""}, items)...)
	if err != nil {
		return nil, fmt.Errorf("parse message: %w", err)
	}
	d, err := c.Document(p, around)
	if err != nil || !hasItems(around, items) {
		return d, err
	}
	d.part = &part{
		text: text,
		whole: sync.OnceValue(func() *xmltree.Node {
			whole, err := c.readWhole(p, text)
			if err != nil {
				return around // it was read before
			}
			return whole.Root
		}),
		holds: func(steps []xmltree.Step, every bool) bool {
			for i, name := range items {
				switch {
				case i == len(steps):
					return !every
				case steps[i].Name != name:
					return true
				}
			}
			return !every && len(steps) == len(items)
		},
	}
	return d, nil
}

// hasItems reports whether there is anything at a path.
func hasItems(root *xmltree.Node, path []string) bool {
	p := xmltree.Path{Steps: make([]xmltree.Step, len(path))}
	for i, name := range path {
		p.Steps[i].Name = name
	}
	return len(p.Find(root)) > 0
}

// readWhole is Parse for a text.
func (c *Catalogue) readWhole(p Phase, text Text) (*Document, error) {
	data, err := io.ReadAll(text.Open())
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	return c.Parse(p, data)
}

func scan(text Text) *xmltree.Scanner { return xmltree.ReadScanner(text.Open(), text.Size()) }

// Places are the lines and columns at which the elements that paths lead to begin in a text, or the nearest groups around those that are
// missing; the zero value where a path begins at another root.
func Places(text Text, paths []xmltree.Path) []xmltree.Place {
	starts := xmltree.Starts(scan(text), paths)
	order := make([]int, len(paths))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(starts[a], starts[b]) })
	offsets := make([]int, len(paths))
	for i, at := range order {
		offsets[i] = starts[at]
	}
	out := make([]xmltree.Place, len(paths))
	for i, place := range xmltree.PositionsIn(text.Open, text.Size(), offsets) {
		if offsets[i] >= 0 {
			out[order[i]] = place
		}
	}
	return out
}

// Visitor is told the elements of a document in order.
type Visitor interface {
	// Enter begins an element.
	Enter(name string)
	// Leave ends the innermost element, with its text if it is a leaf. The text is a part of a larger one, so that what is kept of
	// it should be copied.
	Leave(text string)
}

// Walk tells a visitor the elements of the document, without reading its whole tree. The error is a *xmltree.SyntaxError.
func (d *Document) Walk(v Visitor) error {
	if !d.around() {
		walk(d.Whole().Root, v)
		return nil
	}
	return walkText(scan(d.part.text), v)
}

func walk(n *xmltree.Node, v Visitor) {
	v.Enter(n.Name)
	for _, c := range n.Children {
		walk(c, v)
	}
	v.Leave(n.Text)
}

func walkText(s *xmltree.Scanner, v Visitor) error {
	var text []string // pieces since the last tag
	for {
		t, err := s.Next()
		if err != nil || t.Kind == xmltree.End {
			return err
		}
		switch t.Kind {
		case xmltree.StartTag, xmltree.EmptyTag:
			text = text[:0]
			v.Enter(xmltree.LocalName(t.Name))
			if t.Kind == xmltree.EmptyTag {
				v.Leave("")
			}
		case xmltree.EndTag:
			v.Leave(strings.Join(text, ""))
			text = text[:0]
		case xmltree.Text:
			text = append(text, t.Name)
		}
	}
}

// Elements is how many elements the document has at least, if comments and the like do not look like elements, for making room.
func (d *Document) Elements() int {
	if !d.around() {
		return elements(d.Whole().Root)
	}
	n, r, b := 0, d.part.text.Open(), make([]byte, 1+min(d.part.text.Size(), 64<<10)) // what comes first is the end of what came before
	for {
		read, err := r.Read(b[1:])
		n += bytes.Count(b[:1+read], []byte("</")) + bytes.Count(b[:1+read], []byte("/>"))
		if err != nil {
			return n
		}
		b[0] = b[read]
	}
}

// elements counts an element and all inside it.
func elements(n *xmltree.Node) int {
	count := 1
	for _, c := range n.Children {
		count += elements(c)
	}
	return count
}
