// Package office is the customs offices of departure and destination: it turns a movement and an event into
// the new state of the movement, the messages for the trader, and the timers to start or stop.
//
// The process itself is data. [Office.Handle] looks the event up in a transition table, departures.go or
// arrivals.go, which has a line for every line of docs/spec/process.md#4-2 or #5-2, in the same order and with the
// same columns; a second small table (phases56_taken.go) says which trader message is taken in which state, as
// docs/spec/process.md#4-3 and #5-3 do. Phase 4 has tables of its own (phase4_*.go), for docs/spec/process.md#9; all
// that belongs to one generation of NCTS is a process (process.go). What nobody has published is a field of [Settings] or
// an entry of one of these tables.
//
// The two sides of a transit are two movements, which know each other by their MRN. Whatever happens concerns
// one of them; what the other has to learn of it (docs/spec/process.md#5-5) is a [Telling], which comes to the other
// movement as an event of its own.
//
// The package is pure: no I/O, no clock, no randomness of its own. The same [Case] gives the same [Outcome].
package office

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	liability "nctsim/simulator/guarantee" // the package has a word guarantee of its own
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Case is all that the office knows when something happens.
type Case struct {
	// Movement as it stands. It is not changed.
	Movement movement.Movement
	Event    movement.Event
	// Message is the trader's message of an EventMessage, nil otherwise.
	Message *message.Document
	// Body is what Message was read from, nil if that is not at hand.
	Body []byte
	// Original is the message that created the movement. Declaration is the current declaration (the IE015 or the
	// last accepted IE013), and Presentation the accepted IE170, nil if there is none; those of an arrival are
	// those of its departure, or made up for goods from elsewhere.
	Original, Declaration, Presentation *message.Document
	// Permission is, of an arrival, the IE043 that shows the goods, nil if none was sent.
	Permission *message.Document
	// Other is the other side of the transit, nil if it is not here: of an arrival the departure with its MRN, of
	// a departure the arrival that was not rejected.
	Other *movement.Movement
	// Arrived says that there is another arrival with the MRN of this one that was not rejected. Then Other need not
	// be known.
	Arrived bool
	// Now is the simulator's time.
	Now time.Time
	// LRNInUse says that another live movement of the same holder has the LRN of this one (docs/spec/process.md#3). It
	// matters for the IE015 only.
	LRNInUse bool
	// MRNInUse says that the MRN inside an injected IE028 is that of another movement.
	MRNInUse bool
	// Scripted says that the movement follows a scenario, which decides instead of the default officer.
	Scripted bool
	// Reserved is what other movements have reserved of the guarantees of this one.
	Reserved liability.Ledger
	// Stream is where the random part of a new MRN comes from.
	Stream *clock.Stream
}

// Emission is a message that the office sends to the trader.
type Emission struct {
	Type string // "IE028"
	// Answers is the id of the trader's message that it answers or rejects, "" if it is unsolicited.
	Answers string
	Content compose.Content
}

// Outcome is what an event led to. The messages are in the order in which they are sent.
type Outcome struct {
	Movement movement.Movement
	Emit     []Emission
	// Entries are for the journal, in order and without numbers.
	Entries []movement.Entry
	// Tell is what the other side learns, in order.
	Tell []Telling
	// MRNAdopted says that the MRN is that of an injected message, and may be another movement's too.
	MRNAdopted bool
}

// Telling is what the other side of the transit learns (docs/spec/process.md#5-5). It becomes an event of kind "side".
type Telling struct {
	Movement string // who learns it
	Name     string // "goods_released"
	// With are texts for the messages that it leads to.
	With map[string]any
}

// Refused is the error of an officer's action that is not possible in the state of the movement.
type Refused struct {
	Action string
	State  movement.State
	// Allowed are the actions that are possible, in the order of the process table.
	Allowed []string
}

func (r *Refused) Error() string {
	if len(r.Allowed) == 0 {
		return fmt.Sprintf("action %s is not possible in state %s; hint: no action is", r.Action, r.State)
	}
	return fmt.Sprintf("action %s is not possible in state %s; hint: possible are %s", r.Action, r.State, strings.Join(r.Allowed, ", "))
}

// Office is safe for concurrent use.
type Office struct {
	settings Settings
	// scripted is the office for movements that follow a scenario.
	scripted *Office
}

// New makes an office. The settings must not be changed afterwards.
func New(s Settings) *Office {
	o := &Office{settings: s, scripted: &Office{settings: s.scripted()}}
	o.scripted.scripted = o.scripted
	return o
}

