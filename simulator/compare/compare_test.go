package compare_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/compare"
	"nctsim/simulator/message"
	"nctsim/simulator/proxy"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/traffic"
)

const (
	departures = "/customs/transits/movements/departures"
	arrivals   = "/customs/transits/movements/arrivals"
	boxes      = "/misc/push-pull-notification/box"
)

// upstream is a service that is recorded: a simulator of its own with another seed, behind a handler that can change what it
// says, behind the proxy.
type upstream struct {
	sim   *simulator.Simulator
	front string
	file  string
	// plant changes an answer; nil leaves all as they are.
	plant func(path string, answer *httptest.ResponseRecorder) []byte
	close func()
}

func record(profile string, plant func(path string, answer *httptest.ResponseRecorder) []byte) *upstream {
	GinkgoHelper()
	u := &upstream{plant: plant, file: filepath.Join(GinkgoT().TempDir(), "recorded.har")}
	u.sim = simulator.RunT(GinkgoT(), func(c *simulator.Config) {
		c.Profile, c.Seed, c.Clock, c.Now, c.Console = profile, 77, clock.Manual, time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC), "off"
	})
	h := client.NewHTTP()
	changed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		again := r.Clone(r.Context())
		again.RequestURI = ""
		again.URL.Scheme, again.URL.Host = "http", strings.TrimPrefix(u.sim.URL(), "http://")
		response, err := h.Do(again)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		answer := httptest.NewRecorder()
		answer.Code = response.StatusCode
		for name, values := range response.Header {
			answer.Header()[name] = values
		}
		answer.Body = bytes.NewBuffer(body)
		if u.plant != nil {
			body = u.plant(r.Method+" "+r.URL.Path, answer)
		}
		answer.Header().Del("Content-Length")
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}))
	target, err := proxy.ParseUpstream(changed.URL)
	Expect(err).NotTo(HaveOccurred())
	w, err := traffic.Create(u.file, "test")
	Expect(err).NotTo(HaveOccurred())
	var calls atomic.Int64
	now := func() time.Time { return u.now().Add(time.Duration(calls.Add(1)) * time.Microsecond) } // no two requests are sent at once
	p := proxy.New(proxy.Options{Upstream: target, Record: w.Add, ID: "x", Now: now})
	front := httptest.NewServer(p)
	u.front = front.URL
	closed := false
	u.close = func() {
		if closed {
			return
		}
		closed = true
		front.Close()
		p.Close()
		changed.Close()
		h.CloseIdleConnections()
		Expect(w.Close()).To(Succeed())
	}
	DeferCleanup(u.close)
	return u
}

// now is the time of the recorded service.
func (u *upstream) now() time.Time {
	c, err := (client.Client{URL: u.sim.URL()}).Clock(context.Background())
	if err != nil {
		return time.Time{}
	}
	return c.Now
}

// later lets time pass at the recorded service.
func (u *upstream) later(d time.Duration) {
	GinkgoHelper()
	_, err := u.sim.Advance(context.Background(), d)
	Expect(err).NotTo(HaveOccurred())
}

