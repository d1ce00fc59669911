package office_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

// declared are all states of docs/spec/process.md#4-1.
var declared = []movement.State{
	movement.Submitted, movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl,
	movement.GuaranteeAmendment, movement.CancellationRequested, movement.Released, movement.Arrived, movement.Discrepancies,
	movement.Recovery, movement.Rejected, movement.Cancelled, movement.NotReleased, movement.WrittenOff,
}

// mayRun and mayStand say in which states a timer can run and be paused.
var (
	mayRun = map[string][]movement.State{
		office.AutoRelease:          {movement.Accepted},
		office.Presentation:         {movement.PreLodged},
		office.AmendGuarantee:       {movement.GuaranteeAmendment},
		office.NonArrival:           {movement.Released},
		office.ResolveDiscrepancies: {movement.Discrepancies},
		office.OfficerWait:          {movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl, movement.CancellationRequested},
	}
	mayStand = map[string][]movement.State{
		office.AutoRelease:    {movement.Accepted, movement.GuaranteeAmendment, movement.CancellationRequested},
		office.AmendGuarantee: {movement.CancellationRequested},
	}
)

// TestAnyStory lets random things happen to a movement and checks after each that the office has kept to
// its process.
func TestAnyStory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(phases).Draw(t, "phase")
		profile := rapid.SampledFrom(office.Profiles).Draw(t, "profile")
		s := newStory(p, profile, func(o *office.Settings) {
			if profile == "production" { // the timers that no profile starts
				o.Timers[office.ResolveDiscrepancies] = o.Timers[office.Presentation]
			}
		})
		s.lrnUse = rapid.IntRange(0, 9).Draw(t, "LRN in use") == 0
		name := rapid.SampledFrom([]string{
			"ie015-simplified-gb-xi", "ie015-normal-xi-gb", "ie015-prelodged-simplified-gb-xi", "ie015-prelodged-normal-xi-gb", "ie015-tir-xi",
		}).Draw(t, "declaration")
		s.send(simtest.Edited(p, name))
		s.consistent(t)
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "minutes")) * time.Minute)
			s.anything(t)
			s.consistent(t)
		}
	})
}

// anything lets one thing happen, at random.
func (s *story) anything(t *rapid.T) {
	switch rapid.SampledFrom([]string{"message", "message", "action", "action", "timer", "injection"}).Draw(t, "what") {
	case "message":
		s.purely(t, s.anyMessage(t))
	case "action":
		action := rapid.SampledFrom(office.Verbs()).Draw(t, "action")
		s.purely(t, movement.Event{Kind: movement.EventAction, Name: action, By: "officer"})
	case "timer":
		name := rapid.SampledFrom([]string{
			office.AutoRelease, office.Presentation, office.AmendGuarantee, office.NonArrival, office.ResolveDiscrepancies, office.OfficerWait,
		}).Draw(t, "timer")
		if timer, ok := s.timer(name); ok && !timer.Paused() && timer.Due.After(s.now) {
			s.now = timer.Due
		}
		s.purely(t, movement.Event{Kind: movement.EventTimer, Name: name})
	case "injection":
		types := slices.DeleteFunc(slices.Clone(message.Phase6.Types()), func(t message.Type) bool {
			return t.Kind != message.Departure || t.Role != message.FromCustoms
		})
		s.inject(rapid.SampledFrom(types).Draw(t, "type").Code, nil)
	}
}

func (s *story) anyMessage(t *rapid.T) movement.Event {
	var edits []edit
	if rapid.IntRange(0, 4).Draw(t, "reference") == 0 {
		edits = append(edits, set("TransitOperation/MRN", foreignMRN))
	}
	var d *message.Document
	switch rapid.SampledFrom([]string{"IE013", "IE014", "IE170"}).Draw(t, "message") {
	case "IE013":
		if rapid.Bool().Draw(t, "wrong guarantee") {
			edits = append(edits, set("Guarantee[1]/GuaranteeReference[1]/GRN", "24GB0000010000296"))
		}
		d = s.amendment(rapid.SampledFrom([]string{"0", "1"}).Draw(t, "flag"), edits...)
	case "IE014":
		d = s.invalidation(edits...)
	default:
		d = s.presentation()
	}
	id := fmt.Sprintf("%016x", len(s.docs)+1)
	s.docs[id] = d
	return movement.Event{Kind: movement.EventMessage, Name: d.Type.Code, Message: id}
}

