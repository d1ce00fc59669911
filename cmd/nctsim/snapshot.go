package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

// snapshotExtension is what the files of snapshots end with, unless somebody names them otherwise.
const snapshotExtension = ".snapshot"

func newSnapshot() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Take a picture of everything, put it back, take it elsewhere",
		Long: `Take a picture of everything that a running simulator holds (movements, timers, clock, boxes, tokens,
put-in scenarios), put it back in one step, or take it to another simulator as a file. Before a reset
and before a restore one is taken by itself; "undo" is the newest of those.`,
		Example: `  nctsim snapshot save before-release
  nctsim snapshot list
  nctsim snapshot restore before-release
  nctsim snapshot restore undo
  nctsim snapshot export before-release
  nctsim serve --from before-release.snapshot`,
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSnapshotSave(), newSnapshotList(), newSnapshotRestore(), newSnapshotExport(), newSnapshotImport(), newSnapshotDelete())
	return cmd
}

func newSnapshotSave() *cobra.Command {
	var n client.NewSnapshot
	cmd := calling(&cobra.Command{
		Use: "save [NAME]", Short: "Take a snapshot, while the work goes on; without NAME the time is its name", Args: arguments(0, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if len(args) > 0 {
			n.Name = args[0]
		}
		s, err := c.SaveSnapshot(cmd.Context(), n)
		return printSnapshot(out, s, err)
	})
	cmd.Flags().BoolVar(&n.Replace, "replace", false, "let it take the place of a snapshot of that name")
	return cmd
}

// printSnapshot shows a snapshot that the simulator has now, unless there is an error.
func printSnapshot(out printer, s client.Snapshot, err error) error {
	return out.result(err, s, func(w io.Writer) { fmt.Fprintf(w, "snapshot %s: %s\n", s.Name, contentOf(s)) })
}

// contentOf says what is in a snapshot.
func contentOf(s client.Snapshot) string {
	return fmt.Sprintf("%s, %s, clock %s at %s, seed %d", counted(s.Movements, "movement"), counted(s.Messages, "message"), s.Clock, s.Now.UTC().Format(timeOfDay), s.Seed)
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func newSnapshotList() *cobra.Command {
	return calling(&cobra.Command{Use: "list", Short: "List the snapshots, the newest first", Args: arguments(0, 0)}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		list, err := c.Snapshots(cmd.Context())
		return out.result(err, list, func(w io.Writer) { writeSnapshots(w, list.Snapshots) })
	})
}

func writeSnapshots(w io.Writer, list []client.Snapshot) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no snapshots yet")
		return
	}
	table(w, "SNAPSHOT\tTAKEN\tCLOCK\tMOVEMENTS\tMESSAGES\tBYTES\tWHY", list, func(s client.Snapshot) cells {
		if s.Problem != "" {
			return cells{s.Name, "cannot be used: " + s.Problem}
		}
		return cells{s.Name, s.Taken, s.Now, s.Movements, s.Messages, s.Bytes, s.Reason}
	})
}

func newSnapshotRestore() *cobra.Command {
	return calling(&cobra.Command{
		Use: "restore NAME", Short: "Put what is in a snapshot in the place of everything; undo is the newest of before a reset or a restore", Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		r, err := c.RestoreSnapshot(cmd.Context(), args[0])
		return out.result(err, r, func(w io.Writer) {
			fmt.Fprintf(w, "%s is restored, it is now %s\n", r.Restored, r.Now.UTC().Format(timeOfDay))
			for _, note := range r.Notes {
				fmt.Fprintf(w, "note: %s\n", note)
			}
			if r.Undo != "" {
				fmt.Fprintf(w, "what there was before is in %s\n", r.Undo)
			}
		})
	})
}

func newSnapshotExport() *cobra.Command {
	var force bool
	cmd := calling(&cobra.Command{
		Use: "export NAME [FILE]", Short: "Write a snapshot to a file, NAME.snapshot without FILE; nctsim serve --from FILE begins with it", Args: arguments(1, 2),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		s, err := c.Snapshot(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		path := s.Name + snapshotExtension
		if len(args) > 1 {
			path = args[1]
		}
		err = writeNew(path, force, func(w io.Writer) error { return c.ExportSnapshot(cmd.Context(), s.Name, w) })
		return out.result(err, s, func(w io.Writer) { fmt.Fprintf(w, "%s: %s\n", path, contentOf(s)) })
	})
	cmd.Flags().BoolVar(&force, "force", false, "replace a file that is there")
	return cmd
}

// writeNew writes a file that is there whole or not at all.
func writeNew(path string, force bool, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("%s is there already; hint: name another file, or replace it with --force", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-*.part")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func newSnapshotImport() *cobra.Command {
	var replace bool
	cmd := calling(&cobra.Command{
		Use: "import FILE [NAME]", Short: "Give the simulator a snapshot that was exported; without NAME the file's name is its name", Args: arguments(1, 2),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		name := strings.TrimSuffix(filepath.Base(args[0]), snapshotExtension)
		if len(args) > 1 {
			name = args[1]
		}
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		s, err := c.ImportSnapshot(cmd.Context(), name, replace, f)
		return printSnapshot(out, s, err)
	})
	cmd.Flags().BoolVar(&replace, "replace", false, "let it take the place of a snapshot of that name")
	return cmd
}

func newSnapshotDelete() *cobra.Command {
	var c remote
	cmd := &cobra.Command{Use: "delete NAME", Short: "Remove a snapshot", Args: arguments(1, 1)}
	c.addFlags(cmd)
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error { return c.DeleteSnapshot(cmd.Context(), args[0]) })
	return cmd
}
