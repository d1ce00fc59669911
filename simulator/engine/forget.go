package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// sweepSize is how many movements one look for expired ones takes.
const sweepSize = 256

// Expired says whether the movement has been kept long enough (docs/spec/api-2.1-3.0.md#8: 60 days after its last
// message; of API 1.0, docs/spec/api-1.0.md#6: 28 days). Readers must not show it even if it is still stored.
func (e *Engine) Expired(m movement.Movement) bool {
	return m.Updated.Add(e.Retention(m.Phase)).Before(e.clock.Now())
}

// Forget removes a movement with all that belongs to it; the error wraps store.ErrNotFound if there is none.
func (e *Engine) Forget(ctx context.Context, movementID string) error {
	defer e.locks.lock(movementID)()
	err := e.store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteMovement(movementID) })
	if err != nil {
		return fmt.Errorf("forget movement: %w", err)
	}
	return nil
}

// Reset forgets everything. What is being handled meanwhile comes to nothing.
func (e *Engine) Reset(ctx context.Context) error {
	err := e.store.Update(ctx, func(tx *store.Tx) error {
		e.resets.Add(1)
		if e.notify != nil {
			e.notify.Forgotten()
		}
		return tx.Reset()
	})
	if err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	e.feed.reset()
	return nil
}

// sweep removes the movements that have expired.
func (e *Engine) sweep(ctx context.Context) error {
	if err := e.sweepOut(ctx, store.LegacyGeneration, e.legacyRetention); err != nil {
		return err
	}
	if err := e.sweepOut(ctx, store.CurrentGeneration, e.retention); err != nil || e.notify == nil {
		return err
	}
	return e.notify.Sweep(ctx)
}

func (e *Engine) sweepOut(ctx context.Context, g store.Generation, retention time.Duration) error {
	for {
		var ids []string
		err := e.store.View(func(tx *store.Tx) (err error) {
			ids, err = tx.Expired(g, e.clock.Now().Add(-retention), sweepSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := e.forgetExpired(ctx, id); err != nil {
				return err
			}
		}
		if len(ids) < sweepSize {
			return nil
		}
	}
}

// forgetExpired looks again under the movement's lock: a message may have come in.
func (e *Engine) forgetExpired(ctx context.Context, id string) error {
	defer e.locks.lock(id)()
	return e.deleteExpired(ctx, id)
}

// deleteExpired is forgetExpired for whoever has the movement's lock.
func (e *Engine) deleteExpired(ctx context.Context, id string) error {
	err := e.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil || !e.Expired(*m) {
			return err
		}
		return tx.DeleteMovement(id)
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
