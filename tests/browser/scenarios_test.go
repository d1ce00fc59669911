package browser

import (
	"fmt"
	"net/http"
	"path"
	"time"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// playing lets a simulator play scenarios.
func playing(c *simulator.Config) {
	runs := replay.NewRuns("test")
	DeferCleanup(runs.Close)
	c.Runs = runs
}

// open opens everything that is folded up in the page.
func (t *tab) open() {
	GinkgoHelper()
	value[any](t, `document.querySelectorAll("main details").forEach(d => d.open = true)`)
}

// played plays a scenario to its end.
func played(sim *simulator.Simulator, id string) client.Run {
	GinkgoHelper()
	c := sim.Client()
	begun, err := c.RunScenario(GinkgoT().Context(), id, client.RunOptions{})
	Expect(err).NotTo(HaveOccurred())
	run, err := c.Run(GinkgoT().Context(), begun.ID, patience)
	Expect(err).NotTo(HaveOccurred())
	Expect(run.Done).To(BeTrue())
	return run
}

var _ = Describe("The pages of scenarios and comparisons", func() {
	It("suit everybody, on a desk and on a phone, in light and dark, and make the browser complain of nothing", func(ctx SpecContext) {
		needed()
		sim := open(playing)
		follows := declare(sim, "ie015-simplified-gb-xi", "DSGB6-0001")
		released := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		_, err := sim.Officer(ctx, released, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Movement(ctx, released)
		Expect(err).NotTo(HaveOccurred())
		played(sim, "DSGB6")
		onEveryWidth(func(t *tab) {
			for _, path := range []string{
				"scenarios?q=DSGB&phase=5", "scenarios/DSGB6", "scenarios/new", "movements/" + released + "/record", "movements/" + follows,
				"movements/" + released + "/messages/" + m.Records[len(m.Records)-1].ID + "?view=diff", "compare?id=" + released + "&id=" + follows,
				"reference/rules/C0030", "reference/lists/CL152", "search?q=GB0001",
			} {
				By(path)
				t.visit(sim, path)
				t.waitFor("h1", "")
				t.waitFor("#live", "live")
				t.open()
				t.expectForEverybody()
				t.expectQuiet()
			}
			By("mistakes in a scenario")
			t.visit(sim, "scenarios/new")
			value[any](t, `document.querySelector("#yaml").value = "id: X\nsteps: nothing\n"`)
			t.do(chromedp.Click(chromedp.CSS("main .primary")))
			t.waitFor("#problems", "Line 2")
			t.expectForEverybody()
			t.forgive() // that the answer is a 422 is said in the console of the browser
			By("an address that leads to nothing")
			t.visit(sim, "no/such/page")
			t.waitFor("h1", "Nothing is there")
			t.expectForEverybody()
		})
	})

	It("play a scenario, show the steps and their verdicts, and give the evidence out", func() {
		needed()
		sim := open(playing)
		t := newTab(1320)
		t.visit(sim, "scenarios?q=DSGB6&phase=5")
		t.do(chromedp.Click(chromedp.CSS("#s-DSGB6 a")))
		t.waitFor("h1", "DSGB6")
		t.do(chromedp.Click(chromedp.CSS("#run-form button")))
		t.waitFor("#run-title", "passed")
		t.waitFor("#run table", "Step 1 (trader sends IE015)")
		Expect(value[string](t, `fetch(document.querySelector("#run a[href$=junit]").href).then(r => r.text())`)).To(ContainSubstring("<testsuite"))
		t.do(chromedp.Click(chromedp.CSS("a[data-up]")))
		t.waitFor("h1", "Scenarios")
		t.do(chromedp.Click(chromedp.CSS("#run-shown button")))
		t.waitFor("#outcome", "two at a time")
		t.waitFor("#list", "passed")
		t.expectQuiet()
	})

	It("add a scenario of one's own, follow it with one's own software, and change it", func() {
		needed()
		sim := open(playing)
		t := newTab(1320)
		t.visit(sim, "scenarios")
		t.do(chromedp.Click(chromedp.CSS("a[href$='scenarios/new']")))
		t.waitFor("h1", "New scenario")
		t.do(chromedp.Click(chromedp.CSS("main .primary")))
		t.waitFor("h1", "MY-SCENARIO")
		t.waitFor("#outcome", "in the library")
		t.waitFor("#live:not([hidden])", "live")
		id := follow(sim, "MY-SCENARIO", "MINE-1")
		t.waitFor("#follower-"+id, "MINE-1")
		t.do(chromedp.Click(chromedp.CSS("#edit summary")))
		value[any](t, `{ const yaml = document.querySelector("#yaml"); yaml.value = yaml.value.replace("controlled, then released", "changed") }`)
		t.do(chromedp.Click(chromedp.CSS("#edit form button")))
		t.waitFor("#outcome", "in the library")
		t.waitFor(".heading", "changed")
		t.expectQuiet()
	})

	It("record a movement as a scenario that passes", func(ctx SpecContext) {
		needed()
		sim := open(playing)
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		_, err := sim.Officer(ctx, id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		t := newTab(1320)
		t.visit(sim, "movements/"+id)
		t.do(chromedp.Click(chromedp.CSS("a[href$='/record']")))
		t.waitFor("h1", "Record as a scenario")
		t.do(chromedp.Click(chromedp.CSS("#replay button")))
		t.waitFor("#run-title", "passed")
		t.do(chromedp.Click(chromedp.CSS("#keep button")))
		t.waitFor("h1", "REC-BIKES-1")
		t.waitFor("#outcome", "in the library")
		t.expectQuiet()
	})

	It("let a newcomer find out why goods were refused, release others with a control result, and record that", func() {
		needed()
		sim := open(playing)
		declare(sim, "ie015-normal-gb-xi", "MIXED-1")
		declare(sim, "ie015-normal-gb-xi", "MIXED-1")
		declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		// press presses what is called so: nothing but what can be read on the page leads on.
		press := func(name string) {
			GinkgoHelper()
			Eventually(func() bool {
				return value[bool](t, fmt.Sprintf(`{ const found = [...document.querySelectorAll("main a, main button, main summary")].find(e => e.checkVisibility() && e.innerText.trim() === %q); found?.click(); !!found }`, name))
			}).WithTimeout(patience).WithPolling(50*time.Millisecond).Should(BeTrue(), name)
		}
		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		t.waitFor("#rows", "BR20006")
		press("MIXED-1")
		t.waitFor("#rejected", "TransitOperation/LRN")
		t.waitFor("#live:not([hidden])", "live")
		t.press("\x1b")
		t.waitFor("h1", "Movements")

		press("BIKES-1")
		t.waitFor("h1", "BIKES-1")
		press("Release")
		t.waitFor("#desk", "A1 ")
		t.do(chromedp.SendKeys(chromedp.CSS("#release\\.controlResult\\.code"), "A1"), chromedp.Click(chromedp.CSS("#do-release [value=now]")))
		t.waitFor("h1", "RELEASED")

		press("Record as a scenario")
		t.waitFor("pre.code", "controlResult")
		press("Replay it now")
		t.waitFor("#run-title", "passed")
		press("Put it into the library")
		t.waitFor("h1", "REC-BIKES-1")
		t.expectQuiet()
	})

	It("compare a message with the one that it repeats, and two movements", func(ctx SpecContext) {
		needed()
		sim := open()
		first, second := declare(sim, "ie015-simplified-gb-xi", "BIKES-1"), declare(sim, "ie015-simplified-gb-xi", "BIKES-2")
		_, err := sim.Officer(ctx, first, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		t := newTab(1320)
		t.visit(sim, "movements/"+first)
		t.waitFor("#live:not([hidden])", "live")
		value[any](t, `[...document.querySelectorAll(".seq details")].at(-1).open = true`)
		t.do(chromedp.Click(chromedp.CSS(".seq li:last-of-type .whys-links a:last-child")))
		t.waitFor("h1", "IE029")
		t.waitFor(".differences", "not carried by CC015C")
		other, err := sim.Movement(ctx, second)
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Movement(ctx, first)
		Expect(err).NotTo(HaveOccurred())
		t.visit(sim, path.Join("movements", first, "messages", m.Records[0].ID)+"?view=diff")
		t.waitFor("#live", "live")
		t.do(chromedp.SetValue(chromedp.CSS("#with-message"), second+"/"+other.Records[0].ID))
		t.waitFor("ins", "BIKES-2")

		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		t.do(chromedp.Click(chromedp.CSS("#m"+first+" input")), chromedp.Click(chromedp.CSS("#m"+second+" input")), chromedp.SetValue(chromedp.CSS("#do"), "compare"))
		t.do(chromedp.Click(chromedp.CSS(".bulk button")))
		t.waitFor("h1", "Two movements compared")
		t.waitFor("main", "only in BIKES-1")
		t.expectQuiet()
	})

	It("lead to the sign-in when a session has ended, and back", func() {
		needed()
		sim := open(func(c *simulator.Config) { c.ControlToken = "a-secret" })
		t := newTab(1320)
		t.visit(sim, "settings")
		t.waitFor("h1", "Sign in")
		t.expectForEverybody()
		t.do(chromedp.SendKeys(chromedp.CSS("#token"), "a-secret"), chromedp.Click(chromedp.CSS("main .primary")))
		t.waitFor("h1", "Settings")
		t.waitFor("#next, .moves", "nothing is to happen")
		Expect(value[int](t, `fetch("sign-out", {method: "POST"}).then(r => r.status)`)).To(Equal(http.StatusOK))
		t.do(chromedp.Click(chromedp.CSS("button[value='1m']")))
		t.waitFor("main", "nothing was done")
		t.do(chromedp.SendKeys(chromedp.CSS("#token"), "a-secret"), chromedp.Click(chromedp.CSS("main .primary")))
		t.waitFor("h1", "Settings")
		t.expectQuiet()
	})
})

// follow declares a sample whose header names a scenario.
func follow(sim *simulator.Simulator, id, lrn string) (movement string) {
	GinkgoHelper()
	text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: lrn})
	Expect(err).NotTo(HaveOccurred())
	ask(sim, http.MethodPost, departures, "application/vnd.hmrc.2.1+json", string(text), "Gov-Test-Scenario", id)
	found, err := sim.Client().Movements(GinkgoT().Context(), client.MovementQuery{LRN: lrn, Wait: 5 * time.Second})
	Expect(err).NotTo(HaveOccurred())
	Expect(found.Movements).To(HaveLen(1))
	return found.Movements[0].ID
}
