package replay_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"nctsim/simulator"
	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/schema"
	"nctsim/xsd"
)

// TestEveryScenario replays the whole library: every published trader test of phases 5 and 6, in its mode, the local
// flows and the examples. Each case has to pass, and its messages have to fit together.
func TestEveryScenario(t *testing.T) {
	library, err := simulator.Library("")
	if err != nil {
		t.Fatal(err)
	}
	runner, err := replay.New(t.Context(), replay.Options{Library: library, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	catalogue := loadCatalogue(t)
	results := runner.Run(t.Context(), replay.Cases(library.All()), nil)
	if len(results) < 191 {
		t.Fatalf("%d cases; the published scenarios alone are 191", len(results))
	}
	for _, r := range results {
		t.Run(r.Case.String(), func(t *testing.T) {
			if r.Verdict != "passed" {
				t.Fatalf("%s\n%s", r.Verdict, r.Explain())
			}
			if faults := incoherent(t, catalogue, r); len(faults) > 0 {
				t.Errorf("the messages do not fit together:\n%s", strings.Join(faults, "\n"))
			}
		})
	}
}

// TestReportsAreWellFormed writes the reports of a few cases.
func TestReportsAreWellFormed(t *testing.T) {
	library, err := simulator.Library("")
	if err != nil {
		t.Fatal(err)
	}
	runner, err := replay.New(t.Context(), replay.Options{Library: library, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	one, ok := library.Get("DSGB6")
	if !ok {
		t.Fatal("DSGB6 is not in the library")
	}
	results := runner.Run(t.Context(), replay.Cases(library.All()[:0:0]), nil)
	results = append(results, runner.Run(t.Context(), []replay.Case{{Scenario: one, Phase: message.Phase5}}, nil)...)
	var junit, evidence bytes.Buffer
	if err := errors.Join(replay.WriteJUnit(&junit, results), replay.WriteEvidence(&evidence, results)); err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(&junit)
	for names := []string{}; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			if !slices.Contains(names, "testsuite") || !slices.Contains(names, "testcase") {
				t.Errorf("the JUnit report has elements %v", names)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			names = append(names, start.Name.Local)
		}
	}
	for _, want := range []string{"DSGB6", "IE060", "IE029", "CC029C"} {
		if !strings.Contains(evidence.String(), want) {
			t.Errorf("the evidence does not speak of %s", want)
		}
	}
}

func loadCatalogue(t *testing.T) *message.Catalogue {
	t.Helper()
	sets := map[message.Phase]*schema.Set{}
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		set, err := schema.Load(xsd.Files, p.Dir())
		if err != nil {
			t.Fatal(err)
		}
		sets[p] = set
	}
	return message.NewCatalogue(sets)
}

// incoherent lists what does not fit together in a case that follows the usual process; messages that a scenario puts
// in the place of the office's own may say whatever they want.
func incoherent(t *testing.T, catalogue *message.Catalogue, r replay.Result) []string {
	t.Helper()
	for _, s := range r.Scenario.Steps {
		if s.Respond != nil || s.Inject != nil {
			return nil
		}
	}
	var departure composetest.Story
	var arrival composetest.Arrival
	for _, m := range r.Messages() {
		result := catalogue.Set(r.Phase).Validate(context.Background(), m.Body, schema.Options{})
		if !result.Valid() {
			t.Fatalf("%s does not fit its schema: %v", m.Type, result.Errors)
		}
		d, err := catalogue.Document(r.Phase, result.Root)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case m.Side == message.Departure && m.FromCustoms:
			departure.Received = append(departure.Received, d)
		case m.Side == message.Departure:
			departure.Sent = append(departure.Sent, d)
		case m.FromCustoms:
			arrival.Received = append(arrival.Received, d)
		default:
			arrival.Sent = append(arrival.Sent, d)
		}
	}
	var faults []string
	if len(departure.Sent) > 0 {
		faults = departure.Faults()
		arrival.Declaration = departure.Sent[0]
		for _, d := range departure.Sent {
			if d.Type.Code == "IE013" {
				arrival.Declaration = d
			}
		}
	}
	if len(arrival.Sent) > 0 {
		faults = append(faults, arrival.Faults()...)
	}
	return faults
}
