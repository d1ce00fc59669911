package engine

import (
	"context"
	"fmt"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
)

// Submission is a message from a trader that the API has accepted.
type Submission struct {
	EORI     string // enrolment EORI of the sender
	ClientID string
	// BoxID is the push box of the client, "" if it has none; a new movement remembers it.
	BoxID string
	// Prefixed says that the request came by a path that names a workspace; a new movement remembers it.
	Prefixed bool
	// Dated is the preparation date and time in the message, if the API shows it: a new movement remembers it.
	Dated time.Time
	// Phase and Kind are those of the request.
	Phase message.Phase
	Kind  message.Kind
	// Body is kept byte for byte; Document is its validated content.
	Body     []byte
	Document *message.Document
	// Seal makes of a movement, as it stands with the message, the body that is stored in place of Body: API 1.0 puts
	// the sender into it, which names the movement. nil stores Body.
	Seal func(m movement.Movement) []byte
	// Allow looks at the movement that the message is for and may refuse it; Attach wraps its error, and nothing is
	// stored. nil allows everything.
	Allow func(m movement.Movement) error
	// Fail stores the message as refused by NCTS: its status is Failed and the office never sees it
	// (docs/spec/api-2.1-3.0.md#7, duplicate LRN).
	Fail bool
	// Scenario is the scenario that the request asks for with the header Gov-Test-Scenario, "" if it does not.
	// Without it a new movement is looked at.
	Scenario string
	// Found is what Engine.Find has found for it; nil lets Create look.
	Found *scenario.Found
	// packed is the body as it is stored.
	packed store.Body
}

// pack packs the body before the store is asked for anything, unless it depends on the movement.
func (s *Submission) pack() {
	if s.Seal == nil {
		s.packed = store.PackBody(s.Body)
	}
}

// Create makes a movement from its first message. When it returns, movement, message and the event for the
// office are committed. The error is a *FaultError if the attempt meets a fault of a scenario that ends it; another attempt
// is counted anew. A fault that only delays the call does so here.
func (e *Engine) Create(ctx context.Context, s Submission) (movement.Movement, movement.Message, error) {
	var m movement.Movement
	var record movement.Message
	var entries []movement.Entry
	found := e.Find(s)
	fault, attempts, err := e.outage(ctx, s, found)
	if err != nil {
		return movement.Movement{}, movement.Message{}, fmt.Errorf("create movement: %w", err)
	}
	if fault != nil && fault.Ends() {
		return movement.Movement{}, movement.Message{}, &FaultError{fault}
	}
	if fault != nil {
		Delay(ctx, fault.Delay)
	}
	s.pack()
	err = e.store.Update(ctx, func(tx *store.Tx) (err error) {
		now := e.clock.Now()
		m = s.movement(now)
		if m.ID, err = e.newMovementID(tx, now); err != nil {
			return err
		}
		if s.Phase.Generation() == message.GenerationPhase4 {
			if err := count(tx, &m); err != nil {
				return err
			}
		}
		if record, err = e.record(tx, &m, &s, now); err != nil {
			return err
		}
		m.Facts.Original = record.ID
		if s.Kind == message.Departure {
			m.Facts.Declaration = record.ID
		}
		chosen, err := e.choose(tx, &m, s, found, attempts)
		if err != nil {
			return err
		}
		entries, err = e.accept(tx, &m, record, s, now, chosen...)
		return err
	})
	if err != nil {
		return movement.Movement{}, movement.Message{}, fmt.Errorf("create movement: %w", err)
	}
	e.accepted(record, s, entries)
	return m, record, nil
}

// Attach adds a message to a movement; a second IE007 takes the place of the first (API 1.0, PUT). The error wraps
// store.ErrNotFound if there is no such movement of this EORI, kind and API, or that of Allow. When it returns, message and
// event are committed.
func (e *Engine) Attach(ctx context.Context, movementID string, s Submission) (movement.Movement, movement.Message, error) {
	var m movement.Movement
	var record movement.Message
	var entries []movement.Entry
	s.pack()
	attach := func() error {
		return e.store.Update(ctx, func(tx *store.Tx) (err error) {
			m, record, entries, err = e.attach(tx, movementID, &s)
			return err
		})
	}
	// Whoever looks at the movement must see what came of everything before.
	hold := e.withDrained
	if s.Allow == nil {
		hold = e.withLock
	}
	if err := hold(ctx, movementID, attach); err != nil {
		return movement.Movement{}, movement.Message{}, fmt.Errorf("attach message: %w", err)
	}
	e.accepted(record, s, entries)
	return m, record, nil
}

