package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/message"
	"nctsim/simulator/messagediff"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// bodies compares two bodies.
func (o *one) bodies(recorded, own []byte) {
	recorded, own = bytes.TrimSpace(recorded), bytes.TrimSpace(own)
	a, b := sort(recorded), sort(own)
	switch {
	case a != b:
		o.differs(Body, "", a+": "+shortened(string(recorded)), b+": "+shortened(string(own)))
	case a == isJSON:
		left, right := decoded(recorded), decoded(own)
		o.json("$", "", left, right)
	case a == isXML:
		o.xml(recorded, own)
	case !o.learned.sameWords(string(recorded), string(own)):
		o.differs(Body, "", string(recorded), string(own))
	}
}

// What a body is, in words.
const (
	isEmpty = "nothing"
	isJSON  = "JSON"
	isXML   = "XML"
	isText  = "text"
)

func sort(body []byte) string {
	switch {
	case len(body) == 0:
		return isEmpty
	case json.Valid(body):
		return isJSON
	case body[0] == '<':
		if _, err := xmltree.Parse(body); err == nil {
			return isXML
		}
	}
	return isText
}

func decoded(body []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_ = d.Decode(&v) // it is valid
	return v
}

// nothing stands for what is not there.
type nothing struct{}

func text(v any) string {
	switch v := v.(type) {
	case nothing:
		return ""
	case string:
		return v
	}
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(out)
}

// json compares values by their paths; name is the key that they stand under.
func (o *one) json(path, name string, a, b any) {
	switch a := a.(type) {
	case map[string]any:
		if b, same := b.(map[string]any); same {
			o.objects(path, a, b)
			return
		}
	case []any:
		if b, same := b.([]any); same {
			o.arrays(path, name, a, b)
			return
		}
	case string:
		if b, same := b.(string); same {
			o.strings(path, name, a, b)
			return
		}
	}
	different := text(a) != text(b) || kindOf(a) != kindOf(b)
	if name == "movementReferenceNumber" { // it comes when customs accepts
		o.atLast(path, different, o.difference(JSON, path, text(a), text(b)))
	} else if different {
		o.differs(JSON, path, text(a), text(b))
	}
}

func kindOf(v any) string { return fmt.Sprintf("%T", v) }

func (o *one) objects(path string, a, b map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if key == "totalCount" && listLength(a) != listLength(b) {
			continue // the list tells more
		}
		other, there := b[key]
		if !there {
			other = nothing{}
		}
		o.json(path+"."+key, key, a[key], other)
	}
	for _, key := range slices.Sorted(maps.Keys(b)) {
		if _, there := a[key]; !there {
			o.json(path+"."+key, key, nothing{}, b[key])
		}
	}
}

// listLength is how long the list of messages or movements of an answer is, 0 if it has none.
func listLength(object map[string]any) int {
	for _, name := range listsOf {
		if list, some := object[name].([]any); some {
			return len(list)
		}
	}
	return 0
}

// strings compares two strings: one that holds XML or JSON by what it holds.
func (o *one) strings(path, name, a, b string) {
	switch {
	case strings.HasPrefix(a, "<") && strings.HasPrefix(b, "<") && sort([]byte(a)) == isXML && sort([]byte(b)) == isXML:
		o.xml([]byte(a), []byte(b))
	case strings.HasPrefix(a, "{") && strings.HasPrefix(b, "{") && json.Valid([]byte(a)) && json.Valid([]byte(b)):
		o.json(path, name, decoded([]byte(a)), decoded([]byte(b)))
	case name == "movementReferenceNumber":
		o.atLast(path, !o.sameText(name, a, b), o.difference(JSON, path, a, b))
	case !o.sameText(name, a, b):
		o.differs(JSON, path, a, b)
	}
}

// sameText reports whether two values of a name say the same, each in its world.
func (o *one) sameText(name, a, b string) bool {
	name = name[strings.LastIndexAny(name, "/.")+1:]
	if known, some := o.learned.own[a]; some {
		return known == b
	}
	if b != "" && (a == exchange.Mask || slices.Contains(madeAnew, name)) {
		return true
	}
	if pathA, pathB := withoutHost(a), withoutHost(b); pathA != "" && pathB != "" {
		return o.sameLink(pathA, pathB)
	}
	if slices.Contains(identities, name) || name == "id" || alike(a, b) {
		switch {
		case a == "" || b == "":
			return a == b
		case number().MatchString(a) && number().MatchString(b):
			return true // the links beside it tell which is which
		}
		return o.learned.same(a, b)
	}
	if strings.HasPrefix(a, "/") && strings.HasPrefix(b, "/") {
		return o.sameLink(a, b)
	}
	if a == b {
		return true
	}
	if t, layout, some := parseTime(a); some {
		u, _, also := parseTime(b)
		return also && o.sameTime(t, u, layout == time.DateOnly)
	}
	if number().MatchString(a) && number().MatchString(b) && o.phase4Time(name, a, b) {
		return true
	}
	return o.learned.sameWords(a, b)
}

