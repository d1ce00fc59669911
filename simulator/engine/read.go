package engine

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// read is the first stage: it reads what the event needs from the store. The error is an *earlierError if another movement
// has to be handled first, errLarge if it needs large messages, which were not admitted, and a *TriggerError if an injected
// message answers one that is not there.
func (e *Engine) read(j job, try int, admitted bool) (*eventContext, error) {
	c := &eventContext{
		job: j, now: e.now(&j.movement), current: j.movement, handled: j.event,
		documents: e.newDocuments(j.movement).admit(admitted), mrnInUse: e.mrnInUse(j.movement.ID),
		stream: e.streamOf(try, "event", j.movement.ID, strconv.Itoa(j.movement.Handled)),
	}
	err := e.store.View(func(tx *store.Tx) error {
		if err := readDocuments(tx, c); err != nil {
			return err
		}
		if err := e.readLRN(tx, c); err != nil {
			return err
		}
		if err := readLedger(tx, c); err != nil {
			return err
		}
		if err := e.readCounterpart(tx, c); err != nil {
			return err
		}
		if err := e.readScenario(tx, c); err != nil {
			return err
		}
		return readAnswered(tx, c)
	})
	var earlier *earlierError
	var trigger *TriggerError
	switch {
	case errors.As(err, &earlier), errors.As(err, &trigger), errors.Is(err, errLarge):
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
	for id := range tx.EachByLRN(own.MovementEORI, own.LRN) {
		if id == own.ID {
			continue
		}
		other, err := tx.Movement(id)
		if err != nil {
			return err
		}
		if !e.usesLRN(own, *other) {
			continue
		}
		undecided, err := undecided(tx, other)
		switch {
		case err != nil:
			return err
		case undecided == 0:
			c.lrnInUse = true
			return nil
		case undecided < c.event.Seq:
			return &earlierError{id}
		}
	}
	return nil
}

// usesLRN reports whether a movement with the same LRN keeps it. A holder without an identification number is
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
		return store.Read(e.store.View, func(tx *store.Tx) (bool, error) { return mrnTaken(tx, mrn, own) })
	}
}

// readAnswered finds the messages of the trader that are answered by those that may come out of the blue: the one that an
// injection names, or the last of the right type.
func readAnswered(tx *store.Tx, c *eventContext) error {
	var types []string
	switch {
	case c.injection != nil && c.injection.Trigger != "":
		c.answered = map[string]string{c.injection.Type: c.injection.Trigger}
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
	if len(types) > 0 {
		c.answered = map[string]string{}
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

// mrnTaken reports whether another departure has the MRN. The arrivals of a departure have the same.
func mrnTaken(tx *store.Tx, mrn, own string) (bool, error) {
	ids, err := tx.MovementsByMRN(mrn)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		m, err := tx.Movement(id)
		if err != nil {
			return false, err
		}
		if m.Kind == message.Departure && m.ID != own {
			return true, nil
		}
	}
	return false, nil
}
