package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newGuarantees() *cobra.Command {
	return calling(&cobra.Command{
		Use:   "guarantees [GRN]",
		Short: "Show guarantees, what is left of them, and who has reserved it",
		Long: `Show the registered guarantees of a running simulator with what is left of them; with a GRN, that one
with its ledger: when which movement reserved or gave back how much, and why.`,
		Example: `  nctsim guarantees
  nctsim guarantees 23GB0000010000863`,
		Args: arguments(0, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if len(args) == 1 {
			g, err := c.Guarantee(cmd.Context(), args[0])
			return out.result(err, g, func(w io.Writer) { writeLedger(w, g) })
		}
		list, err := c.Guarantees(cmd.Context())
		return out.result(err, list, func(w io.Writer) { writeGuarantees(w, list) })
	})
}

func writeGuarantees(w io.Writer, list []client.Guarantee) {
	table(w, "GRN\tTYPE\tHOLDER\tREGISTERED\tLEFT\tCURRENCY\tACCESS", list, func(g client.Guarantee) cells {
		return cells{g.GRN, g.Type, g.Holder, g.Balance, g.Left, g.Currency, strings.Join(g.AccessCodes, " ")}
	})
}

func writeLedger(w io.Writer, g client.GuaranteeDetail) {
	if g.Registered {
		writeGuarantees(w, []client.Guarantee{g.Guarantee})
	} else {
		fmt.Fprintf(w, "%s is not registered\n", g.GRN)
	}
	if g.Failing {
		fmt.Fprintln(w, "the balance APIs answer 500 about it (--balance-faults)")
	}
	for _, r := range g.Reserved {
		fmt.Fprintf(w, "reserved: %s %s\n", r.Sum().Fixed(2), r.Currency)
	}
	for _, l := range g.Ledger {
		fmt.Fprintf(w, "%s  %s  %s  %s %s", l.At.UTC().Format(timeOfDay), l.Movement, orDash(l.MessageType), l.Amount, l.Currency)
		if l.Left != "" {
			fmt.Fprintf(w, ", %s left", l.Left)
		}
		fmt.Fprintf(w, " (%s)\n", l.Why)
	}
}
