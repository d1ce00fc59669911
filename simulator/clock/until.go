package clock

import (
	"slices"
	"time"
)

// recheck is the longest a waiting clock trusts its timer: the wall may be set while somebody waits,
// and no timer of the runtime notices that.
const recheck = time.Second

// Until returns a channel that is closed once Now() has reached t: by time passing, by MoveTo, or by
// Set. The channel of an instant that is past is closed already. stop gives up waiting and frees what
// the wait holds; it may be called more than once, and after t is reached.
func (c *Clock) Until(t time.Time) (reached <-chan struct{}, stop func()) {
	w := &waiter{due: ceil(t.UTC()), reached: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	at, _ := slices.BinarySearchFunc(c.waiters, w, func(a, b *waiter) int { return a.due.Compare(b.due) })
	c.waiters = slices.Insert(c.waiters, at, w)
	c.settle()
	return w.reached, func() { c.removeWaiter(w) }
}

// ceil is the first whole millisecond that is not before t.
func ceil(t time.Time) time.Time {
	down := t.Truncate(Precision)
	if down.Before(t) {
		return down.Add(Precision)
	}
	return down
}

func (c *Clock) removeWaiter(w *waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := slices.Index(c.waiters, w); at >= 0 {
		c.waiters = slices.Delete(c.waiters, at, at+1)
		c.settle()
	}
}

// settle lets go whoever has waited long enough, and sets the timer for the next one.
func (c *Clock) settle() {
	now := c.read()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if c.mode == Manual || len(c.waiters) == 0 {
		return
	}
	c.timer = time.AfterFunc(c.remaining(now), c.wake)
}

// remaining is how long the wall needs until the first waiter is due, at most recheck. The clock's
// exact position counts, not the rounded reading, so that nobody is woken just before their time.
func (c *Clock) remaining(now time.Time) time.Duration {
	from := c.exactNow()
	if from.Before(now) {
		from = now // the wall was set back: it has to catch up, which recheck finds out
	}
	left := c.waiters[0].due.Sub(from)
	if c.mode == Scaled {
		left = scaled(left, 1/c.scale) + 1
	}
	return min(max(left, time.Microsecond), recheck)
}

func (c *Clock) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
}

// waiter is one call of Until.
type waiter struct {
	due     time.Time
	reached chan struct{}
}

// release lets go those who have waited long enough.
func (c *Clock) release(now time.Time) {
	due := 0
	for due < len(c.waiters) && !c.waiters[due].due.After(now) {
		close(c.waiters[due].reached)
		due++
	}
	c.waiters = slices.Delete(c.waiters, 0, due)
}
