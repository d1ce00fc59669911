package compose_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

const (
	destination = "CustomsOfficeOfDestinationActual"
	trader      = "TraderAtDestination"
	house       = "Consignment/HouseConsignment"
)

// goods is what the arrivals of these specs are about: a departure, and the messages of the trader who gets it.
type goods struct {
	declaration, presentation *message.Document
	departure                 *movement.Movement
	notification, remarks     *message.Document
}

// goodsOf lets a declaration arrive, by default in the phase it was made in.
func goodsOf(d *message.Document, p ...message.Phase) *goods {
	GinkgoHelper()
	departure := movementOf(d)
	at := append(p, d.Phase)[0]
	return &goods{
		declaration: d, departure: &departure,
		notification: edited(fixture(at, "ie007-simplified"), map[string]string{"TransitOperation/MRN": departure.MRN}),
		remarks:      edited(fixture(at, "ie044-discrepancies"), map[string]string{"TransitOperation/MRN": departure.MRN}),
	}
}

// request asks for a message of the arrival.
func (g *goods) request(code string) compose.Request {
	n := g.notification
	return compose.Request{
		Type: code, Original: n, Declaration: g.declaration, Presentation: g.presentation, Departure: g.departure,
		Now: later, Stream: stream(code, "arrival"),
		Movement: movement.Movement{
			ID: "fedcba9876543210", Kind: message.Arrival, Phase: n.Phase, MRN: n.Get("TransitOperation/MRN"), Sender: n.Get("messageSender"),
			Office: n.Get(destination + "/referenceNumber"), MovementEORI: n.Get(trader + "/identificationNumber"),
		},
	}
}

// answering asks for a message that answers one of the trader's.
func (g *goods) answering(code string, answered *message.Document) compose.Request {
	r := g.request(code)
	r.Answered = answered
	return r
}

// permitted adds the unloading permission to a request.
func (g *goods) permitted(r compose.Request) compose.Request {
	GinkgoHelper()
	r.Permission = made(g.request("IE043"))
	return r
}

func partial(indicator string, houses ...compose.ReleasedHouse) compose.Content {
	return compose.Content{ReleaseIndicator: indicator, Houses: houses}
}

// arrivalStories are requests as they come up in the life of an arrival.
var arrivalStories = []struct {
	name    string
	request func(*goods) compose.Request
}{
	{"ie043", func(g *goods) compose.Request { return g.request("IE043") }},
	{"ie043-after-incidents", func(g *goods) compose.Request {
		g.departure.Facts.Incidents = []movement.Incident{
			{At: accepted.Add(time.Hour)}, {Code: "2", Text: "Seal lost", Office: "XI000142", At: accepted.Add(2 * time.Hour)},
		}
		return g.request("IE043")
	}},
	{"ie043-continued", func(g *goods) compose.Request {
		r := g.permitted(g.request("IE043"))
		r.Content.ContinueUnloading = 2
		return r
	}},
	{"ie025", func(g *goods) compose.Request { return g.answering("IE025", g.remarks) }},
	{"ie025-normal", func(g *goods) compose.Request { return g.answering("IE025", g.notification) }},
	{"ie025-withheld", func(g *goods) compose.Request {
		r := g.answering("IE025", g.remarks)
		r.Content.ReleaseIndicator = "4"
		return r
	}},
	{"ie025-partial", func(g *goods) compose.Request {
		r := g.permitted(g.answering("IE025", g.remarks))
		r.Content = partial("2")
		return r
	}},
	{"ie025-residual", func(g *goods) compose.Request {
		r := g.permitted(g.answering("IE025", g.remarks))
		r.Content = partial("3")
		return r
	}},
	{"ie057", func(g *goods) compose.Request {
		r := g.answering("IE057", g.notification)
		r.Content.Errors = []compose.FunctionalError{{Pointer: "/CC007C", Code: "92", Reason: "N/A"}}
		return r
	}},
	{"ie057-remarks", func(g *goods) compose.Request {
		r := g.answering("IE057", edited(g.remarks, nil, "UnloadingRemark/stateOfSeals"))
		r.Content.Errors = []compose.FunctionalError{{Pointer: "/CC044C/UnloadingRemark/stateOfSeals", Code: "13", Reason: "C0440"}}
		return r
	}},
	{"ie057-by-officer", func(g *goods) compose.Request {
		r := g.answering("IE057", g.notification)
		r.Content = compose.Content{RejectionCode: "4", RejectionReason: "Goods not presented"}
		return r
	}},
	{"ie906", func(g *goods) compose.Request { return g.answering("IE906", g.notification) }},
	{"ie917", func(g *goods) compose.Request { return g.answering("IE917", g.notification) }},
}

