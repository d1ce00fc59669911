package replay

import (
	"context"
	"slices"
	"strconv"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// trader calls the simulated API as a trader's software does. It expects the faults of its scenario and calls again
// when it has met one.
type trader struct {
	client.Trader
	faults []*expectedFault
	// elapsed is real time, for faults that delay.
	elapsed func() time.Duration
}

// expectedFault is a fault that waits for calls of ours.
type expectedFault struct {
	*scenario.Fault
	step int // index
	left int
}

func (t *trader) expect(step int, f *scenario.Fault) {
	t.faults = append(t.faults, &expectedFault{Fault: f, step: step, left: f.Times})
}

// waiting is the fault that a call of the kind is to meet next, nil if there is none.
func (t *trader) waiting(call string) *expectedFault {
	i := slices.IndexFunc(t.faults, func(f *expectedFault) bool { return f.Call == call && f.left > 0 })
	if i < 0 {
		return nil
	}
	return t.faults[i]
}

// metBy reports whether a call has met the fault, and whether it has to be made again.
func (f *expectedFault) metBy(a client.Answer, err error, took time.Duration) (met, again bool) {
	switch {
	case f.Status > 0:
		return err == nil && a.Status == f.Status, true
	case f.Reset:
		return err != nil, true
	}
	return err == nil && took >= f.Delay, false
}

// as is the trader with a token, who makes each call again and again as long as faults are in its way.
func (t *trader) as(token string) client.Trader {
	out := t.Trader
	out.Token, out.Around = token, t.call
	return out
}

func (t *trader) call(ctx context.Context, call string, r client.Request) (client.Answer, error) {
	for {
		began := t.elapsed()
		a, err := t.Do(ctx, r)
		f := t.waiting(call)
		if f == nil || ctx.Err() != nil {
			return a, err
		}
		met, again := f.metBy(a, err, t.elapsed()-began)
		if met {
			f.left--
		}
		if !met || !again {
			return a, err
		}
	}
}

// traderRule is what a trader of one generation does otherwise than one of another.
type traderRule struct {
	// resubmits: a rejected arrival is notified again, as a message for the movement that is there.
	resubmits bool
	// newMRN is an MRN that nobody has used, for goods from the same office as those of another.
	newMRN func(now time.Time, other string, st *clock.Stream) string
}

var traderRules = map[message.Generation]traderRule{
	message.GenerationPhase4: {true, func(now time.Time, other string, st *clock.Stream) string {
		return movement.NewPhase4MRN(now, other[2:10], st)
	}},
	message.GenerationPhases56: {false, func(now time.Time, other string, st *clock.Stream) string {
		return movement.NewMRN(now, other[2:10], securityOf(other), st)
	}},
}

// securityOf is a security that gives an MRN the letter of this one.
func securityOf(mrn string) string {
	for security := range 4 {
		if s := strconv.Itoa(security); movement.ProcedureLetter(s) == mrn[16] {
			return s
		}
	}
	return "0"
}
