package store_test

import (
	"errors"

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

	for name, each := range map[string]func(tx *store.Tx, fn func(string) (bool, error)) error{
		"with an MRN": func(tx *store.Tx, fn func(string) (bool, error)) error { return tx.EachByMRN(mrn, fn) },
		"with an LRN": func(tx *store.Tx, fn func(string) (bool, error)) error { return tx.EachByLRN(alice, "LRN", fn) },
	} {
		It(name+" gives the oldest first, until enough is known", func() {
			s := open()
			update(s, put(departure(1, named(message.Departure)), departure(2, other), departure(3, named(message.Arrival)), departure(4, named(message.Arrival))))
			look := func(wanted int, problem error) (seen []string, err error) {
				err = s.View(func(tx *store.Tx) error {
					return each(tx, func(id string) (bool, error) {
						seen = append(seen, id)
						return len(seen) < wanted, problem
					})
				})
				return seen, err
			}
			seen, err := look(9, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(seen).To(Equal([]string{id(1), id(3), id(4)}))
			seen, err = look(2, nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(seen).To(Equal([]string{id(1), id(3)}))
			broken := errors.New("broken")
			_, err = look(9, broken)
			Expect(err).To(MatchError(broken))
		})
	}
})
