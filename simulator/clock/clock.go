package clock

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// Mode says what makes a clock move.
type Mode string

// The modes of a clock.
const (
	Real   Mode = "real"   // runs with the wall clock
	Scaled Mode = "scaled" // runs Scale times as fast as the wall clock
	Manual Mode = "manual" // stands still until it is moved
)

// Precision is the unit of every reading: API date-times have milliseconds (docs/spec/api-2.1-3.0.md#1-8).
const Precision = time.Millisecond

// MaxScale is the fastest a scaled clock may run: a year in about half a minute.
const MaxScale = 1_000_000

// Latest is where every clock stops: a year later, years have five digits, which no message and no JSON can hold, and
// timers that are set until then have to fall due before that.
var Latest = time.Date(9998, 12, 31, 23, 59, 59, 999_000_000, time.UTC)

// Errors that a caller tells apart; the returned errors wrap them and say more.
var (
	// ErrNotManual says that a clock was moved that moves by itself.
	ErrNotManual = errors.New("the clock is not in manual mode")
	// ErrBackwards says that a reading was asked for that lies before the present one.
	ErrBackwards = errors.New("the clock cannot go back")
	// ErrInvalid says that a mode, a scale or an instant cannot be used at all.
	ErrInvalid = errors.New("invalid clock setting")
)

// Options are the settings of a new clock. The zero value is a real clock.
type Options struct {
	// Mode is Real when empty.
	Mode Mode
	// Scale is how much faster than the wall a scaled clock runs, above 0 and up to MaxScale; 0 means 1.
	// It is kept, but has no effect, while the clock is in another mode.
	Scale float64
	// Now is where a manual or scaled clock starts; zero means the wall's time. A real clock ignores it.
	Now time.Time
	// Wall tells the wall's time; nil means time.Now. Only tests have a reason to set it.
	Wall func() time.Time
}

// Reading is what a clock shows, and in Set what it is told to show.
type Reading struct {
	Mode Mode
	Now  time.Time
	// Scale is 1 unless the clock is scaled.
	Scale float64
}

// Clock tells the simulator's time. It is safe for use by many goroutines. It owns no goroutine and
// needs no closing: a timer exists only while somebody waits in Until.
type Clock struct {
	wall func() time.Time

	mu    sync.Mutex
	mode  Mode
	scale float64
	// base is what the clock showed at anchor on the wall; a manual clock always shows base. Both are the same in a real
	// clock that was never set: it shows the wall's time.
	base, anchor time.Time
	// last is the latest reading ever given: the wall may be set back, the clock is not.
	last time.Time

	// waiters are those who wait, who is due first coming first.
	waiters []*waiter
	timer   *time.Timer
}

// New returns a clock, or an error that wraps ErrInvalid when the mode, the scale or the start is unusable.
func New(o Options) (*Clock, error) {
	c := &Clock{wall: o.Wall, mode: o.Mode, scale: o.Scale}
	if c.wall == nil {
		c.wall = time.Now
	}
	if c.mode == "" {
		c.mode = Real
	}
	if c.scale == 0 {
		c.scale = 1
	}
	if err := checkMode(c.mode); err != nil {
		return nil, err
	}
	if err := checkScale(c.scale); err != nil {
		return nil, err
	}
	c.anchor = c.wall()
	c.base = o.Now
	if c.base.IsZero() || c.mode == Real {
		c.base = c.anchor
	}
	if err := checkInstant(c.base); err != nil {
		return nil, err
	}
	if c.mode != Real {
		c.base = c.base.UTC().Truncate(Precision)
	}
	return c, nil
}

func checkMode(m Mode) error {
	switch m {
	case Real, Scaled, Manual:
		return nil
	}
	return fmt.Errorf("%w: mode %q; hint: use real, scaled or manual", ErrInvalid, m)
}