func (u *upstream) call(method, path, body string, header ...string) string {
	GinkgoHelper()
	r, err := http.NewRequest(method, u.front+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	r.Header.Set("Authorization", "Bearer secret-token")
	r.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	if body != "" {
		r.Header.Set("Content-Type", "application/xml")
	}
	for i := 0; i < len(header); i += 2 {
		if r.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	Expect(err).NotTo(HaveOccurred())
	text, err := io.ReadAll(response.Body)
	Expect(errors.Join(err, response.Body.Close())).To(Succeed())
	Expect(u.sim.Settle(context.Background())).To(Succeed())
	return string(text)
}

func fixture(name string) string { return string(simtest.Sample(message.Phase5, name)) }

var idIn = regexp.MustCompile(`"(?:departureId|arrivalId)":"([0-9a-f]+)"`)

// journey is what a trader's software does: it declares, looks at every message, cancels with the MRN, and asks for what is not
// there.
func (u *upstream) journey() {
	GinkgoHelper()
	id := idIn.FindStringSubmatch(u.call("POST", departures, fixture("ie015-simplified-gb-xi")))[1]
	u.later(time.Minute)
	u.look(id)
	mrn := regexp.MustCompile(`"movementReferenceNumber":"(\w+)"`).FindStringSubmatch(u.call("GET", departures+"/"+id, ""))[1]
	cancel := regexp.MustCompile(`<MRN>\w+</MRN>`).ReplaceAllString(fixture("ie014-by-mrn-gb-xi"), "<MRN>"+mrn+"</MRN>")
	u.call("POST", departures+"/"+id+"/messages", cancel)
	u.later(time.Minute)
	u.look(id)
	u.call("GET", departures, "")
	u.call("GET", departures+"/0123456789abcdef", "")
	u.call("GET", departures+"/"+id+"/messages?receivedSince=2026-04-01T10:00:30Z", "")
	u.call("POST", departures, "<nonsense/>")
	u.call("POST", departures, "{}", "Content-Type", "text/plain")
	u.close()
}

// look gets the list of messages and each of them.
func (u *upstream) look(id string) { u.lookAs(id, "application/vnd.hmrc.2.1") }

// lookAs does so in a version.
func (u *upstream) lookAs(id, version string) {
	GinkgoHelper()
	var list struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	Expect(json.Unmarshal([]byte(u.call("GET", departures+"/"+id+"/messages", "", "Accept", version+"+json")), &list)).To(Succeed())
	for _, m := range list.Messages {
		u.call("GET", departures+"/"+id+"/messages/"+m.ID, "", "Accept", version+"+json")
		u.call("GET", departures+"/"+id+"/messages/"+m.ID+"/body", "", "Accept", version+"+xml")
	}
}

// world is the simulator that recordings are compared with.
func world(profile string) *compare.Own {
	w := compare.NewOwn(profile, 1, "test", "")
	DeferCleanup(func(ctx context.Context) { Expect(w.Close(ctx)).To(Succeed()) })
	return w
}

// played compares a file.
func played(w compare.World, file string, change ...func(*compare.Options)) compare.Result {
	GinkgoHelper()
	o := compare.Options{World: w, Catalogue: simulator.Catalogue(), Tolerance: compare.DefaultTolerance, Now: time.Now}
	for _, f := range change {
		f(&o)
	}
	c := compare.New(o)
	f, err := os.Open(file)
	Expect(err).NotTo(HaveOccurred())
	defer f.Close()
	Expect(c.Play(context.Background(), "recorded.har", func() iter.Seq2[traffic.Exchange, error] { return traffic.Read(f, nil) })).To(Succeed())
	return c.Result()
}

// differences are all that were found.
func differences(r compare.Result) (list []compare.Difference) {
	for _, v := range r.Verdicts {
		list = append(list, v.Differences...)
	}
	return list
}

func show(r compare.Result) string {
	var b strings.Builder
	Expect(compare.WriteText(&b, r)).To(Succeed())
	return b.String()
}

var _ = Describe("A recording", func() {
	It("of a service that answers the same has no differences, whatever its ids, MRNs, tokens and times", func() {
		u := record("fast", nil)
		u.journey()
		r := played(world("fast"), u.file)
		Expect(r.Different).To(BeZero(), show(r))
		Expect(r.Skipped).To(BeZero(), show(r))
		Expect(r.Played).To(BeNumerically(">", 15))
	})

	It("of API 1.0, whose ids are numbers, has none either", func() {
		u := record("fast", nil)
		h := []string{"Accept", "application/vnd.hmrc.1.0+json"}
		post := func(lrn string) string {
			body := simtest.WithLRN(simtest.Sample(message.Phase4, "ie015-normal-gb-it"), lrn)
			return u.call("POST", departures, string(body), h...)
		}
		post("LRN-ONE")
		post("LRN-TWO")
		u.later(time.Minute)
		for _, id := range []string{"1", "2"} {
			u.call("GET", departures+"/"+id+"/messages", "", h...)
			u.call("GET", departures+"/"+id+"/messages/2", "", h...)
		}
		u.call("GET", departures, "", h...)
		u.close()
		r := played(world("fast"), u.file)
		Expect(r.Different).To(BeZero(), show(r))
		Expect(r.Skipped).To(BeZero(), show(r))
	})

	DescribeTable("of every kind of traffic has none:",
		func(journey func(*upstream)) {
			u := record("fast", nil)
			journey(u)
			u.close()
			r := played(world("fast"), u.file)
			Expect(r.Different).To(BeZero(), show(r))
			Expect(r.Skipped).To(BeZero(), show(r))
			Expect(r.Played).To(BeNumerically(">", 5))
		},
		Entry("API 3.0", func(u *upstream) {
			const v = "application/vnd.hmrc.3.0"
			id := idIn.FindStringSubmatch(u.call("POST", departures, string(simtest.Sample(message.Phase6, "ie015-simplified-gb-xi")), "Accept", v+"+json"))[1]
			u.later(time.Minute)
			u.lookAs(id, v)
			u.call("POST", departures+"/"+id+"/messages", string(simtest.Sample(message.Phase6, "ie014-by-lrn-gb-xi")), "Accept", v+"+json")
			u.later(time.Minute)
			u.lookAs(id, v)
			u.call("POST", arrivals, string(simtest.Sample(message.Phase6, "ie007-normal")), "Accept", v+"+json")
		}),
		Entry("API 1.0, arrivals that are notified of again, and a cancellation", func(u *upstream) {
			h := []string{"Accept", "application/vnd.hmrc.1.0+json"}
			u.call("POST", arrivals, string(simtest.Sample(message.Phase4, "ie007-normal-gb-xi")), h...)
			u.later(time.Minute)
			u.call("PUT", arrivals+"/1", string(simtest.Sample(message.Phase4, "ie007-normal-gb-xi")), h...)
			u.call("POST", departures, string(simtest.Sample(message.Phase4, "ie015-simplified-gb-xi")), h...)
			u.later(time.Minute)
			u.call("POST", departures+"/1/messages", string(simtest.Sample(message.Phase4, "ie014-cancellation-gb")), h...)
			u.later(time.Minute)
			for _, path := range []string{"", "/1", "/1/messages", "/1/messages/1", "/1/messages/2", "/1/messages/9"} {
				u.call("GET", departures+path, "", h...)
				u.call("GET", arrivals+path, "", h...)
			}
			u.call("GET", departures+"/1/messages?receivedSince=2026-04-01T10:00:30Z", "", h...)
		}),
		Entry("messages as JSON", func(u *upstream) {
			id := idIn.FindStringSubmatch(u.call("POST", departures, fixture("ie015-simplified-gb-xi")))[1]
			u.later(time.Minute)
			list := u.call("GET", departures+"/"+id+"/messages", "")
			ids := regexp.MustCompile(`"id":"([0-9a-f]{16})"`).FindAllStringSubmatch(list, -1)
			declaration := u.call("GET", departures+"/"+id+"/messages/"+ids[len(ids)-1][1]+"/body", "")
			again := regexp.MustCompile(`"LRN":"[^"]*"`).ReplaceAllString(declaration, `"LRN":"AS-JSON-1"`)
			other := idIn.FindStringSubmatch(u.call("POST", departures, again, "Content-Type", "application/json"))
			Expect(other).NotTo(BeNil(), again)
			u.later(time.Minute)
			u.look(other[1])
			u.call("POST", departures, `{"n1:CC015C":{}}`, "Content-Type", "application/json")
			u.call("POST", departures, `{"n1:CC015C":`, "Content-Type", "application/json")
		}),
		Entry("pulled notifications", func(u *upstream) {
			created := u.call("POST", departures, fixture("ie015-simplified-gb-xi"))
			box := regexp.MustCompile(`"boxId":"([0-9a-f-]+)"`).FindStringSubmatch(created)[1]
			h := []string{"Accept", "application/vnd.hmrc.1.0+json"}
			u.later(time.Minute)
			pending := u.call("GET", boxes+"/"+box+"/notifications?status=PENDING", "", h...)
			var ids []string
			for _, m := range regexp.MustCompile(`"notificationId":"([0-9a-f-]+)"`).FindAllStringSubmatch(pending, -1) {
				ids = append(ids, `"`+m[1]+`"`)
			}
			Expect(ids).NotTo(BeEmpty())
			u.call("PUT", boxes+"/"+box+"/notifications/acknowledge", `{"notificationIds":[`+strings.Join(ids, ",")+`]}`, "Accept", h[1], "Content-Type", "application/json")
			u.call("GET", boxes+"/"+box+"/notifications?status=PENDING", "", h...)
			u.call("GET", boxes+"/"+box+"/notifications?status=ACKNOWLEDGED", "", h...)
			u.call("GET", boxes+"/00000000-0000-4000-8000-000000000000/notifications", "", h...)
			u.call("PUT", boxes+"/"+box+"/notifications/acknowledge", `{"notificationIds":[]}`, "Accept", h[1], "Content-Type", "application/json")
		}),
		Entry("Test Support and balances", func(u *upstream) {
			id := idIn.FindStringSubmatch(u.call("POST", departures, fixture("ie015-normal-gb-xi")))[1]
			u.call("POST", "/test"+departures+"/"+id+"/messages", `{"message":{"messageType":"IE928"}}`, "Content-Type", "application/json")
			u.call("POST", "/test"+departures+"/"+id+"/messages", `{"message":{"messageType":"IE999"}}`, "Content-Type", "application/json")
			u.later(time.Minute)
			u.look(id)
			u.call("POST", "/customs/guarantees/23GB0000010000863/balance", `{"accessCode":"AC01"}`, "Accept", "application/vnd.hmrc.2.0+json", "Content-Type", "application/json")
			u.call("POST", "/customs/guarantees/balances", `{"taxIdentifier":"GB953574106000","guaranteeReference":"23GB0000010000863","accessCode":"AC01"}`, "Accept", "application/vnd.hmrc.1.0+json", "Content-Type", "application/json")
		}),
	)

	It("of large messages and callback URLs is played without what it cannot have, which is told", func() {
		u := record("fast", nil)
		id := idIn.FindStringSubmatch(u.call("POST", departures, "x", "Content-Type", ""))[1]
		u.call("GET", departures+"/"+id, "")
		u.call("GET", departures+"/"+id+"/messages", "")
		u.call("PUT", boxes+"/00000000-0000-4000-8000-000000000000/callback", `{"clientId":"x","callbackUrl":"https://example.com/hook?key=hidden"}`, "Accept", "application/vnd.hmrc.1.0+json", "Content-Type", "application/json")
		u.close()
		r := played(world("fast"), u.file)
		Expect(r.Different).To(BeZero(), show(r))
		Expect(show(r)).To(ContainSubstring("skipped: callback URLs are not set"))
		text, err := os.ReadFile(u.file)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).NotTo(ContainSubstring("hidden"))
	})

	It("is played against a running simulator with new LRNs, twice", func() {
		u := record("fast", nil)
		u.journey()
		running := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.Clock, c.Now, c.Console = "fast", clock.Manual, time.Date(2027, 1, 5, 8, 0, 0, 0, time.UTC), "off"
		})
		for mark := range uint64(2) {
			h := client.NewHTTP()
			w, err := compare.NewRunning(context.Background(), running.URL(), client.Client{URL: running.URL(), HTTP: h}, "", 1_000_000+mark, time.Now)
			Expect(err).NotTo(HaveOccurred())
			r := played(w, u.file)
			for _, d := range differences(r) {
				// The list has what was there before, and nothing else is different.
				Expect(d.Request).To(Equal("GET "+departures), show(r))
			}
			Expect(r.Skipped).To(BeZero(), show(r))
			Expect(w.Close(context.Background())).To(Succeed())
			h.CloseIdleConnections()
		}
	})
})

