package console

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"nctsim/simulator/client"
)

// exports are the forms in which a timeline can be taken along, by the ending of their names.
var exports = map[string]struct {
	kind  string
	write func(client.MovementDetail, timeline) string
}{
	"md":  {"text/markdown; charset=utf-8", markdown},
	"mmd": {"text/plain; charset=utf-8", mermaid},
	"svg": {"image/svg+xml", drawing},
}

// export gives the timeline of a movement as a file.
func (v *visit) export() error {
	name := v.r.PathValue("file")
	form, known := exports[strings.TrimPrefix(name, "timeline.")]
	if !known || !strings.HasPrefix(name, "timeline.") {
		return v.noPage()
	}
	m, err := v.client.Movement(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	other, err := v.otherSide(m.Movement)
	if err != nil {
		return err
	}
	sides, err := v.sides(m, other, nil)
	if err != nil {
		return err
	}
	text := form.write(m, timelineOf(sides, chosenRows(v.r)))
	h := v.w.Header()
	h.Set("Content-Type", form.kind)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", m.ID+"-"+name))
	h.Set("Cache-Control", "no-store")
	_, _ = v.w.Write([]byte(text))
	return nil
}

// label is what a row says in one line.
func (h happening) label() string {
	switch {
	case h.State != "":
		return string(h.State)
	case h.Injected:
		return strings.TrimSpace(h.Code + " " + h.Text + " (injected)")
	}
	return strings.TrimSpace(h.Code + " " + h.Text)
}

// markdown is a timeline as a document.
func markdown(m client.MovementDetail, t timeline) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", inMarkdown(called(m.Movement)))
	fmt.Fprintf(&b, "%s, phase %v, API %s: %s\n\n", m.Type.Title(), m.Phase, m.APIVersion, inMarkdown(string(m.State)))
	for _, fact := range [][2]string{{"Movement", m.ID}, {"MRN", m.MRN}, {"Trader", m.EORI}, {"Scenario", m.Scenario}} {
		if fact[1] != "" {
			fmt.Fprintf(&b, "- %s: %s\n", fact[0], inMarkdown(fact[1]))
		}
	}
	for _, f := range m.Findings {
		fmt.Fprintf(&b, "- Error %s %s at %s: %s\n", f.Code, f.Rule, inMarkdown(f.Path), inMarkdown(plain(f.Text)))
	}
	b.WriteString("\n| Time | Between | What | Why |\n|---|---|---|---|\n")
	for _, h := range t.Rows {
		why := ""
		if len(h.Why) > 0 {
			why = h.Why[0].Text
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", h.At.UTC().Format("2006-01-02 15:04:05"), h.Between, inMarkdown(h.label()), inMarkdown(why))
	}
	return b.String()
}

// inMarkdown is a text that stays a text in a document and in a cell of its tables.
func inMarkdown(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "`", "\\`", "*", "\\*", "[", "\\[", "\n", " ", "\r", " ").Replace(s)
}

// mermaid is a timeline as a sequence diagram of Mermaid.
func mermaid(_ client.MovementDetail, t timeline) string {
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	for i, l := range t.Lanes {
		fmt.Fprintf(&b, "  participant L%d as %s\n", i+1, l.Name)
	}
	for _, h := range t.Rows {
		if h.Gap != "" {
			fmt.Fprintf(&b, "  Note over L1,L%d: %s\n", len(t.Lanes), h.Gap)
		}
		if h.Goes() {
			fmt.Fprintf(&b, "  L%d->>L%d: %s\n", h.From, h.To, inMermaid(h.label()))
		} else {
			fmt.Fprintf(&b, "  Note over L%d: %s\n", h.From, inMermaid(h.label()))
		}
	}
	return b.String()
}

// inMermaid is a text that ends no line and begins no directive.
func inMermaid(s string) string {
	return strings.NewReplacer("#", "#35;", ";", "#59;", "<", "#lt;", ">", "#gt;", "\n", " ", "\r", " ").Replace(s)
}

// Measures of a drawing, in pixels.
const (
	drawTime = 90
	drawLane = 190
	drawRow  = 34
	drawHead = 60
)

// drawing is a timeline as a picture.
func drawing(m client.MovementDetail, t timeline) string {
	var b strings.Builder
	width, height := drawTime+drawLane*len(t.Lanes), drawHead+drawRow*(len(t.Rows)+1)
	x := func(lane int) int { return drawTime + drawLane*lane - drawLane/2 }
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", html.EscapeString(called(m.Movement)))
	fmt.Fprintf(&b, `<text x="12" y="20" font-size="14" font-weight="700">%s</text>`+"\n", html.EscapeString(called(m.Movement)+": "+string(m.State)))
	for i, l := range t.Lanes {
		fmt.Fprintf(&b, `<text x="%d" y="46" text-anchor="middle" font-weight="600">%s</text><path d="M%d %dV%d" stroke="#b5bfc8" stroke-dasharray="2 3"/>`+"\n",
			x(i+1), l.Name, x(i+1), drawHead-8, height-12)
	}
	for i, h := range t.Rows {
		y := drawHead + drawRow*i + drawRow/2
		fmt.Fprintf(&b, `<text x="12" y="%d" fill="#4d5c69">%s</text>`, y+4, clockTime(h.At))
		colour := "#0b5394"
		if h.Bad {
			colour = "#a8200d"
		}
		text := html.EscapeString(h.label())
		if !h.Goes() {
			weight := "400"
			if h.State != "" {
				weight = "700"
			}
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" font-weight="%s" paint-order="stroke" stroke="#fff" stroke-width="4">%s</text>`+"\n", x(h.From), y+4, weight, text)
			continue
		}
		tip := 8
		if h.From > h.To {
			tip = -8
		}
		fmt.Fprintf(&b, `<path d="M%d %dH%d" stroke="%s" stroke-width="2"/><path d="M%d %dl%d -5v10z" fill="%s"/>`, x(h.From), y+8, x(h.To), colour, x(h.To), y+8, -tip, colour)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" paint-order="stroke" stroke="#fff" stroke-width="4">%s</text>`+"\n", (x(h.From)+x(h.To))/2, y+2, text)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// chosenRows are the kinds of rows that an address asks for.
func chosenRows(r *http.Request) []choice {
	chosen := r.URL.Query()["show"]
	var out []choice
	for _, c := range shown {
		if chosen != nil {
			c.Chosen = false
			for _, name := range chosen {
				c.Chosen = c.Chosen || name == c.Name
			}
		}
		out = append(out, c)
	}
	return out
}
