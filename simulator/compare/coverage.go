package compare

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/report"
)

//go:embed coverage.html
var coveragePage string

// WriteCoverage writes a coverage as one page that needs nothing beside it; unmet leaves out what was met.
func WriteCoverage(w io.Writer, c client.Coverage, unmet bool) error {
	return template.Must(template.New("coverage").Parse(coveragePage)).Execute(w, struct {
		client.Coverage
		Style template.CSS
		Unmet bool
	}{c, report.Style, unmet})
}

// WriteCoverageJUnit writes a coverage as a JUnit report: a suite for each area, a case for each thing, skipped if it was not met, with how
// to meet it.
func WriteCoverageJUnit(w io.Writer, c client.Coverage) error {
	var list []*report.Suite
	for _, a := range c.Areas {
		s := report.NewSuite(len(list), string(a.Area), "coverage."+string(a.Area), c.Since)
		for _, item := range a.Items {
			one := report.Case{Name: item.ID, ClassName: s.Package}
			if item.Count == 0 {
				one.Skipped = &report.Skip{Message: strings.TrimSuffix("not met: "+item.Hint, ": ")}
			}
			s.Add(one, 0)
		}
		list = append(list, s)
	}
	return report.WriteJUnit(w, list)
}
