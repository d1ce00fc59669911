package office

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// The words of the guard column.
var (
	// passed and failed are the result of the checks of docs/spec/process.md#3.
	passed = condition{"ok", func(tr *transition) bool { return len(tr.faults) == 0 }}
	failed = condition{"errors", func(tr *transition) bool { return len(tr.faults) > 0 }}

	preLodged = condition{"preLodged", func(tr *transition) bool { return tr.m.PreLodged }}
	standard  = condition{"type A", func(tr *transition) bool { return !tr.m.PreLodged }}

	simplified = condition{"simplifiedDeparture", func(tr *transition) bool { return tr.m.Procedure == movement.Simplified }}
	normal     = condition{"normalDeparture", func(tr *transition) bool { return tr.m.Procedure == movement.Normal }}

	// guaranteed and unguaranteed are the result of the guarantee check (docs/spec/process.md#4-6).
	guaranteed   = condition{"gc ok", func(tr *transition) bool { return len(tr.badGuarantees()) == 0 }}
	unguaranteed = condition{"gc bad", func(tr *transition) bool { return len(tr.badGuarantees()) > 0 }}

	simplifiedArrival = condition{"simplifiedArrival", func(tr *transition) bool { return tr.m.Procedure == movement.Simplified }}
	normalArrival     = condition{"normalArrival", func(tr *transition) bool { return tr.m.Procedure == movement.Normal }}

	// departureGone: customs has done something else with the movement since the arrival was reported.
	departureGone = condition{"departure not RELEASED", func(tr *transition) bool { return tr.Other != nil && !tr.process.journey.mayArrive(*tr.Other) }}
	// withheldHere: the goods are withheld at an office of destination whose movement is here too.
	withheldHere = condition{"arrival here", func(tr *transition) bool { return tr.Other != nil && tr.Other.State == movement.DiscrepancyPending }}

	unloadingClean   = condition{"unloadingClean", (*transition).cleanRemarks}
	unloadingPartial = condition{"unloadingPartial", func(tr *transition) bool { return tr.remark(tr.process.remarks.complete) == "0" }}
	// interrupted: the remarks that wait are about an unloading that is not finished.
	interrupted = condition{"partial", func(tr *transition) bool { return tr.m.Facts.Partial }}
	continuable = condition{"continued less than 9 times", func(tr *transition) bool { return tr.m.Facts.Continued < mostContinuations }}

	// Two switches of docs/spec/timers.md.
	delayedRelease  = condition{"auto_release_after_presentation", func(tr *transition) bool { return tr.settings.AutoReleaseAfterPresentation }}
	restartsRelease = condition{"amendment_restarts_auto_release", func(tr *transition) bool { return tr.settings.AmendmentRestartsAutoRelease }}
)

// mostContinuations is what continueUnloading can count to.
const mostContinuations = 9

// cleanRemarks: only such remarks are released without an officer (docs/spec/process.md#2).
func (tr *transition) cleanRemarks() bool {
	paths := tr.process.remarks
	seals := tr.remark(paths.seals)
	return tr.remark(paths.complete) == "1" && tr.remark(paths.conform) == "1" && (seals == "" || seals == "1")
}

func (tr *transition) remark(path string) string {
	if tr.Message == nil {
		return ""
	}
	return tr.Message.Get(path)
}

// classifyArrival takes the guards of docs/spec/process.md#2 from the IE007 into the movement.
func (tr *transition) classifyArrival() {
	d := tr.Message
	tr.m.Procedure = movement.Normal
	if d.Get("TransitOperation/simplifiedProcedure") == "1" {
		tr.m.Procedure = movement.Simplified
	}
	tr.m.MRN = d.Get("TransitOperation/MRN")
	tr.m.Office = d.Get("CustomsOfficeOfDestinationActual/referenceNumber")
	tr.m.MovementEORI = d.Get("TraderAtDestination/identificationNumber")
	tr.m.Sender = d.Get("messageSender")
	tr.m.Facts.Original = tr.Event.Message
	tr.m.Facts.Submitted = tr.Event.At
}

// classify takes the guards of docs/spec/process.md#2 from the IE015 into the movement. An amendment cannot
// change them (R0520), apart from the procedure.
func (tr *transition) classify() {
	d := tr.Message
	tr.m.PreLodged = d.Get("TransitOperation/additionalDeclarationType") == "D"
	tr.m.TIR = d.Get("TransitOperation/declarationType") == "TIR"
	tr.m.Procedure = tr.procedureOf(d)
	tr.m.Office = d.Get("CustomsOfficeOfDeparture/referenceNumber")
	tr.m.LRN = d.Get("TransitOperation/LRN")
	tr.m.Sender = d.Get("messageSender")
	tr.m.Facts.Original = tr.Event.Message
	tr.m.Facts.Declaration = tr.Event.Message
	tr.m.Facts.Submitted = tr.Event.At
}

// procedureOf: C521 alone decides; C523 and C524 do not make a departure simplified.
func (tr *transition) procedureOf(d *message.Document) movement.Procedure {
	for i := range d.Find("Authorisation") {
		if d.Get(at("Authorisation", i)+"/type") == tr.settings.SimplifiedAuthorisation {
			return movement.Simplified
		}
	}
	return movement.Normal
}