func (e *Engine) attach(tx *store.Tx, movementID string, s *Submission) (m movement.Movement, record movement.Message, entries []movement.Entry, err error) {
	stored, err := tx.Movement(movementID)
	if err != nil {
		return m, record, nil, err
	}
	if stored.EORI != s.EORI || stored.Kind != s.Kind || stored.Phase.Generation() != s.Phase.Generation() || e.Expired(*stored) {
		return m, record, nil, fmt.Errorf("%s %s of %s: %w", s.Kind, movementID, s.EORI, store.ErrNotFound)
	}
	m = *stored
	if s.Allow != nil {
		if err := s.Allow(m); err != nil {
			return m, record, nil, err
		}
	}
	now := e.now(&m)
	if record, err = e.record(tx, &m, s, now); err != nil {
		return m, record, nil, err
	}
	if s.Document.Type.Role == message.Creates && !s.Fail {
		resubmitted(&m, s.Document, record)
	}
	entries, err = e.accept(tx, &m, record, *s, now)
	return m, record, entries, err
}

// resubmitted brings an arrival back to where it began (docs/spec/api-1.0.md#10-2): what the office made of the
// first notification counts no more.
func resubmitted(m *movement.Movement, d *message.Document, record movement.Message) {
	m.MRN, m.State, m.Remembered, m.Procedure = d.Field(message.MRN), movement.Begin(m.Phase, m.Kind), "", ""
	m.Facts = movement.Facts{Original: record.ID}
	m.Timers = withoutTimer(m.Timers, office.OfficerWait) // the officer has waited for something else
}

// movement is a new movement as the API shows it from the start (docs/spec/api-2.1-3.0.md#8).
func (s Submission) movement(now time.Time) movement.Movement {
	d := s.Document
	m := movement.Movement{
		Kind: s.Kind, Phase: s.Phase, EORI: s.EORI, ClientID: s.ClientID, BoxID: s.BoxID, Prefixed: s.Prefixed,
		Created: now, Updated: now, Dated: s.Dated, State: movement.Begin(s.Phase, s.Kind), Sender: d.Field(message.Sender),
	}
	if s.Fail {
		// NCTS refused the message without looking at it: nothing can come of it any more.
		m.State = movement.Undelivered(s.Phase, s.Kind)
	}
	if s.Kind == message.Arrival {
		m.MovementEORI = d.Field(message.TraderAtDestination)
		m.MRN = d.Field(message.MRN)
		m.Office = d.Field(message.OfficeOfPresentation)
		return m
	}
	m.MovementEORI = d.Field(message.Holder)
	m.LRN = d.Field(message.LRN)
	m.Office = d.Field(message.OfficeOfDeparture)
	return m
}

// count gives a movement its number in API 1.0.
func count(tx *store.Tx, m *movement.Movement) error {
	n, err := tx.Counter("number of " + m.Kind.Plural())
	m.Number = int(n)
	return err
}

// record is the message record of a submission, which takes the movement's next ordinal, and seals the body.
func (e *Engine) record(tx *store.Tx, m *movement.Movement, s *Submission, now time.Time) (movement.Message, error) {
	m.Sent++
	if s.Seal != nil {
		s.packed = store.PackBody(s.Seal(*m))
	}
	r := movement.Message{
		Movement: m.ID, Ordinal: m.Messages, Type: s.Document.Type.Code, Status: movement.Success,
		Received: now, Identification: s.Document.Field(message.Identification), Size: s.packed.Size(),
	}
	if s.Fail {
		r.Status = movement.Failed
	}
	var err error
	r.ID, err = e.newMessageID(tx, m.ID, r.Ordinal, now)
	m.Messages++
	m.Updated = now
	return r, err
}

// accept stores movement, message, event and journal entries, among them those that are given.
func (e *Engine) accept(tx *store.Tx, m *movement.Movement, record movement.Message, s Submission, now time.Time, more ...movement.Entry) ([]movement.Entry, error) {
	if err := tx.PutMovement(m); err != nil {
		return nil, err
	}
	if err := tx.AddPacked(record, s.packed); err != nil {
		return nil, err
	}
	entry := movement.Entry{
		Movement: m.ID, At: now, Kind: movement.EntryMessage, Message: record.ID, Type: record.Type,
		Text: record.Type + " received from the trader", Why: "accepted by API " + s.Phase.APIVersion(),
		Actor: movement.Trader, Sender: movement.Trader, Recipient: movement.OfficeFor(m.Kind == message.Departure),
	}
	if s.Fail {
		entry.Text, entry.Why = record.Type+" refused", "the API refused it as a duplicate LRN; the office does not see it"
	}
	entries := append([]movement.Entry{entry}, more...)
	for i := range entries {
		if err := tx.AddEntry(&entries[i]); err != nil {
			return nil, err
		}
	}
	if s.Fail {
		return entries, nil
	}
	event := movement.Event{Movement: m.ID, Kind: movement.EventMessage, At: now, Name: record.Type, Message: record.ID}
	return entries, tx.Enqueue(&event)
}

// accepted tells the rest of the engine what was committed.
func (e *Engine) accepted(record movement.Message, s Submission, entries []movement.Entry) {
	e.feed.publish(entries)
	if !s.Fail {
		if s.Seal == nil { // the document is what is stored
			e.fresh.put(record.ID, s.Document, s.packed)
		}
		e.schedule.Add(record.Movement)
	}
}
