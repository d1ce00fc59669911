package office_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

// phase4Targets are the statuses of docs/spec/api-1.0.md#10-1 and #10-2, by the message that brings them.
var phase4Targets = map[message.Kind]map[string]movement.State{
	message.Departure: {
		"IE928": movement.Phase4PositiveAcknowledgement, "IE016": movement.Phase4DepartureRejected, "IE028": movement.Phase4MrnAllocated,
		"IE055": movement.Phase4GuaranteeNotValid, "IE060": movement.Phase4ControlDecision, "IE051": movement.Phase4NoReleaseForTransit,
		"IE029": movement.Phase4ReleaseForTransit, "IE009": movement.Phase4CancellationDecision, "IE062": movement.Phase4ReleaseRequestRejected,
		"IE045": movement.Phase4WriteOff,
	},
	message.Arrival: {
		"IE008": movement.Phase4ArrivalRejected, "IE043": movement.Phase4UnloadingPermission, "IE058": movement.Phase4UnloadingRemarksRejected,
		"IE025": movement.Phase4GoodsReleased,
	},
}

// chains are the published chains of injected messages (the rows P4-TS of the scenario catalogue): IE codes of customs
// are placed by Test Support, the others come from the trader.
var chains = []struct {
	name  string
	kind  message.Kind
	steps []string
	ends  movement.State
}{
	{"P4-TS-D1", message.Departure, []string{"IE015", "IE016"}, movement.Phase4DepartureRejected},
	{"P4-TS-D2", message.Departure, []string{"IE015", "IE928", "IE028", "IE029", "IE045"}, movement.Phase4WriteOff},
	{"P4-TS-D3", message.Departure, []string{"IE015", "IE028", "IE029", "IE045"}, movement.Phase4WriteOff},
	{"P4-TS-D4", message.Departure, []string{"IE015", "IE928", "IE028", "IE055", "IE051"}, movement.Phase4NoReleaseForTransit},
	{"P4-TS-D5", message.Departure, []string{"IE015", "IE928", "IE028", "IE060", "IE051"}, movement.Phase4NoReleaseForTransit},
	{"P4-TS-D6", message.Departure, []string{"IE015", "IE928", "IE028", "IE060", "IE029"}, movement.Phase4ReleaseForTransit},
	{"P4-TS-D7", message.Departure, []string{"IE015", "IE928", "IE028", "IE051"}, movement.Phase4NoReleaseForTransit},
	{"P4-TS-D8", message.Departure, []string{"IE015", "IE928", "IE028", "IE014", "IE009"}, movement.Phase4CancellationDecision},
	{"P4-TS-D9", message.Departure, []string{"IE015", "IE928", "IE028", "IE029", "IE014", "IE009"}, movement.Phase4CancellationDecision},
	{"P4-TS-A1", message.Arrival, []string{"IE007", "IE008"}, movement.Phase4ArrivalRejected},
	{"P4-TS-A2", message.Arrival, []string{"IE007", "IE025"}, movement.Phase4GoodsReleased},
	{"P4-TS-A3", message.Arrival, []string{"IE007", "IE043", "IE044", "IE025"}, movement.Phase4GoodsReleased},
	{"P4-TS-A4", message.Arrival, []string{"IE007", "IE043", "IE044", "IE058", "IE044", "IE025"}, movement.Phase4GoodsReleased},
	{"P4-TS-A5", message.Arrival, []string{"IE007", "IE043", "IE044", "IE043", "IE044", "IE058", "IE044", "IE025"}, movement.Phase4GoodsReleased},
	{"P4-TS-A6", message.Arrival, []string{"IE007", "IE008", "IE007", "IE025"}, movement.Phase4GoodsReleased},
}

// sentBy are the trader's messages of the chains, with the status that they bring by themselves.
var sentBy = map[string]struct {
	send func(*story)
	to   movement.State
}{
	"IE015": {phase4Declares("simplified"), movement.Phase4DepartureSubmitted},
	"IE014": {phase4Withdraws, movement.Phase4CancellationRequest},
	"IE007": {notifies("simplified"), movement.Phase4ArrivalSubmitted},
	"IE044": {phase4Remarks("clean"), movement.Phase4UnloadingRemarksSubmitted},
}

