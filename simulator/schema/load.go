// Package schema reads the XML schemas of the messages and reports whether a document obeys them.
//
// Each phase's files become two things: a libxml2 validator, compiled once and shared by everybody, and a
// tree of elements in Go (Element), which is where the rest of the simulator takes the order, repetition
// and type of every element from.
//
// What libxml2 accepts is valid. When it is against the document, or when there is something in it that the real
// service's parser judges otherwise, the element tree is walked again in Go to say what is wrong and where in the words
// that clients of the real service get (docs/spec/api-2.1-3.0.md#5-1). What the walk has nothing against is valid.
package schema

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/lestrrat-go/libxml2/xsd"

	"nctsim/simulator/libxml"
	"nctsim/simulator/xmltree"
)

// Set is the schemas of one phase. It is safe for concurrent use.
type Set struct {
	namespace string
	validator *xsd.Schema
	roots     map[string]*Element
	types     map[string]definition // by name, those of a message's file with localMark and the message behind it
	slots     chan struct{}
}

// compiling is held while the first schema is compiled, since libxml2 sets up its built-in types then.
var compiling sync.Mutex

// Load reads all schema files in a folder ("phase5") and compiles them together: every file of a phase has
// the same opening tag, so their contents make one schema. A compile in one piece takes a thirtieth of the time
// and memory of one for every message. The types in the file of a message get its name behind their own, since
// another message may have another type of that name.
func Load(files fs.FS, dir string) (*Set, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.xsd"))
	if err != nil {
		return nil, fmt.Errorf("list schemas in %s: %w", dir, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no schema files in %s", dir)
	}
	reader := treeReader{types: map[string]*Type{}, groups: map[string]*xmltree.Node{}, read: map[string]*Element{}}
	var driver bytes.Buffer
	var roots []*xmltree.Node
	for i, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		tree, err := xmltree.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("parse schema %s: %w", name, err)
		}
		if root := tree.Child("element"); root != nil {
			if data, tree, err = makeLocal(data, tree, root); err != nil {
				return nil, fmt.Errorf("parse schema %s: %w", name, err)
			}
		}
		if i == 0 {
			driver.Write(data[tree.Start:tree.Open])
		}
		for _, n := range tree.Children {
			switch n.Name {
			case "include":
				continue
			case "simpleType":
				reader.simple = append(reader.simple, n)
			case "complexType":
				name, _ := n.Attr("name")
				reader.groups[name] = n
			case "element":
				roots = append(roots, n)
			default:
				return nil, fmt.Errorf("schema %s uses xs:%s, which the tree reader does not know", name, n.Name)
			}
			driver.Write(data[n.Start:n.Close])
			driver.WriteByte('\n')
		}
		if reader.namespace, _ = tree.Attr("targetNamespace"); i == len(names)-1 {
			driver.WriteString("</" + tree.QName() + ">")
		}
	}
	set := &Set{namespace: reader.namespace, roots: map[string]*Element{}, types: map[string]definition{}, slots: make(chan struct{}, runtime.NumCPU())}
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
	compiling.Lock()
	defer compiling.Unlock()
	libxml.Init()
	set.validator, err = xsd.Parse(driver.Bytes())
	if err != nil {
		return nil, fmt.Errorf("compile schemas of %s: %w", dir, err)
	}
	return set, nil
}

// localMark stands between the name of a type in a message's file and the name of the message. No type has it in its name.
const localMark = "."

// makeLocal adds the name of a message to the names of the types that its file declares, and reads the result.
func makeLocal(data []byte, tree, root *xmltree.Node) ([]byte, *xmltree.Node, error) {
	message, _ := root.Attr("name")
	var renamed []string
	for _, n := range tree.Children {
		if name, ok := n.Attr("name"); ok && n != root {
			unique := name + localMark + message
			renamed = append(renamed, `Type name="`+name+`"`, `Type name="`+unique+`"`,
				` type="`+name+`"`, ` type="`+unique+`"`, ` type="ncts:`+name+`"`, ` type="ncts:`+unique+`"`)
		}
	}
	data = []byte(strings.NewReplacer(renamed...).Replace(string(data)))
	tree, err := xmltree.Parse(data)
	return data, tree, err
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
}

func (r *treeReader) readTypes() error {
	for _, n := range r.simple {
		name, _ := n.Attr("name")
		t, err := readType(n)
		if err != nil {
			return fmt.Errorf("type %s: %w", name, err)
		}
		t.Name = name
		r.types[name] = t
	}
	return nil
}

// readType reads a type after the one inside it that it restricts, if there is one.
func readType(n *xmltree.Node) (*Type, error) {
	restriction := n.Child("restriction")
	t := &Type{Length: -1, MinLength: -1, MaxLength: -1, TotalDigits: -1, FractionDigits: -1}
	if inner := restriction.Child("simpleType"); inner != nil {
		var err error
		if t, err = readType(inner); err != nil {
			return nil, err
		}
	} else {
		base, _ := restriction.Attr("base")
		builtin, ok := strings.CutPrefix(base, "xs:")
		if !ok {
			return nil, fmt.Errorf("restricts %q, want a built-in type", base)
		}
		t.Base = builtin
	}
	var patterns []string
	for _, facet := range restriction.Children {
		value, _ := facet.Attr("value")
		number, notNumber := strconv.Atoi(value)
		switch facet.Name {
		case "simpleType":
			continue
		case "pattern":
			patterns = append(patterns, value)
			continue
		case "enumeration":
			t.Enum = append(t.Enum, strings.TrimSpace(value))
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
	e := &Element{Min: 1, Max: 1}
	e.Name, _ = n.Attr("name")
	e.List, _ = n.Attr("sim:list")
	for attr, field := range map[string]*int{"minOccurs": &e.Min, "maxOccurs": &e.Max} {
		if value, ok := n.Attr(attr); ok {
			number, err := strconv.Atoi(value)
			if err != nil {
				return nil, fmt.Errorf("element %s: %s is %q, want a number", e.Name, attr, value)
			}
			*field = number
		}
	}
	name, _ := n.Attr("type")
	name = local(name)
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
	if attribute := group.Child("attribute"); attribute != nil {
		typ, _ := attribute.Attr("type")
		e.PhaseID = r.types[local(typ)]
	}
	for _, c := range group.Child("sequence").All("element") {
		child, err := r.element(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		e.Children = append(e.Children, child)
	}
	r.read[name] = e
	return e, nil
}
