package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nctsim/simulator/client"
	"nctsim/simulator/spelling"
)

// Exit codes of nctsim; the help texts and docs/configuration.md list them.
const (
	exitOK          = 0
	exitNo          = 1 // the answer is no, or what was asked for could not be done
	exitUsage       = 2 // the command line or the configuration is wrong; nothing was done
	exitUnreachable = 3 // no simulator answered
)

// exitError is an error that decides the exit code. Without an error it says that the output has told everything.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is a mistake on the command line.
func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// no ends the command with exit code 1 when its output has said why already.
func no() error { return &exitError{code: exitNo} }

// report writes an error as "nctsim: …" with its hints on lines of their own, and gives the exit code. Errors that no
// command made come from the parsing of the command line.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitUsage
	var decided *exitError
	if errors.As(err, &decided) {
		code = decided.code
		if decided.err == nil {
			return code
		}
	}
	explain(stderr, err)
	if decided == nil {
		fmt.Fprintln(stderr, "  hint: nctsim help lists the commands, nctsim COMMAND --help explains one")
	}
	return code
}

// explain writes an error with one line for each mistake in it, the line of a file that it shows, and its hint.
func explain(w io.Writer, err error) {
	hint := ""
	flush := func() {
		if hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", hint)
		}
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if strings.HasPrefix(line, "  ") {
			fmt.Fprintln(w, line)
			continue
		}
		flush()
		var text string
		text, hint, _ = strings.Cut(line, "; hint: ")
		fmt.Fprintf(w, "nctsim: %s\n", text)
	}
	flush()
}

// doing turns the work of a command into a cobra function. An error that does not decide the exit code itself means 1, but
// for simulators that do not answer and URLs that cannot be called.
func doing(work func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := work(cmd, args)
		var decided *exitError
		var silent *client.UnreachableError
		var none *client.URLError
		switch {
		case err == nil || errors.As(err, &decided):
			return err
		case errors.As(err, &silent):
			return &exitError{exitUnreachable, err}
		case errors.As(err, &none):
			return &exitError{exitUsage, err}
		}
		return &exitError{exitNo, err}
	}
}

// printing is doing for a command that prints a result. A format that does not exist is refused before anything is done.
func printing(work func(cmd *cobra.Command, out printer, args []string) error) func(*cobra.Command, []string) error {
	return doing(func(cmd *cobra.Command, args []string) error {
		out, err := newPrinter(cmd)
		if err != nil {
			return err
		}
		return work(cmd, out, args)
	})
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "nctsim",
		Short: "A local NCTS: HMRC's transit API and the customs offices behind it",
		Long: `nctsim stands in for HMRC's Common Transit Convention Traders API and for the customs
offices behind it. Point your software at it instead of HMRC's sandbox.

  nctsim serve      starts a simulator on port 8080
  nctsim demo       does that, sends it a declaration and shows what customs answers

Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 the answer is no, or it
could not be done; 2 the command line or the configuration is wrong; 3 no simulator answered.`,
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE: doing(func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		}),
		Args: unknownCommand,
	}
	root.SetVersionTemplate("nctsim {{.Version}}\n")
	root.PersistentFlags().String("output", "text", "`FORMAT` of results: text for people, json for programs")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp(root))
	root.AddCommand(
		newServe(), newDemo(), newScenarios(), newReplay(), newRecord(), newProxy(), newCompare(), newCoverage(), newValidate(), newPrepare(), newInject(), newMovements(), newDiff(), newSearch(), newReference(), newOfficer(), newClock(), newSnapshot(), newWait(), newRequests(), newBoxes(), newFaults(), newHolds(), newGuarantees(), newWorkspace(), newApplications(), newSettings(), newReset(), newMRN(), newHealthcheck(), newCheck(), newVersion(),
	)
	for _, build := range more {
		root.AddCommand(build())
	}
	return root
}

// more are commands that only builds for a purpose of their own have; see man.go.
var more []func() *cobra.Command

// flagError says which flag was meant.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return usageError("--%s: %w", invalid.GetFlag().Name, invalidValue(invalid, cmd.CommandPath()))
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usageError("%w; hint: %s --help lists the flags", err, cmd.CommandPath())
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	if unknown.GetSpecifiedName() == "port" && slices.Contains(known, "addr") {
		return usageError("%w; hint: write --addr :8080", err)
	}
	if near := spelling.Nearest(unknown.GetSpecifiedName(), known); near != "" && unknown.GetSpecifiedShortnames() == "" {
		return usageError("%s; hint: did you mean --%s", err, near)
	}
	return usageError("%s; hint: %s --help lists the flags", err, cmd.CommandPath())
}