// planted is a change of the recorded service.
func onPath(suffix string, change func(*httptest.ResponseRecorder, string) string) func(string, *httptest.ResponseRecorder) []byte {
	path := regexp.MustCompile(suffix)
	return func(p string, answer *httptest.ResponseRecorder) []byte {
		body := answer.Body.String()
		if path.MatchString(p) {
			body = change(answer, body)
		}
		return []byte(body)
	}
}

var _ = Describe("A difference", func() {
	DescribeTable("is found that was planted:",
		func(plant func(string, *httptest.ResponseRecorder) []byte, kind compare.Kind, path, recorded, own string) {
			u := record("fast", plant)
			u.journey()
			found := differences(played(world("fast"), u.file))
			Expect(found).NotTo(BeEmpty())
			for _, d := range found {
				Expect(d.Kind).To(Equal(kind))
				Expect(d.Path).To(MatchRegexp(path))
				Expect(d.Recorded).To(MatchRegexp(recorded))
				Expect(d.Simulator).To(MatchRegexp(own))
			}
		},
		Entry("another status", onPath(`/0123456789abcdef$`, func(a *httptest.ResponseRecorder, body string) string {
			a.Code = 403
			return `{"code":"FORBIDDEN","message":"no"}`
		}), compare.Status, `^$`, "^403 FORBIDDEN$", "^404 NOT_FOUND$"),
		Entry("another content type", onPath(`/body$`, func(a *httptest.ResponseRecorder, body string) string {
			a.Header().Set("Content-Type", "text/xml")
			return body
		}), compare.Header, `^Content-Type$`, "^text/xml$", "^application/xml$"),
		Entry("a header that the simulator lacks", onPath(`/0123456789abcdef$`, func(a *httptest.ResponseRecorder, body string) string {
			a.Header().Set("Retry-After", "3")
			return body
		}), compare.Header, `^Retry-After$`, "^3$", "^$"),
		Entry("another text in JSON", onPath(`/0123456789abcdef$`, func(_ *httptest.ResponseRecorder, body string) string {
			return strings.Replace(body, "was not found", "is missing", 1)
		}), compare.JSON, `^\$\.message$`, "0123456789abcdef is missing$", "0123456789abcdef was not found$"),
		Entry("a key that the simulator lacks", onPath(`^POST .*departures$`, func(_ *httptest.ResponseRecorder, body string) string {
			return strings.Replace(body, `{`, `{"extra":[1],`, 1)
		}), compare.JSON, `^\$\.extra$`, `^\[1\]$`, "^$"),
		Entry("a key that only the simulator has", onPath(`^POST .*departures$`, func(_ *httptest.ResponseRecorder, body string) string {
			return regexp.MustCompile(`,"boxId":"[^"]*"`).ReplaceAllString(body, "")
		}), compare.JSON, `^\$\.boxId$`, "^$", "^[0-9a-f-]{36}$"),
		Entry("another type of value", onPath(`departures$`, func(_ *httptest.ResponseRecorder, body string) string {
			return strings.Replace(body, `"totalCount":1`, `"totalCount":"1"`, 1)
		}), compare.JSON, `^\$\.totalCount$`, "^1$", "^1$"),
		Entry("another element in XML", onPath(`/messages/\w+(/body)?$`, func(_ *httptest.ResponseRecorder, body string) string {
			return regexp.MustCompile(`<(limitDate)>[0-9-]+<`).ReplaceAllString(body, "<$1>2031-07-08<")
		}), compare.XML, `/limitDate$`, "^2031-07-08$", `^20\d\d-\d\d-\d\d$`),
		Entry("an MRN that is not the one of before", onPath(`/body$`, func(_ *httptest.ResponseRecorder, body string) string {
			if strings.Contains(body, "CC029C") {
				return regexp.MustCompile(`<MRN>\w+<`).ReplaceAllString(body, "<MRN>26GB000246AL65TIJ5<")
			}
			return body
		}), compare.XML, `/MRN$`, "^26GB000246AL65TIJ5$", `^\w{18}$`),
		Entry("a time that is far away", onPath(`departures/\w+$`, func(_ *httptest.ResponseRecorder, body string) string {
			return regexp.MustCompile(`"created":"2026-04-01T10:`).ReplaceAllString(body, `"created":"2026-04-01T12:`)
		}), compare.JSON, `^\$\.created$`, "T12:", "T10:"),
		Entry("a body that is something else", onPath(`/0123456789abcdef$`, func(_ *httptest.ResponseRecorder, _ string) string {
			return "not found"
		}), compare.Body, `^$`, "^text: not found$", "^JSON: "),
		Entry("no body", onPath(`/0123456789abcdef$`, func(_ *httptest.ResponseRecorder, _ string) string {
			return ""
		}), compare.Body, `^$`, "^nothing: $", "^JSON: "),
		Entry("messages in another order", onPath(`/messages$`, func(_ *httptest.ResponseRecorder, body string) string {
			var list map[string]any
			if json.Unmarshal([]byte(body), &list) != nil || list["messages"] == nil {
				return body
			}
			messages := list["messages"].([]any)
			n := len(messages)
			if n < 3 {
				return body
			}
			messages[n-2], messages[n-3] = messages[n-3], messages[n-2]
			out, _ := json.Marshal(list)
			return string(out)
		}), compare.Messages, `^\$\.messages$`, "IE015, IE028, IE928", "IE015, IE928, IE028"),
	)

	DescribeTable("is found in the messages of a movement:",
		func(change func([]any) []any, recorded, own string) {
			u := record("fast", onPath(`/messages$`, func(_ *httptest.ResponseRecorder, body string) string {
				var list map[string]any
				if json.Unmarshal([]byte(body), &list) != nil || list["messages"] == nil {
					return body
				}
				list["messages"] = change(list["messages"].([]any))
				out, _ := json.Marshal(list)
				return string(out)
			}))
			u.journey()
			r := played(world("fast"), u.file)
			Expect(differences(r)).To(ContainElement(And(HaveField("Kind", compare.Messages), HaveField("Recorded", HavePrefix(recorded)), HaveField("Simulator", HavePrefix(own)))), show(r))
			for _, d := range differences(r) {
				Expect(d.Kind).To(Equal(compare.Messages), show(r))
			}
		},
		Entry("one that only the recorded service sends", func(list []any) []any {
			first := list[len(list)-1].(map[string]any)
			more := map[string]any{}
			for k, v := range first {
				more[k] = v
			}
			more["type"], more["id"] = "IE060", "00000000000000aa"
			return append(list, more)
		}, "IE060, IE015, IE928", "IE015, IE928"),
		Entry("one that only the simulator sends", func(list []any) []any {
			return slices.DeleteFunc(list, func(m any) bool { return m.(map[string]any)["type"] == "IE928" })
		}, "IE015, IE028", "IE015, IE928, IE028"),
	)

	It("is told where the recorded service has a message that the simulator does not send", func() {
		u := record("fast", nil)
		u.journey()
		r := played(world("silent"), u.file)
		Expect(differences(r)).To(ContainElement(And(HaveField("Kind", compare.Messages), HaveField("Recorded", HavePrefix("IE015, IE928, IE028")), HaveField("Simulator", HavePrefix("IE015")))))
		Expect(r.Skipped).To(BeNumerically(">", 0))
		Expect(show(r)).To(ContainSubstring("of which no answer before has told"))
	})

	It("is accepted with a reason, and what is accepted in vain is told", func() {
		u := record("fast", onPath(`/0123456789abcdef$`, func(a *httptest.ResponseRecorder, _ string) string {
			a.Code = 403
			return `{}`
		}))
		u.journey()
		accepted, err := compare.ReadAccepted("known.yaml", []byte("accept:\n"+
			"  - { kind: status, request: 'GET */departures/{id}', recorded: '403*', reason: HMRC hides what is another's }\n"+
			"  - { path: $.gone, reason: it was there once }\n"))
		Expect(err).NotTo(HaveOccurred())
		r := played(world("fast"), u.file, func(o *compare.Options) { o.Accept = accepted })
		Expect(r.Different).To(BeZero(), show(r))
		Expect(r.Accepted).To(Equal(1))
		Expect(r.Unused).To(HaveLen(1))
		Expect(show(r)).To(ContainSubstring("line 3 of the accepted differences matches nothing any more: it was there once"))
	})

	DescribeTable("is not accepted by a file with a mistake:", suite.Parameters,
		func(text, problem string) {
			_, err := compare.ReadAccepted("known.yaml", []byte(text))
			Expect(err).To(MatchError(ContainSubstring(problem)))
			Expect(err).To(MatchError(ContainSubstring("known.yaml:")))
		},
		Entry(nil, "accept:\n  - { kind: status }\n", "reason"),
		Entry(nil, "accept:\n  - { kind: statsu, reason: x }\n", "status"),
		Entry(nil, "accept:\n  - { reason: everything }\n", "this would accept every difference"),
		Entry(nil, "accept:\n  - { knid: status, reason: x }\n", "kind"),
		Entry(nil, "<accept/>", "YAML"),
	)
})

