package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newFaults() *cobra.Command {
	cmd := calling(&cobra.Command{
		Use:   "faults",
		Short: "Let calls and notifications go wrong while the simulator runs",
		Long: `Show the faults that a running simulator was asked for, with how many calls each has met and struck; ask for
another one, or take one away. Which calls a fault strikes follows from the simulator's seed, so that a run can be repeated.`,
		Example: `  nctsim faults add --call submit --status 503 --times 2
  nctsim faults add --call submit --status 504 --late --percent 20
  nctsim faults add --delay 200ms..3s --eori GB954131533000
  nctsim faults add --call notification --duplicate
  nctsim faults
  nctsim faults remove 1
  nctsim faults remove --all`,
		Args: unknownCommand,
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		faults, err := c.Faults(cmd.Context())
		return out.result(err, client.FaultRules{Faults: faults}, func(w io.Writer) { writeFaults(w, faults) })
	})
	cmd.AddCommand(newFaultsAdd(), newFaultsRemove())
	return cmd
}

func newFaultsAdd() *cobra.Command {
	var f client.FaultRule
	cmd := calling(&cobra.Command{
		Use:   "add",
		Short: "Ask for a fault",
		Long: `Ask for a fault that strikes calls of clients: an error status, a delay, a connection that is cut before the answer
or in the middle of it. With --late the call has its effect first, and the client does not learn of it. Of a notification it
makes one that gets lost, comes twice, late, or after those that were sent behind it.`,
		Example: `  nctsim faults add --call submit --status 503 --times 2
  nctsim faults add --call message --truncate --skip 3 --times 1
  nctsim faults add --call notification --overtaken --percent 50`,
		Args: arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		armed, err := c.Arm(cmd.Context(), f)
		return out.result(err, armed, func(w io.Writer) { writeFaults(w, []client.FaultRule{armed}) })
	})
	flags := cmd.Flags()
	flags.StringVar(&f.Call, "call", "", "`CALL` to meet: submit, movements, movement, messages, message, notification, token, guarantee, box or upload; by default all but notifications")
	flags.StringVar(&f.EORI, "eori", "", "`EORI` of the trader whose calls it meets")
	flags.StringVar(&f.ClientID, "client", "", "client `ID` whose calls it meets")
	flags.StringVar(&f.Movement, "movement", "", "`ID` of the movement, as in the path, whose calls it meets")
	flags.IntVar(&f.Status, "status", 0, "answer with this HTTP `STATUS`, 400 to 599")
	flags.StringVar(&f.Delay, "delay", "", "answer, or notify, so much later: a `DURATION`, or a range as 200ms..3s")
	flags.BoolVar(&f.Reset, "reset", false, "cut the connection without an answer")
	flags.BoolVar(&f.Truncate, "truncate", false, "cut the connection in the middle of the answer")
	flags.BoolVar(&f.Late, "late", false, "let the call have its effect before --status or --reset hides it")
	flags.BoolVar(&f.Drop, "drop", false, "lose the notification")
	flags.BoolVar(&f.Duplicate, "duplicate", false, "notify twice")
	flags.BoolVar(&f.Overtaken, "overtaken", false, "notify later, so that others come first")
	flags.IntVar(&f.Percent, "percent", 0, "strike so many of a hundred calls: `N` from 1 to 100; by default all")
	flags.IntVar(&f.Skip, "skip", 0, "let `N` calls pass before")
	flags.IntVar(&f.Times, "times", 0, "strike `N` calls at most; by default without limit")
	return cmd
}

func newFaultsRemove() *cobra.Command {
	var all bool
	cmd := calling(&cobra.Command{
		Use: "remove [ID]", Short: "Take a fault away, or with --all every one", Args: arguments(0, 1),
		Example: `  nctsim faults remove 1
  nctsim faults remove --all`,
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if all == (len(args) == 1) {
			return usageError("faults remove needs the id of a fault or --all; hint: nctsim faults lists them")
		}
		id := strings.Join(args, "")
		err := c.Disarm(cmd.Context(), id)
		return out.result(err, client.FaultRule{ID: id}, func(w io.Writer) { fmt.Fprintln(w, "taken away") })
	})
	cmd.Flags().BoolVar(&all, "all", false, "take every fault away")
	return cmd
}

func writeFaults(w io.Writer, faults []client.FaultRule) {
	if len(faults) == 0 {
		fmt.Fprintln(w, "no faults")
		return
	}
	table(w, "FAULT\tCALL\tONLY\tDOES\tHOW OFTEN\tMET\tSTRUCK", faults, func(f client.FaultRule) cells {
		return cells{f.ID, cmp.Or(f.Call, "all"), strings.Join(present(f.EORI, f.ClientID, f.Movement), ", "), faultEffect(f), faultChance(f), f.Met, f.Struck}
	})
}

// present are the texts that are not empty.
func present(texts ...string) []string {
	var out []string
	for _, text := range texts {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// faultEffect says in a few words what a fault does.
func faultEffect(f client.FaultRule) string {
	var does []string
	if f.Status > 0 {
		does = append(does, "status "+strconv.Itoa(f.Status))
	}
	for _, effect := range []struct {
		set  bool
		text string
	}{
		{f.Reset, "reset"}, {f.Truncate, "truncate"}, {f.Drop, "drop"}, {f.Duplicate, "duplicate"}, {f.Overtaken, "overtaken"},
		{f.Late, "after the call"}, {f.Delay != "", "delay " + f.Delay},
	} {
		if effect.set {
			does = append(does, effect.text)
		}
	}
	return strings.Join(does, ", ")
}

// faultChance says which calls a fault strikes.
func faultChance(f client.FaultRule) string {
	often := "every call"
	if f.Percent > 0 {
		often = strconv.Itoa(f.Percent) + " % of calls"
	}
	if f.Skip > 0 {
		often += fmt.Sprintf(" behind %d", f.Skip)
	}
	if f.Times > 0 {
		often += fmt.Sprintf(", %d times", f.Times)
	}
	return often
}
