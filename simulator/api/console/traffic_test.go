package console_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

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

	It("tell of requests as they come, and of those that came while nobody listened", func() {
		sim := open()
		b := visit(sim)
		b.ask(sim, http.MethodGet, departures, "", "Accept", "application/json")
		stream := read(b, streamOf(b.get("requests")))
		b.ask(sim, http.MethodGet, departures, "", "Accept", "application/json")
		first := until(stream, "}\n\n")
		Expect(first).To(And(ContainSubstring(`"kinds":["request"]`), ContainSubstring(".2\ndata: ")))
		b.ask(sim, http.MethodGet, departures, "")
		Expect(until(read(b, "stream?requests=on", "Last-Event-ID", regexp.MustCompile(`id: (\S+)`).FindStringSubmatch(first)[1]), "}\n\n")).
			To(ContainSubstring(".3\ndata: "))
	})

	It("show whatever came as text", func() {
		sim := open()
		b := visit(sim)
		evil := `<script>alert(1)</script><img src=x onerror=alert(2)>\u202e` + "\u202e\x01"
		b.ask(sim, http.MethodPost, departures, "<oops>"+evil+"</oops>", "X-Evil", `"><script>alert(3)</script>`, "Accept", `application/json;"><script>`)
		b.ask(sim, http.MethodGet, departures+"/%3Cscript%3E?q="+url.QueryEscape(evil), "")
		b.ask(sim, http.MethodPost, "/nowhere/"+strings.Repeat("x", 5000), strings.Repeat("<a>", 100_000))
		for _, path := range []string{"requests", "requests/1", "requests/2", "requests/3", "requests?path=" + url.QueryEscape(evil) + "&status=%22%3E&movement=" + url.QueryEscape(evil), "guarantees/" + url.PathEscape(evil), "notifications/" + url.PathEscape(evil)} {
			page := b.get(path)
			Expect(page.StatusCode).To(BeNumerically("<", 500), path)
			Expect(page.Text).NotTo(MatchRegexp(`<script>alert|<img|<a>{2}|"><script`), path)
		}
	})

	It("send a request again, or say why not", func() {
		sim := open()
		b := visit(sim)
		b.ask(sim, http.MethodGet, departures, "", "Accept", "application/json")
		page := b.follow(b.post("requests/1/again"))
		Expect(page.Text).To(And(ContainSubstring("Request 1 was sent again"), ContainSubstring(`<p class="muted">no. 2</p>`)))
		b.ask(sim, http.MethodGet, departures, "", "Cookie", "a=b")
		refused := b.post("requests/3/again", "token", trader)
		Expect(refused.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Text).To(ContainSubstring("its header Cookie is masked"))
		Expect(b.get("requests/99").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get("requests/x").StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.follow(b.post("requests/clear")).Text).To(And(ContainSubstring("The log of requests is empty"), ContainSubstring("3 older ones are not kept")))
	})

	It("say so if no requests are kept", func() {
		Expect(visit(open(func(c *simulator.Config) { c.RequestLog = 0 })).get("requests").Text).To(ContainSubstring("--request-log 0"))
	})

	It("make a box, say where it sends, test it, show its secret once, and remove it", func() {
		sim := open()
		b := visit(sim)
		Expect(b.post("notifications", "token", " ", "version", "2.1").Text).To(ContainSubstring(`<a href="#token">Write the bearer token of the client</a>`))
		made := b.follow(b.post("notifications", "token", trader, "version", "2.1"))
		Expect(made.Text).To(ContainSubstring("The client has a box for API 2.1"))
		box := strings.TrimPrefix(made.Request.URL.Path, "/console/")

		Expect(b.follow(b.post(box + "/test")).Text).To(ContainSubstring(`class="outcome bad"`))
		wrong := b.post(box+"/callback", "url", "http://192.0.2.1/hook")
		Expect(wrong.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(wrong.Text).To(And(ContainSubstring("callbacks are not allowed there"), ContainSubstring(`value="http://192.0.2.1/hook"`)))

		var got atomic.Int32
		callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if word := r.URL.Query().Get("challenge"); word != "" {
				_, _ = io.WriteString(w, `{"challenge":"`+word+`"}`)
				return
			}
			got.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "<b>full</b>")
		}))
		DeferCleanup(callback.Close)
		Expect(b.follow(b.post(box+"/callback", "url", callback.URL+"/hook?key=hush")).Text).To(And(ContainSubstring("has answered the challenge"), Not(ContainSubstring("hush"))))
		Expect(b.follow(b.post(box + "/test")).Text).To(ContainSubstring("as it should, in"))
		secret := b.follow(b.post(box + "/secret"))
		Expect(secret.Text).To(MatchRegexp("The push secret is [A-Z0-9]{32}"))
		Expect(b.get(box).Text).NotTo(ContainSubstring("push secret is"))

		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(err).NotTo(HaveOccurred())
		Expect(b.ask(sim, http.MethodPost, departures, string(text)).StatusCode).To(Equal(http.StatusAccepted))
		Eventually(func() string { return b.get("notifications").Text }).WithTimeout(5 * time.Second).Should(And(ContainSubstring("does not get through"), ContainSubstring("status 503")))
		one := regexp.MustCompile(`id="n([0-9a-f-]+)"`).FindStringSubmatch(b.get(box + "?status=PENDING").Text)[1]
		before := got.Load()
		again := b.follow(b.post(box + "/" + one + "/resend"))
		Expect(again.Text).To(And(ContainSubstring("It was sent again: status 503"), ContainSubstring("&lt;b&gt;full&lt;/b&gt;"), ContainSubstring("X-Hub-Signature"), Not(ContainSubstring("hush"))))
		Expect(got.Load()).To(BeNumerically(">", before))
		Expect(b.follow(b.post(box + "/" + one + "/acknowledge")).Text).To(ContainSubstring(`<span class="tag ok">ACKNOWLEDGED</span>`))
		Expect(b.get("notifications/00000000-0000-0000-0000-000000000000/" + one).StatusCode).To(Equal(http.StatusNotFound))

		Expect(b.follow(b.post(box+"/callback", "url", "")).Text).To(ContainSubstring("kept here until they are read"))
		Expect(b.follow(b.post(box + "/remove")).Text).To(ContainSubstring("The box is removed"))
		Expect(b.get(box).StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.post(box + "/test").StatusCode).To(Equal(http.StatusNotFound))
	})

	It("change nothing in a console that is read-only", func() {
		sim := open(func(c *simulator.Config) { c.Console = simulator.ConsoleReadOnly })
		b := visit(sim)
		declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		boxes, err := sim.Client().Boxes(GinkgoT().Context())
		Expect(err).NotTo(HaveOccurred())
		box := "notifications/" + boxes[0].ID
		inBox, err := sim.Client().Notifications(GinkgoT().Context(), boxes[0].ID, client.NotificationQuery{})
		Expect(err).NotTo(HaveOccurred())
		one := box + "/" + inBox.Notifications[0].ID
		for _, path := range []string{"requests", "requests/1", "notifications", box, one, "guarantees", "guarantees/23GB0000010000863"} {
			for _, form := range regexp.MustCompile(`<form method="post" action="([^"]*)"`).FindAllStringSubmatch(b.get(path).Text, -1) {
				Expect(form[1]).To(HaveSuffix("theme"), path)
			}
		}
		for _, path := range []string{"requests/1/again", "requests/clear", "notifications", box + "/callback", box + "/test", box + "/secret", box + "/remove", one + "/resend", one + "/acknowledge"} {
			Expect(b.post(path).StatusCode).To(Equal(http.StatusForbidden), path)
		}
	})
})
