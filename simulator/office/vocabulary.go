package office

import (
	"slices"
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// VerbsOf lists what an officer can do about a kind of movement of a phase, whatever its state, in the order of the
// process table.
func VerbsOf(p message.Phase, k message.Kind) []string {
	return triggersOf(p, k, movement.EventAction)
}

// TimersOf lists the timers that lead a kind of movement of a phase on when they fire, in the order of the process
// table. OfficerWait is none of them: what it does is an officer's action.
func TimersOf(p message.Phase, k message.Kind) []string {
	return triggersOf(p, k, movement.EventTimer)
}

func triggersOf(p message.Phase, k message.Kind, kind movement.EventKind) []string {
	var out []string
	for _, r := range processOf(p).tables[k] {
		if r.On.kind == kind && !slices.Contains(out, r.On.name) {
			out = append(out, r.On.name)
		}
	}
	return out
}

// StatesOf lists the states that a kind of movement of a phase can be in, in the order of the process table. The list must not
// be changed.
func StatesOf(p message.Phase, k message.Kind) []movement.State {
	return states()[p.Generation()][k]
}

// states are the states of all tables. Reading the scenarios asks for them thousands of times.
var states = sync.OnceValue(func() map[message.Generation]map[message.Kind][]movement.State {
	all := map[message.Generation]map[message.Kind][]movement.State{}
	for g, process := range processes {
		all[g] = map[message.Kind][]movement.State{}
		for k, table := range process.tables {
			all[g][k] = statesIn(table)
		}
	}
	return all
})

func statesIn(table []tableRow) []movement.State {
	var out []movement.State
	for _, r := range table {
		for _, s := range append(slices.Clone(r.From), r.To) {
			if !slices.Contains(pseudo, s) && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// CheckInput reports whether an officer can write this beside an action. The error is an *InputError; its reason
// begins with the path of the value it is about, as in "with.controls[0].type".
func CheckInput(action string, with map[string]any) error {
	_, err := readInput(action, with)
	return err
}

// MessagesOf lists the messages that the process of a phase knows for a kind of movement: those that it takes from the
// trader, and those that it sends, both in the order of the process table.
func MessagesOf(p message.Phase, k message.Kind) (taken, sent []string) {
	taken = triggersOf(p, k, movement.EventMessage)
	for _, r := range processOf(p).tables[k] {
		for _, e := range r.Emits {
			if e.code != "" && !slices.Contains(sent, e.code) {
				sent = append(sent, e.code)
			}
		}
	}
	return taken, sent
}
