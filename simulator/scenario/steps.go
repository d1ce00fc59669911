package scenario

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/schema"
	"nctsim/simulator/spelling"
	"nctsim/simulator/textfile"
	"nctsim/simulator/xmltree"
)

// steps are the items of the list of steps, bad ones too: they keep their numbers.
func (n *node) steps() []*node {
	if n == nil || n.bad {
		return nil
	}
	return n.items
}

func (r *reading) step(i int, n *node) Step {
	st := Step{Number: i + 1, Line: n.line}
	for _, f := range forms {
		if n.has(f) {
			st.Form = Form(f)
		}
	}
	if n.bad || st.Form == "" {
		// What it does is not known; later steps must not be blamed for that.
		r.open[message.Departure], r.open[message.Arrival] = true, true
		return st
	}
	r.happening(&st, n)
	st.After = duration(n.get("after"))
	r.expected(&st, n)
	r.states(&st, n)
	r.checks(&st, n.get("check"))
	return st
}

func (r *reading) happening(st *Step, n *node) {
	value := n.get(string(st.Form))
	switch st.Form {
	case FormTrader:
		st.Trader = r.trader(value)
	case FormOfficer:
		st.Officer = r.officer(n, value)
	case FormTimer:
		st.Timer = r.timer(value)
	case FormRespond:
		if !r.follows(st, n) {
			return
		}
		for _, item := range value.list() {
			st.Respond = append(st.Respond, r.message(item, nil))
		}
	case FormInject:
		if value != nil {
			m := r.message(value, n.get("at"))
			st.Inject = &m
		} else {
			st.Inject = &Message{}
		}
	case FormFault:
		st.Fault = r.fault(value)
	}
}

// follows checks the step that a respond step stands after.
func (r *reading) follows(st *Step, n *node) bool {
	const hint = "it answers a trader, officer or timer step"
	at := n.keyOf(string(FormRespond))
	if st.Number == 1 {
		r.about(at, hint, "no step comes before it")
		return false
	}
	before := r.sc.Steps[st.Number-2]
	switch before.Form {
	case FormRespond, FormInject, FormFault:
		r.about(at, hint, "respond cannot follow %s", before.Form)
		return false
	}
	if len(before.Expect) > 0 {
		r.about(at, "leave expect out there", "step %d expects messages, but this step replaces them", before.Number)
	}
	return true
}

func (r *reading) trader(n *node) *Trader {
	t := &Trader{samples: map[message.Phase]*sample{}, EORI: n.get("as").string()}
	send := n.get("send")
	if send == nil {
		r.open[message.Departure], r.open[message.Arrival] = true, true
		return t
	}
	t.Send, _ = r.family.typeOf(send.text)
	r.sends(send, t.Send)
	t.Set, t.Remove = r.changes(n, t.Send)
	from := n.get("from")
	if from == nil {
		return t
	}
	t.From = from.text
	if isFile(from.text) && r.beside == nil {
		return t // only who replays the scenario needs the message, and has the file
	}
	for _, p := range r.sc.Phases {
		d := r.sampleOf(from, p, t.Send)
		if d == nil {
			break
		}
		t.samples[p] = d
		r.tryOut(n, d.Document)
	}
	return t
}

// sends checks that the message can be sent at this point and notes the movement that it creates.
func (r *reading) sends(n *node, t message.Type) {
	switch {
	case t.Role == message.Attaches && !r.open[t.Kind]:
		r.about(n, "", "%s belongs to a movement, but no step has sent an %s", t.Code, r.family.creator(t.Kind))
	case t.Kind == message.Arrival && r.sc.Movement == message.Departure:
		r.about(n, "write movement: arrival", "%s belongs to an arrival", t.Code)
	case t.Code == "IE015" && r.open[message.Departure]:
		r.about(n, "write a scenario of its own for it", "a scenario has one IE015")
	case t.Code == "IE015" && r.open[message.Arrival]:
		r.about(n, "", "the IE015 comes before the IE007 that ends its journey")
	}
	if t.Role == message.Creates {
		r.open[t.Kind] = true
	}
	r.inPhases(n, t)
}

func (r *reading) inPhases(n *node, t message.Type) {
	for _, p := range r.sc.Phases {
		if r.reader.catalogue.Schema(p, t.Root) == nil {
			r.about(n, "", "phase %s has no %s", p, t.Code)
			return
		}
	}
}

// changes are the set and remove keys of a message; what the schema does not know is reported.
func (r *reading) changes(n *node, t message.Type) (set []Assignment, remove []string) {
	for _, e := range n.get("set").table() {
		if r.checkPath(e.key, t, leaf) {
			set = append(set, Assignment{Path: e.key.text, Value: e.value.text})
		}
	}
	for _, item := range n.get("remove").list() {
		if r.checkPath(item, t, anything) {
			remove = append(remove, item.text)
		}
	}
	return set, remove
}

