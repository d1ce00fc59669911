package schema

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"nctsim/simulator/xmltree"
)

// explainer reads a document beside the element tree and writes down what is wrong in the order and the words of
// the real service's parser (Xerces): what its xsi attributes say, structure and attributes at a start tag, values and
// missing elements at an end tag; within one parent only the first error of structure; children that the parent knows at
// all are looked into even behind such an error, others only as far as something inside them is a message.
type explainer struct {
	set      *Set
	data     []byte
	expected string // the root that is expected, empty for any message
	max      int
	found    []finding
	// text is what the parser holds as the text of the element that it is in: that of the last value it has read.
	text    string
	scanner *xmltree.Scanner
	// over says that nothing more is to be read: the document cannot be read on, or enough was found.
	over bool
	// spare are scopes of elements that were left, by how deep the elements were.
	spare []*scope
}

type finding struct {
	offset        int
	message, path string
}

// report notes what is wrong with an element, or with what below says ("/@PhaseID") inside it.
func (x *explainer) report(in *scope, offset int32, below, format string, args ...any) {
	if len(x.found) < x.max {
		x.found = append(x.found, finding{int(offset), fmt.Sprintf(format, args...), in.path() + below})
	}
}

// errors gives the findings with line and column, computed in one pass over the document.
func (x *explainer) errors() []Error {
	sort.SliceStable(x.found, func(i, j int) bool { return x.found[i].offset < x.found[j].offset })
	offsets := make([]int, len(x.found))
	for i, f := range x.found {
		offsets[i] = f.offset
	}
	out := make([]Error, len(x.found))
	for i, at := range xmltree.Positions(x.data, offsets) {
		out[i] = Error{Line: at.Line, Column: at.Column, Message: x.found[i].message, Path: x.found[i].path}
	}
	return out
}

// read looks at the whole document, or what can be read of it. One of another root than the expected one is refused in any
// case.
func (x *explainer) read(expected string) {
	x.scanner = xmltree.NewScanner(x.data)
	t, err := x.scanner.Next()
	if err != nil || t.Kind == xmltree.Doctype {
		return
	}
	x.root(x.enter(nil, xmltree.NodeOf(t), t.Kind == xmltree.EmptyTag), expected)
}

// walk looks at a document that was read already.
func (x *explainer) walk(root *xmltree.Node, expected string) {
	x.root(x.enter(nil, *root, true), expected)
}

func (x *explainer) root(in *scope, expected string) {
	x.expected = expected
	e := x.message(in)
	if e != nil && expected == "" {
		x.expected = e.Name
	}
	_, typed := in.instance("type")
	if e == nil && !typed {
		x.report(in, in.node.Open, "", notDeclared, cut(in.node.QName()))
	}
	x.element(in, e)
	if e == nil && len(x.found) == 0 {
		// The parser lets an xsi:type stand in for the declaration, but what follows needs a message that it knows.
		x.report(in, in.node.Open, "", notDeclared, cut(in.node.QName()))
	}
}

// phaseIDAttr is the only attribute that the schemas declare, for roots.
const phaseIDAttr = "PhaseID"

const notDeclared = "cvc-elt.1.a: Cannot find the declaration of element '%s'."

// message is the declaration of an element as the root of a message, nil if it is not one, or not the expected one.
func (x *explainer) message(in *scope) *Element {
	n := &in.node
	if x.expected != "" && n.Name != x.expected || n.Space() != x.set.namespace {
		return nil
	}
	return x.set.Root(n.Name)
}

// element looks at one element and what is inside it. The declaration is nil if there is none.
func (x *explainer) element(in *scope, e *Element) {
	if len(x.found) >= x.max {
		x.over = true // nothing more would be written down
		return
	}
	n := &in.node
	if n.LeftOut {
		return
	}
	x.text = ""
	d := anything
	if e != nil {
		d = e.definition()
	}
	if name, ok := in.instance("type"); ok {
		d = x.instanceType(in, e, d, name)
	}
	if _, ok := in.instance("nil"); ok && e != nil {
		x.report(in, n.Open, "", "cvc-elt.3.1: Attribute '"+instanceNamespace+",nil' must not appear on element '%s', because the {nillable} property of '%[1]s' is false.", n.QName())
	}
	x.attributes(in, d)
	switch {
	case d.any:
		x.undeclared(in)
	case d.value != nil:
		x.undeclared(in)
		if x.over {
			return
		}
		if in.children > 0 {
			x.report(in, n.Close, "", "cvc-type.3.1.2: Element '%s' is a simple type, so it must have no element information item [children].", cut(n.QName()))
		} else {
			x.text = d.value.Normalize(n.Text)
		}
		x.value(in, d.value)
	default:
		x.group(in, d.children)
	}
}

// undeclared looks at the children of an element whose type knows none of them.
func (x *explainer) undeclared(in *scope) {
	for inner := x.child(in); inner != nil; inner = x.child(in) {
		x.element(inner, x.message(inner))
	}
}

