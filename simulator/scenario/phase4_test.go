package scenario_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

var _ = Describe("A scenario of phase 4", func() {
	It("knows the messages of API 1.0, its actions and its states as the API shows them", func() {
		s := read(phase4With(`  - trader:
      send: IE015
      from: ie015-normal-gb-it
      set: { HEAHEA/CusSubPlaHEA66: DOVER ERTS }
      remove: [SEAINFSLI]
    expect: [IE928]
    state: PositiveAcknowledgement
  - officer: accept
    expect: [IE028]
    check: { IE028: { HEAHEA/DocNumHEA5: { present: true } } }
  - officer: control
    expect: [IE060]
  - trader: { send: IE054, from: ie054-release }
    state: RequestOfRelease
  - officer: refuse_release
    expect: [IE062, IE051]
end: NoReleaseForTransit
`))
		Expect(s.Phases).To(Equal([]message.Phase{message.Phase4}))
		Expect(s.Mode).To(BeEmpty())
		Expect(s.Steps[0].Trader.Send.Root).To(Equal("CC015B"))
		Expect(s.Steps[0].State).To(Equal(movement.Phase4PositiveAcknowledgement))
		Expect(s.End).To(Equal(movement.Phase4NoReleaseForTransit))
	})
	DescribeTable("takes states in capitals and small letters", func(state string) {
		s := read(phase4Step("  - officer: release\n    state: " + state))
		Expect(s.Steps[1].State).To(Equal(movement.Phase4ReleaseForTransit))
	},
		Entry("as API 1.0 shows them", "ReleaseForTransit"),
		Entry("in small letters", "releasefortransit"),
		Entry("in capitals", "RELEASEFORTRANSIT"),
	)
	It("resubmits a rejected arrival with another IE007", func() {
		s := read(strings.Replace(phase4With("  - trader: { send: IE007, from: ie007-normal-gb-xi }\n  - inject: IE008\n  - trader: { send: IE007, from: ie007-normal-gb-xi }\n"), "movement: departure", "movement: arrival", 1))
		Expect(s.Steps[2].Trader.Send.Code).To(Equal("IE007"))
	})

	It("sends a message that either side can get to the one that it says", func() {
		arrival := func(steps string) *scenario.Scenario {
			GinkgoHelper()
			return read(strings.Replace(phase4With(steps), "movement: departure", "movement: arrival", 1))
		}
		s := arrival("  - trader: { send: IE015 }\n  - trader: { send: IE007 }\n  - officer: unreadable\n    expect: [IE917 >A]\n  - inject: IE917\n  - inject: IE917\n    at: arrival\n  - officer: release_goods\n    expect: [IE917, IE917 >D]\n")
		var to []string
		for _, st := range s.Steps[2:] {
			for _, e := range st.Expect {
				to = append(to, e.String())
			}
		}
		Expect(to).To(Equal([]string{"IE917 >A", "IE917", "IE917 >A", "IE917", "IE917"}))
		Expect(arrival("  - trader: { send: IE007 }\n  - inject: IE917\n").Steps[1].Expect[0].Side).To(Equal(message.Arrival))
	})

	DescribeTable("has words of its own:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(Equal(want))) },
		Entry("no phase beside 4", strings.Replace(phase4With(declaredPhase4), "[4]", "[4, 5]", 1), "4:13: phase 5 does not go with phase 4; hint: write a scenario of its own for phase 4"),
		Entry("nor 4 beside another", strings.Replace(scenarioWith(declared), "[5, 6]", "[5, 4]", 1), "4:13: phase 4 does not go with phase 5; hint: write a scenario of its own for phase 4"),
		Entry("a message of the later phases", phase4Step("  - officer: release\n    expect: [IE056]"), "9:14: there is no message of customs IE056; hint: IE056 is one of phases 5 and 6"),
		Entry("its message in a later phase", step("  - officer: release\n    expect: [IE016]"), "9:14: there is no message of customs IE016; hint: IE016 is one of phase 4"),
		Entry("a message of traders of the later phases", phase4Step("  - trader: { send: IE170 }"), "8:21: there is no message of traders IE170; hint: IE170 is one of phases 5 and 6"),
		Entry("an action of the later phases", phase4Step("  - officer: intend_control"), "8:14: there is no officer's action intend_control; hint: intend_control is one of phases 5 and 6"),
		Entry("a timer of the later phases", phase4Step("  - timer: presentation"), "8:12: there is no timer presentation; hint: presentation is one of phases 5 and 6"),
		Entry("a state of the later phases", phase4Step("  - officer: release\n    state: released"), "9:12: there is no state released; hint: released is one of phases 5 and 6"),
		Entry("its state in a later phase", step("  - officer: release\n    state: ReleaseForTransit"), "9:12: there is no state ReleaseForTransit; hint: ReleaseForTransit is one of phase 4"),
		Entry("a state of the other side", phase4Step("  - officer: release\n    state: goodsreleased"), "9:12: there is no state goodsreleased; hint: GoodsReleased is a state of the arrival"),
		Entry("an end of the other side", phase4With(declaredPhase4)+"end: GoodsReleased\n", "8:6: GoodsReleased is not a state of the departure; hint: end is the state of the movement that the scenario is about"),
		Entry("a message of the arrival without its side", phase4Step("  - officer: release\n    expect: [IE058]"), "9:14: IE058 goes to the arrival, but no step before has sent an IE007"),
		Entry("a message at the wrong side", phase4Step("  - inject: IE060\n    at: arrival"), "9:9: IE060 goes to the departure"),
		Entry("no transition period", phase4With(declaredPhase4)+"mode: transition\n", "8:7: phase 4 has no modes; hint: leave mode out"),
		Entry("no other mode", phase4With(declaredPhase4)+"mode: final\n", "8:7: phase 4 has no modes; hint: leave mode out"),
		Entry("a sample of the later phases", phase4Step("  - trader: { send: IE014, from: ie014-by-mrn-gb-xi }"), "8:34: phase 4 has no sample message ie014-by-mrn-gb-xi; hint: known are ie014-cancellation-gb, ie014-cancellation-xi"),
		Entry("elements of its own", phase4Step("  - trader:\n      send: IE014\n      from: ie014-cancellation-gb\n      set:\n        HEAHEA/CanRea250: x"), "12:16: HEAHEA has no element CanRea250 (phase 4); hint: did you mean CanReaHEA250"),
		Entry("no MesSenMES3 in what the trader sends", phase4Step("  - trader:\n      send: IE014\n      from: ie014-cancellation-gb\n      set:\n        MesSenMES3: x"), "12:9: CC014A has no element MesSenMES3 (phase 4); hint: did you mean MesRecMES6"),
	)
})

