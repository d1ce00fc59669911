package replay_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/replay"
)

var _ = Describe("A scenario that says something else than what happens", func() {
	DescribeTable("fails at the step, and says what was expected and what came:",
		func(id string, oldnew []string, want, failure string) {
			r := run(changed(id, oldnew...))
			Expect(r.Verdict).To(Equal(replay.Failed))
			Expect(verdicts(r)).To(Equal(want), explained(r))
			Expect(r.Explain()).To(ContainSubstring(failure))
			Expect(r.Failure()).NotTo(BeEmpty())
		},
		Entry("a message that does not come", "DSGB6", []string{"expect: [IE060]", "expect: [IE060, IE029]"},
			"passed failed skipped", "customs should send IE060, IE029, but IE060 came"),
		Entry("a message that nobody expects", "DSGB6", []string{"expect: [IE928, IE028]", "expect: [IE928]"},
			"failed skipped skipped", "customs should send IE928, but IE928, IE028 came"),
		Entry("nothing where something is expected", "ASGB3", []string{"expect: []", "expect: [IE025 >A]"},
			"passed passed passed failed skipped skipped", "customs should send IE025 >A, but nothing came"),
		Entry("something where nothing is expected", "DSGB6", []string{"expect: [IE060]", "expect: []", "    check:\n      IE060: { TransitOperation/notificationType: 0 }\n", ""},
			"passed failed skipped", "customs should send nothing, but IE060 came"),
		Entry("another order", "DSGB6", []string{"[IE928, IE028]", "[IE028, IE928]"},
			"failed skipped skipped", "customs should send IE028, IE928, but IE928, IE028 came"),
		Entry("another order over both sides", "ASGB3", []string{"[IE025 >A, IE019 >D]", "[IE019 >D, IE025 >A]"},
			"passed passed passed passed failed skipped", "customs should send IE019, IE025 >A, but IE025 >A, IE019 came"),
		Entry("another state of the departure", "DSGB6", []string{"state: under_control", "state: accepted"},
			"passed failed skipped", "says that the departure then stands in ACCEPTED, but it stands in UNDER_CONTROL"),
		Entry("another state of the arrival", "ASGB3", []string{"arrivalState: remarks_received", "arrivalState: unloading_permitted"},
			"passed passed passed failed skipped skipped", "says that the arrival then stands in UNLOADING_PERMITTED"),
		Entry("another state at the end", "DSGB6", []string{"end: released", "end: not_released"},
			"passed passed failed", "at the end the departure should be in NOT_RELEASED, but is in RELEASED"),
		Entry("another content", "DSGB6", []string{"TransitOperation/notificationType: 0", "TransitOperation/notificationType: 2"},
			"passed failed passed", `IE060: TransitOperation/notificationType should be "2", but is "0" (mine/scenario.yaml:18)`),
		Entry("an element that is not there", "DSGB6", []string{"notificationType: 0 }", "LRN: { present: true } }"},
			"passed failed passed", "IE060: TransitOperation/LRN should be there, but is absent"),
		Entry("an action that the state does not allow", "DSGB6", []string{"officer: release", "officer: accept"},
			"passed passed failed", "cannot be done"),
		Entry("an action that it allows although it should not", "DSGB6", []string{"officer: release", "officer: release\n    refused: true"},
			"passed passed failed", "says that the office refuses, but it would not"),
		Entry("a timer that does not run", "DSGB6", []string{"officer: release", "timer: presentation"},
			"passed passed failed", "timer presentation does not run"),
		Entry("a message that the API refuses", "DSGB10", []string{"from: ie013-simplified-gb-xi", "from: ie013-simplified-gb-xi, remove: [CustomsOfficeOfDeparture]"},
			"passed failed skipped", "the IE013 was answered with 400 Bad Request"),
	)

	It("shows the journal of the step that failed, and no other", func() {
		r := run(changed("DSGB9", "expect: [IE928, IE028, IE055]", "expect: [IE055]"))
		Expect(r.Explain()).To(And(
			ContainSubstring("step 1 (trader sends IE015) at mine/scenario.yaml:11\n"),
			ContainSubstring("  expected  IE055; departure GUARANTEE_AMENDMENT\n"),
			ContainSubstring("  came      IE928, IE028, IE055; departure GUARANTEE_AMENDMENT\n"),
			ContainSubstring("guarantee 23XI00000100000D0 is not valid (docs/spec/process.md#4-6"),
			ContainSubstring("1 more step was not reached"),
		))
		Expect(r.Explain()).NotTo(ContainSubstring("IE051 sent"))
		Expect(strings.Count(r.Explain(), "customs should send")).To(Equal(1), "the simulator's own verdict is not repeated")
	})
})

var _ = Describe("A result", func() {
	It("has the steps with their times, messages and states", func() {
		r := run(get("ASGB3"))
		Expect(verdicts(r)).To(Equal("passed passed passed passed passed passed"), explained(r))
		Expect(r.Explain()).To(BeEmpty())
		released := r.Steps[1]
		Expect(released.At).To(Equal(replay.DefaultNow.Add(45 * 60e9)))
		Expect(released.States).To(Equal(map[message.Kind]movement.State{message.Departure: movement.Released}))
		Expect(r.Steps[4].Came()).To(Equal([]string{"IE025 >A", "IE019"}))
		Expect(r.Steps[4].States).To(HaveKeyWithValue(message.Arrival, movement.DiscrepancyPending))
		Expect(r.Steps[2].Messages[0].FromCustoms).To(BeFalse())
		Expect(string(r.Steps[2].Messages[0].Body)).To(ContainSubstring("CC007C"))
	})
	It("has both movements with what identifies them", func() {
		r := run(get("ASGB3"))
		Expect(r.Sides).To(HaveLen(2))
		departure, arrival := r.Sides[0], r.Sides[1]
		Expect(departure.Kind).To(Equal(message.Departure))
		Expect(departure.LRN).To(HavePrefix("ASGB3-"))
		Expect(movement.CheckMRN(departure.MRN)).To(Succeed())
		Expect(arrival.MRN).To(Equal(departure.MRN))
		Expect(arrival.EORI).NotTo(BeEmpty())
		Expect([]movement.State{departure.State, arrival.State}).To(Equal([]movement.State{movement.WrittenOff, movement.GoodsReleased}))
	})
})
