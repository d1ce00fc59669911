package yamlform

// Form is what a value looks like in YAML.
type Form int

// Forms of values.
const (
	Empty Form = iota
	Scalar
	Sequence
	Mapping
)

// String says it as an error does: "a list".
func (f Form) String() string {
	return [...]string{"nothing", "a single value", "a list", "a group of keys"}[f]
}

// Node is a value of a file with its place. Texts are as they are written: 015 stays "015". Its methods may be called on nil,
// which is what a value that is not there gives.
type Node struct {
	Form    Form
	Text    string
	Quoted  bool
	Items   []*Node
	Entries []Entry
	// Line and Column count from 1, columns in characters.
	Line, Column int
	// Bad marks a value that a problem was reported about; who reads the tree leaves it alone.
	Bad bool
}

// Entry is one key of a mapping with its value.
type Entry struct{ Key, Value *Node }

// Get is the value of a key, nil if the key is missing or its value is bad.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Bad {
		return nil
	}
	for _, e := range n.Entries {
		if e.Key.Text == key {
			if e.Value.Bad {
				return nil
			}
			return e.Value
		}
	}
	return nil
}

// Has reports whether a key is there, whatever its value.
func (n *Node) Has(key string) bool { return n.Key(key) != nil }

// Key is the key itself, for its place.
func (n *Node) Key(key string) *Node {
	if n == nil {
		return nil
	}
	for _, e := range n.Entries {
		if e.Key.Text == key {
			return e.Key
		}
	}
	return nil
}

// String is the text of a scalar, "" for anything else.
func (n *Node) String() string {
	if n == nil || n.Bad {
		return ""
	}
	return n.Text
}

// List is the items of a sequence that are not bad.
func (n *Node) List() []*Node {
	if n == nil || n.Bad {
		return nil
	}
	var out []*Node
	for _, item := range n.Items {
		if !item.Bad {
			out = append(out, item)
		}
	}
	return out
}

// Table is the entries of a mapping whose values are not bad.
func (n *Node) Table() []Entry {
	if n == nil || n.Bad {
		return nil
	}
	var out []Entry
	for _, e := range n.Entries {
		if !e.Key.Bad && !e.Value.Bad {
			out = append(out, e)
		}
	}
	return out
}

// ColumnOf is the column of the nth character of a scalar.
func (n *Node) ColumnOf(nth int) int {
	if n.Quoted {
		nth++
	}
	return n.Column + nth - 1
}

// Plain is the value as encoding/json would give it, but with texts for numbers too.
func (n *Node) Plain() any {
	switch n.Form {
	case Mapping:
		out := map[string]any{}
		for _, e := range n.Entries {
			out[e.Key.Text] = e.Value.Plain()
		}
		return out
	case Sequence:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = item.Plain()
		}
		return out
	case Scalar:
		return n.Text
	}
	return nil
}
