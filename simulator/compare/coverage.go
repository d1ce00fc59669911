package compare

import (
	_ "embed"
	"html/template"
	"io"

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
