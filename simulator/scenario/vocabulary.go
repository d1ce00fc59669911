package scenario

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/yamlform"
)

// family is what the scenarios of one process have in common: phase 4 has another process than phases 5 and 6, other
// messages, and other ways to write states and dates. A scenario is of one family.
type family struct {
	// phases are those that a scenario of the family can work in, in ascending order.
	phases []message.Phase
	// name is how they are called together.
	name string
	// mode is that of a scenario that names none.
	mode Mode
	// definition is what the names of its definitions in the JSON Schema end with.
	definition string
	// stateWord is how a file writes a state; anyCase takes it in capitals and small letters too.
	stateWord func(movement.State) string
	anyCase   bool
	// calendar is how its messages write dates and times.
	calendar calendar
	// other is the other family.
	other *family
	// format is the shape of a whole file.
	format func() *yamlform.Shape
}

// current and legacy are all families.
var current, legacy = families()

func families() (current, legacy *family) {
	current = &family{
		phases: []message.Phase{message.Phase5, message.Phase6}, name: "phases 5 and 6", mode: Final,
		stateWord: func(s movement.State) string { return strings.ToLower(string(s)) }, calendar: typed{},
	}
	// API 1.0 shows its states, so that everybody knows them as it writes them (docs/spec/api-1.0.md#10).
	legacy = &family{
		phases: []message.Phase{message.Phase4}, name: "phase 4", definition: "-phase4",
		stateWord: func(s movement.State) string { return string(s) }, anyCase: true, calendar: named{},
	}
	current.other, legacy.other = legacy, current
	for _, f := range []*family{current, legacy} {
		f.format = sync.OnceValue(f.file)
	}
	return current, legacy
}

// familyOf is the family that a phase belongs to.
func familyOf(p message.Phase) *family {
	if p.Generation() == message.GenerationPhase4 {
		return legacy
	}
	return current
}

// familyIn is the family of a file: that of the first phase which it names.
func familyIn(root *yamlform.Node) *family {
	phases := root.Get("phases")
	if phases == nil || len(phases.Items) == 0 {
		return current
	}
	v, err := strconv.Atoi(phases.Items[0].Text)
	if err != nil {
		return current
	}
	return familyOf(message.Phase(v))
}

// latest is the phase whose words are those of the family.
func (f *family) latest() message.Phase { return f.phases[len(f.phases)-1] }

var bothKinds = []message.Kind{message.Departure, message.Arrival}

// verbs, timers and states are those of one office, or of both.
func (f *family) verbs(kinds ...message.Kind) []string {
	return ofAll(kinds, func(k message.Kind) []string { return office.VerbsOf(f.latest(), k) })
}

func (f *family) timers(kinds ...message.Kind) []string {
	return ofAll(kinds, func(k message.Kind) []string { return office.TimersOf(f.latest(), k) })
}

func (f *family) states(kinds ...message.Kind) []string {
	return ofAll(kinds, func(k message.Kind) []string {
		var out []string
		for _, s := range office.StatesOf(f.latest(), k) {
			out = append(out, f.stateWord(s))
		}
		return out
	})
}

// ofAll joins the words of kinds of movement; both may have the same one.
func ofAll(kinds []message.Kind, words func(message.Kind) []string) []string {
	var out []string
	for _, k := range kinds {
		for _, w := range words(k) {
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// state is the one that a file means, "" if the kind of movement has none like it.
func (f *family) state(word string, k message.Kind) movement.State {
	for _, s := range office.StatesOf(f.latest(), k) {
		if strings.EqualFold(string(s), word) {
			return s
		}
	}
	return ""
}

// typeOf finds a message by its code.
func (f *family) typeOf(code string) (message.Type, bool) { return f.latest().TypeOfCode(code) }

// typeOfRoot finds a message by its root element.
func (f *family) typeOfRoot(root string) (message.Type, bool) {
	t, known := message.TypeOfRoot(root)
	if !known {
		return message.Type{}, false
	}
	own, known := f.typeOf(t.Code)
	return own, known && own.Root == root
}

// creator is the code of the message that makes a movement of a kind.
func (f *family) creator(k message.Kind) string { return f.latest().Creating(k).Code }

// codes are the messages that a condition holds for.
func (f *family) codes(of func(message.Type) bool) []string {
	var out []string
	for _, t := range f.latest().Types() {
		if of(t) {
			out = append(out, t.Code)
		}
	}
	return out
}

// eitherSide says whether a message goes to departures and to arrivals.
func eitherSide(t message.Type) bool { return t.Of(message.Departure) && t.Of(message.Arrival) }

func fromTrader(t message.Type) bool  { return t.Role != message.FromCustoms }
func fromCustoms(t message.Type) bool { return t.Role == message.FromCustoms }
