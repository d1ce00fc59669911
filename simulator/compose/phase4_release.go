package compose

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"nctsim/simulator/message"
)

// returnOffices are where copies of the accompanying document would go back to, by the side of the office of departure;
// docs/spec/responses.md#7-3.
var returnOffices = map[string][]field{
	"GB": {
		{"RefNumOCP1", "GB000001"},
		{"CusOffNamOCP2", "Central Community Transit Office"},
		{"StrAndNumOCP3", "BT-CCTO, HM Revenue and Customs"},
		{"CouOCP4", "GB"},
		{"PosCodOCP6", "BX9 1EH"},
		{"CitOCP7", "SALFORD"},
	},
	"XI": {
		{"RefNumOCP1", "XI000142"},
		{"CusOffNamOCP2", "XI_Belfast"},
		{"StrAndNumOCP3", "1st Floor, Admin Block, Cargo Ctr."},
		{"CouOCP4", "XI"},
		{"PosCodOCP6", "B26 3QN"},
		{"CitOCP7", "Belfast"},
	},
}

// languageOfDialogue is what customs writes into a declaration, whatever it says.
const languageOfDialogue = "EN"

// phase4Release is IE029: the declaration with what customs adds.
func phase4Release(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.repeatDeclaration()
	d.set("HEAHEA/NCTRetCopHEA104", "0")
	d.set("HEAHEA/AccDatHEA158", d.phase4AcceptanceDate())
	d.set("HEAHEA/IssDatHEA186", compactDate(d.at))
	d.set("HEAHEA/BinItiHEA246", "0")
	if d.phase4Simplified() {
		d.setText("HEAHEA/AutIdHEA380", d.options.Authorisations[d.get(principalGroup+"/TINPC159")])
	}
	office := returnOffices[country(d.office())]
	if office == nil {
		office = returnOffices["GB"]
	}
	for _, line := range office {
		d.set("CUSOFFRETCOPOCP/"+line.path, line.value)
	}
	d.phase4ControlResult()
}

// repeatDeclaration copies the declaration as a decision about its release shows it; docs/spec/responses.md#7-3.
func (d *draft) repeatDeclaration() {
	d.copyDeclaration()
	d.set(d.path(message.LRN), d.Movement.LRN)
	d.set("HEAHEA/DiaLanIndAtDepHEA254", languageOfDialogue)
	if d.declared("HEAHEA/SecHEA358") != "1" {
		d.remove("HEAHEA/AutLocOfGooCodHEA41")
		d.remove("HEAHEA/AgrLocOfGooHEA39")
	}
	d.remove("HEAHEA/CusSubPlaHEA66")
	d.consignor()
	for _, reference := range d.builder.Each("GUAGUA/GUAREFREF") {
		const restricted = "VALLIMECVLE/NotValForECVLE1"
		if !reference.Document().Has(restricted) {
			d.fail(reference.Set(restricted, "0"))
		}
	}
	d.shortenAmounts()
}

// calculated is the code of a special mention that says what a guarantee is liable for.
const calculated = "CAL"

// decimals are an amount with decimals before a currency, as such a mention begins.
var decimals = regexp.MustCompile(`^([0-9]+)\.([0-9]*)([A-Z]{3})`)

// shortenAmounts writes the amounts in the mentions of guarantees without zeros at their end.
func (d *draft) shortenAmounts() {
	for _, mention := range d.builder.Each(phase4ItemGroup + "/SPEMENMT2") {
		text := mention.Document().Get("AddInfMT21")
		found := decimals.FindStringSubmatch(text)
		if found == nil || mention.Document().Get("AddInfCodMT23") != calculated {
			continue
		}
		amount := strings.TrimRight(found[1]+"."+strings.TrimRight(found[2], "0"), ".")
		d.fail(mention.Set("AddInfMT21", amount+strings.TrimPrefix(text, found[1]+"."+found[2])))
	}
}

// phase4Simplified: the trader declares that the goods are considered satisfactory because they are authorised (docs/spec/process.md#9-1). Under TIR nobody is.
func (d *draft) phase4Simplified() bool {
	return d.declared("CONRESERS/ConResCodERS16") == simplifiedProcedure && d.declared("HEAHEA/TypOfDecHEA24") != transitByCarnet
}

// notControlled is who controlled the goods when nobody did.
const notControlled = "Not Controlled"

// phase4ControlResult says what the control at departure found, and when the goods have to arrive: on the day that an
// authorised trader declared, else one day after the control.
func (d *draft) phase4ControlResult() {
	code, by, limit := consideredSatisfactory, notControlled, compactDate(d.at.AddDate(0, 0, 1))
	if d.phase4Simplified() {
		code, limit = simplifiedProcedure, cmp.Or(d.declared("CONRESERS/DatLimERS69"), limit)
	}
	if d.Movement.Facts.Controlled {
		code, by = satisfactory, d.office()
	}
	if officer := d.Content.ControlResult; officer != nil {
		code, by = cmp.Or(officer.Code, code), cmp.Or(officer.By, by)
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
	seeMotivation     = "See Header for details"
)

// phase4NoRelease is IE051: the declaration with the reason why the goods stay. The control result is always B1,
// whatever the reason.
func phase4NoRelease(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.repeatDeclaration()
	code := cmp.Or(d.Content.Motivation.Code, defaultMotivation)
	d.setText("HEAHEA/NoRelMotHEA272", cmp.Or(d.Content.Motivation.Text, motivations[code], code))
	d.remove(controlGroup)
	d.set("CONRESERS/ConDatERS14", compactDate(d.at))
	d.set("CONRESERS/ConResCodERS16", defaultMotivation)
	d.set("RESOFCON534/DesTOC2", seeMotivation)
	d.set("RESOFCON534/ConInd424", otherIrregularity)
	for _, item := range d.builder.Each(phase4ItemGroup) {
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
