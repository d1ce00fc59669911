package record_test

import (
	"context"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/record"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/tier"
)

var ctx = context.Background()

// take looks at movements as the control API shows them.
func take(c client.Client, ids ...string) []record.Side {
	GinkgoHelper()
	var out []record.Side
	for _, id := range ids {
		m, err := c.Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		side := record.Side{MovementDetail: m, Bodies: map[string][]byte{}}
		for _, r := range m.Records {
			body, err := c.Body(ctx, id, r.ID)
			if client.IsNotFound(err) {
				continue
			}
			Expect(err).NotTo(HaveOccurred())
			side.Bodies[r.ID] = body
		}
		out = append(out, side)
	}
	return out
}

// played is a scenario of the library that was played, and the recording of it.
type played struct {
	replay.Result
	recording client.Recording
	err       error
	// again is what came of playing the recording.
	again replay.Result
}

// everything plays the library on one simulator, records it, and plays the recordings (under the race detector, see tier.Plays).
var everything = sync.OnceValue(func() map[string]played {
	library, reader, catalogue := simulator.Library(""), simulator.Reader(), simulator.Catalogue()
	config := simulator.Default()
	config.Addr, config.Profile, config.Clock, config.Now, config.Seed = "127.0.0.1:0", replay.DefaultProfile, clock.Manual, replay.DefaultNow, 1
	sim, err := simulator.New(config)
	Expect(err).NotTo(HaveOccurred())
	Expect(sim.Start(ctx)).To(Succeed())
	defer func() { Expect(sim.Close(ctx)).To(Succeed()) }()
	player, err := replay.New(ctx, replay.Options{Library: library, Seed: 1, Target: &replay.Target{URL: sim.URL()}})
	Expect(err).NotTo(HaveOccurred())
	c := client.Client{URL: sim.URL()}

	out := map[string]played{}
	var cases []replay.Case
	var plays []replay.Case
	for i, c := range replay.Cases(library.All()) {
		if tier.Plays(i) {
			plays = append(plays, c)
		}
	}
	for _, r := range player.Run(ctx, plays, nil) {
		p := played{Result: r}
		var ids []string
		for _, s := range r.Sides {
			ids = append(ids, s.ID)
		}
		p.recording, p.err = record.Record(take(c, ids...), record.Options{
			Catalogue: catalogue, Reader: reader, Mode: r.Scenario.Mode, ID: fmt.Sprintf("REC-%s-%s", r.Scenario.ID, r.Phase),
		})
		if p.err == nil {
			var s *scenario.Scenario
			s, p.err = parse(reader, p.recording)
			if p.err == nil {
				library.Add(s)
				cases = append(cases, replay.Case{Scenario: s, Phase: r.Phase})
			}
		}
		out[r.Case.String()] = p
	}
	again, err := replay.New(ctx, replay.Options{Library: library, Seed: 7})
	Expect(err).NotTo(HaveOccurred())
	results := map[string]replay.Result{}
	for _, r := range again.Run(ctx, cases, nil) {
		results[r.Scenario.ID] = r
	}
	for name, p := range out {
		p.again = results[p.recording.ID]
		out[name] = p
	}
	return out
})

func parse(reader *scenario.Reader, r client.Recording) (*scenario.Scenario, error) {
	files := scenario.Files{}
	for _, f := range r.Files {
		files[f.Name] = []byte(f.Text)
	}
	return reader.Parse(r.ID+".yaml", []byte(r.YAML), files)
}

// came are the messages of customs and the states after each step that brought something.
func came(r replay.Result) string {
	var out []string
	for _, s := range r.Steps {
		out = append(out, s.Came()...)
	}
	return strings.Join(out, " ")
}

var _ = Describe("A scenario of the library", func() {
	library := simulator.Library("")
	for i, c := range replay.Cases(library.All()) {
		It("is recorded as it was played: "+c.String(), func() {
			tier.Slow()
			if !tier.Plays(i) {
				tier.Whole()
			}
			p := everything()[c.String()]
			Expect(p.Verdict).To(Equal(replay.Passed), p.Explain())
			Expect(p.err).NotTo(HaveOccurred(), p.recording.YAML)
			Expect(p.again.Verdict).To(Equal(replay.Passed), "%s\n%s", p.again.Explain(), p.recording.YAML)
			Expect(came(p.again)).To(Equal(came(p.Result)))
		})
	}
})
