package scenario

import (
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/yamlform"
)

// This file is the format: every key once, with its description. Words that belong to the offices (actions,
// timers, states) and to the API (messages) are taken from there, so that each generation has its own.

// fileFormat is what a scenario file is, whatever it says.
var fileFormat = yamlform.Format{
	Noun: "scenario", MaxBytes: 64 << 10,
	Start: "begin with id: and title:", NotXML: "a scenario is YAML, and names a message with from:",
}

// file is the shape of a whole file.
func (v *vocabulary) file() *yamlform.Shape {
	return &yamlform.Shape{
		Name: "scenario", Kind: yamlform.Group,
		Doc: "One scenario: what the trader sends, what the customs offices do, and what must come back.",
		Fields: []yamlform.Field{
			{Key: "id", Required: true, Shape: &yamlform.Shape{Kind: yamlform.Text, Match: regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`), Example: "DSGB6"},
				Doc: "Name of the scenario, unique in the library. The request header `Gov-Test-Scenario` with this value selects the scenario."},
			{Key: "title", Required: true, Shape: text(), Doc: "One line for lists."},
			{Key: "description", Shape: text(), Doc: "What the scenario shows, in a few sentences."},
			{Key: "tags", Shape: &yamlform.Shape{Kind: yamlform.List, Least: 1, Item: &yamlform.Shape{Kind: yamlform.Text, Match: regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`), Example: "smoke"}},
				Doc: "Words of your own by which `nctsim replay --tags` and `nctsim scenarios --tags` pick scenarios."},
			{Key: "movement", Required: true, Shape: word("movement", string(message.Departure), string(message.Arrival)),
				Doc: "The side that the scenario is about: `arrival` when a step sends an IE007. An arrival scenario may begin with the IE015 of its departure."},
			{Key: "phases", Required: true, Shape: &yamlform.Shape{Kind: yamlform.List, Least: 1, Item: &yamlform.Shape{Kind: yamlform.Number, Least: int(message.Phase4), Most: int(message.Phase6)}},
				Doc: "The NCTS phases in which the scenario works: 5 (API 2.1), 6 (API 3.0) or both of them; or 4 (API 1.0), which stands alone because its process, its messages and its states are others."},
			{Key: "mode", Shape: word("mode", string(Final), string(Transition)),
				Doc: "The business rules of phase 5 that the scenario needs: `final` (default) or those of the `transition` period, which ended on 21 January 2025. Phase 4 has no modes."},
			{Key: "match", Shape: matchShape(), Doc: "How a new movement finds this scenario, besides the header."},
			{Key: "steps", Required: true, Shape: &yamlform.Shape{Kind: yamlform.List, Least: 1, Item: v.step()}, Doc: "What happens, in order."},
			{Key: "end", Shape: v.stateShape(bothKinds...), Doc: "The state in which the movement that the scenario is about stands after the last step."},
		},
	}
}

func matchShape() *yamlform.Shape {
	return &yamlform.Shape{
		Name: "match", Kind: yamlform.Group,
		Doc: "How a new movement finds its scenario. The header `Gov-Test-Scenario` takes precedence over everything here; then it is enough that the LRN fits or that all fields fit.",
		Fields: []yamlform.Field{
			{Key: "lrn", Shape: &yamlform.Shape{Kind: yamlform.Pattern}, Doc: "Regular expression for the LRN of the IE015. `^DSGB6` alone would take the LRNs of DSGB61 too: end it with `([^0-9A-Za-z]|$)`."},
			{Key: "fields", Shape: &yamlform.Shape{Kind: yamlform.Table, KeyNoun: "element path", Least: 1, Item: &yamlform.Shape{Kind: yamlform.Pattern}}, Doc: "Regular expressions by element path in the message that begins the scenario; all must fit."},
		},
	}
}

// forms are the keys of which a step has exactly one.
var forms = []string{string(FormTrader), string(FormOfficer), string(FormTimer), string(FormRespond), string(FormInject), string(FormFault)}

