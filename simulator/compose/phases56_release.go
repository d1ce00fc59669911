package compose

import (
	"cmp"
	"strings"

	"nctsim/simulator/message"
)

// releaseForTransit is IE029: the declaration as it was presented, with what customs adds.
func releaseForTransit(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.copyDeclaration()
	d.applyPresentation()
	d.set("TransitOperation/LRN", cmp.Or(d.Movement.LRN, d.get("TransitOperation/LRN")))
	d.set("TransitOperation/declarationAcceptanceDate", d.acceptanceDate())
	d.set("TransitOperation/releaseDate", date(d.at))
	d.controlResult()
	d.maskAccessCodes()
	d.fillGaps()
	d.completeTraders()
}

// completeTraders adds name and address to consignor and consignee, of the consignment and of every house.
func (d *draft) completeTraders() {
	for _, level := range []string{"Consignment", "Consignment/" + houseGroup} {
		d.completeParties(level + "/Consignor")
		d.completeParties(level + "/Consignee")
	}
}

// applyPresentation lets the IE170 override: everything it says of the consignment, and the departure transport
// means of each house, found by its sequence number (docs/spec/process.md#4-5).
func (d *draft) applyPresentation() {
	if d.Presentation == nil {
		return
	}
	for _, e := range d.Presentation.Schema.Child("Consignment").Children {
		if path := "Consignment/" + e.Name; e.Name != houseGroup && d.builder.Document().Element(path) != nil {
			d.copy(path, d.Presentation)
		}
	}
	houses := map[string]*message.Builder{}
	for _, house := range d.builder.Each("Consignment/" + houseGroup) {
		houses[house.Document().Get("sequenceNumber")] = house
	}
	for _, from := range d.Presentation.Each("Consignment/" + houseGroup) {
		number := from.Get("sequenceNumber")
		to := houses[number]
		if to == nil {
			d.warn("the IE170 speaks of house consignment %s, which was not declared", number)
			continue
		}
		_, err := to.Copy(meansGroup, from, meansGroup)
		d.fail(err)
	}
}

const (
	houseGroup = "HouseConsignment"
	itemGroup  = "ConsignmentItem"
	meansGroup = "DepartureTransportMeans"
)

// What a release says of the control when nobody says anything else.
const (
	controlledByNobody = "N/A"
	// daysToArrive is the limit that customs sets when the trader declared none.
	daysToArrive = 14
)

// controlResult is required for the simplified procedure (G0160) and always given. Its date is the limit
// date for the arrival (G0127), since the message has no limitDate of its own. A3 is for authorised
// consignors only and never for TIR (R0910, R0912).
func (d *draft) controlResult() {
	result := ControlResult{Code: consideredSatisfactory, By: controlledByNobody, Date: d.limitDate()}
	switch {
	case d.Movement.Facts.Controlled:
		result.Code, result.By = satisfactory, d.office()
	case d.simplified():
		result.Code, result.Text = simplifiedProcedure, d.variant().simplifiedText
	}
	if officer := d.Content.ControlResult; officer != nil {
		result.Code = cmp.Or(officer.Code, result.Code)
		result.By = cmp.Or(officer.By, result.By)
		result.Date = cmp.Or(officer.Date, result.Date)
		result.Text = cmp.Or(officer.Text, result.Text)
	}
	d.set("ControlResult/code", result.Code)
	d.set("ControlResult/date", result.Date)
	d.setText("ControlResult/controlledBy", result.By)
	d.setText("ControlResult/text", result.Text)
}

func (d *draft) limitDate() string {
	return cmp.Or(d.declared("TransitOperation/limitDate"), date(d.at.AddDate(0, 0, daysToArrive)))
}

func (d *draft) simplified() bool {
	if d.get("TransitOperation/declarationType") == transitByCarnet {
		return false
	}
	for _, a := range d.builder.Document().Each("Authorisation") {
		if a.Get("type") == authorisedConsignor {
			return true
		}
	}
	return false
}

func (d *draft) maskAccessCodes() {
	mask := d.variant().accessCode
	if mask == "" {
		return
	}
	for _, reference := range d.builder.Each("Guarantee/GuaranteeReference") {
		if reference.Document().Has("accessCode") {
			d.fail(reference.Set("accessCode", mask))
		}
	}
}

// defaultAmount replaces the currency too: the default is an amount of its own.
func defaultAmount(d *draft, gap message.Gap) {
	d.fail(gap.Group.Set("amountToBeCovered", d.options.DefaultAmount))
	d.fail(gap.Group.Set("currency", d.options.DefaultCurrency))
}

// Guarantee types that are assumed for want of better knowledge, CL251.
const (
	comprehensiveGuarantee = "1"
	carnetGuarantee        = "B"
)

// guaranteeTypeOfOriginal is for amendments, which may leave the type out: it is that of the guarantee with the
// same sequence number in the IE015, and otherwise the only one under TIR or the usual one.
func guaranteeTypeOfOriginal(d *draft, gap message.Gap) {
	number := gap.Group.Document().Get("sequenceNumber")
	for _, g := range d.Original.Each("Guarantee") {
		if kind := g.Get("guaranteeType"); g.Get("sequenceNumber") == number && kind != "" {
			d.set(gap.Path, kind)
			return
		}
	}
	kind := comprehensiveGuarantee
	if d.get("TransitOperation/declarationType") == transitByCarnet {
		kind = carnetGuarantee
	}
	d.warn("%s was not declared and is given as %s", gap.Path, kind)
	d.set(gap.Path, kind)
}

// incompleteGroup leaves the group out; the real office does not release such a movement at all. What is missing
// is lost with it, so the group is there only when the first of its gaps is looked at.
func incompleteGroup(d *draft, gap message.Gap) {
	group := gap.Path[:strings.LastIndexByte(gap.Path, '/')]
	found := d.builder.Document().Find(group)
	if len(found) == 1 && found[0] == gap.Group.Document().Root {
		d.warn("%s was left out, as it has no %s", group, gap.Name)
		d.remove(group)
	}
}

const massElement = "grossMass"

// unknownMass is how a gross mass is written that was not declared, alone or with its whole group.
func unknownMass(d *draft, gap message.Gap) {
	d.unweighed++
	if gap.Name != massElement {
		gap.Name += "/" + massElement
	}
	d.fail(gap.Group.Set(gap.Name, "0"))
}
