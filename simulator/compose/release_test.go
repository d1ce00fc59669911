package compose_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// without takes lines out that contain a text.
func without(lines []string, texts ...string) []string {
	var out []string
	for _, line := range lines {
		keep := true
		for _, t := range texts {
			keep = keep && !strings.Contains(line, t)
		}
		if keep {
			out = append(out, line)
		}
	}
	return out
}

var _ = Describe("The release for transit (IE029)", func() {
	It("copies the consignment completely, all levels, in order, with all numbers", func() {
		for _, p := range phases {
			for name, d := range declarations(p) {
				m := made(request("IE029", d))
				// What customs adds is names and addresses, and what the declaration may lack.
				added := []string{"=---", "/Address/country="}
				if strings.Contains(name, "prelodged") {
					added = append(added, "containerIndicator", "PlaceOfLoading")
				}
				Expect(without(leaves(m.Find("Consignment")[0]), added...)).To(
					Equal(without(leaves(d.Find("Consignment")[0]), append(added, "supplementaryUnits")...)), name)
			}
		}
	})

	It("copies authorisations, offices and guarantees with their numbers", func() {
		for _, p := range phases {
			for name, d := range declarations(p) {
				m := made(request("IE029", d))
				for _, group := range []string{
					"Authorisation", "CustomsOfficeOfDeparture", "CustomsOfficeOfDestinationDeclared",
					"CustomsOfficeOfTransitDeclared", "CustomsOfficeOfExitForTransitDeclared", "Guarantee",
				} {
					var want, got []string
					for _, n := range d.Find(group) {
						want = append(want, without(leaves(n), "accessCode")...)
					}
					for _, n := range m.Find(group) {
						got = append(got, without(leaves(n), "accessCode")...)
					}
					Expect(got).To(Equal(want), name+" "+group)
				}
			}
		}
	})

	It("never renumbers, whatever numbers the trader used", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Consignment/HouseConsignment[1]/sequenceNumber":                                "7",
			"Consignment/HouseConsignment[2]/ConsignmentItem[1]/goodsItemNumber":            "40",
			"Consignment/HouseConsignment[2]/ConsignmentItem[1]/declarationGoodsItemNumber": "1999",
			"Guarantee/sequenceNumber":                                                      "9",
		})
		m := made(request("IE029", d))
		Expect(m.Get("Consignment/HouseConsignment[1]/sequenceNumber")).To(Equal("7"))
		Expect(m.Get("Consignment/HouseConsignment[2]/ConsignmentItem[1]/goodsItemNumber")).To(Equal("40"))
		Expect(m.Get("Consignment/HouseConsignment[2]/ConsignmentItem[1]/declarationGoodsItemNumber")).To(Equal("1999"))
		Expect(m.Get("Guarantee/sequenceNumber")).To(Equal("9"))
	})

	It("echoes numbers as the trader wrote them", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Consignment/grossMass": "1842.750000", "Guarantee/GuaranteeReference/amountToBeCovered": "9600",
		})
		m := made(request("IE029", d))
		Expect(m.Get("Consignment/grossMass")).To(Equal("1842.750000"))
		Expect(m.Get("Guarantee/GuaranteeReference/amountToBeCovered")).To(Equal("9600"))
	})

	It("does not take white space around a value for part of it", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Consignment/grossMass": "\n   1842.75\t", "TransitOperation/declarationType": " T1 ",
			"Representative/identificationNumber": "GB1", "Representative/status": " 2",
			"Representative/ContactPerson/name": "R", "Representative/ContactPerson/phoneNumber": "\n" + strings.Repeat(" ", 40) + "0123",
		})
		m := made(request("IE029", d))
		Expect(m.Find("Consignment/grossMass")[0].Text).To(Equal("1842.75"))
		Expect(m.Find("Representative/ContactPerson/phoneNumber")[0].Text).To(Equal("0123"))
	})

	It("adds the references and the dates, and keeps the rest of the operation as declared", func() {
		d := edited(fixture(message.Phase6, "ie015-normal-gb-xi"), map[string]string{
			"TransitOperation/specificCircumstanceIndicator": "XXX", "TransitOperation/communicationLanguageAtDeparture": "EN",
			"TransitOperation/presentationOfTheGoodsDateAndTime": "2026-04-22T08:00:00", "TransitOperation/limitDate": "2026-04-30",
			"TransitOperation/security": "2",
		})
		r := request("IE029", d)
		Expect(leaves(made(r).Find("TransitOperation")[0])).To(Equal([]string{
			"TransitOperation/LRN=BR-MIXED-26-014", "TransitOperation/MRN=" + r.Movement.MRN,
			"TransitOperation/declarationType=T1", "TransitOperation/additionalDeclarationType=A",
			"TransitOperation/declarationAcceptanceDate=2026-04-21", "TransitOperation/releaseDate=2026-04-21",
			"TransitOperation/security=2", "TransitOperation/reducedDatasetIndicator=0",
			"TransitOperation/specificCircumstanceIndicator=XXX", "TransitOperation/communicationLanguageAtDeparture=EN",
			"TransitOperation/bindingItinerary=0",
		}))
		Expect(r.Movement.MRN[16:17]).To(Equal("K"))
	})

	It("drops the supplementary units without a word", func() {
		const units = "Consignment/HouseConsignment[1]/ConsignmentItem/Commodity/GoodsMeasure/supplementaryUnits"
		out := composed(request("IE029", edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{units: "12"})))
		Expect(out.Document.Has(units)).To(BeFalse())
		Expect(out.Warnings).To(BeEmpty())
	})

	It("repeats the amended declaration under the LRN and MRN of the movement", func() {
		for _, p := range phases {
			r := request("IE029", fixture(p, "ie015-normal-gb-xi"))
			r.Declaration = fixture(p, "ie013-amendment")
			m := made(r)
			Expect(m.Get("Consignment/grossMass")).To(Equal(r.Declaration.Get("Consignment/grossMass")))
			Expect(m.Get("Consignment/grossMass")).NotTo(Equal(r.Original.Get("Consignment/grossMass")))
			Expect(m.Get("TransitOperation/LRN")).To(Equal(r.Movement.LRN))
			Expect(m.Get("TransitOperation/MRN")).To(Equal(r.Movement.MRN))
			Expect(m.Get("messageRecipient")).To(Equal(r.Original.Get("messageSender")))
		}
	})

	It("carries no warning for any sample declaration", func() {
		for _, p := range phases {
			for name, d := range declarations(p) {
				Expect(composed(request("IE029", d)).Warnings).To(BeEmpty(), name)
			}
		}
	})
})