var _ = Describe("What a replay sends in phase 4", func() {
	doc := func(trader string, f scenario.Facts) *message.Document {
		GinkgoHelper()
		s := read(strings.Replace(phase4With("  - trader: "+trader+"\n"), "movement: departure", "movement: "+kindOf(trader), 1))
		d, err := s.Steps[0].Trader.Document(message.Phase4, f)
		Expect(err).NotTo(HaveOccurred())
		return d
	}
	now := time.Date(2027, 2, 27, 23, 59, 59, 9, time.UTC)

	It("has the LRN of the movement, and one identification for message and interchange", func() {
		d := doc("{ send: IE015, from: ie015-simplified-gb-it }", scenario.Facts{LRN: "L-1", MRN: "26GB0000606I46G5J3", Identification: "ID-1"})
		Expect(d.Get("HEAHEA/RefNumHEA4")).To(Equal("L-1"))
		Expect(d.Has("HEAHEA/DocNumHEA5")).To(BeFalse())
		Expect([]string{d.Get("MesIdeMES19"), d.Get("IntConRefMES11")}).To(Equal([]string{"ID-1", "ID-1"}))
	})
	It("has the MRN of the movement", func() {
		d := doc("{ send: IE007, from: ie007-normal-gb-xi }", scenario.Facts{LRN: "L-1", MRN: "26GB00006010000FF5"})
		Expect(d.Get("HEAHEA/DocNumHEA5")).To(Equal("26GB00006010000FF5"))
	})
	It("is prepared now, with all days moved, in the digits that the sample has", func() {
		d := doc("{ send: IE015, from: ie015-simplified-gb-it }", scenario.Facts{Now: now})
		Expect(d.Get("DatOfPreMES9") + d.Get("TimOfPreMES10")).To(Equal("202702272359"))
		Expect(d.Get("HEAHEA/DecDatHEA383")).To(Equal("20270227"))
		Expect(d.Get("CONRESERS/DatLimERS69")).To(Equal("20270307"))
		Expect(d.Get("HEAHEA/IdeOfMeaOfTraAtDHEA78")).To(Equal("KV71NWF"))
	})
	It("is expected at an office of transit by the plan of the sample", func() {
		d := doc("{ send: IE015, from: ie015-security-simplified-xi-gb }", scenario.Facts{Now: now})
		Expect(d.Get("CUSOFFTRARNS/ArrTimTRACUS085")).To(Equal("202702280615"))
	})
	It("keeps a year of two digits", func() {
		d := doc("{ send: IE015, from: ie015-simplified-gb-it, set: { DatOfPreMES9: 260301 } }", scenario.Facts{Now: now})
		Expect(d.Get("DatOfPreMES9")).To(Equal("260301"), "what the scenario sets stays")
	})
	It("goes out with the EORI of the principal, or of the trader at destination", func() {
		s := read(strings.Replace(phase4With("  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n  - trader: { send: IE007, from: ie007-simplified-gb-xi }\n"), "movement: departure", "movement: arrival", 1))
		var senders []string
		for _, st := range s.Steps {
			d, err := st.Trader.Document(message.Phase4, scenario.Facts{})
			Expect(err).NotTo(HaveOccurred())
			senders = append(senders, st.Trader.Sender(d))
		}
		Expect(senders).To(Equal([]string{"GB954131533000", "XI198654787835"}))
	})
})

