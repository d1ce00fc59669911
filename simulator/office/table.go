package office

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// row is one line of the process table. Of all rows that fit, the first counts.
type row struct {
	From   []movement.State
	On     trigger
	Guard  guard
	Emits  []emit
	Timers []op
	To     movement.State
}

// trigger is what happens: a message of the trader, an officer's action, a timer.
type trigger struct {
	kind movement.EventKind
	name string
}

// guard is a list of conditions that must all hold; nil always holds.
type guard []condition

// condition is one word of the guard column.
type condition struct {
	name  string
	holds func(*visit) bool
}

// emit is a message of the third column: its type, what the office decides about its content, and which
// message of the trader it answers.
type emit struct {
	code    string
	content content
	answers func(*visit) string
}

func received(code string) trigger { return trigger{movement.EventMessage, code} }
func officer(verb string) trigger  { return trigger{movement.EventAction, verb} }
func expiry(timer string) trigger  { return trigger{movement.EventTimer, timer} }

func in(states ...movement.State) []movement.State { return states }
func send(list ...emit) []emit                     { return list }
func timers(list ...op) []op                       { return list }

// Pseudo-states of the last column.
const (
	unchanged  movement.State = "unchanged"
	remembered movement.State = "remembered state"
	// beforeGuarantee is the state that the guarantee problem interrupted: UNDER_CONTROL if a control was
	// announced, else ACCEPTED.
	beforeGuarantee movement.State = "previous state"
)

var (
	// cancellable are the states in which customs may cancel of its own accord (process section 6).
	cancellable = in(
		movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl,
		movement.GuaranteeAmendment, movement.CancellationRequested, movement.Released,
	)
	everyState = in(
		movement.Submitted, movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl,
		movement.GuaranteeAmendment, movement.CancellationRequested, movement.Released, movement.Arrived,
		movement.Discrepancies, movement.Recovery, movement.Rejected, movement.Cancelled, movement.NotReleased, movement.WrittenOff,
	)
)

