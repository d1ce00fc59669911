package office

import (
	"time"

	"nctsim/simulator/movement"
)

// A movement that follows a scenario (Case.Scripted) is handled by the same tables as any other, but nobody acts
// by himself: there is no default officer, and a timer that falls due before the scenario has come to it stands
// still until then.

// notYet is the cause for which such a timer stands still.
const notYet = "the scenario has not come to it"

// scripted are the settings for movements that follow a scenario. A silent office works for them, with the
// published durations, because the scenario decides in every profile.
func (s Settings) scripted() Settings {
	if s.Silent {
		s.Silent, s.Timers = false, traderTest()
	}
	s.DefaultOfficer = nil
	return s
}

// Hold makes a timer stand still that is due before the scenario has come to it.
func (o *Office) Hold(m movement.Movement, timer, why string, now time.Time) Outcome {
	v := o.visit(Case{Movement: m, Now: now, Scripted: true})
	v.pause(timer, notYet, why)
	return v.outcome()
}

// LetGo lets a timer fire that Hold has made stand still; nothing happens to any other.
func (o *Office) LetGo(m movement.Movement, timer, why string, now time.Time) Outcome {
	v := o.visit(Case{Movement: m, Now: now, Scripted: true})
	v.letGo(timer, why)
	return v.outcome()
}

// TakeOver is the first thing the office does with a movement that no longer follows a scenario: timers that
// stood still for it run again, and the default officer begins to wait if there is something to decide.
func (o *Office) TakeOver(m movement.Movement, why string, now time.Time) Outcome {
	v := o.visit(Case{Movement: m, Now: now})
	for _, t := range m.Timers {
		v.letGo(t.Name, why)
	}
	v.callOfficer(v.m.State)
	return v.outcome()
}

// letGo takes the state into account, which may have changed since: a timer that would stand still in it for a
// reason of its own does so now, and one that does not belong to it ends.
func (v *visit) letGo(timer, why string) {
	i := v.index(timer)
	if i < 0 || v.m.Timers[i].Cause != notYet {
		return
	}
	cause, stays := v.belongs(timer)
	switch t := &v.m.Timers[i]; {
	case !stays:
		v.drop(timer, why)
	case cause != "":
		t.Cause = cause
		v.noteTimer(timer, "timer "+timer+" still waits: "+cause, why, time.Time{})
	default:
		t.Due, t.Remaining, t.Cause = v.Now.Add(t.Remaining), 0, ""
		v.noteTimer(timer, "timer "+timer+" resumed", why, t.Due)
	}
}

// Noted is what comes of an event to which the scenario answers itself: the movement knows what the message of the
// trader says, but stands where it stood (in phase 4: where the message itself brings it), and none of the timers that the
// process would have started runs. Done is what the process would have made of the event; rejected says that the
// scenario turns the message down.
func (o *Office) Noted(c Case, done Outcome, rejected bool) Outcome {
	v := o.visit(c)
	if c.Event.Kind == movement.EventTimer {
		v.remove(c.Event.Name)
	}
	v.m = noted(v.m, done.Movement, rejected)
	if c.Event.Kind == movement.EventMessage {
		v.moveStatus()
	}
	return v.outcome()
}

// noted is a movement with what it knows after an event.
func noted(m, p movement.Movement, rejected bool) movement.Movement {
	m.Procedure, m.PreLodged, m.TIR = p.Procedure, p.PreLodged, p.TIR
	m.Office, m.LRN, m.Sender, m.MovementEORI = p.Office, p.LRN, p.Sender, p.MovementEORI
	m.Facts.Original, m.Facts.Submitted = p.Facts.Original, p.Facts.Submitted
	if rejected {
		return m
	}
	f := &m.Facts
	f.Declaration, f.Presentation, f.Invalidation = p.Facts.Declaration, p.Facts.Presentation, p.Facts.Invalidation
	f.Request = p.Facts.Request
	f.Departure, f.Foreign, f.Remarks, f.Partial = p.Facts.Departure, p.Facts.Foreign, p.Facts.Remarks, p.Facts.Partial
	return m
}
