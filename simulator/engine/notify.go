package engine

import (
	"context"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/store"
)

// deliveryPatience is how long an advance of the clock waits, all in all and in real time, for subscribers to answer. What
// they have not answered by then is their own affair.
const deliveryPatience = 2 * time.Second

// post notifies of the messages that an event has led to, in its transaction.
func (e *Engine) post(tx *store.Tx, w *writing, records []movement.Message) ([]movement.Entry, error) {
	if e.notify == nil || w.after.BoxID == "" || len(records) == 0 {
		return nil, nil
	}
	posted := make([]notify.Posted, len(records))
	for i, r := range records {
		posted[i] = notify.Posted{Record: r, Body: w.sent[i].body}
	}
	return e.notify.Post(tx, w.after, posted)
}

// posted says after the commit that there may be something to send.
func (e *Engine) posted(m movement.Movement) {
	if e.notify != nil && m.BoxID != "" {
		e.notify.Wake()
	}
}

// Record changes the store in one transaction, beside the events of movements, and publishes the journal entries that
// change has added. The error is that of change or of the store.
func (e *Engine) Record(ctx context.Context, change func(*store.Tx) ([]movement.Entry, error)) error {
	var entries []movement.Entry
	err := e.store.Update(ctx, func(tx *store.Tx) (err error) {
		entries, err = change(tx)
		return err
	})
	if err == nil {
		e.feed.publish(entries)
	}
	return err
}

// nextStop is the next instant at which an advance has something to do: a timer falls due, or a notification is to be sent
// again. False if there is none.
func (e *Engine) nextStop() (time.Time, bool, error) {
	t, ok, err := e.NextTimer()
	if err != nil || e.notify == nil {
		return t.Due, ok, err
	}
	due, delivers, err := e.notify.NextDue()
	if delivers && (!ok || due.Before(t.Due)) {
		return due, true, err
	}
	return t.Due, ok, err
}

// deliver waits until what is due now has been sent, or patience is over.
func (e *Engine) deliver(patience context.Context) {
	if e.notify != nil && patience.Err() == nil {
		e.notify.Settle(patience)
	}
}
