package api_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var _ = Describe("The actions of officers", func() {
	It("say what may be written beside them, with the codes of the lists that are known", func(ctx SpecContext) {
		all, err := newWorld().controlled().ActionShapes(ctx)
		Expect(err).NotTo(HaveOccurred())
		shapes := map[string]client.ActionShape{}
		for _, s := range all.Actions {
			shapes[s.Action] = s
		}
		Expect(shapes["release_goods"].Types).To(Equal([]message.Kind{message.Arrival}))
		Expect(shapes["incident"].Fields[0]).To(And(HaveField("Kind", "code"), HaveField("List", "CL019"), HaveField("Codes", ContainElement(HaveField("Code", "3")))))
		reasons := shapes["guarantee_invalid"].Fields[0]
		Expect(reasons).To(And(HaveField("Key", "guarantees"), HaveField("Kind", "list"), HaveField("Most", 99)))
		Expect(reasons.Fields[0]).To(And(HaveField("Key", "grn"), HaveField("Required", true), HaveField("Pattern", Not(BeEmpty()))))
		Expect(shapes["release"].Fields[0].Fields[1]).To(And(HaveField("Key", "date"), HaveField("Kind", "date")))
		Expect(shapes["release"].Example).To(HaveKey("controlResult"))
	})

	It("stand beside a movement with the reason why some are not possible", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		id := w.declare("DESK").movement
		w.settle()
		m, err := w.controlled().Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		var possible []string
		for i, s := range m.Desk {
			if s.Possible {
				possible = append(possible, s.Action)
				Expect(s.Why).To(BeEmpty())
				Expect(possible).To(HaveLen(i+1), "the possible come first")
			} else {
				Expect(s.Why).NotTo(BeEmpty(), s.Action)
			}
			switch s.Action {
			case "guarantee_invalid":
				Expect(s.Fields[0].Fields[0].Options).To(ConsistOf(between(declaration("X"), "<GRN>", "</GRN>")))
			case "accept":
				Expect(s.Why).To(Equal("the movement is in state ACCEPTED; it is possible in AWAITING_ACCEPTANCE"))
			}
		}
		Expect(possible).To(Equal(m.Actions))
	})
})

var _ = Describe("The reference", func() {
	It("has the row of every entry of a journal", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		id := w.declare("ROWS").movement
		w.settle()
		c := w.controlled()
		tables, err := c.Process(ctx)
		Expect(err).NotTo(HaveOccurred())
		rows := map[string]client.ProcessRow{}
		for _, t := range tables.Tables {
			for _, r := range t.Rows {
				rows[r.ID] = r
			}
		}
		m, err := c.Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		for _, e := range m.Journal {
			if e.Row != "" {
				Expect(rows).To(HaveKey(e.Row))
			}
		}
		Expect(rows["p56-departure-accepted-timer-auto-release"]).To(Equal(client.ProcessRow{
			ID: "p56-departure-accepted-timer-auto-release", From: []movement.State{movement.Accepted}, Kind: movement.EventTimer, Name: "auto_release",
			Sends: []string{"IE029"}, Timers: []string{"arm non_arrival"}, To: movement.Released,
		}))
	})

	It("knows the elements of messages with their titles and lists", func(ctx SpecContext) {
		c := newWorld().controlled()
		five, err := c.MessageSchema(ctx, message.Phase5, "IE015")
		Expect(err).NotTo(HaveOccurred())
		Expect(five.Element.Children).To(ContainElement(And(
			HaveField("Name", "TransitOperation"), HaveField("Title", "Transit operation"),
			HaveField("Children", ContainElement(And(HaveField("Name", "declarationType"), HaveField("List", "CL231")))),
		)))
		four, err := c.MessageSchema(ctx, message.Phase4, "IE015")
		Expect(err).NotTo(HaveOccurred())
		Expect(four.Element.Children).To(ContainElement(HaveField("Children", ContainElement(And(HaveField("Name", "TypOfDecHEA24"), HaveField("Title", "Type of declaration"))))))
	})

	It("says what it does not know, and where to look", func() {
		w := newWorld()
		for _, path := range []string{"/messages/7/IE015", "/messages/5/IE999", "/lists/CL000", "/rules/R9999", "/samples?name=none"} {
			w.control("GET", "/reference"+path, "").problem(404, "NOT_FOUND")
		}
	})
})
