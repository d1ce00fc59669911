package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// filled is a T with something in each field, so that a field that is forgotten shows.
func filled[T any]() T {
	var v T
	fillIn(reflect.ValueOf(&v).Elem(), 1)
	return v
}

func fillIn(v reflect.Value, n int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(start.Add(time.Duration(n) * 1001 * time.Millisecond)))
		return
	case message.Kind:
		v.SetString(string(message.Arrival))
		return
	case movement.Reservation:
		v.Set(reflect.ValueOf(movement.Reservation{GRN: fmt.Sprintf("ä%d", n), Amount: fmt.Sprint(n), Currency: "GBP"}))
		return
	case map[string]any:
		v.Set(reflect.ValueOf(map[string]any{"text": "because", "number": 4.5, "list": []any{"a", nil, true}}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("ä%d", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n) * 1_000_003)
	case reflect.Uint64:
		v.SetUint(uint64(n) << 60)
	case reflect.Struct:
		for i := range v.NumField() {
			fillIn(v.Field(i), n+i)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fillIn(v.Index(i), n+i)
		}
	default:
		panic("no example of a " + v.Type().String())
	}
}

func expectSame[T any](got, want T) {
	GinkgoHelper()
	Expect(cmp.Diff(want, got)).To(BeEmpty())
}

