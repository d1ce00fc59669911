package engine

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// eventContext is all that the stage of decision gets to know: an event, its movement, and what else in the store
// concerns them.
type eventContext struct {
	job
	now time.Time
	// current is the movement as the event finds it: as it was read, but for what a scenario has taken from it before.
	current movement.Movement
	// handled is what the office is to handle: the event, or what an officer of the scenario does because of it.
	handled   movement.Event
	documents documents
	lrnInUse  bool
	// mrnInUse reports whether another departure has an MRN.
	mrnInUse    func(mrn string) (bool, error)
	counterpart counterpart
	stream      *clock.Stream
	// reserved is what other movements have reserved of the guarantees of a departure.
	reserved guarantee.Ledger
	// following is the scenario that the movement follows, nil if it follows none.
	following *following
	// answered are the messages of the trader that messages out of the blue answer, by the type of the latter.
	answered map[string]string
	// injected is the message of an EventInject as it will be delivered.
	injected *customsMessage
}

// read is the first stage: it reads what the event needs from the store. The error is an *earlierError if another movement
// has to be handled first, and a *TriggerError if an injected message answers one that is not there.
func (e *Engine) read(j job, try int) (*eventContext, error) {
	c := &eventContext{
		job: j, now: e.now(&j.movement), current: j.movement, handled: j.event,
		documents: newDocuments(e.catalogue, j.movement), mrnInUse: e.mrnInUse(j.movement.ID), answered: map[string]string{},
		stream: e.streamOf(try, "event", j.movement.ID, strconv.Itoa(j.movement.Handled)),
	}
	err := e.store.View(func(tx *store.Tx) error {
		for _, part := range []func(*store.Tx, *eventContext) error{
			readDocuments, e.readLRN, readLedger, e.readCounterpart, e.readScenario, readAnswered,
		} {
			if err := part(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	var earlier *earlierError
	var trigger *TriggerError
	switch {
	case errors.As(err, &earlier), errors.As(err, &trigger):
		return nil, err
	case err != nil:
		return nil, &storeError{fmt.Errorf("read movement %s: %w", j.movement.ID, err)}
	}
	return c, e.makeGoods(c)
}

// readDocuments reads the messages of the trader that the movement stands by, and that of the event.
func readDocuments(tx *store.Tx, c *eventContext) error {
	f := c.current.Facts
	for _, id := range []string{f.Original, f.Declaration, f.Presentation, f.Invalidation, f.Request, f.Remarks, c.event.Message} {
		if err := c.documents.read(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// readLRN finds out whether the LRN of a new declaration is used up: by another movement of the same holder that
// was neither rejected nor cancelled (docs/spec/process.md#3). Declarations count in the order in which they were
// submitted, not in the order in which the workers get at them.
func (e *Engine) readLRN(tx *store.Tx, c *eventContext) error {
	own := c.current
	if c.event.Kind != movement.EventMessage || c.event.Name != "IE015" || !office.LRNUnique(own.Phase) {
		return nil
	}
	return tx.EachByLRN(own.MovementEORI, own.LRN, func(id string) (more bool, err error) {
		if id == own.ID {
			return true, nil
		}
		other, err := tx.Movement(id)
		if err != nil || !e.usesLRN(own, *other) {
			return true, err
		}
		undecided, err := undecided(tx, other)
		switch {
		case err != nil:
			return false, err
		case undecided == 0:
			c.lrnInUse = true
			return false, nil
		case undecided < c.event.Seq:
			return false, &earlierError{id}
		}
		return true, nil
	})
}

// usesLRN says whether a movement with the same LRN keeps it. A holder without an identification number is
// taken to be the trader.
func (e *Engine) usesLRN(own, other movement.Movement) bool {
	if own.MovementEORI == "" && own.EORI != other.EORI {
		return false
	}
	return office.LRNUnique(other.Phase) && other.State != movement.Rejected && other.State != movement.Cancelled && !e.Expired(other)
}

// undecided is the number of the event that will decide about a declaration, 0 if that has happened.
func undecided(tx *store.Tx, m *movement.Movement) (uint64, error) {
	if m.State != movement.Submitted {
		return 0, nil
	}
	queue, err := tx.Queue(m.ID)
	if err != nil || len(queue) == 0 {
		return 0, err
	}
	return queue[0].Seq, nil
}

// mrnInUse looks for another departure than own with an MRN.
func (e *Engine) mrnInUse(own string) func(mrn string) (bool, error) {
	return func(mrn string) (taken bool, err error) {
		err = e.store.View(func(tx *store.Tx) error {
			taken, err = mrnTaken(tx, mrn, own)
			return err
		})
		return taken, err
	}
}

// readAnswered finds the messages of the trader that are answered by those that may come out of the blue: the one that an
// injection names, or the last of the right type.
func readAnswered(tx *store.Tx, c *eventContext) error {
	var types []string
	switch {
	case c.injection != nil && c.injection.Trigger != "":
		c.answered[c.injection.Type] = c.injection.Trigger
		err := c.readAnswer(tx, c.injection.Trigger)
		if errors.Is(err, store.ErrNotFound) {
			return &TriggerError{c.current.ID, c.injection.Trigger}
		}
		return err
	case c.injection != nil:
		types = []string{c.injection.Type}
	case c.following != nil:
		types = c.following.mayMake()
	}
	for _, typ := range types {
		id, err := lastOf(tx, c.current.ID, office.Answered(c.current.Phase, typ))
		if err != nil {
			return err
		}
		c.answered[typ] = id
		if err := c.readAnswer(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// readAnswer reads a message that is answered. Customs does not answer itself; the record keeps the trigger that was named
// all the same.
func (c *eventContext) readAnswer(tx *store.Tx, id string) error {
	if id == "" {
		return nil
	}
	record, err := tx.Message(c.current.ID, id)
	if err != nil || record.Status == movement.Received {
		return err
	}
	return c.documents.read(tx, id)
}

// lastOf is the id of the last message of one of the types, "" if there is none.
func lastOf(tx *store.Tx, movementID string, types []string) (string, error) {
	if len(types) == 0 {
		return "", nil
	}
	messages, _, err := tx.Messages(movementID, store.MessageQuery{})
	if err != nil {
		return "", err
	}
	last := movement.Message{Ordinal: -1}
	for _, m := range messages {
		if slices.Contains(types, m.Type) && m.Ordinal > last.Ordinal {
			last = m
		}
	}
	return last.ID, nil
}

// officeCase is the context as the office wants it.
func (c *eventContext) officeCase() (office.Case, error) {
	out := office.Case{
		Movement: c.current, Event: c.handled, Now: c.now, LRNInUse: c.lrnInUse, Reserved: c.reserved, Scripted: c.following != nil, Stream: c.stream,
		Body: c.documents.body(c.event.Message), Other: c.counterpart.other, Arrived: c.counterpart.arrived, Permission: c.counterpart.permission,
	}
	f := c.current.Facts
	var err error
	if out.Message, err = c.documents.get(c.event.Message); err != nil {
		return office.Case{}, err
	}
	if out.Original, err = c.documents.get(f.Original); err != nil {
		return office.Case{}, err
	}
	out.Declaration, out.Presentation, err = c.goods(f)
	return out, err
}

// goods are the declaration and the presentation of the goods; those of an arrival are those of its departure.
func (c *eventContext) goods(f movement.Facts) (declaration, presentation *message.Document, err error) {
	if c.current.Kind == message.Arrival {
		return c.counterpart.declaration, c.counterpart.presentation, nil
	}
	if declaration, err = c.documents.get(f.Declaration); err != nil {
		return nil, nil, err
	}
	presentation, err = c.documents.get(f.Presentation)
	return declaration, presentation, err
}

// request asks the composer for a message of the movement as it stands in m, prepared at a time, which answers another one.
func (c *eventContext) request(m movement.Movement, at time.Time, typ, answers string) (r compose.Request, err error) {
	r = compose.Request{
		Type: typ, Movement: m, Now: at, Stream: c.stream,
		AnsweredRecord: c.documents.record(answers), Permission: c.counterpart.permission,
	}
	if m.Kind == message.Arrival {
		r.Departure = c.counterpart.other
	}
	if r.Original, err = c.documents.get(m.Facts.Original); err != nil {
		return r, err
	}
	if r.Answered, err = c.documents.get(answers); err != nil {
		return r, err
	}
	r.Declaration, r.Presentation, err = c.goods(m.Facts)
	return r, err
}
