package replay

import (
	"fmt"
	"io"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Explain says what is wrong with a case that did not pass: for each step that failed what was expected, what came, and
// what the journals say about it. It is empty for one that passed.
func (r Result) Explain() string {
	if r.Verdict == Passed {
		return ""
	}
	var b strings.Builder
	reached := 0
	for _, s := range r.Steps {
		if s.Verdict == Skipped {
			continue
		}
		reached++
		if s.Verdict == Failed {
			r.explainStep(&b, s)
		}
	}
	if n := len(r.Steps) - reached; n > 0 && reached > 0 {
		fmt.Fprintf(&b, "%s not reached\n", counted(n, "more step was", "more steps were"))
	}
	if r.Why != "" {
		fmt.Fprintln(&b, r.Why)
	}
	return b.String()
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (r Result) explainStep(w io.Writer, s StepResult) {
	fmt.Fprintf(w, "%s at %s:%d\n", s.Step, r.Scenario.File, s.Line)
	fmt.Fprintf(w, "  expected  %s\n", outcome(s.Expected(), s.Step.State, s.ArrivalState))
	fmt.Fprintf(w, "  came      %s\n", outcome(s.Came(), s.States[message.Departure], s.States[message.Arrival]))
	for _, f := range s.Failures {
		fmt.Fprintf(w, "  - %s\n", f)
	}
	r.explainJournal(w, s.Journal)
}

// explainJournal shows what is not about the scenario itself, and each reason once where it holds for several entries.
func (r Result) explainJournal(w io.Writer, journal []movement.Entry) {
	why, begun := "", false
	for _, e := range journal {
		if e.Mark != "" && e.Mark != movement.MarkMet {
			continue
		}
		if !begun {
			fmt.Fprintln(w, "  journal:")
			begun = true
		}
		if e.Why == why {
			e.Why = ""
		} else {
			why = e.Why
		}
		fmt.Fprintf(w, "    %s\n", line(e, len(r.Sides) > 1))
	}
}

// outcome is messages and states in a few words: "IE928, IE028; departure ACCEPTED".
func outcome(types []string, departure, arrival movement.State) string {
	text := listing(types)
	for _, s := range []struct {
		kind  message.Kind
		state movement.State
	}{{message.Departure, departure}, {message.Arrival, arrival}} {
		if s.state != "" {
			text += fmt.Sprintf("; %s %s", s.kind, s.state)
		}
	}
	return text
}

// line is a journal entry for people.
func line(e movement.Entry, sides bool) string {
	text := e.At.UTC().Format("15:04:05.000") + "  "
	if sides {
		text += e.Movement + "  "
	}
	text += e.Text
	if e.Why != "" {
		text += " (" + e.Why + ")"
	}
	return text
}
