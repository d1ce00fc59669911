package api_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

// item1 is a departure of the usual declaration as API 1.0 shows it.
func item1(n int, updated, mrn, status string) string {
	if mrn != "" {
		mrn = `"movementReferenceNumber":"` + mrn + `",`
	}
	return fmt.Sprintf(`{"id":"%[1]d","created":"2026-03-02T09:05","updated":"%[2]s",%[3]s"status":"%[4]s","_links":{"self":{"href":"/customs/transits/movements/departures/%[1]d"},`+
		`"messages":{"href":"/customs/transits/movements/departures/%[1]d/messages"}}}`, n, updated, mrn, status)
}

var _ = Describe("One movement in API 1.0 (D3, A4)", func() {
	It("show a departure without an MRN until an IE028 gives it one, and the last IE028 counts", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		w.get1(path).is(200, item1(1, "2026-03-02T09:15:01.459", "", "DepartureSubmitted"))
		for range 2 {
			mrn := between(bodyIn(w.place1(path, "IE028"), "body"), "<DocNumHEA5>", "<")
			w.get1(path).is(200, item1(1, "2026-03-02T09:15:01.459", mrn, "MrnAllocated"))
		}
	})

	It("show an arrival with its MRN from the start", func() {
		w := newWorld()
		path := w.begin1(arrivals, p4Notification)
		a := w.get1(path)
		Expect(a.Body).To(ContainSubstring(`"movementReferenceNumber":"` + between(fixture(p4Notification), "<DocNumHEA5>", "<") + `","status":"ArrivalSubmitted","_links":{"self":{"href":"` + path + `"}`))
	})

	DescribeTable("write times as Java prints local ones",
		func(now time.Time, updated, received string) {
			w := newWorld(func(s *settings) { s.Time.Now = now })
			path := w.begin1(departures, p4Declaration)
			w.get1(path).is(200, item1(1, updated, "", "DepartureSubmitted"))
			Expect(bodyIn(w.get1(path+"/messages/1"), "received")).To(Equal(received))
		},
		Entry("with milliseconds", start, "2026-03-02T09:15:01.459", "2026-03-02T09:15:01"),
		Entry("with all three digits of them", start.Truncate(time.Second).Add(500*time.Millisecond), "2026-03-02T09:15:01.500", "2026-03-02T09:15:01"),
		Entry("without a fraction that is nothing", start.Truncate(time.Second), "2026-03-02T09:15:01", "2026-03-02T09:15:01"),
		Entry("without seconds that are nothing", start.Truncate(time.Minute), "2026-03-02T09:15", "2026-03-02T09:15:00"),
		Entry("with seconds before a fraction", start.Truncate(time.Minute).Add(time.Millisecond), "2026-03-02T09:15:00.001", "2026-03-02T09:15:00"),
	)
})

