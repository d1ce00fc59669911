package office

import (
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Errors of phase 4 point at the title of a field, not at its path (docs/spec/responses.md#7-2).
const (
	mrnTitle           = "HEA.Document/reference number"
	unloadingDateTitle = "REM.Unloading Date"
	sealsTitle         = "SLI.Seals number"
)

// phase4Paths lead to the elements with the titles that the office itself finds errors at; the root is left out.
var phase4Paths = func() map[string]string {
	paths := map[string]string{mrnTitle: "HEAHEA/DocNumHEA5", unloadingDateTitle: "UNLREMREM/UnlDatREM67", sealsTitle: sealsGroup}
	for _, one := range append(totals[:len(totals):len(totals)], means...) {
		paths[one.title] = one.path
	}
	return paths
}()

// phase4Fault is an error of phase 4: 12 for a bad value and 92 for a message out of sequence have no reason.
func phase4Fault(pointer, code, reason, original, why string) []fault {
	return []fault{{
		FunctionalError: compose.FunctionalError{Pointer: pointer, Code: code, Reason: reason, Original: original}, Why: why,
		Path: phase4Paths[pointer],
	}}
}

// checkPhase4Sequence: of the errors that phase 4 knows, 12 stands for an unknown or another movement's MRN, and 92 for a
// message out of sequence.
func (tr *transition) checkPhase4Sequence() []fault {
	if why := tr.untimely(); why != "" {
		return phase4Fault(mrnTitle, "92", "", tr.Message.Field(message.MRN), why)
	}
	switch tr.on.name {
	case "IE015":
		return nil
	case "IE007":
		return tr.checkPhase4Transit()
	}
	if mrn := tr.Message.Field(message.MRN); mrn != tr.m.MRN {
		return phase4Fault(mrnTitle, "12", "", mrn, "docs/spec/process.md#3, step 2: the movement "+tr.ownNumber("MRN", tr.m.MRN))
	}
	return nil
}

// checkPhase4Transit: an IE007 is about goods that are under way. Those of a departure that is not here come from
// elsewhere, any number of times (an MRN need not be unique: docs/spec/api-1.0.md#6), if the settings let them.
func (tr *transition) checkPhase4Transit() []fault {
	switch mrn := tr.m.MRN; {
	case tr.Other != nil && !tr.process.journey.mayArrive(*tr.Other):
		return phase4Fault(mrnTitle, "92", "", mrn, "docs/spec/process.md#9-3: the departure is in state "+string(tr.Other.State)+" and not "+string(movement.Phase4ReleaseForTransit))
	case tr.Other != nil && tr.Arrived:
		return phase4Fault(mrnTitle, "92", "", mrn, "docs/spec/process.md#9-3: another arrival notification with this MRN was taken")
	case tr.Other != nil:
		return nil
	case movement.CheckMRN(mrn) != nil:
		return phase4Fault(mrnTitle, "12", "", mrn, "docs/spec/process.md#3, step 2: "+movement.CheckMRN(mrn).Error())
	case !tr.settings.ForeignMovement:
		return phase4Fault(mrnTitle, "12", "", mrn, "docs/spec/process.md#3, step 2: no movement of phase 4 here has the MRN "+mrn+"; the profile "+tr.settings.Profile+" takes no goods from elsewhere")
	}
	return nil
}

// titled is an element with its title.
type titled struct{ path, title string }

// totals are the sums of the header that unloading remarks repeat if all is as declared.
var totals = []titled{
	{"HEAHEA/TotNumOfIteHEA305", "HEA.Total number of items"},
	{"HEAHEA/TotNumOfPacHEA306", "HEA.Total number of packages"},
	{"HEAHEA/TotGroMasHEA307", "HEA.Total gross mass"},
}

// means are the values of the header about the means of transport at departure.
var means = []titled{
	{"HEAHEA/IdeOfMeaOfTraAtDHEA78", "HEA.Identity of means of transport at departure (exp/trans)"},
	{"HEAHEA/NatOfMeaOfTraAtDHEA80", "HEA.Nationality of means of transport at departure"},
}

const sealsGroup, conforms = "SEAINFSLI", "UNLREMREM/ConREM65"

// totalsRule is the name by which the comparison of totals can be switched off; it has no code of its own.
const totalsRule = "unloadedTotals"

// checkPhase4Remarks compares unloading remarks with what the permission shows of the declaration, in the order in which
// real ones were rejected: totals, means of transport, seals, and the day of the unloading (docs/spec/process.md#9-3).
func (tr *transition) checkPhase4Remarks() []fault {
	var out []fault
	if tr.Permission != nil {
		out = slices.Concat(tr.checkTotals(), tr.checkMeans(), tr.checkPhase4Seals())
	}
	day, permitted := tr.Message.Get("UNLREMREM/UnlDatREM67"), tr.m.Facts.Permitted
	if !permitted.IsZero() && day < permitted.UTC().Format("20060102") {
		out = append(out, phase4Fault(unloadingDateTitle, "12", "", day, "docs/spec/process.md#9-3: unloading was permitted on "+permitted.UTC().Format("20060102"))...)
	}
	return out
}

// checkTotals: remarks that say that all is as declared have the declared totals. What either does not say is not compared.
func (tr *transition) checkTotals() (out []fault) {
	if tr.Message.Get(conforms) != "1" || slices.Contains(tr.settings.RulesOff, totalsRule) {
		return nil
	}
	for _, t := range totals {
		declared, found := tr.Permission.Get(t.path), tr.Message.Get(t.path)
		if declared != "" && found != "" && !sameNumber(declared, found) {
			out = append(out, phase4Fault(t.title, "12", "", found, "docs/spec/process.md#9-3: the remarks say that the goods conform, and the IE043 has "+declared)...)
		}
	}
	return out
}

func sameNumber(a, b string) bool {
	x, errX := movement.ParseDecimal(a)
	y, errY := movement.ParseDecimal(b)
	return a == b || errX == nil && errY == nil && x.Cmp(y) == 0
}

// checkMeans is rule TR0002: identity and nationality of the means of transport are there if and only if the declaration
// has them. Their values are not compared.
func (tr *transition) checkMeans() (out []fault) {
	for _, m := range means {
		switch declared, found := tr.Permission.Has(m.path), tr.Message.Get(m.path); {
		case declared && found == "":
			out = append(out, phase4Fault(m.title, "15", "TR0002", "", "TR0002: required, as the IE043 shows it")...)
		case !declared && found != "":
			out = append(out, phase4Fault(m.title, "15", "TR0002", found, "TR0002: not allowed, as the IE043 does not show it")...)
		}
	}
	return out
}

// checkPhase4Seals is rule R206: seals that the permission shows are in the remarks.
func (tr *transition) checkPhase4Seals() []fault {
	if !tr.Permission.Has(sealsGroup) || tr.Message.Has(sealsGroup) {
		return nil
	}
	return phase4Fault(sealsTitle, "15", "R206", "", "R206: required, as the IE043 shows seals")
}
