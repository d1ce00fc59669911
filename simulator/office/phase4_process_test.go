package office_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

// phase4Line is a line of the process tables of phase 4, written down once more by hand. Timers are a minute older
// than what the row does.
type phase4Line struct {
	given func(*story)
	when  func(*story)
	emits string
	to    movement.State
	// timers that run or are paused afterwards, told what the other side learns.
	timers, told []string
}

func (l phase4Line) check(k message.Kind, change ...func(*office.Settings)) {
	s := newPhase4Story(k, "trader-test", append([]func(*office.Settings){quarterOfAnHour}, change...)...)
	if k == message.Arrival {
		s.complete = departedAs(movement.Phase4ReleaseForTransit)
	}
	l.given(s)
	s.now = s.now.Add(time.Minute)
	s.last = office.Outcome{}
	l.when(s)
	Expect(s.emitted()).To(Equal(l.emits), s.why())
	Expect(s.m.State).To(Equal(l.to), s.why())
	Expect(s.timers()).To(Equal(none(l.timers...)), s.why())
	var told []string
	for _, t := range s.last.PeerEvents {
		told = append(told, t.Name)
	}
	Expect(told).To(Equal(l.told), s.why())
}

// quarterOfAnHour gives the automatic release a duration, so that one can see it run.
func quarterOfAnHour(s *office.Settings) {
	s.Timers[office.AutoRelease] = map[message.Phase]office.Delay{message.Phase4: {Duration: 15 * time.Minute}}
}

// departedAs says that the departure of an arrival is here.
func departedAs(state movement.State) func(*office.Case) {
	return func(c *office.Case) {
		c.Other = &movement.Movement{ID: "1111111122222222", Kind: message.Departure, Phase: message.Phase4, MRN: c.Movement.MRN, State: state}
	}
}

func hears(what string) func(*story) {
	return func(s *story) {
		must(s.happen(movement.Event{Kind: movement.EventSide, Name: what, By: "office of destination"}))
	}
}

// lateRequest is an IE014 after the release to which nobody has answered, as it comes of the silent profile.
func lateRequest(s *story) {
	phase4In(movement.Phase4ReleaseForTransit)(s)
	s.m.State, s.m.Remembered = movement.Phase4CancellationRequest, movement.Phase4ReleaseForTransit
}

// refusedAfterRelease is a movement that goes on after an IE014 that came too late.
var refusedAfterRelease = all(phase4In(movement.Phase4ReleaseForTransit), phase4Withdraws)

// refusedBeforeRelease is one whose cancellation an officer has refused, in the normal procedure.
var refusedBeforeRelease = all(phase4In(movement.Phase4CancellationRequest), officer("refuse_cancellation"))