// group looks at the children of an element that holds a sequence.
func (x *explainer) group(in *scope, declared []*Element) {
	m := model{elements: declared}
	broken := false
	var count []int // how many of each there were
	for inner := x.child(in); inner != nil; inner = x.child(in) {
		name, space := inner.node.Name, inner.node.Space()
		at := position(declared, name)
		if space != "" {
			at = -1
		}
		if !broken && (at < 0 || !m.accept(name)) {
			broken = true
			x.unexpected(inner, space, m)
		}
		if at < 0 {
			x.element(inner, x.message(inner))
			continue
		}
		if declared[at].Max > 1 {
			if count == nil {
				count = make([]int, len(declared))
			}
			count[at]++
			inner.index = count[at]
		}
		x.element(inner, declared[at])
	}
	if x.over {
		return
	}
	n := &in.node
	if n.Mixed || in.children == 0 && strings.Trim(n.Text, " \t\r\n") != "" {
		x.report(in, n.Close, "", "cvc-complex-type.2.3: Element '%s' cannot have character [children], because the type's content type is element-only.", cut(n.QName()))
	}
	if missing := m.missing(); !broken && len(missing) > 0 {
		x.report(in, n.Close, "", "cvc-complex-type.2.4.b: The content of element '%s' is not complete. One of '{%s}' is expected.", n.QName(), strings.Join(missing, ", "))
	}
}

func position(declared []*Element, name string) int {
	for i, e := range declared {
		if e.Name == name {
			return i
		}
	}
	return -1
}

// unexpected reports a child that may not stand where the sequence has come to. Behind as many elements of one name
// as are allowed, the parser puts it down to their number whatever the child's name is.
func (x *explainer) unexpected(in *scope, space string, m model) {
	n := &in.node
	name := cut(n.QName())
	expected := strings.Join(m.expected(), ", ")
	full := m.at < len(m.elements) && m.elements[m.at].Max > 1 && m.n >= m.elements[m.at].Max
	switch {
	case full && expected == "":
		x.report(in, n.Open, "", "cvc-complex-type.2.4.f: '%s' can occur a maximum of '%d' times in the current sequence. This limit was exceeded. No child element is expected at this point.", m.elements[m.at].Name, m.elements[m.at].Max)
	case full:
		x.report(in, n.Open, "", "cvc-complex-type.2.4.e: '%s' can occur a maximum of '%d' times in the current sequence. This limit was exceeded. At this point one of '{%s}' is expected.", name, m.elements[m.at].Max, expected)
	case expected == "":
		x.report(in, n.Open, "", "cvc-complex-type.2.4.d: Invalid content was found starting with element '%s'. No child element is expected at this point.", name)
	default:
		if space != "" {
			name = fmt.Sprintf(`{"%s":%s}`, cut(space), cut(n.Name))
		}
		x.report(in, n.Open, "", "cvc-complex-type.2.4.a: Invalid content was found starting with element '%s'. One of '{%s}' is expected.", name, expected)
	}
}

func (x *explainer) attributes(in *scope, d definition) {
	n := &in.node
	for _, a := range n.Attrs() {
		prefix, local := splitName(a.Name)
		if a.Name == "xmlns" || prefix == "xmlns" {
			continue
		}
		if a.Space == instanceNamespace && x.instanceAttribute(in, a, local) {
			continue
		}
		switch {
		case d.any:
		case d.value != nil:
			x.report(in, n.Open, "", "cvc-type.3.1.1: Element '%s' is a simple type, so it cannot have attributes, excepting those whose namespace name is identical to '"+instanceNamespace+"' and whose [local name] is one of 'type', 'nil', 'schemaLocation' or 'noNamespaceSchemaLocation'. However, the attribute, '%s' was found.", n.QName(), cut(a.Name))
		case d.phaseID != nil && a.Name == phaseIDAttr:
			if problem := d.phaseID.check(Collapse(a.Value), a.Value); problem != "" {
				x.attributeValue(in, a, d.phaseID.Name, problem)
			}
		default:
			x.report(in, n.Open, "", "cvc-complex-type.3.2.2: Attribute '%s' is not allowed to appear in element '%s'.", cut(a.Name), n.QName())
		}
	}
}

// attributeValue reports what is wrong with the value of an attribute, which is shown as written.
func (x *explainer) attributeValue(in *scope, a xmltree.Attr, typ, problem string) {
	x.report(in, in.node.Open, "/@"+a.Name, "%s", problem)
	x.report(in, in.node.Open, "/@"+a.Name, "cvc-attribute.3: The value '%s' of attribute '%s' on element '%s' is not valid with respect to its type, '%s'.", cut(a.Value), cut(a.Name), in.node.QName(), typ)
}

