package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"nctsim/simulator/movement"
)

// controlled is a scenario that a declaration finds by its id or by its LRN.
const controlled = `id: CONTROLLED
title: Control after ten minutes
movement: departure
phases: [5]
match:
  lrn: "^CONTROLLED-"
steps:
  - trader: { send: IE015 }
    expect: [IE928, IE028]
  - officer: control
    after: 10m
    expect: [IE060]
  - trader: { send: IE014 }
    expect: []
end: cancellation_requested
`

// outage is a scenario with faults on calls.
const outage = `id: OUTAGE
title: Faults
movement: departure
phases: [5]
steps:
  - fault: { call: submit, status: 503, times: 2 }
  - fault: { call: submit, status: 429 }
  - trader: { send: IE015 }
    expect: [IE928, IE028]
  - fault: { call: messages, reset: true }
  - fault: { call: message, status: 500 }
  - fault: { call: movement, delay: 1ms }
  - fault: { call: movements, status: 404 }
  - fault: { call: submit, status: 413 }
  - timer: auto_release
    expect: [IE029]
`

// script is what the control API shows of a movement and its scenario.
type scripted struct {
	State, Scenario string
	Script          *struct {
		Status                            movement.ScriptStatus
		Keeper, Text, File, WaitsFor, Why string
		Step, Steps, Line                 int
		Due                               *time.Time
		Faults                            []map[string]any
	}
	Journal []movement.Entry
}

func (w *world) scripted(id string) (m scripted) {
	GinkgoHelper()
	a := w.control("GET", "/movements/"+id, "")
	Expect(a.Status).To(Equal(200), a.Body)
	Expect(json.Unmarshal([]byte(a.Body), &m)).To(Succeed())
	return m
}

// why is a movement's journal as one text.
func (m scripted) why() string {
	var b strings.Builder
	for _, e := range m.Journal {
		b.WriteString(e.Text + " (" + e.Why + ")\n")
	}
	return b.String()
}

// selecting asks for a scenario.
func selecting(id string) option { return header("Gov-Test-Scenario", id) }

var _ = Describe("A declaration with the header Gov-Test-Scenario", func() {
	It("follows the scenario, and the control API shows how far and for what it waits", func() {
		w := newWorld(profile("trader-test"), withScenarios(controlled))
		id := w.declare("FREE", selecting("CONTROLLED")).movement
		w.settle()
		m := w.scripted(id)
		Expect(m.Scenario).To(Equal("CONTROLLED"))
		s := m.Script
		Expect(s.Status).To(Equal(movement.Following))
		Expect([]any{s.Step, s.Steps, s.Text, s.File, s.Line}).To(Equal([]any{2, 3, "step 2 (officer control)", "test1.yaml", 10}))
		Expect(s.WaitsFor).To(Equal("the time of the officer's control"))
		Expect(*s.Due).To(Equal(w.clock.Now().Add(10 * time.Minute)))
		Expect(m.why()).To(ContainSubstring("scenario CONTROLLED begins: Control after ten minutes (the header Gov-Test-Scenario names it; test1.yaml:1)"))

		w.control("POST", "/clock/advance", `{"by":"10m"}`).decoded(200)
		m = w.scripted(id)
		Expect(m.State).To(Equal("UNDER_CONTROL"))
		Expect([]any{m.Script.Step, m.Script.WaitsFor, m.Script.Due}).To(Equal([]any{3, "the trader to send IE014", (*time.Time)(nil)}))
	})

	It("is answered as at HMRC if there is no such scenario; the journal names the nearest", func() {
		w := newWorld(profile("trader-test"), withScenarios(controlled))
		id := w.declare("FREE", selecting("CONTROLED")).movement
		w.settle()
		m := w.scripted(id)
		Expect(m.State).To(Equal("ACCEPTED"))
		Expect(m.Script).To(BeNil())
		Expect(m.why()).To(ContainSubstring("no scenario is followed (the header Gov-Test-Scenario names CONTROLED, which is not a scenario of the library; hint: did you mean CONTROLLED)"))
	})

	It("goes before what the declaration itself says", func() {
		w := newWorld(profile("trader-test"), withScenarios(controlled, outage))
		Expect(w.scripted(w.declare("CONTROLLED-1").movement).Scenario).To(Equal("CONTROLLED"))
		w.post(departures, declaration("CONTROLLED-2"), selecting("OUTAGE")).refused(503, "SERVER_ERROR", "Service Unavailable")
	})

	It("has no meaning without scenarios", func() {
		w := newWorld(profile("trader-test"))
		m := w.scripted(w.declare("FREE", selecting("CONTROLLED")).movement)
		Expect(m.Script).To(BeNil())
		Expect(m.why()).NotTo(ContainSubstring("scenario"))
	})
})

