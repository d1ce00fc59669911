package office_test

import (
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

type with = map[string]any

var _ = Describe("The officer", func() {
	at := func(state movement.State) *story {
		s := newStory(message.Phase5, "trader-test")
		in(state)(s)
		return s
	}
	content := func(s *story) compose.Content {
		GinkgoHelper()
		Expect(s.last.Emit).To(HaveLen(1))
		return s.last.Emit[0].Content
	}

	DescribeTable("can do what the process allows", suite.Parameters,
		func(state movement.State, actions ...string) {
			s := at(state)
			if len(actions) == 0 {
				Expect(s.office.Actions(s.m)).To(BeEmpty())
				return
			}
			Expect(s.office.Actions(s.m)).To(ConsistOf(actions))
		},
		Entry(nil, movement.PreLodged, "intend_control", "cancel"),
		Entry(nil, movement.AwaitingAcceptance, "accept", "reject", "cancel"),
		Entry(nil, movement.Accepted, "control", "request_documents", "release", "refuse_release", "guarantee_invalid", "cancel"),
		Entry(nil, movement.UnderControl, "control", "release", "refuse_release", "guarantee_invalid", "cancel"),
		Entry(nil, movement.GuaranteeAmendment, "refuse_release", "cancel"),
		Entry(nil, movement.CancellationRequested, "accept_cancellation", "refuse_cancellation", "cancel"),
		Entry(nil, movement.Released, "arrive", "incident", "enquiry", "start_recovery", "cancel"),
		Entry(nil, movement.Arrived, "incident", "enquiry"),
		Entry(nil, movement.Discrepancies, "resolve_discrepancies", "start_recovery"),
		Entry(nil, movement.Recovery, "end_recovery"),
		Entry(nil, movement.Rejected),
		Entry(nil, movement.Cancelled),
		Entry(nil, movement.NotReleased),
		Entry(nil, movement.WrittenOff),
	)

	It("is refused with the actions that are possible, and nothing changes", func() {
		s := at(movement.GuaranteeAmendment)
		before := s.m
		err := s.act("release", nil)
		var refused *office.Refused
		Expect(errors.As(err, &refused)).To(BeTrue())
		Expect(refused.State).To(Equal(movement.GuaranteeAmendment))
		Expect(refused.Allowed).To(ConsistOf("refuse_release", "cancel"))
		Expect(err).To(MatchError("action release is not possible in state GUARANTEE_AMENDMENT; hint: possible are refuse_release, cancel"))
		Expect(s.m).To(Equal(before))
	})

	It("is told the verbs when the verb is unknown", func() {
		err := at(movement.Accepted).act("dance", nil)
		Expect(err).To(BeAssignableToTypeOf(&office.InputError{}))
		Expect(err).To(MatchError(MatchRegexp(`the actions are .*\brelease, .*\bcontrol, .*\bend_recovery`)))
	})

	DescribeTable("cannot write what a message cannot carry:",
		func(state movement.State, action string, input with, text string) {
			s := at(state)
			before := s.m
			err := s.act(action, input)
			Expect(err).To(BeAssignableToTypeOf(&office.InputError{}))
			Expect(err).To(MatchError(ContainSubstring(text)))
			Expect(s.m).To(Equal(before))
		},
		Entry("unknown keys", movement.Accepted, "release", with{"result": "A1"}, "with.result is unknown; hint: known are controlResult"),
		Entry("unknown keys in groups", movement.Accepted, "release", with{"controlResult": with{"code": "A1", "colour": "red"}},
			"with.controlResult.colour is unknown; hint: known are code, date, by, text"),
		Entry("unknown keys in lists", movement.Accepted, "control", with{"controls": []any{with{"type": "40"}, with{"kind": "41"}}},
			"with.controls[1].kind is unknown; hint: known are type, text"),
		Entry("any key where there is no input", movement.Released, "arrive", with{"text": "x"}, "the action takes no input"),
		Entry("a group instead of a text", movement.Released, "cancel", with{"justification": with{}}, "with.justification must be a text"),
		Entry("a text instead of a group", movement.Accepted, "refuse_release", with{"motivation": "G2"}, "with.motivation must be a group of keys; hint: known are code, text"),
		Entry("a group instead of a list", movement.Accepted, "control", with{"controls": with{"type": "40"}}, "with.controls must be a list of 1 to 99 groups"),
		Entry("a text that is too long", movement.Released, "cancel", with{"justification": longText(513)}, "with.justification must have 1 to 512 characters"),
		Entry("a text that is too long because an emoji counts twice", movement.Released, "cancel", with{"justification": strings.Repeat("🚚", 257)}, "with.justification must have 1 to 512 characters"),
		Entry("an empty text", movement.Released, "cancel", with{"justification": " "}, "with.justification must have 1 to 512 characters"),
		Entry("a control character", movement.Released, "cancel", with{"justification": "a\x00b"}, "a character that a message cannot hold"),
		Entry("a code of the wrong shape", movement.Accepted, "refuse_release", with{"motivation": with{"code": "GGG"}}, `with.motivation.code is "GGG"; hint: it looks like B1`),
		Entry("a day that does not exist", movement.Accepted, "release", with{"controlResult": with{"code": "A1", "date": "2026-02-30"}}, "not a day of the calendar"),
		Entry("a control without its type", movement.Accepted, "control", with{"controls": []any{with{"text": "x"}}}, "with.controls[0].type is missing; hint: for example 40"),
		Entry("an amount with three decimals", movement.Released, "start_recovery", with{"amount": "1.005"}, "hint: it looks like 1250.00"),
	)

	It("gives motivation, controls, documents and results to the messages", func() {
		s := at(movement.Accepted)
		Expect(s.act("control", with{
			"controls":  []any{with{"type": 42}, with{"type": "50", "text": "by\nhealth"}},
			"documents": []any{with{"type": "N380", "description": "invoice"}},
		})).To(Succeed())
		Expect(content(s)).To(Equal(compose.Content{
			NotificationType: "0",
			Controls:         []compose.Control{{Type: "42"}, {Type: "50", Text: "by health"}},
			Documents:        []compose.RequestedDocument{{Type: "N380", Description: "invoice"}},
		}))
		Expect(s.m.Facts.Controlled).To(BeTrue())

		Expect(s.act("release", with{"controlResult": with{"code": "A1", "date": "2026-03-16", "by": "J Smith", "text": "fine"}})).To(Succeed())
		Expect(content(s).ControlResult).To(Equal(&compose.ControlResult{Code: "A1", Date: "2026-03-16", By: "J Smith", Text: "fine"}))

		Expect(s.act("incident", with{"code": 5.0, "text": "flood", "office": "XI000142"})).To(Succeed())
		Expect(content(s).Incident).To(Equal(compose.Incident{Code: "5", Text: "flood", Office: "XI000142"}))

		Expect(s.act("start_recovery", with{"text": "lost", "amount": 1250.5, "currency": "GBP"})).To(Succeed())
		Expect(content(s).Recovery).To(Equal(compose.Recovery{Text: "lost", Amount: "1250.5", Currency: "GBP"}))
	})

	It("asks for documents with type 1 and announces controls with type 2", func() {
		s := at(movement.Accepted)
		Expect(s.act("request_documents", nil)).To(Succeed())
		Expect(content(s).NotificationType).To(Equal("1"))
		Expect(s.m.Facts.Controlled).To(BeFalse())
		s = at(movement.PreLodged)
		Expect(s.act("intend_control", nil)).To(Succeed())
		Expect(content(s).NotificationType).To(Equal("2"))
	})

	It("refuses a release on grounds of control without a code, and of the guarantee with G1", func() {
		s := at(movement.UnderControl)
		Expect(s.act("refuse_release", nil)).To(Succeed())
		Expect(content(s).Motivation).To(BeZero(), "the composer knows the usual one")
		s = at(movement.GuaranteeAmendment)
		Expect(s.act("refuse_release", nil)).To(Succeed())
		Expect(content(s).Motivation.Code).To(Equal("G1"))
		s = at(movement.GuaranteeAmendment)
		s.fire(office.AmendGuarantee)
		Expect(content(s).Motivation.Code).To(Equal("G1"))
		s = at(movement.GuaranteeAmendment)
		Expect(s.act("refuse_release", with{"motivation": with{"code": "G2", "text": "no cash"}})).To(Succeed())
		Expect(content(s).Motivation).To(Equal(compose.Motivation{Code: "G2", Text: "no cash"}))
	})

	It("decides about a cancellation, answering the IE014", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.Accepted)(s)
		id := s.send(s.invalidation())
		Expect(s.act("refuse_cancellation", with{"justification": "goods have left"})).To(Succeed())
		Expect(s.last.Emit).To(Equal([]office.Emission{{
			Type: "IE009", Answers: id, Content: compose.Content{Decision: "0", Justification: "goods have left"},
		}}))
		s.send(s.invalidation())
		Expect(s.act("accept_cancellation", nil)).To(Succeed())
		Expect(content(s)).To(Equal(compose.Content{Decision: "1"}))
	})

	It("cancels of customs' own accord, answering nothing", func() {
		s := at(movement.Released)
		Expect(s.act("cancel", with{"justification": "error of the office"})).To(Succeed())
		Expect(s.last.Emit).To(Equal([]office.Emission{{
			Type: "IE009", Content: compose.Content{Decision: "1", ByCustoms: true, Justification: "error of the office"},
		}}))
	})

	It("rejects a declaration with a reason", func() {
		s := at(movement.AwaitingAcceptance)
		Expect(s.act("reject", with{"justification": "no such place"})).To(Succeed())
		Expect(s.last.Emit[0].Answers).To(Equal(s.m.Facts.Original))
		Expect(content(s)).To(Equal(compose.Content{Rejection: "015", RejectionCode: "4", RejectionReason: "no such place"}))
	})

	It("finds guarantees invalid: those that are named, else all of the declaration", func() {
		s := at(movement.Accepted)
		Expect(s.act("guarantee_invalid", nil)).To(Succeed())
		Expect(content(s).Guarantees).To(BeEmpty())
		s = at(movement.Accepted)
		Expect(s.act("guarantee_invalid", with{"guarantees": []any{
			with{"grn": "24GB0000010000031", "reasons": []any{with{"code": "G03", "text": "Access code not valid"}}},
		}})).To(Succeed())
		Expect(content(s).Guarantees).To(Equal([]compose.InvalidGuarantee{
			{GRN: "24GB0000010000031", Reasons: []compose.Reason{{Code: "G03", Text: "Access code not valid"}}},
		}))
	})

	It("cannot find a guarantee invalid where there is none", func() {
		s := newStory(message.Phase5, "trader-test")
		s.send(s.simplified(remove("Guarantee/GuaranteeReference")))
		Expect(s.act("guarantee_invalid", nil)).To(MatchError(ContainSubstring("no guarantee with a GRN")))
	})
})

