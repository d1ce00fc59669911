package script_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/fixtures"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

func TestScript(t *testing.T) {
	suite.Run(t, "script")
}

var reader = sync.OnceValue(func() *scenario.Reader {
	return scenario.NewReader(simtest.Catalogue(), fixtures.Files)
})

// of is a scenario with steps.
func of(kind message.Kind, steps ...string) *scenario.Scenario {
	GinkgoHelper()
	text := fmt.Sprintf("id: TEST\ntitle: A test\nmovement: %s\nphases: [5]\nsteps:\n", kind)
	for _, s := range steps {
		text += "  - " + strings.ReplaceAll(s, "\n", "\n    ") + "\n"
	}
	s, err := reader().Parse("test.yaml", []byte(text), nil)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// departing is a departure that begins to follow a scenario.
func departing(steps ...string) *follower {
	GinkgoHelper()
	s := of(message.Departure, steps...)
	at, notes := script.Begin(s, message.Departure, 0)
	return &follower{Run: script.Run{Scenario: s, Keeper: message.Departure, At: at}, last: script.Progress{At: at, Notes: notes}, states: map[message.Kind]movement.State{}}
}

// travelling is a departure whose scenario goes on to the arrival.
func travelling(steps ...string) *follower {
	GinkgoHelper()
	s := of(message.Arrival, steps...)
	at, notes := script.Begin(s, message.Departure, 0)
	return &follower{Run: script.Run{Scenario: s, Keeper: message.Departure, At: at}, last: script.Progress{At: at, Notes: notes}, states: map[message.Kind]movement.State{}}
}

// follower lets things happen to movements that follow a scenario.
type follower struct {
	script.Run
	last   script.Progress
	states map[message.Kind]movement.State
}

// happens lets an event happen that makes customs send messages, and says what it meant.
func (f *follower) happens(e script.Event, sent ...string) script.Meaning {
	GinkgoHelper()
	return f.leadsTo(e, script.Outcome{Sent: sent})
}

func (f *follower) leadsTo(e script.Event, o script.Outcome) script.Meaning {
	GinkgoHelper()
	if o.States == nil {
		o.States = f.states
	}
	m := f.Meaning(e)
	f.last = f.After(e, m, o)
	f.At = f.last.At
	return m
}

// notes are the journal's lines of the last event.
func (f *follower) notes() string {
	var b strings.Builder
	for _, n := range f.last.Notes {
		fmt.Fprintf(&b, "%s [%s] (%s)\n", n.Text, n.Mark, n.Why)
	}
	return b.String()
}

// at is the number of the step.
func (f *follower) at() int { return f.At.Step + 1 }

// Events.

func sends(code string) script.Event {
	t, _ := message.TypeOfCode(code)
	return script.Event{Side: t.Kind, Kind: movement.EventMessage, Name: code}
}

// notifies is the IE007 of a new arrival.
func notifies(id string) script.Event {
	e := sends("IE007")
	e.Partner = id
	return e
}

func acts(side message.Kind, verb string) script.Event {
	return script.Event{Side: side, Kind: movement.EventAction, Name: verb, By: "officer"}
}

func fires(side message.Kind, timer string) script.Event {
	return script.Event{Side: side, Kind: movement.EventTimer, Name: timer}
}

func turns(side message.Kind) script.Event { return fires(side, script.Timer) }

func tells(to message.Kind, what string) script.Event {
	return script.Event{Side: to, Kind: movement.EventSide, Name: what, By: "office of destination"}
}

func injects(side message.Kind, typ string) script.Event {
	return script.Event{Side: side, Kind: movement.EventInject, Name: typ, By: "test support"}
}