var _ = Describe("The answer to the creation of a movement", func() {
	const (
		phase4Text = "id: OLD\ntitle: Old\nmovement: departure\nphases: [4]\nsteps:\n  - fault: { call: submit, status: 503 }\n  - trader: { send: IE015 }\n"
		p6         = "phase6/valid/ie015-simplified-gb-xi.xml"
	)
	var log *gbytes.Buffer
	var w *world
	scenarioOf := func(a answer) string { return a.Header.Get("Nctsim-Scenario") }
	BeforeEach(func() {
		log = gbytes.NewBuffer()
		w = newWorld(profile("fast"), withScenarios(controlled, outage, phase4Text), logged(log))
	})

	It("names the scenario that the movement follows, whatever it was found by", func() {
		Expect(scenarioOf(w.post(departures, declaration("FREE-1"), selecting("CONTROLLED")))).To(Equal("CONTROLLED"))
		Expect(scenarioOf(w.post(departures, declaration("CONTROLLED-7")))).To(Equal("CONTROLLED"))
		Expect(scenarioOf(w.post(departures, declaration("FREE-2"), selecting("OUTAGE")))).To(Equal("OUTAGE"), "its fault is the answer")
		Expect(string(log.Contents())).NotTo(ContainSubstring("msg=\"a message was accepted, but"))
	})

	It("says that there is none, and which was meant, and so does the log", func() {
		Expect(scenarioOf(w.post(departures, declaration("FREE-1")))).To(Equal("none"))
		Expect(string(log.Contents())).NotTo(ContainSubstring("level=WARN"))
		Expect(scenarioOf(w.post(departures, declaration("FREE-2"), selecting("CONTROLED")))).To(Equal("none; did you mean CONTROLLED"))
		Expect(string(log.Contents())).To(ContainSubstring("level=WARN"))
		Expect(string(log.Contents())).To(ContainSubstring("names CONTROLED, which is not a scenario of the library; hint: did you mean CONTROLLED"))
		Expect(scenarioOf(w.post(departures, fixture(p6), accept("3.0+json"), selecting("CONTROLLED")))).To(Equal("none; CONTROLLED works in API 2.1, not in 3.0"))
		Expect(scenarioOf(w.post(arrivals, fixture("phase5/valid/ie007-simplified.xml"), selecting("CONTROLLED")))).To(Equal("none; CONTROLLED begins with IE015"))
		Expect(scenarioOf(w.post(departures, declaration("FREE-3"), selecting("x\u00e9y")))).To(Equal("none; GET /simulator/v1/scenarios lists the scenarios"))
	})

	It("says in API 1.0 what it says in the others", func() {
		Expect(scenarioOf(w.post1(departures, fixture(p4Declaration), selecting("OLDD")))).To(Equal("none; did you mean OLD"))
		Expect(scenarioOf(w.post1(departures, fixture(p4Declaration), selecting("OLD")))).To(Equal("OLD"), "its fault is the answer")
		Expect(scenarioOf(w.post1(departures, fixture(p4Declaration), selecting("OLD")))).To(Equal("OLD"))
		Expect(scenarioOf(w.post1(departures, fixture(p4Declaration), selecting("CONTROLLED")))).To(Equal("none; CONTROLLED works in API 2.1, not in 1.0"))
	})

	It("says that a refused message begins no scenario, and the log shows the answer", func() {
		broken := strings.Replace(declaration("FREE-1"), "<LRN>", "<lrn>", 1)
		a := w.post(departures, broken, selecting("CONTROLLED"))
		Expect([]any{a.Status, scenarioOf(a)}).To(Equal([]any{400, "none; the message was refused"}))
		Expect(string(log.Contents())).To(ContainSubstring(`msg="a message was refused" method=POST path=/customs/transits/movements/departures status=400`))
		Expect(scenarioOf(w.post(departures, broken, selecting("CONTROLED")))).To(Equal("none; did you mean CONTROLLED"))
		a = w.post(departures, declaration("DUPLRN"), selecting("CONTROLLED"))
		Expect([]any{a.Status, scenarioOf(a)}).To(Equal([]any{409, "none; NCTS refuses the message as one with an LRN that was used before"}))
	})

	It("leaves it to the log that the LRN is in use", func() {
		w.post(departures, declaration("TWICE-1"))
		w.settle()
		Expect(string(log.Contents())).NotTo(ContainSubstring("level=WARN"))
		Expect(w.post(departures, declaration("TWICE-1")).Status).To(Equal(202))
		Expect(string(log.Contents())).To(MatchRegexp("level=WARN msg=.a message was accepted, but.*the LRN TWICE-1 is in use by movement [0-9a-f]{16}"))
		w.post(departures, declaration("TWICE-1"), selecting("CONTROLED"))
		Expect(string(log.Contents())).To(MatchRegexp("level=WARN.*CONTROLED.*the LRN TWICE-1 is in use by movement [0-9a-f]{16}"))
	})

	It("leaves the hint that another version is meant to the log", func() {
		a := w.post(departures, fixture(p6))
		Expect(a.Status).To(Equal(400))
		Expect(a.Body).NotTo(ContainSubstring("3.0"))
		Expect(string(log.Contents())).To(ContainSubstring("the message looks like one of API 3.0; hint: send it with Accept: application/vnd.hmrc.3.0+json"))
		w.post(departures, fixture(p4Declaration))
		Expect(string(log.Contents())).To(ContainSubstring("the message looks like one of API 1.0"))
		w.post(departures, declaration("FREE-1"), accept("1.0+json"))
		Expect(string(log.Contents())).To(ContainSubstring("the message looks like one of API 2.1"))
	})
})

