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
// one of them; what the other has to learn of it (docs/spec/process.md#5-5) is a [PeerEvent], which comes to the other
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
	// Refused is why the message is refused whatever is in it, nil if the checks decide.
	Refused *BrokenRule
	// Text is what Message was read from, nil if that is not at hand.
	Text message.Text
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
	// PeerEvents is what the other side learns, in order.
	PeerEvents []PeerEvent
	// MRNAdopted says that the MRN is that of an injected message, and may be another movement's too.
	MRNAdopted bool
	// Row is the id of the row of the process table that was gone by, "" if none was.
	Row string
}

// PeerEvent is what the other side of the transit learns (docs/spec/process.md#5-5). It becomes an event of kind "side".
type PeerEvent struct {
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

// Handle processes one event. The error of an action is a *Refused if the state does not allow it and an
// *InputError if the officer's input cannot be used; a message or a timer gives no error of these kinds,
// because what does not fit is answered by a message or noted in the journal.
func (o *Office) Handle(c Case) (Outcome, error) {
	tr := o.newTransition(c)
	switch c.Event.Kind {
	case movement.EventMessage:
		return tr.handleMessage()
	case movement.EventAction:
		return tr.handleAction()
	case movement.EventTimer:
		return tr.handleTimer()
	case movement.EventSide:
		return tr.handlePeerEvent()
	}
	return Outcome{}, fmt.Errorf("handle event %s: the office knows no events of kind %q", c.Event.Name, c.Event.Kind)
}

// Actions lists what an officer can do about the movement, in the order of the process table.
func (o *Office) Actions(m movement.Movement) []string {
	tr := o.newTransition(Case{Movement: m})
	var out []string
	for _, r := range tr.process.tables[m.Kind] {
		possible := r.On.kind == movement.EventAction && tr.isIn(r.From) && r.holds(tr)
		if possible && !slices.Contains(out, r.On.name) {
			out = append(out, r.On.name)
		}
	}
	return out
}

// Impossible says why an officer cannot do something about the movement, "" if they can.
func (o *Office) Impossible(m movement.Movement, action string) string {
	tr := o.newTransition(Case{Movement: m})
	var states []string
	var unmet []string
	for _, r := range tr.process.tables[m.Kind] {
		if r.On != officer(action) {
			continue
		}
		if tr.isIn(r.From) {
			var words []string
			for _, c := range r.Guard {
				if !c.holds(tr) {
					words = append(words, c.name)
				}
			}
			if len(words) == 0 {
				return ""
			}
			unmet = append(unmet, strings.Join(words, ", "))
		}
		for _, s := range r.From {
			if !slices.Contains(states, string(s)) {
				states = append(states, string(s))
			}
		}
	}
	switch {
	case len(states) == 0:
		return fmt.Sprintf("there is no such action for the %s of phase %s", m.Kind.Plural(), m.Phase)
	case len(unmet) > 0:
		return fmt.Sprintf("it is not so: %s", strings.Join(unmet, "; or "))
	}
	return fmt.Sprintf("the movement is in state %s; it is possible in %s", tr.m.State, strings.Join(states, ", "))
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

// transition is an event being processed: a case, and what becomes of it.
type transition struct {
	*Office
	Case
	m movement.Movement // as it becomes
	// row is the id of the row of the process table that the event leads to.
	row     string
	process *process
	// on is what is looked up in the table: the event, or the action that the default officer takes.
	on         trigger
	by         string
	input      input
	faults     []fault
	emit       []Emission
	notes      []movement.Entry
	peerEvents []PeerEvent
	// adopted says that the MRN was taken over from an injected message.
	adopted bool
	// bad are the guarantees that failed the check, once it was made.
	bad     []InvalidGuarantee
	checked bool
}

func (o *Office) newTransition(c Case) *transition {
	if c.Scripted {
		o = o.scripted
	}
	tr := &transition{Office: o, Case: c, m: c.Movement, process: processOf(c.Movement.Phase), on: trigger{c.Event.Kind, c.Event.Name}, by: c.Event.By}
	tr.m.Timers = slices.Clone(c.Movement.Timers)
	if tr.m.State == "" {
		tr.m.State = movement.Begin(tr.m.Phase, tr.m.Kind)
	}
	return tr
}

func (tr *transition) outcome() Outcome {
	tr.settleGuarantees()
	for i := range tr.notes {
		tr.notes[i].Row = tr.row
	}
	return Outcome{Movement: tr.m, Emit: tr.emit, Entries: tr.notes, PeerEvents: tr.peerEvents, MRNAdopted: tr.adopted, Row: tr.row}
}

func (tr *transition) handleMessage() (Outcome, error) {
	if tr.Message == nil {
		return Outcome{}, fmt.Errorf("handle %s: the document of message %s is missing", tr.on.name, tr.Event.Message)
	}
	if open := tr.process.openings[tr.on.name]; open != nil {
		open(tr)
	}
	if tr.settings.Silent {
		tr.receiveSilently()
		return tr.outcome(), nil
	}
	tr.noteEvent(tr.on.name+" reached the office", "the API has accepted it")
	var err error
	if tr.faults, err = tr.check(); err != nil {
		return Outcome{}, fmt.Errorf("check %s: %w", tr.on.name, err)
	}
	r, ok := tr.findRow()
	if !ok {
		tr.note(fmt.Sprintf("%s is left unanswered in state %s", tr.on.name, tr.m.State), "no row of the process table takes it")
		return tr.outcome(), nil
	}
	tr.noteFaults()
	tr.apply(r)
	return tr.outcome(), nil
}

// receiveSilently is all that a silent office does with a message of the trader.
func (tr *transition) receiveSilently() {
	if tr.process.effects[tr.on.name] == nil {
		tr.noteEvent(fmt.Sprintf("%s received; nothing happens", tr.on.name),
			"profile "+tr.settings.Profile+": messages from the trader change nothing, only injected messages do")
		return
	}
	tr.noteEvent(tr.on.name+" received; nobody answers it", "profile "+tr.settings.Profile+": only injected messages come from customs")
	tr.moveStatus()
}

// moveStatus brings a movement to the state that a message of the trader stands for by itself, if it does.
func (tr *transition) moveStatus() {
	effect, moves := tr.process.effects[tr.on.name]
	if !moves {
		return
	}
	from, stood, why := tr.m.State, tr.effectiveState(), tr.on.name+" stands for it, whatever becomes of it"
	tr.recordMessage(tr.on.name)
	tr.moveTo(effect(tr, tr.Message))
	tr.noteTransition(from, why)
	if tr.m.State != from || tr.effectiveState() != stood {
		tr.adjustTimers(why)
	}
}

func (tr *transition) handleAction() (Outcome, error) {
	var err error
	if _, known := inputs[tr.on.name]; !known {
		return Outcome{}, &InputError{tr.on.name, "unknown action; hint: " + hintAction(tr.on.name, VerbsOf(tr.m.Phase, tr.m.Kind))}
	}
	if tr.input, err = readInput(tr.on.name, tr.Event.With); err != nil {
		return Outcome{}, err
	}
	r, ok := tr.findRow()
	if !ok {
		return Outcome{}, &Refused{Action: tr.on.name, State: tr.m.State, Allowed: tr.Actions(tr.m)}
	}
	if err := tr.checkInput(); err != nil {
		return Outcome{}, err
	}
	tr.noteEvent(fmt.Sprintf("%s: %s", tr.actor(), tr.on.name), "asked for by "+tr.actor())
	tr.noteResult()
	tr.stopTimer(OfficerWait, "the officer has acted")
	tr.apply(r)
	return tr.outcome(), nil
}

func (tr *transition) actor() string {
	if tr.by == "" {
		return "officer"
	}
	return tr.by
}

func (tr *transition) handleTimer() (Outcome, error) {
	t, ok := tr.timer(tr.on.name)
	if !ok || t.Paused() || t.Due.After(tr.Now) {
		tr.note(fmt.Sprintf("timer %s is not due", tr.on.name), "it was stopped, paused or set anew before it could fire")
		return tr.outcome(), nil
	}
	tr.removeTimer(t.Name)
	tr.noteTimer(t, movement.TimerFired, "fired", "it was due at "+t.Due.Format(time.RFC3339))
	if t.Name == OfficerWait {
		return tr.actByDefault()
	}
	r, found := tr.findRow()
	if !found {
		tr.note(fmt.Sprintf("timer %s changes nothing in state %s", t.Name, tr.m.State), "no row of the process table waits for it")
		return tr.outcome(), nil
	}
	tr.apply(r)
	return tr.outcome(), nil
}

// byDefaultOfficer is who acts if nobody does, for the journal.
const byDefaultOfficer = "default officer"

// actByDefault is the automatic officer (docs/spec/timers.md, officer_wait).
func (tr *transition) actByDefault() (Outcome, error) {
	action := tr.defaultAction()
	if action == "" {
		tr.note("nothing waits for the default officer in state "+string(tr.m.State), "profile "+tr.settings.Profile)
		return tr.outcome(), nil
	}
	tr.on, tr.by = trigger{movement.EventAction, action}, byDefaultOfficer
	r, ok := tr.findRow()
	if !ok {
		return Outcome{}, fmt.Errorf("default officer: %w", &Refused{Action: action, State: tr.m.State, Allowed: tr.Actions(tr.m)})
	}
	if err := tr.checkInput(); err != nil {
		return Outcome{}, fmt.Errorf("default officer: %w", err)
	}
	tr.noteEvent("default officer: "+action, "profile "+tr.settings.Profile+": the state waited long enough for an officer")
	tr.apply(r)
	return tr.outcome(), nil
}

// handlePeerEvent takes what happened at the other side of the transit.
func (tr *transition) handlePeerEvent() (Outcome, error) {
	tr.input = inputOf(tr.Event.With)
	tr.noteEvent(tr.actor()+" reports: "+tr.on.name, tr.process.peerSection+": what happens at one side concerns the other")
	r, ok := tr.findRow()
	if !ok {
		tr.note(fmt.Sprintf("%s changes nothing in state %s", tr.on.name, tr.m.State), "no row of the process table waits for it")
		return tr.outcome(), nil
	}
	tr.apply(r)
	return tr.outcome(), nil
}

// findRow is the first row of the table that fits.
func (tr *transition) findRow() (tableRow, bool) {
	for _, r := range tr.process.tables[tr.m.Kind] {
		if r.On == tr.on && tr.isIn(r.From) && r.holds(tr) {
			return r, true
		}
	}
	return tableRow{}, false
}

// apply does what a row says: facts, timers, messages, state.
func (tr *transition) apply(r tableRow) {
	from, why := tr.m.State, r.text
	tr.row = r.id
	tr.recordAccepted(r.row)
	for _, op := range r.Timers {
		op.apply(tr, why)
	}
	for _, e := range r.Emits {
		tr.send(e)
	}
	tr.moveTo(r.To)
	tr.noteTransition(from, why)
	tr.scheduleOfficer(from)
}

// send adds a message and writes down what it stands for, or tells the other side.
func (tr *transition) send(e emit) {
	if e.peerEvent != "" {
		tr.addPeerEvent(e.peerEvent)
		return
	}
	made := Emission{Type: e.code, Answers: e.answers(tr), Content: e.content(tr)}
	tr.recordSent(e.code, made.Content)
	tr.emit = append(tr.emit, made)
}

// addPeerEvent tells the other side, if it is here.
func (tr *transition) addPeerEvent(what string) {
	if tr.Other == nil {
		tr.note("nobody is told: "+what, "the other side of the transit is not here")
		return
	}
	tr.peerEvents = append(tr.peerEvents, PeerEvent{Movement: tr.Other.ID, Name: what, With: tr.input.texts()})
}

// recordSent keeps the facts that a message to the trader makes true.
func (tr *transition) recordSent(code string, content compose.Content) {
	switch code {
	case "IE028":
		tr.allocateMRN()
		tr.m.Facts.Accepted = tr.Now
	case "IE029":
		tr.m.Facts.Released = tr.Now
	case "IE060":
		tr.m.Facts.Controlled = tr.m.Facts.Controlled || content.NotificationType == notifyControl
	case "IE182":
		tr.addIncident(content.Incident)
	case "IE043":
		tr.m.Facts.Permitted, tr.m.Facts.Continued = tr.Now, content.ContinueUnloading
	case "IE025":
		tr.m.Facts.ReleaseIndicator = content.ReleaseIndicator
	case "IE057":
		if tr.on == officer("reject_remarks") {
			tr.dropRemarks()
		}
	}
}

func (tr *transition) addIncident(in compose.Incident) {
	one := movement.Incident{Code: in.Code, Text: in.Text, Office: in.Office, At: tr.Now}
	tr.m.Facts.Incidents = append(slices.Clone(tr.m.Facts.Incidents), one)
}

func (tr *transition) dropRemarks() { tr.m.Facts.Remarks, tr.m.Facts.Partial = "", false }

func (tr *transition) allocateMRN() {
	if tr.m.MRN != "" {
		return
	}
	tr.m.MRN = tr.process.number.make(tr.Now, tr.m.Office, tr.security(), tr.Stream)
	tr.note("MRN "+tr.m.MRN+" allocated", tr.process.number.how)
}

func (tr *transition) security() string {
	for _, d := range []*message.Document{tr.Declaration, tr.Original, tr.Message} {
		if d != nil {
			return d.Field(message.Security)
		}
	}
	return ""
}

// recordAccepted keeps what an accepted message of the trader brought.
func (tr *transition) recordAccepted(r row) {
	if r.On.kind == movement.EventMessage && !r.rejects() {
		tr.recordMessage(r.On.name)
	}
}

// recordMessage keeps what a message of the trader brought.
func (tr *transition) recordMessage(code string) {
	f, id := &tr.m.Facts, tr.Event.Message
	switch code {
	case "IE013":
		f.Declaration = id
		if tr.m.MRN == "" {
			// Until acceptance the authorisations may be amended, and the procedure with them.
			tr.m.Procedure = tr.procedureOf(tr.Message)
		}
	case "IE014":
		f.Invalidation = id
	case "IE170":
		f.Presentation = id
	case "IE054":
		f.Request = id
	case "IE007":
		f.Foreign = tr.Other == nil
		if tr.Other != nil {
			f.Departure = tr.Other.ID
		}
	case "IE044":
		f.Remarks, f.Partial = id, unloadingPartial.holds(tr)
	}
}

// stateBefore is the state before a movement came into one that stands beside the process.
func (tr *transition) stateBefore() movement.State {
	if tr.m.Remembered != "" {
		return tr.m.Remembered
	}
	return tr.m.State
}

// effectiveState is the state that counts for the tables, for timers and for the default officer.
func (tr *transition) effectiveState() movement.State {
	if slices.Contains(tr.process.continuing, tr.m.State) {
		return tr.stateBefore()
	}
	return tr.m.State
}

// isIn reports whether the movement is in one of the states.
func (tr *transition) isIn(states []movement.State) bool {
	return slices.Contains(states, tr.m.State) || slices.Contains(states, tr.effectiveState())
}

// moveTo brings the movement to a state, or to what a pseudo-state means. A state beside the process remembers
// where the movement stood.
func (tr *transition) moveTo(to movement.State) {
	before, remember := tr.stateBefore(), slices.Contains(tr.process.aside, to)
	switch to {
	case unchanged:
		return
	case remembered:
		to = tr.m.Remembered
	case beforeGuarantee:
		to = movement.Accepted
		if tr.m.Facts.Controlled {
			to = movement.UnderControl
		}
	case continues:
		to = movement.Phase4CancellationDecision
	}
	tr.m.State, tr.m.Remembered = to, ""
	if remember {
		tr.m.Remembered = before
	}
}
