package compare

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path"
	"path/filepath"
	"strings"
	"time"

	"nctsim/simulator/report"
)

// line is a difference in one line.
func (d Difference) line() string {
	where := string(d.Kind)
	if d.Path != "" {
		where += " " + d.Path
	}
	return fmt.Sprintf("%s: recorded %s, simulator %s", where, quoted(d.Recorded), quoted(d.Simulator))
}

func quoted(text string) string {
	if text == "" {
		return "nothing"
	}
	return fmt.Sprintf("%q", text)
}

// Summary is the last line of a text: how much was played, and what came of it.
func (r Result) Summary() string {
	text := fmt.Sprintf("%d requests played, %d differences", r.Played, r.Different)
	if r.Accepted > 0 {
		text += fmt.Sprintf(", %d accepted", r.Accepted)
	}
	if r.Skipped > 0 {
		text += fmt.Sprintf(", %d requests skipped", r.Skipped)
	}
	return text
}

// lines are the notices and what of the accepted differences nothing has matched, as sentences.
func (r Result) lines() []string {
	lines := append([]string{}, r.Notices...)
	for _, a := range r.Unused {
		lines = append(lines, fmt.Sprintf("line %d of the accepted differences matches nothing any more: %s", a.Line, a.Reason))
	}
	return lines
}

// WriteText writes a result for people.
func WriteText(w io.Writer, r Result) error {
	var b strings.Builder
	for _, v := range r.Verdicts {
		if len(v.Differences) == 0 && v.Skipped == "" {
			continue
		}
		fmt.Fprintf(&b, "%s  %s\n", v.Place(), v.title())
		if v.Skipped != "" {
			fmt.Fprintf(&b, "  skipped: %s\n", v.Skipped)
		}
		for _, d := range v.Differences {
			fmt.Fprintf(&b, "  %s\n", d.line())
		}
	}
	for _, line := range r.lines() {
		fmt.Fprintf(&b, "note: %s\n", line)
	}
	fmt.Fprintln(&b, r.Summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// Place is where a request stands in its file, as far as that is known.
func (v *Verdict) Place() string {
	if v.Line == 0 {
		return v.File
	}
	return fmt.Sprintf("%s:%d", v.File, v.Line)
}

func (v *Verdict) title() string {
	return fmt.Sprintf("request %d: %s%s", v.Number, v.Request, named(v.Name))
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return "  (" + name + ")"
}

// WriteJSON writes a result for programs.
func WriteJSON(w io.Writer, r Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// WriteJUnit writes a result as a JUnit report: a suite for each recording, a case for each request.
func WriteJUnit(w io.Writer, r Result) error {
	var list []*report.Suite
	suites := map[string]*report.Suite{}
	for _, v := range r.Verdicts {
		s := suites[v.File]
		if s == nil {
			name := path.Base(filepath.ToSlash(v.File))
			s = report.NewSuite(len(list), name, strings.ReplaceAll(name, ".", "-"), r.Began)
			suites[v.File] = s
			list = append(list, s)
		}
		c := report.Case{Name: fmt.Sprintf("%d: %s%s", v.Number, v.Request, named(v.Name)), File: filepath.ToSlash(v.File), ClassName: s.Package}
		switch {
		case v.Skipped != "":
			c.Skipped = &report.Skip{Message: v.Skipped}
		case len(v.Differences) > 0:
			c.Failure = &report.Failure{Message: v.failure(), Type: string(v.Differences[0].Kind), Text: v.explain()}
		}
		s.Add(c, v.Took)
	}
	return report.WriteJUnit(w, list)
}

// failure says in one line what is different.
func (v *Verdict) failure() string {
	text := v.Differences[0].line()
	if n := len(v.Differences) - 1; n > 0 {
		text += fmt.Sprintf(", and %d more", n)
	}
	return text
}

func (v *Verdict) explain() string {
	var b strings.Builder
	for _, d := range v.Differences {
		fmt.Fprintln(&b, d.line())
	}
	return b.String()
}

// WriteAnnotations writes workflow commands of GitHub Actions, one for each request with differences.
func WriteAnnotations(w io.Writer, r Result) error {
	var b strings.Builder
	for _, v := range r.Verdicts {
		if len(v.Differences) > 0 {
			b.WriteString(report.Annotation("error", filepath.ToSlash(v.File), v.Line, v.title(), v.explain()))
		}
	}
	for _, line := range r.lines() {
		b.WriteString("::notice::" + line + "\n")
	}
	_, err := fmt.Fprintf(w, "%s%s\n", b.String(), r.Summary())
	return err
}

//go:embed report.html
var page string

// WriteHTML writes a result as one page that needs nothing beside it.
func WriteHTML(w io.Writer, r Result) error {
	same := 0
	for _, v := range r.Verdicts {
		if v.Skipped == "" && len(v.Differences) == 0 {
			same++
		}
	}
	whole := template.Must(template.New("report").Funcs(template.FuncMap{"quoted": quoted}).Parse(page))
	return whole.Execute(w, struct {
		Result
		Style template.CSS
		Same  int
		Lines []string
		Begun string
	}{r, report.Style, same, r.lines(), r.Began.UTC().Format(time.RFC3339)})
}
