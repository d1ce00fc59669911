package clock_test

import (
	"math"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
)

var _ = Describe("A clock", func() {
	var w *wall

	BeforeEach(func() { w = wallAt(start) })

	Describe("when it is made", func() {
		It("is real unless told otherwise", func() {
			c := newClock(clock.Options{Wall: w.Now})
			Expect(c.Reading()).To(Equal(clock.Reading{Mode: clock.Real, Now: start, Scale: 1}))
		})

		It("takes the time of the operating system when no wall is given", func() {
			before := time.Now().Truncate(time.Millisecond)
			now := newClock(clock.Options{}).Now()
			Expect(now).To(BeTemporally(">=", before))
			Expect(now).To(BeTemporally("<=", time.Now()))
		})

		It("starts a manual clock at the given time, in UTC and cut to milliseconds", func() {
			at := start.Add(1234567 * time.Microsecond).In(time.FixedZone("CET", 3600))
			c := newClock(clock.Options{Mode: clock.Manual, Now: at, Wall: w.Now})
			Expect(c.Now()).To(Equal(start.Add(1234 * time.Millisecond)))
		})

		It("starts a manual clock at the wall's time when none is given", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Wall: w.Now})
			w.pass(time.Hour)
			Expect(c.Now()).To(Equal(start))
		})

		It("lets a scaled clock start at a given time too", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Scale: 60, Now: start.AddDate(1, 0, 0), Wall: w.Now})
			w.pass(time.Second)
			Expect(c.Now()).To(Equal(start.AddDate(1, 0, 0).Add(time.Minute)))
		})

		DescribeTable("refuses what no clock can be:",
			func(o clock.Options, says string) {
				_, err := clock.New(o)
				Expect(err).To(MatchError(clock.ErrInvalid))
				Expect(err).To(MatchError(ContainSubstring(says)))
				Expect(err).To(MatchError(ContainSubstring("; hint: ")))
			},
			Entry("an unknown mode", clock.Options{Mode: "fast"}, `mode "fast"`),
			Entry("a negative scale", clock.Options{Mode: clock.Scaled, Scale: -1}, "scale -1"),
			Entry("a scale that is not a number", clock.Options{Mode: clock.Scaled, Scale: math.NaN()}, "scale NaN"),
			Entry("an infinite scale", clock.Options{Mode: clock.Scaled, Scale: math.Inf(1)}, "scale +Inf"),
			Entry("a scale beyond the limit", clock.Options{Mode: clock.Scaled, Scale: 2 * clock.MaxScale}, "scale 2e+06"),
			Entry("a year of five digits", clock.Options{Mode: clock.Manual, Now: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "10000-01-01"),
		)
	})

	Describe("in real mode", func() {
		It("follows the wall", func() {
			c := newClock(clock.Options{Wall: w.Now})
			w.pass(90 * time.Minute)
			Expect(c.Now()).To(Equal(start.Add(90 * time.Minute)))
		})

		It("shows whole milliseconds", func() {
			c := newClock(clock.Options{Wall: w.Now})
			w.pass(1999 * time.Microsecond)
			Expect(c.Now()).To(Equal(start.Add(time.Millisecond)))
		})

		It("stands still, and does not go back, while the wall is behind an earlier reading", func() {
			c := newClock(clock.Options{Wall: w.Now})
			w.pass(time.Second)
			Expect(c.Now()).To(Equal(start.Add(time.Second)))
			w.pass(-time.Minute)
			Expect(c.Now()).To(Equal(start.Add(time.Second)))
			w.pass(time.Minute + time.Second)
			Expect(c.Now()).To(Equal(start.Add(2 * time.Second)))
		})
	})

	Describe("in scaled mode", func() {
		It("runs as many times faster as it is told", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Scale: 60, Wall: w.Now})
			w.pass(45 * time.Second)
			Expect(c.Now()).To(Equal(start.Add(45 * time.Minute)))
		})

		It("can run slower than the wall", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Scale: 0.5, Wall: w.Now})
			w.pass(time.Minute)
			Expect(c.Now()).To(Equal(start.Add(30 * time.Second)))
		})

		It("runs as fast as the wall without a scale", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Wall: w.Now})
			w.pass(time.Minute)
			Expect(c.Reading()).To(Equal(clock.Reading{Mode: clock.Scaled, Now: start.Add(time.Minute), Scale: 1}))
		})

		It("stops at the end of the year 9998", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Scale: clock.MaxScale, Now: time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC), Wall: w.Now})
			w.pass(1000 * time.Hour)
			Expect(c.Now()).To(Equal(clock.Latest))
		})
	})

	Describe("in manual mode", func() {
		It("stands still while the wall moves", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start, Wall: w.Now})
			w.pass(24 * time.Hour)
			Expect(c.Now()).To(Equal(start))
		})

		It("moves where it is told, cut to milliseconds", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start})
			Expect(c.MoveTo(start.Add(time.Hour + 999*time.Microsecond))).To(Succeed())
			Expect(c.Now()).To(Equal(start.Add(time.Hour)))
		})

		It("may be moved to where it is", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start})
			Expect(c.MoveTo(start)).To(Succeed())
			Expect(c.MoveTo(start.Add(time.Microsecond))).To(Succeed())
			Expect(c.Now()).To(Equal(start))
		})

		It("refuses to go back, and says from where to where", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start})
			err := c.MoveTo(start.Add(-time.Millisecond))
			Expect(err).To(MatchError(clock.ErrBackwards))
			Expect(err).To(MatchError(ContainSubstring("it shows 2026-03-02T09:15:00Z, which is after 2026-03-02T09:14:59.999Z")))
			Expect(c.Now()).To(Equal(start))
		})

		It("refuses to go beyond the year 9998", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start})
			Expect(c.MoveTo(clock.Latest)).To(Succeed())
			Expect(c.MoveTo(clock.Latest.Add(time.Millisecond))).To(MatchError(clock.ErrInvalid))
		})

		DescribeTable("is the only mode that can be moved",
			func(m clock.Mode) {
				c := newClock(clock.Options{Mode: m, Wall: w.Now})
				err := c.MoveTo(start.Add(time.Hour))
				Expect(err).To(MatchError(clock.ErrNotManual))
				Expect(err).To(MatchError(ContainSubstring("hint: set mode manual first")))
				Expect(c.Now()).To(Equal(start))
			},
			Entry("not real", clock.Real),
			Entry("not scaled", clock.Scaled),
		)
	})

	Describe("when it is set", func() {
		It("goes on from where it was when only the mode changes", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Scale: 60, Wall: w.Now})
			w.pass(time.Minute)
			Expect(c.Set(clock.Reading{Mode: clock.Manual})).To(Succeed())
			w.pass(time.Minute)
			Expect(c.Reading()).To(Equal(clock.Reading{Mode: clock.Manual, Now: start.Add(time.Hour), Scale: 1}))
			Expect(c.Set(clock.Reading{Mode: clock.Scaled})).To(Succeed())
			w.pass(time.Minute)
			Expect(c.Reading()).To(Equal(clock.Reading{Mode: clock.Scaled, Now: start.Add(2 * time.Hour), Scale: 60}))
		})

		It("goes on from where it was when only the scale changes", func() {
			c := newClock(clock.Options{Mode: clock.Scaled, Scale: 60, Wall: w.Now})
			w.pass(time.Minute)
			Expect(c.Set(clock.Reading{Scale: 3600})).To(Succeed())
			Expect(c.Now()).To(Equal(start.Add(time.Hour)))
			w.pass(time.Second)
			Expect(c.Now()).To(Equal(start.Add(2 * time.Hour)))
		})

		It("takes mode, time and scale at once", func() {
			c := newClock(clock.Options{Wall: w.Now})
			Expect(c.Set(clock.Reading{Mode: clock.Scaled, Now: start.AddDate(0, 1, 0), Scale: 10})).To(Succeed())
			w.pass(time.Second)
			Expect(c.Reading()).To(Equal(clock.Reading{Mode: clock.Scaled, Now: start.AddDate(0, 1, 0).Add(10 * time.Second), Scale: 10}))
		})

		DescribeTable("never jumps when only the mode changes, wherever the wall is",
			func(from clock.Mode, ahead time.Duration, to clock.Mode) {
				c := newClock(clock.Options{Mode: from, Scale: 10, Now: start.Add(ahead), Wall: w.Now})
				w.pass(time.Minute)
				before := c.Now()
				Expect(c.Set(clock.Reading{Mode: to})).To(Succeed())
				Expect(c.Now()).To(Equal(before))
				w.pass(time.Second)
				Expect(c.Now()).To(Equal(before.Add(map[clock.Mode]time.Duration{clock.Real: time.Second, clock.Scaled: 10 * time.Second}[to])))
			},
			Entry("from a manual clock that is behind to real", clock.Manual, -90*24*time.Hour, clock.Real),
			Entry("from a manual clock that is ahead to real", clock.Manual, 90*24*time.Hour, clock.Real),
			Entry("from a manual clock that is centuries ahead to real", clock.Manual, 250*365*24*time.Hour, clock.Real),
			Entry("from a scaled clock that is behind to real", clock.Scaled, -90*24*time.Hour, clock.Real),
			Entry("from a scaled clock that is ahead to real", clock.Scaled, 90*24*time.Hour, clock.Real),
			Entry("from a manual clock that is behind to scaled", clock.Manual, -90*24*time.Hour, clock.Scaled),
			Entry("from a scaled clock that is behind to manual", clock.Scaled, -90*24*time.Hour, clock.Manual),
			Entry("from a real clock to manual", clock.Real, time.Duration(0), clock.Manual),
		)

		It("goes on from where it is told in real mode too", func() {
			c := newClock(clock.Options{Wall: w.Now})
			Expect(c.Set(clock.Reading{Mode: clock.Real, Now: start.AddDate(0, 1, 0)})).To(Succeed())
			w.pass(time.Minute)
			Expect(c.Reading()).To(Equal(clock.Reading{Mode: clock.Real, Now: start.AddDate(0, 1, 0).Add(time.Minute), Scale: 1}))
		})

		It("follows a wall that is set while it is real and apart from it", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start.Add(time.Hour), Wall: w.Now})
			Expect(c.Set(clock.Reading{Mode: clock.Real})).To(Succeed())
			w.pass(time.Minute)
			Expect(c.Now()).To(Equal(start.Add(time.Hour + time.Minute)))
			w.pass(-time.Minute)
			Expect(c.Now()).To(Equal(start.Add(time.Hour+time.Minute)), "it waits for the wall")
			Expect(c.Set(clock.Reading{Mode: clock.Real})).To(Succeed())
			w.pass(2 * time.Minute)
			Expect(c.Now()).To(Equal(start.Add(time.Hour + 2*time.Minute)))
		})

		It("lets those go who wait for a time of a real clock that is apart from the wall", func() {
			c := newClock(clock.Options{Mode: clock.Manual, Now: start.Add(time.Hour), Wall: w.Now})
			Expect(c.Set(clock.Reading{Mode: clock.Real})).To(Succeed())
			reached := until(c, start.Add(time.Hour+time.Minute))
			Consistently(reached, "20ms").ShouldNot(BeClosed())
			w.pass(time.Minute)
			Eventually(reached).Should(BeClosed())
		})

		It("takes back its own reading, whatever the mode", func() {
			for _, m := range []clock.Mode{clock.Real, clock.Scaled, clock.Manual} {
				c := newClock(clock.Options{Mode: m, Scale: 5, Wall: w.Now})
				Expect(c.Set(c.Reading())).To(Succeed(), string(m))
			}
		})

		It("stays real when the wall was set back meanwhile", func() {
			c := newClock(clock.Options{Wall: w.Now})
			c.Now()
			w.pass(-time.Hour)
			Expect(c.Set(clock.Reading{Mode: clock.Real})).To(Succeed())
			Expect(c.Now()).To(Equal(start))
		})

		DescribeTable("refuses what cannot be, and stays as it is",
			func(o clock.Options, r clock.Reading, want error, says string) {
				o.Wall = w.Now
				c := newClock(o)
				before := c.Reading()
				err := c.Set(r)
				Expect(err).To(MatchError(want))
				Expect(err).To(MatchError(ContainSubstring(says)))
				Expect(err).To(MatchError(ContainSubstring("; hint: ")))
				Expect(c.Reading()).To(Equal(before))
			},
			Entry("an earlier time in manual mode", clock.Options{Mode: clock.Manual}, clock.Reading{Now: start.Add(-time.Second)}, clock.ErrBackwards, "is after 2026-03-02T09:14:59Z"),
			Entry("an earlier time in another mode", clock.Options{}, clock.Reading{Mode: clock.Scaled, Now: start.Add(-time.Second)}, clock.ErrBackwards, "is after"),
			Entry("an earlier time in real mode", clock.Options{}, clock.Reading{Mode: clock.Real, Now: start.Add(-time.Hour)}, clock.ErrBackwards, "is after 2026-03-02T08:15:00Z"),
			Entry("an earlier time for a manual clock that becomes real", clock.Options{Mode: clock.Manual}, clock.Reading{Mode: clock.Real, Now: start.Add(-time.Hour)}, clock.ErrBackwards, "is after 2026-03-02T08:15:00Z"),
			Entry("an unknown mode", clock.Options{}, clock.Reading{Mode: "slow"}, clock.ErrInvalid, `mode "slow"`),
			Entry("a negative scale", clock.Options{}, clock.Reading{Mode: clock.Scaled, Scale: -3}, clock.ErrInvalid, "scale -3"),
			Entry("the last year of four digits, whose timers would fall due behind it", clock.Options{Mode: clock.Manual}, clock.Reading{Now: clock.Latest.AddDate(1, 0, 0)}, clock.ErrInvalid, "years 1 to 9998"),
		)
	})
})
