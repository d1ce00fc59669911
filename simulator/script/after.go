package script

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// Outcome is what an event has led to.
type Outcome struct {
	// Sent are the messages that customs has sent, as a scenario writes them: "IE028", "IE025 >A".
	Sent []string
	// Told is how many things the other side that follows the scenario has to learn.
	Told int
	// Refused is why the office does not do what the script wants its officer to do, "" if it does.
	Refused string
	// Broken is why a message of the scenario cannot be sent.
	Broken string
	// States are the states of the movements that follow the scenario, as far as they are there.
	States map[message.Kind]movement.State
}

// Note is a line for the journal.
type Note struct {
	// Step is the number of the step that it speaks of, Mark what it says of it.
	Step      int
	Mark      movement.Mark
	Text, Why string
	// File and Line are where the step stands.
	File string
	Line int
}

// Progress is how a script goes on.
type Progress struct {
	At    movement.Script
	Notes []Note
	// Wake is where and in what time the script acts by itself, nil if it does not.
	Wake *Wake
	// Free is a timer of the office that the script has come to, nil if there is none.
	Free *scenario.Timer
}

// Wake says on which movement the timer of the script is to be set.
type Wake struct {
	Side  message.Kind
	After time.Duration
	// For says what it is for.
	For string
}

// Over reports whether the script no longer decides.
func (p Progress) Over() bool { return p.At.Status != movement.Following }

// After says how the script goes on after an event with a meaning. Early and Idle change nothing. Of a Strange
// event the outcome does not matter: the movement leaves the script because of the event.
func (r Run) After(e Event, m Meaning, o Outcome) Progress {
	p := &progress{Run: r, outcome: o}
	p.At.Sent, p.At.Faults = slices.Clone(r.At.Sent), slices.Clone(r.At.Faults)
	switch m {
	case Strange:
		p.leave(fmt.Sprintf("waited for %s, but %s", r.WaitsFor(), e))
	case Awaited:
		p.awaited(e)
	case Echo:
		p.At.Echoes--
		p.happened()
	case Turn:
		p.turn()
	}
	return Progress{At: p.At, Notes: p.notes, Wake: p.wake, Free: p.free}
}

// String says what happened, for the journal.
func (e Event) String() string {
	switch e.Kind {
	case movement.EventMessage:
		return "the trader sent " + e.Name
	case movement.EventAction:
		return "the officer's action was " + e.Name
	case movement.EventInject:
		return fmt.Sprintf("%s was injected by %s", e.Name, e.By)
	case movement.EventSide:
		return fmt.Sprintf("the %s reported %s", e.By, e.Name)
	}
	return fmt.Sprintf("%s %s came", e.Kind, e.Name)
}

// Lost is how a movement leaves a scenario that can no longer be followed.
func Lost(at movement.Script, id, why string) Progress {
	at.Status, at.Faults, at.Why = movement.Left, nil, why
	return Progress{At: at, Notes: []Note{{Step: at.Step + 1, Mark: movement.MarkLeft, Text: "scenario " + id + " left: " + why, Why: "the usual process goes on"}}}
}

// progress is a run that goes on.
type progress struct {
	Run
	outcome Outcome
	notes   []Note
	wake    *Wake
	free    *scenario.Timer
}

// awaited takes the event that the step waits for.
func (p *progress) awaited(e Event) {
	if t := p.Step().Trader; t != nil && t.Send.Role == message.Creates && e.Partner != "" {
		p.At.Partner = e.Partner
	}
	if p.Step().Form == scenario.FormInject {
		p.sent()
		return
	}
	p.answered()
}

// answered takes what customs has sent because of a trader's message, an officer's action or a timer: either what
// the office sends, or the beginning of what the scenario sends instead.
func (p *progress) answered() {
	if p.Scenario.Replaced(p.At.Step) == nil {
		p.happened()
		return
	}
	if st := p.Step(); p.standsAsSaid(st) {
		p.note(st, movement.MarkDone, st.String()+" done; the scenario itself answers", "")
		p.At.Step++
		p.sent()
	}
}

// turn takes what the script has done itself.
func (p *progress) turn() {
	st, o := p.Step(), p.outcome
	if st.Form != scenario.FormOfficer {
		p.sent()
		return
	}
	switch {
	case o.Refused != "" && st.Officer.Refused:
		p.done()
		p.arrive(p.At.Step + 1)
	case o.Refused != "":
		p.leave("cannot be done: " + o.Refused)
	case st.Officer.Refused:
		p.leave("says that the office refuses, but it would not; nothing was done")
	default:
		p.answered()
	}
}