var _ = Describe("The messages of an arrival", func() {
	for _, p := range phases {
		for _, declaration := range []string{"ie015-simplified-gb-xi", "ie015-two-houses-normal-gb-xi"} {
			for _, s := range arrivalStories {
				name := p.Dir() + "-" + declaration[len("ie015-"):] + "-" + s.name
				It("are as written down: "+name, func() {
					out := composed(s.request(goodsOf(fixture(p, declaration))))
					golden(name, indented(out.Document.Root, 0))
					Expect(out.Warnings).To(BeEmpty())
				})
			}
		}
	}

	It("fit together for every sample declaration, whatever the phases of the two sides", func() {
		for _, there := range phases {
			for name, d := range declarations(there) {
				for _, here := range phases {
					g := goodsOf(d, here)
					story := composetest.Arrival{Declaration: d, Sent: []*message.Document{g.notification, g.remarks}}
					for _, s := range arrivalStories {
						story.Received = append(story.Received, made(s.request(g)))
					}
					story.Received = slices.DeleteFunc(story.Received, func(m *message.Document) bool {
						return m.Type.Code == "IE906" || m.Type.Code == "IE917"
					})
					// The same request gives the same identification; here they are meant to follow each other.
					for i, m := range story.Received {
						story.Received[i] = edited(m, map[string]string{"messageIdentification": fmt.Sprintf("ARRIVAL%07d", i)})
					}
					Expect(story.Faults()).To(BeEmpty(), name)
				}
			}
		}
	})
})