// invalidValue says in plain words what is wrong with the value of a flag.
func invalidValue(e *pflag.InvalidValueError, command string) error {
	switch kind := e.GetFlag().Value.Type(); {
	case kind == "duration":
		return fmt.Errorf("%q is not a duration; hint: write it as 90s, 10m or 1h30m", e.GetValue())
	case kind == "intSlice":
		return fmt.Errorf("%q is not a list of whole numbers; hint: write it as 5 or 5,6", e.GetValue())
	case kind == "bool":
		return fmt.Errorf("%q is neither true nor false", e.GetValue())
	case errors.Is(e, strconv.ErrSyntax), errors.Is(e, strconv.ErrRange):
		return fmt.Errorf("%q is not a number that fits; hint: %s --help explains it", e.GetValue(), command)
	}
	return fmt.Errorf("%q is not valid: %w; hint: %s --help explains it", e.GetValue(), errors.Unwrap(e), command)
}

// newHelp is the command help, which knows a command that does not exist from one that does.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			found, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(found, rest)
			}
			return found.Help()
		},
	}
}

// unknownCommand is the error of a command with subcommands for a word that is none of them.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	hint := spelling.Meant(args[0], known, "nctsim help lists the commands, nctsim COMMAND --help explains one")
	return usageError("unknown command %q for %q; hint: %s", args[0], cmd.CommandPath(), hint)
}

// anyNumber of arguments may follow a command.
const anyNumber = -1

// arguments checks how many words follow a command without subcommands, from least to most, and shows how it is written.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		form := cmd.Parent().CommandPath() + " " + cmd.Use
		switch {
		case len(args) < least:
			return usageError("%s: an argument is missing; hint: write %s%s", cmd.CommandPath(), form, firstExample(cmd))
		case most == anyNumber || len(args) <= most:
			return nil
		case most > 0:
			return usageError("%s: %q is one argument too many; hint: write %s%s", cmd.CommandPath(), args[most], form, firstExample(cmd))
		}
		if f := cmd.Flags().Lookup(args[0]); f != nil {
			return usageError("%s takes flags alone, not %q; hint: did you mean --%s", cmd.CommandPath(), args[0], f.Name)
		}
		return usageError("%s takes flags alone, not %q; hint: %s --help lists them", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
}

// firstExample shows the first example of a command that has an argument, as the end of a sentence.
func firstExample(cmd *cobra.Command) string {
	for _, line := range strings.Split(cmd.Example, "\n") {
		line = strings.TrimSpace(line)
		if rest := strings.TrimSpace(strings.TrimPrefix(line, cmd.CommandPath())); rest != "" && rest != line && rest[0] != '-' {
			return ", as in " + line
		}
	}
	return ""
}

// printer writes results in the format that --output asks for.
type printer struct {
	io.Writer
	json bool
}

func newPrinter(cmd *cobra.Command) (printer, error) {
	format, err := cmd.Flags().GetString("output")
	if err != nil {
		return printer{}, err
	}
	if format != "text" && format != "json" {
		return printer{}, usageError("--output: %q is unknown; hint: choose text or json", format)
	}
	return printer{cmd.OutOrStdout(), format == "json"}, nil
}

// print writes v as JSON, or what text writes.
func (p printer) print(v any, text func(io.Writer)) error {
	if !p.json {
		text(p)
		return nil
	}
	enc := json.NewEncoder(p)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// result is print for what a call gives, unless the call failed.
func (p printer) result(err error, v any, text func(io.Writer)) error {
	if err != nil {
		return err
	}
	return p.print(v, text)
}

// colours gives the escape sequences for a writer: none unless it is a terminal and nobody objects (no-color.org).
func colours(w io.Writer) palette {
	if results, ok := w.(*watched); ok {
		w = results.Writer
	}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return palette{}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return palette{}
	}
	return palette{good: "\x1b[32m", bad: "\x1b[31m", dim: "\x1b[2m", strong: "\x1b[1m", off: "\x1b[0m"}
}

type palette struct{ good, bad, dim, strong, off string }
