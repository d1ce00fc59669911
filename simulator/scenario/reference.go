package scenario

import (
	"fmt"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/yamlform"
)

// Reference is the format as Markdown: a table of keys for every group, then the words that the offices and
// the API give.
func Reference() string { return yamlform.Reference(current.format()) + words() }

// words lists what the offices and the API know, for each family of phases.
func words() string {
	var w strings.Builder
	w.WriteString("### Words\n\n")
	for _, f := range []*family{current, legacy} {
		fmt.Fprintf(&w, "| %s | Departure | Arrival |\n|---|---|---|\n", yamlform.Heading(f.name))
		for _, r := range f.rows() {
			fmt.Fprintf(&w, "| %s | %s | %s |\n", r.name, listed(r.of(message.Departure)), listed(r.of(message.Arrival)))
		}
		w.WriteString("\n")
	}
	return w.String()
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
