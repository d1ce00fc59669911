package console_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// playing lets a simulator play scenarios.
func playing(c *simulator.Config) {
	runs := replay.NewRuns("test")
	DeferCleanup(runs.Close)
	c.Runs = runs
}

var _ = Describe("The pages of scenarios", func() {
	It("list, play and report", func() {
		b := visit(open(playing))
		Expect(b.get("scenarios?q=DSGB6&phase=5").Text).To(And(ContainSubstring(`href="scenarios/DSGB6"`), Not(ContainSubstring("ASGB1<"))))
		Expect(b.get("scenarios/DSGB6").Text).To(And(ContainSubstring("Gov-Test-Scenario: DSGB6"), ContainSubstring("   1  ")))
		shown := b.follow(b.post("scenarios/DSGB6/run"))
		Expect(shown.Text).To(And(ContainSubstring("DSGB6 passed"), ContainSubstring("step 1 (trader sends IE015)")))
		Expect(b.get("runs/1/junit").Text).To(ContainSubstring("<testsuite"))
		Expect(b.follow(b.post("scenarios/run", "q", "DSGB6", "phase", "5")).Text).To(ContainSubstring("are played, two at a time"))
	})

	It("judge those who follow a scenario with their own software", func() {
		sim := open(playing)
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "DSGB6-0001"})
		Expect(b.get("scenarios/DSGB6").Text).To(And(ContainSubstring(`id="follower-`+id), ContainSubstring("DSGB6-0001 <span class=\"tag ok\">passed</span>")))
	})

	It("say every mistake of what was written, and keep what is right", func() {
		b := visit(open(playing))
		wrong := b.post("scenarios/DSGB6/save", "yaml", "id: MINE\ntitle: <b>Mine</b>\nmovement: departure\nphases: [5]\nsteps:\n  - officer: relase\n  - timer: never\n")
		Expect(wrong.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(wrong.Text).To(And(ContainSubstring("Line 6: "), ContainSubstring("Line 7: "), ContainSubstring("&lt;b&gt;Mine&lt;/b&gt;"), Not(ContainSubstring("<b>Mine"))))
		saved := b.post("scenarios/DSGB6/save", "yaml", "id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n")
		Expect(b.follow(saved).Text).To(ContainSubstring("MINE is in the library"))
	})

	It("record a movement as a scenario that passes", func() {
		sim := open(playing)
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(b.get("movements/" + id).Text).To(ContainSubstring("/record\""))
		Expect(b.get("movements/" + id + "/record").Text).To(ContainSubstring("id: REC-BIKES-1"))
		Expect(b.follow(b.post("movements/" + id + "/record")).Text).To(ContainSubstring("REC-BIKES-1 passed"))
		Expect(b.get("movements/" + id + "/record/scenario.yaml").Text).To(HavePrefix("# Recorded from departure " + id))
	})

	It("have no forms in a console that only shows things", func() {
		b := visit(open(playing, func(c *simulator.Config) { c.Console = "read-only" }))
		Expect(b.get("scenarios/DSGB6").Text).NotTo(Or(ContainSubstring("Run it"), ContainSubstring("<textarea")))
		Expect(b.post("scenarios/DSGB6/run").StatusCode).To(Equal(http.StatusForbidden))
	})
})
