package replay_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/libxml"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest/tier"
	"nctsim/xsd"
)

// needed are the scenarios that specs ask everything for by name.
var needed = []string{"DSGB1", "DSGB6", "ASGB3", "P6-DSGB-01", "P6-PNXI-03", "X-CONT-UNLOAD"}

// played reports whether everything plays the i-th case of the library.
func played(i int, c replay.Case) bool {
	return tier.Plays(i) || slices.Contains(needed, c.Scenario.ID)
}

// everything replays the whole library once, side by side in this process, for all specs.
var everything = sync.OnceValue(func() map[string]replay.Result {
	r, err := replay.New(ctx, replay.Options{Seed: 1})
	if err != nil {
		panic(err)
	}
	out := map[string]replay.Result{}
	var cases []replay.Case
	for i, c := range replay.Cases(library().All()) {
		if played(i, c) {
			cases = append(cases, c)
		}
	}
	for _, result := range r.Run(ctx, cases, nil) {
		out[result.Case.String()] = result
	}
	return out
})

// catalogue is the published list of scenarios, nil where its folder is not there: the ids with the messages that customs
// sends, in order.
func catalogue() map[string][]string {
	dir, err := os.Getwd()
	Expect(err).NotTo(HaveOccurred())
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "shared", "flows", "catalogue.tsv"))
		if err == nil {
			return published(strings.Split(strings.TrimSpace(string(text)), "\n"))
		}
	}
	return nil
}

func published(lines []string) map[string][]string {
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	out := map[string][]string{}
	for _, line := range lines[1:] {
		row := strings.Split(line, "\t")
		id, expect := row[column["scenario"]], row[column["expect"]]
		out[id] = append(out[id], messagesIn(expect)...)
	}
	return out
}

// messagesIn reads "IE928>D; IE025>A".
func messagesIn(expect string) []string {
	var out []string
	for _, m := range strings.Split(expect, ";") {
		typ, side, found := strings.Cut(strings.TrimSpace(m), ">")
		if !found {
			continue
		}
		kind := message.Departure
		if side == "A" {
			kind = message.Arrival
		}
		out = append(out, scenario.Expected{Type: typ, Side: kind}.String())
	}
	return out
}

func came(r replay.Result) []string {
	var out []string
	for _, s := range r.Steps {
		out = append(out, s.Came()...)
	}
	return out
}

var _ = Describe("Every scenario", func() {
	for i, c := range replay.Cases(library().All()) {
		It(c.String()+" passes: "+c.Scenario.Title, func() {
			if !played(i, c) {
				tier.Whole()
			}
			r := everything()[c.String()]
			Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
			Expect(r.Steps).To(HaveLen(len(c.Scenario.Steps)))
		})
	}

	It("that is published is there and brings the published messages in their order", func() {
		all := catalogue()
		if all == nil {
			Skip("the folder with the published list of scenarios is not there; ids and messages were not compared with it")
		}
		tier.Whole()
		Expect(all).To(HaveLen(123 + 68 + 46))
		for id, want := range all {
			s, there := library().Get(id)
			Expect(there).To(BeTrue(), id)
			Expect(s.Phases).To(HaveLen(1), id)
			Expect(came(everything()[replay.Case{Scenario: s, Phase: s.Phases[0]}.String()])).To(Equal(want), id)
		}
	})

	It("brings messages that fit together and fit what the trader sent", func() {
		tier.Whole()
		compared := 0
		for _, r := range everything() {
			if strings.HasPrefix(r.Scenario.ID, "EX-") {
				continue // examples send what no office would
			}
			var declaration *message.Document
			for _, side := range r.Sides {
				sent, received := documents(r, side.Kind)
				compared += len(received)
				if side.Kind == message.Departure {
					Expect(composetest.Story{Sent: sent, Received: received}.Faults()).To(BeEmpty(), r.Case.String())
					declaration = current(sent, received)
					continue
				}
				Expect(composetest.Arrival{Declaration: declaration, Sent: sent, Received: received}.Faults()).To(BeEmpty(), r.Case.String())
			}
		}
		Expect(compared).To(BeNumerically(">", 700))
	})
})

// current is the declaration as it was last accepted.
func current(sent, received []*message.Document) *message.Document {
	amended := slices.ContainsFunc(received, func(d *message.Document) bool { return d.Type.Code == "IE004" })
	last := sent[0]
	for _, d := range sent {
		if d.Type.Code == "IE013" && amended {
			last = d
		}
	}
	return last
}

var _ = Describe("What customs composes in the scenarios of the library", func() {
	It("is valid by libxml2, too, whose verdict composing does not ask for", func() {
		tier.Whole()
		checked := 0
		compiled := map[message.Phase]*libxml.Schema{}
		for _, result := range everything() {
			if compiled[result.Phase] == nil {
				s, err := schema.Compile(xsd.Files, result.Phase.Dir())
				Expect(err).NotTo(HaveOccurred())
				compiled[result.Phase] = s
			}
			for _, m := range result.Messages() {
				if !m.FromCustoms || forced(result.Scenario, m.Type) {
					continue
				}
				verdict := compiled[result.Phase].Validate(m.Body)
				Expect(verdict.Valid).To(BeTrue(), "%s of %s: %v\n%s", m.Type, result.Case, verdict.Faults, m.Body)
				checked++
			}
		}
		Expect(checked).To(BeNumerically(">", 800))
	})
})

// forced reports whether a scenario sends messages of a type whatever their schema says.
func forced(s *scenario.Scenario, code string) bool {
	return slices.ContainsFunc(s.Steps, func(step scenario.Step) bool {
		return slices.ContainsFunc(step.Respond, func(m scenario.Message) bool { return m.Type.Code == code && (m.Force || m.Body != nil) }) ||
			step.Inject != nil && step.Inject.Type.Code == code && (step.Inject.Force || step.Inject.Body != nil)
	})
}
