package compose

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// identificationAlphabet is what the messageIdentifications of customs are made of; docs/spec/responses.md#1-3.
const (
	identificationAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	identificationLength   = 14
)

const (
	officeOfDeparture   = "CustomsOfficeOfDeparture"
	officeOfDestination = "CustomsOfficeOfDestinationActual"
)

// phases56Header fills the elements that every message begins with; docs/spec/responses.md#2.
func phases56Header(d *draft, r recipe) {
	d.set("messageSender", "NTA."+d.officeCountry())
	d.set("messageRecipient", d.recipient())
	d.set("preparationDateAndTime", dateTime(d.at))
	d.set("messageIdentification", d.Stream.Pick(identificationAlphabet, identificationLength))
	d.set("messageType", d.builder.Document().Type.Root)
	d.set("correlationIdentifier", d.correlationIdentifier(r.correlation))
}

// recipient is who sent the message that is answered, or the one that created the movement.
func (d *draft) recipient() string {
	for _, from := range []*message.Document{d.Answered, d.Original} {
		if from != nil && from.Field(message.Sender) != "" {
			return from.Field(message.Sender)
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

// phases56Common fills the groups that most messages share; docs/spec/responses.md#3.
func phases56Common(d *draft, r recipe) {
	switch r.groups {
	case ofDeparture:
		d.references(r.references)
		d.officeGroup(r, officeOfDeparture)
		d.holder(r)
		if r.representative {
			d.copy("Representative", d.origin(r, "Representative"))
		}
	case ofArrival:
		d.references(r.references)
		d.officeGroup(r, officeOfDestination)
		d.traderAtDestination(r)
	}
}

func (d *draft) officeGroup(r recipe, group string) {
	d.set(group+"/referenceNumber", d.office())
	if r.echo {
		d.copy(group, d.origin(r, group))
	}
}

// origin is where a group is taken from: the declaration or the arrival notification, or the rejected message if
// the group is echoed and such a message can have it (G0868, G0860).
func (d *draft) origin(r recipe, group string) *message.Document {
	switch {
	case r.echo && d.Answered != nil && d.Answered.Schema.Child(group) != nil:
		return d.Answered
	case r.groups == ofArrival:
		return d.Original
	}
	return d.Declaration
}

func newPhases56MRN(d *draft) string {
	return movement.NewMRN(d.at, d.office(), d.declared(d.path(message.Security)), d.Stream)
}

// acceptanceDate is the day the declaration was accepted.
func (d *draft) acceptanceDate() string {
	return d.accepted("TransitOperation/declarationAcceptanceDate", date)
}