var _ = Describe("Requests that are not played", func() {
	It("are those to other hosts and paths, for signing in, without body or answer, or about what was there before", func() {
		file := filepath.Join(GinkgoT().TempDir(), "x.har")
		entry := func(method, url, more string) string {
			return `{"startedDateTime":"2026-03-02T09:15:00Z","request":{"method":"` + method + `","url":"` + url + `"` + more + `},"response":{"status":200,"content":{}}}`
		}
		text := `{"log":{"entries":[` + strings.Join([]string{
			entry("GET", "https://www.example.com/logo.png", ""),
			entry("POST", "https://api.example.com/oauth/token", ""),
			entry("POST", "https://api.example.com"+departures, `,"bodySize":7`),
			entry("GET", "https://api.example.com"+departures+"/00112233445566aa", ""),
			strings.Replace(entry("GET", "https://api.example.com"+departures, ""), `"status":200`, `"status":0`, 1),
			entry("GET", "https://api.example.com/hello/world", ""),
		}, ",") + `]}}`
		Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
		r := played(world("silent"), file)
		Expect(r.Skipped).To(Equal(4))
		Expect(r.Played).To(Equal(1))
		Expect(r.Notices).To(ContainElement(ContainSubstring("www.example.com")))
	})
})

// still is a service that answers everything the same.
type still struct{ answer compare.Answer }

