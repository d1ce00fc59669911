package schema

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/xmltree"
)

// explainer walks a document beside the element tree and writes down what is wrong in the order and the words of
// the real service's parser (Xerces): structure and attributes at a start tag, values and missing elements at an
// end tag; within one parent only the first error of structure; children that the parent knows at all are
// looked into even behind such an error.
type explainer struct {
	set   *Set
	data  []byte
	max   int
	end   int // if not 0, errors behind this offset are not the client's
	found []finding
}

type finding struct {
	offset        int
	message, path string
}

func (x *explainer) report(offset int, path, format string, args ...any) {
	if len(x.found) < x.max && (x.end == 0 || offset <= x.end) {
		x.found = append(x.found, finding{offset, fmt.Sprintf(format, args...), path})
	}
}

// errors gives the findings with line and column, computed in one pass over the document.
func (x *explainer) errors() []Error {
	sort.SliceStable(x.found, func(i, j int) bool { return x.found[i].offset < x.found[j].offset })
	out := make([]Error, len(x.found))
	line, start, done := 1, 0, 0
	for i, f := range x.found {
		for ; done < f.offset; done++ {
			if x.data[done] == '\n' || x.data[done] == '\r' && (done+1 == len(x.data) || x.data[done+1] != '\n') {
				line++
				start = done + 1
			}
		}
		_, column := xmltree.Position(x.data[start:f.offset], f.offset-start)
		out[i] = Error{Line: line, Column: column, Message: f.message, Path: f.path}
	}
	return out
}

func (x *explainer) root(n *xmltree.Node, expected string) {
	e := x.set.Root(n.Name)
	in := &scope{node: n}
	if e == nil || expected != "" && n.Name != expected || in.namespace(n) != x.set.namespace {
		x.report(n.Open, "/"+n.Name, "cvc-elt.1.a: Cannot find the declaration of element '%s'.", cut(n.QName()))
		return
	}
	x.element(n, e, "/"+n.Name, in)
}

// scope is an element with those around it, for looking up namespaces.
type scope struct {
	node  *xmltree.Node
	outer *scope
}

// namespace is the namespace of the element's name, empty for none.
func (s *scope) namespace(n *xmltree.Node) string {
	attr := "xmlns"
	if n.Prefix != "" {
		attr = "xmlns:" + n.Prefix
	}
	for ; s != nil; s = s.outer {
		if space, ok := s.node.Attr(attr); ok {
			return space
		}
	}
	return ""
}

// element looks at one element whose declaration is known.
func (x *explainer) element(n *xmltree.Node, e *Element, path string, in *scope) {
	x.attributes(n, e, path)
	if e.Leaf() {
		if len(n.Children) > 0 {
			x.report(n.Close, path, "cvc-type.3.1.2: Element '%s' is a simple type, so it must have no element information item [children].", cut(n.QName()))
		}
		x.value(n, e, path)
		return
	}
	m := model{elements: e.Children}
	broken := false
	count := map[string]int{}
	for _, child := range n.Children {
		inner := &scope{child, in}
		declared, name := e.Child(child.Name), cut(child.QName())
		if space := inner.namespace(child); space != "" || child.Prefix != "" {
			declared, name = nil, fmt.Sprintf(`{"%s":%s}`, cut(space), cut(child.Name))
		}
		if !broken && (declared == nil || !m.accept(child.Name)) {
			broken = true
			x.unexpected(child, name, m, path)
		}
		if declared == nil {
			continue
		}
		count[child.Name]++
		childPath := path + "/" + child.Name
		if declared.Max > 1 {
			childPath = fmt.Sprintf("%s[%d]", childPath, count[child.Name])
		}
		x.element(child, declared, childPath, inner)
	}
	if n.Mixed || len(n.Children) == 0 && strings.Trim(n.Text, " \t\r\n") != "" {
		x.report(n.Close, path, "cvc-complex-type.2.3: Element '%s' cannot have character [children], because the type's content type is element-only.", cut(n.QName()))
	}
	if missing := m.missing(); !broken && len(missing) > 0 {
		x.report(n.Close, path, "cvc-complex-type.2.4.b: The content of element '%s' is not complete. One of '{%s}' is expected.", n.QName(), strings.Join(missing, ", "))
	}
}

// unexpected reports a child that may not stand where the sequence has come to. Behind as many elements of one name
// as are allowed, the parser puts it down to their number whatever the child's name is.
func (x *explainer) unexpected(n *xmltree.Node, name string, m model, path string) {
	path += "/" + n.Name
	expected := strings.Join(m.expected(), ", ")
	full := m.at < len(m.elements) && m.elements[m.at].Max > 1 && m.n >= m.elements[m.at].Max
	switch {
	case full && expected == "":
		x.report(n.Open, path, "cvc-complex-type.2.4.f: '%s' can occur a maximum of '%d' times in the current sequence. This limit was exceeded. No child element is expected at this point.", name, m.elements[m.at].Max)
	case full:
		x.report(n.Open, path, "cvc-complex-type.2.4.e: '%s' can occur a maximum of '%d' times in the current sequence. This limit was exceeded. At this point one of '{%s}' is expected.", name, m.elements[m.at].Max, expected)
	case expected == "":
		x.report(n.Open, path, "cvc-complex-type.2.4.d: Invalid content was found starting with element '%s'. No child element is expected at this point.", name)
	default:
		x.report(n.Open, path, "cvc-complex-type.2.4.a: Invalid content was found starting with element '%s'. One of '{%s}' is expected.", name, expected)
	}
}

func (x *explainer) attributes(n *xmltree.Node, e *Element, path string) {
	for _, a := range n.Attrs {
		switch {
		case a.Name == "xmlns" || strings.HasPrefix(a.Name, "xmlns:") || strings.HasPrefix(a.Name, "xsi:"):
		case e.PhaseID != nil && a.Name == "PhaseID":
			value := collapse(a.Value)
			if problem := e.PhaseID.check(value); problem != "" {
				x.report(n.Open, path+"/@PhaseID", "%s", problem)
				x.report(n.Open, path+"/@PhaseID", "cvc-attribute.3: The value '%s' of attribute 'PhaseID' on element '%s' is not valid with respect to its type, '%s'.", cut(value), n.QName(), e.PhaseID.Name)
			}
		case e.Leaf():
			x.report(n.Open, path, "cvc-type.3.1.1: Element '%s' is a simple type, so it cannot have attributes, excepting those whose namespace name is identical to 'http://www.w3.org/2001/XMLSchema-instance' and whose [local name] is one of 'type', 'nil', 'schemaLocation' or 'noNamespaceSchemaLocation'. However, the attribute, '%s' was found.", n.QName(), cut(a.Name))
		default:
			x.report(n.Open, path, "cvc-complex-type.3.2.2: Attribute '%s' is not allowed to appear in element '%s'.", cut(a.Name), n.QName())
		}
	}
}

func (x *explainer) value(n *xmltree.Node, e *Element, path string) {
	value := e.Type.Normalize(n.Text)
	if problem := e.Type.check(value); problem != "" {
		x.report(n.Close, path, "%s", problem)
		x.report(n.Close, path, "cvc-type.3.1.3: The value '%s' of element '%s' is not valid.", cut(value), n.QName())
	}
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

// maxQuoted is how many characters of a client's text are repeated in an error, so that errors stay small
// whatever was sent.
const maxQuoted = 1000

func cut(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	end := maxQuoted
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
