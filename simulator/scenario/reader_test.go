package scenario_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

const whole = `id: WHOLE
title: All there is
description: >-
  One of
  everything.
movement: departure
phases: [6, 5]
match:
  lrn: "^WHOLE-"
  fields: { messageSender: "^W", TransitOperation/security: "^[02]$" }
steps:
  - trader:
      send: IE015
      from: ie015-simplified-gb-xi
      set: { TransitOperation/security: 2, messageSender: 0123 }
      remove: [CustomsOfficeOfTransitDeclared]
      as: XI175521246821
  - respond:
      - IE928
      - { send: IE028, delay: 90s, repeat: 2, set: { TransitOperation/MRN: x }, remove: [HolderOfTheTransitProcedure], force: true }
    state: accepted
  - officer: control
    after: 2m
    with: { controls: [{ type: 40, text: all }] }
    expect: [IE060 >D, IE028]
    check:
      IE060:
        TransitOperation/notificationType: 0
        TypeOfControls/type: [40, "050"]
        TransitOperation/LRN: { present: false }
        TransitOperation/MRN: { matches: "^26" }
  - officer: accept
    refused: true
  - timer: auto_release
  - inject: { send: IE182, repeat: 3 }
    after: 1h
  - fault: { call: message, delay: 3s, times: 2 }
  - fault: { call: movements, reset: true }
end: released
`

var _ = Describe("A scenario file", func() {
	var s *scenario.Scenario
	BeforeEach(func() { s = read(whole) })

	It("gives its head, with the phases in ascending order and the mode that is the default", func() {
		Expect(s.ID).To(Equal("WHOLE"))
		Expect(s.Title).To(Equal("All there is"))
		Expect(s.Description).To(Equal("One of everything."))
		Expect(s.Movement).To(Equal(message.Departure))
		Expect(s.Phases).To(Equal([]message.Phase{message.Phase5, message.Phase6}))
		Expect(s.Mode).To(Equal(scenario.Final))
		Expect(s.End).To(Equal(movement.Released))
		Expect([]any{s.File, s.Line, string(s.Text)}).To(Equal([]any{"test.yaml", 1, whole}))
		Expect(s.Match.LRN.String()).To(Equal("^WHOLE-"))
		Expect(s.Match.Fields).To(HaveLen(2))
		Expect(s.Match.Fields[1].Path).To(Equal("TransitOperation/security"))
	})
	It("gives what the trader sends, values as they are written", func() {
		t := s.Steps[0].Trader
		Expect(t.Send.Code).To(Equal("IE015"))
		Expect(t.EORI).To(Equal("XI175521246821"))
		Expect(t.Set).To(Equal([]scenario.Assignment{{Path: "TransitOperation/security", Value: "2"}, {Path: "messageSender", Value: "0123"}}))
		Expect(t.Remove).To(Equal([]string{"CustomsOfficeOfTransitDeclared"}))
		Expect(s.Opening()).To(Equal(&s.Steps[0]))
		Expect(s.Replayable()).To(BeTrue())
	})
	It("gives an answer that replaces the one of the step before, and expects what it names", func() {
		Expect(s.Replaced(0)).To(Equal(&s.Steps[1]))
		Expect(s.Replaced(1)).To(BeNil())
		r := s.Steps[1]
		Expect(r.Respond).To(HaveLen(2))
		Expect(r.Respond[1]).To(Equal(scenario.Message{
			Type: ie("IE028"), Set: []scenario.Assignment{{Path: "TransitOperation/MRN", Value: "x"}},
			Remove: []string{"HolderOfTheTransitProcedure"}, Repeat: 2, Delay: 90 * time.Second, Force: true,
		}))
		Expect(r.Expect).To(Equal([]scenario.Expected{to("IE928"), to("IE028"), to("IE028")}))
		Expect(r.State).To(Equal(movement.Accepted))
	})
	It("gives officers with what they write, on the movement that they act on", func() {
		st := s.Steps[2]
		Expect(st.Officer).To(Equal(&scenario.Officer{
			Verb: "control", At: message.Departure,
			With: map[string]any{"controls": []any{map[string]any{"type": "40", "text": "all"}}},
		}))
		Expect(st.After).To(Equal(2 * time.Minute))
		Expect(st.Expect).To(Equal([]scenario.Expected{to("IE060"), to("IE028")}))
		Expect(st.String()).To(Equal("step 3 (officer control)"))
		Expect(s.Steps[3].Officer.Refused).To(BeTrue())
		Expect(s.Steps[3].Expect).To(BeEmpty())
	})
	It("gives timers, injected messages and faults", func() {
		Expect(s.Steps[4].Timer).To(Equal(&scenario.Timer{Name: "auto_release", At: message.Departure}))
		Expect(s.Steps[5].Inject).To(Equal(&scenario.Message{Type: ie("IE182"), Repeat: 3}))
		Expect(s.Steps[5].Expect).To(Equal([]scenario.Expected{to("IE182"), to("IE182"), to("IE182")}))
		Expect(s.Steps[6].Fault).To(Equal(&scenario.Fault{Call: scenario.CallMessage, Delay: 3 * time.Second, Times: 2}))
		Expect(s.Steps[7].Fault).To(Equal(&scenario.Fault{Call: scenario.CallMovements, Reset: true, Times: 1}))
	})
	It("numbers its steps and knows where they stand", func() {
		for i, st := range s.Steps {
			Expect(st.Number).To(Equal(i + 1))
		}
		Expect(s.Steps[1].Line).To(Equal(18))
	})
	It("names a message of the arrival with its side", func() {
		Expect(scenario.Expected{Type: "IE025", Side: message.Arrival}.String()).To(Equal("IE025 >A"))
		Expect(to("IE029").String()).To(Equal("IE029"))
	})
	It("need not say what a replay sends if it is only served", func() {
		s := read(scenarioWith("  - trader: { send: IE015 }\n"))
		Expect(s.Replayable()).To(BeFalse())
		_, err := s.Steps[0].Trader.Document(message.Phase5, scenario.Facts{})
		Expect(err).To(MatchError("IE015: the scenario does not say what to send in phase 5; hint: name a message with from:"))
	})
})

