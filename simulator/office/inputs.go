package office

import (
	"encoding/json"
	"fmt"
	"strings"
)

// InputKey is a key of what an officer may write beside an action.
type InputKey struct {
	// Path leads to it: "motivation.code", "controls[].type".
	Path string `json:"path"`
	// List is how many groups there are at most; of such a key and of a group the other fields are empty.
	List int `json:"list,omitempty"`
	// Group says that it holds other keys.
	Group bool `json:"group,omitempty"`
	// Most is how many characters a text may have.
	Most int `json:"most,omitempty"`
	// Pattern is what a text must look like, "" for any, and Example a text that does.
	Pattern string `json:"pattern,omitempty"`
	Example string `json:"example,omitempty"`
	// CodeList is where the values come from, "" if there is no list. What is not in it is taken, too.
	CodeList string `json:"codeList,omitempty"`
	Required bool   `json:"required,omitempty"`
}

// String says in a few words what may be written there.
func (k InputKey) String() string {
	var words []string
	switch {
	case k.List > 0:
		words = append(words, fmt.Sprintf("a list of up to %d groups", k.List))
	case k.Group:
		words = append(words, "a group")
	case k.Pattern == "":
		words = append(words, fmt.Sprintf("a text of up to %d characters", k.Most))
	default:
		words = append(words, "as "+k.Example, "pattern "+k.Pattern)
	}
	if k.CodeList != "" {
		words = append(words, "code list "+k.CodeList)
	}
	if k.Required {
		words = append(words, "required")
	}
	return strings.Join(words, ", ")
}

// InputOf lists the keys of what an officer may write beside an action, groups before what is in them; false if there is no
// such action.
func InputOf(action string) (keys []InputKey, known bool) {
	fields, known := inputs[action]
	return keysOf("", fields), known
}

func keysOf(above string, fields []shape) []InputKey {
	var out []InputKey
	for _, s := range fields {
		k := InputKey{Path: above + s.key, List: s.list, Group: s.fields != nil, Required: s.required}
		if s.fields != nil {
			inside := k.Path + "."
			if s.list > 0 {
				inside = k.Path + "[]."
			}
			out = append(append(out, k), keysOf(inside, s.fields)...)
			continue
		}
		k.Most, k.Example, k.CodeList, k.Pattern = s.most, s.example, s.codeList, s.pattern
		out = append(out, k)
	}
	return out
}

// ExampleOf is an input with every key of an action, nil if it takes none.
func ExampleOf(action string) map[string]any { return exampleOf(inputs[action]) }

func exampleOf(fields []shape) map[string]any {
	if len(fields) == 0 {
		return nil
	}
	out := map[string]any{}
	for _, s := range fields {
		switch {
		case s.list > 0:
			out[s.key] = []any{exampleOf(s.fields)}
		case s.fields != nil:
			out[s.key] = exampleOf(s.fields)
		case s.example != "":
			out[s.key] = s.example
		default:
			out[s.key] = "Text"
		}
	}
	return out
}

// sample is an example of the value as JSON.
func (s shape) sample() string {
	text, err := json.Marshal(exampleOf([]shape{s})[s.key])
	if err != nil {
		return s.key // texts, groups and lists only
	}
	return string(text)
}

// FlagsOf are the arguments of nctsim officer that say the same as an input, one for each key in the order of the action.
func FlagsOf(action string) []string {
	var out []string
	example := ExampleOf(action)
	for _, s := range inputs[action] {
		if text, plain := example[s.key].(string); plain {
			out = append(out, fmt.Sprintf("--with %s=%s", s.key, quotedIfNeeded(text)))
			continue
		}
		value, err := json.Marshal(example[s.key])
		if err != nil {
			continue // texts, groups and lists only
		}
		out = append(out, fmt.Sprintf("--with '%s:=%s'", s.key, value))
	}
	return out
}

func quotedIfNeeded(text string) string {
	if strings.ContainsAny(text, " '\"$") {
		return "'" + text + "'"
	}
	return text
}
