package console_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/tier"
)

var _ = Describe("The reference", func() {
	It("has the row of the process table and the rule that the page of a movement cites", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		rejected := declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		page := b.get("movements/" + rejected).Text
		rows := regexp.MustCompile(`href="\.\./reference/process#([^"]+)"`).FindAllStringSubmatch(page, -1)
		Expect(rows).NotTo(BeEmpty())
		process := b.get("reference/process").Text
		for _, row := range rows {
			Expect(process).To(ContainSubstring(`<tr id="` + row[1] + `"`))
		}
		rules := regexp.MustCompile(`href="\.\./(reference/rules/[^"]+)"`).FindAllStringSubmatch(page, -1)
		Expect(rules).NotTo(BeEmpty())
		for _, rule := range rules {
			Expect(b.get(rule[1]).StatusCode).To(Equal(http.StatusOK), rule[1])
		}
	})

	It("has a page for every rule, code list, message and sample that it lists", func() {
		sim := open()
		b := visit(sim)
		links := regexp.MustCompile(`<td[^>]*>(?:<a [^>]*>[^<]*</a>, )*<a[^>]* href="\.\./(reference/[^"]+)"`)
		for _, list := range []string{"reference/rules", "reference/lists", "reference/messages", "reference/samples"} {
			found := links.FindAllStringSubmatch(b.get(list).Text, -1)
			Expect(len(found)).To(BeNumerically(">", 20), list)
			for _, link := range tier.Some(found) {
				Expect(b.get(link[1]).StatusCode).To(Equal(http.StatusOK), link[1])
			}
		}
	})

	It("says what software has met, how to meet the rest, and where that is explained", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{})
		page := b.get("reference/coverage").Text
		for _, area := range client.CoverageAreas {
			Expect(page).To(ContainSubstring(`<h2 id="` + string(area) + `">`))
		}
		Expect(page).To(ContainSubstring("send no Authorization"))
		Expect(page).NotTo(MatchRegexp(`<td>\s*</td></tr>`), "each says how it can be met")
		Expect(b.get("reference/coverage?show=all&q=SUBMITTED").Text).To(ContainSubstring("departure, phases 5 and 6"))
		met := b.get("reference/coverage?show=met").Text
		Expect(met).To(ContainSubstring("departure, phases 5 and 6"))
		Expect(met).NotTo(ContainSubstring("<td>never</td>"))
		Expect(b.get("reference/coverage?q=nothing-of-the-kind").Text).To(ContainSubstring("Nothing fits."))
		links := regexp.MustCompile(`href="\.\./((?:reference|scenarios)/[^"#]+)"`).FindAllStringSubmatch(page, -1)
		Expect(len(links)).To(BeNumerically(">", 300))
		for i := 0; i < len(links); i += 25 {
			Expect(b.get(links[i][1]).StatusCode).To(Equal(http.StatusOK), links[i][1])
		}
	})

	It("is led to from everywhere, and so is every other sort of page: none is missing, none is broken", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		links := regexp.MustCompile(`<a [^>]*href="([^"#]+)[^"]*"`)
		ids := regexp.MustCompile(`[^/]*[0-9][^/]*`)
		seen := map[string]bool{}
		for next := []string{""}; len(next) > 0; next = next[1:] {
			a := b.get(next[0])
			Expect(a.StatusCode).To(BeElementOf(http.StatusOK, http.StatusSeeOther), next[0])
			for _, link := range links.FindAllStringSubmatch(a.Text, -1) {
				to, err := a.Request.URL.Parse(html.UnescapeString(link[1]))
				Expect(err).NotTo(HaveOccurred())
				path, here := strings.CutPrefix(to.String(), b.base)
				if sort := ids.ReplaceAllString(to.Path, "*"); here && !seen[sort] { // of pages that differ in an id alone, one is enough
					seen[sort] = true
					next = append(next, path)
				}
			}
		}
		Expect(len(seen)).To(BeNumerically(">", 30))
		Expect(seen).To(And(HaveKey("/console/reference/coverage"), HaveKey("/console/movements/*/record"), HaveKey("/console/scenarios/*")))
	})

	It("shows every element of a message once, where a finding can point", func() {
		sim := open()
		ctx := GinkgoT().Context()
		types, err := sim.Client().MessageTypes(ctx)
		Expect(err).NotTo(HaveOccurred())
		ids := regexp.MustCompile(`(?:<details|<li) id="([^"]+)"`)
		var count func(client.Declared) int
		count = func(d client.Declared) int {
			n := 1
			for _, c := range d.Children {
				n += count(c)
			}
			return n
		}
		for _, t := range tier.Some(types.Messages) {
			m, err := sim.Client().MessageSchema(ctx, t.Phase, t.Code)
			Expect(err).NotTo(HaveOccurred())
			page := visit(sim).get("reference/messages/" + t.Phase.String() + "/" + t.Code).Text
			seen := map[string]bool{}
			for _, id := range ids.FindAllStringSubmatch(page, -1) {
				Expect(seen).NotTo(HaveKey(id[1]))
				seen[id[1]] = true
			}
			Expect(seen).To(HaveLen(count(m.Element)-1), t.Root)
		}
	})

	It("takes what is typed as text, and says so when nothing fits", func() {
		b := visit(open())
		for _, path := range []string{"process", "messages", "lists", "lists/CL251", "offices", "rules", "samples"} {
			a := b.get("reference/" + path + "?q=%3Cscript%3Ealert(1)%3C/script%3E")
			Expect(a.StatusCode).To(Equal(http.StatusOK))
			Expect(a.Text).NotTo(ContainSubstring("<script>alert"))
			Expect(a.Text).To(ContainSubstring(`value="&lt;script&gt;alert(1)&lt;/script&gt;"`))
			Expect(a.Text).To(ContainSubstring("fits. <a"))
		}
		for _, path := range []string{"lists/CL999", "rules/X", "messages/5/IE999", "samples/5/nothing"} {
			Expect(b.get("reference/" + path).StatusCode).To(Equal(http.StatusNotFound))
		}
	})
})
