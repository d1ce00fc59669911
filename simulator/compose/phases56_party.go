package compose

import (
	"cmp"

	"nctsim/simulator/message"
)

const holderGroup = "HolderOfTheTransitProcedure"

// holder shows the holder of the transit procedure in the form the message wants.
func (d *draft) holder(r recipe) {
	form := r.holder
	if form == noHolder {
		return
	}
	d.copy(holderGroup, d.origin(r, holderGroup))
	if !d.builder.Document().Has(holderGroup) {
		d.fail(d.builder.Add(holderGroup))
		d.set(holderGroup+"/identificationNumber", d.Movement.MovementEORI)
	}
	if form == longHolderFromPhase6 {
		form = d.variant().holder
	}
	switch {
	case form == longHolder:
		d.completeParties(holderGroup)
	case form == shortHolder && d.get(holderGroup+"/identificationNumber") != "":
		d.keepOnlyNumbers()
	}
}

const traderGroup = "TraderAtDestination"

// traderAtDestination shows the trader who reported the arrival, by number alone.
func (d *draft) traderAtDestination(r recipe) {
	number := ""
	if from := d.origin(r, traderGroup); from != nil {
		number = from.Get(traderGroup + "/identificationNumber")
	}
	d.set(traderGroup+"/identificationNumber", cmp.Or(number, d.Movement.MovementEORI))
}

// keepOnlyNumbers makes the short form: the register has the rest.
func (d *draft) keepOnlyNumbers() {
	for _, name := range []string{"name", "Address", "ContactPerson"} {
		if d.builder.Document().Element(holderGroup+"/"+name) != nil {
			d.remove(holderGroup + "/" + name)
		}
	}
}

// completeParties adds name and address to every party at a path that was declared by its number. What the
// trader sent themselves stays.
func (d *draft) completeParties(path string) {
	for _, party := range d.builder.Each(path) {
		d.completeParty(party)
	}
}

// unknownHolder is for messages that require name and address of a holder who is known by a TIR number alone.
func unknownHolder(d *draft, gap message.Gap) { d.describe(gap.Group, d.unknownParty()) }

func (d *draft) unknownParty() Party {
	return Party{unknownText, unknownText, unknownText, unknownText, d.origins()}
}

func (d *draft) completeParty(party *message.Builder) {
	number := party.Document().Get("identificationNumber")
	if number == "" {
		return
	}
	known, ok := d.options.Registry[number]
	if !ok {
		known = d.unknownParty()
	}
	d.describe(party, known)
}

// describe adds what is missing of name and address.
func (d *draft) describe(party *message.Builder, known Party) {
	declared := party.Document()
	if !declared.Has("name") {
		d.fail(party.Set("name", known.Name))
	}
	if declared.Has("Address") {
		return
	}
	for _, line := range []struct{ name, text string }{
		{"streetAndNumber", known.Street}, {"postcode", known.Postcode}, {"city", known.City}, {"country", known.Country},
	} {
		if line.text != "" {
			d.fail(party.Set("Address/"+line.name, line.text))
		}
	}
}
