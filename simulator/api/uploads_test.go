package api_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/bind"
)

var _ = Describe("Bodies under way", func() {
	limited := func(change func(*bind.Limits)) *world {
		GinkgoHelper()
		return newWorld(deps(func(d *api.Deps) {
			d.Uploads = bind.DefaultLimits()
			change(&d.Uploads)
		}))
	}
	// begun is a request whose body stops in the middle, and what is answered to it.
	begun := func(w *world, method, path string, headers ...string) *bufio.Reader {
		GinkgoHelper()
		text := request(method, path, strings.Repeat(" ", 200_000), headers...)
		conn := w.dial()
		_, err := io.WriteString(conn, text[:len(text)-50_000])
		Expect(err).NotTo(HaveOccurred())
		return bufio.NewReader(conn)
	}
	answered := func(conn *bufio.Reader) (int, string, bool) {
		GinkgoHelper()
		response, err := http.ReadResponse(conn, nil)
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		return response.StatusCode, string(body), response.Close
	}
	const xml = "Content-Type: application/xml"

	It("that stop are answered 408, in all APIs, and the connection is closed", func() {
		w := limited(func(l *bind.Limits) { l.Pause = 50 * time.Millisecond })
		const phases56, phase4 = "Accept: application/vnd.hmrc.2.1+json", "X-No: Accept"
		for _, call := range []struct{ path, accept string }{
			{departures, phases56}, {departures, phase4}, {departures + "/" + someID + "/messages", phases56}, {departures + "/1/messages", phase4},
		} {
			status, body, closed := answered(begun(w, "POST", call.path, xml, call.accept))
			Expect(status).To(Equal(408), body)
			Expect(body).To(Equal(`{"code":"REQUEST_TIMEOUT","message":"The request took too long"}`))
			Expect(closed).To(BeTrue())
		}
		status, body, _ := answered(begun(w, "PUT", "/simulator/v1/scenarios/X"))
		Expect(status).To(Equal(408), body)
		Expect(body).To(ContainSubstring("hint"))
		Expect(w.post(departures, declaration("A")).Status).To(Equal(202))
	})

	It("that do not get their turn are answered 503, and what is small gets through", func() {
		w := limited(func(l *bind.Limits) { l.Large, l.Patience = 200_000, 100*time.Millisecond })
		stalled := begun(w, "POST", departures, xml, "Accept: application/vnd.hmrc.2.1+json")
		Eventually(func() answer { return w.post(departures, strings.Repeat(" ", 100_000)) }).Should(And(
			HaveField("Status", 503), HaveField("Body", platformBody("SERVER_ERROR", "Service unavailable"))))
		Expect(w.post1(departures, strings.Repeat(" ", 100_000)).Status).To(Equal(503))
		control := w.do("PUT", "/simulator/v1/scenarios/X", strings.Repeat(" ", 100_000))
		Expect(control.Status).To(Equal(503))
		Expect(control.Body).To(ContainSubstring("BUSY"))
		Expect(w.post(departures, declaration("A")).Status).To(Equal(202))
		Expect(stalled.Buffered()).To(BeZero())
	})
})
