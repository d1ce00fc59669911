package exchange

import (
	"slices"
	"sync"

	"nctsim/simulator/client"
)

// MostBytes is how much memory a log takes, about.
const MostBytes = 16 << 20

// Log keeps the last exchanges. It is safe for concurrent use; a nil one keeps nothing.
type Log struct {
	most int

	mu sync.Mutex
	// ring has the exchanges; the oldest is at first, and there are count of them.
	ring         []*Exchange
	first, count int
	bytes        int64
	last         uint64
	dropped      uint64
	changed      chan struct{} // closed at the next exchange; nil if nobody waits
}

// NewLog makes a log of so many exchanges at most; nil for 0.
func NewLog(most int) *Log {
	if most <= 0 {
		return nil
	}
	return &Log{most: most}
}

// Most is how many exchanges the log keeps at most.
func (l *Log) Most() int {
	if l == nil {
		return 0
	}
	return l.most
}

// Count is how many exchanges are in the log, and the number of the newest that there was.
func (l *Log) Count() (kept int, last uint64) {
	if l == nil {
		return 0, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count, l.last
}

// Add puts an exchange into the log, gives it its number, and forgets the oldest ones if there are too many.
func (l *Log) Add(x *Exchange) {
	x.bytes = x.size()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	x.Number = l.last
	for l.count > 0 && (l.count == l.most || l.bytes+x.bytes > MostBytes) {
		l.bytes -= l.ring[l.first].bytes
		l.ring[l.first] = nil
		l.first = (l.first + 1) % len(l.ring)
		l.count--
		l.dropped++
	}
	if l.count == len(l.ring) {
		l.grow()
	}
	l.ring[(l.first+l.count)%len(l.ring)] = x
	l.count++
	l.bytes += x.bytes
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// grow makes room for more; l.mu is held.
func (l *Log) grow() {
	wider := make([]*Exchange, min(max(16, 2*len(l.ring)), l.most))
	n := copy(wider, l.ring[l.first:])
	copy(wider[n:], l.ring[:l.first])
	l.ring, l.first = wider, 0
}

// Clear forgets all exchanges. Their numbers count on.
func (l *Log) Clear() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped += uint64(l.count)
	l.ring, l.first, l.count, l.bytes = nil, 0, 0, 0
}

// Get is the exchange of a number, nil if the log does not have it.
func (l *Log) Get(number uint64) *Exchange {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	oldest := l.last - uint64(l.count) + 1
	if number < oldest || number > l.last {
		return nil
	}
	return l.ring[(l.first+int(number-oldest))%len(l.ring)]
}

// Page is what a log has at one moment.
type Page struct {
	Found         []*Exchange
	Last, Dropped uint64
	// Changed is closed when something else gets into the log.
	Changed <-chan struct{}
}

// Newest are the exchanges that fit, up to limit, the newest first.
func (l *Log) Newest(limit int, fits func(*Exchange) bool) Page { return l.page(0, false, limit, fits) }

// After are the exchanges with greater numbers that fit, up to limit, the oldest first.
func (l *Log) After(number uint64, limit int, fits func(*Exchange) bool) Page {
	return l.page(number, true, limit, fits)
}

func (l *Log) page(after uint64, oldestFirst bool, limit int, fits func(*Exchange) bool) (p Page) {
	if l == nil {
		return p
	}
	all, p := l.all()
	if !oldestFirst {
		slices.Reverse(all)
	}
	for _, x := range all {
		if len(p.Found) == limit {
			break
		}
		if x.Number > after && fits(x) {
			p.Found = append(p.Found, x)
		}
	}
	return p
}

// all are the exchanges, the oldest first, with what else belongs to a page.
func (l *Log) all() (all []*Exchange, p Page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all = make([]*Exchange, l.count)
	for i := range all {
		all[i] = l.ring[(l.first+i)%len(l.ring)]
	}
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return all, Page{Last: l.last, Dropped: l.dropped, Changed: l.changed}
}

// Refusals are the requests that were refused, by cause, the most frequent first; words are those of an answer.
func (l *Log) Refusals(words func(*Exchange) (code, message string)) []client.RefusalGroup {
	groups := []client.RefusalGroup{}
	if l == nil {
		return groups
	}
	type cause struct {
		method, route string
		status        int
		check         client.Check
		code          string
	}
	at := map[cause]int{}
	all, _ := l.all()
	for _, x := range all {
		if !x.Refused {
			continue
		}
		code, message := words(x)
		c := cause{x.Method, x.Route, x.Status, x.RefusedBy(), code}
		i, known := at[c]
		if !known {
			i = len(groups)
			at[c] = i
			groups = append(groups, client.RefusalGroup{First: x.Number, Method: x.Method, Route: x.Route, Status: x.Status, RefusedBy: c.check, Code: code})
		}
		g := &groups[i]
		g.Count++
		g.Last, g.At, g.Message = x.Number, x.At, message
		if x.EORI != "" && !slices.Contains(g.EORIs, x.EORI) {
			g.EORIs = append(g.EORIs, x.EORI)
		}
	}
	slices.SortStableFunc(groups, func(a, b client.RefusalGroup) int { return b.Count - a.Count })
	return groups
}
