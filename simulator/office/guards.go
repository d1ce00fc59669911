package office

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// The words of the guard column.
var (
	// passed and failed are the result of the checks of process section 3.
	passed = condition{"ok", func(v *visit) bool { return len(v.faults) == 0 }}
	failed = condition{"errors", func(v *visit) bool { return len(v.faults) > 0 }}

	preLodged = condition{"preLodged", func(v *visit) bool { return v.m.PreLodged }}
	standard  = condition{"type A", func(v *visit) bool { return !v.m.PreLodged }}

	simplified = condition{"simplifiedDeparture", func(v *visit) bool { return v.m.Procedure == movement.Simplified }}
	normal     = condition{"normalDeparture", func(v *visit) bool { return v.m.Procedure == movement.Normal }}

	// Two switches of the timer table.
	delayedRelease  = condition{"auto_release_after_presentation", func(v *visit) bool { return v.settings.AutoReleaseAfterPresentation }}
	restartsRelease = condition{"amendment_restarts_auto_release", func(v *visit) bool { return v.settings.AmendmentRestartsAutoRelease }}
)

// classify takes the guards of process section 2 from the IE015 into the movement. An amendment cannot
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
