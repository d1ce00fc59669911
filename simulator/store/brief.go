package store

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Brief is what of a movement a list is narrowed by, read without the rest.
type Brief struct {
	ID           string         `json:"id"`
	Number       int            `json:"number"`
	Kind         message.Kind   `json:"kind"`
	Phase        message.Phase  `json:"phase"`
	EORI         string         `json:"eori"`
	BoxID        string         `json:"boxId"`
	MovementEORI string         `json:"movementEori"`
	LRN          string         `json:"lrn"`
	MRN          string         `json:"mrn"`
	Updated      time.Time      `json:"updated"`
	State        movement.State `json:"state"`
	Scenario     string         `json:"scenario"`
	Facts        BriefFacts     `json:"facts"`

	number number
	place  []byte
}

// BriefFacts are the facts of a [Brief].
type BriefFacts struct {
	// Declaration and Original are the ids of the messages.
	Declaration string                 `json:"declaration"`
	Original    string                 `json:"original"`
	Reserved    []movement.Reservation `json:"reserved"`
}

// Place is where the movement stands in lists: those that come after it have smaller places. It changes with every update.
func (b *Brief) Place() string { return hex.EncodeToString(b.place) }

// IsPlace reports whether a text can be the place of a movement.
func IsPlace(text string) bool {
	decoded, err := hex.DecodeString(text)
	return err == nil && len(decoded) == listPlace
}

// Briefs calls fn with every movement that a query selects, last updated first as in Movements, until fn does not want more.
// Skip and Limit do not count. The error is that of fn, or of a damaged record.
func (tx *Tx) Briefs(q MovementQuery, fn func(b *Brief) (more bool, err error)) error {
	f, within := q.filter(), spanOf(q.UpdatedSince, q.ReceivedUntil)
	lists := tx.lists(&q, within)
	for k, v := lists.prev(); k != nil && timeAt(place(k)) >= within.since; k, v = lists.prev() {
		if !f.matches(v) {
			continue
		}
		n := numberOf(k)
		b, err := tx.brief(n)
		if err != nil {
			if err := tx.leaveOut("movement", n, movementKey(n), err); err != nil {
				return err
			}
			continue
		}
		b.place = place(k)
		if more, err := fn(b); err != nil || !more {
			return err
		}
	}
	return nil
}

func (tx *Tx) brief(n number) (*Brief, error) {
	content, err := unseal("movement", tx.get(recordBucket, movementKey(n)))
	if err != nil {
		return nil, err
	}
	b := &Brief{number: n}
	return b, decode(content, b)
}

// Whole is the movement of a brief; nil if its record is damaged and left out.
func (tx *Tx) Whole(b *Brief) (*movement.Movement, error) {
	m, err := tx.movement(b.number)
	if err != nil {
		return nil, tx.leaveOut("movement", b.number, movementKey(b.number), err)
	}
	return m, nil
}

// PlaceOf is the place of a movement in lists, as that of its [Brief].
func (tx *Tx) PlaceOf(m *movement.Movement) (string, error) {
	n, err := tx.lookup(m.ID)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(appendNumber(appendTime(appendTime(nil, millisOf(m.Updated)), millisOf(m.Created)), n)), nil
}

// MessagesNamed are the messages of a movement with an id or a messageIdentification, in the order in which they came.
func (tx *Tx) MessagesNamed(b *Brief, name string) ([]movement.Message, error) {
	var out []movement.Message
	prefix, looked := sectionKey(b.number, messageSection), []byte(name)
	for _, v := range tx.under(recordBucket, prefix) {
		if !bytes.Contains(v, looked) {
			continue
		}
		h, err := cutHead(v)
		if err != nil {
			return nil, fmt.Errorf("movement %s: %w", b.ID, err)
		}
		m, err := h.decode()
		if err != nil {
			return nil, fmt.Errorf("movement %s: %w", b.ID, err)
		}
		if m.ID == name || m.Identification == name {
			out = append(out, m)
		}
	}
	return out, nil
}

// Last is the message of a movement that came last; ErrNotFound if it has none, or if that one is damaged and left out.
func (tx *Tx) Last(movementID string) (movement.Message, error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return movement.Message{}, err
	}
	prefix := sectionKey(n, messageSection)
	c := tx.bucket(recordBucket).Cursor()
	c.Seek(sectionKey(n, messageSection+1))
	k, v := c.Prev()
	if k == nil {
		k, v = c.Last()
	}
	if !bytes.HasPrefix(k, prefix) {
		return movement.Message{}, ErrNotFound
	}
	h, err := cutHead(v)
	if err == nil {
		var m movement.Message
		if m, err = h.decode(); err == nil {
			return m, nil
		}
	}
	if err := tx.leaveOut("message", n, k, err); err != nil {
		return movement.Message{}, err
	}
	return movement.Message{}, ErrNotFound
}
