package simulator_test

import (
	"context"
	"fmt"
	"time"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// example stands for the *testing.T of a test.
type example struct{ clean []func() }

func (e *example) Helper()                           {}
func (e *example) Cleanup(f func())                  { e.clean = append(e.clean, f) }
func (e *example) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (e *example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (e *example) end() {
	for _, f := range e.clean {
		f()
	}
}

// exampleSimulator is one whose clock is moved by hand, so that every run gives the same.
func exampleSimulator(t simulator.TB) *simulator.Simulator {
	return simulator.RunT(t, func(c *simulator.Config) {
		c.Clock, c.Profile, c.Seed = clock.Manual, "trader-test", 1
		c.Now = time.Date(2026, time.March, 2, 9, 15, 0, 0, time.UTC)
	})
}

// exampleDeclaration declares goods in the normal procedure, with an LRN.
func exampleDeclaration(sim *simulator.Simulator, lrn string) client.MovementDetail {
	text, err := sim.Fixture(message.Phase5, "ie015-normal-gb-xi", scenario.Facts{LRN: lrn})
	if err != nil {
		panic(err)
	}
	m, err := sim.Declare(context.Background(), message.Phase5, text)
	if err != nil {
		panic(err)
	}
	return m
}

// A sample message is posted as the software of its trader would do it, and the clock is moved to what customs does next.
func ExampleSimulator_Declare() {
	t := &example{} // a *testing.T in a test
	defer t.end()
	ctx := context.Background()
	sim := exampleSimulator(t)

	text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "LRN-0001"})
	if err != nil {
		t.Fatalf("fixture: %v", err)
	}
	m, err := sim.Declare(ctx, message.Phase5, text)
	if err != nil {
		t.Fatalf("declare: %v", err)
	}
	fmt.Println(m.LRN, m.State)

	if _, err := sim.Advance(ctx, 45*time.Minute); err != nil {
		t.Fatalf("advance: %v", err)
	}
	m, err = sim.Movement(ctx, "LRN-0001")
	if err != nil {
		t.Fatalf("movement: %v", err)
	}
	fmt.Println(m.LRN, m.State)
	for _, r := range m.Records {
		fmt.Println(r.Received.Format(time.TimeOnly), r.Type, r.Status)
	}
	// Output:
	// LRN-0001 ACCEPTED
	// LRN-0001 RELEASED
	// 09:15:00 IE015 Success
	// 09:15:00 IE928 Received
	// 09:15:00 IE028 Received
	// 10:00:00 IE029 Received
}

// What an officer does is answered with what came of it. An action that the state does not allow is refused with those that
// it allows.
func ExampleSimulator_Officer() {
	t := &example{}
	defer t.end()
	ctx := context.Background()
	sim := exampleSimulator(t)
	exampleDeclaration(sim, "LRN-0001")

	done, err := sim.Officer(ctx, "LRN-0001", "reject", map[string]any{"justification": "Goods not presented"})
	if err != nil {
		t.Fatalf("officer: %v", err)
	}
	fmt.Println(done.Movement.State, done.Messages[0].Type)

	_, err = sim.Officer(ctx, "LRN-0001", "release", nil)
	fmt.Println(err)
	// Output:
	// REJECTED IE056
	// release is not possible in state REJECTED; hint: nothing can be done in this state
}

// Any message of customs can be placed in a movement: composed and changed, or as XML.
func ExampleSimulator_Inject() {
	t := &example{}
	defer t.end()
	ctx := context.Background()
	sim := exampleSimulator(t)
	exampleDeclaration(sim, "LRN-0001")

	placed, err := sim.Inject(ctx, "LRN-0001", client.Injection{MessageType: "IE060"})
	if err != nil {
		t.Fatalf("inject: %v", err)
	}
	fmt.Println(placed.Type, placed.Status)

	m, err := sim.Movement(ctx, "LRN-0001")
	if err != nil {
		t.Fatalf("movement: %v", err)
	}
	fmt.Println(m.State, m.Actions)
	// Output:
	// IE060 Received
	// UNDER_CONTROL [control release refuse_release guarantee_invalid cancel]
}

// The software of a trader reads what customs has sent over the Traders API.
func ExampleSimulator_Trader() {
	t := &example{}
	defer t.end()
	ctx := context.Background()
	sim := exampleSimulator(t)
	m := exampleDeclaration(sim, "LRN-0001")

	trader := sim.Trader(message.Phase5, m.EORI)
	list, err := trader.Messages(ctx, message.Departure, m.WireID)
	if err != nil {
		t.Fatalf("messages: %v", err)
	}
	for _, l := range list {
		body, err := trader.Body(ctx, message.Departure, m.WireID, l.ID)
		if err != nil {
			t.Fatalf("body: %v", err)
		}
		fmt.Println(l.Type, l.FromCustoms(), len(body) > 0)
	}
	// Output:
	// IE015 false true
	// IE928 true true
}
