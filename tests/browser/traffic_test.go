package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
)

// ask calls a simulated API as a trader's software does, with an Accept header.
func ask(sim *simulator.Simulator, method, path, accept, body string, header ...string) {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(GinkgoT().Context(), method, sim.URL()+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	r.Header.Set("Authorization", "Bearer GB954131533000")
	r.Header.Set("Accept", accept)
	r.Header.Set("Content-Type", "application/xml")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	Expect(err).NotTo(HaveOccurred())
	Expect(res.Body.Close()).To(Succeed())
}

// callback answers challenges, and everything else with a status.
func callback(status int) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if word := r.URL.Query().Get("challenge"); word != "" {
			_, _ = fmt.Fprintf(w, `{"challenge":%q}`, word)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<b>the queue is full</b>")
	}))
	DeferCleanup(server.Close)
	return server.URL
}

const departures = "/customs/transits/movements/departures"

var _ = Describe("The pages of requests, notifications and guarantees", func() {
	It("suit everybody, on a desk and on a phone, in light and dark, and make the browser complain of nothing", func(ctx SpecContext) {
		needed()
		sim := open()
		c := sim.Client()
		url := callback(http.StatusServiceUnavailable)
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		boxes, err := c.Boxes(ctx)
		Expect(err).NotTo(HaveOccurred())
		box, err := c.MakeBox(ctx, client.BoxOrder{ClientID: boxes[0].ClientID, BoxName: boxes[0].Name, CallbackURL: &url})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Officer(ctx, id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		ask(sim, http.MethodPost, departures, "application/json", "<oops/>")
		ask(sim, http.MethodPost, departures, "application/vnd.hmrc.2.1+json", `<oops><script>alert("x")</script></oops>`)
		ask(sim, http.MethodGet, departures+"/"+strings.Repeat("long", 60)+"?q=<script>", "application/vnd.hmrc.2.1+json", "")
		Eventually(func() (client.Notifications, error) { return c.Notifications(ctx, box.ID, client.NotificationQuery{}) }).WithTimeout(patience).
			Should(HaveField("Notifications", ContainElement(HaveField("Attempts", BeNumerically(">", 0)))))
		inBox, err := c.Notifications(ctx, box.ID, client.NotificationQuery{})
		Expect(err).NotTo(HaveOccurred())
		last := inBox.Notifications[len(inBox.Notifications)-1].ID

		onEveryWidth(func(t *tab) {
			for _, path := range []string{
				"requests", "requests?refused=true", "requests/1", "requests/2", "notifications", "notifications/" + box.ID, "notifications/" + box.ID + "/" + last,
				"guarantees", "guarantees/24GB0000010000031", "guarantees/23GB0000010000863",
			} {
				By(path)
				t.visit(sim, path)
				t.waitFor("h1", "")
				value[any](t, `document.querySelectorAll("main details").forEach(d => d.open = true)`)
				t.expectForEverybody()
				t.expectQuiet()
			}
		})
	})

	It("show requests as they come, refused ones too, hold them back on request, and send one again", func() {
		needed()
		sim := open()
		t := newTab(1320)
		t.visit(sim, "requests")
		t.waitFor("#live:not([hidden])", "live")
		ask(sim, http.MethodGet, departures, "application/json", "")
		t.waitFor("#r1", "406")
		t.waitFor("#refusals", "NOT_ACCEPTABLE")
		t.press("p")
		t.waitFor("#live", "paused")
		ask(sim, http.MethodGet, departures, "application/vnd.hmrc.2.1+json", "")
		t.waitFor("#live", "missed")
		Expect(t.text("#r2")).To(BeEmpty())
		t.press("p")
		t.waitFor("#r2", "200")

		t.do(chromedp.Click(chromedp.CSS("#r1 a")))
		t.waitFor("h1", "Not Acceptable")
		t.waitFor("#near", "application/vnd.hmrc.2.1+json")
		t.do(chromedp.Click(chromedp.CSS("#again button.primary")))
		t.waitFor("#outcome", "sent again")
		Expect(value[string](t, `location.pathname`)).To(HaveSuffix("/requests/3"))
		t.expectQuiet()
	})

	It("give a box its URL, test it and send a notification again", func(ctx SpecContext) {
		needed()
		sim := open()
		c := sim.Client()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		Expect(id).NotTo(BeEmpty())
		boxes, err := c.Boxes(ctx)
		Expect(err).NotTo(HaveOccurred())
		t := newTab(1320)
		t.visit(sim, "notifications")
		t.do(chromedp.Click(chromedp.CSS("#b" + boxes[0].ID + " a")))
		t.waitFor("h1", "Box for API 2.1")
		t.do(chromedp.SendKeys(chromedp.CSS("#url"), "http://192.0.2.1/hook"))
		t.do(chromedp.Click(chromedp.CSS("#callback button")))
		t.waitFor("#problems", "not allowed there")
		t.forgive() // that the answer is a 422 is said in the console of the browser
		value[any](t, `document.querySelector("#url").value = `+fmt.Sprintf("%q", callback(http.StatusOK)))
		t.do(chromedp.Click(chromedp.CSS("#callback button")))
		t.waitFor("#outcome", "has answered the challenge")
		t.waitFor("#rows", "once: status 200 OK")
		t.do(chromedp.Click(chromedp.CSS("#test button")))
		t.waitFor("#outcome", "as it should, in")
		t.do(chromedp.Click(chromedp.CSS("#rows a")))
		t.waitFor("h1", "Notification of IE")
		t.waitFor("#tries", "the queue is full")
		t.do(chromedp.Click(chromedp.CSS("#resend button")))
		t.waitFor("#outcome", "sent again: status 200")
		t.expectQuiet()
	})
})
