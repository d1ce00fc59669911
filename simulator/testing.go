package simulator

import (
	"context"
	"errors"
	"time"

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
