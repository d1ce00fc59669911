package compose

import (
	"cmp"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// mrn is the movement's. Before there is any, an answer repeats what the trader wrote: they have asked about that one. A
// message that nobody has asked for was sent out of turn; it gets one that looks right.
func (d *draft) mrn() string {
	if d.Movement.MRN != "" {
		return d.Movement.MRN
	}
	if d.Answered != nil {
		if asked := d.Answered.Field(message.MRN); asked != "" {
			return asked
		}
	}
	mrn := d.format.newMRN(d)
	d.warn("the movement has no MRN, so %s carries %s", d.Type, mrn)
	return mrn
}

// accepted is the day the declaration was accepted, as the phase writes days. Goods from elsewhere have it in their
// declaration, at a path.
func (d *draft) accepted(path string, write func(time.Time) string) string {
	facts := d.Movement.Facts
	if d.Movement.Kind == message.Arrival {
		facts = movement.Facts{}
		if d.Departure != nil {
			facts = d.Departure.Facts
		}
	}
	if !facts.Accepted.IsZero() {
		return write(facts.Accepted)
	}
	if d.Movement.Kind == message.Arrival && d.declared(path) != "" {
		return d.declared(path)
	}
	return write(d.at)
}

func (d *draft) references(r references) {
	known := d.Movement.MRN != ""
	lrn := r == lrnOnly || r == lrnAndMRN || !known && (r == lrnOrMRN || r == lrnThenBoth) ||
		r == lrnThenBoth && !d.options.StrictC0467
	mrn := r == mrnOnly || r == mrnEchoed || r == lrnAndMRN || known && (r == lrnOrMRN || r == lrnThenBoth)
	if lrn {
		d.set(d.path(message.LRN), cmp.Or(d.Movement.LRN, d.declared(d.path(message.LRN))))
	}
	switch {
	case r == mrnEchoed && d.Answered != nil:
		d.set(d.path(message.MRN), d.Answered.Field(message.MRN))
	case mrn:
		d.set(d.path(message.MRN), d.mrn())
	}
}
