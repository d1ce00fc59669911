package script

import (
	"fmt"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// Begin is how a movement begins to follow a scenario: the step that creates it is next. Faults before that step
// are armed, but those on the submission itself are used up by the attempts that were made, this one included.
func Begin(s *scenario.Scenario, keeper message.Kind, attempts int) (movement.Script, []Note) {
	p := &progress{Run: Run{Scenario: s, Keeper: keeper, At: movement.Script{Status: movement.Following, Version: Version(s)}}}
	p.arrive(0)
	for i := range p.At.Faults {
		f := &p.At.Faults[i]
		if s.Steps[f.Step].Fault.Call != scenario.CallSubmit {
			continue
		}
		met := min(f.Left, attempts)
		f.Left -= met
		attempts -= met
		if met > 0 {
			p.note(&s.Steps[f.Step], movement.MarkMet, fmt.Sprintf("%s met: %d of the attempts to submit this", s.Steps[f.Step], met), "")
		}
	}
	p.At.Faults = stillArmed(p.At.Faults)
	return p.At, p.notes
}

func stillArmed(faults []movement.ArmedFault) []movement.ArmedFault {
	var out []movement.ArmedFault
	for _, f := range faults {
		if f.Left > 0 {
			out = append(out, f)
		}
	}
	return out
}

// Outage is the fault that an attempt to create the movement of a scenario meets, nil if it meets none. Attempts
// count from 1.
func Outage(s *scenario.Scenario, attempt int) *scenario.Step {
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Form != scenario.FormFault {
			return nil
		}
		if st.Fault.Call != scenario.CallSubmit {
			continue
		}
		if attempt <= st.Fault.Times {
			return st
		}
		attempt -= st.Fault.Times
	}
	return nil
}

// UseUp is a position after a call has met the fault of a step. A script that was left has no faults any more.
func UseUp(at movement.Script, step int) movement.Script {
	at.Faults = append([]movement.ArmedFault(nil), at.Faults...)
	for i := range at.Faults {
		if at.Faults[i].Step == step {
			at.Faults[i].Left--
		}
	}
	at.Faults = stillArmed(at.Faults)
	return at
}

// Meet is the fault that a call meets, nil if it meets none, and the position after that.
func (r Run) Meet(call string) (*scenario.Step, movement.Script) {
	at := r.At
	for _, f := range at.Faults {
		st := &r.Scenario.Steps[f.Step]
		if st.Fault.Call != call {
			continue
		}
		return st, UseUp(at, f.Step)
	}
	return nil, at
}
