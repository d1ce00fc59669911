package engine

import (
	"slices"
	"sync"

	"nctsim/simulator/movement"
)

// feed tells of journal entries that were committed.
type feed struct {
	mu      sync.Mutex
	changed chan struct{} // closed at the next entry; nil if nobody waits
	// collectors take entries for calls of Advance.
	collectors []*collector
}

type collector struct{ entries []movement.Entry }

func (f *feed) publish(entries []movement.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.collectors {
		c.entries = append(c.entries, entries...)
	}
	f.tell()
}

func (f *feed) tell() {
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// wait returns a channel that is closed when there is something new.
func (f *feed) wait() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.changed
}

// collect gathers all entries from now on; stop returns them in their order.
func (f *feed) collect() (stop func() []movement.Entry) {
	c := &collector{}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.collectors = append(f.collectors, c)
	return func() []movement.Entry {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.collectors = slices.DeleteFunc(f.collectors, func(other *collector) bool { return other == c })
		slices.SortFunc(c.entries, func(a, b movement.Entry) int { return int(a.Number) - int(b.Number) })
		return c.entries
	}
}
