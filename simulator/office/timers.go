package office

import (
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Names of the timers, as in docs/spec/timers.md.
const (
	AutoRelease          = "auto_release"
	Presentation         = "presentation"
	AmendGuarantee       = "guarantee_amendment"
	ResolveDiscrepancies = "discrepancy_resolution"
	NonArrival           = "non_arrival"
	OfficerWait          = "officer_wait"
)

// Causes for which a timer is paused. Each ends on its own: refusing a cancellation does not let a timer
// run again that was stopped by a request for documents.
const (
	documents    = "documents requested"
	guarantee    = "guarantee under amendment"
	cancellation = "cancellation requested"
)

// op is one word of the timers column.
type op struct {
	verb, timer, cause string
	do                 func(tr *transition, o op, why string)
}

func (o op) apply(tr *transition, why string) { o.do(tr, o, why) }

func (o op) String() string {
	return strings.TrimSpace(o.verb + " " + o.timer)
}

func arm(timer string) op {
	return op{"arm", timer, "", func(tr *transition, o op, why string) { tr.startTimer(o.timer, why) }}
}
func rearm(timer string) op {
	return op{"re-arm", timer, "", func(tr *transition, o op, why string) { tr.restartTimer(o.timer, why) }}
}
func stop(timer string) op {
	return op{"stop", timer, "", func(tr *transition, o op, why string) { tr.stopTimer(o.timer, why) }}
}

func pause(timer, cause string) op {
	return op{"pause", timer, cause, func(tr *transition, o op, why string) { tr.pauseTimer(o.timer, o.cause, why) }}
}

// hold is a timer that is paused from the start and has nothing left: it fires when the cause ends.
func hold(timer, cause string) op {
	return op{"hold", timer, cause, func(tr *transition, o op, why string) { tr.holdTimer(o.timer, o.cause, why) }}
}

// resume lets every timer run again that is paused for the cause.
func resume(cause string) op {
	return op{"resume", "", cause, func(tr *transition, o op, why string) { tr.resumeTimers(o.cause, why) }}
}

var stopAll = op{verb: "stop all timers", do: func(tr *transition, _ op, why string) { tr.stopTimers(why) }}

func (tr *transition) timer(name string) (movement.Timer, bool) {
	i := tr.index(name)
	if i < 0 {
		return movement.Timer{}, false
	}
	return tr.m.Timers[i], true
}

func (tr *transition) index(name string) int {
	return slices.IndexFunc(tr.m.Timers, func(t movement.Timer) bool { return t.Name == name })
}

// startTimer starts a timer, or starts it anew. A timer without a duration in the profile is never started.
func (tr *transition) startTimer(name, why string) {
	delay, ok := tr.settings.delay(name, tr.m.Phase)
	if !ok {
		return
	}
	due := delay.After(tr.timerStart(name))
	tr.removeTimer(name)
	t := movement.Timer{Name: name, Due: due}
	tr.m.Timers = append(tr.m.Timers, t)
	tr.noteTimer(t, movement.TimerStarted, "started: "+delay.String(), why)
}

// timerStart is where a timer counts from: now, but non_arrival from the day on which the goods are expected, unless that is
// past already, as in a declaration that is used again and again.
func (tr *transition) timerStart(name string) time.Time {
	if name != NonArrival {
		return tr.Now
	}
	for _, d := range []*message.Document{tr.Message, tr.Presentation, tr.Declaration} {
		if d == nil {
			continue
		}
		if limit, err := time.Parse(time.DateOnly, d.Get("TransitOperation/limitDate")); err == nil && limit.After(tr.Now) {
			return limit
		}
	}
	return tr.Now
}

func (tr *transition) restartTimer(name, why string) {
	if t, ok := tr.timer(name); ok && !t.Paused() {
		tr.startTimer(name, why)
	}
}

func (tr *transition) removeTimer(name string) {
	if i := tr.index(name); i >= 0 {
		tr.m.Timers = slices.Delete(tr.m.Timers, i, i+1)
	}
}

func (tr *transition) stopTimer(name, why string) {
	t, there := tr.timer(name)
	if !there {
		return
	}
	tr.removeTimer(name)
	tr.noteTimer(t, movement.TimerStopped, "stopped", why)
}

func (tr *transition) stopTimers(why string) {
	for len(tr.m.Timers) > 0 {
		tr.stopTimer(tr.m.Timers[0].Name, why)
	}
}

// pauseTimer keeps what is left of a running timer; a timer that is paused already keeps its cause, unless it only
// is for the scenario.
func (tr *transition) pauseTimer(name, cause, why string) {
	i := tr.index(name)
	if i < 0 || tr.m.Timers[i].Paused() && tr.m.Timers[i].Cause != notYet {
		return
	}
	t := &tr.m.Timers[i]
	if !t.Paused() {
		t.Remaining, t.Due = max(t.Due.Sub(tr.Now), 0), time.Time{}
	}
	t.Cause = cause
	tr.noteTimer(*t, movement.TimerPaused, "paused with "+t.Remaining.String()+" left: "+cause, why)
}

func (tr *transition) holdTimer(name, cause, why string) {
	tr.removeTimer(name)
	t := movement.Timer{Name: name, Cause: cause}
	tr.m.Timers = append(tr.m.Timers, t)
	tr.noteTimer(t, movement.TimerPaused, "waits: "+cause, why)
}

func (tr *transition) resumeTimers(cause, why string) {
	for i := range tr.m.Timers {
		t := &tr.m.Timers[i]
		if !t.Paused() || t.Cause != cause {
			continue
		}
		t.Due, t.Remaining, t.Cause = tr.Now.Add(t.Remaining), 0, ""
		tr.noteTimer(*t, movement.TimerResumed, "resumed", why)
	}
}

// defaultAction is what the automatic officer would do now, "" if nothing waits for an officer: an accepted
// movement does not while its release runs by itself.
func (tr *transition) defaultAction() string {
	if t, ok := tr.timer(AutoRelease); ok && !t.Paused() {
		return ""
	}
	return tr.settings.DefaultOfficer[tr.effectiveState()]
}

// scheduleOfficer starts the automatic officer's wait when the movement has come into a state that waits for
// one, or has begun to wait, and stops it when it no longer does.
func (tr *transition) scheduleOfficer(from movement.State) {
	waits, running := tr.defaultAction() != "", tr.index(OfficerWait) >= 0
	switch {
	case !waits:
		tr.stopTimer(OfficerWait, "nothing waits for an officer")
	case !running || tr.m.State != from:
		tr.startTimer(OfficerWait, "default officer: will "+tr.defaultAction())
	}
}