var _ = Describe("A movement that leaves its scenario", func() {
	It("says at which step and why, in its journal and to the control API", func() {
		w := newWorld(profile("fast"), withScenarios(controlled))
		id := w.declare("CONTROLLED-1").movement
		w.settle()
		mrn := between(w.get(departures+"/"+id).Body, `"movementReferenceNumber":"`, `"`)
		withdrawal := strings.Replace(fixture(invalidation), "<LRN>"+between(fixture(invalidation), "<LRN>", "<")+"</LRN>", "<MRN>"+mrn+"</MRN>", 1)
		created(w.post(departures+"/"+id+"/messages", withdrawal))
		w.settle()
		m := w.scripted(id)
		Expect(m.Script.Status).To(Equal(movement.Left))
		const why = "step 2 (officer control) at test1.yaml:10 waited for the time of the officer's control, but the trader sent IE014"
		Expect(m.Script.Why).To(Equal(why))
		Expect(m.why()).To(ContainSubstring("scenario CONTROLLED left: " + why + " (scenario CONTROLLED, test1.yaml:10; the usual process goes on)"))
		Expect(m.State).To(Equal("CANCELLATION_REQUESTED"))

		w.control("POST", "/clock/advance", `{"by":"2s"}`).decoded(200)
		Expect(w.scripted(id).State).To(Equal("CANCELLED"), "the default officer decides again")
	})
})

