package engine

import (
	"context"

	"nctsim/simulator/movement"
)

// ErrMoved is what an event gets whose commit comes too late.
var ErrMoved = errMoved

// Idle is closed as soon as no worker has anything to do.
func (e *Engine) Idle() <-chan struct{} { return e.schedule.Idle() }

// Drain handles what waits for one movement and nothing else, as a worker does before it is stopped.
func (e *Engine) Drain(ctx context.Context, id string) error { return e.drain(ctx, id) }

// Overtaken lets an officer act, and something else happen between the decision and its commit.
func (e *Engine) Overtaken(ctx context.Context, id, action string, meanwhile func()) error {
	defer e.schedule.Lock(id)()
	j, err := e.loadForAction(id)
	if err != nil {
		return err
	}
	j.event = movement.Event{Movement: id, Kind: movement.EventAction, At: e.now(&j.movement), Name: action}
	c, err := e.read(j, 0, true)
	if err != nil {
		return err
	}
	changes, err := e.decide(ctx, c)
	if err != nil {
		return err
	}
	meanwhile()
	_, err = e.commit(ctx, changes)
	return err
}
