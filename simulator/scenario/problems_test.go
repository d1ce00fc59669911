package scenario_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/scenario"
)

// step is the body of a scenario whose line 8 is the step; further lines follow it.
func step(text string) string { return scenarioWith(declared + text + "\n") }

var _ = Describe("A mistake in a scenario file", func() {
	It("is shown with its line and a caret under the column", func() {
		_, err := reader.Parse("mine/DSGB6.yaml", []byte(step("  - officer: relase")), nil)
		Expect(err).To(MatchError("mine/DSGB6.yaml:8:14: there is no officer's action relase; hint: did you mean release\n" +
			"    - officer: relase\n" +
			"               ^"))
	})
	It("keeps the tabs before the caret and counts characters, not bytes", func() {
		p := scenario.Problem{File: "f", Line: 1, Column: 4, Text: "x", Source: "\tüb c"}
		Expect(p.Show()).To(Equal("f:1:4: x\n  \tüb c\n  \t  ^"))
		_, err := reader.Parse("f", []byte("{title: Grüße, ïd: x}"), nil)
		Expect(err).To(MatchError(ContainSubstring("f:1:16: the scenario has no key ïd; hint: did you mean id\n")))
	})
	It("is reported together with all others, in the order of the lines", func() {
		Expect(mistakes("id: a b\ntitel: x\nmovement: departur\nphases: [7]\nsteps:\n  - officer: sleep\n  - timer: eternity\nend: nowhere\n")).To(HaveExactElements(
			HavePrefix("1:1: the scenario has no title"),
			HavePrefix("1:5: id cannot be a b"),
			HavePrefix("2:1: the scenario has no key titel; hint: did you mean title"),
			HavePrefix("3:11: there is no movement departur; hint: did you mean departure"),
			HavePrefix("4:10: phases is 7; it takes a whole number from 4 to 6"),
			HavePrefix("6:14: there is no officer's action sleep; hint: known are "),
			HavePrefix("7:12: there is no timer eternity; hint: known are "),
			HavePrefix("8:6: there is no state nowhere; hint: known are "),
		))
	})

	It("is one of a hundred at most", func() {
		Expect(mistakes(step(strings.Repeat("  - officer: relase\n", 300)))).To(HaveLen(100))
	})

	DescribeTable("of the file as a whole is found at its place:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(HavePrefix(want))) },
		Entry("an empty file", "", "1:1: the file is empty; hint: begin with id: and title:"),
		Entry("only a comment", "# nothing\n", "1:1: the file is empty"),
		Entry("no mapping", "hello\n", "1:1: the scenario is a single value here; it takes a group of keys"),
		Entry("no YAML", "id: [a\ntitle: b\n", "2:1: ',' or ']' must be specified"),
		Entry("an unfinished text", "id: \"a\n", "1:5: could not find end character of double-quoted text"),
		Entry("two documents", "id: a\n---\nid: b\n", "3:1: one file holds one scenario; hint: put every scenario into a file of its own"),
		Entry("another encoding", "id: a\ntitle: \xff\n", "2:1: the line is not UTF-8; hint: save the file as UTF-8"),
		Entry("a NUL byte", "id: a\ntitle: é\x00\n", "2:9: a NUL byte"),
		Entry("line ends of another kind", strings.ReplaceAll(step("  - officer: relase"), "\n", "\r"), "8:14: there is no officer's action relase"),
		Entry("line ends of a third kind", strings.ReplaceAll(step("  - officer: relase"), "\n", "\r\n"), "8:14: there is no officer's action relase"),
		Entry("too many bytes", "id: "+strings.Repeat("a", 64<<10), "1:1: the file has 65540 bytes; a scenario has at most 65536"),
		Entry("brackets without end", "id: "+strings.Repeat("[", 60000), "1:1: values are nested more than 40 deep"),
		Entry("brackets in brackets", "id: "+strings.Repeat("[", 30000)+strings.Repeat("]", 30000), "1:1: values are nested more than 40 deep"),
		Entry("lists in lists without end", "id:\n"+strings.Repeat("- ", 30000)+"a", "2:1: values are nested more than 40 deep"),
		Entry("indentation without end", "id: a\n"+strings.Repeat(" ", 200)+"b: c", "2:1: values are nested more than 40 deep"),
	)

	DescribeTable("of a key or value is found at its place:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(Equal(want))) },
		Entry("a key twice", scenarioWith(declared)+"title: again\n", "8:1: title is already given in line 2"),
		Entry("an anchor", strings.Replace(scenarioWith(declared), "title: Test", "title: &t Test", 1), "2:8: a scenario cannot have anchors, aliases or tags; hint: write the value out"),
		Entry("a list for a text", strings.Replace(scenarioWith(declared), "title: Test", "title: [Test]", 1), "2:8: title is a list here; it takes a single value"),
		Entry("nothing for a text", strings.Replace(scenarioWith(declared), "title: Test", "title:", 1), "2:7: title has no value"),
		Entry("an empty text", strings.Replace(scenarioWith(declared), "title: Test", `title: " "`, 1), "2:8: title is empty"),
		Entry("a value for a list", strings.Replace(scenarioWith(declared), "[5, 6]", "5", 1), "4:9: phases is a single value here; it takes a list"),
		Entry("no phase", strings.Replace(scenarioWith(declared), "[5, 6]", "[]", 1), "4:9: phases is an empty list"),
		Entry("a phase twice", strings.Replace(scenarioWith(declared), "[5, 6]", "[5, 6, 5]", 1), "4:16: phase 5 is given twice"),
		Entry("an unknown mode", scenarioWith(declared)+"mode: end\n", "8:7: there is no mode end; hint: known are final, transition"),
		Entry("transition in phase 6", scenarioWith(declared)+"mode: transition\n", "8:7: phase 6 has no transition period; hint: write phases: [5]"),
		Entry("an unknown key of a step", step("  - officer: release\n    expct: []"), "9:5: the step has no key expct; hint: did you mean expect"),
		Entry("a step without a form", step("  - { }"), "8:5: the step has none of trader, officer, timer, respond, inject, fault"),
		Entry("a step with two forms", step("  - officer: release\n    timer: auto_release"), "9:5: the step has both officer and timer; hint: it takes one of trader, officer, timer, respond, inject, fault"),
		Entry("a key beside the wrong form", step("  - timer: auto_release\n    with: {}"), "9:5: with is allowed only beside officer"),
		Entry("something that is not a duration", step("  - officer: release\n    after: 2 days"), "9:12: after is 2 days, which is not a duration; hint: write it as 2s, 45m or 1h30m"),
		Entry("a negative duration", step("  - officer: release\n    after: -2s"), "9:12: after is -2s, which is not a duration; hint: write it as 2s, 45m or 1h30m"),
		Entry("a pattern that does not compile", scenarioWith(declared)+"match: { lrn: '^(A' }\n", "8:15: lrn is not a regular expression: missing closing ): `^(A`; hint: the syntax is that of Go's package regexp"),
		Entry("an empty set", step("  - trader: { send: IE014, from: ie014-by-mrn-gb-xi, set: {} }"), "8:59: set is empty"),
		Entry("something that is not a flag", step("  - inject: { send: IE060, force: maybe }"), "8:35: force is maybe; it takes true or false"),
		Entry("a fault that is off", step("  - fault: { call: submit, reset: false }"), "8:35: reset is false; it takes true; hint: leave reset out where it does not apply"),
		Entry("too many repetitions", step("  - inject: { send: IE060, repeat: 100 }"), "8:36: repeat is 100; it takes a whole number from 1 to 99"),
	)

	DescribeTable("about what the offices know is found at its place:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(Equal(want))) },
		Entry("an action in other words", step("  - officer: refuse release"), "8:14: there is no officer's action refuse release; hint: did you mean refuse_release"),
		Entry("an action that takes no input", step("  - officer: accept\n    with: { text: x }"), "9:13: with.text is unknown; hint: the action takes no input"),
		Entry("input with an unknown key", step("  - officer: control\n    with:\n      controls:\n        - { type: 10, txt: x }"), "11:23: with.controls[0].txt is unknown; hint: did you mean text"),
		Entry("input that lacks a key", step("  - officer: control\n    with:\n      controls:\n        - text: x"), "11:11: with.controls[0].type is missing; hint: for example 40"),
		Entry("input that is not a group", step("  - officer: control\n    with: x"), "9:11: with is a single value here; it takes a group of keys"),
		Entry("an action at the other office", step("  - officer: control\n    at: arrival"), "9:9: control is not an action at the arrival"),
		Entry("the timer of the default officer", step("  - timer: officer_wait"), "8:12: there is no timer officer_wait; hint: the default officer leaves movements with a scenario alone; write their action as officer:"),
		Entry("a state in capitals", step("  - officer: release\n    state: RELEASED"), "9:12: there is no state RELEASED; hint: did you mean released"),
		Entry("a state of the other side", step("  - officer: release\n    state: goods_released"), "9:12: there is no state goods_released; hint: goods_released is a state of the arrival"),
		Entry("an end of the other side", scenarioWith(declared)+"end: goods_released\n", "8:6: goods_released is not a state of the departure; hint: end is the state of the movement that the scenario is about"),
	)

	DescribeTable("about messages is found at its place:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(Equal(want))) },
		Entry("sending a message of customs", step("  - trader: { send: IE029 }"), "8:21: there is no message of traders IE029; hint: IE029 comes from customs; write it under expect, respond or inject"),
		Entry("expecting a message of the trader", step("  - officer: release\n    expect: [IE015]"), "9:14: there is no message of customs IE015; hint: IE015 comes from the trader"),
		Entry("a message by its root", step("  - officer: release\n    expect: [CC029C]"), "9:14: there is no message of customs CC029C; hint: did you mean IE029"),
		Entry("a message without its zero", step("  - inject: IE60"), "8:13: there is no message of customs IE60; hint: did you mean IE060"),
		Entry("a message of traders by its root", step("  - trader: { send: CC014C }"), "8:21: there is no message of traders CC014C; hint: did you mean IE014"),
		Entry("an action in capitals", step("  - officer: Release"), "8:14: there is no officer's action Release; hint: did you mean release"),
		Entry("expecting a message that nobody knows", step("  - officer: release\n    expect: [IE129]"), "9:14: there is no message of customs IE129; hint: did you mean IE029"),
		Entry("a message of the arrival without its side", step("  - officer: release\n    expect: [IE025]"), "9:14: IE025 goes to the arrival, but no step before has sent an IE007"),
		Entry("a message of the departure on the other side", step("  - officer: release\n    expect: [IE029 >A]"), "9:14: there is no message of customs IE029 >A; hint: IE029 goes to the departure"),
		Entry("a message to an arrival that does not exist", step("  - officer: release\n    expect: [IE025 >A]"), "9:14: IE025 goes to the arrival, but no step before has sent an IE007"),
		Entry("a check of a message that does not come", step("  - officer: release\n    expect: [IE029]\n    check: { IE028: { TransitOperation/MRN: x } }"), "10:14: the step brings no IE028 that could be checked; hint: expect it in step 2, or check it where it comes"),
		Entry("an arrival in a scenario about a departure", step("  - trader: { send: IE007 }"), "8:21: IE007 belongs to an arrival; hint: write movement: arrival"),
		Entry("an arrival that never comes", strings.Replace(scenarioWith(declared), "movement: departure", "movement: arrival", 1), "3:11: the scenario is about an arrival, but no step sends an IE007"),
		Entry("a second declaration", step("  - trader: { send: IE015 }"), "8:21: a scenario has one IE015; hint: write a scenario of its own for it"),
		Entry("remarks before the notification", strings.Replace(step("  - trader: { send: IE044 }\n  - trader: { send: IE007 }"), "movement: departure", "movement: arrival", 1), "8:21: IE044 belongs to a movement, but no step has sent an IE007"),
		Entry("an amendment of nothing", scenarioWith("  - trader: { send: IE013 }\n  - trader: { send: IE015 }\n"), "6:21: IE013 belongs to a movement, but no step has sent an IE015"),
		Entry("a declaration after its arrival", strings.Replace(scenarioWith("  - trader: { send: IE007 }\n  - trader: { send: IE015 }\n"), "movement: departure", "movement: arrival", 1), "7:21: the IE015 comes before the IE007 that ends its journey"),
		Entry("an officer before anything was sent", scenarioWith("  - officer: accept\n"), "6:14: an officer acts on the departure, but no step before has sent an IE015"),
		Entry("a timer before anything was sent", scenarioWith("  - timer: auto_release\n"), "6:12: the timer belongs to the departure, but no step before has sent an IE015"),
		Entry("something that is not an EORI", step("  - trader: { send: IE014, as: FR123 }"), "8:32: as cannot be FR123; hint: it looks like XI175521246821"),
		Entry("an LRN pattern for an IE007", "id: T\ntitle: Test\nmovement: arrival\nphases: [5]\nmatch: { lrn: '^T' }\nsteps:\n  - trader: { send: IE007 }\n", "5:15: the scenario begins with an IE007, which has no LRN; hint: match it by fields, or by the header Gov-Test-Scenario"),
	)

	DescribeTable("about samples and files is found at its place:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(Equal(want))) },
		Entry("a sample that does not exist", step("  - trader: { send: IE014, from: ie014-by-mrn-gb-x }"), "8:34: phase 5 has no sample message ie014-by-mrn-gb-x; hint: did you mean ie014-by-mrn-gb-xi"),
		Entry("a sample of the message with other countries", step("  - trader: { send: IE014, from: ie007-simplified-gb-xi }"), "8:34: phase 5 has no sample message ie007-simplified-gb-xi; hint: did you mean ie007-simplified"),
		Entry("a sample of another message", step("  - trader: { send: IE014, from: ie013-simplified-gb-xi }"), "8:34: ie013-simplified-gb-xi is a CC013C, not a CC014C"),
		Entry("a sample of the transition period", step("  - trader: { send: IE014, from: ie007-incident-normal-gb-xi }"), "8:34: phase 5 has no sample message ie007-incident-normal-gb-xi; hint: did you mean ie007-normal-gb-xi"),
		Entry("a file where there is no folder", step("  - inject: { body: mine/ie014.xml }"), "8:21: there are no files beside this scenario; hint: name a sample message, or put the scenario into a folder with its files"),
		Entry("changes of nothing", step("  - trader: { send: IE014, set: { messageSender: x } }"), "8:28: set is allowed only beside from"),
	)

	DescribeTable("in a path is found at its character:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(HavePrefix(want))) },
		Entry("an element that the schema does not know", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      set:\n        Invalidation/justificaton: x"), "12:22: Invalidation has no element justificaton (phase 5); hint: did you mean justification"),
		Entry("the same in quotes", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      set:\n        \"Invalidation/justificaton\": x"), "12:23: Invalidation has no element justificaton (phase 5)"),
		Entry("an element of the other phase only", step("  - trader: { send: IE014, from: ie014-by-mrn-gb-xi }")+"match: { fields: { Consignment/HouseConsignment/ConsignmentItem/Consignee: x } }\n", "9:20: "),
		Entry("another root", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      remove: [/CC015C/Invalidation]"), "11:17: the message is CC014C, not CC015C"),
		Entry("something below a text", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      remove: [messageSender/name]"), "11:30: messageSender has no elements below it"),
		Entry("a position too many", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      remove: [\"Invalidation[2]\"]"), "11:17: Invalidation occurs at most 1 times"),
		Entry("a group that gets a text", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      set: { Invalidation: x }"), "11:14: Invalidation is a group and has no text (phase 5); hint: its elements are requestDateAndTime, "),
		Entry("no path at all", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      set: { \"a b\": x }"), "11:16: an element name has only letters and digits"),
		Entry("one of several", scenarioWith("  - trader:\n      send: IE015\n      from: ie015-simplified-gb-xi\n      set:\n        Consignment/HouseConsignment/ConsignmentItem/goodsItemNumber: 3\n"), "10:38: ConsignmentItem occurs 2 times; hint: say which, as in ConsignmentItem[1]"),
		Entry("the next but one", scenarioWith("  - trader:\n      send: IE015\n      from: ie015-simplified-gb-xi\n      set:\n        Guarantee[3]/guaranteeType: 1\n"), "10:9: the next Guarantee is number 2"),
		Entry("nothing to remove", step("  - trader:\n      send: IE014\n      from: ie014-by-mrn-gb-xi\n      remove: [TransitOperation/LRN]"), "11:16: ie014-by-mrn-gb-xi has no TransitOperation/LRN"),
		Entry("a checked group without present", step("  - officer: release\n    expect: [IE029]\n    check: { IE029: { Consignment: x } }"), "10:23: Consignment is a group and has no text"),
		Entry("a changed answer", step("  - inject: { send: IE060, set: { TransitOperation/LNR: x } }"), "8:52: TransitOperation has no element LNR (phase 5); hint: did you mean LRN"),
	)

	DescribeTable("about answers and faults is found at its place:",
		func(text, want string) { Expect(mistakes(text)).To(HaveExactElements(HavePrefix(want))) },
		Entry("an answer to nothing", scenarioWith("  - respond: [IE928]\n  - trader: { send: IE015 }\n"), "6:5: no step comes before it; hint: it answers a trader, officer or timer step"),
		Entry("an answer to a fault", step("  - fault: { call: submit, status: 500 }\n  - respond: [IE928]"), "9:5: respond cannot follow fault"),
		Entry("two answers", scenarioWith(declared+"  - respond: [IE928]\n"), "8:5: step 1 expects messages, but this step replaces them; hint: leave expect out there"),
		Entry("an answer with expectations", scenarioWith("  - trader: { send: IE015 }\n  - respond: [IE928]\n    expect: [IE928]\n"), "8:5: expect is allowed only beside trader, officer, timer"),
		Entry("a message without a type", scenarioWith("  - trader: { send: IE015 }\n  - respond: [{ delay: 2s }]\n"), "7:15: the message has none of send, body"),
		Entry("a message that is composed and a file", step("  - inject: { send: IE060, body: x.xml }"), "8:28: the message has both send and body"),
		Entry("an answer of the trader", scenarioWith("  - trader: { send: IE015 }\n  - respond: [IE013]\n"), "7:15: there is no message of customs IE013; hint: IE013 comes from the trader"),
		Entry("an answer to an arrival that does not exist", scenarioWith("  - trader: { send: IE015 }\n  - respond: [IE043]\n"), "7:15: IE043 goes to the arrival, but no step before has sent an IE007"),
		Entry("a fault of nothing", step("  - fault: { status: 500 }"), "8:12: the fault has no call"),
		Entry("a fault without effect", step("  - fault: { call: submit }"), "8:12: the fault has none of status, delay, reset, drop, duplicate"),
		Entry("a call that is lost", step("  - fault: { call: submit, drop: true }"), "8:28: drop is a fault of notifications, not of calls; hint: it takes status, delay or reset"),
		Entry("a notification with a status", step("  - fault: { call: notification, status: 500 }"), "8:34: status is a fault of calls, not of notifications; hint: it takes delay, drop or duplicate"),
		Entry("a status of success", step("  - fault: { call: submit, status: 200 }"), "8:36: status is 200; it takes a whole number from 400 to 599"),
		Entry("a fault with expectations", step("  - fault: { call: submit, status: 500 }\n    expect: []"), "9:5: expect is allowed only beside trader, officer, timer"),
	)
})

var _ = Describe("A trader's step that uploads its message", func() {
	It("says how, and under which names the upload fails first", func() {
		s, err := reader.Parse("f", []byte(scenarioWith("  - trader: { send: IE015, by: upload, failing: [infected.X.xml, reject.EntityTooLarge.xml] }\n")), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Steps[0].Trader.Upload).To(BeTrue())
		Expect(s.Steps[0].Trader.Failing).To(Equal([]string{"infected.X.xml", "reject.EntityTooLarge.xml"}))
	})
	It("has only names that make it fail, and only where the API has uploads", func() {
		Expect(mistakes(scenarioWith("  - trader: { send: IE015, by: upload, failing: [x.xml, delayed.1m.x.xml] }\n"))).To(HaveExactElements(
			HavePrefix("6:50: a file of the name x.xml does not make an upload fail; hint: infected.NAME.xml, "),
			HavePrefix("6:57: a file of the name delayed.1m.x.xml does not make an upload fail"),
		))
		Expect(mistakes(scenarioWith("  - trader: { send: IE015, by: post }\n"))).To(HaveExactElements(HavePrefix("6:32: there is no way post; hint: known are upload")))
		Expect(mistakes(scenarioWith("  - trader: { send: IE015, failing: [infected.X.xml] }\n"))).To(HaveExactElements(HavePrefix("6:28: failing is allowed only beside by")))
		old := phase4With("  - trader: { send: IE015, by: upload }\n")
		Expect(mistakes(old)).To(ContainElement(HavePrefix("6:32: API 1.0 has no uploads; hint: leave by: out")))
	})
})
