package simulator_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
)

var _ = Describe("docs/timeline.svg", func() {
	It("is drawn from the journal of the first session in the README", func(ctx SpecContext) {
		const path = "../docs/timeline.svg"
		url := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Clock, c.Now = "manual", time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		}).URL()
		post := func(path, body string) {
			req, err := http.NewRequestWithContext(ctx, "POST", url+"/simulator/v1/"+path, strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			req.Header.Set("Content-Type", "application/json")
			res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			Expect(res.StatusCode).To(BeNumerically("<", 300), path)
		}
		declaration := simtest.File("phase5/valid/ie015-simplified-gb-xi.xml")
		status, answer := request("POST", url+departures, "application/vnd.hmrc.2.1+json", string(declaration))
		Expect(status).To(Equal(202), answer)
		var accepted struct{ DepartureID string }
		Expect(json.Unmarshal([]byte(answer), &accepted)).To(Succeed())
		own := "movements/" + accepted.DepartureID
		post("settle", "")
		post("clock/advance", `{"by":"2s"}`)
		post(own+"/actions", `{"action":"arrive"}`)
		post(own+"/messages", `{"messageType":"IE182"}`)
		_, answer = request("GET", url+"/simulator/v1/"+own, "", "")
		var shown struct{ Journal []movement.Entry }
		Expect(json.Unmarshal([]byte(answer), &shown)).To(Succeed())

		picture := draw(shown.Journal)
		if *update {
			Expect(os.WriteFile(path, []byte(picture), 0o644)).To(Succeed())
			return
		}
		text, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(Equal(picture), "go test ./simulator -update mends it")
	})
})

// Measures of the picture, in pixels.
const (
	pictureWidth = 954
	traderX      = 118
	officeX      = 394
	causeX       = 408
	stateX       = 816
	stateWidth   = 124
	rowHeight    = 27
	gapHeight    = 20 // where time passes
	headHeight   = 64
)

// pictureStyle lets the picture follow the reader's choice of light or dark.
const pictureStyle = `<style>
text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
.head{font-weight:600}.muted,.time{fill:#59636e}.time{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px}
.name{font-size:12px}.life{stroke:#9aa4af;stroke-dasharray:3 4}.arrow{stroke:#0969da;stroke-width:1.6}.from .arrow{stroke:#1a7f37}
.tip{fill:#0969da}.from .tip{fill:#1a7f37}.dot{fill:#9a6700}.state{fill:#ddf4ff;stroke:#54aeff}.pass{stroke:#9aa4af;stroke-dasharray:2 3}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.muted,.time{fill:#9198a1}.life,.pass{stroke:#656c76}.arrow{stroke:#4493f8}.from .arrow{stroke:#3fb950}
.tip{fill:#4493f8}.from .tip{fill:#3fb950}.dot{fill:#d29922}.state{fill:#121d2f;stroke:#388bfd}}
</style>
`

// draw shows a journal as a picture: time runs downwards, messages are arrows between the trader and the office, what
// caused them stands beside the office, and the state of the movement in a column of its own.
func draw(journal []movement.Entry) string {
	var rows, states strings.Builder
	y := headHeight
	type period struct {
		name      string
		from, end int
	}
	var periods []period
	var last time.Time
	for _, e := range journal {
		if !last.IsZero() && e.At.After(last) {
			fmt.Fprintf(&rows, `<line class="pass" x1="20" x2="%d" y1="%d" y2="%d"/>`+"\n", stateX-12, y+gapHeight/2-8, y+gapHeight/2-8)
			y += gapHeight
		}
		if e.At.After(last) {
			fmt.Fprintf(&rows, `<text class="time" x="20" y="%d">%s</text>`+"\n", y+4, e.At.Format(time.TimeOnly))
			last = e.At
		}
		switch e.Kind {
		case movement.EntryTransition:
			if len(periods) > 0 {
				periods[len(periods)-1].end = y - rowHeight/2
			}
			periods = append(periods, period{name: string(e.To), from: y - rowHeight/2})
			continue // stands beside what caused it
		case movement.EntryMessage:
			drawMessage(&rows, e, y)
		case movement.EntryEvent:
			if e.Type != "" {
				continue // the message that reached the office is there already
			}
			fallthrough
		default:
			if strings.HasPrefix(e.Text, "state stays") {
				continue
			}
			drawCause(&rows, e, y)
		}
		y += rowHeight
	}
	for i, p := range periods {
		if i == len(periods)-1 {
			p.end = y - rowHeight/2
		}
		fmt.Fprintf(&states, `<rect class="state" x="%d" y="%d" width="%d" height="%d" rx="6"/>`, stateX, p.from+2, stateWidth, p.end-p.from-4)
		fmt.Fprintf(&states, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", stateX+stateWidth/2, (p.from+p.end)/2+4, html.EscapeString(p.name))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title">`+"\n", pictureWidth, y, pictureWidth, y)
	b.WriteString("<title id=\"title\">A departure movement from its declaration to its write-off, as its journal has it</title>\n" + pictureStyle)
	for _, column := range []struct {
		x    int
		text string
	}{{traderX, "Trader"}, {officeX, "Office of departure"}, {stateX + stateWidth/2, "State"}} {
		fmt.Fprintf(&b, `<text class="head" x="%d" y="26" text-anchor="middle">%s</text>`+"\n", column.x, column.text)
	}
	for _, x := range []int{traderX, officeX} {
		fmt.Fprintf(&b, `<line class="life" x1="%d" x2="%d" y1="36" y2="%d"/>`+"\n", x, x, y-6)
	}
	b.WriteString(states.String() + rows.String() + "</svg>\n")
	return b.String()
}

func drawMessage(b *strings.Builder, e movement.Entry, y int) {
	class, from, to, tip := "to", traderX, officeX, -8
	if strings.Contains(e.Text, "sent to the trader") {
		class, from, to, tip = "from", officeX, traderX, 8
	}
	t, _ := message.Phase5.TypeOfCode(e.Type)
	fmt.Fprintf(b, `<g class="%s"><line class="arrow" x1="%d" x2="%d" y1="%d" y2="%d"/><path class="tip" d="M%d %dl%d -4v8z"/>`, class, from, to+tip, y, y, to, y, tip)
	fmt.Fprintf(b, `<text class="name" x="%d" y="%d" text-anchor="middle">%s %s</text></g>`+"\n", (traderX+officeX)/2, y-5, e.Type, html.EscapeString(t.Name))
}

func drawCause(b *strings.Builder, e movement.Entry, y int) {
	class := ""
	if e.Kind == movement.EntryNote {
		class = ` class="muted"`
	} else {
		fmt.Fprintf(b, `<circle class="dot" cx="%d" cy="%d" r="4"/>`, officeX, y)
	}
	fmt.Fprintf(b, `<text%s x="%d" y="%d">%s</text>`+"\n", class, causeX, y+4, html.EscapeString(e.Text))
}
