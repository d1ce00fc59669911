package replay

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The elements of a JUnit report, as far as its readers agree about them, and where a case is written (file, line), which
// some of them show and the others pass over. How long a step took stays in the texts.
type (
	junitReport struct {
		XMLName xml.Name      `xml:"testsuites"`
		Suites  []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		ID         int             `xml:"id,attr"`
		Name       string          `xml:"name,attr"`
		Package    string          `xml:"package,attr"`
		Hostname   string          `xml:"hostname,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Out        string          `xml:"system-out"`
		Err        string          `xml:"system-err"`

		took time.Duration
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		File      string        `xml:"file,attr"`
		Line      int           `xml:"line,attr"`
		ClassName string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Skipped   *junitSkip    `xml:"skipped"`
		Failure   *junitFailure `xml:"failure"`
	}
	junitSkip struct {
		Message string `xml:"message,attr"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results as a JUnit report: a suite for each folder and phase, a test case for each scenario.
func WriteJUnit(w io.Writer, results []Result) error {
	report := junitReport{}
	suites := map[string]*junitSuite{}
	for _, r := range results {
		pkg := packageOf(r.Case)
		s := suites[pkg]
		if s == nil {
			s = newSuite(len(report.Suites), pkg, r)
			suites[pkg] = s
			report.Suites = append(report.Suites, s)
		}
		s.add(pkg, r)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// packageOf names the suite of a case: "phase5.trader-test.p5".
func packageOf(c Case) string {
	parts := strings.FieldsFunc(folderOf(c.Scenario.File), func(r rune) bool { return strings.ContainsRune(`/.\:`, r) })
	return strings.Join(slices.Concat([]string{c.Phase.Dir()}, parts), ".")
}

func newSuite(id int, pkg string, r Result) *junitSuite {
	s := &junitSuite{
		ID: id, Name: fmt.Sprintf("%s (phase %s)", folderOf(r.Scenario.File), r.Phase), Package: pkg,
		Hostname: "localhost", Timestamp: r.Began.UTC().Format("2006-01-02T15:04:05"),
	}
	for _, p := range []junitProperty{
		{"simulator.version", r.Simulator.Version}, {"simulator.url", r.Simulator.URL}, {"simulator.profile", r.Simulator.Profile},
		{"simulator.clock", r.Simulator.Clock}, {"simulator.seed", strconv.FormatUint(r.Simulator.Seed, 10)},
	} {
		if p.Value != "" {
			s.Properties = append(s.Properties, p)
		}
	}
	return s
}

func (s *junitSuite) add(pkg string, r Result) {
	c := junitCase{
		Name: r.Scenario.ID + ": " + r.Scenario.Title, File: here(r.Scenario.File), Line: r.line(), ClassName: pkg, Time: seconds(r.Took),
	}
	switch r.Verdict {
	case Failed:
		s.Failures++
		c.Failure = &junitFailure{Message: printable(r.Failure()), Type: "verdict", Text: printable(r.Explain())}
	case Skipped:
		s.Skipped++
		c.Skipped = &junitSkip{Message: printable(r.Failure())}
	}
	s.Tests++
	s.took += r.Took
	s.Time = seconds(s.took)
	s.Cases = append(s.Cases, c)
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

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// printable replaces what XML cannot hold: texts can have bytes of messages in them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0xFFFE && r != 0xFFFF {
			return r
		}
		return '\uFFFD'
	}, s)
}
