package replay_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// some are results of every kind: passed in two folders and phases, failed, skipped.
func some() []replay.Result {
	GinkgoHelper()
	all := everything()
	return []replay.Result{
		all["DSGB6 (phase 5)"], all["ASGB3 (phase 5)"], all["P6-DSGB-01 (phase 6)"],
		run(changed("DSGB7", "expect: [IE051]", "expect: [IE029]", "    check:\n      IE051: { TransitOperation/noReleaseMotivationCode: B1 }\n", "")),
		run(departure("  - trader: { send: IE015 }\n    expect: [IE928, IE028]\n")),
	}
}

// junit is a report as a build server reads it.
type junit struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      float64     `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	} `xml:"testsuite"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	Time      float64       `xml:"time,attr"`
	Failure   *junitOutcome `xml:"failure"`
	Skipped   *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

var _ = Describe("A JUnit report", func() {
	report := func(results []replay.Result) (text string, read junit) {
		GinkgoHelper()
		var b bytes.Buffer
		Expect(replay.WriteJUnit(&b, results)).To(Succeed())
		d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
		d.Strict = true
		Expect(d.Decode(&read)).To(Succeed(), b.String())
		return b.String(), read
	}

	It("has a suite for each folder and phase, and a case for each scenario", func() {
		text, read := report(some())
		Expect(text).To(HavePrefix(xml.Header))
		var names []string
		for _, s := range read.Suites {
			names = append(names, s.Name)
			Expect(s.Tests).To(Equal(len(s.Cases)))
			Expect(s.Errors).To(BeZero())
			Expect(s.Time).To(BeNumerically(">", 0))
			_, err := time.Parse("2006-01-02T15:04:05", s.Timestamp)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(names).To(Equal([]string{"trader-test/p5 (phase 5)", "trader-test/p6 (phase 6)", "mine (phase 5)"}))
		first := read.Suites[0].Cases
		Expect(first).To(HaveLen(2))
		Expect(first[0].Name).To(Equal("DSGB6: Simplified departure, GB to NI: control, satisfactory"))
		Expect(first[0].ClassName).To(Equal("phase5.trader-test.p5"))
		Expect(first[0].Failure).To(BeNil())
		Expect(first[0].Skipped).To(BeNil())
	})
	It("shows what failed and what was skipped, and why", func() {
		_, read := report(some())
		mine := read.Suites[2]
		Expect([]int{mine.Tests, mine.Failures, mine.Skipped}).To(Equal([]int{2, 1, 1}))
		failed := mine.Cases[0].Failure
		Expect(failed.Message).To(Equal("step 3 (officer refuse_release): customs should send IE029, but IE051 came"))
		Expect(failed.Text).To(And(ContainSubstring("  expected  IE029"), ContainSubstring("  came      IE051"), ContainSubstring("  journal:\n")))
		Expect(mine.Cases[1].Skipped.Message).To(ContainSubstring("a step has no from:"))
	})
	It("stays well-formed whatever stands in a message", func() {
		broken := some()[3]
		broken.Steps[2].Failures = []string{"bytes: \x00\x08\xff\uFFFE ]]> <&>"}
		text, _ := report([]replay.Result{broken})
		Expect(text).NotTo(ContainSubstring("\x00"))
	})
	It("is complete without any results", func() {
		_, read := report(nil)
		Expect(read.Suites).To(BeEmpty())
	})
})

var _ = Describe("A JSON report", func() {
	report := func(bodies bool) map[string]any {
		GinkgoHelper()
		var b bytes.Buffer
		Expect(replay.WriteJSON(&b, some(), bodies)).To(Succeed())
		var read map[string]any
		Expect(json.Unmarshal(b.Bytes(), &read)).To(Succeed())
		return read
	}
	It("counts, and has every step with what was expected and what came", func() {
		read := report(false)
		Expect(read).To(And(HaveKeyWithValue("passed", 3.0), HaveKeyWithValue("failed", 1.0), HaveKeyWithValue("skipped", 1.0)))
		cases := read["scenarios"].([]any)
		first := cases[0].(map[string]any)
		Expect(first).To(And(HaveKeyWithValue("id", "DSGB6"), HaveKeyWithValue("verdict", "passed"), HaveKeyWithValue("apiVersion", "2.1")))
		step := first["steps"].([]any)[1].(map[string]any)
		Expect(step).To(And(
			HaveKeyWithValue("text", "step 2 (officer control)"), HaveKeyWithValue("expected", []any{"IE060"}),
			HaveKeyWithValue("came", []any{"IE060"}), HaveKeyWithValue("state", "UNDER_CONTROL"), Not(HaveKey("journal"))))
		failed := cases[3].(map[string]any)
		Expect(failed["failure"]).To(ContainSubstring("customs should send IE029"))
		Expect(failed["steps"].([]any)[2].(map[string]any)["journal"]).NotTo(BeEmpty())
		Expect(cases[4].(map[string]any)["steps"]).To(BeEmpty())
	})
	It("has the messages byte for byte if that is wanted", func() {
		of := func(read map[string]any) map[string]any {
			first := read["scenarios"].([]any)[0].(map[string]any)
			return first["steps"].([]any)[0].(map[string]any)["messages"].([]any)[1].(map[string]any)
		}
		Expect(of(report(false))).NotTo(HaveKey("xml"))
		Expect(of(report(true))).To(HaveKeyWithValue("xml", string(some()[0].Messages()[1].Body)))
	})
})

var _ = Describe("An evidence report", func() {
	report := func(results ...replay.Result) string {
		GinkgoHelper()
		var b strings.Builder
		Expect(replay.WriteEvidence(&b, results)).To(Succeed())
		return b.String()
	}
	It("shows scenario, steps, times, ids and messages", func() {
		r := everything()["ASGB3 (phase 5)"]
		text := report(r)
		Expect(text).To(And(
			ContainSubstring("| ASGB3 | Simplified arrival in GB: discrepancies, resolved | 5 | 2.1 | final | passed |"),
			ContainSubstring("| Trader | replay |"),
			ContainSubstring("| Departure | "+r.Sides[0].ID+", LRN "+r.Sides[0].LRN+", MRN "+r.Sides[0].MRN+", EORI "+r.Sides[0].EORI+", state WRITTEN_OFF |"),
			ContainSubstring("| 2 | timer auto_release | IE029 | IE029 | departure RELEASED | 2026-03-02T10:00:00.000Z | passed |"),
			ContainSubstring("| 5 | officer major_discrepancies | IE025 >A, IE019 | IE025 >A, IE019 | departure DISCREPANCIES, arrival DISCREPANCY_PENDING |"),
		))
		for _, m := range r.Messages() {
			Expect(text).To(ContainSubstring(" " + m.ID + "\n"))
		}
		Expect(text).To(ContainSubstring("\n  <TransitOperation>\n    <LRN>" + r.Sides[0].LRN + "</LRN>\n"))
		Expect(strings.Count(text, "```xml\n")).To(Equal(len(r.Messages())))
	})
	It("says whose software it was, and what failed", func() {
		r := some()[3]
		r.Watched = true
		text := report(r)
		Expect(text).To(And(ContainSubstring("| Trader | the trader's own software |"), ContainSubstring("customs should send IE029, but IE051 came")))
	})
	It("is not led astray by what stands in a text or a message", func() {
		r := everything()["DSGB6 (phase 5)"]
		odd := *r.Scenario
		odd.Title = "a | b\nc <script>"
		r.Scenario = &odd
		r.Steps = append([]replay.StepResult(nil), r.Steps...)
		r.Steps[0].Messages = []replay.Message{{Type: "IE015", Body: []byte("````\nno XML")}, {Type: "IE028", FromCustoms: true, Body: []byte(`<a x="1&amp;2"><b>&lt;</b><c/></a>`)}}
		text := report(r)
		Expect(text).To(ContainSubstring(`| a \| b c &lt;script> |`))
		Expect(text).To(ContainSubstring("\n`````xml\n````\nno XML\n`````\n"))
		Expect(text).To(ContainSubstring("<a x=\"1&amp;2\">\n  <b>&lt;</b>\n  <c/>\n</a>"))
	})
})

var _ = Describe("Explaining", func() {
	It("gives a reason once where it holds for several entries", func() {
		r := replay.Result{
			Case: replay.Case{Scenario: get("DSGB6"), Phase: 5}, Verdict: replay.Failed,
			Steps: []replay.StepResult{{Step: &scenario.Step{Number: 1, Form: scenario.FormRespond, Line: 7}, Verdict: replay.Failed, Failures: []string{"x"}, Journal: []movement.Entry{
				{Text: "one", Why: "because"}, {Text: "two", Why: "because"}, {Text: "left", Mark: movement.MarkLeft}, {Text: "three"},
			}}},
		}
		Expect(r.Explain()).To(Equal("step 1 (respond) at trader-test/p5/DSGB6.yaml:7\n  expected  nothing\n  came      nothing\n  - x\n" +
			"  journal:\n    00:00:00.000  one (because)\n    00:00:00.000  two\n    00:00:00.000  three\n"))
	})
})
