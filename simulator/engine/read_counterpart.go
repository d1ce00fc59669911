package engine

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// The two sides of a transit are movements of their own, both of the same generation of NCTS, each with its lock, its queue and its state. Handling an event
// of one reads the other as it stands and never locks it, and what the other has to learn is queued for it in the same
// transaction (changeSet.peerEvents). Three things make this safe:
//
//   - events of the other side that came before are handled first (earlierError);
//   - what was read of the other side must still be true when the event is committed (errMoved);
//   - an officer's action, an injection or a timer is given up and tried again if an event of the other side was queued
//     for the movement meanwhile (errMoved too).

// readCounterpart reads the other side. The error is an *earlierError if it has to be handled first.
func (e *Engine) readCounterpart(tx *store.Tx, c *eventContext) error {
	if err := e.findCounterpart(tx, c); err != nil {
		return err
	}
	if other := c.counterpart.other; other != nil {
		if err := e.giveWay(tx, c, other); err != nil {
			return err
		}
		if err := c.readGoods(tx, e.newDocuments(*other).admit(c.documents.admitted)); err != nil {
			return err
		}
	}
	return e.readPermission(tx, c)
}

// findCounterpart looks at the movements with the same MRN.
func (e *Engine) findCounterpart(tx *store.Tx, c *eventContext) error {
	own := c.current
	if own.MRN == "" || !hasCounterpart(own) {
		return nil
	}
	for id := range tx.EachByMRN(own.MRN) {
		if id == own.ID {
			continue
		}
		m, err := tx.Movement(id)
		if err != nil {
			return err
		}
		if e.Expired(*m) || m.Phase.Generation() != own.Phase.Generation() {
			continue
		}
		c.counterpart.seen++
		if m.Kind == message.Departure {
			c.foundDeparture(m)
		} else if err := e.foundArrival(tx, c, m); err != nil {
			return err
		}
		if c.foundEnough() {
			break
		}
	}
	return nil
}

// hasCounterpart reports whether the other side matters at all.
func hasCounterpart(m movement.Movement) bool {
	if m.Kind == message.Departure {
		return office.Underway(m)
	}
	return !m.Facts.Foreign
}

// foundDeparture looks at a departure with the same MRN. If there are several, one whose goods may arrive is meant.
func (c *eventContext) foundDeparture(m *movement.Movement) {
	if other := c.counterpart.other; other == nil || !office.MayArrive(*other) {
		c.counterpart.other = m
	}
}

// foundArrival looks at an arrival with the same MRN. Arrival notifications count in the order in which they came, for
// each other and for the departure.
func (e *Engine) foundArrival(tx *store.Tx, c *eventContext, m *movement.Movement) error {
	switch {
	case office.ArrivalUndecided(*m):
		if c.current.Kind == message.Departure || c.reports() {
			return e.giveWay(tx, c, m)
		}
		return nil
	case office.ArrivalRejected(*m):
		return nil
	}
	if c.current.Kind == message.Departure {
		c.counterpart.other = m
	}
	c.counterpart.arrived = true
	return nil
}

// mostAlike is how many movements with one MRN are looked at where several may have it. Goods that arrive often under
// the same one are somebody's test data, and from elsewhere.
const mostAlike = 100

// foundEnough reports whether further movements with the MRN can make no difference. There may be many, all rejected.
func (c *eventContext) foundEnough() bool {
	other := c.counterpart.other
	switch {
	case office.SharesMRNs(c.current.Phase):
		return c.counterpart.seen == mostAlike
	case !c.reports():
		return other != nil
	}
	return c.counterpart.arrived || other != nil && !office.MayArrive(*other)
}

// giveWay lets a movement go first if something happened to it before.
func (e *Engine) giveWay(tx *store.Tx, c *eventContext, m *movement.Movement) error {
	queue, err := tx.Queue(m.ID)
	if err != nil {
		return err
	}
	j, some := e.first(m, queue)
	if some && j.before(c.job) {
		return &earlierError{m.ID}
	}
	return nil
}

// readGoods reads the messages of the departure that say what the goods are, if the event may need them.
func (c *eventContext) readGoods(tx *store.Tx, of documents) error {
	if c.current.Kind != message.Arrival || !c.showsGoods() {
		return nil
	}
	c.counterpart.documents = of
	for _, id := range []string{c.counterpart.other.Facts.Declaration, c.counterpart.other.Facts.Presentation} {
		if err := of.read(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// readPermission finds the last IE043 that shows the goods. One that was injected and cannot be read is passed over.
func (e *Engine) readPermission(tx *store.Tx, c *eventContext) error {
	if c.current.Facts.Permitted.IsZero() {
		return nil
	}
	all, _, err := tx.Messages(c.current.ID, store.MessageQuery{})
	if err != nil {
		return err
	}
	for _, m := range all { // the latest first
		if m.Type != "IE043" {
			continue
		}
		if !c.documents.admitted && m.Size > largeDocuments {
			return errLarge
		}
		body, err := tx.Packed(c.current.ID, m.ID)
		if err != nil {
			return err
		}
		doc, err := e.catalogue.Read(c.current.Phase, body)
		if err == nil && office.ShowsGoods(doc) {
			c.counterpart.permission = doc
			return nil
		}
	}
	return nil
}

// makeGoods makes the declaration and the presentation of the goods of an arrival of what was read. If the departure is not
// here, they are made up, the same ones for an MRN whenever they are needed.
func (e *Engine) makeGoods(c *eventContext) (err error) {
	if c.current.Kind != message.Arrival || !c.showsGoods() {
		return nil
	}
	p := &c.counterpart
	if other := p.other; other != nil {
		if p.declaration, err = p.documents.get(other.Facts.Declaration); err != nil {
			return err
		}
		p.presentation, err = p.documents.get(other.Facts.Presentation)
		return err
	}
	notification, err := c.documents.get(c.current.Facts.Original)
	if err != nil || notification == nil {
		return err
	}
	day := c.current.Created.AddDate(0, 0, -1)
	p.declaration, err = e.composer.Foreign(c.current.Phase, notification, day, e.source.Stream("foreign", c.current.MRN))
	return err
}