func (v *vocabulary) step() *yamlform.Shape {
	sent := v.message()
	happening := []string{string(FormTrader), string(FormOfficer), string(FormTimer)}
	visible := slices.Concat(happening, []string{string(FormRespond), string(FormInject)})
	return &yamlform.Shape{
		Name: "step", Definition: "step" + v.definition, Kind: yamlform.Group, OneOf: forms,
		Doc: "One step: exactly one of `" + strings.Join(forms, "`, `") + "`, and what is expected of it.",
		Fields: []yamlform.Field{
			{Key: "trader", Shape: v.trader(), Doc: "The trader sends a message. While a scenario is served the trader's own software sends it; a replay sends the file named by `from`."},
			{Key: "officer", Shape: v.verbWord(), Doc: "An officer acts."},
			{Key: "timer", Shape: v.timerWord(), Doc: "A timer fires. A replay moves the clock to it."},
			{Key: "respond", Shape: &yamlform.Shape{Kind: yamlform.List, Item: sent},
				Doc: "Customs sends exactly these messages instead of those that the step before (`trader`, `officer` or `timer`) would bring; an empty list: none. The movement goes to the state that the messages stand for, as with injected ones."},
			{Key: "inject", Shape: sent, Doc: "Customs sends a message out of the blue, whether the process allows it or not."},
			{Key: "fault", Shape: faultShape(), Doc: "Something goes wrong on the wire, at the next call that fits."},
			{Key: "with", With: []string{"officer"}, Shape: &yamlform.Shape{Kind: yamlform.Free}, Doc: "The input of the action; the keys are those of the control API's actions, for example `{motivation: {code: B1, text: Seal broken}}`."},
			{Key: "at", With: []string{"officer", "inject"}, Shape: word("movement", string(message.Departure), string(message.Arrival)),
				Doc: "The office that acts, where both know the action. Default: the office of destination as soon as an IE007 was sent. Beside `inject`, the movement that gets a message which either can get (IE906, IE917). Default: the departure if there is one."},
			{Key: "refused", With: []string{"officer"}, Shape: yes(), Doc: "The office must refuse the action in the state that the movement is in. Without it, a refused action fails the step."},
			{Key: "after", With: []string{"trader", "officer", "inject"}, Shape: &yamlform.Shape{Kind: yamlform.Duration}, Doc: "How long after the step before, on the simulator's clock. Default: at once. For a trader's step it is how long a replay waits."},
			{Key: "expect", With: happening, Shape: &yamlform.Shape{Kind: yamlform.List, Item: v.expectShape()},
				Doc: "The messages that customs sends because of this step, all of them and in order. The type says which movement gets it, `IE029` the departure, `IE025` the arrival; `IE045 >D` and `IE025 >A` say so explicitly. IE906 and IE917 go to the departure without a mark, or to the arrival of a scenario without a departure. Left out or empty: none. `respond` and `inject` expect the messages that they name."},
			{Key: "state", With: visible, Shape: v.stateShape(message.Departure), Doc: "The state of the departure after the step."},
			{Key: "arrivalState", With: visible, Shape: v.stateShape(message.Arrival), Doc: "The state of the arrival after the step."},
			{Key: "check", With: visible, Shape: v.checkShape(), Doc: "What the messages of this step must say, by message and element path."},
		},
	}
}

func (v *vocabulary) trader() *yamlform.Shape {
	return &yamlform.Shape{
		Name: "trader", Definition: "trader" + v.definition, Kind: yamlform.Group,
		Doc: "A message of the trader. A replay fills in LRN, MRN, dates and message identification before `set` and `remove`.",
		Fields: []yamlform.Field{
			{Key: "send", Required: true, Shape: v.traderWord(), Doc: "The message. In phase 4 an IE007 of an arrival that is there already is the resubmission of the notification."},
			{Key: "from", Shape: text(), Doc: "What a replay sends: the name of a sample message (`ie015-simplified-gb-xi`), or a file beside the scenario (`mine/ie015.xml`). Without it the scenario can be served and followed, but not replayed."},
			{Key: "set", With: []string{"from"}, Shape: setShape(), Doc: "Elements that get another value, by path. Missing groups are created."},
			{Key: "remove", With: []string{"from"}, Shape: removeShape(), Doc: "Elements that are taken out, by path, after `set`."},
			{Key: "by", Shape: word("way", "upload"), Doc: "`upload`: a replay takes the route for large messages, whatever the size. API 1.0 has none."},
			{Key: "failing", With: []string{"by"}, Shape: &yamlform.Shape{Kind: yamlform.List, Least: 1, Item: text()},
				Doc: "Names of files that make an upload fail, as `infected.Eicar.xml` or `reject.EntityTooLarge.xml`. A replay uploads the message under each of them before, and each upload must fail as its name says."},
			{Key: "as", Shape: &yamlform.Shape{Kind: yamlform.Text, Match: regexp.MustCompile(`^(GB|XI)[0-9]{12,15}$`), Example: "XI175521246821"},
				Doc: "The EORI that a replay sends it with. Default: the holder of the procedure, and the trader at destination for IE007 and IE044."},
		},
	}
}

