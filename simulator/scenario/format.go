package scenario

import (
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/office"
)

// This file is the format: every key once, with its description. Words that belong to the offices (actions,
// timers, states) and to the API (messages) are taken from there, so that each family of phases has its own.

// file is the shape of a whole file.
func (f *family) file() *shape {
	return &shape{
		name: "scenario", kind: kindGroup,
		doc: "One scenario: what the trader sends, what the customs offices do, and what must come back.",
		fields: []field{
			{key: "id", required: true, shape: &shape{kind: kindText, form: regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`), example: "DSGB6"},
				doc: "Name of the scenario, unique in the library. The request header `Gov-Test-Scenario` with this value selects the scenario."},
			{key: "title", required: true, shape: text(), doc: "One line for lists."},
			{key: "description", shape: text(), doc: "What the scenario shows, in a few sentences."},
			{key: "movement", required: true, shape: word("movement", string(message.Departure), string(message.Arrival)),
				doc: "The side that the scenario is about: `arrival` when a step sends an IE007. An arrival scenario may begin with the IE015 of its departure."},
			{key: "phases", required: true, shape: &shape{kind: kindList, least: 1, item: &shape{kind: kindNumber, least: int(message.Phase4), most: int(message.Phase6)}},
				doc: "The NCTS phases in which the scenario works: 5 (API 2.1), 6 (API 3.0) or both of them; or 4 (API 1.0), which stands alone because its process, its messages and its states are others."},
			{key: "mode", shape: word("mode", string(Final), string(Transition)),
				doc: "The business rules of phase 5 that the scenario needs: `final` (default) or those of the `transition` period, which ended on 21 January 2025. Phase 4 has no modes."},
			{key: "match", shape: matchShape(), doc: "How a new movement finds this scenario, besides the header."},
			{key: "steps", required: true, shape: &shape{kind: kindList, least: 1, item: f.step()}, doc: "What happens, in order."},
			{key: "end", shape: f.stateShape(bothKinds...), doc: "The state in which the movement that the scenario is about stands after the last step."},
		},
	}
}

func matchShape() *shape {
	return &shape{
		name: "match", kind: kindGroup,
		doc: "How a new movement finds its scenario. The header `Gov-Test-Scenario` goes before everything here; then it is enough that the LRN fits or that all fields fit.",
		fields: []field{
			{key: "lrn", shape: &shape{kind: kindPattern}, doc: "Regular expression for the LRN of the IE015. `^DSGB6` alone would take the LRNs of DSGB61 too: end it with `([^0-9A-Za-z]|$)`."},
			{key: "fields", shape: &shape{kind: kindTable, least: 1, item: &shape{kind: kindPattern}}, doc: "Regular expressions by element path in the message that begins the scenario; all must fit."},
		},
	}
}

// forms are the keys of which a step has exactly one.
var forms = []string{string(FormTrader), string(FormOfficer), string(FormTimer), string(FormRespond), string(FormInject), string(FormFault)}

func (f *family) step() *shape {
	sent := f.message()
	happening := []string{string(FormTrader), string(FormOfficer), string(FormTimer)}
	visible := slices.Concat(happening, []string{string(FormRespond), string(FormInject)})
	return &shape{
		name: "step", definition: "step" + f.definition, kind: kindGroup, oneOf: forms,
		doc: "One step: exactly one of `" + strings.Join(forms, "`, `") + "`, and what is expected of it.",
		fields: []field{
			{key: "trader", shape: f.trader(), doc: "The trader sends a message. While a scenario is served the trader's own software sends it; a replay sends the file named by `from`."},
			{key: "officer", shape: f.verbWord(), doc: "An officer acts."},
			{key: "timer", shape: f.timerWord(), doc: "A timer fires. A replay moves the clock to it."},
			{key: "respond", shape: &shape{kind: kindList, item: sent},
				doc: "Customs sends exactly these messages instead of those that the step before (`trader`, `officer` or `timer`) would bring; an empty list: none. The movement goes to the state that the messages stand for, as with injected ones."},
			{key: "inject", shape: sent, doc: "Customs sends a message out of the blue, whether the process allows it or not."},
			{key: "fault", shape: faultShape(), doc: "Something goes wrong on the wire, at the next call that fits."},
			{key: "with", with: []string{"officer"}, shape: &shape{kind: kindFree}, doc: "What the officer writes beside the action; the keys are those of the control API's actions, for example `{motivation: {code: B1, text: Seal broken}}`."},
			{key: "at", with: []string{"officer", "inject"}, shape: word("movement", string(message.Departure), string(message.Arrival)),
				doc: "The office that acts, where both know the action. Default: the office of destination as soon as an IE007 was sent. Beside `inject`, the movement that gets a message which either can get (IE906, IE917). Default: the departure if there is one."},
			{key: "refused", with: []string{"officer"}, shape: yes(), doc: "The office must refuse the action in the state that the movement is in. Without it, a refused action fails the step."},
			{key: "after", with: []string{"trader", "officer", "inject"}, shape: &shape{kind: kindDuration}, doc: "How long after the step before, on the simulator's clock. Default: at once. For a trader's step it is how long a replay waits."},
			{key: "expect", with: happening, shape: &shape{kind: kindList, item: f.expectShape()},
				doc: "The messages that customs sends because of this step, all of them and in order. The type says which movement gets it, `IE029` the departure, `IE025` the arrival; `IE045 >D` and `IE025 >A` say so in so many words. IE906 and IE917 go to the departure without a mark, or to the arrival of a scenario without a departure. Left out or empty: none. `respond` and `inject` expect the messages that they name."},
			{key: "state", with: visible, shape: f.stateShape(message.Departure), doc: "The state of the departure after the step."},
			{key: "arrivalState", with: visible, shape: f.stateShape(message.Arrival), doc: "The state of the arrival after the step."},
			{key: "check", with: visible, shape: f.checkShape(), doc: "What the messages of this step must say, by message and element path."},
		},
	}
}

func (f *family) trader() *shape {
	return &shape{
		name: "trader", definition: "trader" + f.definition, kind: kindGroup,
		doc: "A message of the trader. A replay fills in LRN, MRN, dates and message identification before `set` and `remove`.",
		fields: []field{
			{key: "send", required: true, shape: f.traderWord(), doc: "The message. In phase 4 an IE007 of an arrival that is there already is the resubmission of the notification."},
			{key: "from", shape: text(), doc: "What a replay sends: the name of a sample message (`ie015-simplified-gb-xi`), or a file beside the scenario (`mine/ie015.xml`). Without it the scenario can be served and followed, but not replayed."},
			{key: "set", with: []string{"from"}, shape: setShape(), doc: "Elements that get another value, by path. Missing groups are created."},
			{key: "remove", with: []string{"from"}, shape: removeShape(), doc: "Elements that are taken out, by path, after `set`."},
			{key: "as", shape: &shape{kind: kindText, form: regexp.MustCompile(`^(GB|XI)[0-9]{12,15}$`), example: "XI175521246821"},
				doc: "The EORI that a replay sends it with. Default: the holder of the procedure, and the trader at destination for IE007 and IE044."},
		},
	}
}

func (f *family) message() *shape {
	group := &shape{
		name: "message", definition: "message" + f.definition, kind: kindGroup, oneOf: []string{"send", "body"},
		doc: "A message of customs: composed as the office would and then changed, or a file. Its type alone is enough where nothing is changed.",
		fields: []field{
			{key: "send", shape: f.customsWord(), doc: "The message to compose."},
			{key: "set", with: []string{"send"}, shape: setShape(), doc: "Elements that get another value, by path."},
			{key: "remove", with: []string{"send"}, shape: removeShape(), doc: "Elements that are taken out, by path, after `set`."},
			{key: "body", shape: text(), doc: "A file beside the scenario that is sent byte for byte."},
			{key: "repeat", shape: &shape{kind: kindNumber, least: 1, most: 99}, doc: "How many times it is sent. Default: 1."},
			{key: "delay", shape: &shape{kind: kindDuration}, doc: "How long after the message before, or after the event that is answered, on the simulator's clock. Default: at once."},
			{key: "force", shape: &shape{kind: kindFlag}, doc: "`true` sends the message even if its schema refuses it."},
		},
	}
	return &shape{kind: kindChoice, choices: []*shape{f.customsWord(), group}}
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

func faultShape() *shape {
	return &shape{
		name: "fault", kind: kindGroup, oneOf: []string{"status", "delay", "reset", "drop", "duplicate"},
		doc: "A fault on the wire. It meets the next calls of its kind about this movement, is used up by them, and changes nothing in the office. A replaying trader notices the fault and calls again.",
		fields: []field{
			{key: "call", required: true, shape: word("call", CallSubmit, CallMovements, CallMovement, CallMessages, CallMessage, CallNotification),
				doc: "`submit` posts a message, `movements` lists movements, `movement` reads one, `messages` lists its messages, `message` reads one or its body; `notification` is the notification of a message from customs, if the client has a box for it."},
			{key: "status", shape: &shape{kind: kindNumber, least: 400, most: 599}, doc: "The call is answered with this HTTP status, and nothing else happens."},
			{key: "delay", shape: &shape{kind: kindDuration}, doc: "The answer comes so much later, in real time, whatever the clock; or the notification is sent so much later, on the simulator's clock."},
			{key: "reset", shape: yes(), doc: "The connection is cut without an answer."},
			{key: "drop", shape: yes(), doc: "The notification gets lost: it is not in the box, and it is not sent."},
			{key: "duplicate", shape: yes(), doc: "There are two notifications of the message."},
			{key: "times", shape: &shape{kind: kindNumber, least: 1, most: 99}, doc: "How many calls it meets. Default: 1."},
		},
	}
}

func (f *family) checkShape() *shape {
	want := &shape{kind: kindChoice, choices: []*shape{
		{kind: kindValue},
		{kind: kindList, item: &shape{kind: kindValue}},
		{name: "condition", kind: kindGroup, oneOf: []string{"matches", "present"},
			doc: "A condition other than equality. A text means that every element at the path has this value and that there is one; a list names the values of all elements at the path, in order.",
			fields: []field{
				{key: "matches", shape: &shape{kind: kindPattern}, doc: "Every element at the path fits the regular expression, and there is one."},
				{key: "present", shape: &shape{kind: kindFlag}, doc: "Whether there is an element at the path."},
			}},
	}}
	return &shape{kind: kindTable, least: 1, key: f.customsWord(), item: &shape{kind: kindTable, least: 1, item: want}}
}

func text() *shape { return &shape{kind: kindText} }

func word(noun string, words ...string) *shape {
	return &shape{kind: kindWord, noun: noun, words: words}
}

func yes() *shape { return &shape{kind: kindTrue} }

// vocabulary is a word that the office or the API of the family knows. Of one that only the other family knows, the
// hint says so; what else there is to say about a wrong one is said by explain, which may be nil.
func (f *family) vocabulary(noun string, words func(*family) []string, explain func(string) string) *shape {
	s := word(noun, words(f)...)
	s.listed = true
	s.explain = func(w string) string {
		if explain != nil {
			if hint := explain(w); hint != "" {
				return hint
			}
		}
		if slices.Contains(words(f.other), w) {
			return w + " is one of " + f.other.name
		}
		return ""
	}
	return s
}

func (f *family) verbWord() *shape {
	return f.vocabulary("officer's action", func(f *family) []string { return f.verbs(bothKinds...) }, nil)
}

func (f *family) timerWord() *shape {
	return f.vocabulary("timer", func(f *family) []string { return f.timers(bothKinds...) }, func(w string) string {
		if w == office.OfficerWait {
			return "the default officer leaves movements with a scenario alone; write what he does as officer:"
		}
		return ""
	})
}

func (f *family) traderWord() *shape {
	return f.vocabulary("message of traders", func(f *family) []string { return f.codes(fromTrader) }, func(w string) string {
		if t, known := f.typeOf(w); known {
			return t.Code + " comes from customs; write it under expect, respond or inject"
		}
		return meant(w, f.codes(fromTrader))
	})
}

func (f *family) customsWord() *shape {
	return f.vocabulary("message of customs", func(f *family) []string { return f.codes(fromCustoms) }, f.explainCustoms)
}

// meant is the hint about the code of a message that is written as a root or without its zeros, "" about another word.
func meant(word string, known []string) string {
	if hint := message.Hint(word, known); strings.HasPrefix(hint, "did you mean ") {
		return hint
	}
	return ""
}

// explainCustoms knows the messages of traders, and messages with the wrong side or none.
func (f *family) explainCustoms(w string) string {
	code, _, _ := strings.Cut(w, " ")
	t, known := f.typeOf(code)
	switch {
	case !known:
		return meant(code, f.codes(fromCustoms))
	case fromTrader(t):
		return t.Code + " comes from the trader"
	}
	return t.Code + " goes to the " + string(t.Kind)
}

func setShape() *shape { return &shape{kind: kindTable, least: 1, item: &shape{kind: kindValue}} }

func removeShape() *shape { return &shape{kind: kindList, least: 1, item: text()} }

func (f *family) expectShape() *shape {
	return f.vocabulary("message of customs", (*family).expectable, f.explainCustoms)
}

// expectable are the messages of customs as a list of expectations writes them.
func (f *family) expectable() []string {
	var words []string
	for _, t := range f.latest().Types() {
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

func (f *family) stateShape(kinds ...message.Kind) *shape {
	s := f.vocabulary("state", func(f *family) []string { return f.states(kinds...) }, func(w string) string {
		for _, k := range bothKinds {
			if s := f.state(w, k); s != "" && !slices.Contains(kinds, k) && f.state(w, kinds[0]) == "" {
				return f.stateWord(s) + " is a state of the " + string(k)
			}
		}
		return ""
	})
	s.anyCase = f.anyCase
	return s
}
