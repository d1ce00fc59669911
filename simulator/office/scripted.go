package office

import (
	"time"

	"nctsim/simulator/movement"
)

// A movement that follows a scenario (Case.Scripted) is handled by the same tables as any other, but nobody acts
// on their own: there is no default officer, and a timer that falls due before the scenario has come to it is paused
// until then.

// notYet is the cause for which such a timer is paused.
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

// PauseTimer pauses a timer that is due before the scenario has come to it.
func (o *Office) PauseTimer(m movement.Movement, timer, why string, now time.Time) Outcome {
	tr := o.newTransition(Case{Movement: m, Now: now, Scripted: true})
	tr.pauseTimer(timer, notYet, why)
	return tr.outcome()
}

// ResumeTimer lets a timer fire that PauseTimer has paused; nothing happens to any other.
func (o *Office) ResumeTimer(m movement.Movement, timer, why string, now time.Time) Outcome {
	tr := o.newTransition(Case{Movement: m, Now: now, Scripted: true})
	tr.resumeTimer(timer, why)
	return tr.outcome()
}

// TakeOver is the first thing the office does with a movement that no longer follows a scenario: timers that
// were paused for it run again, and the default officer begins to wait if there is something to decide.
func (o *Office) TakeOver(m movement.Movement, why string, now time.Time) Outcome {
	tr := o.newTransition(Case{Movement: m, Now: now})
	for _, t := range m.Timers {
		tr.resumeTimer(t.Name, why)
	}
	tr.scheduleOfficer(tr.m.State)
	return tr.outcome()
}

// resumeTimer takes the state into account, which may have changed since: a timer that would be paused in it for a
// reason of its own does so now, and one that does not belong to it ends.
func (tr *transition) resumeTimer(timer, why string) {
	i := tr.index(timer)
	if i < 0 || tr.m.Timers[i].Cause != notYet {
		return
	}
	cause, stays := tr.timerIn(timer)
	switch t := &tr.m.Timers[i]; {
	case !stays:
		tr.stopTimer(timer, why)
	case cause != "":
		t.Cause = cause
		tr.noteTimer(*t, movement.TimerPaused, "still waits: "+cause, why)
	default:
		t.Due, t.Remaining, t.Cause = tr.Now.Add(t.Remaining), 0, ""
		tr.noteTimer(*t, movement.TimerResumed, "resumed", why)
	}
}

// RecordOnly is what comes of an event to which the scenario answers itself: the movement knows what the message of the
// trader says, but stands where it stood (in phase 4: where the message itself brings it), and none of the timers that the
// process would have started runs. Processed is what the process would have made of the event; rejected says that the
// scenario turns the message down.
func (o *Office) RecordOnly(c Case, processed Outcome, rejected bool) Outcome {
	tr := o.newTransition(c)
	if c.Event.Kind == movement.EventTimer {
		tr.removeTimer(c.Event.Name)
	}
	tr.m = recordedFacts(tr.m, processed.Movement, rejected)
	if c.Event.Kind == movement.EventMessage {
		tr.moveStatus()
	}
	return tr.outcome()
}

// recordedFacts is a movement with what it knows after an event.
func recordedFacts(m, p movement.Movement, rejected bool) movement.Movement {
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
