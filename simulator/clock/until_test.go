package clock_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/clock"
)

var _ = Describe("Waiting until a time", func() {
	It("is over at once when the time is past", func() {
		c := newClock(clock.Options{Mode: clock.Manual, Now: start})
		Expect(until(c, start)).To(BeClosed())
		Expect(until(c, start.Add(-time.Hour))).To(BeClosed())
	})

	It("ends when a manual clock is moved there or beyond, not before", func() {
		c := newClock(clock.Options{Mode: clock.Manual, Now: start})
		exact, later := until(c, start.Add(time.Minute)), until(c, start.Add(time.Hour))
		Expect(c.MoveTo(start.Add(time.Minute - time.Millisecond))).To(Succeed())
		Expect(exact).NotTo(BeClosed())
		Expect(c.MoveTo(start.Add(time.Minute))).To(Succeed())
		Expect(exact).To(BeClosed())
		Expect(later).NotTo(BeClosed())
		Expect(c.MoveTo(start.Add(24 * time.Hour))).To(Succeed())
		Expect(later).To(BeClosed())
	})

	It("waits for the whole of a time that is finer than a millisecond", func() {
		c := newClock(clock.Options{Mode: clock.Manual, Now: start})
		reached := until(c, start.Add(time.Microsecond))
		Expect(c.MoveTo(start.Add(999 * time.Microsecond))).To(Succeed())
		Expect(reached).NotTo(BeClosed())
		Expect(c.MoveTo(start.Add(time.Millisecond))).To(Succeed())
		Expect(reached).To(BeClosed())
	})

	It("ends when the clock is set beyond", func() {
		c := newClock(clock.Options{Mode: clock.Manual, Now: start})
		reached := until(c, start.Add(time.Hour))
		Expect(c.Set(clock.Reading{Now: start.Add(time.Hour)})).To(Succeed())
		Expect(reached).To(BeClosed())
	})

	It("ends when the clock is seen to have passed, even if no timer has noticed", func() {
		w := wallAt(start)
		c := newClock(clock.Options{Wall: w.Now})
		reached := until(c, start.Add(time.Hour))
		w.pass(time.Hour)
		c.Now()
		Expect(reached).To(BeClosed())
	})

	It("can be given up, more than once and at any time", func() {
		c := newClock(clock.Options{Mode: clock.Manual, Now: start})
		reached, stop := c.Until(start.Add(time.Hour))
		_, stopOther := c.Until(start.Add(2 * time.Hour))
		stop()
		stop()
		Expect(c.MoveTo(start.Add(3 * time.Hour))).To(Succeed())
		Expect(reached).NotTo(BeClosed())
		stopOther()
		stop()
	})

	It("ends for everybody who waits for the same time", func() {
		c := newClock(clock.Options{Mode: clock.Manual, Now: start})
		var all []<-chan struct{}
		for range 100 {
			all = append(all, until(c, start.Add(time.Second)))
		}
		Expect(c.MoveTo(start.Add(time.Second))).To(Succeed())
		Expect(all).To(HaveEach(BeClosed()))
	})
})

// In a bubble the time of the operating system is that of the test, and nothing waits for real.

func mustNew(t *testing.T, o clock.Options) *clock.Clock {
	t.Helper()
	c, err := clock.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// expectReached fails unless the channel is closed exactly now.
func expectReached(t *testing.T, reached <-chan struct{}, want bool, when string) {
	t.Helper()
	synctest.Wait()
	select {
	case <-reached:
		if !want {
			t.Fatalf("%s: the time is reached too early", when)
		}
	default:
		if want {
			t.Fatalf("%s: the time is not reached", when)
		}
	}
}

func TestUntilInRealModeUsesTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, clock.Options{})
		reached, stop := c.Until(c.Now().Add(45 * time.Minute))
		defer stop()
		time.Sleep(45*time.Minute - time.Millisecond)
		expectReached(t, reached, false, "a millisecond early")
		time.Sleep(time.Millisecond)
		expectReached(t, reached, true, "after 45 minutes")
	})
}

func TestUntilInScaledModeIsAsMuchFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, clock.Options{Mode: clock.Scaled, Scale: 60})
		reached, stop := c.Until(c.Now().Add(45 * time.Minute))
		defer stop()
		time.Sleep(44 * time.Second)
		expectReached(t, reached, false, "after 44 seconds")
		time.Sleep(time.Second + time.Microsecond)
		expectReached(t, reached, true, "after 45 seconds")
	})
}

func TestUntilFollowsAChangeOfScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, clock.Options{Mode: clock.Scaled, Scale: 60})
		reached, stop := c.Until(c.Now().Add(time.Hour))
		defer stop()
		time.Sleep(30 * time.Second)
		if err := c.Set(clock.Reading{Scale: 1800}); err != nil {
			t.Fatal(err)
		}
		expectReached(t, reached, false, "half way")
		time.Sleep(time.Second + time.Microsecond)
		expectReached(t, reached, true, "a second at scale 1800 later")
	})
}

func TestUntilFollowsAChangeOfMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, clock.Options{Mode: clock.Manual})
		reached, stop := c.Until(c.Now().Add(time.Hour))
		defer stop()
		time.Sleep(24 * time.Hour)
		expectReached(t, reached, false, "while the clock stands")
		if err := c.Set(clock.Reading{Mode: clock.Scaled, Scale: 3600}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		if err := c.Set(clock.Reading{Mode: clock.Manual}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		expectReached(t, reached, false, "while the clock stands again, half way")
		if err := c.Set(clock.Reading{Mode: clock.Real}); err != nil {
			t.Fatal(err)
		}
		expectReached(t, reached, false, "because the clock does not jump to the wall's time")
		time.Sleep(30 * time.Minute)
		expectReached(t, reached, true, "when the clock has run the other half with the wall")
	})
}

func TestUntilNoticesThatTheWallWasSetForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wallAt(start)
		c := mustNew(t, clock.Options{Wall: w.Now})
		reached, stop := c.Until(start.Add(time.Hour))
		defer stop()
		w.pass(time.Hour)
		time.Sleep(time.Second)
		expectReached(t, reached, true, "a second after the wall was set")
	})
}

func TestUntilWaitsForAWallThatWasSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wallAt(start)
		c := mustNew(t, clock.Options{Wall: w.Now})
		c.Now()
		w.pass(-time.Minute)
		reached, stop := c.Until(start.Add(time.Second))
		defer stop()
		time.Sleep(time.Hour)
		expectReached(t, reached, false, "while the wall is behind")
		w.pass(time.Minute + time.Second)
		time.Sleep(time.Second)
		expectReached(t, reached, true, "when the wall has caught up")
	})
}

func TestUntilLeavesNothingBehindWhenStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A bubble ends with an error when one of its goroutines is left.
		c := mustNew(t, clock.Options{Mode: clock.Scaled, Scale: 2})
		for i := range 100 {
			_, stop := c.Until(c.Now().Add(time.Duration(i) * time.Hour))
			defer stop()
		}
		time.Sleep(time.Minute)
	})
}

func TestUntilUnderMovesFromManyGoroutines(t *testing.T) {
	g := NewWithT(t)
	c := mustNew(t, clock.Options{Mode: clock.Manual, Now: start})
	var waiting, moving sync.WaitGroup
	for i := range 50 {
		due := start.Add(time.Duration(i) * time.Second)
		waiting.Go(func() {
			reached, stop := c.Until(due)
			defer stop()
			<-reached
			g.Expect(c.Now()).To(BeTemporally(">=", due))
		})
		waiting.Go(func() {
			_, stop := c.Until(due)
			stop()
		})
	}
	for range 4 {
		moving.Go(func() {
			for i := range 50 {
				_ = c.MoveTo(start.Add(time.Duration(i) * time.Second)) // another goroutine may be ahead
			}
		})
	}
	moving.Wait()
	waiting.Wait()
}

// TestClockAgainstModel drives a clock at random and compares it with what it ought to show, and the
// waits with those readings.
func TestClockAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := wallAt(start)
		c, err := clock.New(clock.Options{Mode: clock.Manual, Now: start, Wall: w.Now})
		if err != nil {
			t.Fatal(err)
		}
		m := model{mode: clock.Manual, scale: 1, now: start}
		type wait struct {
			due     time.Time
			reached <-chan struct{}
			stop    func()
		}
		var waits []wait
		defer func() {
			for _, wt := range waits {
				wt.stop()
			}
		}()
		span := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "span")).Truncate(time.Microsecond)
		})
		t.Repeat(map[string]func(*rapid.T){
			"the wall moves on": func(t *rapid.T) {
				d := span.Draw(t, "by")
				w.pass(d)
				m.pass(d)
			},
			"move": func(t *rapid.T) {
				to := m.shown().Add(span.Draw(t, "by"))
				if err := c.MoveTo(to); (err == nil) != (m.mode == clock.Manual) {
					t.Fatalf("moving a %s clock: %v", m.mode, err)
				}
				if m.mode == clock.Manual {
					m.now = to.Truncate(time.Millisecond)
				}
			},
			"set": func(t *rapid.T) {
				r := clock.Reading{
					Mode:  rapid.SampledFrom([]clock.Mode{clock.Manual, clock.Scaled}).Draw(t, "mode"),
					Scale: rapid.SampledFrom([]float64{1, 2, 60, 4096}).Draw(t, "scale"),
				}
				if err := c.Set(r); err != nil {
					t.Fatal(err)
				}
				m.now, m.mode, m.scale = m.shown(), r.Mode, r.Scale
			},
			"wait": func(t *rapid.T) {
				due := m.shown().Add(span.Draw(t, "for"))
				reached, stop := c.Until(due)
				waits = append(waits, wait{due, reached, stop})
			},
			"": func(t *rapid.T) {
				if got := c.Now(); !got.Equal(m.shown()) {
					t.Fatalf("the clock shows %s, not %s", got, m.shown())
				}
				for _, wt := range waits {
					select {
					case <-wt.reached:
						if m.shown().Before(wt.due) {
							t.Fatalf("%s is reached at %s", wt.due, m.shown())
						}
					default:
						if !m.shown().Before(wt.due) {
							t.Fatalf("%s is not reached at %s", wt.due, m.shown())
						}
					}
				}
			},
		})
	})
}

// model is what a clock ought to show.
type model struct {
	mode  clock.Mode
	scale float64
	now   time.Time
}

func (m *model) pass(d time.Duration) {
	if m.mode == clock.Scaled {
		m.now = m.now.Add(time.Duration(float64(d) * m.scale))
	}
}

func (m *model) shown() time.Time { return m.now.Truncate(time.Millisecond) }
