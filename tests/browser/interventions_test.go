package browser

import (
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
)

var _ = Describe("Faults, holds and workspaces", func() {
	It("suit everybody, on a desk and on a phone, and what is held is released from the movement", func() {
		needed()
		sim := open(func(c *simulator.Config) { c.Workspaces = simulator.WorkspacesExplicit })
		ctx := GinkgoT().Context()
		_, err := sim.Client().Arm(ctx, client.FaultRule{Call: "submit", Status: 504, Late: true, Percent: 20, EORI: "GB999999999999"})
		Expect(err).NotTo(HaveOccurred())
		rule, err := sim.Client().Hold(ctx, client.HoldRule{Message: "IE015"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Client().MakeWorkspace(ctx, "team-a", client.WorkspaceOptions{TTL: "2h"})
		Expect(err).NotTo(HaveOccurred())
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		onEveryWidth(func(t *tab) {
			for _, path := range []string{"interventions", "movements/" + id, "workspaces"} {
				By(path)
				t.visit(sim, path)
				value[any](t, `document.querySelectorAll("main details").forEach(d => d.open = true)`)
				t.expectForEverybody()
				t.expectQuiet()
			}
			By("a mistake in a form")
			t.visit(sim, "interventions")
			value[any](t, `document.querySelectorAll("main details").forEach(d => d.open = true)`)
			t.do(chromedp.SendKeys(chromedp.CSS("#fault-percent"), "x"))
			t.do(chromedp.Click(chromedp.CSS("#fault-form .buttons button")))
			t.waitFor("#problems", "is not a number")
			t.forgive() // that the answer is a 422 is said in the console of the browser
			t.expectForEverybody()
		})
		Expect(sim.Client().Unhold(ctx, rule.ID)).To(Succeed())
		t := newTab(1320)
		t.visit(sim, "movements/"+id)
		t.do(chromedp.Click(chromedp.CSS("#held .row button")))
		t.waitFor("#outcome", "It is released")
		t.waitFor("h1", "ACCEPTED")
		t.expectQuiet()
	})
})
