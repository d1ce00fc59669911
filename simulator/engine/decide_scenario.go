package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
)

// scenarioDecider decides about the events of movements that follow a scenario: like the usual process, but the scenario is
// asked before and after what the event means to it, and how it goes on (package script). Its position is stored with the
// movement, in the same transaction as what came of the event. Of two movements that follow one scenario the keeper has the
// position; an event of the other changes it there, without the keeper's lock, and an event that was decided with an older
// position is decided anew (errMoved).
type scenarioDecider struct {
	usual officeDecider
	*following
}

func (d scenarioDecider) decide(ctx context.Context, c *eventContext) (*changeSet, error) {
	if c.injected != nil && d.lost == "" {
		d.event.Name = cmp.Or(c.injected.record.Type, "a message")
		d.meaning = d.run.Meaning(d.event)
	}
	switch {
	case d.lost != "", d.meaning == script.Strange:
		return d.leave(ctx, c)
	case d.meaning == script.Early:
		return newChangeSet(c, d.usual.office.PauseTimer(c.current, c.event.Name, d.run.Step().String()+" comes first", c.now)), nil
	case d.meaning == script.Idle:
		return newChangeSet(c, office.Outcome{Movement: withoutScriptTimer(c).current}), nil
	case d.meaning == script.Turn:
		return d.act(ctx, withoutScriptTimer(c))
	}
	return d.follow(ctx, c)
}

// withoutScriptTimer is a context without the timer of the script, because it has fired or is of no use any more.
func withoutScriptTimer(c *eventContext) *eventContext {
	without := *c
	without.current.Timers = withoutTimer(c.current.Timers, script.Timer)
	return &without
}

// leave lets the movement leave the scenario before the event is handled by the usual process.
func (d scenarioDecider) leave(ctx context.Context, c *eventContext) (*changeSet, error) {
	var p script.Progress
	switch {
	case d.lost == "":
		p = d.run.After(d.event, script.Strange, script.Outcome{})
	case d.other != nil && !c.current.Script.Keeps():
		p = script.Lost(d.other.Script, c.current.Scenario, d.lost)
	default:
		p = script.Lost(c.current.Script, c.current.Scenario, d.lost)
	}
	c = withoutScriptTimer(c)
	c.following = nil // from here on nothing is scripted
	taken := d.usual.office.TakeOver(c.current, notScripted, c.now)
	c.current = taken.Movement
	cs, err := d.usual.decide(ctx, c)
	if err != nil {
		return nil, err
	}
	first := &changeSet{}
	first.addLines(entriesOf(p.Notes, c.current.ID, c.now))
	first.addLines(taken.Entries)
	cs.lines = append(first.lines, cs.lines...)
	d.position(cs, p)
	d.release(cs, p)
	return cs, nil
}

// follow handles an event that the script waits for.
func (d scenarioDecider) follow(ctx context.Context, c *eventContext) (*changeSet, error) {
	if send, yes := d.run.Replaces(d.event); yes && d.meaning == script.Awaited && c.injected == nil {
		return d.answer(ctx, c, send)
	}
	cs, err := d.usual.decide(ctx, c)
	if err != nil {
		return nil, err
	}
	d.goOn(cs, script.Outcome{})
	return cs, nil
}

// act lets the script act: an officer, or messages of its own.
func (d scenarioDecider) act(ctx context.Context, c *eventContext) (*changeSet, error) {
	act := d.run.Act()
	if act.Officer != nil {
		return d.officerActs(ctx, c, *act.Officer)
	}
	cs := newChangeSet(c, office.Outcome{Movement: c.current})
	broken, err := d.send(ctx, c, cs, act.Send, nil)
	d.goOn(cs, script.Outcome{Broken: broken})
	return cs, err
}

// officerActs lets the scenario's officer act. What the office refuses, and what it should have refused, changes
// nothing but the script.
func (d scenarioDecider) officerActs(ctx context.Context, c *eventContext, o scenario.Officer) (*changeSet, error) {
	c.handled = movement.Event{
		Movement: c.current.ID, Kind: movement.EventAction, At: c.now, Name: o.Verb, With: o.With, By: "scenario " + c.current.Scenario,
	}
	out, err := d.usual.handle(c)
	refusal := ""
	if isRefusal(err) {
		refusal, err = err.Error(), nil
	}
	if err != nil {
		return nil, err
	}
	if refusal != "" || o.Refused {
		cs := newChangeSet(c, office.Outcome{Movement: c.current})
		if refusal != "" {
			cs.note("", o.Verb+" refused", refusal)
		}
		d.goOn(cs, script.Outcome{Refused: refusal})
		return cs, nil
	}
	if send, yes := d.run.Replaces(d.event); yes {
		return d.answer(ctx, c, send)
	}
	cs, err := d.usual.carryOut(c, out)
	if err != nil {
		return nil, err
	}
	for i := range cs.lines {
		if cs.lines[i].Kind == movement.EntryEvent {
			d.mark(cs.lines[i : i+1])
		}
	}
	d.goOn(cs, script.Outcome{})
	return cs, nil
}

