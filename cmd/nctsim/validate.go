package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/textfile"
	"nctsim/simulator/validation"
)

func newValidate() *cobra.Command {
	var phase string
	var withRules bool
	cmd := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check messages against their schemas, and the rules",
		Long: `Check XML messages against the schemas of NCTS and list everything that is wrong with them as
file:line:column: message, in the words of HMRC's API. No server is needed. A file named - is
read from stdin.

The message is recognised by its root element. One that ends in A or B (CC015B) is of phase 4.
For the others the attribute PhaseID says the phase; a file without it is tried as phase 5 and
then as phase 6. What another version of the API would take is said, too. The exit code is 1 when any
file is invalid or cannot be read.

With --rules a message that fits its schema is held against HMRC's submission rules, and one that
passes those against the business rules, code lists and registered data by which the office of a
simulator with usual settings judges. What needs a movement is not looked at, such as whether the
LRN is free.

API 1.0 (phase 4) tells its clients only the first error and refuses any namespace beforehand.`,
		Example: `  nctsim validate declaration.xml
  nctsim validate --rules declaration.xml
  nctsim validate --phase 6 outbox/*.xml
  nctsim validate --output json - < declaration.xml`,
		Args: arguments(1, anyNumber),
	}
	cmd.Flags().BoolVar(&withRules, "rules", false, "look also at HMRC's submission rules, and at what the office checks")
	cmd.Flags().StringVar(&phase, "phase", "", "`N` 4, 5 or 6, whatever the file says")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, files []string) error {
		forced, err := parsePhase(phase)
		if err != nil {
			return err
		}
		v := validator{stdin: cmd.InOrStdin(), forced: forced}
		if v.checks, err = checksOf(withRules); err != nil {
			return err
		}
		return v.run(cmd.Context(), out, cmd.ErrOrStderr(), files)
	})
	return cmd
}

// checksOf are the schemas, and with the rules what a simulator with usual settings checks.
func checksOf(withRules bool) (validation.Checks, error) {
	if withRules {
		return simulator.Default().Checks()
	}
	return validation.Checks{Catalogue: simulator.Catalogue()}, nil
}

func parsePhase(s string) (message.Phase, error) {
	switch s {
	case "":
		return 0, nil
	case "4":
		return message.Phase4, nil
	case "5":
		return message.Phase5, nil
	case "6":
		return message.Phase6, nil
	}
	return 0, usageError("--phase: %q is unknown; hint: choose 4, 5 or 6", s)
}

// validator checks files.
type validator struct {
	checks validation.Checks
	forced message.Phase // 0: the file decides
	stdin  io.Reader
}

// verdict is what is known about one file. Submission and findings are looked for with --rules alone.
type verdict struct {
	File       string               `json:"file"`
	Valid      bool                 `json:"valid"`
	Phase      string               `json:"phase,omitempty"`
	Message    string               `json:"messageType,omitempty"`
	Errors     []fault              `json:"errors,omitempty"`
	Submission []string             `json:"submission,omitempty"`
	Findings   []movement.Finding   `json:"findings,omitempty"`
	Versions   []client.FitsVersion `json:"versions"`

	saved error // in an encoding that explains the errors
}

type fault struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Path    string `json:"path,omitempty"`
}

func (v validator) run(ctx context.Context, out printer, stderr io.Writer, files []string) error {
	verdicts := make([]verdict, 0, len(files))
	good := true
	for _, name := range files {
		one, err := v.check(ctx, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			explain(stderr, err)
			good = false
			continue
		}
		good = good && one.Valid
		if !one.Valid && one.saved != nil {
			explain(stderr, fmt.Errorf("%s: %w", name, one.saved))
		}
		verdicts = append(verdicts, one)
	}
	err := out.print(verdicts, func(w io.Writer) {
		for _, one := range verdicts {
			one.write(w)
		}
	})
	if err != nil {
		return err
	}
	if !good {
		return no()
	}
	return nil
}

func (v verdict) write(w io.Writer) {
	if v.Valid {
		fmt.Fprintf(w, "%s: valid %s, phase %s\n", v.File, v.Message, v.Phase)
	}
	for _, e := range v.Errors {
		fmt.Fprintf(w, "%s:%d:%d: %s\n", v.File, e.Line, e.Column, e.Message)
	}
	for _, text := range v.Submission {
		fmt.Fprintf(w, "%s: refused when it is submitted: %s\n", v.File, text)
	}
	for _, f := range v.Findings {
		fmt.Fprintf(w, "%s:%d:%d: %s\n", v.File, f.Line, f.Column, finding(f))
	}
	too := ""
	if v.Valid {
		too = ", too"
	}
	for _, other := range v.Versions {
		if other.Fits && other.Phase.String() != v.Phase {
			fmt.Fprintf(w, "%s: the schema of phase %s (API %s) takes it%s\n", v.File, other.Phase, other.APIVersion, too)
		}
	}
}

// check validates one file.
func (v validator) check(ctx context.Context, name string) (verdict, error) {
	data, err := readInput(v.stdin, name)
	if err != nil {
		return verdict{}, err
	}
	_, saved := textfile.Decode(data)
	found, err := v.checks.Message(ctx, data, v.forced)
	if err != nil {
		return verdict{}, err
	}
	one := verdict{
		File: name, Valid: found.Valid, Phase: found.Phase.String(), Message: found.Root, Submission: found.Submission, Findings: found.Findings,
		Versions: found.Versions, saved: saved,
	}
	if found.Type != "" {
		one.Message = found.Type + " (" + found.Root + ")"
	}
	for _, e := range found.Schema {
		one.Errors = append(one.Errors, fault{Line: e.Line, Column: e.Column, Message: e.Message, Path: e.Path})
	}
	return one, nil
}
