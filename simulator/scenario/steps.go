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
	"nctsim/simulator/textfile"
	"nctsim/simulator/upload"
	"nctsim/simulator/xmltree"
	"nctsim/simulator/yamlform"
)

// stepsOf are the items of the list of steps, bad ones too: they keep their numbers.
func stepsOf(n *yamlform.Node) []*yamlform.Node {
	if n == nil || n.Bad {
		return nil
	}
	return n.Items
}

func (r *reading) step(i int, n *yamlform.Node) Step {
	st := Step{Number: i + 1, Line: n.Line}
	for _, f := range forms {
		if n.Has(f) {
			st.Form = Form(f)
		}
	}
	if n.Bad || st.Form == "" {
		// What it does is not known; later steps must not be blamed for that.
		r.open[message.Departure], r.open[message.Arrival] = true, true
		return st
	}
	r.happening(&st, n)
	st.After = duration(n.Get("after"))
	r.expected(&st, n)
	r.states(&st, n)
	r.checks(&st, n.Get("check"))
	return st
}

func (r *reading) happening(st *Step, n *yamlform.Node) {
	value := n.Get(string(st.Form))
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
		for _, item := range value.List() {
			st.Respond = append(st.Respond, r.message(item, nil))
		}
	case FormInject:
		if value != nil {
			m := r.message(value, n.Get("at"))
			st.Inject = &m
		} else {
			st.Inject = &Message{}
		}
	case FormFault:
		st.Fault = r.fault(value)
	}
}

// follows checks the step that a respond step stands after.
func (r *reading) follows(st *Step, n *yamlform.Node) bool {
	const hint = "it answers a trader, officer or timer step"
	at := n.Key(string(FormRespond))
	if st.Number == 1 {
		r.About(at, hint, "no step comes before it")
		return false
	}
	before := r.sc.Steps[st.Number-2]
	switch before.Form {
	case FormRespond, FormInject, FormFault:
		r.About(at, hint, "respond cannot follow %s", before.Form)
		return false
	}
	if len(before.Expect) > 0 {
		r.About(at, "leave expect out there", "step %d expects messages, but this step replaces them", before.Number)
	}
	return true
}