func longText(n int) string {
	out := make([]rune, n)
	for i := range out {
		out[i] = 'é'
	}
	return string(out)
}

var _ = Describe("The content of answers", func() {
	It("is a rejection with code 4 and a reason when goods are not presented in time", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.PreLodged)(s)
		s.fire(office.Presentation)
		Expect(s.last.Emit).To(Equal([]office.Emission{{Type: "IE056", Answers: s.m.Facts.Original, Content: compose.Content{
			Rejection: "015", RejectionCode: "4", RejectionReason: "time limit for presentation expired",
		}}}))
	})

	It("allocates an MRN for the office, the year and the security of the declaration, once", func() {
		s := newStory(message.Phase5, "trader-test")
		s.send(s.simplified(set("TransitOperation/security", "2")))
		Expect(s.m.MRN).To(HavePrefix("26GB000246"))
		Expect(s.m.MRN[16]).To(Equal(byte('K')))
		Expect(movement.CheckMRN(s.m.MRN)).To(Succeed())
		Expect(s.m.Facts.Accepted).To(Equal(start))
		mrn := s.m.MRN
		s.fire(office.AutoRelease)
		Expect(s.m.MRN).To(Equal(mrn))
		Expect(s.m.Facts.Released).To(Equal(start.Add(45 * time.Minute)))
	})

	It("takes the facts of the movement from the declaration", func() {
		s := newStory(message.Phase5, "trader-test")
		id := s.send(simtest.Edited(message.Phase5, "ie015-tir-xi"))
		Expect(s.m.TIR).To(BeTrue())
		Expect(s.m.PreLodged).To(BeFalse())
		Expect(s.m.Procedure).To(Equal(movement.Normal))
		Expect(s.m.Office).To(HavePrefix("XI"))
		Expect(s.m.Facts).To(Equal(movement.Facts{Original: id, Declaration: id, Submitted: start}))
	})
})

