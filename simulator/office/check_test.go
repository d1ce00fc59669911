package office_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

const foreignMRN = "26GB000246AL65TIJ5"

var _ = Describe("The checks of a message", func() {
	Describe("of its reference", func() {
		It("refuse an MRN that is not the movement's with error 90, before they look at the state", func() {
			for _, typ := range []string{"IE013", "IE014"} {
				s := newStory(message.Phase5, "trader-test")
				in(movement.Released)(s)
				foreign := set("TransitOperation/MRN", foreignMRN)
				if typ == "IE013" {
					s.send(s.amendment("0", foreign))
				} else {
					s.send(s.invalidation(foreign))
				}
				Expect(s.errors()).To(Equal([]string{"90 /CC" + typ[2:] + "C/TransitOperation/MRN N/A"}))
				Expect(s.why()).To(ContainSubstring("has the MRN " + s.m.MRN))
			}
		})

		It("refuse any MRN as long as the movement has none", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.AwaitingAcceptance)(s)
			s.send(s.invalidation(remove("TransitOperation/LRN"), set("TransitOperation/MRN", foreignMRN)))
			Expect(s.errors()).To(Equal([]string{"90 /CC014C/TransitOperation/MRN N/A"}))
			Expect(s.why()).To(ContainSubstring("has no MRN"))
		})

		It("refuse an MRN with a wrong check digit as a broken rule", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.Accepted)(s)
			s.send(s.invalidation(set("TransitOperation/MRN", "26GB000246AL65TIJ6")))
			Expect(s.errors()).To(Equal([]string{"14 /CC014C/TransitOperation/MRN R0028 26GB000246AL65TIJ6"}))
		})

		It("want the MRN as soon as there is one, and then no LRN (C0467)", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.Accepted)(s)
			s.send(s.invalidation(remove("TransitOperation/MRN"), set("TransitOperation/LRN", s.m.LRN)))
			Expect(s.errors()).To(Equal([]string{
				"13 /CC014C/TransitOperation/MRN C0467",
				"15 /CC014C/TransitOperation/LRN C0467 " + s.m.LRN,
			}))
			Expect(s.m.State).To(Equal(movement.Accepted))
		})

		It("refuse an LRN that is not the movement's with error 90", func() {
			s := newStory(message.Phase6, "trader-test")
			in(movement.PreLodged)(s)
			s.send(s.presentation(set("TransitOperation/LRN", "ANOTHER")))
			Expect(s.errors()).To(Equal([]string{"90 /CC170C/TransitOperation/LRN N/A ANOTHER"}))
		})
	})

	Describe("of a declaration", func() {
		It("refuse an LRN in use (14, BR20006)", func() {
			s := newStory(message.Phase5, "trader-test")
			s.lrnUse = true
			s.send(s.simplified(set("TransitOperation/LRN", "USED-1")))
			Expect(s.errors()).To(Equal([]string{"14 /CC015C/TransitOperation/LRN BR20006 USED-1"}))
			Expect(s.last.Emit[0].Content.Rejection).To(Equal("015"))
			Expect(s.m.State).To(Equal(movement.Rejected))
		})

		It("list what the rules find, told once, before the national check, and the registers between", func() {
			s := newStory(message.Phase5, "trader-test", func(o *office.Settings) {
				o.Rules = func(*message.Document, string) (office.Broken, error) {
					broken := func(reason string) office.BrokenRule {
						return office.BrokenRule{FunctionalError: compose.FunctionalError{Pointer: "/CC015C/x", Code: "14", Reason: reason}}
					}
					return office.Broken{Message: []office.BrokenRule{broken("R0001"), broken("R0001")}, Registered: []office.BrokenRule{broken("G0033")}}, nil
				}
			})
			s.lrnUse = true
			s.send(s.simplified())
			Expect(s.errors()).To(HaveLen(3))
			Expect(s.errors()[0]).To(ContainSubstring("R0001"))
			Expect(s.errors()[1]).To(ContainSubstring("G0033"))
			Expect(s.errors()[2]).To(ContainSubstring("BR20006"))
		})
	})

	Describe("of an amendment", func() {
		amend := func(p message.Phase, state movement.State, flag string, edits ...edit) *story {
			s := newStory(p, "trader-test")
			in(state)(s)
			s.send(s.amendment(flag, edits...))
			return s
		}

		It("let an amendment change what is not frozen, and make it the current declaration", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.Accepted)(s)
			before := s.m.Facts
			id := s.send(s.amendment("0",
				set("Consignment/DepartureTransportMeans[1]/identificationNumber", "NC16REG"),
				set("Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/descriptionOfGoods", "Something else")))
			Expect(s.errors()).To(BeEmpty())
			Expect(s.m.Facts.Declaration).To(Equal(id))
			Expect(s.m.Facts.Original).To(Equal(before.Original))
		})

		It("refuse flag 1 outside GUARANTEE_AMENDMENT", func() {
			for _, state := range []movement.State{movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted} {
				Expect(amend(message.Phase5, state, "1").errors()).To(Equal([]string{"14 /CC013C/TransitOperation/amendmentTypeFlag R0520 1"}), string(state))
			}
		})

		It("refuse flag 0 in GUARANTEE_AMENDMENT", func() {
			Expect(amend(message.Phase6, movement.GuaranteeAmendment, "0").errors()).To(Equal([]string{"14 /CC013C/TransitOperation/amendmentTypeFlag R0520 0"}))
		})

		DescribeTable("refuse a change of a frozen element (14, R0520):",
			func(e edit, want ...string) {
				s := amend(message.Phase5, movement.Accepted, "0", e)
				Expect(s.errors()).To(Equal(want))
				Expect(s.m.Facts.Declaration).To(Equal(s.m.Facts.Original))
			},
			Entry("declarationType", set("TransitOperation/declarationType", "T2"), "14 /CC013C/TransitOperation/declarationType R0520 T2"),
			Entry("additionalDeclarationType", set("TransitOperation/additionalDeclarationType", "D"), "14 /CC013C/TransitOperation/additionalDeclarationType R0520 D"),
			Entry("security", set("TransitOperation/security", "2"), "14 /CC013C/TransitOperation/security R0520 2"),
			Entry("office of departure", set("CustomsOfficeOfDeparture/referenceNumber", "GB000060"), "14 /CC013C/CustomsOfficeOfDeparture/referenceNumber R0520 GB000060"),
			Entry("holder", set("HolderOfTheTransitProcedure/identificationNumber", "GB656584207000"),
				"14 /CC013C/HolderOfTheTransitProcedure/identificationNumber R0520 GB656584207000"),
			Entry("an element of the holder that is missing", remove("HolderOfTheTransitProcedure/identificationNumber"),
				"14 /CC013C/HolderOfTheTransitProcedure/identificationNumber R0520"),
			Entry("a representative where there was none", func(b *message.Builder) {
				must(b.Set("Representative/identificationNumber", "GB656584207000"))
				must(b.Set("Representative/status", "2"))
			}, "14 /CC013C/Representative R0520"),
			Entry("several at once, in the order of the document", func(b *message.Builder) {
				must(b.Set("TransitOperation/security", "2"))
				must(b.Set("CustomsOfficeOfDeparture/referenceNumber", "GB000060"))
			}, "14 /CC013C/TransitOperation/security R0520 2", "14 /CC013C/CustomsOfficeOfDeparture/referenceNumber R0520 GB000060"),
		)

		const codePath = "Commodity/CommodityCode/harmonizedSystemSubHeadingCode"
		DescribeTable("refuse another commodity code for the same item (14, R0520):",
			func(p message.Phase, pointer string) {
				s := newStory(p, "trader-test")
				in(movement.AwaitingAcceptance)(s)
				s.send(s.amendment("0", set("Consignment/HouseConsignment[1]/ConsignmentItem[1]/"+codePath, "999999")))
				Expect(s.errors()).To(Equal([]string{"14 " + pointer + codePath + " R0520 999999"}))
			},
			Entry("phase 5", message.Phase5, "/CC013C/Consignment/HouseConsignment[1]/ConsignmentItem[1]/"),
			Entry("phase 6", message.Phase6, "/CC013C/Consignment/HouseConsignment[1]/ConsignmentItem[1]/"),
		)

		It("let items move, come and go with their codes", func() {
			s := newStory(message.Phase5, "trader-test")
			in(movement.AwaitingAcceptance)(s)
			const item = "Consignment/HouseConsignment[%d]/ConsignmentItem[1]/"
			s.send(s.amendment("0",
				set(fmt.Sprintf(item, 2)+"declarationGoodsItemNumber", "9"),
				set(fmt.Sprintf(item, 2)+codePath, "999999")))
			Expect(s.errors()).To(BeEmpty())
		})

		It("let an amendment of the guarantee change the guarantees alone", func() {
			s := amend(message.Phase5, movement.GuaranteeAmendment, "1", set("Guarantee[1]/GuaranteeReference[1]/GRN", "23GB0000010000058"))
			Expect(s.errors()).To(BeEmpty())
			s = amend(message.Phase5, movement.GuaranteeAmendment, "1",
				set("Guarantee[1]/GuaranteeReference[1]/GRN", "23GB0000010000058"),
				set("Consignment/grossMass", "1"),
				remove("Consignment/countryOfDestination"))
			Expect(s.errors()).To(Equal([]string{
				"14 /CC013C/Consignment/countryOfDestination R0520", "14 /CC013C/Consignment/grossMass R0520 1",
			}))
			Expect(s.m.State).To(Equal(movement.GuaranteeAmendment))
		})

		It("let an amendment of the guarantee repeat what was presented", func() {
			s := newStory(message.Phase6, "trader-test")
			s.send(s.prelodged("normal"))
			presented := s.presentation()
			s.send(presented)
			must(s.act("guarantee_invalid", nil))
			s.send(s.amendment("1", func(b *message.Builder) {
				_, err := b.Copy("Consignment/LocationOfGoods", presented, "Consignment/LocationOfGoods")
				must(err)
			}))
			Expect(s.errors()).To(BeEmpty(), s.why())
			Expect(s.emitted()).To(Equal("IE004"))
		})
	})

	It("tell the first twenty errors one by one and count the rest", func() {
		s := newStory(message.Phase5, "trader-test", func(o *office.Settings) {
			o.Rules = func(*message.Document, string) (found office.Broken, err error) {
				for i := 1; i <= 25; i++ {
					found.Message = append(found.Message, office.BrokenRule{FunctionalError: compose.FunctionalError{
						Pointer: fmt.Sprintf("/CC015C/Guarantee[1]/GuaranteeReference[%d]/GRN", i), Code: "14", Reason: "R0028",
					}})
				}
				return found, nil
			}
		})
		s.send(s.simplified())
		Expect(s.errors()).To(HaveLen(25))
		Expect(s.why()).To(ContainSubstring("GuaranteeReference[20]/GRN"))
		Expect(s.why()).NotTo(ContainSubstring("GuaranteeReference[21]/GRN"))
		Expect(s.why()).To(ContainSubstring("5 more errors in IE015"))
	})
})

