package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/textfile"
	"nctsim/simulator/xmltree"
	"nctsim/xsd"
)

func newValidate() *cobra.Command {
	var phase string
	cmd := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check messages against their schemas",
		Long: `Check XML messages against the schemas of NCTS and list everything that is wrong with them as
file:line:column: message, in the words of HMRC's API. No server is needed. A file named - is
read from stdin.

The message is recognised by its root element. One that ends in A or B (CC015B) is of phase 4.
For the others the attribute PhaseID says the phase; a file without it is tried as phase 5 and
then as phase 6. The exit code is 1 when any file is invalid or cannot be read.

API 1.0 (phase 4) tells its clients only the first error and refuses any namespace beforehand.`,
		Example: `  nctsim validate declaration.xml
  nctsim validate --phase 6 outbox/*.xml
  nctsim validate --output json - < declaration.xml`,
		Args: arguments(1, anyNumber),
	}
	cmd.Flags().StringVar(&phase, "phase", "", "`N` 4, 5 or 6, whatever the file says")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, files []string) error {
		forced, err := parsePhase(phase)
		if err != nil {
			return err
		}
		v := validator{stdin: cmd.InOrStdin(), sets: map[message.Phase]*schema.Set{}, forced: forced}
		return v.run(cmd.Context(), out, cmd.ErrOrStderr(), files)
	})
	return cmd
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

// validator checks files; it loads the schemas of a phase when the first file needs them.
type validator struct {
	forced message.Phase // 0: the file decides
	stdin  io.Reader
	sets   map[message.Phase]*schema.Set
}

// verdict is what is known about one file.
type verdict struct {
	File    string  `json:"file"`
	Valid   bool    `json:"valid"`
	Phase   string  `json:"phase,omitempty"`
	Message string  `json:"messageType,omitempty"`
	Errors  []fault `json:"errors,omitempty"`

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
}

// check validates one file under the phases it may belong to; the first that accepts it wins, and if none does, the
// first that knows the message reports.
func (v validator) check(ctx context.Context, name string) (verdict, error) {
	data, err := readInput(v.stdin, name)
	if err != nil {
		return verdict{}, err
	}
	root, phases := v.recognise(data)
	_, saved := textfile.Decode(data)
	var first verdict
	for _, p := range phases {
		set, err := v.set(p)
		if err != nil {
			return verdict{}, err
		}
		result := set.Validate(ctx, data, schema.Options{})
		one := verdict{File: name, Valid: result.Valid(), Phase: p.String(), Message: code(set, root), Errors: faults(result.Errors), saved: saved}
		if one.Valid {
			return one, nil
		}
		if first.File == "" || set.Root(root) != nil && v.sets[phases[0]].Root(root) == nil {
			first = one
		}
	}
	return first, nil
}

func (v validator) set(p message.Phase) (*schema.Set, error) {
	if set, ok := v.sets[p]; ok {
		return set, nil
	}
	set, err := schema.Load(xsd.Files, p.Dir())
	if err != nil {
		return nil, fmt.Errorf("load schemas: %w", err)
	}
	v.sets[p] = set
	return set, nil
}

var (
	phaseID = regexp.MustCompile(`\sPhaseID\s*=\s*["']\s*NCTS([56])`)
	// The letter of a root counts the versions of the message: from phase 5 on all have a C.
	phase4Root = regexp.MustCompile(`^C[CD][0-9]{3}[AB]$`)
)

// recognise finds the local name of the root and the phases to try, in order.
func (v validator) recognise(data []byte) (root string, phases []message.Phase) {
	phases = []message.Phase{message.Phase5, message.Phase6}
	scanner := xmltree.NewScanner(data)
	for {
		t, err := scanner.Next()
		if err != nil || t.Kind == xmltree.End {
			break
		}
		if t.Kind != xmltree.StartTag && t.Kind != xmltree.EmptyTag {
			continue
		}
		root = t.Name[strings.IndexByte(t.Name, ':')+1:]
		if phase4Root.MatchString(root) {
			phases = []message.Phase{message.Phase4}
		} else if id := phaseID.FindSubmatch(data[t.Start:t.End]); id != nil {
			p, _ := parsePhase(string(id[1])) // the pattern lets only these through
			phases = []message.Phase{p}
		}
		break
	}
	if v.forced != 0 {
		phases = []message.Phase{v.forced}
	}
	return root, phases
}

// code names a message of the phase by its IE code and root: the digits are the same in all phases.
func code(set *schema.Set, root string) string {
	if set.Root(root) == nil {
		return root
	}
	return "IE" + root[2:5] + " (" + root + ")"
}

func faults(errs []schema.Error) []fault {
	out := make([]fault, 0, len(errs))
	for _, e := range errs {
		out = append(out, fault(e))
	}
	return out
}