// madeAnew are the fields of an upload that a service makes anew for each.
var madeAnew = []string{"x-amz-credential", "x-amz-meta-request-id", "x-amz-meta-session-id", "x-amz-signature", "policy", "key", "x-amz-date"}

// withoutHost is the rest of a URL behind its host, which is that of its world; "" if it is not a URL.
func withoutHost(s string) string {
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// sameLink compares links: their paths, and the fields of their queries one by one.
func (o *one) sameLink(a, b string) bool {
	a, queryA, _ := strings.Cut(a, "?")
	b, queryB, _ := strings.Cut(b, "?")
	fieldsA, fieldsB := strings.Split(queryA, "&"), strings.Split(queryB, "&")
	if len(fieldsA) != len(fieldsB) {
		return false
	}
	for i := range fieldsA {
		nameA, valueA, _ := strings.Cut(fieldsA[i], "=")
		nameB, valueB, _ := strings.Cut(fieldsB[i], "=")
		if nameA != nameB || !o.sameText(nameA, unescaped(valueA), unescaped(valueB)) {
			return false
		}
	}
	return o.learned.samePath(a, b)
}

func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil { // a plus is that of a zone
		return plain
	}
	return s
}

// sameTime reports whether two times are near enough, when the difference of the clocks is taken off.
func (o *one) sameTime(recorded, own time.Time, day bool) bool {
	shift := o.World.Shift()
	if day {
		shift = shift.Round(24 * time.Hour)
		if recorded.Add(shift).Equal(own) {
			return true
		}
		// One may have been made before midnight and the other behind it.
		began := o.x.Started
		near := began.Truncate(24*time.Hour) != began.Add(o.Tolerance).Truncate(24*time.Hour) || began.Truncate(24*time.Hour) != began.Add(-o.Tolerance).Truncate(24*time.Hour)
		return near && own.Sub(recorded.Add(shift)).Abs() == 24*time.Hour
	}
	return own.Sub(recorded.Add(shift)).Abs() <= o.Tolerance
}

// phase4Times are the elements of phase 4 in which customs says when it made a message.
var phase4Times = []string{"DatOfPreMES9", "TimOfPreMES10"}

func (o *one) phase4Time(name, a, b string) bool {
	return slices.Contains(phase4Times, name) && len(a) == len(b)
}

// listsOf are the keys of lists of messages and movements.
var listsOf = []string{"messages", "departures", "arrivals", "movements"}

func (o *one) arrays(path, name string, a, b []any) {
	if slices.Contains(listsOf, name) && (len(a) > 0 || len(b) > 0) {
		if name == "messages" {
			o.messages(path, a, b)
		} else {
			o.movements(path, a, b)
		}
		return
	}
	for i := range min(len(a), len(b)) {
		o.json(fmt.Sprintf("%s[%d]", path, i), name, a[i], b[i])
	}
	for i := len(b); i < len(a); i++ {
		o.differs(JSON, fmt.Sprintf("%s[%d]", path, i), text(a[i]), "")
	}
	for i := len(a); i < len(b); i++ {
		o.differs(JSON, fmt.Sprintf("%s[%d]", path, i), "", text(b[i]))
	}
}

// field is a string of an object, by the first of the keys that it has.
func field(v any, keys ...string) string {
	object, _ := v.(map[string]any)
	for _, key := range keys {
		if s, some := object[key].(string); some {
			return s
		}
	}
	return ""
}

// messages compares lists of messages, the newest first: each with the one of its type that came as often before.
func (o *one) messages(path string, a, b []any) {
	at := map[string]int{} // the positions in b, by type and how many of the type came before
	counts := map[string]int{}
	typesB := make([]string, len(b))
	for i := len(b) - 1; i >= 0; i-- {
		kind := field(b[i], "type", "messageType")
		typesB[len(b)-1-i] = kind
		counts[kind]++
		at[fmt.Sprintf("%s %d", kind, counts[kind])] = i
	}
	counts = map[string]int{}
	typesA := make([]string, len(a))
	for i := len(a) - 1; i >= 0; i-- {
		kind := field(a[i], "type", "messageType")
		typesA[len(a)-1-i] = kind
		counts[kind]++
		if j, there := at[fmt.Sprintf("%s %d", kind, counts[kind])]; there {
			o.json(fmt.Sprintf("%s[%d]", path, i), "", a[i], b[j])
		}
	}
	// Which messages there are is judged by the last list.
	o.atLast(queryNames(o.x.URL.RawQuery), !slices.Equal(typesA, typesB), o.difference(Messages, path, strings.Join(typesA, ", "), strings.Join(typesB, ", ")))
}

