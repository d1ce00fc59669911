package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// commit is the last stage (of what is only to be tried, it undoes what it has stored and tells nobody): it stores all that an event led to and takes the event from the queue, in one transaction. Then
// it tells those who wait for it.
func (e *Engine) commit(ctx context.Context, cs *changeSet) (Result, error) {
	var r Result
	var announced *notices
	err := e.store.Update(ctx, func(tx *store.Tx) (err error) {
		r = Result{Movement: cs.after}
		if err := e.checkBase(tx, cs); err != nil {
			return err
		}
		if err := e.checkCounterpart(tx, cs); err != nil {
			return err
		}
		if err := cs.claimReferences(tx); err != nil {
			return err
		}
		if announced, err = e.announce(tx, cs); err != nil {
			return err
		}
		if err := tx.PutMovement(&cs.after); err != nil {
			return err
		}
		if err := cs.storePartner(tx); err != nil {
			return err
		}
		if err := cs.queuePeerEvents(tx); err != nil {
			return err
		}
		if r.Messages, err = e.storeMessages(tx, cs); err != nil {
			return err
		}
		if r.Entries, err = cs.storeLines(tx, r.Messages); err != nil {
			return err
		}
		if err := e.post(tx, cs, announced, &r); err != nil {
			return err
		}
		if cs.dry {
			return errDry
		}
		if cs.released != nil {
			if err := tx.DeleteHeld(*cs.released); err != nil {
				return errStale
			}
		}
		if cs.queued {
			return tx.Dequeue(cs.event)
		}
		return nil
	})
	for _, m := range cs.sent {
		r.Bodies = append(r.Bodies, m.body)
	}
	switch {
	case errors.Is(err, errDry):
		return r, nil
	case errors.Is(err, errStale), errors.Is(err, errTaken), errors.Is(err, errMoved):
		return Result{}, err
	case err != nil:
		return Result{}, &storeError{fmt.Errorf("store what came of %s: %w", cs.event.Name, err)}
	}
	e.feed.publish(r.Entries)
	if e.observe != nil {
		e.observe(&cs.after, r.Entries)
	}
	e.posted(announced)
	for _, t := range cs.peerEvents {
		e.schedule.Add(t.Movement)
	}
	if cs.partner != nil || !slices.Equal(cs.movement.Timers, cs.after.Timers) {
		e.schedule.TimersChanged()
	}
	return r, nil
}

// checkBase makes sure that the movement is still the one that the event was handled for, and that a new
// MRN belongs to nobody else.
func (e *Engine) checkBase(tx *store.Tx, cs *changeSet) error {
	stored, err := tx.Movement(cs.movement.ID)
	if isGone(err) {
		return errStale
	}
	if err != nil {
		return err
	}
	if e.resets.Load() != cs.resets || stored.Handled != cs.movement.Handled || stored.Messages != cs.movement.Messages {
		return errStale
	}
	if stored.Script.Changes != cs.movement.Script.Changes {
		return errMoved
	}
	if cs.after.MRN == cs.movement.MRN || cs.adopted {
		return nil
	}
	if taken, err := mrnTaken(tx, cs.after.MRN, cs.movement.ID); err != nil || !taken {
		return err
	}
	return errTaken
}

// claimReferences gives messages of phase 4 references that nobody has: however many of them one second sees, or one that
// does not go on because the clock does not move.
func (cs *changeSet) claimReferences(tx *store.Tx) error {
	for i := range cs.sent {
		m := &cs.sent[i]
		if m.interchange == "" {
			continue
		}
		free, err := tx.ClaimInterchange(cs.after.Prepared, movement.CounterOf(m.interchange))
		if err != nil {
			return err
		}
		if free == m.record.Identification {
			continue
		}
		body, err := m.body.Bytes()
		if err != nil {
			return err
		}
		m.body, m.record.Identification = store.PackBody(compose.Renumber(body, m.record.Identification, free)), free
	}
	return nil
}

func (e *Engine) storeMessages(tx *store.Tx, cs *changeSet) ([]movement.Message, error) {
	records := make([]movement.Message, len(cs.sent))
	for i, s := range cs.sent {
		var err error
		records[i] = s.record
		if records[i].ID, err = e.newMessageID(tx, cs.after.ID, s.record.Ordinal, cs.now); err != nil {
			return nil, err
		}
		if err := tx.AddPacked(records[i], s.body); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func (cs *changeSet) storeLines(tx *store.Tx, records []movement.Message) ([]movement.Entry, error) {
	entries := make([]movement.Entry, len(cs.lines))
	cause := tx.LastEntry() + 1
	for i, l := range cs.lines {
		entries[i] = l.Entry
		entries[i].Cause = cause
		if l.Actor == "" {
			entries[i].Actor = cs.actor
		}
		if l.Kind == movement.EntryEvent {
			entries[i].From, entries[i].To = cs.movement.State, cs.after.State
		}
		if l.sent > 0 {
			entries[i].Message = records[l.sent-1].ID
		}
		if err := tx.AddEntry(&entries[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// storePartner stores what changes in the other movement. It must still be as it was read.
func (cs *changeSet) storePartner(tx *store.Tx) error {
	if cs.partner == nil {
		return nil
	}
	base := cs.partner.base
	stored, err := tx.Movement(base.ID)
	if isGone(err) {
		return errMoved
	}
	if err != nil {
		return err
	}
	changes := stored.Script.Changes
	if stored.Handled != base.Handled || changes != base.Script.Changes {
		return errMoved
	}
	stored.Script, stored.Timers = cs.partner.script, cs.partner.timers
	stored.Script.Changes = changes + 1
	return tx.PutMovement(stored)
}

// checkCounterpart makes sure that the other side is as it was read, and that no word of it has come in meanwhile that the
// event would have had to wait for.
func (e *Engine) checkCounterpart(tx *store.Tx, cs *changeSet) error {
	if !cs.queued {
		queue, err := tx.Queue(cs.movement.ID)
		if err != nil {
			return err
		}
		if len(queue) > 0 && (job{event: queue[0], queued: true}).before(cs.job) {
			return errMoved
		}
	}
	if cs.counterpart == nil {
		return nil
	}
	other, err := tx.Movement(cs.counterpart.ID)
	if isGone(err) {
		return errMoved
	}
	if err == nil && other.Handled != cs.counterpart.Handled {
		return errMoved
	}
	return err
}

// queuePeerEvents queues what the other side has to learn.
func (cs *changeSet) queuePeerEvents(tx *store.Tx) error {
	for _, t := range cs.peerEvents {
		event := movement.Event{
			Movement: t.Movement, Kind: movement.EventSide, At: cs.now, Name: t.Name, With: t.With, By: officeOf[cs.movement.Kind],
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
