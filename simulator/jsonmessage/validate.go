package jsonmessage

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Error is one thing that a JSON schema has against a message, in the words of the validator that HMRC uses
// (docs/spec/api-2.1-3.0.md#5-1).
type Error struct {
	// SchemaPath is the keyword that is not obeyed: "#/definitions/n1:SequenceNumberContentType/type".
	SchemaPath string
	// Message begins with the place of the value: "$.n1:CC007C.Authorisation[0].sequenceNumber: string found, integer expected".
	Message string
}

// DefaultMaxErrors is how many errors are listed if a caller does not say.
const DefaultMaxErrors = 1000

const (
	phaseIDKey = "@PhaseID"
	textKey    = "#"
	// RootPrefix stands before the name of the message.
	RootPrefix = "n1:"
)

// Knows reports whether there is a JSON schema for a root element ("CC015C").
func (v *Validator) Knows(root string) bool { return v.roots[root] != nil }

// Validate lists what the schema of a root element ("CC015C"), which must be one that the Validator knows, has against a
// value, in the order in which HMRC's validator finds it; at most that many errors.
func (v *Validator) Validate(value *Value, root string, most int) []Error {
	c := &check{most: most, seen: map[Error]bool{}}
	c.root(value, root, v.roots[root])
	return c.found
}

// place is where a value stands: a name in the object, or an index in the list, at another place. It becomes a text only if
// there is an error.
type place struct {
	in    *place // nil for the whole text
	name  string
	index int // of an item of a list
}

func (p *place) String() string {
	switch {
	case p.in == nil:
		return "$"
	case p.name != "":
		return p.in.String() + "." + p.name
	}
	return p.in.String() + "[" + strconv.Itoa(p.index) + "]"
}

// check is one validation.
type check struct {
	most  int
	found []Error
	seen  map[Error]bool
}

func (c *check) full() bool { return len(c.found) >= c.most }

// add reports an error once.
func (c *check) add(schemaPath string, at *place, text string) {
	e := Error{schemaPath, at.String() + ": " + text}
	if c.full() || c.seen[e] {
		return
	}
	c.seen[e] = true
	c.found = append(c.found, e)
}

const (
	textNotDefined = "is not defined in the schema and the schema does not allow additional properties"
	textRequired   = "is missing but it is required"
)

func expected(found, want Kind) string {
	return string(found) + " found, " + string(want) + " expected"
}

// rootKeys are the names that the object around a message may have beside the message itself. Only # is looked at.
var rootKeys = []string{"@xmlns:n1", "n1:codeList", "n1:condition", "n1:description", "n1:rule"}

func (c *check) root(v *Value, root string, g *group) {
	whole := &place{}
	if v.Kind() != Object {
		c.add("#/type", whole, expected(v.Kind(), Object))
		return
	}
	for _, name := range hashOrder(append(slices.Clone(rootKeys), RootPrefix+root)) {
		member := v.Get(name)
		switch {
		case member == nil:
		case name == textKey:
			c.text(member, &place{in: whole, name: textKey}, "#/properties/#/type")
		case name == RootPrefix+root:
			c.group(member, g, &place{in: whole, name: name})
		}
	}
	for _, m := range v.Members {
		if m.Name != RootPrefix+root && !slices.Contains(rootKeys, m.Name) && keyPattern(m.Name) != instruction && !strings.HasPrefix(m.Name, textKey) {
			c.add("#/additionalProperties", &place{in: whole, name: m.Name}, textNotDefined)
		}
	}
	c.keys(v, whole, instruction)
}

// Patterns of keys that every object may have; their values are strings.
const (
	namespaces  = `^@xmlns(:\w+)?$`
	instances   = `^@xsi:\w+$`
	instruction = `^\?\w+$`
)

// keyPattern is the pattern that a key matches, "" for none.
func keyPattern(key string) string {
	rest, found := strings.CutPrefix(key, "@xmlns")
	switch {
	case found && (rest == "" || rest[0] == ':' && isWord(rest[1:])):
		return namespaces
	case strings.HasPrefix(key, "@xsi:") && isWord(key[len("@xsi:"):]):
		return instances
	case strings.HasPrefix(key, "?") && isWord(key[1:]):
		return instruction
	}
	return ""
}