// value looks at the text that was read last as a value of the type.
func (x *explainer) value(in *scope, t *Type) {
	if problem := t.check(t.Normalize(x.text), x.text); problem != "" {
		x.report(in, in.node.Close, "", "%s", problem)
		x.report(in, in.node.Close, "", "cvc-type.3.1.3: The value '%s' of element '%s' is not valid.", cut(x.text), in.node.QName())
	}
}

// scope is an element with those around it, for looking up namespaces and for saying where it is.
type scope struct {
	// node has no children while a document is read; Text, Mixed and Close are known once the element was read to its end.
	node     xmltree.Node
	outer    *scope
	depth    int
	declared []xmltree.Attr // its declarations of namespaces
	index    int            // its number among those of its name, 0 if there can be only one
	children int            // that were looked at
	text     []string       // pieces since the last tag
	closed   bool           // it was read to its end
}

// enter begins with an element, which is closed if nothing of it is left to be scanned; the root has nothing around it.
func (x *explainer) enter(outer *scope, n xmltree.Node, closed bool) *scope {
	depth := 0
	if outer != nil {
		depth = outer.depth + 1
	}
	if depth == len(x.spare) {
		x.spare = append(x.spare, new(scope))
	}
	in := x.spare[depth]
	*in = scope{node: n, outer: outer, depth: depth, text: in.text[:0], declared: in.declared[:0], closed: closed}
	for _, a := range n.Attrs() {
		if a.Name == "xmlns" || strings.HasPrefix(a.Name, "xmlns:") {
			in.declared = append(in.declared, a)
		}
	}
	return in
}

// child is the next child of an element, nil if there is none or nothing more is to be read. What is inside the child has to be
// looked at before the next call. Of a document that was read the children are at hand, of another it reads on to them.
func (x *explainer) child(in *scope) *scope {
	if in.children < len(in.node.Children) && !x.over {
		in.children++
		return x.enter(in, *in.node.Children[in.children-1], true)
	}
	for !in.closed && !x.over {
		t, err := x.scanner.Next()
		if err != nil {
			x.over = true
			return nil
		}
		switch t.Kind {
		case xmltree.Text:
			in.text = append(in.text, t.Name)
		case xmltree.StartTag, xmltree.EmptyTag:
			in.node.Mixed = in.node.Mixed || !allBlank(in.text)
			in.text = in.text[:0]
			in.children++
			return x.enter(in, xmltree.NodeOf(t), t.Kind == xmltree.EmptyTag)
		case xmltree.EndTag:
			if in.children > 0 {
				in.node.Mixed = in.node.Mixed || !allBlank(in.text)
			} else {
				in.node.Text = strings.Join(in.text, "")
			}
			in.node.Close, in.closed = int32(t.End), true
		}
	}
	return nil
}

// allBlank reports whether there is only white space in some pieces of text.
func allBlank(text []string) bool {
	return !slices.ContainsFunc(text, func(piece string) bool { return strings.Trim(piece, " \t\r\n") != "" })
}

// path is where the element is: "/CC015C/Guarantee[2]/guaranteeType".
func (s *scope) path() string {
	var steps []string
	for ; s != nil; s = s.outer {
		step := s.node.Name
		if s.index > 0 {
			step = fmt.Sprintf("%s[%d]", step, s.index)
		}
		steps = append(steps, step)
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(steps[i])
	}
	return b.String()
}

// namespace is what a prefix stands for here, "" for the default namespace's; empty for none.
func (s *scope) namespace(prefix string) string {
	attr := "xmlns"
	switch prefix {
	case "":
	case "xml":
		return "http://www.w3.org/XML/1998/namespace"
	default:
		attr = "xmlns:" + prefix
	}
	for ; s != nil; s = s.outer {
		for _, a := range s.declared {
			if a.Name == attr {
				return a.Value
			}
		}
	}
	return ""
}

// model follows a sequence: at is the element that was matched last, n how often.
type model struct {
	elements []*Element
	at, n    int
}

// accept takes the next child if the sequence allows it here.
func (m *model) accept(name string) bool {
	at, n := m.at, m.n
	for at < len(m.elements) {
		e := m.elements[at]
		if e.Name == name && n < e.Max {
			m.at, m.n = at, n+1
			return true
		}
		if n < e.Min {
			return false
		}
		at, n = at+1, 0
	}
	return false
}

// expected lists what could stand here.
func (m *model) expected() []string {
	var out []string
	for at, n := m.at, m.n; at < len(m.elements); at, n = at+1, 0 {
		e := m.elements[at]
		if n < e.Max {
			out = append(out, e.Name)
		}
		if n < e.Min {
			break
		}
	}
	return out
}

// missing lists what could stand here if the sequence must not end here, nothing otherwise.
func (m *model) missing() []string {
	for at, n := m.at, m.n; at < len(m.elements); at, n = at+1, 0 {
		if n < m.elements[at].Min {
			return m.expected()
		}
	}
	return nil
}

// cut is a client's text as it is repeated in an error.
func cut(text string) string { return xmltree.Quoted(text) }
