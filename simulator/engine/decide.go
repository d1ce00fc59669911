package engine

import (
	"cmp"
	"context"
	"fmt"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
)

// decider says what an event leads to. It changes nothing and reads nothing but the context.
type decider interface {
	decide(ctx context.Context, c *eventContext) (*changeSet, error)
}

// decide is the second stage: the office decides, or the scenario that the movement follows. The error is that of the
// office for an action that is not possible, or an *InvalidError for a message that cannot be injected.
func (e *Engine) decide(ctx context.Context, c *eventContext) (*changeSet, error) {
	if c.injection != nil {
		// It is made first, because a scenario goes by its type, which may be known only then.
		var err error
		if c.injected, err = e.usual.injection(ctx, c); err != nil {
			return nil, err
		}
	}
	var d decider = e.usual
	if c.following != nil {
		d = scenarioDecider{e.usual, c.following}
	}
	return d.decide(ctx, c)
}

// officeDecider is the usual process: what the office makes of an event, in the messages of the composer.
type officeDecider struct {
	office    *office.Office
	composer  *compose.Composer
	catalogue *message.Catalogue
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

// handle asks the office.
func (d officeDecider) handle(c *eventContext) (office.Outcome, error) {
	asked, err := c.officeCase()
	if err != nil {
		return office.Outcome{}, err
	}
	return d.office.Handle(asked)
}

// carryOut composes what the office sends.
func (d officeDecider) carryOut(c *eventContext, out office.Outcome) (*changeSet, error) {
	cs := newChangeSet(c, out)
	for _, emission := range out.Emit {
		if err := d.compose(c, cs, emission); err != nil {
			return nil, err
		}
	}
	return cs, nil
}

// compose writes a message that the office sends. The movement counts as it is after the event.
func (d officeDecider) compose(c *eventContext, cs *changeSet, emission office.Emission) error {
	r, err := c.request(cs.after, stamp(cs.now, cs.after), emission.Type, emission.Answers)
	if err != nil {
		return err
	}
	r.Content = emission.Content
	made, err := d.composer.Compose(r)
	if err != nil {
		return err
	}
	record := movement.Message{Type: emission.Type, Trigger: emission.Answers, Identification: made.Identification}
	cs.send(customsMessage{record: record, body: made.Body, warnings: made.Warnings, interchange: made.Interchange}, emission.Type+" sent to the trader", c.reason(emission.Answers))
	return nil
}

// reason says why a message is sent that answers another, or none.
func (c *eventContext) reason(answers string) string {
	if typ := c.documents.record(answers).Type; typ != "" {
		return "answers the " + typ
	}
	return fmt.Sprintf("sent because of %s %s", c.handled.Kind, c.handled.Name)
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
