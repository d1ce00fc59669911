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
// type declaration is one that cannot be read.
func Parse(data []byte) (*Node, error) {
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
			n.Start, n.Open, n.Close = t.Start, t.End, t.End
			n.Prefix, n.Name = splitName(t.Name)
			n.Space, n.Attrs = t.Space, t.Attrs
			if len(stack) == 0 {
				root = n
			} else {
				top := stack[len(stack)-1]
				top.Mixed = top.Mixed || !allBlank(text)
				top.Children = append(top.Children, n)
			}
			text = text[:0]
			if t.Kind == StartTag {
				stack = append(stack, n)
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
			stack = stack[:len(stack)-1]
		case Text:
			text = append(text, t.Name)
		}
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

// slab hands out nodes from blocks, which halves the time a large document takes.
type slab struct{ free []Node }

func (s *slab) node() *Node {
	if len(s.free) == 0 {
		s.free = make([]Node, 64)
	}
	n := &s.free[0]
	s.free = s.free[1:]
	return n
}
