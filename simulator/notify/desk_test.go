package notify_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/store"
)

var _ = Describe("What people see of a notification", func() {
	var w *world
	var s *subscriber
	var b movement.Box
	var m movement.Movement
	BeforeEach(func() {
		w, s = newWorld(), newSubscriber()
		b = w.box(message.Phase5)
		Expect(w.subscribe(b.ID, s.URL+"/hook?key=open")).To(Succeed())
		m = w.begin(message.Phase5, message.Departure, b.ID)
	})

	It("are its attempts, each with what was sent and what came back, and how often each answer came", func() {
		s.will(func(s *subscriber) { s.answer = 503 })
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		for range 29 {
			w.Pass(5 * time.Minute)
			w.settle()
		}
		s.will(func(s *subscriber) { s.answer = 0 })
		w.Pass(5 * time.Minute)
		w.settle()
		l, err := w.Notify.Look(strings.ToUpper(w.held(b.ID)[0].ID))
		Expect(err).NotTo(HaveOccurred())
		Expect(l.Answers).To(Equal([]movement.AnswerCount{{Answer: "status 503 Service Unavailable", Count: 30, First: 1, Last: 30}, {Answer: "status 200 OK", Count: 1, First: 31, Last: 31}}))
		Expect(l.Sent).To(HaveLen(movement.MostDeliveries))
		Expect(l.Sent[0]).To(HaveField("Number", 12))
		pushed := s.pushes()
		last := l.Sent[movement.MostDeliveries-1]
		Expect(last).To(And(
			HaveField("Number", 31), HaveField("At", w.Clock.Now()), HaveField("Real", BeTemporally("~", time.Now(), time.Minute)), HaveField("Duration", BeNumerically(">", 0)),
			HaveField("URL", s.URL+"/hook?…"), HaveField("Status", 200), HaveField("Error", ""), HaveField("Size", len(pushed[30].body)),
			HaveField("Signature", pushed[30].header.Get("X-Hub-Signature")),
		))
		Expect(string(l.Body)).To(Equal(pushed[30].body))
		Expect(l.Signature).To(Equal(last.Signature))
		Expect(l.Command()).To(And(ContainSubstring(l.Signature), ContainSubstring(pushed[30].body), Not(ContainSubstring("key=open"))))
	})

	It("is what was sent with the message, too, when that was too large", func() {
		s.will(func(s *subscriber) { s.answer = 413 })
		w.receive(&m, from("IE928", `<a/>`))
		w.settle()
		l, err := w.Notify.Look(w.held(b.ID)[0].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(l.WithMessage)).To(Equal(s.pushes()[0].body))
		Expect(string(l.Body)).To(Equal(s.pushes()[1].body))
		Expect(l.Sent).To(HaveExactElements(HaveField("WithBody", true), HaveField("WithBody", false)))
	})

	It("can be sent again, whatever has become of it", func(ctx SpecContext) {
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		id := w.held(b.ID)[0].ID
		Expect(w.Notify.Resend(ctx, id)).To(Succeed())
		Expect(s.pushes()).To(HaveLen(2))
		Expect(s.pushes()[1].body).To(Equal(s.pushes()[0].body))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationAcknowledged}))
		Expect(w.told(m.ID)).To(ContainElement("notification of IE928 is sent again"))
		Expect(w.Notify.Resend(ctx, "nobody")).To(MatchError(store.ErrNotFound))
		Expect(w.subscribe(b.ID, "")).To(Succeed())
		Expect(w.Notify.Resend(ctx, id)).To(MatchError(notify.ErrNoCallback))
	}, SpecTimeout(time.Minute))

	It("stands in a list, the newest first, and is counted", func() {
		for i := range 3 {
			w.receive(&m, from("IE928", fmt.Sprintf("<a>%d</a>", i)))
		}
		w.settle()
		found, total, err := w.Notify.List(store.NotificationQuery{Box: b.ID, Limit: 2})
		Expect(err).NotTo(HaveOccurred())
		Expect(total).To(Equal(3))
		held := w.held(b.ID)
		Expect(found).To(HaveExactElements(HaveField("ID", held[2].ID), HaveField("ID", held[1].ID)))
		_, _, err = w.Notify.List(store.NotificationQuery{Box: "nobody"})
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(w.Notify.Count(b.ID)).To(Equal(map[movement.NotificationStatus]int{movement.NotificationAcknowledged: 3}))
	})

	It("has a callback that can be tested", func(ctx SpecContext) {
		Expect(w.Notify.Test(ctx, b.ID)).To(And(HaveField("Status", 200), HaveField("Error", ""), HaveField("URL", s.URL+"/hook?…"), HaveField("Body", ContainSubstring("challenge"))))
		s.Close()
		Expect(w.Notify.Test(ctx, b.ID)).To(And(HaveField("Status", 0), HaveField("Error", Not(BeEmpty()))))
		Expect(s.pushes()).To(BeEmpty())
		_, err := w.Notify.Test(context.Background(), "nobody")
		Expect(err).To(MatchError(store.ErrNotFound))
	}, SpecTimeout(time.Minute))
})
