package compose

import (
	"strings"

	"nctsim/simulator/message"
)

// releaseForTransit is IE029: the declaration as it was presented, with what customs adds.
func releaseForTransit(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.copyDeclaration()
	d.presented()
	d.set("TransitOperation/LRN", first(d.Movement.LRN, d.get("TransitOperation/LRN")))
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

// copyDeclaration takes every group of the declaration that the message has too, all levels, in order and
// with all numbers unchanged. The groups that are already there (office, holder, representative) and the
// references stay.
func (d *draft) copyDeclaration() {
	mrn := d.get(d.path(message.MRN))
	head, _, _ := strings.Cut(d.path(message.MRN), "/")
	d.remove(head)
	for _, group := range d.b.Document().Schema.Children {
		if group.Leaf() || d.Declaration.Schema.Child(group.Name) == nil || d.b.Document().Has(group.Name) {
			continue
		}
		d.copy(group.Name, d.Declaration)
	}
	d.set(d.path(message.MRN), mrn)
}

// presented lets the IE170 override: everything it says of the consignment, and the departure transport
// means of each house, found by its sequence number (docs/spec/process.md#4-5).
func (d *draft) presented() {
	if d.Presentation == nil {
		return
	}
	for _, e := range d.Presentation.Schema.Child("Consignment").Children {
		if path := "Consignment/" + e.Name; e.Name != houseGroup && d.b.Document().Element(path) != nil {
			d.copy(path, d.Presentation)
		}
	}
	houses := map[string]*message.Builder{}
	for _, house := range d.b.Each("Consignment/" + houseGroup) {
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

// Control results, CL196.
const (
	satisfactory           = "A1"
	consideredSatisfactory = "A2"
	simplifiedProcedure    = "A3"
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
		result.Code, result.Text = simplifiedProcedure, d.dialect().simplifiedText
	}
	if officer := d.Content.ControlResult; officer != nil {
		result.Code = first(officer.Code, result.Code)
		result.By = first(officer.By, result.By)
		result.Date = first(officer.Date, result.Date)
		result.Text = first(officer.Text, result.Text)
	}
	d.set("ControlResult/code", result.Code)
	d.set("ControlResult/date", result.Date)
	d.setText("ControlResult/controlledBy", result.By)
	d.setText("ControlResult/text", result.Text)
}

func (d *draft) limitDate() string {
	return first(d.declared("TransitOperation/limitDate"), date(d.at.AddDate(0, 0, daysToArrive)))
}

const (
	// authorisedConsignor is the authorisation that alone makes a departure simplified (docs/spec/process.md#2).
	authorisedConsignor = "C521"
	// transitByCarnet is the declaration type that never is.
	transitByCarnet = "TIR"
)

func (d *draft) simplified() bool {
	if d.get("TransitOperation/declarationType") == transitByCarnet {
		return false
	}
	for _, a := range d.b.Document().Each("Authorisation") {
		if a.Get("type") == authorisedConsignor {
			return true
		}
	}
	return false
}

func (d *draft) maskAccessCodes() {
	mask := d.dialect().accessCode
	if mask == "" {
		return
	}
	for _, code := range d.b.Document().Find("Guarantee/GuaranteeReference/accessCode") {
		code.Text = mask
	}
}

// gaps says what happens to elements that the IE029, IE043 or IE025 requires and declarations may lack
// (docs/spec/responses.md#4), those of the other phase too. The keys are paths without positions.
var gaps = map[string]func(*draft, message.Gap){
	"HolderOfTheTransitProcedure/name":    unknownHolder,
	"HolderOfTheTransitProcedure/Address": unknownHolder,

	"Consignment/containerIndicator": func(d *draft, g message.Gap) { d.set(g.Path, "0") },
	"Consignment/PlaceOfLoading":     func(d *draft, g message.Gap) { d.set(g.Path+"/country", d.side()) },

	"Guarantee/guaranteeType":                        guaranteeTypeOfOriginal,
	"Guarantee/GuaranteeReference/amountToBeCovered": defaultAmount,
	"Guarantee/GuaranteeReference/currency":          func(d *draft, g message.Gap) { d.set(g.Path, d.options.DefaultCurrency) },

	"Consignment/DepartureTransportMeans/typeOfIdentification":                    incompleteGroup,
	"Consignment/DepartureTransportMeans/identificationNumber":                    incompleteGroup,
	"Consignment/DepartureTransportMeans/nationality":                             incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/customsOfficeAtBorderReferenceNumber": incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/typeOfIdentification":                 incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/identificationNumber":                 incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/nationality":                          incompleteGroup,

	"Consignment/HouseConsignment/ConsignmentItem/Commodity/GoodsMeasure":           unknownMass,
	"Consignment/HouseConsignment/ConsignmentItem/Commodity/GoodsMeasure/grossMass": unknownMass,

	legacyItemGroup + "/PACGS2": unknownPackages,
}

// fillGaps goes backwards, so that leaving out a group does not move those that are still to come. A gap may be
// gone when its turn comes, filled or left out together with another.
func (d *draft) fillGaps() {
	missing := d.b.Missing()
	for i := len(missing) - 1; i >= 0 && d.err == nil; i-- {
		gap := missing[i]
		if fill := gaps[withoutPositions(gap.Path)]; fill != nil && !gap.Group.Document().Has(gap.Name) {
			fill(d, gap)
		}
	}
	if d.unweighed > 0 {
		d.warn("the gross mass of %d items was not declared and is given as 0", d.unweighed)
	}
	if d.unpacked > 0 {
		d.warn("the packages of %d items were not declared and are given as not available", d.unpacked)
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
	found := d.b.Document().Find(group)
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

func withoutPositions(path string) string {
	var b strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	return b.String()
}
