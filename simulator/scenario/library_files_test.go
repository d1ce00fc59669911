package scenario_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
)

// folder is where a file of the library lies: "trader-test/p5".
func folder(s *scenario.Scenario) string { return path.Dir(s.File) }

func published(s *scenario.Scenario) bool { return strings.HasPrefix(s.File, "trader-test/") }

var _ = Describe("The files that come with the simulator", func() {
	It("load without a mistake", func() {
		Expect(problems.Error()).To(BeEmpty())
		Expect(library).NotTo(BeEmpty())
	})
	It("have the published ids as names, in the folder of their phase", func() {
		phaseOf := map[string][]message.Phase{"trader-test/p4": {message.Phase4}, "trader-test/p5": {message.Phase5}, "trader-test/p6": {message.Phase6}}
		for _, s := range library {
			if published(s) {
				Expect(path.Base(s.File)).To(Equal(s.ID + ".yaml"))
				Expect(s.Phases).To(Equal(phaseOf[folder(s)]), s.ID)
			}
		}
	})
	It("have the flows that nobody published, with ids that say so", func() {
		var local []string
		for _, s := range library {
			if folder(s) == "local" {
				local = append(local, s.ID)
			}
		}
		Expect(local).To(ConsistOf("X-GUA-AMEND", "X-INTENT-CONTROL", "X-DOC-REQUEST", "X-CONT-UNLOAD", "X-INCIDENT", "X-ENQUIRY", "X-CANCEL-REFUSED", "X-RECOVERY-WRITEOFF",
			"X-P4-REQUEST-REFUSED", "X-P4-DEFAULT-AMOUNT", "X-P4-CANCEL-REFUSED", "X-P4-CANCEL-TOO-LATE", "X-P4-CANCEL-CUSTOMS", "X-P4-INTERVENTION",
			"X-P4-UNREADABLE", "X-P4-UNREAD-REMARKS", "X-P4-NO-REQUEST", "X-P4-RESUBMISSION", "X-P4-CONT-UNLOAD"))
	})
	It("can all be replayed and say what they are about", func() {
		titles := map[string]string{}
		for _, s := range library {
			Expect(s.Replayable()).To(BeTrue(), s.ID)
			key := s.Title + folder(s)
			Expect(titles).NotTo(HaveKey(key), "%s and %s have one title", s.ID, titles[key])
			titles[key] = s.ID
			if !strings.HasPrefix(s.ID, "EX-") {
				Expect(s.Description).NotTo(BeEmpty(), s.ID)
				Expect(s.End).NotTo(BeEmpty(), s.ID)
			}
		}
	})
	It("are found by LRNs that begin with their id, and by no other's", func() {
		l := reader.Open(nil, "")
		for _, s := range library {
			_, err := l.Put(s.File, s.Text)
			if !errors.As(err, &scenario.Problems{}) {
				Expect(err).NotTo(HaveOccurred())
			}
		}
		for _, s := range library {
			if s.Match.LRN == nil {
				continue
			}
			Expect(len(s.ID)).To(BeNumerically("<=", 22-2), "%s leaves no room in an LRN", s.ID)
			for _, other := range library {
				Expect(other.Match.LRN != nil && other.Match.LRN.MatchString(s.ID+"-1")).To(Equal(other.ID == s.ID), "%s for %s", s.ID, other.ID)
			}
		}
	})
	It("send messages that their schemas accept", func() {
		for _, s := range library {
			for _, st := range s.Steps {
				if st.Trader == nil {
					continue
				}
				for _, p := range s.Phases {
					d, err := st.Trader.Document(p, scenario.Facts{LRN: s.ID})
					Expect(err).NotTo(HaveOccurred(), "%s, %s", s.File, st)
					Expect(catalogue.Set(p).Validate(context.Background(), d.Bytes(), schema.Options{}).Errors).To(BeEmpty(), "%s, %s", s.File, st)
					Expect(d.Has("MesSenMES3")).To(BeFalse(), "API 1.0 puts it in: %s, %s", s.File, st)
				}
			}
		}
	})
})

var _ = Describe("The sample messages of the transition period", func() {
	It("are valid, and used", func() {
		used := map[string]bool{}
		for _, s := range library {
			for _, st := range s.Steps {
				if st.Trader != nil && s.Mode == scenario.Transition {
					used[st.Trader.From] = true
				}
			}
		}
		for _, f := range simtest.Files("phase5/valid/transition/*.xml") {
			Expect(catalogue.Set(message.Phase5).Validate(context.Background(), simtest.File(f), schema.Options{}).Errors).To(BeEmpty(), f)
			Expect(used).To(HaveKey(strings.TrimSuffix(path.Base(f), ".xml")))
		}
	})
})

