package console_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// trader is who holds the token of the specs.
const trader = "GB954131533000"

// ask calls a simulated API as a trader's software does; headers are names and values in turn.
func (b browser) ask(sim *simulator.Simulator, method, path, body string, headers ...string) answer {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(GinkgoT().Context(), method, sim.URL()+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	r.Header.Set("Authorization", "Bearer "+trader)
	r.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	r.Header.Set("Content-Type", "application/xml")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

const departures = "/customs/transits/movements/departures"

var _ = Describe("The pages of requests, notifications and guarantees", func() {
	It("are the same whenever the same has happened", func() {
		sim := open()
		b := visit(sim)
		beGolden(b.get("requests").Text, "requests-none")
		beGolden(b.get("notifications").Text, "boxes-none")

		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(err).NotTo(HaveOccurred())
		declaration := strings.Replace(string(text), "24GB0000010000031", "23GB0000010000863", 1)
		Expect(b.ask(sim, http.MethodPost, departures, declaration).StatusCode).To(Equal(http.StatusAccepted))
		for range 2 {
			Expect(b.ask(sim, http.MethodPost, departures, declaration, "Accept", "application/json").StatusCode).To(Equal(http.StatusNotAcceptable))
		}
		Expect(b.ask(sim, http.MethodGet, departures+"/", "").StatusCode).To(Equal(http.StatusNotFound))
		Expect(sim.Settle(GinkgoT().Context())).To(Succeed())
		_, err = sim.Officer(GinkgoT().Context(), "BIKES-1", "release", nil)
		Expect(err).NotTo(HaveOccurred())

		boxes, err := sim.Client().Boxes(GinkgoT().Context())
		Expect(err).NotTo(HaveOccurred())
		box := "notifications/" + boxes[0].ID
		inBox, err := sim.Client().Notifications(GinkgoT().Context(), boxes[0].ID, client.NotificationQuery{})
		Expect(err).NotTo(HaveOccurred())

		for path, name := range map[string]string{
			"requests": "requests",
			"requests?refused=true&status=4xx&path=arrivals": "requests-filtered",
			"requests?status=9":                   "requests-mistake",
			"requests/1":                          "request",
			"requests/2":                          "request-refused",
			"notifications":                       "boxes",
			box:                                   "box",
			box + "?status=FAILED":                "box-failed",
			box + "/" + inBox.Notifications[0].ID: "notification",
			"guarantees":                          "guarantees",
			"guarantees/23GB0000010000863":        "guarantee",
			"guarantees/24GB0000010000031":        "guarantee-without-balance",
		} {
			beGolden(b.get(path).Text, name)
		}
	})
})
