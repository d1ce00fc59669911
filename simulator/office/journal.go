package office

import (
	"fmt"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

func (tr *transition) add(e movement.Entry) {
	e.Movement, e.At, e.Actor = tr.m.ID, tr.Now, tr.party()
	tr.notes = append(tr.notes, e)
}

func (tr *transition) noteEvent(text, why string) {
	e := movement.Entry{Kind: movement.EntryEvent, Text: text, Why: why}
	switch tr.Event.Kind {
	case movement.EventMessage:
		e.Message, e.Type, e.Sender, e.Recipient = tr.Event.Message, tr.Event.Name, movement.Trader, tr.here()
	case movement.EventSide:
		e.Sender, e.Recipient = tr.there(), tr.here()
	}
	if tr.on.kind == movement.EventAction {
		e.Action, e.With = tr.on.name, tr.Event.With
	}
	tr.add(e)
}

// here is the office of the movement, there the one at the other side of the transit.
func (tr *transition) here() movement.Party {
	return movement.OfficeFor(tr.m.Kind == message.Departure)
}
func (tr *transition) there() movement.Party {
	return movement.OfficeFor(tr.m.Kind != message.Departure)
}

// party is who has set off what happens.
func (tr *transition) party() movement.Party {
	switch {
	case strings.HasPrefix(tr.by, "scenario "):
		return movement.ScenarioParty
	case tr.by == byDefaultOfficer:
		return movement.DefaultOfficer
	}
	switch tr.Event.Kind {
	case movement.EventMessage:
		return movement.Trader
	case movement.EventAction:
		return movement.Officer
	case movement.EventSide:
		return tr.there()
	case movement.EventInject:
		return movement.Injector
	}
	return movement.TimerParty
}

func (tr *transition) note(text, why string) {
	tr.add(movement.Entry{Kind: movement.EntryNote, Text: text, Why: why})
}

// noteResult keeps the result of a control at destination, which no message carries.
func (tr *transition) noteResult() {
	g := tr.input.group("controlResult")
	if g == nil || tr.m.Kind != message.Arrival {
		return
	}
	tr.note(strings.TrimSpace("control result "+g.text("code")+" "+g.text("text")), "written by "+tr.actor())
}

// noteTimer says what happened to a timer, which is as it was before it was stopped or fired, and else as it is then.
func (tr *transition) noteTimer(t movement.Timer, change movement.TimerChange, what, why string) {
	e := movement.Entry{Kind: movement.EntryTimer, Text: "timer " + t.Name + " " + what, Why: why, Timer: t.Name, Change: change}
	switch change {
	case movement.TimerPaused:
		e.Remaining = t.Remaining.String()
	case movement.TimerStopped:
	default:
		e.Due = t.Due
	}
	tr.add(e)
}

func (tr *transition) noteTransition(from movement.State, why string) {
	text := fmt.Sprintf("%s to %s", from, tr.m.State)
	if from == tr.m.State {
		text = "state stays " + string(from)
	}
	tr.add(movement.Entry{Kind: movement.EntryTransition, Text: text, Why: why, From: from, To: tr.m.State})
}

// mostFaults is how many errors the journal tells one by one; the message itself lists all.
const mostFaults = 20

func (tr *transition) noteFaults() {
	if len(tr.faults) == 0 {
		return
	}
	found := tr.findings(tr.faults[:min(len(tr.faults), mostFaults)])
	for i, f := range tr.faults {
		if i == mostFaults {
			tr.note(fmt.Sprintf("%d more errors in %s", len(tr.faults)-i, tr.on.name), "see the rejection")
			return
		}
		reason := ""
		if f.Reason != "" { // many errors of phase 4 have none
			reason = " (" + f.Reason + ")"
		}
		tr.add(movement.Entry{
			Kind: movement.EntryNote, Text: fmt.Sprintf("%s: error %s%s at %s", tr.on.name, f.Code, reason, f.Pointer), Why: f.Why,
			Message: tr.Event.Message, Type: tr.Event.Name, Finding: found[i],
		})
	}
}
