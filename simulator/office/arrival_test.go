package office_test

import (
	"errors"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest/suite"
)

// arrivalLine is a line of the process table of arrival, written down once more by hand.
type arrivalLine struct {
	given   func(*transit)
	when    func(*transit) error
	sent    string
	arrival movement.State
	// departure is the state of the other side.
	departure movement.State
}

func (l arrivalLine) check(p message.Phase) {
	t := newTransit(p, "trader-test")
	l.given(t)
	t.later(time.Minute)
	Expect(l.when(t)).To(Succeed())
	Expect(t.messages()).To(Equal(l.sent), t.why())
	Expect(t.arrival.m.State).To(Equal(l.arrival), t.why())
	Expect(t.departure.m.State).To(Equal(l.departure), t.why())
	Expect(t.arrival.timers()).To(BeEmpty())
}

func underWay(*transit) {}

func arrivedIn(state movement.State) func(*transit) {
	return func(t *transit) { t.arrivedIn(state) }
}

func reports(procedure string, edits ...edit) func(*transit) error {
	return func(t *transit) error { return t.reports(procedure, edits...) }
}

func remarks(edits ...edit) func(*transit) error {
	return func(t *transit) error { return t.remarks(edits...) }
}

func destination(action string) func(*transit) error {
	return func(t *transit) error { return t.act(t.arrival, action, nil) }
}

func departure(action string) func(*transit) error {
	return func(t *transit) error { return t.act(t.departure, action, nil) }
}

func interrupted(t *transit) { t.interrupted(0) }

// after brings the departure on before the goods arrive.
func after(action string) func(*transit) {
	return func(t *transit) { must(t.departure.act(action, nil)) }
}

func forgotten(edits ...edit) func(*transit) error {
	return remarks(append(edits, remove(sealsPath))...)
}

