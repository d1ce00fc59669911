package engine_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

var _ = Describe("A submission", func() {
	It("creates a movement as the API shows it from the start", func() {
		w := run(options{})
		s := simplified()
		m, r, err := w.Engine.Create(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		Expect(m.ID).To(MatchRegexp("^[0-9a-f]{16}$"))
		Expect(m.ID).To(HavePrefix(fmt.Sprintf("%08x", start.Unix())))
		Expect(m.EORI).To(Equal(trader))
		Expect(m.MovementEORI).To(Equal(s.Document.Get("HolderOfTheTransitProcedure/identificationNumber")))
		Expect(m.LRN).To(Equal(s.Document.Get(lrnPath)))
		Expect(m.MRN).To(BeEmpty())
		Expect(m.Created).To(Equal(start))
		Expect(m.Updated).To(Equal(start))
		Expect(r.Type).To(Equal("IE015"))
		Expect(r.Status).To(Equal(movement.Success))
		Expect(r.Received).To(Equal(start))
		Expect(w.body(m.ID, r.ID)).To(Equal(s.Body), "byte for byte")
	})

	It("of an arrival has its MRN from the start and no LRN", func() {
		w := run(options{})
		s := sample(message.Phase6, "ie007-simplified")
		m := w.post(s)
		Expect(m.Kind).To(Equal(message.Arrival))
		Expect(m.MRN).To(Equal(s.Document.Get(mrnPath)))
		Expect(m.LRN).To(BeEmpty())
		Expect(m.MovementEORI).To(Equal(s.Document.Get("TraderAtDestination/identificationNumber")))
	})

	It("is answered by the office with valid messages that fit the declaration", func() {
		for _, p := range []message.Phase{message.Phase5, message.Phase6} {
			w := run(options{})
			m := w.post(sample(p, "ie015-simplified-gb-xi"))
			w.advance(45 * time.Minute)
			Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE029"))
			m = w.movement(m.ID)
			for _, r := range w.messages(m.ID)[1:] {
				result := simtest.Catalogue().Set(p).Validate(ctx, w.body(m.ID, r.ID), schema.Options{})
				Expect(result.Errors).To(BeEmpty())
				Expect(r.Status).To(Equal(movement.Received))
				Expect(r.Identification).NotTo(BeEmpty())
				d, err := simtest.Catalogue().Document(p, result.Root)
				Expect(err).NotTo(HaveOccurred())
				Expect(d.Get(lrnPath)).To(Equal(m.LRN))
				if d.Has(mrnPath) {
					Expect(d.Get(mrnPath)).To(Equal(m.MRN))
				}
			}
			Expect(m.State).To(Equal(movement.Released))
			Expect(m.Updated).To(Equal(start.Add(45 * time.Minute)))
			Expect(w.last(m.ID).Get("preparationDateAndTime")).To(Equal("2026-03-02T10:00:00"))
		}
	})

	It("remembers which message was answered", func() {
		w := run(options{})
		m := w.post(simplified())
		all := w.messages(m.ID)
		Expect(all[1].Trigger).To(Equal(all[0].ID))
		Expect(all[0].Trigger).To(BeEmpty())
		w.advance(45 * time.Minute)
		Expect(w.messages(m.ID)[3].Trigger).To(BeEmpty(), "nobody asked for the IE029 that day")
	})

	It("is attached to its movement and moves the time of the last update", func() {
		w := run(options{})
		m := w.post(normal())
		w.advance(time.Minute)
		w.attach(m.ID, invalidation(m))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE014 IE009"))
		Expect(w.movement(m.ID).Updated).To(Equal(start.Add(time.Minute)))
		Expect(w.movement(m.ID).State).To(Equal(movement.Cancelled))
	})

	DescribeTable("cannot be attached to what the trader does not see:",
		func(change func(*engine.Submission)) {
			w := run(options{})
			m := w.post(normal())
			s := invalidation(m)
			change(&s)
			_, _, err := w.Engine.Attach(ctx, m.ID, s)
			Expect(err).To(MatchError(store.ErrNotFound))
			Expect(w.types(m.ID)).To(Equal("IE015 IE928"))
		},
		Entry("the movement of another EORI", func(s *engine.Submission) { s.EORI = another }),
		Entry("a movement of the other kind", func(s *engine.Submission) { s.Kind = message.Arrival }),
	)

	It("cannot be attached to an unknown movement", func() {
		w := run(options{})
		_, _, err := w.Engine.Attach(ctx, "0123456789abcdef", normal())
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("is refused, and nothing stored, if the API does not allow it for the movement as it stands", func() {
		w := run(options{})
		m := w.post(normal())
		no := errors.New("not now")
		s := invalidation(m)
		s.Allow = func(seen movement.Movement) error {
			Expect(seen.ID).To(Equal(m.ID))
			return no
		}
		_, _, err := w.Engine.Attach(ctx, m.ID, s)
		Expect(err).To(MatchError(no))
		_, _, err = w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE928", Allow: s.Allow})
		Expect(err).To(MatchError(no))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928"))
	})

	It("that NCTS refuses stays as a failed message, and the office never sees it", func() {
		w := run(options{})
		s := simplified()
		s.Fail = true
		m, r, err := w.Engine.Create(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Status).To(Equal(movement.Failed))
		Expect(w.waiting()).To(BeEmpty())
		w.Settle()
		Expect(w.types(m.ID)).To(Equal("IE015"))
		Expect(w.body(m.ID, r.ID)).To(Equal(s.Body))
		Expect(w.types(w.post(simplified()).ID)).To(Equal("IE015 IE928 IE028"), "the LRN is not used up by it")
	})

	It("gives the same ids, times and bytes for the same seed", func() {
		story := func() (string, string) {
			w := run(options{})
			m := w.post(simplified())
			w.act(m.ID, "control")
			w.act(m.ID, "release")
			text := m.ID
			for _, r := range w.messages(m.ID) {
				text += " " + r.ID + "\n" + string(w.body(m.ID, r.ID))
			}
			return text, w.journal(m.ID)
		}
		text, journal := story()
		again, journalAgain := story()
		Expect(again).To(Equal(text))
		Expect(journalAgain).To(Equal(journal))
	})

	It("gives other ids for another seed", func() {
		Expect(run(options{seed: 1}).post(simplified()).ID).NotTo(Equal(run(options{seed: 2}).post(simplified()).ID))
	})
})

var _ = Describe("An LRN", func() {
	It("is used up by its submission: the second declaration of the holder is rejected", func() {
		w := run(options{})
		w.post(simplified())
		m := w.post(simplified())
		Expect(w.types(m.ID)).To(Equal("IE015 IE056"))
		Expect(m.State).To(Equal(movement.Rejected))
		Expect(w.last(m.ID).Get("FunctionalError[1]/errorReason")).To(Equal("BR20006"))
	})

	It("is free again after a rejection and after a cancellation", func() {
		w := run(options{})
		first := w.post(normal())
		w.act(first.ID, "reject")
		second := w.post(normal())
		Expect(second.State).To(Equal(movement.AwaitingAcceptance))
		w.attach(second.ID, invalidation(second))
		third := w.post(normal())
		Expect(third.State).To(Equal(movement.AwaitingAcceptance))
	})

	It("stays used after goods were not released", func() {
		w := run(options{})
		first := w.post(simplified())
		w.act(first.ID, "refuse_release")
		Expect(w.post(simplified()).State).To(Equal(movement.Rejected))
	})

	It("belongs to its holder", func() {
		w := run(options{})
		w.post(simplified())
		m := w.post(simplified("HolderOfTheTransitProcedure/identificationNumber", "GB656584207000"))
		Expect(m.State).To(Equal(movement.Accepted))
	})

	It("is decided about in the order of submission, whatever the workers do", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		var ids []string
		for range 20 {
			for _, lrn := range []string{"ONE", "TWO", "THREE"} {
				m, _, err := w.Engine.Create(ctx, simplified(lrnPath, lrn))
				Expect(err).NotTo(HaveOccurred())
				ids = append(ids, m.ID)
			}
		}
		must(w.Start())
		defer w.Close()
		w.Settle()
		for i, id := range ids {
			want := movement.Rejected
			if i < 3 {
				want = movement.Accepted
			}
			Expect(w.movement(id).State).To(Equal(want), w.journal(id))
		}
	})
})

var _ = Describe("A later declaration", func() {
	It("waits for the earlier one with the same LRN, even if somebody asks for it first", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		first, _, err := w.Engine.Create(ctx, normal())
		Expect(err).NotTo(HaveOccurred())
		second, _, err := w.Engine.Create(ctx, normal())
		Expect(err).NotTo(HaveOccurred())
		_, err = w.Engine.Act(ctx, second.ID, "accept", nil, "officer")
		Expect(err).To(MatchError(ContainSubstring("not possible in state REJECTED")))
		Expect(w.movement(first.ID).State).To(Equal(movement.AwaitingAcceptance))
		Expect(w.waiting()).To(BeEmpty())
	})
})

var _ = Describe("An MRN", func() {
	It("that another movement has is not given a second time", func() {
		w := run(options{})
		w.post(simplified(lrnPath, "FIRST"))
		would := w.post(simplified(lrnPath, "SECOND")).MRN

		w = run(options{})
		first := w.post(simplified(lrnPath, "FIRST"))
		_, _, err := w.Engine.Inject(ctx, first.ID, engine.Injection{Type: "IE028", Set: map[string]string{mrnPath: would}})
		Expect(err).NotTo(HaveOccurred())
		Expect(w.movement(first.ID).MRN).To(Equal(would))
		second := w.post(simplified(lrnPath, "SECOND"))
		Expect(second.State).To(Equal(movement.Accepted))
		Expect(second.MRN).NotTo(Equal(would))
		Expect(movement.CheckMRN(second.MRN)).To(Succeed())
		Expect(w.last(second.ID).Get(mrnPath)).To(Equal(second.MRN))
	})
})

var _ = Describe("A mistake of the simulator", func() {
	It("is counted and noted, changes nothing, and is not tried for ever", func() {
		// A default amount that is not an amount makes an IE029 that does not fit its schema.
		w := run(options{compose: badCompose})
		m := w.post(simplified("Guarantee[1]/GuaranteeReference[1]/amountToBeCovered", ""))
		Expect(m.State).To(Equal(movement.Accepted))
		w.advance(45 * time.Minute)
		Expect(w.Bugs()).To(HaveLen(1))
		Expect(w.Bugs()[0]).To(MatchError(ContainSubstring("composed IE029 does not fit its schema")))
		after := w.movement(m.ID)
		Expect(after.State).To(Equal(movement.Accepted))
		Expect(after.Timers).To(BeEmpty())
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028"))
		Expect(w.journal(m.ID)).To(ContainSubstring("timer auto_release could not be processed; the state stays ACCEPTED (internal error of the simulator"))

		_, err := w.Engine.Act(ctx, m.ID, "release", nil, "officer")
		Expect(err).To(MatchError(ContainSubstring("action release could not be processed")))
		Expect(w.Bugs()).To(HaveLen(2))
		Expect(w.movement(m.ID).State).To(Equal(movement.Accepted))
		w.act(m.ID, "control")
	})

	It("in a queued message takes it from the queue, and the message stays", func() {
		w := run(options{})
		s := simplified()
		s.Seal = func(movement.Movement) []byte { return []byte("<broken") }
		m := w.post(s)
		Expect(w.waiting()).To(BeEmpty())
		Expect(w.Bugs()).To(HaveLen(1))
		Expect(m.State).To(Equal(movement.Submitted))
		Expect(w.types(m.ID)).To(Equal("IE015"))
	})
})

var _ = Describe("Settling", func() {
	It("names what still waits when its time is up", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		m, r, err := w.Engine.Create(ctx, simplified())
		Expect(err).NotTo(HaveOccurred())
		limit, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		err = w.Engine.Settle(limit)
		var unsettled *engine.UnsettledError
		Expect(err).To(BeAssignableToTypeOf(unsettled))
		Expect(err).To(MatchError(context.DeadlineExceeded))
		unsettled = err.(*engine.UnsettledError)
		Expect(unsettled.Waiting).To(HaveLen(1))
		Expect(unsettled.Waiting[0].Movement).To(Equal(m.ID))
		Expect(unsettled.Waiting[0].Message).To(Equal(r.ID))
	})
})
