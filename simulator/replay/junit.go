package replay

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/report"
)

// WriteJUnit writes results as a JUnit report: a suite for each folder and phase, a test case for each scenario.
func WriteJUnit(w io.Writer, results []Result) error {
	var list []*report.Suite
	suites := map[string]*report.Suite{}
	for _, r := range results {
		pkg := packageOf(r.Case)
		s := suites[pkg]
		if s == nil {
			s = newSuite(len(list), pkg, r)
			suites[pkg] = s
			list = append(list, s)
		}
		s.Add(r.junit(pkg), r.Took)
	}
	return report.WriteJUnit(w, list)
}

// packageOf names the suite of a case: "phase5.trader-test.p5".
func packageOf(c Case) string {
	parts := strings.FieldsFunc(folderOf(c.Scenario.File), func(r rune) bool { return strings.ContainsRune(`/.\:`, r) })
	return strings.Join(slices.Concat([]string{c.Phase.Dir()}, parts), ".")
}

func newSuite(id int, pkg string, r Result) *report.Suite {
	s := report.NewSuite(id, fmt.Sprintf("%s (phase %s)", folderOf(r.Scenario.File), r.Phase), pkg, r.Began)
	for _, p := range []report.Property{
		{Name: "simulator.version", Value: r.Simulator.Version}, {Name: "simulator.url", Value: r.Simulator.URL},
		{Name: "simulator.profile", Value: r.Simulator.Profile}, {Name: "simulator.clock", Value: r.Simulator.Clock},
		{Name: "simulator.seed", Value: strconv.FormatUint(r.Simulator.Seed, 10)},
	} {
		if p.Value != "" {
			s.Properties = append(s.Properties, p)
		}
	}
	return s
}

// junit is the result as a test case.
func (r Result) junit(pkg string) report.Case {
	c := report.Case{Name: r.Scenario.ID + ": " + r.Scenario.Title, File: here(r.Scenario.File), Line: r.line(), ClassName: pkg}
	switch r.Verdict {
	case Failed:
		c.Failure = &report.Failure{Message: r.Failure(), Type: "verdict", Text: r.Explain()}
	case Skipped:
		c.Skipped = &report.Skip{Message: r.Failure()}
	}
	return c
}

// line is where the case failed, or where it begins.
func (r Result) line() int {
	for _, s := range r.Steps {
		if s.Verdict == Failed {
			return s.Line
		}
	}
	return r.Scenario.Line
}

// here is the name of a file as it is called in the current folder; one elsewhere stays as it is.
func here(file string) string {
	if !filepath.IsAbs(file) {
		return file
	}
	dir, err := os.Getwd()
	if err != nil {
		return file
	}
	rel, err := filepath.Rel(dir, file)
	if err != nil || strings.HasPrefix(rel, "..") {
		return file
	}
	return filepath.ToSlash(rel)
}

// folderOf is the folder that a suite is named after: of one elsewhere its own name alone, because the same suite is to have
// the same name on every machine.
func folderOf(file string) string {
	dir := path.Dir(here(file))
	if path.IsAbs(dir) || filepath.IsAbs(dir) {
		return path.Base(dir)
	}
	return dir
}
