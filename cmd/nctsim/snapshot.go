package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

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
	var c remote
	var n client.NewSnapshot
	cmd := &cobra.Command{Use: "save [NAME]", Short: "Take a snapshot, while the work goes on; without NAME the time is its name", Args: arguments(0, 1)}
	c.addFlags(cmd)
	cmd.Flags().BoolVar(&n.Replace, "replace", false, "let it take the place of a snapshot of that name")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		if len(args) > 0 {
			n.Name = args[0]
		}
		s, err := c.SaveSnapshot(cmd.Context(), n)
		if err != nil {
			return err
		}
		return out.print(s, func(w io.Writer) { fmt.Fprintf(w, "snapshot %s: %s\n", s.Name, contentOf(s)) })
	})
	return cmd
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
	var c remote
	cmd := &cobra.Command{Use: "list", Short: "List the snapshots, the newest first", Args: arguments(0, 0)}
	c.addFlags(cmd)
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error {
		list, err := c.Snapshots(cmd.Context())
		if err != nil {
			return err
		}
		return out.print(list, func(w io.Writer) { writeSnapshots(w, list.Snapshots) })
	})
	return cmd
}

func writeSnapshots(w io.Writer, list []client.Snapshot) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no snapshots yet")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SNAPSHOT\tTAKEN\tCLOCK\tMOVEMENTS\tMESSAGES\tBYTES\tWHY")
	for _, s := range list {
		if s.Problem != "" {
			fmt.Fprintf(t, "%s\tcannot be used: %s\n", s.Name, s.Problem)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", s.Name, s.Taken.UTC().Format(timeOfDay), s.Now.UTC().Format(timeOfDay), s.Movements, s.Messages, s.Bytes, s.Reason)
	}
	_ = t.Flush() // the writer below is the caller's concern
}

func newSnapshotRestore() *cobra.Command {
	var c remote
	cmd := &cobra.Command{
		Use: "restore NAME", Short: "Put what is in a snapshot in the place of everything; undo is the newest of before a reset or a restore", Args: arguments(1, 1),
	}
	c.addFlags(cmd)
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		r, err := c.RestoreSnapshot(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return out.print(r, func(w io.Writer) {
			fmt.Fprintf(w, "%s is restored, it is now %s\n", r.Restored, r.Now.UTC().Format(timeOfDay))
			for _, note := range r.Notes {
				fmt.Fprintf(w, "note: %s\n", note)
			}
			if r.Undo != "" {
				fmt.Fprintf(w, "what there was before is in %s\n", r.Undo)
			}
		})
	})
	return cmd
}

func newSnapshotExport() *cobra.Command {
	var c remote
	cmd := &cobra.Command{
		Use: "export NAME [FILE]", Short: "Write a snapshot to a file, NAME.snapshot without FILE; nctsim serve --from FILE begins with it", Args: arguments(1, 2),
	}
	c.addFlags(cmd)
	force := cmd.Flags().Bool("force", false, "replace a file that is there")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		s, err := c.Snapshot(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		path := s.Name + snapshotExtension
		if len(args) > 1 {
			path = args[1]
		}
		if err := writeNew(path, *force, func(w io.Writer) error { return c.ExportSnapshot(cmd.Context(), s.Name, w) }); err != nil {
			return err
		}
		return out.print(s, func(w io.Writer) { fmt.Fprintf(w, "%s: %s\n", path, contentOf(s)) })
	})
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
	var c remote
	cmd := &cobra.Command{Use: "import FILE [NAME]", Short: "Give the simulator a snapshot that was exported; without NAME the file's name is its name", Args: arguments(1, 2)}
	c.addFlags(cmd)
	replace := cmd.Flags().Bool("replace", false, "let it take the place of a snapshot of that name")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		name := strings.TrimSuffix(filepath.Base(args[0]), snapshotExtension)
		if len(args) > 1 {
			name = args[1]
		}
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		s, err := c.ImportSnapshot(cmd.Context(), name, *replace, f)
		if err != nil {
			return err
		}
		return out.print(s, func(w io.Writer) { fmt.Fprintf(w, "snapshot %s: %s\n", s.Name, contentOf(s)) })
	})
	return cmd
}

func newSnapshotDelete() *cobra.Command {
	var c remote
	cmd := &cobra.Command{Use: "delete NAME", Short: "Remove a snapshot", Args: arguments(1, 1)}
	c.addFlags(cmd)
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error { return c.DeleteSnapshot(cmd.Context(), args[0]) })
	return cmd
}
