package office

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// The words of the guard column.
var (
	// passed and failed are the result of the checks of docs/spec/process.md#3.
	passed = condition{"ok", func(v *visit) bool { return len(v.faults) == 0 }}
	failed = condition{"errors", func(v *visit) bool { return len(v.faults) > 0 }}

	preLodged = condition{"preLodged", func(v *visit) bool { return v.m.PreLodged }}
	standard  = condition{"type A", func(v *visit) bool { return !v.m.PreLodged }}

	simplified = condition{"simplifiedDeparture", func(v *visit) bool { return v.m.Procedure == movement.Simplified }}
	normal     = condition{"normalDeparture", func(v *visit) bool { return v.m.Procedure == movement.Normal }}

	// guaranteed and unguaranteed are the result of the guarantee check (docs/spec/process.md#4-6).
	guaranteed   = condition{"gc ok", func(v *visit) bool { return len(v.badGuarantees()) == 0 }}
	unguaranteed = condition{"gc bad", func(v *visit) bool { return len(v.badGuarantees()) > 0 }}

	simplifiedArrival = condition{"simplifiedArrival", func(v *visit) bool { return v.m.Procedure == movement.Simplified }}
	normalArrival     = condition{"normalArrival", func(v *visit) bool { return v.m.Procedure == movement.Normal }}

	// departureGone: customs has done something else with the movement since the arrival was reported.
	departureGone = condition{"departure not RELEASED", func(v *visit) bool { return v.Other != nil && !v.process.journey.mayArrive(*v.Other) }}
	// withheldHere: the goods are withheld at an office of destination whose movement is here too.
	withheldHere = condition{"arrival here", func(v *visit) bool { return v.Other != nil && v.Other.State == movement.DiscrepancyPending }}

	unloadingClean   = condition{"unloadingClean", (*visit).cleanRemarks}
	unloadingPartial = condition{"unloadingPartial", func(v *visit) bool { return v.remark(v.process.remarks.complete) == "0" }}
	// interrupted: the remarks that wait are about an unloading that is not finished.
	interrupted = condition{"partial", func(v *visit) bool { return v.m.Facts.Partial }}
	continuable = condition{"continued less than 9 times", func(v *visit) bool { return v.m.Facts.Continued < mostContinuations }}

	// Two switches of docs/spec/timers.md.
	delayedRelease  = condition{"auto_release_after_presentation", func(v *visit) bool { return v.settings.AutoReleaseAfterPresentation }}
	restartsRelease = condition{"amendment_restarts_auto_release", func(v *visit) bool { return v.settings.AmendmentRestartsAutoRelease }}
)

// mostContinuations is what continueUnloading can count to.
const mostContinuations = 9

// cleanRemarks: only such remarks are released without an officer (docs/spec/process.md#2).
func (v *visit) cleanRemarks() bool {
	paths := v.process.remarks
	seals := v.remark(paths.seals)
	return v.remark(paths.complete) == "1" && v.remark(paths.conform) == "1" && (seals == "" || seals == "1")
}

func (v *visit) remark(path string) string {
	if v.Message == nil {
		return ""
	}
	return v.Message.Get(path)
}

// classifyArrival takes the guards of docs/spec/process.md#2 from the IE007 into the movement.
func (v *visit) classifyArrival() {
	d := v.Message
	v.m.Procedure = movement.Normal
	if d.Get("TransitOperation/simplifiedProcedure") == "1" {
		v.m.Procedure = movement.Simplified
	}
	v.m.MRN = d.Get("TransitOperation/MRN")
	v.m.Office = d.Get("CustomsOfficeOfDestinationActual/referenceNumber")
	v.m.MovementEORI = d.Get("TraderAtDestination/identificationNumber")
	v.m.Sender = d.Get("messageSender")
	v.m.Facts.Original = v.Event.Message
	v.m.Facts.Submitted = v.Event.At
}

// classify takes the guards of docs/spec/process.md#2 from the IE015 into the movement. An amendment cannot
// change them (R0520), apart from the procedure.
func (v *visit) classify() {
	d := v.Message
	v.m.PreLodged = d.Get("TransitOperation/additionalDeclarationType") == "D"
	v.m.TIR = d.Get("TransitOperation/declarationType") == "TIR"
	v.m.Procedure = v.procedureOf(d)
	v.m.Office = d.Get("CustomsOfficeOfDeparture/referenceNumber")
	v.m.LRN = d.Get("TransitOperation/LRN")
	v.m.Sender = d.Get("messageSender")
	v.m.Facts.Original = v.Event.Message
	v.m.Facts.Declaration = v.Event.Message
	v.m.Facts.Submitted = v.Event.At
}

// procedureOf: C521 alone decides; C523 and C524 do not make a departure simplified.
func (v *visit) procedureOf(d *message.Document) movement.Procedure {
	for i := range d.Find("Authorisation") {
		if d.Get(at("Authorisation", i)+"/type") == v.settings.SimplifiedAuthorisation {
			return movement.Simplified
		}
	}
	return movement.Normal
}