var _ = Describe("The control result of the IE029", func() {
	control := func(r compose.Request) []string {
		GinkgoHelper()
		return leaves(made(r).Find("ControlResult")[0])
	}
	result := func(code, date, by string, text ...string) []string {
		out := []string{"ControlResult/code=" + code, "ControlResult/date=" + date, "ControlResult/controlledBy=" + by}
		for _, t := range text {
			out = append(out, "ControlResult/text="+t)
		}
		return out
	}

	It("is A3 with the limit date for the simplified procedure, in the words of the phase", func() {
		for p, text := range map[message.Phase]string{message.Phase5: "Simplified procedure", message.Phase6: "NA"} {
			d := edited(fixture(p, "ie015-simplified-gb-xi"), map[string]string{"TransitOperation/limitDate": "2026-05-01"})
			Expect(control(request("IE029", d))).To(Equal(result("A3", "2026-05-01", "N/A", text)))
		}
	})

	It("is A2 for the normal procedure without a control, with a limit 14 days ahead", func() {
		Expect(control(request("IE029", fixture(message.Phase5, "ie015-normal-gb-xi")))).To(Equal(result("A2", "2026-05-05", "N/A")))
	})

	It("is A1 after a control, whatever the procedure", func() {
		for _, name := range []string{"ie015-simplified-gb-xi", "ie015-normal-gb-xi"} {
			r := request("IE029", fixture(message.Phase5, name))
			r.Movement.Facts.Controlled = true
			Expect(control(r)[0]).To(Equal("ControlResult/code=A1"))
			Expect(control(r)[2]).To(Equal("ControlResult/controlledBy=GB000246"))
		}
	})

	It("is never A3 under TIR (R0912)", func() {
		d := edited(fixture(message.Phase5, "ie015-tir-xi"), map[string]string{
			"Authorisation/sequenceNumber": "1", "Authorisation/type": "C521", "Authorisation/referenceNumber": "X",
		})
		Expect(control(request("IE029", d))[0]).To(Equal("ControlResult/code=A2"))
	})

	It("is not A3 for other authorisations than C521 (R0910)", func() {
		d := edited(fixture(message.Phase5, "ie015-simplified-gb-xi"), map[string]string{"Authorisation[1]/type": "C523"})
		Expect(control(request("IE029", d))[0]).To(Equal("ControlResult/code=A2"))
	})

	It("is what the officer says, where they say something", func() {
		r := request("IE029", fixture(message.Phase5, "ie015-simplified-gb-xi"))
		r.Content.ControlResult = &compose.ControlResult{Code: "A1", Date: "2026-06-01", By: "Officer Dibble", Text: "All well"}
		Expect(control(r)).To(Equal(result("A1", "2026-06-01", "Officer Dibble", "All well")))
		r.Content.ControlResult = &compose.ControlResult{Date: "2026-06-01"}
		Expect(control(r)).To(Equal(result("A3", "2026-06-01", "N/A", "Simplified procedure")))
	})

	It("takes the limit date of the IE170 over the declared one", func() {
		r := request("IE029", edited(fixture(message.Phase6, "ie015-prelodged-simplified-gb-xi"), map[string]string{"TransitOperation/limitDate": "2026-04-22"}))
		r.Presentation = fixture(message.Phase6, "ie170-presentation")
		Expect(control(r)[1]).To(Equal("ControlResult/date=2026-04-29"))
		r.Presentation = edited(r.Presentation, nil, "TransitOperation/limitDate")
		Expect(control(r)[1]).To(Equal("ControlResult/date=2026-04-22"))
	})
})