// Settings are the settings that the office works by.
func (o *Office) Settings() Settings { return o.settings }

// Handle works one event off. The error of an action is a *Refused if the state does not allow it and an
// *InputError if the officer's input cannot be used; a message or a timer gives no error of these kinds,
// because what does not fit is answered by a message or noted in the journal.
func (o *Office) Handle(c Case) (Outcome, error) {
	v := o.visit(c)
	switch c.Event.Kind {
	case movement.EventMessage:
		return v.handleMessage()
	case movement.EventAction:
		return v.handleAction()
	case movement.EventTimer:
		return v.handleTimer()
	case movement.EventSide:
		return v.handleSide()
	}
	return Outcome{}, fmt.Errorf("handle event %s: the office knows no events of kind %q", c.Event.Name, c.Event.Kind)
}

// Actions lists what an officer can do about the movement, in the order of the process table.
func (o *Office) Actions(m movement.Movement) []string {
	v := o.visit(Case{Movement: m})
	var out []string
	for _, r := range v.process.tables[m.Kind] {
		possible := r.On.kind == movement.EventAction && v.stands(r.From) && r.holds(v)
		if possible && !slices.Contains(out, r.On.name) {
			out = append(out, r.On.name)
		}
	}
	return out
}

// Verbs lists every action that an officer knows, whatever the movement.
func Verbs() []string {
	var out []string
	for _, p := range []message.Phase{message.Phase6, message.Phase4} {
		for _, k := range []message.Kind{message.Departure, message.Arrival} {
			for _, verb := range VerbsOf(p, k) {
				if !slices.Contains(out, verb) {
					out = append(out, verb)
				}
			}
		}
	}
	return out
}

// visit is one case being worked off.
type visit struct {
	*Office
	Case
	m       movement.Movement // as it becomes
	process *process
	// on is what is looked up in the table: the event, or the action that the default officer takes.
	on     trigger
	by     string
	input  input
	faults []fault
	emit   []Emission
	notes  []movement.Entry
	tell   []Telling
	// adopted says that the MRN was taken over from an injected message.
	adopted bool
	// bad are the guarantees that failed the check, once it was made.
	bad     []InvalidGuarantee
	checked bool
}

func (o *Office) visit(c Case) *visit {
	if c.Scripted {
		o = o.scripted
	}
	v := &visit{Office: o, Case: c, m: c.Movement, process: processOf(c.Movement.Phase), on: trigger{c.Event.Kind, c.Event.Name}, by: c.Event.By}
	v.m.Timers = slices.Clone(c.Movement.Timers)
	if v.m.State == "" {
		v.m.State = movement.Begin(v.m.Phase, v.m.Kind)
	}
	return v
}

func (v *visit) outcome() Outcome {
	v.settleGuarantees()
	return Outcome{Movement: v.m, Emit: v.emit, Entries: v.notes, Tell: v.tell, MRNAdopted: v.adopted}
}

func (v *visit) handleMessage() (Outcome, error) {
	if v.Message == nil {
		return Outcome{}, fmt.Errorf("handle %s: the document of message %s is missing", v.on.name, v.Event.Message)
	}
	if open := v.process.opens[v.on.name]; open != nil {
		open(v)
	}
	if v.settings.Silent {
		v.leaveAlone()
		return v.outcome(), nil
	}
	v.noteEvent(v.on.name+" reached the office", "the API has accepted it")
	var err error
	if v.faults, err = v.check(); err != nil {
		return Outcome{}, fmt.Errorf("check %s: %w", v.on.name, err)
	}
	r, ok := v.find()
	if !ok {
		v.note(fmt.Sprintf("%s is left unanswered in state %s", v.on.name, v.m.State), "no row of the process table takes it")
		return v.outcome(), nil
	}
	v.noteFaults()
	v.apply(r)
	return v.outcome(), nil
}

// leaveAlone is all that a silent office does with a message of the trader.
func (v *visit) leaveAlone() {
	if v.process.effects[v.on.name] == nil {
		v.noteEvent(fmt.Sprintf("%s received; nothing happens", v.on.name),
			"profile "+v.settings.Profile+": messages from the trader change nothing, only injected messages do")
		return
	}
	v.noteEvent(v.on.name+" received; nobody answers it", "profile "+v.settings.Profile+": only injected messages come from customs")
	v.moveStatus()
}