// isRefusal reports whether an office does not do what an officer wants.
func isRefusal(err error) bool {
	var refused *office.Refused
	var input *office.InputError
	return errors.As(err, &refused) || errors.As(err, &input)
}

// answer sends messages of the scenario instead of what the office would send because of the event. What the office
// would write in a message of the same type stands in those of the scenario, before their own changes.
func (d scenarioDecider) answer(ctx context.Context, c *eventContext, send []scenario.Message) (*changeSet, error) {
	asked, err := c.officeCase()
	if err != nil {
		return nil, err
	}
	done, err := d.usual.office.Handle(asked)
	if err != nil {
		return nil, err
	}
	rejected := slices.ContainsFunc(send, func(m scenario.Message) bool { return office.Rejects(m.Type.Code) })
	recorded := d.usual.office.RecordOnly(asked, done, rejected)
	events := slices.DeleteFunc(slices.Clone(done.Entries), func(e movement.Entry) bool { return e.Kind != movement.EntryEvent })
	for i := range events {
		events[i].Row = "" // the scenario goes by none
	}
	recorded.Entries = slices.Concat(events, recorded.Entries)
	cs := newChangeSet(c, recorded)
	broken, err := d.send(ctx, c, cs, send, done.Emit)
	d.goOn(cs, script.Outcome{Broken: broken})
	return cs, err
}

// send sends messages of the scenario, in order. The movement comes to the states that they stand for, as with injected
// messages. Emitted is what the office would have sent; broken says why one of them cannot be sent.
func (d scenarioDecider) send(ctx context.Context, c *eventContext, cs *changeSet, all []scenario.Message, emitted []office.Emission) (broken string, err error) {
	for _, m := range all {
		as := like(emitted, m)
		made, err := d.usual.synthesise(ctx, c, cs.after, unasked{
			typ: m.Type.Code, answers: cmp.Or(as.Answers, c.answered[m.Type.Code]), body: m.Body, content: as.Content,
			set: m.Set, remove: m.Remove, force: m.Force,
		})
		var unfit *InvalidError
		if errors.As(err, &unfit) {
			return fmt.Sprintf("cannot send %s: %s; hint: force: true sends it all the same", m.Type.Code, unfit), nil
		}
		if err != nil {
			return "", err
		}
		out, err := d.usual.effect(c, cs.after, made)
		if err != nil {
			return "", err
		}
		cs.after, cs.adopted = out.Movement, cs.adopted || out.MRNAdopted
		cs.addLines(out.Entries)
		cs.send(made, made.record.Type+" sent to the trader", "scenario "+cs.after.Scenario+" sends it")
		d.mark(cs.lines[len(cs.lines)-1-len(made.warnings):])
	}
	return "", nil
}

// mark says in journal lines about what the scenario does itself where its step stands. The step is the one that is under
// way, not yet the next.
func (d scenarioDecider) mark(lines []journalLine) {
	st := d.run.Step()
	if st == nil {
		return
	}
	for i := range lines {
		l := &lines[i]
		l.Actor, l.Step, l.File, l.Line = movement.ScenarioParty, st.Number, d.run.Scenario.File, st.Line
	}
}

// like is the office's message of the same type, the zero value if there is none.
func like(all []office.Emission, m scenario.Message) office.Emission {
	i := slices.IndexFunc(all, func(e office.Emission) bool { return e.Type == m.Type.Code })
	if i < 0 || m.Body != nil {
		return office.Emission{}
	}
	return all[i]
}

