package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/office"
	"nctsim/simulator/spelling"
)

func newOfficer() *cobra.Command {
	var with []string
	var dry bool
	cmd := calling(&cobra.Command{
		Use:   "officer [MOVEMENT [ACTION]]",
		Short: "Act as the customs officer of a running simulator",
		Long: `Act as the customs officer of a running simulator. Without arguments it lists the movements as nctsim
movements does, with what the officer can do with each; with a movement, its id, LRN or MRN, that one
alone, and why the other actions are not possible; with an action it does it and shows what came of
it. Of several movements with the LRN or MRN it takes the one that allows the action.

What the officer writes is given with --with: key=text, or key:=JSON for anything else;
nctsim officer MOVEMENT ACTION --help lists the keys of an action, nctsim reference actions those of
all with the meanings of codes. The exit code is 1 when the movement's state does not allow the action; the message says
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
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		content, err := parseWith(with)
		if err != nil {
			return err
		}
		if len(args) < 2 && len(content) > 0 {
			return usageError("--with stands beside an action; hint: nctsim officer MOVEMENT ACTION --with KEY=TEXT")
		}
		if len(args) < 2 {
			return c.desk(cmd, out, args)
		}
		return c.act(cmd, out, args[0], args[1], content, dry)
	})
	cmd.Flags().StringArrayVar(&with, "with", nil, "what the officer writes, `KEY=TEXT` or KEY:=JSON; may be repeated")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show what would come of it, messages included, and do nothing")
	cmd.SetHelpFunc(helpOfOfficer(cmd.HelpFunc()))
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
	table(w, "", keys, func(k office.InputKey) cells { return cells{"  " + k.Path, k} })
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

// desk shows all movements, or those that are named: as a rule one, which a program gets as one. A named movement says also
// what cannot be done, and why.
func (c remote) desk(cmd *cobra.Command, out printer, args []string) error {
	switch {
	case len(args) == 0:
		list, err := c.Movements(cmd.Context(), client.MovementQuery{})
		return out.result(err, list.Movements, func(w io.Writer) { writeMovements(w, list, false) })
	case !client.IsID(args[0]):
		found, err := c.Named(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if len(found) > 1 {
			return out.print(found, func(w io.Writer) { writeRows(w, found) })
		}
		args = []string{found[0].ID}
	}
	one, err := c.Movement(cmd.Context(), args[0])
	return out.result(err, one.Movement, func(w io.Writer) {
		writeRows(w, []client.Movement{one.Movement})
		for _, s := range one.Desk {
			if !s.Possible {
				fmt.Fprintf(w, "  not %s: %s\n", s.Action, s.Why)
			}
		}
	})
}

// act does one thing and tells what came of it.
func (c remote) act(cmd *cobra.Command, out printer, name, action string, with map[string]any, dry bool) error {
	if verbs := office.Verbs(); !slices.Contains(verbs, action) {
		return fmt.Errorf("there is no action %s; hint: %s", action, spelling.Meant(action, verbs, "nctsim officer "+name+" lists what can be done"))
	}
	id, err := c.Find(cmd.Context(), name, func(m client.Movement) bool { return m.May(action) })
	if err != nil {
		return err
	}
	done, err := c.Act(cmd.Context(), id, client.Action{Action: action, With: with, DryRun: dry})
	return out.result(err, done, func(w io.Writer) {
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
