package api_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/endpoint"
)

var _ = Describe("API 2.1 near its end", func() {
	const gone = `{"message":"New NCTS5 Departure Declarations can no longer be created using CTC Traders API v2.1. ` +
		`Use CTC Traders API v3.0 to create new NCTS6 Departure Declarations.","code":"GONE"}`
	opened := func(o endpoint.Opening) *world { return newWorld(deps(func(d *api.Deps) { d.Phase5API = o })) }

	It("makes no new movements while it is closing", func() {
		w := opened(endpoint.Closing)
		got := w.do("POST", departures, declaration("END-1"))
		Expect(got.Status).To(Equal(410))
		Expect(got.Body).To(Equal(gone))
		Expect(w.do("GET", departures, "").Status).To(Equal(200))
		Expect(w.do("POST", "/customs/transits/movements/arrivals", "<x/>").Body).To(ContainSubstring("NCTS5 Arrival Notifications"))
		Expect(w.do("POST", departures, declaration("END-1"), accept("3.0+json")).Status).To(Equal(202))
	})
	It("answers nothing when it is gone, and leaves 3.0 and 1.0 alone", func() {
		w := opened(endpoint.Gone)
		Expect(w.do("GET", departures, "").Body).To(Equal(gone))
		Expect(w.do("GET", departures+"/0123456789abcdef/messages", "").Status).To(Equal(410))
		Expect(w.do("GET", departures, "", accept("3.0+json")).Status).To(Equal(200))
		Expect(w.do("GET", departures, "", accept("1.0+json")).Status).To(Equal(200))
		Expect(w.do("GET", departures, "", without("Authorization")).Status).To(Equal(401))
	})
})
