package store_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.etcd.io/bbolt"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var _ = Describe("Boxes", func() {
	box := func(n int) movement.Box {
		return movement.Box{ID: fmt.Sprintf("box-%d", n), ClientID: fmt.Sprintf("client-%d", 9-n), Name: "name"}
	}
	keep := func(boxes ...movement.Box) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			for _, b := range boxes {
				if err := tx.PutBox(b); err != nil {
					return err
				}
			}
			return nil
		}
	}
	// notify stores a notification of the box: the n-th, created n seconds after the start.
	notify := func(box movement.Box, n int, change ...func(*movement.Notification)) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			one := movement.Notification{
				ID: fmt.Sprintf("%s-%d", box.ID, n), Box: box.ID, Created: start.Add(time.Duration(n) * time.Second),
				Status: movement.NotificationPending, Text: "{}",
			}
			for _, fn := range change {
				fn(&one)
			}
			return tx.AddNotification(&one)
		}
	}
	due := func(after time.Duration) func(*movement.Notification) {
		return func(n *movement.Notification) { n.Due = start.Add(after) }
	}
	ids := func(s *store.Store, q store.NotificationQuery) []string {
		GinkgoHelper()
		found := read(s, func(tx *store.Tx) ([]movement.Notification, error) { return tx.Notifications(q) })
		list := []string{}
		for _, n := range found {
			list = append(list, n.ID)
		}
		return list
	}

	It("come back as they were stored, by id, and all of them by client and name", func() {
		s := open()
		b := filled[movement.Box]()
		update(s, keep(b, box(1), box(2)))
		s = reopen(s)
		expectSame(read(s, func(tx *store.Tx) (movement.Box, error) { return tx.Box(b.ID) }), b)
		clients := []string{}
		for _, b := range read(s, (*store.Tx).Boxes) {
			clients = append(clients, b.ClientID)
		}
		Expect(clients).To(HaveLen(3))
		Expect(clients).To(ContainElements("client-7", "client-8"))
		Expect(slices.IsSorted(clients)).To(BeTrue())
		_, err := try(s, func(tx *store.Tx) (movement.Box, error) { return tx.Box("unknown") })
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("outlive a reset, which empties them", func() {
		s := open()
		update(s, keep(box(1)), notify(box(1), 1))
		update(s, (*store.Tx).Reset)
		Expect(read(s, (*store.Tx).Boxes)).To(HaveLen(1))
		Expect(ids(s, store.NotificationQuery{Box: "box-1"})).To(BeEmpty())
	})

	It("take their notifications along when they are deleted", func() {
		s := open()
		update(s, keep(box(1), box(2)), notify(box(1), 1, due(0)), notify(box(2), 1))
		update(s, func(tx *store.Tx) error { return tx.DeleteBox("box-1") })
		Expect(ids(s, store.NotificationQuery{Box: "box-1"})).To(BeEmpty())
		Expect(ids(s, store.NotificationQuery{Box: "box-2"})).To(HaveLen(1))
		Expect(s.Update(bg, func(tx *store.Tx) error { return tx.DeleteBox("box-1") })).To(MatchError(store.ErrNotFound))
	})

	It("have notifications, which come back as they were stored, every field of them", func() {
		s := open()
		n := filled[movement.Notification]()
		n.Box, n.Status = "box-1", movement.NotificationFailed
		update(s, keep(box(1)), func(tx *store.Tx) error { return tx.AddNotification(&n) })
		expectSame(read(reopen(s), func(tx *store.Tx) (movement.Notification, error) { return tx.Notification(n.ID) }), n)
	})

	It("take no notification twice, and none without a box", func() {
		s := open()
		update(s, keep(box(1)), notify(box(1), 1))
		Expect(s.Update(bg, notify(box(1), 1))).To(MatchError(store.ErrExists))
		Expect(s.Update(bg, notify(box(2), 1))).To(MatchError(store.ErrNotFound))
	})

	It("give their own notifications alone, the oldest first, by status and time with both ends included", func() {
		s := open()
		acknowledged := func(n *movement.Notification) { n.Status = movement.NotificationAcknowledged }
		update(s, keep(box(1), box(2)), notify(box(1), 1), notify(box(2), 1), notify(box(1), 2, acknowledged), notify(box(1), 3))
		Expect(ids(s, store.NotificationQuery{Box: "box-1"})).To(Equal([]string{"box-1-1", "box-1-2", "box-1-3"}))
		Expect(ids(s, store.NotificationQuery{Box: "box-1", Limit: 2})).To(Equal([]string{"box-1-1", "box-1-2"}))
		Expect(ids(s, store.NotificationQuery{Box: "box-1", Status: movement.NotificationPending})).To(Equal([]string{"box-1-1", "box-1-3"}))
		Expect(ids(s, store.NotificationQuery{Box: "box-1", Status: movement.NotificationPending, From: start.Add(2 * time.Second)})).To(Equal([]string{"box-1-3"}))
		Expect(ids(s, store.NotificationQuery{Box: "box-1", From: start.Add(2 * time.Second), To: start.Add(3 * time.Second)})).To(Equal([]string{"box-1-2", "box-1-3"}))
		Expect(ids(s, store.NotificationQuery{Box: "unknown"})).To(BeEmpty())
	})

	It("give those of the same time by the creation of their movements, in whatever order they were stored", func() {
		s := open()
		of := func(m string) func(*movement.Notification) {
			return func(n *movement.Notification) { n.ID, n.Movement, n.Created, n.Due = n.ID+m, m, start, start }
		}
		update(s, put(departure(1), departure(2)), keep(box(1)))
		update(s, notify(box(1), 1, of(id(2))), notify(box(1), 2, of(id(1))), notify(box(1), 3, of(id(1))))
		want := []string{"box-1-2" + id(1), "box-1-3" + id(1), "box-1-1" + id(2)}
		Expect(ids(s, store.NotificationQuery{Box: "box-1"})).To(Equal(want))
		Expect(ids(s, store.NotificationQuery{Box: "box-1", Status: movement.NotificationPending})).To(Equal(want))
		Expect(s.View(func(tx *store.Tx) error {
			next, err := tx.NextDeliveries("box-1", start, 2)
			Expect(next).To(HaveLen(2))
			Expect(next[0].ID).To(Equal(want[0]))
			Expect(next[1].ID).To(Equal(want[1]))
			return err
		})).To(Succeed())
	})

	It("say what is to be sent first, until it is no longer due", func() {
		s := open()
		update(s, keep(box(1), box(2), box(3)), notify(box(1), 1, due(5*time.Minute)), notify(box(1), 2, due(time.Minute)), notify(box(2), 1, due(2*time.Minute)), notify(box(3), 1))
		Expect(read(s, (*store.Tx).Deliveries)).To(Equal([]store.Delivery{{"box-1", start.Add(time.Minute)}, {"box-2", start.Add(2 * time.Minute)}}))
		next := func(until time.Duration) (id string) {
			GinkgoHelper()
			Expect(s.View(func(tx *store.Tx) error {
				due, err := tx.NextDeliveries("box-1", start.Add(until), 1)
				for _, n := range due {
					id = n.ID
				}
				return err
			})).To(Succeed())
			return id
		}
		Expect(next(59 * time.Second)).To(BeEmpty())
		Expect(next(time.Minute)).To(Equal("box-1-2"))
		update(s, func(tx *store.Tx) error {
			n, err := tx.Notification("box-1-2")
			if err != nil {
				return err
			}
			n.Status, n.Due = movement.NotificationAcknowledged, time.Time{}
			return tx.PutNotification(n)
		})
		Expect(next(time.Minute)).To(BeEmpty())
		Expect(next(5 * time.Minute)).To(Equal("box-1-1"))
	})

	It("forget what was created before a time, no more at once than asked for", func() {
		s := open()
		update(s, keep(box(1), box(2)), notify(box(1), 1, due(0)), notify(box(1), 2), notify(box(2), 1), notify(box(2), 3))
		expire := func(max int) (gone int) {
			GinkgoHelper()
			update(s, func(tx *store.Tx) (err error) {
				gone, err = tx.ExpireNotifications(start.Add(3*time.Second), max)
				return err
			})
			return gone
		}
		Expect(expire(2)).To(Equal(2))
		Expect(expire(2)).To(Equal(1))
		Expect(expire(2)).To(BeZero())
		Expect(ids(s, store.NotificationQuery{Box: "box-2"})).To(Equal([]string{"box-2-3"}))
	})

	It("are added to a store of the format that knew none", func() {
		path := filledFile(3)
		edit(path, func(tx *bbolt.Tx) error {
			for _, name := range []string{"boxes", "notifications", "notification ids", "notification list"} {
				if err := tx.DeleteBucket([]byte(name)); err != nil {
					return err
				}
			}
			return tx.Bucket([]byte("meta")).Put([]byte("format"), store.FormatRecord(1))
		})
		s := openAs(store.Options{Path: path})
		Expect(counts(s).Movements).To(BeNumerically(">", 0))
		update(s, keep(box(1)))
		s = reopen(s)
		Expect(read(s, (*store.Tx).Boxes)).To(HaveLen(1))
	})
})