var _ = Describe("The first unloading permission (IE043)", func() {
	It("shows the declaration without what it is to leave out", func() {
		gone := []string{
			"countryOfDispatch", "modeOfTransportAtTheBorder", "Carrier", "ContactPerson", "AdditionalSupplyChainActor", "LocationOfGoods",
			"ActiveBorderTransportMeans", "PlaceOfLoading", "PlaceOfUnloading", "TransportCharges", "documentLineItemNumber", "supplementaryUnits",
		}
		for _, p := range phases {
			onlyPhase5 := []string{"referenceNumberUCR", "CountryOfRoutingOfConsignment"}
			for name, d := range declarations(p) {
				m := made(goodsOf(d).request("IE043"))
				for _, path := range outline(m.Root) {
					last := path[strings.LastIndexByte(path, '/')+1:]
					Expect(gone).NotTo(ContainElement(last), name)
					if p == message.Phase5 {
						Expect(onlyPhase5).NotTo(ContainElement(last), name)
					}
				}
			}
			m := made(goodsOf(fixture(p, "ie015-simplified-gb-xi")).request("IE043"))
			Expect(m.Get("Consignment/referenceNumberUCR") != "").To(Equal(p == message.Phase6))
		}
	})

	It("leaves out of the previous documents of items what it has no place for", func() {
		const document = house + "[1]/ConsignmentItem[1]/PreviousDocument[1]/"
		for _, p := range phases {
			d := edited(fixture(p, "ie015-simplified-gb-xi"), map[string]string{
				document + "sequenceNumber": "1", document + "type": "N830", document + "referenceNumber": "X1",
				document + "goodsItemNumber": "3", document + "typeOfPackages": "BX", document + "numberOfPackages": "2",
				document + "measurementUnitAndQualifier": "KGM", document + "quantity": "7",
			})
			m := made(goodsOf(d).request("IE043"))
			Expect(m.Get(document + "goodsItemNumber")).To(Equal("3"))
			for _, gone := range []string{"typeOfPackages", "numberOfPackages", "measurementUnitAndQualifier", "quantity"} {
				Expect(m.Has(document+gone)).To(BeFalse(), gone)
			}
		}
	})

	It("comes from the side of the actual office of destination and goes to who reported the arrival", func() {
		m := made(goodsOf(fixture(message.Phase5, "ie015-simplified-gb-xi")).request("IE043"))
		Expect(m.Get("messageSender")).To(Equal("NTA.XI"))
		Expect(m.Get("messageRecipient")).To(Equal("LAGANSIDE-IMPORTS"))
		Expect(m.Get(destination + "/referenceNumber")).To(Equal("XI000081"))
		Expect(m.Get(trader + "/identificationNumber")).To(Equal("XI175521246821"))
		Expect(m.Has("correlationIdentifier")).To(BeFalse())
	})

	It("describes unknown parties in the country of the office of departure", func() {
		m := made(goodsOf(fixture(message.Phase6, "ie015-simplified-gb-xi")).request("IE043"))
		for _, path := range []string{holder, house + "[1]/Consignee"} {
			Expect(m.Get(path+"/name")).To(Equal("---"), path)
			Expect(m.Get(path+"/Address/country")).To(Equal("GB"), path)
		}
	})

	It("shows the carnet holder under TIR", func() {
		for _, p := range phases {
			d := fixture(p, "ie015-tir-xi")
			m := made(goodsOf(d).request("IE043"))
			number := d.Get(holder + "/TIRHolderIdentificationNumber")
			Expect(number).NotTo(BeEmpty())
			Expect(m.Get(holder + "/TIRHolderIdentificationNumber")).To(Equal(number))
			Expect(m.Get("TransitOperation/declarationType")).To(Equal("TIR"))
		}
	})

	It("follows the IE170 of a pre-lodged declaration", func() {
		for _, p := range phases {
			g := goodsOf(fixture(p, "ie015-prelodged-simplified-gb-xi"))
			g.presentation = fixture(p, "ie170-presentation")
			m := made(g.request("IE043"))
			const vehicle = "Consignment/DepartureTransportMeans[1]/identificationNumber"
			Expect(g.presentation.Get(vehicle)).NotTo(BeEmpty())
			Expect(m.Get(vehicle)).To(Equal(g.presentation.Get(vehicle)))
			golden(p.Dir()+"-presented-ie043", indented(m.Root, 0))
		}
	})

	It("shows the incidents that the trader of phase 5 reported, and then those registered on the way", func() {
		g := goodsOf(fixture(message.Phase5, "ie015-simplified-gb-xi"))
		g.notification = edited(g.notification, map[string]string{
			"Consignment/Incident[1]/sequenceNumber": "1", "Consignment/Incident[1]/code": "5", "Consignment/Incident[1]/text": "Puncture",
			"Consignment/Incident[1]/Location/qualifierOfIdentification": "U", "Consignment/Incident[1]/Location/UNLocode": "GBDVR",
			"Consignment/Incident[1]/Location/country": "GB",
		})
		g.departure.Facts.Incidents = []movement.Incident{{Code: "1", At: accepted}}
		m := made(g.request("IE043"))
		Expect(m.Get("Consignment/Incident[1]/text")).To(Equal("Puncture"))
		Expect(m.Get("Consignment/Incident[2]/sequenceNumber")).To(Equal("2"))
		Expect(m.Get("Consignment/Incident[2]/text")).To(Equal("Left the prescribed itinerary"))
		Expect(m.Get("Consignment/Incident[2]/Endorsement/date")).To(Equal("2026-04-21"))
	})

	It("has room for nine incidents and says that more were left out", func() {
		g := goodsOf(fixture(message.Phase6, "ie015-simplified-gb-xi"))
		g.departure.Facts.Incidents = slices.Repeat([]movement.Incident{{At: accepted}}, 11)
		out := composed(g.request("IE043"))
		Expect(out.Document.Find("Consignment/Incident")).To(HaveLen(9))
		Expect(out.Warnings).To(ConsistOf("IE043 has room for 9 Consignment/Incident, 2 were left out"))
	})

	It("weighs goods with 0 that a declaration of phase 5 did not weigh, in phase 6 too", func() {
		const measure = house + "[1]/ConsignmentItem[1]/Commodity/GoodsMeasure"
		for _, here := range phases {
			d := edited(fixture(message.Phase5, "ie015-simplified-gb-xi"), nil, measure)
			out := composed(goodsOf(d, here).request("IE043"))
			Expect(out.Document.Get(measure+"/grossMass") == "0").To(Equal(here == message.Phase6))
			if here == message.Phase6 {
				Expect(out.Warnings).To(ConsistOf(ContainSubstring("gross mass")))
			}
		}
	})

	It("needs a declaration", func() {
		g := goodsOf(fixture(message.Phase5, "ie015-simplified-gb-xi"))
		g.declaration = nil
		_, err := composer.Compose(g.request("IE043"))
		Expect(err).To(MatchError("compose IE043: the movement has no declaration to copy from"))
	})
})

