package simulator

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/store"
)

// TB is the part of testing.TB that RunT needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// closeTime is how long the simulator of a test may take to close.
const closeTime = 10 * time.Second

// RunT starts a simulator for a test on a free port of the loopback address and closes it when the test ends. It has the
// default configuration, changed by the functions given. The test fails when the simulator does not start, does not
// close, composes a message that its own schema refuses, or leaves a store that is not consistent.
func RunT(t TB, change ...func(*Config)) *Simulator {
	t.Helper()
	config := Default()
	config.Addr = "127.0.0.1:0"
	config.OnBug = func(err error) { t.Errorf("a message of the simulator does not fit its schema: %v", err) }
	for _, f := range change {
		f(&config)
	}
	sim, err := New(config)
	if err != nil {
		t.Fatalf("configure simulator: %v", err)
	}
	if err := sim.Start(context.Background()); err != nil {
		t.Fatalf("start simulator: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if err := sim.world.Load().store.Check(); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Errorf("the store of the simulator is not consistent: %v", err)
		}
		if err := sim.Close(ctx); err != nil {
			t.Errorf("close simulator: %v", err)
		}
	})
	return sim
}

// workspaceNumber makes the names of the workspaces of tests.
var workspaceNumber atomic.Int64

// WorkspaceT makes a workspace of a simulator for a test and deletes it when the test ends. It has the configuration of the simulator,
// changed by the functions given, and is a simulator of its own in every way but its address: tests that have a workspace each may run in
// parallel, and share the process. The test fails as that of RunT does. Config.Workspaces of the simulator has to be on or explicit.
//
//	var shared *simulator.Simulator // started once: simulator.RunT(t, func(c *simulator.Config) { c.Workspaces = simulator.WorkspacesExplicit })
//
//	func TestDeclares(t *testing.T) {
//		t.Parallel()
//		sim := simulator.WorkspaceT(t, shared, func(c *simulator.Config) { c.Profile = "instant" })
//		post(t, sim.URL()+"/customs/transits/movements/departures", declaration)
//	}
func WorkspaceT(t TB, sim *Simulator, change ...func(*Config)) *Simulator {
	t.Helper()
	bugs := func(c *Config) {
		c.OnBug = func(err error) { t.Errorf("a message of the simulator does not fit its schema: %v", err) }
	}
	name := "test-" + strconv.FormatInt(workspaceNumber.Add(1), 10)
	w, err := sim.Workspace(context.Background(), name, append([]func(*Config){bugs}, change...)...)
	if err != nil {
		t.Fatalf("make a workspace: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if err := w.world.Load().store.Check(); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Errorf("the store of the workspace is not consistent: %v", err)
		}
		if err := sim.DeleteWorkspace(ctx, name); err != nil && !client.IsNotFound(err) {
			t.Errorf("delete a workspace: %v", err)
		}
	})
	return w
}
