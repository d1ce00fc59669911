package api_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

const (
	arrivals = "/customs/transits/movements/arrivals"
	// The fixtures are about an MRN of their own, a trader in Northern Ireland and a simplified arrival.
	arrivalMRN    = "25GB000246N7KTB2J0"
	arrivalTrader = "XI175521246821"
)

// notification is a valid IE007 of phase 5, remarks a clean IE044 about the same goods.
func notification() string { return fixture("phase5/valid/ie007-simplified.xml") }
func remarks() string      { return fixture("phase5/valid/ie044-clean.xml") }

// arrived takes the ids out of the answer to E1 or E4 for an arrival.
func arrived(a answer) ids {
	GinkgoHelper()
	Expect(a.Status).To(Equal(202), a.Body)
	return ids{between(a.Body, `"arrivalId":"`, `"`), between(a.Body, `"messageId":"`, `"`)}
}

// notify posts the usual arrival notification.
func (w *world) notify(options ...option) ids {
	GinkgoHelper()
	return arrived(w.post(arrivals, notification(), options...))
}

var _ = Describe("Creating an arrival (E1)", func() {
	It("answers 202 with three links and ids", func() {
		response := newWorld().post(arrivals, notification())
		id := arrived(response)
		response.is(202, fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/arrivals/%[1]s"},`+
			`"messages":{"href":"/customs/transits/movements/arrivals/%[1]s/messages"},`+
			`"message":{"href":"/customs/transits/movements/arrivals/%[1]s/messages/%[2]s"}},"arrivalId":"%[1]s","messageId":"%[2]s"}`, id.movement, id.message))
		Expect(id.movement).To(MatchRegexp(`^[0-9a-f]{16}$`))
	})

	DescribeTable("takes every valid notification of the fixtures", suite.Parameters,
		func(phase, name, version string) {
			arrived(newWorld().post(arrivals, fixture(phase+"/valid/"+name), accept(version+"+json")))
		},
		Entry(nil, "phase5", "ie007-normal.xml", "2.1"),
		Entry(nil, "phase5", "ie007-simplified.xml", "2.1"),
		Entry(nil, "phase6", "ie007-normal.xml", "3.0"),
		Entry(nil, "phase6", "ie007-simplified.xml", "3.0"),
	)

	It("wants the root that the path says", func() {
		w := newWorld()
		Expect(w.post(arrivals, "").Body).To(ContainSubstring("Premature end of file."))
		Expect(w.post(arrivals, remarks()).Body).To(ContainSubstring("cvc-elt.1.a: Cannot find the declaration of element 'ncts:CC044C'."))
		Expect(w.post(arrivals, declaration("LRN-0001")).Body).To(ContainSubstring("cvc-elt.1.a: Cannot find the declaration of element 'ncts:CC015C'."))
		Expect(w.post(departures, notification()).Body).To(ContainSubstring("cvc-elt.1.a: Cannot find the declaration of element 'ncts:CC007C'."))
		Expect(w.post(arrivals, notification(), without("Accept")).Status).To(Equal(406))
		Expect(w.get(arrivals).Body).To(ContainSubstring(`"totalCount":0`))
	})

	It("knows no group of incidents in phase 6 (docs/spec/process.md#8)", func() {
		w := newWorld()
		five := strings.Replace(notification(), "<incidentFlag>0</incidentFlag>", "", 1)
		Expect(w.post(arrivals, five).Status).To(Equal(400))
		arrived(w.post(arrivals, five, accept("3.0+json")))
		Expect(w.post(arrivals, notification(), accept("3.0+json")).Status).To(Equal(400))
	})
})

var _ = Describe("Attaching a message to an arrival (E4)", func() {
	It("answers 202 with two links and ids", func() {
		w := newWorld()
		first := w.notify()
		response := w.post(arrivals+"/"+first.movement+"/messages", remarks())
		id := arrived(response)
		response.is(202, fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/arrivals/%[1]s/messages/%[2]s"},`+
			`"arrival":{"href":"/customs/transits/movements/arrivals/%[1]s"}},"arrivalId":"%[1]s","messageId":"%[2]s"}`, first.movement, id.message))
	})

	DescribeTable("takes unloading remarks only:", func(root string) {
		w := newWorld()
		w.post(arrivals+"/"+w.notify().movement+"/messages", "<"+root+"/>").refused(400, "BAD_REQUEST", root+" is not a valid message type")
	},
		Entry("no second notification", "CC007C"),
		Entry("no message of a departure", "CC014C"),
		Entry("no message from customs", "CC043C"),
		Entry("no message about goods that have not arrived", "CC141C"),
	)

	It("does not find an arrival under departures, nor somebody else's", func() {
		w := newWorld()
		id := w.notify().movement
		w.post(departures+"/"+id+"/messages", fixture(invalidation)).refused(404, "NOT_FOUND", "Departure movement with ID "+id+" was not found")
		w.post(arrivals+"/"+id+"/messages", remarks(), as(stranger)).refused(404, "NOT_FOUND", "Arrival movement with ID "+id+" was not found")
		Expect(w.get(arrivals + "/" + id + "/messages").Body).To(ContainSubstring(`"totalCount":1`))
	})
})

