package api_test

import (
	"context"
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/store"
)

var _ = Describe("Many clients at once", func() {
	It("each get what they sent, and nobody's gets lost", func() {
		w := newWorld(profile("instant"))
		const clients, each = 8, 5
		var wait sync.WaitGroup
		for c := range clients {
			wait.Go(func() {
				defer GinkgoRecover()
				eori := as(fmt.Sprintf("GB%012d", c))
				for i := range each {
					xml := declaration(fmt.Sprintf("LRN-%d-%d", c, i))
					id := created(w.post(departures, xml, eori))
					got := w.get(departures+"/"+id.movement+"/messages/"+id.message+"/body", eori, accept("2.1+xml"))
					Expect(got.Body).To(Equal(xml))
					created(w.post(departures+"/"+id.movement+"/messages", fixture(invalidation), eori))
				}
			})
		}
		wait.Wait()
		w.settle()
		for c := range clients {
			Expect(w.get(departures, as(fmt.Sprintf("GB%012d", c))).Body).To(ContainSubstring(fmt.Sprintf(`"totalCount":%d,`, each)))
		}
	})

	It("read while something is being written", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		writing, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		done := make(chan error, 1)
		go func() {
			done <- w.store.Update(context.Background(), func(*store.Tx) error {
				once.Do(func() { close(writing) })
				<-release
				return nil
			})
		}()
		Eventually(writing).Should(BeClosed())
		Expect(w.get(departures + "/" + id.movement).Status).To(Equal(200))
		Expect(w.get(departures+"/"+id.movement+"/messages/"+id.message+"/body", accept("2.1+xml")).Status).To(Equal(200))
		Expect(w.get(departures).Status).To(Equal(200))
		Expect(done).NotTo(Receive())
		close(release)
		Eventually(done).Should(Receive(Succeed()))
	})
})
