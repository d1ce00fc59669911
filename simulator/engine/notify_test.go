package engine_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/store"
)

// box is a box of the usual client; it is made if it is not there.
func (w *world) box() string {
	b, err := w.Notify.Make(ctx, "client", notify.BoxName(message.Phase5), "")
	must(err)
	return b.ID
}

// notified are the types of the messages that were notified, in their order.
func (w *world) notified(box string) string {
	GinkgoHelper()
	found, err := w.Notify.Read(store.NotificationQuery{Box: box})
	Expect(err).NotTo(HaveOccurred())
	var types []string
	for _, n := range found {
		types = append(types, n.Type)
	}
	return strings.Join(types, " ")
}

var _ = Describe("A movement with a box", func() {
	post := func(w *world) movement.Movement {
		GinkgoHelper()
		s := simplified()
		s.BoxID = w.box()
		return w.post(s)
	}

	It("has one notification for each message from customs, injected ones too, and none for the trader's", func() {
		w := run(options{})
		m := post(w)
		w.act(m.ID, "release")
		_, _, err := w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE060"})
		Expect(err).NotTo(HaveOccurred())
		w.attach(m.ID, invalidation(w.movement(m.ID)))
		w.Settle()
		Expect("IE015 " + w.notified(m.BoxID) + " IE014").To(Equal(w.types(m.ID)))
		Expect(w.journal(m.ID)).To(ContainSubstring("notification of IE060 put into box " + m.BoxID))
	})

	It("has them also of what the next engine finds in the queue, and has them once", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer func() { w.Close() }()
		s := simplified()
		s.BoxID = w.box()
		_, _, err := w.Engine.Create(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.notified(s.BoxID)).To(BeEmpty())
		w.Restart()
		w.Settle()
		Expect(w.notified(s.BoxID)).To(Equal("IE928 IE028"))
		w.Restart()
		w.Settle()
		Expect(w.notified(s.BoxID)).To(Equal("IE928 IE028"))
	})

	It("has none of an event that was not stored", func() {
		w := run(options{})
		m := post(w)
		before := w.notified(m.BoxID)
		Expect(w.Engine.Overtaken(ctx, m.ID, "release", func() {
			Expect(w.Engine.Record(ctx, func(tx *store.Tx) ([]movement.Entry, error) {
				stored, err := tx.Movement(m.ID)
				if err != nil {
					return nil, err
				}
				stored.Script.Changes++
				return nil, tx.PutMovement(stored)
			})).To(Succeed())
		})).To(MatchError(engine.ErrMoved))
		Expect(w.notified(m.BoxID)).To(Equal(before))
	})

	It("loses its notifications after 30 days, whoever still keeps the movement", func() {
		w := run(options{})
		m := post(w)
		w.advance(notify.Retention)
		Expect(w.notified(m.BoxID)).NotTo(BeEmpty())
		w.advance(24 * time.Hour)
		Expect(w.notified(m.BoxID)).NotTo(ContainSubstring("IE928"))
		Expect(w.types(m.ID)).To(ContainSubstring("IE928"))
	})
})

var _ = Describe("A fault on notifications", func() {
	const repeated = "  - inject: IE060\n  - inject: IE060\n"

	story := func(steps string) (*player, string) {
		GinkgoHelper()
		w := run(options{scenarios: setup.Library(scenarioOf(message.Departure, steps))})
		p := w.player("TEST", message.Phase5)
		st := &p.sc.Steps[0]
		if st.Form == scenario.FormFault {
			st = &p.sc.Steps[1]
		}
		s := p.submission(st)
		s.BoxID, s.Scenario = w.box(), "TEST"
		m, _, err := w.Engine.Create(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		w.Settle()
		p.first = m.ID
		return p, s.BoxID
	}
	fault := func(effect string) string { return fmt.Sprintf("  - fault: { call: notification, %s }\n", effect) }

	It("loses the next ones, as many as it says, and the box has the others", func() {
		p, box := story(fault("drop: true") + declaring + fault("drop: true, times: 2") + repeated + "  - inject: IE060\n")
		Expect(p.types(p.first)).To(Equal("IE015 IE928 IE028 IE060 IE060 IE060"))
		Expect(p.notified(box)).To(Equal("IE028 IE060"))
		Expect(p.journal(p.first)).To(ContainSubstring("(fault on notification) met: the notification gets lost"))
		Expect(p.keeper().Script.Faults).To(BeEmpty())
	})

	It("does not meet those of the step before", func() {
		p, box := story(declaring + fault("duplicate: true") + repeated)
		Expect(p.notified(box)).To(Equal("IE928 IE028 IE060 IE060 IE060"))
		Expect(p.journal(p.first)).To(ContainSubstring("(fault on notification) met: there are two notifications"))
	})

	It("waits in vain where nobody is notified", func() {
		w := run(options{scenarios: setup.Library(scenarioOf(message.Departure, declaring+fault("drop: true")+repeated))})
		p := w.player("TEST", message.Phase5)
		p.play()
		Expect(p.keeper().Script.Faults).To(HaveLen(1))
	})
})
