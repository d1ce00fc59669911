package api_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
)

var _ = Describe("A dry run", func() {
	It("of an action says exactly what the action then does, and does nothing", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		id := w.declare("DRY-1").movement
		w.settle()
		c := w.controlled()
		before := w.control("GET", "/movements/"+id, "").Body
		last := w.engine.LastEntry()
		action := client.Action{Action: "control", With: map[string]any{"controls": []any{map[string]any{"type": "40"}}}, DryRun: true}
		tried, err := c.Act(ctx, id, action)
		Expect(err).NotTo(HaveOccurred())
		Expect(tried.DryRun).To(BeTrue())
		Expect(tried.Movement.State).To(Equal(movement.UnderControl))
		Expect(tried.Movement.Timers).To(BeEmpty())
		Expect(tried.Bodies).To(ConsistOf(ContainSubstring("<messageType>CC060C</messageType>")))
		Expect(w.control("POST", "/movements/"+id+"/actions?dryRun=true", `{"action":"release"}`).decoded(200)).To(HaveKeyWithValue("dryRun", true))
		Expect(w.control("GET", "/movements/"+id, "").Body).To(Equal(before))
		Expect(w.engine.LastEntry()).To(Equal(last))

		action.DryRun = false
		done, err := c.Act(ctx, id, action)
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Happened).To(Equal(tried.Happened))
		Expect(done.Messages).To(Equal(tried.Messages))
		Expect(done.Movement).To(Equal(tried.Movement))
		Expect(c.Body(ctx, id, done.Messages[0].ID)).To(BeEquivalentTo(tried.Bodies[0]))
	})

	It("of an action that is not possible is refused as the action is", func() {
		w := newWorld(profile("trader-test"))
		id := w.declare("DRY-2").movement
		w.settle()
		w.control("POST", "/movements/"+id+"/actions?dryRun=true", `{"action":"accept"}`).problem(409, "ACTION_NOT_POSSIBLE")
		w.control("POST", "/movements/"+id+"/actions?dryRun=perhaps", `{"action":"release"}`).problem(400, "BAD_REQUEST")
	})

	DescribeTable("of an injection says exactly what the injection then does", func(ctx SpecContext, declare func(*world) string, typ string) {
		w := newWorld(profile("trader-test"))
		id := declare(w)
		w.settle()
		c := w.controlled()
		before := w.control("GET", "/movements/"+id, "").Body
		tried, err := c.Inject(ctx, id, client.Injection{MessageType: typ, DryRun: true})
		Expect(err).NotTo(HaveOccurred())
		again, err := c.Inject(ctx, id, client.Injection{MessageType: typ, DryRun: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(tried), "no counter has moved")
		Expect(w.control("GET", "/movements/"+id, "").Body).To(Equal(before))
		done, err := c.Inject(ctx, id, client.Injection{MessageType: typ})
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Body).To(Equal(tried.Body))
		Expect(done.Record).To(Equal(tried.Record))
		Expect(done.Happened).To(Equal(tried.Happened))
		Expect(done.State).To(Equal(tried.State))
	},
		Entry("in phase 5", func(w *world) string { return w.declare("DRY-3").movement }, "IE051"),
		Entry("in phase 4, where references are counted", func(w *world) string {
			a := w.post("/customs/transits/movements/departures", fixture("phase4/valid/ie015-simplified-gb-xi.xml"), accept("1.0+json"))
			Expect(a.Status).To(Equal(202), a.Body)
			list, err := w.controlled().Movements(GinkgoT().Context(), client.MovementQuery{})
			Expect(err).NotTo(HaveOccurred())
			return list.Movements[0].ID
		}, "IE060"),
	)

	It("shows what the next timer waits for then", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		id := w.declare("DRY-4").movement
		w.settle()
		tried, err := w.controlled().Act(ctx, id, client.Action{Action: "request_documents", With: map[string]any{"documents": []any{map[string]any{"type": "C651"}}}, DryRun: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(tried.Movement.Timers).To(ConsistOf(client.Timer{Name: "auto_release", Remaining: (45 * time.Minute).String()}))
		Expect(strings.Join(tried.Bodies, "")).To(ContainSubstring("C651"))
	})
})
