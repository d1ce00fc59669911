package office_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

func TestOffice(t *testing.T) {
	suite.Run(t, "office")
}

// start is when every story begins.
var start = time.Date(2026, 3, 2, 9, 15, 0, 459e6, time.UTC)

var phases = []message.Phase{message.Phase5, message.Phase6}

// edit changes a message before it is sent.
type edit = func(*message.Builder)

func set(path, value string) edit {
	return func(b *message.Builder) { must(b.Set(path, value)) }
}

func remove(path string) edit {
	return func(b *message.Builder) { must(b.Remove(path)) }
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// story is a movement in memory that things happen to.
type story struct {
	office *office.Office
	m      movement.Movement
	docs   map[string]*message.Document
	now    time.Time
	lrnUse bool
	last   office.Outcome
	// complete adds what comes from the other side of the transit, nil for nothing.
	complete func(*office.Case)
}

func newStory(p message.Phase, profile string, change ...func(*office.Settings)) *story {
	s, err := office.ProfileSettings(profile)
	must(err)
	for _, c := range change {
		c(&s)
	}
	return &story{
		office: office.New(s), now: start, docs: map[string]*message.Document{},
		m: movement.Movement{ID: "65e2f0a1b2c3d4e5", Kind: message.Departure, Phase: p, State: movement.Submitted, Created: start},
	}
}

func (s *story) caseOf(e movement.Event) office.Case {
	e.Movement, e.At = s.m.ID, s.now
	f := s.m.Facts
	c := office.Case{
		Movement: s.m, Event: e, Now: s.now, LRNInUse: s.lrnUse,
		Message: s.docs[e.Message], Original: s.docs[f.Original], Declaration: s.docs[f.Declaration], Presentation: s.docs[f.Presentation],
		Stream: clock.NewSource(1).Stream("event", s.m.ID, fmt.Sprint(s.m.Handled)),
	}
	if s.complete != nil {
		s.complete(&c)
	}
	return c
}

func (s *story) happen(e movement.Event) error {
	out, err := s.office.Handle(s.caseOf(e))
	if err != nil {
		return err
	}
	s.last, s.m = out, out.Movement
	s.m.Handled++
	return nil
}

// send lets the trader send a message and returns its id.
func (s *story) send(d *message.Document) string {
	id := fmt.Sprintf("%016x", len(s.docs)+1)
	s.docs[id] = d
	must(s.happen(movement.Event{Kind: movement.EventMessage, Name: d.Type.Code, Message: id}))
	return id
}

func (s *story) act(action string, with map[string]any) error {
	return s.happen(movement.Event{Kind: movement.EventAction, Name: action, With: with, By: "officer"})
}

// fire moves the time to a timer of the movement and lets it fire.
func (s *story) fire(name string) {
	t, ok := s.timer(name)
	if !ok || t.Paused() {
		panic("no running timer " + name)
	}
	s.now = t.Due
	must(s.happen(movement.Event{Kind: movement.EventTimer, Name: name}))
}

func (s *story) inject(typ string, d *message.Document) {
	s.last = s.office.Injected(s.caseOf(movement.Event{Kind: movement.EventInject, Name: typ, By: "test support"}), typ, d)
	s.m = s.last.Movement
}

func (s *story) timer(name string) (movement.Timer, bool) {
	i := slices.IndexFunc(s.m.Timers, func(t movement.Timer) bool { return t.Name == name })
	if i < 0 {
		return movement.Timer{}, false
	}
	return s.m.Timers[i], true
}

// timers lists the timers: "auto_release 45m0s" with what is left of them, "auto_release paused" if they
// are paused.
func (s *story) timers() []string {
	out := []string{}
	for _, t := range s.m.Timers {
		text := t.Name + " " + t.Due.Sub(s.now).String()
		if t.Paused() {
			text = t.Name + " paused " + t.Remaining.String()
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// emitted lists the messages of the last event: "IE928 IE028".
func (s *story) emitted() string {
	var types []string
	for _, e := range s.last.Emit {
		types = append(types, e.Type)
	}
	return strings.Join(types, " ")
}

// errors lists the functional errors of the last event: "92 /CC014C N/A".
func (s *story) errors() []string {
	out := []string{}
	for _, e := range s.last.Emit {
		for _, f := range e.Content.Errors {
			out = append(out, strings.TrimSpace(strings.Join([]string{f.Code, f.Pointer, f.Reason, f.Original}, " ")))
		}
	}
	return out
}

// why is the journal of the last event as one text.
func (s *story) why() string {
	var b strings.Builder
	for _, e := range s.last.Entries {
		fmt.Fprintf(&b, "%s: %s (%s)\n", e.Kind, e.Text, e.Why)
	}
	return b.String()
}

// Messages of the trader that fit each other.

func (s *story) simplified(edits ...edit) *message.Document {
	return simtest.Edited(s.m.Phase, "ie015-simplified-gb-xi", edits...)
}

func (s *story) normal(edits ...edit) *message.Document {
	return simtest.Edited(s.m.Phase, "ie015-normal-gb-xi", edits...)
}

func (s *story) prelodged(procedure string, edits ...edit) *message.Document {
	return simtest.Edited(s.m.Phase, "ie015-prelodged-"+procedure+"-gb-xi", edits...)
}

// reference puts the number into a message that the movement goes by at the moment.
func (s *story) reference() edit {
	return func(b *message.Builder) {
		if s.m.MRN == "" {
			must(b.Set("TransitOperation/LRN", s.m.LRN))
			return
		}
		must(b.Remove("TransitOperation/LRN"))
		must(b.Set("TransitOperation/MRN", s.m.MRN))
	}
}

func (s *story) invalidation(edits ...edit) *message.Document {
	return simtest.Edited(s.m.Phase, "ie014-invalidation", append([]edit{s.reference()}, edits...)...)
}

func (s *story) presentation(edits ...edit) *message.Document {
	fits := []edit{set("TransitOperation/LRN", s.m.LRN)}
	if s.m.Procedure == movement.Normal {
		fits = append(fits, remove("TransitOperation/limitDate"))
	}
	return simtest.Edited(s.m.Phase, "ie170-presentation", append(fits, edits...)...)
}

// amendment is the current declaration as an IE013 with a flag.
func (s *story) amendment(flag string, edits ...edit) *message.Document {
	declaration := s.docs[s.m.Facts.Declaration]
	b, err := message.New(simtest.Catalogue(), s.m.Phase, "CC013C")
	must(err)
	for _, child := range declaration.Schema.Children {
		if declaration.Has(child.Name) {
			_, err := b.Copy(child.Name, declaration, child.Name)
			must(err)
		}
	}
	must(b.Set("messageType", "CC013C"))
	must(b.Set("TransitOperation/amendmentTypeFlag", flag))
	s.reference()(b)
	for _, e := range edits {
		e(b)
	}
	return b.Document()
}

// in brings a movement into a state on the usual way.
func in(state movement.State) func(*story) {
	return func(s *story) {
		switch state {
		case movement.PreLodged:
			s.send(s.prelodged("simplified"))
		case movement.AwaitingAcceptance:
			s.send(s.normal())
		case movement.Accepted:
			s.send(s.simplified())
		case movement.UnderControl:
			in(movement.Accepted)(s)
			must(s.act("control", nil))
		case movement.GuaranteeAmendment:
			in(movement.Accepted)(s)
			must(s.act("guarantee_invalid", nil))
		case movement.CancellationRequested:
			in(movement.Accepted)(s)
			s.send(s.invalidation())
		case movement.Released:
			in(movement.Accepted)(s)
			s.fire(office.AutoRelease)
		case movement.Recovery:
			in(movement.Released)(s)
			must(s.act("start_recovery", nil))
		case movement.Discrepancies:
			in(movement.Released)(s)
			s.inject("IE019", nil)
		case movement.Arrived:
			in(movement.Released)(s)
			s.m.State = movement.Arrived
		case movement.Rejected:
			s.lrnUse = true
			s.send(s.simplified())
		case movement.Cancelled:
			in(movement.PreLodged)(s)
			s.send(s.invalidation())
		case movement.NotReleased:
			in(movement.UnderControl)(s)
			must(s.act("refuse_release", nil))
		case movement.WrittenOff:
			in(movement.Released)(s)
			must(s.act("arrive", nil))
		}
		ExpectWithOffset(1, s.m.State).To(Equal(state))
	}
}
