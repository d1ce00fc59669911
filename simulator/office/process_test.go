package office_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

// line is a line of the process table, written down once more by hand.
type line struct {
	given  func(*story)
	when   func(*story)
	emits  string
	timers []string
	to     movement.State
}

func (l line) check(p message.Phase, change ...func(*office.Settings)) {
	s := newStory(p, "trader-test", change...)
	l.given(s)
	s.now = s.now.Add(time.Minute)
	s.last = office.Outcome{}
	l.when(s)
	Expect(s.emitted()).To(Equal(l.emits), s.why())
	Expect(s.m.State).To(Equal(l.to), s.why())
	Expect(s.timers()).To(Equal(l.timers), s.why())
	if l.emits == "IE056" {
		Expect(s.last.Emit[0].Content.Rejection).NotTo(BeEmpty())
	}
}

func nothing(*story) {}

func officer(action string) func(*story) {
	return func(s *story) { Expect(s.act(action, nil)).To(Succeed()) }
}

func timer(name string) func(*story) { return func(s *story) { s.fire(name) } }

func all(steps ...func(*story)) func(*story) {
	return func(s *story) {
		for _, step := range steps {
			step(s)
		}
	}
}

func lrnUsed(s *story) { s.lrnUse = true }
func amends(flag string) func(*story) {
	return func(s *story) { s.send(s.amendment(flag)) }
}
func withdraws(s *story) { s.send(s.invalidation()) }
func presents(s *story)  { s.send(s.presentation()) }

func normalAccepted(s *story) {
	in(movement.AwaitingAcceptance)(s)
	must(s.act("accept", nil))
}

func prelodgedNormal(s *story) { s.send(s.prelodged("normal")) }

func none(timers ...string) []string { return append([]string{}, timers...) }