// atLast takes a comparison whose last one for the path of the request counts.
func (o *one) atLast(key string, wrong bool, d Difference) {
	key = o.file + " " + o.x.URL.Path + " " + key
	if _, before := o.last[key]; !before {
		o.ordered = append(o.ordered, key)
	}
	o.last[key] = pending{verdict: o.verdict, wrong: wrong, d: d}
}

func queryNames(raw string) string {
	var names []string
	for field := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(field, "=")
		names = append(names, name)
	}
	return strings.Join(names, "&")
}

// movements compares lists of movements by their ids. Those that were there before the recording are left out.
func (o *one) movements(path string, a, b []any) {
	own := map[string]any{}
	for _, v := range b {
		own[movementKey(v)] = v
	}
	known := 0
	for i, v := range a {
		key := movementKey(v)
		mine, learned := o.learned.own[key]
		if !learned {
			o.notice(o.file + ": movements in lists are not compared that were there before the recording")
			continue
		}
		known++
		other, there := own[mine]
		delete(own, mine)
		if !there {
			o.differs(JSON, fmt.Sprintf("%s[%d]", path, i), text(v), "")
			continue
		}
		o.json(fmt.Sprintf("%s[%d]", path, i), "", v, other)
	}
	if known == len(a) {
		for _, key := range slices.Sorted(maps.Keys(own)) {
			o.differs(JSON, path, "", text(own[key]))
		}
	}
}

// movementKey is what a movement of a list was learned under.
func movementKey(v any) string {
	object, _ := v.(map[string]any)
	links, _ := object["_links"].(map[string]any)
	if self := field(links["self"], "href"); self != "" {
		parts := strings.Split(self, "/")
		return keyOf(parts, len(parts)-1)
	}
	return field(v, "id", "departureId", "arrivalId")
}

// mostRows is how many differences of one message are told.
const mostRows = 1000

// xml compares two messages by their elements.
func (o *one) xml(recorded, own []byte) {
	a, errA := xmltree.Parse(recorded)
	b, errB := xmltree.Parse(own)
	if errA != nil || errB != nil {
		o.differs(Body, "", string(recorded), string(own))
		return
	}
	if a.Name != b.Name || a.Space() != b.Space() {
		o.differs(XML, "/"+a.Name, rootText(a), rootText(b))
		return
	}
	rows, total := messagediff.Compare(
		messagediff.Message{Root: a, Declared: o.declared(a)},
		messagediff.Message{Root: b, Declared: o.declared(b)}, mostRows)
	for _, row := range rows {
		path := row.Left
		if path == "" {
			path = row.Right
		}
		if row.Mark == messagediff.Changed && o.sameText(withoutPosition(path), row.LeftValue, row.RightValue) {
			continue
		}
		o.differs(XML, path, presence(row.Left, row.LeftValue), presence(row.Right, row.RightValue))
	}
	if total > len(rows) {
		o.differs(XML, "/"+a.Name, fmt.Sprintf("%d more differences", total-len(rows)), "")
	}
	o.equalValues(a, b)
}

// equalValues learns what is called the same in both worlds, so that nothing else may take its place.
func (o *one) equalValues(a, b *xmltree.Node) {
	for _, name := range []string{"MRN", "LRN"} {
		if x, y := find(a, name), find(b, name); x != "" && x == y {
			o.learned.same(x, y)
		}
	}
}

func find(n *xmltree.Node, name string) string {
	if n.Name == name && len(n.Children) == 0 {
		return strings.TrimSpace(n.Text)
	}
	for _, child := range n.Children {
		if found := find(child, name); found != "" {
			return found
		}
	}
	return ""
}

// withoutPosition is a path without the position at its end: "…/MRN[1]" is an MRN.
func withoutPosition(path string) string {
	if i := strings.LastIndexByte(path, '['); i > strings.LastIndexByte(path, '/') {
		return path[:i]
	}
	return path
}

// presence is the value of an element, with quotation marks if it is there and has none.
func presence(path, value string) string {
	if path != "" && value == "" {
		return `""`
	}
	return value
}

func rootText(n *xmltree.Node) string {
	if n.Space() == "" {
		return n.Name
	}
	return n.Name + " in " + n.Space()
}

// declared is the declaration of a message, of the phase that it names if several have it; nil if none has.
func (o *one) declared(root *xmltree.Node) *schema.Element {
	var first *schema.Element
	for _, p := range message.Phases {
		e := o.Catalogue.Schema(p, root.Name)
		if e == nil {
			continue
		}
		if first == nil {
			first = e
		}
		for _, a := range root.Attrs() {
			if strings.HasSuffix(a.Name, "PhaseID") && a.Value == p.EmittedPhaseID() {
				return e
			}
		}
	}
	return first
}
