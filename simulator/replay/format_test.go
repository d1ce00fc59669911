package replay_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/simtest/tier"
)

// refusedAsJSON are the scenarios with a message that HMRC's JSON schemas refuse: their pattern for the number of a TIR
// carnet does not take such numbers.
var refusedAsJSON = []string{"DNXI8", "P6-DNXI-06"}

var _ = Describe("A replay with messages as JSON", func() {
	It("passes every scenario of phases 5 and 6 whose messages have a JSON schema that takes them", func() {
		tier.Slow()
		r, err := replay.New(ctx, replay.Options{Seed: 1, Format: replay.JSON})
		Expect(err).NotTo(HaveOccurred())
		cases := slices.DeleteFunc(replay.Cases(library().All()), func(c replay.Case) bool { return c.Phase == message.Phase4 })
		skipped := map[string]bool{}
		for _, result := range r.Run(ctx, cases, nil) {
			if result.Verdict == replay.Skipped {
				Expect(result.Why).To(HavePrefix("HMRC's JSON schema refuses the IE015, which its XML schema takes: $.n1:CC015C.TransitOperation.TIRCarnetNumber: "), result.Case.String())
				skipped[result.Scenario.ID] = true
				continue
			}
			Expect(result.Verdict).To(Equal(replay.Passed), explained(result))
		}
		Expect(skipped).To(HaveLen(len(refusedAsJSON)))
		for _, id := range refusedAsJSON {
			Expect(skipped).To(HaveKey(id))
		}
	})

	It("has nothing to do with API 1.0", func() {
		r, err := replay.New(ctx, replay.Options{Seed: 1, Format: replay.JSON})
		Expect(err).NotTo(HaveOccurred())
		s, _ := library().Get("P4-D01")
		result := r.Run(ctx, []replay.Case{{Scenario: s, Phase: message.Phase4}}, nil)[0]
		Expect([]string{string(result.Verdict), result.Why}).To(Equal([]string{"skipped", "API 1.0 has no messages as JSON"}))
	})
})
