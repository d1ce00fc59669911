package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.etcd.io/bbolt"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/store"
)

// expectDamage wants errors, which may be joined, to be those of damage, and of things that are missing or
// left over because of it.
func expectDamage(err error, what string) {
	GinkgoHelper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok && !errors.Is(err, store.ErrDamaged) {
		for _, e := range joined.Unwrap() {
			expectDamage(e, what)
		}
		return
	}
	if err == nil || errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrExists) {
		return
	}
	Expect(err).To(MatchError(store.ErrNotFound), what)
}

var _ = Describe("A damaged file", func() {
	// readAll and writeAll use all there is. Whatever they find, it has to be an error or an answer, and a body has to be the
	// one that was stored.
	readAll := func(s *store.Store) error {
		return s.View(func(tx *store.Tx) error {
			var errs []error
			for _, kind := range []message.Kind{message.Departure, message.Arrival, ""} {
				_, _, err := tx.Movements(store.MovementQuery{Kind: kind})
				errs = append(errs, err)
			}
			for n := range 60 {
				_, err := tx.Movement(id(n))
				_, _, errMessages := tx.Messages(id(n), store.MessageQuery{})
				body, errBody := tx.Body(id(n), letter("", 0).ID)
				if errBody == nil {
					Expect(string(body)).To(Equal(bodyOf(n, 5_000)), "a body that is given out is the one that was stored")
				}
				_, errQueue := tx.Queue(id(n))
				_, errJournal := tx.Journal(id(n))
				for range tx.EachByLRN(alice, fmt.Sprintf("LRN-%04d", n)) {
				}
				errs = append(errs, err, errMessages, errBody, errQueue, errJournal)
			}
			_, errEntries := tx.Entries(0, 0)
			_, errDue := tx.DueTimers(start.Add(time.Hour), 0)
			_, errWaiting := tx.Waiting()
			_, errExpired := tx.Expired(0, start.Add(time.Hour), 0)
			_, errStats := tx.Stats()
			return errors.Join(append(errs, errEntries, errDue, errWaiting, errExpired, errStats)...)
		})
	}
	writeAll := func(s *store.Store) error {
		var errs []error
		for n := range 60 {
			errs = append(errs, s.Update(bg, func(tx *store.Tx) error { return tx.DeleteMovement(id(n)) }))
		}
		for n := 100; n < 110; n++ {
			errs = append(errs, s.Update(bg, whole(n)))
		}
		return errors.Join(append(errs, s.Check(), s.Update(bg, (*store.Tx).Reset))...)
	}
	useAll := func(s *store.Store) error { return errors.Join(readAll(s), writeAll(s)) }
	// expectHonest opens and uses a file. The only errors may be those of damage, and of things that are
	// not there because of it.
	expectHonest := func(o store.Options, what string, use func(*store.Store) error) (opened bool) {
		GinkgoHelper()
		s, err := store.Open(o)
		if err != nil {
			Expect(err).To(MatchError(store.ErrDamaged), what)
			return false
		}
		expectDamage(use(s), what)
		if err := s.Close(); err != nil {
			Expect(err).To(MatchError(store.ErrDamaged), what)
		}
		return true
	}
	damagedCopy := func(of []byte, damage func([]byte) []byte) string {
		GinkgoHelper()
		path := newPath()
		Expect(os.WriteFile(path, damage(bytes.Clone(of)), 0o600)).To(Succeed())
		return path
	}

	It("is recognised when its end is missing, wherever it was cut", func() {
		content, err := os.ReadFile(filledFile(50))
		Expect(err).NotTo(HaveOccurred())
		used := len(content)
		for used > 0 && content[used-1] == 0 {
			used--
		}
		for cut := range 64 {
			size := 1 + used*cut/64
			path := damagedCopy(content, func(b []byte) []byte { return b[:size] })
			Expect(failsToOpen(path)).To(MatchError(store.ErrDamaged), "%d bytes of %d", size, used)
		}
	})

	It("is recognised when its end is missing, even if its leaves are not looked at", func() {
		content, err := os.ReadFile(filledFile(50))
		Expect(err).NotTo(HaveOccurred())
		path := damagedCopy(content, func(b []byte) []byte { return b[:len(b)/2] })
		_, err = store.Open(store.Options{Path: path}.WithoutLeaves())
		Expect(err).To(MatchError(store.ErrDamaged))
	})

	// damageOften damages copies of a file at random, and opens and uses them.
	damageOften := func(o store.Options, damage func(*rand.Rand, []byte), use func(*store.Store) error) (opened int) {
		GinkgoHelper()
		content, err := os.ReadFile(filledFile(50))
		Expect(err).NotTo(HaveOccurred())
		rng := rand.New(rand.NewPCG(1, 2))
		for round := range tier.Sequential(60) {
			o.Path = damagedCopy(content, func(b []byte) []byte {
				damage(rng, b)
				return b
			})
			if expectHonest(o, fmt.Sprint("round ", round), use) {
				opened++
			}
			Expect(os.Remove(o.Path)).To(Succeed())
		}
		return opened
	}
	pageSize := os.Getpagesize()
	anyPage := func(rng *rand.Rand, b []byte) []byte {
		at := pageSize * rng.IntN(len(b)/pageSize)
		return b[at : at+pageSize]
	}
	bytesWrong := func(rng *rand.Rand, b []byte) {
		for range 1 + rng.IntN(64) {
			b[rng.IntN(len(b))] = byte(rng.Uint32())
		}
	}
	headWrong := func(rng *rand.Rand, b []byte) { // kind, count, places and sizes of keys, pages of a tree
		page := anyPage(rng, b)
		for range 1 + rng.IntN(4) {
			page[8+rng.IntN(120)] ^= 1 << rng.IntN(8)
		}
	}
	pagesWrong := func(rng *rand.Rand, b []byte) {
		for range 1 + rng.IntN(3) {
			page := anyPage(rng, b)
			switch rng.IntN(3) {
			case 0:
				clear(page)
			case 1:
				copy(page, anyPage(rng, b))
			case 2:
				for i := range page {
					page[i] = byte(rng.Uint32())
				}
			}
		}
	}

	It("never harms the process, whichever bytes are wrong", func() {
		Expect(damageOften(store.Options{}, bytesWrong, useAll)).To(BeNumerically(">", 0))
	})

	It("never harms the process, whichever page says wrong things of itself", func() {
		damageOften(store.Options{}, headWrong, useAll)
	})

	It("never harms the process, whichever pages are lost or wrong", func() {
		damageOften(store.Options{}, pagesWrong, useAll)
	})

	It("never harms the process if it is so large that its leaves are not looked at", func() {
		large := store.Options{}.WithoutLeaves()
		Expect(damageOften(large, bytesWrong, readAll)).To(BeNumerically(">", 0))
		Expect(damageOften(large, headWrong, readAll)).To(BeNumerically(">", 0))
		Expect(damageOften(large, pagesWrong, readAll)).To(BeNumerically(">", 0))
	})

	It("is not written to any more once its leaves have been looked at while it is in use", func() {
		late := func(s *store.Store) error {
			s.Verified()
			return useAll(s)
		}
		large := store.Options{}.WithoutLeaves()
		Expect(damageOften(large, bytesWrong, late)).To(BeNumerically(">", 0))
		Expect(damageOften(large, headWrong, late)).To(BeNumerically(">", 0))
		Expect(damageOften(large, pagesWrong, late)).To(BeNumerically(">", 0))
	})

	It("is noticed in use when it happens there, and does no harm", func() {
		s, err := store.Open(store.Options{Path: filledFile(50)})
		Expect(err).NotTo(HaveOccurred())
		Expect(os.Truncate(s.Path(), 3*int64(os.Getpagesize()))).To(Succeed())
		Expect(useAll(s)).To(MatchError(store.ErrDamaged))
		Expect(s.View(func(tx *store.Tx) error {
			_, err := tx.Body(id(1), letter("", 0).ID)
			return err
		})).To(MatchError(ContainSubstring("; hint: stop the simulator and restore the file from a copy")))
		_ = s.Close() // may say so too
	})

	It("gives no wrong bytes: a body that was changed is an error", func() {
		path := filledFile(10)
		content, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		at := bytes.LastIndex(content, []byte(bodyOf(7, 5_000))[1_000:4_000]) + 1_000
		content[at] ^= 1
		s, err := store.Open(store.Options{Path: damagedCopy(content, func(b []byte) []byte { return b })})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		expectWhole(s, 6)
		_, err = try(s, func(tx *store.Tx) ([]byte, error) { return tx.Body(id(7), letter("", 0).ID) })
		Expect(err).To(MatchError(store.ErrDamaged))
		Expect(err).To(MatchError(ContainSubstring("body does not fit its checksum")))
	})
})

