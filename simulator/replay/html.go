package replay

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// The report as a page: what its template shows.
type (
	htmlReport struct {
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
	report := htmlReport{Counts: Count(results), Simulator: "Recorded with nctsim", Took: took.Round(time.Millisecond).String()}
	for _, u := range FindUnsteady(results) {
		report.Unsteady = append(report.Unsteady, u.String())
	}
	groups := map[string]*htmlGroup{}
	for i, r := range results {
		if i == 0 {
			report.Began = r.Began.UTC().Format(time.RFC3339)
		}
		if r.Simulator.Version != "" {
			report.Simulator = "Recorded with " + r.Simulator.text()
		}
		title := fmt.Sprintf("%s, phase %s", folderOf(r.Scenario.File), r.Phase)
		if groups[title] == nil {
			groups[title] = &htmlGroup{Title: title}
			report.Groups = append(report.Groups, groups[title])
		}
		groups[title].Cases = append(groups[title].Cases, r.html(i))
	}
	return reportTemplate.Execute(w, report)
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
