package console_test

import (
	"html"
	"net/http"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
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
		Expect(b.get("scenarios/DSGB6").Text).To(And(ContainSubstring("Gov-Test-Scenario: DSGB6"), ContainSubstring(`data-n="1" id="L1">id: DSGB6`)))
		shown := b.follow(b.post("scenarios/DSGB6/run"))
		Expect(shown.Text).To(MatchRegexp("DSGB6 (passed|has begun)"))
		Eventually(func() string { return b.get("scenarios/DSGB6").Text }).WithTimeout(10 * time.Second).
			Should(And(MatchRegexp(`Run 1 <span class="tag ok">passed`), ContainSubstring("Step 1 (trader sends IE015)"), Not(ContainSubstring("data-ticks"))))
		Expect(b.get("runs/1/junit").Text).To(ContainSubstring("<testsuite"))
		Expect(b.follow(b.post("scenarios/run", "q", "DSGB6", "phase", "5")).Text).To(ContainSubstring("are played, two at a time"))
	})

	It("are the same whenever the same has happened", func(ctx SpecContext) {
		sim := open(playing)
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "DSGB6-0001"})
		c := sim.Client()
		begun, err := c.RunScenario(ctx, "DSGB6", client.RunOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Run(ctx, begun.ID, 10*time.Second)).To(HaveField("Done", true))
		beGolden(b.get("scenarios?q=DSGB6").Text, "scenarios")
		beGolden(b.get("scenarios?q=nothing-has-that-name").Text, "scenarios-none")
		beGolden(b.get("scenarios/DSGB6").Text, "scenario")
		beGolden(b.get("scenarios/new").Text, "scenario-new")
		beGolden(b.post("scenarios/DSGB6/save", "yaml", "id: DSGB6\nsteps: nothing\n").Text, "scenario-mistake")
		beGolden(b.get("movements/"+id+"/record").Text, "record")
		beGolden(b.get("no/such/page").Text, "no-page")
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

	It("take a new scenario, which passes as the form begins", func() {
		b := visit(open(playing))
		form := b.get("scenarios/new").Text
		first := html.UnescapeString(regexp.MustCompile(`(?s)<textarea[^>]*>(.*)</textarea>`).FindStringSubmatch(form)[1])
		Expect(b.follow(b.post("scenarios/new", "yaml", first)).Text).To(ContainSubstring("MY-SCENARIO is in the library"))
		b.post("scenarios/MY-SCENARIO/run")
		Eventually(func() string { return b.get("scenarios/MY-SCENARIO").Text }).WithTimeout(10 * time.Second).Should(ContainSubstring(`Run 1 <span class="tag ok">passed`))
		Expect(b.get("scenarios/new?from=DSGB6").Text).To(ContainSubstring("id: MY-DSGB6"))
		Expect(b.get("scenarios/new?from=none").StatusCode).To(Equal(http.StatusNotFound))
		wrong := b.post("scenarios/new", "yaml", "id: X\nsteps: </textarea><script>\n")
		Expect(wrong.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(wrong.Text).To(And(ContainSubstring("<h1>New scenario</h1>"), ContainSubstring("Line "), Not(ContainSubstring("</textarea><script>"))))
	})

	It("are named where a scenario decided, with the lines of the file", func(ctx SpecContext) {
		sim := open(playing)
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "DSGB6-0001"})
		_, err := sim.Client().Advance(ctx, client.Target{To: client.Next})
		Expect(err).NotTo(HaveOccurred())
		page := b.get("movements/" + id).Text
		Expect(page).To(MatchRegexp(`href="\.\./scenarios/DSGB6#L[0-9]+">Scenario</a>`))
		Expect(page).To(MatchRegexp(`<span class="line decides" data-n="[0-9]+">  - officer: control\n`))
		Expect(page).To(ContainSubstring(`<a href="../scenarios/DSGB6">DSGB6</a>`))
	})

	It("record a movement as a scenario that passes", func() {
		sim := open(playing)
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(b.get("movements/" + id).Text).To(ContainSubstring("/record\""))
		Expect(b.get("movements/" + id + "/record").Text).To(ContainSubstring("id: REC-BIKES-1"))
		replayed := b.post("movements/" + id + "/record")
		Eventually(func() string { return b.follow(replayed).Text }).WithTimeout(10 * time.Second).Should(ContainSubstring(`Replay <span class="tag ok">passed`))
		Expect(b.get("movements/" + id + "/record/scenario.yaml").Text).To(HavePrefix("# Recorded from departure " + id))
	})

	It("have no forms in a console that only shows things", func() {
		b := visit(open(playing, func(c *simulator.Config) { c.Console = "read-only" }))
		Expect(b.get("scenarios/DSGB6").Text).NotTo(Or(ContainSubstring("Run it"), ContainSubstring("<textarea")))
		Expect(b.post("scenarios/DSGB6/run").StatusCode).To(Equal(http.StatusForbidden))
	})
})
