package jsonmessage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/jsontext"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// emptyAtRoot is the one repeatable group below a root that is written as an empty list when it is absent.
var emptyAtRoot = map[string]string{"CC007C": "Authorisation"}

// lastKey is the name of an element that is written behind all others of its group.
const lastKey = "type"

// Append writes a message as JSON behind b. What its schema does not know is left out, and what should be a number and is not
// one, as in a message that was placed by force, is a text: {"n1:CC028C":{…,"@PhaseID":"NCTS5.1"}}.
func Append(b []byte, d *message.Document) []byte {
	w := newWriter(b, d.Schema, d.Root.Attrs())
	w.tree(d.Root)
	return w.finished()
}

// AppendXML does the same for the bytes of a message of a phase, and makes no tree of them: most messages that a client reads are
// converted for it alone. The error is a *xmltree.SyntaxError or says that the phase has no such message.
func AppendXML(b []byte, c *message.Catalogue, p message.Phase, data []byte) ([]byte, error) {
	scanner := xmltree.NewScanner(data)
	t, err := scanner.Next()
	if err != nil {
		return nil, err
	}
	root := xmltree.NodeOf(t)
	e := c.Schema(p, root.Name)
	if e == nil || t.Kind == xmltree.Doctype {
		return nil, fmt.Errorf("phase %s has no message %.40q", p, root.Name)
	}
	w := newWriter(b, e, root.Attrs())
	if t.Kind == xmltree.EmptyTag {
		w.end()
	}
	for t.Kind != xmltree.End {
		if t, err = scanner.Next(); err != nil {
			return nil, err
		}
		switch t.Kind {
		case xmltree.StartTag:
			w.start(xmltree.LocalName(t.Name))
		case xmltree.EmptyTag:
			w.start(xmltree.LocalName(t.Name))
			w.end()
		case xmltree.EndTag:
			w.end()
		case xmltree.Text:
			w.text = append(w.text, t.Name)
		}
	}
	return w.finished(), nil
}

// writer takes the elements of a message in the order of the document. What it has written of a group's elements is put into
// the order of the schema when the group ends, as elements of one name make an array and lastKey comes last.
type writer struct {
	b    []byte
	root *schema.Element
	// phaseID is the attribute of the root, nil for none.
	phaseID *string
	// open are the elements around the place, the root first; unknown is how many there are inside them of which the schema
	// knows nothing.
	open    []openElement
	unknown int
	// written are the elements of the open groups that are complete.
	written []writtenElement
	// text are the pieces that came since the last tag.
	text []string
}

type openElement struct {
	*schema.Element
	// at is its place among the elements of its group, and next the place where its next child is looked for first.
	at, next int
	// begin is where its JSON begins, first the number of its first child in written.
	begin, first int
	// parent says that elements came inside.
	parent bool
}

type writtenElement struct {
	at         int // as in openElement
	begin, end int // its JSON
}

func newWriter(b []byte, root *schema.Element, attrs []xmltree.Attr) *writer {
	w := &writer{root: root, open: make([]openElement, 0, 16), written: make([]writtenElement, 0, 64)}
	for _, a := range attrs {
		if a.Name == phaseIDKey[1:] {
			w.phaseID = &a.Value
		}
	}
	w.b = appendKey(append(b, '{'), RootPrefix+root.Name)
	w.open = append(w.open, openElement{Element: root, begin: len(w.b)})
	return w
}

// finished is the whole text, once the root has ended.
func (w *writer) finished() []byte { return append(w.b, '}') }

// tree takes what stands inside an element, and its end.
func (w *writer) tree(n *xmltree.Node) {
	for _, c := range n.Children {
		w.start(c.Name)
		w.tree(c)
	}
	w.text = append(w.text[:0], n.Text)
	w.end()
}

// start takes the start of an element inside the innermost one.
func (w *writer) start(name string) {
	w.text = w.text[:0]
	if w.unknown > 0 {
		w.unknown++
		return
	}
	around := &w.open[len(w.open)-1]
	around.parent = true
	for range around.Children {
		if around.next == len(around.Children) {
			around.next = 0
		}
		if e := around.Children[around.next]; e.Name == name {
			w.open = append(w.open, openElement{Element: e, at: around.next, begin: len(w.b), first: len(w.written)})
			return
		}
		around.next++
	}
	w.unknown++
}

// end takes the end of the innermost element.
func (w *writer) end() {
	defer func() { w.text = w.text[:0] }()
	if w.unknown > 0 {
		w.unknown--
		return
	}
	e := w.open[len(w.open)-1]
	w.open = w.open[:len(w.open)-1]
	switch {
	case !e.Leaf():
		w.group(e)
	case e.parent || len(w.text) == 0:
		w.value(e.Element, "")
	case len(w.text) == 1:
		w.value(e.Element, w.text[0])
	default:
		w.value(e.Element, strings.Join(w.text, ""))
	}
	w.written = append(w.written[:e.first], writtenElement{e.at, e.begin, len(w.b)})
}

func (w *writer) value(e *schema.Element, value string) {
	if e.Type.Base != "string" {
		value = e.Type.Normalize(value)
	}
	if isNumeric(e.Type.Base) && isDecimal(value) {
		w.b = append(w.b, plain(value)...)
		return
	}
	w.b = jsontext.AppendString(w.b, value)
}

// group writes a group behind its elements, and then over them.
func (w *writer) group(e openElement) {
	inside := w.written[e.first:]
	byPlace := func(a, b writtenElement) int { return cmp.Compare(a.at, b.at) }
	if !slices.IsSortedFunc(inside, byPlace) {
		slices.SortStableFunc(inside, byPlace)
	}
	atRoot, behind := len(w.open) == 0, len(w.b)
	w.b = append(w.b, '{')
	begin := len(w.b)
	var last *schema.Element
	var ofLast []writtenElement
	for i, c := range e.Children {
		n := 0
		for n < len(inside) && inside[n].at == i {
			n++
		}
		if c.Name == lastKey {
			last, ofLast = c, inside[:n]
		} else {
			w.member(begin, c, inside[:n], atRoot)
		}
		inside = inside[n:]
	}
	if last != nil {
		w.member(begin, last, ofLast, atRoot)
	}
	if w.phaseID != nil && atRoot {
		w.b = appendKey(appendComma(w.b, begin), phaseIDKey)
		w.b = jsontext.AppendString(w.b, *w.phaseID)
	}
	w.b = append(w.b, '}')
	w.b = append(w.b[:e.begin], w.b[behind:]...)
}

// member writes the elements of one name, if there are any or if an empty list stands for them.
func (w *writer) member(begin int, e *schema.Element, all []writtenElement, atRoot bool) {
	if len(all) == 0 && (e.Max <= 1 || e.Leaf() || atRoot && emptyAtRoot[w.root.Name] != e.Name) {
		return
	}
	w.b = appendName(appendComma(w.b, begin), e.Name)
	if e.Max <= 1 {
		w.b = append(w.b, w.b[all[0].begin:all[0].end]...)
		return
	}
	w.b = append(w.b, '[')
	inside := len(w.b)
	for _, one := range all {
		w.b = append(appendComma(w.b, inside), w.b[one.begin:one.end]...)
	}
	w.b = append(w.b, ']')
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