var _ = Describe("The default officer", func() {
	for _, p := range phases {
		It("decides two seconds after a state began to wait for one, in profile fast of phase "+p.String(), func() {
			s := newStory(p, "fast")
			in(movement.AwaitingAcceptance)(s)
			Expect(s.timers()).To(Equal([]string{"officer_wait 2s"}))
			s.fire(office.OfficerWait)
			Expect(s.emitted()).To(Equal("IE028"))
			Expect(s.timers()).To(Equal([]string{"officer_wait 2s"}))
			s.fire(office.OfficerWait)
			Expect(s.emitted()).To(Equal("IE029"))
			Expect(s.timers()).To(BeEmpty())
			Expect(s.why()).To(ContainSubstring("default officer: release (profile fast"))
		})
	}

	It("leaves a simplified release to its timer", func() {
		s := newStory(message.Phase5, "fast")
		in(movement.Accepted)(s)
		Expect(s.timers()).To(Equal([]string{"auto_release 2s"}))
	})

	It("takes over when the release is paused", func() {
		s := newStory(message.Phase5, "fast")
		in(movement.Accepted)(s)
		must(s.act("request_documents", nil))
		Expect(s.timers()).To(Equal([]string{"auto_release paused 2s", "officer_wait 2s"}))
		s.fire(office.OfficerWait)
		Expect(s.emitted()).To(Equal("IE029"))
		Expect(s.timers()).To(BeEmpty())
	})

	It("accepts cancellations and ends controls", func() {
		s := newStory(message.Phase5, "instant")
		in(movement.CancellationRequested)(s)
		s.fire(office.OfficerWait)
		Expect(s.emitted()).To(Equal("IE009"))
		Expect(s.m.State).To(Equal(movement.Cancelled))
		s = newStory(message.Phase5, "instant")
		in(movement.UnderControl)(s)
		s.fire(office.OfficerWait)
		Expect(s.m.State).To(Equal(movement.Released))
	})

	It("steps back when somebody else acts, and waits anew", func() {
		s := newStory(message.Phase5, "fast")
		in(movement.AwaitingAcceptance)(s)
		s.now = s.now.Add(time.Second)
		must(s.act("accept", nil))
		Expect(s.timers()).To(Equal([]string{"officer_wait 2s"}))
		Expect(s.why()).To(ContainSubstring("the officer has acted"))
	})

	It("is not disturbed by a message that is refused", func() {
		s := newStory(message.Phase5, "fast")
		in(movement.AwaitingAcceptance)(s)
		s.now = s.now.Add(time.Second)
		s.send(s.presentation())
		Expect(s.emitted()).To(Equal("IE056"))
		Expect(s.timers()).To(Equal([]string{"officer_wait 1s"}))
	})

	It("does not hurry the trader", func() {
		s := newStory(message.Phase5, "instant")
		in(movement.PreLodged)(s)
		Expect(s.timers()).To(Equal([]string{"presentation 45m0s"}))
		s = newStory(message.Phase6, "instant")
		in(movement.GuaranteeAmendment)(s)
		Expect(s.timers()).To(ConsistOf("auto_release paused 0s", "guarantee_amendment 1h0m0s"))
	})

	It("does not exist in the profiles trader-test and production", func() {
		for _, profile := range []string{"trader-test", "production"} {
			s := newStory(message.Phase5, profile)
			in(movement.AwaitingAcceptance)(s)
			Expect(s.timers()).To(BeEmpty())
		}
	})
})