var _ = Describe("The process of departure in phase 4", func() {
	const runs, paused = "auto_release 14m0s", "auto_release paused 14m0s"
	broken := func(s *office.Settings) { s.Rules = breaksAll }

	DescribeTable("goes on from", func(l phase4Line, change ...func(*office.Settings)) { l.check(message.Departure, change...) },
		Entry("DepartureSubmitted with errors to the rejection",
			phase4Line{given: nothing, when: phase4Declares("simplified"), emits: "IE016", to: movement.Phase4DepartureRejected}, broken),
		Entry("DepartureSubmitted, simplified, to the MRN without an acknowledgement, and the release begins to run",
			phase4Line{given: nothing, when: phase4Declares("simplified"), emits: "IE028", to: movement.Phase4MrnAllocated, timers: none("auto_release 15m0s")}),
		Entry("DepartureSubmitted, simplified, with a bad guarantee to GuaranteeNotValid",
			phase4Line{given: nothing, when: phase4Declares("simplified"), emits: "IE028 IE055", to: movement.Phase4GuaranteeNotValid}, withoutGuarantees),
		Entry("DepartureSubmitted, normal and pre-lodged, to the acknowledgement",
			phase4Line{given: nothing, when: phase4Declares("normal"), emits: "IE928", to: movement.Phase4PositiveAcknowledgement}),
		Entry("DepartureSubmitted, normal and pre-lodged in small letters, to the acknowledgement",
			phase4Line{given: nothing, when: phase4Declares("normal", set("HEAHEA/AgrLocOfGooHEA39", "pre-lodged")), emits: "IE928", to: movement.Phase4PositiveAcknowledgement}),
		Entry("DepartureSubmitted, normal and at a customs sub place, to the MRN, and the officer releases",
			phase4Line{given: nothing, when: phase4Declares("normal", set("HEAHEA/CusSubPlaHEA66", "DOVER ERTS"), remove("HEAHEA/AgrLocOfGooHEA39")), emits: "IE028", to: movement.Phase4MrnAllocated}),
		Entry("DepartureSubmitted, normal and at some other place, to the MRN",
			phase4Line{given: nothing, when: phase4Declares("normal", set("HEAHEA/AgrLocOfGooHEA39", "Shed 7")), emits: "IE028", to: movement.Phase4MrnAllocated}),
		Entry("DepartureSubmitted, normal and at no named place, with a bad guarantee to GuaranteeNotValid",
			phase4Line{given: nothing, when: phase4Declares("normal", remove("HEAHEA/AgrLocOfGooHEA39")), emits: "IE028 IE055", to: movement.Phase4GuaranteeNotValid}, withoutGuarantees),
		Entry("DepartureSubmitted, simplified and pre-lodged, to the MRN without an acknowledgement",
			phase4Line{given: nothing, when: phase4Declares("simplified", set("HEAHEA/AgrLocOfGooHEA39", "Pre-Lodged")), emits: "IE028", to: movement.Phase4MrnAllocated, timers: none("auto_release 15m0s")}),
		Entry("DepartureSubmitted, unreadable, to the end",
			phase4Line{given: nothing, when: officer("unreadable"), emits: "IE917", to: movement.Phase4DepartureNack}),
		Entry("DepartureSubmitted, TIR, to the acknowledgement",
			phase4Line{given: nothing, when: func(s *story) { s.send(simtest.Edited(message.Phase4, "ie015-tir-xi-it")) }, emits: "IE928", to: movement.Phase4PositiveAcknowledgement}, withoutGuarantees),

		Entry("PositiveAcknowledgement by an accept to the MRN",
			phase4Line{given: phase4In(movement.Phase4PositiveAcknowledgement), when: officer("accept"), emits: "IE028", to: movement.Phase4MrnAllocated}),
		Entry("PositiveAcknowledgement by an accept, with a bad guarantee, to GuaranteeNotValid",
			phase4Line{given: phase4Declares("normal"), when: officer("accept"), emits: "IE028 IE055", to: movement.Phase4GuaranteeNotValid}, withoutGuarantees),
		Entry("PositiveAcknowledgement by a reject to the rejection",
			phase4Line{given: phase4In(movement.Phase4PositiveAcknowledgement), when: officer("reject"), emits: "IE016", to: movement.Phase4DepartureRejected}),

		Entry("MrnAllocated by an invalid guarantee",
			phase4Line{given: phase4Declares("simplified"), when: officer("guarantee_invalid"), emits: "IE055", to: movement.Phase4GuaranteeNotValid}),
		Entry("MrnAllocated by a control, which stops the release",
			phase4Line{given: phase4Declares("simplified"), when: officer("control"), emits: "IE060", to: movement.Phase4ControlDecision}),
		Entry("MrnAllocated by the end of auto_release",
			phase4Line{given: phase4Declares("simplified"), when: timer(office.AutoRelease), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("MrnAllocated by an officer's release",
			phase4Line{given: phase4In(movement.Phase4MrnAllocated), when: officer("release"), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("ControlDecisionNotification by an officer's release",
			phase4Line{given: phase4In(movement.Phase4ControlDecision), when: officer("release"), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("GuaranteeNotValid by an officer's release",
			phase4Line{given: phase4In(movement.Phase4GuaranteeNotValid), when: officer("release"), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("MrnAllocated by a refusal",
			phase4Line{given: phase4Declares("simplified"), when: officer("refuse_release"), emits: "IE051", to: movement.Phase4NoReleaseForTransit}),
		Entry("ControlDecisionNotification by a refusal",
			phase4Line{given: phase4In(movement.Phase4ControlDecision), when: officer("refuse_release"), emits: "IE051", to: movement.Phase4NoReleaseForTransit}),
		Entry("GuaranteeNotValid by a refusal",
			phase4Line{given: phase4In(movement.Phase4GuaranteeNotValid), when: officer("refuse_release"), emits: "IE051", to: movement.Phase4NoReleaseForTransit}),

		Entry("ControlDecisionNotification by a request of release",
			phase4Line{given: phase4In(movement.Phase4ControlDecision), when: asksRelease("1"), to: movement.Phase4RequestOfRelease}),
		Entry("ControlDecisionNotification by a trader who does not ask for the release",
			phase4Line{given: phase4In(movement.Phase4ControlDecision), when: asksRelease("0"), emits: "IE051", to: movement.Phase4NoReleaseForTransit}),
		Entry("RequestOfRelease by an officer's release",
			phase4Line{given: phase4In(movement.Phase4RequestOfRelease), when: officer("release"), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("RequestOfRelease by a refusal, of the request first",
			phase4Line{given: phase4In(movement.Phase4RequestOfRelease), when: officer("refuse_release"), emits: "IE062 IE051", to: movement.Phase4NoReleaseForTransit}),
		Entry("ReleaseRequestRejected by another request",
			phase4Line{given: phase4In(movement.Phase4ReleaseRequestRejected), when: asksRelease("1"), to: movement.Phase4RequestOfRelease}),

		Entry("MrnAllocated by an IE014 to the request, and the release waits",
			phase4Line{given: phase4Declares("simplified"), when: phase4Withdraws, to: movement.Phase4CancellationRequest, timers: none(paused)}),
		Entry("GuaranteeNotValid by an IE014 to the request",
			phase4Line{given: phase4In(movement.Phase4GuaranteeNotValid), when: phase4Withdraws, to: movement.Phase4CancellationRequest}),
		Entry("ReleaseForTransit by an IE014 to a decision against it",
			phase4Line{given: phase4In(movement.Phase4ReleaseForTransit), when: phase4Withdraws, emits: "IE009", to: movement.Phase4CancellationDecision}),
		Entry("DeclarationCancellationRequest by another IE014, which takes its place",
			phase4Line{given: phase4In(movement.Phase4CancellationRequest), when: phase4Withdraws, to: movement.Phase4CancellationRequest}),
		Entry("DeclarationCancellationRequest, unreadable, and back: the release runs again",
			phase4Line{given: all(phase4Declares("simplified"), phase4Withdraws), when: officer("unreadable"), emits: "IE917", to: movement.Phase4CancellationNack, timers: none("auto_release 15m0s")}),
		Entry("an unreadable IE014 by a readable one",
			phase4Line{given: phase4In(movement.Phase4CancellationNack), when: phase4Withdraws, to: movement.Phase4CancellationRequest}),
		Entry("an unreadable IE014 by the officer's release, as before it",
			phase4Line{given: phase4In(movement.Phase4CancellationNack), when: officer("release"), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("DeclarationCancellationRequest by an officer's consent",
			phase4Line{given: phase4In(movement.Phase4CancellationRequest), when: officer("accept_cancellation"), emits: "IE009", to: movement.Phase4CancellationDecision}),
		Entry("DeclarationCancellationRequest by a refusal, simplified, and the release runs on",
			phase4Line{given: all(phase4Declares("simplified"), phase4Withdraws), when: officer("refuse_cancellation"), emits: "IE009", to: movement.Phase4CancellationDecision, timers: none("auto_release 15m0s")}),
		Entry("DeclarationCancellationRequest by a refusal, normal, and the release begins to run",
			phase4Line{given: phase4In(movement.Phase4CancellationRequest), when: officer("refuse_cancellation"), emits: "IE009", to: movement.Phase4CancellationDecision, timers: none("auto_release 15m0s")}),
		Entry("a refused cancellation by the end of auto_release",
			phase4Line{given: refusedBeforeRelease, when: timer(office.AutoRelease), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("a refused cancellation by a control, as before it",
			phase4Line{given: refusedBeforeRelease, when: officer("control"), emits: "IE060", to: movement.Phase4ControlDecision}),
		Entry("a refused cancellation by another IE014",
			phase4Line{given: refusedBeforeRelease, when: phase4Withdraws, to: movement.Phase4CancellationRequest, timers: none(paused)}),
		Entry("a cancellation refused with a bad guarantee by the officer alone",
			phase4Line{given: all(phase4In(movement.Phase4GuaranteeNotValid), phase4Withdraws, officer("refuse_cancellation")), when: officer("release"), emits: "IE029", to: movement.Phase4ReleaseForTransit}),
		Entry("ReleaseForTransit by customs' own cancellation",
			phase4Line{given: phase4In(movement.Phase4ReleaseForTransit), when: officer("cancel"), emits: "IE009", to: movement.Phase4CancellationDecision}),
		Entry("MrnAllocated by customs' own cancellation, which stops the release",
			phase4Line{given: phase4Declares("simplified"), when: officer("cancel"), emits: "IE009", to: movement.Phase4CancellationDecision}),

		Entry("ReleaseForTransit by the arrival of the goods",
			phase4Line{given: phase4In(movement.Phase4ReleaseForTransit), when: hears("goods_released"), emits: "IE045", to: movement.Phase4WriteOff}),
		Entry("ReleaseForTransit by an arrival that customs records",
			phase4Line{given: phase4In(movement.Phase4ReleaseForTransit), when: officer("arrive"), emits: "IE045", to: movement.Phase4WriteOff}),
		Entry("a cancellation refused after the release by the arrival of the goods",
			phase4Line{given: refusedAfterRelease, when: hears("goods_released"), emits: "IE045", to: movement.Phase4WriteOff}),
		Entry("a request after the release, without an answer, by the arrival of the goods",
			phase4Line{given: lateRequest, when: hears("goods_released"), emits: "IE045", to: movement.Phase4WriteOff}),
		Entry("a cancellation that was accepted nowhere, whatever arrives",
			phase4Line{given: phase4In(movement.Phase4CancellationDecision), when: hears("goods_released"), to: movement.Phase4CancellationDecision}),
	)

	It("shows a release that was armed for a while", func() {
		s := newPhase4Story(message.Departure, "trader-test", quarterOfAnHour)
		phase4Declares("simplified")(s)
		s.now = s.now.Add(time.Minute)
		Expect(s.timers()).To(ConsistOf(runs))
	})

	It("releases at once in the profile trader-test", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4Declares("simplified")(s)
		Expect(s.timers()).To(ConsistOf("auto_release 0s"))
		s.fire(office.AutoRelease)
		Expect(s.emitted()).To(Equal("IE029"))
	})

	DescribeTable("answers an IE014 that nobody has to decide about with a decision against it: in", suite.Parameters,
		func(state movement.State, to movement.State) {
			s := newPhase4Story(message.Departure, "trader-test")
			phase4In(state)(s)
			phase4Withdraws(s)
			Expect(s.emitted()).To(Equal("IE009"))
			content := s.last.Emit[0].Content
			Expect(content.Decision).To(Equal("0"))
			Expect(content.ByCustoms).To(BeFalse())
			Expect(content.Justification).To(Equal("NOT IN REQUIRED STATE"))
			Expect(s.last.Emit[0].Answers).NotTo(BeEmpty())
			Expect(s.m.State).To(Equal(to))
		},
		Entry(nil, movement.Phase4PositiveAcknowledgement, movement.Phase4CancellationDecision),
		Entry(nil, movement.Phase4ControlDecision, movement.Phase4CancellationDecision),
		Entry(nil, movement.Phase4RequestOfRelease, movement.Phase4CancellationDecision),
		Entry(nil, movement.Phase4ReleaseForTransit, movement.Phase4CancellationDecision),
		Entry(nil, movement.Phase4DepartureRejected, movement.Phase4DepartureRejected),
		Entry(nil, movement.Phase4NoReleaseForTransit, movement.Phase4NoReleaseForTransit),
		Entry(nil, movement.Phase4CancellationDecision, movement.Phase4CancellationDecision),
		Entry(nil, movement.Phase4WriteOff, movement.Phase4WriteOff),
	)

	It("refuses an IE014 about another movement, for another reason", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4MrnAllocated)(s)
		phase4WithdrawsOf(phase4MRN)(s)
		Expect(s.emitted()).To(Equal("IE009"))
		Expect(s.last.Emit[0].Content.Justification).To(Equal("The IE014 message received was invalid"))
		Expect(s.why()).To(ContainSubstring("error 12"))
		Expect(s.office.Actions(s.m)).To(ContainElement("release"))
	})

	It("reports to the other side by its own section of the process", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4ReleaseForTransit)(s)
		hears("goods_released")(s)
		Expect(s.why()).To(ContainSubstring("docs/spec/process.md#9-3: what happens at one side concerns the other"))
	})

	It("tells the journal of an error without a reason, and of none beside it", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4MrnAllocated)(s)
		phase4WithdrawsOf(phase4MRN)(s)
		Expect(s.why()).To(ContainSubstring("IE014: error 12 at HEA.Document/reference number"))
	})

	It("keeps the request that waits when an IE014 about another movement is refused", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4CancellationRequest)(s)
		waits := s.m.Facts.Invalidation
		phase4WithdrawsOf(phase4MRN)(s)
		Expect(s.emitted()).To(Equal("IE009"))
		Expect(s.m.State).To(Equal(movement.Phase4CancellationRequest))
		must(s.act("accept_cancellation", nil))
		Expect(s.last.Emit[0].Answers).To(Equal(waits))
	})

	It("goes on to the acceptance after an IE014 that came too early", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4PositiveAcknowledgement)(s)
		phase4Withdraws(s)
		must(s.act("accept", nil))
		Expect(s.m.State).To(Equal(movement.Phase4MrnAllocated))
	})

	It("turns down a request of release that nobody has asked for", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4ReleaseForTransit)(s)
		asksRelease("1")(s)
		Expect(s.emitted()).To(Equal("IE062"))
		Expect(s.m.State).To(Equal(movement.Phase4ReleaseForTransit))
	})

	It("allocates an MRN of phase 4", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4MrnAllocated)(s)
		Expect(s.m.MRN).To(MatchRegexp(`^26GB0000601[0-9A-F]{6}[0-9]$`))
		Expect(movement.CheckMRN(s.m.MRN)).To(Succeed())
	})

	It("gives the guarantee as the reason to refuse the release, if it was that and the officer says nothing", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4GuaranteeNotValid)(s)
		must(s.act("refuse_release", nil))
		Expect(s.last.Emit[0].Content.Motivation.Code).To(Equal("G1"))
		s = newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4ControlDecision)(s)
		must(s.act("refuse_release", nil))
		Expect(s.last.Emit[0].Content.Motivation.Code).To(BeEmpty())
	})

	It("says who the answers are for", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4RequestOfRelease)(s)
		must(s.act("refuse_release", map[string]any{"motivation": map[string]any{"text": "prohibited goods"}}))
		Expect(s.docs[s.last.Emit[0].Answers].Type.Code).To(Equal("IE054"))
		Expect(s.last.Emit[0].Content.RejectionReason).To(Equal("prohibited goods"))
		Expect(s.last.Emit[1].Content.Motivation.Text).To(Equal("prohibited goods"))
	})
})

