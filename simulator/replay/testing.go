package replay

import (
	"context"
	"errors"
	"time"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/scenario"
)

// testTime is how long a helper for tests may take, in real time.
const testTime = time.Minute

// RunT replays scenarios by their ids against the simulator of a test, in all their phases, and fails the test with an
// explanation when one does not pass. A manual clock is moved as far as the scenarios need.
//
//	sim := simulator.RunT(t, func(c *simulator.Config) { c.Clock, c.Scenarios = clock.Manual, "testdata" })
//	replay.RunT(t, sim, "MY-SCENARIO", "DSGB6")
func RunT(t simulator.TB, sim *simulator.Simulator, ids ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	target := Target{URL: sim.URL(), Control: sim.ControlURL(), Token: sim.ControlToken()}.complete()
	defer target.Client.CloseIdleConnections()
	r, err := New(ctx, Options{Target: &target, Seed: clock.RandomSeed(), Parallel: 1})
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	for _, id := range ids {
		s, ok := sim.Scenario(id)
		if !ok {
			t.Fatalf("replay: the simulator knows no scenario %s", id)
		}
		for _, result := range r.Run(ctx, Cases([]*scenario.Scenario{s}), nil) {
			if result.Verdict != Passed {
				t.Errorf("%s %s\n%s", result.Case, result.Verdict, result.Explain())
			}
		}
	}
}

// WatchT judges what a test itself does as the trader. It watches for movements that follow the scenario from now on;
// the function that it returns gives the verdict, and fails the test with an explanation if it is not good.
//
//	judge := replay.WatchT(t, sim, "DSGB6")
//	// … your software declares goods with the header Gov-Test-Scenario: DSGB6 …
//	judge()
func WatchT(t simulator.TB, sim *simulator.Simulator, id string) (judge func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	target := Target{URL: sim.URL(), Control: sim.ControlURL(), Token: sim.ControlToken()}.complete()
	ready, done := make(chan struct{}), make(chan struct{})
	var results []Result
	var err error
	go func() {
		defer close(done)
		results, err = Watch(ctx, WatchOptions{Target: target, IDs: []string{id}, Ready: func() { close(ready) }})
	}()
	stop := func() {
		cancel()
		<-done
		target.Client.CloseIdleConnections()
	}
	t.Cleanup(stop)
	select {
	case <-ready:
	case <-done:
		t.Fatalf("watch for %s: %v", id, err)
	}
	return func() {
		t.Helper()
		settled, end := context.WithTimeout(context.Background(), testTime)
		defer end()
		if err := sim.Settle(settled); err != nil {
			t.Fatalf("settle: %v", err)
		}
		stop()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("watch for %s: %v", id, err)
		}
		for _, r := range results {
			if r.Verdict != Passed {
				t.Errorf("%s %s\n%s", r.Case, r.Verdict, r.Explain())
			}
		}
	}
}
