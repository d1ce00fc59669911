package replay

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// Case is a scenario in one of its phases.
type Case struct {
	Scenario *scenario.Scenario
	Phase    message.Phase
	// Round counts the runs of a case that is repeated, from 1; it is 0 for one that is run once.
	Round int
}

// String names the case: "DSGB6 (phase 5)", or "DSGB6 (phase 5, round 2)".
func (c Case) String() string {
	if c.Round > 0 {
		return fmt.Sprintf("%s (phase %s, round %d)", c.Scenario.ID, c.Phase, c.Round)
	}
	return fmt.Sprintf("%s (phase %s)", c.Scenario.ID, c.Phase)
}

// Repeat is every case n times, all cases of one round after those of the round before. Below 2 it changes nothing.
func Repeat(cases []Case, n int) []Case {
	if n < 2 {
		return cases
	}
	var out []Case
	for round := 1; round <= n; round++ {
		for _, c := range cases {
			c.Round = round
			out = append(out, c)
		}
	}
	return out
}

// Unsteady is a case that passed in some of its rounds and failed in others.
type Unsteady struct {
	Case
	Passed, Rounds int
	// Failed are the results of the rounds that failed, in order.
	Failed []Result
}

// FindUnsteady finds the cases that do not come to the same verdict in each round, in the order of the results.
func FindUnsteady(results []Result) []Unsteady {
	var all []*Unsteady
	index := map[Case]*Unsteady{}
	for _, r := range results {
		key := Case{Scenario: r.Scenario, Phase: r.Phase}
		u := index[key]
		if u == nil {
			u = &Unsteady{Case: key}
			index[key] = u
			all = append(all, u)
		}
		switch r.Verdict {
		case Passed:
			u.Passed++
			u.Rounds++
		case Failed:
			u.Failed = append(u.Failed, r)
			u.Rounds++
		}
	}
	var out []Unsteady
	for _, u := range all {
		if u.Passed > 0 && len(u.Failed) > 0 {
			out = append(out, *u)
		}
	}
	return out
}

// Cases are the scenarios in those of their phases that are wanted; no phase means all of them.
func Cases(list []*scenario.Scenario, phases ...message.Phase) []Case {
	var out []Case
	for _, s := range list {
		for _, p := range s.Phases {
			if len(phases) == 0 || slices.Contains(phases, p) {
				out = append(out, Case{Scenario: s, Phase: p})
			}
		}
	}
	return out
}

// Verdict is what judging comes to.
type Verdict string

// Verdicts of steps and of cases.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	// Skipped: a step that was not reached, or a case that cannot be replayed.
	Skipped Verdict = "skipped"
)

// Result is what came of a case.
type Result struct {
	Case
	Verdict Verdict
	// Why says in one sentence why the case was skipped or could not be run to its end; what failed at a step is in
	// Steps.
	Why   string
	Steps []StepResult
	// Sides are the movements, the departure first.
	Sides []Side
	// Simulator is what it was run against.
	Simulator About
	// Watched says that the trader was somebody else, and the replay only watched.
	Watched bool
	// Began is when, in real time, Took how long it took.
	Began time.Time
	Took  time.Duration
}

// StepResult is what came of a step.
type StepResult struct {
	*scenario.Step
	Verdict Verdict
	// Failures are what is wrong, one sentence each; Remarks are no failures, but worth knowing.
	Failures, Remarks []string
	// At is when the step was done, in the simulator's time; zero if it was not.
	At time.Time
	// Messages are what the trader sent and what customs sent, in order over both sides.
	Messages []Message
	// States are those of the movements afterwards, as far as they were there.
	States map[message.Kind]movement.State
	// Journal is what the movements' journals say of the step.
	Journal []movement.Entry
}

// Came are the messages of customs as a scenario writes them: "IE028", "IE025 >A".
func (r StepResult) Came() []string {
	var out []string
	for _, m := range r.Messages {
		if m.FromCustoms {
			out = append(out, scenario.Expected{Type: m.Type, Side: m.Side}.String())
		}
	}
	return out
}

// Expected are the messages that the scenario expects of customs, written in the same way.
func (r StepResult) Expected() []string {
	var out []string
	for _, e := range r.Expect {
		out = append(out, e.String())
	}
	return out
}

// Side is a movement of a case.
type Side struct {
	Kind message.Kind
	// ID is that of the movement, EORI whose it is. Wire is its id in the API of the trader, empty if that is the same.
	ID, EORI, LRN, MRN, Wire string
	State                    movement.State
}

// Known is the id by which the trader knows the movement.
func (s Side) Known() string { return cmp.Or(s.Wire, s.ID) }

// Message is a message of a case as it was read through the API, or as it was sent.
type Message struct {
	Side        message.Kind
	FromCustoms bool
	// Movement and ID are the ids of the movement and of the message. Wire is what the trader's API calls the message,
	// empty if that is the same.
	Movement, ID, Wire string
	// Type is the IE code.
	Type string
	// At is when the simulator took or sent it, in its own time.
	At time.Time
	// Body is the XML, byte for byte.
	Body []byte
}

// Known is the id by which the trader knows the message.
func (m Message) Known() string { return cmp.Or(m.Wire, m.ID) }

// About is the simulator that a case was run against.
type About struct {
	Version string `json:"version"`
	Profile string `json:"profile"`
	// Clock is real, scaled or manual.
	Clock string `json:"clock"`
	Seed  uint64 `json:"seed"`
	// URL is empty for a simulator in this process.
	URL string `json:"url,omitempty"`
}

// Failure is the first thing that is wrong with a case that did not pass, in one line.
func (r Result) Failure() string {
	for _, s := range r.Steps {
		if len(s.Failures) > 0 {
			return fmt.Sprintf("%s: %s", s.Step, s.Failures[0])
		}
	}
	return r.Why
}

// Messages are all messages of the case, in order.
func (r Result) Messages() []Message {
	var out []Message
	for _, s := range r.Steps {
		out = append(out, s.Messages...)
	}
	return out
}