var _ = Describe("The continued unloading permission (IE043)", func() {
	It("has the count and nothing of the goods (C0027, G0510)", func() {
		for _, p := range phases {
			g := goodsOf(fixture(p, "ie015-simplified-gb-xi"))
			r := g.permitted(g.request("IE043"))
			r.Content.ContinueUnloading = 9
			m := made(r)
			Expect(m.Get("CTLControl/continueUnloading")).To(Equal("9"))
			Expect(outline(m.Root)).NotTo(ContainElement(ContainSubstring("Consignment")))
			for _, gone := range []string{holder, "TransitOperation/declarationType", "TransitOperation/declarationAcceptanceDate"} {
				Expect(m.Has(gone)).To(BeFalse(), gone)
			}
		}
	})

	It("repeats what the permission before it said, even one that the simulator did not make", func() {
		g := goodsOf(fixture(message.Phase5, "ie015-simplified-gb-xi"))
		r := g.request("IE043")
		r.Permission = edited(made(r), map[string]string{"TransitOperation/security": "2", "TransitOperation/reducedDatasetIndicator": "1"})
		r.Content.ContinueUnloading = 1
		m := made(r)
		Expect(m.Get("TransitOperation/security")).To(Equal("2"))
		Expect(m.Get("TransitOperation/reducedDatasetIndicator")).To(Equal("1"))
	})
})

var _ = Describe("The release of goods (IE025)", func() {
	two := func(p message.Phase) *goods { return goodsOf(fixture(p, "ie015-two-houses-normal-gb-xi")) }
	// shown lists the releaseTypes: "1:1 [2:0 3:2]" is house 1, partly, item 2 released, 3 not.
	shown := func(m *message.Document) string {
		var out []string
		for _, h := range m.Each(house) {
			text := h.Get("sequenceNumber") + ":" + h.Get("releaseType")
			for _, item := range h.Each("ConsignmentItem") {
				text += " " + item.Get("declarationGoodsItemNumber") + "=" + item.Get("releaseType")
				Expect(item.Get("Commodity/descriptionOfGoods")).NotTo(BeEmpty())
				Expect(item.Find("Packaging")).NotTo(BeEmpty())
			}
			out = append(out, text)
		}
		return strings.Join(out, ", ")
	}

	DescribeTable("has a Consignment only if it is partial (C0352):", func(indicator string, consignment bool) {
		for _, p := range phases {
			r := two(p).answering("IE025", two(p).remarks)
			r.Content.ReleaseIndicator = indicator
			m := made(r)
			Expect(m.Has("Consignment")).To(Equal(consignment))
			Expect(m.Get("TransitOperation/releaseIndicator")).To(Equal(indicator))
			Expect(m.Get("TransitOperation/releaseDate")).To(Equal("2026-04-21"))
		}
	},
		Entry("released", "1", false), Entry("partly", "2", true), Entry("the rest", "3", true), Entry("not released", "4", false))

	DescribeTable("shows what the officer released:", func(want string, houses ...compose.ReleasedHouse) {
		for _, p := range phases {
			g := two(p)
			r := g.permitted(g.answering("IE025", g.remarks))
			r.Content = partial("2", houses...)
			Expect(shown(made(r))).To(Equal(want))
			r.Permission = nil // then it is the declaration that counts
			Expect(shown(made(r))).To(Equal(want))
		}
	},
		Entry("or else the first house", "1:0, 2:2"),
		Entry("a house", "2:0", compose.ReleasedHouse{Number: "2"}),
		Entry("a house that stays", "1:2", compose.ReleasedHouse{Number: "1", Type: "2"}),
		Entry("an item", "1:1 1=0", compose.ReleasedHouse{Number: "1", Items: []compose.ReleasedItem{{Number: "1"}}}),
		Entry("some items", "1:1 1=2 2=0", compose.ReleasedHouse{Number: "1", Items: []compose.ReleasedItem{{Number: "2"}, {Number: "1", Type: "2"}}}),
		Entry("a part of a house, by default its first item", "1:1 1=0 2=2", compose.ReleasedHouse{Number: "1", Type: "1"}),
	)

	It("of a single house shows its items", func() {
		g := goodsOf(fixture(message.Phase5, "ie015-simplified-gb-xi"))
		r := g.permitted(g.answering("IE025", g.remarks))
		r.Content = partial("2")
		Expect(shown(made(r))).To(HavePrefix("1:1 1=0"))
	})

	It("refers to the unloading remarks, or in the normal procedure to the arrival notification", func() {
		g := two(message.Phase5)
		Expect(made(g.answering("IE025", g.remarks)).Get("correlationIdentifier")).To(Equal("LI250003"))
		Expect(made(g.answering("IE025", g.notification)).Get("correlationIdentifier")).To(Equal("LI250001"))
		Expect(made(g.request("IE025")).Get("correlationIdentifier")).To(Equal("LI250001"))
	})
})

