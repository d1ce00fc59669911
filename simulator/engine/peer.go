package engine

import (
	"fmt"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// peerChange is what an event changes in the other movement that follows the scenario: nothing but its script and
// its timers.
type peerChange struct {
	base   movement.Movement
	script movement.Script
	timers []movement.Timer
}

// position stores the script's new position with the movement that keeps it. The other one only learns when the
// script is over.
func (w *writing) position(f *following, p script.Progress) {
	if f.peer != nil {
		w.peer = &peerChange{base: *f.peer, script: f.peer.Script, timers: withoutTimer(f.peer.Timers, script.Timer)}
	}
	own := &w.after.Script
	switch {
	case own.Keeps():
		*own = p.At
		return
	case w.peer != nil:
		w.peer.script = p.At
	default:
		own.Why = p.At.Why
	}
	if p.Over() {
		own.Status = p.At.Status
	}
}

// release gives the other movement back to the usual process, because the script is over.
func (w *writing) release(d *dossier, f *following, p script.Progress) {
	if w.peer == nil {
		return
	}
	m := *f.peer
	m.Timers = w.peer.timers
	taken := d.office.TakeOver(m, notScripted, w.now)
	w.peer.timers, w.peer.script.Status = taken.Movement.Timers, p.At.Status
	w.addLines(entriesOf(p.Notes[len(p.Notes)-1:], m.ID, w.now))
	w.addLines(taken.Entries)
}

// wakeUp sets the timer with which the script acts next.
func (w *writing) wakeUp(f *following, p script.Progress) {
	if p.Wake == nil {
		return
	}
	id, timers := w.at(p.Wake.Side, f, p)
	timer := movement.Timer{Name: script.Timer, Due: w.now.Add(p.Wake.After)}
	*timers = append(slices.Clone(*timers), timer)
	w.addLines([]movement.Entry{{
		Movement: id, At: w.now, Kind: movement.EntryTimer, Timer: timer.Name, Due: timer.Due,
		Text: fmt.Sprintf("timer %s started: %s", timer.Name, p.Wake.After), Why: "scenario " + w.after.Scenario + ": " + p.Wake.For,
	}})
}

// letGo lets the timer of the office fire that the script has come to.
func (w *writing) letGo(d *dossier, f *following, p script.Progress) {
	if p.Free == nil {
		return
	}
	id, timers := w.at(p.Free.At, f, p)
	if !slices.ContainsFunc(*timers, func(t movement.Timer) bool { return t.Name == p.Free.Name }) {
		w.addLines([]movement.Entry{{
			Movement: id, At: w.now, Kind: movement.EntryNote, Text: "timer " + p.Free.Name + " does not run, so the scenario waits in vain",
			Why: "profile " + d.office.Settings().Profile + " gives it no duration, or the office has not started it",
		}})
		return
	}
	m := w.after
	if id != w.after.ID {
		m = *f.peer
	}
	m.Timers = *timers
	out := d.office.LetGo(m, p.Free.Name, "the scenario has come to it", w.now)
	*timers = out.Movement.Timers
	w.addLines(out.Entries)
}

// at is the movement at a side, by its id and its timers: that of the event or the other one. Of two arrivals it is
// the later one.
func (w *writing) at(side message.Kind, f *following, p script.Progress) (id string, timers *[]movement.Timer) {
	latest := w.after.Kind == side && p.At.Partner == w.after.ID
	if f.peer == nil || f.peer.Kind != side || latest {
		return w.after.ID, &w.after.Timers
	}
	return f.peer.ID, &w.peer.timers
}

func withoutTimer(timers []movement.Timer, name string) []movement.Timer {
	return slices.DeleteFunc(slices.Clone(timers), func(t movement.Timer) bool { return t.Name == name })
}

// storePeer stores what changes in the other movement. It must still be as it was read.
func (w *writing) storePeer(tx *store.Tx) error {
	if w.peer == nil {
		return nil
	}
	base := w.peer.base
	stored, err := tx.Movement(base.ID)
	if isGone(err) {
		return errMoved
	}
	if err != nil {
		return err
	}
	changes := stored.Script.Changes
	if stored.Handled != base.Handled || changes != base.Script.Changes {
		return errMoved
	}
	stored.Script, stored.Timers = w.peer.script, w.peer.timers
	stored.Script.Changes = changes + 1
	return tx.PutMovement(stored)
}
