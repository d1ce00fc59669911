package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newHolds() *cobra.Command {
	cmd := calling(&cobra.Command{
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
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		holds, err := c.Holds(cmd.Context())
		return out.result(err, holds, func(w io.Writer) { writeHolds(w, holds) })
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
	var r client.HoldRule
	cmd := calling(&cobra.Command{
		Use:   "add",
		Short: "Ask for events to be held",
		Long: `Hold a trader's message before the office looks at it (--message), what would send a message of customs (--before),
or everything that happens by itself to some movements (neither of them, but --movement, --lrn or --eori).`,
		Example: `  nctsim holds add --message IE015 --eori GB954131533000
  nctsim holds add --before IE029 --times 1
  nctsim holds add --movement 6a4c1f3e5b2d7c8a`,
		Args: arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		rule, err := c.Hold(cmd.Context(), r)
		return out.result(err, rule, func(w io.Writer) { writeHolds(w, client.Holds{Rules: []client.HoldRule{rule}}) })
	})
	cmd.Flags().StringVar(&r.Message, "message", "", "`IE` code of the trader's message to hold, as IE015")
	cmd.Flags().StringVar(&r.Before, "before", "", "`IE` code of the message of customs to wait before, as IE029")
	cmd.Flags().StringVar(&r.EORI, "eori", "", "`EORI` of the trader whose movements they are")
	cmd.Flags().StringVar(&r.LRN, "lrn", "", "`LRN` of the movement")
	cmd.Flags().StringVar(&r.Movement, "movement", "", "`ID` of the movement")
	cmd.Flags().IntVar(&r.Times, "times", 0, "hold `N` events at most; by default without limit")
	return cmd
}

func newHoldsRefuse() *cobra.Command {
	var with client.RefusedWith
	cmd := calling(&cobra.Command{
		Use:     "refuse HELD",
		Short:   "Let the office refuse a trader's message that is held",
		Example: "  nctsim holds refuse 3 --code 14 --pointer /CC015C/TransitOperation/LRN --reason BR20006",
		Args:    arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		err := c.Refuse(cmd.Context(), args[0], with)
		return out.result(err, with, func(w io.Writer) { fmt.Fprintln(w, "refused") })
	})
	cmd.Flags().StringVar(&with.Code, "code", "", "error `CODE` of the refusal; by default 12")
	cmd.Flags().StringVar(&with.Pointer, "pointer", "", "`XPATH` of what is wrong; by default that of the root")
	cmd.Flags().StringVar(&with.Reason, "reason", "", "`RULE` that it breaks; by default N/A")
	return cmd
}

// holdsCommand is a command about one rule or one event that is held.
func holdsCommand(use, short, done string, do func(c remote, cmd *cobra.Command, id string) error) *cobra.Command {
	return calling(&cobra.Command{Use: use, Short: short, Args: arguments(1, 1)}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		err := do(c, cmd, args[0])
		return out.result(err, map[string]string{"id": args[0]}, func(w io.Writer) { fmt.Fprintln(w, done) })
	})
}

func writeHolds(w io.Writer, holds client.Holds) {
	if len(holds.Rules)+len(holds.Held) == 0 {
		fmt.Fprintln(w, "nothing is held, and no rule holds anything")
		return
	}
	if len(holds.Rules) > 0 {
		table(w, "RULE\tMESSAGE\tBEFORE\tONLY\tHELD", holds.Rules, func(r client.HoldRule) cells {
			return cells{r.ID, r.Message, r.Before, strings.Join(present(r.EORI, r.LRN, r.Movement), ", "), r.Held}
		})
	}
	if len(holds.Rules) > 0 && len(holds.Held) > 0 {
		fmt.Fprintln(w)
	}
	if len(holds.Held) > 0 {
		table(w, "HELD\tMOVEMENT\tWHAT\tRULE\tBEFORE\tSINCE", holds.Held, func(h client.HeldEvent) cells {
			return cells{h.ID, h.Movement, fmt.Sprintf("%s %s", h.Kind, h.Name), h.Rule, h.Before, h.Since}
		})
	}
}
