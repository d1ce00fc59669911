package replay_test

import (
	"testing"

	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// BenchmarkLibrary replays all scenarios in one process: the target is 10 s on two cores.
func BenchmarkLibrary(b *testing.B) { replays(b, library().All()) }

// BenchmarkScenario replays one: the target is 200 ms.
func BenchmarkScenario(b *testing.B) {
	s, _ := library().Get("ASGB3")
	replays(b, []*scenario.Scenario{s})
}

func replays(b *testing.B, list []*scenario.Scenario) {
	r, err := replay.New(b.Context(), replay.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	cases := replay.Cases(list)
	for b.Loop() {
		if n := replay.Count(r.Run(b.Context(), cases, nil)); n.Passed != len(cases) {
			b.Fatalf("%d of %d passed", n.Passed, len(cases))
		}
	}
	b.ReportMetric(float64(len(cases)), "scenarios")
}
