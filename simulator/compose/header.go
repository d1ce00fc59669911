package compose

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// identificationAlphabet is what the messageIdentifications of customs are made of; responses section 1.3.
const (
	identificationAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	identificationLength   = 14
)

// header fills the elements that every message begins with; responses section 2.
func (d *draft) header(r recipe) {
	d.set("messageSender", "NTA."+d.side())
	d.set("messageRecipient", d.recipient())
	d.set("preparationDateAndTime", dateTime(d.at))
	d.set("messageIdentification", d.Stream.Pick(identificationAlphabet, identificationLength))
	d.set("messageType", d.b.Document().Type.Root)
	d.set("correlationIdentifier", d.correlationIdentifier(r.correlation))
}

// recipient is who sent the message that is answered, or the one that created the movement.
func (d *draft) recipient() string {
	for _, from := range []*message.Document{d.Answered, d.Original} {
		if from != nil && from.Get("messageSender") != "" {
			return from.Get("messageSender")
		}
	}
	return d.Movement.Sender
}

func (d *draft) correlationIdentifier(c correlation) string {
	from := d.Original
	switch {
	case c == none:
		return ""
	case c == ofNobody:
		return d.Stream.Pick(identificationAlphabet, identificationLength)
	case c == ofAnswered && d.Answered != nil && !d.Content.ByCustoms:
		from = d.Answered
	}
	if from == nil {
		return ""
	}
	return from.Get("messageIdentification")
}

// common fills the groups that most messages share; responses section 3.
func (d *draft) common(r recipe) {
	const office = "CustomsOfficeOfDeparture"
	d.references(r.references)
	d.set(office+"/referenceNumber", d.office())
	if r.echo {
		d.copy(office, d.origin(r, office))
	}
	d.holder(r)
	if r.representative {
		d.copy("Representative", d.origin(r, "Representative"))
	}
}

// origin is where a group is taken from: the declaration, or the rejected message if the group is echoed and
// such a message can have it (G0868, G0860).
func (d *draft) origin(r recipe, group string) *message.Document {
	if r.echo && d.Answered != nil && d.Answered.Schema.Child(group) != nil {
		return d.Answered
	}
	return d.Declaration
}

func (d *draft) references(r references) {
	known := d.Movement.MRN != ""
	lrn := r == lrnOnly || r == lrnAndMRN || !known && (r == lrnOrMRN || r == lrnThenBoth) ||
		r == lrnThenBoth && !d.options.StrictC0467
	mrn := r == mrnOnly || r == lrnAndMRN || known && (r == lrnOrMRN || r == lrnThenBoth)
	if lrn {
		d.set("TransitOperation/LRN", first(d.Movement.LRN, d.declared("TransitOperation/LRN")))
	}
	if mrn {
		d.set("TransitOperation/MRN", d.mrn())
	}
}

// mrn is the movement's. A message that needs one before there is any can only have been asked for out of
// turn; it gets one that looks right.
func (d *draft) mrn() string {
	if d.Movement.MRN != "" {
		return d.Movement.MRN
	}
	mrn := movement.NewMRN(d.at, d.office(), d.declared("TransitOperation/security"), d.Stream)
	d.warn("the movement has no MRN, so %s carries %s", d.Type, mrn)
	return mrn
}

// acceptanceDate is the day the declaration was accepted.
func (d *draft) acceptanceDate() string { return dateOr(d.Movement.Facts.Accepted, d.at) }