var _ = Describe("The list of movements in API 1.0 (D2, A2)", func() {
	list := func(retrieved, total int, items ...string) string {
		return fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/departures"}},"_embedded":{"departures":[%s],"retrievedDepartures":%d,"totalDepartures":%d}}`,
			strings.Join(items, ","), retrieved, total)
	}
	const first, second = "2026-03-02T09:15:01.459", "2026-03-02T09:15:11.459"
	one, two := item1(1, first, "", "DepartureSubmitted"), item1(2, second, "", "DepartureSubmitted")
	var w *world
	BeforeEach(func() {
		w = newWorld()
		w.begin1(departures, p4Declaration)
		w.pass(10 * time.Second)
		w.begin1(departures, p4Declaration)
	})

	It("list the last updated first, without the query in the link", func() {
		w.get1(departures+"?page=7&count=1&movementEORI=x&updatedSince=").is(200, list(2, 2, two, one))
	})

	DescribeTable("leave out what was updated earlier, but count it",
		func(since string, both bool) {
			want := list(1, 2, two)
			if both {
				want = list(2, 2, two, one)
			}
			w.get1(departures+"?updatedSince="+since).is(200, want)
		},
		Entry("at the very time", "2026-03-02T09:15:01.459Z", true),
		Entry("later", "2026-03-02T09:15:01.460Z", false),
		Entry("at the time of the second", "2026-03-02T09:15:11.459Z", false),
		Entry("the same moment elsewhere", "2026-03-02T10:15:01.459%2B01:00", true),
		Entry("a later moment elsewhere", "2026-03-02T08:15:01.460-01:00", false),
		Entry("without seconds", "2026-03-02T09:15Z", true),
	)

	It("are empty lists of what there is not", func() {
		w.get1(departures+"?updatedSince=2030-01-01T00:00Z").is(200, list(0, 2))
		w.get1(departures, as(stranger)).is(200, list(0, 0))
		w.get1(arrivals).is(200, `{"_links":{"self":{"href":"/customs/transits/movements/arrivals"}},"_embedded":{"arrivals":[],"retrievedArrivals":0,"totalArrivals":0}}`)
	})

	DescribeTable("refuse what is not a time:",
		func(value, text string) {
			w.get1(departures+"?updatedSince="+value).is(400, `{"statusCode":400,"message":"`+text+`"}`)
			w.get1(departures+"/1/messages?receivedSince="+value).is(400, `{"statusCode":400,"message":"`+strings.ReplaceAll(text, "updated", "received")+`"}`)
			w.get1(departures+"/9/messages?receivedSince="+value).is(400, `{"statusCode":400,"message":"`+strings.ReplaceAll(text, "updated", "received")+`"}`)
		},
		Entry("no time at all", "x", "Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"),
		Entry("no offset", "2026-03-02T09:15:00", "Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"),
		Entry("a plus sign that is not encoded", "2026-03-02T09:15:00+01:00", "Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"),
		Entry("a year before Christ", "-0001-03-02T09:15:00Z", "Year cannot be negative"),
	)

	It("show 5,000 at most, and count all", func() {
		Expect(w.store.Update(context.Background(), func(tx *store.Tx) error {
			for n := 3; n <= 5002; n++ {
				m := movement.Movement{
					ID: fmt.Sprintf("%016x", n), Number: n, Kind: message.Departure, Phase: message.Phase4, EORI: trader,
					Created: w.clock.Now(), Updated: w.clock.Now().Add(time.Duration(n) * time.Millisecond), Dated: start,
				}
				if err := tx.PutMovement(&m); err != nil {
					return err
				}
			}
			return nil
		})).To(Succeed())
		for _, query := range []string{"", "?updatedSince=2026-01-01T00:00Z"} {
			a := w.get1(departures + query)
			Expect(a.Body).To(HaveSuffix(`"retrievedDepartures":5000,"totalDepartures":5002}}`))
			Expect(a.Body).To(HavePrefix(`{"_links":{"self":{"href":"/customs/transits/movements/departures"}},"_embedded":{"departures":[{"id":"5002"`))
		}
	})
})

var _ = Describe("The messages of a movement in API 1.0 (D5, D6, A6, A7)", func() {
	It("show messages in both directions, the first one first, and the movement beside them", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		w.pass(time.Second)
		Expect(w.place1(path, "IE928").Status).To(Equal(201))
		item := func(n int, received, code string) string {
			body := bodyIn(w.get1(fmt.Sprintf("%s/messages/%d", path, n)), "body")
			text := fmt.Sprintf(`{"_links":{"self":{"href":"%[1]s/messages/%[2]d"},"departure":{"href":"%[1]s"}},"departureId":"1","messageId":"%[2]d","received":"%[3]s","messageType":"%[4]s","body":%[5]s}`,
				path, n, received, code, quoted(body))
			w.get1(fmt.Sprintf("%s/messages/%d", path, n)).is(200, text)
			return text
		}
		first, second := item(1, "2026-03-02T09:15:01", "IE015"), item(2, "2026-03-02T09:15:02", "IE928")
		list := func(items ...string) string {
			return fmt.Sprintf(`{"_links":{"self":{"href":"%s/messages"}},"_embedded":{"messages":[%s],"departure":%s}}`, path, strings.Join(items, ","),
				item1(1, "2026-03-02T09:15:02.459", "", "PositiveAcknowledgement"))
		}
		w.get1(path+"/messages").is(200, list(first, second))
		w.get1(path+"/messages?receivedSince=2026-03-02T09:15:01.459Z").is(200, list(first, second))
		w.get1(path+"/messages?receivedSince=2026-03-02T09:15:01.460Z").is(200, list(second))
		w.get1(path+"/messages?receivedSince=2026-03-02T10:15:02%2B01:00").is(200, list(second))
		w.get1(path+"/messages?receivedSince=2027-01-01T00:00:00Z").is(200, list())
		w.get1(path+"/messages/3").is(404, notFound1)
	})

	It("call an arrival an arrival", func() {
		w := newWorld()
		path := w.begin1(arrivals, p4Notification)
		Expect(w.get1(path + "/messages").Body).To(And(
			ContainSubstring(`"_links":{"self":{"href":"/customs/transits/movements/arrivals/1/messages/1"},"arrival":{"href":"/customs/transits/movements/arrivals/1"}},"arrivalId":"1","messageId":"1"`),
			ContainSubstring(`],"arrival":{"id":"1"`)))
	})

	It("show what customs sends as valid messages that answer to the sender of the trader's", func() {
		w := newWorld(profile("instant"))
		path := w.begin1(departures, p4Declaration)
		w.settle()
		body := bodyIn(w.get1(path+"/messages/2"), "body")
		Expect(body).To(ContainSubstring("<MesRecMES6>MDTP-DEP-00000000000000000000001-01</MesRecMES6>"))
		Expect(simtest.Catalogue().Set(message.Phase4).Validate(context.Background(), []byte(body), schema.Options{}).Errors).To(BeEmpty())
		Expect(bodyIn(w.get1(path), "status")).To(Equal("ReleaseForTransit"))
	})
})

