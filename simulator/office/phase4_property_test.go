package office_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
)

// TestAnyPhase4Story lets random things happen to a movement of phase 4 and checks after each that the office has kept
// to its process.
func TestAnyPhase4Story(t *testing.T) {
	gomega.RegisterTestingT(t) // for the helpers that expect something
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]message.Kind{message.Departure, message.Arrival}).Draw(t, "kind")
		profile := rapid.SampledFrom(office.Profiles).Draw(t, "profile")
		var changes []func(*office.Settings)
		if rapid.IntRange(0, 4).Draw(t, "bad guarantee") == 0 {
			changes = append(changes, withoutGuarantees)
		}
		s := newPhase4Story(kind, profile, changes...)
		if rapid.Bool().Draw(t, "other side here") {
			s.complete = departedAs(rapid.SampledFrom(office.StatesOf(message.Phase4, message.Departure)).Draw(t, "departure"))
		}
		procedure := rapid.SampledFrom([]string{"simplified", "normal"}).Draw(t, "procedure")
		open := phase4Declares(procedure)
		if kind == message.Arrival {
			open = notifies(procedure)
		}
		open(s)
		s.phase4Consistent(t)
		for range rapid.IntRange(0, 14).Draw(t, "events") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "minutes")) * time.Minute)
			s.phase4Anything(t)
			s.phase4Consistent(t)
		}
	})
}

// phase4Anything lets one thing happen, at random. What ends a movement ends it for good, unless somebody speaks for
// customs or the trader at destination notifies the arrival anew.
func (s *story) phase4Anything(t *rapid.T) {
	before := s.m
	switch rapid.SampledFrom([]string{"message", "message", "action", "action", "timer", "other side", "injection"}).Draw(t, "what") {
	case "message":
		if s.phase4Message(t) || s.office.Settings().Silent {
			return // the API moves the movement
		}
	case "action":
		s.phase4Action(t, rapid.SampledFrom(office.Verbs()).Draw(t, "action"))
	case "timer":
		for _, timer := range slices.Clone(s.m.Timers) {
			if !timer.Paused() {
				s.fire(timer.Name)
				break
			}
		}
	case "other side":
		hears(rapid.SampledFrom([]string{"goods_released", "arrival_accepted", "major_discrepancies"}).Draw(t, "told"))(s)
	case "injection":
		types := slices.DeleteFunc(slices.Clone(message.Phase4.Types()), func(m message.Type) bool {
			return !m.Of(s.m.Kind) || m.Role != message.FromCustoms
		})
		if rapid.IntRange(0, 5).Draw(t, "refusal") == 0 && s.m.Kind == message.Departure {
			refusesCancellation(s)
			return
		}
		s.inject(rapid.SampledFrom(types).Draw(t, "type").Code, nil)
		return
	}
	if before.State.Terminal() && s.m.State != before.State {
		t.Fatalf("%s was the end, but then came %s\n%s", before.State, s.m.State, s.why())
	}
}

// phase4Message lets the trader send something, and reports whether it was a notification.
func (s *story) phase4Message(t *rapid.T) bool {
	if s.m.Kind == message.Arrival {
		if rapid.IntRange(0, 3).Draw(t, "again") == 0 {
			notifies(rapid.SampledFrom([]string{"simplified", "normal"}).Draw(t, "procedure"))(s)
			return true
		}
		flag := func(name string) string { return rapid.SampledFrom([]string{"0", "1"}).Draw(t, name) }
		phase4Remarks("clean", set("UNLREMREM/ConREM65", flag("conform")), set("UNLREMREM/UnlComREM66", flag("complete")))(s)
		return false
	}
	switch rapid.SampledFrom([]string{"IE014", "IE014", "IE054", "foreign"}).Draw(t, "message") {
	case "IE014":
		phase4Withdraws(s)
	case "IE054":
		asksRelease(rapid.SampledFrom([]string{"0", "1"}).Draw(t, "wanted"))(s)
	default:
		phase4WithdrawsOf("19IT02110010007827")(s)
	}
	return false
}

// phase4Action tries an action twice from the same start: it is possible exactly if it is listed, and nothing but the
// outcome tells.
func (s *story) phase4Action(t *rapid.T, action string) {
	e := movement.Event{Kind: movement.EventAction, Name: action, By: "officer"}
	c := s.caseOf(e)
	before := cmpClone(c.Movement)
	allowed := slices.Contains(s.office.Actions(s.m), action)
	first, err := s.office.Handle(c)
	second, again := s.office.Handle(s.caseOf(e))
	if fmt.Sprint(err) != fmt.Sprint(again) || cmp.Diff(first, second) != "" || cmp.Diff(before, c.Movement) != "" {
		t.Fatalf("%s in state %s: the same case gave another outcome, or was changed", action, s.m.State)
	}
	var wrong *office.Refused
	var input *office.InputError
	if errors.As(err, &wrong) != !allowed && !errors.As(err, &input) {
		t.Fatalf("%s in state %s: listed %v, but %v", action, s.m.State, allowed, err)
	}
	if err == nil {
		must(s.happen(e))
	}
}

// phase4Consistent are the rules that hold after every event.
func (s *story) phase4Consistent(t *rapid.T) {
	if !slices.Contains(office.StatesOf(message.Phase4, s.m.Kind), s.m.State) {
		t.Fatalf("state %q is not one of the process", s.m.State)
	}
	for _, e := range s.last.Emit {
		typ, known := message.Phase4.TypeOfCode(e.Type)
		if !known || !typ.Of(s.m.Kind) || typ.Role != message.FromCustoms {
			t.Fatalf("%s is not a message to the trader of the %s", e.Type, s.m.Kind)
		}
		if e.Answers != "" && s.docs[e.Answers] == nil {
			t.Fatalf("%s answers %s, which was never sent", e.Type, e.Answers)
		}
		for _, f := range e.Content.Errors {
			if !slices.Contains([]string{"12", "15", "92"}, f.Code) || strings.HasPrefix(f.Pointer, "/") {
				t.Fatalf("error %+v is none of phase 4", f)
			}
		}
	}
	for _, timer := range s.m.Timers {
		runs := map[string]bool{office.OfficerWait: true, office.AutoRelease: s.m.State == movement.Phase4MrnAllocated || s.m.Remembered == movement.Phase4MrnAllocated}
		if !runs[timer.Name] || timer.Paused() != (s.m.State == movement.Phase4CancellationRequest && timer.Name == office.AutoRelease) {
			t.Fatalf("timer %+v in state %s\n%s", timer, s.m.State, s.why())
		}
	}
	aside := []movement.State{movement.Phase4CancellationRequest, movement.Phase4CancellationNack, movement.Phase4CancellationDecision}
	if s.m.Remembered != "" && !slices.Contains(aside, s.m.State) {
		t.Fatalf("state %s remembers %s", s.m.State, s.m.Remembered)
	}
	over := s.m.State.Terminal() || s.m.State == movement.Phase4CancellationDecision && s.m.Remembered == ""
	if over && (len(s.m.Timers) > 0 || len(s.office.Actions(s.m)) > 0) {
		t.Fatalf("state %s is the end, but there are timers %v and actions %v", s.m.State, s.m.Timers, s.office.Actions(s.m))
	}
	if s.m.MRN != "" && s.m.Kind == message.Departure {
		if err := movement.CheckMRN(s.m.MRN); err != nil {
			t.Fatal(err)
		}
	}
}
