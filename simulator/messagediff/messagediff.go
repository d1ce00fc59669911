// Package messagediff compares two messages by their elements, not by their lines: layout, prefixes and the order of
// repeated groups that have numbers do not count.
package messagediff

import (
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Mark says what is different about an element.
type Mark string

// The marks. A group that is in one message alone is told by its leaves.
const (
	Changed Mark = "changed"
	Added   Mark = "added" // it is in the right message alone
	Gone    Mark = "gone"  // it is in the left message alone
	// NotCarried is an element of one message for which the schema of the other has no place.
	NotCarried Mark = "not carried"
)

// Difference is what is different about one element.
type Difference struct {
	Mark Mark `json:"mark"`
	// Left and Right are the paths of the element in the messages, with a position where it may repeat; empty in the message
	// without it. A path that ends in @NAME is that of an attribute.
	Left  string `json:"left,omitempty"`
	Right string `json:"right,omitempty"`
	// LeftValue and RightValue are the texts of the leaf as its type sees them.
	LeftValue  string `json:"leftValue,omitempty"`
	RightValue string `json:"rightValue,omitempty"`
	// Carrier is the root of the message that cannot carry the element, "CC029C", for those that are not carried.
	Carrier string `json:"notCarriedBy,omitempty"`
}

// Message is one of two messages: its tree, and the declaration of its root, nil if no schema knows it. Without a
// declaration nothing is said of what the message could not carry.
type Message struct {
	Root     *xmltree.Node
	Declared *schema.Element
}

// numbers are the elements that number the groups of which they are part, in the order in which they are tried: an item's
// number in the whole declaration says more than the one in its consignment, which is counted anew.
var numbers = []string{"declarationGoodsItemNumber", "goodsItemNumber", "sequenceNumber", "IteNumGDS7"}

// Compare lists what is different between two messages, in the order of the left one, what is only in the right one
// behind the elements beside it. At most limit rows are kept; total is how many there are. Repeated groups belong together that have
// the same number, if all have one of their own; otherwise the first belongs to the first, and so on.
func Compare(left, right Message, limit int) (rows []Difference, total int) {
	c := comparison{left: left.Root.Name, right: right.Root.Name, limit: limit}
	l, r := place{left.Root, left.Declared, "/" + left.Root.Name}, place{right.Root, right.Declared, "/" + right.Root.Name}
	c.phaseID(l, r)
	c.both(l, r)
	return c.rows, c.total
}

// comparison gathers the rows.
type comparison struct {
	left, right string // the roots
	limit       int
	rows        []Difference
	total       int
}

// place is an element in one of the messages.
type place struct {
	node     *xmltree.Node
	declared *schema.Element
	path     string
}

func (p place) value() string { return message.Value(p.node, p.declared) }

func (c *comparison) add(r Difference) {
	if c.total++; len(c.rows) < c.limit {
		c.rows = append(c.rows, r)
	}
}

// phaseID compares the one attribute that messages have.
func (c *comparison) phaseID(l, r place) {
	const name = "PhaseID"
	left, inLeft := l.node.Attr(name)
	right, inRight := r.node.Attr(name)
	row := Difference{Mark: Changed, Left: l.path + "/@" + name, Right: r.path + "/@" + name, LeftValue: left, RightValue: right}
	switch {
	case inLeft == inRight && left == right:
		return
	case !inRight:
		row.Mark, row.Right = Gone, ""
	case !inLeft:
		row.Mark, row.Left = Added, ""
	}
	c.add(row)
}

// both compares an element that is in both messages.
func (c *comparison) both(l, r place) {
	if len(l.node.Children) == 0 || len(r.node.Children) == 0 {
		if left, right := text(l), text(r); left != right {
			c.add(Difference{Mark: Changed, Left: l.path, Right: r.path, LeftValue: left, RightValue: right})
		}
	}
	left, right := childrenOf(l), childrenOf(r)
	for _, name := range left.names {
		c.group(left.byName[name], right.byName[name], l.declared, r.declared)
	}
	for _, name := range right.names {
		if _, compared := left.byName[name]; !compared {
			c.group(nil, right.byName[name], l.declared, r.declared)
		}
	}
}

// text is what a leaf says; a group, and what stands in the place of one, says nothing.
func text(p place) string {
	if len(p.node.Children) > 0 || p.declared != nil && !p.declared.Leaf() {
		return strings.TrimSpace(p.node.Text)
	}
	return p.value()
}

// group compares the elements of one name under a pair of parents, of which the declarations are given.
func (c *comparison) group(left, right []place, inLeft, inRight *schema.Element) {
	of := partners(left, right)
	taken := make([]bool, len(right))
	for i, l := range left {
		if of[i] < 0 {
			c.alone(l, inRight, true)
			continue
		}
		taken[of[i]] = true
		c.both(l, right[of[i]])
	}
	for i, r := range right {
		if !taken[i] {
			c.alone(r, inLeft, false)
		}
	}
}

// alone tells the leaves of an element that is in one message alone; there is the declaration of its parent in the other one, nil if
// there is none.
func (c *comparison) alone(p place, there *schema.Element, isLeft bool) {
	carried := there.Child(p.node.Name)
	if there != nil && carried == nil {
		row := Difference{Mark: NotCarried, Carrier: c.left, Right: p.path}
		if isLeft {
			row = Difference{Mark: NotCarried, Carrier: c.right, Left: p.path}
		}
		c.leaves(p, row, nil, isLeft)
		return
	}
	row := Difference{Mark: Added, Right: p.path}
	if isLeft {
		row = Difference{Mark: Gone, Left: p.path}
	}
	c.leaves(p, row, carried, isLeft)
}

// leaves adds the row of a leaf, or those of the leaves of a group.
func (c *comparison) leaves(p place, row Difference, carried *schema.Element, isLeft bool) {
	if len(p.node.Children) == 0 {
		if isLeft {
			row.LeftValue = text(p)
		} else {
			row.RightValue = text(p)
		}
		c.add(row)
		return
	}
	children := childrenOf(p)
	for _, name := range children.names {
		for _, child := range children.byName[name] {
			if row.Mark != NotCarried {
				c.alone(child, carried, isLeft)
				continue
			}
			below := row
			if isLeft {
				below.Left = child.path
			} else {
				below.Right = child.path
			}
			c.leaves(child, below, nil, isLeft)
		}
	}
}

// children are the children of an element by their names, and the names in the order in which each first comes.
type children struct {
	names  []string
	byName map[string][]place
}

func childrenOf(p place) children {
	out := children{byName: map[string][]place{}}
	for _, n := range p.node.Children {
		same := out.byName[n.Name]
		if same == nil {
			out.names = append(out.names, n.Name)
		}
		declared := p.declared.Child(n.Name)
		path := p.path + "/" + n.Name
		if len(same) > 0 || declared != nil && declared.Max > 1 {
			path += "[" + strconv.Itoa(len(same)+1) + "]"
		}
		out.byName[n.Name] = append(same, place{n, declared, path})
	}
	return out
}

// partners are the positions of the right elements that belong to the left ones, -1 for those without one.
func partners(left, right []place) []int {
	of := make([]int, len(left))
	for _, number := range numbers {
		inLeft, inRight := numbered(left, number), numbered(right, number)
		if len(left) == 0 || len(right) == 0 || inLeft == nil || inRight == nil {
			continue
		}
		for number, i := range inLeft {
			j, there := inRight[number]
			if of[i] = j; !there {
				of[i] = -1
			}
		}
		return of
	}
	for i := range of {
		if of[i] = i; i >= len(right) {
			of[i] = -1
		}
	}
	return of
}

// numbered are the positions of elements by their numbers, nil unless each has one of its own.
func numbered(elements []place, number string) map[string]int {
	out := make(map[string]int, len(elements))
	for i, e := range elements {
		n := e.node.Child(number)
		if n == nil {
			return nil
		}
		value := strings.TrimLeft(strings.TrimSpace(n.Text), "0")
		if _, twice := out[value]; twice {
			return nil
		}
		out[value] = i
	}
	return out
}
