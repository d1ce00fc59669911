package store_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// listed are the ids of a page and the total.
type listed struct {
	ids   []string
	total int
}

func list(s *store.Store, q store.MovementQuery) listed {
	GinkgoHelper()
	return read(s, func(tx *store.Tx) (l listed, err error) {
		page, total, err := tx.Movements(q)
		l.total = total
		for _, m := range page {
			l.ids = append(l.ids, m.ID)
		}
		return l, err
	})
}

func ids(ns ...int) listed {
	l := listed{total: len(ns)}
	for _, n := range ns {
		l.ids = append(l.ids, id(n))
	}
	return l
}

// of is the page of a list that has more.
func (l listed) of(total int) listed { return listed{l.ids, total} }

var _ = Describe("A list of movements", func() {
	at := func(second int) time.Time { return start.Add(time.Duration(second) * time.Second) }

	Context("with departures and arrivals of two traders", Ordered, func() {
		var s *store.Store

		BeforeAll(func() {
			s = open()
			bobs := func(m *movement.Movement) { m.EORI = bob }
			arrival := func(m *movement.Movement) { m.Kind, m.LRN, m.MRN = message.Arrival, "", "26GB00004ABCDEFGJ3" }
			update(s, put(
				departure(1), departure(2, func(m *movement.Movement) { m.MRN = "26GB00002ABCDEFGK1" }),
				departure(3, bobs), departure(4, arrival), departure(5, arrival, bobs),
				departure(6, func(m *movement.Movement) { m.MovementEORI, m.LRN = bob, "Straße.*ÄB" }),
			))
			update(s, put(departure(1, func(m *movement.Movement) { m.Updated = at(60) })))
		})

		DescribeTable("has those the query selects, the last updated first:",
			func(q store.MovementQuery, want listed) { Expect(list(s, q)).To(Equal(want)) },
			Entry("departures of a trader", store.MovementQuery{EORI: alice, Kind: message.Departure}, ids(1, 6, 2)),
			Entry("arrivals of a trader", store.MovementQuery{EORI: alice, Kind: message.Arrival}, ids(4)),
			Entry("both kinds of a trader", store.MovementQuery{EORI: alice}, ids(1, 6, 4, 2)),
			Entry("everybody's departures", store.MovementQuery{Kind: message.Departure}, ids(1, 6, 3, 2)),
			Entry("everything", store.MovementQuery{}, ids(1, 6, 5, 4, 3, 2)),
			Entry("nothing of somebody unknown", store.MovementQuery{EORI: "GB000000000000"}, ids()),
			Entry("nothing of a trader whose EORI begins like another's", store.MovementQuery{EORI: alice[:10]}, ids()),
			Entry("nothing of an unknown kind", store.MovementQuery{EORI: alice, Kind: "transit"}, ids()),

			Entry("updated at a time or later", store.MovementQuery{UpdatedSince: at(5)}, ids(1, 6, 5)),
			Entry("updated later than a time within the millisecond", store.MovementQuery{UpdatedSince: at(5).Add(1)}, ids(1, 6)),
			Entry("updated at a time or earlier", store.MovementQuery{ReceivedUntil: at(5)}, ids(5, 4, 3, 2)),
			Entry("updated up to a time within the millisecond", store.MovementQuery{ReceivedUntil: at(5).Add(-1)}, ids(4, 3, 2)),
			Entry("updated in a span of time", store.MovementQuery{UpdatedSince: at(3), ReceivedUntil: at(5)}, ids(5, 4, 3)),
			Entry("updated in the span of one moment", store.MovementQuery{UpdatedSince: at(4), ReceivedUntil: at(4)}, ids(4)),
			Entry("updated in a span the wrong way round", store.MovementQuery{UpdatedSince: at(5), ReceivedUntil: at(3)}, ids()),
			Entry("updated in a span that has all", store.MovementQuery{EORI: alice, UpdatedSince: at(2), ReceivedUntil: at(60)}, ids(1, 6, 4, 2)),
			Entry("updated before the epoch", store.MovementQuery{ReceivedUntil: time.Date(1969, 7, 20, 0, 0, 0, 0, time.UTC)}, ids()),
			Entry("updated since before the epoch", store.MovementQuery{UpdatedSince: time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)}, ids(1, 6, 5, 4, 3, 2)),

			Entry("without counting behind the page", store.MovementQuery{UpdatedSince: at(3), Limit: 2, PageOnly: true}, ids(1, 6)),

			Entry("with a movement EORI", store.MovementQuery{MovementEORI: bob}, ids(6)),
			Entry("with a movement EORI, which has to be whole", store.MovementQuery{MovementEORI: bob[:5]}, ids()),
			Entry("with a movement EORI, in its own spelling", store.MovementQuery{MovementEORI: "xi987654321098"}, ids()),
			Entry("with a part of the LRN", store.MovementQuery{LRN: "N-000"}, ids(1, 3, 2)),
			Entry("with a part of the LRN in another case", store.MovementQuery{EORI: alice, LRN: "lrn-0001"}, ids(1)),
			Entry("with a part of the LRN that is no ASCII, in another case", store.MovementQuery{LRN: "äb"}, ids(6)),
			Entry("with a part of the LRN, which is not a pattern", store.MovementQuery{LRN: ".*"}, ids(6)),
			Entry("with a part of the LRN, which is not the MRN", store.MovementQuery{LRN: "26GB"}, ids()),
			Entry("with a part of the MRN", store.MovementQuery{MRN: "abcdefgk1"}, ids(2)),
			Entry("with a part of the MRN of both kinds", store.MovementQuery{MRN: "26gb"}, ids(5, 4, 2)),
			Entry("with all conditions at once", store.MovementQuery{
				EORI: alice, Kind: message.Departure, MovementEORI: alice, MRN: "00002", LRN: "0002", UpdatedSince: at(2), ReceivedUntil: at(2),
			}, ids(2)),

			Entry("a first page", store.MovementQuery{Limit: 2}, ids(1, 6).of(6)),
			Entry("a second page", store.MovementQuery{Skip: 2, Limit: 2}, ids(5, 4).of(6)),
			Entry("a last page", store.MovementQuery{Skip: 4, Limit: 4}, ids(3, 2).of(6)),
			Entry("a page behind the last", store.MovementQuery{Skip: 6, Limit: 2}, ids().of(6)),
			Entry("a page far behind the last", store.MovementQuery{EORI: alice, Skip: 1 << 62, Limit: 25}, ids().of(4)),
			Entry("all but the first", store.MovementQuery{Skip: 5}, ids(2).of(6)),
			Entry("a page of those that a condition selects", store.MovementQuery{LRN: "LRN", Skip: 1, Limit: 1}, ids(3).of(3)),
			Entry("a page of those in a span of time", store.MovementQuery{UpdatedSince: at(3), Skip: 1, Limit: 2}, ids(6, 5).of(5)),
			Entry("a page of one kind in a span of time", store.MovementQuery{Kind: message.Departure, ReceivedUntil: at(59), Limit: 1}, ids(6).of(3)),
		)
	})

	It("has of those updated at the same time the newest first", func() {
		s := open()
		same := func(created int) func(*movement.Movement) {
			return func(m *movement.Movement) { m.Created, m.Updated = at(created), at(100) }
		}
		update(s, put(departure(5, same(1)), departure(1, same(3)), departure(9, same(2))))
		Expect(list(s, store.MovementQuery{EORI: alice})).To(Equal(ids(1, 9, 5)))
	})

	It("has of those created at the same time too, as under a clock that stands, the one stored last first", func() {
		s := open()
		still := func(m *movement.Movement) { m.Created, m.Updated = start, start }
		for _, i := range []int{7, 2, 9, 4} {
			update(s, put(departure(i, still)))
		}
		update(s, put(departure(2, still, func(m *movement.Movement) { m.LRN = "other" }))) // keeps its place
		Expect(list(s, store.MovementQuery{EORI: alice})).To(Equal(ids(4, 9, 2, 7)))
	})

	It("mixes departures and arrivals in the order of time", func() {
		s := open()
		var want []int
		for i := range 20 {
			m := departure(i, func(m *movement.Movement) {
				if i%3 == 0 {
					m.Kind = message.Arrival
				}
			})
			update(s, put(m))
			want = append([]int{i}, want...)
		}
		Expect(list(s, store.MovementQuery{EORI: alice})).To(Equal(ids(want...)))
		Expect(list(s, store.MovementQuery{Skip: 7, Limit: 4})).To(Equal(ids(12, 11, 10, 9).of(20)))
	})

	It("follows a movement that changes its owner, kind or time", func() {
		s := open()
		update(s, put(departure(1), departure(2)))
		update(s, put(departure(1, func(m *movement.Movement) { m.EORI, m.Kind, m.Updated = bob, message.Arrival, at(-100) })))
		Expect(list(s, store.MovementQuery{EORI: alice})).To(Equal(ids(2)))
		Expect(list(s, store.MovementQuery{EORI: bob, Kind: message.Arrival})).To(Equal(ids(1)))
		Expect(list(s, store.MovementQuery{})).To(Equal(ids(2, 1)))
	})

	It("keeps traders apart however their EORIs begin", func() {
		s := open()
		eoris := []string{"GB1", "GB12", "GB1a", "GB1d", "GB", ""}
		for i, eori := range eoris {
			update(s, put(departure(i, func(m *movement.Movement) { m.EORI = eori })))
		}
		for i, eori := range eoris[:5] {
			Expect(list(s, store.MovementQuery{EORI: eori})).To(Equal(ids(i)), eori)
		}
		Expect(list(s, store.MovementQuery{})).To(Equal(ids(5, 4, 3, 2, 1, 0)))
	})

	It("is the same in pages of any size as in one", func() {
		s := open()
		var all []movement.Movement
		for i := range 137 {
			all = append(all, departure(i, func(m *movement.Movement) { m.Updated = at((i * 37) % 50) }))
		}
		update(s, put(all...))
		whole := list(s, store.MovementQuery{EORI: alice})
		Expect(whole.ids).To(HaveLen(137))
		for _, size := range []int{1, 10, 50, 137, 500} {
			var paged listed
			for skip := 0; skip < 137; skip += size {
				page := list(s, store.MovementQuery{EORI: alice, Skip: skip, Limit: size})
				paged.ids, paged.total = append(paged.ids, page.ids...), page.total
			}
			Expect(paged).To(Equal(whole), fmt.Sprint(size))
		}
	})

	It("sees what its own update has changed", func() {
		s := open()
		update(s, put(departure(1), departure(2)))
		update(s, func(tx *store.Tx) error {
			if err := tx.DeleteMovement(id(1)); err != nil {
				return err
			}
			if err := put(departure(3))(tx); err != nil {
				return err
			}
			page, total, err := tx.Movements(store.MovementQuery{EORI: alice, Limit: 1})
			Expect(total).To(Equal(2))
			Expect(page[0].ID).To(Equal(id(3)))
			return err
		})
	})
})
