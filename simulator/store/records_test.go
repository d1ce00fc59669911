package store_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("A message", func() {
	var s *store.Store

	BeforeEach(func() {
		s = open()
		update(s, put(departure(1), departure(2)))
	})

	messageOf := func(movementID, id string) func(*store.Tx) (movement.Message, error) {
		return func(tx *store.Tx) (movement.Message, error) { return tx.Message(movementID, id) }
	}
	bodyOf := func(movementID, id string) func(*store.Tx) ([]byte, error) {
		return func(tx *store.Tx) ([]byte, error) { return tx.Body(movementID, id) }
	}

	It("comes back as it was stored, every field of it, with the size of its body", func() {
		m := filled[movement.Message]()
		m.Movement = id(1)
		update(s, add(m, "<body/>"))
		m.Size = 7
		expectSame(read(s, messageOf(id(1), m.ID)), m)
	})

	It("keeps its body byte for byte, whatever size it has", func() {
		for i, size := range []int{1, 100, 4_096, 5_500, 5_000_000} {
			body := strings.Repeat("\x00\xffx\n", (size+3)/4)[:size]
			update(s, add(letter(id(1), i), body))
			Expect(string(read(s, bodyOf(id(1), letter("", i).ID))) == body).To(BeTrue(), "%d bytes", size)
		}
		Expect(string(read(reopen(s), bodyOf(id(1), letter("", 3).ID)))).To(HaveLen(5_500))
	})

	It("may have no body", func() {
		update(s, add(letter(id(1), 0), ""))
		Expect(read(s, messageOf(id(1), letter("", 0).ID)).Size).To(BeZero())
		Expect(read(s, bodyOf(id(1), letter("", 0).ID))).To(BeNil())
	})

	It("belongs to its movement alone: another may have one of the same id", func() {
		update(s, add(letter(id(1), 0), "one"), add(letter(id(2), 0), "two"))
		Expect(read(s, bodyOf(id(1), letter("", 0).ID))).To(BeEquivalentTo("one"))
		Expect(read(s, bodyOf(id(2), letter("", 0).ID))).To(BeEquivalentTo("two"))
	})

	It("is not found when there is no such movement or no such message", func() {
		update(s, add(letter(id(1), 0), "one"))
		for _, at := range [][2]string{{id(1), "unknown"}, {id(2), letter("", 0).ID}, {"unknown", letter("", 0).ID}, {id(1), ""}, {"", ""}} {
			_, err := try(s, messageOf(at[0], at[1]))
			Expect(err).To(MatchError(store.ErrNotFound))
			_, err = try(s, bodyOf(at[0], at[1]))
			Expect(err).To(MatchError(store.ErrNotFound))
		}
	})

	It("is refused when its movement is unknown", func() {
		Expect(s.Update(bg, add(letter("unknown", 0), "one"))).To(MatchError(store.ErrNotFound))
	})

	It("is refused when the movement has one of its id or ordinal", func() {
		update(s, add(letter(id(1), 0), "one"))
		sameID, sameOrdinal := letter(id(1), 0), letter(id(1), 1)
		sameID.Ordinal, sameOrdinal.Ordinal = 1, 0
		Expect(s.Update(bg, add(sameID, "two"))).To(MatchError(store.ErrExists))
		Expect(s.Update(bg, add(sameOrdinal, "two"))).To(MatchError(store.ErrExists))
		Expect(counts(s).Messages).To(Equal(1))
	})

	DescribeTable("is refused when it could not be kept",
		func(change func(*movement.Message), says string) {
			m := letter(id(1), 0)
			change(&m)
			Expect(s.Update(bg, add(m, "one"))).To(MatchError(ContainSubstring(says)))
			Expect(counts(s).Messages).To(BeZero())
		},
		Entry("without an id", func(m *movement.Message) { m.ID = "" }, "it has no id"),
		Entry("with a zero byte in its id", func(m *movement.Message) { m.ID = "\x00" }, "zero byte"),
		Entry("with a negative ordinal", func(m *movement.Message) { m.Ordinal = -1 }, "its ordinal -1 is negative"),
	)

	It("can change, and keeps its body and size", func() {
		m := letter(id(1), 0)
		update(s, add(m, "one"))
		m.Status, m.Type, m.Received = movement.Success, "", start.Add(time.Hour)
		update(s, func(tx *store.Tx) error { return tx.PutMessage(m) })
		m.Size = 3
		expectSame(read(s, messageOf(id(1), m.ID)), m)
		Expect(read(s, bodyOf(id(1), m.ID))).To(BeEquivalentTo("one"))
	})

	It("cannot change before it is there, nor move to another ordinal", func() {
		m := letter(id(1), 0)
		change := func(tx *store.Tx) error { return tx.PutMessage(m) }
		Expect(s.Update(bg, change)).To(MatchError(store.ErrNotFound))
		update(s, add(m, "one"))
		m.Ordinal = 1
		Expect(s.Update(bg, change)).To(MatchError(ContainSubstring("has ordinal 0, not 1")))
	})

	Describe("in the list of its movement", func() {
		messages := func(q store.MessageQuery) listed {
			GinkgoHelper()
			return read(s, func(tx *store.Tx) (l listed, err error) {
				page, total, err := tx.Messages(id(1), q)
				l.total = total
				for _, m := range page {
					l.ids = append(l.ids, m.ID)
				}
				return l, err
			})
		}
		letters := func(ns ...int) listed {
			l := listed{total: len(ns)}
			for _, n := range ns {
				l.ids = append(l.ids, letter("", n).ID)
			}
			return l
		}
		minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

		BeforeEach(func() {
			for i := range 5 {
				m := letter(id(1), i)
				if i == 3 {
					m.Received = minute(2) // together with the one before
				}
				update(s, add(m, fmt.Sprint(i)), add(letter(id(2), i), "of another"))
			}
		})

		DescribeTable("stands by the time of receipt, the last first:",
			func(q store.MessageQuery, want func() listed) { Expect(messages(q)).To(Equal(want())) },
			Entry("all, later ordinals first at the same time", store.MessageQuery{}, func() listed { return letters(4, 3, 2, 1, 0) }),
			Entry("received at a time or later", store.MessageQuery{ReceivedSince: minute(2)}, func() listed { return letters(4, 3, 2) }),
			Entry("received later than within the millisecond", store.MessageQuery{ReceivedSince: minute(2).Add(1)}, func() listed { return letters(4) }),
			Entry("received at a time or earlier", store.MessageQuery{ReceivedUntil: minute(1)}, func() listed { return letters(1, 0) }),
			Entry("received up to within the millisecond", store.MessageQuery{ReceivedUntil: minute(1).Add(-1)}, func() listed { return letters(0) }),
			Entry("received in a span", store.MessageQuery{ReceivedSince: minute(1), ReceivedUntil: minute(2)}, func() listed { return letters(3, 2, 1) }),
			Entry("a page", store.MessageQuery{Skip: 1, Limit: 2}, func() listed { return letters(3, 2).of(5) }),
			Entry("a page of a span", store.MessageQuery{ReceivedUntil: minute(2), Skip: 2, Limit: 5}, func() listed { return letters(1, 0).of(4) }),
			Entry("a page behind the last", store.MessageQuery{Skip: 5, Limit: 2}, func() listed { return letters().of(5) }),
		)

		It("stands at its new time when that changes", func() {
			m := letter(id(1), 0)
			m.Received = minute(10)
			update(s, func(tx *store.Tx) error { return tx.PutMessage(m) })
			Expect(messages(store.MessageQuery{})).To(Equal(letters(0, 4, 3, 2, 1)))
		})
	})

	It("is found among very many of its movement", func() {
		update(s, func(tx *store.Tx) error {
			for i := range 300 {
				if err := tx.AddMessage(letter(id(1), i), []byte(fmt.Sprint("body ", i))); err != nil {
					return err
				}
			}
			return nil
		})
		for _, i := range []int{0, 150, 299} {
			Expect(read(s, bodyOf(id(1), letter("", i).ID))).To(BeEquivalentTo(fmt.Sprint("body ", i)))
		}
	})
})

