package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/simtest/suite"
)

// under sends a request under the name of a host.
func under(host string) option { return func(r *http.Request) { r.Host = host } }

var _ = Describe("What is not HMRC's", func() {
	allowing := func(names ...string) func(*settings) {
		return deps(func(d *api.Deps) {
			var err error
			d.Hosts, err = control.ParseHosts(names)
			Expect(err).NotTo(HaveOccurred())
		})
	}
	own := []string{
		"/health/live", "/health/ready", "/metrics", "/simulator/v1/info", "/simulator/v1/movements", "/simulator/v1/settings",
		"/simulator/v1/nothing", "/simulator",
	}

	DescribeTable("answers under the names of this machine and under addresses", suite.Parameters,
		func(host string) {
			w := newWorld()
			for _, path := range own {
				Expect(w.get(path, under(host)).Status).NotTo(Equal(403), path)
			}
		},
		Entry(nil, "localhost"), Entry(nil, "LocalHost:8080"), Entry(nil, "localhost."), Entry(nil, "sim.localhost:1"),
		Entry(nil, "127.0.0.1"), Entry(nil, "192.168.1.7:8080"), Entry(nil, "[::1]:8080"), Entry(nil, "[fe80::1]"),
	)

	DescribeTable("answers under no other name, and says how to allow it", suite.Parameters,
		func(host string) {
			w := newWorld()
			for _, path := range append(own, "/simulator/v1/events") {
				a := w.get(path, under(host))
				Expect(a.Status).To(Equal(403), path)
				Expect(a.Body).To(ContainSubstring("HOST_NOT_ALLOWED"))
				Expect(a.Body).To(And(ContainSubstring(host), ContainSubstring("--allowed-hosts")))
			}
			Expect(w.do("POST", "/simulator/v1/reset", "", under(host)).Status).To(Equal(403))
			Expect(w.do("POST", "/transits-movements-trader-at-departure/movements/departures/x/messages/eis", "", under(host)).Status).To(Equal(403))
		},
		Entry(nil, "attacker.example"), Entry(nil, "nctsim"), Entry(nil, "nctsim:8080"), Entry(nil, "localhost.attacker.example"),
		Entry(nil, "127.0.0.1.attacker.example"), Entry(nil, "mylocalhost"), Entry(nil, "0x7f.1"),
	)

	It("answers under the names that are allowed", func() {
		w := newWorld(allowing("nctsim", "*.Test.Example", "host.docker.internal"))
		for host, want := range map[string]int{
			"nctsim": 200, "NCTSIM:8080": 200, "nctsim.": 200, "a.test.example": 200, "a.b.test.example:80": 200, "host.docker.internal": 200,
			"test.example": 403, "nctsim.example": 403, "xnctsim": 403,
		} {
			Expect(w.get("/simulator/v1/info", under(host)).Status).To(Equal(want), host)
		}
		Expect(newWorld(allowing("*")).get("/simulator/v1/info", under("any.example")).Status).To(Equal(200))
	})

	It("answers a client of HTTP 1.0, which names no host", func() {
		w := newWorld()
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		fmt.Fprint(conn, "GET /health/live HTTP/1.0\r\n\r\n")
		line, err := bufio.NewReader(conn).ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		Expect(line).To(ContainSubstring("200"))
	})

	DescribeTable("is not changed by web pages of other origins",
		func(options ...option) {
			w := newWorld()
			id := w.declare("LRN-0001")
			for _, call := range []struct{ method, path string }{
				{"POST", "/simulator/v1/reset"}, {"DELETE", "/simulator/v1/movements/" + id.movement}, {"PUT", "/simulator/v1/clock"},
				{"POST", "/simulator/v1/clock/advance"}, {"POST", "/simulator/v1/movements/" + id.movement + "/actions"},
			} {
				a := w.do(call.method, call.path, "", append([]option{header("Content-Type", "text/plain")}, options...)...)
				Expect(a.Status).To(Equal(403), call.path)
				Expect(a.Body).To(ContainSubstring("CROSS_ORIGIN"))
			}
			Expect(w.get(departures + "/" + id.movement).Status).To(Equal(200))
		},
		Entry("as browsers say it", header("Sec-Fetch-Site", "cross-site")),
		Entry("of another port", header("Sec-Fetch-Site", "same-site"), header("Origin", "http://localhost:3000")),
		Entry("as older browsers say it", header("Origin", "https://attacker.example")),
		Entry("of a file", header("Origin", "null")),
	)

	It("is changed by its own pages and by programs", func() {
		w := newWorld()
		Expect(w.do("POST", "/simulator/v1/reset", "", header("Sec-Fetch-Site", "same-origin")).Status).To(Equal(204))
		Expect(w.do("POST", "/simulator/v1/reset", "", header("Origin", w.url)).Status).To(Equal(204))
		Expect(w.do("POST", "/simulator/v1/reset", "").Status).To(Equal(204))
		Expect(w.get("/simulator/v1/info").Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
	})

	It("is guarded on an address of its own, too", func() {
		w := newWorld()
		url := w.serve(w.api.Control())
		Expect(w.doAt(url, "GET", "/simulator/v1/info", "", under("attacker.example")).Status).To(Equal(403))
		Expect(w.doAt(url, "POST", "/simulator/v1/reset", "", header("Sec-Fetch-Site", "cross-site")).Status).To(Equal(403))
		simulated := w.serve(w.api.Simulated())
		Expect(w.doAt(simulated, "GET", "/health/ready", "", under("attacker.example")).Status).To(Equal(403))
	})

	It("does not concern HMRC's paths", func() {
		w := newWorld()
		id := created(w.post(departures, declaration("A"), under("test-api.service.hmrc.gov.uk"), header("Origin", "https://attacker.example"), header("Sec-Fetch-Site", "cross-site")))
		Expect(w.get(departures+"/"+id.movement, under("any.example")).Status).To(Equal(200))
		w.get("/nothing", under("any.example")).is(404, notThere)
	})

	DescribeTable("does not allow names that are not names of hosts:", suite.Parameters,
		func(name string) {
			_, err := control.ParseHosts([]string{"good", name})
			Expect(err).To(MatchError(And(ContainSubstring(fmt.Sprintf("%q", name)), ContainSubstring("hint: "))))
		},
		Entry(nil, "http://nctsim"), Entry(nil, "nctsim:8080"), Entry(nil, "nctsim/x"), Entry(nil, ""), Entry(nil, "a b"),
		Entry(nil, "*.*.example"), Entry(nil, "*example"), Entry(nil, "a..b"), Entry(nil, "[::1]"), Entry(nil, "-a"),
	)
})