var _ = Describe("The box of an application in API 1.0 (N1)", func() {
	const path = "/customs/transits/movements/push-pull-notifications/box"

	It("shows the box of the application, whatever the Accept header", func() {
		w := newWorld()
		w.get(path, without("Accept")).is(404, `{"statusCode":404,"message":"No box found for your client id","code":"CLIENT_ERROR"}`)
		w.get(path, header("Accept", "*/*")).is(404, `{"statusCode":404,"message":"No box found for your client id","code":"CLIENT_ERROR"}`)
		made := w.control("PUT", "/boxes", `{"token":"`+trader+`","apiVersion":"1.0"}`)
		Expect(made.Status).To(Equal(200))
		w.get1(path).is(200, `{"boxId":"`+between(made.Body, `"boxId":"`, `"`)+`","boxName":"customs/transits##1.0##notificationUrl","_links":{"self":{"href":"`+path+`"}}}`)
	})

	It("needs to know the application", func() {
		w := newWorld(deps(func(d *api.Deps) { d.Platform = setting.Off }))
		w.get1(path).is(400, `{"statusCode":400,"message":"Client Id Required","code":"CLIENT_ERROR"}`)
	})

	It("is not there in 2.x", func() {
		newWorld().get(path).is(404, notThere)
	})
})