var _ = Describe("The queue of events", func() {
	var s *store.Store

	BeforeEach(func() {
		s = open()
		update(s, put(departure(1), departure(2), departure(3)))
	})

	enqueue := func(movementID, name string) (ev movement.Event) {
		GinkgoHelper()
		update(s, func(tx *store.Tx) error {
			ev = movement.Event{Movement: movementID, Name: name, At: start}
			return tx.Enqueue(&ev)
		})
		return ev
	}
	dequeue := func(ev movement.Event) error {
		return s.Update(bg, func(tx *store.Tx) error { return tx.Dequeue(ev) })
	}
	queue := func(movementID string) []movement.Event {
		GinkgoHelper()
		return read(s, func(tx *store.Tx) ([]movement.Event, error) { return tx.Queue(movementID) })
	}
	waiting := func() []string {
		GinkgoHelper()
		return read(s, (*store.Tx).Waiting)
	}

	It("gives an event back as it was, every field of it", func() {
		ev := filled[movement.Event]()
		ev.Movement = id(1)
		update(s, func(tx *store.Tx) error { return tx.Enqueue(&ev) })
		Expect(ev.Seq).To(Equal(uint64(1)))
		expectSame(queue(id(1)), []movement.Event{ev})
	})

	It("keeps the events of each movement in their order, numbered over all", func() {
		a, b, c := enqueue(id(1), "a"), enqueue(id(2), "b"), enqueue(id(1), "c")
		Expect([]uint64{a.Seq, b.Seq, c.Seq}).To(Equal([]uint64{1, 2, 3}))
		Expect(queue(id(1))).To(Equal([]movement.Event{a, c}))
		Expect(queue(id(2))).To(Equal([]movement.Event{b}))
		Expect(queue(id(3))).To(BeEmpty())
	})

	It("forgets an event that was handled, once", func() {
		a, b := enqueue(id(1), "a"), enqueue(id(1), "b")
		Expect(dequeue(a)).To(Succeed())
		Expect(queue(id(1))).To(Equal([]movement.Event{b}))
		Expect(dequeue(a)).To(MatchError(store.ErrNotFound))
		Expect(counts(s).Events).To(Equal(1))
	})

	It("does not give a number twice, also when the store was opened again", func() {
		Expect(dequeue(enqueue(id(1), "a"))).To(Succeed())
		s = reopen(s)
		Expect(enqueue(id(1), "b").Seq).To(Equal(uint64(2)))
	})

	It("says which movements wait, the one that has waited longest first", func() {
		Expect(waiting()).To(BeEmpty())
		first := enqueue(id(3), "a")
		enqueue(id(1), "b")
		enqueue(id(3), "c")
		Expect(waiting()).To(Equal([]string{id(3), id(1)}))
		Expect(dequeue(first)).To(Succeed())
		Expect(waiting()).To(Equal([]string{id(1), id(3)}))
		Expect(waiting()).To(Equal(read(reopen(s), (*store.Tx).Waiting)))
	})

	It("takes events of known movements only", func() {
		Expect(s.Update(bg, func(tx *store.Tx) error { return tx.Enqueue(&movement.Event{Movement: "unknown"}) })).To(MatchError(store.ErrNotFound))
		Expect(dequeue(movement.Event{Movement: "unknown", Seq: 1})).To(MatchError(store.ErrNotFound))
		_, err := try(s, func(tx *store.Tx) ([]movement.Event, error) { return tx.Queue("unknown") })
		Expect(err).To(MatchError(store.ErrNotFound))
	})
})

