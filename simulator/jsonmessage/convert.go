package jsonmessage

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/jsontext"
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
		node.Attrs = append(node.Attrs, xmltree.Attr{Name: "PhaseID", Value: id.Text})
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
	for _, a := range n.Attrs {
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

// emptyAtRoot is the one repeatable group below a root that is written as an empty list when it is absent.
var emptyAtRoot = map[string]string{"CC007C": "Authorisation"}

// lastKey is the name of an element that is written behind all others of its group.
const lastKey = "type"

// Append writes a message as JSON behind b. What its schema does not know is left out, and what should be a number and is not
// one, as in a message that was placed by force, is a text: {"n1:CC028C":{…,"@PhaseID":"NCTS5.1"}}.
func Append(b []byte, d *message.Document) []byte {
	b = append(b, '{')
	b = appendKey(b, RootPrefix+d.Root.Name)
	w := writer{root: d.Root.Name}
	b = w.group(b, d.Schema, d.Root, true)
	return append(b, '}')
}

type writer struct{ root string }

func (w *writer) group(b []byte, e *schema.Element, n *xmltree.Node, atRoot bool) []byte {
	b = append(b, '{')
	begin := len(b)
	var last *schema.Element
	for _, c := range e.Children {
		if c.Name == lastKey {
			last = c
			continue
		}
		b = w.member(b, begin, c, n, atRoot)
	}
	if last != nil {
		b = w.member(b, begin, last, n, atRoot)
	}
	if id, ok := n.Attr("PhaseID"); ok && atRoot {
		b = appendKey(appendComma(b, begin), phaseIDKey)
		b = jsontext.AppendString(b, id)
	}
	return append(b, '}')
}

// member writes the elements of one name, if there are any or if an empty list stands for them.
func (w *writer) member(b []byte, begin int, e *schema.Element, parent *xmltree.Node, atRoot bool) []byte {
	if e.Max <= 1 {
		if n := parent.Child(e.Name); n != nil {
			b = appendName(appendComma(b, begin), e.Name)
			b = w.value(b, e, n)
		}
		return b
	}
	if parent.Child(e.Name) == nil && (e.Leaf() || atRoot && emptyAtRoot[w.root] != e.Name) {
		return b
	}
	b = append(appendName(appendComma(b, begin), e.Name), '[')
	inside := len(b)
	for _, n := range parent.Children {
		if n.Name == e.Name {
			b = w.value(appendComma(b, inside), e, n)
		}
	}
	return append(b, ']')
}

func (w *writer) value(b []byte, e *schema.Element, n *xmltree.Node) []byte {
	if !e.Leaf() {
		return w.group(b, e, n, false)
	}
	value := message.Value(n, e)
	if isNumeric(e.Type.Base) && isDecimal(value) {
		return append(b, plain(value)...)
	}
	return jsontext.AppendString(b, value)
}

func appendComma(b []byte, begin int) []byte {
	if len(b) > begin {
		b = append(b, ',')
	}
	return b
}

// appendName writes a name of the schemas as a key; they are letters and digits.
func appendName(b []byte, name string) []byte {
	return append(append(append(b, '"'), name...), '"', ':')
}

func appendKey(b []byte, key string) []byte { return append(jsontext.AppendString(b, key), ':') }
