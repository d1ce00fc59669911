package compare

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/pattern"
	"nctsim/simulator/xmltree"
)

// learned is what the values of the recorded world are called in the simulator's.
type learned struct {
	// own is by the recorded value, recorded the other way round. Numbers, which are short, stand behind the path that leads to
	// them: "departures/7/messages/2".
	own, recorded map[string]string
	// callers are EORIs by what their requests came with, first is the one that the recording told first.
	callers map[string]string
	first   string
}

// mostLearned is how many values are kept.
const mostLearned = 2_000_000

func newLearned() *learned {
	return &learned{own: map[string]string{}, recorded: map[string]string{}, callers: map[string]string{}}
}

// tokenIsEORI is a token that names its EORI itself, as simulators take them.
var tokenIsEORI = pattern.New(`^(?i:bearer) ((?:GB|XI)[0-9]{12,15})$`)

// meet says who comes with a token.
func (l *learned) meet(authorization, eori string) {
	if l.first == "" {
		l.first = eori
	}
	if len(l.callers) < mostLearned {
		l.callers[authorization] = eori
	}
}

// eori is who comes with a token: as it says itself, or as answers do. Those of whom nothing is known are the trader who was
// known first, "" for nobody: tokens are renewed.
func (l *learned) eori(authorization string) string {
	if m := tokenIsEORI().FindStringSubmatch(authorization); m != nil {
		return m[1]
	}
	if eori := l.callers[authorization]; eori != "" {
		return eori
	}
	return l.first
}

// same reports whether a value stands for another, and remembers it the first time.
func (l *learned) same(recorded, own string) bool {
	if known, some := l.own[recorded]; some {
		return known == own
	}
	if before, some := l.recorded[own]; some {
		return before == recorded
	}
	if len(l.own) < mostLearned {
		l.own[recorded], l.recorded[own] = own, recorded
	}
	return true
}

// identities are the names of elements, headers and keys whose values each world makes for itself.
var identities = []string{
	"departureId", "arrivalId", "movementId", "messageId", "boxId", "notificationId", "balanceId", "correlationId", "requestId", "conversationId",
	"enrollmentEORINumber", "movementEORINumber", "messageIdentification", "correlationIdentifier", "MesIdeMES19", "IntConRefMES11",
	"MRN", "movementReferenceNumber", "DocNumHEA5", "x-request-id", "X-Request-Id", "clientId", "eoriNumber",
}

// alike reports whether two values are of one shape, so that one can stand for the other: both a number, both an MRN and so on.
func alike(a, b string) bool {
	for _, shape := range []*regexp.Regexp{hexID(), uuid(), mrn(), objectI()} {
		if shape.MatchString(a) || shape.MatchString(b) {
			return shape.MatchString(a) && shape.MatchString(b)
		}
	}
	return false
}

// word is a part of a text that may be an id.
var word = pattern.New(`[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*`)

// sameWords compares texts with ids in them, as links and the words of errors have them.
func (l *learned) sameWords(recorded, own string) bool {
	a, b := word().FindAllStringIndex(recorded, -1), word().FindAllStringIndex(own, -1)
	if len(a) != len(b) {
		return false
	}
	endA, endB := 0, 0
	for i := range a {
		if recorded[endA:a[i][0]] != own[endB:b[i][0]] {
			return false
		}
		wordA, wordB := recorded[a[i][0]:a[i][1]], own[b[i][0]:b[i][1]]
		if wordA != wordB || l.own[wordA] != "" {
			if known := l.own[wordA]; known != wordB && (!alike(wordA, wordB) || !l.same(wordA, wordB)) {
				return false
			}
		}
		endA, endB = a[i][1], b[i][1]
	}
	return recorded[endA:] == own[endB:]
}

// samePath compares paths, with numbers in them as ids.
func (l *learned) samePath(recorded, own string) bool {
	partsA, partsB := strings.Split(recorded, "/"), strings.Split(own, "/")
	if len(partsA) != len(partsB) {
		return false
	}
	for i := range partsA {
		key := keyOf(partsA, i)
		switch {
		case key != "":
			if !isID(partsB[i]) || number().MatchString(partsA[i]) != number().MatchString(partsB[i]) || !l.same(key, keyAs(key, partsB[i])) {
				return false
			}
		case partsA[i] != partsB[i] && !l.sameWords(partsA[i], partsB[i]):
			return false
		}
	}
	return true
}

// keyOf is what a part of a path is learned under, "" if it is not an id.
func keyOf(parts []string, i int) string {
	if i == 0 || !slices.Contains(collections, parts[i-1]) || !isID(parts[i]) {
		return ""
	}
	if !number().MatchString(parts[i]) {
		return parts[i]
	}
	key := parts[i-1] + "/" + parts[i]
	if i > 2 && parts[i-1] == "messages" {
		key = parts[i-3] + "/" + parts[i-2] + "/" + key
	}
	return key
}

// keyAs is the other side of a key: of numbers with what leads to them in the recorded world, so that each has its own.
func keyAs(key, own string) string {
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		return key[:i+1] + own
	}
	return own
}

// unknownID is an id in a path that no answer has told of, "" if there is none.
func (l *learned) unknownID(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		if key := keyOf(parts, i); key != "" && l.own[key] == "" {
			return parts[i-1] + "/" + parts[i]
		}
	}
	return ""
}

