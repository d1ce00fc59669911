package office

import (
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/movement"
)

// phases56Checks are those of phases 5 and 6.
var phases56Checks = map[string]check{
	"IE015": func(v *visit) (_, national []fault) { return nil, v.checkLRN() },
	"IE013": func(v *visit) (_, national []fault) {
		return slices.Concat(v.checkWhichReference(), v.checkAmendment()), nil
	},
	"IE014": func(v *visit) (_, national []fault) { return v.checkWhichReference(), nil },
	"IE170": func(v *visit) (_, national []fault) { return v.checkPresentation(), nil },
	"IE044": func(v *visit) (_, national []fault) { return v.checkRemarks(), nil },
}

// checkSequence says whether the message belongs to the movement and comes at the right time; if not, nothing else is
// said of it.
func (v *visit) checkSequence() []fault {
	if found := v.checkReference(); len(found) > 0 {
		return found
	}
	if why := v.untimely(); why != "" {
		return v.unexpected(why)
	}
	if v.on.name == "IE007" {
		return v.checkTransit()
	}
	return nil
}

// unexpected is error 92, which comes alone.
func (v *visit) unexpected(why string) []fault {
	return []fault{{compose.FunctionalError{Pointer: "/" + v.Message.Type.Root, Code: "92", Reason: "N/A"}, why}}
}

const mrnPath, lrnPath = "TransitOperation/MRN", "TransitOperation/LRN"

// checkReference: the MRN or LRN inside an IE013, IE014, IE170 or IE044 must be that of the movement
// (docs/spec/process.md#3, step 2). Which of the two has to be there is a matter of C0467.
func (v *visit) checkReference() []fault {
	switch v.on.name {
	case "IE015":
		return nil
	case "IE007":
		return v.checkArrivingMRN()
	}
	if mrn := v.Message.Get(mrnPath); mrn != "" && mrn != v.m.MRN {
		if found := v.checkMRN(mrn); found != nil {
			return found
		}
		return []fault{v.faultAt(mrnPath, "90", "N/A", "", "docs/spec/process.md#3, step 2: the movement "+v.ownNumber("MRN", v.m.MRN))}
	}
	if lrn := v.Message.Get(lrnPath); lrn != "" && lrn != v.m.LRN {
		return []fault{v.faultAt(lrnPath, "90", "N/A", lrn, "docs/spec/process.md#3, step 2: the movement "+v.ownNumber("LRN", v.m.LRN))}
	}
	return nil
}

func (v *visit) checkMRN(mrn string) []fault {
	if err := movement.CheckMRN(mrn); err != nil {
		e := v.settings.MalformedMRN
		return []fault{v.faultAt(mrnPath, e.Code, e.Reason, mrn, "docs/spec/process.md#3, step 2: "+err.Error())}
	}
	return nil
}

func (v *visit) faultAt(path, code, reason, original, why string) fault {
	return fault{compose.FunctionalError{
		Pointer: "/" + v.Message.Type.Root + "/" + path, Code: code, Reason: reason, Original: original,
	}, why}
}

// checkWhichReference is condition C0467: an IE013 or IE014 names the movement by its MRN as soon as there is one, by
// its LRN before, and never by both.
func (v *visit) checkWhichReference() []fault {
	wanted, unwanted := lrnPath, mrnPath
	if v.m.MRN != "" {
		wanted, unwanted = mrnPath, lrnPath
	}
	var out []fault
	if v.Message.Get(wanted) == "" {
		out = append(out, v.faultAt(wanted, "13", "C0467", "", "C0467: required, as the movement "+v.ownNumber("MRN", v.m.MRN)))
	}
	if value := v.Message.Get(unwanted); value != "" {
		out = append(out, v.faultAt(unwanted, "15", "C0467", value, "C0467: not allowed, as the movement "+v.ownNumber("MRN", v.m.MRN)))
	}
	return out
}

// checkLRN: an LRN is used up by its submission (docs/spec/process.md#3, LRN use).
func (v *visit) checkLRN() []fault {
	if !v.LRNInUse {
		return nil
	}
	return []fault{v.faultAt("TransitOperation/LRN", "14", "BR20006", v.m.LRN,
		"docs/spec/process.md#3: the LRN is in use by another movement of the same holder")}
}
