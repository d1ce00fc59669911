package office

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"nctsim/simulator/spelling"
)

// InputError is the error of an officer's input that cannot be used: an unknown verb, an unknown key, or a
// value that the message could not carry.
type InputError struct {
	Action string
	Reason string
}

func (e *InputError) Error() string { return "action " + e.Action + ": " + e.Reason }

// shape says what may stand under a key of an officer's input: a text, a group of keys, or a list of groups.
type shape struct {
	key    string
	fields []shape
	list   int // most groups in a list, 0 for a single one
	// Of a text:
	most     int    // characters
	pattern  string // of the whole text, empty for any
	example  string // of what the pattern allows
	codeList string // that the values come from, "" if there is none; the form alone is checked
	required bool
}

// The sizes and patterns are those of the elements that the texts go to.
var (
	longText   = 512
	noFields   []shape
	justify    = []shape{text("justification", longText)}
	motivation = group("motivation", code("code", `[A-Z0-9]{2}`, "B1").of("CL211"), text("text", longText))
	controls   = list("controls", 99, code("type", `[A-Z0-9]{1,3}`, "40").of("CL716").must(), text("text", longText))
	requested  = list("documents", 99, code("type", `[A-Z0-9]{4}`, "C651").of("CL215").must(), text("description", longText))
	result     = group("controlResult", code("code", `[A-Z0-9]{2}`, "A1").of("CL196").must(), date("date"), text("by", 35), text("text", longText))
	guarantees = list("guarantees", 99,
		code("grn", `[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?`, "24GB0000010000031").must(),
		list("reasons", 9, code("code", `[A-Z0-9]{1,3}`, "G02").of("CL252").must(), text("text", longText)))
)

// What an officer of destination may write. The result of their control is for the journal: no message carries it.
var (
	minorResult = group("controlResult", code("code", `A[1245]`, "A2").of("CL197").must(), text("text", longText))
	majorResult = group("controlResult", code("code", `B1`, "B1").of("CL197").must(), text("text", longText))
	house       = list("houses", 1999, code("number", `[1-9][0-9]{0,4}`, "1").must(), code("releaseType", `[0-2]`, "0").of("CL163"),
		list("items", 999, code("number", `[1-9][0-9]{0,3}`, "1").must(), code("releaseType", `[0-2]`, "0").of("CL163")))
)

// inputs says for every action what an officer may write beside it.
var inputs = map[string][]shape{
	"accept":                noFields,
	"reject":                justify,
	"intend_control":        noFields,
	"control":               {controls, requested},
	"request_documents":     {requested},
	"release":               {result},
	"refuse_release":        {motivation},
	"guarantee_invalid":     {guarantees},
	"accept_cancellation":   justify,
	"refuse_cancellation":   justify,
	"cancel":                justify,
	"arrive":                noFields,
	"incident":              {code("code", `[0-9]`, "3").of("CL019"), text("text", longText), code("office", `[A-Z]{2}[A-Z0-9]{6}`, "XI000142")},
	"start_recovery":        {text("text", longText), code("amount", `(0|[1-9][0-9]{0,13})(\.[0-9]{1,2})?`, "1250.00"), code("currency", `[A-Z]{3}`, "EUR").of("CL048")},
	"end_recovery":          noFields,
	"resolve_discrepancies": noFields,
	"enquiry":               noFields,
	"unreadable":            noFields,

	"accept_arrival":      noFields,
	"reject_arrival":      justify,
	"permit_unloading":    noFields,
	"continue_unloading":  noFields,
	"reject_remarks":      justify,
	"release_goods":       {minorResult},
	"major_discrepancies": {majorResult, text("text", longText)},
	"partial_release":     {code("indicator", `[23]`, "2").of("CL164"), house},
}

func text(key string, most int) shape { return shape{key: key, most: most} }
func date(key string) shape {
	return shape{key: key, most: 10, pattern: calendar, example: "2026-03-01"}
}
func group(key string, fields ...shape) shape       { return shape{key: key, fields: fields} }
func list(key string, n int, fields ...shape) shape { return shape{key: key, fields: fields, list: n} }
func (s shape) must() shape                         { s.required = true; return s }
func (s shape) of(codeList string) shape            { s.codeList = codeList; return s }
func code(key, pattern, example string) shape {
	return shape{key: key, most: 35, pattern: pattern, example: example}
}

const calendar = `[0-9]{4}-[0-9]{2}-[0-9]{2}`

// input is what an officer wrote, checked: texts, groups (input) and lists of groups ([]input). A nil input
// is empty.
type input map[string]any

func (in input) text(key string) string { s, _ := in[key].(string); return s }

func (in input) textOr(key, byDefault string) string {
	if s := in.text(key); s != "" {
		return s
	}
	return byDefault
}

func (in input) group(key string) input    { g, _ := in[key].(input); return g }
func (in input) groups(key string) []input { g, _ := in[key].([]input); return g }

// readInput checks what an officer wrote beside an action. The error is an *InputError.
func readInput(action string, with map[string]any) (input, error) {
	fields, known := inputs[action]
	if !known {
		return nil, &InputError{action, "unknown action; hint: " + hintAction(action, Verbs())}
	}
	in, err := readFields("with", with, fields)
	if err != nil {
		return nil, &InputError{action, err.Error()}
	}
	return in, nil
}

