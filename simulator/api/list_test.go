package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// found is what a list holds, by LRN.
func (w *world) found(query string) []string {
	GinkgoHelper()
	response := w.get(departures + "?" + query)
	Expect(response.Status).To(Equal(200), response.Body)
	var list struct {
		TotalCount int
		Departures []struct{ LocalReferenceNumber string }
	}
	Expect(json.Unmarshal([]byte(response.Body), &list)).To(Succeed())
	lrns := []string{}
	for _, d := range list.Departures {
		lrns = append(lrns, d.LocalReferenceNumber)
	}
	Expect(list.TotalCount).To(BeNumerically(">=", len(lrns)))
	return lrns
}

var _ = Describe("The list of movements (E2)", func() {
	var w *world
	// Three movements, a second apart: A, b and C.
	BeforeEach(func() {
		w = newWorld()
		for i, lrn := range []string{"A-100%", "b-200", "C-300"} {
			w.put(movement.Movement{
				ID: fmt.Sprintf("%016x", i+1), Kind: message.Departure, Phase: message.Phase5, EORI: trader, LRN: lrn,
				MRN: fmt.Sprintf("26GB000060A1B2C3K%d", i), MovementEORI: fmt.Sprintf("GB00000000000%d", i),
				Created: start.Add(time.Duration(i) * time.Second), Updated: start.Add(time.Duration(i) * time.Second),
			})
		}
		w.pass(time.Minute)
	})

	It("is ordered by the last update, the latest first", func() {
		Expect(w.found("")).To(Equal([]string{"C-300", "b-200", "A-100%"}))
		created(w.post(departures+"/0000000000000001/messages", fixture(invalidation)))
		Expect(w.found("")).To(Equal([]string{"A-100%", "C-300", "b-200"}))
	})

	It("puts the newest first among those updated at the same time", func() {
		first, second := w.declare("X-1"), w.declare("X-2")
		Expect(first).NotTo(Equal(second))
		Expect(w.found("")[:2]).To(Equal([]string{"X-2", "X-1"}))
	})

	It("holds the caller's movements alone", func() {
		w.get(departures, as(stranger)).is(200, `{"_links":{"self":{"href":"/customs/transits/movements/departures"}},"totalCount":0,"departures":[]}`)
	})

	It("is empty for arrivals", func() {
		w.get("/customs/transits/movements/arrivals").is(200, `{"_links":{"self":{"href":"/customs/transits/movements/arrivals"}},"totalCount":0,"arrivals":[]}`)
	})

	DescribeTable("is filtered",
		func(query string, lrns ...string) { Expect(w.found(query)).To(HaveExactElements(lrns)) },
		Entry("by updatedSince, inclusive", "updatedSince=2026-03-02T09:15:02.459Z", "C-300", "b-200"),
		Entry("by updatedSince, to the millisecond", "updatedSince=2026-03-02T09:15:02.460Z", "C-300"),
		Entry("by updatedSince, finer than a millisecond", "updatedSince=2026-03-02T09:15:02.4591Z", "C-300"),
		Entry("by updatedSince, whose offset is ignored", "updatedSince=2026-03-02T09:15:02.459%2B05:00", "C-300", "b-200"),
		Entry("by receivedUntil, inclusive", "receivedUntil=2026-03-02T09:15:02.459Z", "b-200", "A-100%"),
		Entry("by receivedUntil, to the millisecond", "receivedUntil=2026-03-02T09:15:02.458Z", "A-100%"),
		Entry("by both", "updatedSince=2026-03-02T09:15:02Z&receivedUntil=2026-03-02T09:15:03Z", "b-200"),
		Entry("by years that are far away", "updatedSince=0001-01-01T00:00Z&receivedUntil=%2B123456-01-01T00:00Z", "C-300", "b-200", "A-100%"),
		Entry("by a part of the LRN, in any case", "localReferenceNumber=B-2", "b-200"),
		Entry("by a literal part of the LRN", "localReferenceNumber=%25", "A-100%"),
		Entry("by no pattern", "localReferenceNumber=.*"),
		Entry("by a part of the MRN, in any case", "movementReferenceNumber=a1b2c3k1", "b-200"),
		Entry("by the whole EORI in the message", "movementEORI=GB000000000002", "C-300"),
		Entry("by no part of that EORI", "movementEORI=GB00000000000"),
		Entry("by no other case of that EORI", "movementEORI=gb000000000002"),
		Entry("by everything at once", "localReferenceNumber=-&movementReferenceNumber=26GB&movementEORI=GB000000000000&updatedSince=2026-01-01T00:00Z", "A-100%"),
		Entry("not by an empty value", "localReferenceNumber=&movementEORI=&page=&count=", "C-300", "b-200", "A-100%"),
		Entry("not by what it does not know", "lrn=A&sort=asc", "C-300", "b-200", "A-100%"),
		Entry("into pages", "page=2&count=2", "A-100%"),
		Entry("into one page", "page=1&count=2", "C-300", "b-200"),
	)

	It("counts what matches, not the page", func() {
		Expect(w.get(departures + "?page=2&count=1&localReferenceNumber=00").Body).To(ContainSubstring(`"totalCount":3,"departures":[{`))
		Expect(w.get(departures + "?localReferenceNumber=2").Body).To(ContainSubstring(`"totalCount":1,`))
	})

	DescribeTable("echoes in its self link what was given:",
		func(query, echo string) {
			Expect(w.get(departures + "?" + query).Body).To(HavePrefix(`{"_links":{"self":{"href":"/customs/transits/movements/departures` + echo + `"}},"totalCount":`))
		},
		Entry("nothing", "", ""),
		Entry("in the order of the table",
			"localReferenceNumber=0&receivedUntil=2026-03-03T00:00Z&count=9999&page=001&movementReferenceNumber=26gb&movementEORI=GB000000000001&updatedSince=2026-03-01T00:00Z",
			"?updatedSince=2026-03-01T00:00:00Z&movementEORI=GB000000000001&movementReferenceNumber=26gb&page=1&count=9999&receivedUntil=2026-03-03T00:00:00Z&localReferenceNumber=0"),
		Entry("times as they are rendered", "updatedSince=2026-03-01T00:00:00.1200%2B01:00", "?updatedSince=2026-03-01T00:00:00.12+01:00"),
		Entry("texts as in a form", "localReferenceNumber=a%20b%2Fc~*", "?localReferenceNumber=a+b%2Fc%7E*"),
		Entry("not what is unknown or empty", "a=b&movementEORI=&count=1", "?count=1"),
	)

	It("has 25 movements on a page unless something else is said, and never more than 500", func() {
		for i := range 520 {
			w.put(movement.Movement{ID: fmt.Sprintf("%016x", 1000+i), Kind: message.Departure, Phase: message.Phase5, EORI: trader, Created: start, Updated: start})
		}
		Expect(w.found("")).To(HaveLen(25))
		Expect(w.found("count=26")).To(HaveLen(26))
		Expect(w.found("count=500")).To(HaveLen(500))
		Expect(w.found("count=501")).To(HaveLen(500))
		Expect(w.found("count=9223372036854775807")).To(HaveLen(500))
		Expect(w.found("count=9999&page=2")).To(HaveLen(23))
		Expect(w.get(departures + "?count=9999&page=2").Body).To(HavePrefix(`{"_links":{"self":{"href":"/customs/transits/movements/departures?page=2&count=9999"}},"totalCount":523,`))
	})

	DescribeTable("says of an empty page",
		func(query string, exists bool) {
			response := w.get(departures + "?" + query)
			if exists {
				Expect(response.Status).To(Equal(200))
				Expect(response.Body).To(HaveSuffix(`"departures":[]}`))
				return
			}
			response.refused(404, "NOT_FOUND", "The requested page does not exist")
		},
		Entry("that the second does not exist", "page=2", false),
		Entry("that one of a filter does not exist", "localReferenceNumber=nothing&page=3", false),
		Entry("that one very far away does not exist", "page=9223372036854775807&count=500", false),
		Entry("nothing when it is the first", "localReferenceNumber=nothing&page=1", true),
		Entry("nothing when it was not asked for", "localReferenceNumber=nothing", true),
	)
})

