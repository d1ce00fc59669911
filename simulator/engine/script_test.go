package engine_test

import (
	"cmp"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/scenarios"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/store"
)

var loadLibrary = sync.OnceValue(func() *scenario.Library {
	l := setup.Reader().Open(scenarios.Files, "")
	if problems := l.Problems(); len(problems) > 0 {
		panic(problems)
	}
	return l
})

// player plays the trader of a scenario, and nothing else.
type player struct {
	*world
	sc    *scenario.Scenario
	phase message.Phase
	lrn   string
	// first keeps the position; ids are the movements created last.
	first string
	ids   map[message.Kind]string
	sent  int
}

func (w *world) player(id string, p message.Phase) *player {
	GinkgoHelper()
	sc, ok := w.scenarios.Get(id)
	Expect(ok).To(BeTrue())
	return &player{world: w, sc: sc, phase: p, lrn: "PLAYED", ids: map[message.Kind]string{}}
}

// keeper is the movement with the position.
func (p *player) keeper() movement.Movement {
	GinkgoHelper()
	return p.movement(p.first)
}

// submission is the message of a step of the trader.
func (p *player) submission(st *scenario.Step) engine.Submission {
	GinkgoHelper()
	mrn := ""
	for _, id := range p.ids {
		mrn = cmp.Or(p.movement(id).MRN, mrn)
	}
	p.sent++
	d, err := st.Trader.Document(p.phase, scenario.Facts{LRN: p.lrn, MRN: mrn, Now: p.Clock.Now(), Identification: fmt.Sprint("P", p.sent)})
	Expect(err).NotTo(HaveOccurred())
	return engine.Submission{EORI: st.Trader.Sender(d), Phase: p.phase, Kind: d.Type.Kind, Body: d.Bytes(), Document: d}
}

// send sends the message of a step and lets everything settle.
func (p *player) send(st *scenario.Step) {
	GinkgoHelper()
	p.submit(st)
	p.Settle()
}

// submit sends the message of a step.
func (p *player) submit(st *scenario.Step) {
	GinkgoHelper()
	s := p.submission(st)
	// In phase 4 an IE007 of an arrival that is there notifies it again.
	if st.Trader.Send.Role == message.Creates && (p.phase.Generation() != message.GenerationPhase4 || p.ids[s.Kind] == "") {
		if p.first == "" {
			s.Scenario = p.sc.ID
		}
		m, _, err := p.Engine.Create(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		p.ids[s.Kind] = m.ID
		if p.first == "" {
			p.first = m.ID
		}
	} else {
		_, _, err := p.Engine.Attach(ctx, p.ids[s.Kind], s)
		Expect(err).NotTo(HaveOccurred())
	}
}

// step does one thing: it sends what the script waits for, or moves the clock to the next timer. False says that
// the script does not go on.
func (p *player) step() bool {
	GinkgoHelper()
	if p.first == "" {
		p.send(p.sc.Opening())
		return true
	}
	s := p.keeper().Script
	if s.Status != movement.Following {
		return false
	}
	if st := &p.sc.Steps[s.Step]; st.Trader != nil && !s.Begun {
		p.send(st)
		return true
	}
	_, happened, err := p.Engine.Advance(ctx, engine.Target{Next: true})
	Expect(err).NotTo(HaveOccurred())
	return len(happened) > 0
}

func (p *player) play() {
	GinkgoHelper()
	for p.step() {
		Expect(p.Bugs()).To(BeEmpty())
	}
}

// playThrough plays to the last step, with what the scenario expects.
func (p *player) playThrough() {
	GinkgoHelper()
	p.play()
	Expect(p.keeper().Script.Status).To(Equal(movement.Finished), p.sc.ID+"\n"+p.all())
	Expect(p.story()).To(HavePrefix(p.expected()), p.sc.ID+"\n"+p.all())
	Expect(p.all()).To(ContainSubstring("scenario "+p.sc.ID+" is through ("), p.sc.ID+"\n"+p.all())
}

// story is everything that customs has sent, to all movements, in the order of the journals.
func (p *player) story() string {
	GinkgoHelper()
	var types []string
	p.read(func(tx *store.Tx) error {
		entries, err := tx.Entries(0, 100000)
		for _, e := range entries {
			if e.Kind == movement.EntryMessage && strings.HasSuffix(e.Text, "sent to the trader") {
				types = append(types, e.Type)
			}
		}
		return err
	})
	return strings.Join(types, " ")
}

// all is the journals of all movements as one text.
func (p *player) all() string {
	GinkgoHelper()
	var b strings.Builder
	p.read(func(tx *store.Tx) error {
		entries, err := tx.Entries(0, 100000)
		for _, e := range entries {
			if e.Kind.OfStore() {
				continue
			}
			fmt.Fprintf(&b, "%s %s %s: %s (%s)\n", e.At.Format("15:04:05"), e.Movement[12:], e.Kind, e.Text, e.Why)
		}
		return err
	})
	return b.String()
}

// expected is what the scenario says that customs sends.
func (p *player) expected() string {
	var types []string
	for _, st := range p.sc.Steps {
		for _, e := range st.Expect {
			types = append(types, e.Type)
		}
	}
	return strings.Join(types, " ")
}

var _ = Describe("A scenario that is served", func() {
	for _, profile := range []string{"fast", "instant", "trader-test", "production", "silent"} {
		It("goes from its first to its last step in profile "+profile, func() {
			for _, id := range tier.Some([]string{
				"EX-RELEASE", "EX-OFFICER", "EX-MATCH", "EX-ARRIVAL", "EX-RESPOND", "EX-INJECT",
				"X-CANCEL-REFUSED", "X-CONT-UNLOAD", "X-DOC-REQUEST", "X-ENQUIRY", "X-INCIDENT", "X-INTENT-CONTROL", "X-RECOVERY-WRITEOFF",
				"DSGB1", "DSGB6", "ASGB3", "ASGB4", "ANGB1",
			}) {
				w := run(options{profile: profile, scenarios: loadLibrary()})
				p := w.player(id, message.Phase5)
				p.playThrough()
			}
		})
		It("goes from its first to its last step in profile "+profile+" in phase 4", func() {
			for _, id := range tier.Some([]string{
				"EX-PHASE-4", "X-P4-REQUEST-REFUSED", "P4-D02", "P4-D12", "P4-D13", "P4-D21", "P4-D22", "P4-TT13", "P4-TT14", "P4-TT17",
				"P4-TS-D1", "P4-TS-D2", "P4-TS-D4", "P4-TS-D6", "P4-TS-D9", "P4-TS-A1", "P4-TS-A5", "P4-TS-A6",
			}) {
				w := run(options{profile: profile, scenarios: loadLibrary()})
				w.player(id, message.Phase4).playThrough()
			}
		})
	}
})