var _ = Describe("An index of ids that is damaged", func() {
	It("never leads to what is another movement's, nor to a second movement of an id", func() {
		s := open()
		update(s, whole(0), whole(1))
		Expect(s.Close()).To(Succeed())
		edit(s.Path(), func(tx *bbolt.Tx) error { // now both ids have the number of the first
			ids := tx.Bucket([]byte("ids"))
			return ids.Put([]byte(id(1)), bytes.Clone(ids.Get([]byte(id(0)))))
		})
		s, err := store.Open(store.Options{Path: s.Path()})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		damaged := func(do func(*store.Tx) error) {
			GinkgoHelper()
			err := s.View(do)
			Expect(err).To(MatchError(store.ErrDamaged))
			Expect(err).To(MatchError(ContainSubstring("which is that of another movement")))
		}
		damaged(func(tx *store.Tx) error { _, err := tx.Movement(id(1)); return err })
		damaged(func(tx *store.Tx) error { _, err := tx.Body(id(1), letter("", 0).ID); return err })
		damaged(func(tx *store.Tx) error { _, _, err := tx.Messages(id(1), store.MessageQuery{}); return err })
		damaged(func(tx *store.Tx) error { _, err := tx.Journal(id(1)); return err })
		damaged(func(tx *store.Tx) error { _, err := tx.Queue(id(1)); return err })
		Expect(s.Update(bg, whole(1))).To(MatchError(store.ErrDamaged))
		Expect(s.Update(bg, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) })).To(MatchError(store.ErrDamaged))
		expectWhole(s, 0)
	})
})