var _ = Describe("The office", func() {
	It("leaves a message unanswered that no line of its tables takes, and says so", func() {
		s := newStory(message.Phase5, "fast")
		s.m.Kind = message.Arrival
		s.send(simtest.Edited(message.Phase5, "ie007-normal"))
		Expect(s.emitted()).To(BeEmpty())
		Expect(s.m.State).To(Equal(movement.Submitted))
		Expect(s.why()).To(ContainSubstring("no row of the process table takes it"))
		Expect(s.office.Actions(s.m)).To(BeEmpty())
	})

	It("ignores a timer that was stopped, paused or set anew before it could fire", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.Accepted)(s)
		for range 2 {
			must(s.happen(movement.Event{Kind: movement.EventTimer, Name: "auto_release"}))
			Expect(s.m.State).To(Equal(movement.Accepted))
			Expect(s.emitted()).To(BeEmpty())
			must(s.act("request_documents", nil))
		}
		must(s.happen(movement.Event{Kind: movement.EventTimer, Name: "presentation"}))
		Expect(s.why()).To(ContainSubstring("timer presentation is not due"))
	})

	It("cannot handle what is not an event of its kind", func() {
		s := newStory(message.Phase5, "trader-test")
		Expect(s.happen(movement.Event{Kind: movement.EventInject, Name: "IE028"})).To(MatchError(ContainSubstring(`no events of kind "inject"`)))
		Expect(s.happen(movement.Event{Kind: movement.EventMessage, Name: "IE015", Message: "gone"})).To(MatchError(ContainSubstring("the document of message gone is missing")))
	})

	It("writes down every step and the reason for it", func() {
		s := newStory(message.Phase5, "trader-test")
		s.send(s.simplified())
		Expect(s.why()).To(Equal("event: IE015 reached the office (the API has accepted it)\n" +
			"timer: timer auto_release started: 45m0s (process table: message IE015, ok, type A, simplifiedDeparture, gc ok: IE928, IE028; arm auto_release; to ACCEPTED)\n" +
			"note: MRN " + s.m.MRN + " allocated (year of acceptance, office of departure, random part of the seed, security letter (R0410), check digit)\n" +
			"transition: SUBMITTED to ACCEPTED (process table: message IE015, ok, type A, simplifiedDeparture, gc ok: IE928, IE028; arm auto_release; to ACCEPTED)\n"))
		for _, e := range s.last.Entries {
			Expect(e.Movement).To(Equal(s.m.ID))
			Expect(e.At).To(Equal(start))
		}
	})
})
