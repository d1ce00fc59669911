package compose

import (
	"time"

	"nctsim/simulator/message"
)

// returnOffice is where copies of the accompanying document would go back to; docs/spec/responses.md#7-2.
var returnOffice = []field{
	{"CusOffNamOCP2", "Central Community Transit Office"},
	{"StrAndNumOCP3", "BT-CCTO, HM Revenue and Customs"},
	{"CouOCP4", "GB"},
	{"PosCodOCP6", "BX9 1EH"},
	{"CitOCP7", "SALFORD"},
}

// legacyRelease is IE029: the declaration with what customs adds.
func legacyRelease(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.copyDeclaration()
	d.set(d.path(message.LRN), d.Movement.LRN)
	d.set("HEAHEA/NCTRetCopHEA104", "0")
	d.set("HEAHEA/AccDatHEA158", d.legacyAcceptanceDate())
	d.set("HEAHEA/IssDatHEA186", compactDate(d.at))
	d.set("HEAHEA/BinItiHEA246", "0")
	if d.legacySimplified() {
		d.setText("HEAHEA/AutIdHEA380", first(d.declared("HEAHEA/AutLocOfGooCodHEA41"), d.legacySide()+"-AUTH"))
	}
	const office = "CUSOFFRETCOPOCP"
	d.set(office+"/RefNumOCP1", first(centralOffices[d.legacySide()], d.office()))
	for _, line := range returnOffice {
		d.set(office+"/"+line.path, line.value)
	}
	d.legacyControlResult()
}

// legacySimplified: the trader declares that the goods are considered satisfactory because he is authorised
// (docs/spec/process.md#9-1). Under TIR nobody is.
func (d *draft) legacySimplified() bool {
	return d.declared("CONRESERS/ConResCodERS16") == simplifiedProcedure && d.declared("HEAHEA/TypOfDecHEA24") != transitByCarnet
}

// notControlled is who controlled the goods when nobody did.
const notControlled = "Not Controlled"

// legacyControlResult says what the control at departure found, and when the goods have to arrive.
func (d *draft) legacyControlResult() {
	code, by, limit := consideredSatisfactory, notControlled, first(d.declared("CONRESERS/DatLimERS69"), compactDate(d.at.AddDate(0, 0, daysToArrive)))
	switch {
	case d.Movement.Facts.Controlled:
		code, by = satisfactory, d.office()
	case d.legacySimplified():
		code = simplifiedProcedure
	}
	if officer := d.Content.ControlResult; officer != nil {
		code, by = first(officer.Code, code), first(officer.By, by)
		if day, err := time.Parse(time.DateOnly, officer.Date); err == nil {
			limit = compactDate(day)
		}
	}
	d.remove(controlGroup)
	d.set("CONRESERS/ConDatERS14", compactDate(d.at))
	d.set("CONRESERS/ConResCodERS16", code)
	d.setText("CONRESERS/ConByERS18", by)
	d.set("CONRESERS/DatLimERS69", limit)
}

// Where an IE051 says that the control was not passed: of the consignment OT, of an item OR
// (docs/spec/api-1.0.md#15-3).
const (
	otherIrregularity = "OT"
	irregularItem     = "OR"
	seeMotivation     = "See the motivation in the heading"
)

// legacyNoRelease is IE051: the declaration with the reason why the goods stay. The control result is always B1,
// whatever the reason.
func legacyNoRelease(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.copyDeclaration()
	d.set(d.path(message.LRN), d.Movement.LRN)
	code := first(d.Content.Motivation.Code, defaultMotivation)
	d.setText("HEAHEA/NoRelMotHEA272", first(d.Content.Motivation.Text, motivations[code], code))
	d.remove(controlGroup)
	d.set("CONRESERS/ConDatERS14", compactDate(d.at))
	d.set("CONRESERS/ConResCodERS16", defaultMotivation)
	d.set("RESOFCON534/DesTOC2", seeMotivation)
	d.set("RESOFCON534/ConInd424", otherIrregularity)
	for _, item := range d.b.Each(legacyItemGroup) {
		d.fail(item.Set("RESOFCONROC/ConIndROC1", irregularItem))
	}
	d.fillGaps()
}

// packagesNotAvailable is how packages are described that were not declared, CL017.
const packagesNotAvailable = "NA"

// unknownPackages is for messages that require the packages of every item.
func unknownPackages(d *draft, gap message.Gap) {
	d.unpacked++
	d.fail(gap.Group.Set(gap.Name+"/KinOfPacGS23", packagesNotAvailable))
}
