package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/spelling"
)

func newSettings() *cobra.Command {
	var changed, values bool
	cmd := calling(&cobra.Command{
		Use:   "settings [NAME]",
		Short: "Show what a running simulator does, and where each setting comes from",
		Long: `Show the settings of a running simulator: what each is now, and which flag, variable or line of a file
says so. With a NAME, that one, with its meaning and its default. Secrets are never shown.

--values lists what a client can send to select an outcome: LRNs, MRNs, GRNs, tokens, names of files.

Settings are chosen when the simulator starts; the clock, scenarios, boxes and applications have commands
of their own: nctsim clock, scenarios, boxes, applications.`,
		Example: `  nctsim settings
  nctsim settings --changed
  nctsim settings profile
  nctsim settings --values`,
		Args: arguments(0, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if values && (changed || len(args) > 0) {
			return usageError("--values lists no settings; hint: leave out the name and --changed")
		}
		all, err := c.Settings(cmd.Context())
		if err != nil {
			return err
		}
		switch {
		case values:
			return out.print(valuesOf(all), func(w io.Writer) { writeValues(w, valuesOf(all)) })
		case len(args) == 1:
			s, err := settingNamed(all.Configuration, args[0])
			return out.result(err, s, func(w io.Writer) { writeSetting(w, s) })
		}
		shown := all.Configuration
		if changed {
			shown = slices.DeleteFunc(slices.Clone(shown), func(s client.Setting) bool { return s.Source == "default" })
		}
		return out.print(settingList{shown}, func(w io.Writer) { writeSettings(w, shown) })
	})
	cmd.Flags().BoolVar(&changed, "changed", false, "only settings that somebody has given")
	cmd.Flags().BoolVar(&values, "values", false, "what a client can send to select an outcome")
	return cmd
}

// settingList is the result for programs.
type settingList struct {
	Settings []client.Setting `json:"settings"`
}

func settingNamed(all []client.Setting, name string) (client.Setting, error) {
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return client.Setting{}, fmt.Errorf("there is no setting %q; hint: %s", name, spelling.Meant(name, names, "nctsim settings lists them"))
}

// given is where the value of a setting comes from: "flag --seed", "file nctsim.yaml:3", "default".
func given(s client.Setting) string { return strings.TrimSpace(s.Source + " " + s.Place) }

func writeSettings(w io.Writer, all []client.Setting) {
	if len(all) == 0 {
		fmt.Fprintln(w, "every setting is what it is by default")
		return
	}
	table(w, "SETTING\tVALUE\tFROM", all, func(s client.Setting) cells { return cells{s.Name, s.Value, given(s)} })
}

func writeSetting(w io.Writer, s client.Setting) {
	fmt.Fprintf(w, "%s = %s\n  %s\n  from %s; by default %s\n", s.Name, orDash(s.Value), s.Meaning, given(s), orDash(s.Default))
}

// choices are what clients can send, by what it stands in.
type choices struct {
	Of      string          `json:"of"`
	Choices []client.Choice `json:"choices"`
}

func valuesOf(s client.Settings) []choices {
	return []choices{
		{"LRN", s.LRNs}, {"MRN", s.MRNs}, {"value", s.Values}, {"file", s.Files}, {"token", s.Tokens}, {"scenario", s.Scenarios},
	}
}

func writeValues(w io.Writer, all []choices) {
	var rows []cells
	for _, group := range all {
		for _, c := range group.Choices {
			rows = append(rows, cells{group.Of, c.When, c.Then})
		}
	}
	table(w, "IN\tIF\tTHEN", rows, asItIs)
}

func newReset() *cobra.Command {
	return calling(&cobra.Command{
		Use:   "reset",
		Short: "Forget every movement of a running simulator",
		Long: `Forget every movement of a running simulator, with its messages, its notifications and what it has
reserved of guarantees. Boxes, applications, scenarios and the clock stay as they are.`,
		Example: `  nctsim reset`,
		Args:    arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		before, err := c.Info(cmd.Context())
		if err != nil {
			return err
		}
		if err := c.Reset(cmd.Context()); err != nil {
			return err
		}
		return out.print(forgotten{before.Counts.Movements}, func(w io.Writer) {
			fmt.Fprintf(w, "%d movements forgotten\n", before.Counts.Movements)
		})
	})
}

// forgotten is the result for programs.
type forgotten struct {
	Movements int `json:"movements"`
}
