package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newSearch() *cobra.Command {
	var limit int
	cmd := calling(&cobra.Command{
		Use:   "search TEXT",
		Short: "Say what a text is the name of: a movement, a message, a scenario, a rule",
		Long: `Say what a text is the name of in a running simulator: a part of an LRN, an MRN, an EORI, a movement's
id or number, a box id, a scenario, a rule, or the number or name of a code list or a customs office; a
whole message id, messageIdentification or GRN. What the text names exactly comes first. The exit code is 1 when nothing is found.`,
		Example: `  nctsim search 26GB000246
  nctsim search 24GB0000010000031 --output json`,
		Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if limit < 1 {
			return usageError("--limit: %d is not above zero", limit)
		}
		found, err := c.Search(cmd.Context(), args[0], limit)
		if err != nil {
			return err
		}
		if err := out.print(found, func(w io.Writer) { writeHits(w, found) }); err != nil {
			return err
		}
		if len(found.Hits) == 0 {
			return no()
		}
		return nil
	})
	cmd.Flags().IntVar(&limit, "limit", 20, "how many at most, `N`")
	return cmd
}

func writeHits(w io.Writer, found client.Search) {
	if len(found.Hits) == 0 {
		fmt.Fprintf(w, "nothing has the name %s\n", found.Text)
		return
	}
	table(w, "FOUND\tBY\tNAME\tID\tMESSAGE\tLRN\tMRN\tSTATE", found.Hits, func(h client.Hit) cells {
		return cells{h.Kind, h.What, h.Value, cmp.Or(h.Movement, h.Scenario, h.Box, h.Reference), strings.TrimSpace(h.MessageType + " " + h.Message), h.LRN, h.MRN, h.State}
	})
	if more := found.Total - len(found.Hits); more > 0 {
		fmt.Fprintf(w, "and %d more; hint: --limit\n", more)
	}
}