func (still) URL() string                                { return "http://still" }
func (still) Reach(context.Context, time.Time) error     { return nil }
func (s still) Do(*http.Request) (compare.Answer, error) { return s.answer, nil }
func (still) Shift() time.Duration                       { return 0 }
func (still) Token(string) string                        { return "x" }
func (still) LRN(recorded string) string                 { return recorded }

var _ = Describe("A long recording", func() {
	It("takes no more memory than a short one", func() {
		const requests = 120_000
		u, err := url.Parse("https://api.example.com" + departures + "/0123456789abcdef")
		Expect(err).NotTo(HaveOccurred())
		held := func() int64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		}
		var half, end int64
		recording := func() iter.Seq2[traffic.Exchange, error] {
			return func(yield func(traffic.Exchange, error) bool) {
				for i := range requests {
					switch i {
					case requests / 2:
						half = held()
					case requests - 1:
						end = held()
					}
					status := 404
					if i%2 == 0 {
						status = 403
					}
					x := traffic.Exchange{Number: i + 1, Line: i + 2, Method: "GET", URL: u, Status: status, Sent: traffic.Content{Header: http.Header{}}}
					if !yield(x, nil) {
						return
					}
				}
			}
		}
		c := compare.New(compare.Options{World: still{compare.Answer{Status: 404}}, Now: time.Now})
		Expect(c.Play(context.Background(), "long.har", recording)).To(Succeed())
		r := c.Result()
		Expect([]int{r.Played, r.Different}).To(Equal([]int{requests, requests / 2}))
		Expect(end - half).To(BeNumerically("<", 4<<20))
		kept := 0
		for _, v := range r.Verdicts {
			kept += len(v.Differences)
		}
		Expect(kept).To(Equal(compare.MostKept))
		Expect(show(r)).To(ContainSubstring("requests are counted, but not listed: there are too many"))
	})
})

