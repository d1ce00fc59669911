package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/replay"
	"nctsim/simulator/setting"
)

// shutdownTime is how long a stopping server may take to answer what it has accepted and to close its store. Container
// engines kill what has not stopped after 10 seconds.
const shutdownTime = 8 * time.Second

func newServe() *cobra.Command {
	config := simulator.Default()
	config.Version = version
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start a simulator",
		Long: `Start a simulator and run it until it is told to stop (Ctrl-C, or SIGTERM). It needs no
configuration: it listens on port 8080, keeps its data in a temporary file and takes any bearer
token. When everything is up it prints one line, "ready URL", on stdout; the log goes to stderr.

Every flag has an environment variable (--time-scale is NCTSIM_TIME_SCALE) and a key of the same
name in a YAML file (time-scale: 60). Flags win over variables, variables over the file. What lies in
/etc/nctsim is used where nothing else is named: nctsim.yaml, scenarios, registry.yaml,
applications.yaml, code-lists; a container mounts its configuration there.

The exit code is 0 after an orderly stop, 1 when the simulator could not start (port in use, data
of a newer version) or broke down, 2 when the configuration is wrong.`,
		Example: `  nctsim serve
  nctsim serve --data ./data --profile trader-test
  nctsim serve --clock manual --now 2026-03-02T09:15:00Z --seed 7   # the same bytes every time
  NCTSIM_ADDR=127.0.0.1:0 nctsim serve --output json`,
		Args: arguments(0, 0),
	}
	config.AddFlags(cmd.Flags())
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error {
		if err := config.Load(cmd.Flags(), os.Environ(), os.ReadFile); err != nil {
			return &exitError{exitUsage, err}
		}
		config.Logger = newLogger(cmd.ErrOrStderr(), config)
		for name, meant := range simulator.MisspeltVariables(cmd.Flags(), os.Environ()) {
			config.Logger.Warn("a variable is not a setting and is ignored; hint: did you mean "+meant, "variable", name)
		}
		for old, now := range simulator.FormerNames(cmd.Flags()) {
			config.Logger.Warn("a setting has an old name that goes with the next release", "old", old, "new", now)
		}
		config.Origins = setting.Origins(cmd.Flags())
		limitMemory()
		return serve(cmd.Context(), config, out)
	})
	return cmd
}

// collectAll is up to where the heap grows before the collector works harder: a burst of large messages must not multiply.
const collectAll = 256 << 20

// limitMemory sets the limit, unless the environment does (GOMEMLIMIT).
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(collectAll)
	}
}

// serve runs a simulator until the context ends or it breaks down.
func serve(ctx context.Context, config simulator.Config, out printer) error {
	runs := replay.NewRuns(config.Version)
	defer runs.Close()
	config.Runs = runs
	sim, err := simulator.New(config)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if err := sim.Start(ctx); err != nil {
		return err
	}
	go func() {
		<-sim.Loaded()
		debug.FreeOSMemory() // what reading schemas, rules and scenarios leaves is many times what is kept of it
	}()
	warn(config)
	if config.ReadyFile != "" {
		if err := writeReadyFile(config.ReadyFile, sim); err != nil {
			return stop(sim, err)
		}
		defer func() { _ = os.Remove(config.ReadyFile) }() // who reads it finds out that nobody answers
	}
	if err := announce(out, sim, config); err != nil {
		config.Logger.Error("the ready line could not be written", "error", err)
	}
	var broken error
	select {
	case <-ctx.Done():
	case broken = <-sim.Failed():
	}
	return stop(sim, broken)
}

// stop closes the simulator within the deadline, whatever the command's own context says.
func stop(sim *simulator.Simulator, broken error) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := sim.Close(ctx); broken == nil {
		return err
	}
	return broken
}

// readyNote is where a ready server answers, for programs.
func readyNote(sim *simulator.Simulator) map[string]any {
	return map[string]any{"url": sim.URL(), "controlUrl": sim.ControlURL(), "consoleUrl": sim.ConsoleURL(), "pid": os.Getpid()}
}

// writeReadyFile writes the ready note to a file, which is there whole or not at all.
func writeReadyFile(file string, sim *simulator.Simulator) error {
	note, err := json.Marshal(readyNote(sim))
	if err == nil {
		err = os.WriteFile(file+".new", append(note, '\n'), 0o644)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return fmt.Errorf("ready-file: %w; hint: name a file in a folder that this user may write to", err)
	}
	return nil
}

// announce writes the ready line: one line in either format.
func announce(out printer, sim *simulator.Simulator, c simulator.Config) error {
	if out.json {
		return json.NewEncoder(out).Encode(readyNote(sim))
	}
	data := c.Data
	if data == "" {
		data = "temporary"
	}
	control := ""
	if sim.ControlURL() != sim.URL() {
		control = ", control API " + sim.ControlURL()
	}
	if sim.ConsoleURL() != "" {
		control += ", console " + sim.ConsoleURL()
	}
	_, err := fmt.Fprintf(out, "ready %s (profile %s, clock %s, data %s%s)\n", sim.URL(), c.Profile, c.Clock, data, control)
	return err
}

// warn says what is fine on a developer's machine and may not be elsewhere.
func warn(c simulator.Config) {
	addr, flag := c.ControlAddr, "control-addr"
	if addr == "" {
		addr, flag = c.Addr, "addr"
	}
	if c.ControlToken == "" && c.ControlTokenFile == "" && !loopback(addr) {
		c.Logger.Info("anybody who reaches this machine can use the control API; hint: fine for a sandbox, else set control-token or a loopback address", flag, addr)
	}
	if c.Data != "" && c.Durability == simulator.DurabilityOS {
		c.Logger.Warn("accepted messages may be lost when the machine itself stops", "durability", c.Durability)
	}
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// newLogger writes the log in the format and from the level on that the configuration names.
func newLogger(w io.Writer, c simulator.Config) *slog.Logger {
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(c.LogLevel)) // validated
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == simulator.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
