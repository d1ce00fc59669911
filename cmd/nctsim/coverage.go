package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/compare"
)

// covering is what the command line of nctsim coverage says.
type covering struct {
	remote
	merge   []string
	min     float64
	unmet   bool
	profile string
	output  string
	// environment is the file with the values of a collection's variables.
	environment string
}

// coverageFormats write coverage in the formats of --output.
var coverageFormats = map[string]func(io.Writer, client.Coverage, bool) error{
	"text": writeCoverage, "html": compare.WriteCoverage,
	"junit": func(w io.Writer, c client.Coverage, _ bool) error { return compare.WriteCoverageJUnit(w, c) },
	"json": func(w io.Writer, c client.Coverage, _ bool) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(c)
	},
}

func newCoverage() *cobra.Command {
	c := &covering{}
	cmd := &cobra.Command{
		Use:   "coverage [FILE…]",
		Short: "Show what your tests have met of the simulator, and what they have never seen",
		Long: `Show what your software has met of a running simulator since it began or was reset: messages,
states, transitions of the process tables, officers' actions, broken rules, answers with their
error codes, and scenarios. --unmet lists what it has never seen, with a scenario that meets it where
there is one. docs/compare.md explains it.

With a FILE no running simulator is asked: the requests of the recording (HAR, Postman, Bruno; see
nctsim compare) are played against a simulator of this process.

--merge adds what other runs have met, from files of --output json; with --merge alone no simulator is
asked. --output junit has a case for each thing, skipped if it was not met. With --min the exit code is 1 if less than that was met, in percent.`,
		Example: `  nctsim coverage
  nctsim coverage --unmet
  nctsim coverage --output json > first.json
  nctsim coverage --merge first.json,second.json --output html > coverage.html
  nctsim coverage sandbox.har --min 10`,
	}
	c.remote.addFlags(cmd)
	cmd.Flags().StringSliceVar(&c.merge, "merge", nil, "add what `FILE`s of --output json have met; can be repeated")
	cmd.Flags().Float64Var(&c.min, "min", 0, "how much has to be met, `PERCENT`, for exit code 0")
	cmd.Flags().BoolVar(&c.unmet, "unmet", false, "list what was not met, in text")
	cmd.Flags().StringVar(&c.profile, "profile", "silent", "with a FILE: the `PROFILE` of the simulator in this process")
	addEnvironment(cmd, &c.environment)
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) })
	return cmd
}

func (c *covering) run(cmd *cobra.Command, files []string) (err error) {
	if c.output, err = cmd.Flags().GetString("output"); err != nil {
		return err
	}
	write := coverageFormats[c.output]
	switch {
	case write == nil:
		return usageError("--output: %q is unknown; hint: choose text, json, junit or html", c.output)
	case c.min < 0 || c.min > 100:
		return usageError("--min: %g is not a percentage; hint: write a number from 0 to 100", c.min)
	case len(files) > 0 && cmd.Flags().Changed("url"):
		return usageError("a file is played against a simulator of this process, but --url is given; hint: leave one of them out")
	}
	found, err := c.found(cmd, files)
	if err != nil {
		return err
	}
	for _, name := range c.merge {
		other, err := readCoverage(name)
		if err != nil {
			return err
		}
		found.Merge(other)
	}
	if err := write(cmd.OutOrStdout(), found, c.unmet); err != nil {
		return err
	}
	if found.Percent() < c.min {
		fmt.Fprintf(cmd.ErrOrStderr(), "%.1f %% were met, which is less than %g %%\n", found.Percent(), c.min)
		return no()
	}
	return nil
}

// found asks the running simulator, or plays the files, or is nothing if results are merged alone.
func (c *covering) found(cmd *cobra.Command, files []string) (client.Coverage, error) {
	switch {
	case len(files) > 0:
		return c.played(cmd.Context(), files)
	case len(c.merge) > 0 && !cmd.Flags().Changed("url"):
		return client.Coverage{}, nil
	}
	return c.Coverage(cmd.Context())
}

// played plays recordings and asks the simulator that they were played against.
func (c *covering) played(ctx context.Context, files []string) (found client.Coverage, err error) {
	world := compare.NewOwn(c.profile, 1, version, "")
	defer func() {
		closing, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if late := world.Close(closing); err == nil {
			err = late
		}
	}()
	wall, err := clock.New(clock.Options{Mode: clock.Real})
	if err != nil {
		return found, err
	}
	comparison := compare.New(compare.Options{World: world, Catalogue: simulator.Catalogue(), Tolerance: compare.DefaultTolerance, Now: wall.Now, Unanswered: true})
	if err := playFiles(ctx, comparison, files, c.environment); err != nil {
		return found, err
	}
	sim := world.Simulator()
	if sim == nil {
		return found, fmt.Errorf("nothing in %s could be played; hint: nctsim compare says why", files[0])
	}
	h := client.NewHTTP()
	defer h.CloseIdleConnections()
	return client.Client{URL: sim.ControlURL(), HTTP: h}.Coverage(ctx)
}

func readCoverage(name string) (out client.Coverage, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return out, usageError("--merge: %w", err)
	}
	if err := json.Unmarshal(text, &out); err != nil || len(out.Areas) == 0 {
		return out, usageError("--merge: %s is not a coverage; hint: nctsim coverage --output json writes one", name)
	}
	return out, nil
}

func writeCoverage(w io.Writer, c client.Coverage, unmet bool) error {
	for _, a := range c.Areas {
		if _, err := fmt.Fprintf(w, "%-12s %5.1f %%  %d of %d\n", a.Area, a.Percent(), a.Met, a.Total); err != nil {
			return err
		}
		for _, item := range a.Items {
			if !unmet || item.Count > 0 {
				continue
			}
			hint := ""
			if item.Hint != "" {
				hint = " (" + item.Hint + ")"
			}
			if _, err := fmt.Fprintf(w, "  %s%s\n", item.ID, hint); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, "%-12s %5.1f %%  %d of %d\n", "all", c.Percent(), c.Met, c.Total)
	return err
}
