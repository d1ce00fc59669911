package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

func newScenarios() *cobra.Command {
	var dir, movementType string
	var selecting selecting
	cmd := &cobra.Command{
		Use:   "scenarios [ID]",
		Short: "List the scenarios, or show one with its steps",
		Long: `List the scenarios that come with nctsim, and those of a folder of your own, or show one with its
steps. Every one of HMRC's Trader Test is there under its published id; docs/scenarios.md explains
how to write others.

--output csv is a table for a test plan: a line for each scenario and phase, with its id as HMRC publishes
it, what is sent, what comes back and the outcome.

The exit code is 1 when a file of the folder has a mistake; the mistakes are listed with their
lines.`,
		Example: `  nctsim scenarios
  nctsim scenarios --phase 6 --movement arrival
  nctsim scenarios DSGB6
  nctsim scenarios --scenarios my-scenarios      # and check the files in my-scenarios
  nctsim scenarios --filter message=IE051 --filter outcome=not_released
  nctsim scenarios --output csv > test-plan.csv`,
		Args: arguments(0, 1),
	}
	addLibraryFlag(cmd, &dir)
	selecting.addFlags(cmd)
	cmd.Flags().StringVar(&movementType, "movement", "", "only those about a `TYPE` of movement: departure or arrival")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		out, table, err := newTablePrinter(cmd)
		if err != nil {
			return err
		}
		wanted, picked, err := selecting.selection()
		if err != nil {
			return err
		}
		if movementType != "" && movementType != string(message.Departure) && movementType != string(message.Arrival) {
			return usageError("--movement: %q is unknown; hint: choose departure or arrival", movementType)
		}
		library, err := openLibrary(dir)
		if err != nil {
			return err
		}
		if len(args) == 1 && table {
			return usageError("--output: csv is for lists; hint: choose text or json, or leave the id out")
		}
		if len(args) == 1 {
			return showScenario(out, library, args[0])
		}
		list := slices.DeleteFunc(slices.Clone(library.All()), func(s *scenario.Scenario) bool {
			return movementType != "" && string(s.Movement) != movementType || !picked.Fits(s) || len(replay.Cases([]*scenario.Scenario{s}, wanted...)) == 0
		})
		if table {
			err = writePlan(cmd.OutOrStdout(), replay.Cases(list, wanted...))
		} else {
			err = listScenarios(out, list)
		}
		if err != nil {
			return err
		}
		return complain(cmd.ErrOrStderr(), library.Problems())
	})
	return cmd
}

// addLibraryFlag declares the folder of the user's scenarios, as `nctsim serve` has it.
func addLibraryFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "scenarios", os.Getenv(simulator.Variable("scenarios")), "`DIR` of scenario files beside the built-in ones; also NCTSIM_SCENARIOS")
}

func addPhaseFlag(cmd *cobra.Command, phases *[]int) {
	cmd.Flags().IntSliceVar(phases, "phase", nil, "only in these `PHASES` of NCTS: 4, 5, 6, or several as in 5,6 (default: all)")
}

func parsePhases(numbers []int) ([]message.Phase, error) {
	var out []message.Phase
	for _, n := range numbers {
		p := message.Phase(n)
		if !slices.Contains(message.Phases, p) {
			return nil, usageError("--phase: there are no scenarios of phase %d; hint: choose 4, 5 or 6", n)
		}
		out = append(out, p)
	}
	return out, nil
}

// openLibrary reads the scenarios. A folder that is not there is a mistake on the command line.
func openLibrary(dir string) (*scenario.Library, error) {
	if info, err := os.Stat(dir); dir != "" && (err != nil || !info.IsDir()) {
		return nil, usageError("--scenarios: there is no folder %s; hint: name the folder that the files are in", dir)
	}
	return simulator.Library(dir), nil
}

// complain shows the mistakes in scenario files. The error says that there are some.
func complain(w io.Writer, problems scenario.Problems) error {
	for _, p := range problems {
		fmt.Fprintln(w, p.Show())
	}
	if len(problems) > 0 {
		return no()
	}
	return nil
}

func listScenarios(out printer, list []*scenario.Scenario) error {
	rows := make([]client.Scenario, len(list))
	for i, s := range list {
		rows[i] = client.ScenarioOf(s)
	}
	return out.print(rows, func(w io.Writer) {
		table(w, "ID\tPHASE\tMODE\tSTEPS\tFILE\tTITLE", rows, func(r client.Scenario) cells {
			return cells{r.ID, phaseList(r.Phases), r.Mode, r.Length, r.File, r.Title}
		})
	})
}

// newTablePrinter is [newPrinter] for a command that also knows --output csv.
func newTablePrinter(cmd *cobra.Command) (out printer, table bool, err error) {
	if format, err := cmd.Flags().GetString("output"); err != nil || format == "csv" {
		return printer{}, true, err
	}
	out, err = newPrinter(cmd)
	return out, false, err
}

// writePlan writes a line of CSV for each case, in the words of a test plan.
func writePlan(w io.Writer, cases []replay.Case) error {
	table := csv.NewWriter(w)
	rows := [][]string{{"id", "title", "phase", "api", "movement", "mode", "tags", "steps", "sent by trader", "sent by customs", "outcome", "lrn", "file"}}
	for _, c := range cases {
		s := c.Scenario
		var sent, came []string
		for _, step := range s.Steps {
			if step.Trader != nil {
				sent = append(sent, step.Trader.Send.Code)
			}
			for _, e := range step.Expect {
				came = append(came, e.String())
			}
		}
		lrn := ""
		if s.Match.LRN != nil {
			lrn = s.Match.LRN.String()
		}
		rows = append(rows, []string{
			s.ID, s.Title, c.Phase.String(), c.Phase.APIVersion(), string(s.Movement), string(s.Mode), strings.Join(s.Tags, " "),
			strconv.Itoa(len(s.Steps)), strings.Join(sent, " "), strings.Join(came, ", "), string(s.End), lrn, s.File,
		})
	}
	return table.WriteAll(rows)
}

func phaseList(phases []message.Phase) string {
	var names []string
	for _, p := range phases {
		names = append(names, p.String())
	}
	return strings.Join(names, ",")
}

func showScenario(out printer, library *scenario.Library, id string) error {
	s, ok := library.Get(id)
	if !ok {
		return &exitError{exitUsage, &replay.UnknownError{ID: id, Near: library.Suggest(id)}}
	}
	detail := client.DetailOf(s)
	return out.print(detail, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s\n%s:%d\n", s.ID, s.Title, s.File, s.Line)
		if s.Description != "" {
			fmt.Fprintf(w, "\n%s\n", s.Description)
		}
		fmt.Fprintf(w, "\n%s, phase %s", s.Movement, phaseList(s.Phases))
		if s.Mode != "" {
			fmt.Fprintf(w, ", %s mode", s.Mode)
		}
		if detail.Match.LRN != "" {
			fmt.Fprintf(w, "; for LRNs that match %s", detail.Match.LRN)
		}
		fmt.Fprint(w, "\n\n")
		writeSteps(w, detail.Steps)
		if s.End != "" {
			fmt.Fprintf(w, "\nends in %s\n", s.End)
		}
	})
}

func writeSteps(w io.Writer, steps []client.Step) {
	table(w, "STEP\tWHAT HAPPENS\tAFTER\tCUSTOMS SENDS\tDEPARTURE\tARRIVAL", steps, func(st client.Step) cells {
		_, what, _ := strings.Cut(strings.TrimSuffix(st.Text, ")"), "(")
		return cells{st.Number, what, st.After, strings.Join(st.Expect, ", "), st.State, st.ArrivalState}
	})
}