func ie(code string) message.Type {
	GinkgoHelper()
	t, known := message.TypeOfCode(code)
	Expect(known).To(BeTrue())
	return t
}

func to(code string) scenario.Expected {
	GinkgoHelper()
	return scenario.Expected{Type: code, Side: ie(code).Kind}
}

var _ = Describe("Checks", func() {
	var d *message.Document
	BeforeEach(func() {
		var err error
		d, err = catalogue.Parse(message.Phase5, []byte(`<ncts:CC056C xmlns:ncts="http://ncts.dgtaxud.ec"><TransitOperation><LRN>L 1</LRN></TransitOperation><FunctionalError><errorCode>13</errorCode></FunctionalError><FunctionalError><errorCode>50</errorCode></FunctionalError></ncts:CC056C>`))
		Expect(err).NotTo(HaveOccurred())
	})
	check := func(conditions string) []string {
		GinkgoHelper()
		s := read(scenarioWith("  - trader: { send: IE015 }\n    expect: [IE056]\n    check:\n      IE056: " + conditions + "\n"))
		var out []string
		for _, c := range s.Steps[0].Checks {
			out = append(out, c.Failure(d))
		}
		return out
	}
	DescribeTable("of a text, a list and a condition:",
		func(conditions, want string) { Expect(check(conditions)).To(Equal([]string{want})) },
		Entry("a text that is there", `{ TransitOperation/LRN: L 1 }`, ""),
		Entry("another text", `{ TransitOperation/LRN: L 2 }`, `IE056: TransitOperation/LRN should be "L 2", but is "L 1"`),
		Entry("a text that every element has to have", `{ FunctionalError/errorCode: 13 }`, `IE056: FunctionalError/errorCode should be "13", but is "13", "50"`),
		Entry("a text that is missing", `{ TransitOperation/MRN: x }`, `IE056: TransitOperation/MRN should be "x", but is absent`),
		Entry("one of several by its position", `{ "FunctionalError[2]/errorCode": 50 }`, ""),
		Entry("a list in order", `{ FunctionalError/errorCode: [13, 50] }`, ""),
		Entry("a list in another order", `{ FunctionalError/errorCode: [50, 13] }`, `IE056: FunctionalError/errorCode should be "50", "13", but is "13", "50"`),
		Entry("an empty list", `{ TransitOperation/MRN: [] }`, ""),
		Entry("a pattern", `{ FunctionalError/errorCode: { matches: "^..$" } }`, ""),
		Entry("a pattern that one does not fit", `{ FunctionalError/errorCode: { matches: "^1" } }`, `IE056: FunctionalError/errorCode should be something that fits ^1, but is "13", "50"`),
		Entry("a pattern for nothing", `{ TransitOperation/MRN: { matches: "" } }`, `IE056: TransitOperation/MRN should be something that fits , but is absent`),
		Entry("a group that is there", `{ FunctionalError: { present: true } }`, ""),
		Entry("an element that must not be there", `{ TransitOperation/LRN: { present: false } }`, `IE056: TransitOperation/LRN should be absent, but is "L 1"`),
		Entry("an element that must be there", `{ TransitOperation/MRN: { present: true } }`, `IE056: TransitOperation/MRN should be there, but is absent`),
	)
})

