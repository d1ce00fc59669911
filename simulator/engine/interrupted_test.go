package engine_test

import (
	"errors"
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/setup"
)

// interrupted has the engine stopped whenever something happens: what the trader sends is accepted by an engine
// that does not run, and timers fall due while there is none. The next engine takes it up.
func (p *player) interrupted(happen func()) {
	p.Close()
	p.Open()
	happen()
	p.Restart()
	p.Settle()
}

// stepInterrupted is step with an engine that ends in the middle of it.
func (p *player) stepInterrupted() bool {
	if p.first == "" {
		p.interrupted(func() { p.submit(p.sc.Opening()) })
		return true
	}
	s := p.keeper().Script
	if s.Status != movement.Following {
		return false
	}
	if st := &p.sc.Steps[s.Step]; st.Trader != nil && !s.Begun {
		p.interrupted(func() { p.submit(st) })
		return true
	}
	next, ok, err := p.Engine.NextTimer()
	must(err)
	if ok {
		p.interrupted(func() { must(p.Clock.MoveTo(next.Due)) })
	}
	return ok
}

// served are scenarios with everything that a script can do.
var served = []string{"EX-OFFICER", "EX-RESPOND", "EX-INJECT", "EX-ARRIVAL", "X-CONT-UNLOAD", "X-DOC-REQUEST", "DSGB6", "ASGB4", "ANGB1"}

// told plays a scenario and gives all that was stored about it. The engine is interrupted when the function says
// so, which is asked before every step.
func told(dir, id, profile string, phase message.Phase, interrupt func() bool) string {
	w := newWorld(dir, options{profile: profile, scenarios: loadLibrary()})
	defer func() { w.Close() }()
	must(w.Start())
	p := w.player(id, phase)
	for on := true; on; {
		if interrupt() {
			on = p.stepInterrupted()
		} else {
			on = p.step()
		}
	}
	Expect(p.keeper().Script.Status).To(Equal(movement.Finished), id+"\n"+p.all())
	Expect(p.story()).To(Equal(p.expected()), id+"\n"+p.all())
	Expect(w.Bugs()).To(BeEmpty())
	return w.everything()
}

var _ = Describe("An engine that ends in the middle of a scenario", func() {
	never := func() bool { return false }
	always := func() bool { return true }

	for _, id := range served {
		It("goes on at the same step when it starts again, does nothing twice, and gives the same bytes: "+id, func() {
			for _, profile := range []string{"trader-test", "silent"} {
				Expect(told(GinkgoT().TempDir(), id, profile, message.Phase5, always)).
					To(Equal(told(GinkgoT().TempDir(), id, profile, message.Phase5, never)))
			}
		})
	}

	It("keeps a fault that waits for the other side of the journey", func() {
		p := playing("trader-test", message.Arrival, declaring+releasing+"  - fault: { call: submit, status: 503 }\n"+arriving)
		p.step()
		p.step()
		p.Restart()
		_, _, err := p.Engine.Create(ctx, p.submission(&p.sc.Steps[3]))
		var met *engine.FaultError
		Expect(errors.As(err, &met)).To(BeTrue(), "%v", err)
		Expect(met.Fault).To(HaveField("Status", 503))
		p.play()
		Expect(p.keeper().Script.Status).To(Equal(movement.Finished), p.all())
	})

	It("keeps faults armed that no call has met", func() {
		w := run(options{scenarios: setup.Library(scenarioOf(message.Departure, declaring+"  - fault: { call: message, status: 500, times: 2 }\n"+releasing))})
		p := w.player("TEST", message.Phase5)
		p.step()
		meet := func() *scenario.Fault {
			f, err := w.Engine.Fault(ctx, scenario.CallMessage, p.keeper().EORI, p.first)
			Expect(err).NotTo(HaveOccurred())
			return f
		}
		Expect(meet()).NotTo(BeNil())
		w.Restart()
		Expect(meet()).NotTo(BeNil())
		w.Restart()
		Expect(meet()).To(BeNil())
	})
})

// TestScenariosAnyInterruption plays scenarios with engines that end whenever they like. Nothing may be lost or
// done twice, and all bytes must be the same.
func TestScenariosAnyInterruption(t *testing.T) {
	RegisterTestingT(t)
	uninterrupted := map[string]string{}
	rapid.Check(t, func(r *rapid.T) {
		id := rapid.SampledFrom(served).Draw(r, "scenario")
		profile := rapid.SampledFrom([]string{"fast", "instant", "trader-test", "silent"}).Draw(r, "profile")
		phase := message.Phase5
		if sc, _ := loadLibrary().Get(id); sc.For(message.Phase6) && rapid.Bool().Draw(r, "phase 6") {
			phase = message.Phase6
		}
		breaks := rapid.SliceOfN(rapid.Bool(), 30, 30).Draw(r, "breaks")
		i := 0
		tell := func(interrupt func() bool) string { return told(t.TempDir(), id, profile, phase, interrupt) }
		key := fmt.Sprint(id, profile, phase)
		if uninterrupted[key] == "" {
			uninterrupted[key] = tell(func() bool { return false })
		}
		whole := uninterrupted[key]
		if broken := tell(func() bool { i++; return breaks[i%len(breaks)] }); broken != whole {
			r.Fatalf("without interruption:\n%s\nwith:\n%s", whole, broken)
		}
	})
}
