package clock_test

import (
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/simtest/suite"
)

func TestClock(t *testing.T) {
	suite.Run(t, "Clock Suite")
}

// start is where the clocks of the specs begin.
var start = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)

// wall is a wall clock that a spec moves.
type wall struct {
	mu  sync.Mutex
	now time.Time
}

func wallAt(t time.Time) *wall { return &wall{now: t} }

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass moves the wall, also back.
func (w *wall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newClock(o clock.Options) *clock.Clock {
	GinkgoHelper()
	c, err := clock.New(o)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// until is Until with a stop at the end of the spec.
func until(c *clock.Clock, t time.Time) <-chan struct{} {
	reached, stop := c.Until(t)
	DeferCleanup(stop)
	return reached
}
