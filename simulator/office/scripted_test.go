package office_test

import (
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest/suite"
)

// scripted is a story that follows a scenario.
func scripted(profile string) *story {
	s := newStory(message.Phase5, profile)
	s.complete = func(c *office.Case) { c.Scripted = true }
	return s
}

// take goes on with what the office made of the movement between two events.
func (s *story) take(out office.Outcome) { s.last, s.m = out, out.Movement }

const step = "step 3 (timer auto_release)"

var _ = Describe("A movement that follows a scenario", func() {
	It("is nobody's to decide about, whatever the profile", func() {
		for _, profile := range office.Profiles {
			s := scripted(profile)
			s.send(s.normal())
			Expect(s.emitted()).To(Equal("IE928"), profile)
			Expect(s.timers()).To(BeEmpty(), profile)
			Expect(s.act("accept", nil)).To(Succeed())
			Expect(s.emitted()).To(Equal("IE028"), profile)
			Expect(s.timers()).To(BeEmpty(), profile)
		}
	})

	DescribeTable("has the timers of the profile, and the published ones in a silent office", suite.Parameters,
		func(profile, timer string) {
			s := scripted(profile)
			s.send(s.simplified())
			Expect(s.emitted()).To(Equal("IE928 IE028"))
			Expect(s.timers()).To(ConsistOf(timer))
		},
		Entry(nil, "fast", "auto_release 2s"),
		Entry(nil, "instant", "auto_release 0s"),
		Entry(nil, "trader-test", "auto_release 45m0s"),
		Entry(nil, "silent", "auto_release 45m0s"),
	)

	It("keeps a timer that is due until the scenario comes to it", func() {
		s := scripted("fast")
		s.send(s.simplified())
		s.now = s.now.Add(2 * time.Second)
		s.take(s.office.PauseTimer(s.m, office.AutoRelease, step, s.now))
		Expect(s.timers()).To(ConsistOf("auto_release paused 0s"))
		Expect(s.why()).To(ContainSubstring("the scenario has not come to it (" + step + ")"))

		s.now = s.now.Add(time.Hour)
		s.take(s.office.ResumeTimer(s.m, office.AutoRelease, step, s.now))
		Expect(s.timers()).To(ConsistOf("auto_release 0s"))
		s.fire(office.AutoRelease)
		Expect(s.emitted()).To(Equal("IE029"))
	})

	It("resumes no timer that is paused for another reason", func() {
		s := scripted("trader-test")
		s.send(s.simplified())
		Expect(s.act("request_documents", map[string]any{"documents": []any{map[string]any{"type": "N380"}}})).To(Succeed())
		s.take(s.office.ResumeTimer(s.m, office.AutoRelease, step, s.now))
		Expect(s.timers()).To(ConsistOf("auto_release paused 45m0s"))
	})

	It("gives a timer that it keeps the reason that comes up meanwhile", func() {
		s := scripted("fast")
		s.send(s.simplified())
		s.take(s.office.PauseTimer(s.m, office.AutoRelease, step, s.now))
		s.send(s.invalidation())
		Expect(s.m.State).To(Equal(movement.CancellationRequested))
		s.take(s.office.ResumeTimer(s.m, office.AutoRelease, step, s.now))
		Expect(s.timers()).To(ConsistOf("auto_release paused 2s"))
		Expect(s.act("refuse_cancellation", nil)).To(Succeed())
		Expect(s.timers()).To(ConsistOf("auto_release 2s"))
	})

	It("ends a timer that the state has outlived, and leaves one to the state that would stop it", func() {
		s := scripted("fast")
		s.send(s.simplified())
		s.take(s.office.PauseTimer(s.m, office.AutoRelease, step, s.now))
		gone, waiting := s.m, s.m
		gone.State, waiting.State = movement.Released, movement.GuaranteeAmendment

		s.take(s.office.ResumeTimer(gone, office.AutoRelease, step, s.now))
		Expect(s.timers()).To(BeEmpty())
		s.take(s.office.ResumeTimer(waiting, office.AutoRelease, step, s.now))
		Expect(s.m.Timers[0].Cause).To(Equal("guarantee under amendment"))
	})
})

var _ = Describe("A movement that no longer follows a scenario", func() {
	It("waits for the default officer of the profile", func() {
		s := scripted("fast")
		s.send(s.normal())
		s.take(s.office.TakeOver(s.m, "the scenario was left", s.now))
		Expect(s.timers()).To(ConsistOf("officer_wait 2s"))
	})

	It("has its timers back", func() {
		s := scripted("fast")
		s.send(s.simplified())
		s.now = s.now.Add(2 * time.Second)
		s.take(s.office.PauseTimer(s.m, office.AutoRelease, step, s.now))
		s.take(s.office.TakeOver(s.m, "the scenario was left", s.now))
		Expect(s.timers()).To(ConsistOf("auto_release 0s"))
	})

	It("is left alone where nobody decides", func() {
		for _, profile := range []string{"trader-test", "silent"} {
			s := scripted(profile)
			s.send(s.normal())
			s.take(s.office.TakeOver(s.m, "the scenario was left", s.now))
			Expect(s.timers()).To(BeEmpty())
		}
	})
})

var _ = Describe("A movement whose scenario answers instead of the office", func() {
	// noted is what the office notes about an event.
	noted := func(s *story, e movement.Event, rejected bool) movement.Movement {
		c := s.caseOf(e)
		done, err := s.office.Handle(c)
		Expect(err).NotTo(HaveOccurred())
		return s.office.RecordOnly(c, done, rejected).Movement
	}
	arrives := func(s *story, d *message.Document) movement.Event {
		s.docs["new"] = d
		return movement.Event{Kind: movement.EventMessage, Name: d.Type.Code, Message: "new"}
	}

	It("knows what the declaration says and stands where it stood", func() {
		s := scripted("trader-test")
		m := noted(s, arrives(s, s.simplified()), false)
		Expect(m.State).To(Equal(movement.Submitted))
		Expect(m.Procedure).To(Equal(movement.Simplified))
		Expect(m.Facts.Original).To(Equal("new"))
		Expect(m.MRN).To(BeEmpty())
		Expect(m.Timers).To(BeEmpty())
	})

	It("has a new declaration after an amendment, unless that is turned down", func() {
		s := scripted("trader-test")
		s.send(s.simplified())
		before := s.m
		amendment := arrives(s, s.amendment("0"))
		Expect(noted(s, amendment, false).Facts.Declaration).To(Equal("new"))
		Expect(noted(s, amendment, true)).To(Equal(before))
	})

	It("has lost the timer that fired", func() {
		s := scripted("trader-test")
		s.send(s.simplified())
		t, _ := s.timer(office.AutoRelease)
		s.now = t.Due
		m := noted(s, movement.Event{Kind: movement.EventTimer, Name: office.AutoRelease}, false)
		Expect(m.State).To(Equal(movement.Accepted))
		Expect(m.Timers).To(BeEmpty())
	})

	It("is not helped by an action that the state does not allow", func() {
		s := scripted("trader-test")
		s.send(s.simplified())
		_, err := s.office.Handle(s.caseOf(movement.Event{Kind: movement.EventAction, Name: "accept"}))
		var refused *office.Refused
		Expect(errors.As(err, &refused)).To(BeTrue())
	})
})