// goOn brings the script to where it stands after the event.
func (d scenarioDecider) goOn(cs *changeSet, o script.Outcome) {
	o.States = map[message.Kind]movement.State{}
	if d.other != nil {
		o.States[d.other.Kind] = d.other.State
		for _, t := range cs.peerEvents {
			if t.Movement == d.other.ID {
				o.Told++
			}
		}
	}
	o.States[cs.after.Kind] = cs.after.State
	for _, m := range cs.sent {
		o.Sent = append(o.Sent, scenario.Expected{Type: m.record.Type, Side: cs.after.Kind}.String())
	}
	p := d.run.After(d.event, d.meaning, o)
	cs.addLines(entriesOf(p.Notes, cs.after.ID, cs.now))
	cs.after.Timers = withoutTimer(cs.after.Timers, script.Timer)
	d.position(cs, p)
	if p.Over() {
		taken := d.usual.office.TakeOver(cs.after, notScripted, cs.now)
		cs.after = taken.Movement
		cs.addLines(taken.Entries)
		d.release(cs, p)
	}
	d.wakeUp(cs, p)
	d.resumeTimer(cs, p)
}

// notScripted is why the office takes over.
const notScripted = "the scenario no longer decides"

// partnerChange is what an event changes in the other movement that follows the scenario: nothing but its script and
// its timers.
type partnerChange struct {
	base   movement.Movement
	script movement.Script
	timers []movement.Timer
}

// position stores the script's new position with the movement that keeps it. The other one only learns when the
// script is over.
func (d scenarioDecider) position(cs *changeSet, p script.Progress) {
	if d.other != nil {
		cs.partner = &partnerChange{base: *d.other, script: d.other.Script, timers: withoutTimer(d.other.Timers, script.Timer)}
	}
	own := &cs.after.Script
	switch {
	case own.Keeps():
		*own = p.At
		return
	case cs.partner != nil:
		cs.partner.script = p.At
	default:
		own.Why = p.At.Why
	}
	if p.Over() {
		own.Status = p.At.Status
	}
}

// release gives the other movement back to the usual process, because the script is over.
func (d scenarioDecider) release(cs *changeSet, p script.Progress) {
	if cs.partner == nil {
		return
	}
	m := *d.other
	m.Timers = cs.partner.timers
	taken := d.usual.office.TakeOver(m, notScripted, cs.now)
	cs.partner.timers, cs.partner.script.Status = taken.Movement.Timers, p.At.Status
	cs.addLines(entriesOf(p.Notes[len(p.Notes)-1:], m.ID, cs.now))
	cs.addLines(taken.Entries)
}

// wakeUp sets the timer with which the script acts next.
func (d scenarioDecider) wakeUp(cs *changeSet, p script.Progress) {
	if p.Wake == nil {
		return
	}
	id, timers := d.at(cs, p.Wake.Side, p)
	timer := movement.Timer{Name: script.Timer, Due: cs.now.Add(p.Wake.After)}
	*timers = append(slices.Clone(*timers), timer)
	cs.addLines([]movement.Entry{{
		Movement: id, At: cs.now, Kind: movement.EntryTimer, Timer: timer.Name, Due: timer.Due,
		Text: fmt.Sprintf("timer %s started: %s", timer.Name, p.Wake.After), Why: "scenario " + cs.after.Scenario + ": " + p.Wake.For,
		Actor: movement.ScenarioParty, Change: movement.TimerStarted,
	}})
}

// resumeTimer lets the timer of the office fire that the script has come to.
func (d scenarioDecider) resumeTimer(cs *changeSet, p script.Progress) {
	if p.Free == nil {
		return
	}
	id, timers := d.at(cs, p.Free.At, p)
	if !slices.ContainsFunc(*timers, func(t movement.Timer) bool { return t.Name == p.Free.Name }) {
		cs.addLines([]movement.Entry{{
			Movement: id, At: cs.now, Kind: movement.EntryNote, Text: "timer " + p.Free.Name + " does not run, so the scenario waits in vain",
			Why: "profile " + d.usual.office.Settings().Profile + " gives it no duration, or the office has not started it",
		}})
		return
	}
	m := cs.after
	if id != cs.after.ID {
		m = *d.other
	}
	m.Timers = *timers
	out := d.usual.office.ResumeTimer(m, p.Free.Name, "the scenario has come to it", cs.now)
	*timers = out.Movement.Timers
	cs.addLines(out.Entries)
}

// at is the movement at a side, by its id and its timers: that of the event or the other one. Of two arrivals it is
// the later one.
func (d scenarioDecider) at(cs *changeSet, side message.Kind, p script.Progress) (id string, timers *[]movement.Timer) {
	latest := cs.after.Kind == side && p.At.Partner == cs.after.ID
	if d.other == nil || d.other.Kind != side || latest {
		return cs.after.ID, &cs.after.Timers
	}
	return d.other.ID, &cs.partner.timers
}
