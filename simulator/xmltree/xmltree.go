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

// Node is one element. There are many of a large message, so what few elements have takes no room in the others.
type Node struct {
	// Name is the local name.
	Name string
	// Text is the character data of an element without children, references resolved, white space kept.
	Text     string
	Children []*Node
	tag      *tag
	// Start is the byte offset of the "<" of the start tag, Open the one after its ">", Close the one
	// after the ">" of the end tag (equal to Open for an empty-element tag).
	Start, Open, Close int32
	// Mixed says that the element has character data other than white space beside its children.
	Mixed bool
	// LeftOut says that what is inside the element was left out of the tree, so that it looks empty (ParseAround).
	LeftOut bool
}

// tag is what a start tag has beside the local name; nodes may share one.
type tag struct {
	prefix, space string
	attrs         []Attr
}

// Attr is one attribute. Name is as written, with its prefix ("xmlns:ncts"); Space is the namespace of the prefix, "" without
// one.
type Attr struct{ Name, Value, Space string }

// New is an empty element in a namespace, "" for none, that no document has.
func New(name, space string) *Node {
	n := &Node{Name: name}
	n.setTag(tag{space: space})
	return n
}

func (n *Node) setTag(t tag) {
	n.tag = nil
	if t.prefix != "" || t.space != "" || len(t.attrs) > 0 {
		n.tag = &t
	}
}

// Prefix is the namespace prefix as written, "" for none.
func (n *Node) Prefix() string {
	if n.tag == nil {
		return ""
	}
	return n.tag.prefix
}

// Space is the namespace of the name, "" for none.
func (n *Node) Space() string {
	if n.tag == nil {
		return ""
	}
	return n.tag.space
}

// Attrs are the attributes. They must not be changed; SetAttrs puts others in their place.
func (n *Node) Attrs() []Attr {
	if n.tag == nil {
		return nil
	}
	return n.tag.attrs
}

// SetAttrs gives the element other attributes.
func (n *Node) SetAttrs(attrs []Attr) { n.setTag(tag{n.Prefix(), n.Space(), attrs}) }

// Plain reports whether the element has nothing but its name and a text.
func (n *Node) Plain() bool { return n.tag == nil && len(n.Children) == 0 }

// QName is the name as written, with its prefix.
func (n *Node) QName() string {
	if n.Prefix() == "" {
		return n.Name
	}
	return n.Prefix() + ":" + n.Name
}

