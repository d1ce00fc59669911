package replay_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// serving is a simulator that plays scenarios for its control API.
func serving() (*simulator.Simulator, client.Client) {
	GinkgoHelper()
	runs := replay.NewRuns("test")
	sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
		c.Clock, c.Now, c.Profile, c.Runs = clock.Manual, replay.DefaultNow, replay.DefaultProfile, runs
	})
	DeferCleanup(runs.Close)
	return sim, client.Client{URL: sim.URL()}
}

var _ = Describe("A run inside the server", func() {
	It("plays a scenario of the library and reports about it", func() {
		_, c := serving()
		begun, err := c.RunScenario(ctx, "DSGB6", client.RunOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(begun.Steps).To(HaveLen(3))
		run, err := c.Run(ctx, begun.ID, time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(run.Done).To(BeTrue())
		Expect(run.Verdict).To(Equal(client.VerdictPassed), run.Failure)
		Expect(run.Steps[0].Came).To(Equal([]string{"IE928", "IE028"}))
		for format, holds := range map[string]string{
			client.ReportEvidence: "DSGB6", client.ReportJUnit: "<testsuite", client.ReportJSON: `"verdict": "passed"`, client.ReportHTML: "<html",
		} {
			text, err := c.RunReport(ctx, run.ID, format)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(text)).To(ContainSubstring(holds), format)
		}
		list, err := c.Runs(ctx, "DSGB6")
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Runs).To(HaveLen(1))
		list, err = c.Runs(ctx, "DSGB7")
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Runs).To(BeEmpty())
		there, err := c.Movements(ctx, client.MovementQuery{})
		Expect(err).NotTo(HaveOccurred())
		Expect(there.Total).To(BeZero(), "nothing of it is seen among the movements")
	})

	It("plays a text that is given, and says what failed", func() {
		_, c := serving()
		text := "id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nsteps:\n" +
			"  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE056]\n"
		begun, err := c.RunScenario(ctx, "MINE", client.RunOptions{YAML: text})
		Expect(err).NotTo(HaveOccurred())
		run, err := c.Run(ctx, begun.ID, time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(run.Verdict).To(Equal(client.VerdictFailed))
		Expect(run.Failure).To(ContainSubstring("IE928, IE056"))
		Expect(run.Steps[0].Failures).NotTo(BeEmpty())
	})

	It("is refused with the reason", func() {
		_, c := serving()
		_, err := c.RunScenario(ctx, "DSGB66", client.RunOptions{})
		Expect(err).To(MatchError(ContainSubstring("there is no scenario DSGB66")))
		_, err = c.RunScenario(ctx, "DSGB6", client.RunOptions{Phase: message.Phase4})
		Expect(err).To(MatchError(ContainSubstring("not for phase 4")))
		_, err = c.RunScenario(ctx, "DSGB6", client.RunOptions{Profile: "slow"})
		Expect(err).To(MatchError(ContainSubstring(`no profile "slow"`)))
		_, err = c.RunScenario(ctx, "DSGB6", client.RunOptions{YAML: "id: OTHER"})
		Expect(err).To(HaveOccurred())
		_, err = c.Run(ctx, "17", 0)
		Expect(err).To(MatchError(ContainSubstring("there is no run 17")))
	})
})

var _ = Describe("A movement that follows a scenario", func() {
	It("has a verdict that is open until its end", func() {
		sim, c := serving()
		_, err := c.PutScenario(ctx, "MINE", []byte("id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nmatch: { lrn: ^MINE }\nsteps:\n"+
			"  - trader: { send: IE015 }\n    expect: [IE928, IE028]\n  - timer: auto_release\n    expect: [IE029]\n"))
		Expect(err).NotTo(HaveOccurred())
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "MINE-0001"})
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		v, err := c.Verdict(ctx, m.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(v.Scenario).To(Equal("MINE"))
		Expect(v.Verdict).To(Equal(client.VerdictOpen))
		Expect(v.Steps[0].Verdict).To(Equal(client.VerdictPassed))
		for v.Verdict == client.VerdictOpen {
			_, err = c.Advance(ctx, client.Target{To: client.Next})
			Expect(err).NotTo(HaveOccurred())
			v, err = c.Verdict(ctx, m.ID)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(v.Verdict).To(Equal(client.VerdictPassed), v.Failure)
	})

	It("has none if it follows none", func() {
		sim, c := serving()
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		_, err = c.Verdict(ctx, m.ID)
		Expect(err).To(MatchError(ContainSubstring("follows no scenario")))
	})
})

var _ = Describe("A text that may be a scenario", func() {
	It("is checked with all its mistakes at their lines", func() {
		_, c := serving()
		found, err := c.CheckScenario(ctx, []byte("id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nsteps:\n  - officer: relase\n  - timer: never\n"))
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Valid).To(BeFalse())
		Expect(found.Problems).To(HaveLen(2))
		Expect(found.Problems[0].Line).To(Equal(6))
		found, err = c.CheckScenario(ctx, get("DSGB6").Text)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Valid).To(BeTrue())
		Expect(found.ID).To(Equal("DSGB6"))
	})
})
