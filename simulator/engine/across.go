package engine

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// The two sides of a transit are movements of their own, both of the same generation of NCTS, each with its lock, its queue and its state. Handling an event
// of one reads the other as it stands and never locks it, and what the other has to learn is queued for it in the same
// transaction (writing.tell). Three things make this safe:
//
//   - events of the other side that came before are handled first (earlierError);
//   - what was read of the other side must still be true when the event is committed (errMoved);
//   - an officer's action, an injection or a timer is given up and tried again if an event of the other side was queued
//     for the movement meanwhile (errMoved too).

// across is what a dossier has of the other side of the transit.
type across struct {
	// other is the departure of an arrival, or the arrival of a departure; nil if it is not here.
	other *side
	// seen counts the movements with the same MRN that were looked at.
	seen int
	// arrived says that another arrival with the MRN was not rejected.
	arrived bool
	// permission is the IE043 of an arrival that shows the goods.
	permission *message.Document
	// foreign is the made-up declaration of goods from elsewhere.
	foreign *message.Document
}

// side is a movement of the other side, as it was read.
type side struct {
	movement.Movement
	papers papers
}

// lookAcross reads the other side. The error is an *earlierError if it has to be handled first.
func (d *dossier) lookAcross(tx *store.Tx) error {
	for _, look := range []func(*store.Tx) error{d.meet, d.waitFor, d.takeGoods, d.takePermission} {
		if err := look(tx); err != nil {
			return err
		}
	}
	return nil
}

// meet finds the movements with the same MRN.
func (d *dossier) meet(tx *store.Tx) error {
	if d.movement.MRN == "" || !d.meets() {
		return nil
	}
	return tx.EachByMRN(d.movement.MRN, func(id string) (more bool, err error) {
		if id == d.movement.ID {
			return true, nil
		}
		m, err := tx.Movement(id)
		if err != nil || d.Expired(*m) || m.Phase.Legacy() != d.movement.Phase.Legacy() {
			return true, err
		}
		d.across.seen++
		if m.Kind == message.Departure {
			d.meetDeparture(m)
		} else if err := d.meetArrival(tx, m); err != nil {
			return false, err
		}
		return !d.complete(), nil
	})
}

// meetDeparture looks at a departure with the same MRN. If there are several, one whose goods may arrive is meant.
func (d *dossier) meetDeparture(m *movement.Movement) {
	if other := d.across.other; other == nil || !office.MayArrive(other.Movement) {
		d.across.other = &side{Movement: *m, papers: papers{}}
	}
}

// meets says whether the other side matters at all.
func (d *dossier) meets() bool {
	if d.movement.Kind == message.Departure {
		return office.Underway(d.movement)
	}
	return !d.movement.Facts.Foreign
}

// meetArrival looks at an arrival with the same MRN. Arrival notifications count in the order in which they came, for
// each other and for the departure.
func (d *dossier) meetArrival(tx *store.Tx, m *movement.Movement) error {
	switch {
	case office.ArrivalUndecided(*m):
		if d.movement.Kind == message.Departure || d.reports() {
			return d.giveWay(tx, m)
		}
		return nil
	case office.ArrivalRejected(*m):
		return nil
	}
	if d.movement.Kind == message.Departure {
		d.across.other = &side{Movement: *m, papers: papers{}}
	}
	d.across.arrived = true
	return nil
}

// reports says whether the event is an arrival notification.
func (d *dossier) reports() bool {
	return d.event.Kind == movement.EventMessage && d.event.Name == "IE007"
}

// mostAlike is how many movements with one MRN are looked at where several may have it. Goods that arrive often under
// the same one are somebody's test data, and from elsewhere.
const mostAlike = 100

// complete says whether further movements with the MRN can make no difference. There may be many, all rejected.
func (d *dossier) complete() bool {
	other := d.across.other
	switch {
	case office.SharesMRNs(d.movement.Phase):
		return d.across.seen == mostAlike
	case !d.reports():
		return other != nil
	}
	return d.across.arrived || other != nil && !office.MayArrive(other.Movement)
}

// waitFor lets the other side go first if something happened there before.
func (d *dossier) waitFor(tx *store.Tx) error {
	if d.across.other == nil {
		return nil
	}
	return d.giveWay(tx, &d.across.other.Movement)
}

