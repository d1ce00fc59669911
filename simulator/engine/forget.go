package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/store"
)

// sweepSize is how many movements one look for expired ones takes.
const sweepSize = 256

// Forget removes a movement with all that belongs to it; the error wraps store.ErrNotFound if there is none.
func (e *Engine) Forget(ctx context.Context, movementID string) error {
	defer e.schedule.Lock(movementID)()
	err := e.Record(ctx, func(tx *store.Tx) ([]movement.Entry, error) {
		m, err := tx.Movement(movementID)
		if err != nil {
			return nil, err
		}
		return e.remove(tx, m, "by the control API")
	})
	if err != nil {
		return fmt.Errorf("forget movement: %w", err)
	}
	e.sweepFiles(false)
	return nil
}

// Reset forgets everything. What is being handled meanwhile comes to nothing.
func (e *Engine) Reset(ctx context.Context) error {
	var entry movement.Entry
	err := e.store.UpdateAlone(ctx, func(tx *store.Tx) error {
		e.keepForUndo(tx)
		e.resets.Add(1)
		if e.notify != nil {
			e.notify.StoreReset()
		}
		if err := tx.Reset(); err != nil {
			return err
		}
		entry = movement.Entry{At: e.clock.Now(), Kind: movement.EntryReset, Text: "all movements removed", Why: "reset by the control API"}
		return tx.AddEntry(&entry)
	})
	if err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	e.feed.publish([]movement.Entry{entry})
	e.schedule.Forgotten()
	e.sweepFiles(false)
	return nil
}

// keepForUndo hands out what a reset is about to forget, unless there is nothing. What is damaged is forgotten all the same.
func (e *Engine) keepForUndo(tx *store.Tx) {
	if e.beforeReset == nil {
		return
	}
	if stats, err := tx.Stats(); err != nil || stats.Movements == 0 {
		return
	}
	before, err := e.Pin()
	if err != nil {
		e.log.Error("the reset cannot be undone because what it forgets cannot be kept", "error", err)
		return
	}
	e.beforeReset(before)
}

// Report writes what happened to the simulator as a whole into the store's own journal, where those who follow the events
// learn of it. What cannot be stored is logged; it has happened all the same.
func (e *Engine) Report(ctx context.Context, kind movement.EntryKind, text, why string) {
	err := e.Record(context.WithoutCancel(ctx), func(tx *store.Tx) ([]movement.Entry, error) {
		entry := movement.Entry{At: e.clock.Now(), Kind: kind, Text: text, Why: why}
		err := tx.AddEntry(&entry)
		return []movement.Entry{entry}, err
	})
	if err != nil {
		e.log.Error("the stream of events lacks something because it could not be stored", "text", text, "error", err)
	}
}

// sweep removes what has expired: movements, notifications, and what the store's own journal says of earlier ones. When it
// returns, everybody has been told of everything that is gone.
func (e *Engine) sweep(ctx context.Context) error {
	e.sweeps.Lock()
	defer e.sweeps.Unlock()
	for _, g := range message.Generations {
		if err := e.sweepOut(ctx, g, e.retention[g]); err != nil {
			return err
		}
	}
	e.sweepFiles(false)
	if err := e.sweepJournal(ctx); err != nil || e.notify == nil {
		return err
	}
	removed, err := e.notify.Sweep(ctx)
	if removed > 0 {
		kept := fmt.Sprintf("notifications are kept for %s", notify.Retention)
		e.log.Info("notifications removed", "count", removed, "kept", notify.Retention)
		e.Report(ctx, movement.EntryBoxes, fmt.Sprintf("%d notifications removed", removed), kept)
	}
	return err
}

// mostNamed is how many of the movements that a sweep has removed the log names.
const mostNamed = 10

func (e *Engine) sweepOut(ctx context.Context, g message.Generation, retention time.Duration) error {
	var removed []string
	defer func() {
		if len(removed) > 0 {
			e.log.Info("movements removed because their retention is over", "count", len(removed), "retention", retention,
				"movements", removed[:min(len(removed), mostNamed)])
		}
	}()
	for {
		ids, err := store.Read(e.schedule.View, func(tx *store.Tx) ([]string, error) {
			return tx.Expired(g, e.clock.Now().Add(-retention), sweepSize)
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			gone, err := e.forgetExpired(ctx, id)
			if errors.Is(err, store.ErrDamaged) {
				e.schedule.SetAside(id, err)
				continue
			}
			if err != nil {
				return err
			}
			if gone {
				removed = append(removed, id)
			}
		}
		if len(ids) == 0 {
			return nil
		}
	}
}

// sweepJournal forgets what the store's own journal says of times for which no movement is kept.
func (e *Engine) sweepJournal(ctx context.Context) error {
	before := e.clock.Now().Add(-slices.Max(slices.Collect(maps.Values(e.retention))))
	for gone := sweepSize; gone == sweepSize; {
		err := e.store.Update(ctx, func(tx *store.Tx) (err error) {
			gone, err = tx.ExpireEntries(before, sweepSize)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetExpired looks again under the movement's lock: a message may have come in. It reports whether the movement is gone.
func (e *Engine) forgetExpired(ctx context.Context, id string) (gone bool, err error) {
	defer e.schedule.Lock(id)()
	return e.deleteExpired(ctx, id)
}
