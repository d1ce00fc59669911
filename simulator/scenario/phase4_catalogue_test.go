package scenario_test

import (
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// told is a row of the catalogue beside the step that plays it.
type told struct {
	row  row
	step scenario.Step
	// sent is the message of the trader, if they send one.
	sent *message.Document
}

// values are those of all elements of a name in the message sent, wherever they are.
func (t told) values(name string) []string {
	GinkgoHelper()
	Expect(t.sent).NotTo(BeNil(), "nobody sends anything")
	var out []string
	for _, m := range regexp.MustCompile("<"+name+">([^<]*)<").FindAllStringSubmatch(string(t.sent.Bytes()), -1) {
		out = append(out, m[1])
	}
	return out
}

// checked are the values that a replay compares at the paths that end so.
func (t told) checked(end string) []string {
	for _, c := range t.step.Checks {
		if strings.HasSuffix(c.Path, end) {
			return c.Values
		}
	}
	return nil
}

// reading is how a phrase of the catalogue is recognised, and what it says about a step.
type reading struct {
	phrase *regexp.Regexp
	check  func(t told, found []string)
}

func readings(of map[string]func(t told, found []string)) []reading {
	var out []reading
	for phrase, check := range of {
		out = append(out, reading{regexp.MustCompile("^" + phrase + "$"), check})
	}
	return out
}

// phase4Variations are the phrases of phase 4 that say how a message differs from the valid one.
var phase4Variations = readings(map[string]func(t told, found []string){
	`(\w+)=(Pre-Lodged|[A-Z0-9 ]+)`: func(t told, found []string) { Expect(t.values(found[1])).To(Equal(found[2:])) },
	`(\w+)=(\d) with place of loading code`: func(t told, found []string) {
		Expect(t.values(found[1])).To(Equal(found[2:]))
		Expect(t.values("PlaOfLoaCodHEA46")).To(HaveLen(1))
	},
	`(\w+) absent`:   func(t told, found []string) { Expect(t.values(found[1])).To(BeEmpty()) },
	`(\w+) unknown`:  func(t told, found []string) { Expect(t.values(found[1])).To(HaveLen(1)) },
	`reason "(.+)"`:  func(t told, found []string) { Expect(t.values("CanReaHEA250")).To(Equal(found[1:])) },
	`guarantee (\w)`: func(t told, found []string) { Expect(t.values("GuaTypGUA1")).To(Equal(found[1:])) },
	`unknown GRN (\w+)`: func(t told, found []string) {
		Expect(t.values("GuaRefNumGRNREF1")).To(Equal(found[1:]))
		Expect(t.values("AddInfMT21")).To(ConsistOf(HaveSuffix(found[1])))
	},
	`no SPEMENMT2 amount: default guarantee inserted`: func(t told, _ []string) {
		Expect(t.values("GuaRefNumGRNREF1")).NotTo(BeEmpty())
		for _, text := range t.values("AddInfMT21") {
			Expect(t.values("GuaRefNumGRNREF1")).To(ContainElement(text))
		}
	},
	`seven offices of transit`: func(t told, _ []string) { Expect(t.values("RefNumRNS1")).To(HaveLen(7)) },
	`unloading date before the unloading permission`: func(t told, _ []string) {
		Expect(t.values("UnlDatREM67")).To(ConsistOf(Satisfy(func(day string) bool { return day < "20240101" })))
	},
	`remark on gross mass`: func(t told, _ []string) { Expect(t.values("ConInd424")).To(ContainElement("DI")) },
	`control result (\w+)`: func(t told, found []string) { Expect(t.checked("ConResCodERS16")).To(Equal(found[1:])) },
	`resubmitted with PUT`: func(t told, _ []string) { Expect(t.step.Number).To(BeNumerically(">", 1)) },
})

// phase4Notes are the phrases of phase 4 that say what the messages of customs contain, and the remarks that say nothing
// of what happens.
var phase4Notes = readings(map[string]func(t told, found []string){
	`error (\d\d), pointer (.+?)(?:, reasons? (.+))?`: func(t told, found []string) {
		Expect(t.checked("ErrTypER11")).To(HaveEach(found[1]))
		Expect(t.checked("ErrPoiER12")).To(And(HaveEach(found[2]), HaveLen(len(t.checked("ErrTypER11")))))
		if found[3] == "" {
			Expect(t.checked("ErrReaER13")).To(BeEmpty())
			return
		}
		Expect(t.checked("ErrReaER13")).To(Equal(strings.Split(found[3], " and ")))
	},
	`reason (\w+), text "(.+)"`: func(t told, found []string) {
		Expect(t.checked("InvGuaReaCodRNS11")).To(Equal(found[1:2]))
		Expect(t.checked("InvGuaReaRNS12")).To(Equal(found[2:]))
	},
	`(\w+)=(\d)`: func(t told, found []string) { Expect(t.checked(found[1])).To(Equal(found[2:])) },
	`no IE928: only (\w+)=Pre-Lodged brings one`: func(t told, found []string) { Expect(t.values(found[1])).To(BeEmpty()) },
	`published step list stops at IE028|expected messages not spelled out in the collection|continues to release or refusal|` +
		`collection has a stray IE044 aimed at the other office|listed message chain shows IE051 instead of IE029 \(copy error\)`: func(told, []string) {},
})

// understand applies the only reading that a phrase has.
func (t told) understand(phrase string, all []reading) {
	GinkgoHelper()
	for _, r := range all {
		if found := r.phrase.FindStringSubmatch(phrase); found != nil {
			By(t.row.scenario + ", " + t.step.String() + ": " + phrase)
			r.check(t, found)
			return
		}
	}
	Fail(t.row.scenario + ", " + t.step.String() + ": nobody knows what " + phrase + " means")
}

// travels compares a declaration with direction and procedure of the row: "GB-IT", "simplified".
func (t told) travels() {
	GinkgoHelper()
	if t.row.direction == "any" || t.sent == nil || t.sent.Type.Code != "IE015" {
		return
	}
	from, to := t.sent.Field(message.OfficeOfDeparture)[:2], t.sent.Field(message.OfficeOfDestination)[:2]
	Expect(from+"-"+to).To(Equal(t.row.direction), t.row.scenario)
	if t.row.procedure != "normal arrival" {
		Expect(t.sent.Get("CONRESERS/ConResCodERS16") == "A3").To(Equal(t.row.procedure == "simplified"), t.row.scenario)
	}
}

var _ = Describe("The published catalogue of phase 4", func() {
	It("is in the library with where the goods travel, how the messages differ and what customs says in its", func() {
		all, understood := catalogueRows(), 0
		for _, s := range library {
			if !published(s) || s.Phases[0] != message.Phase4 {
				continue
			}
			_, steps := rowsOf(s)
			for i, r := range all[s.ID] {
				t := told{row: r, step: steps[i]}
				if t.step.Trader != nil {
					var err error
					t.sent, err = t.step.Trader.Document(message.Phase4, scenario.Facts{Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
					Expect(err).NotTo(HaveOccurred())
				}
				t.travels()
				for _, phrase := range strings.Split(r.variation, ", ") {
					if phrase != "" {
						t.understand(phrase, phase4Variations)
						understood++
					}
				}
				if r.note != "" {
					t.understand(r.note, phase4Notes)
					understood++
				}
			}
		}
		Expect(understood).To(BeNumerically(">", 50))
	})
})
