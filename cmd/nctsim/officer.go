package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/spelling"
)

func newOfficer() *cobra.Command {
	var c remote
	var with []string
	var dry bool
	cmd := &cobra.Command{
		Use:   "officer [MOVEMENT [ACTION]]",
		Short: "Act as the customs officer of a running simulator",
		Long: `Act as the customs officer of a running simulator. Without arguments it lists the movements with
what happens next by itself, why one was rejected, and what the officer can do with each; with a
movement, its id, LRN or MRN, that one alone; with an action it does it and shows what came of it.
Of several movements with the LRN or MRN it takes the one that allows the action.

What the officer writes is given with --with: key=text, or key:=JSON for anything else;
nctsim officer MOVEMENT ACTION --help lists the keys of an action, and docs/process.md those of
all. The exit code is 1 when the movement's state does not allow the action; the message says
which are allowed.`,
		Example: `  nctsim officer
  nctsim officer LRN-0001
  nctsim officer LRN-0001 control --dry-run            # what would come of it
  nctsim officer LRN-0001 control
  nctsim officer LRN-0001 reject --with justification='Goods not presented'
  nctsim officer LRN-0001 refuse_release --with 'motivation:={"code":"B1","text":"Goods not as declared"}'
  nctsim officer LRN-0001 refuse_release --help        # what may be written beside it
  nctsim officer 26GB000060A1B2C3K6 release --output json`,
		Args: arguments(0, 2),
	}
	c.addFlags(cmd)
	cmd.Flags().StringArrayVar(&with, "with", nil, "what the officer writes, `KEY=TEXT` or KEY:=JSON; may be repeated")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show what would come of it, messages included, and do nothing")
	cmd.SetHelpFunc(helpOfOfficer(cmd.HelpFunc()))
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		out, err := newPrinter(cmd)
		if err != nil {
			return err
		}
		content, err := parseWith(with)
		if err != nil {
			return err
		}
		if len(args) < 2 && len(content) > 0 {
			return usageError("--with stands beside an action; hint: nctsim officer MOVEMENT ACTION --with KEY=TEXT")
		}
		if len(args) < 2 {
			return c.listWaiting(cmd, out, args)
		}
		return c.act(cmd, out, args[0], args[1], content, dry)
	})
	return cmd
}

// helpOfOfficer explains an action if one is named before --help, and else the command.
func helpOfOfficer(general func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		for _, action := range cmd.Flags().Args() {
			if keys, known := office.InputOf(action); known {
				writeAction(cmd.OutOrStdout(), action, keys)
				return
			}
		}
		general(cmd, args)
	}
}

// writeAction lists what may be written beside an action.
func writeAction(w io.Writer, action string, keys []office.InputKey) {
	if len(keys) == 0 {
		fmt.Fprintf(w, "%s: nothing is written beside it\n", action)
		return
	}
	fmt.Fprintf(w, "%s: what may be written beside it with --with\n\n", action)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range keys {
		fmt.Fprintf(t, "  %s\t%s\n", k.Path, k)
	}
	_ = t.Flush() // the writer below is the caller's concern
	fmt.Fprintf(w, "\n  nctsim officer MOVEMENT %s %s\n", action, strings.Join(office.FlagsOf(action), " "))
}

// parseWith reads KEY=TEXT and KEY:=JSON.
func parseWith(pairs []string) (map[string]any, error) {
	content := map[string]any{}
	for _, pair := range pairs {
		key, text, ok := strings.Cut(pair, "=")
		if !ok || key == "" || key == ":" {
			return nil, usageError("--with: %q is not KEY=TEXT; hint: as in --with justification='Goods not presented'", pair)
		}
		name, isJSON := strings.CutSuffix(key, ":")
		if !isJSON {
			content[key] = text
			continue
		}
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			return nil, usageError("--with: the value of %s is not JSON: %v; hint: text needs no colon, %s=%s", name, err, name, text)
		}
		content[name] = value
	}
	return content, nil
}

// listWaiting shows all movements, or those that are named: as a rule one, which a program gets as one.
func (c remote) listWaiting(cmd *cobra.Command, out printer, args []string) error {
	rows, err := c.waiting(cmd.Context(), args)
	if err != nil {
		return err
	}
	if len(args) == 1 && len(rows) == 1 {
		return out.print(rows[0], func(w io.Writer) { writeWaiting(w, rows) })
	}
	return out.print(rows, func(w io.Writer) { writeWaiting(w, rows) })
}

func (c remote) waiting(ctx context.Context, args []string) ([]client.Movement, error) {
	switch {
	case len(args) == 0:
		all, err := c.Movements(ctx, client.MovementQuery{})
		return all.Movements, err
	case !client.IsID(args[0]):
		return c.Named(ctx, args[0])
	}
	one, err := c.Movement(ctx, args[0])
	return []client.Movement{one.Movement}, err
}

// act does one thing and tells what came of it.
func (c remote) act(cmd *cobra.Command, out printer, name, action string, with map[string]any, dry bool) error {
	if verbs := office.Verbs(); !slices.Contains(verbs, action) {
		hint := "nctsim officer " + name + " lists what can be done"
		if near := spelling.Nearest(action, verbs); near != "" {
			hint = "did you mean " + near
		}
		return fmt.Errorf("there is no action %s; hint: %s", action, hint)
	}
	id, err := c.Find(cmd.Context(), name, func(m client.Movement) bool { return m.May(action) })
	if err != nil {
		return err
	}
	done, err := c.Act(cmd.Context(), id, client.Action{Action: action, With: with, DryRun: dry})
	if err != nil {
		return err
	}
	return out.print(done, func(w io.Writer) {
		writeHappened(w, done.Happened)
		if !dry {
			fmt.Fprintf(w, "%s is now %s\n", id, done.Movement.State)
			return
		}
		fmt.Fprintf(w, "%s would be %s; nothing was done\n", id, done.Movement.State)
		for _, body := range done.Bodies {
			fmt.Fprintf(w, "\n%s\n", strings.TrimRight(body, "\n"))
		}
	})
}

func writeWaiting(w io.Writer, rows []client.Movement) {
	if len(rows) == 0 {
		fmt.Fprintln(w, "no movements yet")
		return
	}
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MOVEMENT\tTYPE\tAPI\tLRN\tMRN\tSTATE\tSCENARIO\tNEXT\tACTIONS")
	for _, m := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.Type, m.APIVersion, orDash(m.LRN), orDash(m.MRN), m.State,
			orDash(position(m)), orDash(next(m)), orDash(strings.Join(m.Actions, " ")))
	}
	_ = t.Flush() // a strings.Builder takes everything
	for i, line := range strings.SplitAfter(table.String(), "\n") {
		fmt.Fprint(w, line)
		if i == 0 || i > len(rows) {
			continue
		}
		for _, why := range rows[i-1].Rejected {
			fmt.Fprintf(w, "  rejected: %s\n", why)
		}
	}
}

// position is how far the movement has come in its scenario.
func position(m client.Movement) string {
	switch {
	case m.Script == nil:
		return m.Scenario
	case m.Script.Status == movement.Following:
		return fmt.Sprintf("%s %d/%d", m.Scenario, m.Script.Step, m.Script.Steps)
	}
	return m.Scenario + " " + string(m.Script.Status)
}

// next is what happens next by itself.
func next(m client.Movement) string {
	first := m.First()
	if first == nil {
		return ""
	}
	return first.Name + " at " + first.Due.UTC().Format(time.RFC3339)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
