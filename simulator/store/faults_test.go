package store_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("Movements at which faults wait", func() {
	faulty := func(m *movement.Movement) {
		m.EORI, m.Script.Faults = alice, []movement.ArmedFault{{Step: 1, Left: 2}}
	}
	look := func(s *store.Store, eori string) (ids []string, any bool) {
		GinkgoHelper()
		Expect(s.View(func(tx *store.Tx) error {
			ids, any = tx.MovementsWithFaults(eori), tx.AnyFaults()
			return nil
		})).To(Succeed())
		return ids, any
	}

	It("are found by their owner, the oldest first", func() {
		s := open()
		update(s, put(departure(1), departure(2, faulty), departure(3, faulty)))
		ids, any := look(s, alice)
		Expect(ids).To(Equal([]string{id(2), id(3)}))
		Expect(any).To(BeTrue())
		ids, any = look(s, "GB000000000009")
		Expect(ids).To(BeEmpty())
		Expect(any).To(BeTrue())
	})

	It("are no longer found when the faults are used up or the movement is forgotten", func() {
		s := open()
		update(s, put(departure(1, faulty), departure(2, faulty)))
		update(s, put(departure(1)))
		update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(2)) })
		ids, any := look(s, alice)
		Expect(ids).To(BeEmpty())
		Expect(any).To(BeFalse())
		Expect(s.Check()).To(Succeed())
	})
})
