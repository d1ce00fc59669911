package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
)

// bench judges a case by what is known of it.
type bench struct {
	Case
	catalogue *message.Catalogue
	course    course
	// messages are those that were read, by id.
	messages map[string]*Message
	// wrong are failures that were noticed already, by the index of the step.
	wrong map[int][]string
	// profile is that of the simulator.
	profile string
	// observed says that the judge made the calls that faults wait for.
	observed bool
}

// steps gives the verdict on every step. After one that failed because the scenario went no further, the others were
// not reached.
func (b bench) steps() []StepResult {
	out := make([]StepResult, len(b.Scenario.Steps))
	stopped := false
	for i := range out {
		out[i] = StepResult{Step: &b.Scenario.Steps[i], Verdict: Skipped}
		if stopped {
			continue
		}
		b.step(i, &out[i])
		stopped = !b.course.laps[i].done
	}
	if n := len(out); !stopped {
		b.end(&out[n-1])
	}
	return out
}

func (b bench) step(i int, r *StepResult) {
	l := b.course.laps[i]
	r.Journal, r.States, r.At = l.entries, l.states, l.at
	r.Messages = b.sent(l.entries)
	r.Failures = slices.Clone(b.wrong[i])
	if l.done || b.course.left == i || len(r.Came()) > 0 {
		b.compare(r)
	}
	if l.done {
		b.states(r)
		b.fault(l, r)
	}
	b.elsewhere(r)
	b.contents(r)
	b.reached(i, l, r)
	r.Verdict = Passed
	if len(r.Failures) > 0 {
		r.Verdict = Failed
	}
}

func (r *StepResult) fail(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
}

// reached: the step came to its end.
func (b bench) reached(i int, l lap, r *StepResult) {
	switch {
	case l.done:
	case b.course.left == i:
		b.leaving(r)
	case len(r.Failures) > 0:
	case l.next && r.Trader != nil:
		r.fail("the trader has not sent the %s", r.Trader.Send.Code)
	default:
		r.fail("it was not done")
	}
}

// leaving gives the simulator's reason for leaving the scenario, unless it is what was found here already.
func (b bench) leaving(r *StepResult) {
	_, why, _ := strings.Cut(b.course.why, " left: ")
	own, is := strings.CutPrefix(why, fmt.Sprintf("%s at %s:%d ", r.Step, b.Scenario.File, r.Line))
	switch {
	case !is:
		r.fail("the simulator has left the scenario: %s", why)
	case len(r.Failures) == 0 || !strings.HasPrefix(own, "says that customs sends "):
		r.fail("the simulator has left the scenario: the step %s", own)
	}
}

// sent are the messages that journal entries speak of.
func (b bench) sent(entries []movement.Entry) []Message {
	var out []Message
	for _, e := range entries {
		if e.Kind != movement.EntryMessage || e.Message == "" {
			continue
		}
		m := b.messages[e.Message]
		if m == nil {
			t, _ := message.TypeOfCode(e.Type)
			m = &Message{Side: t.Kind, Movement: e.Movement, ID: e.Message, Type: e.Type, FromCustoms: t.Role == message.FromCustoms}
		}
		seen := *m
		seen.At = e.At
		out = append(out, seen)
	}
	return out
}

// compare compares the messages of customs with those that the step expects.
func (b bench) compare(r *StepResult) {
	if came, want := r.Came(), r.Expected(); !slices.Equal(came, want) {
		r.fail("customs should send %s, but %s", listing(want), cameText(came))
	}
	for _, m := range r.Messages {
		if m.Body == nil {
			r.fail("the %s %s stands in the journal, but the trader cannot read it", m.Type, m.ID)
		}
	}
}

// elsewhere: an arrival without its departure is that of goods from elsewhere, which not every profile takes.
func (b bench) elsewhere(r *StepResult) {
	rejected := func(types []string) bool {
		return slices.ContainsFunc(types, func(t string) bool { return strings.HasPrefix(t, "IE057") || strings.HasPrefix(t, "IE008") })
	}
	settings, err := office.ProfileSettings(b.profile)
	if err != nil || settings.ForeignMovement || r.Step != b.Scenario.Opening() || r.Trader.Send.Kind != message.Arrival {
		return
	}
	if rejected(r.Came()) && !rejected(r.Expected()) {
		r.fail("the profile %s takes no goods from elsewhere, so that an arrival whose departure is not here is rejected; hint: "+
			"let the scenario begin with the IE015 of the departure, or choose another --profile: %s", b.profile, takers())
	}
}