var _ = Describe("The process of arrival", func() {
	for _, p := range phases {
		DescribeTable(fmt.Sprintf("in phase %s", p), func(l arrivalLine) { l.check(p) },
			Entry("- with an IE007 with a wrong check digit is rejected",
				arrivalLine{underWay, func(t *transit) error {
					t.foreign()
					return t.reports("simplified", set("TransitOperation/MRN", "26GB000246AL65TIJ4"))
				}, "IE057>A", movement.ArrivalRejected, movement.Released}),
			Entry("- with an IE007 of a cancelled movement is rejected",
				arrivalLine{after("cancel"), reports("simplified"), "IE057>A", movement.ArrivalRejected, movement.Cancelled}),
			Entry("- with an IE007 of a movement whose arrival customs has recorded is rejected",
				arrivalLine{after("arrive"), reports("normal"), "IE057>A", movement.ArrivalRejected, movement.WrittenOff}),
			Entry("- with an IE007 of a movement under recovery is rejected",
				arrivalLine{after("start_recovery"), reports("normal"), "IE057>A", movement.ArrivalRejected, movement.Recovery}),
			Entry("- with an unknown MRN is rejected",
				arrivalLine{func(t *transit) { t.foreign() }, reports("simplified"), "IE057>A", movement.ArrivalRejected, movement.Released}),
			Entry("- with a second IE007 for the same MRN is rejected",
				arrivalLine{func(t *transit) { t.arrived = true }, reports("simplified"), "IE057>A", movement.ArrivalRejected, movement.Released}),
			Entry("- with a simplified IE007 may be unloaded, and the departure has arrived",
				arrivalLine{underWay, reports("simplified"), "IE043>A", movement.UnloadingPermitted, movement.Arrived}),
			Entry("- with a normal IE007 waits for the officer",
				arrivalLine{underWay, reports("normal"), "", movement.AwaitingArrivalAcceptance, movement.Released}),

			Entry("AWAITING_ARRIVAL_ACCEPTANCE and the officer's acceptance: the departure has arrived",
				arrivalLine{arrivedIn(movement.AwaitingArrivalAcceptance), destination("accept_arrival"), "", movement.ArrivalAccepted, movement.Arrived}),
			Entry("AWAITING_ARRIVAL_ACCEPTANCE and the officer's rejection",
				arrivalLine{arrivedIn(movement.AwaitingArrivalAcceptance), destination("reject_arrival"), "IE057>A", movement.ArrivalRejected, movement.Released}),
			Entry("AWAITING_ARRIVAL_ACCEPTANCE of a movement cancelled meanwhile: the acceptance rejects it",
				arrivalLine{func(t *transit) {
					t.arrivedIn(movement.AwaitingArrivalAcceptance)
					must(t.departure.act("cancel", nil))
				}, destination("accept_arrival"), "IE057>A", movement.ArrivalRejected, movement.Cancelled}),
			Entry("AWAITING_ARRIVAL_ACCEPTANCE and an IE044 is refused",
				arrivalLine{arrivedIn(movement.AwaitingArrivalAcceptance), remarks(), "IE057>A", movement.AwaitingArrivalAcceptance, movement.Released}),

			Entry("ARRIVAL_ACCEPTED and the release ends the transit",
				arrivalLine{arrivedIn(movement.ArrivalAccepted), destination("release_goods"), "IE025>A IE045>D", movement.GoodsReleased, movement.WrittenOff}),
			Entry("ARRIVAL_ACCEPTED and major discrepancies",
				arrivalLine{arrivedIn(movement.ArrivalAccepted), destination("major_discrepancies"), "IE025>A IE019>D", movement.DiscrepancyPending, movement.Discrepancies}),
			Entry("ARRIVAL_ACCEPTED and the permission to unload",
				arrivalLine{arrivedIn(movement.ArrivalAccepted), destination("permit_unloading"), "IE043>A", movement.UnloadingPermitted, movement.Arrived}),
			Entry("ARRIVAL_ACCEPTED and an IE044 is refused",
				arrivalLine{arrivedIn(movement.ArrivalAccepted), remarks(), "IE057>A", movement.ArrivalAccepted, movement.Arrived}),

			Entry("UNLOADING_PERMITTED and an IE044 without the state of the seals is refused",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), forgotten(), "IE057>A", movement.UnloadingPermitted, movement.Arrived}),
			Entry("UNLOADING_PERMITTED and a clean IE044 ends the transit without an officer",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), remarks(), "IE025>A IE045>D", movement.GoodsReleased, movement.WrittenOff}),
			Entry("UNLOADING_PERMITTED and an IE044 about an interrupted unloading waits for the officer",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), remarks(completion("0")), "", movement.RemarksReceived, movement.Arrived}),
			Entry("UNLOADING_PERMITTED and an IE044 that does not conform waits for the officer",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), remarks(conform("0")), "", movement.RemarksReceived, movement.Arrived}),
			Entry("UNLOADING_PERMITTED and an IE044 about broken seals waits for the officer",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), remarks(seals("0")), "", movement.RemarksReceived, movement.Arrived}),
			Entry("UNLOADING_PERMITTED and the release ends the transit",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), destination("release_goods"), "IE025>A IE045>D", movement.GoodsReleased, movement.WrittenOff}),

			Entry("REMARKS_RECEIVED, partial, and the unloading goes on",
				arrivalLine{interrupted, destination("continue_unloading"), "IE043>A", movement.UnloadingPermitted, movement.Arrived}),
			Entry("REMARKS_RECEIVED and the remarks are rejected",
				arrivalLine{arrivedIn(movement.RemarksReceived), destination("reject_remarks"), "IE057>A", movement.UnloadingPermitted, movement.Arrived}),
			Entry("REMARKS_RECEIVED and the release ends the transit",
				arrivalLine{arrivedIn(movement.RemarksReceived), destination("release_goods"), "IE025>A IE045>D", movement.GoodsReleased, movement.WrittenOff}),
			Entry("REMARKS_RECEIVED and major discrepancies",
				arrivalLine{arrivedIn(movement.RemarksReceived), destination("major_discrepancies"), "IE025>A IE019>D", movement.DiscrepancyPending, movement.Discrepancies}),
			Entry("REMARKS_RECEIVED and a release in part leaves the rest",
				arrivalLine{arrivedIn(movement.RemarksReceived), destination("partial_release"), "IE025>A", movement.RemarksReceived, movement.Arrived}),
			Entry("REMARKS_RECEIVED and further remarks are refused",
				arrivalLine{arrivedIn(movement.RemarksReceived), remarks(), "IE057>A", movement.RemarksReceived, movement.Arrived}),

			Entry("DISCREPANCY_PENDING and a resolution at destination ends the transit",
				arrivalLine{arrivedIn(movement.DiscrepancyPending), destination("resolve_discrepancies"), "IE025>A IE045>D", movement.GoodsReleased, movement.WrittenOff}),
			Entry("DISCREPANCY_PENDING and a resolution at departure releases at destination first",
				arrivalLine{arrivedIn(movement.DiscrepancyPending), departure("resolve_discrepancies"), "IE025>A IE045>D", movement.GoodsReleased, movement.WrittenOff}),
			Entry("DISCREPANCY_PENDING and a recovery started at destination",
				arrivalLine{arrivedIn(movement.DiscrepancyPending), destination("start_recovery"), "IE035>D", movement.GoodsNotReleased, movement.Recovery}),
			Entry("DISCREPANCY_PENDING and a recovery started at departure tells the trader at destination nothing",
				arrivalLine{arrivedIn(movement.DiscrepancyPending), departure("start_recovery"), "IE035>D", movement.GoodsNotReleased, movement.Recovery}),
			Entry("DISCREPANCY_PENDING and an IE044 is refused",
				arrivalLine{arrivedIn(movement.DiscrepancyPending), remarks(), "IE057>A", movement.DiscrepancyPending, movement.Discrepancies}),

			Entry("ARR_REJECTED and an IE044 is refused",
				arrivalLine{arrivedIn(movement.ArrivalRejected), remarks(), "IE057>A", movement.ArrivalRejected, movement.Released}),
			Entry("GOODS_RELEASED and an IE044 is refused",
				arrivalLine{arrivedIn(movement.GoodsReleased), remarks(), "IE057>A", movement.GoodsReleased, movement.WrittenOff}),
			Entry("GOODS_NOT_RELEASED and an IE044 is refused",
				arrivalLine{arrivedIn(movement.GoodsNotReleased), remarks(), "IE057>A", movement.GoodsNotReleased, movement.Recovery}),
			Entry("ARRIVED and an incident registered elsewhere is told to the trader of the departure",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), departure("incident"), "IE182>D", movement.UnloadingPermitted, movement.Arrived}),
			Entry("ARRIVED and an enquiry is sent",
				arrivalLine{arrivedIn(movement.UnloadingPermitted), departure("enquiry"), "IE140>D", movement.UnloadingPermitted, movement.Arrived}),
		)
	}

	It("starts the time for the resolution of discrepancies, after which the recovery starts at both sides", func() {
		t := newTransit(message.Phase5, "trader-test", func(s *office.Settings) { s.Timers[office.ResolveDiscrepancies] = s.Timers[office.Presentation] })
		t.arrivedIn(movement.DiscrepancyPending)
		Expect(t.departure.timers()).To(Equal([]string{"discrepancy_resolution 45m0s"}))
		must(t.step(t.departure, func() error {
			t.departure.fire(office.ResolveDiscrepancies)
			return nil
		}))
		Expect(t.messages()).To(Equal("IE035>D"))
		Expect(t.arrival.m.State).To(Equal(movement.GoodsNotReleased))
	})

	It("stops the wait for the arrival", func() {
		t := newTransit(message.Phase5, "production")
		Expect(t.departure.m.Timers).To(HaveLen(1))
		must(t.reports("simplified"))
		Expect(t.departure.timers()).To(BeEmpty())
	})

	It("lets customs resolve discrepancies whose arrival is not here", func() {
		t := newTransit(message.Phase5, "trader-test")
		t.departure.inject("IE019", nil)
		Expect(t.act(t.departure, "resolve_discrepancies", nil)).To(Succeed())
		Expect(t.messages()).To(Equal("IE045>D"))
	})
})