// giveWay lets a movement go first if something happened to it before.
func (d *dossier) giveWay(tx *store.Tx, m *movement.Movement) error {
	queue, err := tx.Queue(m.ID)
	if err != nil {
		return err
	}
	j, some := d.first(m, queue)
	if some && j.before(d.job) {
		return &earlierError{m.ID}
	}
	return nil
}

// before says whether an event of another movement comes before this one: by time, of what is queued at the same time
// by its number, and a timer before what was queued when it fell due. It is one order of all events, so that no
// movements wait for each other; whoever acts now comes last.
func (j job) before(own job) bool {
	if own.event.Kind == movement.EventAction || own.event.Kind == movement.EventInject {
		return true
	}
	if !j.event.At.Equal(own.event.At) {
		return j.event.At.Before(own.event.At)
	}
	return own.queued && (!j.queued || j.event.Seq < own.event.Seq)
}

// takeGoods takes the messages of the departure that say what the goods are, if the event may need them.
func (d *dossier) takeGoods(tx *store.Tx) error {
	other := d.across.other
	if d.movement.Kind != message.Arrival || other == nil || !d.showsGoods() {
		return nil
	}
	for _, id := range []string{other.Facts.Declaration, other.Facts.Presentation} {
		if err := other.papers.take(tx, other.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// showsGoods: the messages that follow unloading remarks or a word of the departure do not.
func (d *dossier) showsGoods() bool {
	return d.event.Kind != movement.EventSide && d.event.Name != "IE044"
}

// takePermission finds the last IE043 that shows the goods. One that was injected and cannot be read is passed over.
func (d *dossier) takePermission(tx *store.Tx) error {
	if d.movement.Facts.Permitted.IsZero() {
		return nil
	}
	all, _, err := tx.Messages(d.movement.ID, store.MessageQuery{})
	if err != nil {
		return err
	}
	for _, m := range all { // the latest first
		if m.Type != "IE043" {
			continue
		}
		body, err := tx.Body(d.movement.ID, m.ID)
		if err != nil {
			return err
		}
		doc, err := d.catalogue.Parse(d.movement.Phase, body)
		if err == nil && office.ShowsGoods(doc) {
			d.across.permission = doc
			return nil
		}
	}
	return nil
}

// goods are the declaration and the presentation of the goods of an arrival. If the departure is not here, they are
// made up, the same ones for an MRN whenever they are needed.
func (d *dossier) goods(notification *message.Document) (declaration, presentation *message.Document, err error) {
	if other := d.across.other; other != nil {
		if declaration, err = other.papers.document(d.catalogue, other.Phase, other.Facts.Declaration); err != nil {
			return nil, nil, err
		}
		presentation, err = other.papers.document(d.catalogue, other.Phase, other.Facts.Presentation)
		return declaration, presentation, err
	}
	if notification == nil || !d.showsGoods() {
		return nil, nil, nil
	}
	if d.across.foreign == nil {
		day := d.movement.Created.AddDate(0, 0, -1)
		d.across.foreign, err = d.composer.Foreign(d.movement.Phase, notification, day, d.source.Stream("foreign", d.movement.MRN))
	}
	return d.across.foreign, nil, err
}

// checkAcross makes sure that the other side is as it was read, and that no word of it has come in meanwhile that the
// event would have had to wait for.
func (e *Engine) checkAcross(tx *store.Tx, w *writing) error {
	if !w.queued {
		queue, err := tx.Queue(w.movement.ID)
		if err != nil {
			return err
		}
		if len(queue) > 0 && (job{event: queue[0], queued: true}).before(w.job) {
			return errMoved
		}
	}
	if w.other == nil {
		return nil
	}
	other, err := tx.Movement(w.other.ID)
	if isGone(err) {
		return errMoved
	}
	if err == nil && other.Handled != w.other.Handled {
		return errMoved
	}
	return err
}

// queueTellings queues what the other side has to learn.
func (w *writing) queueTellings(tx *store.Tx) error {
	for _, t := range w.tell {
		event := movement.Event{
			Movement: t.Movement, Kind: movement.EventSide, At: w.now, Name: t.Name, With: t.With, By: officeOf[w.movement.Kind],
		}
		if err := tx.Enqueue(&event); err != nil {
			return err
		}
	}
	return nil
}

// officeOf says who tells, in the journal.
var officeOf = map[message.Kind]string{
	message.Departure: "office of departure",
	message.Arrival:   "office of destination",
}