func checkScale(scale float64) error {
	if scale > 0 && scale <= MaxScale {
		return nil
	}
	return fmt.Errorf("%w: scale %v; hint: use a number above 0 and up to %d, 60 turns minutes into seconds", ErrInvalid, scale, MaxScale)
}

func checkInstant(t time.Time) error {
	if y := t.UTC().Year(); y >= 1 && y <= Latest.Year() {
		return nil
	}
	return fmt.Errorf("%w: %s; hint: use a time in the years 1 to %d", ErrInvalid, show(t), Latest.Year())
}

// Now is the simulator's time: UTC, whole milliseconds, never before an earlier reading.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

// Reading is the clock's mode, time and scale at one moment.
func (c *Clock) Reading() Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Reading{Mode: c.mode, Now: c.read(), Scale: c.shownScale()}
}

func (c *Clock) shownScale() float64 {
	if c.mode == Scaled {
		return c.scale
	}
	return 1
}

// read gives the present time, remembers it, and lets go everybody who waited for it.
func (c *Clock) read() time.Time {
	now := c.exactNow().UTC().Truncate(Precision)
	if now.After(Latest) {
		now = Latest
	}
	if now.Before(c.last) {
		now = c.last
	}
	c.last = now
	c.release(now)
	return now
}

// exactNow is where mode, base and anchor put the clock, before rounding and limits.
func (c *Clock) exactNow() time.Time {
	switch c.mode {
	case Manual:
		return c.base
	case Scaled:
		return c.base.Add(scaled(c.wall().Sub(c.anchor), c.scale))
	default:
		// Without the monotonic reading, so that a real clock follows a wall that is set.
		return c.base.Add(c.wall().Round(0).Sub(c.anchor.Round(0)))
	}
}

// scaled is d times scale, cut off at what a duration can hold.
func scaled(d time.Duration, scale float64) time.Duration {
	f := float64(d) * scale
	if f >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(f)
}

// Set changes mode, time and scale at once. An empty mode, a zero time and a zero scale keep what is there, so that a change
// of mode alone never jumps: the clock goes on from what it shows, in real mode as fast as the wall and as far from it as
// it is then.
//
// The error wraps ErrBackwards when the clock would show an earlier time than now, ErrInvalid when a
// value is unusable; the clock is then as it was.
func (c *Clock) Set(r Reading) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.read()
	goesOn := r.Now.IsZero() && c.mode == Real && (r.Mode == "" || r.Mode == Real)
	if r.Mode == "" {
		r.Mode = c.mode
	}
	if r.Scale == 0 {
		r.Scale = c.scale
	}
	if r.Now.IsZero() {
		r.Now = now
	}
	if err := cmp.Or(checkMode(r.Mode), checkScale(r.Scale), checkInstant(r.Now), checkForwards(now, r.Now)); err != nil {
		return err
	}
	c.mode, c.scale = r.Mode, r.Scale
	if !goesOn { // a real clock may be waiting for a wall that was set back
		c.base, c.anchor = r.Now.UTC().Truncate(Precision), c.wall()
	}
	c.settle()
	return nil
}

// MoveTo lets a manual clock show t, cut to milliseconds. The error wraps ErrNotManual in the other
// modes, and ErrBackwards when t lies before the present time.
func (c *Clock) MoveTo(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mode != Manual {
		return fmt.Errorf("%w: it is %s; hint: set mode manual first", ErrNotManual, c.mode)
	}
	if err := checkInstant(t); err != nil {
		return err
	}
	t = t.UTC().Truncate(Precision)
	if err := checkForwards(c.read(), t); err != nil {
		return err
	}
	c.base = t
	c.settle()
	return nil
}

func checkForwards(now, t time.Time) error {
	if !t.UTC().Truncate(Precision).Before(now) {
		return nil
	}
	return fmt.Errorf("%w: it shows %s, which is after %s; hint: choose a later time, or restart the simulator", ErrBackwards, show(now), show(t))
}

func show(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }
