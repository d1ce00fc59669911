// Package crash_test kills the real binary, fills its disk and asks it to stop.
package crash_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
	"nctsim/tests/binary"
)

func TestCrash(t *testing.T) {
	suite.Run(t, "The real binary")
}

// patience is how long a process may take for what it does at once.
const patience = binary.Patience

// process is a running `nctsim serve` that may be killed.
type process struct{ binary.Process }

func serving(data string, args ...string) process {
	GinkgoHelper()
	return process{binary.Serve(data, args...)}
}

// messages are those of a departure, the oldest first.
func (p process) messages(ctx context.Context, movementID string) ([]client.Listed, error) {
	return p.Trader.Messages(ctx, message.Departure, movementID)
}

// types are the messages of a movement in their order.
func (p process) types(ctx context.Context, movement string) []string {
	GinkgoHelper()
	list, err := p.messages(ctx, movement)
	Expect(err).NotTo(HaveOccurred())
	var types []string
	for _, m := range list {
		types = append(types, m.Type)
	}
	return types
}

// script says how far a movement is in its scenario.
func (p process) script(ctx context.Context, movement string) string {
	GinkgoHelper()
	m, err := p.Control.Movement(ctx, movement)
	Expect(err).NotTo(HaveOccurred())
	return string(m.Script.Status)
}

// notified are the types of the messages that the box for API 2.1 tells of, by movement and in their order.
func (p process) notified(ctx context.Context) map[string][]string {
	GinkgoHelper()
	const boxes = "/misc/push-pull-notification/box"
	var all []struct{ BoxID, BoxName string }
	p.ask(ctx, boxes, &all)
	notified := map[string][]string{}
	for _, b := range all {
		if !strings.Contains(b.BoxName, "##2.1##") {
			continue
		}
		var held []struct{ Message string }
		p.ask(ctx, boxes+"/"+b.BoxID+"/notifications?count=1000000", &held)
		for _, n := range held {
			var of struct{ DepartureID, MessageType string }
			Expect(json.Unmarshal([]byte(n.Message), &of)).To(Succeed())
			notified[of.DepartureID] = append(notified[of.DepartureID], of.MessageType)
		}
	}
	return notified
}

// ask reads JSON from the Push Pull Notifications API.
func (p process) ask(ctx context.Context, path string, into any) {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+path, nil)
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Authorization", "Bearer "+p.Trader.Token)
	request.Header.Set("Accept", "application/vnd.hmrc.1.0+json")
	response, err := client.DefaultHTTP.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	Expect(response.StatusCode).To(Equal(http.StatusOK))
	Expect(json.NewDecoder(response.Body).Decode(into)).To(Succeed())
}

// declarationWith is a simplified declaration with an LRN of its own.
func declarationWith(lrn string) []byte {
	return simtest.WithLRN(simtest.Sample(message.Phase5, simtest.Simplified), lrn)
}

var chain = []string{"IE015", "IE928", "IE028", "IE029"}

var _ = Describe("The real binary", func() {
	It("resumes a chain and its timers after kill -9 in the middle of it", func(ctx SpecContext) {
		data := GinkgoT().TempDir()
		// HMRC's 45 minutes of Trader Test pass in two seconds.
		args := []string{"--profile", "trader-test", "--clock", "scaled", "--time-scale", "1350"}
		before := serving(data, args...)
		movement, err := before.Submit(ctx, declarationWith("LRN-0001"))
		Expect(err).NotTo(HaveOccurred())
		Eventually(func() []string { return before.types(ctx, movement) }, patience).Should(Equal(chain[:3]))
		first, err := before.messages(ctx, movement)
		Expect(err).NotTo(HaveOccurred())
		before.Kill().Wait(patience)

		after := serving(data, args...)
		Expect(after.types(ctx, movement)).To(HaveExactElements("IE015", "IE928", "IE028"))
		Eventually(func() []string { return after.types(ctx, movement) }, patience).Should(Equal(chain))
		second, err := after.messages(ctx, movement)
		Expect(err).NotTo(HaveOccurred())
		Expect(second[:3]).To(Equal(first), "what was there before is still the same")
		Consistently(func() []string { return after.types(ctx, movement) }, "300ms").Should(Equal(chain))
	}, SpecTimeout(time.Minute))

	It("goes on in a scenario where kill -9 has interrupted it, and repeats no step", func(ctx SpecContext) {
		tier.Slow()
		// The officer's ten minutes and his hour pass in half a second and in three.
		args := []string{"--profile", "trader-test", "--clock", "scaled", "--time-scale", "1200"}
		data := GinkgoT().TempDir()
		p := serving(data, args...)
		movement, err := p.Submit(ctx, simtest.WithLRN(simtest.Sample(message.Phase5, "ie015-normal-gb-xi"), "EX-OFFICER-1"))
		Expect(err).NotTo(HaveOccurred())

		story := []string{"IE015", "IE928", "IE028", "IE060", "IE051"}
		var before []client.Listed
		for _, told := range []int{1, 3, 4} {
			Eventually(func() int { return len(p.types(ctx, movement)) }, patience).Should(BeNumerically(">=", told))
			before, err = p.messages(ctx, movement)
			Expect(err).NotTo(HaveOccurred())
			p.Kill().Wait(patience)

			p = serving(data, args...)
			after, err := p.messages(ctx, movement)
			Expect(err).NotTo(HaveOccurred())
			Expect(len(after)).To(BeNumerically(">=", len(before)))
			Expect(after[:len(before)]).To(Equal(before), "what was there before is still the same")
		}
		Eventually(func() []string { return p.types(ctx, movement) }, patience).Should(Equal(story))
		Expect(p.script(ctx, movement)).To(Equal("finished"))
		Consistently(func() []string { return p.types(ctx, movement) }, "300ms").Should(Equal(story))
	}, SpecTimeout(time.Minute))

	It("does what it had accepted when it was killed at once", func(ctx SpecContext) {
		data := GinkgoT().TempDir()
		var movements []string
		for i := range 5 {
			p := serving(data, "--profile", "instant")
			movement, err := p.Submit(ctx, declarationWith(fmt.Sprintf("LRN-%d", i)))
			p.Kill().Wait(patience)
			Expect(err).NotTo(HaveOccurred())
			movements = append(movements, movement)
		}
		p := serving(data, "--profile", "instant")
		p.Settle(ctx)
		for _, m := range movements {
			Expect(p.types(ctx, m)).To(Equal(chain))
		}
	}, SpecTimeout(time.Minute))

	It("loses nothing that it acknowledged and repeats no answer when it is killed under load", func(ctx SpecContext) {
		tier.Slow()
		data := GinkgoT().TempDir()
		acknowledged := map[string]string{} // movement: LRN
		for round := range 3 {
			p := serving(data, "--profile", "instant", "--boxes", "all")
			for movement, lrn := range p.postUntilKilled(ctx, round) {
				acknowledged[movement] = lrn
			}
			Expect(p.Wait(patience).ExitCode()).NotTo(Equal(0))
		}
		Expect(len(acknowledged)).To(BeNumerically(">", 50))

		p := serving(data, "--profile", "instant", "--boxes", "all")
		p.Settle(ctx)
		notified := p.notified(ctx)
		for movement, lrn := range acknowledged {
			Expect(p.types(ctx, movement)).To(Equal(chain), lrn)
			Expect(notified[movement]).To(Equal(chain[1:]), lrn)
			list, err := p.messages(ctx, movement)
			Expect(err).NotTo(HaveOccurred())
			Expect(p.Trader.Body(ctx, message.Departure, movement, list[0].ID)).To(Equal(declarationWith(lrn)), "byte for byte")
		}
		p.expectWhole(ctx)
		Expect(p.Terminate().Wait(patience).ExitCode()).To(Equal(0))
	}, SpecTimeout(2*time.Minute))

	It("stops in good order when it is asked to, and says nothing on stdout but that it is ready", func() {
		p := serving(GinkgoT().TempDir())
		Expect(p.Interrupt().Wait(patience).ExitCode()).To(Equal(0))
		Expect(strings.Count(string(p.Out.Contents()), "\n")).To(Equal(1))
	})

	It("announces itself in one line of JSON for programs", func() {
		session, err := gexec.Start(binary.Command("serve", "--addr", "127.0.0.1:0", "--output", "json"), nil, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { session.Kill().Wait(patience) })
		Eventually(session.Out, patience).Should(gbytes.Say(`^\{"consoleUrl":"http://127\.0\.0\.1:\d+/console/","controlUrl":"http://127\.0\.0\.1:\d+","pid":\d+,"url":"http://127\.0\.0\.1:\d+"\}\n$`))
		Expect(session.Terminate().Wait(patience).ExitCode()).To(Equal(0))
	})
})

// postUntilKilled lets eight traders post at once, kills the server in the middle and returns what it had acknowledged.
func (p process) postUntilKilled(ctx context.Context, round int) map[string]string {
	var mu sync.Mutex
	acknowledged := map[string]string{}
	var traders sync.WaitGroup
	for n := range 8 {
		traders.Go(func() {
			defer GinkgoRecover()
			for i := 0; ; i++ {
				lrn := fmt.Sprintf("R%d-T%d-%d", round, n, i)
				movement, err := p.Submit(ctx, declarationWith(lrn))
				if err != nil {
					return // killed
				}
				mu.Lock()
				acknowledged[movement] = lrn
				if len(acknowledged) == 40+7*round {
					p.Kill()
				}
				mu.Unlock()
			}
		})
	}
	traders.Wait()
	return acknowledged
}

// expectWhole checks that every stored movement, acknowledged or not, has its chain exactly once and its LRN to itself.
func (p process) expectWhole(ctx context.Context) {
	GinkgoHelper()
	all, err := p.Control.Movements(ctx, client.MovementQuery{})
	Expect(err).NotTo(HaveOccurred())
	lrns := map[string]bool{}
	for _, m := range all.Movements {
		Expect(lrns).NotTo(HaveKey(m.LRN))
		lrns[m.LRN] = true
		Expect(m.State).To(Equal(movement.Released), m.LRN)
		Expect(p.types(ctx, m.ID)).To(Equal(chain), m.LRN)
	}
}