var _ = Describe("Timers", func() {
	var s *store.Store

	BeforeEach(func() { s = open() })

	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	with := func(timers ...movement.Timer) func(*movement.Movement) {
		return func(m *movement.Movement) { m.Timers = timers }
	}
	due := func(until time.Time, max int) []store.DueTimer {
		GinkgoHelper()
		return read(s, func(tx *store.Tx) ([]store.DueTimer, error) { return tx.DueTimers(until, max) })
	}
	next := func() (store.DueTimer, bool) {
		GinkgoHelper()
		var running bool
		t := read(s, func(tx *store.Tx) (t store.DueTimer, err error) {
			t, running, err = tx.NextTimer()
			return t, err
		})
		return t, running
	}

	It("are due at their time, the earliest first", func() {
		update(s, put(
			departure(1, with(movement.Timer{Name: "late", Due: at(9)}, movement.Timer{Name: "early", Due: at(1)})),
			departure(2, with(movement.Timer{Name: "middle", Due: at(5)})),
		))
		Expect(due(at(5).Add(-time.Millisecond), 0)).To(Equal([]store.DueTimer{{id(1), "early", at(1)}}))
		Expect(due(at(5), 0)).To(Equal([]store.DueTimer{{id(1), "early", at(1)}, {id(2), "middle", at(5)}}))
		Expect(due(at(60), 0)).To(HaveLen(3))
		Expect(due(at(60), 2)).To(Equal(due(at(5), 0)))
		Expect(due(at(0), 0)).To(BeEmpty())
	})

	It("that are due together come in the order in which their movements were created, then by name", func() {
		both := with(movement.Timer{Name: "b", Due: at(1)}, movement.Timer{Name: "a", Due: at(1)})
		update(s, put(departure(9, both)))
		update(s, put(departure(1, both)))
		Expect(due(at(1), 0)).To(Equal([]store.DueTimer{{id(9), "a", at(1)}, {id(9), "b", at(1)}, {id(1), "a", at(1)}, {id(1), "b", at(1)}}))
	})

	It("are never due while they are paused", func() {
		update(s, put(departure(1, with(movement.Timer{Name: "a", Remaining: time.Minute}))))
		Expect(due(at(1000), 0)).To(BeEmpty())
		_, running := next()
		Expect(running).To(BeFalse())
	})

	It("follow their movement: set anew, stopped, deleted", func() {
		update(s, put(departure(1, with(movement.Timer{Name: "a", Due: at(1)})), departure(2, with(movement.Timer{Name: "b", Due: at(2)}))))
		t, running := next()
		Expect(t).To(Equal(store.DueTimer{Movement: id(1), Name: "a", Due: at(1)}))
		Expect(running).To(BeTrue())
		update(s, put(departure(1, with(movement.Timer{Name: "a", Due: at(3)}))))
		t, _ = next()
		Expect(t).To(Equal(store.DueTimer{Movement: id(2), Name: "b", Due: at(2)}))
		update(s, put(departure(2, with())))
		t, _ = next()
		Expect(t).To(Equal(store.DueTimer{Movement: id(1), Name: "a", Due: at(3)}))
		update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) })
		_, running = next()
		Expect(running).To(BeFalse())
	})

	It("are still running when the store is opened again", func() {
		update(s, put(departure(1, with(movement.Timer{Name: "a", Due: at(1)}))))
		s = reopen(s)
		Expect(due(at(1), 0)).To(HaveLen(1))
	})
})

