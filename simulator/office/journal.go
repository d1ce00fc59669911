package office

import (
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

func (tr *transition) add(e movement.Entry) {
	e.Movement, e.At = tr.m.ID, tr.Now
	tr.notes = append(tr.notes, e)
}

func (tr *transition) noteEvent(text, why string) {
	e := movement.Entry{Kind: movement.EntryEvent, Text: text, Why: why}
	if tr.Event.Kind == movement.EventMessage {
		e.Message, e.Type = tr.Event.Message, tr.Event.Name
	}
	tr.add(e)
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

func (tr *transition) noteTimer(name, text, why string, due time.Time) {
	tr.add(movement.Entry{Kind: movement.EntryTimer, Text: text, Why: why, Timer: name, Due: due})
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
	for i, f := range tr.faults {
		if i == mostFaults {
			tr.note(fmt.Sprintf("%d more errors in %s", len(tr.faults)-i, tr.on.name), "see the rejection")
			return
		}
		reason := ""
		if f.Reason != "" { // many errors of phase 4 have none
			reason = " (" + f.Reason + ")"
		}
		tr.note(fmt.Sprintf("%s: error %s%s at %s", tr.on.name, f.Code, reason, f.Pointer), f.why)
	}
}
