package clock

import (
	"container/heap"
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
	heap.Push(&c.waiters, w)
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
	if w.index == gone {
		return
	}
	heap.Remove(&c.waiters, w.index)
	c.settle()
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
	index   int // in the heap, or gone
}

const gone = -1

// waiters is a heap of those who wait, the earliest first.
type waiters []*waiter

// release closes the channels of all that are due.
func (ws *waiters) release(now time.Time) {
	for len(*ws) > 0 && !(*ws)[0].due.After(now) {
		close(heap.Pop(ws).(*waiter).reached)
	}
}

func (ws waiters) Len() int           { return len(ws) }
func (ws waiters) Less(i, j int) bool { return ws[i].due.Before(ws[j].due) }

func (ws waiters) Swap(i, j int) {
	ws[i], ws[j] = ws[j], ws[i]
	ws[i].index, ws[j].index = i, j
}

// Push is for container/heap.
func (ws *waiters) Push(x any) {
	w := x.(*waiter)
	w.index = len(*ws)
	*ws = append(*ws, w)
}

// Pop is for container/heap.
func (ws *waiters) Pop() any {
	last := len(*ws) - 1
	w := (*ws)[last]
	(*ws)[last] = nil
	*ws = (*ws)[:last]
	w.index = gone
	return w
}