var _ = Describe("Which version answers beside API 1.0", func() {
	It("keeps a departure of each version apart by its numbers, lists and lookups", func() {
		w := newWorld()
		first := w.begin1(departures, p4Declaration)
		second := w.declare("LRN-0002").movement
		third := created(w.post(departures, fixture("phase6/valid/ie015-simplified-gb-xi.xml"), accept("3.0+json"))).movement

		Expect(w.get1(departures).Body).To(HaveSuffix(`"retrievedDepartures":1,"totalDepartures":1}}`))
		for _, version := range []string{"2.1", "3.0"} {
			list := w.get(departures, accept(version+"+json")).Body
			Expect(list).To(ContainSubstring(`"totalCount":2`))
			Expect(regexp.MustCompile(`"id":"([0-9a-f]+)"`).FindAllStringSubmatch(list, -1)).To(ConsistOf(ContainElement(second), ContainElement(third)))
		}
		own := w.movement1(first).ID
		w.get(departures+"/"+own).refused(404, "NOT_FOUND", "Departure movement with ID "+own+" was not found")
		w.post(departures+"/"+own+"/messages", fixture(invalidation)).refused(404, "NOT_FOUND", "Departure movement with ID "+own+" was not found")
		Expect(w.get(departures + "/1").Body).To(ContainSubstring("16 character hexadecimal"))
		Expect(w.get1(departures + "/" + second).Status).To(Equal(400))
		Expect(w.support(testMessages(own), ie928).Status).To(Equal(404))
		Expect(w.get1(departures+"/2", without("Accept")).Status).To(Equal(406))
	})

	It("lets a decimal id or a root without a namespace speak for 1.0 where Accept does not", func() {
		w := newWorld()
		Expect(w.post(departures, fixture(p4Declaration), without("Accept")).Status).To(Equal(202))
		Expect(w.post(departures+"/1/messages", fixture(p4Cancellation), header("Accept", "application/json")).Status).To(Equal(202))
		Expect(w.get(departures+"/1", header("Accept", "*/*")).Body).To(Equal(`{"statusCode":406,"message":"The accept header is missing or invalid"}`))
		Expect(w.get(departures, without("Accept")).Body).To(ContainSubstring("The Accept header is missing"), "2.x has its own words")
		Expect(w.do("POST", departures, fixture(p4Declaration), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/xml")
		}).Body).To(ContainSubstring("SCHEMA_VALIDATION"), "Accept names 2.1")
	})

	DescribeTable("leaves it to 1.0 to refuse a root that is in no namespace, whatever it declares:",
		func(start, text string) {
			w := newWorld()
			xml := strings.Replace(rootOf(fixture(p4Declaration)), "<CC015B>", start, 1)
			for _, naming := range []option{without("Accept"), header("Accept", "*/*"), header("Accept", "application/json")} {
				a := w.post(departures, xml, naming)
				Expect(a.Status).To(Equal(400))
				Expect(a.Body).To(ContainSubstring(text))
			}
		},
		Entry("a prefix that is not used", `<CC015B xmlns:x="urn:x">`, "contains a namespace on the root node"),
		Entry("the place of a schema", `<CC015B xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="cc015b.xsd">`, "contains a namespace on the root node"),
		Entry("an attribute that only speaks of namespaces", `<CC015B a=' xmlns="urn:x"'>`, "has failed schema validation"),
		Entry("an attribute without a value", `<CC015B a>`, `{"statusCode":400,"message":"Invalid XML: `),
		Entry("a document type", `<!DOCTYPE CC015B><CC015B>`, `{"statusCode":400,"message":"Invalid XML: `),
	)

	It("leaves a root that is in a namespace to 2.x, but to 1.0 where there is no Accept and the namespace is not that of NCTS", func() {
		w := newWorld()
		for _, start := range []string{`<CC015B xmlns="urn:x">`, `<CC015B xmlns='urn:x' >`, `<x:CC015B xmlns:x="urn:x">`, `<CC015B xmlns="urn:x" a>`, `<!DOCTYPE CC015B><CC015B xmlns="urn:x">`} {
			Expect(w.post(departures, start, header("Accept", "*/*")).Status).To(Equal(406), start)
			Expect(w.post(departures, start, without("Accept")).Status).To(Equal(400), start)
			ours := strings.ReplaceAll(start, "urn:x", "http://ncts.dgtaxud.ec")
			Expect(w.post(departures, ours, without("Accept")).Status).To(Equal(406), ours)
		}
	})

	It("lets 1.0 answer whatever names no other version where there is no 2.x", func() {
		w := newWorld(deps(func(d *api.Deps) { d.APIVersions = []string{"1.0"} }))
		w.get(departures, without("Accept")).is(406, `{"statusCode":406,"message":"The accept header is missing or invalid"}`)
		w.post1(departures, "").is(400, `{"statusCode":400,"message":"Invalid XML: Premature end of file."}`)
		w.post1(departures, `<CC015B xmlns="urn:x"/>`).text(400, namespaceText)
		w.get(departures+"/abc", without("Accept")).is(400, `{"message":"Cannot parse parameter departureId as Int: For input string: \"abc\"","statusCode":400,"code":"BAD_REQUEST"}`)
		w.get(departures).is(404, notThere)
	})

	It("takes a number with a sign for an id of 1.0", func() {
		w := newWorld()
		for _, id := range []string{"+1", "-1", "-2147483649"} {
			Expect(w.get(departures+"/"+id, without("Accept")).Body).NotTo(ContainSubstring("hexadecimal"), id)
		}
	})

	It("has no body endpoint in 1.0", func() {
		w := newWorld()
		w.get1(w.begin1(departures, p4Declaration)+"/messages/1/body").is(404, notThere)
	})
})
