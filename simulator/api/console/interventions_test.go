package console_test

import (
	"net/http"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

var _ = Describe("The page of faults and holds", func() {
	It("asks for faults, says how often they have struck, and takes them away", func() {
		sim := open()
		b := visit(sim)
		beGolden(b.get("interventions").Text, "interventions-none")
		Expect(b.follow(b.post("interventions/faults", "fault-does", "status", "fault-status", "503", "fault-call", "submit", "fault-times", "1")).Text).To(And(
			ContainSubstring("Fault 1 waits for calls"), ContainSubstring("<b>Answers 503</b>"), ContainSubstring("A message is sent")))
		b.follow(b.post("interventions/faults", "fault-does", "duplicate", "fault-call", "notification", "fault-percent", "20", "fault-eori", "GB123"))
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Declare(GinkgoT().Context(), message.Phase5, text)
		Expect(err).To(MatchError(ContainSubstring("503")))
		faults, err := sim.Client().Faults(GinkgoT().Context())
		Expect(err).NotTo(HaveOccurred())
		Expect(faults).To(HaveExactElements(
			And(HaveField("Call", "submit"), HaveField("Struck", 1), HaveField("UsedUp", true)),
			And(HaveField("Duplicate", true), HaveField("Percent", 20), HaveField("EORI", "GB123"))))
		beGolden(b.get("interventions").Text, "interventions-faults")
		Expect(b.follow(b.post("interventions/faults/1/remove")).Text).To(And(
			ContainSubstring("Fault 1 is taken away"), Not(ContainSubstring("Answers 503"))))
		Expect(b.follow(b.post("interventions/faults/1/remove")).Text).To(ContainSubstring("Nothing was done: there is no fault 1"))
	})

	DescribeTable("says what is wrong with a fault, at the field, and keeps what was written", func(at, text string, fields ...string) {
		b := visit(open())
		a := b.post("interventions/faults", append(fields, "fault-client", "what-I-wrote")...)
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring(`<a href="#`+at+`">`+text), ContainSubstring(`id="`+at+`-problem"`),
			ContainSubstring(`value="what-I-wrote"`), ContainSubstring(`id="fault-form" open`)))
	},
		Entry("that does nothing", "fault-does", "Choose what the fault does"),
		Entry("without its status", "fault-status", "Write the status", "fault-does", "status"),
		Entry("with the status of a success", "fault-status", "Status 200 is not that of an error; give one from 400 to 599", "fault-does", "status", "fault-status", "200"),
		Entry("with a status that is not a number", "fault-status", "&#34;x&#34; is not a number", "fault-does", "status", "fault-status", "x"),
		Entry("with a delay that is none", "fault-delay", "&#34;soon&#34; is not a delay", "fault-does", "delay", "fault-delay", "soon"),
		Entry("of no delay", "fault-delay", "Write how long", "fault-does", "delay"),
		Entry("that drops a call", "fault-does", "Drop, duplicate and overtaken are for notifications", "fault-does", "drop"),
		Entry("that hides nothing", "fault-late", "Late hides", "fault-does", "delay", "fault-delay", "1s", "fault-late", "1"),
		Entry("about no call", "fault-call", "A fault cannot be about", "fault-does", "reset", "fault-call", "dance"),
		Entry("with more than everything", "fault-percent", "Percent 101", "fault-does", "reset", "fault-percent", "101"),
	)

	It("holds messages, shows what is held, and releases, refuses and drops it", func() {
		sim := open()
		b := visit(sim)
		Expect(b.follow(b.post("interventions/holds", "hold-message", "IE015", "hold-lrn", "HELD-1")).Text).To(ContainSubstring("Hold 1 is there"))
		b.follow(b.post("interventions/holds", "hold-message", "IE015", "hold-lrn", "HELD-2"))
		b.follow(b.post("interventions/holds", "hold-message", "IE015", "hold-lrn", "HELD-3"))
		var ids []string
		for _, lrn := range []string{"HELD-1", "HELD-2", "HELD-3"} {
			ids = append(ids, declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: lrn}))
		}
		beGolden(b.get("interventions").Text, "interventions")
		beGolden(b.get("movements/"+ids[0]).Text, "movement-held")
		holds, err := sim.Client().Holds(GinkgoT().Context())
		Expect(err).NotTo(HaveOccurred())
		Expect(holds.Held).To(HaveLen(3))

		page := b.follow(b.post("held/"+holds.Held[0].ID+"/release", "back", "movements/"+ids[0])).Text
		Expect(page).To(And(ContainSubstring("It is released"), ContainSubstring("IE028"), Not(ContainSubstring("Held until you decide"))))
		Expect(b.follow(b.post("held/"+holds.Held[1].ID+"/refuse", "code", "zz")).Text).To(ContainSubstring("Nothing was done: code &#34;zz&#34; is not in the list"))
		page = b.follow(b.post("held/"+holds.Held[1].ID+"/refuse", "code", "14", "pointer", "/CC015C/TransitOperation/LRN", "reason", "BR20006", "back", "movements/"+ids[1])).Text
		Expect(page).To(And(ContainSubstring("The office has refused it"), ContainSubstring("IE056"), ContainSubstring("BR20006")))
		Expect(b.follow(b.post("held/" + holds.Held[2].ID + "/drop")).Text).To(And(ContainSubstring("It is dropped"), ContainSubstring("Nothing is held.")))
		Expect(b.follow(b.post("held/" + holds.Held[2].ID + "/release")).Text).To(ContainSubstring("Nothing was done: there is no held event"))
		Expect(b.follow(b.post("interventions/holds/1/remove")).Text).To(And(
			ContainSubstring("Hold 1 is taken away"), Not(ContainSubstring(`id="hold-1"`)), ContainSubstring(`id="hold-2"`)))
	})

	It("says on the page of a movement how much more of it is held than the page shows", func(ctx SpecContext) {
		sim := open()
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		_, err := sim.Client().HoldMovement(ctx, id, client.HoldRule{Message: "IE013"})
		Expect(err).NotTo(HaveOccurred())
		text, err := sim.Fixture(message.Phase5, "ie013-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(err).NotTo(HaveOccurred())
		amendment, err := simulator.Catalogue().Parse(message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		trader := sim.Trader(message.Phase5, "GB953574106000")
		for range 103 {
			_, err = trader.Submit(ctx, client.Submission{Type: amendment.Type, Movement: id, Text: text})
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(sim.Settle(ctx)).To(Succeed())
		Expect(visit(sim).get("movements/" + id).Text).To(ContainSubstring("3 more are held; those above have to go first"))
	})

	It("holds what comes next to a movement, from its page, until it is told to hold no more", func() {
		sim := open()
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(b.get("movements/" + id).Text).To(ContainSubstring("Hold what comes next"))
		page := b.follow(b.post("movements/" + id + "/hold")).Text
		Expect(page).To(And(ContainSubstring("is held from now on"), ContainSubstring("Hold no more"), Not(ContainSubstring("Hold what comes next"))))
		holds, err := sim.Client().Holds(GinkgoT().Context())
		Expect(err).NotTo(HaveOccurred())
		Expect(holds.Rules).To(HaveExactElements(HaveField("Movement", id)))
		Expect(b.follow(b.post("interventions/holds/"+holds.Rules[0].ID+"/remove", "back", "movements/"+id)).Text).To(ContainSubstring("Hold what comes next"))
		Expect(b.post("movements/0123456789abcdef/hold").StatusCode).To(Equal(http.StatusNotFound))
	})

	DescribeTable("says what is wrong with a hold, at the field", func(at, text string, fields ...string) {
		b := visit(open())
		a := b.post("interventions/holds", fields...)
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring(`<a href="#`+at+`">`+text), ContainSubstring(`id="hold-form" open`)))
	},
		Entry("of everything", "hold-message", "The rule would hold everything"),
		Entry("of two messages", "hold-message", "A rule is about a message of the trader or about one of customs", "hold-message", "IE015", "hold-before", "IE029"),
		Entry("of a message that traders do not send", "hold-message", "Traders do not send", "hold-message", "IE029"),
		Entry("of a message that customs does not send", "hold-before", "Customs does not send", "hold-before", "IE015"),
		Entry("of a movement that is not there", "hold-movement", "There is no movement", "hold-movement", "0123456789abcdef"),
		Entry("of so many that is not a number", "hold-times", "&#34;x&#34; is not a number", "hold-eori", "GB1", "hold-times", "x"),
	)

	It("changes nothing in a console that is read-only", func() {
		sim := open(func(c *simulator.Config) { c.Console = simulator.ConsoleReadOnly })
		b := visit(sim)
		ctx := GinkgoT().Context()
		_, err := sim.Client().Arm(ctx, client.FaultRule{Call: "token", Status: 503})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Client().Hold(ctx, client.HoldRule{Message: "IE015"})
		Expect(err).NotTo(HaveOccurred())
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "HELD-1"})
		for _, path := range []string{"interventions", "movements/" + id} {
			page := b.get(path).Text
			Expect(page).To(ContainSubstring("IE015 of the trader"))
			for _, form := range regexp.MustCompile(`<form method="post" action="([^"]*)"`).FindAllStringSubmatch(page, -1) {
				Expect(form[1]).To(HaveSuffix("theme"), path)
			}
		}
		for _, path := range []string{"interventions/faults", "interventions/faults/1/remove", "interventions/holds", "interventions/holds/2/remove", "held/3/release", "held/3/refuse", "held/3/drop", "movements/" + id + "/hold"} {
			Expect(b.post(path).StatusCode).To(Equal(http.StatusForbidden), path)
		}
	})
})
