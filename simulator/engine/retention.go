package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Expired reports whether the movement has been kept long enough (docs/spec/api-2.1-3.0.md#8: 60 days after its last
// message; of API 1.0, docs/spec/api-1.0.md#6: 28 days). Readers must not show it even if it is still stored.
func (e *Engine) Expired(m movement.Movement) bool {
	return m.Updated.Add(e.Retention(m.Phase)).Before(e.clock.Now())
}

// RetainedSince is the time of the last update before which a movement of a phase has expired (see Expired): lists begin
// there.
func (e *Engine) RetainedSince(p message.Phase) time.Time { return e.clock.Now().Add(-e.Retention(p)) }

// Retention is how long a movement of a phase is kept after its last message.
func (e *Engine) Retention(p message.Phase) time.Duration {
	return e.retention[p.Generation()]
}

// deleteExpired is forgetExpired for whoever has the movement's lock.
func (e *Engine) deleteExpired(ctx context.Context, id string) (gone bool, err error) {
	err = e.Record(ctx, func(tx *store.Tx) ([]movement.Entry, error) {
		m, err := tx.Movement(id)
		if gone = err == nil && e.Expired(*m); !gone {
			return nil, err
		}
		return e.remove(tx, m, fmt.Sprintf("its retention of %s after the last message, %s, is over", e.Retention(m.Phase), m.Updated.Format(time.RFC3339)))
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return gone && err == nil, err
}

// remove deletes a movement and says so in the store's own journal, for those who follow the events.
func (e *Engine) remove(tx *store.Tx, m *movement.Movement, why string) ([]movement.Entry, error) {
	if err := tx.DeleteMovement(m.ID); err != nil {
		return nil, err
	}
	name := string(m.Kind)
	if m.LRN != "" {
		name += " with LRN " + m.LRN
	} else if m.MRN != "" {
		name += " with MRN " + m.MRN
	}
	entry := movement.Entry{Movement: m.ID, At: e.clock.Now(), Kind: movement.EntryRemoved, Text: name + " removed", Why: why}
	err := tx.AddEntry(&entry)
	return []movement.Entry{entry}, err
}