// path is a path in the simulator's world.
func (l *learned) path(recorded string) string {
	parts := strings.Split(recorded, "/")
	out := slices.Clone(parts)
	for i, part := range parts {
		key := keyOf(parts, i)
		if key == "" {
			key = part
		}
		if own := l.own[key]; own != "" {
			out[i] = own[strings.LastIndexByte(own, '/')+1:]
		}
	}
	return strings.Join(out, "/")
}

// query is a query in the simulator's world: times are moved.
func (l *learned) query(raw string, shift time.Duration) string {
	if raw == "" {
		return raw
	}
	fields := strings.Split(raw, "&")
	for i, field := range fields {
		name, value, given := strings.Cut(field, "=")
		if !given {
			continue
		}
		plain := strings.NewReplacer("%3A", ":", "%3a", ":", "%2B", "+", "%2b", "+").Replace(value)
		if own := l.own[value]; own != "" {
			fields[i] = name + "=" + own
		} else if moved, some := moveTime(plain, shift); some {
			fields[i] = name + "=" + strings.NewReplacer("+", "%2B", ":", "%3A").Replace(moved)
		}
	}
	return strings.Join(fields, "&")
}

// lrns are the elements that hold an LRN.
var lrns = []string{"LRN", "RefNumHEA4"}

// body is a body in the simulator's world. What can be read neither as XML nor as JSON is sent as it is.
func (l *learned) body(recorded []byte, _ string, w World) []byte {
	text := bytes.TrimLeft(recorded, " \t\r\n\ufeff")
	switch {
	case len(text) == 0:
		return recorded
	case text[0] == '<':
		return l.xml(recorded, w)
	case (text[0] == '{' || text[0] == '[') && json.Valid(recorded):
		return l.json(recorded, w)
	}
	return recorded
}

// value is the text of an element or key in the simulator's world.
func (l *learned) value(name, recorded string, w World) string {
	if own := l.own[recorded]; own != "" {
		return own
	}
	if slices.Contains(lrns, name) {
		if fresh := w.LRN(recorded); fresh != recorded {
			l.same(recorded, fresh)
			return fresh
		}
		return recorded
	}
	if moved, some := moveTime(recorded, w.Shift()); some {
		return moved
	}
	return recorded
}

// xml replaces the texts of leaves, and leaves everything else as it was written.
func (l *learned) xml(recorded []byte, w World) []byte {
	root, err := xmltree.Parse(recorded)
	if err != nil {
		return recorded
	}
	var out bytes.Buffer
	end := 0
	var walk func(n *xmltree.Node)
	walk = func(n *xmltree.Node) {
		for _, child := range n.Children {
			walk(child)
		}
		if len(n.Children) > 0 || n.Open == n.Close {
			return
		}
		text := strings.TrimSpace(n.Text)
		own := l.value(n.Name, text, w)
		closing := bytes.LastIndex(recorded[n.Open:n.Close], []byte("</"))
		if own == text || closing < 0 {
			return
		}
		out.Write(recorded[end:n.Open])
		out.WriteString(xmlText.Replace(own))
		end = int(n.Open) + closing
	}
	walk(root)
	out.Write(recorded[end:])
	return out.Bytes()
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// jsonString is a string in JSON, with the colon behind it if it is a key.
var jsonString = pattern.New(`"(?:[^"\\]|\\.)*"(\s*:)?`)

// json replaces strings that are values, and leaves everything else as it was written.
func (l *learned) json(recorded []byte, w World) []byte {
	key := ""
	return jsonString().ReplaceAllFunc(recorded, func(s []byte) []byte {
		isKey := bytes.HasSuffix(s, []byte(":"))
		literal := s
		if isKey {
			literal = bytes.TrimRight(s[:len(s)-1], " \t\r\n")
		}
		var text string
		if json.Unmarshal(literal, &text) != nil {
			return s
		}
		if isKey {
			key = text
			return s
		}
		own := l.value(key, text, w)
		if strings.HasPrefix(text, "<") {
			own = string(l.xml([]byte(text), w))
		}
		if own == text {
			return s
		}
		out, err := json.Marshal(own)
		if err != nil {
			return s
		}
		return out
	})
}

// How times are written: in HMRC's APIs and in messages of phases 5 and 6, and dates in those of phase 4.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly}

// parseTime reads a time, and reports whether it is one, and whether it is a day alone.
func parseTime(text string) (t time.Time, layout string, some bool) {
	if len(text) < len(time.DateOnly) || len(text) > 35 || text[4] != '-' {
		return t, "", false
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, layout, true
		}
	}
	return t, "", false
}

// moveTime is a time so much later; days are moved by whole days.
func moveTime(text string, shift time.Duration) (string, bool) {
	if shift == 0 {
		return text, false
	}
	t, layout, some := parseTime(text)
	if !some {
		return text, false
	}
	if layout == time.DateOnly {
		shift = shift.Round(24 * time.Hour)
	}
	// As exactly as it was written.
	digits := 0
	if i := strings.IndexByte(text, '.'); i > 0 {
		for digits+i+1 < len(text) && text[i+1+digits] >= '0' && text[i+1+digits] <= '9' {
			digits++
		}
	}
	fraction := ""
	if digits > 0 {
		fraction = "." + strings.Repeat("0", digits)
	}
	return t.Add(shift).Format(strings.Replace(layout, ".999999999", fraction, 1)), true
}
