package office

import (
	"fmt"
	"slices"
	"strings"

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

// tableRow is a row with what identifies it: an id that is stable as long as the row starts in the same state with the same
// event and under the same conditions (docs/process.md has an anchor for each), and its text for the journal.
type tableRow struct {
	row
	id, text string
}

// table gives the rows of a process table their ids, which begin with the prefix.
func table(prefix string, rows []row) []tableRow {
	out := make([]tableRow, len(rows))
	for i, r := range rows {
		out[i] = tableRow{r, r.id(prefix), r.String()}
	}
	return out
}

// id names the row: "p56-departure-accepted-officer-release".
func (r row) id(prefix string) string {
	words := []string{prefix, string(r.From[0])}
	if len(r.From) > 1 {
		words = append(words, "etc")
	}
	switch r.On.kind {
	case movement.EventMessage:
	case movement.EventAction:
		words = append(words, "officer")
	default:
		words = append(words, string(r.On.kind))
	}
	words = append(words, r.On.name)
	for _, c := range r.Guard {
		words = append(words, c.name)
	}
	return strings.ToLower(strings.NewReplacer(" ", "-", "_", "-").Replace(strings.Join(words, "-")))
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
	holds func(*transition) bool
}

// emit is an entry of the third column. A message to the trader of the movement has its type, what the office
// decides about its content, and which message of the trader it answers. A message to the trader of the other
// side (>A, >D) is for the other office to send: that is told what happened.
type emit struct {
	code      string
	content   content
	answers   func(*transition) string
	peerEvent string
}

func received(code string) trigger { return trigger{movement.EventMessage, code} }
func officer(verb string) trigger  { return trigger{movement.EventAction, verb} }
func expiry(timer string) trigger  { return trigger{movement.EventTimer, timer} }
func fromPeer(what string) trigger { return trigger{movement.EventSide, what} }

func notifyPeer(what string) emit { return emit{peerEvent: what} }

// What one side of a transit tells the other (docs/spec/process.md#5-5).
const (
	arrivalAccepted    = "arrival_accepted"
	goodsReleased      = "goods_released"
	majorDiscrepancies = "major_discrepancies"
	resolve            = "resolve_discrepancies"
	recoveryStarted    = "start_recovery"
)

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
	// continues is CancellationDecision of a movement that goes on where it stood before.
	continues movement.State = "CancellationDecision, and the movement continues"
)

// pseudo are the states of the last column that are none.
var pseudo = []movement.State{unchanged, remembered, beforeGuarantee, continues}

func (r row) holds(tr *transition) bool {
	return !slices.ContainsFunc(r.Guard, func(c condition) bool { return !c.holds(tr) })
}

// rejects reports whether the row turns down the message that it is about.
func (r row) rejects() bool {
	return slices.ContainsFunc(r.Guard, func(c condition) bool { return c.name == failed.name })
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
			if e.peerEvent != "" {
				types[i] = "tell the other side " + e.peerEvent
			}
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
