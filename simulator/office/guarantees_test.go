package office_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

// unknownGRN is the guarantee that the office of these specs does not know.
const (
	unknownGRN = "20XI0000010000110"
	grnPath    = "Guarantee[1]/GuaranteeReference[1]/GRN"
)

// ledger is an office that knows every guarantee but one.
func ledger(s *office.Settings) {
	s.Guarantees = func(d *message.Document, _ time.Time, _ guarantee.Ledger) (bad []office.InvalidGuarantee) {
		for _, n := range d.Find("Guarantee/GuaranteeReference/GRN") {
			if n.Text == unknownGRN {
				bad = append(bad, office.InvalidGuarantee{
					InvalidGuarantee: compose.InvalidGuarantee{GRN: n.Text, Reasons: []compose.Reason{{Code: "G01"}}}, Why: "nobody has heard of it",
				})
			}
		}
		return bad
	}
}

func badGuarantee() edit { return set(grnPath, unknownGRN) }

func declares(d func(*story) *message.Document) func(*story) {
	return func(s *story) { s.send(d(s)) }
}

var (
	badSimplified = declares(func(s *story) *message.Document { return s.simplified(badGuarantee()) })
	badNormal     = declares(func(s *story) *message.Document { return s.normal(badGuarantee()) })
	badPrelodged  = func(procedure string) func(*story) {
		return declares(func(s *story) *message.Document { return s.prelodged(procedure, badGuarantee()) })
	}
)

func amendsGuarantee(flag string, edits ...edit) func(*story) {
	return func(s *story) { s.send(s.amendment(flag, edits...)) }
}

var _ = Describe("The guarantee check (docs/spec/process.md#4-6)", func() {
	for _, p := range phases {
		anew, left := "guarantee_amendment 5m0s", "guarantee_amendment 4m0s"
		if p == message.Phase6 {
			anew, left = "guarantee_amendment 1h0m0s", "guarantee_amendment 59m0s"
		}
		paused := "auto_release paused 45m0s"
		DescribeTable("decides, in phase "+p.String(), func(l line) { l.check(p, ledger) },
			Entry("- with a simplified IE015: accepted, but the guarantee has to be amended",
				line{nothing, badSimplified, "IE928 IE028 IE055", none(paused, anew), movement.GuaranteeAmendment}),
			Entry("- with a normal IE015: not before its acceptance",
				line{nothing, badNormal, "IE928", none(), movement.AwaitingAcceptance}),
			Entry("- with a pre-lodged IE015: not before its presentation",
				line{nothing, badPrelodged("simplified"), "IE928", none("presentation 45m0s"), movement.PreLodged}),
			Entry("PRE_LODGED, simplified, and an IE170: accepted, and released as soon as the guarantee is amended",
				line{badPrelodged("simplified"), presents, "IE028 IE055", none("auto_release paused 0s", anew), movement.GuaranteeAmendment}),
			Entry("PRE_LODGED, normal, and an IE170",
				line{badPrelodged("normal"), presents, "IE028 IE055", none(anew), movement.GuaranteeAmendment}),
			Entry("AWAITING_ACCEPTANCE and the officer's accept",
				line{badNormal, officer("accept"), "IE028 IE055", none(anew), movement.GuaranteeAmendment}),
			Entry("ACCEPTED and an IE013 with flag 0 that brings a bad guarantee",
				line{in(movement.Accepted), amendsGuarantee("0", badGuarantee()), "IE004 IE055", none("auto_release paused 44m0s", anew), movement.GuaranteeAmendment}),
			Entry("ACCEPTED and an IE013 with flag 0 that does not",
				line{in(movement.Accepted), amendsGuarantee("0"), "IE004", none("auto_release 44m0s"), movement.Accepted}),
			Entry("GUARANTEE_AMENDMENT and an IE013 with flag 1 that is good goes back",
				line{badSimplified, amendsGuarantee("1", set(grnPath, "24GB0000010000031")), "IE004", none("auto_release 45m0s"), movement.Accepted}),
			Entry("GUARANTEE_AMENDMENT and an IE013 with flag 1 that is not better waits anew",
				line{badSimplified, amendsGuarantee("1"), "IE004 IE055", none(paused, anew), movement.GuaranteeAmendment}),
			Entry("GUARANTEE_AMENDMENT and an IE013 with flag 0 is refused",
				line{badSimplified, amendsGuarantee("0"), "IE056", none(paused, left), movement.GuaranteeAmendment}),
			Entry("GUARANTEE_AMENDMENT and the end of its time is not released",
				line{badSimplified, timer(office.AmendGuarantee), "IE051", none(), movement.NotReleased}),
		)
	}

	It("names the guarantees and says why", func() {
		s := newStory(message.Phase5, "trader-test", ledger)
		badSimplified(s)
		Expect(s.last.Emit[2].Content).To(Equal(compose.Content{
			Guarantees: []compose.InvalidGuarantee{{GRN: unknownGRN, Reasons: []compose.Reason{{Code: "G01"}}}},
		}))
		Expect(s.why()).To(ContainSubstring("note: guarantee " + unknownGRN + " is not valid (docs/spec/process.md#4-6: nobody has heard of it)"))
	})

	It("is not made under TIR, where the carnet is the guarantee", func() {
		for _, p := range phases {
			s := newStory(p, "trader-test", func(s *office.Settings) {
				s.Guarantees = func(*message.Document, time.Time, guarantee.Ledger) []office.InvalidGuarantee {
					return []office.InvalidGuarantee{{Why: "always"}}
				}
			})
			s.send(simtest.Edited(p, "ie015-tir-xi"))
			must(s.act("accept", nil))
			Expect(s.emitted()).To(Equal("IE028"))
		}
	})

	It("holds a delayed release of a presented movement with its whole time", func() {
		s := newStory(message.Phase5, "trader-test", ledger, func(s *office.Settings) { s.AutoReleaseAfterPresentation = true })
		badPrelodged("simplified")(s)
		presents(s)
		Expect(s.timers()).To(ConsistOf("auto_release paused 45m0s", "guarantee_amendment 5m0s"))
	})

	It("releases a presented movement at once when its guarantee is amended", func() {
		s := newStory(message.Phase5, "trader-test", ledger)
		badPrelodged("simplified")(s)
		presents(s)
		amendsGuarantee("1", set(grnPath, "24GB0000010000031"))(s)
		Expect(s.timers()).To(Equal([]string{"auto_release 0s"}))
		s.fire(office.AutoRelease)
		Expect(s.emitted()).To(Equal("IE029"))
	})

	It("looks at the guarantees of the day", func() {
		var days []string
		s := newStory(message.Phase5, "trader-test", func(s *office.Settings) {
			s.Guarantees = func(_ *message.Document, at time.Time, _ guarantee.Ledger) []office.InvalidGuarantee {
				days = append(days, fmt.Sprint(at.Sub(start)))
				return nil
			}
		})
		s.send(s.normal())
		s.now = s.now.Add(time.Hour)
		must(s.act("accept", nil))
		Expect(slices.Compact(days)).To(Equal([]string{"1h0m0s"}))
	})
})