var _ = Describe("A collection", func() {
	compared := func(name, text string, v traffic.Variables, change ...func(*compare.Options)) compare.Result {
		GinkgoHelper()
		o := compare.Options{World: world("silent"), Tolerance: compare.DefaultTolerance, Now: time.Now}
		for _, f := range change {
			f(&o)
		}
		c := compare.New(o)
		Expect(c.Play(context.Background(), name, func() iter.Seq2[traffic.Exchange, error] { return traffic.Read(strings.NewReader(text), v) })).To(Succeed())
		return c.Result()
	}
	const text = `{"item":[{"name":"D","item":[
		{"name":"none","request":{"url":"{{base}}` + departures + `/{{id}}","header":[{"key":"Accept","value":"application/vnd.hmrc.2.1+json"}]},
		 "response":[{"name":"gone","code":404,"body":"{\"code\":\"NOT_FOUND\"}"}]},
		{"name":"all","request":{"url":"{{base}}` + departures + `","header":[{"key":"Accept","value":"application/vnd.hmrc.2.1+json"},{"key":"Authorization","value":"Bearer {{token}}"}]}}]}]}`

	It("is told by the names of its requests, with what has no value", func() {
		r := compared("c.json", text, nil)
		Expect(show(r)).To(ContainSubstring("c.json  request 1: GET " + departures + "/id  (D / none / gone)\n  skipped: there is no value for id; hint: give one with --environment"))
		Expect(show(r)).To(ContainSubstring("skipped: there is no answer to compare with"))
	})

	It("is played with the values of an environment, and without answers where they do not count", func() {
		r := compared("c.json", text, traffic.Variables{"id": "0123456789abcdef"}, func(o *compare.Options) { o.Unanswered = true })
		Expect(r.Played).To(Equal(2), show(r))
		Expect(show(r)).To(ContainSubstring(`json $.message: recorded nothing, simulator "Departure movement with ID 0123456789abcdef was not found"`))
	})

	It("without tokens, as Chrome cleans recordings, is played with one", func() {
		r := compared("c.json", `{"item":[{"name":"all","request":{"url":"https://api.example.com`+departures+`","header":[{"key":"Accept","value":"application/vnd.hmrc.2.1+json"}]},
			"response":[{"code":200,"body":"{\"_links\":{\"self\":{\"href\":\"`+departures+`\"}},\"totalCount\":0,\"departures\":[]}"}]}]}`, nil)
		Expect(r.Different).To(BeZero(), show(r))
		Expect(show(r)).To(ContainSubstring("note: c.json: requests without an Authorization were answered, and come with a token"))
	})
})