var _ = Describe("An arrival notification (IE007)", func() {
	rejection := func(t *transit) compose.Content {
		GinkgoHelper()
		Expect(t.arrival.last.Emit).To(HaveLen(1))
		return t.arrival.last.Emit[0].Content
	}

	DescribeTable("is rejected with one error:", func(given func(*transit), mrn string, errors ...string) {
		for _, p := range phases {
			t := newTransit(p, "trader-test")
			given(t)
			var edits []edit
			if mrn != "" {
				edits = append(edits, set("TransitOperation/MRN", mrn))
			}
			must(t.reports("simplified", edits...))
			Expect(t.arrival.errors()).To(Equal(errors))
			Expect(rejection(t).Rejection).To(Equal("007"))
			Expect(rejection(t).RejectionCode).To(Equal("12"))
			Expect(t.arrival.last.Emit[0].Answers).To(Equal(t.arrival.m.Facts.Original))
		}
	},
		Entry("an unknown MRN", func(t *transit) { t.foreign() }, "26GB000246AL65TIJ5", "90 /CC007C/TransitOperation/MRN N/A"),
		Entry("a wrong check digit", func(t *transit) { t.foreign() }, "26GB000246AL65TIJ4",
			"14 /CC007C/TransitOperation/MRN R0028 26GB000246AL65TIJ4"),
		Entry("a departure that is not released", after("cancel"), "", "92 /CC007C N/A"),
		Entry("an arrival that was reported before", func(t *transit) { t.arrived = true }, "", "92 /CC007C N/A"),
	)

	It("fills the movement", func() {
		t := newTransit(message.Phase6, "trader-test")
		must(t.reports("simplified"))
		m := t.arrival.m
		Expect(m.Procedure).To(Equal(movement.Simplified))
		Expect(m.MRN).To(Equal(t.departure.m.MRN))
		Expect(m.Office).To(Equal("XI000081"))
		Expect(m.MovementEORI).To(Equal("XI175521246821"))
		Expect(m.Facts).To(Equal(movement.Facts{Original: m.Facts.Original, Submitted: t.arrival.now, Departure: t.departure.m.ID, Permitted: t.arrival.now}))
		Expect(m.LRN).To(BeEmpty())
	})

	It("with an MRN from elsewhere is taken in the profiles for arrivals without departures, and nobody is told", func() {
		for _, profile := range []string{"fast", "instant", "production"} {
			t := newTransit(message.Phase5, profile)
			t.foreign()
			must(t.reports("simplified"))
			Expect(t.messages()).To(Equal("IE043>A"))
			Expect(t.arrival.m.Facts.Foreign).To(BeTrue())
			Expect(t.arrival.why()).To(ContainSubstring("nobody is told: arrival_accepted"))
			must(t.remarks())
			Expect(t.messages()).To(Equal("IE025>A"))
			Expect(t.departure.m.State).To(Equal(movement.Released))
		}
	})

	It("with an MRN that is malformed is rejected in every profile", func() {
		t := newTransit(message.Phase5, "instant")
		t.foreign()
		must(t.reports("simplified", set("TransitOperation/MRN", "26GB000246AL65TIJ4")))
		Expect(t.messages()).To(Equal("IE057>A"))
	})

	It("from elsewhere can be sent only once too", func() {
		t := newTransit(message.Phase5, "instant")
		t.foreign()
		t.arrived = true
		must(t.reports("simplified"))
		Expect(t.arrival.errors()).To(Equal([]string{"92 /CC007C N/A"}))
	})

	It("with an MRN that an injected message gave its departure needs no right check digit", func() {
		t := newTransit(message.Phase5, "trader-test")
		t.departure.m.MRN = "26GB000246ABCDEFJ0"
		must(t.reports("simplified"))
		Expect(t.messages()).To(Equal("IE043>A"))
	})

	It("is left alone in profile silent, where an injected permission still counts", func() {
		t := newTransit(message.Phase5, "trader-test")
		t.arrival.office = newStory(message.Phase5, "silent").office
		must(t.reports("simplified"))
		Expect(t.messages()).To(BeEmpty())
		Expect(t.arrival.m.State).To(Equal(movement.ArrivalSubmitted))
		Expect(t.arrival.m.Procedure).To(Equal(movement.Simplified))
		t.arrival.inject("IE043", nil)
		Expect(t.arrival.m.State).To(Equal(movement.UnloadingPermitted))
	})
})

