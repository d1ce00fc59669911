package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
)

var _ = Describe("A fault that is asked for while the simulator runs", func() {
	arm := func(ctx context.Context, w *world, f client.FaultRule) client.FaultRule {
		GinkgoHelper()
		armed, err := w.controlled().Arm(ctx, f)
		Expect(err).NotTo(HaveOccurred())
		return armed
	}
	struck := func(ctx context.Context, w *world) []int {
		GinkgoHelper()
		list, err := w.controlled().Faults(ctx)
		Expect(err).NotTo(HaveOccurred())
		var counts []int
		for _, f := range list {
			counts = append(counts, f.Met, f.Struck)
		}
		return counts
	}
	ask := func(w *world, path string) (*http.Response, []byte, error) {
		GinkgoHelper()
		r, err := http.NewRequest("GET", w.url+path, nil)
		Expect(err).NotTo(HaveOccurred())
		r.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
		r.Header.Set("Authorization", "Bearer "+trader)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, nil, err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res, body, err
	}

	It("answers with a status as often as it was told to, behind the calls that pass, and nothing comes of the call", func(ctx SpecContext) {
		w := newWorld()
		f := arm(ctx, w, client.FaultRule{Call: "submit", Status: 503, Skip: 1, Times: 2})
		w.declare("FIRST")
		for range 2 {
			w.post(departures, declaration("SECOND")).refused(503, "SERVER_ERROR", "Service Unavailable")
		}
		w.declare("THIRD")
		Expect(w.get(departures).Body).NotTo(ContainSubstring("SECOND"))
		Expect(struck(ctx, w)).To(Equal([]int{3, 2}))
		Expect(w.controlled().Disarm(ctx, f.ID)).To(Succeed())
		Expect(struck(ctx, w)).To(BeEmpty())
	})

	It("strikes the same calls with the same seed", func(ctx SpecContext) {
		run := func() (statuses []int) {
			w := newWorld()
			arm(ctx, w, client.FaultRule{Call: "movements", Status: 500, Percent: 30})
			for range 40 {
				statuses = append(statuses, w.get(departures).Status)
			}
			return statuses
		}
		first := run()
		Expect(first).To(ContainElements(200, 500))
		Expect(run()).To(Equal(first))
	})

	It("meets the calls of one trader, one client or one movement alone", func(ctx SpecContext) {
		w := newWorld()
		one, two := w.declare("ONE"), w.declare("TWO")
		arm(ctx, w, client.FaultRule{Movement: one.movement, Status: 500})
		arm(ctx, w, client.FaultRule{EORI: "GB999999999999", Status: 500})
		Expect(w.get(departures + "/" + one.movement).Status).To(Equal(500))
		Expect(w.get(departures + "/" + one.movement + "/messages").Status).To(Equal(500))
		Expect(w.get(departures + "/" + two.movement).Status).To(Equal(200))
		Expect(struck(ctx, w)).To(Equal([]int{2, 2, 0, 0}))
	})

	It("hides from the client what has come of a call", func(ctx SpecContext) {
		w := newWorld()
		arm(ctx, w, client.FaultRule{Call: "submit", Status: 504, Late: true, Times: 1})
		w.post(departures, declaration("LOST")).refused(504, "SERVER_ERROR", "Gateway Timeout")
		w.settle()
		Expect(w.control("GET", "/movements?lrn=LOST", "").Body).To(ContainSubstring(`"lrn":"LOST"`))
	})

	It("cuts the connection, before the answer and in the middle of it", func(ctx SpecContext) {
		w := newWorld()
		id := w.declare("ONE")
		w.settle()
		arm(ctx, w, client.FaultRule{Call: "movement", Reset: true, Times: 1})
		_, _, err := ask(w, departures+"/"+id.movement)
		Expect(err).To(MatchError(Or(ContainSubstring("reset by peer"), ContainSubstring("EOF"))))
		whole, all, err := ask(w, departures+"/"+id.movement)
		Expect(err).NotTo(HaveOccurred())
		arm(ctx, w, client.FaultRule{Call: "movement", Truncate: true})
		res, part, err := ask(w, departures+"/"+id.movement)
		Expect(err).To(MatchError(io.ErrUnexpectedEOF))
		Expect(res.ContentLength).To(Equal(whole.ContentLength))
		Expect(all[:len(part)]).To(Equal(part))
		Expect(len(part)).To(BeNumerically("<", len(all)))
	})

	It("survives a restart, with how often it has struck", func(ctx SpecContext) {
		w := newWorld()
		arm(ctx, w, client.FaultRule{Call: "movements", Delay: "1ms..3ms", Times: 3})
		Expect(w.get(departures).Status).To(Equal(200))
		faults, err := w.controlled().Faults(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(faults).To(ConsistOf(And(HaveField("Delay", "1ms..3ms"), HaveField("Struck", 1))))
	})

	It("loses, doubles and holds back notifications", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		box := w.makeBox(trader, "2.1")
		for _, f := range []client.FaultRule{{Drop: true}, {Duplicate: true}, {Overtaken: true}} {
			f.Call, f.Times = "notification", 1
			arm(ctx, w, f)
		}
		w.declare("ONE")
		w.declare("TWO")
		w.declare("THREE")
		w.settle()
		list, err := w.controlled().Boxes(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(ContainElement(And(HaveField("ID", box.ID), HaveField("Notifications.Pending", BeNumerically(">", 0)))))
		Expect(struck(ctx, w)).To(Equal([]int{1, 1, 1, 1, 1, 1}))
	})

	DescribeTable("is refused", func(ctx SpecContext, body, text string) {
		w := newWorld()
		a := w.control("POST", "/faults", body)
		a.problem(400, "BAD_REQUEST")
		Expect(a.Body).To(ContainSubstring(text))
	},
		Entry("that does nothing", `{"call":"submit"}`, "the fault does nothing"),
		Entry("about no call", `{"call":"dance","status":500}`, `a fault cannot be about \"dance\"`),
		Entry("with the status of a success", `{"status":200}`, "status 200 is not that of an error"),
		Entry("that drops a call", `{"call":"submit","drop":true}`, "are for notifications"),
		Entry("that answers a notification", `{"call":"notification","status":500}`, "are for calls"),
		Entry("that does two things", `{"status":500,"reset":true}`, "a fault does one thing"),
		Entry("that hides nothing", `{"late":true,"delay":"1s"}`, "nothing that hides it"),
		Entry("with a delay that is none", `{"delay":"soon"}`, `\"soon\" is not a delay`),
		Entry("with a range from long to short", `{"delay":"3s..1s"}`, `\"3s..1s\" is not a delay`),
		Entry("with a delay of a day", `{"delay":"24h"}`, "is not a delay"),
		Entry("with more than everything", `{"status":500,"percent":101}`, "percent 101"),
		Entry("that is not JSON", `{`, "the body is no JSON that fits"),
	)
})

var _ = Describe("A hold", func() {
	held := func(ctx context.Context, w *world) []client.HeldEvent {
		GinkgoHelper()
		w.settle()
		holds, err := w.controlled().Holds(ctx)
		Expect(err).NotTo(HaveOccurred())
		return holds.Held
	}
	hold := func(ctx context.Context, w *world, r client.HoldRule) {
		GinkgoHelper()
		_, err := w.controlled().Hold(ctx, r)
		Expect(err).NotTo(HaveOccurred())
	}
	received := func(ctx context.Context, w *world, id string) []string {
		GinkgoHelper()
		w.settle()
		m, err := w.controlled().Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		var types []string
		for _, msg := range m.Records {
			types = append(types, msg.Type)
		}
		return types
	}

	It("keeps a message from the office, and what comes behind it, until it is released", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		hold(ctx, w, client.HoldRule{Message: "IE015", LRN: "HELD"})
		free, stopped := w.declare("FREE"), w.declare("HELD")
		Expect(held(ctx, w)).To(ConsistOf(And(HaveField("Movement", stopped.movement), HaveField("Name", "IE015"), HaveField("Message", stopped.message))))
		Expect(w.post(departures+"/"+stopped.movement+"/messages", fixture(invalidation)).Status).To(Equal(202))
		waiting := held(ctx, w)
		Expect(waiting).To(HaveLen(2))
		Expect(waiting[1]).To(And(HaveField("Name", "IE014"), HaveField("Rule", "")))
		Expect(received(ctx, w, free.movement)).To(ContainElement("IE028"))
		Expect(received(ctx, w, stopped.movement)).To(Equal([]string{"IE015", "IE014"}))

		Expect(w.controlled().Release(ctx, waiting[0].ID)).To(Succeed())
		Expect(held(ctx, w)).To(BeEmpty())
		Expect(received(ctx, w, stopped.movement)).To(ContainElement("IE928"))
	})

	It("waits before a message of customs goes out, while everything else goes on", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		hold(ctx, w, client.HoldRule{Before: "IE029"})
		id := w.declare("ONE")
		w.settle()
		w.pass(time.Hour)
		waiting := held(ctx, w)
		Expect(waiting).To(ConsistOf(And(HaveField("Kind", "timer"), HaveField("Before", "IE029"))))
		Expect(received(ctx, w, id.movement)).NotTo(ContainElement("IE029"))
		Expect(w.controlled().Release(ctx, waiting[0].ID)).To(Succeed())
		Expect(received(ctx, w, id.movement)).To(ContainElement("IE029"))
		Expect(held(ctx, w)).To(BeEmpty())
	})

	It("ends in a refusal with the error that was given", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		hold(ctx, w, client.HoldRule{Message: "IE015", Times: 1})
		id := w.declare("ONE")
		waiting := held(ctx, w)
		for _, with := range []client.RefusedWith{{Code: "99"}, {Reason: "BR200066"}, {Pointer: strings.Repeat("/", 513)}} {
			Expect(w.controlled().Refuse(ctx, waiting[0].ID, with)).To(HaveField("Status", 400))
		}
		Expect(held(ctx, w)).To(HaveLen(len(waiting)))
		Expect(w.controlled().Refuse(ctx, waiting[0].ID, client.RefusedWith{Code: "14", Pointer: "/CC015C/TransitOperation/LRN", Reason: "BR20006"})).To(Succeed())
		Expect(received(ctx, w, id.movement)).To(ContainElement("IE056"))
		m, err := w.controlled().Movement(ctx, id.movement)
		Expect(err).NotTo(HaveOccurred())
		message := m.Records[len(m.Records)-1]
		Expect(w.get(departures+"/"+id.movement+"/messages/"+message.ID, accept("2.1+json-xml")).Body).To(ContainSubstring("<errorReason>BR20006</errorReason>"))
		Expect(received(ctx, w, w.declare("TWO").movement)).To(ContainElement("IE928"), "the rule is used up")
	})

	It("is dropped: a message never reaches the office, a timer never falls due", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		one := w.declare("ONE")
		w.settle()
		_, err := w.controlled().HoldMovement(ctx, one.movement, client.HoldRule{})
		Expect(err).NotTo(HaveOccurred())
		w.pass(time.Hour)
		waiting := held(ctx, w)
		Expect(waiting).To(HaveLen(1))
		w.control("POST", "/held/"+waiting[0].ID+"/refuse", "").problem(409, "ACTION_NOT_POSSIBLE")
		Expect(w.controlled().Drop(ctx, waiting[0].ID)).To(Succeed())
		w.pass(1000 * time.Hour)
		Expect(received(ctx, w, one.movement)).NotTo(ContainElement("IE029"))
		w.control("POST", "/held/"+waiting[0].ID+"/drop", "").problem(404, "NOT_FOUND")
	})

	It("goes with its movement, and with a reset", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		hold(ctx, w, client.HoldRule{Message: "IE015"})
		id := w.declare("ONE")
		Expect(held(ctx, w)).To(HaveLen(1))
		Expect(w.controlled().Forget(ctx, id.movement)).To(Succeed())
		Expect(held(ctx, w)).To(BeEmpty())
		w.declare("TWO")
		Expect(held(ctx, w)).To(HaveLen(1))
		Expect(w.controlled().Reset(ctx)).To(Succeed())
		Expect(held(ctx, w)).To(BeEmpty())
		Expect(received(ctx, w, w.declare("THREE").movement)).To(ContainElement("IE928"))
	})

	It("leaves the officer free to act", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		hold(ctx, w, client.HoldRule{Before: "IE029"})
		id := w.declare("ONE")
		w.settle()
		Expect(w.control("POST", "/movements/"+id.movement+"/actions", `{"action":"release"}`).Status).To(Equal(200))
		Expect(received(ctx, w, id.movement)).To(ContainElement("IE029"))
	})

	DescribeTable("is refused", func(body, text string) {
		w := newWorld()
		a := w.control("POST", "/holds", body)
		Expect(a.Status).To(BeNumerically(">=", 400))
		Expect(strings.ReplaceAll(a.Body, `\"`, `"`)).To(ContainSubstring(text))
	},
		Entry("that holds everything", `{}`, "the rule would hold everything"),
		Entry("of both sides", `{"message":"IE015","before":"IE029"}`, "a message of the trader or about one of customs"),
		Entry("of a message that traders do not send", `{"message":"IE029"}`, `traders do not send "IE029"`),
		Entry("before a message that customs does not send", `{"before":"IE015"}`, `customs does not send "IE015"`),
		Entry("of a movement that is not there", `{"movement":"0123456789abcdef"}`, "there is no movement 0123456789abcdef"),
		Entry("a negative number of times", `{"message":"IE015","times":-1}`, "times -1 cannot be"),
	)
})
