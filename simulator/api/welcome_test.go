package api_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/console"
)

var _ = Describe("The address of the simulator itself", func() {
	browser := header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")

	withoutConsole := deps(func(d *api.Deps) { d.Console = console.Off })

	It("leads a browser to the console, wherever a proxy has put it", func() {
		w := newWorld()
		w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := w.get("/", browser, without("Authorization"))
		Expect(a.Status).To(Equal(303))
		Expect(a.Header.Get("Location")).To(Equal("console/"))
		Expect(w.get("/console/", browser, without("Authorization")).Status).To(Equal(200))
	})
	It("shows a browser what this is and where to go, where the console is off", func() {
		w := newWorld(withoutConsole)
		Expect(w.get("/console/", browser, without("Authorization")).Status).To(Equal(404))
		a := w.get("/", browser, without("Authorization"))
		Expect(a.Status).To(Equal(200))
		Expect(a.Header.Get("Content-Type")).To(Equal("text/html; charset=utf-8"))
		Expect(a.Header.Get("Content-Security-Policy")).To(HavePrefix("default-src 'none'"))
		Expect(a.Body).To(And(ContainSubstring("A simulator of NCTS is running here"), ContainSubstring(`href="/simulator/v1/movements"`), Not(ContainSubstring("<script"))))
		for _, path := range []string{"/simulator/v1/movements", "/simulator/v1/scenarios", "/simulator/v1/settings", "/simulator/v1/clock", "/simulator/v1/info", "/health/ready", "/metrics"} {
			Expect(a.Body).To(ContainSubstring(`href="` + path + `"`))
			Expect(w.get(path, browser, without("Authorization")).Status).To(Equal(200), path)
		}
	})
	It("says where the control API has an address of its own that it is not here", func() {
		w := newWorld(withoutConsole)
		w.url = w.serve(w.api.Simulated())
		Expect(w.get("/", browser).Body).To(And(ContainSubstring("--control-addr"), Not(ContainSubstring("href="))))
		w.url = w.serve(w.api.Control())
		Expect(w.get("/", browser).Body).To(ContainSubstring(`href="/simulator/v1/movements"`))
	})
	DescribeTable("answers software as HMRC does:", func(method, path, accept string) {
		w := newWorld()
		a := w.do(method, path, "", header("Accept", accept))
		Expect(a.Status).To(Equal(404))
		Expect(a.Body).NotTo(ContainSubstring("html"))
	},
		Entry("a client that takes anything", "GET", "/", "*/*"),
		Entry("a client of the API", "GET", "/", "application/vnd.hmrc.2.1+json"),
		Entry("another path", "GET", "/index.html", "text/html"),
		Entry("another method", "POST", "/", "text/html"))
})
