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

// Causes for which a timer stands still. Each ends on its own: refusing a cancellation does not let a timer
// run again that was stopped by a request for documents.
const (
	documents    = "documents requested"
	guarantee    = "guarantee under amendment"
	cancellation = "cancellation requested"
)

// op is one word of the timers column.
type op struct {
	verb, timer, cause string
	do                 func(v *visit, o op, why string)
}

func (o op) apply(v *visit, why string) { o.do(v, o, why) }

func (o op) String() string {
	return strings.TrimSpace(o.verb + " " + o.timer)
}

func arm(timer string) op {
	return op{"arm", timer, "", func(v *visit, o op, why string) { v.arm(o.timer, why) }}
}
func rearm(timer string) op {
	return op{"re-arm", timer, "", func(v *visit, o op, why string) { v.rearm(o.timer, why) }}
}
func stop(timer string) op {
	return op{"stop", timer, "", func(v *visit, o op, why string) { v.drop(o.timer, why) }}
}

func pause(timer, cause string) op {
	return op{"pause", timer, cause, func(v *visit, o op, why string) { v.pause(o.timer, o.cause, why) }}
}

// hold is a timer that stands still from the start and has nothing left: it fires when the cause ends.
func hold(timer, cause string) op {
	return op{"hold", timer, cause, func(v *visit, o op, why string) { v.hold(o.timer, o.cause, why) }}
}

// resume lets every timer run again that stands still for the cause.
func resume(cause string) op {
	return op{"resume", "", cause, func(v *visit, o op, why string) { v.resume(o.cause, why) }}
}

var stopAll = op{verb: "stop all timers", do: func(v *visit, _ op, why string) { v.dropAll(why) }}

func (v *visit) timer(name string) (movement.Timer, bool) {
	i := v.index(name)
	if i < 0 {
		return movement.Timer{}, false
	}
	return v.m.Timers[i], true
}

func (v *visit) index(name string) int {
	return slices.IndexFunc(v.m.Timers, func(t movement.Timer) bool { return t.Name == name })
}

// arm starts a timer, or starts it anew. A timer without a duration in the profile is never started.
func (v *visit) arm(name, why string) {
	delay, ok := v.settings.delay(name, v.m.Phase)
	if !ok {
		return
	}
	due := delay.After(v.start(name))
	v.remove(name)
	v.m.Timers = append(v.m.Timers, movement.Timer{Name: name, Due: due})
	v.noteTimer(name, "timer "+name+" started: "+delay.String(), why, due)
}

// start is where a timer counts from: now, but non_arrival from the day on which the goods are expected, unless that is
// past already, as in a declaration that is used again and again.
func (v *visit) start(name string) time.Time {
	if name != NonArrival {
		return v.Now
	}
	for _, d := range []*message.Document{v.Message, v.Presentation, v.Declaration} {
		if d == nil {
			continue
		}
		if limit, err := time.Parse(time.DateOnly, d.Get("TransitOperation/limitDate")); err == nil && limit.After(v.Now) {
			return limit
		}
	}
	return v.Now
}

func (v *visit) rearm(name, why string) {
	if t, ok := v.timer(name); ok && !t.Paused() {
		v.arm(name, why)
	}
}

func (v *visit) remove(name string) {
	if i := v.index(name); i >= 0 {
		v.m.Timers = slices.Delete(v.m.Timers, i, i+1)
	}
}

func (v *visit) drop(name, why string) {
	if v.index(name) < 0 {
		return
	}
	v.remove(name)
	v.noteTimer(name, "timer "+name+" stopped", why, time.Time{})
}

func (v *visit) dropAll(why string) {
	for len(v.m.Timers) > 0 {
		v.drop(v.m.Timers[0].Name, why)
	}
}

// pause keeps what is left of a running timer; a timer that stands still already keeps its cause, unless it only
// does for the scenario.
func (v *visit) pause(name, cause, why string) {
	i := v.index(name)
	if i < 0 || v.m.Timers[i].Paused() && v.m.Timers[i].Cause != notYet {
		return
	}
	t := &v.m.Timers[i]
	if !t.Paused() {
		t.Remaining, t.Due = max(t.Due.Sub(v.Now), 0), time.Time{}
	}
	t.Cause = cause
	v.noteTimer(name, "timer "+name+" paused with "+t.Remaining.String()+" left: "+cause, why, time.Time{})
}

func (v *visit) hold(name, cause, why string) {
	v.remove(name)
	v.m.Timers = append(v.m.Timers, movement.Timer{Name: name, Cause: cause})
	v.noteTimer(name, "timer "+name+" waits: "+cause, why, time.Time{})
}

func (v *visit) resume(cause, why string) {
	for i := range v.m.Timers {
		t := &v.m.Timers[i]
		if !t.Paused() || t.Cause != cause {
			continue
		}
		t.Due, t.Remaining, t.Cause = v.Now.Add(t.Remaining), 0, ""
		v.noteTimer(t.Name, "timer "+t.Name+" resumed", why, t.Due)
	}
}

// defaultAction is what the automatic officer would do now, "" if nothing waits for an officer: an accepted
// movement does not while its release runs by itself.
func (v *visit) defaultAction() string {
	if t, ok := v.timer(AutoRelease); ok && !t.Paused() {
		return ""
	}
	return v.settings.DefaultOfficer[v.effective()]
}

// callOfficer starts the automatic officer's wait when the movement has come into a state that waits for
// him, or has begun to wait, and stops it when it no longer does.
func (v *visit) callOfficer(from movement.State) {
	waits, running := v.defaultAction() != "", v.index(OfficerWait) >= 0
	switch {
	case !waits:
		v.drop(OfficerWait, "nothing waits for an officer")
	case !running || v.m.State != from:
		v.arm(OfficerWait, "default officer: will "+v.defaultAction())
	}
}
