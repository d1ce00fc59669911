package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"nctsim/simulator"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Check the store in a data folder",
		Long: `Check the store in the data folder of a simulator that is not running: every page of the file,
every record, and whether indexes, messages, bodies and journals fit together. Nothing is changed.

The exit code is 0 when nothing is wrong, 1 when something is, which is listed then, or when the
store cannot be checked because there is none or a simulator has it open.`,
		Example: `  nctsim check ./data
  nctsim check ./data --output json`,
		Args: arguments(1, 1),
	}
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		seen, err := simulator.CheckStore(args[0])
		if err != nil {
			return err
		}
		result := storeCheck{
			File: simulator.StoreFile(args[0]), Sound: len(seen.Found) == 0, Problems: []string{},
			Movements: seen.Stats.Movements, Messages: seen.Stats.Messages, Bytes: seen.Stats.Bytes,
		}
		for _, found := range seen.Found {
			result.Problems = append(result.Problems, found.Error())
		}
		if err := out.print(result, result.write); err != nil || result.Sound {
			return err
		}
		return no()
	})
	return cmd
}

// storeCheck is what a check has found.
type storeCheck struct {
	File      string   `json:"file"`
	Sound     bool     `json:"sound"`
	Problems  []string `json:"problems"`
	Movements int      `json:"movements"`
	Messages  int      `json:"messages"`
	Bytes     int64    `json:"bytes"`
}

func (c storeCheck) write(w io.Writer) {
	if c.Sound {
		fmt.Fprintf(w, "%s: sound, %d movements, %d messages, %d bytes\n", c.File, c.Movements, c.Messages, c.Bytes)
		return
	}
	for _, p := range c.Problems {
		fmt.Fprintf(w, "%s: %s\n", c.File, p)
	}
	fmt.Fprintln(w, "restore the file from a copy, or move it away to begin with an empty store; lists leave out single damaged records")
}
