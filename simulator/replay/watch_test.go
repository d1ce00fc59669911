package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

// software is a trader's own software, as simple as can be.
type software struct{ url string }

const holder = "GB953574106000"

// post sends a message and returns the id of the movement.
func (s software) post(path, file string, change func(string) string, header ...string) string {
	GinkgoHelper()
	data := simtest.File("phase5/valid/" + file + ".xml")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/customs/transits/movements/departures"+path, strings.NewReader(change(string(data))))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer "+holder)
	req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	req.Header.Set("Content-Type", "application/xml")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	var body struct{ DepartureID string }
	Expect(json.NewDecoder(res.Body).Decode(&body)).To(Succeed())
	Expect(res.StatusCode).To(Equal(http.StatusAccepted))
	return body.DepartureID
}

func same(s string) string { return s }

// declare posts a declaration that follows a scenario.
func (s software) declare(id string) string {
	GinkgoHelper()
	return s.post("", "ie015-simplified-gb-xi", same, "Gov-Test-Scenario", id)
}

// watching is a watch under way.
type watching struct {
	stop     func()
	said     chan string
	reported chan replay.Result
	results  chan []replay.Result
}

// watch begins to watch and waits until nothing is missed any more.
func watch(o replay.WatchOptions) watching {
	GinkgoHelper()
	ended, end := context.WithCancel(ctx)
	w := watching{stop: end, said: make(chan string, 1000), reported: make(chan replay.Result, 1000), results: make(chan []replay.Result, 1)}
	ready := make(chan struct{})
	o.Ready = func() { close(ready) }
	o.Say = func(c replay.Case, text string) { w.said <- c.String() + ": " + text }
	o.Report = func(r replay.Result) { w.reported <- r }
	done := make(chan struct{})
	go func() {
		defer GinkgoRecover()
		defer close(done)
		results, err := replay.Watch(ended, o)
		Expect(err).NotTo(HaveOccurred())
		w.results <- results
	}()
	DeferCleanup(func() {
		end()
		Eventually(done).Should(BeClosed())
	})
	Eventually(ready).Should(BeClosed())
	return w
}

func (w watching) verdict() replay.Result {
	GinkgoHelper()
	var results []replay.Result
	Eventually(w.results).WithTimeout(20 * time.Second).Should(Receive(&results))
	Expect(results).To(HaveLen(1))
	return results[0]
}

// pass lets the time of a simulator pass.
func pass(sim *simulator.Simulator, d time.Duration) {
	GinkgoHelper()
	Expect(sim.Settle(ctx)).To(Succeed())
	_, err := sim.Advance(ctx, d)
	Expect(err).NotTo(HaveOccurred())
}

