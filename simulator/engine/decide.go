package engine

import (
	"cmp"
	"context"
)

// decider says what an event leads to. It changes nothing and reads nothing but the context.
type decider interface {
	decide(ctx context.Context, c *eventContext) (*changeSet, error)
}

func (d officeDecider) decide(_ context.Context, c *eventContext) (*changeSet, error) {
	if c.injected != nil {
		return d.inject(c)
	}
	out, err := d.handle(c)
	if err != nil {
		return nil, err
	}
	return d.carryOut(c, out)
}

// inject delivers an injected message.
func (d officeDecider) inject(c *eventContext) (*changeSet, error) {
	out, err := d.effect(c, c.current, *c.injected)
	if err != nil {
		return nil, err
	}
	cs := newChangeSet(c, out)
	cs.send(*c.injected, cmp.Or(c.injected.record.Type, "a message")+" sent to the trader", "injected by "+cmp.Or(c.event.By, "officer"))
	return cs, nil
}
