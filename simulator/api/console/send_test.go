package console_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// written is what the form of a page would send: names and values in turn.
func written(page string, change ...string) []string {
	GinkgoHelper()
	values := map[string]string{"fresh": "1"}
	text := regexp.MustCompile(`(?s)<textarea id="send-xml"[^>]*>\n?(.*?)</textarea>`).FindStringSubmatch(page)
	Expect(text).NotTo(BeNil(), page)
	values["xml"] = html.UnescapeString(text[1])
	for _, field := range regexp.MustCompile(`<input id="send-[a-z]+" name="([a-z]+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		values[field[1]] = html.UnescapeString(field[2])
	}
	values["phase"] = regexp.MustCompile(`<option value="([456])" selected>`).FindStringSubmatch(page)[1]
	for i := 0; i+1 < len(change); i += 2 {
		values[change[i]] = change[i+1]
	}
	var out []string
	for name, value := range values {
		out = append(out, name, value)
	}
	return out
}

var _ = Describe("Being the trader in the console", func() {
	It("sends a sample by the real way, and leads to the movement", func() {
		sim := open()
		b := visit(sim)
		Expect(b.get("").Text).To(ContainSubstring(`href="./send">Send a sample</a>`))
		form := b.get("send")
		beGolden(form.Text, "send")
		page := b.follow(b.post("send", written(form.Text)...))
		Expect(page.Text).To(And(ContainSubstring("<h1><bdi>NW-BIKES-25-001"), ContainSubstring("Sent the IE015 as GB953574106000: 202 Accepted"), ContainSubstring("ACCEPTED")))

		By("again, with an LRN that is free")
		Expect(b.get("send").Text).To(ContainSubstring("The LRN NW-BIKES-25-001 is in use: this one is NW-BIKES-25-2."))
		page = b.follow(b.post("send", written(form.Text)...))
		Expect(page.Text).To(ContainSubstring("<h1><bdi>NW-BIKES-25-2"))
		By("as it is")
		page = b.follow(b.post("send", written(form.Text, "fresh", "")...))
		Expect(page.Text).To(And(ContainSubstring("<h1><bdi>NW-BIKES-25-001"), ContainSubstring("BR20006")))
	})

	It("shows what HMRC answers to what is refused, and what would have been accepted", func() {
		sim := open()
		b := visit(sim)
		form := b.get("send").Text
		for _, c := range []struct {
			change []string
			status string
		}{
			{[]string{"accept", "none"}, "406 Not Acceptable"}, {[]string{"token", "none"}, "401 Unauthorized"},
			{[]string{"type", "text/plain"}, "415 Unsupported Media Type"}, {[]string{"xml", "<nothing/>"}, "400 Bad Request"},
		} {
			page := b.post("send", written(form, c.change...)...)
			Expect(page.StatusCode).To(Equal(http.StatusUnprocessableEntity))
			Expect(page.Text).To(And(ContainSubstring("It was refused: "+c.status), ContainSubstring("The request with all its checks")))
			if c.change[0] == "accept" {
				beGolden(page.Text, "send-refused")
			}
		}
		Expect(sim.Movement(GinkgoT().Context(), "NW-BIKES-25-001")).Error().To(HaveOccurred())
		Expect(b.post("send", written(form, "xml", " ")...).Text).To(ContainSubstring(`<a href="#send-xml">Write or paste a message</a>`))
		Expect(b.post("send", written(form, "movement", "no-such-lrn")...).Text).To(ContainSubstring(`href="#send-movement"`))
	})

	It("validates without sending", func() {
		sim := open()
		b := visit(sim)
		form := b.get("send").Text
		Expect(b.post("send/validate", written(form)...).Text).To(ContainSubstring("Nothing is wrong with it."))
		text := regexp.MustCompile(`(?s)<textarea[^>]*>\n?(.*?)</textarea>`).FindStringSubmatch(form)[1]
		broken := strings.ReplaceAll(html.UnescapeString(text), "<security>0</security>", "<security>9</security>")
		beGolden(b.post("send/validate", written(form, "xml", broken)...).Text, "send-checked")
		Expect(sim.Movement(GinkgoT().Context(), "NW-BIKES-25-001")).Error().To(HaveOccurred())
	})

	It("validates, but does not send in a console that only shows things", func() {
		b := visit(open(func(c *simulator.Config) { c.Console = simulator.ConsoleReadOnly }))
		form := b.get("send").Text
		Expect(form).NotTo(ContainSubstring(`class="primary"`))
		Expect(b.post("send/validate", written(form)...).Text).To(ContainSubstring("Nothing is wrong with it."))
		Expect(b.post("send", written(form)...).StatusCode).To(Equal(http.StatusForbidden))
	})

	It("says that a movement has left its scenario, and why", func() {
		b := visit(open())
		form := strings.Replace(b.get("send").Text, `name="scenario" value=""`, `name="scenario" value="DSGB9"`, 1)
		page := b.follow(b.post("send", written(form)...)).Text
		Expect(page).To(And(ContainSubstring(">DSGB9</a>: left, step 1 (trader sends IE015) at "), Not(ContainSubstring("step 1 of 2"))))
		Expect(b.get("").Text).To(And(ContainSubstring("left"), Not(ContainSubstring("step 1 of 2"))))
	})

	It("leaves a curl command in the log of requests that reaches the simulator", func() {
		sim := open()
		b := visit(sim)
		b.follow(b.post("send", written(b.get("send").Text)...))
		Expect(html.UnescapeString(b.get("requests/1").Text)).To(ContainSubstring("curl -X POST '" + sim.URL() + "/customs/transits/movements/departures'"))
	})

	It("finds a free LRN in the place of one with letters of several bytes", func() {
		sim := open()
		b := visit(sim)
		form := written(regexp.MustCompile(`NW-BIKES-25-001`).ReplaceAllString(b.get("send").Text, "aéééééééééééééééééé")) // 20 characters in 39 bytes
		b.follow(b.post("send", form...))
		Expect(b.follow(b.post("send", form...)).Text).To(ContainSubstring("<bdi>aéééééééééééééééé-2</bdi>"))
	})

	It("prepares what a trader can say about a movement, in every phase, so that the API takes it", func() {
		sim := open()
		b := visit(sim)
		for _, phase := range []string{"4", "5", "6"} {
			sent := map[string]bool{}
			page := b.follow(b.post("send", written(b.get("send?sample="+phase+"/ie015-simplified-gb-xi").Text)...)).Text
			for len(page) > 0 {
				next := ""
				for _, link := range regexp.MustCompile(`href="\.\./(send\?about=[^"]*)"`).FindAllStringSubmatch(page, -1) {
					address := html.UnescapeString(link[1])
					kind := regexp.MustCompile(`type=(IE\d+)(&remarks=\w+)?|remarks=\w+&type=IE044`).FindString(address)
					if sent[kind] {
						continue
					}
					sent[kind] = true
					a := b.post("send", written(b.get(address).Text)...)
					Expect(a.StatusCode).To(Equal(http.StatusSeeOther), phase+kind+a.Text)
					if strings.Contains(kind, "IE007") {
						next = b.follow(a).Text
					}
				}
				page = next
			}
			want := []string{"type=IE014", "type=IE007"}
			if phase != "4" {
				want = append(want, "type=IE013", "type=IE170", "remarks=conform&type=IE044", "remarks=seals&type=IE044", "remarks=packages&type=IE044", "remarks=weight&type=IE044")
			}
			for _, kind := range want {
				Expect(sent).To(HaveKey(kind), phase)
			}
		}
	})

	It("prepares remarks about the goods that were unloaded, in which no rule finds anything wrong", func() {
		sim := open()
		c, ctx := sim.Client(), GinkgoT().Context()
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		_, err := sim.Officer(ctx, id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		notice, err := c.Prepare(ctx, client.Preparation{Movement: id, MessageType: "IE007", Dated: true})
		Expect(err).NotTo(HaveOccurred())
		arrival, err := sim.Declare(ctx, message.Phase5, []byte(notice.XML))
		Expect(err).NotTo(HaveOccurred())
		for _, action := range []string{"accept_arrival", "permit_unloading"} {
			m, err := sim.Movement(ctx, arrival.ID)
			Expect(err).NotTo(HaveOccurred())
			if m.May(action) {
				_, err = sim.Officer(ctx, arrival.ID, action, nil)
				Expect(err).NotTo(HaveOccurred())
			}
		}
		Expect(sim.Movement(ctx, arrival.ID)).To(HaveField("State", movement.UnloadingPermitted))
		for remarks, holds := range map[string]string{
			"conform": "<conform>1</conform>", "seals": "<stateOfSeals>0</stateOfSeals>", "packages": "<numberOfPackages>", "weight": "<grossMass>",
		} {
			made, err := c.Prepare(ctx, client.Preparation{Movement: arrival.ID, MessageType: "IE044", Remarks: remarks, Dated: true})
			Expect(err).NotTo(HaveOccurred())
			Expect(made.XML).To(ContainSubstring(holds), remarks)
			Expect(made.EORI).To(Equal(arrival.EORI))
			Expect(c.Validate(ctx, message.Phase5, []byte(made.XML))).To(HaveField("Valid", true), remarks)
		}
		Expect(c.Prepare(ctx, client.Preparation{Movement: arrival.ID, MessageType: "IE044", Remarks: "none"})).Error().To(MatchError(ContainSubstring("conform, seals")))
		Expect(c.Prepare(ctx, client.Preparation{})).Error().To(MatchError(ContainSubstring("one of sample, xml and movement")))
		Expect(c.Prepare(ctx, client.Preparation{XML: "<x"})).Error().To(HaveOccurred())
	})

	It("sends a message again", func() {
		sim := open()
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		link := regexp.MustCompile(`href="\.\./\.\./\.\./(send\?again=[^"]*)"`).FindStringSubmatch(b.get(messagePath(sim, id, "IE015")).Text)
		Expect(link).NotTo(BeNil())
		form := b.get(html.UnescapeString(link[1])).Text
		Expect(form).To(ContainSubstring("The LRN BIKES-1 is in use: this one is BIKES-2."))
		Expect(b.follow(b.post("send", written(form)...)).Text).To(ContainSubstring("<h1><bdi>BIKES-2"))
		Expect(b.get("send?again=none/none").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get("send?about=none&type=IE014").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get("send?about=" + id + "&type=IE999").StatusCode).To(Equal(http.StatusBadRequest))
		Expect(b.get("send?sample=5/..%2f..%2fsecret").StatusCode).To(Equal(http.StatusNotFound))
	})
})
