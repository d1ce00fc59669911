package jsonmessage

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
)

// dataFiles holds what the schema tree does not know of HMRC's JSON schemas:
//
//   - types.tsv: the definitions of leaves, with their keywords; a row may be for some messages only.
//   - differences.tsv: where a message's JSON schema has another type name, required element or limit than its XML schema.
//
// Both are for what traders send, as nothing else is ever validated as JSON.
//
//go:embed data
var dataFiles embed.FS

// Validator is the JSON schemas of the messages of traders in one phase. It is safe for concurrent use.
type Validator struct{ roots map[string]*group }

// leaf is the definition of a value.
type leaf struct {
	name                 string
	number, wholeNumber  bool // otherwise a string
	enum                 []string
	format               string
	minLength, maxLength int // -1 for none
	minimum, maximum     string
	pattern              *pattern
	anyOf                []pattern
}

// group is the definition of an object.
type group struct {
	name       string
	properties map[string]*property
	// order is that in which the validator looks at the properties, the key # included.
	order []string
	// required are the names that must be there, sorted.
	required []string
}

// property is a member of a group: a group or a leaf, or an array of them.
type property struct {
	group    *group
	leaf     *leaf
	array    bool
	minItems int
	maxItems int // 0 for no limit
}

// pattern is a regular expression of the schema, in its own notation and as it is matched here.
type pattern struct {
	text   string
	regexp *regexp.Regexp
}

// NewValidator makes the validator of a phase from its schema tree. The error is a mistake in the data of this package.
func NewValidator(c *message.Catalogue, p message.Phase) (*Validator, error) {
	r, err := newSchemaReader(p)
	if err != nil {
		return nil, err
	}
	v := &Validator{roots: map[string]*group{}}
	for _, t := range p.Types() {
		root := c.Schema(p, t.Root)
		if t.Role == message.FromCustoms || root == nil {
			continue
		}
		r.root, r.made = t.Root, map[string]*leaf{}
		g, err := r.group(root, t.Root)
		if err != nil {
			return nil, fmt.Errorf("JSON schema of %s in phase %s: %w", t.Root, p, err)
		}
		v.roots[t.Root] = g
	}
	return v, nil
}

// schemaReader turns the schema tree of one message after the other into definitions.
type schemaReader struct {
	version     string
	types       map[string][][]string
	differences map[string]string // by message path and what differs
	root        string
	made        map[string]*leaf
}

// Columns of types.tsv.
const (
	colVersion = iota
	colName
	colMessages
	colType
	colEnum
	colFormat
	colMaxLength
	colMaximum
	colMinLength
	colMinimum
	colPattern
	colAnyOf
	columns
)

func newSchemaReader(p message.Phase) (*schemaReader, error) {
	r := &schemaReader{version: p.APIVersion(), types: map[string][][]string{}, differences: map[string]string{}}
	for _, row := range readTable("data/types.tsv") {
		if len(row) != columns {
			return nil, fmt.Errorf("types.tsv: %d columns in the row of %s, want %d", len(row), row[colName], columns)
		}
		if row[colVersion] == r.version {
			r.types[row[colName]] = append(r.types[row[colName]], row)
		}
	}
	for _, row := range readTable("data/differences.tsv") {
		if row[0] == r.version {
			r.differences[row[2]+" "+row[3]] = row[5]
		}
	}
	return r, nil
}

