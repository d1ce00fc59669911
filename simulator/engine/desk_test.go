package engine_test

import (
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

var _ = Describe("An officer's action", func() {
	It("tells what happened, when it is committed", func() {
		w := run(options{})
		m := w.post(normal())
		h := w.act(m.ID, "accept")
		Expect(h.Movement).To(Equal(w.movement(m.ID)))
		Expect(h.Movement.State).To(Equal(movement.Accepted))
		Expect(h.Messages).To(HaveLen(1))
		Expect(h.Messages[0]).To(Equal(w.messages(m.ID)[2]))
		for _, e := range h.Entries {
			Expect(e.Number).NotTo(BeZero())
		}
		Expect(w.journal(m.ID)).To(HaveSuffix("message: IE028 sent to the trader (sent because of action accept)\n"))
	})

	It("comes after what is queued already", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		m, _, err := w.Engine.Create(ctx, normal())
		Expect(err).NotTo(HaveOccurred())
		h, err := w.Engine.Act(ctx, m.ID, "accept", nil, "officer")
		Expect(err).NotTo(HaveOccurred(), "there are no workers, so the action has handled the declaration")
		Expect(h.Messages).To(HaveLen(1))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028"))
	})

	It("that is not possible changes nothing", func() {
		w := run(options{})
		m := w.post(normal())
		journal := w.journal(m.ID)
		_, err := w.Engine.Act(ctx, m.ID, "release", nil, "officer")
		var refused *office.Refused
		Expect(errors.As(err, &refused)).To(BeTrue())
		Expect(refused.Allowed).To(ContainElement("accept"))
		var input *office.InputError
		_, err = w.Engine.Act(ctx, m.ID, "accept", map[string]any{"when": "now"}, "officer")
		Expect(errors.As(err, &input)).To(BeTrue())
		Expect(w.movement(m.ID)).To(Equal(m))
		Expect(w.journal(m.ID)).To(Equal(journal))
	})

	It("needs a movement", func() {
		_, err := run(options{}).Engine.Act(ctx, "0123456789abcdef", "release", nil, "officer")
		Expect(err).To(MatchError(store.ErrNotFound))
	})
})