var _ = Describe("The process of departure", func() {
	const (
		release = "auto_release 44m0s"
		present = "presentation 44m0s"
	)
	for _, p := range phases {
		// The timer after a minute, and newly started.
		guarantee, anew := "guarantee_amendment 4m0s", "guarantee_amendment 5m0s"
		if p == message.Phase6 {
			guarantee, anew = "guarantee_amendment 59m0s", "guarantee_amendment 1h0m0s"
		}
		paused := "auto_release paused 45m0s"
		DescribeTable(fmt.Sprintf("in phase %s", p), func(l line) { l.check(p) },
			Entry("- with an IE015 with errors is rejected",
				line{lrnUsed, func(s *story) { s.send(s.simplified()) }, "IE056", none(), movement.Rejected}),
			Entry("- with a pre-lodged IE015 is acknowledged and waits for the presentation",
				line{nothing, func(s *story) { s.send(s.prelodged("simplified")) }, "IE928", none("presentation 45m0s"), movement.PreLodged}),
			Entry("- with a simplified IE015 is acknowledged and accepted, and its release begins to run",
				line{nothing, func(s *story) { s.send(s.simplified()) }, "IE928 IE028", none("auto_release 45m0s"), movement.Accepted}),
			Entry("- with a normal IE015 is acknowledged and waits for the officer",
				line{nothing, func(s *story) { s.send(s.normal()) }, "IE928", none(), movement.AwaitingAcceptance}),
			Entry("- with a TIR IE015 from Northern Ireland waits for the officer",
				line{nothing, func(s *story) { s.send(simtest.Edited(p, "ie015-tir-xi")) }, "IE928", none(), movement.AwaitingAcceptance}),

			Entry("PRE_LODGED and an intended control sends the notice only",
				line{in(movement.PreLodged), officer("intend_control"), "IE060", none(present), movement.PreLodged}),
			Entry("PRE_LODGED and a wrong IE013 is refused",
				line{in(movement.PreLodged), amends("1"), "IE056", none(present), movement.PreLodged}),
			Entry("PRE_LODGED and a right IE013 is accepted",
				line{in(movement.PreLodged), amends("0"), "IE004", none(present), movement.PreLodged}),
			Entry("PRE_LODGED and an IE014 with a foreign LRN is refused",
				line{in(movement.PreLodged), func(s *story) { s.send(s.invalidation(set("TransitOperation/LRN", "ANOTHER"))) }, "IE056", none(present), movement.PreLodged}),
			Entry("PRE_LODGED and an IE014 is cancelled without an officer",
				line{in(movement.PreLodged), withdraws, "IE009", none(), movement.Cancelled}),
			Entry("PRE_LODGED and an IE170 with a foreign LRN neither stops nor restarts the timer",
				line{in(movement.PreLodged), func(s *story) { s.send(s.presentation(set("TransitOperation/LRN", "ANOTHER"))) }, "IE056", none(present), movement.PreLodged}),
			Entry("PRE_LODGED, simplified, and an IE170 is accepted and released at once",
				line{in(movement.PreLodged), presents, "IE028 IE029", none(), movement.Released}),
			Entry("PRE_LODGED, normal, and an IE170 is accepted without an officer and waits for the release",
				line{prelodgedNormal, presents, "IE028", none(), movement.Accepted}),
			Entry("PRE_LODGED and the end of the time for presentation is rejected",
				line{in(movement.PreLodged), timer(office.Presentation), "IE056", none(), movement.Rejected}),

			Entry("AWAITING_ACCEPTANCE and the officer's accept gets an MRN",
				line{in(movement.AwaitingAcceptance), officer("accept"), "IE028", none(), movement.Accepted}),
			Entry("AWAITING_ACCEPTANCE and the officer's reject is rejected",
				line{in(movement.AwaitingAcceptance), officer("reject"), "IE056", none(), movement.Rejected}),
			Entry("AWAITING_ACCEPTANCE and an IE013 by LRN is accepted",
				line{in(movement.AwaitingAcceptance), amends("0"), "IE004", none(), movement.AwaitingAcceptance}),
			Entry("AWAITING_ACCEPTANCE and a wrong IE013 is refused",
				line{in(movement.AwaitingAcceptance), amends("1"), "IE056", none(), movement.AwaitingAcceptance}),
			Entry("AWAITING_ACCEPTANCE and an IE014 is cancelled without an officer",
				line{in(movement.AwaitingAcceptance), withdraws, "IE009", none(), movement.Cancelled}),

			Entry("ACCEPTED and the end of auto_release is released",
				line{in(movement.Accepted), timer(office.AutoRelease), "IE029", none(), movement.Released}),
			Entry("ACCEPTED and the officer's release is released",
				line{in(movement.Accepted), officer("release"), "IE029", none(), movement.Released}),
			Entry("ACCEPTED, normal, and the officer's release is released",
				line{normalAccepted, officer("release"), "IE029", none(), movement.Released}),
			Entry("ACCEPTED and a control stops the release",
				line{in(movement.Accepted), officer("control"), "IE060", none(), movement.UnderControl}),
			Entry("ACCEPTED and a request for documents pauses the release",
				line{in(movement.Accepted), officer("request_documents"), "IE060", none("auto_release paused 44m0s"), movement.Accepted}),
			Entry("ACCEPTED and a refusal is not released",
				line{in(movement.Accepted), officer("refuse_release"), "IE051", none(), movement.NotReleased}),
			Entry("ACCEPTED and an invalid guarantee waits for its amendment",
				line{in(movement.Accepted), officer("guarantee_invalid"), "IE055", none("auto_release paused 44m0s", anew), movement.GuaranteeAmendment}),
			Entry("ACCEPTED and an IE013 with flag 0 is accepted and the release runs on",
				line{in(movement.Accepted), amends("0"), "IE004", none(release), movement.Accepted}),
			Entry("ACCEPTED and an IE013 with flag 1 is refused",
				line{in(movement.Accepted), amends("1"), "IE056", none(release), movement.Accepted}),
			Entry("ACCEPTED and an IE014 waits for the officer, without a message",
				line{in(movement.Accepted), withdraws, "", none("auto_release paused 44m0s"), movement.CancellationRequested}),
			Entry("ACCEPTED and an IE014 with a foreign MRN is refused",
				line{in(movement.Accepted), func(s *story) { s.send(s.invalidation(set("TransitOperation/MRN", "26GB000246AL65TIJ5"))) }, "IE056", none(release), movement.Accepted}),

			Entry("UNDER_CONTROL and another control sends another IE060",
				line{in(movement.UnderControl), officer("control"), "IE060", none(), movement.UnderControl}),
			Entry("UNDER_CONTROL and the officer's release is released",
				line{in(movement.UnderControl), officer("release"), "IE029", none(), movement.Released}),
			Entry("UNDER_CONTROL and a refusal is not released",
				line{in(movement.UnderControl), officer("refuse_release"), "IE051", none(), movement.NotReleased}),
			Entry("UNDER_CONTROL and an invalid guarantee waits for its amendment",
				line{in(movement.UnderControl), officer("guarantee_invalid"), "IE055", none(anew), movement.GuaranteeAmendment}),
			Entry("UNDER_CONTROL and an IE014 waits for the officer",
				line{in(movement.UnderControl), withdraws, "", none(), movement.CancellationRequested}),

			Entry("GUARANTEE_AMENDMENT and an IE013 with flag 1 goes back and the release runs on",
				line{in(movement.GuaranteeAmendment), amends("1"), "IE004", none("auto_release 45m0s"), movement.Accepted}),
			Entry("GUARANTEE_AMENDMENT of a movement under control goes back to the control",
				line{all(in(movement.UnderControl), officer("guarantee_invalid")), amends("1"), "IE004", none(), movement.UnderControl}),
			Entry("GUARANTEE_AMENDMENT and an IE013 with flag 0 is refused",
				line{in(movement.GuaranteeAmendment), amends("0"), "IE056", none(paused, guarantee), movement.GuaranteeAmendment}),
			Entry("GUARANTEE_AMENDMENT and an IE014 waits for the officer and stops the clock",
				line{in(movement.GuaranteeAmendment), withdraws, "", none(paused, "guarantee_amendment paused "+guarantee[len("guarantee_amendment "):]), movement.CancellationRequested}),
			Entry("GUARANTEE_AMENDMENT and a refusal is not released",
				line{in(movement.GuaranteeAmendment), officer("refuse_release"), "IE051", none(), movement.NotReleased}),
			Entry("GUARANTEE_AMENDMENT and the end of its time is not released",
				line{in(movement.GuaranteeAmendment), timer(office.AmendGuarantee), "IE051", none(), movement.NotReleased}),

			Entry("CANCELLATION_REQUESTED and the officer's consent is cancelled",
				line{in(movement.CancellationRequested), officer("accept_cancellation"), "IE009", none(), movement.Cancelled}),
			Entry("CANCELLATION_REQUESTED and the officer's refusal goes back and the release runs on",
				line{in(movement.CancellationRequested), officer("refuse_cancellation"), "IE009", none("auto_release 45m0s"), movement.Accepted}),
			Entry("CANCELLATION_REQUESTED of a movement under control goes back to the control",
				line{all(in(movement.UnderControl), withdraws), officer("refuse_cancellation"), "IE009", none(), movement.UnderControl}),
			Entry("CANCELLATION_REQUESTED during an amendment of the guarantee goes back to that, the release still paused",
				line{all(in(movement.GuaranteeAmendment), withdraws), officer("refuse_cancellation"), "IE009", none(paused, anew), movement.GuaranteeAmendment}),
			Entry("CANCELLATION_REQUESTED after a request for documents goes back, the release still paused",
				line{all(in(movement.Accepted), officer("request_documents"), withdraws), officer("refuse_cancellation"), "IE009", none(paused), movement.Accepted}),

			Entry("PRE_LODGED may be cancelled by customs", line{in(movement.PreLodged), officer("cancel"), "IE009", none(), movement.Cancelled}),
			Entry("AWAITING_ACCEPTANCE may be cancelled by customs", line{in(movement.AwaitingAcceptance), officer("cancel"), "IE009", none(), movement.Cancelled}),
			Entry("ACCEPTED may be cancelled by customs", line{in(movement.Accepted), officer("cancel"), "IE009", none(), movement.Cancelled}),
			Entry("UNDER_CONTROL may be cancelled by customs", line{in(movement.UnderControl), officer("cancel"), "IE009", none(), movement.Cancelled}),
			Entry("GUARANTEE_AMENDMENT may be cancelled by customs", line{in(movement.GuaranteeAmendment), officer("cancel"), "IE009", none(), movement.Cancelled}),
			Entry("CANCELLATION_REQUESTED may be cancelled by customs", line{in(movement.CancellationRequested), officer("cancel"), "IE009", none(), movement.Cancelled}),
			Entry("RELEASED may be cancelled by customs", line{in(movement.Released), officer("cancel"), "IE009", none(), movement.Cancelled}),

			Entry("RELEASED and an IE013 is refused", line{in(movement.Released), amends("0"), "IE056", none(), movement.Released}),
			Entry("RELEASED and an IE014 is refused", line{in(movement.Released), withdraws, "IE056", none(), movement.Released}),
			Entry("RELEASED and an IE170 is refused", line{in(movement.Released), presents, "IE056", none(), movement.Released}),
			Entry("RELEASED and an arrival recorded by customs is written off",
				line{in(movement.Released), officer("arrive"), "IE045", none(), movement.WrittenOff}),
			Entry("RELEASED and an incident is told", line{in(movement.Released), officer("incident"), "IE182", none(), movement.Released}),
			Entry("ARRIVED and an incident is told", line{in(movement.Arrived), officer("incident"), "IE182", none(), movement.Arrived}),
			Entry("RELEASED and the start of a recovery is told", line{in(movement.Released), officer("start_recovery"), "IE035", none(), movement.Recovery}),
			Entry("DISCREPANCIES that are resolved end the transit",
				line{in(movement.Discrepancies), officer("resolve_discrepancies"), "IE045", none(), movement.WrittenOff}),
			Entry("DISCREPANCIES may lead to a recovery", line{in(movement.Discrepancies), officer("start_recovery"), "IE035", none(), movement.Recovery}),
			Entry("RECOVERY that ends ends the transit", line{in(movement.Recovery), officer("end_recovery"), "IE045", none(), movement.WrittenOff}),
		)
	}

	It("runs the timers that only a setting starts", func() {
		week := map[message.Phase]office.Delay{message.Phase5: {Duration: 7 * 24 * time.Hour}}
		s := newStory(message.Phase5, "trader-test", func(o *office.Settings) {
			o.Timers[office.NonArrival] = map[message.Phase]office.Delay{message.Phase5: {Months: 7}}
			o.Timers[office.ResolveDiscrepancies] = week
		})
		s.send(s.simplified(set("TransitOperation/limitDate", "2026-03-16")))
		s.fire(office.AutoRelease)
		t, _ := s.timer(office.NonArrival)
		Expect(t.Due).To(Equal(time.Date(2026, 10, 16, 0, 0, 0, 0, time.UTC)), "seven months after the limit date")
		s.fire(office.NonArrival)
		Expect(s.emitted()).To(Equal("IE035"))
		Expect(s.m.State).To(Equal(movement.Recovery))
	})

	It("lets the release run after a presentation if it is told to", func() {
		s := newStory(message.Phase6, "trader-test", func(o *office.Settings) { o.AutoReleaseAfterPresentation = true })
		in(movement.PreLodged)(s)
		s.send(s.presentation())
		Expect(s.emitted()).To(Equal("IE028"))
		Expect(s.timers()).To(ConsistOf("auto_release 45m0s"))
		s.fire(office.AutoRelease)
		Expect(s.emitted()).To(Equal("IE029"))
	})

	It("restarts the release on an amendment if it is told to, but not a release that is paused", func() {
		s := newStory(message.Phase5, "trader-test", func(o *office.Settings) { o.AmendmentRestartsAutoRelease = true })
		in(movement.Accepted)(s)
		s.now = s.now.Add(10 * time.Minute)
		s.send(s.amendment("0"))
		Expect(s.timers()).To(ConsistOf("auto_release 45m0s"))
		must(s.act("request_documents", nil))
		s.send(s.amendment("0"))
		Expect(s.timers()).To(ConsistOf("auto_release paused 45m0s"))
	})

	It("follows an amendment of the authorisations as long as nothing is accepted", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.PreLodged)(s)
		s.send(s.amendment("0", remove("Authorisation")))
		Expect(s.m.Procedure).To(Equal(movement.Normal))
		s.send(s.presentation())
		Expect(s.emitted()).To(Equal("IE028"))
	})
})