var _ = Describe("The list of messages (E5)", func() {
	var w *world
	var id ids
	var second, third string
	BeforeEach(func() {
		w = newWorld()
		id = w.declare("BR-MIXED-25-014")
		w.pass(time.Second)
		second = created(w.post(departures+"/"+id.movement+"/messages", fixture(invalidation))).message
		w.pass(time.Second)
		third = between(w.inject(id.movement, "IE928").Body, `"messageId":"`, `"`)
	})

	It("has the messages with their metadata, the last received first", func() {
		path := departures + "/" + id.movement
		entry := func(message, received, typ, status string) string {
			return fmt.Sprintf(`{"_links":{"self":{"href":"%[1]s/messages/%[2]s"},"departure":{"href":"%[1]s"}},"id":"%[2]s","departureId":"%[3]s",`+
				`"received":"%[4]s","type":"%[5]s","status":"%[6]s"}`, path, message, id.movement, received, typ, status)
		}
		w.get(path+"/messages").is(200, `{"_links":{"self":{"href":"`+path+`/messages"},"departure":{"href":"`+path+`"}},"totalCount":3,"messages":[`+
			entry(third, "2026-03-02T09:15:03.459Z", "IE928", "Received")+","+
			entry(second, "2026-03-02T09:15:02.459Z", "IE014", "Success")+","+
			entry(id.message, "2026-03-02T09:15:01.459Z", "IE015", "Success")+`]}`)
	})

	It("leaves the type out while a message is pending, and has null when it was never learnt", func() {
		w.keep(movement.Message{ID: "00000000000000aa", Movement: id.movement, Type: "IE015", Status: movement.Pending}, "")
		w.keep(movement.Message{ID: "00000000000000bb", Movement: id.movement, Status: movement.Failed}, "")
		body := w.get(departures + "/" + id.movement + "/messages").Body
		Expect(body).To(ContainSubstring(`"received":"2026-03-02T09:15:03.459Z","status":"Pending"}`))
		Expect(body).To(ContainSubstring(`"received":"2026-03-02T09:15:03.459Z","type":null,"status":"Failed"}`))
	})

	DescribeTable("is filtered",
		func(query string, types ...string) {
			var list struct{ Messages []listed }
			Expect(json.Unmarshal([]byte(w.get(departures+"/"+id.movement+"/messages?"+query).Body), &list)).To(Succeed())
			found := []string{}
			for _, m := range list.Messages {
				found = append(found, m.Type)
			}
			Expect(found).To(HaveExactElements(types))
		},
		Entry("by receivedSince, inclusive", "receivedSince=2026-03-02T09:15:02.459Z", "IE928", "IE014"),
		Entry("by receivedSince, whose offset is ignored", "receivedSince=2026-03-02T09:15:02.459-03:00", "IE928", "IE014"),
		Entry("by receivedUntil, inclusive", "receivedUntil=2026-03-02T09:15:02.459Z", "IE014", "IE015"),
		Entry("by both", "receivedSince=2026-03-02T09:15:02Z&receivedUntil=2026-03-02T09:15:03Z", "IE014"),
		Entry("into pages", "page=2&count=2", "IE015"),
		Entry("not by updatedSince", "updatedSince=2030-01-01T00:00Z", "IE928", "IE014", "IE015"),
	)

	It("echoes in its self link what was given, in the order of the table", func() {
		path := departures + "/" + id.movement + "/messages"
		query := url.Values{"receivedUntil": {"2026-03-03T00:00Z"}, "count": {"7"}, "page": {"1"}, "receivedSince": {"2026-03-01T00:00+01:00"}}.Encode()
		Expect(w.get(path + "?" + query).Body).To(HavePrefix(`{"_links":{"self":{"href":"` + path +
			`?receivedSince=2026-03-01T00:00:00+01:00&page=1&count=7&receivedUntil=2026-03-03T00:00:00Z"},"departure":`))
	})

	It("does not know a page that is empty, unless it is the first", func() {
		path := departures + "/" + id.movement + "/messages"
		w.get(path+"?page=2").refused(404, "NOT_FOUND", "The requested page does not exist")
		Expect(w.get(path + "?page=1&receivedSince=2030-01-01T00:00Z").Body).To(HaveSuffix(`"totalCount":0,"messages":[]}`))
	})

	It("does not know a movement that is unknown, whatever the page", func() {
		for _, suffix := range []string{"", "?page=2"} {
			w.get(departures+"/0123456789abcdef/messages"+suffix).refused(404, "NOT_FOUND", "Departure movement with ID 0123456789abcdef was not found")
			w.get(departures+"/"+id.movement+"/messages"+suffix, as(stranger)).refused(404, "NOT_FOUND", "Departure movement with ID "+id.movement+" was not found")
		}
		arrivals := strings.Replace(departures, "departures", "arrivals", 1)
		w.get(arrivals+"/"+id.movement+"/messages").refused(404, "NOT_FOUND", "Arrival movement with ID "+id.movement+" was not found")
	})
})