var _ = Describe("The rejection by the office of destination (IE057)", func() {
	It("echoes MRN, office and trader of the rejected message, known or not", func() {
		for _, p := range phases {
			g := goodsOf(fixture(p, "ie015-simplified-gb-xi"))
			other := edited(g.remarks, map[string]string{
				"TransitOperation/MRN": "26GB000246AL65TIJ5", destination + "/referenceNumber": "XI000142", trader + "/identificationNumber": "XI1",
			})
			m := made(g.answering("IE057", other))
			Expect(m.Get("TransitOperation/MRN")).To(Equal("26GB000246AL65TIJ5"))
			Expect(m.Get(destination + "/referenceNumber")).To(Equal("XI000142"))
			Expect(m.Get(trader + "/identificationNumber")).To(Equal("XI1"))
			Expect(m.Get("TransitOperation/businessRejectionType")).To(Equal("044"))
			Expect(m.Get("TransitOperation/rejectionReason")).To(Equal("Rejected by the office of destination"))
		}
	})

	It("rejects the arrival notification when nothing else was sent", func() {
		g := goodsOf(fixture(message.Phase5, "ie015-simplified-gb-xi"))
		m := made(g.request("IE057"))
		Expect(m.Get("TransitOperation/businessRejectionType")).To(Equal("007"))
		Expect(m.Get("correlationIdentifier")).To(Equal("LI250001"))
	})
})

var _ = Describe("Goods from elsewhere", func() {
	at := func(p message.Phase, names ...string) *message.Document {
		d, err := composer.Foreign(p, fixture(p, "ie007-normal"), accepted, stream(append(names, "foreign")...))
		Expect(err).NotTo(HaveOccurred())
		return d
	}

	It("were released by a valid IE029 of the office in the MRN", func() {
		for _, p := range phases {
			d := at(p)
			Expect(d.Get("CustomsOfficeOfDeparture/referenceNumber")).To(Equal("XI000081"))
			Expect(d.Get("TransitOperation/MRN")).To(Equal(fixture(p, "ie007-normal").Get("TransitOperation/MRN")))
			whole := edited(d, map[string]string{
				"messageSender": "NTA.XI", "messageRecipient": "x", "preparationDateAndTime": "2026-04-21T08:30:00", "messageIdentification": "1", "messageType": "CC029C",
			})
			Expect(catalogue.Set(p).Validate(GinkgoT().Context(), whole.Bytes(), schemaOptions).Errors).To(BeEmpty())
		}
	})

	It("are always the same for a stream", func() {
		Expect(at(message.Phase5).Bytes()).To(Equal(at(message.Phase5).Bytes()))
		Expect(at(message.Phase5).Bytes()).NotTo(Equal(at(message.Phase5, "other").Bytes()))
	})

	It("can be unloaded: the permission shows a sealed container and the day before", func() {
		for _, p := range phases {
			g := goodsOf(fixture(p, "ie015-simplified-gb-xi"))
			g.notification, g.declaration, g.departure = fixture(p, "ie007-normal"), at(p), nil
			m := made(g.request("IE043"))
			Expect(m.Get("Consignment/TransportEquipment/numberOfSeals")).To(Equal("1"))
			Expect(m.Get("TransitOperation/declarationAcceptanceDate")).To(Equal(accepted.Format(time.DateOnly)))
			golden(p.Dir()+"-foreign-ie043", indented(m.Root, 0))
		}
	})

	It("tell their safety data by the MRN (R0410)", func() {
		for letter, security := range map[string]string{"J": "0", "K": "2", "L": "1", "M": "3", "X": "0"} {
			mrn := "25XI000081C5RLMA" + letter
			mrn += string(movement.CheckDigit(mrn))
			d, err := composer.Foreign(message.Phase5, edited(fixture(message.Phase5, "ie007-normal"), map[string]string{"TransitOperation/MRN": mrn}), accepted, stream("x"))
			Expect(err).NotTo(HaveOccurred())
			Expect(d.Get("TransitOperation/security")).To(Equal(security), letter)
		}
	})

	It("need an MRN of the right form, though not the right check digit", func() {
		for mrn, ok := range map[string]bool{"25XI000081C5RLMAJ0": true, "25XI": false} {
			_, err := composer.Foreign(message.Phase5, edited(fixture(message.Phase5, "ie007-normal"), map[string]string{"TransitOperation/MRN": mrn}), accepted, stream("x"))
			Expect(err == nil).To(Equal(ok), mrn)
		}
		_, err := composer.Foreign(message.Phase(7), fixture(message.Phase5, "ie007-normal"), accepted, stream("x"))
		Expect(err).To(MatchError(ContainSubstring("make up goods from elsewhere")))
	})
})

