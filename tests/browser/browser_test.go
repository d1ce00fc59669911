// Package browser walks through the console in a real browser: what only a browser can tell, such as what its policy refuses, whether
// focus stays, and whether pages suit everybody. It holds no other code.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
)

func TestBrowser(t *testing.T) {
	suite.Run(t, "The console in a browser")
}

var (
	// chrome is the context of the browser, and axe the script that judges pages.
	chrome context.Context
	axe    string
	// missing says why there is no browser.
	missing string
)

var _ = BeforeSuite(func() {
	if testing.Short() {
		return
	}
	out, err := exec.Command("../../scripts/prepare", "--browser").CombinedOutput()
	if err != nil {
		missing = "no browser or no axe-core, and neither can be installed: " + strings.TrimSpace(string(out))
		return
	}
	script, err := os.ReadFile("../../bin/axe/axe.min.js")
	Expect(err).NotTo(HaveOccurred())
	axe = string(script)
	var stop context.CancelFunc
	chrome, stop = chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.Flag("hide-scrollbars", true))...))
	DeferCleanup(func() { stop() })
	Expect(chromedp.Do(chrome)).To(Succeed())
})

// needed leaves a spec out where there is no browser.
func needed() {
	GinkgoHelper()
	tier.Slow()
	if missing != "" {
		Skip("SKIPPED: " + missing)
	}
}

// open starts a simulator that does the same whenever it is started.
func open(change ...func(*simulator.Config)) *simulator.Simulator {
	GinkgoHelper()
	return simulator.RunT(GinkgoT(), append([]func(*simulator.Config){func(c *simulator.Config) {
		c.Clock, c.Now, c.Profile, c.Version = clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC), "trader-test", "test"
	}}, change...)...)
}

// declare posts a sample of phase 5 and waits for the offices.
func declare(sim *simulator.Simulator, name, lrn string) (id string) {
	GinkgoHelper()
	text, err := sim.Fixture(message.Phase5, name, scenario.Facts{LRN: lrn})
	Expect(err).NotTo(HaveOccurred())
	m, err := sim.Declare(GinkgoT().Context(), message.Phase5, text)
	Expect(err).NotTo(HaveOccurred())
	return m.ID
}

// tab is a tab of the browser.
type tab struct {
	ctx    context.Context
	hasAxe bool

	mu sync.Mutex
	// said is what the browser has complained about.
	said []string
}

// newTab opens a tab of a certain width.
func newTab(width int64) *tab {
	GinkgoHelper()
	ctx, closeTab := chromedp.NewContext(chrome)
	DeferCleanup(func() { closeTab() })
	t := &tab{ctx: ctx}
	Expect(chromedp.Listen(ctx, t.hear)).To(Succeed())
	_, err := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	Expect(err).NotTo(HaveOccurred())
	t.do(chromedp.EmulateViewport(width, 900))
	return t
}

func (t *tab) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		text = fmt.Sprintf("console.%s", e.Type)
		for _, a := range e.Args {
			text += " " + string(a.Value) + a.Description
		}
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
	case *log.EventEntryAdded:
		text = fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	default:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = append(t.said, text)
}

// expectQuiet expects that the browser has had nothing to complain about: no error, nothing that the policy refused.
func (t *tab) expectQuiet() {
	GinkgoHelper()
	t.mu.Lock()
	defer t.mu.Unlock()
	Expect(t.said).To(BeEmpty())
}

// forgive forgets what the browser has complained about so far.
func (t *tab) forgive() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = nil
}

// patience is how long anything in a tab may take.
const patience = 15 * time.Second

func (t *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	Expect(chromedp.Do(ctx, steps...)).To(Succeed())
}

// visit goes to a page of the console.
func (t *tab) visit(sim *simulator.Simulator, path string) {
	GinkgoHelper()
	t.do(chromedp.Navigate(sim.ConsoleURL() + path))
}

// value is that of an expression of JavaScript.
func value[T any](t *tab, expression string) T {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	Expect(err).NotTo(HaveOccurred(), expression)
	return v
}

// text is that of an element, "" if it is not there.
func (t *tab) text(selector string) string {
	GinkgoHelper()
	return value[string](t, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// texts waits until an element has a text.
func (t *tab) waitFor(selector, text string) {
	GinkgoHelper()
	Eventually(func() string { return t.text(selector) }).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(ContainSubstring(text))
}

// press presses keys, one after the other.
func (t *tab) press(keys string) {
	GinkgoHelper()
	t.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		return chromedp.KeyEvent(keys)(ctx, target)
	})
}

// focused is what has the focus: its id, or else its text.
func (t *tab) focused() string {
	GinkgoHelper()
	return value[string](t, `document.activeElement.id || document.activeElement.innerText || document.activeElement.nodeName`)
}

// onEveryWidth does the same in a tab of each width, at the same time.
func onEveryWidth(do func(t *tab)) {
	GinkgoHelper()
	var all sync.WaitGroup
	for _, width := range widths {
		t := newTab(width)
		all.Go(func() {
			defer GinkgoRecover()
			do(t)
		})
	}
	all.Wait()
}

// expectForEverybody holds the page against axe, in light and dark, and expects that nothing of it is cut off at the right.
func (t *tab) expectForEverybody() {
	GinkgoHelper()
	if !t.hasAxe {
		// From here on with every page of the tab, rather than sent to each: it is half a megabyte.
		_, err := chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe, RunImmediately: new(true)})
		Expect(err).NotTo(HaveOccurred())
		t.hasAxe = true
	}
	// Only contrast depends on the colours: everything else is judged once.
	for theme, rules := range map[string]string{"light": "", "dark": `, runOnly: {type: "rule", values: ["color-contrast"]}`} {
		_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		Expect(err).NotTo(HaveOccurred())
		found := value[string](t, `axe.run(document, {resultTypes: ["violations"]`+rules+`}).then(r => JSON.stringify(r.violations.map(v =>
			v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join("; "))))`)
		var violations []string
		Expect(json.Unmarshal([]byte(found), &violations)).To(Succeed())
		Expect(violations).To(BeEmpty(), theme)
	}
	Expect(value[string](t, `document.documentElement.scrollWidth <= innerWidth ? "" : location.href + ": " +
		[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 200)).join("; ")`)).
		To(BeEmpty(), "something is wider than the page")
}