var _ = Describe("What the trader may send", func() {
	const (
		ok   = "taken"
		late = "92"
	)
	rows := []struct {
		state               movement.State
		ie013, ie014, ie170 string
	}{
		{movement.PreLodged, ok, ok, ok},
		{movement.AwaitingAcceptance, ok, ok, late},
		{movement.Accepted, ok, ok, late},
		{movement.UnderControl, late, ok, late},
		{movement.GuaranteeAmendment, ok, ok, late},
		{movement.CancellationRequested, late, late, late},
		{movement.Released, late, late, late},
		{movement.Arrived, late, late, late},
		{movement.Discrepancies, late, late, late},
		{movement.Recovery, late, late, late},
		{movement.Rejected, late, late, late},
		{movement.Cancelled, late, late, late},
		{movement.NotReleased, late, late, late},
		{movement.WrittenOff, late, late, late},
	}
	for _, p := range phases {
		for _, r := range rows {
			for _, c := range []struct {
				typ, want string
				send      func(*story)
			}{
				{"IE013", r.ie013, func(s *story) {
					flag := "0"
					if s.m.State == movement.GuaranteeAmendment {
						flag = "1"
					}
					s.send(s.amendment(flag))
				}},
				{"IE014", r.ie014, withdraws},
				{"IE170", r.ie170, presents},
			} {
				It(fmt.Sprintf("is %s for %s in state %s of phase %s", c.want, c.typ, r.state, p), func() {
					s := newStory(p, "trader-test")
					in(r.state)(s)
					c.send(s)
					if c.want == ok {
						Expect(s.errors()).To(BeEmpty())
						Expect(s.emitted()).NotTo(Equal("IE056"))
						return
					}
					Expect(s.m.State).To(Equal(r.state))
					Expect(s.emitted()).To(Equal("IE056"))
					Expect(s.errors()).To(Equal([]string{"92 /CC" + c.typ[2:] + "C N/A"}))
					Expect(s.last.Emit[0].Content.Rejection).To(Equal(c.typ[2:]))
					Expect(s.last.Emit[0].Content.RejectionCode).To(Equal("12"))
					Expect(s.why()).To(ContainSubstring("docs/spec/process.md#4-3"))
				})
			}
		}
	}
})
