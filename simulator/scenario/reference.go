package scenario

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// Reference is the format as Markdown: a table of keys for every group, then the words that the offices and
// the API give.
func Reference() string {
	w := &referenceWriter{}
	w.group(current.format())
	w.words()
	return w.String()
}

type referenceWriter struct {
	strings.Builder
	done []string
}

// group writes the section of a group and those of the groups inside it.
func (w *referenceWriter) group(s *shape) {
	if slices.Contains(w.done, s.name) {
		return
	}
	w.done = append(w.done, s.name)
	fmt.Fprintf(w, "### %s\n\n%s\n\n| Key | Value | Meaning |\n|---|---|---|\n", heading(s.name), s.doc)
	for _, f := range s.fields {
		fmt.Fprintf(w, "| `%s`%s | %s | %s%s |\n", f.key, required(f), value(f.shape), cell(f.doc), beside(f))
	}
	w.WriteString("\n")
	for _, f := range s.fields {
		for _, inner := range groupsIn(f.shape) {
			w.group(inner)
		}
	}
}

func heading(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func required(f field) string {
	if f.required {
		return " (required)"
	}
	return ""
}

// beside names the keys that a key needs.
func beside(f field) string {
	if len(f.with) == 0 {
		return ""
	}
	return " Stands beside `" + strings.Join(f.with, "`, `") + "`."
}

// groupsIn are the named groups that a value can hold.
func groupsIn(s *shape) []*shape {
	switch s.kind {
	case kindGroup:
		return []*shape{s}
	case kindList, kindTable:
		return groupsIn(s.item)
	case kindChoice:
		var out []*shape
		for _, c := range s.choices {
			out = append(out, groupsIn(c)...)
		}
		return out
	}
	return nil
}

// value says in a few words what a key takes.
func value(s *shape) string {
	switch s.kind {
	case kindWord:
		return wordValue(s)
	case kindNumber:
		return fmt.Sprintf("number from %d to %d", s.least, s.most)
	case kindFlag:
		return "`true` or `false`"
	case kindTrue:
		return "`true`"
	case kindDuration:
		return "duration: `2s`, `45m`, `1h30m`"
	case kindPattern:
		return "regular expression"
	case kindFree:
		return "group of keys"
	case kindList:
		return "list of: " + value(s.item)
	case kindTable:
		return tableValue(s)
	case kindGroup:
		return fmt.Sprintf("[%s](#%s)", s.name, s.name)
	case kindChoice:
		var parts []string
		for _, c := range s.choices {
			parts = append(parts, value(c))
		}
		return strings.Join(parts, ", or ")
	case kindText:
		if s.example != "" {
			return "text like `" + s.example + "`"
		}
		return "text"
	}
	return "value"
}

// fewWords is how many words a table cell takes; more of them have a section of their own.
const fewWords = 6

func wordValue(s *shape) string {
	if len(s.words) <= fewWords && !s.listed {
		return "`" + strings.Join(s.words, "`, `") + "`"
	}
	return s.noun
}

func tableValue(s *shape) string {
	key := "element path"
	if s.key != nil {
		key = value(s.key)
	}
	return key + ": " + value(s.item)
}

// words lists what the offices and the API know, for each family of phases.
func (w *referenceWriter) words() {
	w.WriteString("### Words\n\n")
	for _, f := range []*family{current, legacy} {
		fmt.Fprintf(w, "| %s | Departure | Arrival |\n|---|---|---|\n", heading(f.name))
		for _, r := range f.rows() {
			fmt.Fprintf(w, "| %s | %s | %s |\n", r.name, listed(r.of(message.Departure)), listed(r.of(message.Arrival)))
		}
		w.WriteString("\n")
	}
}

// wordRow is a sort of word.
type wordRow struct {
	name string
	of   func(message.Kind) []string
}

func (f *family) rows() []wordRow {
	return []wordRow{
		{"officer's actions", func(k message.Kind) []string { return f.verbs(k) }},
		{"timers", func(k message.Kind) []string { return f.timers(k) }},
		{"states", func(k message.Kind) []string { return f.states(k) }},
		{"messages of the trader", func(k message.Kind) []string { return f.codesOf(k, fromTrader) }},
		{"messages of customs", func(k message.Kind) []string { return f.codesOf(k, fromCustoms) }},
	}
}

func (f *family) codesOf(k message.Kind, of func(message.Type) bool) []string {
	return f.codes(func(t message.Type) bool { return t.Kind == k && of(t) })
}

func listed(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return "`" + strings.Join(words, "`, `") + "`"
}