// takers are the profiles that take goods from elsewhere.
func takers() string {
	var names []string
	for _, name := range office.Profiles {
		if s, err := office.ProfileSettings(name); err == nil && s.ForeignMovement {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func listing(types []string) string {
	if len(types) == 0 {
		return "nothing"
	}
	return strings.Join(types, ", ")
}

func cameText(types []string) string {
	if len(types) == 0 {
		return "nothing came"
	}
	return listing(types) + " came"
}

func (b bench) states(r *StepResult) {
	for _, want := range []struct {
		side  message.Kind
		state movement.State
	}{{message.Departure, r.Step.State}, {message.Arrival, r.ArrivalState}} {
		if is := r.States[want.side]; want.state != "" && is != want.state {
			r.fail("the %s should be in %s, but is in %s", want.side, want.state, orUnknown(is))
		}
	}
}

func orUnknown(s movement.State) string {
	if s == "" {
		return "no state"
	}
	return string(s)
}

// end compares the state at the end.
func (b bench) end(r *StepResult) {
	if is := r.States[b.Scenario.Movement]; b.Scenario.End != "" && is != b.Scenario.End {
		r.fail("at the end the %s should be in %s, but is in %s", b.Scenario.Movement, b.Scenario.End, orUnknown(is))
		r.Verdict = Failed
	}
}

// fault: calls have met it.
func (b bench) fault(l lap, r *StepResult) {
	f := r.Fault
	switch {
	case f == nil:
	case l.met > 0:
	case f.Call == scenario.CallNotification:
		r.Remarks = append(r.Remarks, "no notification has met the fault; without a box there are none")
	case b.observed:
		r.fail("no call has met the fault on %s", f.Call)
	default:
		r.Remarks = append(r.Remarks, "no call has met the fault on "+f.Call)
	}
}

// contents compares every message of customs with its schema and with the step's checks.
func (b bench) contents(r *StepResult) {
	documents := map[string][]*message.Document{}
	for _, m := range r.Messages {
		if !m.FromCustoms || m.Body == nil {
			continue
		}
		d, faults := b.validate(m)
		if len(faults) > 0 && !b.forced(r.Step, m) {
			r.fail("the %s %s does not fit its schema: %s", m.Type, m.ID, strings.Join(faults, "; "))
		}
		if d != nil {
			documents[m.Type] = append(documents[m.Type], d)
		}
	}
	for _, check := range r.Checks {
		for _, d := range documents[check.Type] {
			if text := check.Failure(d); text != "" {
				r.fail("%s (%s:%d)", text, b.Scenario.File, check.Line)
			}
		}
	}
}

// forced reports whether the scenario sends the message although its schema may refuse it.
func (b bench) forced(st *scenario.Step, m Message) bool {
	list := st.Respond
	if st.Inject != nil {
		list = []scenario.Message{*st.Inject}
	}
	return slices.ContainsFunc(list, func(s scenario.Message) bool { return s.Force && s.Type.Code == m.Type })
}

// mostFaults is how many schema errors of a message are shown.
const mostFaults = 3

func (b bench) validate(m Message) (d *message.Document, faults []string) {
	set := b.catalogue.Set(b.Phase)
	t, known := b.Phase.TypeOfCode(m.Type)
	if set == nil || !known {
		return nil, []string{"there is no schema for it"}
	}
	result := set.Validate(context.Background(), m.Body, schema.Options{Root: t.Root, MaxErrors: mostFaults})
	for _, e := range result.Errors {
		faults = append(faults, fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message))
	}
	if !result.Valid() {
		d, err := b.catalogue.Parse(b.Phase, m.Body)
		if err != nil {
			d = nil
		}
		return d, faults
	}
	d, err := b.catalogue.Document(b.Phase, result.Root)
	if err != nil {
		return nil, []string{err.Error()}
	}
	return d, nil
}

// verdict is that of the case.
func verdict(steps []StepResult) Verdict {
	for _, s := range steps {
		if s.Verdict != Passed {
			return Failed
		}
	}
	return Passed
}

// listsAgree compares the order of messages in a trader's lists with the journal.
func (p *player) listsAgree(c course) {
	for _, s := range p.sides {
		var journal, list []string
		last := 0
		for i, l := range c.laps {
			for _, e := range l.entries {
				if e.Kind == movement.EntryMessage && e.Message != "" && e.Movement == s.ID {
					journal, last = append(journal, e.Message), i
				}
			}
		}
		list = s.read[:min(len(journal), len(s.read))]
		if !slices.Equal(journal, list) {
			p.wrong[last] = append(p.wrong[last], fmt.Sprintf("the trader's list of messages of the %s is %s, the journal says %s",
				s.Kind, listing(list), listing(journal)))
		}
	}
}