// sampleOf reads what from: names in a phase.
func (r *reading) sampleOf(n *node, p message.Phase, t message.Type) *sample {
	d, err := r.read(n, p, t)
	switch {
	case err != nil:
		r.about(n, "", "%s: %s", n.text, err)
		return nil
	case d == nil:
		if !n.bad {
			r.about(n, spelling.Hint(n.text, sampleNames(r.reader.samples, p, r.sc.Mode)), "phase %s has no sample message %s", p, n.text)
		}
		return nil
	case d.Type.Root != t.Root:
		r.about(n, "", "%s is a %s, not a %s", n.text, d.Type.Root, t.Root)
		return nil
	}
	return d
}

func (r *reading) read(n *node, p message.Phase, t message.Type) (*sample, error) {
	if !isFile(n.text) {
		return r.reader.sample(p, r.sc.Mode, n.text)
	}
	data := r.file(n)
	if data == nil {
		return nil, nil
	}
	root := r.examine(n, p, data, fmt.Sprintf("%s:%d sends the file in phase %s", r.source.file, n.line, p))
	if root == nil {
		return nil, nil
	}
	d, err := r.reader.catalogue.Document(p, root)
	if err != nil {
		return nil, err
	}
	return &sample{d, data}, nil
}

// mostFaults is how many schema errors of a file are shown.
const mostFaults = 10

// examine compares a file beside the scenario, as it stands, with the schemas of a phase, and reports what is wrong with it
// in the words of the API, at its place in the file; then there is no root.
func (r *reading) examine(n *node, p message.Phase, data []byte, hint string) *xmltree.Node {
	set := r.reader.catalogue.Set(p)
	if set == nil {
		r.about(n, "", "phase %s is not there", p)
		return nil
	}
	result := set.Validate(context.Background(), data, schema.Options{MaxErrors: mostFaults})
	if result.Valid() {
		return result.Root
	}
	if other := r.otherPhase(p, data); other != 0 {
		hint += fmt.Sprintf("; it looks like a message of phase %s", other)
	}
	n.bad = true
	name := path.Join(path.Dir(r.source.file), n.text)
	lines := linesOf(data)
	for _, e := range result.Errors {
		if r.full() {
			break
		}
		problem := Problem{
			File: name, Line: e.Line, Column: e.Column, Text: e.Message, Scenario: r.source.file,
			Hint: hint,
		}
		if e.Line >= 1 && e.Line <= len(lines) {
			problem.Source = strings.ToValidUTF8(shortLine(lines[e.Line-1]), "\uFFFD")
		}
		r.problems = append(r.problems, problem)
	}
	return nil
}

// otherPhase is the phase that the name of a message's root belongs to if it is not one of the phase that is meant, 0 if that
// cannot be told.
func (r *reading) otherPhase(p message.Phase, data []byte) message.Phase {
	root, err := xmltree.Parse(data)
	if err != nil || r.reader.catalogue.Schema(p, root.Name) != nil {
		return 0
	}
	for _, other := range message.Phases {
		if r.reader.catalogue.Schema(other, root.Name) != nil {
			return other
		}
	}
	return 0
}

// longestLine is how much of a line of a message is shown, in bytes: messages can be one line.
const longestLine = 200

// shortLine is a line as it is shown, nothing if it is too long.
func shortLine(line string) string {
	if len(line) > longestLine {
		return ""
	}
	return line
}

// file reads a file beside the scenario, nil if that was reported as a problem.
func (r *reading) file(n *node) []byte {
	if r.beside == nil {
		r.about(n, "name a sample message, or put the scenario into a folder with its files", "there are no files beside this scenario")
		return nil
	}
	data, err := fs.ReadFile(r.beside, path.Clean(n.text))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.about(n, "", "there is no file %s beside the scenario", n.text)
		return nil
	case errors.Is(err, fs.ErrInvalid):
		r.about(n, "files lie in the scenario's folder or below it", "%s leads out of the folder", n.text)
		return nil
	case err != nil:
		r.about(n, "", "%s cannot be read: %s", n.text, plainError(err))
		return nil
	}
	text, err := textfile.Decode(data)
	if e, other := textfile.IsError(err); other {
		r.about(n, e.Hint(), "%s cannot be read: %s", n.text, e.Problem())
		return nil
	}
	return text
}