var _ = Describe("A large file", func() {
	It("is in use while its leaves are looked at, and does not change for that", func() {
		s := openAs(store.Options{Path: filledFile(50)}.WithoutLeaves())
		for n := 100; n < 150; n++ {
			update(s, whole(n), func(tx *store.Tx) error { return tx.DeleteMovement(id(n)) })
			expectWhole(s, 1)
		}
		s.Verified()
		update(s, whole(200))
	})

	It("can be closed and reset before its leaves have been looked at", func() {
		path := filledFile(50)
		for range 20 {
			Expect(openAs(store.Options{Path: path}.WithoutLeaves()).Close()).To(Succeed())
		}
		s := openAs(store.Options{Path: path}.WithoutLeaves().WithCompactFrom(1))
		update(s, (*store.Tx).Reset, whole(1))
		expectWhole(s, 1)
	})
})

var _ = Describe("Checking a store", func() {
	It("finds nothing in a sound one", func() {
		Expect(openAs(store.Options{Path: filledFile(20)}).Check()).To(Succeed())
	})

	number := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	DescribeTable("finds what does not fit:",
		func(change func(*bbolt.Tx) error, says string) {
			s := open()
			update(s, whole(0), whole(1), whole(2))
			Expect(s.Close()).To(Succeed())
			edit(s.Path(), change)
			s, err := store.Open(store.Options{Path: s.Path()})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(s.Close)
			err = s.Check()
			Expect(err).To(MatchError(store.ErrDamaged))
			Expect(err).To(MatchError(ContainSubstring(says)))
		},
		Entry("an id of nothing", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("ids")).Put([]byte("ghost"), number(77)) }, "number 77 was never given"),
		Entry("an id of another's number", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("ids")).Put([]byte("ghost"), number(1)) }, "number 1 is that of"),
		Entry("a movement without its id", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("ids")).Delete([]byte(id(1))) }, "there is no movement 2"),
		Entry("a movement that is gone", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("records")).Delete(append(number(2), 'a'))
		}, "2 movements have 3 ids"),
		Entry("a record of an unknown kind", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("records")).Put(append(number(2), 'z'), []byte("x"))
		}, "its section is unknown"),
		Entry("a record that was changed", func(tx *bbolt.Tx) error {
			k := append(number(2), 'a')
			v := bytes.Clone(tx.Bucket([]byte("records")).Get(k))
			v[len(v)-1]++
			return tx.Bucket([]byte("records")).Put(k, v)
		}, "movement does not fit its checksum"),
		Entry("a body that is gone", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("bodies")).Delete(number(2)) }, "body has 0 bytes"),
		Entry("a body of nobody", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("bodies")).Put(number(9), []byte("x")) }, "it belongs to no message"),
		Entry("an index that lacks a movement", func(tx *bbolt.Tx) error {
			k, _ := tx.Bucket([]byte("list")).Cursor().First()
			return tx.Bucket([]byte("list")).Delete(k)
		}, "bucket list has"),
		Entry("an index of nothing", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("timers")).Put([]byte("x"), []byte("y")) }, "the indexes have 13 keys for the 12 of the movements"),
		Entry("an event of nobody", func(tx *bbolt.Tx) error {
			_, v := tx.Bucket([]byte("queue")).Cursor().First()
			return tx.Bucket([]byte("queue")).Put(append(number(2), number(1)...), bytes.Clone(v))
		}, "it has event 1"),
		Entry("a journal that lacks an entry", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("journal")).Delete(number(2)) }, "entry 2 of movement"),
		Entry("a journal with an entry too many", func(tx *bbolt.Tx) error { return tx.Bucket([]byte("journal")).Put(number(9), number(1)) }, "there is no such entry"),
		Entry("a tally that is wrong", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("counters")).Put([]byte("tally messages"), number(2))
		}, `"tally messages" says 2 for 3`),
		Entry("a tally of nothing", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("counters")).Put([]byte("tally ghosts"), number(2))
		}, "there is nothing it counts"),
	)
})
