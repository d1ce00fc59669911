package engine

import (
	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// officeDecider is the usual process: what the office makes of an event, in the messages of the composer.
type officeDecider struct {
	office    *office.Office
	composer  *compose.Composer
	catalogue *message.Catalogue
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
	var w store.BodyWriter
	made, err := d.composer.Write(&w, r)
	if err != nil {
		return err
	}
	record := movement.Message{Type: emission.Type, Trigger: emission.Answers, Identification: made.Identification}
	cs.send(customsMessage{record: record, body: w.Body(), warnings: made.Warnings, interchange: made.Interchange}, emission.Type+" sent to the trader", c.reason(emission.Answers))
	return nil
}