// purely lets an event happen twice from the same start and checks that nothing but the outcome tells.
func (s *story) purely(t *rapid.T, e movement.Event) {
	c := s.caseOf(e)
	before := cmpClone(c.Movement)
	allowed := s.office.Actions(s.m)
	first, err := s.office.Handle(c)
	if diff := cmp.Diff(before, c.Movement); diff != "" {
		t.Fatalf("the office has changed the movement it was given: %s", diff)
	}
	second, again := s.office.Handle(s.caseOf(e))
	if fmt.Sprint(err) != fmt.Sprint(again) || cmp.Diff(first, second) != "" {
		t.Fatalf("the same case gave another outcome: %v, %v, %s", err, again, cmp.Diff(first, second))
	}
	var refused *office.Refused
	var input *office.InputError
	switch {
	case e.Kind == movement.EventAction && !slices.Contains(allowed, e.Name):
		if !errors.As(err, &refused) {
			t.Fatalf("%s in state %s: want a refusal, got %v", e.Name, s.m.State, err)
		}
		return
	case errors.As(err, &input) && e.Name == "guarantee_invalid":
		return // there may be no guarantee to speak of
	case err != nil:
		t.Fatalf("%s %s in state %s: %v", e.Kind, e.Name, s.m.State, err)
	}
	s.last, s.m = first, first.Movement
	s.m.Handled++
}

func cmpClone(m movement.Movement) movement.Movement {
	m.Timers = slices.Clone(m.Timers)
	return m
}

// consistent are the rules that hold after every event.
func (s *story) consistent(t *rapid.T) {
	if !slices.Contains(declared, s.m.State) {
		t.Fatalf("state %q is not one of the process", s.m.State)
	}
	for _, e := range s.last.Emit {
		typ, known := message.TypeOfCode(e.Type)
		if !known || typ.Kind != message.Departure || typ.Role != message.FromCustoms {
			t.Fatalf("%s is not a message to the trader of a departure", e.Type)
		}
		if e.Answers != "" && s.docs[e.Answers] == nil {
			t.Fatalf("%s answers %s, which was never sent", e.Type, e.Answers)
		}
		for _, f := range e.Content.Errors {
			s.resolves(t, e, f.Pointer)
		}
	}
	seen := map[string]bool{}
	for _, timer := range s.m.Timers {
		states := mayRun[timer.Name]
		if timer.Paused() {
			states = mayStand[timer.Name]
		}
		if !slices.Contains(states, s.m.State) || seen[timer.Name] {
			t.Fatalf("timer %+v in state %s\n%s", timer, s.m.State, s.why())
		}
		if timer.Paused() == (timer.Cause == "") {
			t.Fatalf("timer %+v does not say why it is paused", timer)
		}
		seen[timer.Name] = true
	}
	if s.m.State.Terminal() && (len(s.m.Timers) > 0 || len(s.office.Actions(s.m)) > 0) {
		t.Fatalf("state %s is the end, but there are timers %v and actions %v", s.m.State, s.m.Timers, s.office.Actions(s.m))
	}
	if s.m.MRN != "" {
		if err := movement.CheckMRN(s.m.MRN); err != nil {
			t.Fatal(err)
		}
	}
	if remembers := s.m.State == movement.CancellationRequested; remembers != (s.m.Remembered != "") {
		t.Fatalf("state %s remembers %q", s.m.State, s.m.Remembered)
	}
}

// resolves: an error points at something in the message that is rejected, or at what is missing in it.
func (s *story) resolves(t *rapid.T, e office.Emission, pointer string) {
	p, err := xmltree.ParsePath(pointer)
	if err != nil {
		t.Fatalf("pointer %q: %v", pointer, err)
	}
	root := s.docs[e.Answers].Root
	up := xmltree.Path{Root: p.Root, Steps: p.Steps[:max(len(p.Steps)-1, 0)]}
	if len(p.Find(root)) == 0 && len(up.Find(root)) == 0 {
		t.Fatalf("pointer %q leads nowhere in the %s", pointer, s.docs[e.Answers].Type.Code)
	}
}