var _ = DescribeTable("The submission rules of arrivals read the actual office of destination:",
	func(change func(string) string, text string) {
		w := newWorld()
		w.post(arrivals, change(notification())).refused(400, "BUSINESS_VALIDATION_ERROR", text)
		id := w.notify().movement
		w.post(arrivals+"/"+id+"/messages", change(remarks())).refused(400, "BUSINESS_VALIDATION_ERROR", text)
		Expect(w.get(arrivals).Body).To(ContainSubstring(`"totalCount":1`))
	},
	Entry("1: the type is that of the root", func(xml string) string { return replaced(xml, "messageType", "CC043C") },
		"Root node doesn't match with the messageType"),
	Entry("2: the office is in the United Kingdom", func(xml string) string { return strings.Replace(xml, ">XI000081<", ">FR000060<", 1) },
		"The customs office specified for CustomsOfficeOfDestinationActual must be a customs office located in the United Kingdom (FR000060 was specified)"),
	Entry("3: the recipient is NTA.GB or NTA.XI", func(xml string) string { return replaced(xml, "messageRecipient", "NTA.IE") },
		"The message recipient must be either NTA.GB or NTA.XI (NTA.IE was specified)"),
	Entry("4: the recipient is in the country of the office", func(xml string) string { return replaced(xml, "messageRecipient", "NTA.GB") },
		"The message recipient country must match the country of the CustomsOfficeOfDestinationActual"),
)

// arrivalObject is an arrival as E2 and E3 show it: it has its MRN and its trader from the start, and never an LRN.
func arrivalObject(id, created, updated string) string {
	return fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/arrivals/%[1]s"},"messages":{"href":"/customs/transits/movements/arrivals/%[1]s/messages"}},`+
		`"id":"%[1]s","movementReferenceNumber":"%[4]s","localReferenceNumber":null,"created":"%[2]s","updated":"%[3]s",`+
		`"enrollmentEORINumber":"%[5]s","movementEORINumber":"%[6]s"}`, id, created, updated, arrivalMRN, trader, arrivalTrader)
}

var _ = Describe("Reading arrivals", func() {
	It("shows them in the list (E2) and one by one (E3), apart from departures", func() {
		w := newWorld()
		w.declare("LRN-0001")
		created := w.now()
		id := w.notify()
		w.get(arrivals).is(200, `{"_links":{"self":{"href":"/customs/transits/movements/arrivals"}},"totalCount":1,"arrivals":[`+
			arrivalObject(id.movement, created, created)+`]}`)
		w.pass(time.Second)
		arrived(w.post(arrivals+"/"+id.movement+"/messages", remarks()))
		w.get(arrivals+"/"+id.movement).is(200, arrivalObject(id.movement, created, w.now()))
		w.get(departures+"/"+id.movement).refused(404, "NOT_FOUND", "Departure movement with ID "+id.movement+" was not found")
		w.get(arrivals+"/"+id.movement, as(stranger)).refused(404, "NOT_FOUND", "Arrival movement with ID "+id.movement+" was not found")
	})

	DescribeTable("filters the list like that of departures", suite.Parameters, func(query string, found int) {
		w := newWorld()
		w.notify()
		arrived(w.post(arrivals, fixture("phase5/valid/ie007-normal.xml")))
		list := w.get(arrivals + query).Body
		Expect(list).To(ContainSubstring(fmt.Sprintf(`"totalCount":%d,"arrivals":[`, found)))
		Expect(list).To(HavePrefix(`{"_links":{"self":{"href":"/customs/transits/movements/arrivals` + query + `"}}`))
	},
		Entry(nil, "?movementEORI=XI175521246821", 1),
		Entry(nil, "?movementReferenceNumber=n7ktb2", 1),
		Entry(nil, "?movementReferenceNumber=25", 2),
		Entry(nil, "?localReferenceNumber=25", 0),
		Entry(nil, "?updatedSince=2026-03-02T09:15:02Z", 0),
		Entry(nil, "?page=1&count=1", 2),
	)

	It("lists messages (E5) and shows one (E6, E7) with the keys of arrivals", func() {
		w := newWorld()
		id := w.notify()
		self := arrivals + "/" + id.movement
		links := fmt.Sprintf(`"_links":{"self":{"href":"%[1]s/messages/%[2]s"},"arrival":{"href":"%[1]s"}},"id":"%[2]s","arrivalId":"%[3]s","received":"%[4]s","type":"IE007","status":"Success"`,
			self, id.message, id.movement, w.now())
		w.get(self+"/messages").is(200, `{"_links":{"self":{"href":"`+self+`/messages"},"arrival":{"href":"`+self+`"}},"totalCount":1,"messages":[{`+links+`}]}`)
		one := w.get(self+"/messages/"+id.message, accept("2.1+json-xml"))
		Expect(one.Body).To(HavePrefix("{" + links + `,"body":"`))
		Expect(one.Chunked).To(BeTrue())
		bare := w.get(self+"/messages/"+id.message+"/body", accept("2.1+xml"))
		Expect(bare.Body).To(Equal(notification()), "the trader reads back what he sent, to the byte")
		w.get(self+"/messages/0123456789abcdef").refused(404, "NOT_FOUND", "Message with ID 0123456789abcdef for movement "+id.movement+" was not found")
		w.get(departures+"/"+id.movement+"/messages/"+id.message).refused(404, "NOT_FOUND", "Message with ID "+id.message+" for movement "+id.movement+" was not found")
	})

	It("shows a permission and a release as they come in, and the MRN stays that of the notification", func() {
		w := newWorld(profile("instant"))
		id := w.notify()
		w.settle()
		types := func() (out []string) {
			for _, m := range w.messagesOf(arrivals, id.movement) {
				out = append([]string{m.Type + " " + m.Status}, out...)
			}
			return out
		}
		Expect(types()).To(Equal([]string{"IE007 Success", "IE043 Received"}))
		arrived(w.post(arrivals+"/"+id.movement+"/messages", remarks()))
		w.settle()
		Expect(types()).To(Equal([]string{"IE007 Success", "IE043 Received", "IE044 Success", "IE025 Received"}))
		Expect(w.get(arrivals + "/" + id.movement).Body).To(ContainSubstring(`"movementReferenceNumber":"` + arrivalMRN + `"`))
	})
})

