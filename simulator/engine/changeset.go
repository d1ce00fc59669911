package engine

import (
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// changeSet is what comes of one event: all that is stored for it, in one transaction.
type changeSet struct {
	job
	after      movement.Movement
	lines      []journalLine
	sent       []customsMessage
	peerEvents []office.PeerEvent
	// counterpart is the other side of the transit as it was read, nil if it was not.
	counterpart *movement.Movement
	// partner is what changes in the other movement that follows the scenario, nil for nothing.
	partner *partnerChange
	// adopted says that the MRN is an injected message's and need not be the movement's alone.
	adopted bool
	now     time.Time
	// actor is who has set it off, and row the id of the row of the process table for the messages that are sent.
	actor movement.Party
	row   string
}

// journalLine is a journal entry. If it is about a message sent, sent is that one's place, counted from 1.
type journalLine struct {
	movement.Entry
	sent int
}

// customsMessage is a message to the trader. Its record gets its id when it is stored.
type customsMessage struct {
	record   movement.Message
	body     store.Body
	document *message.Document // nil if it cannot be read
	warnings []string
	// interchange is a reference of phase 4 that the message gets for good when it is stored; empty if the one in it stands.
	interchange string
	// asked is what was said of it, for the journal.
	asked map[string]any
}

// newChangeSet begins with what the office decided.
func newChangeSet(c *eventContext, out office.Outcome) *changeSet {
	cs := &changeSet{actor: c.actor(), row: out.Row, job: c.job, after: out.Movement, peerEvents: out.PeerEvents, counterpart: c.counterpart.other, adopted: out.MRNAdopted, now: c.now}
	cs.after.Handled = c.movement.Handled + 1
	cs.addLines(out.Entries)
	return cs
}

// types are those of the messages that the event brings.
func (cs *changeSet) types() []string {
	types := make([]string, len(cs.sent))
	for i, m := range cs.sent {
		types[i] = m.record.Type
	}
	return types
}

// addLines appends lines to the journal.
func (cs *changeSet) addLines(entries []movement.Entry) {
	for _, entry := range entries {
		cs.lines = append(cs.lines, journalLine{Entry: entry})
	}
}

// send appends a message to the trader, with its line in the journal and what the composer had to say.
func (cs *changeSet) send(m customsMessage, text, why string) {
	m.record.Movement, m.record.Ordinal = cs.after.ID, cs.after.Messages
	m.record.Status, m.record.Received, m.record.Size = movement.Received, cs.now, m.body.Size()
	cs.after.Messages++
	cs.after.Updated = cs.now
	cs.after.Prepared = stamp(cs.now, cs.after)
	cs.sent = append(cs.sent, m)
	cs.lines = append(cs.lines, journalLine{movement.Entry{
		Movement: cs.after.ID, At: cs.now, Kind: movement.EntryMessage, Text: text, Why: why, Type: m.record.Type,
		Sender: movement.OfficeFor(cs.after.Kind == message.Departure), Recipient: movement.Trader, Row: cs.row,
	}, len(cs.sent)})
	for _, warning := range m.warnings {
		cs.note(m.record.Type, warning, "composing "+m.record.Type)
	}
}

func (cs *changeSet) note(typ, text, why string) {
	cs.lines = append(cs.lines, journalLine{Entry: movement.Entry{
		Movement: cs.after.ID, At: cs.now, Kind: movement.EntryNote, Type: typ, Text: text, Why: why,
	}})
}

// stamp is the preparation time of the next message of a movement: whole seconds, never before the one before.
func stamp(now time.Time, m movement.Movement) time.Time {
	if at := now.Truncate(time.Second); !at.Before(m.Prepared) {
		return at
	}
	return m.Prepared
}

// entriesOf are the notes of a script as journal entries.
func entriesOf(notes []script.Note, movementID string, at time.Time) []movement.Entry {
	out := make([]movement.Entry, len(notes))
	for i, n := range notes {
		out[i] = movement.Entry{
			Movement: movementID, At: at, Kind: movement.EntryScenario, Actor: movement.ScenarioParty, Step: n.Step, Mark: n.Mark,
			Text: n.Text, Why: n.Why, File: n.File, Line: n.Line,
		}
	}
	return out
}
