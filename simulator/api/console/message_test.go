package console_test

import (
	"bytes"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// messagePath is the page of the first message of a type.
func messagePath(sim *simulator.Simulator, id, code string) string {
	GinkgoHelper()
	m, err := sim.Movement(GinkgoT().Context(), id)
	Expect(err).NotTo(HaveOccurred())
	for _, r := range m.Records {
		if r.Type == code {
			return "movements/" + id + "/messages/" + r.ID
		}
	}
	Fail("there is no " + code)
	return ""
}

// manyItems is a declaration with 999 items, all of them like its first one.
func manyItems(text []byte) []byte {
	items := regexp.MustCompile(`(?s)(\s*<ConsignmentItem>.*?</ConsignmentItem>)+`).Find(text)
	one := regexp.MustCompile(`(?s)\s*<ConsignmentItem>.*?</ConsignmentItem>`).Find(text)
	return bytes.Replace(text, items, bytes.Repeat(one, 999), 1)
}

var _ = Describe("The page of a message", func() {
	It("is the same whenever the same has happened, in every way to look at it", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		id := declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		wrong, answer := messagePath(sim, id, "IE015"), messagePath(sim, id, "IE056")
		beGolden(b.get(wrong).Text, "message")
		beGolden(b.get(wrong+"?view=xml").Text, "message-xml")
		beGolden(b.get(answer+"?absent=1").Text, "message-absent")
		beGolden(b.get(answer+"?view=xml").Text, "message-broken")
		beGolden(b.get(answer+"?view=raw").Text, "message-raw")
		beGolden(b.get(answer+"?view=json").Text, "message-json")
	})

	It("leads from a finding to the element that it is about", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		id := declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		path := messagePath(sim, id, "IE015")
		page := b.get(path).Text
		Expect(page).To(ContainSubstring(`href="../../../` + path + `?view=form#at-CC015C-TransitOperation-LRN"`))
		Expect(page).To(ContainSubstring(`<li id="at-CC015C-TransitOperation-LRN" class="leaf wrong">`))
		Expect(b.get(path + "?view=xml").Text).To(MatchRegexp(`class="line wrong" data-n="9" id="wrong">    &lt;LRN&gt;MIXED-1&lt;/LRN&gt;`))
		Expect(b.get("movements/" + id).Text).To(ContainSubstring(path))
	})

	It("compares it with the one that it changes or repeats, or with another one that is chosen", func(ctx SpecContext) {
		sim := open()
		b := visit(sim)
		first := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		second := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-2"})
		_, err := sim.Officer(ctx, first, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		released, declared := messagePath(sim, first, "IE029"), messagePath(sim, first, "IE015")
		page := b.get(released + "?view=diff").Text
		beGolden(page, "message-diff")
		Expect(page).To(And(ContainSubstring("not carried by CC015C"), ContainSubstring("<del>CC015C</del>"), ContainSubstring("<ins>CC029C</ins>")))
		Expect(b.get("movements/" + first).Text).To(MatchRegexp(`href="[./]*%s\?view=diff&amp;with=[0-9a-f]+">compared`, released))
		Expect(b.get("movements/" + second).Text).NotTo(ContainSubstring("compared"))

		other := second + "/" + path.Base(messagePath(sim, second, "IE015"))
		page = b.get(declared + "?view=diff&with=" + url.QueryEscape(other)).Text
		Expect(page).To(And(ContainSubstring("<del>BIKES-1</del>"), ContainSubstring("<ins>BIKES-2</ins>"), ContainSubstring(">1 changed. <")))
		Expect(b.get(declared + "?view=diff&with=sample/ie015-simplified-gb-xi").Text).To(And(ContainSubstring("sample ie015-simplified-gb-xi"), ContainSubstring("<ins>BIKES-1</ins>")))
		Expect(b.get(declared + "?view=diff&with=" + path.Base(declared)).Text).To(ContainSubstring("Nothing is different"))
		Expect(b.get(declared + "?view=diff&with=none").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get(declared + "?view=diff&with=sample/none").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get(declared + "?view=diff&with=%00/%00").StatusCode).To(Equal(http.StatusNotFound))

		chosen := b.post("bulk", "id", second, "id", first, "do", "compare")
		beGolden(b.follow(chosen).Text, "compare")
		Expect(b.follow(b.post("bulk", "id", second, "do", "compare")).Text).To(ContainSubstring("Two movements can be compared, not 1"))
		Expect(b.get("compare?id=" + first).StatusCode).To(Equal(http.StatusBadRequest))
		Expect(b.get("compare?id=none&id=" + first).StatusCode).To(Equal(http.StatusNotFound))
	})

	It("gives the message out byte for byte", func() {
		sim := open()
		b := visit(sim)
		id := declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		path := messagePath(sim, id, "IE015")
		a := b.get(path + "/download")
		Expect(a.Header.Get("Content-Disposition")).To(MatchRegexp(`^attachment; filename="ie015-[0-9a-f]+\.xml"$`))
		Expect(a.Text).To(Equal(b.get(path + "/body").Text))
	})

	It("shows of 999 items some at once, and the rest when they are wanted", func() {
		sim := open()
		b := visit(sim)
		text, err := sim.Fixture(message.Phase5, "ie015-normal-gb-xi", scenario.Facts{LRN: "MANY-1"})
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Declare(GinkgoT().Context(), message.Phase5, manyItems(text))
		Expect(err).NotTo(HaveOccurred())
		path := messagePath(sim, m.ID, "IE015")
		page := b.get(path)
		Expect(page.StatusCode).To(Equal(http.StatusOK))
		Expect(page.Text).To(MatchRegexp("51 to 100 of 100[0-9]"))
		more := regexp.MustCompile(`href="\.\./\.\./\.\./([^"]*skip=50[^"]*)"`).FindStringSubmatch(page.Text)
		Expect(more).NotTo(BeNil())
		Expect(b.get(strings.ReplaceAll(more[1], "&amp;", "&")).Text).To(ContainSubstring("Consignment item 51"))
	})

	It("shows markup and what is not XML as text", func() {
		sim := open()
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		for _, text := range []string{
			`<ncts:CC060C xmlns:ncts="http://ncts.dgtaxud.ec"><x><![CDATA[<script>alert(1)</script>]]></x><y a="&#34;&gt;">&lt;b onclick=x&gt;</y></ncts:CC060C>`,
		} {
			done, err := sim.Inject(GinkgoT().Context(), id, client.Injection{XML: []byte(text), Force: true})
			Expect(err).NotTo(HaveOccurred())
			for _, view := range []string{"form", "xml", "raw", "json", "diff"} {
				page := b.get("movements/" + id + "/messages/" + done.ID + "?view=" + view)
				Expect(page.StatusCode).To(Equal(http.StatusOK), view)
				Expect(page.Text).NotTo(Or(ContainSubstring("<b onclick"), ContainSubstring("<script>alert")), view)
			}
		}
		hidden := `<ncts:CC060C xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>a` + "\u202E" + `fdp.exe</messageSender><x>` + strings.Repeat("long", 2<<20) + `</x></ncts:CC060C>`
		done, err := sim.Inject(GinkgoT().Context(), id, client.Injection{XML: []byte(hidden), Force: true})
		Expect(err).NotTo(HaveOccurred())
		for _, view := range []string{"form", "xml", "raw", "diff"} {
			page := b.get("movements/" + id + "/messages/" + done.ID + "?view=" + view)
			Expect(page.Text).To(ContainSubstring("a<span class=\"hides\" data-code=\"U+202E\">\u202E</span>fdp.exe"), view)
			if view != "xml" {
				Expect(len(page.Text)).To(BeNumerically("<", 1<<20), view)
			}
		}
		Expect(b.get("movements/" + id + "/messages/none").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get("movements/" + id + "/messages/none/download").StatusCode).To(Equal(http.StatusNotFound))
		path := messagePath(sim, id, "IE015")
		Expect(b.get(path + "?path=/nothing/there").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get(path + "?path=%00%5B").StatusCode).To(BeNumerically("<", 500))
		Expect(b.get(path + "?view=xml&from=999999999").StatusCode).To(Equal(http.StatusOK))
		Expect(b.get(path + "?skip=999999999").StatusCode).To(Equal(http.StatusOK))
	})
})
