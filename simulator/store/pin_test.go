package store_test

import (
	"bytes"
	"context"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/store"
)

var _ = Describe("A store that is pinned", func() {
	movements := func(s *store.Store) (n int) {
		GinkgoHelper()
		Expect(s.View(func(tx *store.Tx) error {
			stats, err := tx.Stats()
			n = stats.Movements
			return err
		})).To(Succeed())
		return n
	}

	It("can be written as it was, whatever happens meanwhile, and opened under a name of its own", func() {
		s := openAs(store.Options{Path: newPath(), Identity: "first"})
		Expect(s.Update(bg, put(departure(1)))).To(Succeed())
		p, err := s.Pin()
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Update(bg, put(departure(2)))).To(Succeed())
		Expect(s.Update(bg, (*store.Tx).Reset)).To(Succeed())
		var file bytes.Buffer
		Expect(p.WriteTo(&file)).To(Equal(p.Size()))
		p.Release()
		p.Release()
		path := newPath()
		Expect(os.WriteFile(path, file.Bytes(), 0o600)).To(Succeed())
		copied := openAs(store.Options{Path: path, Identity: "second", Renamed: true})
		Expect(copied.Identity()).To(Equal("second"))
		Expect(movements(copied)).To(Equal(1))
		Expect(copied.Check()).To(Succeed())
		Expect(copied.Close()).To(Succeed())
		Expect(openAs(store.Options{Path: path, Identity: "third"}).Identity()).To(Equal("second"))
	})

	It("is, within an update that is alone, what everybody has been told of before it", func() {
		h := hold(open())
		h.queue(put(departure(1)))
		var before *store.Pinned
		alone := make(chan error, 1)
		go func() {
			alone <- h.UpdateAlone(bg, func(tx *store.Tx) (err error) {
				if before, err = h.Pin(); err != nil {
					return err
				}
				return put(departure(3))(tx)
			})
		}()
		Eventually(h.Waiting).Should(Equal(2))
		h.queue(put(departure(2)))
		Expect(h.run()).To(HaveEach(BeNil()))
		Eventually(alone).Should(Receive(BeNil()))
		Expect(before.View(func(tx *store.Tx) error {
			stats, err := tx.Stats()
			Expect(stats.Movements).To(Equal(1))
			return err
		})).To(Succeed())
		before.Release()
		Expect(movements(h.Store)).To(Equal(3))
	})

	It("gives its place to another one, and goes on", func(ctx context.Context) {
		s, path := open(), ""
		path = s.Path()
		other := openAs(store.Options{Path: path + ".next"})
		Expect(other.Update(bg, put(departure(4)))).To(Succeed())
		Expect(s.Link(ctx, path+".before")).To(Succeed())
		Expect(path).To(BeAnExistingFile(), "there is a store at each moment")
		Expect(other.MoveTo(ctx, path)).To(Succeed())
		Expect(other.Path()).To(Equal(path))
		Expect(s.Path()).To(Equal(path + ".before"))
		for _, st := range []*store.Store{s, other} {
			Expect(st.Update(bg, put(departure(5)))).To(Succeed())
			Expect(st.Check()).To(Succeed())
		}
		Expect(movements(s)).To(Equal(1))
		Expect(movements(other)).To(Equal(2))
		Expect(s.MoveTo(ctx, path+".there/not")).NotTo(Succeed())
		Expect(s.Path()).To(Equal(path + ".before"))
	})

	It("takes up the next one if it was on its way, and removes it otherwise", func() {
		path := newPath()
		Expect(os.WriteFile(path+".next", []byte("next"), 0o600)).To(Succeed())
		Expect(store.Recover(path, path+".next")).To(Succeed())
		Expect(os.ReadFile(path)).To(BeEquivalentTo("next"))
		Expect(os.WriteFile(path+".next", []byte("later"), 0o600)).To(Succeed())
		Expect(store.Recover(path, path+".next")).To(Succeed())
		Expect(os.ReadFile(path)).To(BeEquivalentTo("next"))
		Expect(path + ".next").NotTo(BeAnExistingFile())
		Expect(store.Recover(newPath(), newPath())).To(Succeed(), "there is none at all")
	})
})
