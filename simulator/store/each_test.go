package store_test

import (
	"iter"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("Looking at movements one by one", func() {
	const mrn = "26GB000246AL65TIJ5"
	named := func(k message.Kind) func(*movement.Movement) {
		return func(m *movement.Movement) { m.Kind, m.MRN, m.LRN, m.MovementEORI = k, mrn, "LRN", alice }
	}
	other := func(m *movement.Movement) { m.MRN, m.LRN = mrn[:17], "LRN2" }

	for name, each := range map[string]func(tx *store.Tx) iter.Seq[string]{
		"with an MRN": func(tx *store.Tx) iter.Seq[string] { return tx.EachByMRN(mrn) },
		"with an LRN": func(tx *store.Tx) iter.Seq[string] { return tx.EachByLRN(alice, "LRN") },
	} {
		It(name+" gives the oldest first, until enough is known", func() {
			s := open()
			update(s, put(departure(1, named(message.Departure)), departure(2, other), departure(3, named(message.Arrival)), departure(4, named(message.Arrival))))
			look := func(wanted int) (seen []string) {
				Expect(s.View(func(tx *store.Tx) error {
					for id := range each(tx) {
						if seen = append(seen, id); len(seen) == wanted {
							break
						}
					}
					return nil
				})).To(Succeed())
				return seen
			}
			Expect(look(9)).To(Equal([]string{id(1), id(3), id(4)}))
			Expect(look(2)).To(Equal([]string{id(1), id(3)}))
		})
	}
})
