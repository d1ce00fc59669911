package replay

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// The simulator compares for itself and leaves a scenario that is not followed. These specs are about a simulator that
// says of every step that it is done: the judge has to find out what is wrong.
var _ = Describe("The judge", func() {
	at := time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
	var sc *scenario.Scenario
	var entries []movement.Entry
	var messages map[string]*Message
	var catalogue *message.Catalogue
	kinds := map[string]message.Kind{"d": message.Departure, "a": message.Arrival}

	add := func(e movement.Entry) {
		e.Number, e.At = uint64(len(entries)+1), at
		if e.Movement == "" {
			e.Movement = "d"
		}
		entries = append(entries, e)
	}
	sent := func(id, typ string, body []byte) {
		t, _ := message.TypeOfCode(typ)
		add(movement.Entry{Kind: movement.EntryMessage, Message: id, Type: typ})
		messages[id] = &Message{Side: t.Kind, ID: id, Type: typ, Body: body, FromCustoms: t.Role == message.FromCustoms}
	}
	state := func(s movement.State) { add(movement.Entry{Kind: movement.EntryTransition, To: s}) }
	mark := func(step int, m movement.Mark) {
		add(movement.Entry{Kind: movement.EntryScenario, Step: step, Mark: m})
	}
	// good are the messages of a replay that passed.
	good := func(typ string) []byte {
		r, err := New(GinkgoT().Context(), Options{Library: mustLibrary(sc)})
		Expect(err).NotTo(HaveOccurred())
		for _, m := range r.Run(GinkgoT().Context(), []Case{{Scenario: sc, Phase: 5}}, nil)[0].Messages() {
			if m.Type == typ {
				return m.Body
			}
		}
		return nil
	}
	judge := func() []StepResult {
		b := bench{Case: Case{Scenario: sc, Phase: 5}, catalogue: catalogue, course: read(sc, kinds, entries), messages: messages, observed: true}
		return b.steps()
	}
	failures := func() (out []string) {
		for _, s := range judge() {
			out = append(out, s.Failures...)
		}
		return out
	}

	BeforeEach(func() {
		var err error
		sc, err = simulator.Reader().Parse("s.yaml", []byte("id: S\ntitle: T\nmovement: departure\nphases: [5]\nsteps:\n"+
			"  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n    state: accepted\n"+
			"    check:\n      IE028: { TransitOperation/MRN: { matches: \"^26GB\" } }\n"+
			"  - timer: auto_release\n    expect: [IE029]\nend: released\n"), nil)
		Expect(err).NotTo(HaveOccurred())
		catalogue = simulator.Catalogue()
		entries, messages = nil, map[string]*Message{}
	})
	begin := func() {
		sent("1", "IE015", good("IE015"))
		mark(1, movement.MarkNext)
		state(movement.Accepted)
		sent("2", "IE928", good("IE928"))
	}
	finish := func() {
		mark(1, movement.MarkDone)
		mark(2, movement.MarkNext)
		state(movement.Released)
		sent("4", "IE029", good("IE029"))
		mark(2, movement.MarkDone)
		mark(2, movement.MarkThrough)
	}

	It("finds nothing where nothing is wrong", func() {
		begin()
		sent("3", "IE028", good("IE028"))
		finish()
		sent("5", "IE045", nil) // what the usual process does afterwards
		state(movement.WrittenOff)
		Expect(failures()).To(BeEmpty())
		Expect(verdict(judge())).To(Equal(Passed))
	})
	It("finds a message that is missing", func() {
		begin()
		finish()
		Expect(failures()).To(Equal([]string{"customs should send IE928, IE028, but IE928 came"}))
	})
	It("finds a message too many", func() {
		begin()
		sent("3", "IE028", good("IE028"))
		sent("3b", "IE028", good("IE028"))
		finish()
		Expect(failures()).To(Equal([]string{"customs should send IE928, IE028, but IE928, IE028, IE028 came"}))
	})
	It("finds a message that came with another step", func() {
		begin()
		mark(1, movement.MarkDone)
		sent("3", "IE028", good("IE028"))
		sent("4", "IE029", good("IE029"))
		state(movement.Released)
		mark(2, movement.MarkDone)
		Expect(failures()).To(ConsistOf("customs should send IE928, IE028, but IE928 came", "customs should send IE029, but IE028, IE029 came"))
	})
	It("finds a message that does not fit its schema", func() {
		begin()
		sent("3", "IE028", []byte(`<ncts:CC028C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>x</messageSender></ncts:CC028C>`))
		finish()
		Expect(failures()).To(ContainElement(HavePrefix("the IE028 3 does not fit its schema: 1:")))
	})
	It("finds a message that cannot be read", func() {
		begin()
		sent("3", "IE028", nil)
		finish()
		Expect(failures()).To(Equal([]string{"the IE028 3 stands in the journal, but the trader cannot read it"}))
	})
	It("finds a content that fails a check", func() {
		sc.Steps[0].Checks[0].Present, sc.Steps[0].Checks[0].Matches = new(bool), nil
		begin()
		sent("3", "IE028", good("IE028"))
		finish()
		Expect(failures()).To(HaveExactElements(MatchRegexp(`^IE028: TransitOperation/MRN should be absent, but is "26GB.*" \(s.yaml:10\)$`)))
	})
	It("finds other states, on the way and at the end", func() {
		begin()
		sent("3", "IE028", good("IE028"))
		state(movement.GuaranteeAmendment)
		mark(1, movement.MarkDone)
		sent("4", "IE029", good("IE029"))
		state(movement.Arrived)
		mark(2, movement.MarkDone)
		mark(2, movement.MarkThrough)
		Expect(failures()).To(Equal([]string{
			"the departure should be in ACCEPTED, but is in GUARANTEE_AMENDMENT", "at the end the departure should be in RELEASED, but is in ARRIVED",
		}))
	})
	It("finds that the scenario came to a stop", func() {
		begin()
		sent("3", "IE028", good("IE028"))
		mark(1, movement.MarkDone)
		mark(2, movement.MarkNext)
		Expect(failures()).To(Equal([]string{"it was not done"}))
		Expect(judge()[1].Verdict).To(Equal(Failed))
	})
	It("finds that nothing was ever sent", func() {
		mark(1, movement.MarkNext)
		steps := judge()
		Expect(steps[0].Failures).To(Equal([]string{"the trader has not sent the IE015"}))
		Expect(steps[1].Verdict).To(Equal(Skipped))
	})
})

func mustLibrary(s *scenario.Scenario) *scenario.Library {
	GinkgoHelper()
	l := simulator.Library("")
	l.Add(s)
	return l
}
