package replay_test

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/suite"
)

func TestReplay(t *testing.T) {
	suite.Run(t, "Replay")
}

var ctx = context.Background()

// library is that of the program; tests that change one take a new one.
func library() *scenario.Library { return simulator.Library("") }

// read reads a scenario that has to be sound.
func read(text string, beside fs.FS) *scenario.Scenario {
	GinkgoHelper()
	s, err := simulator.Reader().Parse("mine/scenario.yaml", []byte(text), beside)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// departure is a scenario about a departure with the steps given, and MINE for an id.
func departure(steps string) *scenario.Scenario {
	GinkgoHelper()
	return read("id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nsteps:\n"+steps, nil)
}

// run replays a scenario in its first phase against a simulator of its own.
func run(s *scenario.Scenario) replay.Result {
	GinkgoHelper()
	l := library()
	l.Add(s)
	return runWith(replay.Options{Library: l, Seed: 1}, s)
}

func runWith(o replay.Options, s *scenario.Scenario) replay.Result {
	GinkgoHelper()
	r, err := replay.New(ctx, o)
	Expect(err).NotTo(HaveOccurred())
	return r.Run(ctx, []replay.Case{{Scenario: s, Phase: s.Phases[0]}}, nil)[0]
}

// get is a scenario of the library.
func get(id string) *scenario.Scenario {
	GinkgoHelper()
	s, ok := library().Get(id)
	Expect(ok).To(BeTrue(), id)
	return s
}

// changed is a scenario of the library with its text changed; every text has to be there.
func changed(id string, oldnew ...string) *scenario.Scenario {
	GinkgoHelper()
	text := string(get(id).Text)
	for i := 0; i < len(oldnew); i += 2 {
		Expect(text).To(ContainSubstring(oldnew[i]), id)
		text = strings.Replace(text, oldnew[i], oldnew[i+1], 1)
	}
	return read(text, nil)
}

// verdicts are those of the steps: "passed passed failed skipped".
func verdicts(r replay.Result) string {
	var out []string
	for _, s := range r.Steps {
		out = append(out, string(s.Verdict))
	}
	return strings.Join(out, " ")
}

// files is a folder of messages.
func files(name string, data []byte) fs.FS {
	return fstest.MapFS{path.Clean(name): {Data: data}}
}

// documents are the messages of one side, of the trader and of customs.
func documents(r replay.Result, side message.Kind) (sent, received []*message.Document) {
	GinkgoHelper()
	catalogue := simulator.Catalogue()
	for _, m := range r.Messages() {
		if m.Side != side {
			continue
		}
		d, err := catalogue.Parse(r.Phase, m.Body)
		Expect(err).NotTo(HaveOccurred(), "%s %s", r.Case, m.Type)
		if m.FromCustoms {
			received = append(received, d)
		} else {
			sent = append(sent, d)
		}
	}
	return sent, received
}

// explained is what a failed spec shows about a case.
func explained(r replay.Result) string { return fmt.Sprintf("%s\n%s", r.Case, r.Explain()) }
