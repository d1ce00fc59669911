package replay

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"nctsim/simulator/report"
)

// WriteAnnotations writes a workflow command of GitHub Actions for each case that did not pass, which puts its failure
// beside the line of the scenario file where it failed; a skipped case is a notice.
func WriteAnnotations(w io.Writer, results []Result) error {
	var b strings.Builder
	for _, r := range results {
		command := map[Verdict]string{Failed: "error", Skipped: "notice"}[r.Verdict]
		if command == "" {
			continue
		}
		b.WriteString(report.Annotation(command, here(r.Scenario.File), r.line(), r.Case.String()+": "+string(r.Verdict), r.Failure()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteSummary writes results as the Markdown of a step summary: how many there are of each verdict, the cases that are
// unsteady, what is wrong with those that failed, and a table of all.
func WriteSummary(w io.Writer, results []Result, took time.Duration) error {
	d := &page{}
	n := Count(results)
	d.line("## NCTS transit scenarios: %d passed, %d failed, %d skipped", n.Passed, n.Failed, n.Skipped)
	d.line("")
	d.line("Took %s.", took.Round(time.Millisecond))
	if unsteady := FindUnsteady(results); len(unsteady) > 0 {
		d.line("")
		d.line("### Not the same in each round")
		d.line("")
		for _, u := range unsteady {
			d.line("- %s", cell(u.String()))
		}
	}
	for _, r := range results {
		if r.Verdict != Failed {
			continue
		}
		d.line("")
		d.line("### %s", cell(r.Case.String()+": "+r.Scenario.Title))
		d.block("", cmp.Or(r.Explain(), r.Failure()))
	}
	d.line("")
	d.line("<details><summary>All scenarios</summary>")
	d.line("")
	d.row("Scenario", "Title", "Phase", "Verdict", "Time")
	d.rule(5)
	for _, r := range results {
		d.row(r.Scenario.ID, r.Scenario.Title, r.Phase.String(), string(r.Verdict), r.Took.Round(time.Millisecond).String())
	}
	d.line("")
	d.line("</details>")
	_, err := io.WriteString(w, d.String())
	return err
}

// String says how steady the case is: "DSGB6 (phase 5): 7 of 10 rounds passed; rounds 3, 5, 9 failed".
func (u Unsteady) String() string {
	var rounds []string
	for _, r := range u.Failed {
		rounds = append(rounds, fmt.Sprint(r.Round))
	}
	return fmt.Sprintf("%s: %d of %d rounds passed; failed: %s", u.Case, u.Passed, u.Rounds, strings.Join(rounds, ", "))
}
