package engine

import (
	"errors"
	"fmt"
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

// dossier is a movement on the desk: the event to be handled and the messages it may take.
type dossier struct {
	*Engine
	job
	now      time.Time
	papers   papers
	lrnInUse bool
	across   across
	stream   *clock.Stream
	// reserved is what other movements have reserved of the guarantees of a departure.
	reserved guarantee.Ledger
	// script is the scenario that the movement follows, nil if it follows none; acting is what an officer of the
	// scenario does when its timer has fired.
	script *following
	acting *movement.Event
	// stir says that timers have changed before the event was handled.
	stir bool
}

// papers are messages of a movement by id.
type papers map[string]*paper

// paper is a message of the trader; doc is read when it is needed.
type paper struct {
	record movement.Message
	body   []byte
	doc    *message.Document
}

// open reads what the event needs from the store. The error is an *earlierError if another movement has to
// be handled first.
func (e *Engine) open(j job, try int) (*dossier, error) {
	d := &dossier{
		Engine: e, job: j, now: e.now(&j.movement), papers: papers{},
		stream: e.streamOf(try, "event", j.movement.ID, strconv.Itoa(j.movement.Handled)),
	}
	err := e.store.View(func(tx *store.Tx) (err error) {
		f := j.movement.Facts
		for _, id := range []string{f.Original, f.Declaration, f.Presentation, f.Invalidation, f.Request, f.Remarks, j.event.Message} {
			if err := d.take(tx, id); err != nil {
				return err
			}
		}
		if j.event.Kind == movement.EventMessage && j.event.Name == "IE015" && office.LRNUnique(j.movement.Phase) {
			d.lrnInUse, err = e.lrnInUse(tx, j)
		}
		if err != nil {
			return err
		}
		if err := d.readLedger(tx); err != nil {
			return err
		}
		if err := d.lookAcross(tx); err != nil {
			return err
		}
		return d.readScript(tx)
	})
	var earlier *earlierError
	if err != nil && !errors.As(err, &earlier) {
		return nil, &storeError{fmt.Errorf("read movement %s: %w", j.movement.ID, err)}
	}
	return d, err
}

// take puts a message of the trader into the dossier.
func (d *dossier) take(tx *store.Tx, id string) error {
	return d.papers.take(tx, d.movement.ID, id)
}

// document is a message of the trader, nil if there is none.
func (d *dossier) document(id string) (*message.Document, error) {
	return d.papers.document(d.catalogue, d.movement.Phase, id)
}

func (all papers) take(tx *store.Tx, movementID, id string) error {
	if id == "" || all[id] != nil {
		return nil
	}
	record, err := tx.Message(movementID, id)
	if err != nil {
		return err
	}
	body, err := tx.Body(movementID, id)
	all[id] = &paper{record: record, body: body}
	return err
}

func (all papers) document(c *message.Catalogue, phase message.Phase, id string) (*message.Document, error) {
	p := all[id]
	if p == nil {
		return nil, nil
	}
	if p.doc == nil {
		var err error
		if p.doc, err = c.Parse(phase, p.body); err != nil {
			return nil, fmt.Errorf("read message %s: %w", id, err)
		}
	}
	return p.doc, nil
}

// lrnInUse says whether the LRN of a new declaration is used up: by another movement of the same holder that
// was neither rejected nor cancelled (docs/spec/process.md#3). Declarations count in the order in which they were
// submitted, not in the order in which the workers get at them.
func (e *Engine) lrnInUse(tx *store.Tx, j job) (inUse bool, err error) {
	err = tx.EachByLRN(j.movement.MovementEORI, j.movement.LRN, func(id string) (more bool, err error) {
		if id == j.movement.ID {
			return true, nil
		}
		other, err := tx.Movement(id)
		if err != nil || !e.usesLRN(j.movement, *other) {
			return true, err
		}
		undecided, err := e.undecided(tx, other)
		switch {
		case err != nil:
			return false, err
		case undecided == 0:
			inUse = true
			return false, nil
		case undecided < j.event.Seq:
			return false, &earlierError{id}
		}
		return true, nil
	})
	return inUse, err
}

// usesLRN says whether a movement with the same LRN keeps it. A holder without an identification number is
// taken to be the trader himself.
func (e *Engine) usesLRN(own, other movement.Movement) bool {
	if own.MovementEORI == "" && own.EORI != other.EORI {
		return false
	}
	return office.LRNUnique(other.Phase) && other.State != movement.Rejected && other.State != movement.Cancelled && !e.Expired(other)
}

// undecided is the number of the event that will decide about a declaration, 0 if that has happened.
func (e *Engine) undecided(tx *store.Tx, m *movement.Movement) (uint64, error) {
	if m.State != movement.Submitted {
		return 0, nil
	}
	queue, err := tx.Queue(m.ID)
	if err != nil || len(queue) == 0 {
		return 0, err
	}
	return queue[0].Seq, nil
}

// officeCase is the dossier as the office wants it.
func (d *dossier) officeCase() (office.Case, error) {
	c := office.Case{
		Movement: d.movement, Event: d.event, Now: d.now, LRNInUse: d.lrnInUse, Reserved: d.reserved, Scripted: d.script != nil, Stream: d.stream,
	}
	if d.acting != nil {
		c.Event = *d.acting
	}
	f := d.movement.Facts
	for _, want := range []struct {
		id   string
		into **message.Document
	}{
		{d.event.Message, &c.Message},
		{f.Original, &c.Original},
		{f.Declaration, &c.Declaration},
		{f.Presentation, &c.Presentation},
	} {
		var err error
		if *want.into, err = d.document(want.id); err != nil {
			return office.Case{}, err
		}
	}
	if p := d.papers[d.event.Message]; p != nil {
		c.Body = p.body
	}
	if d.across.other != nil {
		c.Other = &d.across.other.Movement
	}
	c.Arrived, c.Permission = d.across.arrived, d.across.permission
	if d.movement.Kind == message.Arrival {
		var err error
		if c.Declaration, c.Presentation, err = d.goods(c.Original); err != nil {
			return office.Case{}, err
		}
	}
	return c, nil
}

// compose writes a message that the office sends. The movement counts as it is after the event.
func (d *dossier) compose(w *writing, emission office.Emission) error {
	r, err := d.request(w, emission.Type, emission.Answers)
	if err != nil {
		return err
	}
	r.Content = emission.Content
	made, err := d.composer.Compose(r)
	if err != nil {
		return err
	}
	record := movement.Message{Type: emission.Type, Trigger: emission.Answers, Identification: made.Identification}
	w.add(sent{record, made.Body}, emission.Type+" sent to the trader", d.reason(emission.Answers), made.Warnings)
	return nil
}

func (d *dossier) reason(answers string) string {
	if p := d.papers[answers]; p != nil {
		return "answers the " + p.record.Type
	}
	event := d.event
	if d.acting != nil {
		event = *d.acting
	}
	return fmt.Sprintf("sent because of %s %s", event.Kind, event.Name)
}

// request asks for a message of the movement as the writing has it.
func (d *dossier) request(w *writing, typ, answers string) (compose.Request, error) {
	r := compose.Request{Type: typ, Movement: w.after, Now: w.stamp(), Stream: d.stream}
	f := w.after.Facts
	for _, want := range []struct {
		id   string
		into **message.Document
	}{
		{f.Original, &r.Original},
		{f.Declaration, &r.Declaration},
		{f.Presentation, &r.Presentation},
		{answers, &r.Answered},
	} {
		var err error
		if *want.into, err = d.document(want.id); err != nil {
			return compose.Request{}, err
		}
	}
	if p := d.papers[answers]; p != nil {
		r.AnsweredRecord = p.record
	}
	if d.movement.Kind != message.Arrival {
		return r, nil
	}
	if d.across.other != nil {
		r.Departure = &d.across.other.Movement
	}
	r.Permission = d.across.permission
	var err error
	r.Declaration, r.Presentation, err = d.goods(r.Original)
	return r, err
}