var _ = Describe("The result", func() {
	It("is written as JSON, JUnit, HTML and for GitHub", func() {
		u := record("fast", onPath(`/0123456789abcdef$`, func(a *httptest.ResponseRecorder, _ string) string {
			a.Code = 403
			return `{"code":"<&\u0001"}`
		}))
		u.journey()
		r := played(world("fast"), u.file)
		var out bytes.Buffer
		Expect(compare.WriteJSON(&out, r)).To(Succeed())
		var decoded map[string]any
		Expect(json.Unmarshal(out.Bytes(), &decoded)).To(Succeed())
		Expect(decoded).To(And(HaveKeyWithValue("different", 1.0), HaveKeyWithValue("unused", BeEmpty())))

		out.Reset()
		Expect(compare.WriteJUnit(&out, r)).To(Succeed())
		var suites struct {
			Suites []struct {
				Tests    int `xml:"tests,attr"`
				Failures int `xml:"failures,attr"`
			} `xml:"testsuite"`
		}
		Expect(xml.Unmarshal(out.Bytes(), &suites)).To(Succeed())
		Expect(suites.Suites).To(HaveLen(1))
		Expect(suites.Suites[0].Failures).To(Equal(1))
		Expect(suites.Suites[0].Tests).To(Equal(r.Played))

		out.Reset()
		Expect(compare.WriteHTML(&out, r)).To(Succeed())
		Expect(out.String()).To(And(ContainSubstring("<b>1</b>differences"), ContainSubstring("404 NOT_FOUND"), Not(ContainSubstring("ZgotmplZ"))))

		out.Reset()
		Expect(compare.WriteAnnotations(&out, r)).To(Succeed())
		Expect(out.String()).To(ContainSubstring("::error file=recorded.har,line="))
	})
})

func FuzzReadAccepted(f *testing.F) {
	f.Add("accept:\n  - { kind: status, request: 'GET */departures/{id}', recorded: '403*', reason: x }\n")
	f.Add("accept:\n  - kind: json\n    path: $.a[0]\n    reason: |\n      y\n  - &a { simulator: '**', reason: z }\n  - *a\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := compare.ReadAccepted("known.yaml", []byte(text))
		for _, a := range list {
			if err == nil && (strings.TrimSpace(a.Reason) == "" || a.Line == 0) {
				t.Fatalf("accepted without a reason or place: %+v", a)
			}
		}
	})
}
