package api_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
)

var _ = Describe("A control call that waits", func() {
	It("lists movements as soon as one fits", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		came := make(chan client.Movements)
		go func() {
			defer GinkgoRecover()
			list, err := c.Movements(ctx, client.MovementQuery{LRN: "WAIT-2", State: movement.Submitted, Wait: time.Minute})
			Expect(err).NotTo(HaveOccurred())
			came <- list
		}()
		w.declare("WAIT-1")
		Consistently(came, "50ms").ShouldNot(Receive())
		id := w.declare("WAIT-2").movement
		Eventually(came).Should(Receive(HaveField("Movements", HaveExactElements(HaveField("ID", id)))))
		Expect(c.Movements(ctx, client.MovementQuery{LRN: "WAIT-2", Wait: time.Minute})).To(HaveField("Total", 1), "at once")
		Expect(c.Movements(ctx, client.MovementQuery{LRN: "NOBODY", Wait: time.Millisecond})).To(HaveField("Movements", BeEmpty()))
	}, SpecTimeout(time.Minute))

	It("shows a movement when it is in a state, or has a message", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		id := w.declare("WAIT-3").movement
		w.settle()
		m, err := c.Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Await(ctx, id, client.Awaited{States: []movement.State{"NEVER", m.State}})).To(HaveField("State", m.State), "at once")
		came := make(chan client.MovementDetail)
		go func() {
			defer GinkgoRecover()
			m, err := c.Await(ctx, id, client.Awaited{Messages: []string{"IE060"}, Wait: time.Minute})
			Expect(err).NotTo(HaveOccurred())
			came <- m
		}()
		Consistently(came, "50ms").ShouldNot(Receive())
		_, err = c.Inject(ctx, id, client.Injection{MessageType: "IE060"})
		Expect(err).NotTo(HaveOccurred())
		Eventually(came).Should(Receive(HaveField("Records", ContainElement(HaveField("Type", "IE060")))))
	}, SpecTimeout(time.Minute))

	It("says where the movement stands if that does not come in time, and what is wrong with a call", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		id := w.declare("WAIT-4").movement
		_, err := c.Await(ctx, id, client.Awaited{States: []movement.State{"RELEASED"}, Messages: []string{"IE029"}, Wait: time.Millisecond})
		Expect(err).To(And(HaveField("Status", http.StatusGatewayTimeout), HaveField("Code", "NOT_YET"), MatchError(ContainSubstring("not RELEASED or has no IE029 after 1ms"))))
		_, err = c.Await(ctx, "0123456789abcdef", client.Awaited{Messages: []string{"IE029"}, Wait: time.Minute})
		Expect(client.IsNotFound(err)).To(BeTrue())
		for _, query := range []string{"?wait=5s", "?wait=x&state=RELEASED", "?wait=6m&state=RELEASED", "?wait=-1s&state=RELEASED"} {
			Expect(w.get(v1 + "/movements/" + id + query).Status).To(Equal(http.StatusBadRequest))
		}
		Expect(w.get(v1 + "/movements?wait=x").Status).To(Equal(http.StatusBadRequest))
		Expect(w.get(v1 + "/movements?wait=1ms&colour=red").Status).To(Equal(http.StatusBadRequest))
	})

	It("ends with the server, and with its client", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		left, leave := context.WithCancel(ctx)
		gone := make(chan error)
		go func() {
			_, err := c.Movements(left, client.MovementQuery{LRN: "NOBODY", Wait: time.Minute})
			gone <- err
		}()
		leave()
		Eventually(gone).Should(Receive(MatchError(context.Canceled)))
		ended := make(chan error)
		go func() {
			_, err := c.Movements(ctx, client.MovementQuery{LRN: "NOBODY", Wait: time.Minute})
			ended <- err
		}()
		Consistently(ended, "20ms").ShouldNot(Receive())
		w.api.Close()
		Eventually(ended).Should(Receive(BeNil()))
	}, SpecTimeout(time.Minute))
})
