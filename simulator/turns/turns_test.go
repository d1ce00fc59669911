package turns_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/turns"
)

func TestTurns(t *testing.T) { suite.Run(t, "Turns Suite") }

var _ = Describe("Places that parties share", func() {
	It("gives a place that becomes free to the party that has the fewest, however many of another wait", func(ctx SpecContext) {
		s := turns.New(1)
		release, err := s.Acquire(turns.With(ctx, "greedy"))
		Expect(err).NotTo(HaveOccurred())
		var mu sync.Mutex
		var order []string
		var done sync.WaitGroup
		wait := func(party string, n int) {
			for range n {
				done.Go(func() {
					give, err := s.Acquire(turns.With(ctx, party))
					Expect(err).NotTo(HaveOccurred())
					mu.Lock()
					order = append(order, party)
					mu.Unlock()
					give()
				})
			}
			Eventually(func() int { return s.Waiting(party) }).Should(Equal(n))
		}
		wait("greedy", 20)
		wait("modest", 3)
		release()
		done.Wait()
		Expect(order).To(HaveLen(23))
		Expect(order[:6]).To(Equal([]string{"greedy", "modest", "greedy", "modest", "greedy", "modest"}))
		Expect(s.Parties()).To(BeZero())
	})

	It("lets work that needs many places have its turn, while others always want one", func(ctx SpecContext) {
		s := turns.New(4)
		var mu sync.Mutex
		var order []string
		take := func(party string, places int64) func() {
			GinkgoHelper()
			release, err := s.AcquireMany(turns.With(ctx, party), places)
			Expect(err).NotTo(HaveOccurred())
			return release
		}
		release := take("first", 9) // there are not as many: it has all
		_, free := s.TryAcquire(turns.With(ctx, "hasty"))
		Expect(free).To(BeFalse())
		var done sync.WaitGroup
		wait := func(party string, places int64, n int) {
			for range n {
				done.Go(func() {
					defer GinkgoRecover()
					give := take(party, places)
					mu.Lock()
					order = append(order, party)
					mu.Unlock()
					give()
				})
			}
			Eventually(func() int { return s.Waiting(party) }).Should(Equal(n))
		}
		wait("small", 1, 50)
		wait("large", 4, 2)
		wait("other", 1, 1)
		release()
		done.Wait()
		Expect(slices.Index(order, "large")).To(BeNumerically("<=", 5), "%v", order)
		Expect(slices.Index(order, "other")).To(BeNumerically("<=", 6), "%v", order)
		Expect(s.Parties()).To(BeZero())
		release, free = s.TryAcquire(turns.With(ctx, "hasty"))
		Expect(free).To(BeTrue())
		release()
	})

	It("goes on with those who wait behind somebody that has gone", func(ctx SpecContext) {
		s := turns.New(2)
		release, err := s.Acquire(turns.With(ctx, "first"))
		Expect(err).NotTo(HaveOccurred())
		short, cancel := context.WithCancel(turns.With(ctx, "large"))
		gone := make(chan error)
		go func() {
			_, err := s.AcquireMany(short, 2)
			gone <- err
		}()
		Eventually(func() int { return s.Waiting("large") }).Should(Equal(1))
		got := make(chan func())
		go func() {
			defer GinkgoRecover()
			release, err := s.Acquire(turns.With(ctx, "small"))
			Expect(err).NotTo(HaveOccurred())
			got <- release
		}()
		Eventually(func() int { return s.Waiting("small") }).Should(Equal(1))
		cancel()
		Expect(<-gone).To(MatchError(context.Canceled))
		(<-got)()
		release()
		Expect(s.Parties()).To(BeZero())
	})

	It("lets go who does not want to wait any longer, and loses no place by that", func(ctx SpecContext) {
		s := turns.New(2)
		var releases []func()
		for i := range 2 {
			release, err := s.Acquire(turns.With(ctx, i))
			Expect(err).NotTo(HaveOccurred())
			releases = append(releases, release)
		}
		short, cancel := context.WithCancel(turns.With(ctx, "impatient"))
		cancel()
		_, err := s.Acquire(short)
		Expect(err).To(MatchError(context.Canceled))
		Expect(s.Waiting("impatient")).To(BeZero())
		for _, release := range releases {
			release()
		}
		Expect(s.Parties()).To(BeZero())
	})

	It("never has more at work than there are places", func(ctx SpecContext) {
		s := turns.New(3)
		var mu sync.Mutex
		at, most := 0, 0
		var done sync.WaitGroup
		for i := range 200 {
			done.Go(func() {
				release, err := s.Acquire(turns.With(ctx, fmt.Sprint(i%7)))
				Expect(err).NotTo(HaveOccurred())
				mu.Lock()
				at++
				most = max(most, at)
				mu.Unlock()
				mu.Lock()
				at--
				mu.Unlock()
				release()
			})
		}
		done.Wait()
		Expect(most).To(BeNumerically("<=", 3))
		Expect(s.Parties()).To(BeZero())
	})
})
