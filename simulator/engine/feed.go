package engine

import (
	"context"
	"math"
	"slices"
	"sync"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// FromNow lets Subscribe begin with the next entry.
const FromNow = math.MaxUint64

// StartOver lets Subscribe begin with an entry that says that everything before is forgotten, followed by all entries there
// are.
const StartOver = math.MaxUint64 - 1

// entriesPerRead is how many entries a subscription takes from the store at once.
const entriesPerRead = 256

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

// Subscribe gives the journal entries of all movements and of the store after a number, in their order and without gaps, as
// they are committed; FromNow leaves out those that are there already. Entries of movements that are gone are left out, and
// followed by one that says so. If the entries after the number are not complete any more, or the store has never had so
// many, a reset without a number comes, followed by all entries there are; StartOver asks for that. It reads from the
// store at the reader's pace, so that nobody waits for a slow reader. The channel is closed by the returned function, which
// may be called more than once, and when the engine closes.
func (e *Engine) Subscribe(after uint64) (<-chan movement.Entry, func()) {
	out := make(chan movement.Entry, entriesPerRead)
	ctx, cancel := context.WithCancel(e.ctx)
	changed := e.feed.wait()
	if after == FromNow {
		after = e.LastEntry()
	}
	e.readers.Go(func() {
		defer close(out)
		defer cancel()
		r := reader{e, after}
		for r.pass(ctx, out) {
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			changed = e.feed.wait()
		}
	})
	return out, cancel
}

// reader is where a subscription stands.
type reader struct {
	*Engine
	after uint64
}

// pass hands out what there is and says whether to go on.
func (r *reader) pass(ctx context.Context, out chan<- movement.Entry) bool {
	for {
		var entries []movement.Entry
		complete := false
		err := r.store.View(func(tx *store.Tx) (err error) {
			if complete = r.after <= tx.LastEntry() && tx.Complete(r.after); complete {
				entries, err = tx.Entries(r.after, entriesPerRead)
			}
			return err
		})
		if err != nil {
			r.log.Error("journal cannot be read", "error", err)
			return false
		}
		if !complete {
			select {
			case out <- r.anew():
				r.after = 0
				continue
			case <-ctx.Done():
				return false
			}
		}
		for _, entry := range entries {
			select {
			case out <- entry:
				r.after = entry.Number
			case <-ctx.Done():
				return false
			}
		}
		if len(entries) < entriesPerRead {
			return true
		}
	}
}

// anew is the entry that lets a subscription start over.
func (r *reader) anew() movement.Entry {
	return movement.Entry{
		At: r.clock.Now(), Kind: movement.EntryReset, Text: "the events begin anew", Why: "those after the last one received are not complete any more",
	}
}

// LastEntry is the number of the newest entry.
func (e *Engine) LastEntry() (last uint64) {
	err := e.store.View(func(tx *store.Tx) error {
		last = tx.LastEntry()
		return nil
	})
	if err != nil {
		e.log.Error("journal cannot be read", "error", err)
	}
	return last
}
