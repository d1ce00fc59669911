package jsonmessage

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Document turns a value that its JSON schema takes into the message with a root element ("CC015C"), in the order of the XML
// schema; what XML has no place for is left out. Whether the XML schema takes it as well, and whether XML has its characters
// ([Writable]), are other questions. The error says that the phase has no such message.
func Document(c *message.Catalogue, p message.Phase, root string, v *Value) (*message.Document, error) {
	e := c.Schema(p, root)
	if e == nil {
		return nil, fmt.Errorf("phase %s has no message %s", p, root)
	}
	inner := v.Get(RootPrefix + root)
	node := element(e, inner)
	if id := inner.Get(phaseIDKey); id != nil {
		node.SetAttrs([]xmltree.Attr{{Name: "PhaseID", Value: id.Text}})
	}
	return c.Document(p, node)
}

func element(e *schema.Element, v *Value) *xmltree.Node {
	n := &xmltree.Node{Name: e.Name}
	if v == nil {
		return n
	}
	if e.Leaf() {
		n.Text = v.Text
		if v.kind == Integer || v.kind == Number {
			n.Text = plain(v.Text)
		}
		return n
	}
	for _, c := range e.Children {
		switch child := v.Get(c.Name); {
		case child == nil:
		case child.kind == Array:
			for _, item := range child.Items {
				n.Children = append(n.Children, element(c, item))
			}
		default:
			n.Children = append(n.Children, element(c, child))
		}
	}
	return n
}

// Writable says which element of a message has a character that no XML document can hold, as U+0000, which JSON writes \u0000.
func Writable(n *xmltree.Node) error {
	odd := func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff'
	}
	for _, a := range n.Attrs() {
		if i := strings.IndexFunc(a.Value, odd); i >= 0 {
			return fmt.Errorf("the attribute %s has the character %U, which XML has not", a.Name, firstRune(a.Value[i:]))
		}
	}
	if i := strings.IndexFunc(n.Text, odd); i >= 0 {
		return fmt.Errorf("the text of %s has the character %U, which XML has not", n.Name, firstRune(n.Text[i:]))
	}
	for _, c := range n.Children {
		if err := Writable(c); err != nil {
			return err
		}
	}
	return nil
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
