package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// writing is what one event puts into the store, in one transaction.
type writing struct {
	job
	after movement.Movement
	lines []line
	sent  []sent
	tell  []office.Telling
	// other is the other side of the transit as it was read, nil if it was not.
	other *side
	// peer is what changes in the other movement that follows the scenario, nil for nothing.
	peer *peerChange
	// adopted says that the MRN is an injected message's and need not be the movement's alone.
	adopted bool
	// stir says that timers have changed, if one cannot see it from the movement.
	stir bool
	now  time.Time
}

// sent is a message to the trader; its record gets its id when it is stored.
type sent struct {
	record movement.Message
	body   []byte
}

// line is a journal entry. If it is about a message sent, sent is that one's place, counted from 1.
type line struct {
	movement.Entry
	sent int
}

// begin begins a writing with what the office decided.
func (d *dossier) begin(out office.Outcome) *writing {
	w := &writing{job: d.job, after: out.Movement, tell: out.Tell, other: d.across.other, adopted: out.MRNAdopted, stir: d.stir, now: d.now}
	w.after.Handled = d.movement.Handled + 1
	w.addLines(out.Entries)
	return w
}

// addLines appends lines to the journal.
func (w *writing) addLines(entries []movement.Entry) {
	for _, entry := range entries {
		w.lines = append(w.lines, line{Entry: entry})
	}
}

// add appends a message to the trader, with its line in the journal and what the composer had to say.
func (w *writing) add(s sent, text, why string, warnings []string) {
	s.record.Movement, s.record.Ordinal = w.after.ID, w.after.Messages
	s.record.Status, s.record.Received, s.record.Size = movement.Received, w.now, len(s.body)
	w.after.Messages++
	w.after.Updated = w.now
	w.after.Prepared = w.stamp()
	w.sent = append(w.sent, s)
	w.lines = append(w.lines, line{movement.Entry{
		Movement: w.after.ID, At: w.now, Kind: movement.EntryMessage, Text: text, Why: why, Type: s.record.Type,
	}, len(w.sent)})
	for _, warning := range warnings {
		w.note(s.record.Type, warning, "composing "+s.record.Type)
	}
}

func (w *writing) note(typ, text, why string) {
	w.lines = append(w.lines, line{Entry: movement.Entry{
		Movement: w.after.ID, At: w.now, Kind: movement.EntryNote, Type: typ, Text: text, Why: why,
	}})
}

// stamp is the preparation time of the next message: whole seconds, never before the one before.
func (w *writing) stamp() time.Time {
	stamp := w.now.Truncate(time.Second)
	if stamp.Before(w.after.Prepared) {
		return w.after.Prepared
	}
	return stamp
}

// storeError is a failure to read or write, after which the event stays in the queue.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

// commit stores all that an event led to and takes the event from the queue.
func (e *Engine) commit(ctx context.Context, w *writing) (Result, error) {
	var h Result
	var announced *notices
	err := e.store.Update(ctx, func(tx *store.Tx) (err error) {
		h = Result{Movement: w.after}
		if err := e.checkBase(tx, w); err != nil {
			return err
		}
		if err := e.checkAcross(tx, w); err != nil {
			return err
		}
		if announced, err = e.announce(tx, w); err != nil {
			return err
		}
		if err := tx.PutMovement(&w.after); err != nil {
			return err
		}
		if err := w.storePeer(tx); err != nil {
			return err
		}
		if err := w.queueTellings(tx); err != nil {
			return err
		}
		if h.Messages, err = e.storeMessages(tx, w); err != nil {
			return err
		}
		if h.Entries, err = w.storeLines(tx, h.Messages); err != nil {
			return err
		}
		if err := e.post(tx, w, announced, &h); err != nil {
			return err
		}
		if w.queued {
			return tx.Dequeue(w.event)
		}
		return nil
	})
	switch {
	case errors.Is(err, errStale), errors.Is(err, errTaken), errors.Is(err, errMoved):
		return Result{}, err
	case err != nil:
		return Result{}, &storeError{fmt.Errorf("store what came of %s: %w", w.event.Name, err)}
	}
	e.feed.publish(h.Entries)
	e.sent(announced)
	for _, t := range w.tell {
		e.work.add(t.Movement)
	}
	if w.stir || w.peer != nil || !slices.Equal(w.movement.Timers, w.after.Timers) {
		e.wakeScheduler()
	}
	return h, nil
}

// checkBase makes sure that the movement is still the one that the event was handled for, and that a new
// MRN belongs to nobody else.
func (e *Engine) checkBase(tx *store.Tx, w *writing) error {
	stored, err := tx.Movement(w.movement.ID)
	if isGone(err) {
		return errStale
	}
	if err != nil {
		return err
	}
	if e.resets.Load() != w.resets || stored.Handled != w.movement.Handled || stored.Messages != w.movement.Messages {
		return errStale
	}
	if stored.Script.Changes != w.movement.Script.Changes {
		return errMoved
	}
	if w.after.MRN == w.movement.MRN || w.adopted {
		return nil
	}
	if taken, err := mrnTaken(tx, w.after.MRN, w.movement.ID); err != nil || !taken {
		return err
	}
	return errTaken
}

func isGone(err error) bool { return errors.Is(err, store.ErrNotFound) }

// mrnTaken says whether another departure has the MRN. The arrivals of a departure have the same.
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

func (e *Engine) storeMessages(tx *store.Tx, w *writing) ([]movement.Message, error) {
	records := make([]movement.Message, len(w.sent))
	for i, s := range w.sent {
		var err error
		records[i] = s.record
		if records[i].ID, err = e.newMessageID(tx, w.after.ID, s.record.Ordinal, w.now); err != nil {
			return nil, err
		}
		if err := tx.AddMessage(records[i], s.body); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func (w *writing) storeLines(tx *store.Tx, records []movement.Message) ([]movement.Entry, error) {
	entries := make([]movement.Entry, len(w.lines))
	for i, l := range w.lines {
		entries[i] = l.Entry
		if l.sent > 0 {
			entries[i].Message = records[l.sent-1].ID
		}
		if err := tx.AddEntry(&entries[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}