func (v *vocabulary) message() *yamlform.Shape {
	group := &yamlform.Shape{
		Name: "message", Definition: "message" + v.definition, Kind: yamlform.Group, OneOf: []string{"send", "body"},
		Doc: "A message of customs: composed as the office would and then changed, or a file. Its type alone is enough where nothing is changed.",
		Fields: []yamlform.Field{
			{Key: "send", Shape: v.customsWord(), Doc: "The message to compose."},
			{Key: "set", With: []string{"send"}, Shape: setShape(), Doc: "Elements that get another value, by path."},
			{Key: "remove", With: []string{"send"}, Shape: removeShape(), Doc: "Elements that are taken out, by path, after `set`."},
			{Key: "body", Shape: text(), Doc: "A file beside the scenario that is sent byte for byte."},
			{Key: "repeat", Shape: &yamlform.Shape{Kind: yamlform.Number, Least: 1, Most: 99}, Doc: "How many times it is sent. Default: 1."},
			{Key: "delay", Shape: &yamlform.Shape{Kind: yamlform.Duration}, Doc: "How long after the message before, or after the event that is answered, on the simulator's clock. Default: at once."},
			{Key: "force", Shape: &yamlform.Shape{Kind: yamlform.Flag}, Doc: "`true` sends the message even if its schema refuses it."},
		},
	}
	return &yamlform.Shape{Kind: yamlform.Choice, Choices: []*yamlform.Shape{v.customsWord(), group}}
}

// Calls that a fault can meet. Their paths are those of the contract's table of endpoints.
const (
	CallSubmit       = "submit"
	CallMovements    = "movements"
	CallMovement     = "movement"
	CallMessages     = "messages"
	CallMessage      = "message"
	CallNotification = "notification"
)

// Calls are all of them.
var Calls = []string{CallSubmit, CallMovements, CallMovement, CallMessages, CallMessage, CallNotification}

func faultShape() *yamlform.Shape {
	return &yamlform.Shape{
		Name: "fault", Kind: yamlform.Group, OneOf: []string{"status", "delay", "reset", "drop", "duplicate"},
		Doc: "A fault on the wire. It meets the next calls of its kind about this movement, is used up by them, and changes nothing in the office. A replaying trader notices the fault and calls again.",
		Fields: []yamlform.Field{
			{Key: "call", Required: true, Shape: word("call", Calls...),
				Doc: "`submit` posts a message, `movements` lists movements, `movement` reads one, `messages` lists its messages, `message` reads one or its body; `notification` is the notification of a message from customs, if the client has a box for it."},
			{Key: "status", Shape: &yamlform.Shape{Kind: yamlform.Number, Least: 400, Most: 599}, Doc: "The call is answered with this HTTP status, and nothing else happens."},
			{Key: "delay", Shape: &yamlform.Shape{Kind: yamlform.Duration}, Doc: "The answer comes so much later, in real time, whatever the clock; or the notification is sent so much later, on the simulator's clock."},
			{Key: "reset", Shape: yes(), Doc: "The connection is cut without an answer."},
			{Key: "drop", Shape: yes(), Doc: "The notification gets lost: it is not in the box, and it is not sent."},
			{Key: "duplicate", Shape: yes(), Doc: "There are two notifications of the message."},
			{Key: "times", Shape: &yamlform.Shape{Kind: yamlform.Number, Least: 1, Most: 99}, Doc: "How many calls it meets. Default: 1."},
		},
	}
}

func (v *vocabulary) checkShape() *yamlform.Shape {
	want := &yamlform.Shape{Kind: yamlform.Choice, Choices: []*yamlform.Shape{
		{Kind: yamlform.Value},
		{Kind: yamlform.List, Item: &yamlform.Shape{Kind: yamlform.Value}},
		{Name: "condition", Kind: yamlform.Group, OneOf: []string{"matches", "present"},
			Doc: "A condition other than equality. A text means that every element at the path has this value and that there is one; a list names the values of all elements at the path, in order.",
			Fields: []yamlform.Field{
				{Key: "matches", Shape: &yamlform.Shape{Kind: yamlform.Pattern}, Doc: "Every element at the path fits the regular expression, and there is one."},
				{Key: "present", Shape: &yamlform.Shape{Kind: yamlform.Flag}, Doc: "Whether there is an element at the path."},
			}},
	}}
	return &yamlform.Shape{Kind: yamlform.Table, Least: 1, Key: v.customsWord(), Item: &yamlform.Shape{Kind: yamlform.Table, KeyNoun: "element path", Least: 1, Item: want}}
}

