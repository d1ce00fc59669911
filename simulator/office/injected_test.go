package office_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
)

// fromCustoms is an injected message with the elements that the office looks at.
func fromCustoms(root string, edits ...edit) *message.Document {
	b, err := message.New(simtest.Catalogue(), message.Phase5, root)
	must(err)
	for _, e := range edits {
		e(b)
	}
	return b.Document()
}

var _ = Describe("An injected message", func() {
	DescribeTable("sets the state it stands for and stops the timers that no longer apply:",
		func(given movement.State, typ string, d *message.Document, to movement.State, timers ...string) {
			s := newStory(message.Phase5, "trader-test")
			in(given)(s)
			s.inject(typ, d)
			Expect(s.m.State).To(Equal(to), s.why())
			Expect(s.timers()).To(Equal(append([]string{}, timers...)))
			Expect(s.emitted()).To(BeEmpty())
		},
		Entry("IE928 for a declaration", movement.Accepted, "IE928", nil, movement.AwaitingAcceptance),
		Entry("IE928 for a pre-lodged one", movement.PreLodged, "IE928", nil, movement.PreLodged, "presentation 45m0s"),
		Entry("IE028", movement.PreLodged, "IE028", nil, movement.Accepted),
		Entry("IE060, a control", movement.Accepted, "IE060", fromCustoms("CC060C", set("TransitOperation/notificationType", "0")), movement.UnderControl),
		Entry("IE060, a request for documents", movement.Accepted, "IE060", fromCustoms("CC060C", set("TransitOperation/notificationType", "1")),
			movement.Accepted, "auto_release 45m0s"),
		Entry("IE060 that cannot be read", movement.Accepted, "IE060", nil, movement.UnderControl),
		Entry("IE055 holds the release", movement.Accepted, "IE055", nil, movement.GuaranteeAmendment, "auto_release paused 45m0s"),
		Entry("IE028 lets a release go on that was held", movement.GuaranteeAmendment, "IE028", nil, movement.Accepted, "auto_release 45m0s"),
		Entry("IE029", movement.Accepted, "IE029", nil, movement.Released),
		Entry("IE051", movement.GuaranteeAmendment, "IE051", nil, movement.NotReleased),
		Entry("IE009, accepted", movement.CancellationRequested, "IE009", fromCustoms("CC009C", set("Invalidation/decision", "1")), movement.Cancelled),
		Entry("IE009, refused", movement.CancellationRequested, "IE009", fromCustoms("CC009C", set("Invalidation/decision", "0")),
			movement.Accepted, "auto_release 45m0s"),
		Entry("IE009, refused, though nobody asked", movement.Accepted, "IE009", fromCustoms("CC009C", set("Invalidation/decision", "0")),
			movement.Accepted, "auto_release 45m0s"),
		Entry("IE019", movement.Released, "IE019", nil, movement.Discrepancies),
		Entry("IE035", movement.Released, "IE035", nil, movement.Recovery),
		Entry("IE045", movement.Released, "IE045", nil, movement.WrittenOff),
		Entry("IE056 for the declaration", movement.PreLodged, "IE056", fromCustoms("CC056C", set("TransitOperation/businessRejectionType", "015")), movement.Rejected),
		Entry("IE056 for an amendment", movement.PreLodged, "IE056", fromCustoms("CC056C", set("TransitOperation/businessRejectionType", "013")),
			movement.PreLodged, "presentation 45m0s"),
		Entry("IE004, which stands for none", movement.Accepted, "IE004", nil, movement.Accepted, "auto_release 45m0s"),
		Entry("IE182, which stands for none", movement.Released, "IE182", nil, movement.Released),
	)

	It("sends the default officer away", func() {
		s := newStory(message.Phase5, "fast")
		in(movement.AwaitingAcceptance)(s)
		s.inject("IE028", nil)
		Expect(s.timers()).To(BeEmpty())
		Expect(s.m.State).To(Equal(movement.Accepted))
	})

	Describe("IE028", func() {
		ie028 := func(mrn string) *message.Document { return fromCustoms("CC028C", set("TransitOperation/MRN", mrn)) }

		It("gives its MRN to the movement, even in place of another and with any check digit", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.Accepted)(s)
			s.inject("IE028", ie028("26GB000246ABCDEFJ0"))
			Expect(s.m.MRN).To(Equal("26GB000246ABCDEFJ0"))
			s.send(s.invalidation())
			Expect(s.m.State).To(Equal(movement.CancellationRequested), "later messages go by the new MRN: "+s.why())
		})

		It("leaves the MRN of another movement alone", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.Accepted)(s)
			own := s.m.MRN
			c := s.caseOf(movement.Event{Kind: movement.EventInject, Name: "IE028"})
			c.MRNInUse = true
			out := s.office.Injected(c, "IE028", ie028(foreignMRN))
			Expect(out.Movement.MRN).To(Equal(own))
		})

		It("makes the movement get an MRN if it has none that can be used", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.AwaitingAcceptance)(s)
			s.inject("IE028", ie028("NONSENSE"))
			Expect(movement.CheckMRN(s.m.MRN)).To(Succeed())
			Expect(s.m.Facts.Accepted).To(Equal(start))
		})
	})

	It("marks a movement as controlled, so that a guarantee problem leads back to the control", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.Accepted)(s)
		s.inject("IE060", nil)
		must(s.act("guarantee_invalid", nil))
		s.send(s.amendment("1"))
		Expect(s.m.State).To(Equal(movement.UnderControl))
	})
})