// kindOf is the side that a message belongs to.
func kindOf(trader string) string {
	if strings.Contains(trader, "IE007") {
		return "arrival"
	}
	return "departure"
}

var _ = Describe("A movement of phase 4", func() {
	declaration := func(lrn string) *message.Document {
		GinkgoHelper()
		d, err := read(phase4With(declaredPhase4)).Steps[0].Trader.Document(message.Phase4, scenario.Facts{LRN: lrn})
		Expect(err).NotTo(HaveOccurred())
		return d
	}
	var l *scenario.Library
	BeforeEach(func() {
		l = reader.Open(nil, "")
		for _, text := range []string{
			strings.Replace(phase4Step("  - officer: release"), "id: T", "id: BY-LRN\nmatch: { lrn: '^MINE-' }", 1),
			strings.Replace(phase4Step("  - officer: release"), "id: T", "id: BY-FIELDS\nmatch: { fields: { CUSOFFDEPEPT/RefNumEPT1: ^GB, HEAHEA/TypOfDecHEA24: T1 } }", 1),
			strings.Replace(step("  - officer: release"), "id: T", "id: LATER\nmatch: { lrn: '^MINE-1$' }", 1),
		} {
			_, err := l.Put("test", []byte(text))
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("finds its scenario by its LRN, or by what else it says, and never one of the later phases", func() {
		by := func(lrn string) string {
			return l.Find(scenario.Query{Phase: message.Phase4, Document: declaration(lrn)}).Why
		}
		Expect(by("OTHER")).To(HavePrefix("CUSOFFDEPEPT/RefNumEPT1 GB000060 fits ^GB and HEAHEA/TypOfDecHEA24 T1 fits T1"))
		Expect(by("MINE-1")).To(ContainSubstring("CUSOFFDEPEPT/RefNumEPT1"), "two conditions are more than one")
		Expect(l.Delete("BY-FIELDS")).To(BeTrue())
		Expect(by("MINE-1")).To(Equal("its LRN MINE-1 fits ^MINE-"))
	})
	It("is told when the header names a scenario of the later phases", func() {
		found := l.Find(scenario.Query{Header: "LATER", Phase: message.Phase4, Document: declaration("MINE-1")})
		Expect(found.Scenario).To(BeNil())
		Expect(found.Why).To(Equal("the header Gov-Test-Scenario names LATER, which does not work in phase 4"))
	})
})