func text() *yamlform.Shape { return &yamlform.Shape{Kind: yamlform.Text} }

func word(noun string, words ...string) *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Word, Noun: noun, Words: words}
}

func yes() *yamlform.Shape { return &yamlform.Shape{Kind: yamlform.True} }

// knownWord is a word that the office or the API of the generation knows. Of one that only the other generation knows, the
// hint says so; what else there is to say about a wrong one is said by explain, which may be nil.
func (v *vocabulary) knownWord(noun string, words func(*vocabulary) []string, explain func(string) string) *yamlform.Shape {
	s := word(noun, words(v)...)
	s.Listed = true
	s.Explain = func(w string) string {
		if explain != nil {
			if hint := explain(w); hint != "" {
				return hint
			}
		}
		if slices.Contains(words(v.other), w) {
			return w + " is one of " + v.other.generation.String()
		}
		return ""
	}
	return s
}

func (v *vocabulary) verbWord() *yamlform.Shape {
	return v.knownWord("officer's action", func(v *vocabulary) []string { return v.verbs(bothKinds...) }, nil)
}

func (v *vocabulary) timerWord() *yamlform.Shape {
	return v.knownWord("timer", func(v *vocabulary) []string { return v.timers(bothKinds...) }, func(w string) string {
		if w == office.OfficerWait {
			return "the default officer leaves movements with a scenario alone; write their action as officer:"
		}
		return ""
	})
}

func (v *vocabulary) traderWord() *yamlform.Shape {
	return v.knownWord("message of traders", func(v *vocabulary) []string { return v.codes(fromTrader) }, func(w string) string {
		if t, known := v.typeOf(w); known {
			return t.Code + " comes from customs; write it under expect, respond or inject"
		}
		return meant(w, v.codes(fromTrader))
	})
}

func (v *vocabulary) customsWord() *yamlform.Shape {
	return v.knownWord("message of customs", func(v *vocabulary) []string { return v.codes(fromCustoms) }, v.explainCustoms)
}

// meant is the hint about the code of a message that is written as a root or without its zeros, "" about another word.
func meant(word string, known []string) string {
	if hint := message.Hint(word, known); strings.HasPrefix(hint, "did you mean ") {
		return hint
	}
	return ""
}

// explainCustoms knows the messages of traders, and messages with the wrong side or none.
func (v *vocabulary) explainCustoms(w string) string {
	code, _, _ := strings.Cut(w, " ")
	t, known := v.typeOf(code)
	switch {
	case !known:
		return meant(code, v.codes(fromCustoms))
	case fromTrader(t):
		return t.Code + " comes from the trader"
	}
	return t.Code + " goes to the " + string(t.Kind)
}

func setShape() *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Table, KeyNoun: "element path", Least: 1, Item: &yamlform.Shape{Kind: yamlform.Value}}
}

func removeShape() *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.List, Least: 1, Item: text()}
}

func (v *vocabulary) expectShape() *yamlform.Shape {
	return v.knownWord("message of customs", (*vocabulary).expectable, v.explainCustoms)
}

// expectable are the messages of customs as a list of expectations writes them.
func (v *vocabulary) expectable() []string {
	var words []string
	for _, t := range v.latest().Types() {
		switch {
		case !fromCustoms(t):
		case t.Kind == message.Arrival:
			words = append(words, t.Code, t.Code+toArrival)
		case eitherSide(t):
			words = append(words, t.Code, t.Code+toDeparture, t.Code+toArrival)
		default:
			words = append(words, t.Code, t.Code+toDeparture)
		}
	}
	return words
}

func (v *vocabulary) stateShape(kinds ...message.Kind) *yamlform.Shape {
	s := v.knownWord("state", func(v *vocabulary) []string { return v.states(kinds...) }, func(w string) string {
		for _, k := range bothKinds {
			if s := v.state(w, k); s != "" && !slices.Contains(kinds, k) && v.state(w, kinds[0]) == "" {
				return v.stateWord(s) + " is a state of the " + string(k)
			}
		}
		return ""
	})
	s.AnyCase = v.anyCase
	return s
}