var _ = Describe("The messages outside the process", func() {
	It("are valid and speak of the departure", func() {
		for _, p := range phases {
			for _, code := range []string{"IE140", "IE022", "IE906", "IE917"} {
				r := request(code, fixture(p, "ie015-normal-gb-xi"))
				r.Content.Errors = []compose.FunctionalError{{Pointer: "/CC015C/TransitOperation/LRN", Code: "14", Reason: "BR20006", Original: "x"}}
				golden(p.Dir()+"-normal-gb-xi-"+strings.ToLower(code), indented(made(r).Root, 0))
			}
		}
	})

	It("tell of mistakes in the XML what the officer says", func() {
		r := request("IE917", fixture(message.Phase5, "ie015-normal-gb-xi"))
		r.Content.XMLErrors = []compose.XMLError{
			{Line: 3, Column: 14, Pointer: "/CC015C/TransitOperation/LRN", Code: "39", Text: "Too long", Original: "LRN"}, {Line: 4, Column: 1, Code: "13"},
		}
		m := made(r)
		Expect(m.Get("XMLError[1]/errorCode")).To(Equal("39"))
		Expect(m.Get("XMLError[1]/originalAttributeValue")).To(Equal("LRN"))
		Expect(m.Get("XMLError[2]/errorText")).To(Equal("The document is not well formed"))
	})

	It("ask about goods that have not arrived within four weeks (IE140)", func() {
		m := made(request("IE140", fixture(message.Phase6, "ie015-normal-xi-gb")))
		Expect(m.Get("TransitOperation/requestOnNonArrivedMovementDate")).To(Equal("2026-04-21"))
		Expect(m.Get("TransitOperation/limitForResponseDate")).To(Equal("2026-05-19"))
		Expect(m.Get("CustomsOfficeOfEnquiryAtDeparture/referenceNumber")).To(Equal("XI000001"))
	})
})

// arrivalOutlines are the published messages to the trader at destination.
var arrivalOutlines = map[message.Phase][]string{
	message.Phase5: {"response-cc025c.xml", "response-cc043c.xml", "response-cc057c.xml"},
	message.Phase6: {"response-cc043c.xml"},
}

var _ = Describe("A published message of an arrival", func() {
	It("has the same elements as ours", func() {
		if len(published(message.Phase5, "response-cc043c.xml")) == 0 {
			Skip("the published samples are not beside the repository (folder shared/samples)")
		}
		for p, files := range arrivalOutlines {
			answers := published(p, "response-*.xml")
			declaration := slices.Collect(maps.Values(published(p, "response-cc029c.xml")))[0]
			for _, file := range files {
				want := answers[file]
				Expect(want).NotTo(BeNil(), file)
				g := goodsOf(fixture(p, "ie015-simplified-gb-xi"))
				// The published permission and release are about other goods of the same make.
				g.declaration = likeGoods(declaration, want)
				r := g.answering(want.Type.Code, g.remarks)
				if want.Type.Code == "IE057" {
					r.Content.Errors = []compose.FunctionalError{{Pointer: "/CC007C", Code: "92", Reason: "N/A"}}
				}
				Expect(outline(made(r).Root)).To(Equal(outline(want.Root)), p.Dir()+" "+file)
			}
		}
	})
})

// likeGoods is the declaration with the consignment of a permission, if that shows one.
func likeGoods(declaration, permission *message.Document) *message.Document {
	GinkgoHelper()
	if !permission.Has("Consignment") {
		return declaration
	}
	b := message.Edit(declaration)
	Expect(b.Remove("Consignment")).To(Succeed())
	_, err := b.Copy("Consignment", permission, "Consignment")
	Expect(err).NotTo(HaveOccurred())
	return b.Document()
}
