package replay_test

import (
	"context"
	"regexp"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

// bytesOf is everything random about a case.
func bytesOf(r replay.Result) []string {
	var out []string
	for _, m := range r.Messages() {
		out = append(out, m.Movement, m.ID, m.At.String(), string(m.Body))
	}
	return out
}

var _ = Describe("A replay in this process", func() {
	It("gives the same bytes for the same seed, whatever else is replayed beside it", func() {
		for _, id := range []string{"DSGB6", "ASGB3", "P6-PNXI-03", "X-CONT-UNLOAD"} {
			alone := runWith(replay.Options{Seed: 1}, get(id))
			Expect(bytesOf(alone)).NotTo(BeEmpty())
			Expect(bytesOf(alone)).To(Equal(bytesOf(everything()[alone.Case.String()])), id)
		}
	})
	It("gives others for another seed", func() {
		r := runWith(replay.Options{Seed: 2}, get("DSGB6"))
		Expect(r.Verdict).To(Equal(replay.Passed))
		Expect(bytesOf(r)).NotTo(Equal(bytesOf(everything()[r.Case.String()])))
	})
	It("begins at the time that it is told", func() {
		r := runWith(replay.Options{Seed: 1, Now: replay.DefaultNow.AddDate(0, 0, 100)}, get("DSGB1"))
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Steps[0].At).To(Equal(replay.DefaultNow.AddDate(0, 0, 100)))
	})
	It("passes a scenario whose steps lie on different days", func() {
		s := departure("  - trader: { send: IE015, from: ie015-prelodged-simplified-gb-xi }\n    expect: [IE928]\n" +
			"  - trader: { send: IE013, from: ie013-prelodged-simplified-gb-xi }\n    after: 20m\n    expect: [IE004]\n")
		l := library()
		l.Add(s)
		r := runWith(replay.Options{Seed: 1, Library: l, Now: replay.DefaultNow.Add(14*60*60e9 + 40*60e9)}, s)
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Steps[1].At.Day()).To(Equal(r.Steps[0].At.Day() + 1))
	})
	It("reports each case once and returns the results in the order of the cases", func() {
		cases := replay.Cases([]*scenario.Scenario{get("EX-ARRIVAL"), get("DSGB6"), get("P6-DSGB-01")})
		Expect(cases).To(HaveLen(4))
		r, err := replay.New(ctx, replay.Options{Parallel: 3})
		Expect(err).NotTo(HaveOccurred())
		var reported []int
		results := r.Run(ctx, cases, func(i int, result replay.Result) {
			Expect(result.Case).To(Equal(cases[i]))
			reported = append(reported, i)
		})
		slices.Sort(reported)
		Expect(reported).To(Equal([]int{0, 1, 2, 3}))
		for i, result := range results {
			Expect(result.Case).To(Equal(cases[i]))
			Expect(result.Took).To(BeNumerically(">", 0))
		}
	})
	It("plays goods from elsewhere: an arrival without a departure", func() {
		sample := simtest.File("phase5/valid/ie007-simplified.xml")
		mrn := movement.NewMRN(replay.DefaultNow, "FR000130", "0", clock.NewSource(1).Stream("test"))
		body := regexp.MustCompile("<MRN>.*</MRN>").ReplaceAll(sample, []byte("<MRN>"+mrn+"</MRN>"))
		s := read("id: MINE\ntitle: T\nmovement: arrival\nphases: [5]\nsteps:\n"+
			"  - trader: { send: IE007, from: own.xml }\n    expect: [IE043 >A]\n    arrivalState: unloading_permitted\n", files("own.xml", body))
		l := library()
		l.Add(s)
		r := runWith(replay.Options{Library: l, Profile: "fast"}, s) // that of the Trader Test knows no goods from elsewhere
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		Expect(r.Sides).To(HaveLen(1))
		Expect(r.Sides[0].MRN).NotTo(Equal(mrn), "another replay must not notify the arrival of the same goods")
		Expect(r.Sides[0].MRN[2:10]).To(Equal("FR000130"))
	})
	It("sends messages and answers from files beside the scenario", func() {
		sample := everything()[replay.Case{Scenario: get("DSGB1"), Phase: message.Phase5}.String()].Messages()
		s := read("id: MINE\ntitle: T\nmovement: departure\nphases: [5]\nsteps:\n"+
			"  - trader: { send: IE015, from: own/ie015.xml }\n    expect: [IE928, IE028]\n", files("own/ie015.xml", sample[0].Body))
		Expect(run(s).Verdict).To(Equal(replay.Passed))
	})
	It("meets the faults of a scenario and calls again", func() {
		s := departure("  - fault: { call: submit, status: 503, times: 2 }\n" +
			"  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n" +
			"  - fault: { call: movements, status: 500 }\n  - fault: { call: movement, status: 404, times: 3 }\n" +
			"  - fault: { call: messages, reset: true }\n  - fault: { call: message, delay: 20ms }\n" +
			"  - timer: auto_release\n    expect: [IE029]\n")
		r := run(s)
		Expect(r.Verdict).To(Equal(replay.Passed), explained(r))
		met := 0
		for _, step := range r.Steps {
			for _, e := range step.Journal {
				if e.Mark == "met" {
					met++
				}
			}
		}
		Expect(met).To(Equal(1+1+3+1+1), "the submissions are one entry")
	})
	It("skips what it has nothing to send for, and says why", func() {
		r := run(departure("  - trader: { send: IE015 }\n    expect: [IE928, IE028]\n"))
		Expect(r.Verdict).To(Equal(replay.Skipped))
		Expect(r.Why).To(ContainSubstring("a step has no from:"))
	})
	It("leaves the rest undone when it is interrupted", func() {
		r, err := replay.New(ctx, replay.Options{})
		Expect(err).NotTo(HaveOccurred())
		ended, end := context.WithCancel(ctx)
		end()
		for _, result := range r.Run(ended, replay.Cases([]*scenario.Scenario{get("DSGB6"), get("DSGB1")}), nil) {
			Expect(result.Verdict).To(Equal(replay.Skipped))
			Expect(result.Why).To(ContainSubstring("interrupted"))
		}
	})
})

var _ = Describe("Cases", func() {
	It("are one for each phase that is wanted", func() {
		list := []*scenario.Scenario{get("EX-RELEASE"), get("DSGB6"), get("P6-DSGB-01")}
		names := func(phases ...message.Phase) (out []string) {
			for _, c := range replay.Cases(list, phases...) {
				out = append(out, c.String())
			}
			return out
		}
		Expect(names()).To(Equal([]string{"EX-RELEASE (phase 5)", "EX-RELEASE (phase 6)", "DSGB6 (phase 5)", "P6-DSGB-01 (phase 6)"}))
		Expect(names(message.Phase6)).To(Equal([]string{"EX-RELEASE (phase 6)", "P6-DSGB-01 (phase 6)"}))
	})
})
