package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
)

func newRecord() *cobra.Command {
	var o client.RecordingOptions
	var into string
	cmd := calling(&cobra.Command{
		Use:   "record MOVEMENT…",
		Short: "Make a scenario of what has happened to a movement",
		Long: `Make a scenario of a movement, its id, LRN or MRN, and of the other side of its transit if that is in
the simulator: what the trader sent, what officers did, which timers fired, what was injected, and what
customs answered. It passes at once when it is replayed.

The trader's messages are written as changes of the sample that is nearest, and as files beside the
scenario where that would be many; a replay fills in LRN, MRN, dates and message identifications.
What a scenario cannot repeat is said on stderr.`,
		Example: `  nctsim record LRN-0001
  nctsim record LRN-0001 --id CONTROLLED --into my-scenarios
  nctsim replay my-scenarios/CONTROLLED.yaml`,
		Args: arguments(1, anyNumber),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if o.ID != "" && len(args) > 1 {
			return usageError("--id is for one movement; hint: leave it out, and the ids are made of the LRNs")
		}
		recordings, err := c.recordings(cmd, args, o)
		if err != nil {
			return err
		}
		for _, r := range recordings {
			for _, note := range r.Notes {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", r.ID, note)
			}
		}
		if into != "" {
			return writeRecordings(out, recordings, into)
		}
		if len(recordings) > 1 && !out.json {
			return usageError("there are %d scenarios; hint: name a folder for them with --into", len(recordings))
		}
		for _, r := range recordings {
			if len(r.Files) > 0 && !out.json {
				return usageError("%s needs %s beside it; hint: name a folder with --into", r.ID, r.Files[0].Name)
			}
		}
		return out.print(recordings, func(w io.Writer) {
			for _, r := range recordings {
				fmt.Fprint(w, r.YAML)
			}
		})
	})
	cmd.Flags().StringVar(&o.ID, "id", "", "`ID` of the scenario; otherwise it is made of the LRN")
	cmd.Flags().BoolVar(&o.Alone, "alone", false, "leave the other side of the transit out")
	cmd.Flags().StringVar(&into, "into", "", "write the scenario and its messages into the folder `DIR`")
	return cmd
}

// recordings makes the scenarios; movements of one transit are one scenario.
func (c remote) recordings(cmd *cobra.Command, names []string, o client.RecordingOptions) ([]client.Recording, error) {
	var out []client.Recording
	for _, name := range names {
		id, err := c.Find(cmd.Context(), name, func(m client.Movement) bool { return m.Type == message.Departure })
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(r client.Recording) bool { return slices.Contains(r.Movements, id) }) {
			continue
		}
		r, err := c.Recording(cmd.Context(), id, o)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// writeRecordings writes the scenarios into a folder.
func writeRecordings(out printer, recordings []client.Recording, dir string) error {
	for _, r := range recordings {
		files := map[string]string{r.ID + ".yaml": r.YAML}
		for _, f := range r.Files {
			files[filepath.FromSlash(f.Name)] = f.Text
		}
		for name, text := range files {
			if !filepath.IsLocal(name) {
				return fmt.Errorf("the simulator names a file outside the folder: %s", name)
			}
			file := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return fmt.Errorf("--into: %w; hint: name a folder that this user may write to", err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return fmt.Errorf("--into: %w; hint: name a folder that this user may write to", err)
			}
		}
	}
	return out.print(recordings, func(w io.Writer) {
		for _, r := range recordings {
			fmt.Fprintf(w, "%s\n", filepath.Join(dir, r.ID+".yaml"))
		}
	})
}
