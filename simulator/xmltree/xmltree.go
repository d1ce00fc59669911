// Package xmltree holds an XML document as a plain tree: names, texts, attributes and where each
// element stands in the bytes. Messages of NCTS are data without mixed content, so a node has either
// children or a text.
//
// Its scanner decides whether a document is well-formed, and says what is wrong in the words and at the places of the
// parser that the real service uses. What could cost much time is refused by it.
package xmltree

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Node is one element.
type Node struct {
	// Name is the local name, Prefix the namespace prefix as written ("" for none).
	Name, Prefix string
	// Space is the namespace of the name, "" for none.
	Space string
	// Text is the character data of an element without children, references resolved, white space kept.
	Text     string
	Attrs    []Attr
	Children []*Node
	// Mixed says that the element has character data other than white space beside its children.
	Mixed bool
	// Start is the byte offset of the "<" of the start tag, Open the one after its ">", Close the one
	// after the ">" of the end tag (equal to Open for an empty-element tag).
	Start, Open, Close int
}

// Attr is one attribute. Name is as written, with its prefix ("xmlns:ncts"); Space is the namespace of the prefix, "" without
// one.
type Attr struct{ Name, Value, Space string }

// QName is the name as written, with its prefix.
func (n *Node) QName() string {
	if n.Prefix == "" {
		return n.Name
	}
	return n.Prefix + ":" + n.Name
}

// Attr gives the value of an attribute by its name as written.
func (n *Node) Attr(name string) (string, bool) {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Child is the first child of that name, nil if there is none. It may be called on nil.
func (n *Node) Child(name string) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// All gives the children of that name in document order. It may be called on nil.
func (n *Node) All(name string) []*Node {
	if n == nil {
		return nil
	}
	var out []*Node
	for _, c := range n.Children {
		if c.Name == name {
			out = append(out, c)
		}
	}
	return out
}

// Value is the text at a chain of child names, each the first of its name; "" if any is missing.
// It may be called on nil.
func (n *Node) Value(names ...string) string {
	for _, name := range names {
		n = n.Child(name)
	}
	if n == nil {
		return ""
	}
	return n.Text
}

// Clone is a deep copy of the node.
func (n *Node) Clone() *Node {
	c := *n
	c.Attrs = append([]Attr(nil), n.Attrs...)
	c.Children = make([]*Node, len(n.Children))
	for i, child := range n.Children {
		c.Children[i] = child.Clone()
	}
	return &c
}

// SyntaxError is why a document cannot be read.
type SyntaxError struct {
	// Offset is the byte offset behind the last character that was read.
	Offset int
	// Reason is in the words of the real service's parser.
	Reason string
	// Cause is one of the sentinels (ErrCut and so on) where a caller may have to tell the case apart, else nil.
	Cause error
	// Root is the tree of what stands before, nil if the root's start tag cannot be read. Elements that are
	// open have Unclosed as their Close.
	Root *Node

	beyond int  // columns behind the offset that the real parser has counted
	lead   byte // the first byte of a sequence that cannot be decoded
}

// Position is the line and the column, as the real service's parser counts them, at which it gives up the document.
func (e *SyntaxError) Position(data []byte) (line, column int) {
	at := Positions(data, []int{e.Offset})[0]
	return at.Line, at.Column + e.beyond
}

// Unclosed stands for the end of an element that a document does not reach.
const Unclosed = math.MaxInt

func (e *SyntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Reason) }

func (e *SyntaxError) Unwrap() error { return e.Cause }

// Parse reads a whole document in UTF-8 and returns its root. The error is a *SyntaxError; a document with a document
// type declaration is one that cannot be read. The texts of the tree are parts of data, which must not be changed any more.
func Parse(data []byte) (*Node, error) { return parse(data, nil) }

// Outline reads a whole document like Parse, but keeps of elements that repeat only what shows something new: it has the first
// element at every path without positions, and whatever stands around it. The texts are copies. For a document of any length
// with the names of a message this is small.
func Outline(data []byte) (*Node, error) { return parse(data, &outliner{kinds: map[kindKey]kind{}}) }

