package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newWorkspace() *cobra.Command {
	cmd := callingServer(&cobra.Command{
		Use:   "workspace",
		Short: "Make, list and delete workspaces, each a simulator of its own behind one address",
		Long: `Make, list and delete the workspaces of a running simulator: each is a simulator of its own, with its
movements, clock, seed, settings, scenarios and boxes, behind the address of the server. A client chooses
one by the host (team-a.localhost:8080), by the path (/workspaces/team-a/customs/…) or by the header
Nctsim-Workspace; the other commands by --workspace. Whatever names none is for the workspace default.

The server has to run with --workspaces explicit, or on, with which a workspace is made as soon as
somebody names it. docs/workspaces.md says more.`,
		Example: `  nctsim workspace
  nctsim workspace create team-a --ttl 24h --set profile=instant --set seed=7
  nctsim movements --workspace team-a
  nctsim workspace create team-b --fork team-a
  nctsim workspace delete team-a`,
		Args: unknownCommand,
	}, listWorkspaces)
	cmd.AddCommand(
		callingServer(&cobra.Command{Use: "list", Short: "List the workspaces with what they take", Args: arguments(0, 0)}, listWorkspaces),
		newWorkspaceShow(), newWorkspaceCreate(), newWorkspaceDelete(),
	)
	return cmd
}

func listWorkspaces(cmd *cobra.Command, c remote, out printer, _ []string) error {
	list, err := c.Workspaces(cmd.Context())
	return out.result(err, list, func(w io.Writer) { writeWorkspaces(w, list) })
}

func writeWorkspaces(w io.Writer, list client.Workspaces) {
	table(w, "WORKSPACE\tPROFILE\tCLOCK\tMOVEMENTS\tSIZE\tREQUESTS\tLAST USED\tEXPIRES", list.Workspaces, func(one client.Workspace) cells {
		expires := ""
		if one.Expires != nil {
			expires = one.Expires.UTC().Format(timeOfDay)
		}
		if one.Problem != "" {
			return cells{one.Name, one.Problem}
		}
		size := kilobytes(one.Bytes)
		if one.Full {
			size += ", full"
		}
		return cells{one.Name, one.Profile, one.Clock, one.Movements, size, one.Requests, one.LastUsed, expires}
	})
}

func kilobytes(n int64) string { return fmt.Sprintf("%d KB", (n+1023)/1024) }

func newWorkspaceShow() *cobra.Command {
	return callingServer(&cobra.Command{
		Use: "show NAME", Short: "Show one workspace", Example: `  nctsim workspace show team-a`, Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		one, err := c.Workspace(cmd.Context(), args[0])
		return out.result(err, one, func(w io.Writer) { writeWorkspace(w, c.Client, one) })
	})
}

func writeWorkspace(w io.Writer, c client.Client, one client.Workspace) {
	var rows []cells
	row := func(name, format string, args ...any) { rows = append(rows, cells{name, fmt.Sprintf(format, args...)}) }
	row("workspace", "%s", one.Name)
	row("address", "%s", c.Base()+one.Path)
	if one.Problem != "" {
		row("problem", "%s", one.Problem)
	} else {
		row("profile", "%s", one.Profile)
		row("clock", "%s, %s", one.Clock, one.Now.UTC().Format(timeOfDay))
		row("seed", "%d", one.Seed)
		row("movements", "%d, with %d messages", one.Movements, one.Messages)
		row("boxes", "%d", one.Boxes)
		size := kilobytes(one.Bytes)
		if one.MaxBytes > 0 {
			size += " of " + kilobytes(one.MaxBytes)
		}
		if one.Full {
			size += ", full: delete movements in it, or reset it"
		}
		row("size", "%s", size)
	}
	for _, name := range slices.Sorted(maps.Keys(one.Settings)) {
		row("setting", "%s=%s", name, one.Settings[name])
	}
	if begun := strings.TrimSpace(one.From + " " + one.Fork); begun != "" {
		row("begun as", "%s", begun)
	}
	row("made", "%s", one.Created.UTC().Format(timeOfDay))
	row("last used", "%s, %d requests, %d of them now", one.LastUsed.UTC().Format(timeOfDay), one.Requests, one.Open)
	if one.Expires != nil {
		row("expires", "%s", one.Expires.UTC().Format(timeOfDay))
	}
	table(w, "", rows, asItIs)
}

func newWorkspaceCreate() *cobra.Command {
	var o client.WorkspaceOptions
	var settings []string
	cmd := callingServer(&cobra.Command{
		Use:   "create NAME",
		Short: "Make a workspace: empty, from a snapshot, or as a copy of another one",
		Long: `Make a workspace. It has the settings of the server, but for those given with --set NAME=VALUE: all of
nctsim serve that are not about the process, its addresses and its files. It is empty, or begins with a
snapshot of the default workspace (--from), or as a copy of another workspace as it is now (--fork).

A workspace of that name stays as it is, but for its --ttl. The exit code is 1 when there is one that
was made in another way, or there are as many as there may be.`,
		Example: `  nctsim workspace create team-a
  nctsim workspace create nightly --ttl 2h --set profile=instant --set clock=manual --set seed=7
  nctsim workspace create after-release --from released
  nctsim workspace create team-b --fork team-a`,
		Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		for _, given := range settings {
			name, value, both := strings.Cut(given, "=")
			if !both || name == "" {
				return usageError("--set: %q is not a setting with its value; hint: write it as --set profile=instant", given)
			}
			if o.Settings == nil {
				o.Settings = map[string]string{}
			}
			o.Settings[name] = value
		}
		one, err := c.MakeWorkspace(cmd.Context(), args[0], o)
		return out.result(err, one, func(w io.Writer) { fmt.Fprintf(w, "workspace %s: %s\n", one.Name, c.Base()+one.Path) })
	})
	cmd.Flags().StringVar(&o.TTL, "ttl", "", "`DURATION` after which it is deleted if nobody uses it, as 30m or 24h; empty: as --workspace-ttl of the server says")
	cmd.Flags().StringVar(&o.From, "from", "", "the `NAME` of a snapshot of the default workspace that it begins with")
	cmd.Flags().StringVar(&o.Fork, "fork", "", "the `NAME` of a workspace that it begins as a copy of")
	cmd.Flags().StringArrayVar(&settings, "set", nil, "`NAME=VALUE` of a setting that it has of its own; may be given more than once")
	return cmd
}

func newWorkspaceDelete() *cobra.Command {
	return callingServer(&cobra.Command{
		Use:     "delete NAME",
		Short:   "Delete a workspace with everything in it",
		Example: `  nctsim workspace delete team-a`,
		Args:    arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		err := c.DeleteWorkspace(cmd.Context(), args[0])
		return out.result(err, struct{}{}, func(w io.Writer) { fmt.Fprintf(w, "workspace %s is deleted\n", args[0]) })
	})
}
