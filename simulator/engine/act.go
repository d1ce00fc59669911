package engine

import (
	"context"
	"errors"
	"fmt"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Act lets an officer do something, after what waits for the movement has been handled. The error is an
// *office.Refused if the state does not allow it, an *office.InputError if the input cannot be used, and
// wraps store.ErrNotFound if there is no such movement.
func (e *Engine) Act(ctx context.Context, movementID, action string, with map[string]any, by string) (Result, error) {
	return e.act(ctx, movementID, action, with, by, false)
}

// TryAct says what would come of Act, and stores nothing: at the same time on the clock Act then comes to the same, with the
// same ids, numbers and bytes, unless something else happens in between. What waits for the movement is handled all the same.
func (e *Engine) TryAct(ctx context.Context, movementID, action string, with map[string]any, by string) (Result, error) {
	return e.act(ctx, movementID, action, with, by, true)
}

func (e *Engine) act(ctx context.Context, movementID, action string, with map[string]any, by string, dry bool) (Result, error) {
	var h Result
	err := e.withDrained(ctx, movementID, func() error {
		j, err := e.loadForAction(movementID)
		if err != nil {
			return err
		}
		j.event = movement.Event{Movement: movementID, Kind: movement.EventAction, At: e.now(&j.movement), Name: action, With: with, By: by}
		j.dry = dry
		h, err = e.handle(context.WithoutCancel(ctx), j)
		return err
	})
	if errors.Is(err, errStale) {
		err = fmt.Errorf("movement %s: %w", movementID, store.ErrNotFound)
	}
	return h, err
}