// Attr gives the value of an attribute by its name as written.
func (n *Node) Attr(name string) (string, bool) {
	for _, a := range n.Attrs() {
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
const Unclosed int32 = math.MaxInt32

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
	if len(data) > math.MaxInt32 {
		return nil, &SyntaxError{Reason: "The document is longer than 2 GB.", Cause: ErrLimit}
	}
	p := parser{outline: outline}
	return p.read(NewScanner(data))
}

// ParseAround reads a whole document like Parse, but leaves out what is inside the elements at a path of names from the root, "" for
// any: such elements are LeftOut, and ReadParts reads them. The texts are copies.
func ParseAround(s *Scanner, path ...string) (*Node, error) {
	p := parser{without: &way{path: path}, outline: &outliner{kinds: map[kindKey]kind{}, whole: true}}
	return p.read(s)
}

// read makes a tree of a document.
func (p *parser) read(s *Scanner) (*Node, error) {
	for {
		t, err := s.Next()
		if t.Kind == Doctype {
			err = s.failFor(ErrDoctype, t.End-s.before, textDoctype)
		}
		if err != nil {
			for len(p.open) > 0 {
				p.top().Close = Unclosed
				p.close(true)
			}
			var fatal *SyntaxError
			errors.As(err, &fatal)
			fatal.Root = p.root
			return nil, fatal
		}
		if t.Kind == End {
			return p.root, nil
		}
		p.token(t)
	}
}

// token takes what comes next.
func (p *parser) token(t Token) {
	within := p.without.follow(t)
	switch {
	case within == inside:
	case t.Kind == StartTag || t.Kind == EmptyTag:
		p.start(t)
		p.top().LeftOut = within == there
		if t.Kind == EmptyTag {
			p.close(p.outline.leave())
		}
	case t.Kind == EndTag:
		p.end(t)
		p.close(p.outline.leave())
	case t.Kind == Text:
		p.text = append(p.text, t.Name)
	}
}

// parser makes a tree of tokens.
type parser struct {
	slab
	outline *outliner
	// without leads to what is left out, nil for nothing.
	without *way
	root    *Node
	open    []openNode
	// inside are the children that the open elements have so far.
	inside []*Node
	text   []string // pieces of text since the last tag
	last   *tag     // that of the last element that has one
}

// openNode is an element whose end has not come; its children begin at a place in parser.inside.
type openNode struct {
	*Node
	children int
}

func (p *parser) top() openNode { return p.open[len(p.open)-1] }

func (p *parser) start(t Token) {
	n := p.node()
	*n = NodeOf(t)
	if n.tag != nil {
		if p.last != nil && len(n.tag.attrs)+len(p.last.attrs) == 0 && n.tag.prefix == p.last.prefix && n.tag.space == p.last.space {
			n.tag = p.last
		}
		p.last = n.tag
	}
	if len(p.open) == 0 {
		p.root = n
	} else {
		around := p.top()
		around.Mixed = around.Mixed || !allBlank(p.text)
	}
	p.text = p.text[:0]
	p.open = append(p.open, openNode{n, len(p.inside)})
	p.outline.enter(n)
}

func (p *parser) end(t Token) {
	top := p.top()
	switch {
	case len(p.inside) > top.children:
		top.Mixed = top.Mixed || !allBlank(p.text)
	case len(p.text) == 1:
		top.Text = p.text[0]
	default:
		top.Text = strings.Join(p.text, "")
	}
	p.text = p.text[:0]
	top.Close = int32(t.End)
}

// close takes the innermost open element from the stack, and puts it into the tree if it is kept.
func (p *parser) close(kept bool) {
	top := p.top()
	p.open = p.open[:len(p.open)-1]
	top.Children = p.children(p.inside[top.children:])
	p.inside = p.inside[:top.children]
	switch {
	case !kept:
		p.spare = append(p.spare, top.Node)
	case len(p.open) > 0:
		p.inside = append(p.inside, top.Node)
	}
}

// NodeOf is the element of a start or empty-element tag, as if it were empty.
func NodeOf(t Token) Node {
	prefix, name := splitName(t.Name)
	n := Node{Name: name, Start: int32(t.Start), Open: int32(t.End), Close: int32(t.End)}
	n.setTag(tag{prefix, t.Space, t.Attrs})
	return n
}

// outliner decides what of a tree that is read is kept; nil keeps all. A kind is a path of names from the root.
type outliner struct {
	kinds map[kindKey]kind
	open  []openKind
	// whole keeps all elements, whose texts are copied nevertheless.
	whole bool
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
	node *Node
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
	o.open = append(o.open, openKind{n, k, !known || o.whole})
}

// leave ends the innermost open element, and reports whether it shows anything new, so that it is kept.
func (o *outliner) leave() (kept bool) {
	if o == nil {
		return true
	}
	last := len(o.open) - 1
	k := o.open[last]
	o.open = o.open[:last]
	if k.fresh {
		k.node.own(k.name)
		if last > 0 {
			o.open[last-1].fresh = true
		}
	}
	return k.fresh
}

// own makes copies of the texts of an element, which are parts of the document.
func (n *Node) own(name string) {
	n.Name, n.Text = name, strings.Clone(n.Text)
	attrs := slices.Clone(n.Attrs())
	for i, a := range attrs {
		attrs[i] = Attr{strings.Clone(a.Name), strings.Clone(a.Value), strings.Clone(a.Space)}
	}
	n.setTag(tag{strings.Clone(n.Prefix()), strings.Clone(n.Space()), attrs})
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

// slab hands out nodes and lists of children from blocks, which halves the time a large document takes; spare are nodes that are not
// needed any more.
type slab struct {
	nodes []Node
	lists []*Node
	spare []*Node
}

func (s *slab) node() *Node {
	if last := len(s.spare) - 1; last >= 0 {
		n := s.spare[last]
		s.spare = s.spare[:last]
		return n
	}
	if len(s.nodes) == 0 {
		s.nodes = make([]Node, 64)
	}
	n := &s.nodes[0]
	s.nodes = s.nodes[1:]
	return n
}

// children is a copy of a list, to which nothing can be appended in place.
func (s *slab) children(of []*Node) []*Node {
	n := len(of)
	if n == 0 {
		return nil
	}
	if n > len(s.lists) {
		s.lists = make([]*Node, max(n, 64))
	}
	list := s.lists[:n:n]
	s.lists = s.lists[n:]
	copy(list, of)
	return list
}