var _ = Describe("Files beside a scenario", func() {
	var dir string
	BeforeEach(func() {
		dir = GinkgoT().TempDir()
		Expect(os.Mkdir(filepath.Join(dir, "mine"), 0o755)).To(Succeed())
	})
	write := func(name, text string) {
		GinkgoHelper()
		Expect(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)).To(Succeed())
	}
	const ie906 = `<ncts:CC906C xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>a</messageSender><messageRecipient>b</messageRecipient><preparationDateAndTime>2026-04-20T09:30:00</preparationDateAndTime><messageIdentification>c</messageIdentification><messageType>CC906C</messageType><Header/><FunctionalError><errorPointer>/</errorPointer><errorCode>12</errorCode><errorReason>N/A</errorReason></FunctionalError></ncts:CC906C>`

	It("are what the trader sends", func() {
		data := simtest.Sample(message.Phase5, "ie015-normal-gb-xi")
		write("mine/one.xml", string(data))
		s, err := reader.Parse("x.yaml", []byte(scenarioWith("  - trader: { send: IE015, from: mine/one.xml }\n")), os.DirFS(dir))
		Expect(err).NotTo(HaveOccurred())
		d, err := s.Steps[0].Trader.Document(message.Phase6, scenario.Facts{LRN: "MINE"})
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Get("TransitOperation/LRN")).To(Equal("MINE"))
	})
	It("go out as they stand, but for what the replay and the scenario change", func() {
		data := simtest.Sample(message.Phase5, "ie015-normal-gb-xi")
		text := "<?xml version=\"1.0\" encoding='UTF-8'?>\r\n<!-- from our system -->\n" + strings.ReplaceAll(strings.TrimPrefix(string(data), `<?xml version="1.0" encoding="UTF-8"?>`), "<TransitOperation>", "<TransitOperation >\n\t<!-- kept -->")
		write("one.xml", text)
		s, err := reader.Parse("x.yaml", []byte(scenarioWith("  - trader: { send: IE015, from: one.xml, set: { messageSender: US } }\n")), os.DirFS(dir))
		Expect(err).NotTo(HaveOccurred())
		d, err := s.Steps[0].Trader.Document(message.Phase5, scenario.Facts{LRN: "MINE"})
		Expect(err).NotTo(HaveOccurred())
		want := regexp.MustCompile("<LRN>[^<]*</LRN>").ReplaceAllString(text, "<LRN>MINE</LRN>")
		want = regexp.MustCompile("<messageSender>[^<]*<").ReplaceAllString(want, "<messageSender>US<")
		Expect(string(s.Steps[0].Trader.Text(d))).To(Equal(want))
	})
	DescribeTable("are held against the schema as they stand, at the place in the file and in the words of the API:",
		func(change func(string) string, want string) {
			data := simtest.Sample(message.Phase5, "ie015-normal-gb-xi")
			write("mine/own.xml", change(string(data)))
			Expect(mistakesBeside(strings.Replace(scenarioWith("  - trader: { send: IE015, from: mine/own.xml }\n"), "[5, 6]", "[5]", 1), dir)).To(ContainElement(MatchRegexp(want)))
		},
		Entry("another namespace", func(s string) string { return strings.Replace(s, "http://ncts", "https://ncts", 1) },
			`^mine/own.xml:[0-9]+:[0-9]+: cvc-elt.1.*; hint: test.yaml:6 sends the file in phase 5$`),
		Entry("no namespace", func(s string) string {
			return strings.ReplaceAll(strings.Replace(s, ` xmlns:ncts="http://ncts.dgtaxud.ec"`, "", 1), "ncts:", "")
		}, `^mine/own.xml:[0-9]+:[0-9]+: cvc-elt.1`),
		Entry("another encoding", func(s string) string { return strings.Replace(s, "</LRN>", "\xe9</LRN>", 1) }, `^mine/own.xml:[1-9][0-9]*:[1-9][0-9]*: Invalid byte `),
		Entry("a tag left open", func(s string) string { return strings.Replace(s, "</LRN>", "", 1) }, `^mine/own.xml:[1-9][0-9]*:[1-9][0-9]*: The element type "LRN" must be terminated by the matching end-tag "</LRN>".`),
		Entry("a value that does not fit", func(s string) string { return strings.Replace(s, "<LRN>", "<LRN> ~", 1) }, `^mine/own.xml:[1-9][0-9]*:[1-9][0-9]*: cvc-`),
	)
	It("of the cases from the field get their answers", func() {
		cases := root("..", "shared", "cases", "replay-own-file")
		if _, err := os.Stat(cases); err != nil {
			Skip("the cases are not beside the repository (folder shared/cases)")
		}
		for name, sound := range map[string]bool{"base": true, "wrong-namespace": false, "no-namespace": false, "latin1": false, "tag-left-open": false} {
			_, problems := reader.LoadDir(filepath.Join(cases, name))
			if sound {
				Expect(problems).To(BeEmpty(), name)
				continue
			}
			Expect(problems).NotTo(BeEmpty(), name)
			Expect(problems[0].File).To(HaveSuffix("own.xml"), name)
			Expect(problems[0].Line*problems[0].Column).To(BeNumerically(">", 0), name)
		}
	})
	It("are what customs sends, byte for byte", func() {
		write("a.xml", ie906)
		s, err := reader.Parse("x.yaml", []byte(step("  - inject: { body: a.xml }")), os.DirFS(dir))
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Steps[1].Inject).To(Equal(&scenario.Message{Type: ie("IE906"), Body: []byte(ie906), File: "a.xml", Repeat: 1}))
	})
	DescribeTable("are refused at their place in the scenario:",
		func(content, step, want string) {
			write("a.xml", content)
			Expect(mistakesBeside(scenarioWith(declared+step+"\n"), dir)).To(HaveExactElements(HavePrefix(want)))
		},
		Entry("a file that does not exist", "", "  - inject: { body: b.xml }", "8:21: there is no file b.xml beside the scenario"),
		Entry("a file outside the folder", "", "  - inject: { body: ../a.xml }", "8:21: ../a.xml leads out of the folder; hint: files lie in the scenario's folder or below it"),
		Entry("no XML", "{}", "  - inject: { body: a.xml }", "a.xml:1:1: Content is not allowed in prolog.; hint: test.yaml:8 sends the file"),
		Entry("a message of the trader", "<CC013C/>", "  - inject: { body: a.xml }", "8:21: a.xml is a CC013C, which is not a message of customs"),
		Entry("a message that its schema refuses", `<ncts:CC906C xmlns:ncts="http://ncts.dgtaxud.ec"/>`, "  - inject: { body: a.xml }", "a.xml:1:51: cvc-complex-type.2.4.b: The content of element 'ncts:CC906C' is not complete. One of '{messageSender}' is expected.; hint: test.yaml:8 sends the file in phase 5; force: true sends it all the same"),
		Entry("a folder", "", "  - trader: { send: IE014, from: ./mine/ }", "8:34: ./mine/ cannot be read: is a directory"),
	)
	It("are sent even if their schema refuses them when that is forced", func() {
		write("a.xml", `<ncts:CC906C xmlns:ncts="http://ncts.dgtaxud.ec"/>`)
		Expect(mistakesBeside(step("  - inject: { body: a.xml, force: true }"), dir)).To(BeEmpty())
	})
})