// parse does both.
func parse(data []byte, outline *outliner) (*Node, error) {
	s := NewScanner(data)
	var root *Node
	var stack []*Node
	var text []string // pieces of text since the last tag
	var alloc slab
	for {
		t, err := s.Next()
		if t.Kind == Doctype {
			err = s.failFor(ErrDoctype, t.End, textDoctype)
		}
		if err != nil {
			for _, n := range stack {
				n.Close = Unclosed
			}
			var fatal *SyntaxError
			errors.As(err, &fatal)
			fatal.Root = root
			return nil, fatal
		}
		switch t.Kind {
		case End:
			return root, nil
		case StartTag, EmptyTag:
			n := alloc.node()
			*n = NodeOf(t)
			if len(stack) == 0 {
				root = n
			} else {
				top := stack[len(stack)-1]
				top.Mixed = top.Mixed || !allBlank(text)
				top.Children = append(top.Children, n)
			}
			text = text[:0]
			stack = append(stack, n)
			outline.enter(n)
			if t.Kind == EmptyTag {
				stack = outline.leave(stack, &alloc)
			}
		case EndTag:
			top := stack[len(stack)-1]
			switch {
			case len(top.Children) > 0:
				top.Mixed = top.Mixed || !allBlank(text)
			case len(text) == 1:
				top.Text = text[0]
			default:
				top.Text = strings.Join(text, "")
			}
			text = text[:0]
			top.Close = t.End
			stack = outline.leave(stack, &alloc)
		case Text:
			text = append(text, t.Name)
		}
	}
}

// NodeOf is the element of a start or empty-element tag, as if it were empty.
func NodeOf(t Token) Node {
	prefix, name := splitName(t.Name)
	return Node{Name: name, Prefix: prefix, Space: t.Space, Attrs: t.Attrs, Start: t.Start, Open: t.End, Close: t.End}
}

// outliner decides what of a tree that is read is kept; nil keeps all. A kind is a path of names from the root.
type outliner struct {
	kinds map[kindKey]kind
	open  []openKind
}

type kindKey struct {
	parent int
	name   string
}

// kind is the number of a path, and the name at its end, which is no part of the document.
type kind struct {
	number int
	name   string
}

// openKind is that of an open element; fresh says that the element, or one inside it, is the first of its kind.
type openKind struct {
	kind
	fresh bool
}

func (o *outliner) enter(n *Node) {
	if o == nil {
		return
	}
	parent := 0
	if len(o.open) > 0 {
		parent = o.open[len(o.open)-1].number
	}
	k, known := o.kinds[kindKey{parent, n.Name}]
	if !known {
		k = kind{len(o.kinds) + 1, strings.Clone(n.Name)}
		o.kinds[kindKey{parent, k.name}] = k
	}
	o.open = append(o.open, openKind{k, !known})
}

// leave takes the innermost open element from the stack, and out of the tree if it shows nothing new.
func (o *outliner) leave(stack []*Node, alloc *slab) []*Node {
	last := len(stack) - 1
	n, stack := stack[last], stack[:last]
	if o == nil {
		return stack
	}
	k := o.open[last]
	o.open = o.open[:last]
	switch {
	case !k.fresh:
		around := stack[last-1]
		around.Children = around.Children[:len(around.Children)-1]
		alloc.spare = append(alloc.spare, n)
	case last > 0:
		o.open[last-1].fresh = true
	}
	if k.fresh {
		n.own(k.name)
	}
	return stack
}

// own makes copies of the texts of an element, which are parts of the document.
func (n *Node) own(name string) {
	n.Name, n.Prefix, n.Space, n.Text = name, strings.Clone(n.Prefix), strings.Clone(n.Space), strings.Clone(n.Text)
	n.Attrs = slices.Clone(n.Attrs)
	for i, a := range n.Attrs {
		n.Attrs[i] = Attr{strings.Clone(a.Name), strings.Clone(a.Value), strings.Clone(a.Space)}
	}
}

// allBlank reports whether there is only white space in some pieces of text.
func allBlank(text []string) bool {
	for _, piece := range text {
		if !blank(piece) {
			return false
		}
	}
	return true
}

func blank(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// LocalName is the local name in a name as written.
func LocalName(q string) string {
	_, local := splitName(q)
	return local
}

func splitName(q string) (prefix, local string) {
	// a colon that comes first belongs to the local name
	if i := strings.IndexByte(q, ':'); i > 0 {
		return q[:i], q[i+1:]
	} else if i == 0 {
		if i := strings.IndexByte(q[1:], ':'); i >= 0 {
			return q[:i+1], q[i+2:]
		}
	}
	return "", q
}

// slab hands out nodes from blocks, which halves the time a large document takes; spare are nodes that are not needed any more.
type slab struct {
	free  []Node
	spare []*Node
}

func (s *slab) node() *Node {
	if last := len(s.spare) - 1; last >= 0 {
		n := s.spare[last]
		s.spare = s.spare[:last]
		return n
	}
	if len(s.free) == 0 {
		s.free = make([]Node, 64)
	}
	n := &s.free[0]
	s.free = s.free[1:]
	return n
}