// hintAction says which action was meant, or which there are.
func hintAction(action string, known []string) string {
	if near := spelling.Nearest(action, known); near != "" {
		return "did you mean " + near
	}
	return "the actions are " + strings.Join(known, ", ")
}

func readFields(path string, given map[string]any, fields []shape) (input, error) {
	in := input{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(fields, func(s shape) bool { return s.key == key })
		if i < 0 {
			return nil, fmt.Errorf("%s.%s is unknown; hint: %s", path, key, hintKey(key, fields))
		}
		value, err := fields[i].read(path+"."+key, given[key])
		if err != nil {
			return nil, err
		}
		in[key] = value
	}
	for _, s := range fields {
		if _, given := in[s.key]; s.required && !given {
			return nil, fmt.Errorf("%s.%s is missing; hint: for example %s", path, s.key, s.example)
		}
	}
	return in, nil
}

// hintKey says which key was meant, or which there are.
func hintKey(key string, fields []shape) string {
	var keys []string
	for _, s := range fields {
		keys = append(keys, s.key)
	}
	if above, _, dotted := strings.Cut(key, "."); dotted {
		if i := slices.IndexFunc(fields, func(s shape) bool { return s.key == above && s.fields != nil }); i >= 0 {
			return above + " is written as a whole, for example " + fields[i].sample()
		}
	}
	return spelling.Meant(key, keys, knownKeys(fields))
}

func knownKeys(fields []shape) string {
	if len(fields) == 0 {
		return "the action takes no input"
	}
	keys := make([]string, len(fields))
	for i, s := range fields {
		keys[i] = s.key
	}
	return "known are " + strings.Join(keys, ", ")
}

func (s shape) read(path string, value any) (any, error) {
	switch {
	case s.list > 0:
		return s.readList(path, value)
	case s.fields != nil:
		return readGroup(path, value, s.fields)
	}
	return s.readText(path, value)
}

func (s shape) readList(path string, value any) (any, error) {
	items, ok := value.([]any)
	if !ok || len(items) == 0 || len(items) > s.list {
		return nil, fmt.Errorf("%s must be a list of 1 to %d groups; hint: for example %s", path, s.list, s.sample())
	}
	out := make([]input, len(items))
	for i, item := range items {
		g, err := readGroup(fmt.Sprintf("%s[%d]", path, i), item, s.fields)
		if err != nil {
			return nil, err
		}
		out[i] = g
	}
	return out, nil
}

func readGroup(path string, value any, fields []shape) (input, error) {
	given, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s must be a group of keys; hint: %s", path, knownKeys(fields))
	}
	return readFields(path, given, fields)
}

func (s shape) readText(path string, value any) (any, error) {
	t, ok := scalar(value)
	if !ok {
		return nil, fmt.Errorf("%s must be a text", path)
	}
	// Every element these texts go to collapses white space.
	t = strings.Join(strings.Fields(t), " ")
	n := len(utf16.Encode([]rune(t))) // as schemas count, two for an emoji
	switch {
	case n == 0 || n > s.most:
		return nil, fmt.Errorf("%s must have 1 to %d characters", path, s.most)
	case !utf8.ValidString(t) || strings.ContainsFunc(t, unwritable):
		return nil, fmt.Errorf("%s has a character that a message cannot hold", path)
	case s.pattern != "" && !regexp.MustCompile("^("+s.pattern+")$").MatchString(t):
		return nil, fmt.Errorf("%s is %q; hint: it looks like %s", path, t, s.example)
	}
	if s.pattern == calendar {
		if _, err := time.Parse(time.DateOnly, t); err != nil {
			return nil, fmt.Errorf("%s is not a day of the calendar: %q; hint: it looks like %s", path, t, s.example)
		}
	}
	return t, nil
}

func unwritable(r rune) bool { return unicode.IsControl(r) || r == '\uFFFE' || r == '\uFFFF' }

// scalar takes numbers too, because a code such as 40 is easily written without quotes.
func scalar(value any) (string, bool) {
	switch t := value.(type) {
	case string:
		return t, true
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64), true
	case int:
		return strconv.Itoa(t), true
	case int64:
		return strconv.FormatInt(t, 10), true
	case uint64:
		return strconv.FormatUint(t, 10), true
	}
	return "", false
}

// texts are the texts that stand alone, for an event at the other side; inputOf reads them there.
func (in input) texts() map[string]any {
	var out map[string]any
	for key, value := range in {
		if text, ok := value.(string); ok {
			if out == nil {
				out = map[string]any{}
			}
			out[key] = text
		}
	}
	return out
}

func inputOf(with map[string]any) input {
	in := input{}
	for key, value := range with {
		if text, ok := value.(string); ok {
			in[key] = text
		}
	}
	return in
}

// checkInput looks at what depends on the movement. The error is an *InputError.
func (tr *transition) checkInput() error {
	switch tr.on.name {
	case "guarantee_invalid":
		return tr.checkGuaranteeInput()
	case "partial_release":
		return tr.checkHouses()
	}
	return nil
}

func (tr *transition) checkGuaranteeInput() error {
	if tr.input.groups("guarantees") != nil {
		return nil
	}
	if tr.Declaration != nil && len(tr.Declaration.Find(tr.process.guarantees)) > 0 {
		return nil // all of them are meant
	}
	return &InputError{tr.on.name, "the declaration has no guarantee with a GRN; hint: name one in with.guarantees"}
}