// plainError leaves out the path, which the problem names as the scenario does.
func plainError(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// tryOut makes the changes in a copy of the sample, because some only show themselves as impossible there:
// which of two groups is meant, or the third where there is one.
func (r *reading) tryOut(n *node, d *message.Document) {
	b := message.Edit(d)
	for _, e := range n.get("set").table() {
		if err := b.Set(e.key.text, e.value.text); err != nil {
			r.pathProblem(e.key, err)
		}
	}
	for _, item := range n.get("remove").list() {
		if !b.Document().Has(item.text) {
			r.about(item, "", "%s has no %s", n.get("from").string(), item.text)
			continue
		}
		if err := b.Remove(item.text); err != nil {
			r.pathProblem(item, err)
		}
	}
}

func (r *reading) officer(step, n *node) *Officer {
	o := &Officer{Verb: n.string(), Refused: step.has("refused")}
	if n == nil {
		return o
	}
	o.At = r.office(n, o.Verb, step.get("at"))
	if with := step.get("with"); with != nil {
		r.with(o, with)
	} else if err := office.CheckInput(o.Verb, nil); err != nil {
		r.about(n, "", "%s", inputReason(err))
	}
	return o
}

// office is the side that an action is done at.
func (r *reading) office(n *node, verb string, at *node) message.Kind {
	var knows []message.Kind
	for _, k := range bothKinds {
		if slices.Contains(r.family.verbs(k), verb) {
			knows = append(knows, k)
		}
	}
	kind := knows[0]
	switch {
	case at != nil:
		kind = message.Kind(at.text)
		if !slices.Contains(knows, kind) {
			r.about(at, "", "%s is no action at the %s", verb, kind)
			return kind
		}
	case len(knows) > 1 && r.open[message.Arrival]:
		kind = message.Arrival
	}
	r.exists(n, kind, "an officer acts on the %s")
	return kind
}

// exists reports something that is about a movement which no step has created.
func (r *reading) exists(n *node, k message.Kind, what string) {
	if !r.open[k] {
		r.about(n, "", what+", but no step before has sent an %s", k, r.family.creator(k))
	}
}

func (r *reading) with(o *Officer, n *node) {
	value, ok := n.plain().(map[string]any)
	if !ok {
		r.about(n, "", "with is %s here; it takes a group of keys", n.form)
		return
	}
	o.With = value
	if err := office.CheckInput(o.Verb, value); err != nil {
		where := n.locate(inputReason(err))
		text, hint, _ := strings.Cut(inputReason(err), "; hint: ")
		r.about(where, hint, "%s", text)
	}
}

func inputReason(err error) string {
	var wrong *office.InputError
	if errors.As(err, &wrong) {
		return wrong.Reason
	}
	return err.Error()
}

// plain is the value as encoding/json would give it, but with texts for numbers too.
func (n *node) plain() any {
	switch n.form {
	case mapping:
		out := map[string]any{}
		for _, e := range n.entries {
			out[e.key.text] = e.value.plain()
		}
		return out
	case sequence:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.plain()
		}
		return out
	case scalar:
		return n.text
	}
	return nil
}

