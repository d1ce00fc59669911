package office_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
)

// ruled lets an office have rules that nothing breaks, so that what it checks itself is checked.
func ruled(s *office.Settings) {
	s.Rules = func(*message.Document, string) (office.Broken, error) { return office.Broken{}, nil }
}

var _ = Describe("A presentation (IE170) beside its declaration", func() {
	presented := func(p message.Phase, procedure string, declared, said []edit, change ...func(*office.Settings)) *story {
		s := newStory(p, "trader-test", append(change, ruled)...)
		s.send(s.prelodged(procedure, declared...))
		s.send(s.presentation(said...))
		return s
	}
	security := set("TransitOperation/security", "1")
	bordered := []edit{
		set("Consignment/modeOfTransportAtTheBorder", "1"),
		set("Consignment/ActiveBorderTransportMeans[1]/sequenceNumber", "1"),
		set("Consignment/ActiveBorderTransportMeans[1]/conveyanceReferenceNumber", "CX1"),
	}
	both := func(a []edit, more ...edit) []edit { return append(append([]edit{}, a...), more...) }
	byAir := set("Consignment/modeOfTransportAtTheBorder", "4")
	means := set("Consignment/HouseConsignment[1]/DepartureTransportMeans[1]/sequenceNumber", "1")

	DescribeTable("is refused for", func(procedure string, declared, said []edit, errors ...string) {
		for _, p := range []message.Phase{message.Phase5, message.Phase6} {
			s := presented(p, procedure, declared, said)
			Expect(s.errors()).To(Equal(errors), "phase "+p.String()+s.why())
			Expect(s.m.State).To(Equal(movement.PreLodged))
		}
	},
		Entry("a limit date without authorised consignor (C0840)", "normal", nil, []edit{set("TransitOperation/limitDate", "2026-03-09")},
			"15 /CC170C/TransitOperation/limitDate C0840 2026-03-09"),
		Entry("no limit date in either (C0840)", "simplified", []edit{remove("TransitOperation/limitDate")}, []edit{remove("TransitOperation/limitDate")},
			"13 /CC170C/TransitOperation/limitDate C0840"),
		Entry("no container indicator in either (C0824)", "simplified", []edit{remove("Consignment/containerIndicator")}, []edit{remove("Consignment/containerIndicator")},
			"13 /CC170C/Consignment/containerIndicator C0824"),
		Entry("an inland mode of transport with the reduced dataset (C0170)", "simplified", []edit{set("TransitOperation/reducedDatasetIndicator", "1")},
			[]edit{set("Consignment/inlandModeOfTransport", "3")}, "15 /CC170C/Consignment/inlandModeOfTransport C0170 3"),
		Entry("no mode of transport at the border with security (C0600)", "simplified", []edit{security}, both(bordered, remove("Consignment/modeOfTransportAtTheBorder")),
			"13 /CC170C/Consignment/modeOfTransportAtTheBorder C0600"),
		Entry("no means of transport at the border in either with security (C0807)", "simplified", []edit{security, remove("Consignment/ActiveBorderTransportMeans")},
			[]edit{set("Consignment/modeOfTransportAtTheBorder", "1")}, "13 /CC170C/Consignment/ActiveBorderTransportMeans C0807"),
		Entry("means of transport at the border that the declared mode does not have (C0807)", "simplified",
			[]edit{set("Consignment/modeOfTransportAtTheBorder", "5")}, both(bordered, remove("Consignment/modeOfTransportAtTheBorder")),
			"15 /CC170C/Consignment/ActiveBorderTransportMeans[1] C0807"),
		Entry("no reference of the flight with security (C0808)", "simplified", []edit{security},
			both(bordered, byAir, remove("Consignment/ActiveBorderTransportMeans[1]/conveyanceReferenceNumber")),
			"13 /CC170C/Consignment/ActiveBorderTransportMeans[1]/conveyanceReferenceNumber C0808"),
		Entry("two means of transport at the border without an office of transit (R0790)", "simplified", []edit{remove("CustomsOfficeOfTransitDeclared")},
			both(bordered, set("Consignment/ActiveBorderTransportMeans[2]/sequenceNumber", "2")), "14 /CC170C/Consignment/ActiveBorderTransportMeans[2] R0790"),
		Entry("means of departure that the declared inland mode does not have (C0833)", "simplified", []edit{set("Consignment/inlandModeOfTransport", "5")},
			[]edit{remove("Consignment/inlandModeOfTransport"), means},
			"15 /CC170C/Consignment/DepartureTransportMeans[1] C0833", "15 /CC170C/Consignment/HouseConsignment[1]/DepartureTransportMeans[1] C0833"),
		Entry("means of departure of a house beside those of all, if none was declared (C0833)", "simplified", []edit{remove("Consignment/DepartureTransportMeans")},
			[]edit{means}, "15 /CC170C/Consignment/HouseConsignment[1]/DepartureTransportMeans[1] C0833"),
	)

	DescribeTable("is taken", func(procedure string, declared, said []edit, change ...func(*office.Settings)) {
		for _, p := range []message.Phase{message.Phase5, message.Phase6} {
			Expect(presented(p, procedure, declared, said, change...).errors()).To(BeEmpty())
		}
	},
		Entry("as the fixtures have it, simplified", "simplified", nil, nil),
		Entry("as the fixtures have it, normal", "normal", nil, nil),
		Entry("with security and all that it needs", "simplified", []edit{security}, both(bordered, byAir)),
		Entry("without the rule that is switched off", "normal", nil, []edit{set("TransitOperation/limitDate", "2026-03-09")},
			func(s *office.Settings) { s.RulesOff = []string{"C0840"} }),
	)

	It("repeats the means of transport at the border in phase 5 even when they were declared, and need not in phase 6 (C0807)", func() {
		declared := both(bordered, security)
		said := []edit{set("Consignment/modeOfTransportAtTheBorder", "1")}
		Expect(presented(message.Phase5, "simplified", declared, said).errors()).To(Equal([]string{"13 /CC170C/Consignment/ActiveBorderTransportMeans C0807"}))
		Expect(presented(message.Phase6, "simplified", declared, said).errors()).To(BeEmpty())
	})

	It("is not compared by an office without rules", func() {
		s := newStory(message.Phase5, "trader-test")
		s.send(s.prelodged("normal"))
		s.send(s.presentation(set("TransitOperation/limitDate", "2026-03-09")))
		Expect(s.errors()).To(BeEmpty())
	})
})