// readTable gives the rows of a table without its head.
func readTable(name string) [][]string {
	data, err := dataFiles.ReadFile(name)
	if err != nil {
		panic(err) // embedded
	}
	var rows [][]string
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if i > 0 {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// differs is what the JSON schema has otherwise than the XML schema at a path.
func (r *schemaReader) differs(path, what, usual string) string {
	if other, ok := r.differences[path+" "+what]; ok {
		return other
	}
	return usual
}

const yes = "yes"

func yesIf(b bool) string {
	if b {
		return yes
	}
	return "no"
}

func (r *schemaReader) group(e *schema.Element, path string) (*group, error) {
	g := &group{name: r.differs(path, "type", e.TypeName), properties: map[string]*property{}}
	var mistakes []error // all of them, for whoever adds a message
	for _, c := range e.Children {
		at := path + "/" + c.Name
		p, err := r.property(c, at)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		g.properties[c.Name] = p
		if r.differs(at, "required", yesIf(c.Min > 0)) == yes {
			g.required = append(g.required, c.Name)
		}
	}
	if e.PhaseID != nil {
		l, err := r.leaf(e.PhaseID.Name)
		if err != nil {
			mistakes = append(mistakes, err)
		}
		g.properties[phaseIDKey] = &property{leaf: l}
	}
	slices.Sort(g.required)
	var names []string
	for name := range g.properties {
		names = append(names, name)
	}
	g.order = hashOrder(names)
	return g, errors.Join(mistakes...)
}

func (r *schemaReader) property(e *schema.Element, path string) (*property, error) {
	p := &property{array: e.Max > 1}
	if p.array {
		p.minItems = e.Min
		if r.version != message.Phase5.APIVersion() {
			p.maxItems = e.Max
		}
		limit := r.differs(path, "maxItems", strconv.Itoa(p.maxItems))
		if limit == "" {
			limit = "0"
		}
		var err error
		if p.maxItems, err = strconv.Atoi(limit); err != nil {
			return nil, fmt.Errorf("maxItems of %s: %w", path, err)
		}
	}
	var err error
	if e.Leaf() {
		p.leaf, err = r.leaf(r.differs(path, "type", e.TypeName))
	} else {
		p.group, err = r.group(e, path)
	}
	return p, err
}

// hintRow says how a type gets the row that it needs.
func (r *schemaReader) hintRow(name string) string {
	if rows := r.types[name]; len(rows) > 0 {
		return "add " + r.root + " to the messages of the row for " + rows[0][colMessages] + ", if it is the same there"
	}
	return "add one like that of a similar type"
}

func (r *schemaReader) leaf(name string) (*leaf, error) {
	if l := r.made[name]; l != nil {
		return l, nil
	}
	i := slices.IndexFunc(r.types[name], func(row []string) bool {
		return row[colMessages] == "" || slices.Contains(strings.Fields(row[colMessages]), r.root)
	})
	if i < 0 {
		r.made[name] = &leaf{name: name} // said once
		return nil, fmt.Errorf("simulator/jsonmessage/data/types.tsv has no row of %s in version %s that holds for %s; hint: %s", name, r.version, r.root, r.hintRow(name))
	}
	row := r.types[name][i]
	l := &leaf{
		name: name, wholeNumber: row[colType] == string(Integer), number: row[colType] == string(Number),
		format: row[colFormat], minimum: row[colMinimum], maximum: row[colMaximum], minLength: -1, maxLength: -1,
	}
	if row[colEnum] != "" {
		l.enum = strings.Split(row[colEnum], ", ")
	}
	for column, into := range map[int]*int{colMinLength: &l.minLength, colMaxLength: &l.maxLength} {
		if row[column] == "" {
			continue
		}
		var err error
		if *into, err = strconv.Atoi(row[column]); err != nil {
			return nil, fmt.Errorf("length of %s: %w", name, err)
		}
	}
	if row[colPattern] != "" {
		made, err := newPattern(row[colPattern])
		if err != nil {
			return nil, err
		}
		l.pattern = &made
	}
	for text := range strings.SplitSeq(row[colAnyOf], " OR ") {
		if text == "" {
			continue
		}
		made, err := newPattern(text)
		if err != nil {
			return nil, err
		}
		l.anyOf = append(l.anyOf, made)
	}
	r.made[name] = l
	return l, nil
}

// java rewrites what a regular expression of Java has otherwise: control characters, the line tabulation in \s, and the
// end, which may stand before one line end.
var java = strings.NewReplacer(`\u00`, `\x`, `\v-\f`, `\x0b-\x0c`, `\s`, `\s\x0b`)

const javaEnd = `(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z`

func newPattern(text string) (pattern, error) {
	expression, ends := strings.CutSuffix(text, "$")
	expression = java.Replace(expression)
	if ends {
		expression += javaEnd
	}
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return pattern{}, fmt.Errorf("pattern %s: %w", text, err)
	}
	return pattern{text, compiled}, nil
}

// hashOrder is the order in which the validator looks at properties: that of a Java HashMap which was filled with the key #
// and then with the names, sorted (docs/spec/messages.md#json-bodies).
func hashOrder(names []string) []string {
	slices.Sort(names)
	names = append([]string{textKey}, names...)
	capacity := 16
	for len(names)*4 > capacity*3 {
		capacity *= 2
	}
	bucket := func(name string) int {
		var h uint32
		for _, c := range []byte(name) { // names are ASCII
			h = 31*h + uint32(c)
		}
		return int((h ^ h>>16) & uint32(capacity-1))
	}
	slices.SortStableFunc(names, func(a, b string) int { return bucket(a) - bucket(b) })
	return names
}
