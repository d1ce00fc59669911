package replay_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

// phase4Departure is a scenario of phase 4 about a departure with the steps given, and MINE for an id.
func phase4Departure(steps string) *scenario.Scenario {
	GinkgoHelper()
	return read("id: MINE\ntitle: Mine\nmovement: departure\nphases: [4]\nsteps:\n"+steps, nil)
}

var _ = Describe("A replay of phase 4", func() {
	It("passes with the ids that API 1.0 gives, beside those of the simulator", func() {
		r := run(get("P4-D21"))
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Sides).To(HaveLen(2))
		Expect(r.Sides[0].ID).To(HaveLen(16))
		for _, s := range r.Sides {
			Expect(s.Known()).To(Equal("1"), "departures and arrivals are counted on their own")
		}
		var known []string
		for _, m := range r.Messages() {
			known = append(known, m.Type+" "+m.Known())
		}
		Expect(known).To(Equal([]string{
			"IE015 1", "IE028 2", "IE029 3", "IE007 1", "IE043 2", "IE044 3", "IE058 4", "IE044 5", "IE025 6", "IE045 4",
		}))
	})
	It("shows what the API keeps: what the trader sent, with its MesSenMES3", func() {
		r := run(get("P4-TS-A6"))
		var senders []string
		for _, m := range r.Messages() {
			if d := m.Body; !m.FromCustoms {
				_, rest, _ := strings.Cut(string(d), "<MesSenMES3>")
				sender, _, _ := strings.Cut(rest, "<")
				senders = append(senders, sender)
			}
		}
		Expect(senders).To(Equal([]string{"MDTP-ARR-00000000000000000000001-01", "MDTP-ARR-00000000000000000000001-02"}), "an arrival that is notified again stays the same")
	})
	It("reports under the ids of API 1.0, for people and for programs", func() {
		r := run(get("P4-D02"))
		var page, data bytes.Buffer
		Expect(replay.WriteEvidence(&page, []replay.Result{r})).To(Succeed())
		Expect(page.String()).To(And(
			ContainSubstring("| P4-D02 | "+r.Scenario.Title+" | 4 | 1.0 | - |"),
			ContainSubstring("| Departure | 1, LRN P4-D02-"),
			ContainSubstring("| customs | IE029 Release For Transit | departure 1 | 3 |"),
		))
		Expect(replay.WriteJSON(&data, []replay.Result{r}, false)).To(Succeed())
		var report struct {
			Scenarios []struct {
				APIVersion string
				Movements  []struct{ ID, WireID string }
				Steps      []struct {
					Messages []struct{ ID, WireID string }
				}
			}
		}
		Expect(json.Unmarshal(data.Bytes(), &report)).To(Succeed())
		Expect(report.Scenarios[0].APIVersion).To(Equal("1.0"))
		Expect(report.Scenarios[0].Movements[0].WireID).To(Equal("1"))
		Expect(report.Scenarios[0].Movements[0].ID).To(Equal(r.Sides[0].ID))
		Expect(report.Scenarios[0].Steps[1].Messages[0].WireID).To(Equal("3"))
	})
	It("meets faults on every call of API 1.0", func() {
		r := run(phase4Departure(`  - fault: { call: submit, status: 503, times: 2 }
  - trader: { send: IE015, from: ie015-normal-gb-it }
    expect: [IE928]
  - fault: { call: messages, reset: true }
  - fault: { call: message, status: 500 }
  - officer: accept
    expect: [IE028]
  - fault: { call: submit, delay: 50ms }
  - trader: { send: IE014, from: ie014-cancellation-gb }
  - fault: { call: movement, status: 502 }
  - fault: { call: movements, delay: 50ms }
  - officer: accept_cancellation
    expect: [IE009]
end: CancellationDecision
`))
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
	})
	It("says what is wrong in the words of phase 4", func() {
		r := run(changed("P4-D13", "expect: [IE028]", "expect: [IE028, IE060]"))
		Expect(verdicts(r)).To(Equal("passed failed skipped"))
		Expect(r.Explain()).To(And(
			ContainSubstring("came      IE028; departure MrnAllocated"),
			ContainSubstring("- customs should send IE028, IE060, but IE028 came"),
		))
	})
	It("compares contents and states", func() {
		r := run(changed("P4-D03", "InvGuaReaCodRNS11: G01", "InvGuaReaCodRNS11: G04"))
		Expect(r.Failure()).To(ContainSubstring(`IE055: GUAREF2/INVGUARNS/InvGuaReaCodRNS11 should be "G04", but is "G01"`))
		r = run(changed("P4-D13", "state: PositiveAcknowledgement", "state: MrnAllocated"))
		Expect(r.Failure()).To(ContainSubstring("stands in MrnAllocated, but it stands in PositiveAcknowledgement"))
	})
	It("says how API 1.0 refuses a message", func() {
		r := run(phase4Departure("  - trader:\n      send: IE015\n      from: ie015-normal-gb-it\n      set: { GOOITEGDS/SPEMENMT2/AddInfMT21: 0.00GBP20GB0000010000GX1 }\n"))
		Expect(r.Failure()).To(ContainSubstring("the IE015 was answered with 400 Bad Request: Amount cannot be equal to or less than 0"))
	})
	It("runs side by side with the later phases against one simulator, again and again", func() {
		sim := start(manual)
		for seed := range uint64(2) {
			r, err := replay.New(ctx, replay.Options{Target: target(sim), Seed: seed})
			Expect(err).NotTo(HaveOccurred())
			allPass(r.Run(ctx, replay.Cases(list("P4-D12", "DSGB6", "P4-TS-A5", "P4-D24", "EX-ARRIVAL", "EX-PHASE-4")), nil))
		}
	})
})

// declarePhase4 posts a declaration to API 1.0 that follows a scenario.
func (s software) declarePhase4(file, id string) {
	GinkgoHelper()
	data := simtest.File("phase4/valid/" + file + ".xml")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/customs/transits/movements/departures", bytes.NewReader(data))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer GB954131533000")
	req.Header.Set("Content-Type", "application/xml")
	req.Header.Set("Gov-Test-Scenario", id)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	Expect(res.StatusCode).To(Equal(http.StatusAccepted))
}

var _ = Describe("Watching a trader's own software that speaks to API 1.0", func() {
	It("gives the verdict about what it does, under the ids that it knows", func() {
		sim := start(manual)
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"P4-TT13"}})
		software{sim.URL()}.declarePhase4("ie015-normal-gb-it", "P4-TT13")
		pass(sim, time.Second)
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Watched).To(BeTrue())
		Expect(r.Phase).To(Equal(message.Phase4))
		Expect(r.Sides[0].Known()).To(Equal("1"))
		Expect(r.Messages()[3].Type + " " + r.Messages()[3].Known()).To(Equal("IE060 4"))
	})
	It("says what it should have sent", func() {
		sim := start(manual)
		w := watch(replay.WatchOptions{Target: *target(sim), IDs: []string{"P4-D12"}})
		software{sim.URL()}.declarePhase4("ie015-normal-gb-it", "P4-D12")
		pass(sim, time.Second)
		w.stop()
		r := w.verdict()
		Expect(r.Verdict).To(Equal(replay.Failed))
		Expect(r.Failure()).To(Equal("step 3 (trader sends IE014): the trader has not sent the IE014"))
	})
})