var _ = Describe("An injected message", func() {
	inject := func(w *world, id string, in engine.Injection) (movement.Message, []byte) {
		GinkgoHelper()
		r, body, err := w.Engine.Inject(ctx, id, in)
		Expect(err).NotTo(HaveOccurred())
		return r, body
	}

	It("arrives as one from customs, exactly as it was given", func() {
		donor := run(options{profile: "instant"})
		m := donor.post(simplified())
		body := donor.body(m.ID, donor.messages(m.ID)[3].ID)

		w := run(options{})
		m = w.post(simplified())
		w.advance(time.Minute)
		body = append([]byte("<?xml version=\"1.0\"?>\n"), body...)
		r, returned := inject(w, m.ID, engine.Injection{Body: body, By: "tester"})
		Expect(returned).To(Equal(body))
		Expect(w.body(m.ID, r.ID)).To(Equal(body))
		Expect(r.Type).To(Equal("IE029"))
		Expect(r.Status).To(Equal(movement.Received))
		Expect(r.Injected).To(BeTrue())
		after := w.movement(m.ID)
		Expect(after.State).To(Equal(movement.Released))
		Expect(after.Timers).To(BeEmpty())
		Expect(after.Updated).To(Equal(start.Add(time.Minute)))
		Expect(w.journal(m.ID)).To(ContainSubstring("injected by tester"))
	})

	It("is composed from the movement if only its type is given", func() {
		for _, p := range []message.Phase{message.Phase5, message.Phase6} {
			w := run(options{profile: "silent"})
			m := w.post(sample(p, "ie015-normal-gb-xi"))
			inject(w, m.ID, engine.Injection{Type: "IE928"})
			Expect(w.last(m.ID).Get(lrnPath)).To(Equal(m.LRN))
			inject(w, m.ID, engine.Injection{Type: "IE028"})
			m = w.movement(m.ID)
			Expect(movement.CheckMRN(m.MRN)).To(Succeed())
			Expect(w.last(m.ID).Get(mrnPath)).To(Equal(m.MRN), "the IE028 and the API agree")
			inject(w, m.ID, engine.Injection{Type: "IE028"})
			Expect(w.movement(m.ID).MRN).To(Equal(m.MRN), "a second one keeps it")
			for _, typ := range []string{"IE060", "IE055", "IE029", "IE182", "IE019", "IE035", "IE045"} {
				inject(w, m.ID, engine.Injection{Type: typ})
				Expect(w.last(m.ID).Get(mrnPath)).To(Equal(m.MRN), typ)
			}
			Expect(w.movement(m.ID).State).To(Equal(movement.WrittenOff))
		}
	})

	It("answers the last message of the trader that it can be an answer to, or the one that is named", func() {
		w := run(options{profile: "silent"})
		m := w.post(normal())
		w.attach(m.ID, invalidation(m))
		withdrawal := w.messages(m.ID)[1]
		r, _ := inject(w, m.ID, engine.Injection{Type: "IE009"})
		Expect(r.Trigger).To(Equal(withdrawal.ID))
		Expect(w.last(m.ID).Get("correlationIdentifier")).To(Equal(withdrawal.Identification))
		r, _ = inject(w, m.ID, engine.Injection{Type: "IE056"})
		Expect(r.Trigger).To(Equal(withdrawal.ID))
		Expect(w.last(m.ID).Get("TransitOperation/businessRejectionType")).To(Equal("014"))
		declaration := w.messages(m.ID)[0]
		r, _ = inject(w, m.ID, engine.Injection{Type: "IE056", Trigger: declaration.ID})
		Expect(r.Trigger).To(Equal(declaration.ID))
		Expect(w.last(m.ID).Get("TransitOperation/businessRejectionType")).To(Equal("015"))
		Expect(w.movement(m.ID).State).To(Equal(movement.Rejected))
	})

	It("cannot answer a message that the movement does not have", func() {
		w := run(options{})
		m := w.post(normal())
		_, _, err := w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE028", Trigger: "0123456789abcdef"})
		var trigger *engine.TriggerError
		Expect(errors.As(err, &trigger)).To(BeTrue())
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = w.Engine.Inject(ctx, "0123456789abcdef", engine.Injection{Type: "IE028", Trigger: "0123456789abcdef"})
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(errors.As(err, &trigger)).To(BeFalse())
	})

	It("can be changed by path before it is delivered", func() {
		w := run(options{})
		m := w.post(simplified())
		inject(w, m.ID, engine.Injection{Type: "IE060", Set: map[string]string{
			"TypeOfControls[2]/sequenceNumber":  "2",
			"TypeOfControls[2]/type":            "42",
			"TransitOperation/notificationType": "0",
		}})
		Expect(w.last(m.ID).Get("TypeOfControls[2]/type")).To(Equal("42"))
		Expect(w.movement(m.ID).State).To(Equal(movement.UnderControl))
	})

	It("gives the movement the MRN that is set in an IE028", func() {
		w := run(options{})
		m := w.post(normal())
		inject(w, m.ID, engine.Injection{Type: "IE028", Set: map[string]string{mrnPath: "26GB000246AL65TIJ5"}})
		Expect(w.movement(m.ID).MRN).To(Equal("26GB000246AL65TIJ5"))
		second := w.post(normal(lrnPath, "SECOND"))
		inject(w, second.ID, engine.Injection{Type: "IE028", Set: map[string]string{mrnPath: "26GB000246AL65TIJ5"}})
		Expect(w.movement(second.ID).MRN).To(BeEmpty(), "it belongs to the first")
	})

	DescribeTable("that cannot be delivered changes nothing:",
		func(in engine.Injection, text string) {
			w := run(options{})
			m := w.post(simplified())
			_, _, err := w.Engine.Inject(ctx, m.ID, in)
			var invalid *engine.InvalidError
			Expect(errors.As(err, &invalid)).To(BeTrue(), "%v", err)
			Expect(invalid.Errors).NotTo(BeEmpty())
			Expect(err).To(MatchError(ContainSubstring(text)))
			Expect(w.movement(m.ID)).To(Equal(m))
		},
		Entry("no XML", engine.Injection{Body: []byte("hello")}, "Content is not allowed in prolog."),
		Entry("XML that does not fit its schema", engine.Injection{Body: []byte(`<n:CC028C xmlns:n="http://ncts.dgtaxud.ec"/>`)}, "CC028C"),
		Entry("a message of the trader", engine.Injection{Body: simplified().Body}, "IE015 is not a message from customs"),
		Entry("a type of the trader", engine.Injection{Type: "IE014"}, "IE014 is not a message from customs"),
		Entry("a type of the other kind", engine.Injection{Type: "IE043"}, "IE043 is a message of arrivals"),
		Entry("an unknown type", engine.Injection{Type: "IE999"}, `phase 5 has no message "IE999"`),
		Entry("an unknown path", engine.Injection{Type: "IE028", Set: map[string]string{"TransitOperation/lrn": "X"}}, "TransitOperation has no lrn; its elements are LRN, MRN"),
		Entry("a value that does not fit", engine.Injection{Type: "IE028", Set: map[string]string{mrnPath: "X"}}, "cvc-pattern-valid"),
	)

	It("is delivered by force even if it does not fit its schema, or cannot be read at all", func() {
		w := run(options{})
		m := w.post(simplified())
		r, body := inject(w, m.ID, engine.Injection{Type: "IE029", Set: map[string]string{lrnPath: ""}, Force: true})
		Expect(r.Type).To(Equal("IE029"))
		Expect(string(body)).To(ContainSubstring("<LRN></LRN>"))
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
		r, body = inject(w, m.ID, engine.Injection{Type: "IE917", Body: []byte("\x00 nonsense"), Force: true})
		Expect(r.Type).To(Equal("IE917"))
		Expect(w.body(m.ID, r.ID)).To(Equal(body))
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
	})

	It("can be random, as HMRC's own are", func() {
		w := run(options{profile: "silent"})
		m := w.post(simplified())
		inject(w, m.ID, engine.Injection{Type: "IE928", Random: true})
		Expect(w.last(m.ID).Get(lrnPath)).NotTo(Equal(m.LRN))
		inject(w, m.ID, engine.Injection{Type: "IE028", Random: true})
		Expect(w.movement(m.ID).MRN).To(Equal(w.last(m.ID).Get(mrnPath)))
		a := w.post(sample(message.Phase5, "ie007-normal"))
		inject(w, a.ID, engine.Injection{Type: "IE043", Random: true})
		Expect(w.types(a.ID)).To(Equal("IE007 IE043"))
	})
})