var _ = Describe("Unloading remarks (IE044)", func() {
	at := func(p message.Phase) *transit {
		return newTransit(p, "trader-test").arrivedIn(movement.UnloadingPermitted)
	}

	DescribeTable("have errors:", func(edits []edit, errors ...string) {
		for _, p := range phases {
			t := at(p)
			must(t.remarks(edits...))
			Expect(t.arrival.errors()).To(Equal(errors))
			Expect(t.arrival.last.Emit[0].Content.Rejection).To(Equal("044"))
		}
	},
		Entry("another MRN", []edit{set("TransitOperation/MRN", "26GB000246AL65TIJ5")}, "90 /CC044C/TransitOperation/MRN N/A"),
		Entry("a malformed MRN", []edit{set("TransitOperation/MRN", "26GB000246AL65TIJ4")}, "14 /CC044C/TransitOperation/MRN R0028 26GB000246AL65TIJ4"),
		Entry("another office", []edit{set(destinationPath, "XI000142")}, "14 /CC044C/CustomsOfficeOfDestinationActual/referenceNumber N/A XI000142"),
		Entry("another trader", []edit{set(traderPath, "XI1")}, "14 /CC044C/TraderAtDestination/identificationNumber N/A XI1"),
		Entry("no state of seals (C0440)", []edit{remove(sealsPath)}, "13 /CC044C/UnloadingRemark/stateOfSeals C0440"),
		Entry("all of them, in the order of the message", []edit{set(destinationPath, "XI000142"), set(traderPath, "XI1"), remove(sealsPath)},
			"14 /CC044C/CustomsOfficeOfDestinationActual/referenceNumber N/A XI000142",
			"14 /CC044C/TraderAtDestination/identificationNumber N/A XI1", "13 /CC044C/UnloadingRemark/stateOfSeals C0440"),
	)

	It("say nothing of seals where the permission shows none (C0440)", func() {
		t := at(message.Phase5)
		b := message.Edit(t.permission)
		must(b.Remove("Consignment/TransportEquipment"))
		t.permission = b.Document()
		must(t.remarks())
		Expect(t.arrival.errors()).To(Equal([]string{"15 /CC044C/UnloadingRemark/stateOfSeals C0440 1"}))
		must(t.remarks(remove(sealsPath)))
		Expect(t.messages()).To(Equal("IE025>A IE045>D"), "remarks without seals are clean")
	})

	It("have to speak of the seals that only an incident shows (C0440)", func() {
		t := at(message.Phase5)
		b := message.Edit(t.permission)
		must(b.Remove("Consignment/TransportEquipment"))
		must(b.Set("Consignment/Incident[1]/TransportEquipment[1]/numberOfSeals", "1"))
		t.permission = b.Document()
		must(t.remarks(remove(sealsPath)))
		Expect(t.arrival.errors()).To(Equal([]string{"13 /CC044C/UnloadingRemark/stateOfSeals C0440"}))
	})

	It("are not checked against a permission that nobody can read", func() {
		t := at(message.Phase5)
		t.permission = nil
		must(t.remarks(remove(sealsPath)))
		Expect(t.messages()).To(Equal("IE025>A IE045>D"))
	})

	It("may be sent again when they were rejected, and the release answers the last that were taken", func() {
		t := at(message.Phase5)
		must(t.remarks(conform("0")))
		first := t.arrival.m.Facts.Remarks
		must(t.act(t.arrival, "reject_remarks", map[string]any{"justification": "which goods?"}))
		e := t.arrival.last.Emit[0]
		Expect(e.Answers).To(Equal(first))
		Expect(e.Content).To(Equal(compose.Content{Rejection: "044", RejectionCode: "4", RejectionReason: "which goods?"}))
		Expect(t.arrival.m.Facts.Remarks).To(BeEmpty())
		must(t.remarks())
		Expect(t.arrival.last.Emit[0].Type).To(Equal("IE025"))
		Expect(t.arrival.last.Emit[0].Answers).To(Equal(t.arrival.m.Facts.Remarks))
		Expect(t.arrival.m.Facts.Remarks).NotTo(Equal(first))
	})

	It("that are refused leave those that wait as they are", func() {
		t := newTransit(message.Phase5, "trader-test").arrivedIn(movement.RemarksReceived)
		waiting := t.arrival.m.Facts.Remarks
		must(t.remarks())
		Expect(t.arrival.errors()).To(Equal([]string{"92 /CC044C N/A"}))
		Expect(t.arrival.m.Facts.Remarks).To(Equal(waiting))
	})

	It("of an interrupted unloading let it go on nine times", func() {
		t := at(message.Phase6)
		for n := 1; n <= 9; n++ {
			must(t.remarks(completion("0")))
			Expect(t.arrival.m.Facts.Partial).To(BeTrue())
			must(t.act(t.arrival, "continue_unloading", nil))
			Expect(t.arrival.last.Emit[0].Content.ContinueUnloading).To(Equal(n))
		}
		must(t.remarks(completion("0")))
		err := t.act(t.arrival, "continue_unloading", nil)
		var refused *office.Refused
		Expect(errors.As(err, &refused)).To(BeTrue())
		Expect(refused.Allowed).To(ConsistOf("reject_remarks", "release_goods", "major_discrepancies", "partial_release"))
		must(t.act(t.arrival, "release_goods", nil))
		Expect(t.messages()).To(Equal("IE025>A IE045>D"))
	})
})

