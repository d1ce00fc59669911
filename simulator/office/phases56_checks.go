package office

import (
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/movement"
)

// phases56Checks are those of phases 5 and 6.
var phases56Checks = map[string]check{
	"IE015": func(tr *transition) (_, national []fault) { return nil, tr.checkLRN() },
	"IE013": func(tr *transition) (_, national []fault) {
		return slices.Concat(tr.checkWhichReference(), tr.checkAmendment()), nil
	},
	"IE014": func(tr *transition) (_, national []fault) { return tr.checkWhichReference(), nil },
	"IE170": func(tr *transition) (_, national []fault) { return tr.checkPresentation(), nil },
	"IE044": func(tr *transition) (_, national []fault) { return tr.checkRemarks(), nil },
}

// checkSequence reports whether the message belongs to the movement and comes at the right time; if not, nothing else is
// said of it.
func (tr *transition) checkSequence() []fault {
	if found := tr.checkReference(); len(found) > 0 {
		return found
	}
	if why := tr.untimely(); why != "" {
		return tr.unexpected(why)
	}
	if tr.on.name == "IE007" {
		return tr.checkTransit()
	}
	return nil
}

// unexpected is error 92, which comes alone.
func (tr *transition) unexpected(why string) []fault {
	return []fault{{FunctionalError: compose.FunctionalError{Pointer: "/" + tr.Message.Type.Root, Code: "92", Reason: "N/A"}, Why: why}}
}

const mrnPath, lrnPath = "TransitOperation/MRN", "TransitOperation/LRN"

// checkReference: the MRN or LRN inside an IE013, IE014, IE170 or IE044 must be that of the movement
// (docs/spec/process.md#3, step 2). Which of the two has to be there is a matter of C0467.
func (tr *transition) checkReference() []fault {
	switch tr.on.name {
	case "IE015":
		return nil
	case "IE007":
		return tr.checkArrivingMRN()
	}
	if mrn := tr.Message.Get(mrnPath); mrn != "" && mrn != tr.m.MRN {
		if found := tr.checkMRN(mrn); found != nil {
			return found
		}
		return []fault{tr.faultAt(mrnPath, "90", "N/A", "", "docs/spec/process.md#3, step 2: the movement "+tr.ownNumber("MRN", tr.m.MRN))}
	}
	if lrn := tr.Message.Get(lrnPath); lrn != "" && lrn != tr.m.LRN {
		return []fault{tr.faultAt(lrnPath, "90", "N/A", lrn, "docs/spec/process.md#3, step 2: the movement "+tr.ownNumber("LRN", tr.m.LRN))}
	}
	return nil
}

func (tr *transition) checkMRN(mrn string) []fault {
	if err := movement.CheckMRN(mrn); err != nil {
		e := tr.settings.MalformedMRN
		return []fault{tr.faultAt(mrnPath, e.Code, e.Reason, mrn, "docs/spec/process.md#3, step 2: "+err.Error())}
	}
	return nil
}

func (tr *transition) faultAt(path, code, reason, original, why string) fault {
	return fault{FunctionalError: compose.FunctionalError{
		Pointer: "/" + tr.Message.Type.Root + "/" + path, Code: code, Reason: reason, Original: original,
	}, Why: why}
}

// checkWhichReference is condition C0467: an IE013 or IE014 names the movement by its MRN as soon as there is one, by
// its LRN before, and never by both.
func (tr *transition) checkWhichReference() []fault {
	wanted, unwanted := lrnPath, mrnPath
	if tr.m.MRN != "" {
		wanted, unwanted = mrnPath, lrnPath
	}
	var out []fault
	if tr.Message.Get(wanted) == "" {
		out = append(out, tr.faultAt(wanted, "13", "C0467", "", "C0467: required, as the movement "+tr.ownNumber("MRN", tr.m.MRN)))
	}
	if value := tr.Message.Get(unwanted); value != "" {
		out = append(out, tr.faultAt(unwanted, "15", "C0467", value, "C0467: not allowed, as the movement "+tr.ownNumber("MRN", tr.m.MRN)))
	}
	return out
}

// checkLRN: an LRN is used up by its submission (docs/spec/process.md#3, LRN use).
func (tr *transition) checkLRN() []fault {
	if !tr.LRNInUse {
		return nil
	}
	return []fault{tr.faultAt("TransitOperation/LRN", "14", "BR20006", tr.m.LRN,
		"docs/spec/process.md#3: the LRN is in use by another movement of the same holder")}
}
