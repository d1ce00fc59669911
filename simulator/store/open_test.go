package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.etcd.io/bbolt"

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

	It("makes an empty file a store, and says that there was one", func() {
		path := newPath()
		Expect(os.WriteFile(path, nil, 0o600)).To(Succeed())
		s := openAs(store.Options{Path: path})
		Expect(s.WasEmpty()).To(BeTrue())
		update(s, whole(1))
		Expect(reopen(s).WasEmpty()).To(BeFalse())
		Expect(open().WasEmpty()).To(BeFalse())
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
		Expect(err).To(MatchError(ContainSubstring(fmt.Sprintf("its format is %d and this version knows %d", store.Format+1, store.Format))))
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

	DescribeTable("refuses what is not a bbolt file at all:",
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

var _ = Describe("The identity of a store", func() {
	It("is that of its making, as long as there is the file", func() {
		path := newPath()
		s := openAs(store.Options{Path: path, Identity: "first"})
		Expect(s.Identity()).To(Equal("first"))
		update(s, whole(1), (*store.Tx).Reset)
		Expect(s.Close()).To(Succeed())
		Expect(openAs(store.Options{Path: path, Identity: "second"}).Identity()).To(Equal("first"))
	})

	It("is given to a store that has none", func() {
		path := newPath()
		s := openAs(store.Options{Path: path})
		Expect(s.Identity()).To(BeEmpty())
		update(s, whole(1))
		Expect(s.Close()).To(Succeed())
		s = openAs(store.Options{Path: path, Identity: "second"})
		Expect(s.Identity()).To(Equal("second"))
		expectWhole(s, 1)
	})
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
			Expect(read(s, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Entries(0, 0) })[0].Number).To(Equal(uint64(301)), "whoever follows the entries knows the first 300")
			Expect(read(s, func(tx *store.Tx) ([]movement.Event, error) { return tx.Queue(id(7)) })[0].Seq).To(Equal(uint64(1)))
			s = reopen(s)
			expectWhole(s, 7)
			Expect(counts(s)).To(Equal(store.Stats{Movements: 1, Messages: 1, Events: 1, Entries: 1}))
		},
		Entry("in the same file", store.Options{}.WithCompactFrom(1<<40)),
		Entry("in a new file", store.Options{}.WithCompactFrom(1)),
		Entry("in a new durable file", store.Options{Durable: true}.WithCompactFrom(1)),
	)

	It("keeps what the same update stores afterwards", func() {
		s := openAs(store.Options{Path: newPath()}.WithCompactFrom(1))
		update(s, whole(1))
		update(s, (*store.Tx).Reset, whole(2))
		Expect(list(s, store.MovementQuery{})).To(Equal(ids(2)))
		expectWhole(s, 2)
	})

	It("does nothing when its update fails", func() {
		s := openAs(store.Options{Path: newPath()}.WithCompactFrom(1))
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
		s := openAs(store.Options{Path: newPath()}.WithCompactFrom(1))
		update(s, whole(1))
		Expect(os.MkdirAll(filepath.Join(s.Path()+".new", "in the way"), 0o700)).To(Succeed())
		update(s, (*store.Tx).Reset)
		Expect(counts(s)).To(Equal(store.Stats{}))
		update(s, whole(2))
		expectWhole(reopen(s), 2)
	})

	It("does not disturb those who read, before, meanwhile and after", func() {
		s := openAs(store.Options{Path: newPath()}.WithCompactFrom(1))
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