var _ = Describe("The journal", func() {
	var s *store.Store

	BeforeEach(func() {
		s = open()
		update(s, put(departure(1), departure(2)))
	})

	write := func(movementID, text string) (e movement.Entry) {
		GinkgoHelper()
		update(s, func(tx *store.Tx) error {
			e = movement.Entry{Movement: movementID, At: start, Text: text}
			return tx.AddEntry(&e)
		})
		return e
	}
	journal := func(movementID string) []movement.Entry {
		GinkgoHelper()
		return read(s, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Journal(movementID) })
	}
	entries := func(after uint64, max int) []movement.Entry {
		GinkgoHelper()
		return read(s, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Entries(after, max) })
	}

	It("gives an entry back as it was, every field of it", func() {
		e := filled[movement.Entry]()
		e.Movement = id(1)
		update(s, func(tx *store.Tx) error { return tx.AddEntry(&e) })
		Expect(e.Number).To(Equal(uint64(1)))
		expectSame(journal(id(1)), []movement.Entry{e})
	})

	It("numbers all entries from 1, and has those of a movement in their order", func() {
		a, b, c := write(id(1), "a"), write(id(2), "b"), write(id(1), "c")
		Expect([]uint64{a.Number, b.Number, c.Number}).To(Equal([]uint64{1, 2, 3}))
		Expect(journal(id(1))).To(Equal([]movement.Entry{a, c}))
		Expect(journal(id(2))).To(Equal([]movement.Entry{b}))
	})

	It("can be read on from any entry, in portions", func() {
		var all []movement.Entry
		for i := range 300 {
			all = append(all, write(id(1+i%2), fmt.Sprint(i)))
		}
		Expect(entries(0, 0)).To(Equal(all))
		Expect(entries(0, 3)).To(Equal(all[:3]))
		Expect(entries(100, 50)).To(Equal(all[100:150]))
		Expect(entries(299, 50)).To(Equal(all[299:]))
		Expect(entries(300, 50)).To(BeEmpty())
		Expect(entries(1<<64-1, 50)).To(BeEmpty())
	})

	It("does not give a number twice, also when the last entry was deleted and the store opened again", func() {
		write(id(1), "a")
		update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) })
		s = reopen(s)
		Expect(write(id(2), "b").Number).To(Equal(uint64(2)))
		Expect(entries(0, 0)).To(HaveLen(1))
	})

	It("tells the newest entry, also when that is gone", func() {
		newest := func() uint64 {
			GinkgoHelper()
			return read(s, func(tx *store.Tx) (uint64, error) { return tx.LastEntry(), nil })
		}
		Expect(newest()).To(BeZero())
		write(id(1), "a")
		write(id(2), "b")
		Expect(newest()).To(Equal(uint64(2)))
		update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(2)) })
		Expect(newest()).To(Equal(uint64(2)))
		s = reopen(s)
		Expect(newest()).To(Equal(uint64(2)))
	})

	It("may have entries that belong to no movement, and outlive all", func() {
		own := write("", "the store itself")
		write(id(1), "a")
		gone := movement.Entry{Movement: id(1), Kind: movement.EntryRemoved, At: start}
		update(s, func(tx *store.Tx) error { return errors.Join(tx.DeleteMovement(id(1)), tx.AddEntry(&gone)) })
		Expect(entries(0, 0)).To(Equal([]movement.Entry{own, gone}))
		Expect(gone.Number).To(Equal(uint64(3)))
		Expect(s.Check()).To(Succeed())
	})

	It("forgets old entries of no movement, and says who has missed one", func() {
		note := func(at time.Duration) uint64 {
			GinkgoHelper()
			e := movement.Entry{Kind: movement.EntryClock, At: start.Add(at)}
			update(s, func(tx *store.Tx) error { return tx.AddEntry(&e) })
			return e.Number
		}
		complete := func(after uint64) bool {
			GinkgoHelper()
			return read(s, func(tx *store.Tx) (bool, error) { return tx.Complete(after), nil })
		}
		expire := func(before time.Duration, max int) (n int) {
			GinkgoHelper()
			update(s, func(tx *store.Tx) (err error) {
				n, err = tx.ExpireEntries(start.Add(before), max)
				return err
			})
			return n
		}
		own := write(id(1), "a")
		note(time.Hour)
		note(2 * time.Hour)
		left := note(3 * time.Hour)
		Expect(expire(time.Hour, 10)).To(BeZero())
		Expect(complete(1)).To(BeTrue())
		Expect(expire(3*time.Hour, 1)).To(Equal(1))
		Expect(expire(3*time.Hour, 10)).To(Equal(1))
		s = reopen(s)
		Expect([]bool{complete(0), complete(1), complete(2), complete(3), complete(4)}).To(Equal([]bool{true, false, false, true, true}))
		all := entries(0, 0)
		Expect(all).To(HaveLen(2))
		Expect(all[0]).To(Equal(own))
		Expect(all[1].Number).To(Equal(left))
		Expect(s.Check()).To(Succeed())
	})

	It("takes entries of known movements only", func() {
		Expect(s.Update(bg, func(tx *store.Tx) error { return tx.AddEntry(&movement.Entry{Movement: "unknown"}) })).To(MatchError(store.ErrNotFound))
	})
})