// locate follows the path at the beginning of an error text, "with.controls[0].type is missing", as far as it
// goes. What is unknown is a key, all else a value.
func (n *node) locate(reason string) *node {
	path, what, _ := strings.Cut(reason, " ")
	unknown := strings.HasPrefix(what, "is unknown")
	for _, name := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' })[1:] {
		next := n.keyOf(name)
		if v := n.get(name); v != nil && !(v.form == scalar && unknown) {
			next = v
		}
		if i, err := strconv.Atoi(name); err == nil && n.form == sequence && i < len(n.items) {
			next = n.items[i]
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}

func (r *reading) timer(n *node) *Timer {
	t := &Timer{Name: n.string(), At: message.Departure}
	if n == nil {
		return t
	}
	if !slices.Contains(r.family.timers(message.Departure), t.Name) {
		t.At = message.Arrival
	}
	r.exists(n, t.At, "the timer belongs to the %s")
	return t
}

// message is a message of customs under respond or inject, and the movement that the scenario says it goes to.
func (r *reading) message(n, to *node) Message {
	m := Message{Repeat: number(n.get("repeat"), 1), Delay: duration(n.get("delay")), Force: n.get("force").string() == "true"}
	at := n
	switch body := n.get("body"); {
	case n.form == scalar:
		m.Type, _ = r.family.typeOf(n.text)
	case body != nil:
		at, m.File = body, body.text
		r.body(&m, body)
	default:
		if at = n.get("send"); at == nil {
			return m
		}
		m.Type, _ = r.family.typeOf(at.text)
		m.Set, m.Remove = r.changes(n, m.Type)
	}
	if m.Type.Code != "" {
		r.inPhases(at, m.Type)
		m.Type.Kind = r.receiver(m.Type, to)
		r.exists(at, m.Type.Kind, m.Type.Code+" goes to the %s")
	}
	return m
}

// receiver is the movement that gets a message.
func (r *reading) receiver(t message.Type, to *node) message.Kind {
	switch {
	case to != nil && t.Of(message.Kind(to.text)):
		return message.Kind(to.text)
	case to != nil:
		r.about(to, "", "%s goes to the %s", t.Code, t.Kind)
	case eitherSide(t) && !r.open[message.Departure]:
		return message.Arrival
	}
	return t.Kind
}

func (r *reading) body(m *Message, n *node) {
	if m.Body = r.file(n); m.Body == nil {
		return
	}
	root, err := xmltree.Parse(m.Body)
	if err != nil {
		if r.examine(n, r.family.latest(), m.Body, fmt.Sprintf("%s:%d sends the file", r.source.file, n.line)) != nil {
			r.about(n, "", "%s is not XML: %s", n.text, err)
		}
		return
	}
	t, known := r.family.typeOfRoot(root.Name)
	if !known || t.Role != message.FromCustoms {
		r.about(n, "", "%s is a %s, which is no message of customs", n.text, root.Name)
		return
	}
	m.Type = t
	if !m.Force {
		r.valid(n, m)
	}
}

func (r *reading) valid(n *node, m *Message) {
	for _, p := range r.sc.Phases {
		if r.examine(n, p, m.Body, fmt.Sprintf("%s:%d sends the file in phase %s; force: true sends it all the same", r.source.file, n.line, p)) == nil {
			return
		}
	}
}

func (r *reading) fault(n *node) *Fault {
	f := &Fault{
		Call: n.get("call").string(), Status: number(n.get("status"), 0), Delay: duration(n.get("delay")),
		Reset: n.has("reset"), Drop: n.has("drop"), Duplicate: n.has("duplicate"), Times: number(n.get("times"), 1),
	}
	if f.Call == "" {
		return f
	}
	pushed := f.Call == CallNotification
	for _, e := range n.table() {
		switch key := e.key.text; {
		case pushed && (key == "status" || key == "reset"):
			r.about(e.key, "it takes delay, drop or duplicate", "%s is a fault of calls, not of notifications", key)
		case !pushed && (key == "drop" || key == "duplicate"):
			r.about(e.key, "it takes status, delay or reset", "%s is a fault of notifications, not of calls", key)
		}
	}
	return f
}

func (r *reading) expected(st *Step, n *node) {
	switch st.Form {
	case FormRespond:
		for _, m := range st.Respond {
			st.Expect = append(st.Expect, m.expected()...)
		}
	case FormInject:
		st.Expect = st.Inject.expected()
	}
	for _, item := range n.get("expect").list() {
		code, mark, marked := strings.Cut(item.text, " ")
		t, _ := r.family.typeOf(code)
		if " "+mark == toArrival || !marked && eitherSide(t) && !r.open[message.Departure] {
			t.Kind = message.Arrival
		}
		r.inPhases(item, t)
		r.exists(item, t.Kind, t.Code+" goes to the %s")
		st.Expect = append(st.Expect, Expected{Type: t.Code, Side: t.Kind})
	}
}

func (m Message) expected() []Expected {
	return slices.Repeat([]Expected{{Type: m.Type.Code, Side: m.Type.Kind}}, m.Repeat)
}

func (r *reading) states(st *Step, n *node) {
	if at := n.get("state"); at != nil {
		st.State = r.family.state(at.text, message.Departure)
		r.exists(at, message.Departure, "state is that of the %s")
	}
	if at := n.get("arrivalState"); at != nil {
		st.ArrivalState = r.family.state(at.text, message.Arrival)
		r.exists(at, message.Arrival, "arrivalState is that of the %s")
	}
}

func (r *reading) checks(st *Step, n *node) {
	for _, e := range n.table() {
		t, _ := r.family.typeOf(e.key.text)
		if !slices.ContainsFunc(st.Expect, func(x Expected) bool { return x.Type == t.Code }) {
			r.about(e.key, fmt.Sprintf("expect it in step %d, or check it where it comes", st.Number), "the step brings no %s that could be checked", t.Code)
			continue
		}
		for _, c := range e.value.table() {
			want := leaf
			if c.value.has("present") {
				want = anything
			}
			if r.checkPath(c.key, t, want) {
				st.Checks = append(st.Checks, condition(t, c))
			}
		}
	}
}

func condition(t message.Type, e entry) Check {
	c := Check{Type: t.Code, Path: e.key.text, Line: e.key.line}
	v := e.value
	switch v.form {
	case sequence:
		for _, item := range v.list() {
			c.Values = append(c.Values, item.text)
		}
	case mapping:
		if m := v.get("matches"); m != nil {
			c.Matches = regexp.MustCompile(m.text)
		}
		if p := v.get("present"); p != nil {
			there := p.text == "true"
			c.Present = &there
		}
	default:
		c.Values, c.Each = []string{v.text}, true
	}
	return c
}
