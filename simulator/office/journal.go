package office

import (
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

func (v *visit) add(e movement.Entry) {
	e.Movement, e.At = v.m.ID, v.Now
	v.notes = append(v.notes, e)
}

func (v *visit) noteEvent(text, why string) {
	e := movement.Entry{Kind: movement.EntryEvent, Text: text, Why: why}
	if v.Event.Kind == movement.EventMessage {
		e.Message, e.Type = v.Event.Message, v.Event.Name
	}
	v.add(e)
}

func (v *visit) note(text, why string) {
	v.add(movement.Entry{Kind: movement.EntryNote, Text: text, Why: why})
}

// noteResult keeps the result of a control at destination, which no message carries.
func (v *visit) noteResult() {
	g := v.input.group("controlResult")
	if g == nil || v.m.Kind != message.Arrival {
		return
	}
	v.note(strings.TrimSpace("control result "+g.text("code")+" "+g.text("text")), "written by "+v.who())
}

func (v *visit) noteTimer(name, text, why string, due time.Time) {
	v.add(movement.Entry{Kind: movement.EntryTimer, Text: text, Why: why, Timer: name, Due: due})
}

func (v *visit) noteTransition(from movement.State, why string) {
	text := fmt.Sprintf("%s to %s", from, v.m.State)
	if from == v.m.State {
		text = "state stays " + string(from)
	}
	v.add(movement.Entry{Kind: movement.EntryTransition, Text: text, Why: why, From: from, To: v.m.State})
}

// mostFaults is how many errors the journal tells one by one; the message itself lists all.
const mostFaults = 20

func (v *visit) noteFaults() {
	for i, f := range v.faults {
		if i == mostFaults {
			v.note(fmt.Sprintf("%d more errors in %s", len(v.faults)-i, v.on.name), "see the rejection")
			return
		}
		reason := ""
		if f.Reason != "" { // many errors of phase 4 have none
			reason = " (" + f.Reason + ")"
		}
		v.note(fmt.Sprintf("%s: error %s%s at %s", v.on.name, f.Code, reason, f.Pointer), f.why)
	}
}
