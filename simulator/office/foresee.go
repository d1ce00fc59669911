package office

import (
	"nctsim/simulator/movement"
)

// Foreseen is what a timer of a movement will do when it falls due, as the movement stands now.
type Foreseen struct {
	// Row is the id of the row of the process table that it will go by, "" if none waits for it; Text is the row as a sentence.
	Row, Text string
	// Action is what the default officer will do, if it is theirs.
	Action string
}

// Foresee says what a timer of a movement will do. Conditions that look at messages count as met.
func (o *Office) Foresee(m movement.Movement, timer string) Foreseen {
	tr := o.newTransition(Case{Movement: m, Scripted: m.Script.Status == movement.Following})
	tr.on = expiry(timer)
	var action string
	if timer == OfficerWait {
		action = tr.defaultAction()
		tr.on = officer(action)
	}
	if r, ok := tr.findRow(); ok {
		return Foreseen{Row: r.id, Text: r.text, Action: action}
	}
	return Foreseen{Action: action}
}