var _ = Describe("The officer at destination", func() {
	at := func(state movement.State) *transit { return newTransit(message.Phase5, "trader-test").arrivedIn(state) }
	content := func(s *story) compose.Content {
		GinkgoHelper()
		Expect(s.last.Emit).To(HaveLen(1))
		return s.last.Emit[0].Content
	}

	DescribeTable("can do what the process allows", suite.Parameters, func(state movement.State, actions ...string) {
		t := at(state)
		if len(actions) == 0 {
			Expect(t.arrival.office.Actions(t.arrival.m)).To(BeEmpty())
			return
		}
		Expect(t.arrival.office.Actions(t.arrival.m)).To(ConsistOf(actions))
	},
		Entry(nil, movement.AwaitingArrivalAcceptance, "accept_arrival", "reject_arrival"),
		Entry(nil, movement.ArrivalAccepted, "release_goods", "major_discrepancies", "permit_unloading"),
		Entry(nil, movement.UnloadingPermitted, "release_goods"),
		Entry(nil, movement.RemarksReceived, "reject_remarks", "release_goods", "major_discrepancies", "partial_release"),
		Entry(nil, movement.DiscrepancyPending, "resolve_discrepancies", "start_recovery"),
		Entry(nil, movement.ArrivalRejected),
		Entry(nil, movement.GoodsReleased),
		Entry(nil, movement.GoodsNotReleased),
	)

	It("can let an unloading go on only if it was interrupted", func() {
		t := at(movement.UnloadingPermitted)
		must(t.remarks(completion("0")))
		Expect(t.arrival.office.Actions(t.arrival.m)).To(ContainElement("continue_unloading"))
		t = at(movement.RemarksReceived)
		Expect(t.act(t.arrival, "continue_unloading", nil)).To(BeAssignableToTypeOf(&office.Refused{}))
	})

	DescribeTable("cannot write what nobody can use:", func(state movement.State, action string, input with, text string) {
		t := at(state)
		before := t.arrival.m
		err := t.act(t.arrival, action, input)
		Expect(err).To(BeAssignableToTypeOf(&office.InputError{}))
		Expect(err).To(MatchError(ContainSubstring(text)))
		Expect(t.arrival.m).To(Equal(before))
	},
		Entry("anything beside an acceptance", movement.AwaitingArrivalAcceptance, "accept_arrival", with{"text": "x"}, "the action takes no input"),
		Entry("a result that is not minor", movement.RemarksReceived, "release_goods", with{"controlResult": with{"code": "B1"}}, `with.controlResult.code is "B1"`),
		Entry("a result that is not major", movement.RemarksReceived, "major_discrepancies", with{"controlResult": with{"code": "A5"}}, "it looks like B1"),
		Entry("a full release in part", movement.RemarksReceived, "partial_release", with{"indicator": "1"}, `with.indicator is "1"`),
		Entry("an unknown house", movement.RemarksReceived, "partial_release", with{"houses": []any{with{"number": 7}}},
			"with.houses[0].number: there is no house consignment 7; hint: there are 1"),
		Entry("a house twice", movement.RemarksReceived, "partial_release", with{"houses": []any{with{"number": 1}, with{"number": 1}}}, "with.houses[1].number: house consignment 1 is named twice"),
		Entry("an unknown item", movement.RemarksReceived, "partial_release",
			with{"houses": []any{with{"number": 1, "items": []any{with{"number": 9}}}}}, "with.houses[0].items[0].number: house consignment 1 has no item 9; hint: it has 1, 2"),
		Entry("an item twice", movement.RemarksReceived, "partial_release",
			with{"houses": []any{with{"number": 1, "items": []any{with{"number": 1}, with{"number": 1}}}}}, "item 1 is named twice"),
		Entry("items of a house that is released as a whole (C0353)", movement.RemarksReceived, "partial_release",
			with{"houses": []any{with{"number": 1, "releaseType": "0", "items": []any{with{"number": 1}}}}}, "with.houses[0].items go with releaseType 1 only (C0353)"),
		Entry("a house without a number", movement.RemarksReceived, "partial_release", with{"houses": []any{with{"releaseType": "0"}}}, "with.houses[0].number is missing"),
	)

	It("releases in part what they name", func() {
		t := at(movement.RemarksReceived)
		must(t.act(t.arrival, "partial_release", with{"indicator": 3, "houses": []any{with{"number": 1, "items": []any{with{"number": 2, "releaseType": "2"}, with{"number": 1}}}}}))
		Expect(content(t.arrival)).To(Equal(compose.Content{
			ReleaseIndicator: "3",
			Houses:           []compose.ReleasedHouse{{Number: "1", Items: []compose.ReleasedItem{{Number: "2", Type: "2"}, {Number: "1"}}}},
		}))
		Expect(t.arrival.m.Facts.ReleaseIndicator).To(Equal("3"))
		must(t.act(t.arrival, "partial_release", nil))
		Expect(content(t.arrival)).To(Equal(compose.Content{ReleaseIndicator: "2"}))
	})

	It("rejects an arrival with a reason, answering the IE007", func() {
		t := at(movement.AwaitingArrivalAcceptance)
		must(t.act(t.arrival, "reject_arrival", with{"justification": "no such place"}))
		Expect(t.arrival.last.Emit[0].Answers).To(Equal(t.arrival.m.Facts.Original))
		Expect(content(t.arrival)).To(Equal(compose.Content{Rejection: "007", RejectionCode: "4", RejectionReason: "no such place"}))
		t = at(movement.AwaitingArrivalAcceptance)
		must(t.act(t.arrival, "reject_arrival", nil))
		Expect(content(t.arrival).RejectionReason).To(Equal("arrival refused by the office of destination"))
	})

	It("rejects with error 92 what comes too late", func() {
		t := at(movement.AwaitingArrivalAcceptance)
		must(t.departure.act("cancel", nil))
		must(t.act(t.arrival, "accept_arrival", nil))
		Expect(t.arrival.errors()).To(Equal([]string{"92 /CC007C N/A"}))
	})

	It("keeps the result of their control in the journal", func() {
		t := at(movement.RemarksReceived)
		must(t.act(t.arrival, "release_goods", with{"controlResult": with{"code": "A5", "text": "six cartons short"}}))
		Expect(t.arrival.why()).To(ContainSubstring("note: control result A5 six cartons short (written by officer)"))
		Expect(content(t.arrival)).To(Equal(compose.Content{ReleaseIndicator: "1"}))
	})

	It("says what is wrong to the trader of the departure", func() {
		t := at(movement.RemarksReceived)
		must(t.act(t.arrival, "major_discrepancies", with{"text": "unsatisfactory", "controlResult": with{"code": "B1"}}))
		Expect(content(t.arrival)).To(Equal(compose.Content{ReleaseIndicator: "4"}))
		Expect(content(t.departure)).To(Equal(compose.Content{Discrepancies: "unsatisfactory"}))
		must(t.act(t.arrival, "start_recovery", with{"text": "lost", "amount": 12, "currency": "GBP"}))
		Expect(content(t.departure)).To(Equal(compose.Content{Recovery: compose.Recovery{Text: "lost", Amount: "12", Currency: "GBP"}}))
	})

	It("has the incidents remembered for the permission", func() {
		t := newTransit(message.Phase5, "trader-test")
		must(t.departure.act("incident", with{"code": 4, "text": "fire"}))
		t.departure.inject("IE182", fromCustoms("CC182C", set("CustomsOfficeOfIncidentRegistration/referenceNumber", "XI000142"),
			set("Consignment/Incident[1]/code", "1"), set("Consignment/Incident[1]/text", "lost")))
		t.departure.inject("IE182", nil)
		now := t.departure.now
		Expect(t.departure.m.Facts.Incidents).To(Equal([]movement.Incident{
			{Code: "4", Text: "fire", At: now}, {Code: "1", Text: "lost", Office: "XI000142", At: now}, {At: now},
		}))
	})
})

