package simulator_test

import (
	"net/http"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/simtest"
)

const acceptPhase4 = "application/vnd.hmrc.1.0+json"

func phase4(name string) string {
	GinkgoHelper()
	return string(simtest.File("phase4/valid/" + name))
}

// phase4Types are the types of the messages of a movement of API 1.0, the first one first.
func phase4Types(url, path string) string {
	GinkgoHelper()
	status, body := request(http.MethodGet, url+path+"/messages", acceptPhase4, "")
	Expect(status).To(Equal(http.StatusOK), body)
	var types []string
	for _, found := range regexp.MustCompile(`"messageType":"(IE[0-9]+)"`).FindAllStringSubmatch(body, -1) {
		types = append(types, found[1])
	}
	return strings.Join(types, " ")
}

func phase4Movement(url, path string) string {
	GinkgoHelper()
	status, body := request(http.MethodGet, url+path, acceptPhase4, "")
	Expect(status).To(Equal(http.StatusOK), body)
	return body
}

var _ = Describe("A simulator that speaks API 1.0", func() {
	instant := func(c *simulator.Config) { c.Profile = "instant" }

	It("takes goods from declaration to write-off, both sides being here", func(ctx SpecContext) {
		url := run(ctx, instant).URL()
		status, body := request(http.MethodPost, url+departures, acceptPhase4, phase4("ie015-simplified-gb-xi.xml"))
		Expect(status).To(Equal(http.StatusAccepted), body)
		departure, arrival := departures+"/1", arrivals+"/1"
		Eventually(func() string { return phase4Types(url, departure) }).Should(Equal("IE015 IE028 IE029"))
		mrn := regexp.MustCompile(`"movementReferenceNumber":"([^"]+)"`).FindStringSubmatch(phase4Movement(url, departure))[1]

		ours := func(name string) string {
			return regexp.MustCompile(`<DocNumHEA5>[^<]*<`).ReplaceAllString(phase4(name), "<DocNumHEA5>"+mrn+"<")
		}
		status, body = request(http.MethodPost, url+arrivals, acceptPhase4, ours("ie007-normal-gb-xi.xml"))
		Expect(status).To(Equal(http.StatusAccepted), body)
		Eventually(func() string { return phase4Movement(url, arrival) }).Should(ContainSubstring(`"status":"GoodsReleased"`))
		Expect(phase4Types(url, arrival)).To(Equal("IE007 IE025"))
		Eventually(func() string { return phase4Types(url, departure) }).Should(HaveSuffix(" IE045"))
		Expect(phase4Movement(url, departure)).To(ContainSubstring(`"status":"WriteOffNotification"`))
	})

	It("goes on counting after a restart, and still shows what there was", func(ctx SpecContext) {
		folder := GinkgoT().TempDir()
		with := func(c *simulator.Config) { c.Data, c.Profile = folder, "silent" }
		post := func(sim *simulator.Simulator, want string) {
			status, body := request(http.MethodPost, sim.URL()+departures, acceptPhase4, phase4("ie015-no-amount-simplified-gb-it.xml"))
			Expect(status).To(Equal(http.StatusAccepted), body)
			Expect(body).To(ContainSubstring(`"departureId":"` + want + `"`))
		}
		first, err := try(ctx, with)
		Expect(err).NotTo(HaveOccurred())
		post(first, "1")
		before := phase4Movement(first.URL(), departures+"/1")
		Expect(first.Close(ctx)).To(Succeed())

		second := run(ctx, with)
		Expect(phase4Movement(second.URL(), departures+"/1")).To(Equal(before))
		post(second, "2")
	})

	It("puts the default guarantee of its settings into a declaration", func(ctx SpecContext) {
		url := run(ctx, func(c *simulator.Config) { c.Profile, c.DefaultGuarantee = "silent", "1.00GBP" }).URL()
		status, body := request(http.MethodPost, url+departures, acceptPhase4, phase4("ie015-no-amount-simplified-gb-it.xml"))
		Expect(status).To(Equal(http.StatusAccepted), body)
		_, stored := request(http.MethodGet, url+departures+"/1/messages/1", acceptPhase4, "")
		Expect(stored).To(ContainSubstring("<AddInfMT21>1.00GBP"))
	})

	It("is strict, or gone, or without status, or not there, as its settings say", func(ctx SpecContext) {
		strict := run(ctx, func(c *simulator.Config) { c.Profile, c.Transitions, c.Phase4Status = "silent", "strict", "off" }).URL()
		status, body := request(http.MethodPost, strict+departures, acceptPhase4, phase4("ie015-simplified-gb-xi.xml"))
		Expect(status).To(Equal(http.StatusAccepted), body)
		status, body = request(http.MethodPost, strict+departures+"/1/messages", acceptPhase4, phase4("ie014-cancellation-gb.xml"))
		Expect(status).To(Equal(http.StatusBadRequest), body)
		Expect(phase4Movement(strict, departures+"/1")).NotTo(ContainSubstring("status"))

		gone := run(ctx, func(c *simulator.Config) { c.Phase4API = "gone" }).URL()
		status, _ = request(http.MethodGet, gone+departures, acceptPhase4, "")
		Expect(status).To(Equal(http.StatusGone))
		without := run(ctx, func(c *simulator.Config) { c.APIVersions = []string{"2.1"} }).URL()
		status, _ = request(http.MethodGet, without+departures, acceptPhase4, "")
		Expect(status).To(Equal(http.StatusNotFound))
	})
})