var _ = Describe("Numbers in unloading remarks (R0054, R0055)", func() {
	item := "Consignment/HouseConsignment[1]/ConsignmentItem[1]/"
	judged := func(p message.Phase, edits ...edit) []string {
		t := newTransit(p, "trader-test", ruled).arrivedIn(movement.UnloadingPermitted)
		must(t.remarks(append([]edit{
			set("UnloadingRemark/conform", "0"), set("Consignment/HouseConsignment[1]/sequenceNumber", "1"),
			set(item+"goodsItemNumber", "1"), set(item+"declarationGoodsItemNumber", "1"),
		}, edits...)...))
		return t.arrival.errors()
	}

	DescribeTable("are those of the permission, or the next ones", func(edits []edit, errors ...string) {
		for _, p := range []message.Phase{message.Phase5, message.Phase6} {
			Expect(judged(p, edits...)).To(Equal(append([]string{}, errors...)))
		}
	},
		Entry("of what was shown", nil),
		Entry("of new seals", []edit{
			set("Consignment/TransportEquipment[1]/sequenceNumber", "1"),
			set("Consignment/TransportEquipment[1]/Seal[1]/sequenceNumber", "3"), set("Consignment/TransportEquipment[1]/Seal[2]/sequenceNumber", "4"),
		}),
		Entry("of new equipment with its first seal", []edit{
			set("Consignment/TransportEquipment[1]/sequenceNumber", "2"), set("Consignment/TransportEquipment[1]/Seal[1]/sequenceNumber", "1"),
		}),
		Entry("of new equipment that leaves one out", []edit{set("Consignment/TransportEquipment[1]/sequenceNumber", "3")},
			"14 /CC044C/Consignment/TransportEquipment[1]/sequenceNumber R0054 3"),
		Entry("of a seal behind the next", []edit{
			set("Consignment/TransportEquipment[1]/sequenceNumber", "1"), set("Consignment/TransportEquipment[1]/Seal[1]/sequenceNumber", "4"),
		}, "14 /CC044C/Consignment/TransportEquipment[1]/Seal[1]/sequenceNumber R0054 4"),
		Entry("of packages nobody declared", []edit{set(item+"Packaging[1]/sequenceNumber", "9")},
			"14 /CC044C/"+item+"Packaging[1]/sequenceNumber R0054 9"),
		Entry("of an item nobody declared", []edit{set(item+"goodsItemNumber", "8"), set(item+"declarationGoodsItemNumber", "9")},
			"14 /CC044C/"+item+"goodsItemNumber R0055 8", "14 /CC044C/"+item+"declarationGoodsItemNumber R0055 9"),
		Entry("of a new item", []edit{set(item+"goodsItemNumber", "3"), set(item+"declarationGoodsItemNumber", "3")}),
	)
})
