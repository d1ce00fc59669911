package replay_test

import (
	"context"
	"fmt"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// example stands for the *testing.T of a test.
type example struct{ clean []func() }

func (e *example) Helper()                           {}
func (e *example) Cleanup(f func())                  { e.clean = append(e.clean, f) }
func (e *example) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (e *example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (e *example) end() {
	for i := range e.clean {
		e.clean[len(e.clean)-1-i]()
	}
}

// Scenarios are played and judged in a test of yours; one that does not pass fails it with an explanation.
func ExampleRunT() {
	t := &example{} // a *testing.T in a test
	defer t.end()
	sim := simulator.RunT(t, func(c *simulator.Config) { c.Clock, c.Profile = clock.Manual, "trader-test" })
	replay.RunT(t, sim, "DSGB6", "ASGB3")
	fmt.Println("both have passed")
	// Output: both have passed
}

// Your own software is the trader, and the scenario says whether what comes of it is right.
func ExampleWatchT() {
	t := &example{} // a *testing.T in a test
	defer t.end()
	ctx := context.Background()
	sim := simulator.RunT(t, func(c *simulator.Config) { c.Clock, c.Profile = clock.Manual, "trader-test" })
	judge := replay.WatchT(t, sim, "DSGB6")

	// What your software does, here in a few lines:
	text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "LRN-0001"})
	if err != nil {
		t.Fatalf("fixture: %v", err)
	}
	_, err = sim.Trader(message.Phase5, "GB954131533000").Submit(ctx, client.Submission{
		Type: message.Phase5.Creating(message.Departure), Text: text, Scenario: "DSGB6",
	})
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	if err := sim.Settle(ctx); err != nil {
		t.Fatalf("settle: %v", err)
	}
	if _, err := sim.Client().Advance(ctx, client.Target{To: client.Next}); err != nil {
		t.Fatalf("advance: %v", err)
	}

	judge()
	fmt.Println("it has followed DSGB6")
	// Output: it has followed DSGB6
}
