package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nctsim/simulator/replay"
)

// reportFormats are the formats of report files by their endings.
var reportFormats = map[string]func(io.Writer, []replay.Result, time.Duration) error{
	".xml": func(w io.Writer, results []replay.Result, _ time.Duration) error {
		return replay.WriteJUnit(w, results)
	},
	".json": func(w io.Writer, results []replay.Result, _ time.Duration) error {
		return replay.WriteJSON(w, results, false)
	},
	".md": func(w io.Writer, results []replay.Result, _ time.Duration) error {
		return replay.WriteEvidence(w, results)
	},
	".html": replay.WriteHTML,
}

// checkReports finds out before anything runs whether the files can be written.
func (r *replaying) checkReports() error {
	for _, file := range r.reports {
		if reportFormats[filepath.Ext(file)] == nil {
			return usageError("--report: %s has no ending that names a format; hint: .xml for JUnit, .html, .json or .md", file)
		}
		if err := touch(file); err != nil {
			return usageError("--report: %v; hint: name a file in a folder that this user may write to", err)
		}
	}
	return nil
}

// touch makes sure that a file is there and can be written. What stands in it stays.
func touch(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

// writeReports writes the files of --report.
func (r *replaying) writeReports(results []replay.Result, took time.Duration) error {
	for _, file := range r.reports {
		err := writeFile(file, func(w io.Writer) error { return reportFormats[filepath.Ext(file)](w, results, took) })
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		fmt.Fprintf(r.diagnostic, "report in %s\n", file)
	}
	return nil
}

func writeFile(file string, write func(io.Writer) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// annotate writes what GitHub Actions reads: annotations on stdout and, in the file that it names, the summary of the
// step. Outside GitHub Actions there is no such file, and no summary.
func (r *replaying) annotate(results []replay.Result, took time.Duration) error {
	if err := replay.WriteAnnotations(r.stdout, results); err != nil {
		return err
	}
	file := os.Getenv("GITHUB_STEP_SUMMARY")
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		err = errors.Join(replay.WriteSummary(f, results, took), f.Close())
	}
	if err != nil {
		return fmt.Errorf("write the summary of the step: %w", err)
	}
	return nil
}

// checkEvidence finds out before anything runs whether the files can be written.
func (r *replaying) checkEvidence() error {
	if r.evidence == "" {
		return nil
	}
	if err := touch(r.evidenceFile(".md")); err != nil {
		return usageError("--evidence: %v; hint: name a file in a folder that this user may write to", err)
	}
	return nil
}

func (r *replaying) evidenceFile(ending string) string {
	return strings.TrimSuffix(r.evidence, ".md") + ending
}

func (r *replaying) writeEvidence(results []replay.Result) error {
	if r.evidence == "" {
		return nil
	}
	for ending, write := range map[string]func(io.Writer) error{
		".md":   func(w io.Writer) error { return replay.WriteEvidence(w, results) },
		".json": func(w io.Writer) error { return replay.WriteJSON(w, results, true) },
	} {
		if err := writeFile(r.evidenceFile(ending), write); err != nil {
			return fmt.Errorf("write evidence: %w", err)
		}
		fmt.Fprintf(r.diagnostic, "evidence in %s\n", r.evidenceFile(ending))
	}
	return nil
}