var _ = Describe("The default officer at destination", func() {
	It("accepts the arrival and releases the goods, without an unloading", func() {
		for _, p := range phases {
			t := newTransit(p, "fast")
			must(t.reports("normal"))
			Expect(t.arrival.timers()).To(Equal([]string{"officer_wait 2s"}))
			must(t.step(t.arrival, func() error { t.arrival.fire(office.OfficerWait); return nil }))
			Expect(t.arrival.m.State).To(Equal(movement.ArrivalAccepted))
			must(t.step(t.arrival, func() error { t.arrival.fire(office.OfficerWait); return nil }))
			Expect(t.messages()).To(Equal("IE025>A IE045>D"))
			Expect(t.arrival.timers()).To(BeEmpty())
		}
	})

	It("releases goods whose remarks are not clean, and waits for remarks", func() {
		t := newTransit(message.Phase5, "instant").arrivedIn(movement.UnloadingPermitted)
		Expect(t.arrival.timers()).To(BeEmpty())
		must(t.remarks(conform("0")))
		Expect(t.arrival.timers()).To(Equal([]string{"officer_wait 0s"}))
		must(t.step(t.arrival, func() error { t.arrival.fire(office.OfficerWait); return nil }))
		Expect(t.messages()).To(Equal("IE025>A IE045>D"))
	})

	It("rejects what was cancelled meanwhile", func() {
		t := newTransit(message.Phase5, "fast")
		must(t.reports("normal"))
		must(t.departure.act("cancel", nil))
		must(t.step(t.arrival, func() error { t.arrival.fire(office.OfficerWait); return nil }))
		Expect(t.messages()).To(Equal("IE057>A"))
	})
})

