package simulator_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	. "github.com/onsi/gomega/gstruct"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// officed is a simulator whose clock stands still and whose officers are the spec.
func officed(ctx SpecContext) *simulator.Simulator {
	GinkgoHelper()
	sim, err := try(ctx, func(c *simulator.Config) {
		c.Profile, c.Clock, c.Now = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(sim.Close)
	return sim
}

// declared posts a sample declaration of phase 5 whose text was changed.
func declared(ctx SpecContext, sim *simulator.Simulator, name, lrn string, replace ...string) client.MovementDetail {
	GinkgoHelper()
	text, err := sim.Fixture(message.Phase5, name, scenario.Facts{LRN: lrn})
	Expect(err).NotTo(HaveOccurred())
	m, err := sim.Declare(ctx, message.Phase5, []byte(strings.NewReplacer(replace...).Replace(string(text))))
	Expect(err).NotTo(HaveOccurred())
	return m
}

// entries are those of a journal that satisfy a condition.
func entries(journal []movement.Entry, that func(movement.Entry) bool) (out []movement.Entry) {
	for _, e := range journal {
		if that(e) {
			out = append(out, e)
		}
	}
	return out
}

var _ = Describe("A journal entry", func() {
	It("says who did what, between whom, by which row of the process table", func(ctx SpecContext) {
		sim := officed(ctx)
		m := declared(ctx, sim, "ie015-simplified-gb-xi", "LRN-1")
		const row = "p56-departure-submitted-ie015-ok-type-a-simplifieddeparture-gc-ok"
		head := entries(m.Journal, func(e movement.Entry) bool { return e.Kind == movement.EntryEvent })[0]
		Expect(head).To(MatchFields(IgnoreExtras, Fields{
			"Cause": Equal(head.Number), "Actor": Equal(movement.Trader), "Sender": Equal(movement.Trader),
			"Recipient": Equal(movement.OfficeOfDeparture), "Row": Equal(row), "From": Equal(movement.Submitted), "To": Equal(movement.Accepted),
		}))
		sent := entries(m.Journal, func(e movement.Entry) bool { return e.Type == "IE028" && e.Kind == movement.EntryMessage })[0]
		Expect(sent).To(MatchFields(IgnoreExtras, Fields{
			"Cause": Equal(head.Number), "Actor": Equal(movement.Trader), "Sender": Equal(movement.OfficeOfDeparture),
			"Recipient": Equal(movement.Trader), "Row": Equal(row), "Message": Not(BeEmpty()),
		}))
		started := entries(m.Journal, func(e movement.Entry) bool { return e.Kind == movement.EntryTimer })[0]
		Expect(started).To(MatchFields(IgnoreExtras, Fields{
			"Timer": Equal("auto_release"), "Change": Equal(movement.TimerStarted), "Row": Equal(row), "Due": BeTemporally("==", m.Created.Add(45*time.Minute)),
		}))

		done, err := sim.Officer(ctx, m.ID, "request_documents", map[string]any{"documents": []any{map[string]any{"type": "C651"}}})
		Expect(err).NotTo(HaveOccurred())
		paused := entries(done.Happened, func(e movement.Entry) bool { return e.Kind == movement.EntryTimer })[0]
		Expect(paused).To(MatchFields(IgnoreExtras, Fields{
			"Actor": Equal(movement.Officer), "Change": Equal(movement.TimerPaused), "Remaining": Equal("45m0s"),
			"Row": Equal("p56-departure-accepted-officer-request-documents"),
		}))

		released, err := sim.Officer(ctx, m.ID, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		reserved := entries(released.Happened, func(e movement.Entry) bool { return e.Recipient == movement.GuaranteeSystem })
		Expect(reserved).NotTo(BeEmpty())
		Expect(reserved[0].Sender).To(Equal(movement.OfficeOfDeparture))

		_, err = sim.Inject(ctx, m.ID, client.Injection{MessageType: "IE060"})
		Expect(err).NotTo(HaveOccurred())
		after, err := sim.Movement(ctx, m.ID)
		Expect(err).NotTo(HaveOccurred())
		injected := entries(after.Journal, func(e movement.Entry) bool { return e.Kind == movement.EntryMessage && e.Type == "IE060" })
		Expect(injected[len(injected)-1]).To(MatchFields(IgnoreExtras, Fields{
			"Actor": Equal(movement.Injector), "Row": BeEmpty(), "Recipient": Equal(movement.Trader),
		}))
	})

	It("says of a timer that fires what it led to", func(ctx SpecContext) {
		sim := officed(ctx)
		m := declared(ctx, sim, "ie015-simplified-gb-xi", "LRN-1")
		happened, err := sim.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		fired := entries(happened, func(e movement.Entry) bool { return e.Change == movement.TimerFired })
		Expect(fired).To(HaveLen(1))
		Expect(fired[0]).To(MatchFields(IgnoreExtras, Fields{
			"Movement": Equal(m.ID), "Actor": Equal(movement.TimerParty), "Row": Equal("p56-departure-accepted-timer-auto-release"), "Cause": Equal(fired[0].Number),
		}))
	})

	It("gives what is wrong with a rejected message with rule, place and value", func(ctx SpecContext) {
		sim := officed(ctx)
		m := declared(ctx, sim, "ie015-simplified-gb-xi", "LRN-1", "<guaranteeType>1<", "<guaranteeType>X<")
		Expect(m.State).To(Equal(movement.Rejected))
		found := entries(m.Journal, func(e movement.Entry) bool { return e.Finding != movement.Finding{} })
		Expect(found[0]).To(MatchFields(IgnoreExtras, Fields{
			"Message": Equal(m.Records[0].ID), "Type": Equal("IE015"), "Row": Equal("p56-departure-submitted-ie015-errors"),
			"Finding": MatchFields(IgnoreExtras, Fields{
				"Code": Equal("12"), "Rule": Equal("CL251"), "Pointer": Equal("/CC015C/Guarantee[1]/guaranteeType"),
				"Path": Equal("/CC015C/Guarantee[1]/guaranteeType"), "Value": Equal("X"), "Text": Equal("the value must be one of code list CL251"),
			}),
		}))
		body, err := sim.Client().Body(ctx, m.ID, m.Records[0].ID)
		Expect(err).NotTo(HaveOccurred())
		line := strings.Split(string(body), "\n")[found[0].Finding.Line-1]
		Expect(line[found[0].Finding.Column-1:]).To(HavePrefix("<guaranteeType>X<"))
	})

	It("says the same of a message that is only validated", func(ctx SpecContext) {
		sim := officed(ctx)
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "LRN-1"})
		Expect(err).NotTo(HaveOccurred())
		broken := []byte(strings.Replace(string(text), "<guaranteeType>1<", "<guaranteeType>X<", 1))
		v, err := sim.Client().Validate(ctx, message.Phase5, broken)
		Expect(err).NotTo(HaveOccurred())
		Expect(v.Valid).To(BeFalse())
		m, err := sim.Declare(ctx, message.Phase5, broken)
		Expect(err).NotTo(HaveOccurred())
		Expect(v.Findings).To(Equal(m.Findings))
	})

	It("points into messages of phase 4 by path beside the titles of a rejection", func(ctx SpecContext) {
		sim := officed(ctx)
		text, err := sim.Fixture(message.Phase4, "ie015-normal-gb-xi", scenario.Facts{LRN: "P4"})
		Expect(err).NotTo(HaveOccurred())
		broken := strings.Replace(string(text), "<TypOfDecHEA24>T1<", "<TypOfDecHEA24>QQ<", 1)
		Expect(broken).NotTo(Equal(string(text)))
		m, err := sim.Declare(ctx, message.Phase4, []byte(broken))
		Expect(err).NotTo(HaveOccurred())
		found := entries(m.Journal, func(e movement.Entry) bool { return e.Finding.Code == "12" })
		Expect(found).NotTo(BeEmpty())
		Expect(found[0].Finding.Path).To(Equal("/CC015B/HEAHEA/TypOfDecHEA24"))
		Expect(found[0].Finding.Pointer).To(HavePrefix("HEA."))
		Expect(found[0].Finding.Rule).NotTo(BeEmpty())
		body, err := sim.Client().Body(ctx, m.ID, m.Records[0].ID)
		Expect(err).NotTo(HaveOccurred())
		line := strings.Split(string(body), "\n")[found[0].Finding.Line-1]
		Expect(line[found[0].Finding.Column-1:]).To(HavePrefix("<TypOfDecHEA24>"))
	})

	It("says where the step of a scenario stands", func(ctx SpecContext) {
		sim := officed(ctx)
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "DSGB6-1"})
		Expect(err).NotTo(HaveOccurred())
		ie015, _ := message.Phase5.TypeOfCode("IE015")
		receipt, err := sim.Trader(message.Phase5, "GB123456789012").Submit(ctx, client.Submission{Type: ie015, Text: text, Scenario: "DSGB6"})
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Settle(ctx)).To(Succeed())
		_, err = sim.Advance(ctx, 24*time.Hour)
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Movement(ctx, receipt.Movement)
		Expect(err).NotTo(HaveOccurred())
		said := entries(m.Journal, func(e movement.Entry) bool { return e.Kind == movement.EntryScenario })
		Expect(len(said)).To(BeNumerically(">", 2))
		for _, e := range said {
			Expect(e.File).To(HaveSuffix("DSGB6.yaml"))
			Expect(e.Line).To(BeNumerically(">", 0))
		}
		acted := entries(m.Journal, func(e movement.Entry) bool { return e.Kind == movement.EntryEvent && e.Actor == movement.ScenarioParty })
		Expect(acted).NotTo(BeEmpty())
		Expect(acted[0]).To(MatchFields(IgnoreExtras, Fields{"Step": BeNumerically(">", 0), "File": HaveSuffix("DSGB6.yaml"), "Line": BeNumerically(">", 0), "Row": Not(BeEmpty())}))
	})
})
