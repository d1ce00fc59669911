package engine

import (
	"context"
	"errors"
	"fmt"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Inject is Place for whoever wants the message and its body alone.
func (e *Engine) Inject(ctx context.Context, movementID string, in Injection) (movement.Message, []byte, error) {
	r, err := e.Place(ctx, movementID, in)
	if err != nil {
		return movement.Message{}, nil, err
	}
	body, err := r.Bodies[0].Bytes()
	return r.Messages[0], body, err
}

// Place delivers a message from customs, after what waits for the movement has been handled, and returns what came of
// it; the first message is the injected one. The state of the movement changes as docs/spec/process.md#10 says. The error is an
// *InvalidError, a *TriggerError, or wraps store.ErrNotFound if there is no such movement.
//
// With DryRun nothing is stored; at the same time on the clock, another call without it comes to the same.
func (e *Engine) Place(ctx context.Context, movementID string, in Injection) (Result, error) {
	var r Result
	err := e.withDrained(ctx, movementID, func() error {
		j, err := e.loadForAction(movementID)
		if err != nil {
			return err
		}
		if in.Allow != nil {
			if err := in.Allow(j.movement); err != nil {
				return err
			}
		}
		j.injection, j.dry = &in, in.DryRun
		j.event = movement.Event{Movement: movementID, Kind: movement.EventInject, At: e.now(&j.movement), Name: in.Type, By: in.By}
		r, err = e.handle(context.WithoutCancel(ctx), j)
		return err
	})
	if errors.Is(err, errStale) {
		err = fmt.Errorf("movement %s: %w", movementID, store.ErrNotFound)
	}
	if err != nil {
		return Result{}, err
	}
	return r, nil
}
