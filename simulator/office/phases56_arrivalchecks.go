package office

import (
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// checkArrivingMRN: an IE007 names a movement by an MRN that is well-formed and known (docs/spec/process.md#3, step 2),
// or one that is taken to come from elsewhere (docs/spec/process.md#5-4). An MRN that a movement here has is right,
// whatever its check digit.
func (v *visit) checkArrivingMRN() []fault {
	if v.Other != nil || v.Arrived {
		return nil
	}
	if found := v.checkMRN(v.m.MRN); found != nil {
		return found
	}
	if v.settings.ForeignMovement {
		return nil
	}
	return []fault{v.faultAt(mrnPath, "90", "N/A", "", "docs/spec/process.md#5-2: no movement here has the MRN "+v.m.MRN+"; the profile "+v.settings.Profile+" takes no goods from elsewhere")}
}

// checkTransit: the goods have to be under way and not arrived yet, else error 92 (docs/spec/process.md#5-2 and #5-3).
// After a rejected IE007 a corrected one is welcome.
func (v *visit) checkTransit() []fault {
	switch {
	case v.Arrived:
		return v.unexpected("docs/spec/process.md#5-3: another arrival notification with this MRN was taken")
	case v.Other != nil && !v.process.journey.mayArrive(*v.Other):
		return v.unexpected("docs/spec/process.md#5-2: the departure is in state " + string(v.Other.State) + " and not " + string(movement.Released))
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
func (v *visit) checkRemarks() []fault {
	var out []fault
	for _, path := range []string{officePath, traderPath} {
		if found, ok := v.differs(path); ok {
			out = append(out, found)
		}
	}
	return slices.Concat(out, v.checkSeals(), v.checkNumbers())
}

func (v *visit) differs(path string) (fault, bool) {
	if v.Original == nil || v.Message.Get(path) == v.Original.Get(path) {
		return fault{}, false
	}
	e := v.settings.RemarksMismatch
	return v.faultAt(path, e.Code, e.Reason, v.Message.Get(path),
		"docs/spec/process.md#5-4: the IE007 has "+v.Original.Get(path)), true
}

// checkSeals is condition C0440. It cannot be checked against an IE043 that nobody can read.
func (v *visit) checkSeals() []fault {
	if v.Permission == nil {
		return nil
	}
	state := v.Message.Get(sealsPath)
	switch sealed := showsSeals(v.Permission); {
	case sealed && state == "":
		return []fault{v.faultAt(sealsPath, "13", "C0440", "", "C0440: the IE043 shows seals, so their state is required")}
	case !sealed && state != "":
		return []fault{v.faultAt(sealsPath, "15", "C0440", state, "C0440: the IE043 shows no seals, so they have no state")}
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