// isWord reports whether a text is one or more of Java's \w.
func isWord(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// keys looks at the values of the keys that match the patterns.
func (c *check) keys(v *Value, at *place, patterns ...string) {
	for _, p := range patterns {
		for _, m := range v.Members {
			if keyPattern(m.Name) == p {
				c.text(m.Value, &place{in: at, name: m.Name}, p+"/type")
			}
		}
	}
}

func (c *check) text(v *Value, at *place, schemaPath string) {
	if v.Kind() != String {
		c.add(schemaPath, at, expected(v.Kind(), String))
	}
}

func (c *check) group(v *Value, g *group, at *place) {
	if v.Kind() != Object {
		c.add(g.path()+"/type", at, expected(v.Kind(), Object))
		return
	}
	missing := false
	for _, name := range g.order {
		if c.full() {
			return
		}
		member := v.Get(name)
		switch {
		case member == nil:
			if !missing {
				c.required(v, g, at)
			}
			missing = true
		case name == textKey:
			c.text(member, &place{in: at, name: textKey}, g.path()+"/properties/#/type")
		default:
			c.property(member, g, &place{in: at, name: name})
		}
	}
	for _, m := range v.Members {
		if g.properties[m.Name] == nil && !strings.HasPrefix(m.Name, textKey) && keyPattern(m.Name) == "" {
			c.add(g.path()+"/additionalProperties", &place{in: at, name: m.Name}, textNotDefined)
		}
	}
	c.keys(v, at, namespaces, instances, instruction)
}

// path is the schema path of the definition.
func (g *group) path() string { return definitions + g.name }

func (l *leaf) path() string { return definitions + l.name }

const definitions = "#/definitions/" + RootPrefix

func (c *check) required(v *Value, g *group, at *place) {
	for _, name := range g.required {
		if v.Get(name) == nil {
			c.add(g.path()+"/required", &place{in: at, name: name}, textRequired)
		}
	}
}

// property looks at a member of a group.
func (c *check) property(v *Value, g *group, at *place) {
	p := g.properties[at.name]
	if !p.array {
		c.item(v, p, at)
		return
	}
	keyword := func(name string) string { return g.path() + "/properties/" + at.name + "/" + name }
	if v.Kind() != Array {
		c.add(keyword("type"), at, expected(v.Kind(), Array))
		return
	}
	for i, item := range v.Items {
		if c.full() {
			return
		}
		c.item(item, p, &place{in: at, index: i})
	}
	if p.maxItems > 0 && len(v.Items) > p.maxItems {
		c.add(keyword("maxItems"), at, "there must be a maximum of "+strconv.Itoa(p.maxItems)+" items in the array")
	}
	if len(v.Items) < p.minItems {
		c.add(keyword("minItems"), at, "there must be a minimum of "+strconv.Itoa(p.minItems)+" items in the array")
	}
}

func (c *check) item(v *Value, p *property, at *place) {
	if p.group != nil {
		c.group(v, p.group, at)
		return
	}
	c.leaf(v, p.leaf, at)
}

func (c *check) leaf(v *Value, l *leaf, at *place) {
	if v.Kind() == String {
		c.anyOf(v.Text, l, at)
	}
	if l.enum != nil && !slices.Contains(l.enum, v.Text) {
		c.add(l.path()+"/enum", at, "does not have a value in the enumeration ["+strings.Join(l.enum, ", ")+"]")
	}
	switch v.Kind() {
	case String:
		c.string(v.Text, l, at)
	case Integer, Number:
		c.number(v.Text, l, at)
	}
	switch want := l.wants(); {
	case v.Kind() == want, want == Number && v.Kind() == Integer:
	default:
		c.add(l.path()+"/type", at, expected(v.Kind(), want))
	}
}

// wants is the kind of the leaf's values.
func (l *leaf) wants() Kind {
	switch {
	case l.wholeNumber:
		return Integer
	case l.number:
		return Number
	}
	return String
}

func (c *check) anyOf(text string, l *leaf, at *place) {
	if len(l.anyOf) == 0 || slices.ContainsFunc(l.anyOf, func(p pattern) bool { return p.regexp.MatchString(text) }) {
		return
	}
	for _, p := range l.anyOf {
		c.add("anyOf/pattern", at, "does not match the regex pattern "+p.text)
	}
}

func (c *check) string(text string, l *leaf, at *place) {
	switch {
	case l.format == "date" && !isTime(text, time.DateOnly):
		c.add(l.path(), at, "does not match the date pattern - date provided is invalid.")
	case l.format == "date-time" && !isDateTime(text):
		c.add(l.path(), at, "does not match the date-time pattern - date or time provided is invalid.")
	}
	length := utf8.RuneCountInString(text)
	if l.maxLength >= 0 && length > l.maxLength {
		c.add(l.path()+"/maxLength", at, "may only be "+strconv.Itoa(l.maxLength)+" characters long")
	}
	if l.minLength >= 0 && length < l.minLength {
		c.add(l.path()+"/minLength", at, "must be at least "+strconv.Itoa(l.minLength)+" characters long")
	}
	if l.pattern != nil && !l.pattern.regexp.MatchString(text) {
		c.add(l.path()+"/pattern", at, "does not match the regex pattern "+l.pattern.text)
	}
}

// isTime reports whether a text is a date of the calendar, or a date and time, in a layout.
func isTime(text, layout string) bool {
	_, err := time.Parse(layout, text)
	return err == nil
}

// isDateTime reports whether a text is a local date and time; the seconds may be left out, or have a fraction.
func isDateTime(text string) bool {
	return isTime(text, "2006-01-02T15:04:05") || isTime(text, "2006-01-02T15:04")
}

func (c *check) number(text string, l *leaf, at *place) {
	value := decimal(text)
	if l.maximum != "" && value.Cmp(decimal(l.maximum)) > 0 {
		c.add(l.path()+"/maximum", at, "must have a maximum value of "+l.maximum)
	}
	if l.minimum != "" && value.Cmp(decimal(l.minimum)) < 0 {
		c.add(l.path()+"/minimum", at, "must have a minimum value of "+l.minimum)
	}
}

// precision is enough bits for every limit and for every number of 16 digits on either side of the point.
const precision = 256

// decimal reads a number that is one by its notation; one too large or small for a big.Float is infinite or 0.
func decimal(text string) *big.Float {
	f, _, err := big.ParseFloat(text, 10, precision, big.ToNearestEven)
	if err != nil {
		return new(big.Float).SetInf(strings.HasPrefix(text, "-"))
	}
	return f
}