var _ = Describe("The guarantees of the IE029", func() {
	It("show the access code in phase 5 and mask it in phase 6", func() {
		for p, want := range map[message.Phase]string{message.Phase5: "AC01", message.Phase6: "****"} {
			Expect(made(request("IE029", fixture(p, "ie015-normal-gb-xi"))).Get("Guarantee/GuaranteeReference/accessCode")).To(Equal(want))
		}
	})

	It("mask nothing where there is no access code", func() {
		d := edited(fixture(message.Phase6, "ie015-normal-gb-xi"), nil, "Guarantee/GuaranteeReference/accessCode")
		Expect(made(request("IE029", d)).Has("Guarantee/GuaranteeReference/accessCode")).To(BeFalse())
	})

	const amount, currency = "Guarantee/GuaranteeReference/amountToBeCovered", "Guarantee/GuaranteeReference/currency"

	DescribeTable("cover the default amount when none was declared", func(options compose.Options, wantAmount, wantCurrency string, removed ...string) {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), nil, removed...)
		out, err := compose.New(catalogue, options).Compose(request("IE029", d))
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Document.Get(amount)).To(Equal(wantAmount))
		Expect(out.Document.Get(currency)).To(Equal(wantCurrency))
	},
		Entry("EUR 10,000", compose.Options{}, "10000.00", "EUR", amount, currency),
		Entry("as configured", compose.Options{DefaultAmount: "8500.00", DefaultCurrency: "GBP"}, "8500.00", "GBP", amount, currency),
		Entry("and its currency when only the amount is missing", compose.Options{}, "10000.00", "EUR", amount),
		Entry("not when only the currency is missing", compose.Options{}, "9600.00", "EUR", currency),
	)

	It("take their type from the IE015 when an IE013 left it out", func() {
		r := request("IE029", fixture(message.Phase5, "ie015-normal-gb-xi"))
		r.Declaration = edited(fixture(message.Phase5, "ie013-amendment"), nil, "Guarantee/guaranteeType")
		Expect(made(r).Get("Guarantee/guaranteeType")).To(Equal("1"))
		r.Original = edited(r.Original, map[string]string{"Guarantee/guaranteeType": "9"})
		Expect(composed(r).Warnings).To(BeEmpty())
		Expect(made(r).Get("Guarantee/guaranteeType")).To(Equal("9"))
	})

	It("are comprehensive, or a carnet under TIR, when an IE013 brings one without a type", func() {
		for kind, name := range map[string]string{"1": "ie015-normal-xi-gb", "B": "ie015-tir-xi"} {
			r := request("IE029", fixture(message.Phase5, name))
			r.Declaration = edited(amendment(r.Original), map[string]string{"Guarantee[1]/sequenceNumber": "5"}, "Guarantee/guaranteeType")
			out := composed(r)
			Expect(out.Document.Get("Guarantee/guaranteeType")).To(Equal(kind))
			Expect(out.Warnings).To(ConsistOf("Guarantee[1]/guaranteeType was not declared and is given as " + kind))
		}
	})
})

