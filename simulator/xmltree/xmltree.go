// Package xmltree holds an XML document as a plain tree: names, texts, attributes and where each
// element stands in the bytes. Messages of NCTS are data without mixed content, so a node has either
// children or a text.
//
// Parse is no validating parser: it trusts that libxml2 has found the document well-formed, and only
// makes sure that nothing it is given can crash or hang it.
package xmltree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Node is one element.
type Node struct {
	// Name is the local name, Prefix the namespace prefix as written ("" for none).
	Name, Prefix string
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

// Attr is one attribute as written; Name keeps its prefix ("xmlns:ncts").
type Attr struct{ Name, Value string }

// Limits of a document. libxml2 draws the same line for the depth; the length of a tag (bytes) and the number of its
// attributes are limited because the time libxml2 takes grows with the square of that number. Messages have two.
const (
	MaxDepth = 256
	MaxTag   = 8192
	MaxAttrs = 100
)

// QName is the name as written, with its prefix.
func (n *Node) QName() string {
	if n.Prefix == "" {
		return n.Name
	}
	return n.Prefix + ":" + n.Name
}

// named compares with a name as written, without putting the own one together.
func (n *Node) named(q string) bool {
	if n.Prefix == "" {
		return n.Name == q
	}
	return len(q) == len(n.Prefix)+1+len(n.Name) && q[:len(n.Prefix)] == n.Prefix && q[len(n.Prefix)+1:] == n.Name
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

// SyntaxError is what Parse reports: the byte offset and the reason. Cause is one of the sentinels below
// where a caller has to tell the case apart.
type SyntaxError struct {
	Offset int
	Reason string
	Cause  error
}

// Causes of a SyntaxError.
var (
	// ErrDoctype: there is a document type declaration; Offset is that of its "<".
	ErrDoctype = errors.New("document type declaration")
	// ErrTooDeep: elements are nested deeper than MaxDepth.
	ErrTooDeep = errors.New("elements are nested too deeply")
	// ErrLongTag: a tag is longer than MaxTag.
	ErrLongTag = errors.New("tag is too long")
	// ErrManyAttrs: a tag has more than MaxAttrs attributes.
	ErrManyAttrs = errors.New("tag has too many attributes")
	// ErrCut: the document ends before it is complete.
	ErrCut = errors.New("document is not complete")
)

func (e *SyntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Reason) }

func (e *SyntaxError) Unwrap() error { return e.Cause }

func syntax(offset int, cause error) *SyntaxError { return &SyntaxError{offset, cause.Error(), cause} }

// Parse reads a whole document in UTF-8 and returns its root. The error is a *SyntaxError.
func Parse(data []byte) (*Node, error) {
	s := NewScanner(data)
	var root *Node
	var stack []*Node
	var alloc slab
	for {
		t, err := s.Next()
		if err != nil {
			return nil, syntax(s.pos, err)
		}
		if t.End-t.Start > MaxTag && (t.Kind == StartTag || t.Kind == EmptyTag || t.Kind == EndTag) {
			return nil, syntax(t.Start, ErrLongTag)
		}
		switch t.Kind {
		case End:
			if root == nil || len(stack) > 0 {
				return nil, syntax(len(data), ErrCut)
			}
			return root, nil
		case StartTag, EmptyTag:
			if len(stack) == 0 && root != nil {
				return nil, syntax(t.Start, errors.New("second root element"))
			}
			if len(stack) >= MaxDepth {
				return nil, syntax(t.Start, ErrTooDeep)
			}
			n := alloc.node()
			n.Start, n.Open, n.Close = t.Start, t.End, t.End
			n.Prefix, n.Name = splitName(t.Name)
			if t.End-t.Start > len(t.Name)+2 {
				if n.Attrs, err = s.Attrs(t); err != nil {
					return nil, syntax(t.Start, err)
				}
				if len(n.Attrs) > MaxAttrs {
					return nil, syntax(t.Start, ErrManyAttrs)
				}
			}
			if len(stack) == 0 {
				root = n
			} else {
				top := stack[len(stack)-1]
				if len(top.Children) == 0 {
					top.Mixed = !blank(top.Text)
					top.Text = ""
				}
				top.Children = append(top.Children, n)
			}
			if t.Kind == StartTag {
				stack = append(stack, n)
			}
		case Doctype:
			return nil, syntax(t.Start, ErrDoctype)
		case EndTag:
			if len(stack) == 0 || !stack[len(stack)-1].named(t.Name) {
				return nil, syntax(t.Start, errors.New("end tag without its start tag"))
			}
			stack[len(stack)-1].Close = t.End
			stack = stack[:len(stack)-1]
		case Text:
			if len(stack) == 0 {
				continue
			}
			top := stack[len(stack)-1]
			switch {
			case len(top.Children) > 0:
				top.Mixed = top.Mixed || !blank(t.Name)
			case top.Text == "":
				top.Text = t.Name
			default:
				top.Text += t.Name
			}
		}
	}
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
	if i := strings.IndexByte(q, ':'); i >= 0 {
		return q[:i], q[i+1:]
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

// Position turns a byte offset into a 1-based line and a 1-based column; columns count UTF-16 units,
// as Java's parsers do.
func Position(data []byte, offset int) (line, column int) {
	offset = min(offset, len(data))
	line, start := 1, 0
	for i := 0; i < offset; i++ {
		if data[i] == '\n' || data[i] == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			line++
			start = i + 1
		}
	}
	column = 1
	for rest := data[start:offset]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r > 0xFFFF {
			column++
		}
		column++
		rest = rest[size:]
	}
	return line, column
}

// resolve replaces the predefined entities and character references of s.
func resolve(s string) (string, error) {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s, nil
	}
	var b strings.Builder
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i+1:]
		end := strings.IndexByte(s, ';')
		if end < 0 {
			return "", errors.New("reference without a semicolon")
		}
		r, err := reference(s[:end])
		if err != nil {
			return "", err
		}
		b.WriteString(r)
		s = s[end+1:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String(), nil
}

func reference(name string) (string, error) {
	switch name {
	case "amp":
		return "&", nil
	case "lt":
		return "<", nil
	case "gt":
		return ">", nil
	case "quot":
		return `"`, nil
	case "apos":
		return "'", nil
	}
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if hex, ok := strings.CutPrefix(digits, "x"); ok {
			digits, base = hex, 16
		}
		if r, err := strconv.ParseUint(digits, base, 21); err == nil && utf8.ValidRune(rune(r)) && r > 0 {
			return string(rune(r)), nil
		}
	}
	return "", fmt.Errorf("unknown reference &%.20s;", name)
}
