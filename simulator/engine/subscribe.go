package engine

import (
	"context"
	"math"

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
	engine *Engine
	after  uint64
}

// pass hands out what there is and reports whether to go on.
func (r *reader) pass(ctx context.Context, out chan<- movement.Entry) bool {
	for {
		var entries []movement.Entry
		complete := false
		err := r.engine.store.View(func(tx *store.Tx) (err error) {
			tx.LeaveOutDamaged()
			if complete = r.after <= tx.LastEntry() && tx.Complete(r.after); complete {
				entries, err = tx.Entries(r.after, entriesPerRead)
			}
			return err
		})
		if err != nil {
			r.engine.log.Error("journal cannot be read", "error", err)
			return false
		}
		if !complete {
			select {
			case out <- r.startOver():
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

// startOver is the entry that lets a subscription start over.
func (r *reader) startOver() movement.Entry {
	return movement.Entry{
		At: r.engine.clock.Now(), Kind: movement.EntryReset, Text: "the events begin anew", Why: "those after the last one received are not complete any more",
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

// Changed is closed when something else happens to any movement, or to the store as a whole: it was committed by then.
func (e *Engine) Changed() <-chan struct{} { return e.feed.wait() }
