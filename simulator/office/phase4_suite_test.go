package office_test

import (
	"fmt"
	"time"

	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

// legacyMRN is an MRN of phase 4 that nobody here has given.
const legacyMRN = "21GB000060100DEAE4"

// newLegacyStory is a movement of phase 4 to be.
func newLegacyStory(k message.Kind, profile string, change ...func(*office.Settings)) *story {
	s := newStory(message.Phase4, profile, change...)
	s.m.Kind, s.m.State = k, movement.Begin(message.Phase4, k)
	return s
}

// withoutGuarantees makes every guarantee a bad one.
func withoutGuarantees(s *office.Settings) {
	s.Guarantees = everyGRN
}

// legacyDeclares lets the trader send a declaration in a procedure.
func legacyDeclares(procedure string, edits ...edit) func(*story) {
	return func(s *story) { s.send(fixture(message.Phase4, "ie015-"+procedure+"-gb-xi", edits...)) }
}

func legacyWithdraws(s *story) { legacyWithdrawsOf(s.m.MRN)(s) }

func legacyWithdrawsOf(mrn string) func(*story) {
	return func(s *story) {
		if mrn == "" {
			mrn = legacyMRN
		}
		s.send(fixture(message.Phase4, "ie014-cancellation-gb", set("HEAHEA/DocNumHEA5", mrn)))
	}
}

// asksRelease lets the trader send an IE054; wanted is its RelReqHEA105.
func asksRelease(wanted string) func(*story) {
	return func(s *story) {
		mrn := s.m.MRN
		if mrn == "" {
			mrn = legacyMRN
		}
		s.send(fixture(message.Phase4, "ie054-release", set("HEAHEA/DocNumHEA5", mrn), set("HEAHEA/RelReqHEA105", wanted)))
	}
}

// notifies lets the trader at destination send an IE007.
func notifies(procedure string, edits ...edit) func(*story) {
	return func(s *story) {
		s.m.Procedure = "" // as it is when the API has taken the message
		s.m.State = movement.P4ArrivalSubmitted
		s.send(fixture(message.Phase4, "ie007-"+procedure+"-gb-xi", append([]edit{set("HEAHEA/DocNumHEA5", legacyMRN)}, edits...)...))
	}
}

// remarks lets the trader at destination send an IE044 on the day of the permission.
func legacyRemarks(name string, edits ...edit) func(*story) {
	return func(s *story) {
		usual := []edit{set("HEAHEA/DocNumHEA5", legacyMRN), set("UNLREMREM/UnlDatREM67", s.now.Format("20060102"))}
		s.send(fixture(message.Phase4, "ie044-"+name+"-gb-xi", append(usual, edits...)...))
	}
}

func injects(typ string) func(*story) { return func(s *story) { s.inject(typ, nil) } }

func refusesCancellation(s *story) {
	decision, err := message.New(simtest.Catalogue(), message.Phase4, "CC009A")
	must(err)
	must(decision.Set("HEAHEA/CanDecHEA93", "0"))
	s.inject("IE009", decision.Document())
}

// legacyIn brings a movement of phase 4 into a state on the usual way.
func legacyIn(state movement.State) func(*story) {
	ways := map[movement.State]func(*story){
		movement.P4DepartureSubmitted:      nothing,
		movement.P4DepartureNack:           injects("IE917"),
		movement.P4PositiveAcknowledgement: legacyDeclares("normal"),
		movement.P4MrnAllocated:            all(legacyDeclares("normal"), officer("accept")),
		movement.P4DepartureRejected:       all(legacyDeclares("normal"), officer("reject")),
		movement.P4GuaranteeNotValid:       all(legacyDeclares("normal"), officer("accept"), officer("guarantee_invalid")),
		movement.P4ControlDecision:         all(legacyDeclares("normal"), officer("accept"), officer("control")),
		movement.P4RequestOfRelease:        all(legacyDeclares("normal"), officer("accept"), officer("control"), asksRelease("1")),
		movement.P4ReleaseRequestRejected:  all(legacyDeclares("normal"), officer("accept"), officer("control"), asksRelease("1"), injects("IE062")),
		movement.P4ReleaseForTransit:       all(legacyDeclares("normal"), officer("accept"), officer("release")),
		movement.P4NoReleaseForTransit:     all(legacyDeclares("normal"), officer("accept"), officer("refuse_release")),
		movement.P4CancellationRequest:     all(legacyDeclares("normal"), officer("accept"), legacyWithdraws),
		movement.P4CancellationNack:        all(legacyDeclares("normal"), officer("accept"), legacyWithdraws, officer("unreadable")),
		movement.P4CancellationDecision:    all(legacyDeclares("normal"), officer("accept"), officer("cancel")),
		movement.P4WriteOff:                all(legacyDeclares("normal"), officer("accept"), officer("release"), officer("arrive")),

		movement.P4ArrivalSubmitted:          notifies("normal"),
		movement.P4ArrivalNack:               all(notifies("normal"), officer("unreadable")),
		movement.P4ArrivalRejected:           all(notifies("normal"), officer("reject_arrival")),
		movement.P4UnloadingPermission:       notifies("simplified"),
		movement.P4UnloadingRemarksSubmitted: all(notifies("simplified"), legacyRemarks("discrepancies")),
		movement.P4UnloadingRemarksRejected:  all(notifies("simplified"), legacyRemarks("discrepancies"), officer("reject_remarks")),
		movement.P4UnloadingRemarksNack:      all(notifies("simplified"), legacyRemarks("discrepancies"), officer("unreadable")),
		movement.P4GoodsReleased:             all(notifies("normal"), officer("release_goods")),
	}
	return func(s *story) {
		ways[state](s)
		ExpectWithOffset(1, s.m.State).To(Equal(state), s.why())
	}
}

// everyGRN says of every GRN of phase 4 that it does not exist.
func everyGRN(d *message.Document, _ time.Time, _ guarantee.Ledger) []office.InvalidGuarantee {
	var out []office.InvalidGuarantee
	for _, n := range d.Find("GUAGUA/GUAREFREF/GuaRefNumGRNREF1") {
		out = append(out, office.InvalidGuarantee{
			InvalidGuarantee: compose.InvalidGuarantee{GRN: n.Text, Reasons: []compose.Reason{{Code: "G01", Text: "Does not exist"}}},
			Why:              fmt.Sprintf("%s is not registered", n.Text),
		})
	}
	return out
}

// breaksAll is a rule that every message breaks.
func breaksAll(*message.Document, []byte, string) (office.Broken, error) {
	return office.Broken{Message: []office.BrokenRule{{
		FunctionalError: compose.FunctionalError{Pointer: "HEA.Place of loading, code", Code: "15", Reason: "C191"}, Why: "C191: required with safety data",
	}}}, nil
}
