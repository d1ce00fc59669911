package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newHolds() *cobra.Command {
	var c remote
	cmd := &cobra.Command{
		Use:   "holds",
		Short: "Hold messages and timers until you let them happen",
		Long: `Show the rules by which a running simulator holds events, and what is held; ask for another rule, and release,
refuse or drop what is held. An event that is held waits, whatever the clock does; what an officer does by hand is never held.`,
		Example: `  nctsim holds add --message IE015 --eori GB954131533000
  nctsim holds add --before IE029
  nctsim holds
  nctsim holds release 2
  nctsim holds refuse 3 --code 14 --reason BR20006
  nctsim holds drop 4
  nctsim holds remove 1`,
		Args: unknownCommand,
	}
	c.addFlags(cmd)
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error {
		holds, err := c.Holds(cmd.Context())
		if err != nil {
			return err
		}
		return out.print(holds, func(w io.Writer) { writeHolds(w, holds) })
	})
	cmd.AddCommand(
		newHoldsAdd(), newHoldsRefuse(),
		holdsCommand("release HELD", "Let an event that is held happen now, and what waits behind it", "released", func(c remote, cmd *cobra.Command, id string) error {
			return c.Release(cmd.Context(), id)
		}),
		holdsCommand("drop HELD", "Forget an event that is held, as if it had never reached the office", "dropped", func(c remote, cmd *cobra.Command, id string) error {
			return c.Drop(cmd.Context(), id)
		}),
		holdsCommand("remove RULE", "Hold nothing more by a rule; what it holds stays held", "taken away", func(c remote, cmd *cobra.Command, id string) error {
			return c.Unhold(cmd.Context(), id)
		}),
	)
	return cmd
}

func newHoldsAdd() *cobra.Command {
	var c remote
	var r client.HoldRule
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Ask for events to be held",
		Long: `Hold a trader's message before the office looks at it (--message), what would send a message of customs (--before),
or everything that happens by itself to some movements (neither of them, but --movement, --lrn or --eori).`,
		Example: `  nctsim holds add --message IE015 --eori GB954131533000
  nctsim holds add --before IE029 --times 1
  nctsim holds add --movement 6a4c1f3e5b2d7c8a`,
		Args: arguments(0, 0),
	}
	c.addFlags(cmd)
	cmd.Flags().StringVar(&r.Message, "message", "", "`IE` code of the trader's message to hold, as IE015")
	cmd.Flags().StringVar(&r.Before, "before", "", "`IE` code of the message of customs to wait before, as IE029")
	cmd.Flags().StringVar(&r.EORI, "eori", "", "`EORI` of the trader whose movements they are")
	cmd.Flags().StringVar(&r.LRN, "lrn", "", "`LRN` of the movement")
	cmd.Flags().StringVar(&r.Movement, "movement", "", "`ID` of the movement")
	cmd.Flags().IntVar(&r.Times, "times", 0, "hold `N` events at most; by default without limit")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error {
		rule, err := c.Hold(cmd.Context(), r)
		if err != nil {
			return err
		}
		return out.print(rule, func(w io.Writer) { writeHolds(w, client.Holds{Rules: []client.HoldRule{rule}}) })
	})
	return cmd
}

func newHoldsRefuse() *cobra.Command {
	var c remote
	var with client.RefusedWith
	cmd := &cobra.Command{
		Use:     "refuse HELD",
		Short:   "Let the office refuse a trader's message that is held",
		Example: "  nctsim holds refuse 3 --code 14 --pointer /CC015C/TransitOperation/LRN --reason BR20006",
		Args:    arguments(1, 1),
	}
	c.addFlags(cmd)
	cmd.Flags().StringVar(&with.Code, "code", "", "error `CODE` of the refusal; by default 12")
	cmd.Flags().StringVar(&with.Pointer, "pointer", "", "`XPATH` of what is wrong; by default that of the root")
	cmd.Flags().StringVar(&with.Reason, "reason", "", "`RULE` that it breaks; by default N/A")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		if err := c.Refuse(cmd.Context(), args[0], with); err != nil {
			return err
		}
		return out.print(with, func(w io.Writer) { fmt.Fprintln(w, "refused") })
	})
	return cmd
}

// holdsCommand is a command about one rule or one event that is held.
func holdsCommand(use, short, done string, do func(c remote, cmd *cobra.Command, id string) error) *cobra.Command {
	var c remote
	cmd := &cobra.Command{Use: use, Short: short, Args: arguments(1, 1)}
	c.addFlags(cmd)
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		if err := do(c, cmd, args[0]); err != nil {
			return err
		}
		return out.print(map[string]string{"id": args[0]}, func(w io.Writer) { fmt.Fprintln(w, done) })
	})
	return cmd
}

func writeHolds(w io.Writer, holds client.Holds) {
	if len(holds.Rules)+len(holds.Held) == 0 {
		fmt.Fprintln(w, "nothing is held, and no rule holds anything")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(holds.Rules) > 0 {
		fmt.Fprintln(t, "RULE\tMESSAGE\tBEFORE\tONLY\tHELD")
	}
	for _, r := range holds.Rules {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\n", r.ID, orDash(r.Message), orDash(r.Before), orDash(strings.Join(present(r.EORI, r.LRN, r.Movement), ", ")), r.Held)
	}
	_ = t.Flush() // the writer below is the caller's concern
	if len(holds.Rules) > 0 && len(holds.Held) > 0 {
		fmt.Fprintln(w)
	}
	if len(holds.Held) > 0 {
		fmt.Fprintln(t, "HELD\tMOVEMENT\tWHAT\tRULE\tBEFORE\tSINCE")
	}
	for _, h := range holds.Held {
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\t%s\n", h.ID, h.Movement, h.Kind, h.Name, orDash(h.Rule), orDash(h.Before), h.Since.UTC().Format(timeOfDay))
	}
	_ = t.Flush()
}