const (
	identity, identityTitle       = "HEAHEA/IdeOfMeaOfTraAtDHEA78", "HEA.Identity of means of transport at departure (exp/trans)"
	nationality, nationalityTitle = "HEAHEA/NatOfMeaOfTraAtDHEA80", "HEA.Nationality of means of transport at departure"
)

func edits(all ...edit) []edit { return all }

var _ = Describe("The process of arrival in phase 4", func() {
	goods := []string{"goods_released"}
	dayBefore := set("UNLREMREM/UnlDatREM67", "20260301")

	DescribeTable("goes on from", func(l phase4Line, change ...func(*office.Settings)) { l.check(message.Arrival, change...) },
		Entry("ArrivalSubmitted with errors to the rejection",
			phase4Line{given: nothing, when: notifies("normal"), emits: "IE008", to: movement.Phase4ArrivalRejected}, func(s *office.Settings) { s.Rules = breaksAll }),
		Entry("ArrivalSubmitted, simplified, to the permission",
			phase4Line{given: nothing, when: notifies("simplified"), emits: "IE043", to: movement.Phase4UnloadingPermission}),
		Entry("ArrivalSubmitted, normal, to nowhere",
			phase4Line{given: nothing, when: notifies("normal"), to: movement.Phase4ArrivalSubmitted}),
		Entry("ArrivalSubmitted, normal, by the release of the goods",
			phase4Line{given: phase4In(movement.Phase4ArrivalSubmitted), when: officer("release_goods"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),
		Entry("ArrivalSubmitted, normal, by a permission to unload",
			phase4Line{given: phase4In(movement.Phase4ArrivalSubmitted), when: officer("permit_unloading"), emits: "IE043", to: movement.Phase4UnloadingPermission}),
		Entry("ArrivalSubmitted by a rejection",
			phase4Line{given: phase4In(movement.Phase4ArrivalSubmitted), when: officer("reject_arrival"), emits: "IE008", to: movement.Phase4ArrivalRejected}),
		Entry("ArrivalSubmitted, unreadable",
			phase4Line{given: phase4In(movement.Phase4ArrivalSubmitted), when: officer("unreadable"), emits: "IE917", to: movement.Phase4ArrivalNack}),
		Entry("ArrivalRejected by another IE007, as the first time",
			phase4Line{given: phase4In(movement.Phase4ArrivalRejected), when: notifies("simplified"), emits: "IE043", to: movement.Phase4UnloadingPermission}),
		Entry("ArrivalRejected by the release of the goods",
			phase4Line{given: phase4In(movement.Phase4ArrivalRejected), when: officer("release_goods"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),

		Entry("UnloadingPermission by clean remarks",
			phase4Line{given: phase4In(movement.Phase4UnloadingPermission), when: phase4Remarks("clean"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),
		Entry("UnloadingPermission by remarks about other goods than declared",
			phase4Line{given: phase4In(movement.Phase4UnloadingPermission), when: phase4Remarks("clean", set("UNLREMREM/ConREM65", "0")), to: movement.Phase4UnloadingRemarksSubmitted}),
		Entry("UnloadingPermission by remarks about broken seals",
			phase4Line{given: phase4In(movement.Phase4UnloadingPermission), when: phase4Remarks("clean", set("UNLREMREM/StaOfTheSeaOKREM19", "0")), to: movement.Phase4UnloadingRemarksSubmitted}),
		Entry("UnloadingPermission by remarks before the unloading is complete",
			phase4Line{given: phase4In(movement.Phase4UnloadingPermission), when: phase4Remarks("clean", set("UNLREMREM/UnlComREM66", "0")), to: movement.Phase4UnloadingRemarksSubmitted}),
		Entry("UnloadingPermission by remarks with errors",
			phase4Line{given: phase4In(movement.Phase4UnloadingPermission), when: phase4Remarks("clean", dayBefore), emits: "IE058", to: movement.Phase4UnloadingRemarksRejected}),
		Entry("UnloadingPermission by the release of the goods",
			phase4Line{given: phase4In(movement.Phase4UnloadingPermission), when: officer("release_goods"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),
		Entry("UnloadingRemarksSubmitted by the release of the goods",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksSubmitted), when: officer("release_goods"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),
		Entry("UnloadingRemarksSubmitted by another permission",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksSubmitted), when: officer("continue_unloading"), emits: "IE043", to: movement.Phase4UnloadingPermission}),
		Entry("UnloadingRemarksSubmitted by a rejection",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksSubmitted), when: officer("reject_remarks"), emits: "IE058", to: movement.Phase4UnloadingRemarksRejected}),
		Entry("UnloadingRemarksSubmitted, unreadable",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksSubmitted), when: officer("unreadable"), emits: "IE917", to: movement.Phase4UnloadingRemarksNack}),
		Entry("unreadable remarks by readable ones",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksNack), when: phase4Remarks("clean"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),
		Entry("UnloadingRemarksRejected by another permission",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksRejected), when: officer("continue_unloading"), emits: "IE043", to: movement.Phase4UnloadingPermission}),
		Entry("UnloadingRemarksRejected by clean remarks",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksRejected), when: phase4Remarks("clean"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),
		Entry("UnloadingRemarksRejected by remarks with errors",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksRejected), when: phase4Remarks("clean", dayBefore), emits: "IE058", to: movement.Phase4UnloadingRemarksRejected}),
		Entry("UnloadingRemarksRejected by the release of the goods",
			phase4Line{given: phase4In(movement.Phase4UnloadingRemarksRejected), when: officer("release_goods"), emits: "IE025", to: movement.Phase4GoodsReleased, told: goods}),

		Entry("ArrivalSubmitted not, by remarks that nobody has asked for",
			phase4Line{given: phase4In(movement.Phase4ArrivalSubmitted), when: phase4Remarks("clean"), emits: "IE058", to: movement.Phase4ArrivalSubmitted}),
		Entry("GoodsReleased not, by remarks that come too late",
			phase4Line{given: phase4In(movement.Phase4GoodsReleased), when: phase4Remarks("clean"), emits: "IE058", to: movement.Phase4GoodsReleased}),
	)

	Describe("finds errors in", func() {
		var s *story
		BeforeEach(func() { s = newPhase4Story(message.Arrival, "trader-test") })

		It("an IE007 about goods that are not under way", func() {
			s.complete = departedAs(movement.Phase4MrnAllocated)
			notifies("simplified")(s)
			Expect(s.errors()).To(Equal([]string{"92 HEA.Document/reference number  " + phase4MRN}))
		})

		It("a second IE007 about goods that are here, but not about goods from elsewhere", func() {
			s.complete = func(c *office.Case) { departedAs(movement.Phase4ReleaseForTransit)(c); c.Arrived = true }
			notifies("simplified")(s)
			Expect(s.emitted()).To(Equal("IE008"))

			s = newPhase4Story(message.Arrival, "fast")
			s.complete = func(c *office.Case) { c.Arrived = true }
			notifies("simplified")(s)
			Expect(s.emitted()).To(Equal("IE043"))
			Expect(s.m.Facts.Foreign).To(BeTrue())
		})

		It("an IE007 with an unknown MRN, unless goods come from elsewhere", func() {
			notifies("simplified")(s)
			Expect(s.errors()).To(Equal([]string{"12 HEA.Document/reference number  " + phase4MRN}))
		})

		It("an IE007 with an MRN that cannot be one", func() {
			s = newPhase4Story(message.Arrival, "fast")
			notifies("simplified", set("HEAHEA/DocNumHEA5", "21GB000060100DEAE5"))(s)
			Expect(s.errors()).To(Equal([]string{"12 HEA.Document/reference number  21GB000060100DEAE5"}))
		})

		It("nothing in an IE007 about goods whose cancellation was refused after the release", func() {
			s.complete = func(c *office.Case) {
				departedAs(movement.Phase4CancellationDecision)(c)
				c.Other.Remembered = movement.Phase4ReleaseForTransit
			}
			notifies("simplified")(s)
			Expect(s.emitted()).To(Equal("IE043"))
		})

		It("an IE044 that dates the unloading before its permission", func() {
			s.complete = departedAs(movement.Phase4ReleaseForTransit)
			phase4In(movement.Phase4UnloadingPermission)(s)
			phase4Remarks("clean", dayBefore)(s)
			Expect(s.errors()).To(Equal([]string{"12 REM.Unloading Date  20260301"}))
		})

		DescribeTable("an IE044 that does not fit its permission:",
			func(shown, sent []edit, want ...string) {
				permission := message.Edit(simtest.Edited(message.Phase4, "ie044-clean-gb-xi")) // the elements compared are the same there
				for _, e := range shown {
					e(permission)
				}
				s.complete = func(c *office.Case) {
					departedAs(movement.Phase4ReleaseForTransit)(c)
					c.Permission = permission.Document()
				}
				phase4In(movement.Phase4UnloadingPermission)(s)
				phase4Remarks("clean", sent...)(s)
				Expect(s.errors()).To(Equal(want))
			},
			Entry("nothing of the means of transport", edits(), edits(remove(identity), remove(nationality)),
				"15 "+identityTitle+" TR0002", "15 "+nationalityTitle+" TR0002"),
			Entry("the identity without the nationality", edits(), edits(remove(nationality)), "15 "+nationalityTitle+" TR0002"),
			Entry("means of transport that were not declared", edits(remove(identity), remove(nationality)), edits(set(identity, "NC15 REG"), set(nationality, "GB")),
				"15 "+identityTitle+" TR0002 NC15 REG", "15 "+nationalityTitle+" TR0002 GB"),
			Entry("a nationality that was not declared", edits(remove(nationality)), edits(), "15 "+nationalityTitle+" TR0002 GB"),
			Entry("no seals", edits(), edits(remove("SEAINFSLI")), "15 SLI.Seals number R206"),
			Entry("other totals", edits(), edits(set("HEAHEA/TotNumOfIteHEA305", "1"), set("HEAHEA/TotNumOfPacHEA306", "9"), set("HEAHEA/TotGroMasHEA307", "1000")),
				"12 HEA.Total number of items  1", "12 HEA.Total number of packages  9", "12 HEA.Total gross mass  1000"),
			Entry("all of it, in the recorded order", edits(), edits(set("HEAHEA/TotGroMasHEA307", "1000"), remove(identity), remove(nationality), remove("SEAINFSLI"), dayBefore),
				"12 HEA.Total gross mass  1000", "15 "+identityTitle+" TR0002", "15 "+nationalityTitle+" TR0002", "15 SLI.Seals number R206", "12 REM.Unloading Date  20260301"),
		)

		DescribeTable("nothing in an IE044",
			func(shown, sent []edit) {
				permission := message.Edit(simtest.Edited(message.Phase4, "ie044-clean-gb-xi"))
				for _, e := range shown {
					e(permission)
				}
				s.complete = func(c *office.Case) {
					departedAs(movement.Phase4ReleaseForTransit)(c)
					c.Permission = permission.Document()
				}
				phase4In(movement.Phase4UnloadingPermission)(s)
				phase4Remarks("clean", sent...)(s)
				Expect(s.errors()).To(BeEmpty())
			},
			Entry("that repeats the IE043", edits(), edits()),
			Entry("about other means of transport than declared: the values are not compared", edits(), edits(set(identity, "XX99XXX"), set(nationality, "XI"))),
			Entry("with other totals if it says that the goods do not conform", edits(), edits(set("UNLREMREM/ConREM65", "0"), set("HEAHEA/TotGroMasHEA307", "1000"))),
			Entry("with the same mass in another notation", edits(), edits(set("HEAHEA/TotGroMasHEA307", "2180.0"))),
			Entry("without a number of packages", edits(), edits(remove("HEAHEA/TotNumOfPacHEA306"))),
			Entry("without seals if there were none", edits(remove("SEAINFSLI")), edits(remove("SEAINFSLI"))),
			Entry("of the day of the permission", edits(), edits(set("UNLREMREM/UnlDatREM67", "20260302"))),
		)

		It("nothing that is switched off", func() {
			s = newPhase4Story(message.Arrival, "trader-test", func(s *office.Settings) { s.RulesOff = []string{"TR0002", "R206", "unloadedTotals"} })
			s.complete = func(c *office.Case) {
				departedAs(movement.Phase4ReleaseForTransit)(c)
				c.Permission = simtest.Edited(message.Phase4, "ie044-clean-gb-xi")
			}
			phase4In(movement.Phase4UnloadingPermission)(s)
			phase4Remarks("clean", remove(identity), remove(nationality), remove("SEAINFSLI"), set("HEAHEA/TotGroMasHEA307", "1"))(s)
			Expect(s.errors()).To(BeEmpty())
		})

		It("an IE044 about another movement", func() {
			s.complete = departedAs(movement.Phase4ReleaseForTransit)
			phase4In(movement.Phase4UnloadingPermission)(s)
			phase4Remarks("clean", set("HEAHEA/DocNumHEA5", "19IT02110010007827"))(s)
			Expect(s.errors()).To(Equal([]string{"12 HEA.Document/reference number  19IT02110010007827"}))
		})
	})
})
