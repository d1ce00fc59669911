package scenario

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/yamlform/yamlformtest"
)

// Reference is the format as Markdown: a table of keys for every group, then the words that the offices and
// the API give.
func Reference() string {
	return yamlformtest.Reference(vocabularies[message.GenerationPhases56].format()) + words()
}

// words lists what the offices and the API know, for each generation, the latest first.
func words() string {
	var w strings.Builder
	w.WriteString("### Words\n\n")
	for _, g := range slices.Backward(message.Generations) {
		v := vocabularies[g]
		fmt.Fprintf(&w, "| %s | Departure | Arrival |\n|---|---|---|\n", yamlformtest.Heading(g.String()))
		for _, r := range v.rows() {
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

func (v *vocabulary) rows() []wordRow {
	return []wordRow{
		{"officer's actions", func(k message.Kind) []string { return v.verbs(k) }},
		{"timers", func(k message.Kind) []string { return v.timers(k) }},
		{"states", func(k message.Kind) []string { return v.states(k) }},
		{"messages of the trader", func(k message.Kind) []string { return v.codesOf(k, fromTrader) }},
		{"messages of customs", func(k message.Kind) []string { return v.codesOf(k, fromCustoms) }},
	}
}

func (v *vocabulary) codesOf(k message.Kind, of func(message.Type) bool) []string {
	return v.codes(func(t message.Type) bool { return t.Kind == k && of(t) })
}

func listed(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return "`" + strings.Join(words, "`, `") + "`"
}
