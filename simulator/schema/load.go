// Package schema reads the XML schemas of the messages and reports whether a document obeys them.
//
// Each phase's files become two things: a schema that libxml2 has compiled, and a tree of elements in Go (Element), which is
// where the rest of the simulator takes the order, repetition and type of every element from. Documents from outside are
// validated by libxml2. What it refuses is held against the tree, which says what is wrong and where in the words that clients
// of the real service get (docs/spec/api-2.1-3.0.md#5-1); messages of our own are held against the tree alone.
//
// The schemas use a small part of XML Schema: sequences of elements, and simple types that restrict built-in ones. Load refuses
// whatever else stands in them, so that nothing of a schema is passed over. Tests compare the two verdicts.
package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"nctsim/simulator/libxml"
	"nctsim/simulator/turns"
	"nctsim/simulator/xmltree"
)

// Set is the schemas of one phase. It is safe for concurrent use.
type Set struct {
	namespace string
	roots     map[string]*Element
	types     map[string]definition // by name, those of a message's file with localMark and the message behind it
	slots     *turns.Slots
	// libxml2 is the same schemas compiled for libxml2, when they are needed first: some 20 ms and 10 MB.
	libxml2 func() (*libxml.Schema, error)
}

// Load reads all schema files in a folder ("phase5"). The types in the file of a message get its name behind their own, since
// another message may have another type of that name.
func Load(files fs.FS, dir string) (*Set, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.xsd"))
	if err != nil {
		return nil, fmt.Errorf("list schemas in %s: %w", dir, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no schema files in %s", dir)
	}
	reader := treeReader{types: map[string]*Type{}, groups: map[string]*xmltree.Node{}, read: map[string]*Element{}, texts: map[string]string{}}
	var roots []*xmltree.Node
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		tree, err := xmltree.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("parse schema %s: %w", name, err)
		}
		if err := expect(tree, "schema", "include", "simpleType", "complexType", "element"); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		if root := tree.Child("element"); root != nil {
			makeLocal(tree, root)
			roots = append(roots, root)
		}
		for _, n := range tree.Children {
			name, _ := n.Attr("name")
			switch n.Name {
			case "simpleType":
				reader.simple = append(reader.simple, n)
			case "complexType":
				reader.groups[name] = n
			}
		}
		reader.namespace, _ = tree.Attr("targetNamespace")
	}
	set := &Set{namespace: reader.text(reader.namespace), roots: map[string]*Element{}, types: map[string]definition{}, slots: turns.New(runtime.NumCPU())}
	set.libxml2 = sync.OnceValues(func() (*libxml.Schema, error) { return Compile(files, dir) })
	if err := reader.readTypes(); err != nil {
		return nil, fmt.Errorf("read types of %s: %w", dir, err)
	}
	for _, n := range roots {
		e, err := reader.element(n)
		if err != nil {
			return nil, fmt.Errorf("read message of %s: %w", dir, err)
		}
		set.roots[e.Name] = e
	}
	for name, t := range reader.types {
		set.types[name] = definition{name: name, value: t}
	}
	for name, e := range reader.read {
		set.types[name] = e.definition()
	}
	return set, nil
}

// expect refuses children of a declaration that are not of the given names, and text in it.
func expect(n *xmltree.Node, what string, children ...string) error {
	if n == nil || n.Name != what {
		return fmt.Errorf("xs:%s is missing", what)
	}
	for _, c := range n.Children {
		if !slices.Contains(children, c.Name) {
			return fmt.Errorf("xs:%s holds xs:%s, which the tree reader does not know", what, c.Name)
		}
	}
	return nil
}

// expectAttributes refuses attributes of a declaration that are not of the given names.
func expectAttributes(n *xmltree.Node, names ...string) error {
	if n == nil {
		return nil
	}
	for _, a := range n.Attrs() {
		if !slices.Contains(names, a.Name) {
			return fmt.Errorf("xs:%s has the attribute %s, which the tree reader does not know", n.Name, a.Name)
		}
	}
	return nil
}

// localMark stands between the name of a type in a message's file and the name of the message. No type has it in its name.
const localMark = "."

// makeLocal adds the name of a message to the names of the types that its file declares, where they are declared and where
// they are used.
func makeLocal(tree, root *xmltree.Node) {
	message, _ := root.Attr("name")
	declared := map[string]bool{}
	for _, n := range tree.Children {
		if name, ok := n.Attr("name"); ok && n != root {
			declared[name] = true
		}
	}
	var rename func(n *xmltree.Node)
	rename = func(n *xmltree.Node) {
		attrs := slices.Clone(n.Attrs())
		for i, a := range attrs {
			typeName := a.Name == "type" || a.Name == "name" && strings.HasSuffix(n.Name, "Type")
			if typeName && declared[local(a.Value)] {
				attrs[i].Value += localMark + message
			}
		}
		n.SetAttrs(attrs)
		for _, c := range n.Children {
			rename(c)
		}
	}
	rename(tree)
}

// Namespace is the namespace of the roots, empty if they are in none; their descendants have none.
func (s *Set) Namespace() string { return s.namespace }

// Root is the declaration of a message's root element ("CC015C"), nil if the phase has no such message.
func (s *Set) Root(name string) *Element { return s.roots[name] }

