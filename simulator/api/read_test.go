package api_test

import (
	"encoding/json"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var _ = Describe("One movement (E3)", func() {
	It("is the object of the list, with explicit nulls for what is unknown", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		object := fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/departures/%[1]s"},`+
			`"messages":{"href":"/customs/transits/movements/departures/%[1]s/messages"}},"id":"%[1]s",`+
			`"movementReferenceNumber":null,"localReferenceNumber":"LRN-0001",`+
			`"created":"2026-03-02T09:15:01.459Z","updated":"2026-03-02T09:15:01.459Z",`+
			`"enrollmentEORINumber":"GB123456789012","movementEORINumber":"GB953574106000"}`, id.movement)
		w.get(departures+"/"+id.movement).is(200, object)
		w.get(departures).is(200, `{"_links":{"self":{"href":"/customs/transits/movements/departures"}},"totalCount":1,"departures":[`+object+`]}`)
	})

	It("has nulls for an LRN and an EORI that are not known", func() {
		w := newWorld()
		w.put(movement.Movement{ID: "0123456789abcdef", Kind: message.Departure, Phase: message.Phase5, EORI: trader, Created: start, Updated: start})
		Expect(w.get(departures + "/0123456789abcdef").Body).To(HaveSuffix(`"movementReferenceNumber":null,"localReferenceNumber":null,` +
			`"created":"2026-03-02T09:15:01.459Z","updated":"2026-03-02T09:15:01.459Z","enrollmentEORINumber":"GB123456789012","movementEORINumber":null}`))
	})

	It("moves updated with every message, in either direction, and created never", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		path := departures + "/" + id.movement
		w.pass(250e6)
		created(w.post(path+"/messages", fixture(invalidation)))
		Expect(w.get(path).Body).To(ContainSubstring(`"created":"2026-03-02T09:15:01.459Z","updated":"2026-03-02T09:15:01.709Z"`))
		w.pass(291e6)
		Expect(w.inject(id.movement, "IE928").Status).To(Equal(201))
		Expect(w.get(path).Body).To(ContainSubstring(`"created":"2026-03-02T09:15:01.459Z","updated":"2026-03-02T09:15:02Z"`))
	})

	It("gets its MRN from an IE028 and from nothing else", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		path := departures + "/" + id.movement
		w.inject(id.movement, "IE029")
		Expect(w.get(path).Body).To(ContainSubstring(`"movementReferenceNumber":null`))
		mrn := between(body(w.inject(id.movement, "IE028")), "<MRN>", "</MRN>")
		Expect(w.get(path).Body).To(ContainSubstring(`"movementReferenceNumber":"` + mrn + `"`))
	})

	It("does not change its LRN and EORI with an IE013", func() {
		w := newWorld(profile("fast"))
		id := w.declare("LRN-0001")
		w.settle()
		amendment := withLRN(fixture("phase5/valid/ie013-amendment.xml"), "LRN-0002")
		created(w.post(departures+"/"+id.movement+"/messages", strings.ReplaceAll(amendment, "GB953574106000", "GB656584207000")))
		w.settle()
		Expect(w.get(departures + "/" + id.movement).Body).To(And(
			ContainSubstring(`"localReferenceNumber":"LRN-0001"`), ContainSubstring(`"movementEORINumber":"GB953574106000"`)))
	})

	DescribeTable("is not found",
		func(path func(ids) string, options ...option) {
			w := newWorld()
			id := w.declare("LRN-0001")
			response := w.get(path(id), options...)
			kind := "Departure"
			if strings.Contains(path(id), "arrivals") {
				kind = "Arrival"
			}
			response.refused(404, "NOT_FOUND", kind+" movement with ID "+path(id)[strings.LastIndex(path(id), "/")+1:]+" was not found")
		},
		Entry("when there is none", func(ids) string { return departures + "/0123456789abcdef" }),
		Entry("by somebody else", func(id ids) string { return departures + "/" + id.movement }, as(stranger)),
		Entry("under the other kind", func(id ids) string { return "/customs/transits/movements/arrivals/" + id.movement }),
	)

	It("disappears 60 days after its last update, with its messages", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		other := w.declare("LRN-0002")
		w.pass(24 * 3600e9)
		created(w.post(departures+"/"+other.movement+"/messages", fixture(invalidation)))
		w.pass(59 * 24 * 3600e9)
		Expect(w.get(departures + "/" + id.movement).Status).To(Equal(200))
		w.pass(1e6)
		Expect(w.get(departures + "/" + id.movement).Status).To(Equal(404))
		Expect(w.get(departures + "/" + id.movement + "/messages").Status).To(Equal(404))
		Expect(w.get(departures + "/" + id.movement + "/messages/" + id.message).Status).To(Equal(404))
		Expect(w.post(departures+"/"+id.movement+"/messages", fixture(invalidation)).Status).To(Equal(404))
		Expect(w.get(departures).Body).To(And(ContainSubstring(`"totalCount":1`), ContainSubstring(other.movement)))
	})
})