func (r *reading) trader(n *yamlform.Node) *Trader {
	t := &Trader{samples: map[message.Phase]*sample{}, EORI: n.Get("as").String()}
	send := n.Get("send")
	if send == nil {
		r.open[message.Departure], r.open[message.Arrival] = true, true
		return t
	}
	t.Send, _ = r.vocabulary.typeOf(send.Text)
	r.sends(send, t.Send)
	t.Set, t.Remove = r.changes(n, t.Send)
	r.uploads(n, t)
	from := n.Get("from")
	if from == nil {
		return t
	}
	t.From = from.Text
	if isFile(from.Text) && r.beside == nil {
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

// uploads reads how a message is uploaded.
func (r *reading) uploads(n *yamlform.Node, t *Trader) {
	by := n.Get("by")
	if by == nil {
		return
	}
	t.Upload = true
	if slices.Contains(r.sc.Phases, message.Phase4) {
		r.About(by, "leave by: out", "API 1.0 has no uploads")
	}
	for _, item := range n.Get("failing").List() {
		if p := upload.PlanOf(item.Text); p.Refused == "" && p.Failed == "" && !p.Undelivered {
			r.About(item, "infected.NAME.xml, invalid.REASON.xml, unknown.REASON.xml, reject.CODE.xml and undelivered.xml do", "a file of the name %s does not make an upload fail", item.Text)
		}
		t.Failing = append(t.Failing, item.Text)
	}
}

// sends checks that the message can be sent at this point and notes the movement that it creates.
func (r *reading) sends(n *yamlform.Node, t message.Type) {
	switch {
	case t.Role == message.Attaches && !r.open[t.Kind]:
		r.About(n, "", "%s belongs to a movement, but no step has sent an %s", t.Code, r.vocabulary.creator(t.Kind))
	case t.Kind == message.Arrival && r.sc.Movement == message.Departure:
		r.About(n, "write movement: arrival", "%s belongs to an arrival", t.Code)
	case t.Code == "IE015" && r.open[message.Departure]:
		r.About(n, "write a scenario of its own for it", "a scenario has one IE015")
	case t.Code == "IE015" && r.open[message.Arrival]:
		r.About(n, "", "the IE015 comes before the IE007 that ends its journey")
	}
	if t.Role == message.Creates {
		r.open[t.Kind] = true
	}
	r.inPhases(n, t)
}

func (r *reading) inPhases(n *yamlform.Node, t message.Type) {
	for _, p := range r.sc.Phases {
		if r.reader.catalogue.Schema(p, t.Root) == nil {
			r.About(n, "", "phase %s has no %s", p, t.Code)
			return
		}
	}
}

// changes are the set and remove keys of a message; what the schema does not know is reported.
func (r *reading) changes(n *yamlform.Node, t message.Type) (set []Assignment, remove []string) {
	for _, e := range n.Get("set").Table() {
		if r.checkPath(e.Key, t, leaf) {
			set = append(set, Assignment{Path: e.Key.Text, Value: e.Value.Text})
		}
	}
	for _, item := range n.Get("remove").List() {
		if r.checkPath(item, t, anything) {
			remove = append(remove, item.Text)
		}
	}
	return set, remove
}

// sampleOf reads what from: names in a phase.
func (r *reading) sampleOf(n *yamlform.Node, p message.Phase, t message.Type) *sample {
	d, err := r.read(n, p, t)
	switch {
	case err != nil:
		r.About(n, "", "%s: %s", n.Text, err)
		return nil
	case d == nil:
		if !n.Bad {
			r.About(n, sampleHint(n.Text, t, sampleNames(r.reader.samples, p, r.sc.Mode)), "phase %s has no sample message %s", p, n.Text)
		}
		return nil
	case d.Type.Root != t.Root:
		r.About(n, "", "%s is a %s, not a %s", n.Text, d.Type.Root, t.Root)
		return nil
	}
	return d
}

func (r *reading) read(n *yamlform.Node, p message.Phase, t message.Type) (*sample, error) {
	if !isFile(n.Text) {
		return r.reader.sample(p, r.sc.Mode, n.Text)
	}
	data := r.file(n)
	if data == nil {
		return nil, nil
	}
	root := r.validate(n, p, data, fmt.Sprintf("%s:%d sends the file in phase %s", r.Name, n.Line, p))
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

// validate compares a file beside the scenario, as it stands, with the schemas of a phase, and reports what is wrong with it
// in the words of the API, at its place in the file; then there is no root.
func (r *reading) validate(n *yamlform.Node, p message.Phase, data []byte, hint string) *xmltree.Node {
	set := r.reader.catalogue.Set(p)
	if set == nil {
		r.About(n, "", "phase %s is not there", p)
		return nil
	}
	// A file that fits the schema needs no more; libxml2, which the library would set up at every start, has its say when the
	// message is sent.
	if root, err := xmltree.Parse(data); err == nil && set.Fits(root, root.Name) {
		return root
	}
	result := set.Validate(context.Background(), data, schema.Options{MaxErrors: mostFaults})
	if result.Valid() {
		return result.Root
	}
	if other := r.otherPhase(p, data); other != 0 {
		hint += fmt.Sprintf("; it looks like a message of phase %s", other)
	}
	n.Bad = true
	name := path.Join(path.Dir(r.Name), n.Text)
	lines := yamlform.Lines(data)
	for _, e := range result.Errors {
		problem := Problem{
			File: name, Line: e.Line, Column: e.Column, Text: e.Message, NamedBy: r.Name,
			Hint: hint,
		}
		if e.Line >= 1 && e.Line <= len(lines) {
			problem.Source = strings.ToValidUTF8(shortLine(lines[e.Line-1]), "\uFFFD")
		}
		r.Add(problem)
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
func (r *reading) file(n *yamlform.Node) []byte {
	if r.beside == nil {
		r.About(n, "name a sample message, or put the scenario into a folder with its files", "there are no files beside this scenario")
		return nil
	}
	data, err := fs.ReadFile(r.beside, path.Clean(n.Text))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.About(n, "", "there is no file %s beside the scenario", n.Text)
		return nil
	case errors.Is(err, fs.ErrInvalid):
		r.About(n, "files lie in the scenario's folder or below it", "%s leads out of the folder", n.Text)
		return nil
	case err != nil:
		r.About(n, "", "%s cannot be read: %s", n.Text, plainError(err))
		return nil
	}
	text, err := textfile.Decode(data)
	if e, other := textfile.IsError(err); other {
		r.About(n, e.Hint(), "%s cannot be read: %s", n.Text, e.Problem())
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
func (r *reading) tryOut(n *yamlform.Node, d *message.Document) {
	set, remove := n.Get("set").Table(), n.Get("remove").List()
	if len(set)+len(remove) == 0 {
		return
	}
	b := message.Edit(d)
	for _, e := range set {
		if err := b.Set(e.Key.Text, e.Value.Text); err != nil {
			r.pathProblem(e.Key, err)
		}
	}
	for _, item := range remove {
		if !b.Document().Has(item.Text) {
			r.About(item, "", "%s has no %s", n.Get("from").String(), item.Text)
			continue
		}
		if err := b.Remove(item.Text); err != nil {
			r.pathProblem(item, err)
		}
	}
}

func (r *reading) officer(step, n *yamlform.Node) *Officer {
	o := &Officer{Verb: n.String(), Refused: step.Has("refused")}
	if n == nil {
		return o
	}
	o.At = r.office(n, o.Verb, step.Get("at"))
	if with := step.Get("with"); with != nil {
		r.with(o, with)
	} else if err := office.CheckInput(o.Verb, nil); err != nil {
		r.About(n, "", "%s", inputReason(err))
	}
	return o
}

// office is the side that an action is done at.
func (r *reading) office(n *yamlform.Node, verb string, at *yamlform.Node) message.Kind {
	var knows []message.Kind
	for _, k := range bothKinds {
		if slices.Contains(r.vocabulary.verbs(k), verb) {
			knows = append(knows, k)
		}
	}
	kind := knows[0]
	switch {
	case at != nil:
		kind = message.Kind(at.Text)
		if !slices.Contains(knows, kind) {
			r.About(at, "", "%s is not an action at the %s", verb, kind)
			return kind
		}
	case len(knows) > 1 && r.open[message.Arrival]:
		kind = message.Arrival
	}
	r.exists(n, kind, "an officer acts on the %s")
	return kind
}

// exists reports something that is about a movement which no step has created.
func (r *reading) exists(n *yamlform.Node, k message.Kind, what string) {
	if !r.open[k] {
		r.About(n, "", what+", but no step before has sent an %s", k, r.vocabulary.creator(k))
	}
}

func (r *reading) with(o *Officer, n *yamlform.Node) {
	value, ok := n.Plain().(map[string]any)
	if !ok {
		r.About(n, "", "with is %s here; it takes a group of keys", n.Form)
		return
	}
	o.With = value
	if err := office.CheckInput(o.Verb, value); err != nil {
		where := locate(n, inputReason(err))
		text, hint, _ := strings.Cut(inputReason(err), "; hint: ")
		r.About(where, hint, "%s", text)
	}
}

func inputReason(err error) string {
	var wrong *office.InputError
	if errors.As(err, &wrong) {
		return wrong.Reason
	}
	return err.Error()
}

// locate follows the path at the beginning of an error text, "with.controls[0].type is missing", as far as it
// goes. What is unknown is a key, all else a value.
func locate(n *yamlform.Node, reason string) *yamlform.Node {
	path, what, _ := strings.Cut(reason, " ")
	unknown := strings.HasPrefix(what, "is unknown")
	for _, name := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' })[1:] {
		next := n.Key(name)
		if v := n.Get(name); v != nil && !(v.Form == yamlform.Scalar && unknown) {
			next = v
		}
		if i, err := strconv.Atoi(name); err == nil && n.Form == yamlform.Sequence && i < len(n.Items) {
			next = n.Items[i]
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}

func (r *reading) timer(n *yamlform.Node) *Timer {
	t := &Timer{Name: n.String(), At: message.Departure}
	if n == nil {
		return t
	}
	if !slices.Contains(r.vocabulary.timers(message.Departure), t.Name) {
		t.At = message.Arrival
	}
	r.exists(n, t.At, "the timer belongs to the %s")
	return t
}

// message is a message of customs under respond or inject, and the movement that the scenario says it goes to.
func (r *reading) message(n, to *yamlform.Node) Message {
	m := Message{Repeat: number(n.Get("repeat"), 1), Delay: duration(n.Get("delay")), Force: n.Get("force").String() == "true"}
	at := n
	switch body := n.Get("body"); {
	case n.Form == yamlform.Scalar:
		m.Type, _ = r.vocabulary.typeOf(n.Text)
	case body != nil:
		at, m.File = body, body.Text
		r.body(&m, body)
	default:
		if at = n.Get("send"); at == nil {
			return m
		}
		m.Type, _ = r.vocabulary.typeOf(at.Text)
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
func (r *reading) receiver(t message.Type, to *yamlform.Node) message.Kind {
	switch {
	case to != nil && t.Of(message.Kind(to.Text)):
		return message.Kind(to.Text)
	case to != nil:
		r.About(to, "", "%s goes to the %s", t.Code, t.Kind)
	case eitherSide(t) && !r.open[message.Departure]:
		return message.Arrival
	}
	return t.Kind
}

func (r *reading) body(m *Message, n *yamlform.Node) {
	if m.Body = r.file(n); m.Body == nil {
		return
	}
	root, err := xmltree.Parse(m.Body)
	if err != nil {
		if r.validate(n, r.vocabulary.latest(), m.Body, fmt.Sprintf("%s:%d sends the file", r.Name, n.Line)) != nil {
			r.About(n, "", "%s is not XML: %s", n.Text, err)
		}
		return
	}
	t, known := r.vocabulary.typeOfRoot(root.Name)
	if !known || t.Role != message.FromCustoms {
		r.About(n, "", "%s is a %s, which is not a message of customs", n.Text, root.Name)
		return
	}
	m.Type = t
	if !m.Force {
		r.valid(n, m)
	}
}

func (r *reading) valid(n *yamlform.Node, m *Message) {
	for _, p := range r.sc.Phases {
		if r.validate(n, p, m.Body, fmt.Sprintf("%s:%d sends the file in phase %s; force: true sends it all the same", r.Name, n.Line, p)) == nil {
			return
		}
	}
}

func (r *reading) fault(n *yamlform.Node) *Fault {
	f := &Fault{
		Call: n.Get("call").String(), Status: number(n.Get("status"), 0), Delay: duration(n.Get("delay")),
		Reset: n.Has("reset"), Drop: n.Has("drop"), Duplicate: n.Has("duplicate"), Times: number(n.Get("times"), 1),
	}
	if f.Call == "" {
		return f
	}
	pushed := f.Call == CallNotification
	for _, e := range n.Table() {
		switch key := e.Key.Text; {
		case pushed && (key == "status" || key == "reset"):
			r.About(e.Key, "it takes delay, drop or duplicate", "%s is a fault of calls, not of notifications", key)
		case !pushed && (key == "drop" || key == "duplicate"):
			r.About(e.Key, "it takes status, delay or reset", "%s is a fault of notifications, not of calls", key)
		}
	}
	return f
}

func (r *reading) expected(st *Step, n *yamlform.Node) {
	switch st.Form {
	case FormRespond:
		for _, m := range st.Respond {
			st.Expect = append(st.Expect, m.expected()...)
		}
	case FormInject:
		st.Expect = st.Inject.expected()
	}
	for _, item := range n.Get("expect").List() {
		code, mark, marked := strings.Cut(item.Text, " ")
		t, _ := r.vocabulary.typeOf(code)
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

func (r *reading) states(st *Step, n *yamlform.Node) {
	if at := n.Get("state"); at != nil {
		st.State = r.vocabulary.state(at.Text, message.Departure)
		r.exists(at, message.Departure, "state is that of the %s")
	}
	if at := n.Get("arrivalState"); at != nil {
		st.ArrivalState = r.vocabulary.state(at.Text, message.Arrival)
		r.exists(at, message.Arrival, "arrivalState is that of the %s")
	}
}

func (r *reading) checks(st *Step, n *yamlform.Node) {
	for _, e := range n.Table() {
		t, _ := r.vocabulary.typeOf(e.Key.Text)
		if !slices.ContainsFunc(st.Expect, func(x Expected) bool { return x.Type == t.Code }) {
			r.About(e.Key, fmt.Sprintf("expect it in step %d, or check it where it comes", st.Number), "the step brings no %s that could be checked", t.Code)
			continue
		}
		for _, c := range e.Value.Table() {
			want := leaf
			if c.Value.Has("present") {
				want = anything
			}
			if r.checkPath(c.Key, t, want) {
				st.Checks = append(st.Checks, condition(t, c))
			}
		}
	}
}

func condition(t message.Type, e yamlform.Entry) Check {
	c := Check{Type: t.Code, Path: e.Key.Text, Line: e.Key.Line}
	v := e.Value
	switch v.Form {
	case yamlform.Sequence:
		for _, item := range v.List() {
			c.Values = append(c.Values, item.Text)
		}
	case yamlform.Mapping:
		if m := v.Get("matches"); m != nil {
			c.Matches = regexp.MustCompile(m.Text)
		}
		if p := v.Get("present"); p != nil {
			there := p.Text == "true"
			c.Present = &there
		}
	default:
		c.Values, c.Each = []string{v.Text}, true
	}
	return c
}
