package replay

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// lap is what the journals say of one step.
type lap struct {
	// next: the step was waited for; done: the simulator says that it is done.
	next, done bool
	at         time.Time
	entries    []movement.Entry
	states     map[message.Kind]movement.State
	met        int // calls that met the step's fault
}

// course is what the journals say of a scenario.
type course struct {
	laps []lap
	// left is where the movement left the scenario, -1 if it did not, and why.
	left int
	why  string
	// through: the last step is done.
	through bool
}

// over reports whether the simulator no longer follows the scenario.
func (c course) over() bool { return c.through || c.left >= 0 }

// current is the index of the first step that is not done; the number of steps if all are.
func (c course) current() int {
	for i, l := range c.laps {
		if !l.done {
			return i
		}
	}
	return len(c.laps)
}

// read divides the journals of the movements of a case among its steps. Entries of a step stand before the one that
// says that it is done. What comes after the scenario was left belongs to the step at which that happened; what comes
// after its last step belongs to none.
func read(s *scenario.Scenario, kinds map[string]message.Kind, entries []movement.Entry) course {
	c := course{laps: make([]lap, len(s.Steps)), left: -1}
	slices.SortFunc(entries, func(a, b movement.Entry) int { return cmp.Compare(a.Number, b.Number) })
	states := map[message.Kind]movement.State{}
	var pending []movement.Entry
	for _, e := range entries {
		if c.through && e.Mark != movement.MarkMet {
			continue // the usual process goes on
		}
		if e.To != "" {
			states[kinds[e.Movement]] = e.To
		}
		pending = append(pending, e)
		if e.Step < 1 || e.Step > len(c.laps) {
			continue
		}
		l := &c.laps[e.Step-1]
		switch e.Mark {
		case movement.MarkNext:
			l.next = true
		case movement.MarkDone:
			l.done, l.at = true, e.At
			own, next := pending, []movement.Entry(nil)
			if s.Replaced(e.Step-1) != nil {
				own, next = apart(pending)
			}
			l.take(own, states)
			pending = next
		case movement.MarkArmed:
			// A fault is armed on the way to the next step and brings nothing itself.
			l.done, l.at = true, e.At
			l.take(pending[len(pending)-1:], states)
			pending = pending[:len(pending)-1]
		case movement.MarkMet:
			l.met++
			l.entries = append(l.entries, e)
			pending = pending[:len(pending)-1]
		case movement.MarkLeft:
			if c.left < 0 {
				c.left, c.why = e.Step-1, e.Text
			}
		case movement.MarkThrough:
			c.through = true
			l.entries = append(l.entries, pending...)
			pending = nil
		}
	}
	c.rest(pending, states)
	return c
}

// apart takes out the messages of customs: the scenario's own answer to a step may be sent before the journal says that
// the step is done.
func apart(entries []movement.Entry) (rest, sent []movement.Entry) {
	for _, e := range entries {
		if t, _ := message.TypeOfCode(e.Type); e.Kind == movement.EntryMessage && t.Role == message.FromCustoms {
			sent = append(sent, e)
		} else {
			rest = append(rest, e)
		}
	}
	return rest, sent
}

func (l *lap) take(entries []movement.Entry, states map[message.Kind]movement.State) {
	l.entries = append(l.entries, entries...)
	l.states = maps.Clone(states)
}

// rest are the entries after the last step that is done: they belong to the step that is waited for, or to that at
// which the scenario was left.
func (c *course) rest(entries []movement.Entry, states map[message.Kind]movement.State) {
	i := c.current()
	if c.left >= 0 {
		i = c.left
	}
	if i < len(c.laps) && len(entries) > 0 {
		c.laps[i].take(entries, states)
	}
}