var _ = Describe("An injected message of phase 4", func() {
	for kind, targets := range phase4Targets {
		for code, target := range targets {
			It("moves a "+string(kind)+" to its status from any other: "+code, func() {
				for _, from := range office.StatesOf(message.Phase4, kind) {
					s := newPhase4Story(kind, "trader-test")
					s.complete = departedAs(movement.Phase4ReleaseForTransit)
					phase4In(from)(s)
					s.inject(code, nil)
					Expect(s.m.State).To(Equal(target), "from "+string(from))
					Expect(s.emitted()).To(BeEmpty())
					Expect(s.last.PeerEvents).To(BeEmpty())
				}
			})
		}
	}

	for _, c := range chains {
		It("plays its part in the published chain "+c.name, func() {
			s := newPhase4Story(c.kind, "silent")
			for _, code := range c.steps {
				if sent, ours := sentBy[code]; ours {
					sent.send(s)
					Expect(s.emitted()).To(BeEmpty())
					Expect(s.m.State).To(Equal(sent.to), code)
					continue
				}
				s.inject(code, nil)
				Expect(s.m.State).To(Equal(phase4Targets[c.kind][code]), code)
			}
			Expect(s.m.State).To(Equal(c.ends))
		})
	}

	DescribeTable("IE917 says that the last message could not be read:",
		func(k message.Kind, from, to movement.State) {
			s := newPhase4Story(k, "trader-test")
			s.complete = departedAs(movement.Phase4ReleaseForTransit)
			phase4In(from)(s)
			s.inject("IE917", nil)
			Expect(s.m.State).To(Equal(to))
		},
		Entry("the declaration", message.Departure, movement.Phase4DepartureSubmitted, movement.Phase4DepartureNack),
		Entry("the IE014", message.Departure, movement.Phase4CancellationRequest, movement.Phase4CancellationNack),
		Entry("none of a departure", message.Departure, movement.Phase4MrnAllocated, movement.Phase4MrnAllocated),
		Entry("the IE007", message.Arrival, movement.Phase4ArrivalSubmitted, movement.Phase4ArrivalNack),
		Entry("the IE044", message.Arrival, movement.Phase4UnloadingRemarksSubmitted, movement.Phase4UnloadingRemarksNack),
		Entry("none of an arrival", message.Arrival, movement.Phase4UnloadingPermission, movement.Phase4UnloadingPermission),
	)

	It("IE009 lets the movement go on if it refuses the cancellation, and the release too", func() {
		s := newPhase4Story(message.Departure, "trader-test", quarterOfAnHour)
		phase4Declares("simplified")(s)
		phase4Withdraws(s)
		refusesCancellation(s)
		Expect(s.m.State).To(Equal(movement.Phase4CancellationDecision))
		Expect(s.timers()).To(ConsistOf("auto_release 15m0s"))
		s.fire(office.AutoRelease)
		Expect(s.m.State).To(Equal(movement.Phase4ReleaseForTransit))
	})

	It("IE009 ends the movement and its timers if it accepts the cancellation", func() {
		s := newPhase4Story(message.Departure, "trader-test", quarterOfAnHour)
		phase4Declares("simplified")(s)
		phase4Withdraws(s)
		s.inject("IE009", nil)
		Expect(s.timers()).To(BeEmpty())
		Expect(s.office.Actions(s.m)).To(BeEmpty())
	})

	It("IE028 gives its MRN to the movement, whosever it is and whatever it looks like", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4MrnAllocated)(s)
		allocated, err := message.New(simtest.Catalogue(), message.Phase4, "CC028A")
		must(err)
		must(allocated.Set("HEAHEA/DocNumHEA5", "MRN OF ANOTHER"))
		c := s.caseOf(movement.Event{Kind: movement.EventInject, Name: "IE028"})
		c.MRNInUse = true
		out := s.office.Injected(c, "IE028", allocated.Document())
		Expect(out.Movement.MRN).To(Equal("MRN OF ANOTHER"))
		Expect(out.MRNAdopted).To(BeTrue())
	})
})

var _ = Describe("A scenario of phase 4 that answers itself", func() {
	It("finds the movement where the trader's message has brought it, with nothing running", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		s.docs["1"] = simtest.Edited(message.Phase4, "ie015-simplified-gb-xi")
		c := s.caseOf(movement.Event{Kind: movement.EventMessage, Name: "IE015", Message: "1"})
		c.Scripted = true
		done, err := s.office.Handle(c)
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Movement.State).To(Equal(movement.Phase4MrnAllocated))
		noted := s.office.RecordOnly(c, done, false)
		Expect(noted.Movement.State).To(Equal(movement.Phase4DepartureSubmitted))
		Expect(noted.Movement.Timers).To(BeEmpty())
		Expect(noted.Movement.Procedure).To(Equal(movement.Simplified))
	})

	It("can let a request wait that came after the release, and decide about it", func() {
		s := newPhase4Story(message.Departure, "trader-test")
		phase4In(movement.Phase4ReleaseForTransit)(s)
		s.docs["late"] = simtest.Edited(message.Phase4, "ie014-cancellation-gb", set("HEAHEA/DocNumHEA5", s.m.MRN))
		c := s.caseOf(movement.Event{Kind: movement.EventMessage, Name: "IE014", Message: "late"})
		c.Scripted = true
		done, err := s.office.Handle(c)
		Expect(err).NotTo(HaveOccurred())
		noted := s.office.RecordOnly(c, done, false)
		Expect(noted.Movement.State).To(Equal(movement.Phase4CancellationRequest))
		Expect(noted.Movement.Remembered).To(Equal(movement.Phase4ReleaseForTransit))
		s.m = noted.Movement
		must(s.act("refuse_cancellation", nil))
		Expect(s.last.Emit[0].Answers).To(Equal("late"))
		hears("goods_released")(s)
		Expect(s.m.State).To(Equal(movement.Phase4WriteOff))
	})
})
