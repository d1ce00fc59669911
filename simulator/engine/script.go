package engine

import (
	"context"
	"errors"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// A movement that follows a scenario is handled like any other, but the scenario is asked before and after: what the
// event means to it, and how it goes on (package script). Its position is stored with the movement, in the same
// transaction as what came of the event. Of two movements that follow one scenario the keeper has the position; an event
// of the other changes it there, without the keeper's lock, and an event that was decided with an older position is
// decided anew (errMoved).

// following is the scenario of a movement on the desk.
type following struct {
	run     script.Run
	event   script.Event
	meaning script.Meaning
	// peer is the other movement that follows it, nil if there is none.
	peer *movement.Movement
	// lost says why the scenario can no longer be followed.
	lost string
}

// readScript finds out whether the movement follows a scenario, and where that stands.
func (d *dossier) readScript(tx *store.Tx) error {
	own := &d.movement
	if own.Script.Status != movement.Following {
		return nil
	}
	f := &following{}
	keeper := own
	other := own.Script.Partner
	if !own.Script.Keeps() {
		other = own.Script.Keeper
	}
	if other != "" {
		var err error
		if f.peer, err = tx.Movement(other); err != nil && !isGone(err) {
			return err
		}
	}
	if !own.Script.Keeps() {
		keeper = f.peer
	}
	switch {
	case keeper == nil:
		f.lost = "the movement that keeps the position is gone"
	case !d.takesPart(keeper):
		return nil
	default:
		d.findRun(f, keeper)
	}
	d.script = f
	return nil
}

// takesPart says whether the script is about the movement: it keeps it, is the partner, or wants to become that.
func (d *dossier) takesPart(keeper *movement.Movement) bool {
	if keeper.ID == d.movement.ID {
		return true
	}
	return keeper.Script.Status == movement.Following && (keeper.Script.Partner == d.movement.ID || d.movement.Handled == 0)
}

func (d *dossier) findRun(f *following, keeper *movement.Movement) {
	f.event = script.Event{Side: d.movement.Kind, Kind: d.event.Kind, Name: d.event.Name, By: d.event.By}
	if keeper.ID != d.movement.ID {
		f.event.Partner = d.movement.ID
	}
	if d.scenarios == nil {
		f.lost = "there are no scenarios any more"
		return
	}
	sc, ok := d.scenarios.Get(keeper.Scenario)
	if !ok {
		f.lost = "the library has no such scenario any more"
		return
	}
	f.run = script.Run{Scenario: sc, Keeper: keeper.Kind, At: keeper.Script}
	if f.peer == nil {
		f.run.At.Partner = "" // it was forgotten
	}
	if !f.run.Follows() {
		f.lost = sc.File + " has changed since the movement began"
		return
	}
	f.meaning = f.run.Meaning(f.event)
}

// happen works the event off.
func (d *dossier) happen(ctx context.Context) (*writing, error) {
	f := d.script
	if f == nil {
		return d.process()
	}
	switch {
	case f.lost != "", f.meaning == script.Strange:
		finish := d.quit()
		w, err := d.process()
		return finish(w), err
	case f.meaning == script.Early:
		return d.begin(d.office.Hold(d.movement, d.event.Name, f.run.Step().String()+" comes first", d.now)), nil
	case f.meaning == script.Idle:
		d.dropScriptTimer()
		return d.begin(office.Outcome{Movement: d.movement}), nil
	case f.meaning == script.Turn:
		return d.turn(ctx)
	}
	return d.follow(ctx)
}

// process is what the office makes of the event.
func (d *dossier) process() (*writing, error) {
	c, err := d.officeCase()
	if err != nil {
		return nil, err
	}
	out, err := d.office.Handle(c)
	if err != nil {
		return nil, err
	}
	return d.carryOut(out)
}

// carryOut composes what the office sends.
func (d *dossier) carryOut(out office.Outcome) (*writing, error) {
	w := d.begin(out)
	for _, emission := range out.Emit {
		if err := d.compose(w, emission); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// quit lets the movement leave the scenario before the event is handled by the usual process. The function that it
// returns completes what came of the event.
func (d *dossier) quit() (finish func(*writing) *writing) {
	f := d.script
	var p script.Progress
	switch {
	case f.lost == "":
		p = f.run.After(f.event, script.Strange, script.Outcome{})
	case f.peer != nil && !d.movement.Script.Keeps():
		p = script.Lost(f.peer.Script, d.movement.Scenario, f.lost)
	default:
		p = script.Lost(d.movement.Script, d.movement.Scenario, f.lost)
	}
	d.dropScriptTimer()
	taken := d.office.TakeOver(d.movement, notScripted, d.now)
	d.movement = taken.Movement
	d.script = nil // from here on nothing is scripted
	first := &writing{}
	first.addLines(entriesOf(p.Notes, d.movement.ID, d.now))
	first.addLines(taken.Entries)
	return func(w *writing) *writing {
		if w == nil {
			return nil
		}
		w.lines = append(first.lines, w.lines...)
		w.stir = true
		w.position(f, p)
		w.release(d, f, p)
		return w
	}
}

// follow handles an event that the script waits for.
func (d *dossier) follow(ctx context.Context) (*writing, error) {
	f := d.script
	if send, yes := f.run.Replaces(f.event); yes && f.meaning == script.Awaited && d.event.Kind != movement.EventInject {
		c, err := d.officeCase()
		if err != nil {
			return nil, err
		}
		return d.answer(ctx, c, send)
	}
	w, err := d.process()
	if err != nil {
		return nil, err
	}
	d.goOn(w, script.Outcome{Sent: d.typesOf(w)})
	return w, nil
}

// turn lets the script act: an officer, or messages of its own.
func (d *dossier) turn(ctx context.Context) (*writing, error) {
	d.dropScriptTimer()
	act := d.script.run.Act()
	if act.Officer != nil {
		return d.officerActs(ctx, *act.Officer)
	}
	w := d.begin(office.Outcome{Movement: d.movement})
	broken, err := d.sendAll(ctx, w, act.Send, nil)
	d.goOn(w, script.Outcome{Sent: d.typesOf(w), Broken: broken})
	return w, err
}

// officerActs lets the scenario's officer act. What the office refuses, and what it should have refused, changes
// nothing but the script.
func (d *dossier) officerActs(ctx context.Context, o scenario.Officer) (*writing, error) {
	d.acting = &movement.Event{
		Movement: d.movement.ID, Kind: movement.EventAction, At: d.now, Name: o.Verb, With: o.With, By: "scenario " + d.movement.Scenario,
	}
	c, err := d.officeCase()
	if err != nil {
		return nil, err
	}
	out, err := d.office.Handle(c)
	refusal, err := refusalOf(err)
	if err != nil {
		return nil, err
	}
	if refusal != "" || o.Refused {
		w := d.begin(office.Outcome{Movement: d.movement})
		if refusal != "" {
			w.note("", o.Verb+" refused", refusal)
		}
		d.goOn(w, script.Outcome{Refused: refusal})
		return w, nil
	}
	if send, yes := d.script.run.Replaces(d.script.event); yes {
		return d.answer(ctx, c, send)
	}
	w, err := d.carryOut(out)
	if err != nil {
		return nil, err
	}
	d.goOn(w, script.Outcome{Sent: d.typesOf(w)})
	return w, nil
}

// refusalOf is why an office does not do what an officer wants, "" if it does.
func refusalOf(err error) (string, error) {
	var refused *office.Refused
	var input *office.InputError
	if errors.As(err, &refused) || errors.As(err, &input) {
		return err.Error(), nil
	}
	return "", err
}

// answer sends messages of the scenario instead of what the office would send because of the event. What the office
// would write in a message of the same type stands in those of the scenario, before their own changes.
func (d *dossier) answer(ctx context.Context, c office.Case, send []scenario.Message) (*writing, error) {
	done, err := d.office.Handle(c)
	if err != nil {
		return nil, err
	}
	rejected := slices.ContainsFunc(send, func(m scenario.Message) bool { return office.Rejects(m.Type.Code) })
	noted := d.office.Noted(c, done, rejected)
	events := slices.DeleteFunc(slices.Clone(done.Entries), func(e movement.Entry) bool { return e.Kind != movement.EntryEvent })
	noted.Entries = slices.Concat(events, noted.Entries)
	w := d.begin(noted)
	broken, err := d.sendAll(ctx, w, send, done.Emit)
	d.goOn(w, script.Outcome{Sent: d.typesOf(w), Broken: broken})
	return w, err
}

// typesOf are the messages that a writing sends, as a scenario writes them.
func (d *dossier) typesOf(w *writing) []string {
	var out []string
	for _, s := range w.sent {
		out = append(out, scenario.Expected{Type: s.record.Type, Side: d.movement.Kind}.String())
	}
	return out
}

// goOn brings the script to where it stands after the event.
func (d *dossier) goOn(w *writing, o script.Outcome) {
	f := d.script
	o.States = map[message.Kind]movement.State{}
	if f.peer != nil {
		o.States[f.peer.Kind] = f.peer.State
		o.Told = told(w.tell, f.peer.ID)
	}
	o.States[d.movement.Kind] = w.after.State
	p := f.run.After(f.event, f.meaning, o)
	w.addLines(entriesOf(p.Notes, w.after.ID, w.now))
	w.after.Timers = withoutTimer(w.after.Timers, script.Timer)
	w.position(f, p)
	if p.Over() {
		taken := d.office.TakeOver(w.after, notScripted, w.now)
		w.after = taken.Movement
		w.addLines(taken.Entries)
		w.release(d, f, p)
	}
	w.wakeUp(f, p)
	w.letGo(d, f, p)
}

// notScripted is why the office takes over.
const notScripted = "the scenario no longer decides"

// told is how many things a movement has to learn.
func told(all []office.Telling, id string) int {
	n := 0
	for _, t := range all {
		if t.Movement == id {
			n++
		}
	}
	return n
}

// dropScriptTimer takes the timer of the script from the movement, because it has fired or is of no use any more.
func (d *dossier) dropScriptTimer() {
	d.movement.Timers = withoutTimer(d.movement.Timers, script.Timer)
	d.stir = true
}