// happened takes what the office has sent because of the step.
func (p *progress) happened() {
	p.At.Begun = true
	p.At.Sent = append(p.At.Sent, p.outcome.Sent...)
	p.At.Echoes += p.outcome.Told
	if p.At.Echoes > 0 {
		return
	}
	st := p.Step()
	if want := expected(st); !slices.Equal(p.At.Sent, want) {
		p.leave(fmt.Sprintf("says that customs sends %s, but %s came", listed(want), listed(p.At.Sent)))
		return
	}
	if p.standsAsSaid(st) {
		p.done()
		p.arrive(p.At.Step + 1)
	}
}

// sent takes messages of the scenario itself, of an inject or respond step.
func (p *progress) sent() {
	st := p.Step()
	p.At.Begun = true
	p.At.Sent = append(p.At.Sent, p.outcome.Sent...)
	switch {
	case p.outcome.Broken != "":
		p.leave(p.outcome.Broken)
	case len(p.At.Sent) < len(messages(st)):
		p.act()
	case p.standsAsSaid(st):
		p.done()
		p.arrive(p.At.Step + 1)
	}
}

func expected(st *scenario.Step) []string {
	var out []string
	for _, e := range st.Expect {
		out = append(out, e.String())
	}
	return out
}

func listed(types []string) string {
	if len(types) == 0 {
		return "nothing"
	}
	return strings.Join(types, ", ")
}

// standsAsSaid compares the states with those of the step; a difference is a reason to leave.
func (p *progress) standsAsSaid(st *scenario.Step) bool {
	for _, want := range []struct {
		side  message.Kind
		state movement.State
	}{{message.Departure, st.State}, {message.Arrival, st.ArrivalState}} {
		if is := p.outcome.States[want.side]; want.state != "" && is != want.state {
			p.leave(fmt.Sprintf("says that the %s then stands in %s, but it stands in %s", want.side, want.state, is))
			return false
		}
	}
	return true
}

// done writes down that the step is done.
func (p *progress) done() {
	st := p.Step()
	p.note(st, movement.MarkDone, fmt.Sprintf("%s done: %s", st, listed(p.At.Sent)), "")
	p.At.Begun, p.At.Sent, p.At.Echoes = false, nil, 0
}

// arrive goes on to a step. Faults are armed on the way.
func (p *progress) arrive(i int) {
	p.At.Step = i
	st := p.Step()
	if st == nil {
		p.finish()
		return
	}
	switch st.Form {
	case scenario.FormFault:
		p.At.Faults = append(p.At.Faults, movement.ArmedFault{Step: i, Left: st.Fault.Times})
		p.note(st, movement.MarkArmed, fmt.Sprintf("%s waits for a call", st), "")
		p.arrive(i + 1)
	case scenario.FormTimer:
		p.free = st.Timer
		p.note(st, movement.MarkNext, fmt.Sprintf("%s is next", st), "")
	case scenario.FormTrader:
		p.note(st, movement.MarkNext, fmt.Sprintf("%s is next", st), "")
	default:
		p.act()
	}
}

// act lets the script act when it is time.
func (p *progress) act() {
	side := p.side()
	if !p.has(side) {
		p.leave(fmt.Sprintf("needs the %s, but none follows the scenario", side))
		return
	}
	p.wake = &Wake{Side: side, After: p.delay(), For: p.Step().String()}
}

// finish is past the last step.
func (p *progress) finish() {
	s := p.Scenario
	p.At.Status = movement.Finished
	text, last := fmt.Sprintf("scenario %s is through", s.ID), &s.Steps[len(s.Steps)-1]
	if is := p.outcome.States[s.Movement]; s.End != "" && is != s.End {
		text += fmt.Sprintf(", but it ends in %s and the %s stands in %s", s.End, s.Movement, is)
	}
	p.note(last, movement.MarkThrough, text, "; the usual process goes on")
}

// leave ends the script before its end; why goes on where the step is named.
func (p *progress) leave(why string) {
	st := p.Step()
	p.At.Status, p.At.Faults = movement.Left, nil
	p.At.Why = fmt.Sprintf("%s at %s %s", st, p.place(st), why)
	p.wake, p.free = nil, nil
	p.note(st, movement.MarkLeft, fmt.Sprintf("scenario %s left: %s", p.Scenario.ID, p.At.Why), "; the usual process goes on")
}

func (p *progress) note(st *scenario.Step, mark movement.Mark, text, goesOn string) {
	p.notes = append(p.notes, Note{
		Step: st.Number, Mark: mark, Text: text, Why: "scenario " + p.Scenario.ID + ", " + p.place(st) + goesOn, File: p.Scenario.File, Line: st.Line,
	})
}

// place is where a step stands, as editors take it.
func (p *progress) place(st *scenario.Step) string {
	return fmt.Sprintf("%s:%d", p.Scenario.File, st.Line)
}
