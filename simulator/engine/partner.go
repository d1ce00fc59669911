package engine

import (
	"fmt"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/script"
)

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
	}})
}

// letGo lets the timer of the office fire that the script has come to.
func (d scenarioDecider) letGo(cs *changeSet, p script.Progress) {
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
	out := d.usual.office.LetGo(m, p.Free.Name, "the scenario has come to it", cs.now)
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

func withoutTimer(timers []movement.Timer, name string) []movement.Timer {
	return slices.DeleteFunc(slices.Clone(timers), func(t movement.Timer) bool { return t.Name == name })
}
