package api_test

import (
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/simtest/suite"
)

var _ = Describe("The inbound endpoint of API 1.0", func() {
	const (
		ofDepartures = "/transits-movements-trader-at-departure/movements/departures/"
		ofArrivals   = "/transit-movements-trader-at-destination/movements/arrivals/"
	)
	departure := func(n int) string { return fmt.Sprintf("MDTP-DEP-%023d-01", n) }
	arrival := func(n int) string { return fmt.Sprintf("MDTP-ARR-%023d-01", n) }

	deliver := func(w *world, path, body string, options ...option) answer {
		GinkgoHelper()
		return w.do(http.MethodPost, path+"/messages/eis", body, append([]option{
			without("Authorization"), without("Accept"), header("Content-Type", "application/xml"),
		}, options...)...)
	}
	// written is what Test Support would place, as a message of somebody's own.
	written := func(w *world, kind, name, code string) string {
		GinkgoHelper()
		return bodyIn(w.place1(w.begin1(kind, name), code), "body")
	}

	It("takes a message for a departure, which is told what it is, and stores it unchanged", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		body := written(w, departures, p4Declaration, "IE928")
		a := deliver(w, ofDepartures+departure(1), body, header("X-Message-Type", "IE928"))
		a.empty(200)
		Expect(a.Header.Get("Location")).To(Equal(path + "/messages/2"))
		Expect(bodyIn(w.get1(path+"/messages/2"), "body")).To(Equal(body))
	})

	It("takes a message for an arrival by its root", func() {
		w := newWorld()
		path := w.begin1(arrivals, p4Notification)
		a := deliver(w, ofArrivals+arrival(1), written(w, arrivals, p4Notification, "IE043"))
		a.empty(200)
		Expect(a.Header.Get("Location")).To(Equal(path + "/messages/2"))
		Expect(w.get1(path).Body).To(ContainSubstring(`"status":"UnloadingPermission"`))
	})

	DescribeTable("reads the address of a trader in any case, and as it was before April 2021", suite.Parameters,
		func(address string, status int) {
			w := newWorld()
			w.begin1(departures, p4Declaration)
			deliver(w, ofDepartures+address, written(w, departures, p4Declaration, "IE928"), header("X-Message-Type", "IE928")).empty(status)
		},
		Entry(nil, departure(1), 200),
		Entry(nil, strings.ToLower(departure(1)), 200),
		Entry(nil, "MDTP-1-1", 200),
		Entry("of an unknown movement", departure(99), 404),
		Entry("of a number that no movement can have", "MDTP-DEP-99999999999999999999999-01", 404),
		Entry("of an arrival", arrival(1), 400),
		Entry("that is none", "NTA.GB", 400),
		Entry("with something behind it", departure(1)+"x", 400),
	)

	DescribeTable("says what is wrong with a message for a departure",
		func(typ, change, text string) {
			w := newWorld()
			w.begin1(departures, p4Declaration)
			body := written(w, departures, p4Declaration, "IE028")
			if change != "" {
				before, rest, _ := strings.Cut(body, "<DocNumHEA5>")
				_, after, _ := strings.Cut(rest, "</DocNumHEA5>")
				body = before + change + after
			}
			a := deliver(w, ofDepartures+departure(1), body, header("X-Message-Type", typ))
			Expect(a.Status).To(Equal(400))
			Expect(a.Body).To(Equal(text))
		},
		Entry("without a type", "", "", "A 'X-Message-Type' header must be defined in the request."),
		Entry("of no type that there is", "IE999", "", "Received the following invalid response for X-Message-Type: IE999"),
		Entry("of a type of the trader", "IE015", "", "Received the following invalid response for X-Message-Type: IE015"),
		Entry("of the other side", "IE043", "", "Received the following invalid response for X-Message-Type: IE043"),
		Entry("without an MRN", "IE028", "<DocNumHEA5/>", "The element 'DocNumHEA5' must contain a value."),
		Entry("that does not fit its schema", "IE028", "<DocNumHEA5>26GB0000601AAC9711</DocNumHEA5><X/>", ""),
		Entry("that is another one", "IE928", "", ""),
	)

	It("says nothing about a message for an arrival", func() {
		w := newWorld()
		w.begin1(arrivals, p4Notification)
		for _, body := range []string{"<CC043A>", "<CC028A/>", "<CC043A><X/></CC043A>", "hello"} {
			deliver(w, ofArrivals+arrival(1), body).empty(400)
		}
	})

	It("refuses in strict order what must not follow, with the reason for departures alone", func() {
		w := newWorld(deps(func(d *api.Deps) { d.Transitions = phase4.Strict }))
		released := written(newWorld(), departures, p4Declaration, "IE029")
		w.begin1(departures, p4Declaration)
		a := deliver(w, ofDepartures+departure(1), released, header("X-Message-Type", "IE029"))
		Expect(a.Status).To(Equal(400))
		Expect(a.Body).To(HavePrefix("Can only accept this type of message [ReleaseForTransit] directly after ["))
	})

	It("is a path of the control API: the token of that guards it, and no trader's does", func() {
		w := newWorld(deps(func(d *api.Deps) { d.ControlToken = "secret" }))
		w.begin1(departures, p4Declaration)
		Expect(deliver(w, ofDepartures+departure(1), "<CC928A/>", header("X-Message-Type", "IE928")).Status).To(Equal(401))
		deliver(w, ofDepartures+departure(1), "<CC928A/>", header("X-Message-Type", "IE928"), header("Authorization", "Bearer secret")).empty(400)
	})
})
