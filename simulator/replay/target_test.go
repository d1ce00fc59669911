package replay_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// manual is a simulator whose clock is moved by hand, with HMRC's durations.
func manual(c *simulator.Config) {
	c.Clock, c.Profile, c.Now = clock.Manual, "trader-test", replay.DefaultNow
}

// start starts a simulator for a spec.
func start(change ...func(*simulator.Config)) *simulator.Simulator {
	GinkgoHelper()
	return simulator.RunT(GinkgoT(), change...)
}

// target is a running simulator as a replay finds it.
func target(sim *simulator.Simulator) *replay.Target {
	client := &http.Client{Transport: &http.Transport{}}
	DeferCleanup(client.CloseIdleConnections)
	return &replay.Target{URL: sim.URL(), Control: sim.ControlURL(), Token: sim.ControlToken(), Client: client}
}

// ids are those of scenarios, in order.
func list(ids ...string) []*scenario.Scenario {
	GinkgoHelper()
	var out []*scenario.Scenario
	for _, id := range ids {
		out = append(out, get(id))
	}
	return out
}

// allPass insists that all passed.
func allPass(results []replay.Result) {
	GinkgoHelper()
	for _, r := range results {
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
	}
}

var _ = Describe("A replay against a running simulator", func() {
	It("moves its clock if that is manual", func() {
		sim := start(manual)
		r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: 1, Parallel: 8})
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Parallel).To(Equal(1), "scenarios would move the clock under each other")
		results := r.Run(ctx, replay.Cases(list("DSGB1", "ASGB3", "X-ENQUIRY", "X-GUA-AMEND", "P6-PSGB-02", "EX-FAULTS")), nil)
		allPass(results)
		Expect(results[0].Simulator.URL).To(Equal(sim.URL()))
		Expect(results[0].Simulator.Profile).To(Equal("trader-test"))
	})
	It("waits if it is not, and says for what", func() {
		sim := start(func(c *simulator.Config) { c.Profile, c.Clock, c.TimeScale = "trader-test", clock.Scaled, 1000 })
		var mu sync.Mutex
		var said []string
		r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: 1, Say: func(c replay.Case, text string) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, c.Scenario.ID+" "+text)
		}})
		Expect(err).NotTo(HaveOccurred())
		allPass(r.Run(ctx, replay.Cases(list("DSGB1", "DSGB6", "P6-DSGB-01")), nil))
		Expect(said).To(ConsistOf(
			MatchRegexp(`^DSGB1 waits [23]s for timer auto_release of step 2`), MatchRegexp(`^P6-DSGB-01 waits [23]s for timer auto_release of step 2`)))
	})
	It("can be repeated, with another seed", func() {
		sim := start(manual)
		for seed := range uint64(3) {
			r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: seed})
			Expect(err).NotTo(HaveOccurred())
			allPass(r.Run(ctx, replay.Cases(list("DSGB6", "EX-ARRIVAL")), nil))
		}
	})
	It("finds the control API at an address of its own, behind a token", func() {
		sim := start(manual, func(c *simulator.Config) { c.ControlAddr, c.ControlToken = "127.0.0.1:0", "secret" })
		r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: 1})
		Expect(err).NotTo(HaveOccurred())
		allPass(r.Run(ctx, replay.Cases(list("ASGB3")), nil))

		wrong := target(sim)
		wrong.Token = "wrong"
		_, err = replay.New(ctx, replay.Options{Target: wrong})
		Expect(err).To(MatchError(ContainSubstring("the control token is missing or wrong")))
	})
	It("gives it a scenario that it does not know, and one that it knows otherwise", func() {
		sim := start(manual)
		mine := departure("  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n")
		other := changed("DSGB6", "officer: release", "officer: refuse_release", "[IE029]", "[IE051]", "state: released", "state: not_released", "end: released", "end: not_released")
		r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: 1})
		Expect(err).NotTo(HaveOccurred())
		allPass(r.Run(ctx, replay.Cases([]*scenario.Scenario{mine, other}), nil))
		there, ok := sim.Scenario("MINE")
		Expect(ok).To(BeTrue())
		Expect(there.Text).To(Equal(mine.Text))

		By("finding the simulator's own version by its id")
		s, err := r.Find(ctx, "DSGB6")
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Text).To(Equal(other.Text))
		s, err = r.Find(ctx, "MINE")
		Expect(err).NotTo(HaveOccurred())
		Expect(s.ID).To(Equal("MINE"))
		all, err := r.All(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(all).To(HaveLen(len(library().All()) + 1))
	})
	It("says what is wrong with a scenario that it cannot give away", func() {
		sim := start(manual)
		messages := everything()["DSGB1 (phase 5)"].Messages()
		s := read("id: MINE\ntitle: T\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n  - inject: { body: own.xml }\n",
			files("own.xml", messages[len(messages)-1].Body))
		r := runWith(replay.Options{Target: target(sim), Seed: 1}, s)
		Expect(r.Verdict).To(Equal(replay.Failed))
		Expect(r.Why).To(And(HavePrefix("give the simulator scenario MINE: "), ContainSubstring("there are no files beside this scenario")))
	})
	It("gives a scenario away whose message only the replay needs", func() {
		sim := start(manual)
		s := read("id: MINE\ntitle: T\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: own.xml }\n    expect: [IE928, IE028]\n",
			files("own.xml", everything()["DSGB1 (phase 5)"].Messages()[0].Body))
		allPass([]replay.Result{runWith(replay.Options{Target: target(sim), Seed: 1}, s)})
		there, _ := sim.Scenario("MINE")
		Expect(there.Replayable()).To(BeFalse(), "the file is not there")
	})
	It("suggests an id for one that nobody knows", func() {
		for _, o := range []replay.Options{{}, {Target: target(start(manual))}} {
			r, err := replay.New(ctx, o)
			Expect(err).NotTo(HaveOccurred())
			_, err = r.Find(ctx, "DSGB66")
			Expect(err).To(MatchError("there is no scenario DSGB66; hint: did you mean DSGB6"))
			_, err = r.Find(ctx, "NOTHING-LIKE-IT")
			Expect(err).To(MatchError("there is no scenario NOTHING-LIKE-IT; hint: nctsim scenarios lists them"))
		}
	})
	It("skips phases whose API version does not answer", func() {
		sim := start(manual, func(c *simulator.Config) { c.APIVersions = []string{"2.1"} })
		r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: 1})
		Expect(err).NotTo(HaveOccurred())
		results := r.Run(ctx, replay.Cases(list("EX-RELEASE")), nil)
		Expect([]replay.Verdict{results[0].Verdict, results[1].Verdict}).To(Equal([]replay.Verdict{replay.Passed, replay.Skipped}))
		Expect(results[1].Why).To(Equal("API 3.0 of phase 6 does not answer there"))
	})
	It("says so if the movement does not follow the scenario", func() {
		sim := start(manual)
		t := target(sim)
		forgetful := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Gov-Test-Scenario")
			forward(w, r, sim.URL())
		})
		front := httptest.NewServer(forgetful)
		DeferCleanup(front.Close)
		t.URL = front.URL
		s := changed("DSGB1", "lrn: ", "lrn: X-") // it is not found by its LRN either
		r := runWith(replay.Options{Target: t, Seed: 1}, s)
		Expect(r.Verdict).To(Equal(replay.Failed))
		Expect(r.Failure()).To(MatchRegexp(`the departure [0-9a-f]{16} follows no scenario`))
	})
	It("knows when nobody answers", func() {
		_, err := replay.New(ctx, replay.Options{Target: &replay.Target{URL: "http://127.0.0.1:1"}})
		var silent *client.UnreachableError
		Expect(err).To(BeAssignableToTypeOf(silent))
		Expect(err).To(MatchError(And(HavePrefix("no simulator answers at http://127.0.0.1:1: "), ContainSubstring("; hint: start one with nctsim serve"))))
		_, err = replay.New(ctx, replay.Options{Target: &replay.Target{URL: "::"}})
		Expect(err).To(MatchError(`"::" is no URL of a simulator; hint: write it as http://localhost:8080`))
	})
	It("knows what is not a simulator", func() {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
		DeferCleanup(other.Close)
		t := &replay.Target{URL: other.URL, Client: other.Client()}
		_, err := replay.New(ctx, replay.Options{Target: t})
		Expect(err).To(MatchError(ContainSubstring("does not answer as a simulator does")))
		other.Config.Handler = http.NotFoundHandler()
		_, err = replay.New(ctx, replay.Options{Target: t})
		Expect(err).To(MatchError("the control API answered 404 Not Found"))
	})
	It("calls again when it is throttled", func() {
		sim := start(manual)
		var throttled atomic.Int32
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && throttled.Add(1) == 1 {
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			forward(w, r, sim.URL())
		}))
		DeferCleanup(front.Close)
		t := target(sim)
		t.URL = front.URL
		r := runWith(replay.Options{Target: t, Seed: 1}, get("DSGB6"))
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(throttled.Load()).To(BeNumerically(">", 1))
	})
	It("compares what the trader reads with what the journal says", func() {
		sim := start(manual)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/messages") || r.Method != http.MethodGet {
				forward(w, r, sim.URL())
				return
			}
			_, _ = w.Write([]byte(`{"totalCount":0,"messages":[]}`))
		}))
		DeferCleanup(front.Close)
		t := target(sim)
		t.URL = front.URL
		r := runWith(replay.Options{Target: t, Seed: 1}, get("DSGB6"))
		Expect(r.Verdict).To(Equal(replay.Failed))
		Expect(r.Explain()).To(And(ContainSubstring("stands in the journal, but the trader cannot read it"), ContainSubstring("the trader's list of messages of the departure")))
	})
})

// forward hands a request on.
func forward(w http.ResponseWriter, r *http.Request, to string) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	req.Header = r.Header
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	w.WriteHeader(res.StatusCode)
	buffer := make([]byte, 4096)
	for {
		n, err := res.Body.Read(buffer)
		_, _ = w.Write(buffer[:n])
		_ = http.NewResponseController(w).Flush()
		if err != nil {
			return
		}
	}
}

var _ = Describe("Replays side by side", func() {
	It("do not disturb each other where the clock is nobody's", func() {
		sim := start(func(c *simulator.Config) { c.Profile = "instant" })
		r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: 1, Parallel: 16})
		Expect(err).NotTo(HaveOccurred())
		quick := list("DSGB1", "DSGB4", "DSGB6", "DSGB7", "DNGB1", "ASGB1", "ASGB3", "ANGB1", "P6-DSGB-01", "P6-ASGB-01", "P6-DSXI-01", "EX-ARRIVAL")
		allPass(r.Run(ctx, replay.Cases(quick), nil))
		Expect(replay.Count(r.Run(ctx, nil, nil))).To(Equal(replay.Counts{}))
	})
})