var _ = Describe("Watching the trader's own software", func() {
	var sim *simulator.Simulator
	var own software
	BeforeEach(func() {
		sim = start(manual)
		own = software{sim.URL()}
	})

	It("gives the verdict when the scenario is through", func() {
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB6"}})
		own.declare("DSGB6")
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Watched).To(BeTrue())
		Expect(verdicts(r)).To(Equal("passed passed passed"))
		Expect(r.Sides).To(HaveLen(1))
		Expect(r.Sides[0].EORI).To(Equal(holder))
		Expect(r.Messages()).To(HaveLen(5))
		for _, m := range r.Messages() {
			Expect(m.Body).NotTo(BeEmpty())
		}
		Expect(w.said).To(Receive(Equal("DSGB6 (phase 5): scenario DSGB6 begins: Simplified departure, GB to NI: control, satisfactory")))
	})
	It("finds a movement by its LRN, too", func() {
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB1"}, Library: library()})
		own.post("", "ie015-simplified-gb-xi", func(s string) string { return strings.Replace(s, "NW-BIKES-25-001", "DSGB1-A", 1) })
		pass(sim, 45*time.Minute)
		Expect(w.verdict().Verdict).To(Equal(replay.Passed))
	})
	It("watches both sides of a journey", func() {
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"ASGB3"}})
		allPass([]replay.Result{runWith(replay.Options{Target: target(sim), Seed: 1}, get("ASGB3"))})
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Sides).To(HaveLen(2))
	})
	It("says at which step the software did something else, and what the scenario waited for", func() {
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB10"}})
		id := own.declare("DSGB10")
		Expect(sim.Settle(ctx)).To(Succeed())
		mrn := mrnOf(sim, id)
		own.post("/"+id+"/messages", "ie014-by-mrn-gb-xi", func(s string) string { return withMRN(s, mrn) })
		r := w.verdict()
		Expect(verdicts(r)).To(Equal("passed failed skipped"), explained(r))
		Expect(r.Explain()).To(ContainSubstring("the step waited for the trader to send IE013, but the trader sent IE014"))
	})
	It("says what the software has not done when watching ends", func() {
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB10"}})
		own.declare("DSGB10")
		Expect(sim.Settle(ctx)).To(Succeed())
		w.stop()
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Failed))
		Expect(verdicts(r)).To(Equal("passed failed skipped"), explained(r))
		Expect(r.Failure()).To(Equal("step 2 (trader sends IE013): the trader has not sent the IE013"))
	})
	It("says that no movement has followed the scenario", func() {
		own.declare("DSGB6") // before anybody watches
		Expect(sim.Settle(ctx)).To(Succeed())
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB6"}})
		own.declare("DSGB4") // another one
		Expect(sim.Settle(ctx)).To(Succeed())
		w.stop()
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Failed))
		Expect(r.Failure()).To(Equal("no movement has followed the scenario; hint: send the header Gov-Test-Scenario: DSGB6, or an LRN that fits it"))
	})
	It("takes up a movement that is under way", func() {
		own.declare("DSGB1")
		Expect(sim.Settle(ctx)).To(Succeed())
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB1"}})
		pass(sim, 45*time.Minute)
		r := w.verdict()
		Expect(verdicts(r)).To(Equal("passed passed"), explained(r))
	})
	It("leaves faults to the software", func() {
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"MINE"}, Library: putFaulty(sim)})
		id := own.declare("MINE")
		pass(sim, 45*time.Minute)
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Steps[1].Remarks).To(Equal([]string{"no call has met the fault on messages"}))
		Expect(status(sim, "/customs/transits/movements/departures/"+id+"/messages")).To(Equal(http.StatusBadGateway))
	})
	It("judges every scenario until it is stopped if none is named", func() {
		w := watch(replay.WatchOptions{Target: *target(sim)})
		own.declare("DSGB6")
		for _, lrn := range []string{"DSGB7-A", "NO-SCENARIO"} {
			own.post("", "ie015-simplified-gb-xi", func(s string) string { return strings.Replace(s, "NW-BIKES-25-001", lrn, 1) })
		}
		Expect(sim.Settle(ctx)).To(Succeed())
		Eventually(w.reported).Should(HaveLen(2))
		w.stop()
		var results []replay.Result
		Eventually(w.results).Should(Receive(&results))
		Expect(results).To(HaveLen(2))
		allPass(results)
	})
	It("goes on where it was when the connection breaks", func() {
		var streams atomic.Int32
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/events") || streams.Add(1) > 1 {
				forward(w, r, sim.URL())
				return
			}
			cut, end := context.WithCancel(r.Context())
			defer end()
			forward(cutter{w, end}, r.WithContext(cut), sim.URL())
		}))
		DeferCleanup(front.Close)
		t := *target(sim)
		t.Control = front.URL
		w := watch(replay.WatchOptions{Target: t, IDs: []string{"DSGB1"}})
		own.declare("DSGB1")
		pass(sim, 45*time.Minute)
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(streams.Load()).To(BeNumerically(">", 1))
	})
	It("refuses what it cannot watch", func() {
		_, err := replay.Watch(ctx, replay.WatchOptions{Target: *target(sim), IDs: []string{"DSGB66"}})
		Expect(err).To(MatchError(And(ContainSubstring("there is no scenario DSGB66"), ContainSubstring("did you mean DSGB6"))))
		_, err = replay.Watch(ctx, replay.WatchOptions{Target: replay.Target{URL: "http://127.0.0.1:1"}})
		Expect(err).To(MatchError(ContainSubstring("no simulator answers")))
	})
})

// cutter breaks a connection at the first entry of a journal.
type cutter struct {
	http.ResponseWriter
	end func()
}

func (c cutter) Write(p []byte) (int, error) {
	if i := bytes.Index(p, []byte("data: ")); i >= 0 {
		c.end()
		return len(p), nil
	}
	return c.ResponseWriter.Write(p)
}

func (c cutter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// putFaulty gives the simulator a scenario with a fault.
func putFaulty(sim *simulator.Simulator) *scenario.Library {
	GinkgoHelper()
	s := departure("  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n" +
		"  - fault: { call: messages, status: 502 }\n  - timer: auto_release\n    expect: [IE029]\n")
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, sim.URL()+"/simulator/v1/scenarios/MINE", bytes.NewReader(s.Text))
	Expect(err).NotTo(HaveOccurred())
	res, err := target(sim).Client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	Expect(res.StatusCode).To(Equal(http.StatusCreated))
	l := library()
	l.Add(s)
	return l
}

func status(sim *simulator.Simulator, path string) int {
	GinkgoHelper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, sim.URL()+path, nil)
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer "+holder)
	req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	res, err := target(sim).Client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	return res.StatusCode
}

func mrnOf(sim *simulator.Simulator, id string) string {
	GinkgoHelper()
	res, err := target(sim).Client.Get(sim.URL() + "/simulator/v1/movements/" + id)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	var body struct{ MRN string }
	Expect(json.NewDecoder(res.Body).Decode(&body)).To(Succeed())
	Expect(body.MRN).NotTo(BeEmpty())
	return body.MRN
}

func withMRN(s, mrn string) string {
	before, rest, _ := strings.Cut(s, "<MRN>")
	_, after, _ := strings.Cut(rest, "</MRN>")
	return before + "<MRN>" + mrn + "</MRN>" + after
}
