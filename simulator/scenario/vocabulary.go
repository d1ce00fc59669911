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

// vocabulary is what scenarios can say in one generation of NCTS: each has a process of its own, other messages, and
// other ways to write states and dates. A scenario is of one generation.
type vocabulary struct {
	generation message.Generation
	// phases are those of the generation, in ascending order.
	phases []message.Phase
	// mode is that of a scenario that names none.
	mode Mode
	// definition is what the names of its definitions in the JSON Schema end with.
	definition string
	// stateWord is how a file writes a state; anyCase takes it in capitals and small letters too.
	stateWord func(movement.State) string
	anyCase   bool
	// calendar is how its messages write dates and times.
	calendar calendar
	// other is the vocabulary of the other generation.
	other *vocabulary
	// format is the shape of a whole file.
	format func() *yamlform.Shape
}

var vocabularies = newVocabularies()

func newVocabularies() map[message.Generation]*vocabulary {
	phases56 := &vocabulary{
		generation: message.GenerationPhases56, phases: []message.Phase{message.Phase5, message.Phase6}, mode: Final,
		stateWord: func(s movement.State) string { return strings.ToLower(string(s)) }, calendar: typed{},
	}
	// API 1.0 shows its states, so that everybody knows them as it writes them (docs/spec/api-1.0.md#10).
	phase4 := &vocabulary{
		generation: message.GenerationPhase4, phases: []message.Phase{message.Phase4}, definition: "-phase4",
		stateWord: func(s movement.State) string { return string(s) }, anyCase: true, calendar: named{},
	}
	phases56.other, phase4.other = phase4, phases56
	out := map[message.Generation]*vocabulary{}
	for _, v := range []*vocabulary{phase4, phases56} {
		v.format = sync.OnceValue(v.file)
		out[v.generation] = v
	}
	return out
}

// generationIn is the generation that a file is about: that of the first phase which it names.
func generationIn(root *yamlform.Node) message.Generation {
	phases := root.Get("phases")
	if phases == nil || len(phases.Items) == 0 {
		return message.GenerationPhases56
	}
	v, err := strconv.Atoi(phases.Items[0].Text)
	if err != nil {
		return message.GenerationPhases56
	}
	return message.Phase(v).Generation()
}

// latest is the phase whose words are those of the generation.
func (v *vocabulary) latest() message.Phase { return v.phases[len(v.phases)-1] }

var bothKinds = []message.Kind{message.Departure, message.Arrival}

// verbs, timers and states are those of one office, or of both.
func (v *vocabulary) verbs(kinds ...message.Kind) []string {
	return ofAll(kinds, func(k message.Kind) []string { return office.VerbsOf(v.latest(), k) })
}

func (v *vocabulary) timers(kinds ...message.Kind) []string {
	return ofAll(kinds, func(k message.Kind) []string { return office.TimersOf(v.latest(), k) })
}

func (v *vocabulary) states(kinds ...message.Kind) []string {
	return ofAll(kinds, func(k message.Kind) []string {
		var out []string
		for _, s := range office.StatesOf(v.latest(), k) {
			out = append(out, v.stateWord(s))
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
func (v *vocabulary) state(word string, k message.Kind) movement.State {
	for _, s := range office.StatesOf(v.latest(), k) {
		if strings.EqualFold(string(s), word) {
			return s
		}
	}
	return ""
}

// typeOf finds a message by its code.
func (v *vocabulary) typeOf(code string) (message.Type, bool) { return v.latest().TypeOfCode(code) }

// typeOfRoot finds a message by its root element.
func (v *vocabulary) typeOfRoot(root string) (message.Type, bool) {
	t, known := message.TypeOfRoot(root)
	if !known {
		return message.Type{}, false
	}
	own, known := v.typeOf(t.Code)
	return own, known && own.Root == root
}

// creator is the code of the message that makes a movement of a kind.
func (v *vocabulary) creator(k message.Kind) string { return v.latest().Creating(k).Code }

// codes are the messages that a condition holds for.
func (v *vocabulary) codes(of func(message.Type) bool) []string {
	var out []string
	for _, t := range v.latest().Types() {
		if of(t) {
			out = append(out, t.Code)
		}
	}
	return out
}

// eitherSide reports whether a message goes to departures and to arrivals.
func eitherSide(t message.Type) bool { return t.Of(message.Departure) && t.Of(message.Arrival) }

func fromTrader(t message.Type) bool  { return t.Role != message.FromCustoms }
func fromCustoms(t message.Type) bool { return t.Role == message.FromCustoms }
