package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/spelling"
)

// kind is what sort of value a shape is.
type kind int

const (
	kindText     kind = iota // a text
	kindValue                // any single value, taken as the text that it is written as
	kindWord                 // one of a list of words
	kindNumber               // a whole number from least to most
	kindFlag                 // true or false
	kindTrue                 // true, or the key is left out
	kindDuration             // 2s, 45m, 1h30m
	kindPattern              // a regular expression
	kindFree                 // anything; another package checks it
	kindList                 // a list of items
	kindTable                // a mapping from names that the format does not fix to items
	kindGroup                // a mapping with the keys of fields
	kindChoice               // one of several shapes of different YAML forms
)

// shape describes one sort of value in a scenario file. The same shapes check a file, make the JSON Schema
// and make the reference, so that the three cannot contradict each other.
type shape struct {
	// name makes the shape a definition of the JSON Schema and a section of the reference.
	name string
	// definition is the name of the definition where two shapes have one name.
	definition string
	doc        string
	kind       kind
	// noun is what a word is called in an error: "officer's action".
	noun  string
	words []string
	// anyCase takes a word in capitals and small letters; listed says that the reference lists the words at its end.
	anyCase, listed bool
	// explain gives the hint about a word that is none of words where it knows better than the nearest one.
	explain     func(word string) string
	least, most int
	// form is what a text must look like, example a text that does.
	form    *regexp.Regexp
	example string
	item    *shape
	// key is the shape of a table's keys, nil for element paths.
	key     *shape
	fields  []field
	oneOf   []string // keys of a group of which exactly one must stand there
	choices []*shape
}

// field is one key of a group.
type field struct {
	key, doc string
	shape    *shape
	required bool
	// with names keys one of which must stand beside this one.
	with []string
}

func (s *shape) keys() []string {
	keys := make([]string, len(s.fields))
	for i, f := range s.fields {
		keys[i] = f.key
	}
	return keys
}

func (s *shape) field(key string) (field, bool) {
	i := slices.IndexFunc(s.fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return field{}, false
	}
	return s.fields[i], true
}

// label is what an item is called: by its own name, or by what it is an item of.
func (s *shape) label(of string) string {
	if s.name == "" {
		return of
	}
	return "the " + s.name
}

// has says whether a word is one of the shape's.
func (s *shape) has(word string) bool {
	return slices.ContainsFunc(s.words, func(w string) bool { return w == word || s.anyCase && strings.EqualFold(w, word) })
}

func (s *shape) hint(word string) string {
	if s.explain != nil {
		if hint := s.explain(word); hint != "" {
			return hint
		}
	}
	return spelling.Hint(word, s.words)
}

// wants is the YAML form of the kind.
func (k kind) wants() nodeForm {
	switch k {
	case kindList:
		return sequence
	case kindTable, kindGroup:
		return mapping
	}
	return scalar
}

// check reports everything about a value that the shape alone can tell. The label says whose value it is.
func (s *source) check(n *node, as *shape, label string) {
	if n.bad || s.full() {
		return
	}
	if as.kind == kindChoice {
		s.checkChoice(n, as, label)
		return
	}
	if as.kind == kindFree {
		return
	}
	if n.form == empty {
		s.about(n, "", "%s has no value", label)
		return
	}
	if want := as.kind.wants(); n.form != want {
		s.about(n, "", "%s is %s here; it takes %s", label, n.form, want)
		return
	}
	switch as.kind {
	case kindList:
		s.checkList(n, as, label)
	case kindTable:
		s.checkTable(n, as, label)
	case kindGroup:
		s.checkGroup(n, as, label)
	default:
		s.checkScalar(n, as, label)
	}
}

func (s *source) checkChoice(n *node, as *shape, label string) {
	for _, c := range as.choices {
		if c.kind.wants() == n.form {
			s.check(n, c, c.label(label))
			return
		}
	}
	if n.form == empty {
		s.about(n, "", "%s has no value", label)
		return
	}
	var forms []string
	for _, c := range as.choices {
		forms = append(forms, c.kind.wants().String())
	}
	s.about(n, "", "%s is %s here; it takes %s", label, n.form, strings.Join(forms, " or "))
}

