package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// reserved are the sums of the store by guarantee and currency, and those of the movements.
func (w *world) reserved(grns ...string) (sums, ofMovements map[string]string) {
	GinkgoHelper()
	sums, ofMovements = map[string]string{}, map[string]string{}
	total := map[string]movement.Decimal{}
	w.read(func(tx *store.Tx) error {
		for _, grn := range grns {
			all, err := tx.Reserved(grn)
			if err != nil {
				return err
			}
			for _, r := range all {
				sums[r.GRN+" "+r.Currency] = r.Amount
			}
		}
		all, _, err := tx.Movements(store.MovementQuery{})
		for _, m := range all {
			for _, r := range m.Facts.Reserved {
				total[r.GRN+" "+r.Currency] = total[r.GRN+" "+r.Currency].Plus(r.Sum())
			}
			Expect(m.Facts.Reserved != nil).To(Equal(m.Secured()), "movement %s in state %s has reserved %v", m.ID, m.State, m.Facts.Reserved)
		}
		return err
	})
	for key, sum := range total {
		ofMovements[key] = sum.String()
	}
	return sums, ofMovements
}

var _ = Describe("What is reserved of guarantees", func() {
	const phases56, phase4 = "24GB0000010000031", "09GB00000100000M0"

	It("is in the ledger in the moment of the release, also after a restart", func() {
		w := run(options{})
		m := w.post(simplified())
		sums, _ := w.reserved(phases56)
		Expect(sums).To(BeEmpty())
		w.advance(time.Hour)
		Expect(w.movement(m.ID).State).To(Equal(movement.Released))
		sums, own := w.reserved(phases56)
		Expect(sums).To(Equal(map[string]string{phases56 + " GBP": "2450"}))
		Expect(own).To(Equal(sums))
		w.Restart()
		sums, _ = w.reserved(phases56)
		Expect(sums).To(HaveLen(1))
		Expect(w.Engine.Forget(ctx, m.ID)).To(Succeed())
		sums, _ = w.reserved(phases56)
		Expect(sums).To(BeEmpty())
	})

	It("is the sum of what movements have reserved, whatever happens to them", func() {
		held := 0
		for seed := range uint64(2) {
			w := run(options{seed: 100 + seed})
			random := rand.New(rand.NewPCG(seed, 1))
			var ids []string
			for i := range 60 {
				w.step(random, &ids, i)
				sums, own := w.reserved(phases56, phase4)
				Expect(sums).To(Equal(own), "seed %d, step %d", seed, i)
				held += len(sums)
			}
		}
		Expect(held).To(BeNumerically(">", 20), "something was reserved most of the time")
	})
})

// step does something at random to the movements, as an officer, a trader, Test Support or the clock would.
func (w *world) step(random *rand.Rand, ids *[]string, i int) {
	GinkgoHelper()
	switch kind := random.IntN(10); {
	case len(*ids) == 0 || kind < 2:
		s := simplified(lrnPath, fmt.Sprint("LEDGER", i))
		if random.IntN(2) == 0 {
			s = sample(message.Phase4, "ie015-simplified-gb-it", "HEAHEA/RefNumHEA4", fmt.Sprint("LEDGER", i))
		}
		*ids = append(*ids, w.post(s).ID)
	case kind < 5:
		id := (*ids)[random.IntN(len(*ids))]
		m := w.movement(id)
		verbs := office.VerbsOf(m.Phase, m.Kind)
		_, _ = w.Engine.Act(ctx, id, verbs[random.IntN(len(verbs))], nil, "officer") // many are not possible now
	case kind < 8:
		id := (*ids)[random.IntN(len(*ids))]
		var types []string
		for _, t := range w.movement(id).Phase.Types() {
			if t.Role == message.FromCustoms && t.Of(message.Departure) {
				types = append(types, t.Code)
			}
		}
		_, _, _ = w.Engine.Inject(ctx, id, engine.Injection{Type: types[random.IntN(len(types))]}) // some need what is not there
	case kind < 9:
		w.advance(time.Duration(random.IntN(60)) * time.Minute)
	case random.IntN(4) == 0:
		at := random.IntN(len(*ids))
		Expect(w.Engine.Forget(ctx, (*ids)[at])).To(Succeed())
		*ids = slices.Delete(*ids, at, at+1)
	}
	w.Settle()
}
