package api_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
)

// checkCovered looks, after each spec, whether coverage lists all that the APIs have answered in it.
func checkCovered(a *api.API) {
	GinkgoHelper()
	counts, _ := a.Coverage.Counts()
	for k := range counts {
		if k.Area == client.CoveredAnswers && !control.ListsAnswer(k) {
			Fail("coverage does not know the answer " + k.Group + " " + k.Name + "; hint: add it to simulator/api/control/coverage_answers.tsv")
		}
	}
}

var _ = Describe("Coverage", func() {
	It("says of everything how it can be met", func(ctx SpecContext) {
		w := newWorld()
		found, err := client.Client{URL: w.url, HTTP: w.client}.Coverage(ctx)
		Expect(err).NotTo(HaveOccurred())
		for _, a := range found.Areas {
			for _, item := range a.Items {
				Expect(item.Hint).NotTo(BeEmpty(), "%s %s", a.Area, item.ID)
			}
		}
	})

	It("lists the same answers for 2.1 and 3.0, which differ in their messages alone", func(ctx SpecContext) {
		found, err := client.Client{URL: newWorld().url}.Coverage(ctx)
		Expect(err).NotTo(HaveOccurred())
		of := map[string][]string{}
		for _, a := range found.Areas {
			for _, item := range a.Items {
				if a.Area == client.CoveredAnswers && strings.Contains(item.ID, "/movements/") {
					of[item.Group] = append(of[item.Group], strings.TrimPrefix(item.ID, item.Group+" "))
				}
			}
		}
		Expect(of["3.0"]).To(Equal(of["2.1"]))
		Expect(len(of["2.1"])).To(BeNumerically(">", 50))
	})
})
