package notify

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Posted is a message from customs that was stored for a movement, or a large one of the trader's whose upload is over.
type Posted struct {
	Record movement.Message
	Body   store.Body
	// Submission is how the upload of a large message has ended; nil for a message from customs.
	Submission *Submission
	// What a scenario does to the notification, and how it says so: it is lost, or comes twice, or is sent so much later.
	Lost, Twice bool
	Later       time.Duration
	Why         string

	// base stands before the paths of the notification.
	base string
}

// Submission is the end of the upload of a large message (docs/spec/api-2.1-3.0.md#10).
type Submission struct {
	At time.Time
	// Refusal is the API's error body, nil if NCTS has got the message.
	Refusal []byte
}

// at is when what is notified happened.
func (p Posted) at() time.Time {
	if p.Submission != nil {
		return p.Submission.At
	}
	return p.Record.Received
}

// Post puts notifications of messages into the box of their movement, in the transaction that stores the messages. It
// returns the lines of the journal about them, and whether any is to be sent, so that Wake has to be called after the commit. A movement without a box has none. What it writes depends on its arguments
// alone, so that a repeated transaction comes to the same.
func (s *Service) Post(tx *store.Tx, m movement.Movement, messages []Posted) (entries []movement.Entry, sends bool, err error) {
	if m.BoxID == "" {
		return nil, false, nil
	}
	b, err := tx.Box(m.BoxID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, false, err
	}
	for _, p := range messages {
		entry := movement.Entry{
			Movement: m.ID, At: p.at(), Kind: movement.EntryNotification, Message: p.Record.ID, Type: p.Record.Type,
			Actor: movement.BoxParty, Sender: movement.OfficeFor(m.Kind == message.Departure), Recipient: movement.BoxParty,
		}
		if entry.Text, entry.Why, err = s.post(tx, m, b, p); err != nil {
			return nil, false, err
		}
		if err := tx.AddEntry(&entry); err != nil {
			return nil, false, err
		}
		entries = append(entries, entry)
	}
	return entries, b.Callback != "", nil
}

// post notifies of one message, and says what it did and why. b is empty if the box is gone.
func (s *Service) post(tx *store.Tx, m movement.Movement, b movement.Box, p Posted) (what, why string, err error) {
	name := orMessage(p.Record.Type)
	if b.ID == "" {
		return name + " was not notified", "box " + m.BoxID + " of the movement was removed", nil
	}
	if p.Lost {
		return "notification of " + name + " got lost", p.Why, nil
	}
	what = "notification of " + name + " put into box " + b.ID
	why = "the client had the box " + b.Name + " when the movement began"
	copies := 1
	if p.Twice {
		what, why, copies = what+" twice", p.Why, 2
	}
	if p.Later > 0 {
		what, why = fmt.Sprintf("%s, to be sent %s later", what, p.Later), p.Why
	}
	for i := range copies {
		n, err := s.notification(m, b, p, i)
		if err != nil {
			return "", "", err
		}
		if err := tx.AddNotification(&n); err != nil {
			return "", "", err
		}
	}
	return what, why, nil
}

// notification is the i-th notification of a message.
func (s *Service) notification(m movement.Movement, b movement.Box, p Posted, i int) (movement.Notification, error) {
	if m.Prefixed {
		p.base = s.Path
	}
	full, err := text(m, p)
	short, withBody := withoutBody(full)
	n := movement.Notification{
		ID:  s.Source.Stream("notification", m.ID, strconv.Itoa(p.Record.Ordinal), strconv.Itoa(i)).UUID(),
		Box: b.ID, Movement: m.ID, Message: p.Record.ID, Type: p.Record.Type,
		Created: p.at(), Status: movement.NotificationPending, Text: short, WithBody: withBody,
	}
	if b.Callback != "" {
		n.Due = n.Created.Add(p.Later)
	}
	return n, err
}

func orMessage(typ string) string {
	if typ == "" {
		return "a message"
	}
	return typ
}
