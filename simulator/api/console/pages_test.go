package console_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/scenario"
)

var _ = Describe("The pages", func() {
	It("are the same whenever the same has happened", func() {
		sim := open()
		b := visit(sim)
		beGolden(b.get("").Text, "movements-none")
		beGoldenFrame(b.get("keys").Text, "frame")

		released := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		rejected := declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		_, err := sim.Officer(GinkgoT().Context(), released, "control", nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Officer(GinkgoT().Context(), released, "release", nil)
		Expect(err).NotTo(HaveOccurred())

		for path, name := range map[string]string{
			"":                               "movements",
			"?state=REJECTED&q=MIXED":        "movements-filtered",
			"movements/" + released:          "movement-released",
			"movements/" + rejected:          "movement-rejected",
			"upcoming":                       "upcoming",
			"keys":                           "keys",
			"search?q=MIXED":                 "search",
			"search?q=nothing-has-that-name": "search-nothing",
			"movements/0123456789abcdef":     "movement-unknown",
			"movements/" + released + "?show=notes&show=notifications": "movement-notes",
		} {
			beGolden(b.get(path).Text, name)
		}
	})
})
