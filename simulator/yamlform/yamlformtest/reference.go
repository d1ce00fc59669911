package yamlformtest

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/yamlform"
)

// Reference is a format as Markdown: a table of keys for the group and for every group inside it.
func Reference(root *yamlform.Shape) string {
	w := &referenceWriter{}
	w.group(root)
	return w.String()
}

type referenceWriter struct {
	strings.Builder
	done []string
}

// group writes the section of a group and those of the groups inside it.
func (w *referenceWriter) group(s *yamlform.Shape) {
	if slices.Contains(w.done, s.Name) {
		return
	}
	w.done = append(w.done, s.Name)
	fmt.Fprintf(w, "### %s\n\n%s\n\n| Key | Value | Meaning |\n|---|---|---|\n", Heading(s.Name), s.Doc)
	for _, f := range s.Fields {
		fmt.Fprintf(w, "| `%s`%s | %s | %s%s |\n", f.Key, required(f), value(f.Shape), cell(f.Doc), beside(f))
	}
	w.WriteString("\n")
	for _, f := range s.Fields {
		for _, inner := range groupsIn(f.Shape) {
			w.group(inner)
		}
	}
}

// Heading is a name as the heading of a section has it.
func Heading(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func required(f yamlform.Field) string {
	if f.Required {
		return " (required)"
	}
	return ""
}

// beside names the keys that a key needs.
func beside(f yamlform.Field) string {
	if len(f.With) == 0 {
		return ""
	}
	return " Only beside `" + strings.Join(f.With, "`, `") + "`."
}

// groupsIn are the named groups that a value can hold.
func groupsIn(s *yamlform.Shape) []*yamlform.Shape {
	switch s.Kind {
	case yamlform.Group:
		return []*yamlform.Shape{s}
	case yamlform.List, yamlform.Table:
		return groupsIn(s.Item)
	case yamlform.Choice:
		var out []*yamlform.Shape
		for _, c := range s.Choices {
			out = append(out, groupsIn(c)...)
		}
		return out
	}
	return nil
}

// value says in a few words what a key takes.
func value(s *yamlform.Shape) string {
	switch s.Kind {
	case yamlform.Word:
		return wordValue(s)
	case yamlform.Number:
		return fmt.Sprintf("number from %d to %d", s.Least, s.Most)
	case yamlform.Flag:
		return "`true` or `false`"
	case yamlform.True:
		return "`true`"
	case yamlform.Duration:
		return "duration: `2s`, `45m`, `1h30m`"
	case yamlform.Pattern:
		return "regular expression"
	case yamlform.Free:
		return "group of keys"
	case yamlform.List:
		return "list of: " + value(s.Item)
	case yamlform.Table:
		return tableValue(s)
	case yamlform.Group:
		return fmt.Sprintf("[%s](#%s)", s.Name, s.Name)
	case yamlform.Choice:
		var parts []string
		for _, c := range s.Choices {
			parts = append(parts, value(c))
		}
		return strings.Join(parts, ", or ")
	case yamlform.Text:
		if s.Example != "" {
			return "text like `" + s.Example + "`"
		}
		return "text"
	}
	return "value"
}

// fewWords is how many words a table cell takes; more of them have a section of their own.
const fewWords = 6

func wordValue(s *yamlform.Shape) string {
	if len(s.Words) <= fewWords && !s.Listed {
		return "`" + strings.Join(s.Words, "`, `") + "`"
	}
	return s.Noun
}

func tableValue(s *yamlform.Shape) string {
	key := s.KeyNoun
	if s.Key != nil {
		key = value(s.Key)
	}
	return key + ": " + value(s.Item)
}
