package office_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
)

// arrivalStates are all states of docs/spec/process.md#5-1.
var arrivalStates = []movement.State{
	movement.ArrivalSubmitted, movement.AwaitingArrivalAcceptance, movement.ArrivalAccepted, movement.UnloadingPermitted,
	movement.RemarksReceived, movement.DiscrepancyPending, movement.ArrivalRejected, movement.GoodsReleased, movement.GoodsNotReleased,
}

// TestAnyTransit lets random things happen to the two sides of a transit and checks after each that both offices have
// kept to their process and still agree.
func TestAnyTransit(t *testing.T) {
	gomega.RegisterTestingT(t) // for the helpers that expect something
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(phases).Draw(t, "phase")
		profile := rapid.SampledFrom(office.Profiles).Draw(t, "profile")
		// A silent office leaves the declaration alone, so that nothing could arrive.
		setUp := profile
		if profile == "silent" {
			setUp = "trader-test"
		}
		tr := newTransit(p, setUp, func(o *office.Settings) {
			o.Timers[office.ResolveDiscrepancies] = o.Timers[office.Presentation]
		})
		if profile == "silent" {
			tr.arrival.office = newStory(p, profile).office
		}
		injected := false
		if rapid.IntRange(0, 4).Draw(t, "from elsewhere") == 0 {
			tr.foreign()
		}
		tr.arrived = rapid.IntRange(0, 9).Draw(t, "arrived before") == 0
		must(tr.reports(rapid.SampledFrom([]string{"simplified", "normal"}).Draw(t, "procedure")))
		for range rapid.IntRange(0, 10).Draw(t, "events") {
			tr.later(time.Duration(rapid.IntRange(0, 3).Draw(t, "minutes")) * time.Minute)
			injected = tr.anything(t) || injected
			tr.consistent(t, injected)
		}
	})
}

// anything lets one thing happen, at random, and reports whether it was an injection.
func (tr *transit) anything(t *rapid.T) bool {
	side := tr.arrival
	if rapid.IntRange(0, 2).Draw(t, "side") == 0 {
		side = tr.departure
	}
	switch rapid.SampledFrom([]string{"remarks", "remarks", "action", "action", "action", "officer waits", "injection"}).Draw(t, "what") {
	case "remarks":
		flag := func(name string) string { return rapid.SampledFrom([]string{"0", "1"}).Draw(t, name) }
		edits := []edit{conform(flag("conform")), completion(flag("completion")), seals(flag("seals"))}
		if rapid.IntRange(0, 4).Draw(t, "no seals") == 0 {
			edits = append(edits, remove(sealsPath))
		}
		must(tr.remarks(edits...))
	case "action":
		tr.anyAction(t, side)
	case "officer waits":
		for _, timer := range slices.Clone(side.m.Timers) {
			if !timer.Paused() {
				must(tr.step(side, func() error { side.fire(timer.Name); return nil }))
				break
			}
		}
	case "injection":
		types := slices.DeleteFunc(slices.Clone(message.Phase6.Types()), func(m message.Type) bool {
			return m.Kind != side.m.Kind || m.Role != message.FromCustoms || m.Code == "IE028"
		})
		side.inject(rapid.SampledFrom(types).Draw(t, "type").Code, nil)
		return true
	}
	return false
}

// anyAction tries an action twice from the same start: it is possible exactly if it is listed, and nothing but the
// outcome tells.
func (tr *transit) anyAction(t *rapid.T, side *story) {
	action := rapid.SampledFrom(office.Verbs()).Draw(t, "action")
	e := movement.Event{Kind: movement.EventAction, Name: action, By: "officer"}
	c := side.caseOf(e)
	before := cmpClone(c.Movement)
	allowed := slices.Contains(side.office.Actions(side.m), action)
	first, err := side.office.Handle(c)
	second, again := side.office.Handle(side.caseOf(e))
	if fmt.Sprint(err) != fmt.Sprint(again) || cmp.Diff(first, second) != "" || cmp.Diff(before, c.Movement) != "" {
		t.Fatalf("%s in state %s: the same case gave another outcome, or was changed", action, side.m.State)
	}
	var refused *office.Refused
	if errors.As(err, &refused) != !allowed {
		t.Fatalf("%s in state %s: listed %v, but %v", action, side.m.State, allowed, err)
	}
	if err == nil {
		must(tr.act(side, action, nil))
	}
}

// together are the states in which the departure may be while the arrival is in a state, as long as nobody injects
// messages. A terminal state of the departure may have come before the arrival.
var together = map[movement.State][]movement.State{
	movement.ArrivalAccepted:    {movement.Arrived},
	movement.UnloadingPermitted: {movement.Arrived},
	movement.RemarksReceived:    {movement.Arrived},
	movement.DiscrepancyPending: {movement.Discrepancies},
	movement.GoodsReleased:      {movement.WrittenOff},
	movement.GoodsNotReleased:   {movement.Recovery, movement.WrittenOff},
}

func (tr *transit) consistent(t *rapid.T, injected bool) {
	a, d := tr.arrival.m, tr.departure.m
	if !slices.Contains(arrivalStates, a.State) || !slices.Contains(declared, d.State) {
		t.Fatalf("states %s and %s", a.State, d.State)
	}
	if a.Facts.Foreign {
		if d.State != movement.Released && d.Facts.Released.IsZero() {
			t.Fatalf("the arrival is from elsewhere, but the departure is %s", d.State)
		}
	} else if want, bound := together[a.State]; bound && !injected && !slices.Contains(want, d.State) {
		t.Fatalf("the arrival is %s and the departure %s\n%s", a.State, d.State, tr.why())
	}
	for _, s := range []*story{tr.arrival, tr.departure} {
		if s.m.State.Terminal() && (len(s.m.Timers) > 0 || len(s.office.Actions(s.m)) > 0) {
			t.Fatalf("state %s is the end, but there are timers %v and actions %v", s.m.State, s.m.Timers, s.office.Actions(s.m))
		}
		for _, e := range s.last.Emit {
			typ, known := message.TypeOfCode(e.Type)
			if !known || typ.Kind != s.m.Kind || typ.Role != message.FromCustoms {
				t.Fatalf("%s went to the %s", e.Type, s.m.Kind)
			}
			if e.Answers != "" && s.docs[e.Answers] == nil {
				t.Fatalf("%s answers %s, which was never sent", e.Type, e.Answers)
			}
			for _, f := range e.Content.Errors {
				s.resolves(t, e, f.Pointer)
			}
		}
	}
	for _, timer := range a.Timers {
		waits := []movement.State{movement.AwaitingArrivalAcceptance, movement.ArrivalAccepted, movement.RemarksReceived}
		if timer.Name != office.OfficerWait || !slices.Contains(waits, a.State) {
			t.Fatalf("timer %+v in state %s", timer, a.State)
		}
	}
	if a.Facts.Continued > 9 {
		t.Fatalf("the unloading was continued %d times", a.Facts.Continued)
	}
	if waiting := a.State == movement.RemarksReceived; waiting && a.Facts.Remarks == "" && !injected {
		t.Fatalf("state %s without remarks", a.State)
	}
}
