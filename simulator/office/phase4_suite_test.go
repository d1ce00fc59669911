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

// phase4MRN is an MRN of phase 4 that nobody here has given.
const phase4MRN = "21GB000060100DEAE4"

// newPhase4Story is a movement of phase 4 to be.
func newPhase4Story(k message.Kind, profile string, change ...func(*office.Settings)) *story {
	s := newStory(message.Phase4, profile, change...)
	s.m.Kind, s.m.State = k, movement.Begin(message.Phase4, k)
	return s
}

// withoutGuarantees makes every guarantee a bad one.
func withoutGuarantees(s *office.Settings) {
	s.Guarantees = everyGRN
}

// phase4Declares lets the trader send a declaration in a procedure.
func phase4Declares(procedure string, edits ...edit) func(*story) {
	return func(s *story) { s.send(simtest.Edited(message.Phase4, "ie015-"+procedure+"-gb-xi", edits...)) }
}

func phase4Withdraws(s *story) { phase4WithdrawsOf(s.m.MRN)(s) }

func phase4WithdrawsOf(mrn string) func(*story) {
	return func(s *story) {
		if mrn == "" {
			mrn = phase4MRN
		}
		s.send(simtest.Edited(message.Phase4, "ie014-cancellation-gb", set("HEAHEA/DocNumHEA5", mrn)))
	}
}

// asksRelease lets the trader send an IE054; wanted is its RelReqHEA105.
func asksRelease(wanted string) func(*story) {
	return func(s *story) {
		mrn := s.m.MRN
		if mrn == "" {
			mrn = phase4MRN
		}
		s.send(simtest.Edited(message.Phase4, "ie054-release", set("HEAHEA/DocNumHEA5", mrn), set("HEAHEA/RelReqHEA105", wanted)))
	}
}

// notifies lets the trader at destination send an IE007.
func notifies(procedure string, edits ...edit) func(*story) {
	return func(s *story) {
		s.m.Procedure = "" // as it is when the API has taken the message
		s.m.State = movement.Phase4ArrivalSubmitted
		s.send(simtest.Edited(message.Phase4, "ie007-"+procedure+"-gb-xi", append([]edit{set("HEAHEA/DocNumHEA5", phase4MRN)}, edits...)...))
	}
}

// remarks lets the trader at destination send an IE044 on the day of the permission.
func phase4Remarks(name string, edits ...edit) func(*story) {
	return func(s *story) {
		usual := []edit{set("HEAHEA/DocNumHEA5", phase4MRN), set("UNLREMREM/UnlDatREM67", s.now.Format("20060102"))}
		s.send(simtest.Edited(message.Phase4, "ie044-"+name+"-gb-xi", append(usual, edits...)...))
	}
}

func injects(typ string) func(*story) { return func(s *story) { s.inject(typ, nil) } }

func refusesCancellation(s *story) {
	decision, err := message.New(simtest.Catalogue(), message.Phase4, "CC009A")
	must(err)
	must(decision.Set("HEAHEA/CanDecHEA93", "0"))
	s.inject("IE009", decision.Document())
}

// phase4In brings a movement of phase 4 into a state on the usual way.
func phase4In(state movement.State) func(*story) {
	ways := map[movement.State]func(*story){
		movement.Phase4DepartureSubmitted:      nothing,
		movement.Phase4DepartureNack:           injects("IE917"),
		movement.Phase4PositiveAcknowledgement: phase4Declares("normal"),
		movement.Phase4MrnAllocated:            all(phase4Declares("normal"), officer("accept")),
		movement.Phase4DepartureRejected:       all(phase4Declares("normal"), officer("reject")),
		movement.Phase4GuaranteeNotValid:       all(phase4Declares("normal"), officer("accept"), officer("guarantee_invalid")),
		movement.Phase4ControlDecision:         all(phase4Declares("normal"), officer("accept"), officer("control")),
		movement.Phase4RequestOfRelease:        all(phase4Declares("normal"), officer("accept"), officer("control"), asksRelease("1")),
		movement.Phase4ReleaseRequestRejected:  all(phase4Declares("normal"), officer("accept"), officer("control"), asksRelease("1"), injects("IE062")),
		movement.Phase4ReleaseForTransit:       all(phase4Declares("normal"), officer("accept"), officer("release")),
		movement.Phase4NoReleaseForTransit:     all(phase4Declares("normal"), officer("accept"), officer("refuse_release")),
		movement.Phase4CancellationRequest:     all(phase4Declares("normal"), officer("accept"), phase4Withdraws),
		movement.Phase4CancellationNack:        all(phase4Declares("normal"), officer("accept"), phase4Withdraws, officer("unreadable")),
		movement.Phase4CancellationDecision:    all(phase4Declares("normal"), officer("accept"), officer("cancel")),
		movement.Phase4WriteOff:                all(phase4Declares("normal"), officer("accept"), officer("release"), officer("arrive")),

		movement.Phase4ArrivalSubmitted:          notifies("normal"),
		movement.Phase4ArrivalNack:               all(notifies("normal"), officer("unreadable")),
		movement.Phase4ArrivalRejected:           all(notifies("normal"), officer("reject_arrival")),
		movement.Phase4UnloadingPermission:       notifies("simplified"),
		movement.Phase4UnloadingRemarksSubmitted: all(notifies("simplified"), phase4Remarks("discrepancies")),
		movement.Phase4UnloadingRemarksRejected:  all(notifies("simplified"), phase4Remarks("discrepancies"), officer("reject_remarks")),
		movement.Phase4UnloadingRemarksNack:      all(notifies("simplified"), phase4Remarks("discrepancies"), officer("unreadable")),
		movement.Phase4GoodsReleased:             all(notifies("normal"), officer("release_goods")),
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
func breaksAll(*message.Document, string) (office.Broken, error) {
	return office.Broken{Message: []office.BrokenRule{{
		FunctionalError: compose.FunctionalError{Pointer: "HEA.Place of loading, code", Code: "15", Reason: "C191"}, Why: "C191: required with safety data",
	}}}, nil
}