var _ = Describe("What a replay sends", func() {
	doc := func(trader string, f scenario.Facts) *message.Document {
		GinkgoHelper()
		s := read(scenarioWith("  - trader: { send: IE015 }\n  - trader: " + trader + "\n"))
		d, err := s.Steps[1].Trader.Document(message.Phase5, f)
		Expect(err).NotTo(HaveOccurred())
		return d
	}
	It("has the LRN, or the MRN, of the movement where the sample has one", func() {
		f := scenario.Facts{LRN: "L-1", MRN: "26GB000246EXAMP1J4", Identification: "ID-1"}
		lrn := doc("{ send: IE014, from: ie014-by-lrn-gb-xi }", f)
		Expect([]string{lrn.Get("TransitOperation/LRN"), lrn.Get("TransitOperation/MRN"), lrn.Get("messageIdentification")}).To(Equal([]string{"L-1", "", "ID-1"}))
		mrn := doc("{ send: IE014, from: ie014-by-mrn-gb-xi }", f)
		Expect([]string{mrn.Get("TransitOperation/LRN"), mrn.Get("TransitOperation/MRN")}).To(Equal([]string{"", "26GB000246EXAMP1J4"}))
	})
	It("is prepared now, with past times as far away as in the sample and plans moved by whole days", func() {
		d := doc("{ send: IE170, from: ie170-simplified-xi-gb }", scenario.Facts{Now: time.Date(2027, 2, 27, 23, 59, 59, 9, time.UTC)})
		Expect(d.Get("preparationDateAndTime")).To(Equal("2027-02-27T23:59:59"))
		Expect(d.Get("TransitOperation/limitDate")).To(Equal("2027-03-08"))
		i := doc("{ send: IE014, from: ie014-by-lrn-gb-xi }", scenario.Facts{Now: time.Date(2027, 1, 1, 0, 0, 10, 0, time.UTC)})
		Expect(i.Get("Invalidation/requestDateAndTime")).To(Equal("2026-12-31T23:59:10"))
		late := doc("{ send: IE013, from: ie013-simplified-gb-xi }", scenario.Facts{Now: time.Date(2027, 1, 1, 18, 0, 0, 0, time.UTC)})
		Expect(late.Get("CustomsOfficeOfTransitDeclared/arrivalDateAndTimeEstimated")).To(Equal("2027-01-02T06:30:00"))
	})
	It("repeats the plans of the declaration in an amendment of a later day", func() {
		d := doc("{ send: IE013, from: ie013-simplified-gb-xi }", scenario.Facts{
			Now: time.Date(2027, 1, 3, 0, 10, 0, 0, time.UTC), Planned: time.Date(2027, 1, 1, 23, 50, 0, 0, time.UTC),
		})
		Expect(d.Get("preparationDateAndTime")).To(Equal("2027-01-03T00:10:00"))
		Expect(d.Get("TransitOperation/limitDate")).To(Equal("2027-01-09"))
		Expect(d.Get("CustomsOfficeOfTransitDeclared/arrivalDateAndTimeEstimated")).To(Equal("2027-01-02T06:30:00"))
	})
	It("keeps what the scenario sets, whatever the facts", func() {
		d := doc("{ send: IE014, from: ie014-by-mrn-gb-xi, set: { TransitOperation/MRN: 24GB0000000000000J0, preparationDateAndTime: soon } }",
			scenario.Facts{MRN: "26GB000246EXAMP1J4", Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
		Expect([]string{d.Get("TransitOperation/MRN"), d.Get("preparationDateAndTime")}).To(Equal([]string{"24GB0000000000000J0", "soon"}))
	})
	It("leaves the sample as it is for the next one", func() {
		first := doc("{ send: IE014, from: ie014-by-mrn-gb-xi, set: { messageSender: FIRST } }", scenario.Facts{MRN: "x"})
		second := doc("{ send: IE014, from: ie014-by-mrn-gb-xi }", scenario.Facts{})
		Expect(first.Get("messageSender")).To(Equal("FIRST"))
		Expect(second.Get("messageSender")).To(Equal("NORTHWAY-FREIGHT"))
		Expect(second.Get("TransitOperation/MRN")).NotTo(Equal("x"))
	})
	It("goes out with the EORI inside it, or with the one that the step names", func() {
		s := read("id: T\ntitle: T\nmovement: arrival\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n  - trader: { send: IE007, from: ie007-simplified }\n  - trader: { send: IE044, from: ie044-clean, as: GB201909015000 }\n")
		var senders []string
		for _, st := range s.Steps {
			d, err := st.Trader.Document(message.Phase5, scenario.Facts{})
			Expect(err).NotTo(HaveOccurred())
			senders = append(senders, st.Trader.Sender(d))
		}
		Expect(senders).To(Equal([]string{"GB953574106000", "XI175521246821", "GB201909015000"}))
	})
	It("is the sample of the transition period in a scenario of that mode", func() {
		text := "id: T\ntitle: T\nmovement: departure\nphases: [5]\nmode: %\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n"
		for mode, present := range map[scenario.Mode]bool{scenario.Final: true, scenario.Transition: false} {
			d, err := read(replaceAll(text, "%", string(mode))).Steps[0].Trader.Document(message.Phase5, scenario.Facts{})
			Expect(err).NotTo(HaveOccurred())
			Expect(d.Has("Consignment/PlaceOfLoading")).To(Equal(present), string(mode))
		}
	})
})

var _ = Describe("A message that a scenario expects without a mark", func() {
	arrival := func(expect string) []scenario.Expected {
		GinkgoHelper()
		return read("id: T\ntitle: Test\nmovement: arrival\nphases: [5]\nsteps:\n  - trader: { send: IE007 }\n    expect: " + expect + "\n").Steps[0].Expect
	}
	It("goes to the movement that its type decides", func() {
		Expect(arrival("[IE043]")).To(Equal(arrival("[IE043 >A]")))
	})
	It("goes to the arrival where there is no departure", func() {
		Expect(arrival("[IE917]")).To(Equal([]scenario.Expected{{Type: "IE917", Side: message.Arrival}}))
		Expect(read(step("  - officer: release\n    expect: [IE917]")).Steps[1].Expect).To(Equal([]scenario.Expected{{Type: "IE917", Side: message.Departure}}))
	})
})