var _ = Describe("One message with its metadata (E6)", func() {
	It("has the XML as a string under json-xml, json+xml, in any case, chunked", func() {
		w := newWorld()
		xml := strings.Replace(strings.ReplaceAll(declaration("LRN-0001"), "\n", "\r\n"), "?>", "?>\t<!-- <é> & / -->", 1)
		id := created(w.post(departures, xml))
		quoted := strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(xml)
		for _, suffix := range []string{"json-xml", "json+xml", "JSON-XML"} {
			response := w.get(departures+"/"+id.movement+"/messages/"+id.message, accept("2.1+"+suffix))
			Expect(response.Status).To(Equal(200))
			Expect(response.Body).To(Equal(fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/departures/%[1]s/messages/%[2]s"},`+
				`"departure":{"href":"/customs/transits/movements/departures/%[1]s"}},"id":"%[2]s","departureId":"%[1]s",`+
				`"received":"2026-03-02T09:15:01.459Z","type":"IE015","status":"Success","body":"%[3]s"}`, id.movement, id.message, quoted)))
			Expect(response.Chunked).To(BeTrue())
			Expect(response.Length).To(Equal(int64(-1)))
			Expect(response.Header.Values("Content-Type")).To(Equal([]string{"application/json"}))
		}
	})

	DescribeTable("of a message without a body ends with its status:",
		func(m movement.Message, tail string) {
			w := newWorld()
			id := w.declare("LRN-0001").movement
			m.ID, m.Movement = "00000000000000aa", id
			w.keep(m, "")
			for _, suffix := range []string{"json", "json-xml"} {
				response := w.get(departures+"/"+id+"/messages/"+m.ID, accept("2.1+"+suffix))
				Expect(response.Status).To(Equal(200))
				Expect(response.Body).To(HaveSuffix(`"departureId":"` + id + `","received":"2026-03-02T09:15:01.459Z",` + tail))
			}
		},
		Entry("pending: no type", movement.Message{Type: "IE015", Status: movement.Pending}, `"status":"Pending"}`),
		Entry("failed before its type was learnt: a null", movement.Message{Status: movement.Failed}, `"type":null,"status":"Failed"}`),
		Entry("without a status", movement.Message{Type: "IE015"}, `"type":"IE015"}`),
	)

	It("cannot be JSON when the body has more than 5,000,000 bytes, but XML inside JSON", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.keep(movement.Message{ID: "00000000000000aa", Movement: id, Type: "IE015", Status: movement.Success}, strings.Repeat("x", 5_000_001))
		path := departures + "/" + id + "/messages/00000000000000aa"
		w.get(path).refused(406, "NOT_ACCEPTABLE", "Large messages cannot be returned as json")
		Expect(w.get(path, accept("2.1+json-xml")).Body).To(HaveSuffix(`"status":"Success","body":"` + strings.Repeat("x", 5_000_001) + `"}`))
		w.get(path+"/body").refused(406, "NOT_ACCEPTABLE", "Messages larger than 5000000 bytes cannot be retrieved in JSON")
		Expect(w.get(path+"/body", accept("2.1+xml")).Body).To(HaveLen(5_000_001))
	})

	It("shows messages from customs as Received", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.inject(id, "IE928")
		got := w.messages(id)[0]
		Expect(w.get(departures+"/"+id+"/messages/"+got.ID, accept("2.1+json-xml")).Body).To(ContainSubstring(`"type":"IE928","status":"Received","body":"<ncts:CC928C `))
	})

	DescribeTable("is not found with the words for messages:",
		func(path func(ids) string, options ...option) {
			w := newWorld()
			id := w.declare("LRN-0001")
			parts := strings.Split(path(id), "/")
			for _, suffix := range []string{"", "/body"} {
				w.get(path(id)+suffix, options...).refused(404, "NOT_FOUND", fmt.Sprintf("Message with ID %s for movement %s was not found", parts[7], parts[5]))
			}
		},
		Entry("no such message", func(id ids) string { return departures + "/" + id.movement + "/messages/0123456789abcdef" }),
		Entry("no such movement", func(id ids) string { return departures + "/0123456789abcdef/messages/" + id.message }),
		Entry("somebody else's", func(id ids) string { return departures + "/" + id.movement + "/messages/" + id.message }, as(stranger)),
		Entry("the other kind", func(id ids) string {
			return "/customs/transits/movements/arrivals/" + id.movement + "/messages/" + id.message
		}),
	)
})

var _ = Describe("The bare message (E7)", func() {
	It("is byte for byte what was sent, chunked, as application/xml without a charset", func() {
		w := newWorld()
		xml := "\ufeff" + strings.ReplaceAll(declaration("LRN-0001"), "\n", "\r\n") + "<!-- kept -->\n\n"
		id := created(w.post(departures, xml))
		response := w.get(departures+"/"+id.movement+"/messages/"+id.message+"/body", accept("2.1+xml"))
		Expect(response.Status).To(Equal(200))
		Expect(response.Body).To(Equal(xml))
		Expect(response.Chunked).To(BeTrue())
		Expect(response.Header.Values("Content-Type")).To(Equal([]string{"application/xml"}))
	})

	It("is on one line without a declaration when it comes from customs", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.inject(id, "IE928")
		xml := w.get(departures+"/"+id+"/messages/"+w.messages(id)[0].ID+"/body", accept("2.1+xml")).Body
		Expect(xml).To(HavePrefix(`<ncts:CC928C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>`))
		Expect(xml).NotTo(ContainSubstring("\n"))
	})

	It("does not exist without a body", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.keep(movement.Message{ID: "00000000000000aa", Movement: id, Status: movement.Pending}, "")
		for _, suffix := range []string{"json", "xml"} {
			w.get(departures+"/"+id+"/messages/00000000000000aa/body", accept("2.1+"+suffix)).
				refused(404, "NOT_FOUND", "Body for message id 00000000000000aa does not exist")
		}
	})
})

// inject places a message by the Test Support API.
func (w *world) inject(movement, typ string) answer {
	GinkgoHelper()
	response := w.post("/test"+departures+"/"+movement+"/messages", `{"message":{"messageType":"`+typ+`"}}`, header("Content-Type", "application/json"))
	Expect(response.Status).To(Equal(201), response.Body)
	return response
}

// body is the message in the answer of the Test Support API.
func body(a answer) string {
	GinkgoHelper()
	var value struct{ Body string }
	Expect(json.Unmarshal([]byte(a.Body), &value)).To(Succeed())
	return value.Body
}