var _ = Describe("A movement", func() {
	var s *store.Store

	BeforeEach(func() { s = open() })

	It("comes back as it was stored, every field of it", func() {
		m := filled[movement.Movement]()
		update(s, put(m))
		expectSame(*read(s, movementOf(m.ID)), m)
	})

	It("comes back with its zero values as zero", func() {
		m := movement.Movement{ID: id(1), Kind: message.Departure}
		update(s, put(m))
		expectSame(*read(s, movementOf(m.ID)), m)
	})

	It("keeps its times as whole milliseconds in UTC", func() {
		m := departure(1)
		m.Created = time.Date(2026, 3, 2, 10, 15, 0, 123_999_999, time.FixedZone("CET", 3600))
		update(s, put(m))
		Expect(read(s, movementOf(m.ID)).Created).To(Equal(time.Date(2026, 3, 2, 9, 15, 0, 123_000_000, time.UTC)))
	})

	It("is replaced by one of the same id", func() {
		update(s, put(departure(1)))
		m := filled[movement.Movement]()
		m.ID = id(1)
		update(s, put(m))
		expectSame(*read(s, movementOf(m.ID)), m)
		Expect(counts(s).Movements).To(Equal(1))
	})

	It("is not found when there is none of the id", func() {
		for _, id := range []string{"", "unknown", id(1) + "0", id(1)[:15], strings.Repeat("x", 100_000)} {
			_, err := try(s, movementOf(id))
			Expect(err).To(MatchError(store.ErrNotFound))
		}
	})

	DescribeTable("is refused when it could not be kept",
		func(change func(*movement.Movement), says string) {
			m := departure(1, change)
			err := s.Update(bg, put(m))
			Expect(err).To(MatchError(ContainSubstring(says)))
			Expect(counts(s)).To(Equal(store.Stats{}))
		},
		Entry("without an id", func(m *movement.Movement) { m.ID = "" }, "it has no id"),
		Entry("without a kind", func(m *movement.Movement) { m.Kind = "" }, `its kind "" is unknown`),
		Entry("with a zero byte in its LRN", func(m *movement.Movement) { m.LRN = "a\x00b" }, `LRN "a\x00b" contains a zero byte`),
		Entry("with a zero byte in its EORI", func(m *movement.Movement) { m.EORI = "\x00" }, "EORI"),
		Entry("with an endless MRN", func(m *movement.Movement) { m.MRN = strings.Repeat("9", 5000) }, "MRN of 5000 bytes is longer than 1024"),
		Entry("with a timer without limit", func(m *movement.Movement) {
			m.Timers = []movement.Timer{{Name: strings.Repeat("9", 5000), Due: start}}
		}, "timer name of 5000 bytes"),
	)

	Describe("found by its references", func() {
		byLRN := func(holder, lrn string) []string {
			GinkgoHelper()
			return read(s, func(tx *store.Tx) ([]string, error) { return slices.Collect(tx.EachByLRN(holder, lrn)), nil })
		}
		byMRN := func(mrn string) []string {
			GinkgoHelper()
			return read(s, func(tx *store.Tx) ([]string, error) { return tx.MovementsByMRN(mrn) })
		}
		withLRN := func(holder, lrn string) func(*movement.Movement) {
			return func(m *movement.Movement) { m.MovementEORI, m.LRN = holder, lrn }
		}
		withMRN := func(mrn string) func(*movement.Movement) {
			return func(m *movement.Movement) { m.MRN = mrn }
		}

		It("is found by its LRN and holder, the oldest first", func() {
			update(s, put(departure(9, withLRN(alice, "L")), departure(3, withLRN(alice, "L")), departure(5, withLRN(alice, "L"))))
			Expect(byLRN(alice, "L")).To(Equal([]string{id(9), id(3), id(5)}))
		})

		It("is not found by another holder's LRN, nor by a part of it or another spelling", func() {
			update(s, put(departure(1, withLRN(alice, "LRN1"))))
			Expect(byLRN(bob, "LRN1")).To(BeEmpty())
			Expect(byLRN(alice, "LRN")).To(BeEmpty())
			Expect(byLRN(alice, "lrn1")).To(BeEmpty())
			Expect(byLRN(alice, "LRN12")).To(BeEmpty())
			Expect(byLRN(alice+"L", "RN1")).To(BeEmpty())
			Expect(byLRN("", "LRN1")).To(BeEmpty())
		})

		It("is found by its MRN as soon as it has one", func() {
			update(s, put(departure(1), departure(2)))
			Expect(byMRN("26GB1")).To(BeEmpty())
			update(s, put(departure(2, withMRN("26GB1"))))
			Expect(byMRN("26GB1")).To(Equal([]string{id(2)}))
			Expect(byMRN("26GB")).To(BeEmpty())
		})

		It("is found by its new references only when they change", func() {
			update(s, put(departure(1, withLRN(alice, "old"), withMRN("M1"))))
			update(s, put(departure(1, withLRN(bob, "new"), withMRN("M2"))))
			Expect(byLRN(alice, "old")).To(BeEmpty())
			Expect(byLRN(bob, "new")).To(Equal([]string{id(1)}))
			Expect(byMRN("M1")).To(BeEmpty())
			Expect(byMRN("M2")).To(Equal([]string{id(1)}))
		})
	})

	Describe("that is deleted", func() {
		It("is gone with all that belongs to it, and nothing else is", func() {
			for n := range 3 {
				update(s, whole(n))
			}
			others := read(s, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Entries(0, 0) })
			update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) })
			Expect(counts(s)).To(Equal(store.Stats{Movements: 2, Messages: 2, Events: 2, Entries: 2}))
			expectWhole(s, 0)
			expectWhole(s, 2)
			Expect(read(s, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Entries(0, 0) })).To(Equal(slices.Delete(others, 1, 2)))
			for what, look := range map[string]func(*store.Tx) error{
				"movement": func(tx *store.Tx) error { _, err := tx.Movement(id(1)); return err },
				"message":  func(tx *store.Tx) error { _, err := tx.Message(id(1), letter("", 0).ID); return err },
				"body":     func(tx *store.Tx) error { _, err := tx.Body(id(1), letter("", 0).ID); return err },
				"queue":    func(tx *store.Tx) error { _, err := tx.Queue(id(1)); return err },
				"journal":  func(tx *store.Tx) error { _, err := tx.Journal(id(1)); return err },
				"messages": func(tx *store.Tx) error { _, _, err := tx.Messages(id(1), store.MessageQuery{}); return err },
				"deletion": func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) },
			} {
				Expect(s.View(look)).To(MatchError(store.ErrNotFound), what)
			}
		})

		It("may be stored again", func() {
			update(s, whole(1))
			update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) }, whole(1))
			expectWhole(s, 1)
			Expect(counts(s).Movements).To(Equal(1))
		})
	})

	Describe("that expires", func() {
		expired := func(before time.Time, max int) []string {
			GinkgoHelper()
			return read(s, func(tx *store.Tx) ([]string, error) { return tx.Expired(0, before, max) })
		}

		BeforeEach(func() {
			update(s, put(
				departure(3), departure(1), departure(5, func(m *movement.Movement) { m.EORI = bob }),
				departure(4, func(m *movement.Movement) { m.Kind = message.Arrival }),
			))
		})

		It("is one that was updated last before a time, the longest ago first", func() {
			Expect(expired(start.Add(5*time.Second), 0)).To(Equal([]string{id(1), id(3), id(4)}))
			Expect(expired(start.Add(5*time.Second+1), 0)).To(Equal([]string{id(1), id(3), id(4), id(5)}))
			Expect(expired(start.Add(time.Second), 0)).To(BeEmpty())
		})

		It("can be asked for in portions", func() {
			Expect(expired(start.Add(time.Hour), 2)).To(Equal([]string{id(1), id(3)}))
			Expect(expired(start.Add(time.Hour), 3)).To(Equal([]string{id(1), id(3), id(4)}))
		})

		It("does not when it is updated in time", func() {
			update(s, put(departure(1, func(m *movement.Movement) { m.Updated = start.Add(time.Hour) })))
			Expect(expired(start.Add(time.Minute), 1)).To(Equal([]string{id(3)}))
		})
	})
})

