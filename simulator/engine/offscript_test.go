package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/simtest/setup"
)

// scenarioOf is the text of a scenario with steps.
func scenarioOf(kind message.Kind, steps string) string {
	return "id: TEST\ntitle: A test\nmovement: " + string(kind) + "\nphases: [5, 6]\nsteps:\n" + steps
}

// Steps that many scenarios have.
const (
	declaring = "  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n"
	releasing = "  - timer: auto_release\n    expect: [IE029]\n"
	arriving  = "  - trader: { send: IE007, from: ie007-simplified }\n    expect: [IE043 >A]\n"
)

// playing is a player of a scenario of its own, in a profile.
func playing(profile string, kind message.Kind, steps string) *player {
	GinkgoHelper()
	w := run(options{profile: profile, scenarios: setup.Library(scenarioOf(kind, steps))})
	return w.player("TEST", message.Phase5)
}

var _ = Describe("A movement that leaves its scenario", func() {
	It("goes on by the usual process of the profile, with the default officer and the timers that were paused", func() {
		p := playing("fast", message.Departure, declaring+"  - officer: control\n    after: 1h\n    expect: [IE060]\n")
		p.step()
		p.advance(2 * time.Second) // auto_release is due and paused
		Expect(p.keeper().State).To(Equal(movement.Accepted))
		Expect(p.journal(p.first)).To(ContainSubstring("timer auto_release paused with 0s left: the scenario has not come to it (step 2 (officer control) comes first)"))

		p.attach(p.first, sample(message.Phase5, "ie014-invalidation", lrnPath, "", mrnPath, p.keeper().MRN))
		m := p.keeper()
		Expect(m.Script.Status).To(Equal(movement.Left))
		Expect(m.Script.Why).To(Equal("step 2 (officer control) at test1.yaml:8 waited for the time of the officer's control, but the trader sent IE014"))
		Expect(m.State).To(Equal(movement.CancellationRequested))
		Expect(m.Timers).To(ConsistOf(
			movement.Timer{Name: "officer_wait", Due: p.Clock.Now().Add(2 * time.Second)},
			movement.Timer{Name: "auto_release", Cause: "cancellation requested"},
		))
		p.advance(2 * time.Second)
		Expect(p.keeper().State).To(Equal(movement.Cancelled))
	})

	It("is left alone in a profile where nobody decides", func() {
		for profile, state := range map[string]movement.State{"trader-test": movement.CancellationRequested, "silent": movement.Accepted} {
			p := playing(profile, message.Departure, declaring+"  - officer: control\n    after: 1h\n    expect: [IE060]\n")
			p.step()
			p.attach(p.first, sample(message.Phase5, "ie014-invalidation", lrnPath, "", mrnPath, p.keeper().MRN))
			Expect(p.keeper().State).To(Equal(state), profile)
			p.advance(24 * time.Hour)
			Expect(p.types(p.first)).To(HavePrefix("IE015 IE928 IE028 IE014"), profile)
		}
	})

	It("does because of an officer who acts otherwise", func() {
		p := playing("trader-test", message.Departure, declaring+"  - trader: { send: IE014 }\n")
		p.step()
		p.act(p.first, "control")
		Expect(p.keeper().Script.Why).To(HaveSuffix("waited for the trader to send IE014, but the officer's action was control"))
		Expect(p.keeper().State).To(Equal(movement.UnderControl))
	})

	It("does not because of an action that is refused", func() {
		p := playing("trader-test", message.Departure, declaring+"  - trader: { send: IE014 }\n")
		p.step()
		_, err := p.Engine.Act(ctx, p.first, "accept", nil, "officer")
		Expect(err).To(MatchError(ContainSubstring("not possible")))
		Expect(p.keeper().Script.Status).To(Equal(movement.Following))
	})

	It("does because of an injected message, unless that is the one that comes next", func() {
		p := playing("fast", message.Departure, declaring+"  - inject: IE060\n    after: 1h\n"+releasing)
		p.step()
		_, _, err := p.Engine.Inject(ctx, p.first, engine.Injection{Type: "IE060", By: "test support"})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.keeper().Script.Step).To(Equal(2))
		Expect(p.keeper().Script.Status).To(Equal(movement.Following))
		_, _, err = p.Engine.Inject(ctx, p.first, engine.Injection{Type: "IE051", By: "test support"})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.keeper().Script.Why).To(HaveSuffix("waited for timer auto_release to fire, but IE051 was injected by test support"))
		Expect(p.keeper().State).To(Equal(movement.NotReleased))
	})

	It("does if customs answers otherwise than the scenario says", func() {
		p := playing("fast", message.Departure, "  - trader: { send: IE015, from: ie015-normal-gb-xi }\n    expect: [IE056]\n")
		p.step()
		m := p.keeper()
		Expect(m.Script.Why).To(Equal("step 1 (trader sends IE015) at test1.yaml:6 says that customs sends IE056, but IE928 came"))
		Expect(m.Timers).To(ConsistOf(movement.Timer{Name: "officer_wait", Due: p.Clock.Now().Add(2 * time.Second)}))
	})

	It("does if its officer cannot do what the scenario wants, and if they could do what the office should refuse", func() {
		p := playing("trader-test", message.Departure, declaring+"  - officer: accept\n    expect: [IE028]\n")
		p.play()
		Expect(p.keeper().Script.Why).To(ContainSubstring("step 2 (officer accept) at test1.yaml:8 cannot be done: action accept is not possible in state ACCEPTED"))

		p = playing("trader-test", message.Departure, declaring+"  - officer: release\n    refused: true\n")
		p.play()
		Expect(p.keeper().Script.Why).To(HaveSuffix("says that the office refuses, but it would not; nothing was done"))
		Expect(p.keeper().State).To(Equal(movement.Accepted))
	})

	It("does if a message of the scenario does not fit its schema, and sends nothing", func() {
		p := playing("trader-test", message.Departure, declaring+"  - inject: { send: IE060, set: { TypeOfControls/type: TOO-LONG-BY-FAR } }\n")
		p.play()
		Expect(p.keeper().Script.Why).To(MatchRegexp(`step 2 \(inject IE060\) at test1.yaml:8 cannot send IE060: .*TOO-LONG-BY-FAR.*; hint: force: true sends it all the same`))
		Expect(p.types(p.first)).To(Equal("IE015 IE928 IE028"))
		Expect(p.Bugs()).To(BeEmpty())

		p = playing("trader-test", message.Departure, declaring+"  - inject: { send: IE060, set: { TypeOfControls/type: TOO-LONG-BY-FAR }, force: true }\n")
		p.play()
		Expect(p.types(p.first)).To(Equal("IE015 IE928 IE028 IE060"))
		Expect(string(p.body(p.first, p.messages(p.first)[3].ID))).To(ContainSubstring("TOO-LONG-BY-FAR"))
	})

	It("does if the scenario is no longer what it was, or gone", func() {
		library := setup.Library(scenarioOf(message.Departure, declaring+releasing))
		w := run(options{profile: "fast", scenarios: library})
		changed, gone := w.player("TEST", message.Phase5), w.player("TEST", message.Phase5)
		gone.lrn = "GONE"
		changed.step()
		gone.step()

		_, err := library.Put("test1.yaml", []byte(scenarioOf(message.Departure, declaring)))
		Expect(err).NotTo(HaveOccurred())
		w.act(changed.first, "control")
		Expect(changed.keeper().Script.Why).To(Equal("test1.yaml has changed since the movement began"))

		library.Delete("TEST")
		w.advance(2 * time.Second)
		Expect(gone.keeper().Script.Why).To(Equal("the library has no such scenario any more"))
		Expect(gone.keeper().State).To(Equal(movement.Released), "the timer that found it out still fires")
	})

	It("has the timer of the script taken from it", func() {
		p := playing("trader-test", message.Departure, declaring+"  - officer: control\n    after: 1h\n    expect: [IE060]\n")
		p.step()
		Expect(p.keeper().Timers).To(ContainElement(HaveField("Name", script.Timer)))
		p.act(p.first, "cancel")
		Expect(p.keeper().Timers).To(BeEmpty())
	})
})

