package scenario

import (
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// Selection picks scenarios out of a library: each of its parts that is not empty must fit, and of the values of one
// part one is enough. The zero value picks all.
type Selection struct {
	// Tags are those of files.
	Tags []string
	// Messages are IE codes, "IE051", sent by either side.
	Messages []string
	// Outcomes are states after the last step ("released"), in capitals or small letters.
	Outcomes []string
	// Movements are the sides that scenarios are about.
	Movements []message.Kind
}

// Fits reports whether the selection picks the scenario.
func (x Selection) Fits(s *Scenario) bool {
	return picks(x.Tags, s.Tags...) && picks(x.Messages, s.Messages()...) && picks(x.Movements, s.Movement) && (len(x.Outcomes) == 0 ||
		slices.ContainsFunc(x.Outcomes, func(state string) bool { return strings.EqualFold(state, string(s.End)) }))
}

func picks[T comparable](wanted []T, has ...T) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w T) bool { return slices.Contains(has, w) })
}

// Messages are the IE codes of the messages that the scenario is about, those of both sides, each once and in the order
// in which they come up.
func (s *Scenario) Messages() []string {
	var out []string
	add := func(code string) {
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	for _, step := range s.Steps {
		if step.Trader != nil {
			add(step.Trader.Send.Code)
		}
		for _, e := range step.Expect {
			add(e.Type)
		}
		for _, m := range step.Respond {
			add(m.Type.Code)
		}
		if step.Inject != nil {
			add(step.Inject.Type.Code)
		}
	}
	return out
}
