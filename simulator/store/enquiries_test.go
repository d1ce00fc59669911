package store_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("Balance enquiries", func() {
	const grn = "23GB0000010000854"
	enquiry := func(i int, at time.Time) movement.Enquiry {
		return movement.Enquiry{
			ID: fmt.Sprintf("22b9899e-24ee-48e6-a189-97d1f45391%02d", i), TaxID: alice, GRN: grn,
			Requested: at, Completed: at.Add(20 * time.Second), Forgotten: at.Add(time.Hour), Answer: "<CD037A/>",
		}
	}
	keep := func(s *store.Store, e movement.Enquiry) {
		GinkgoHelper()
		update(s, func(tx *store.Tx) error { return tx.PutEnquiry(e) })
	}
	ask := func(s *store.Store, id string, at time.Time) (movement.Enquiry, error) {
		return try(s, func(tx *store.Tx) (movement.Enquiry, error) { return tx.Enquiry(id, at) })
	}
	lock := func(s *store.Store, user, grn string, at time.Time) (free bool) {
		GinkgoHelper()
		update(s, func(tx *store.Tx) (err error) {
			free, err = tx.LockGuarantee(user, grn, at, time.Minute)
			return err
		})
		return free
	}

	It("come back as they were stored, also after a restart, until they are forgotten", func() {
		s := open()
		e := enquiry(1, start)
		keep(s, e)
		s = reopen(s)
		Expect(ask(s, e.ID, e.Forgotten.Add(-time.Millisecond))).To(Equal(e))
		_, err := ask(s, e.ID, e.Forgotten)
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = ask(s, "unknown", start)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(s.Check()).To(Succeed())
	})

	It("can be replaced, and take those away whose time is over", func() {
		s := open()
		first := enquiry(1, start)
		keep(s, first)
		first.Forgotten = start.Add(2 * time.Hour)
		keep(s, first)
		for i := range 5 {
			keep(s, enquiry(2+i, start.Add(time.Duration(i)*time.Minute)))
		}
		keep(s, enquiry(9, start.Add(90*time.Minute)))
		Expect(ask(s, first.ID, start)).To(Equal(first))
		_, err := ask(s, enquiry(2, start).ID, start)
		Expect(err).To(MatchError(store.ErrNotFound), "it is gone, not only hidden")
		Expect(s.Check()).To(Succeed())
	})

	It("need an id that can be a key", func() {
		s := open()
		for _, id := range []string{"", "a\x00b"} {
			Expect(s.Update(bg, func(tx *store.Tx) error { return tx.PutEnquiry(movement.Enquiry{ID: id}) })).NotTo(Succeed())
		}
	})

	It("are locked for a user and a guarantee for a while", func() {
		s := open()
		Expect(lock(s, alice, grn, start)).To(BeTrue())
		Expect(lock(s, alice, grn, start.Add(59_999*time.Millisecond))).To(BeFalse())
		Expect(lock(s, bob, grn, start)).To(BeTrue(), "another user")
		Expect(lock(s, alice, "23GB0000010000863", start)).To(BeTrue(), "another guarantee")
		s = reopen(s)
		Expect(lock(s, alice, grn, start.Add(30*time.Second))).To(BeFalse(), "after a restart")
		Expect(lock(s, alice, grn, start.Add(time.Minute))).To(BeTrue(), "the lock was not renewed by being met")
		Expect(s.Check()).To(Succeed())
	})

	It("are not locked by a lock of another clock's future", func() {
		s := open()
		Expect(lock(s, alice, grn, start.Add(24*time.Hour))).To(BeTrue())
		Expect(lock(s, alice, grn, start)).To(BeTrue())
		Expect(lock(s, alice, grn, start)).To(BeFalse())
		Expect(s.Check()).To(Succeed())
	})

	It("refuse users and guarantees that cannot be keys", func() {
		s := open()
		for _, pair := range [][2]string{{"a\x00", grn}, {alice, "\x00"}} {
			Expect(s.Update(bg, func(tx *store.Tx) error {
				_, err := tx.LockGuarantee(pair[0], pair[1], start, time.Minute)
				return err
			})).NotTo(Succeed())
		}
	})

	It("are forgotten by a reset", func() {
		s := open()
		keep(s, enquiry(1, start))
		Expect(lock(s, alice, grn, start)).To(BeTrue())
		update(s, (*store.Tx).Reset)
		_, err := ask(s, enquiry(1, start).ID, start)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(lock(s, alice, grn, start)).To(BeTrue())
	})
})
