package console_test

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/scenario"
	"nctsim/web"
)

var _ = Describe("The console", func() {
	It("lets a page load nothing but what is here, and tells nobody where it came from", func() {
		b := visit(open())
		for _, path := range []string{"", "upcoming", "keys", "static/console.js", "static/console.css", "movements/none", "stream", "nowhere/at/all"} {
			r := b.request(http.MethodHead, path, nil)
			if path == "stream" {
				r.Method = http.MethodPost
			}
			h := b.do(r).Header
			Expect(h.Get("Content-Security-Policy")).To(And(ContainSubstring("default-src 'none'"), ContainSubstring("frame-ancestors 'none'"),
				ContainSubstring("base-uri 'none'"), Not(ContainSubstring("unsafe"))), path)
			Expect(h.Get("X-Content-Type-Options")).To(Equal("nosniff"), path)
			Expect(h.Get("Referrer-Policy")).To(Equal("no-referrer"), path)
		}
	})

	It("has no inline style, script or event in any template, and only relative links", func() {
		files, err := fs.Glob(web.Files, "templates/*.html")
		Expect(err).NotTo(HaveOccurred())
		parts, err := fs.Glob(web.Files, "templates/parts/*.html")
		Expect(err).NotTo(HaveOccurred())
		for _, file := range append(files, parts...) {
			text, err := fs.ReadFile(web.Files, file)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(text)).NotTo(MatchRegexp(`(?i)\sstyle=|\son[a-z]+="|<style|<script[^>]*>[^<]|(href|src|action)="(/|https?:)`), file)
		}
	})

	It("keeps script and style together below 60 KB", func() {
		size := 0
		for _, name := range []string{"console.css", "console.js"} {
			text, err := fs.ReadFile(web.Files, "static/"+name)
			Expect(err).NotTo(HaveOccurred())
			size += len(text)
		}
		Expect(size).To(BeNumerically("<", 60<<10))
	})

	It("does not answer other methods than those it has, nor pages of other origins, nor other names", func() {
		b := visit(open())
		Expect(b.do(b.request(http.MethodDelete, "", nil)).StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.do(b.request(http.MethodPut, "clock/advance", nil)).StatusCode).To(Equal(http.StatusNotFound))
		Expect(b.get("clock/advance").StatusCode).To(Equal(http.StatusNotFound))

		foreign := b.request(http.MethodPost, "clock/advance", map[string][]string{"by": {"1m"}}, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		Expect(b.do(foreign).StatusCode).To(Equal(http.StatusForbidden))
		Expect(b.get("").Text).To(ContainSubstring("09:15:00"))

		named := b.request(http.MethodGet, "", nil)
		named.Host = "evil.example"
		Expect(b.do(named).StatusCode).To(Equal(http.StatusForbidden))
	})

	It("stands beside the control API, and tells where the simulated ones are", func() {
		sim := open(func(c *simulator.Config) { c.ControlAddr = "127.0.0.1:0" })
		Expect(sim.ConsoleURL()).To(Equal(sim.ControlURL() + "/console/"))
		b := visit(sim)
		Expect(b.get("").StatusCode).To(Equal(http.StatusNotFound))
		b.base = sim.ConsoleURL()
		Expect(b.get("").Text).To(ContainSubstring("curl -i -X POST " + sim.URL() + "/customs/"))
	})

	It("is not there if it is off", func() {
		sim := open(func(c *simulator.Config) { c.Console = simulator.ConsoleOff })
		Expect(sim.ConsoleURL()).To(BeEmpty())
		Expect(visit(sim).get("").StatusCode).To(Equal(http.StatusNotFound))
	})

	It("shows things and changes nothing if it is read-only", func() {
		sim := open(func(c *simulator.Config) { c.Console = simulator.ConsoleReadOnly })
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		b := visit(sim)
		for _, path := range []string{"", "movements/" + id, "upcoming"} {
			page := b.get(path)
			Expect(page.StatusCode).To(Equal(http.StatusOK))
			forms := regexp.MustCompile(`<form method="post" action="([^"]*)"`).FindAllStringSubmatch(page.Text, -1)
			for _, f := range forms {
				Expect(f[1]).To(HaveSuffix("theme"), path)
			}
		}
		for path, fields := range map[string][]string{
			"clock/advance": {"by", "1m"}, "clock/set": {"mode", "real"}, "clock/settle": nil, "bulk": {"id", id, "do", "forget"},
			"movements/" + id + "/act": {"action", "release"}, "movements/" + id + "/forget": nil,
		} {
			a := b.post(path, fields...)
			Expect(a.StatusCode).To(Equal(http.StatusForbidden), path)
			Expect(a.Text).To(ContainSubstring("--console on"))
		}
		Expect(b.get("").Text).To(And(ContainSubstring("09:15:00"), ContainSubstring("ACCEPTED"), ContainSubstring("read-only")))

		By("comparing two that are ticked")
		other := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-2"})
		Expect(b.get("").Text).To(And(MatchRegexp(`<form action="[./]*compare" id="list">`), ContainSubstring(`name="id" value="`+other+`"`)))
		Expect(b.get("compare?id=" + id + "&id=" + other).Text).To(ContainSubstring("Two movements compared"))
		Expect(b.get("compare?id=" + id).Text).To(ContainSubstring("Tick two in the list of movements"))
	})

	Describe("with a control token", func() {
		const token = "a-secret-of-the-team"
		var sim *simulator.Simulator
		var b browser
		BeforeEach(func() {
			sim = open(func(c *simulator.Config) { c.ControlToken = token })
			b = visit(sim)
		})

		It("asks everybody to sign in, and leads back to the page", func() {
			a := b.get("upcoming?x=1")
			Expect(a.StatusCode).To(Equal(http.StatusSeeOther))
			Expect(a.Header.Get("Location")).To(Equal("./sign-in?back=upcoming%3Fx%3D1"))
			form := b.follow(a)
			beGolden(form.Text, "sign-in")
			Expect(form.Text).NotTo(ContainSubstring("data-stream"))

			wrong := b.post("sign-in", "token", "guess", "back", "upcoming")
			Expect(wrong.StatusCode).To(Equal(http.StatusUnprocessableEntity))
			Expect(wrong.Text).To(ContainSubstring(`<a href="#token">This is not the control token</a>`))
			Expect(wrong.Header).NotTo(HaveKey("Set-Cookie"))

			right := b.post("sign-in", "token", " "+token+" ", "back", "upcoming")
			Expect(right.StatusCode).To(Equal(http.StatusSeeOther))
			Expect(right.Header.Get("Location")).To(Equal("./upcoming"))
			cookie := right.Header.Get("Set-Cookie")
			Expect(cookie).To(And(ContainSubstring("HttpOnly"), ContainSubstring("SameSite=Strict"), Not(ContainSubstring(token)), Not(ContainSubstring("Path="))))
			Expect(b.get("upcoming", "Cookie", strings.Split(cookie, ";")[0]).StatusCode).To(Equal(http.StatusOK))
		})

		It("refuses forms and the stream before", func() {
			for path, back := range map[string]string{
				"clock/advance": "upcoming", "movements/0123456789abcdef/act": "movements/0123456789abcdef", "scenarios/run": "scenarios", "bulk": "", "send": "send",
			} {
				fields := []string{"by", "1m"}
				if path == "clock/advance" {
					fields = append(fields, "back", "upcoming")
				}
				a := b.post(path, fields...)
				Expect(a.StatusCode).To(Equal(http.StatusSeeOther), path)
				form := b.follow(a)
				Expect(form.Text).To(And(ContainSubstring("nothing was done"), ContainSubstring(`name="back" value="`+back+`"`)), path)
			}
			Expect(b.get("upcoming", "Authorization", "Bearer "+token).Text).To(ContainSubstring("09:15:00"))
			Expect(b.get("stream").StatusCode).To(Equal(http.StatusUnauthorized))
			Expect(b.get("", "Cookie", "nctsim-console=guess").StatusCode).To(Equal(http.StatusSeeOther))
			Expect(b.get("static/console.css").StatusCode).To(Equal(http.StatusOK))
		})

		It("ends a session for good when somebody signs out", func() {
			cookie := strings.Split(b.post("sign-in", "token", token).Header.Get("Set-Cookie"), ";")[0]
			other := strings.Split(b.post("sign-in", "token", token).Header.Get("Set-Cookie"), ";")[0]
			Expect(b.get("", "Cookie", cookie).StatusCode).To(Equal(http.StatusOK))
			Expect(b.do(b.request(http.MethodPost, "sign-out", url.Values{}, "Cookie", cookie)).Header.Get("Location")).To(Equal("./sign-in"))
			Expect(b.get("", "Cookie", cookie).StatusCode).To(Equal(http.StatusSeeOther))
			Expect(b.get("", "Cookie", other).StatusCode).To(Equal(http.StatusOK))
			Expect(b.get("", "Cookie", "nctsim-console=").StatusCode).To(Equal(http.StatusSeeOther))
		})

		It("takes the token of a program as well", func() {
			Expect(b.get("", "Authorization", "Bearer "+token).StatusCode).To(Equal(http.StatusOK))
			Expect(b.get("", "Authorization", "Bearer other").StatusCode).To(Equal(http.StatusSeeOther))
		})

		It("leads nowhere but into the console", func() {
			for _, back := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "../../etc", "javascript:alert(1)", "movements/../../.."} {
				Expect(b.follow(b.post("sign-in", "token", token, "back", back)).Request.URL.String()).To(HavePrefix(b.base), back)
			}
		})
	})

	It("works below any path of a proxy, signing in included", func() {
		sim := open(func(c *simulator.Config) { c.ControlToken = "a-secret" })
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		target, err := url.Parse(sim.URL())
		Expect(err).NotTo(HaveOccurred())
		proxy := httptest.NewServer(http.StripPrefix("/team/nctsim", httputil.NewSingleHostReverseProxy(target)))
		DeferCleanup(proxy.Close)
		b := visit(sim)
		b.base = proxy.URL + "/team/nctsim/console/"
		jar, err := cookiejar.New(nil)
		Expect(err).NotTo(HaveOccurred())
		b.Jar = jar

		Expect(b.follow(b.get("movements/" + id)).Request.URL.Path).To(Equal("/team/nctsim/console/sign-in"))
		page := b.follow(b.post("sign-in", "token", "a-secret", "back", "movements/"+id))
		Expect(page.Text).To(ContainSubstring("BIKES-1"))
		for _, link := range regexp.MustCompile(`(?:href|src|action)="([^"#]+)`).FindAllStringSubmatch(page.Text, -1) {
			to, err := page.Request.URL.Parse(link[1])
			Expect(err).NotTo(HaveOccurred())
			Expect(to.String()).To(HavePrefix(b.base))
		}
		Expect(b.follow(b.post("movements/"+id+"/act", "action", "release", "do", "now")).Text).To(ContainSubstring("RELEASED"))
		root := b.request(http.MethodGet, "", nil, "Accept", "text/html")
		root.URL.Path = "/team/nctsim/"
		Expect(b.follow(b.do(root)).Text).To(ContainSubstring("<h1>Movements</h1>"))
	})

	It("remembers the colours that somebody has chosen", func() {
		b := visit(open())
		a := b.post("theme", "theme", "dark", "back", "keys")
		Expect(a.Header.Get("Location")).To(Equal("./keys"))
		Expect(b.get("", "Cookie", strings.Split(a.Header.Get("Set-Cookie"), ";")[0]).Text).To(ContainSubstring(`<html lang="en" data-theme="dark">`))
		Expect(b.get("", "Cookie", `nctsim-theme="><script>`).Text).To(ContainSubstring(`<html lang="en">`))
	})

	Describe("the clock", func() {
		DescribeTable("goes on", func(field, value, now string) {
			b := visit(open())
			page := b.follow(b.post("clock/advance", field, value))
			Expect(page.Text).To(ContainSubstring(`<time datetime="` + now + `"`))
			Expect(page.Text).To(ContainSubstring("The clock went on by"))
		},
			Entry("by minutes", "by", "45m", "2026-03-02T10:00:00Z"),
			Entry("by days", "by", "1d", "2026-03-03T09:15:00Z"),
			Entry("by days and hours", "to", "2d3h", "2026-03-04T12:15:00Z"),
			Entry("to a time", "to", "2026-03-02 10:30", "2026-03-02T10:30:00Z"),
			Entry("to a day", "to", "2026-03-05", "2026-03-05T00:00:00Z"))

		DescribeTable("stands still and says why", func(value, why string) {
			b := visit(open())
			page := b.follow(b.post("clock/advance", "to", value))
			Expect(page.Text).To(And(ContainSubstring("The clock stands still"), ContainSubstring(why), ContainSubstring(`datetime="2026-03-02T09:15:00Z"`)))
		},
			Entry("for what is not a time", "soon", "write a duration such as 45m"),
			Entry("for the past", "2026-03-01", "hint"),
			Entry("for nothing", "", "write a duration"),
			Entry("when nothing is to happen", "next", "nothing is to happen"))

		It("goes to what happens next, and says what happened and to whom", func() {
			sim := open()
			id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
			b := visit(sim)
			Expect(b.get("").Text).To(ContainSubstring(`to 10:00:00: auto release, <span class="whose">BIKES-1</span>`))
			page := b.follow(b.post("clock/advance", "to", "next", "back", "upcoming"))
			Expect(page.Text).To(And(ContainSubstring("The clock went on by 45 minutes to 2 March 2026, 10:00: IE029"),
				ContainSubstring(`movements/`+id+`#e`), ContainSubstring("BIKES-1: ACCEPTED to RELEASED")))
		})

		It("changes its mode", func() {
			b := visit(open())
			Expect(b.follow(b.post("clock/set", "mode", "scaled", "scale", "60")).Text).To(And(ContainSubstring("60 seconds in a second"), ContainSubstring(`data-runs="60"`)))
			Expect(b.follow(b.post("clock/set", "mode", "scaled", "scale", "fast")).Text).To(ContainSubstring("is not a number"))
			Expect(b.follow(b.post("clock/set", "mode", "manual")).Text).To(ContainSubstring("stands still now"))
			Expect(b.follow(b.post("clock/settle")).Text).To(ContainSubstring("The offices have done what there was to do"))
		})
	})

	Describe("the list of movements", func() {
		It("does the same with several movements, and says with which it did not work", func() {
			sim := open()
			one, two := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"}), declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
			b := visit(sim)
			Expect(b.follow(b.post("bulk", "do", "forget")).Text).To(ContainSubstring("No movement was chosen"))
			Expect(b.follow(b.post("bulk", "id", one)).Text).To(ContainSubstring("Nothing was chosen to be done"))
			page := b.follow(b.post("bulk", "id", one, "id", two, "do", "act:release"))
			Expect(page.Text).To(And(ContainSubstring("1 movement: release done, 1 not"), ContainSubstring("MIXED-1: release is not possible in state")))
			Expect(b.follow(b.post("bulk", "id", one, "id", two, "do", "forget")).Text).To(And(ContainSubstring("2 movements: forgotten"), ContainSubstring("Nothing has been declared yet")))
		})

		It("opens what a search finds, and lists what it finds several times", func() {
			sim := open()
			id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
			m, err := sim.Movement(GinkgoT().Context(), id)
			Expect(err).NotTo(HaveOccurred())
			b := visit(sim)
			for _, q := range []string{"BIKES-1", "bikes-1", m.MRN, id, "IKES"} {
				Expect(b.get("search?q="+q).Header.Get("Location")).To(Equal("./movements/"+id), q)
			}
			declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "BIKES-2"})
			Expect(b.get("search?q=BIKES").Text).To(And(ContainSubstring("BIKES-1"), ContainSubstring("BIKES-2")))
			Expect(b.get("search?q=").Header.Get("Location")).To(Equal("./"))
		})
	})

	It("forgets a movement", func() {
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		b := visit(sim)
		Expect(b.follow(b.post("movements/" + id + "/forget")).Text).To(ContainSubstring("BIKES-1 is forgotten"))
		Expect(b.get("movements/" + id).StatusCode).To(Equal(http.StatusNotFound))
	})

	It("shows markup and odd characters as text", func() {
		sim := open()
		const lrn = `<b onclick=x()>'"&amp;`
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: lrn})
		b := visit(sim)
		for _, path := range []string{"", "movements/" + id, "upcoming", "search?q=%3Cscript%3Ealert(1)%3C/script%3E", "?q=%22%3E%3Cscript%3E"} {
			page := b.get(path)
			Expect(page.Text).NotTo(Or(ContainSubstring("<b onclick"), ContainSubstring("<script>")), path)
		}
		Expect(b.get("movements/" + id).Text).To(ContainSubstring("&lt;b onclick=x()&gt;"))
	})

	Describe("the stream", func() {
		after := func(page answer) string {
			return regexp.MustCompile(`data-stream="\./(stream\?[^"]*)"`).FindStringSubmatch(page.Text)[1]
		}

		It("tells of changes since the page was made, and goes on behind the last one", func() {
			sim := open()
			b := visit(sim)
			address := after(b.get(""))
			declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
			first := until(read(b, address), "}\n\n")
			id := regexp.MustCompile(`id: (\S+)`).FindStringSubmatch(first)[1]
			Expect(first).To(ContainSubstring(`"message"`))

			declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
			second := until(read(b, address, "Last-Event-ID", id), "}\n\n")
			Expect(second).NotTo(ContainSubstring("id: " + id + "\n"))
		})

		It("tells a page of one movement nothing of others", func() {
			sim := open()
			one := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
			b := visit(sim)
			stream := read(b, strings.ReplaceAll(regexp.MustCompile(`data-stream="\.\./(stream\?[^"]*)"`).FindStringSubmatch(b.get("movements/" + one).Text)[1], "&amp;", "&"))
			declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
			_, err := sim.Officer(GinkgoT().Context(), one, "release", nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(until(stream, "}\n\n")).To(ContainSubstring(fmt.Sprintf(`"movements":["%s"]`, one)))
		})

		It("ends when the simulator closes", func() {
			sim := open()
			stream := read(visit(sim), "stream")
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = io.Copy(io.Discard, stream)
			}()
			Expect(sim.Close(GinkgoT().Context())).To(Succeed())
			Eventually(ended).WithTimeout(5 * time.Second).Should(BeClosed())
		})
	})
})
