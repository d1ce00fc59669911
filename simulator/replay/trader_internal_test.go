package replay

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var _ = Describe("A trader of API 1.0", func() {
	It("notifies an arrival again for the movement that is there, and nothing else", func() {
		recipient := func(p message.Phase, code string, there ...*side) *side {
			t, _ := p.TypeOfCode(code)
			return (&player{rule: traderRules[p.Generation()], sides: there}).recipient(t)
		}
		there := &side{Side: Side{Kind: message.Arrival, ID: "00000000000000aa", Wire: "12"}}
		declared := &side{Side: Side{Kind: message.Departure, ID: "00000000000000ab", Wire: "3"}}
		Expect(recipient(message.Phase4, "IE007", there)).To(Equal(there))
		Expect(recipient(message.Phase4, "IE007")).To(BeNil())
		Expect(recipient(message.Phase4, "IE044", there)).To(Equal(there))
		Expect(recipient(message.Phase4, "IE015", declared)).To(BeNil())
		Expect(recipient(message.Phase5, "IE007", there)).To(BeNil())
	})
	It("has an MRN of phase 4 for goods from elsewhere, of the office of the sample", func() {
		newMRN := traderRules[message.GenerationPhase4].newMRN
		mrn := newMRN(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), "26GB0000606I46G5J3", clock.NewSource(1).Stream("x"))
		Expect(mrn).To(MatchRegexp("^27GB0000601[0-9A-F]{6}[0-9]$"))
		Expect(movement.CheckMRN(mrn)).To(Succeed())
	})
})