var _ = Describe("Two movements that follow one scenario", func() {
	// meeting is a transit whose goods have arrived.
	meeting := func(profile, steps string) *player {
		GinkgoHelper()
		p := playing(profile, message.Arrival, declaring+releasing+arriving+steps)
		for p.ids[message.Arrival] == "" {
			Expect(p.step()).To(BeTrue())
		}
		return p
	}
	arrival := func(p *player) movement.Movement { return p.movement(p.ids[message.Arrival]) }

	It("leave it together", func() {
		p := meeting("fast", "  - officer: release_goods\n    after: 1h\n    expect: [IE025 >A, IE045]\n")
		Expect(arrival(p).Script).To(Equal(movement.Script{Status: movement.Following, Keeper: p.first, Changes: arrival(p).Script.Changes}))
		Expect(arrival(p).Timers).To(ContainElement(HaveField("Name", script.Timer)))
		p.act(p.first, "incident")
		const why = "waited for the time of the officer's release_goods, but the officer's action was incident"
		Expect(p.keeper().Script.Why).To(HaveSuffix(why))
		Expect(arrival(p).Script.Status).To(Equal(movement.Left))
		Expect(arrival(p).Timers).To(BeEmpty())
		Expect(p.journal(arrival(p).ID)).To(ContainSubstring(why))
	})

	It("leave it together because of the arrival too, and the default officer takes over there", func() {
		p := meeting("fast", "  - officer: release_goods\n    after: 1h\n    expect: [IE025 >A, IE045]\n")
		_, _, err := p.Engine.Attach(ctx, arrival(p).ID, p.about("ie044-discrepancies"))
		Expect(err).NotTo(HaveOccurred())
		p.Settle()
		Expect(p.keeper().Script.Why).To(HaveSuffix("but the trader sent IE044"))
		Expect(arrival(p).Script.Status).To(Equal(movement.Left))
		Expect(arrival(p).Timers).To(ConsistOf(HaveField("Name", "officer_wait")))
		p.advance(2 * time.Second)
		Expect(arrival(p).State).To(Equal(movement.GoodsReleased))
		Expect(p.keeper().State).To(Equal(movement.WrittenOff))
	})

	It("have their officers each at its side", func() {
		p := meeting("trader-test", "  - officer: incident\n    expect: [IE182]\n"+
			"  - officer: release_goods\n    after: 5m\n    expect: [IE025 >A, IE045]\nend: goods_released\n")
		p.play()
		Expect(p.keeper().Script.Status).To(Equal(movement.Finished), p.all())
		Expect(p.story()).To(Equal("IE928 IE028 IE029 IE043 IE182 IE025 IE045"))
		Expect(p.all()).To(ContainSubstring("scenario TEST is through ("))
	})

	It("are answered by the scenario each at its side", func() {
		p := meeting("trader-test", "  - trader: { send: IE044, from: ie044-clean }\n"+
			"  - respond: [{ send: IE025, set: { TransitOperation/releaseIndicator: 4 } }, { send: IE019, delay: 1h }, { send: IE035, delay: 1h }]\n"+
			"    state: recovery\n    arrivalState: discrepancy_pending\n")
		p.play()
		Expect(p.keeper().Script.Status).To(Equal(movement.Finished), p.all())
		Expect(p.types(arrival(p).ID)).To(Equal("IE007 IE043 IE044 IE025"))
		Expect(p.types(p.first)).To(Equal("IE015 IE928 IE028 IE029 IE019 IE035"))
		Expect(p.Clock.Now().Sub(arrival(p).Updated)).To(Equal(2 * time.Hour))
	})

	It("are three when the first arrival was turned down", func() {
		p := playing("trader-test", message.Arrival, declaring+
			"  - trader: { send: IE007, from: ie007-simplified }\n    expect: [IE057 >A]\n"+releasing+arriving+
			"  - officer: release_goods\n    expect: [IE025 >A, IE045]\n")
		p.step()
		p.step()
		first := arrival(p).ID
		Expect(arrival(p).State).To(Equal(movement.ArrivalRejected))
		p.play()
		Expect(p.keeper().Script.Status).To(Equal(movement.Finished), p.all())
		Expect(arrival(p).ID).NotTo(Equal(first))
		Expect(p.types(first)).To(Equal("IE007 IE057"))
		Expect(arrival(p).State).To(Equal(movement.GoodsReleased))
	})

	It("are not joined by an arrival that the scenario does not await, nor by one that asks for another scenario", func() {
		library := setup.Library(scenarioOf(message.Departure, declaring+releasing),
			"id: OWN\ntitle: Own\nmovement: arrival\nphases: [5]\nsteps:\n"+arriving+"  - trader: { send: IE044 }\n    expect: [IE025 >A]\n")
		w := run(options{profile: "trader-test", scenarios: library})
		p := w.player("TEST", message.Phase5)
		p.play()
		Expect(p.keeper().Script.Status).To(Equal(movement.Finished))
		s := sample(message.Phase5, "ie007-simplified", mrnPath, p.keeper().MRN)
		s.Scenario = "OWN"
		own := w.post(s)
		Expect([]any{own.Scenario, own.Script.Status, own.Script.Keeper, own.Script.Step}).To(Equal([]any{"OWN", movement.Following, "", 1}))
		Expect(p.keeper().State).To(Equal(movement.Arrived))
	})

	It("go on without the partner when that is forgotten, as far as that goes", func() {
		p := meeting("fast", "  - officer: incident\n    after: 1h\n    expect: [IE182]\n  - officer: release_goods\n    expect: [IE025 >A, IE045]\n")
		Expect(p.Engine.Forget(ctx, arrival(p).ID)).To(Succeed())
		p.play()
		Expect(p.keeper().Script.Why).To(HaveSuffix("(officer release_goods) at test1.yaml:15 needs the arrival, but none follows the scenario"))
		Expect(p.types(p.first)).To(Equal("IE015 IE928 IE028 IE029 IE182"))
	})

	It("go on without the keeper when that is forgotten", func() {
		p := meeting("fast", "  - trader: { send: IE044 }\n    expect: [IE025 >A]\n")
		id := arrival(p).ID
		Expect(p.Engine.Forget(ctx, p.first)).To(Succeed())
		_, _, err := p.Engine.Attach(ctx, id, p.about("ie044-discrepancies"))
		Expect(err).NotTo(HaveOccurred())
		p.Settle()
		Expect(p.movement(id).Script.Why).To(Equal("the movement that keeps the position is gone"))
		p.advance(2 * time.Second)
		Expect(p.movement(id).State).To(Equal(movement.GoodsReleased))
	})
})