var _ = Describe("A profile", func() {
	It("is known by its name", func() {
		for _, name := range office.Profiles {
			s, err := office.ProfileSettings(name)
			Expect(err).NotTo(HaveOccurred())
			Expect(s.Profile).To(Equal(name))
		}
		_, err := office.ProfileSettings("slow")
		Expect(err).To(MatchError(`unknown profile "slow"; hint: the profiles are fast, instant, trader-test, production, silent`))
	})

	It("gives thirty days for the presentation in production", func() {
		s := newStory(message.Phase5, "production")
		in(movement.PreLodged)(s)
		Expect(s.timers()).To(Equal([]string{"presentation 720h0m0s"}))
	})

	Describe("silent", func() {
		It("answers no message and starts no timer, and says why", func() {
			s := newStory(message.Phase5, "silent")
			s.send(s.simplified())
			Expect(s.emitted()).To(BeEmpty())
			Expect(s.timers()).To(BeEmpty())
			Expect(s.m.State).To(Equal(movement.Submitted))
			Expect(s.why()).To(ContainSubstring("profile silent: messages from the trader change nothing"))
			s.inject("IE028", nil)
			s.send(s.invalidation())
			Expect(s.m.State).To(Equal(movement.Accepted))
			Expect(s.emitted()).To(BeEmpty())
		})

		It("still lets an officer act", func() {
			s := newStory(message.Phase5, "silent")
			s.send(s.simplified())
			s.inject("IE028", nil)
			Expect(s.act("release", nil)).To(Succeed())
			Expect(s.emitted()).To(Equal("IE029"))
		})
	})
})