var _ = Describe("A transit through the API", func() {
	It("goes from one trader to the other", func() {
		w := newWorld(profile("instant"))
		departure := created(w.post(departures, declaration("LRN-0001"))).movement
		w.settle()
		mrn := between(w.get(departures+"/"+departure).Body, `"movementReferenceNumber":"`, `"`)
		arrival := arrived(w.post(arrivals, replaced(notification(), "MRN", mrn), as(stranger))).movement
		w.settle()
		w.get(arrivals+"/"+arrival).refused(404, "NOT_FOUND", "Arrival movement with ID "+arrival+" was not found")
		arrived(w.post(arrivals+"/"+arrival+"/messages", replaced(remarks(), "MRN", mrn), as(stranger)))
		w.settle()
		Expect(w.messages(departure)[0].Type).To(Equal("IE045"))
		shown := w.control("GET", "/movements/"+arrival, "").decoded(200)
		Expect(shown["state"]).To(Equal("GOODS_RELEASED"))
		Expect(shown["type"]).To(Equal("arrival"))
	})
})

var _ = Describe("The officer's desk for arrivals", func() {
	It("lists what can be done, does it, and refuses the rest", func() {
		w := newWorld(profile("production"))
		id := arrived(w.post(arrivals, fixture("phase5/valid/ie007-normal.xml"))).movement
		w.settle()
		Expect(w.control("GET", "/movements/"+id, "").decoded(200)["actions"]).To(ConsistOf("accept_arrival", "reject_arrival"))
		refused := w.control("POST", "/movements/"+id+"/actions", `{"action":"release_goods"}`)
		Expect(refused.Status).To(Equal(409))
		Expect(refused.Body).To(ContainSubstring("accept_arrival"))
		Expect(w.control("POST", "/movements/"+id+"/actions", `{"action":"accept_arrival"}`).Status).To(Equal(200))
		Expect(w.control("POST", "/movements/"+id+"/actions", `{"action":"major_discrepancies","with":{"colour":"red"}}`).Status).To(Equal(400))
		done := w.control("POST", "/movements/"+id+"/actions", `{"action":"release_goods","with":{"controlResult":{"code":"A2"}}}`)
		Expect(done.Status).To(Equal(200))
		Expect(done.Body).To(ContainSubstring(`"type":"IE025"`))
		Expect(w.control("GET", "/movements?type=arrival&state=goods_released", "").decoded(200)["total"]).To(BeEquivalentTo(1))
	})
})

var _ = DescribeTable("The settings say what becomes of an unknown MRN", suite.Parameters, func(name, then string) {
	settings := newWorld(profile(name)).control("GET", "/settings", "").decoded(200)
	Expect(settings["mrns"]).To(ContainElement(map[string]any{"when": "no movement here has the MRN of an IE007", "then": then}))
},
	Entry(nil, "fast", "the goods are taken to come from elsewhere, and are made up"),
	Entry(nil, "trader-test", "IE057 with error 90"),
)

