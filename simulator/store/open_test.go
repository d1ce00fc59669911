package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.etcd.io/bbolt"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// filledFile is a closed store with a little of everything.
func filledFile(movements int) string {
	GinkgoHelper()
	s := openAs(store.Options{Path: newPath()})
	for n := range movements {
		update(s, whole(n))
	}
	for n := 0; n < movements; n += 5 { // leaves free pages
		update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(n)) })
	}
	Expect(s.Check()).To(Succeed())
	Expect(s.Close()).To(Succeed())
	return s.Path()
}

// failsToOpen opens a store that cannot be opened, and returns why.
func failsToOpen(path string) error {
	GinkgoHelper()
	s, err := store.Open(store.Options{Path: path})
	if err == nil {
		Expect(s.Close()).To(Succeed())
	}
	Expect(err).To(HaveOccurred())
	Expect(err).To(MatchError(HavePrefix("open store " + path + ": ")))
	Expect(err).To(MatchError(ContainSubstring("; hint: ")))
	return err
}

// edit changes a file with bbolt.
func edit(path string, change func(*bbolt.Tx) error) {
	GinkgoHelper()
	db, err := bbolt.Open(path, 0o600, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(db.Update(change)).To(Succeed())
	Expect(db.Close()).To(Succeed())
}

var _ = Describe("Opening a store", func() {
	It("makes the file when there is none, readable by its owner alone", func() {
		s := open()
		info, err := os.Stat(s.Path())
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))
		Expect(counts(s)).To(Equal(store.Stats{}))
	})

	It("takes an empty file for a new one", func() {
		path := newPath()
		Expect(os.WriteFile(path, nil, 0o600)).To(Succeed())
		update(openAs(store.Options{Path: path}), whole(1))
	})

	It("finds everything that was stored", func() {
		s := openAs(store.Options{Path: filledFile(20)})
		for n := range 20 {
			if n%5 != 0 {
				expectWhole(s, n)
			}
		}
		Expect(counts(s)).To(Equal(store.Stats{Movements: 16, Messages: 16, Events: 16, Entries: 16}))
	})

	It("finishes what was not finished when the process ended while it made the file", func() {
		path := newPath()
		edit(path, func(*bbolt.Tx) error { return nil })
		update(openAs(store.Options{Path: path}), whole(1))
	})

	It("removes what is left of a new file that never took the old one's place", func() {
		path := filledFile(3)
		Expect(os.WriteFile(path+".new", []byte("half of it"), 0o600)).To(Succeed())
		openAs(store.Options{Path: path})
		Expect(path + ".new").NotTo(BeAnExistingFile())
	})

	It("refuses a file that is in use, after a moment, and says what to do", func() {
		s := open()
		began := time.Now()
		err := failsToOpen(s.Path())
		Expect(err).To(MatchError(store.ErrInUse))
		Expect(err).To(MatchError(ContainSubstring("hint: another simulator has it open, stop that one or choose another folder with --data")))
		Expect(time.Since(began)).To(BeNumerically("<", 30*time.Second))
		update(s, whole(1)) // the first one has not noticed
	})

	It("waits a moment for a simulator that is just ending", func() {
		s := open()
		opened := make(chan error, 1)
		go func() {
			again, err := store.Open(store.Options{Path: s.Path()})
			if err == nil {
				err = again.Close()
			}
			opened <- err
		}()
		Expect(s.Close()).To(Succeed())
		Eventually(opened).Should(Receive(BeNil()))
	})

	It("refuses a file of a newer version, and leaves it alone", func() {
		path := filledFile(3)
		edit(path, func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Put([]byte("format"), store.FormatRecord(store.Format+1))
		})
		before, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		err = failsToOpen(path)
		Expect(err).To(MatchError(store.ErrNewer))
		Expect(err).To(MatchError(ContainSubstring("its format is 2 and this version knows 1")))
		Expect(err).To(MatchError(ContainSubstring("hint: use that version or a later one")))
		after, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(bytes.Equal(before, after)).To(BeTrue())
	})

	DescribeTable("refuses a bbolt file that is not a store",
		func(change func(*bbolt.Tx) error, says string) {
			path := filledFile(3)
			edit(path, change)
			err := failsToOpen(path)
			Expect(err).To(MatchError(store.ErrDamaged))
			Expect(err).To(MatchError(ContainSubstring(says)))
			Expect(err).To(MatchError(ContainSubstring("hint: restore the file from a copy, or move it away to begin with an empty store")))
		},
		Entry("because it has no format", func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("meta")) }, "may belong to another program"),
		Entry("because its format is of no version", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Put([]byte("format"), store.FormatRecord(0))
		}, "its format 00 is unknown"),
		Entry("because its format was changed", func(tx *bbolt.Tx) error {
			v := store.FormatRecord(store.Format)
			v[len(v)-1]++
			return tx.Bucket([]byte("meta")).Put([]byte("format"), v)
		}, "its format does not fit its checksum"),
		Entry("because a bucket is missing", func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("queue")) }, "bucket queue is missing"),
		Entry("because there is something beside the buckets", func(tx *bbolt.Tx) error {
			_, err := tx.Bucket([]byte("queue")).CreateBucket([]byte("nested"))
			return err
		}, "is of kind 0x1"),
	)

	DescribeTable("refuses what is no bbolt file at all",
		func(content []byte) {
			path := newPath()
			Expect(os.WriteFile(path, content, 0o600)).To(Succeed())
			Expect(failsToOpen(path)).To(MatchError(store.ErrDamaged))
			after, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(bytes.Equal(content, after)).To(BeTrue(), "the file was changed")
		},
		Entry("a single byte", []byte("x")),
		Entry("a text", bytes.Repeat([]byte("This is not a store.\n"), 1000)),
		Entry("nothing but zeros", make([]byte, 1<<20)),
		Entry("a little more than a page", make([]byte, 5000)),
	)

	It("says when the folder does not exist, or the path is a folder", func() {
		missing := filepath.Join(GinkgoT().TempDir(), "no", "nctsim.db")
		Expect(failsToOpen(missing)).To(MatchError(os.ErrNotExist))
		Expect(failsToOpen(GinkgoT().TempDir())).To(MatchError(ContainSubstring("it is a directory")))
	})

	It("follows a link to the file", func() {
		path := filledFile(3)
		link := newPath()
		Expect(os.Symlink(path, link)).To(Succeed())
		s := openAs(store.Options{Path: link})
		expectWhole(s, 1)
		Expect(s.Path()).To(Equal(path))
	})
})

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
	// readAll and writeAll use all there is. Whatever they find, it has to be an error or an answer.
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
				_, errBody := tx.Body(id(n), letter("", 0).ID)
				_, errQueue := tx.Queue(id(n))
				_, errJournal := tx.Journal(id(n))
				_, errLRN := tx.MovementsByLRN(alice, fmt.Sprintf("LRN-%04d", n))
				errs = append(errs, err, errMessages, errBody, errQueue, errJournal, errLRN)
			}
			_, errEntries := tx.Entries(0, 0)
			_, errDue := tx.DueTimers(start.Add(time.Hour), 0)
			_, errWaiting := tx.Waiting()
			_, errExpired := tx.Expired(start.Add(time.Hour), 0)
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
		for round := range 150 {
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
			s.Looked()
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
		at := bytes.LastIndex(content, []byte(bodyOf(7, 5_000))) + 2_000
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

var _ = Describe("A large file", func() {
	It("is in use while its leaves are looked at, and does not change for that", func() {
		s := openAs(store.Options{Path: filledFile(50)}.WithoutLeaves())
		for n := 100; n < 150; n++ {
			update(s, whole(n), func(tx *store.Tx) error { return tx.DeleteMovement(id(n)) })
			expectWhole(s, 1)
		}
		s.Looked()
		update(s, whole(200))
	})

	It("can be closed and reset before its leaves have been looked at", func() {
		path := filledFile(50)
		for range 20 {
			Expect(openAs(store.Options{Path: path}.WithoutLeaves()).Close()).To(Succeed())
		}
		s := openAs(store.Options{Path: path}.WithoutLeaves().WithRenewFrom(1))
		update(s, (*store.Tx).Reset, whole(1))
		expectWhole(s, 1)
	})
})

var _ = Describe("Checking a store", func() {
	It("finds nothing in a sound one", func() {
		Expect(openAs(store.Options{Path: filledFile(20)}).Check()).To(Succeed())
	})

	number := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	DescribeTable("finds what does not fit",
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

var _ = Describe("A reset", func() {
	DescribeTable("forgets everything and begins to count anew",
		func(o store.Options) {
			o.Path = newPath()
			s := openAs(o)
			for n := range 300 {
				update(s, whole(n))
			}
			update(s, func(tx *store.Tx) error {
				_, err := tx.Counter("movement")
				return err
			})
			update(s, (*store.Tx).Reset)
			Expect(counts(s)).To(Equal(store.Stats{}))
			Expect(list(s, store.MovementQuery{})).To(Equal(ids()))
			_, err := try(s, movementOf(id(1)))
			Expect(err).To(MatchError(store.ErrNotFound))
			update(s, whole(7), func(tx *store.Tx) error {
				n, err := tx.Counter("movement")
				Expect(n).To(Equal(uint64(1)))
				return err
			})
			Expect(read(s, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Entries(0, 0) })[0].Number).To(Equal(uint64(1)))
			Expect(read(s, func(tx *store.Tx) ([]movement.Event, error) { return tx.Queue(id(7)) })[0].Seq).To(Equal(uint64(1)))
			s = reopen(s)
			expectWhole(s, 7)
			Expect(counts(s)).To(Equal(store.Stats{Movements: 1, Messages: 1, Events: 1, Entries: 1}))
		},
		Entry("in the same file", store.Options{}.WithRenewFrom(1<<40)),
		Entry("in a new file", store.Options{}.WithRenewFrom(1)),
		Entry("in a new durable file", store.Options{Durable: true}.WithRenewFrom(1)),
	)

	It("keeps what the same update stores afterwards", func() {
		s := openAs(store.Options{Path: newPath()}.WithRenewFrom(1))
		update(s, whole(1))
		update(s, (*store.Tx).Reset, whole(2))
		Expect(list(s, store.MovementQuery{})).To(Equal(ids(2)))
		expectWhole(s, 2)
	})

	It("does nothing when its update fails", func() {
		s := openAs(store.Options{Path: newPath()}.WithRenewFrom(1))
		update(s, whole(1))
		Expect(s.Update(bg, func(tx *store.Tx) error { return errors.Join(tx.Reset(), errOops) })).To(MatchError(errOops))
		expectWhole(s, 1)
	})

	It("gives back the space of a large store", func() {
		s := open()
		for n := range 120 {
			update(s, large(n))
		}
		before, err := os.Stat(s.Path())
		Expect(err).NotTo(HaveOccurred())
		Expect(before.Size()).To(BeNumerically(">", 20<<20))
		update(s, (*store.Tx).Reset)
		after, err := os.Stat(s.Path())
		Expect(err).NotTo(HaveOccurred())
		Expect(after.Size()).To(BeNumerically("<", before.Size()/5))
		Expect(s.Path() + ".new").NotTo(BeAnExistingFile())
	})

	It("leaves the file as it is when a new one cannot be made", func() {
		s := openAs(store.Options{Path: newPath()}.WithRenewFrom(1))
		update(s, whole(1))
		Expect(os.MkdirAll(filepath.Join(s.Path()+".new", "in the way"), 0o700)).To(Succeed())
		update(s, (*store.Tx).Reset)
		Expect(counts(s)).To(Equal(store.Stats{}))
		update(s, whole(2))
		expectWhole(reopen(s), 2)
	})

	It("does not disturb those who read, before, meanwhile and after", func() {
		s := openAs(store.Options{Path: newPath()}.WithRenewFrom(1))
		for n := range 50 {
			update(s, whole(n))
		}
		stop := make(chan struct{})
		readers := make(chan error, 4)
		for range 4 {
			go func() {
				for {
					select {
					case <-stop:
						readers <- nil
						return
					default:
					}
					err := s.View(func(tx *store.Tx) error {
						st, err := tx.Stats()
						if err != nil {
							return err
						}
						page, total, err := tx.Movements(store.MovementQuery{})
						if err == nil && (len(page) != st.Movements || total != st.Movements) {
							err = fmt.Errorf("%d of %d movements, %d counted", len(page), total, st.Movements)
						}
						return err
					})
					if err != nil {
						readers <- err
						return
					}
				}
			}()
		}
		Expect(s.View(func(tx *store.Tx) error {
			for n := range 20 {
				update(s, (*store.Tx).Reset, whole(n))
			}
			body, err := tx.Body(id(49), letter("", 0).ID)
			Expect(string(body)).To(Equal(bodyOf(49, 5_000)))
			return err
		})).To(Succeed())
		close(stop)
		for range 4 {
			Eventually(readers).Should(Receive(BeNil()))
		}
	})
})
