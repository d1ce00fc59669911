package script_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
)

// Steps that many scenarios have.
const (
	declares = "trader: { send: IE015 }\nexpect: [IE928, IE028]"
	controls = "officer: control\nafter: 10m\nexpect: [IE060]"
	releases = "timer: auto_release\nexpect: [IE029]"
	arrives  = "trader: { send: IE007 }\nexpect: [IE043 >A]\nstate: arrived"
)

var _ = Describe("A script", func() {
	It("waits for the trader's message, and goes on when customs has sent what it says", func() {
		f := departing(declares, releases)
		Expect(f.WaitsFor()).To(Equal("the trader to send IE015"))
		Expect(f.notes()).To(Equal("step 1 (trader sends IE015) is next [next] (scenario TEST, test.yaml:6)\n"))
		Expect(f.happens(sends("IE015"), "IE928", "IE028")).To(Equal(script.Awaited))
		Expect(f.at()).To(Equal(2))
		Expect(f.notes()).To(Equal("step 1 (trader sends IE015) done: IE928, IE028 [done] (scenario TEST, test.yaml:6)\n" +
			"step 2 (timer auto_release) is next [next] (scenario TEST, test.yaml:8)\n"))
	})

	It("lets an officer act when it is time, and not again until then", func() {
		f := departing(declares, controls, releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.last.Wake).To(Equal(&script.Wake{Side: message.Departure, After: 10 * time.Minute, For: "step 2 (officer control)"}))
		Expect(f.WaitsFor()).To(Equal("the time of the officer's control"))
		Expect(f.Act().Officer.Verb).To(Equal("control"))
		Expect(f.happens(turns(message.Departure), "IE060")).To(Equal(script.Turn))
		Expect(f.at()).To(Equal(3))
		Expect(f.Meaning(turns(message.Departure))).To(Equal(script.Idle))
	})

	It("takes it for its own if somebody does by hand what its officer would do", func() {
		f := departing(declares, controls, releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.happens(acts(message.Departure, "control"), "IE060")).To(Equal(script.Awaited))
		Expect(f.at()).To(Equal(3))
	})

	It("lets a timer of the office fire when it has come to it, and keeps it until then", func() {
		f := departing(declares, controls, releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		early := fires(message.Departure, "auto_release")
		Expect(f.Meaning(early)).To(Equal(script.Early))
		f.happens(turns(message.Departure), "IE060")
		Expect(f.last.Free).To(Equal(&scenario.Timer{Name: "auto_release", At: message.Departure}))
		Expect(f.Meaning(early)).To(Equal(script.Awaited))
		Expect(f.Meaning(fires(message.Departure, "presentation"))).To(Equal(script.Early))
	})

	It("is through after the last step", func() {
		f := departing(declares)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.last.Over()).To(BeTrue())
		Expect(f.At.Status).To(Equal(movement.Finished))
		Expect(f.Follows()).To(BeFalse())
		Expect(f.Step()).To(BeNil())
		Expect(f.WaitsFor()).To(BeEmpty())
		Expect(f.notes()).To(HaveSuffix("scenario TEST is through [through] (scenario TEST, test.yaml:6; the usual process goes on)\n"))
	})

	It("says so if it ends in another state than it names", func() {
		s := of(message.Departure, declares)
		s.End = movement.Released
		f := &follower{Run: script.Run{Scenario: s, Keeper: message.Departure, At: movement.Script{Status: movement.Following, Version: script.Version(s)}}}
		f.leadsTo(sends("IE015"), script.Outcome{Sent: []string{"IE928", "IE028"}, States: map[message.Kind]movement.State{message.Departure: movement.Accepted}})
		Expect(f.notes()).To(ContainSubstring("scenario TEST is through, but it ends in RELEASED and the departure stands in ACCEPTED"))
	})

	It("does not follow a text that has changed", func() {
		f := departing(declares)
		Expect(f.Follows()).To(BeTrue())
		f.Scenario = of(message.Departure, declares, releases)
		Expect(f.Follows()).To(BeFalse())
		lost := script.Lost(f.At, "TEST", "test.yaml has changed")
		Expect(lost.Over()).To(BeTrue())
		Expect(lost.Notes[0].Text).To(Equal("scenario TEST left: test.yaml has changed"))
	})

	It("changes nothing of the position that it was given", func() {
		f := departing(declares, "fault: { call: submit, status: 500 }", "fault: { call: message, status: 500 }", releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		before := f.At
		faults := append([]movement.ArmedFault(nil), before.Faults...)
		_, after := f.Meet(scenario.CallSubmit)
		Expect(after.Faults).To(HaveLen(1))
		f.happens(sends("IE014"))
		Expect(before.Faults).To(Equal(faults))
	})
})

var _ = Describe("A movement leaves its script", func() {
	started := func(steps ...string) *follower {
		f := departing(append([]string{declares}, steps...)...)
		f.happens(sends("IE015"), "IE928", "IE028")
		return f
	}
	DescribeTable("when something else happens than the step waits for, and says what that was:",
		func(step string, e script.Event, why string) {
			f := started(step)
			Expect(f.happens(e)).To(Equal(script.Strange))
			Expect(f.At.Status).To(Equal(movement.Left))
			Expect(f.At.Why).To(Equal("step 2 " + why))
			Expect(f.notes()).To(Equal("scenario TEST left: step 2 " + why + " [left] (scenario TEST, test.yaml:8; the usual process goes on)\n"))
			Expect(f.last.Wake).To(BeNil())
		},
		Entry("another message", "trader: { send: IE013 }", sends("IE014"),
			"(trader sends IE013) at test.yaml:8 waited for the trader to send IE013, but the trader sent IE014"),
		Entry("a message instead of a timer", releases, sends("IE013"),
			"(timer auto_release) at test.yaml:8 waited for timer auto_release to fire, but the trader sent IE013"),
		Entry("a message before an officer's time", controls, sends("IE013"),
			"(officer control) at test.yaml:8 waited for the time of the officer's control, but the trader sent IE013"),
		Entry("another action", controls, acts(message.Departure, "release"),
			"(officer control) at test.yaml:8 waited for the time of the officer's control, but the officer's action was release"),
		Entry("an action that the office has to refuse", "officer: accept\nrefused: true\nafter: 1m", acts(message.Departure, "accept"),
			"(officer accept) at test.yaml:8 waited for the time of the officer's accept, but the officer's action was accept"),
		Entry("an injected message", controls, injects(message.Departure, "IE028"),
			"(officer control) at test.yaml:8 waited for the time of the officer's control, but IE028 was injected by test support"),
		Entry("a word of the other side", releases, tells(message.Departure, "arrival_accepted"),
			"(timer auto_release) at test.yaml:8 waited for timer auto_release to fire, but the office of destination reported arrival_accepted"),
		Entry("something before a message of its own", "inject: IE060\nafter: 5m", sends("IE014"),
			"(inject IE060) at test.yaml:8 waited for the time to send IE060, but the trader sent IE014"),
	)

	It("when customs sends something else than the step says", func() {
		f := departing(declares, releases)
		Expect(f.happens(sends("IE015"), "IE056")).To(Equal(script.Awaited))
		Expect(f.At.Why).To(Equal("step 1 (trader sends IE015) at test.yaml:6 says that customs sends IE928, IE028, but IE056 came"))
		f = started(controls + "\n")
		f.happens(turns(message.Departure))
		Expect(f.At.Why).To(HaveSuffix("says that customs sends IE060, but nothing came"))
	})

	It("when the movement comes to another state than the step says", func() {
		f := started(controls + "\nstate: under_control")
		f.leadsTo(turns(message.Departure), script.Outcome{Sent: []string{"IE060"}, States: map[message.Kind]movement.State{message.Departure: movement.Accepted}})
		Expect(f.At.Why).To(Equal("step 2 (officer control) at test.yaml:8 says that the departure then stands in UNDER_CONTROL, but it stands in ACCEPTED"))
	})

	It("when the office does not do what its officer wants", func() {
		f := started(controls)
		f.leadsTo(turns(message.Departure), script.Outcome{Refused: "action control is not possible"})
		Expect(f.At.Why).To(Equal("step 2 (officer control) at test.yaml:8 cannot be done: action control is not possible"))
	})

	It("when the office would do what it should refuse", func() {
		f := started("officer: accept\nrefused: true")
		f.leadsTo(turns(message.Departure), script.Outcome{})
		Expect(f.At.Why).To(HaveSuffix("says that the office refuses, but it would not; nothing was done"))
	})

	It("when a message of the scenario cannot be sent", func() {
		f := started("inject: IE060")
		f.leadsTo(turns(message.Departure), script.Outcome{Broken: "cannot send IE060: 1:2: wrong"})
		Expect(f.At.Why).To(Equal("step 2 (inject IE060) at test.yaml:8 cannot send IE060: 1:2: wrong"))
	})

	It("and the faults that waited are gone", func() {
		f := started("fault: { call: message, status: 500 }", releases)
		Expect(f.At.Faults).To(HaveLen(1))
		f.happens(sends("IE014"))
		Expect(f.At.Faults).To(BeEmpty())
	})
})

var _ = Describe("An officer's action that the office has to refuse", func() {
	It("is done when it was refused", func() {
		f := departing(declares, "officer: accept\nrefused: true", releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.last.Wake.After).To(BeZero())
		f.leadsTo(turns(message.Departure), script.Outcome{Refused: "action accept is not possible"})
		Expect(f.at()).To(Equal(3))
	})
})

var _ = Describe("Messages of a scenario", func() {
	codes := func(list []scenario.Message) []string {
		out := []string{}
		for _, m := range list {
			out = append(out, m.Type.Code)
		}
		return out
	}

	It("replace at once what customs would send, and come later as far as they are delayed", func() {
		f := departing("trader: { send: IE015 }", "respond:\n  - { send: IE928, repeat: 2 }\n  - { send: IE028, delay: 30s, repeat: 2 }", releases)
		now, yes := f.Replaces(sends("IE015"))
		Expect(yes).To(BeTrue())
		Expect(codes(now)).To(Equal([]string{"IE928", "IE928"}))
		Expect(f.happens(sends("IE015"), "IE928", "IE928")).To(Equal(script.Awaited))
		Expect(f.at()).To(Equal(2))
		Expect(f.WaitsFor()).To(Equal("the time to send IE028"))
		for range 2 {
			Expect(f.last.Wake).To(Equal(&script.Wake{Side: message.Departure, After: 30 * time.Second, For: "step 2 (respond)"}))
			Expect(codes(f.Act().Send)).To(Equal([]string{"IE028"}))
			Expect(f.happens(turns(message.Departure), "IE028")).To(Equal(script.Turn))
		}
		Expect(f.at()).To(Equal(3))
		Expect(f.notes()).To(ContainSubstring("step 2 (respond) done: IE928, IE928, IE028, IE028"))
	})

	It("can all be late", func() {
		f := departing("trader: { send: IE015 }", "respond: [{ send: IE928, delay: 1h }, IE028]")
		now, yes := f.Replaces(sends("IE015"))
		Expect(yes).To(BeTrue())
		Expect(now).To(BeEmpty())
		f.happens(sends("IE015"))
		Expect(f.last.Wake.After).To(Equal(time.Hour))
		Expect(codes(f.Act().Send)).To(Equal([]string{"IE928", "IE028"}))
	})

	It("can be none", func() {
		f := departing("trader: { send: IE015 }", "respond: []", "trader: { send: IE014 }")
		now, yes := f.Replaces(sends("IE015"))
		Expect([]any{len(now), yes}).To(Equal([]any{0, true}))
		f.happens(sends("IE015"))
		Expect(f.at()).To(Equal(3))
	})

	It("are those of the office where the scenario has no others", func() {
		f := departing(declares)
		_, yes := f.Replaces(sends("IE015"))
		Expect(yes).To(BeFalse())
	})

	It("can answer to an officer and to a timer", func() {
		f := departing(declares, "officer: control", "respond: [IE060]", "timer: auto_release", "respond: [IE029]")
		f.happens(sends("IE015"), "IE928", "IE028")
		f.happens(turns(message.Departure), "IE060")
		Expect(f.at()).To(Equal(4))
		f.happens(fires(message.Departure, "auto_release"), "IE029")
		Expect(f.At.Status).To(Equal(movement.Finished))
	})

	It("come out of the blue when it is time, as often as they are to", func() {
		f := departing(declares, "inject: { send: IE060, delay: 10s, repeat: 2 }\nafter: 5m", releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.last.Wake.After).To(Equal(5*time.Minute + 10*time.Second))
		Expect(codes(f.Act().Send)).To(Equal([]string{"IE060"}))
		f.happens(turns(message.Departure), "IE060")
		Expect(f.last.Wake.After).To(Equal(10 * time.Second))
		f.happens(turns(message.Departure), "IE060")
		Expect(f.at()).To(Equal(3))
	})

	It("count as sent if somebody else injects them", func() {
		f := departing(declares, "inject: IE060\nafter: 5m", releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.happens(injects(message.Departure, "IE060"), "IE060")).To(Equal(script.Awaited))
		Expect(f.at()).To(Equal(3))
	})
})

var _ = Describe("A script with two sides", func() {
	under := func(steps ...string) *follower {
		f := travelling(append([]string{declares, releases, arrives}, steps...)...)
		f.states = map[message.Kind]movement.State{message.Departure: movement.Released}
		f.happens(sends("IE015"), "IE928", "IE028")
		f.happens(fires(message.Departure, "auto_release"), "IE029")
		return f
	}

	It("is joined by the movement that its next message creates", func() {
		f := under()
		t, _ := message.TypeOfCode("IE007")
		Expect(f.Joins(t)).To(BeTrue())
		f.leadsTo(notifies("A1"), script.Outcome{Sent: []string{"IE043 >A"}, Told: 1})
		Expect(f.At.Partner).To(Equal("A1"))
		Expect(f.Joins(t)).To(BeFalse(), "no further one is awaited")
	})

	It("finishes a step when the other side has heard of it", func() {
		f := under("trader: { send: IE044 }\nexpect: [IE025 >A, IE045 >D]")
		f.leadsTo(notifies("A1"), script.Outcome{Sent: []string{"IE043 >A"}, Told: 1})
		Expect(f.at()).To(Equal(3))
		Expect(f.WaitsFor()).To(Equal("the other side to hear of it"))
		f.states[message.Departure] = movement.Arrived
		Expect(f.happens(tells(message.Departure, "arrival_accepted"))).To(Equal(script.Echo))
		Expect(f.at()).To(Equal(4))

		f.leadsTo(sends("IE044"), script.Outcome{Sent: []string{"IE025 >A"}, Told: 1})
		Expect(f.happens(tells(message.Departure, "goods_released"), "IE045")).To(Equal(script.Echo))
		Expect(f.notes()).To(ContainSubstring("step 4 (trader sends IE044) done: IE025 >A, IE045"))
		Expect(f.At.Status).To(Equal(movement.Finished))
	})

	It("waits for the echo of an echo", func() {
		f := under("officer: resolve_discrepancies\nat: departure\nexpect: [IE025 >A, IE045 >D]")
		f.states[message.Departure] = movement.Arrived
		f.happens(notifies("A1"), "IE043 >A")
		Expect(f.last.Wake.Side).To(Equal(message.Departure))
		f.leadsTo(turns(message.Departure), script.Outcome{Told: 1})
		f.leadsTo(tells(message.Arrival, "resolve_discrepancies"), script.Outcome{Sent: []string{"IE025 >A"}, Told: 1})
		Expect(f.at()).To(Equal(4))
		f.happens(tells(message.Departure, "goods_released"), "IE045")
		Expect(f.At.Status).To(Equal(movement.Finished))
	})

	It("acts at the side of the officer or the message", func() {
		f := under("officer: permit_unloading", "inject: IE182", "inject: IE043")
		f.states[message.Departure] = movement.Arrived
		f.happens(notifies("A1"), "IE043 >A")
		Expect(f.last.Wake.Side).To(Equal(message.Arrival))
		Expect(f.Meaning(turns(message.Departure))).To(Equal(script.Idle))
		f.happens(turns(message.Arrival))
		Expect(f.last.Wake.Side).To(Equal(message.Departure))
		f.happens(turns(message.Departure), "IE182")
		Expect(f.last.Wake.Side).To(Equal(message.Arrival))
	})

	It("answers to both sides, each in its turn", func() {
		f := under("trader: { send: IE044 }", "respond: [IE025, IE045, IE025]")
		f.states[message.Departure] = movement.Arrived
		f.happens(notifies("A1"), "IE043 >A")
		now, _ := f.Replaces(sends("IE044"))
		Expect(now).To(HaveLen(1))
		f.happens(sends("IE044"), "IE025 >A")
		Expect(f.last.Wake.Side).To(Equal(message.Departure))
		Expect(f.Act().Send).To(HaveLen(1))
		f.happens(turns(message.Departure), "IE045")
		Expect(f.last.Wake.Side).To(Equal(message.Arrival))
		f.happens(turns(message.Arrival), "IE025 >A")
		Expect(f.At.Status).To(Equal(movement.Finished))
	})

	It("leaves if something has to happen on a side that is not there", func() {
		s := of(message.Arrival, "trader: { send: IE007 }\nexpect: [IE043 >A]", "trader: { send: IE044 }")
		s.Steps[1] = scenario.Step{Number: 2, Line: 9, Form: scenario.FormOfficer, Officer: &scenario.Officer{Verb: "release", At: message.Departure}}
		f := &follower{Run: script.Run{Scenario: s, Keeper: message.Arrival, At: movement.Script{Status: movement.Following}}}
		f.leadsTo(sends("IE007"), script.Outcome{Sent: []string{"IE043 >A"}})
		Expect(f.At.Why).To(Equal("step 2 (officer release) at test.yaml:9 needs the departure, but none follows the scenario"))
	})

	It("takes a second arrival when the first was turned down", func() {
		f := travelling(declares, "trader: { send: IE007 }\nexpect: [IE057 >A]", "trader: { send: IE007 }\nexpect: [IE043 >A]", "officer: release_goods\nexpect: [IE025 >A]")
		f.happens(sends("IE015"), "IE928", "IE028")
		f.happens(notifies("A1"), "IE057 >A")
		t, _ := message.TypeOfCode("IE007")
		Expect(f.Joins(t)).To(BeTrue())
		f.happens(notifies("A2"), "IE043 >A")
		Expect(f.At.Partner).To(Equal("A2"))
		Expect(f.last.Wake.Side).To(Equal(message.Arrival))
	})
})

var _ = Describe("Faults of a scenario", func() {
	It("wait beside the script for calls of their kind, as many as they meet", func() {
		f := departing(declares, "fault: { call: message, status: 500, times: 2 }", "fault: { call: messages, reset: true }", releases)
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.at()).To(Equal(4))
		Expect(f.At.Faults).To(Equal([]movement.ArmedFault{{Step: 1, Left: 2}, {Step: 2, Left: 1}}))
		Expect(f.notes()).To(ContainSubstring("step 2 (fault on message) waits for a call [armed]"))
		for range 2 {
			st, after := f.Meet(scenario.CallMessage)
			Expect(st.Number).To(Equal(2))
			f.At = after
		}
		st, _ := f.Meet(scenario.CallMessage)
		Expect(st).To(BeNil())
		Expect(f.At.Faults).To(Equal([]movement.ArmedFault{{Step: 2, Left: 1}}))
	})

	It("stay when the script is through", func() {
		f := departing(declares, "fault: { call: message, status: 500 }")
		f.happens(sends("IE015"), "IE928", "IE028")
		Expect(f.At.Status).To(Equal(movement.Finished))
		Expect(f.At.Faults).To(HaveLen(1))
	})

	It("before the first message meet the attempts to send it", func() {
		s := of(message.Departure, "fault: { call: submit, status: 503, times: 2 }", "fault: { call: message, status: 500 }",
			"fault: { call: submit, delay: 1s, times: 2 }", declares)
		numbers := []int{}
		for attempt := 1; script.Outage(s, attempt) != nil; attempt++ {
			numbers = append(numbers, script.Outage(s, attempt).Number)
		}
		Expect(numbers).To(Equal([]int{1, 1, 3, 3}))

		at, notes := script.Begin(s, message.Departure, 3)
		Expect(at.Step).To(Equal(3))
		Expect(at.Faults).To(Equal([]movement.ArmedFault{{Step: 1, Left: 1}, {Step: 2, Left: 1}}))
		Expect(notes[len(notes)-1].Text).To(Equal("step 3 (fault on submit) met: 1 of the attempts to submit this"))
	})
})