var _ = Describe("What an IE029 needs and a declaration may lack", func() {
	It("is container indicator 0", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), nil, "Consignment/containerIndicator")
		Expect(made(request("IE029", d)).Get("Consignment/containerIndicator")).To(Equal("0"))
	})

	It("is the country of departure as place of loading, in phase 6 only", func() {
		for p, want := range map[message.Phase]string{message.Phase5: "", message.Phase6: "XI"} {
			d := edited(fixture(p, "ie015-normal-xi-gb"), nil, "Consignment/PlaceOfLoading")
			Expect(made(request("IE029", d)).Get("Consignment/PlaceOfLoading/country")).To(Equal(want), p.Dir())
		}
	})

	It("is a gross mass of 0 for an item that has none, with a warning", func() {
		const mass = "Consignment/HouseConsignment[2]/ConsignmentItem[1]/Commodity/GoodsMeasure/grossMass"
		out := composed(request("IE029", edited(fixture(message.Phase5, "ie015-normal-gb-xi"), nil, mass)))
		Expect(out.Document.Get(mass)).To(Equal("0"))
		Expect(out.Warnings).To(ConsistOf("the gross mass of 1 items was not declared and is given as 0"))
	})

	It("is a complete transport means: an incomplete one is left out, with a warning", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Consignment/DepartureTransportMeans[2]/sequenceNumber":          "2",
			"Consignment/DepartureTransportMeans[3]/sequenceNumber":          "3",
			"Consignment/DepartureTransportMeans[3]/typeOfIdentification":    "30",
			"Consignment/DepartureTransportMeans[3]/identificationNumber":    "TRAILER",
			"Consignment/DepartureTransportMeans[3]/nationality":             "GB",
			"Consignment/DepartureTransportMeans[4]/sequenceNumber":          "4",
			"Consignment/DepartureTransportMeans[4]/typeOfIdentification":    "30",
			"Consignment/ActiveBorderTransportMeans[1]/sequenceNumber":       "1",
			"Consignment/ActiveBorderTransportMeans[1]/typeOfIdentification": "30",
			"Consignment/ActiveBorderTransportMeans[1]/identificationNumber": "FERRY",
			"Consignment/ActiveBorderTransportMeans[1]/nationality":          "GB",
		})
		out := composed(request("IE029", d))
		var kept []string
		for _, n := range out.Document.Find("Consignment/DepartureTransportMeans/identificationNumber") {
			kept = append(kept, n.Text)
		}
		Expect(kept).To(Equal([]string{"PX22BRG", "TRAILER"}))
		Expect(out.Document.Get("Consignment/DepartureTransportMeans[2]/sequenceNumber")).To(Equal("3"))
		Expect(out.Document.Has("Consignment/ActiveBorderTransportMeans")).To(BeFalse())
		Expect(out.Warnings).To(ConsistOf(
			"Consignment/ActiveBorderTransportMeans[1] was left out, as it has no customsOfficeAtBorderReferenceNumber",
			"Consignment/DepartureTransportMeans[4] was left out, as it has no nationality",
			"Consignment/DepartureTransportMeans[2] was left out, as it has no nationality",
		))
	})
})