var _ = Describe("A counter", func() {
	draw := func(s *store.Store, name string) (n uint64) {
		GinkgoHelper()
		update(s, func(tx *store.Tx) (err error) {
			n, err = tx.Counter(name)
			return err
		})
		return n
	}

	It("counts from 1, each name for itself, also after the store was opened again", func() {
		s := open()
		Expect(draw(s, "movement")).To(Equal(uint64(1)))
		Expect(draw(s, "movement")).To(Equal(uint64(2)))
		Expect(draw(s, "box")).To(Equal(uint64(1)))
		s = reopen(s)
		Expect(draw(s, "movement")).To(Equal(uint64(3)))
		Expect(draw(s, "")).To(Equal(uint64(1)))
	})

	It("gives a value again that was drawn by an update that failed", func() {
		s := open()
		Expect(s.Update(bg, func(tx *store.Tx) error {
			_, err := tx.Counter("movement")
			Expect(err).NotTo(HaveOccurred())
			return errOops
		})).To(MatchError(errOops))
		Expect(draw(s, "movement")).To(Equal(uint64(1)))
	})

	It("is not confused with what the store counts itself", func() {
		s := open()
		Expect(draw(s, "messages")).To(Equal(uint64(1)))
		Expect(draw(s, "tally messages")).To(Equal(uint64(1)))
		Expect(counts(s)).To(Equal(store.Stats{}))
	})

	Describe("finding a movement by its number in API 1.0", func() {
		var s *store.Store
		BeforeEach(func() { s = open() })

		It("keeps departures and arrivals apart", func() {
			update(s, put(
				movement.Movement{ID: "d", Kind: message.Departure, Phase: message.Phase4, Number: 1},
				movement.Movement{ID: "a", Kind: message.Arrival, Phase: message.Phase4, Number: 1},
			))
			Expect(byNumber(s, message.Departure, 1)).To(Equal("d"))
			Expect(byNumber(s, message.Arrival, 1)).To(Equal("a"))
		})

		It("knows no movement without a number, nor a number that nobody has", func() {
			update(s, put(movement.Movement{ID: "d", Kind: message.Departure, Phase: message.Phase5}))
			for _, n := range []int{-1, 0, 1, 1 << 31} {
				_, err := byNumber(s, message.Departure, n)
				Expect(err).To(MatchError(store.ErrNotFound))
			}
		})

		It("forgets the number with the movement", func() {
			update(s, put(movement.Movement{ID: "d", Kind: message.Departure, Phase: message.Phase4, Number: 7}))
			update(s, func(tx *store.Tx) error { return tx.DeleteMovement("d") })
			_, err := byNumber(s, message.Departure, 7)
			Expect(err).To(MatchError(store.ErrNotFound))
		})
	})
})

func byNumber(s *store.Store, k message.Kind, n int) (string, error) {
	return try(s, func(tx *store.Tx) (string, error) {
		m, err := tx.MovementByNumber(k, n)
		if err != nil {
			return "", err
		}
		return m.ID, nil
	})
}