// moveStatus brings a movement to the state that a message of the trader stands for by itself, if it does.
func (v *visit) moveStatus() {
	effect, moves := v.process.effects[v.on.name]
	if !moves {
		return
	}
	from, stood, why := v.m.State, v.effective(), v.on.name+" stands for it, whatever becomes of it"
	v.keep(v.on.name)
	v.moveTo(effect(v, v.Message))
	v.noteTransition(from, why)
	if v.m.State != from || v.effective() != stood {
		v.sortTimers(why)
	}
}

func (v *visit) handleAction() (Outcome, error) {
	var err error
	if _, known := inputs[v.on.name]; !known {
		return Outcome{}, &InputError{v.on.name, "unknown action; hint: " + hintAction(v.on.name, VerbsOf(v.m.Phase, v.m.Kind))}
	}
	if v.input, err = readInput(v.on.name, v.Event.With); err != nil {
		return Outcome{}, err
	}
	r, ok := v.find()
	if !ok {
		return Outcome{}, &Refused{Action: v.on.name, State: v.m.State, Allowed: v.Actions(v.m)}
	}
	if err := v.checkInput(); err != nil {
		return Outcome{}, err
	}
	v.noteEvent(fmt.Sprintf("%s: %s", v.who(), v.on.name), "asked for by "+v.who())
	v.noteResult()
	v.drop(OfficerWait, "the officer has acted")
	v.apply(r)
	return v.outcome(), nil
}

func (v *visit) who() string {
	if v.by == "" {
		return "officer"
	}
	return v.by
}

func (v *visit) handleTimer() (Outcome, error) {
	t, ok := v.timer(v.on.name)
	if !ok || t.Paused() || t.Due.After(v.Now) {
		v.note(fmt.Sprintf("timer %s is not due", v.on.name), "it was stopped, paused or set anew before it could fire")
		return v.outcome(), nil
	}
	v.remove(t.Name)
	v.noteTimer(t.Name, "timer "+t.Name+" fired", "it was due at "+t.Due.Format(time.RFC3339), t.Due)
	if t.Name == OfficerWait {
		return v.actByDefault()
	}
	r, found := v.find()
	if !found {
		v.note(fmt.Sprintf("timer %s changes nothing in state %s", t.Name, v.m.State), "no row of the process table waits for it")
		return v.outcome(), nil
	}
	v.apply(r)
	return v.outcome(), nil
}

// actByDefault is the automatic officer (docs/spec/timers.md, officer_wait).
func (v *visit) actByDefault() (Outcome, error) {
	action := v.defaultAction()
	if action == "" {
		v.note("nothing waits for the default officer in state "+string(v.m.State), "profile "+v.settings.Profile)
		return v.outcome(), nil
	}
	v.on, v.by = trigger{movement.EventAction, action}, "default officer"
	r, ok := v.find()
	if !ok {
		return Outcome{}, fmt.Errorf("default officer: %w", &Refused{Action: action, State: v.m.State, Allowed: v.Actions(v.m)})
	}
	if err := v.checkInput(); err != nil {
		return Outcome{}, fmt.Errorf("default officer: %w", err)
	}
	v.noteEvent("default officer: "+action, "profile "+v.settings.Profile+": the state waited long enough for an officer")
	v.apply(r)
	return v.outcome(), nil
}

// handleSide takes what happened at the other side of the transit.
func (v *visit) handleSide() (Outcome, error) {
	v.input = inputOf(v.Event.With)
	v.noteEvent(v.who()+" reports: "+v.on.name, v.process.across+": what happens at one side concerns the other")
	r, ok := v.find()
	if !ok {
		v.note(fmt.Sprintf("%s changes nothing in state %s", v.on.name, v.m.State), "no row of the process table waits for it")
		return v.outcome(), nil
	}
	v.apply(r)
	return v.outcome(), nil
}

// find is the first row of the table that fits.
func (v *visit) find() (row, bool) {
	for _, r := range v.process.tables[v.m.Kind] {
		if r.On == v.on && v.stands(r.From) && r.holds(v) {
			return r, true
		}
	}
	return row{}, false
}

// apply does what a row says: facts, timers, messages, state.
func (v *visit) apply(r row) {
	from, why := v.m.State, r.String()
	v.remember(r)
	for _, op := range r.Timers {
		op.apply(v, why)
	}
	for _, e := range r.Emits {
		v.send(e)
	}
	v.moveTo(r.To)
	v.noteTransition(from, why)
	v.callOfficer(from)
}