// departures is the process of departure in phases 5 and 6: process section 4.2, line by line. The
// conditions `ok` and `errors` stand for the checks of process section 3; the IE056 of every `errors` row
// lists what they found, an error 92 included.
//
//	From | On | Guard | Emits | Timers | To
var departures = []row{
	{in(movement.Submitted), received("IE015"), guard{failed}, send(ie056), nil, movement.Rejected},
	{in(movement.Submitted), received("IE015"), guard{passed, preLodged}, send(ie928), timers(arm(Presentation)), movement.PreLodged},
	{in(movement.Submitted), received("IE015"), guard{passed, standard, simplified}, send(ie928, ie028), timers(arm(AutoRelease)), movement.Accepted},
	{in(movement.Submitted), received("IE015"), guard{passed, standard, normal}, send(ie928), nil, movement.AwaitingAcceptance},

	{in(movement.PreLodged), officer("intend_control"), nil, send(ie060Intention), nil, unchanged},
	{in(movement.PreLodged), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.PreLodged), received("IE013"), guard{passed}, send(ie004), nil, unchanged},
	{in(movement.PreLodged), received("IE014"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.PreLodged), received("IE014"), guard{passed}, send(ie009Automatic), timers(stop(Presentation)), movement.Cancelled},
	{in(movement.PreLodged), received("IE170"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.PreLodged), received("IE170"), guard{passed, simplified, delayedRelease}, send(ie028), timers(stop(Presentation), arm(AutoRelease)), movement.Accepted},
	{in(movement.PreLodged), received("IE170"), guard{passed, simplified}, send(ie028, ie029), timers(stop(Presentation), arm(NonArrival)), movement.Released},
	{in(movement.PreLodged), received("IE170"), guard{passed, normal}, send(ie028), timers(stop(Presentation)), movement.Accepted},
	{in(movement.PreLodged), expiry(Presentation), nil, send(ie056Expired), nil, movement.Rejected},

	{in(movement.AwaitingAcceptance), officer("accept"), nil, send(ie028), nil, movement.Accepted},
	{in(movement.AwaitingAcceptance), officer("reject"), nil, send(ie056ByOfficer), nil, movement.Rejected},
	{in(movement.AwaitingAcceptance), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.AwaitingAcceptance), received("IE013"), guard{passed}, send(ie004), nil, unchanged},
	{in(movement.AwaitingAcceptance), received("IE014"), guard{passed}, send(ie009Automatic), nil, movement.Cancelled},

	{in(movement.Accepted), expiry(AutoRelease), nil, send(ie029), timers(arm(NonArrival)), movement.Released},
	{in(movement.Accepted), officer("release"), nil, send(ie029), timers(stop(AutoRelease), arm(NonArrival)), movement.Released},
	{in(movement.Accepted), officer("control"), nil, send(ie060Control), timers(stop(AutoRelease)), movement.UnderControl},
	{in(movement.Accepted), officer("request_documents"), nil, send(ie060Documents), timers(pause(AutoRelease, documents)), unchanged},
	{in(movement.Accepted), officer("refuse_release"), nil, send(ie051Refused), timers(stop(AutoRelease)), movement.NotReleased},
	{in(movement.Accepted), officer("guarantee_invalid"), nil, send(ie055), timers(pause(AutoRelease, guarantee), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.Accepted), received("IE013"), guard{passed, restartsRelease}, send(ie004), timers(rearm(AutoRelease)), unchanged},
	{in(movement.Accepted), received("IE013"), guard{passed}, send(ie004), nil, unchanged},
	{in(movement.Accepted), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.Accepted), received("IE014"), guard{passed}, nil, timers(pause(AutoRelease, cancellation)), movement.CancellationRequested},
	{in(movement.Accepted), received("IE014"), guard{failed}, send(ie056), nil, unchanged},

	{in(movement.UnderControl), officer("control"), nil, send(ie060Control), nil, unchanged},
	{in(movement.UnderControl), officer("release"), nil, send(ie029), timers(arm(NonArrival)), movement.Released},
	{in(movement.UnderControl), officer("refuse_release"), nil, send(ie051Refused), nil, movement.NotReleased},
	{in(movement.UnderControl), officer("guarantee_invalid"), nil, send(ie055), timers(arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.UnderControl), received("IE014"), guard{passed}, nil, nil, movement.CancellationRequested},

	{in(movement.GuaranteeAmendment), received("IE013"), guard{passed}, send(ie004), timers(stop(AmendGuarantee), resume(guarantee)), beforeGuarantee},
	{in(movement.GuaranteeAmendment), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.GuaranteeAmendment), received("IE014"), guard{passed}, nil, timers(pause(AmendGuarantee, cancellation)), movement.CancellationRequested},
	{in(movement.GuaranteeAmendment), officer("refuse_release"), nil, send(ie051Guarantee), timers(stop(AmendGuarantee), stop(AutoRelease)), movement.NotReleased},
	{in(movement.GuaranteeAmendment), expiry(AmendGuarantee), nil, send(ie051Guarantee), timers(stop(AutoRelease)), movement.NotReleased},

	{in(movement.CancellationRequested), officer("accept_cancellation"), nil, send(ie009Accepted), timers(stopAll), movement.Cancelled},
	{in(movement.CancellationRequested), officer("refuse_cancellation"), nil, send(ie009Refused), timers(resume(cancellation)), remembered},
	{cancellable, officer("cancel"), nil, send(ie009ByCustoms), timers(stopAll), movement.Cancelled},

	{in(movement.Released), officer("arrive"), nil, send(ie045), timers(stop(NonArrival)), movement.WrittenOff},
	{in(movement.Released, movement.Arrived), officer("incident"), nil, send(ie182), nil, unchanged},
	{in(movement.Released), officer("start_recovery"), nil, send(ie035), timers(stop(NonArrival)), movement.Recovery},
	{in(movement.Released), expiry(NonArrival), nil, send(ie035), nil, movement.Recovery},
	{in(movement.Discrepancies), officer("resolve_discrepancies"), nil, send(ie045), timers(stop(ResolveDiscrepancies)), movement.WrittenOff},
	{in(movement.Discrepancies), officer("start_recovery"), nil, send(ie035), timers(stop(ResolveDiscrepancies)), movement.Recovery},
	{in(movement.Discrepancies), expiry(ResolveDiscrepancies), nil, send(ie035), nil, movement.Recovery},
	{in(movement.Recovery), officer("end_recovery"), nil, send(ie045), nil, movement.WrittenOff},

	// What the rows above leave out: every other refusal of process sections 3 and 4.3.
	{everyState, received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{everyState, received("IE014"), guard{failed}, send(ie056), nil, unchanged},
	{everyState, received("IE170"), guard{failed}, send(ie056), nil, unchanged},
}

// rowsOf is the table of a kind of movement.
func rowsOf(k message.Kind) []row {
	if k == message.Departure {
		return departures
	}
	return nil
}

func (r row) holds(v *visit) bool {
	return !slices.ContainsFunc(r.Guard, func(c condition) bool { return !c.holds(v) })
}

// rejects says whether the row turns down the message that it is about.
func (r row) rejects() bool {
	return slices.ContainsFunc(r.Emits, func(e emit) bool { return e.code == "IE056" })
}

// String is the row as one sentence for the journal, without the states it leads from.
func (r row) String() string {
	words := []string{fmt.Sprintf("%s %s", r.On.kind, r.On.name)}
	for _, c := range r.Guard {
		words = append(words, c.name)
	}
	effects := "no message"
	if len(r.Emits) > 0 {
		types := make([]string, len(r.Emits))
		for i, e := range r.Emits {
			types[i] = e.code
		}
		effects = strings.Join(types, ", ")
	}
	for _, t := range r.Timers {
		effects += "; " + t.String()
	}
	if r.To == unchanged {
		return "process table: " + strings.Join(words, ", ") + ": " + effects + "; unchanged"
	}
	return "process table: " + strings.Join(words, ", ") + ": " + effects + "; to " + string(r.To)
}
