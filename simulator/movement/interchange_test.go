package movement_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var _ = Describe("An interchange reference of phase 4 (docs/spec/responses.md#7-1)", func() {
	at := time.Date(2026, 3, 2, 10, 15, 7, 0, time.FixedZone("CET", 3600))

	DescribeTable("is a counter, 41 and the time in UTC", func(place int, want string) {
		Expect(movement.InterchangeReference(at, place)).To(Equal(want))
	},
		Entry("from 10", 0, "10410302091507"), Entry("to 99", 89, "99410302091507"),
		Entry("and then with other digits in the middle", 90, "10420302091507"), Entry("round again", 59*90, "10000302091507"),
		Entry("to the last", movement.InterchangePlaces-1, "99400302091507"),
	)

	It("counts on for the messages of a movement, and is another for another movement, up to fifteen of them", func() {
		Expect(movement.InterchangeCounter(message.Departure, 1, 0)).To(Equal(0))
		Expect(movement.InterchangeCounter(message.Departure, 1, 1)).To(Equal(1))
		for departures := range 16 {
			seen := map[int]bool{}
			for n := 1; n <= 15; n++ {
				k, number := message.Departure, n
				if n > departures {
					k, number = message.Arrival, n-departures
				}
				for sent := range 6 {
					seen[movement.InterchangeCounter(k, number, sent)] = true
				}
			}
			Expect(seen).To(HaveLen(movement.InterchangeCounters))
		}
	})
})
