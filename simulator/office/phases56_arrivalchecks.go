package office

import (
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// checkArrivingMRN: an IE007 names a movement by an MRN that is well-formed and known (docs/spec/process.md#3, step 2),
// or one that is taken to come from elsewhere (docs/spec/process.md#5-4). An MRN that a movement here has is right,
// whatever its check digit.
func (tr *transition) checkArrivingMRN() []fault {
	if tr.Other != nil || tr.Arrived {
		return nil
	}
	if found := tr.checkMRN(tr.m.MRN); found != nil {
		return found
	}
	if tr.settings.ForeignMovement {
		return nil
	}
	return []fault{tr.faultAt(mrnPath, "90", "N/A", "", "docs/spec/process.md#5-2: no movement here has the MRN "+tr.m.MRN+"; the profile "+tr.settings.Profile+" takes no goods from elsewhere")}
}

// checkTransit: the goods have to be under way and not arrived yet, else error 92 (docs/spec/process.md#5-2 and #5-3).
// After a rejected IE007 a corrected one is welcome.
func (tr *transition) checkTransit() []fault {
	switch {
	case tr.Arrived:
		return tr.unexpected("docs/spec/process.md#5-3: another arrival notification with this MRN was taken")
	case tr.Other != nil && !tr.process.journey.mayArrive(*tr.Other):
		return tr.unexpected("docs/spec/process.md#5-2: the departure is in state " + string(tr.Other.State) + " and not " + string(movement.Released))
	}
	return nil
}

// Paths in an IE044.
const (
	officePath = "CustomsOfficeOfDestinationActual/referenceNumber"
	traderPath = "TraderAtDestination/identificationNumber"
	sealsPath  = "UnloadingRemark/stateOfSeals"
)

// checkRemarks: an IE044 comes from the office and the trader of its IE007 and says something about the seals if the
// IE043 has shown any (docs/spec/process.md#5-4). The errors are in the order of the message.
func (tr *transition) checkRemarks() []fault {
	var out []fault
	for _, path := range []string{officePath, traderPath} {
		if found, ok := tr.differs(path); ok {
			out = append(out, found)
		}
	}
	return slices.Concat(out, tr.checkSeals(), tr.checkNumbers())
}

func (tr *transition) differs(path string) (fault, bool) {
	if tr.Original == nil || tr.Message.Get(path) == tr.Original.Get(path) {
		return fault{}, false
	}
	e := tr.settings.RemarksMismatch
	return tr.faultAt(path, e.Code, e.Reason, tr.Message.Get(path),
		"docs/spec/process.md#5-4: the IE007 has "+tr.Original.Get(path)), true
}

// checkSeals is condition C0440. It cannot be checked against an IE043 that nobody can read.
func (tr *transition) checkSeals() []fault {
	if tr.Permission == nil {
		return nil
	}
	state := tr.Message.Get(sealsPath)
	switch sealed := showsSeals(tr.Permission); {
	case sealed && state == "":
		return []fault{tr.faultAt(sealsPath, "13", "C0440", "", "C0440: the IE043 shows seals, so their state is required")}
	case !sealed && state != "":
		return []fault{tr.faultAt(sealsPath, "15", "C0440", state, "C0440: the IE043 shows no seals, so they have no state")}
	}
	return nil
}

// showsSeals looks at the transport equipment of the consignment and of its incidents.
func showsSeals(permission *message.Document) bool {
	for _, path := range []string{"Consignment/TransportEquipment", "Consignment/Incident/TransportEquipment"} {
		for _, equipment := range permission.Each(path) {
			if seals := equipment.Get("numberOfSeals"); seals != "" && seals != "0" || equipment.Has("Seal") {
				return true
			}
		}
	}
	return false
}