// row is a line of the catalogue of published scenarios.
type row struct {
	scenario, phase, mode, actor, action, expect, departure, arrival string
	// What only a reading of the words can compare.
	direction, procedure, variation, note string
}

// catalogueRows reads the catalogue of the specification.
func catalogueRows() map[string][]row {
	GinkgoHelper()
	data, err := os.ReadFile(root("docs", "spec", "catalogue.tsv"))
	Expect(err).NotTo(HaveOccurred())
	out := map[string][]row{}
	// There is no quoting in the file: a quotation mark is one.
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		l := strings.Split(line, "\t")
		Expect(l).To(HaveLen(19), line)
		out[l[0]] = append(out[l[0]], row{l[0], l[1], l[2], l[9], l[10], l[14], l[15], l[16], l[5], l[6], l[11], l[18]})
	}
	return out
}

// messages are the expected messages of a row as our files write them.
func (r row) messages() []string {
	var out []string
	for _, m := range strings.Split(r.expect, "; ") {
		if code, side, ok := strings.Cut(m, ">"); ok {
			out = append(out, strings.TrimSuffix(code+" >"+side, " >D"))
		}
	}
	return out
}

// rowsOf renders a scenario as rows of the catalogue. In phase 4 one row places several messages, and a message of the
// trader to which the office is silent needs a step of ours that says so.
func rowsOf(s *scenario.Scenario) (rows []row, steps []scenario.Step) {
	for _, st := range s.Steps {
		r := rowOf(s, st)
		before := len(rows) - 1
		switch {
		case st.Form == scenario.FormRespond && len(st.Respond) == 0:
			rows[before].departure, rows[before].arrival = r.departure, r.arrival
			continue
		case st.Form == scenario.FormInject && before >= 0 && rows[before].action == "inject":
			rows[before].expect += "; " + r.expect
			rows[before].departure, rows[before].arrival = r.departure, r.arrival
			continue
		}
		rows, steps = append(rows, r), append(steps, st)
	}
	return rows, steps
}

// rowOf renders a step.
func rowOf(s *scenario.Scenario, st scenario.Step) row {
	r := row{scenario: s.ID, phase: "P" + s.Phases[0].String(), departure: string(st.State), arrival: string(st.ArrivalState)}
	switch st.Form {
	case scenario.FormTrader:
		r.actor, r.action = "trader", "send "+st.Trader.Send.Code
	case scenario.FormOfficer:
		r.actor, r.action = "officer", st.Officer.Verb
	case scenario.FormTimer:
		r.actor, r.action = "timer", st.Timer.Name
	case scenario.FormInject:
		r.actor, r.action = "test-support", "inject"
	default:
		r.actor = string(st.Form)
	}
	var brought []string
	for _, e := range st.Expect {
		brought = append(brought, e.String())
	}
	r.expect = strings.Join(brought, "; ")
	return r
}

var _ = Describe("The published catalogue", func() {
	It("is in the library scenario for scenario and row for row: who does what, what comes and in which state", func() {
		all := catalogueRows()
		ours := map[string]*scenario.Scenario{}
		for _, s := range library {
			if published(s) {
				ours[s.ID] = s
			}
		}
		Expect(slices.Sorted(maps.Keys(ours))).To(Equal(slices.Sorted(maps.Keys(all))))
		for id, want := range all {
			s := ours[id]
			Expect(s.Mode == scenario.Transition).To(Equal(want[0].mode == "T"), id)
			Expect("P"+s.Phases[0].String()).To(Equal(want[0].phase), id)
			rows, steps := rowsOf(s)
			Expect(rows).To(HaveLen(len(want)), id)
			for i, got := range rows {
				want[i].mode, want[i].expect = "", strings.Join(want[i].messages(), "; ")
				want[i].direction, want[i].procedure, want[i].variation, want[i].note = "", "", "", ""
				Expect(got).To(Equal(want[i]), "%s, %s", id, steps[i])
			}
			last := want[len(want)-1]
			end := last.departure
			if s.Movement == message.Arrival {
				end = last.arrival
			}
			Expect(string(s.End)).To(Equal(end), id)
		}
	})
})
