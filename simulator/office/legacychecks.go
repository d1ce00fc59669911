package office

import (
	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Errors of phase 4 point at the title of a field, not at its path (docs/spec/responses.md#7-2).
const (
	mrnTitle           = "HEA.Document/reference number"
	unloadingDateTitle = "REM.Unloading Date"
)

// legacyFault is an error of phase 4: 12 for a bad value and 92 for a message out of sequence have no reason.
func legacyFault(pointer, code, reason, original, why string) []fault {
	return []fault{{compose.FunctionalError{Pointer: pointer, Code: code, Reason: reason, Original: original}, why}}
}

// checkLegacySequence: of the errors that phase 4 knows, 12 stands for an unknown or another movement's MRN, and 92 for a
// message out of sequence.
func (v *visit) checkLegacySequence() []fault {
	if why := v.untimely(); why != "" {
		return legacyFault(mrnTitle, "92", "", v.Message.Field(message.MRN), why)
	}
	switch v.on.name {
	case "IE015":
		return nil
	case "IE007":
		return v.checkLegacyTransit()
	}
	if mrn := v.Message.Field(message.MRN); mrn != v.m.MRN {
		return legacyFault(mrnTitle, "12", "", mrn, "docs/spec/process.md#3, step 2: the movement "+v.ownNumber("MRN", v.m.MRN))
	}
	return nil
}

// checkLegacyTransit: an IE007 is about goods that are under way. Those of a departure that is not here come from
// elsewhere, any number of times (an MRN need not be unique: docs/spec/api-1.0.md#6), if the settings let them.
func (v *visit) checkLegacyTransit() []fault {
	switch mrn := v.m.MRN; {
	case v.Other != nil && !v.family.journey.mayArrive(*v.Other):
		return legacyFault(mrnTitle, "92", "", mrn, "docs/spec/process.md#9-3: the departure is in state "+string(v.Other.State)+" and not "+string(movement.P4ReleaseForTransit))
	case v.Other != nil && v.Arrived:
		return legacyFault(mrnTitle, "92", "", mrn, "docs/spec/process.md#9-3: another arrival notification with this MRN was taken")
	case v.Other != nil:
		return nil
	case movement.CheckMRN(mrn) != nil:
		return legacyFault(mrnTitle, "12", "", mrn, "docs/spec/process.md#3, step 2: "+movement.CheckMRN(mrn).Error())
	case !v.settings.ForeignMovement:
		return legacyFault(mrnTitle, "12", "", mrn, "docs/spec/process.md#3, step 2: no movement of phase 4 here has the MRN "+mrn+"; the profile "+v.settings.Profile+" takes no goods from elsewhere")
	}
	return nil
}

// repeatable are the values of the header that unloading remarks only bring if they have changed.
var repeatable = []struct{ path, title string }{
	{"HEAHEA/IdeOfMeaOfTraAtDHEA78", "HEA.Identity of means of transport at departure (exp/trans)"},
	{"HEAHEA/NatOfMeaOfTraAtDHEA80", "HEA.Nationality of means of transport at departure"},
}

// checkLegacyRemarks: the goods are unloaded after the permission, and the remarks do not repeat what it shows
// (docs/spec/process.md#9-3).
func (v *visit) checkLegacyRemarks() []fault {
	var out []fault
	for _, r := range repeatable {
		value := v.Message.Get(r.path)
		if value != "" && v.Permission != nil && v.Permission.Get(r.path) == value {
			out = append(out, legacyFault(r.title, "15", "TR0002", value, "TR0002: the IE043 has the same value")...)
		}
	}
	day, permitted := v.Message.Get("UNLREMREM/UnlDatREM67"), v.m.Facts.Permitted
	if !permitted.IsZero() && day < permitted.UTC().Format("20060102") {
		out = append(out, legacyFault(unloadingDateTitle, "12", "", day, "docs/spec/process.md#9-3: unloading was permitted on "+permitted.UTC().Format("20060102"))...)
	}
	return out
}
