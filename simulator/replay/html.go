package replay

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"nctsim/simulator/report"
)

//go:embed report.html
var reportPage string

// The report as a page: what its template shows.
type (
	htmlReport struct {
		Style       template.CSS
		Counts      Counts
		Simulator   string
		Began, Took string
		Unsteady    []string
		Groups      []*htmlGroup
	}
	htmlGroup struct {
		Title string
		Cases []htmlCase
	}
	htmlCase struct {
		Anchor, Name, Title, Took, Place, Trader, Explain string
		Verdict                                           Verdict
		Open                                              bool
		Movements                                         []string
		Steps                                             []htmlStep
		Messages                                          []htmlMessage
	}
	htmlStep struct {
		Number                           int
		What, Expected, Came, States, At string
		Verdict                          Verdict
	}
	htmlMessage struct{ Name, From, At, ID, XML string }
)

// WriteHTML writes results as one page that needs nothing beside it, neither script nor network: a group for each folder and
// phase, each case with its steps, and those that failed open, with what was expected, what came and every message.
func WriteHTML(w io.Writer, results []Result, took time.Duration) error {
	page := htmlReport{Style: report.Style, Counts: Count(results), Simulator: "Recorded with nctsim", Took: took.Round(time.Millisecond).String()}
	for _, u := range FindUnsteady(results) {
		page.Unsteady = append(page.Unsteady, u.String())
	}
	groups := map[string]*htmlGroup{}
	for i, r := range results {
		if i == 0 {
			page.Began = r.Began.UTC().Format(time.RFC3339)
		}
		if r.Simulator.Version != "" {
			page.Simulator = "Recorded with " + r.Simulator.text()
		}
		title := fmt.Sprintf("%s, phase %s", folderOf(r.Scenario.File), r.Phase)
		if groups[title] == nil {
			groups[title] = &htmlGroup{Title: title}
			page.Groups = append(page.Groups, groups[title])
		}
		groups[title].Cases = append(groups[title].Cases, r.html(i))
	}
	return template.Must(template.New("report").Parse(reportPage)).Execute(w, page)
}

func (r Result) html(n int) htmlCase {
	c := htmlCase{
		Anchor: fmt.Sprintf("case-%d", n+1), Name: r.Case.String(), Title: r.Scenario.Title, Took: r.Took.Round(time.Millisecond).String(),
		Place: fmt.Sprintf("%s:%d", here(r.Scenario.File), r.line()), Trader: r.trader(), Explain: strings.TrimSpace(r.Explain()),
		Verdict: r.Verdict, Open: r.Verdict == Failed,
	}
	for _, s := range r.Sides {
		c.Movements = append(c.Movements, s.Kind.Title()+" "+s.text())
	}
	for _, s := range r.Steps {
		c.Steps = append(c.Steps, htmlStep{
			Number: s.Number, What: s.what(), Expected: listing(s.Expected()), Came: came(s), States: states(s.States), At: instant(s.At),
			Verdict: s.Verdict,
		})
	}
	if r.Verdict != Failed {
		return c // what went well needs no proof here; that is what evidence is for
	}
	for _, m := range r.Messages() {
		c.Messages = append(c.Messages, htmlMessage{Name: m.name(r.Phase), From: m.from(), At: instant(m.At), ID: m.Known(), XML: indented(m.Body)})
	}
	return c
}
