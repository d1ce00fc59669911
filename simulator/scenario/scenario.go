package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/yamlform"
)

// Mode says which business rules of phase 5 a scenario needs (docs/spec/process.md#2, decisive date).
type Mode string

// Modes. Phase 6 knows Final only.
const (
	Final      Mode = "final"
	Transition Mode = "transition"
)

// Problem is one mistake in a scenario file, or in a message beside one.
type Problem = yamlform.Problem

// Problems are the mistakes of one or more files, in the order of the files and of their lines.
type Problems = yamlform.Problems

// Scenario is a checked scenario file. It is read-only once it was parsed and safe for concurrent use.
type Scenario struct {
	ID, Title, Description string
	// Tags are the words by which its author picks it; see [Selection].
	Tags []string
	// Movement is the side that the scenario is about and that End speaks of.
	Movement message.Kind
	// Phases are in ascending order, without repetition.
	Phases []message.Phase
	// Mode is empty in phase 4, which has no modes.
	Mode  Mode
	Match Match
	Steps []Step
	// End is the state after the last step, "" for any.
	End movement.State

	// File and Line are where the scenario stands, Text is the file byte for byte.
	File string
	Line int
	Text []byte
}

// Match says which new movements find the scenario besides those that name its id. Both may be empty.
type Match struct {
	LRN *regexp.Regexp
	// Fields must all fit.
	Fields []FieldPattern
}

// FieldPattern is a regular expression for the element at a path.
type FieldPattern struct {
	Path    string
	Pattern *regexp.Regexp
}

// Form says what kind of step a step is.
type Form string

// Forms of a step; the text is the key in the file.
const (
	FormTrader  Form = "trader"
	FormOfficer Form = "officer"
	FormTimer   Form = "timer"
	FormRespond Form = "respond"
	FormInject  Form = "inject"
	FormFault   Form = "fault"
)

// Step is one step. Of the pointers, the one of its form is set.
type Step struct {
	// Number counts from 1; Line is where the step begins in the file.
	Number, Line int
	Form         Form
	Trader       *Trader
	Officer      *Officer
	Timer        *Timer
	// Respond replaces everything that the step before it makes the office send. It follows a step of the
	// form trader, officer or timer, which has no Expect of its own; see [Scenario.Replaced].
	Respond []Message
	Inject  *Message
	Fault   *Fault

	// After is how long after the step before it happens, on the simulator's clock.
	After time.Duration
	// Expect is everything that customs sends because of the step, in order over both sides. Steps of the
	// forms respond and inject expect what they name.
	Expect []Expected
	// State and ArrivalState are the states of the two movements afterwards, "" for any.
	State, ArrivalState movement.State
	Checks              []Check
}

// String names the step in journals and reports: "step 2 (officer control)".
func (s Step) String() string { return fmt.Sprintf("step %d (%s)", s.Number, s.what()) }

func (s Step) what() string {
	switch s.Form {
	case FormTrader:
		return "trader sends " + s.Trader.Send.Code
	case FormOfficer:
		return "officer " + s.Officer.Verb
	case FormTimer:
		return "timer " + s.Timer.Name
	case FormInject:
		return "inject " + s.Inject.Type.Code
	case FormFault:
		return "fault on " + s.Fault.Call
	}
	return string(s.Form)
}

// Officer is an officer's action.
type Officer struct {
	Verb string
	// With is the input of the action, checked with office.CheckInput; texts are strings.
	With map[string]any
	// At is the movement that they act on.
	At message.Kind
	// Refused says that the action must be one that the state does not allow.
	Refused bool
}

// Timer is a timer that fires.
type Timer struct {
	Name string
	At   message.Kind
}

// Assignment gives the element at a path a text.
type Assignment struct{ Path, Value string }

// Message is a message of customs that a scenario decides about.
type Message struct {
	// Type has the kind of movement that this one goes to, also where others of the type go to the other side.
	Type message.Type
	// Set and Remove change the message that the office would compose; Set comes first.
	Set    []Assignment
	Remove []string
	// Body, if not nil, is sent byte for byte instead; File is where it comes from.
	Body []byte
	File string
	// Repeat is how many times it is sent, at least 1; Delay comes before each of them.
	Repeat int
	Delay  time.Duration
	// Force sends it even if its schema refuses it.
	Force bool
}

// Fault is a fault on the wire. Exactly one of Status, Delay, Reset, Drop and Duplicate is set.
type Fault struct {
	// Call is one of CallSubmit … CallNotification.
	Call   string
	Status int
	// Delay is in real time, but that of a notification on the simulator's clock.
	Delay                  time.Duration
	Reset, Drop, Duplicate bool
	// Times is how many calls it meets, at least 1.
	Times int
}

// Ends reports whether the fault ends the call that meets it, so that nothing comes of the call.
func (f *Fault) Ends() bool { return f.Reset || f.Status > 0 }

// Expected is a message that customs sends to one side.
type Expected struct {
	Type string // "IE028"
	Side message.Kind
}

// How a file writes the side of a message.
const (
	toArrival   = " >A"
	toDeparture = " >D"
)

// String is the message as a file writes it: "IE028", or "IE025 >A" for the arrival.
func (e Expected) String() string {
	if e.Side == message.Arrival {
		return e.Type + toArrival
	}
	return e.Type
}

// For reports whether the scenario works in a phase.
func (s *Scenario) For(p message.Phase) bool { return slices.Contains(s.Phases, p) }

// Replaced is the respond step that replaces what the office sends because of step i (an index of Steps),
// nil if there is none.
func (s *Scenario) Replaced(i int) *Step {
	if i+1 < len(s.Steps) && s.Steps[i+1].Form == FormRespond {
		return &s.Steps[i+1]
	}
	return nil
}

// Opening is the first step of the trader: its message creates the movement with which the scenario begins.
func (s *Scenario) Opening() *Step {
	for i := range s.Steps {
		if s.Steps[i].Form == FormTrader {
			return &s.Steps[i]
		}
	}
	return nil
}

// Replayable reports whether a replay can play the trader: every message has something to send.
func (s *Scenario) Replayable() bool {
	return !slices.ContainsFunc(s.Steps, func(st Step) bool { return st.Trader != nil && len(st.Trader.samples) == 0 })
}
