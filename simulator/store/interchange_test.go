package store_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("An interchange reference of phase 4", func() {
	at := time.Date(2026, 3, 2, 9, 15, 7, 0, time.UTC)
	var s *store.Store
	BeforeEach(func() { s = open() })
	claim := func(at time.Time, counter int) (reference string) {
		GinkgoHelper()
		Expect(s.Update(context.Background(), func(tx *store.Tx) (err error) {
			reference, err = tx.ClaimInterchange(at, counter)
			return err
		})).To(Succeed())
		return reference
	}

	It("is that of the second and the counter, as long as nobody has it", func() {
		Expect(claim(at, 0)).To(Equal("10410302091507"))
		Expect(claim(at, 89)).To(Equal("99410302091507"))
		Expect(claim(at.Add(time.Second), 0)).To(Equal("10410302091508"))
	})

	It("is the next free one if it is taken: of the next counter, then with 42, and at last of the next second", func() {
		Expect([]string{claim(at, 88), claim(at, 88), claim(at, 88)}).To(Equal([]string{"98410302091507", "99410302091507", "10410302091507"}))
		seen := map[string]bool{}
		Expect(s.Update(context.Background(), func(tx *store.Tx) error {
			for i := 3; i < movement.InterchangePlaces; i++ {
				reference, err := tx.ClaimInterchange(at, i%7)
				if err != nil {
					return err
				}
				seen[reference] = true
				switch i {
				case 89:
					Expect(reference).To(HaveSuffix("410302091507"))
				case 90:
					Expect(reference).To(HaveSuffix("420302091507"))
				}
			}
			return nil
		})).To(Succeed())
		Expect(seen).To(HaveLen(movement.InterchangePlaces - 3))
		Expect(claim(at, 5)).To(Equal("15410302091508"))
	})

	It("is free again when its update fails, and after a reset", func() {
		broken := s.Update(context.Background(), func(tx *store.Tx) error {
			if _, err := tx.ClaimInterchange(at, 0); err != nil {
				return err
			}
			return context.Canceled
		})
		Expect(broken).To(MatchError(context.Canceled))
		Expect(claim(at, 0)).To(Equal("10410302091507"))
		Expect(s.Update(context.Background(), func(tx *store.Tx) error { return tx.Reset() })).To(Succeed())
		Expect(claim(at, 0)).To(Equal("10410302091507"))
	})

	It("is remembered for a day", func() {
		claim(at, 0)
		claim(at.Add(23*time.Hour), 0)
		Expect(claim(at, 0)).To(Equal("11410302091507"))
		claim(at.Add(25*time.Hour), 0)
		Expect(claim(at, 0)).To(Equal("10410302091507"))
	})
})