// about is a message of the trader at destination about the goods that have arrived.
func (p *player) about(name string) engine.Submission {
	GinkgoHelper()
	a := p.movement(p.ids[message.Arrival])
	s := sample(message.Phase5, name, mrnPath, a.MRN)
	s.EORI = a.EORI
	return s
}

var _ = Describe("Many movements that follow scenarios at once", func() {
	It("do not get in each other's way, in real time", func() {
		w := run(options{profile: "instant", clock: clock.Options{Mode: clock.Real}, scenarios: loadLibrary()})
		var players sync.WaitGroup
		for i, id := range []string{"EX-ARRIVAL", "ASGB4", "X-CONT-UNLOAD", "EX-ARRIVAL", "DSGB6", "ASGB3", "EX-ARRIVAL", "X-CANCEL-REFUSED"} {
			p := w.player(id, message.Phase5)
			p.lrn = fmt.Sprint("PLAYER", i)
			// What waits on the simulator's clock would take too long here.
			if slices.ContainsFunc(p.sc.Steps, func(st scenario.Step) bool { return st.Trader == nil && st.After > 0 }) {
				continue
			}
			players.Go(func() {
				defer GinkgoRecover()
				p.submit(p.sc.Opening())
				for sent := 0; ; {
					var m movement.Movement
					Eventually(func() bool {
						m = p.keeper()
						at := m.Script.Step
						return m.Script.Status != movement.Following || at > sent && p.sc.Steps[at].Trader != nil
					}, "20s", "1ms").Should(BeTrue())
					sent = m.Script.Step
					if m.Script.Status != movement.Following {
						Expect(m.Script.Status).To(Equal(movement.Finished), m.Script.Why)
						return
					}
					p.submit(&p.sc.Steps[m.Script.Step])
				}
			})
		}
		players.Wait()
		Expect(w.Bugs()).To(BeEmpty())
	})
})