var _ = Describe("A fault of a scenario", func() {
	// submit posts the declaration of a movement that does not exist before it succeeds.
	submit := func(w *world, lrn string) answer { return w.post(departures, declaration(lrn), selecting("OUTAGE")) }

	It("meets as many attempts to create the movement as it says, whoever else submits", func() {
		w := newWorld(profile("trader-test"), withScenarios(outage))
		submit(w, "ONE").refused(503, "SERVER_ERROR", "Service Unavailable")
		submit(w, "TWO").refused(503, "SERVER_ERROR", "Service Unavailable")
		submit(w, "ONE").refused(503, "SERVER_ERROR", "Service Unavailable")
		submit(w, "ONE").refused(429, "MESSAGE_THROTTLED_OUT", "Too Many Requests")
		w.declare("THREE")
		id := created(submit(w, "ONE")).movement
		w.settle()
		Expect(w.scripted(id).why()).To(ContainSubstring("step 1 (fault on submit) met: 2 of the attempts to submit this"))
		Expect(w.control("GET", "/info", "").decoded(200)["counts"]).To(HaveKeyWithValue("movements", 2.0))
	})

	It("meets one call of its kind about the movement and no other", func() {
		w := newWorld(profile("trader-test"), withScenarios(outage))
		for range 3 {
			submit(w, "ONE")
		}
		id := created(submit(w, "ONE")).movement
		other := w.declare("OTHER").movement
		w.settle()
		path := departures + "/" + id
		Expect(w.scripted(id).Script.Faults).To(ConsistOf(
			HaveKeyWithValue("call", "messages"), HaveKeyWithValue("call", "message"), HaveKeyWithValue("call", "movement"),
			HaveKeyWithValue("call", "movements"), HaveKeyWithValue("call", "submit"),
		))
		Expect(w.get(departures + "/" + other + "/messages").Status).To(Equal(200))
		Expect(w.get(path+"/messages", as(stranger)).Status).To(Equal(404))

		response, err := w.client.Get(w.url + path + "/messages")
		Expect(err).NotTo(HaveOccurred(), "without a token it is nobody's call")
		Expect(response.Body.Close()).To(Succeed())
		request, err := http.NewRequest("GET", w.url+path+"/messages", nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Authorization", "Bearer "+trader)
		request.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
		_, err = (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		Expect(err).To(MatchError(Or(ContainSubstring("reset by peer"), ContainSubstring("EOF"))))
		list := w.get(path + "/messages")
		Expect(list.Status).To(Equal(200))

		first := between(list.Body, path+"/messages/", `"`)
		w.get(path+"/messages/"+first, accept("2.1+json-xml")).refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
		Expect(w.get(path+"/messages/"+first, accept("2.1+json-xml")).Status).To(Equal(200))
		Expect(w.get(path).Status).To(Equal(200))
		w.get(departures).refused(404, "NOT_FOUND", "Not Found")
		Expect(w.get(departures).Status).To(Equal(200))
		Expect(w.get(departures, as(stranger)).Status).To(Equal(200))
		w.post(path+"/messages", fixture(invalidation)).refused(413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large")

		m := w.scripted(id)
		Expect(m.Script.Faults).To(BeEmpty())
		Expect(m.Script.Status).To(Equal(movement.Following), "faults change nothing in the office")
		Expect(m.why()).To(ContainSubstring("step 4 (fault on messages) met: the connection is cut"))
		Expect(m.why()).To(ContainSubstring("step 5 (fault on message) met: the call is answered with 500"))
		Expect(m.why()).To(ContainSubstring("step 6 (fault on movement) met: the call is answered 1ms later"))
	})
})

var _ = Describe("The scenarios of the control API", func() {
	It("are listed with what finds them, where they stand, and the mistakes of those left out", func() {
		w := newWorld(withScenarios(controlled, outage))
		list := w.control("GET", "/scenarios", "").decoded(200)
		Expect(list["problems"]).To(BeEmpty())
		Expect(list["scenarios"]).To(HaveLen(2))
		Expect(list["scenarios"].([]any)[0]).To(Equal(map[string]any{
			"id": "CONTROLLED", "title": "Control after ten minutes", "movement": "departure", "phases": []any{5.0}, "mode": "final",
			"match": map[string]any{"lrn": "^CONTROLLED-"}, "length": 3.0, "end": "CANCELLATION_REQUESTED", "file": "test1.yaml", "line": 1.0,
			"messages": []any{"IE015", "IE928", "IE028", "IE060", "IE014"},
		}))
		Expect(w.control("GET", "/info", "").decoded(200)["counts"]).To(HaveKeyWithValue("scenarios", 2.0))
	})

	It("are shown with their steps and their text", func() {
		w := newWorld(withScenarios(controlled))
		s := w.control("GET", "/scenarios/CONTROLLED", "").decoded(200)
		Expect(s["yaml"]).To(Equal(controlled))
		Expect(s["steps"].([]any)[1]).To(Equal(map[string]any{
			"number": 2.0, "line": 10.0, "form": "officer", "text": "step 2 (officer control)", "after": "10m0s", "expect": []any{"IE060"},
		}))
	})

	It("are unknown by any other name, with the nearest as a hint", func() {
		w := newWorld(withScenarios(controlled))
		for _, method := range []string{"GET", "DELETE"} {
			p := w.control(method, "/scenarios/controlled", "").problem(404, "NOT_FOUND")
			Expect(p.Hint).To(Equal("did you mean CONTROLLED"))
		}
	})

	It("can be put in, replaced and taken out while the simulator runs", func() {
		w := newWorld(profile("trader-test"), withScenarios())
		put := func(text string) answer {
			return w.control("PUT", "/scenarios/CONTROLLED", text, header("Content-Type", "application/yaml"))
		}
		Expect(put(controlled).decoded(201)["file"]).To(Equal("CONTROLLED.yaml"))
		Expect(w.scripted(w.declare("CONTROLLED-1").movement).Scenario).To(Equal("CONTROLLED"))
		Expect(put(strings.Replace(controlled, "ten", "some", 1)).decoded(200)["title"]).To(Equal("Control after some minutes"))
		Expect(w.control("DELETE", "/scenarios/CONTROLLED", "").Status).To(Equal(204))
		w.control("GET", "/scenarios/CONTROLLED", "").problem(404, "NOT_FOUND")
		Expect(w.scripted(w.declare("CONTROLLED-2").movement).Scenario).To(BeEmpty())
	})

	It("are refused with every mistake at its place", func() {
		w := newWorld(withScenarios())
		p := w.control("PUT", "/scenarios/CONTROLLED", strings.NewReplacer("after: 10m", "after: soon", "officer: control", "officer: controll").Replace(controlled)).
			problem(422, "INVALID_SCENARIO")
		Expect(p.Message).To(HavePrefix("the scenario has 2 mistakes: CONTROLLED.yaml:10:14: "))
		Expect(p.Problems).To(HaveLen(2))
		Expect([]any{p.Problems[1].File, p.Problems[1].Line, p.Problems[1].Column}).To(Equal([]any{"CONTROLLED.yaml", 11, 12}))
		Expect(p.Problems[0].Source).To(Equal("  - officer: controll"))
		Expect(p.Problems[0].Hint).To(ContainSubstring("control"))
	})

	It("have the id of their path", func() {
		w := newWorld(withScenarios())
		p := w.control("PUT", "/scenarios/OTHER", "# a comment\n"+controlled).problem(422, "INVALID_SCENARIO")
		Expect(p.Problems).To(HaveLen(1))
		Expect(p.Problems[0].Error()).To(Equal("OTHER.yaml:2:1: the id is CONTROLLED, but the path says OTHER; hint: PUT it to /simulator/v1/scenarios/CONTROLLED"))
		w.control("GET", "/scenarios/CONTROLLED", "").problem(404, "NOT_FOUND")
	})

	It("stand in the settings with what selects them", func() {
		w := newWorld(withScenarios(controlled))
		choices := w.control("GET", "/settings", "").decoded(200)["scenarios"]
		Expect(choices).To(ContainElement(map[string]any{"when": "LRN matches ^CONTROLLED-", "then": "CONTROLLED"}))
		Expect(choices.([]any)[0]).To(HaveKeyWithValue("when", ContainSubstring("Gov-Test-Scenario")))
	})

	It("cannot be put into a simulator without scenarios", func() {
		w := newWorld()
		w.control("PUT", "/scenarios/CONTROLLED", controlled).problem(404, "NOT_FOUND")
		Expect(w.control("GET", "/scenarios", "").decoded(200)["scenarios"]).To(BeEmpty())
	})
})
