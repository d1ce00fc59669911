package script

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// Timer is the timer of a movement with which a script acts by itself.
const Timer = "scenario_step"

// Run is a scenario that is followed, and how far.
type Run struct {
	Scenario *scenario.Scenario
	// Keeper is the kind of the movement that keeps the position.
	Keeper message.Kind
	At     movement.Script
}

// Event is what happens to one of the movements that follow the scenario.
type Event struct {
	// Side is the kind of the movement that it happens to. Partner is the movement's id if it is not the keeper.
	Side    message.Kind
	Partner string
	// Kind, Name and By are those of the movement's event.
	Kind movement.EventKind
	Name string
	By   string
}

// Meaning is what an event means to a script.
type Meaning int

// Meanings of events.
const (
	// Strange is what the script does not wait for: the movement leaves it and is handled by the usual process.
	Strange Meaning = iota
	// Awaited is what the step waits for.
	Awaited
	// Echo is what one side tells the other because of the step.
	Echo
	// Turn is the script's own timer: it acts now, see [Run.Act].
	Turn
	// Early is a timer of the office that the script has not come to: it is paused until then.
	Early
	// Idle is the script's own timer when there is nothing to do.
	Idle
)

// Version tells the texts of a scenario apart.
func Version(s *scenario.Scenario) string {
	h := fnv.New64a()
	_, _ = h.Write(s.Text)
	return fmt.Sprintf("%016x", h.Sum64())
}

// Step is the step that is waited for or under way, nil past the last one.
func (r Run) Step() *scenario.Step {
	if r.At.Step >= len(r.Scenario.Steps) {
		return nil
	}
	return &r.Scenario.Steps[r.At.Step]
}

// Follows reports whether the position is one in the scenario: a scenario whose text has changed has no place for it.
func (r Run) Follows() bool {
	return r.At.Status == movement.Following && r.At.Version == Version(r.Scenario) && r.Step() != nil
}

// Meaning says what an event means.
func (r Run) Meaning(e Event) Meaning {
	if e.Kind == movement.EventTimer {
		return r.timer(e)
	}
	switch {
	case e.Kind == movement.EventSide && r.At.Echoes > 0:
		return Echo
	case !r.At.Begun && r.awaits(e):
		return Awaited
	}
	return Strange
}

func (r Run) timer(e Event) Meaning {
	st := r.Step()
	switch {
	case e.Name == Timer && r.side() == e.Side && r.At.Echoes == 0:
		return Turn
	case e.Name == Timer:
		return Idle
	case !r.At.Begun && st.Form == scenario.FormTimer && st.Timer.Name == e.Name && st.Timer.At == e.Side:
		return Awaited
	}
	return Early
}

// awaits reports whether the step waits for the event. An officer may do by hand what the script would do, and
// somebody else inject what it would inject.
func (r Run) awaits(e Event) bool {
	st := r.Step()
	switch e.Kind {
	case movement.EventMessage:
		return st.Form == scenario.FormTrader && st.Trader.Send.Code == e.Name && st.Trader.Send.Kind == e.Side
	case movement.EventAction:
		return st.Form == scenario.FormOfficer && st.Officer.Verb == e.Name && st.Officer.At == e.Side && !st.Officer.Refused
	case movement.EventInject:
		return st.Form == scenario.FormInject && st.Inject.Type.Code == e.Name && st.Inject.Type.Kind == e.Side && st.Inject.Repeat == 1
	}
	return false
}

// Act is what the script does when its turn has come.
type Act struct {
	// Officer is an officer's action, nil if messages are sent.
	Officer *scenario.Officer
	// Send are the messages that go out now, in order, all of them to the movement of the event.
	Send []scenario.Message
}

// Act says what the script does now at the side whose turn it is.
func (r Run) Act() Act {
	st := r.Step()
	if st.Form == scenario.FormOfficer {
		return Act{Officer: st.Officer}
	}
	rest := messages(st)[len(r.At.Sent):]
	return Act{Send: together(rest, r.side(), true)}
}

// Replaces reports whether the scenario itself answers to the event of this step, and what it sends at once at the
// event's side.
func (r Run) Replaces(e Event) (send []scenario.Message, yes bool) {
	answer := r.Scenario.Replaced(r.At.Step)
	if answer == nil {
		return nil, false
	}
	return together(messages(answer), e.Side, false), true
}

// messages are all messages of an inject or respond step, one by one.
func messages(st *scenario.Step) []scenario.Message {
	list := st.Respond
	if st.Form == scenario.FormInject {
		list = []scenario.Message{*st.Inject}
	}
	var out []scenario.Message
	for _, m := range list {
		out = append(out, slices.Repeat([]scenario.Message{m}, m.Repeat)...)
	}
	return out
}

// together is the beginning of a list that goes out to one side at once. The first message may have had its delay
// already.
func together(list []scenario.Message, side message.Kind, waited bool) []scenario.Message {
	n := 0
	for n < len(list) && list[n].Type.Kind == side && (list[n].Delay == 0 || n == 0 && waited) {
		n++
	}
	return list[:n]
}

// side is where the script acts next by itself, "" if it does not.
func (r Run) side() message.Kind {
	st := r.Step()
	switch st.Form {
	case scenario.FormOfficer:
		if !r.At.Begun {
			return st.Officer.At
		}
	case scenario.FormInject, scenario.FormRespond:
		if all := messages(st); len(r.At.Sent) < len(all) {
			return all[len(r.At.Sent)].Type.Kind
		}
	}
	return ""
}

// delay is how long the script waits before it acts.
func (r Run) delay() time.Duration {
	st := r.Step()
	switch st.Form {
	case scenario.FormInject:
		if len(r.At.Sent) == 0 {
			return st.After + st.Inject.Delay
		}
		return st.Inject.Delay
	case scenario.FormRespond:
		return messages(st)[len(r.At.Sent)].Delay
	}
	return st.After
}

// Joins reports whether a movement that the message creates goes on with the scenario: one of the steps to come sends
// it.
func (r Run) Joins(created message.Type) bool {
	if !r.Follows() {
		return false
	}
	from := r.At.Step
	if r.At.Begun {
		from++
	}
	return slices.ContainsFunc(r.Scenario.Steps[from:], func(st scenario.Step) bool {
		return st.Trader != nil && st.Trader.Send.Code == created.Code
	})
}

// has reports whether a movement of the kind follows the scenario.
func (r Run) has(k message.Kind) bool {
	return r.Keeper == k || k == message.Arrival && r.At.Partner != ""
}

// WaitsFor says in a few words what the script waits for.
func (r Run) WaitsFor() string {
	st := r.Step()
	switch {
	case st == nil:
		return ""
	case r.At.Echoes > 0:
		return "the other side to hear of it"
	case st.Form == scenario.FormTrader:
		return "the trader to send " + st.Trader.Send.Code
	case st.Form == scenario.FormTimer:
		return "timer " + st.Timer.Name + " to fire"
	case st.Form == scenario.FormOfficer:
		return "the time of the officer's " + st.Officer.Verb
	}
	if rest := messages(st)[len(r.At.Sent):]; len(rest) > 0 {
		return "the time to send " + rest[0].Type.Code
	}
	return ""
}