var _ = Describe("The IE170 of a pre-lodged declaration", func() {
	It("supplies what the declaration lacks", func() {
		for _, p := range phases {
			r := request("IE029", fixture(p, "ie015-prelodged-simplified-gb-xi"))
			r.Presentation = fixture(p, "ie170-presentation")
			m := made(r)
			for _, path := range []string{
				"Consignment/containerIndicator", "Consignment/LocationOfGoods/authorisationNumber",
				"Consignment/DepartureTransportMeans/identificationNumber", "Consignment/PlaceOfLoading/UNLocode",
			} {
				Expect(m.Get(path)).To(Equal(r.Presentation.Get(path)), path)
			}
			Expect(m.Get("TransitOperation/additionalDeclarationType")).To(Equal("D"))
		}
	})

	It("overrides what was declared, and leaves alone what it does not speak of", func() {
		r := request("IE029", edited(fixture(message.Phase6, "ie015-simplified-gb-xi"), map[string]string{"Consignment/containerIndicator": "1"}))
		r.Presentation = edited(fixture(message.Phase6, "ie170-presentation"), map[string]string{
			"Consignment/containerIndicator": "0", "Consignment/inlandModeOfTransport": "2",
			"Consignment/DepartureTransportMeans/identificationNumber": "NEWVAN",
		}, "Consignment/PlaceOfLoading")
		m := made(r)
		Expect(m.Get("Consignment/containerIndicator")).To(Equal("0"))
		Expect(m.Get("Consignment/inlandModeOfTransport")).To(Equal("2"))
		Expect(m.Get("Consignment/DepartureTransportMeans/identificationNumber")).To(Equal("NEWVAN"))
		Expect(m.Get("Consignment/PlaceOfLoading/UNLocode")).To(Equal(r.Original.Get("Consignment/PlaceOfLoading/UNLocode")))
		Expect(m.Find("Consignment/TransportEquipment")).To(HaveLen(len(r.Original.Find("Consignment/TransportEquipment"))))
	})

	It("gives the houses their departure transport means by sequence number", func() {
		r := request("IE029", edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Consignment/HouseConsignment[1]/sequenceNumber": "2", "Consignment/HouseConsignment[2]/sequenceNumber": "1",
		}))
		means := func(house, plate string) map[string]string {
			at := "Consignment/HouseConsignment[" + house + "]/"
			return map[string]string{
				at + "sequenceNumber": house, at + "DepartureTransportMeans/sequenceNumber": "1",
				at + "DepartureTransportMeans/typeOfIdentification": "30", at + "DepartureTransportMeans/identificationNumber": plate,
				at + "DepartureTransportMeans/nationality": "GB",
			}
		}
		r.Presentation = edited(fixture(message.Phase5, "ie170-presentation"), means("1", "ONE"))
		r.Presentation = edited(r.Presentation, means("2", "TWO"))
		r.Presentation = edited(r.Presentation, means("3", "NONE"))
		out := composed(r)
		Expect(out.Document.Get("Consignment/HouseConsignment[1]/DepartureTransportMeans/identificationNumber")).To(Equal("TWO"))
		Expect(out.Document.Get("Consignment/HouseConsignment[2]/DepartureTransportMeans/identificationNumber")).To(Equal("ONE"))
		Expect(out.Document.Find("Consignment/HouseConsignment")).To(HaveLen(2))
		Expect(out.Warnings).To(ConsistOf("the IE170 speaks of house consignment 3, which was not declared"))
	})
})

// leaves are all texts of a subtree with their paths, in order.
func leaves(n *xmltree.Node) []string {
	if len(n.Children) == 0 {
		return []string{n.Name + "=" + n.Text}
	}
	var out []string
	for _, c := range n.Children {
		for _, below := range leaves(c) {
			out = append(out, n.Name+"/"+below)
		}
	}
	return out
}
