package browser

import (
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
)

// widths are those of a desk and of a phone.
var widths = []int64{1320, 390}

var _ = Describe("The pages of the console", func() {
	It("suit everybody, on a desk and on a phone, in light and dark, and make the browser complain of nothing", func() {
		needed()
		sim := open()
		empty := newTab(1320)
		empty.visit(sim, "")
		empty.expectForEverybody()
		empty.expectQuiet()

		released := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		declare(sim, "ie015-normal-gb-xi", "MIXED-1")
		rejected := declare(sim, "ie015-normal-gb-xi", "MIXED-1")
		_, err := sim.Officer(GinkgoT().Context(), released, "control", nil)
		Expect(err).NotTo(HaveOccurred())
		onEveryWidth(func(t *tab) {
			for _, path := range []string{
				"", "movements/" + released, "movements/" + rejected, "movements/" + released + "?show=notes&show=notifications", "upcoming", "keys",
				"settings?show=changed", "interventions", "reference", "reference/process?state=RELEASED", "reference/messages", "reference/messages/5/IE060", "reference/lists", "reference/lists/CL251",
				"reference/offices?q=GB", "reference/rules?q=guarantee", "reference/rules/C0085", "reference/samples?q=ie014", "reference/samples/5/ie015-normal-gb-xi", "reference/coverage?q=IE060", "search?q=MIXED",
			} {
				By(path)
				t.visit(sim, path)
				t.waitFor("#live", "live") // hidden where a page follows nothing
				value[any](t, `document.querySelectorAll("details").forEach(d => d.open = true)`)
				t.expectForEverybody()
				t.expectQuiet()
			}
			By("a message")
			m, err := sim.Movement(GinkgoT().Context(), rejected)
			Expect(err).NotTo(HaveOccurred())
			for _, view := range []string{"form&absent=1", "xml", "raw", "json"} {
				t.visit(sim, "movements/"+rejected+"/messages/"+m.Records[0].ID+"?view="+view)
				t.waitFor("h1", "IE015")
				t.expectForEverybody()
				t.expectQuiet()
			}
			By("being the trader")
			t.visit(sim, "send")
			value[any](t, `document.querySelectorAll("details").forEach(d => d.open = true)`)
			t.expectForEverybody()
			t.do(chromedp.SendKeys(chromedp.CSS("#send-accept"), "none"))
			t.do(chromedp.Click(chromedp.CSS("#send .primary")))
			t.waitFor("#refused", "406 Not Acceptable")
			t.forgive() // that the answer is a 422 is said in the console of the browser
			t.expectForEverybody()
			By("what the desk shows")
			t.visit(sim, "movements/"+released)
			value[any](t, `document.querySelectorAll("aside details").forEach(d => d.open = true)`)
			t.do(chromedp.Click(chromedp.CSS("#do-release [value=preview]")))
			t.waitFor("#preview", "IE029")
			t.expectForEverybody()
			t.do(chromedp.SendKeys(chromedp.CSS("#release\\.controlResult\\.code"), "much too long"))
			t.do(chromedp.Click(chromedp.CSS("#do-release [value=now]")))
			t.waitFor("#problems", "Code is")
			t.forgive() // that the answer is a 422 is said in the console of the browser
			t.expectForEverybody()
			t.visit(sim, "movements/0123456789abcdef")
			t.expectForEverybody()
		})
	})

	It("show changes in every tab as they come, and keep what is being read and typed", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		list, one := newTab(1320), newTab(1320)
		list.visit(sim, "")
		list.waitFor("#live:not([hidden])", "live")
		one.visit(sim, "movements/"+id)
		one.waitFor("#live:not([hidden])", "live")
		one.do(chromedp.Click(chromedp.CSS("#e6 summary")))
		one.do(chromedp.SendKeys(chromedp.CSS("#q"), "half a word"))
		value[any](one, `document.querySelector("#e7 summary").focus()`)

		_, err := sim.Officer(GinkgoT().Context(), id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		list.waitFor("#m"+id, "RELEASED")
		one.waitFor("h1", "RELEASED")
		Expect(value[bool](one, `document.querySelector("#e6 details").open`)).To(BeTrue())
		Expect(value[string](one, `document.querySelector("#q").value`)).To(Equal("half a word"))
		Expect(value[bool](one, `document.activeElement === document.querySelector("#e7 summary")`)).To(BeTrue())
		list.expectQuiet()
		one.expectQuiet()
	})

	It("hold new rows back behind a button while somebody is in the list", func() {
		needed()
		sim := open()
		declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		t.press("j")
		Expect(t.focused()).To(Equal("BIKES-1"))
		declare(sim, "ie015-normal-gb-xi", "MIXED-1")
		t.waitFor("#pill", "1 new")
		Expect(t.text("#rows")).NotTo(ContainSubstring("MIXED-1"))
		t.do(chromedp.Click(chromedp.CSS("#pill")))
		t.waitFor("#rows", "MIXED-1")
		Expect(t.text("#pill")).To(BeEmpty())
		t.expectQuiet()
	})

	It("stop showing changes when they are told to, and show them then", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		t.press("p")
		t.waitFor("#live", "paused")
		_, err := sim.Officer(GinkgoT().Context(), id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		t.waitFor("#live", "missed")
		Expect(t.text("#rows")).To(ContainSubstring("ACCEPTED"))
		t.press("p")
		t.waitFor("#rows", "RELEASED")
		t.expectQuiet()
	})

	It("stay alive in more tabs than a browser has connections for, and are live in each", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		var tabs []*tab
		for range 8 {
			t := newTab(1320)
			t.visit(sim, "")
			t.waitFor("#live:not([hidden])", "live")
			tabs = append(tabs, t)
		}
		_, err := sim.Officer(GinkgoT().Context(), id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		for _, t := range tabs {
			t.waitFor("#rows", "RELEASED")
		}
		By("a tab that leaves makes room for another one's stream")
		for _, t := range tabs[:5] {
			t.do(chromedp.Navigate("about:blank"))
		}
		for _, t := range tabs[5:] {
			Eventually(func() string { return value[string](t, `document.querySelector("#live").title`) }).WithTimeout(patience).
				Should(ContainSubstring("as they come"))
			t.expectQuiet()
		}
	})

	It("need no stream while nobody looks, and miss nothing", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		hide := func(hidden string) {
			value[any](t, `Object.defineProperty(document, "hidden", {configurable: true, get: () => `+hidden+`});
				document.dispatchEvent(new Event("visibilitychange"))`)
		}
		hide("true")
		_, err := sim.Officer(GinkgoT().Context(), id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		Consistently(func() string { return t.text("#rows") }).WithTimeout(time.Second).Should(ContainSubstring("ACCEPTED"))
		hide("false")
		t.waitFor("#rows", "RELEASED")
		t.expectQuiet()
	})

	It("survive it when the simulator is started again", func() {
		needed()
		folder := GinkgoT().TempDir()
		kept := func(addr string) func(*simulator.Config) {
			return func(c *simulator.Config) { c.Data, c.Addr = folder, addr }
		}
		sim := open(kept("127.0.0.1:0"))
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		Expect(sim.Close(GinkgoT().Context())).To(Succeed())
		t.waitFor("#live", "away")
		again := open(kept(sim.URL()[len("http://"):]))
		t.waitFor("#live:not([hidden])", "live")
		_, err := again.Officer(GinkgoT().Context(), id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		t.waitFor("#rows", "RELEASED")
	})

	It("can be used with the keyboard alone", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		declare(sim, "ie015-normal-gb-xi", "MIXED-1")
		t := newTab(1320)
		t.visit(sim, "")
		t.waitFor("#live:not([hidden])", "live")
		t.press("j")
		Expect(t.focused()).To(Equal("MIXED-1"))
		t.press("j")
		Expect(t.focused()).To(Equal("BIKES-1"))
		t.press("k")
		t.press("j")
		t.press("\r")
		t.waitFor("h1", "BIKES-1")
		t.waitFor("#live:not([hidden])", "live")

		t.press("?")
		t.waitFor("dialog", "to the next row")
		t.press("\x1b")
		Eventually(func() bool { return value[bool](t, `document.querySelector("dialog").open`) }).WithTimeout(patience).Should(BeFalse())
		t.press(".")
		t.waitFor("h1", "RELEASED")
		Expect(t.text("#outcome")).To(ContainSubstring("The clock went on by 45 minutes"))

		t.press("\x1b")
		t.waitFor("h1", "Movements")
		Eventually(t.focused).WithTimeout(patience).Should(Equal("BIKES-1"))
		t.press("/")
		Expect(t.focused()).To(Equal("q"))
		value[any](t, `document.querySelector("#q").value = ""`) // the slash: a real keyboard would not have typed it
		t.press(id + "\r")
		t.waitFor("h1", "BIKES-1")
		t.waitFor("#live:not([hidden])", "live")

		t.press("?")
		t.waitFor("dialog", "Keys that are a single character")
		t.do(chromedp.Click(chromedp.CSS("#keys-on")))
		t.press("\x1b")
		t.press("/")
		Expect(t.focused()).NotTo(Equal("q"))
		value[any](t, `localStorage.clear()`)
		t.expectQuiet()
	})

	It("lead from a sample that is sent to its release", func() {
		needed()
		sim := open()
		t := newTab(1320)
		t.visit(sim, "")
		t.do(chromedp.Click(chromedp.CSS(".tutorial a.primary")))
		t.waitFor("h1", "Send as a trader")
		t.do(chromedp.Click(chromedp.CSS("#send .primary")))
		t.waitFor("h1", "NW-BIKES-25-001")
		t.waitFor("#outcome", "Sent the IE015")
		t.do(chromedp.Click(chromedp.CSS("#next")))
		t.waitFor("h1", "RELEASED")
		t.expectQuiet()
	})

	It("let somebody be the officer with the keyboard alone", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		t.visit(sim, "movements/"+id)
		t.waitFor("#live:not([hidden])", "live")
		// tabTo goes on with the tabulator until something has the focus.
		tabTo := func(name string) {
			GinkgoHelper()
			for range 80 {
				if t.focused() == name {
					return
				}
				t.press("\t")
			}
			Fail("the tabulator does not lead to " + name + ", but to " + t.focused())
		}
		tabTo("Control")
		t.press("\r")
		tabTo("control.controls.0.type")
		t.press("40")
		tabTo("Preview")
		t.press("\r")
		t.waitFor("#preview", "CC060C")
		Expect(value[string](t, `document.getElementById("control.controls.0.type").value`)).To(Equal("40"))
		value[any](t, `document.querySelector("#do-control [value=now]").focus()`)
		t.press("\r")
		t.waitFor("h1", "UNDER_CONTROL")
		t.waitFor("#outcome", "Control: IE060")
		t.waitFor("#live:not([hidden])", "live")
		tabTo("Release")
		t.press("\r")
		value[any](t, `document.querySelector("#do-release [value=now]").focus()`)
		t.press("\r")
		t.waitFor("h1", "RELEASED")
		t.expectQuiet()
	})

	It("work without a script", func() {
		needed()
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		t := newTab(1320)
		_, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		Expect(err).NotTo(HaveOccurred())
		t.visit(sim, "movements/"+id)
		t.do(chromedp.Click(chromedp.CSS("#next")), chromedp.WaitVisible(chromedp.CSS(".outcome")))
		Expect(value[string](t, `document.querySelector("h1").innerText`)).To(ContainSubstring("RELEASED"))
		t.expectQuiet()
	})
})
