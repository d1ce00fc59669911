package store_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("What is reserved of guarantees", func() {
	const grn = "24GB0000010000031"
	put := func(s *store.Store, id string, reserved ...movement.Reservation) error {
		return s.Update(bg, func(tx *store.Tx) error {
			return tx.PutMovement(&movement.Movement{ID: id, Kind: message.Departure, Facts: movement.Facts{Reserved: reserved}})
		})
	}
	reserved := func(s *store.Store) []movement.Reservation {
		GinkgoHelper()
		got, err := try(s, func(tx *store.Tx) ([]movement.Reservation, error) { return tx.Reserved(grn) })
		Expect(err).NotTo(HaveOccurred())
		return got
	}

	It("is the sum over all movements, by currency, and outlives the process", func() {
		s := open()
		Expect(put(s, id(1), movement.Reservation{GRN: grn, Amount: "1000.10", Currency: "GBP"}, movement.Reservation{GRN: grn, Amount: "1", Currency: "EUR"})).To(Succeed())
		Expect(put(s, id(2), movement.Reservation{GRN: grn, Amount: "0.9", Currency: "GBP"}, movement.Reservation{GRN: grn + "A000001", Amount: "5", Currency: "GBP"})).To(Succeed())
		want := []movement.Reservation{{GRN: grn, Amount: "1", Currency: "EUR"}, {GRN: grn, Amount: "1001", Currency: "GBP"}}
		Expect(reserved(s)).To(Equal(want))
		s = reopen(s)
		Expect(reserved(s)).To(Equal(want))
	})

	It("follows the movement, and goes with it", func() {
		s := open()
		Expect(put(s, id(1), movement.Reservation{GRN: grn, Amount: "10", Currency: "GBP"})).To(Succeed())
		Expect(put(s, id(1), movement.Reservation{GRN: grn, Amount: "7", Currency: "GBP"})).To(Succeed())
		Expect(reserved(s)).To(HaveExactElements(HaveField("Amount", "7")))
		Expect(put(s, id(1))).To(Succeed())
		Expect(reserved(s)).To(BeEmpty())
		Expect(put(s, id(1), movement.Reservation{GRN: grn, Amount: "3", Currency: "GBP"})).To(Succeed())
		Expect(s.Update(bg, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) })).To(Succeed())
		Expect(reserved(s)).To(BeEmpty())
	})

	It("is forgotten by a reset", func() {
		s := open()
		Expect(put(s, id(1), movement.Reservation{GRN: grn, Amount: "10", Currency: "GBP"})).To(Succeed())
		Expect(s.Update(bg, (*store.Tx).Reset)).To(Succeed())
		Expect(reserved(s)).To(BeEmpty())
	})

	DescribeTable("is above zero and a number:",
		func(r movement.Reservation) { Expect(put(open(), id(1), r)).NotTo(Succeed()) },
		Entry("no number", movement.Reservation{GRN: grn, Amount: "x", Currency: "GBP"}),
		Entry("nothing", movement.Reservation{GRN: grn, Amount: "0.00", Currency: "GBP"}),
		Entry("less", movement.Reservation{GRN: grn, Amount: "-1", Currency: "GBP"}),
		Entry("no guarantee", movement.Reservation{Amount: "1", Currency: "GBP"}),
		Entry("a zero byte", movement.Reservation{GRN: "a\x00b", Amount: "1", Currency: "GBP"}),
	)
})