func (s *source) checkList(n *node, as *shape, label string) {
	if len(n.items) < as.least {
		s.about(n, "", "%s is an empty list", label)
		return
	}
	for _, item := range n.items {
		s.check(item, as.item, as.item.label(label))
	}
}

func (s *source) checkTable(n *node, as *shape, label string) {
	if len(n.entries) < as.least {
		s.about(n, "", "%s is empty", label)
		return
	}
	for _, e := range n.entries {
		if as.key != nil {
			s.check(e.key, as.key, label)
		}
		s.check(e.value, as.item, as.item.label(e.key.text))
	}
}

func (s *source) checkGroup(n *node, as *shape, label string) {
	for _, e := range n.entries {
		f, known := as.field(e.key.text)
		if s.full() {
			return
		}
		if !known {
			s.about(e.key, spelling.Hint(e.key.text, as.keys()), "%s has no key %s", label, e.key.text)
			continue
		}
		if len(f.with) > 0 && !slices.ContainsFunc(f.with, n.has) {
			s.about(e.key, "", "%s stands only beside %s", f.key, strings.Join(f.with, ", "))
			e.value.bad = true
			continue
		}
		s.check(e.value, f.shape, f.shape.label(f.key))
	}
	for _, f := range as.fields {
		if f.required && !n.has(f.key) {
			s.at(n.line, n.column, "", "%s has no %s", label, f.key)
		}
	}
	s.checkOneOf(n, as, label)
}

func (s *source) checkOneOf(n *node, as *shape, label string) {
	if len(as.oneOf) == 0 {
		return
	}
	var found []*node
	for _, e := range n.entries {
		if slices.Contains(as.oneOf, e.key.text) {
			found = append(found, e.key)
		}
	}
	switch {
	case len(found) == 0 && !n.bad:
		s.about(n, "", "%s has none of %s", label, strings.Join(as.oneOf, ", "))
	case len(found) > 1:
		n.bad = true
		s.about(found[1], "it takes one of "+strings.Join(as.oneOf, ", "), "%s has both %s and %s", label, found[0].text, found[1].text)
	}
}

func (s *source) checkScalar(n *node, as *shape, label string) {
	switch as.kind {
	case kindWord:
		if !as.has(n.text) {
			s.about(n, as.hint(n.text), "there is no %s %s", as.noun, n.text)
		}
	case kindNumber:
		if v, err := strconv.Atoi(n.text); err != nil || v < as.least || v > as.most {
			s.about(n, "", "%s is %s; it takes a whole number from %d to %d", label, n.text, as.least, as.most)
		}
	case kindFlag:
		if n.quoted || n.text != "true" && n.text != "false" {
			s.about(n, "", "%s is %s; it takes true or false", label, n.text)
		}
	case kindTrue:
		if n.quoted || n.text != "true" {
			s.about(n, "leave "+label+" out where it does not apply", "%s is %s; it takes true", label, n.text)
		}
	case kindDuration:
		if d, err := time.ParseDuration(n.text); err != nil || d < 0 {
			s.about(n, "write it as 2s, 45m or 1h30m", "%s is %s, which is no duration", label, n.text)
		}
	case kindPattern:
		s.checkPattern(n, label)
	case kindText:
		s.checkText(n, as, label)
	}
}

func (s *source) checkPattern(n *node, label string) {
	if _, err := regexp.Compile(n.text); err != nil {
		s.about(n, "the syntax is that of Go's package regexp", "%s is no regular expression: %s", label, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
}

func (s *source) checkText(n *node, as *shape, label string) {
	switch {
	case strings.TrimSpace(n.text) == "":
		s.about(n, "", "%s is empty", label)
	case as.form != nil && !as.form.MatchString(n.text):
		s.about(n, "it looks like "+as.example, "%s cannot be %s", label, n.text)
	}
}
