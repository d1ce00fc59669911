package main

import (
	"cmp"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/workspace"
)

// remote is the running simulator that a command is about.
type remote struct {
	client.Client
	// workspace is the one that the command is about, "" for the default one.
	workspace string
}

// addFlags declares the flags of addServerFlags, and --workspace.
func (c *remote) addFlags(cmd *cobra.Command) {
	c.addServerFlags(cmd)
	cmd.Flags().StringVar(&c.workspace, "workspace", os.Getenv(simulator.EnvPrefix+"WORKSPACE"), "the `NAME` of the workspace that it is about; also NCTSIM_WORKSPACE; empty: the default one")
	cmd.Flags().Lookup("workspace").DefValue = ""
	token := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if err := token(cmd, args); err != nil {
			return err
		}
		if err := workspace.CheckName(cmp.Or(c.workspace, client.DefaultWorkspace)); err != nil {
			return usageError("--workspace: %v", err)
		}
		if err := c.Check(); err != nil {
			return &exitError{exitUsage, err}
		}
		c.Client = c.In(c.workspace)
		return nil
	}
}

// addServerFlags declares --url, --token and --token-file. Their defaults come from the environment: NCTSIM_URL, or else the addresses that
// `nctsim serve` would take from it, so that in one container or shell the commands find the server by themselves.
func (c *remote) addServerFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.URL, "url", defaultURL(os.Getenv), "`URL` of the simulator's control API; also NCTSIM_URL")
	cmd.Flags().StringVar(&c.Token, "token", os.Getenv(simulator.Variable("control-token")), "its control `TOKEN`, if it wants one; also NCTSIM_CONTROL_TOKEN")
	// The usage text would show a token out of the environment.
	cmd.Flags().Lookup("token").DefValue = ""
	file := cmd.Flags().String("token-file", os.Getenv(simulator.Variable("control-token-file")), "`FILE` that holds the control token; also NCTSIM_CONTROL_TOKEN_FILE")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		return c.readToken(cmd.Flags().Changed("token"), cmd.Flags().Changed("token-file"), *file)
	}
}

// callWork is what a command does with a running simulator.
type callWork func(cmd *cobra.Command, c remote, out printer, args []string) error

// calling completes a command that makes calls to a running simulator and prints what they give.
func calling(cmd *cobra.Command, work callWork) *cobra.Command {
	return callingWith((*remote).addFlags, cmd, work)
}

// callingServer is calling for a command that is about the server, and not about one of its workspaces.
func callingServer(cmd *cobra.Command, work callWork) *cobra.Command {
	return callingWith((*remote).addServerFlags, cmd, work)
}

func callingWith(addFlags func(*remote, *cobra.Command), cmd *cobra.Command, work callWork) *cobra.Command {
	var c remote
	addFlags(&c, cmd)
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error { return work(cmd, c, out, args) })
	return cmd
}

// readToken takes the token out of a file if there is one. What stands on the command line wins over the environment.
func (c *remote) readToken(tokenGiven, fileGiven bool, file string) error {
	switch {
	case file == "" || tokenGiven && !fileGiven:
		return nil
	case c.Token != "" && fileGiven == tokenGiven:
		return usageError("--token and --token-file, or their variables, are both given; hint: leave one of them out")
	}
	var err error
	if c.Token, err = simulator.ReadToken(file); err != nil {
		return usageError("--token-file: %v", err)
	}
	return nil
}

func defaultURL(getenv func(string) string) string {
	if u := getenv(simulator.EnvPrefix + "URL"); u != "" {
		return u
	}
	for _, flag := range []string{"control-addr", "addr"} {
		if addr := getenv(simulator.Variable(flag)); addr != "" {
			return simulator.URLOf(addr)
		}
	}
	return simulator.URLOf(simulator.DefaultAddr)
}

func writeHappened(w io.Writer, entries []movement.Entry) {
	for _, e := range entries {
		why := ""
		if e.Why != "" {
			why = " (" + e.Why + ")"
		}
		fmt.Fprintf(w, "%s  %s  %s%s\n", e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.Movement, e.Text, why)
	}
}
