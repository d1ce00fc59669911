//go:build man

package main

import (
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// With the tag man, the program also writes its manual pages; make release packs them. What formats them stays out of the
// program that people run.
func init() {
	more = append(more, func() *cobra.Command {
		return &cobra.Command{
			Use:    "man DIR",
			Hidden: true,
			Args:   arguments(1, 1),
			RunE: doing(func(cmd *cobra.Command, args []string) error {
				seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
				if err != nil {
					return usageError("SOURCE_DATE_EPOCH: %v; hint: set it to the time of the commit, in seconds", err)
				}
				date := time.Unix(seconds, 0).UTC()
				return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Section: "1", Source: "nctsim " + version, Manual: "nctsim", Date: &date}, args[0])
			}),
		}
	})
}
