package yamlform

import (
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/spelling"
)

// Kind is what sort of value a shape is.
type Kind int

// Kinds of values.
const (
	Text     Kind = iota // a text
	Value                // any single value, taken as the text that it is written as
	Word                 // one of a list of words
	Number               // a whole number from Least to Most
	Flag                 // true or false
	True                 // true, or the key is left out
	Duration             // 2s, 45m, 1h30m
	Pattern              // a regular expression
	Free                 // anything; another package checks it
	List                 // a list of items
	Table                // a mapping from names that the format does not fix to items
	Group                // a mapping with the keys of Fields
	Choice               // one of several shapes of different YAML forms
)

// Shape describes one sort of value. The same shapes check a file ([File.Check]), make its JSON Schema and
// its reference (package yamlformtest), so that the three cannot contradict each other. Shapes are read-only once made.
type Shape struct {
	// Name makes the shape a definition of the JSON Schema and, of a group, a section of the reference.
	Name string
	// Definition is the name of the definition where two shapes have one name.
	Definition string
	Doc        string
	Kind       Kind
	// Noun is what a word of the list, or a key of the group, is called in an error: "officer's action", "setting".
	Noun  string
	Words []string
	// AnyCase takes a word in capitals and small letters; Listed says that the reference lists the words elsewhere.
	AnyCase, Listed bool
	// Explain gives the hint about a word that is none of Words, or a key that the group does not have, where it knows
	// better than the nearest one.
	Explain func(word string) string
	// Least and Most bound a number; Least is also how many items a list or a table has at least.
	Least, Most int
	// Wants is the hint about a value of another YAML form.
	Wants string
	// Optional takes a key without a value as one that is left out.
	Optional bool
	// Match is what a text or a value must look like, Example a text that does. Check, if not nil, says what else is wrong with a
	// single value, in words that go on behind the name of its key, and with a hint behind "; hint: ".
	Match   *regexp.Regexp
	Example string
	Check   func(text string) error
	Item    *Shape
	// Key is the shape of a table's keys, nil for any; KeyNoun is what the reference calls them then.
	Key     *Shape
	KeyNoun string
	Fields  []Field
	OneOf   []string // keys of a group of which exactly one must be there
	Choices []*Shape
}

// Field is one key of a group.
type Field struct {
	Key, Doc string
	Shape    *Shape
	Required bool
	// With names keys one of which must stand beside this one.
	With []string
}

func (s *Shape) keys() []string {
	keys := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		keys[i] = f.Key
	}
	return keys
}

func (s *Shape) field(key string) (Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// label is what an item is called: by its own name, or by what it is an item of.
func (s *Shape) label(of string) string {
	if s.Name == "" {
		return of
	}
	return "the " + s.Name
}

// has reports whether a word is one of the shape's.
func (s *Shape) has(word string) bool {
	return slices.ContainsFunc(s.Words, func(w string) bool { return w == word || s.AnyCase && strings.EqualFold(w, word) })
}

// hint says what to do about a word that is none of those known.
func (s *Shape) hint(word string, known []string) string {
	if s.Explain != nil {
		if hint := s.Explain(word); hint != "" {
			return hint
		}
	}
	return spelling.Hint(word, known)
}

// wants is the YAML form of the kind.
func (k Kind) wants() Form {
	switch k {
	case List:
		return Sequence
	case Table, Group:
		return Mapping
	}
	return Scalar
}