var _ = Describe("What the other side tells", func() {
	It("changes nothing where nobody waits for it, and the journal says so", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.Cancelled)(s)
		must(s.happen(movement.Event{Kind: movement.EventSide, Name: "goods_released", By: "office of destination"}))
		Expect(s.m.State).To(Equal(movement.Cancelled))
		Expect(s.emitted()).To(BeEmpty())
		Expect(s.why()).To(ContainSubstring("event: office of destination reports: goods_released"))
		Expect(s.why()).To(ContainSubstring("goods_released changes nothing in state CANCELLED"))
	})

	It("writes a movement off even if the arrival was not told before", func() {
		s := newStory(message.Phase5, "trader-test")
		in(movement.Released)(s)
		must(s.happen(movement.Event{Kind: movement.EventSide, Name: "goods_released"}))
		Expect(s.emitted()).To(Equal("IE045"))
	})
})

var _ = Describe("A message injected into an arrival", func() {
	DescribeTable("sets the state it stands for", func(given movement.State, typ string, d *message.Document, to movement.State) {
		t := newTransit(message.Phase5, "trader-test").arrivedIn(given)
		t.arrival.inject(typ, d)
		Expect(t.arrival.m.State).To(Equal(to), t.arrival.why())
		Expect(t.arrival.emitted()).To(BeEmpty())
		Expect(t.arrival.last.PeerEvents).To(BeEmpty(), "whoever injects speaks for the other side too")
	},
		Entry("IE043", movement.AwaitingArrivalAcceptance, "IE043", nil, movement.UnloadingPermitted),
		Entry("IE043 after the release", movement.GoodsReleased, "IE043", nil, movement.UnloadingPermitted),
		Entry("IE025", movement.ArrivalAccepted, "IE025", nil, movement.GoodsReleased),
		Entry("IE025, released", movement.RemarksReceived, "IE025", fromCustoms("CC025C", set("TransitOperation/releaseIndicator", "1")), movement.GoodsReleased),
		Entry("IE025, partly released", movement.RemarksReceived, "IE025", fromCustoms("CC025C", set("TransitOperation/releaseIndicator", "2")), movement.RemarksReceived),
		Entry("IE025, not released", movement.RemarksReceived, "IE025", fromCustoms("CC025C", set("TransitOperation/releaseIndicator", "4")), movement.DiscrepancyPending),
		Entry("IE025 with an indicator that means nothing", movement.RemarksReceived, "IE025", fromCustoms("CC025C", set("TransitOperation/releaseIndicator", "0")), movement.RemarksReceived),
		Entry("IE057", movement.UnloadingPermitted, "IE057", nil, movement.ArrivalRejected),
		Entry("IE057 for the IE007", movement.AwaitingArrivalAcceptance, "IE057", fromCustoms("CC057C", set("TransitOperation/businessRejectionType", "007")), movement.ArrivalRejected),
		Entry("IE057 for the IE044", movement.RemarksReceived, "IE057", fromCustoms("CC057C", set("TransitOperation/businessRejectionType", "044")), movement.UnloadingPermitted),
		Entry("IE057 for the IE044, though none waits", movement.ArrivalAccepted, "IE057", fromCustoms("CC057C", set("TransitOperation/businessRejectionType", "044")), movement.ArrivalAccepted),
		Entry("IE917, which stands for none", movement.ArrivalAccepted, "IE917", nil, movement.ArrivalAccepted),
	)

	It("keeps the facts it makes true", func() {
		t := newTransit(message.Phase5, "trader-test").arrivedIn(movement.UnloadingPermitted)
		t.later(time.Hour)
		t.arrival.inject("IE043", fromCustoms("CC043C", set("CTLControl/continueUnloading", "4")))
		Expect(t.arrival.m.Facts.Continued).To(Equal(4))
		Expect(t.arrival.m.Facts.Permitted).To(Equal(t.arrival.now))
		must(t.remarks(completion("0")))
		must(t.act(t.arrival, "continue_unloading", nil))
		Expect(t.arrival.last.Emit[0].Content.ContinueUnloading).To(Equal(5))
		t.arrival.inject("IE025", fromCustoms("CC025C", set("TransitOperation/releaseIndicator", "3")))
		Expect(t.arrival.m.Facts.ReleaseIndicator).To(Equal("3"))
	})
})

var _ = Describe("The vocabulary", func() {
	It("has the states, verbs and timers of both sides", func() {
		Expect(office.StatesOf(message.Phase6, message.Arrival)).To(ConsistOf(movement.ArrivalSubmitted, movement.AwaitingArrivalAcceptance, movement.ArrivalAccepted,
			movement.UnloadingPermitted, movement.RemarksReceived, movement.DiscrepancyPending, movement.ArrivalRejected, movement.GoodsReleased, movement.GoodsNotReleased))
		Expect(office.VerbsOf(message.Phase6, message.Arrival)).To(Equal([]string{
			"accept_arrival", "reject_arrival", "release_goods", "major_discrepancies", "permit_unloading", "continue_unloading", "reject_remarks",
			"partial_release", "resolve_discrepancies", "start_recovery",
		}))
		Expect(office.TimersOf(message.Phase6, message.Arrival)).To(BeEmpty())
		Expect(office.Verbs()).To(ContainElements("accept", "accept_arrival", "enquiry", "resolve_discrepancies"))
		for _, verb := range office.Verbs() {
			Expect(office.CheckInput(verb, nil)).To(Succeed(), verb)
		}
	})
})