var _ = Describe("The Test Support API for arrivals", func() {
	testArrival := func(id string) string { return "/test" + arrivals + "/" + id + "/messages" }
	codes := []string{"IE025", "IE043", "IE057"}

	It("answers 201 with links into the main API and the very bytes that E7 returns", func() {
		w := newWorld()
		id := w.notify().movement
		w.pass(time.Second)
		response := w.support(testArrival(id), `{"message":{"messageType":"IE043"}}`)
		got := w.messagesOf(arrivals, id)[0]
		xml := w.get(arrivals+"/"+id+"/messages/"+got.ID+"/body", accept("2.1+xml")).Body
		response.is(201, fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/arrivals/%[1]s/messages/%[2]s"},`+
			`"arrival":{"href":"/customs/transits/movements/arrivals/%[1]s"}},"arrivalId":"%[1]s","messageId":"%[2]s","messageType":"IE043","body":"%[3]s"}`,
			id, got.ID, strings.ReplaceAll(xml, `"`, `\"`)))
		Expect(got).To(Equal(listed{ID: got.ID, Type: "IE043", Status: "Received", Received: "2026-03-02T09:15:02.459Z"}))
	})

	for _, version := range []struct {
		accept string
		phase  message.Phase
	}{{"2.1+json", message.Phase5}, {"3.0+json", message.Phase6}} {
		It("places every type at any time, repeatedly, valid and about the movement, under "+version.accept, func() {
			w := newWorld()
			xml := fixture(version.phase.Dir() + "/valid/ie007-normal.xml")
			id := arrived(w.post(arrivals, xml, accept(version.accept))).movement
			for range 2 {
				for _, code := range codes {
					response := w.support(testArrival(id), `{"message":{"messageType":"`+code+`"}}`, accept(version.accept))
					Expect(response.Status).To(Equal(201), code+": "+response.Body)
					t, _ := message.TypeOfCode(code)
					got := body(response)
					Expect(simtest.Catalogue().Set(version.phase).Validate(context.Background(), []byte(got), schema.Options{Root: t.Root}).Errors).To(BeEmpty(), code)
					Expect(got).To(ContainSubstring("<MRN>" + between(xml, "<MRN>", "<") + "</MRN>"))
				}
			}
			Expect(w.messagesOf(arrivals, id)).To(HaveLen(1 + 2*len(codes)))
		})
	}

	It("fills messages at random when told so, with what HMRC fixes", func() {
		w := newWorld(deps(func(d *api.Deps) { d.TestSupport = api.Random }))
		id := w.notify().movement
		for code, fixed := range map[string][]string{
			"IE025": {"<releaseIndicator>0</releaseIndicator>", "<releaseType>0</releaseType>"},
			"IE043": {"<latitude>90.000000</latitude>", "<grossMass>12345.6789</grossMass>", "<grossMass>9876.54321</grossMass>"},
			"IE057": {"<errorCode>12</errorCode>"},
		} {
			xml := body(w.support(testArrival(id), `{"message":{"messageType":"`+code+`"}}`))
			Expect(xml).To(ContainSubstring("<messageRecipient>" + id + "-0000000000000000</messageRecipient>"))
			Expect(xml).NotTo(ContainSubstring(arrivalMRN))
			for _, one := range fixed {
				Expect(xml).To(ContainSubstring(one), code)
			}
		}
	})

	It("knows the codes of departures, but not here, and those that nobody can place, nowhere", func() {
		w := newWorld()
		id := w.notify().movement
		for _, code := range injectable {
			w.support(testArrival(id), `{"message":{"messageType":"`+code+`"}}`).refused(501, "NOT_IMPLEMENTED", "API has not been implemented")
		}
		for _, code := range []string{"IE140", "IE906", "IE917"} {
			Expect(w.support(testArrival(id), `{"message":{"messageType":"`+code+`"}}`).Status).To(Equal(400), code)
		}
		w.support(testArrival(id), `{"message":{"messageType":"IE043"}}`, as(stranger)).refused(404, "NOT_FOUND", "Arrival with ID "+id+" was not found")
	})

	It("sets no MRN, which an arrival has already", func() {
		w := newWorld()
		id := w.notify().movement
		Expect(w.support(testArrival(id), `{"message":{"messageType":"IE025"}}`).Status).To(Equal(201))
		Expect(w.get(arrivals + "/" + id).Body).To(ContainSubstring(arrivalMRN))
		Expect(w.control("GET", "/movements/"+id, "").decoded(200)["state"]).To(Equal(string(movement.GoodsReleased)))
	})
})