// send adds a message and writes down what it stands for, or tells the other side.
func (v *visit) send(e emit) {
	if e.tells != "" {
		v.report(e.tells)
		return
	}
	made := Emission{Type: e.code, Answers: e.answers(v), Content: e.content(v)}
	v.stamp(e.code, made.Content)
	v.emit = append(v.emit, made)
}

// report tells the other side, if it is here.
func (v *visit) report(what string) {
	if v.Other == nil {
		v.note("nobody is told: "+what, "the other side of the transit is not here")
		return
	}
	v.tell = append(v.tell, Telling{Movement: v.Other.ID, Name: what, With: v.input.texts()})
}

// stamp keeps the facts that a message to the trader makes true.
func (v *visit) stamp(code string, content compose.Content) {
	switch code {
	case "IE028":
		v.allocateMRN()
		v.m.Facts.Accepted = v.Now
	case "IE029":
		v.m.Facts.Released = v.Now
	case "IE060":
		v.m.Facts.Controlled = v.m.Facts.Controlled || content.NotificationType == notifyControl
	case "IE182":
		v.addIncident(content.Incident)
	case "IE043":
		v.m.Facts.Permitted, v.m.Facts.Continued = v.Now, content.ContinueUnloading
	case "IE025":
		v.m.Facts.ReleaseIndicator = content.ReleaseIndicator
	case "IE057":
		if v.on == officer("reject_remarks") {
			v.dropRemarks()
		}
	}
}

func (v *visit) addIncident(in compose.Incident) {
	one := movement.Incident{Code: in.Code, Text: in.Text, Office: in.Office, At: v.Now}
	v.m.Facts.Incidents = append(slices.Clone(v.m.Facts.Incidents), one)
}

func (v *visit) dropRemarks() { v.m.Facts.Remarks, v.m.Facts.Partial = "", false }

func (v *visit) allocateMRN() {
	if v.m.MRN != "" {
		return
	}
	v.m.MRN = v.process.number.make(v.Now, v.m.Office, v.security(), v.Stream)
	v.note("MRN "+v.m.MRN+" allocated", v.process.number.how)
}

func (v *visit) security() string {
	for _, d := range []*message.Document{v.Declaration, v.Original, v.Message} {
		if d != nil {
			return d.Field(message.Security)
		}
	}
	return ""
}

// remember keeps what an accepted message of the trader brought.
func (v *visit) remember(r row) {
	if r.On.kind == movement.EventMessage && !r.rejects() {
		v.keep(r.On.name)
	}
}

// keep keeps what a message of the trader brought.
func (v *visit) keep(code string) {
	f, id := &v.m.Facts, v.Event.Message
	switch code {
	case "IE013":
		f.Declaration = id
		if v.m.MRN == "" {
			// Until acceptance the authorisations may be amended, and the procedure with them.
			v.m.Procedure = v.procedureOf(v.Message)
		}
	case "IE014":
		f.Invalidation = id
	case "IE170":
		f.Presentation = id
	case "IE054":
		f.Request = id
	case "IE007":
		f.Foreign = v.Other == nil
		if v.Other != nil {
			f.Departure = v.Other.ID
		}
	case "IE044":
		f.Remarks, f.Partial = id, unloadingPartial.holds(v)
	}
}

// standing is the state before a movement came into one that stands beside the process.
func (v *visit) standing() movement.State {
	if v.m.Remembered != "" {
		return v.m.Remembered
	}
	return v.m.State
}

// effective is the state that counts for the tables, for timers and for the default officer.
func (v *visit) effective() movement.State {
	if slices.Contains(v.process.goesOn, v.m.State) {
		return v.standing()
	}
	return v.m.State
}

// stands says whether the movement is in one of the states.
func (v *visit) stands(states []movement.State) bool {
	return slices.Contains(states, v.m.State) || slices.Contains(states, v.effective())
}

// moveTo brings the movement to a state, or to what a pseudo-state means. A state beside the process remembers
// where the movement stood.
func (v *visit) moveTo(to movement.State) {
	before, remember := v.standing(), slices.Contains(v.process.aside, to)
	switch to {
	case unchanged:
		return
	case remembered:
		to = v.m.Remembered
	case beforeGuarantee:
		to = movement.Accepted
		if v.m.Facts.Controlled {
			to = movement.UnderControl
		}
	case continues:
		to = movement.Phase4CancellationDecision
	}
	v.m.State, v.m.Remembered = to, ""
	if remember {
		v.m.Remembered = before
	}
}
