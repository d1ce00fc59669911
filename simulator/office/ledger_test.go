package office_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

var _ = Describe("The ledger of guarantees", func() {
	// claimed is what the declarations of these specs claim.
	claimed := func(s *story) []movement.Reservation {
		return guarantee.Standard.Claims(s.docs[s.m.Facts.Declaration])
	}

	for _, p := range phases {
		Describe("in phase "+p.String(), func() {
			DescribeTable("holds what a movement has claimed, from its release until it is over:",
				func(given func(*story), reserves bool) {
					s := newStory(p, "trader-test")
					given(s)
					Expect(claimed(s)).NotTo(BeEmpty())
					if reserves {
						Expect(s.m.Facts.Reserved).To(Equal(claimed(s)))
					} else {
						Expect(s.m.Facts.Reserved).To(BeNil())
					}
				},
				Entry("ACCEPTED", in(movement.Accepted), false),
				Entry("UNDER_CONTROL", in(movement.UnderControl), false),
				Entry("GUARANTEE_AMENDMENT", in(movement.GuaranteeAmendment), false),
				Entry("RELEASED", in(movement.Released), true),
				Entry("ARRIVED", in(movement.Arrived), true),
				Entry("DISCREPANCIES", in(movement.Discrepancies), true),
				Entry("RECOVERY", in(movement.Recovery), true),
				Entry("WRITTEN_OFF", in(movement.WrittenOff), false),
				Entry("CANCELLED", in(movement.Cancelled), false),
				Entry("CANCELLED after the release", all(in(movement.Released), officer("cancel")), false),
				Entry("NOT_RELEASED", in(movement.NotReleased), false),
				Entry("released by an injected IE029", all(in(movement.Accepted), injects("IE029")), true),
				Entry("written off by an injected IE045", all(in(movement.Released), injects("IE045")), false),
				Entry("cancelled by an injected IE009", all(in(movement.Released), injects("IE009")), false),
				Entry("an injected IE045 and then an IE029", all(in(movement.Released), injects("IE045"), injects("IE029")), true),
				Entry("released twice", all(in(movement.Released), injects("IE029")), true),
			)
		})
	}

	DescribeTable("is the same in phase 4:",
		func(given func(*story), reserves bool) {
			s := newPhase4Story(message.Departure, "trader-test")
			given(s)
			if reserves {
				Expect(s.m.Facts.Reserved).To(Equal(claimed(s)))
				Expect(s.m.Facts.Reserved).NotTo(BeEmpty())
			} else {
				Expect(s.m.Facts.Reserved).To(BeNil())
			}
		},
		Entry("MrnAllocated", phase4In(movement.Phase4MrnAllocated), false),
		Entry("ReleaseForTransit", phase4In(movement.Phase4ReleaseForTransit), true),
		Entry("a cancellation asked for after the release, which is refused", all(phase4In(movement.Phase4ReleaseForTransit), phase4Withdraws), true),
		Entry("cancelled by customs after the release", all(phase4In(movement.Phase4ReleaseForTransit), officer("cancel")), false),
		Entry("cancelled before the release", all(phase4In(movement.Phase4CancellationRequest), officer("accept_cancellation")), false),
		Entry("NoReleaseForTransit", phase4In(movement.Phase4NoReleaseForTransit), false),
		Entry("WriteOffNotification", all(phase4In(movement.Phase4ReleaseForTransit), injects("IE045")), false),
	)

	It("reserves nothing under TIR, where the carnet is the guarantee", func() {
		s := newStory(message.Phase5, "trader-test")
		s.send(simtest.Edited(message.Phase5, "ie015-tir-xi"))
		must(s.act("accept", nil))
		must(s.act("release", nil))
		Expect(s.m.Facts.Reserved).To(BeNil())
	})

	It("reserves nothing under TIR for a guarantee beside the carnet either", func() {
		s := newStory(message.Phase5, "trader-test")
		s.send(s.normal(set("TransitOperation/declarationType", "TIR")))
		must(s.act("accept", nil))
		must(s.act("release", nil))
		Expect(claimed(s)).NotTo(BeEmpty())
		Expect(s.m.Facts.Reserved).To(BeNil())
	})

	It("holds what the amended declaration claims when goods are released again", func() {
		const amount = "Guarantee[1]/GuaranteeReference[1]/amountToBeCovered"
		s := newStory(message.Phase5, "trader-test", func(s *office.Settings) {
			s.Balance = func(grn string) (movement.Reservation, bool) {
				return movement.Reservation{GRN: grn, Amount: "1000", Currency: "GBP"}, true
			}
		})
		in(movement.Released)(s)
		before := s.m.Facts.Reserved
		s.inject("IE028", nil)
		s.send(s.amendment("0", set(amount, "20.50")))
		Expect(s.m.State).To(Equal(movement.Accepted))
		Expect(s.m.Facts.Reserved).To(Equal(before))
		must(s.act("release", nil))
		Expect(s.m.Facts.Reserved).To(Equal(claimed(s)))
		Expect(s.m.Facts.Reserved).To(HaveExactElements(HaveField("Amount", "20.5")))
		Expect(s.why()).To(ContainSubstring("given back; 1000.00 GBP are left (released again: "))
		Expect(s.why()).To(ContainSubstring("20.50 GBP of guarantee " + before[0].GRN + " reserved; 979.50 GBP are left (released: "))
	})

	It("gives the check what is reserved", func() {
		balance := movement.Reservation{GRN: "24GB0000010000031", Amount: "100", Currency: "GBP"}
		var left movement.Decimal
		s := newStory(message.Phase5, "trader-test", func(s *office.Settings) {
			s.Guarantees = func(_ *message.Document, _ time.Time, reserved guarantee.Ledger) []office.InvalidGuarantee {
				left = reserved.Remaining(balance)
				return nil
			}
		})
		s.complete = func(c *office.Case) {
			c.Reserved = guarantee.NewLedger([]movement.Reservation{{GRN: "24GB0000010000031", Amount: "70", Currency: "GBP"}})
		}
		s.send(s.simplified())
		Expect(left.String()).To(Equal("30"))
	})

	Describe("writes into the journal", func() {
		journal := func(balance func(string) (movement.Reservation, bool)) *story {
			s := newStory(message.Phase5, "trader-test", func(s *office.Settings) { s.Balance = balance })
			s.complete = func(c *office.Case) {
				c.Reserved = guarantee.NewLedger([]movement.Reservation{{GRN: "24GB0000010000031", Amount: "500", Currency: "GBP"}})
			}
			s.send(s.simplified(set("Guarantee[1]/GuaranteeReference[1]/amountToBeCovered", "1000.5")))
			return s
		}
		registered := func(amount, currency string) func(string) (movement.Reservation, bool) {
			return func(grn string) (movement.Reservation, bool) {
				return movement.Reservation{GRN: grn, Amount: amount, Currency: currency}, true
			}
		}

		It("what is reserved and given back, and what is left of the balance", func() {
			s := journal(registered("9000", "GBP"))
			s.fire(office.AutoRelease)
			Expect(s.why()).To(ContainSubstring("note: 1000.50 GBP of guarantee 24GB0000010000031 reserved; 7499.50 GBP are left (released: "))
			must(s.act("arrive", nil))
			Expect(s.why()).To(ContainSubstring("note: 1000.50 GBP of guarantee 24GB0000010000031 given back; 8500.00 GBP are left (the movement is over: "))
		})

		It("that another currency does not count", func() {
			s := journal(registered("9000", "EUR"))
			s.fire(office.AutoRelease)
			Expect(s.why()).To(ContainSubstring("reserved; its balance in EUR stays as it is, because rates of exchange are not known"))
		})

		It("nothing of a balance that nobody knows", func() {
			s := journal(nil)
			s.fire(office.AutoRelease)
			Expect(s.why()).To(ContainSubstring("1000.50 GBP of guarantee 24GB0000010000031 reserved (released: "))
		})
	})
})
