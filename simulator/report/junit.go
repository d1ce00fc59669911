// Package report writes results of tests in the formats that other programs read: JUnit, and the workflow commands of GitHub
// Actions.
package report

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
)

// The elements of a JUnit report, as far as its readers agree about them, and where a case is written (file, line), which
// some of them show and the others pass over.
type (
	// Suite is a group of cases. Add counts them.
	Suite struct {
		ID         int        `xml:"id,attr"`
		Name       string     `xml:"name,attr"`
		Package    string     `xml:"package,attr"`
		Hostname   string     `xml:"hostname,attr"`
		Timestamp  string     `xml:"timestamp,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       string     `xml:"time,attr"`
		Properties []Property `xml:"properties>property"`
		Cases      []Case     `xml:"testcase"`
		Out        string     `xml:"system-out"`
		Err        string     `xml:"system-err"`

		took time.Duration
	}
	// Property says something about a suite.
	Property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	// Case is a test. Time is written by Add.
	Case struct {
		Name      string   `xml:"name,attr"`
		File      string   `xml:"file,attr"`
		Line      int      `xml:"line,attr"`
		ClassName string   `xml:"classname,attr"`
		Time      string   `xml:"time,attr"`
		Skipped   *Skip    `xml:"skipped"`
		Failure   *Failure `xml:"failure"`
	}
	// Skip says why a case was not run.
	Skip struct {
		Message string `xml:"message,attr"`
	}
	// Failure says what is wrong: in a sentence, and in detail.
	Failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// NewSuite makes a suite of cases that were begun at a time.
func NewSuite(id int, name, pkg string, began time.Time) *Suite {
	return &Suite{ID: id, Name: name, Package: pkg, Hostname: "localhost", Timestamp: began.UTC().Format("2006-01-02T15:04:05"), Time: seconds(0)}
}

// Add puts a case into the suite that took some time.
func (s *Suite) Add(c Case, took time.Duration) {
	if c.Failure != nil {
		s.Failures++
		c.Failure.Message, c.Failure.Text = printable(c.Failure.Message), printable(c.Failure.Text)
	}
	if c.Skipped != nil {
		s.Skipped++
		c.Skipped.Message = printable(c.Skipped.Message)
	}
	c.Time = seconds(took)
	s.Tests++
	s.took += took
	s.Time = seconds(s.took)
	s.Cases = append(s.Cases, c)
}

// WriteJUnit writes suites as a JUnit report.
func WriteJUnit(w io.Writer, suites []*Suite) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	err := e.Encode(struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []*Suite `xml:"testsuite"`
	}{Suites: suites})
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
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