// Roots lists the names of all messages in the set, sorted.
func (s *Set) Roots() []string {
	out := make([]string, 0, len(s.roots))
	for name := range s.roots {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// treeReader turns the declarations into elements; groups are read once and shared.
type treeReader struct {
	namespace string
	simple    []*xmltree.Node
	types     map[string]*Type
	groups    map[string]*xmltree.Node
	read      map[string]*Element
	// texts are the names and values that are kept, each once, so that the files need not be.
	texts map[string]string
}

// text is a copy of a text for the tree, the same one for equal texts.
func (r *treeReader) text(s string) string {
	if known, ok := r.texts[s]; ok {
		return known
	}
	s = strings.Clone(s)
	r.texts[s] = s
	return s
}

func (r *treeReader) readTypes() error {
	for _, n := range r.simple {
		name, _ := n.Attr("name")
		t, err := r.readType(n)
		if err != nil {
			return fmt.Errorf("type %s: %w", name, err)
		}
		t.Name = r.text(name)
		r.types[t.Name] = t
	}
	return nil
}

// readType reads a type after the one inside it that it restricts, if there is one.
func (r *treeReader) readType(n *xmltree.Node) (*Type, error) {
	if err := expect(n, "simpleType", "restriction"); err != nil {
		return nil, err
	}
	restriction := n.Child("restriction")
	if err := expectAttributes(restriction, "base"); err != nil {
		return nil, err
	}
	t := &Type{Length: -1, MinLength: -1, MaxLength: -1, TotalDigits: -1, FractionDigits: -1}
	if inner := restriction.Child("simpleType"); inner != nil {
		var err error
		if t, err = r.readType(inner); err != nil {
			return nil, err
		}
	} else {
		base, _ := restriction.Attr("base")
		builtin, ok := strings.CutPrefix(base, "xs:")
		if !ok {
			return nil, fmt.Errorf("restricts %q, want a built-in type", base)
		}
		t.Base = r.text(builtin)
	}
	var patterns []string
	for _, facet := range restriction.Children {
		value, _ := facet.Attr("value")
		value = r.text(value)
		number, notNumber := strconv.Atoi(value)
		switch facet.Name {
		case "simpleType":
			continue
		case "pattern":
			patterns = append(patterns, value)
			continue
		case "enumeration":
			t.Enum = append(t.Enum, r.text(strings.TrimSpace(value)))
			continue
		case "minInclusive":
			t.MinInclusive = value
			continue
		case "maxInclusive":
			t.MaxInclusive = value
			continue
		case "length":
			t.Length = number
		case "minLength":
			t.MinLength = number
		case "maxLength":
			t.MaxLength = number
		case "totalDigits":
			t.TotalDigits = number
		case "fractionDigits":
			t.FractionDigits = number
		default:
			return nil, fmt.Errorf("facet %s is not one that the tree reader knows", facet.Name)
		}
		if notNumber != nil {
			return nil, fmt.Errorf("facet %s has value %q, want a number", facet.Name, value)
		}
	}
	if len(patterns) > 0 {
		t.Patterns = append(t.Patterns, patterns)
	}
	return t, nil
}

// local is the name of a type without its prefix. In a phase without a namespace there is none.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

func (r *treeReader) element(n *xmltree.Node) (*Element, error) {
	if err := expectAttributes(n, "name", "type", "minOccurs", "maxOccurs", "sim:list"); err != nil {
		return nil, err
	}
	e := &Element{Min: 1, Max: 1}
	name, _ := n.Attr("name")
	list, _ := n.Attr("sim:list")
	e.Name, e.List = r.text(name), r.text(list)
	for attr, field := range map[string]*int{"minOccurs": &e.Min, "maxOccurs": &e.Max} {
		if value, ok := n.Attr(attr); ok {
			number, err := strconv.Atoi(value)
			if err != nil {
				return nil, fmt.Errorf("element %s: %s is %q, want a number", e.Name, attr, value)
			}
			*field = number
		}
	}
	name, _ = n.Attr("type")
	name = r.text(local(name))
	e.TypeName, _, _ = strings.Cut(name, localMark)
	if t := r.types[name]; t != nil {
		e.Type = t
		return e, nil
	}
	group := r.groups[name]
	if group == nil {
		return nil, fmt.Errorf("element %s: type %q is not declared", e.Name, name)
	}
	if known := r.read[name]; known != nil {
		e.Children, e.PhaseID = known.Children, known.PhaseID
		return e, nil
	}
	if err := r.group(e, group); err != nil {
		return nil, fmt.Errorf("element %s: %w", e.Name, err)
	}
	r.read[name] = e
	return e, nil
}

// group reads what an element of a type holds.
func (r *treeReader) group(e *Element, typ *xmltree.Node) error {
	sequence := typ.Child("sequence")
	if err := errors.Join(
		expect(typ, "complexType", "sequence", "attribute"), expectAttributes(typ, "name"),
		expect(sequence, "sequence", "element"), expectAttributes(sequence),
	); err != nil {
		return err
	}
	for _, attribute := range typ.All("attribute") {
		if err := expectAttributes(attribute, "name", "type"); err != nil {
			return err
		}
		name, _ := attribute.Attr("name")
		of, _ := attribute.Attr("type")
		if e.PhaseID = r.types[local(of)]; name != phaseIDAttr || e.PhaseID == nil {
			return fmt.Errorf("the attribute %s of type %q is not one that the tree reader knows", name, of)
		}
	}
	for _, c := range sequence.Children {
		child, err := r.element(c)
		if err != nil {
			return err
		}
		e.Children = append(e.Children, child)
	}
	return nil
}
