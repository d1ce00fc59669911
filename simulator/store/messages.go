package store

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/store/fieldlist"
)

// A message's record has in front what finding and sorting need: the number of its body (0 for none),
// the time of receipt, and its id with its length before it.

// bodyNumber is the key of a body. Bodies have numbers of their own, so that they are written one after
// the other, however the messages of many movements alternate.
type bodyNumber uint64

// messageHead is that front part, in place.
type messageHead struct {
	body     bodyNumber
	received millis
	id       []byte
	rest     []byte
}

func appendHead(b []byte, body bodyNumber, m *movement.Message) []byte {
	b = appendTime(appendNumber(b, body), millisOf(m.Received))
	b = binary.AppendUvarint(b, uint64(len(m.ID)))
	return append(b, m.ID...)
}

func cutHead(record []byte) (messageHead, error) {
	content, err := unseal("message", record)
	if err != nil {
		return messageHead{}, err
	}
	const fixed = numberSize + timeSize
	if len(content) < fixed {
		return messageHead{}, fmt.Errorf("%w: a message has %d bytes", ErrDamaged, len(content))
	}
	size, n := binary.Uvarint(content[fixed:])
	rest := content[fixed+max(n, 0):]
	if n <= 0 || size > uint64(len(rest)) {
		return messageHead{}, fmt.Errorf("%w: the id of a message is cut off", ErrDamaged)
	}
	return messageHead{
		body:     bodyNumber(numberAt(content)),
		received: timeAt(content[numberSize:]),
		id:       rest[:size],
		rest:     rest[size:],
	}, nil
}

func (h messageHead) decode() (movement.Message, error) {
	var m movement.Message
	err := decode(h.rest, &m)
	return m, err
}

func (tx *Tx) putMessage(n number, body bodyNumber, m *movement.Message) error {
	record, err := fieldlist.Append(appendHead(newRecord(256), body, m), m)
	if err != nil {
		return err
	}
	return tx.put(recordBucket, messageKey(n, m.Ordinal), seal(record))
}

// AddMessage stores a message of a movement and its body; no body, or an empty one, is none. The size
// kept in the record is that of the body. The error wraps ErrNotFound when the movement is unknown, and
// ErrExists when it has a message of that id or ordinal.
func (tx *Tx) AddMessage(m movement.Message, body []byte) error {
	return tx.AddPacked(m, PackBody(body))
}

// AddPacked is AddMessage for a body that was packed before, so that other updates need not wait for that.
func (tx *Tx) AddPacked(m movement.Message, body Body) error {
	n, err := tx.lookup(m.Movement)
	if err != nil {
		return fmt.Errorf("add message %s: %w", m.ID, err)
	}
	if err := tx.checkNew(n, &m); err != nil {
		return fmt.Errorf("add message %s to movement %s: %w", m.ID, m.Movement, err)
	}
	m.Size = body.size
	stored, err := tx.addBody(body)
	if err != nil {
		return err
	}
	tx.count(messageTally, 1)
	return tx.putMessage(n, stored, &m)
}

func (tx *Tx) checkNew(n number, m *movement.Message) error {
	if m.ID == "" {
		return fmt.Errorf("it has no id")
	}
	if err := checkText("id", m.ID); err != nil {
		return err
	}
	if m.Ordinal < 0 {
		return fmt.Errorf("its ordinal %d is negative", m.Ordinal)
	}
	if tx.get(recordBucket, messageKey(n, m.Ordinal)) != nil {
		return fmt.Errorf("message of ordinal %d %w", m.Ordinal, ErrExists)
	}
	_, _, found, err := tx.findMessage(n, m.ID)
	if found {
		return fmt.Errorf("message of this id %w", ErrExists)
	}
	return err
}

// findMessage looks for an id among the messages of a movement, which are few.
func (tx *Tx) findMessage(n number, id string) (key []byte, h messageHead, found bool, err error) {
	prefix := sectionKey(n, messageSection)
	for k, v := range tx.under(recordBucket, prefix) {
		h, err := cutHead(v)
		if err != nil {
			return nil, messageHead{}, false, err
		}
		if string(h.id) == id {
			return k, h, true, nil
		}
	}
	return nil, messageHead{}, false, nil
}

func (tx *Tx) head(movementID, id string) (number, messageHead, error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return 0, messageHead{}, fmt.Errorf("message %s: %w", id, err)
	}
	_, h, found, err := tx.findMessage(n, id)
	if err == nil && !found {
		err = fmt.Errorf("message %s of movement %s: %w", id, movementID, ErrNotFound)
	}
	return n, h, err
}

// PutMessage replaces the record of a message, for a new status say. The body stays, and so does the
// size; the ordinal must be the one it has. The error wraps ErrNotFound when there is no such message.
func (tx *Tx) PutMessage(m movement.Message) error {
	n, h, err := tx.head(m.Movement, m.ID)
	if err != nil {
		return err
	}
	old, err := h.decode()
	if err != nil {
		return err
	}
	if m.Ordinal != old.Ordinal {
		return fmt.Errorf("message %s of movement %s has ordinal %d, not %d", m.ID, m.Movement, old.Ordinal, m.Ordinal)
	}
	m.Size = old.Size
	return tx.putMessage(n, h.body, &m)
}

// SetBody gives a message the body that it did not have yet. The error wraps ErrNotFound when there is no such message, and
// ErrExists when it has a body.
func (tx *Tx) SetBody(movementID, id string, body Body) error {
	n, h, err := tx.head(movementID, id)
	if err != nil {
		return err
	}
	if h.body != 0 {
		return fmt.Errorf("body of message %s of movement %s %w", id, movementID, ErrExists)
	}
	m, err := h.decode()
	if err != nil {
		return err
	}
	stored, err := tx.addBody(body)
	if err != nil {
		return err
	}
	m.Size = body.size
	return tx.putMessage(n, stored, &m)
}

// Message returns the record of a message; the error wraps ErrNotFound when there is none.
func (tx *Tx) Message(movementID, id string) (movement.Message, error) {
	_, h, err := tx.head(movementID, id)
	if err != nil {
		return movement.Message{}, err
	}
	return h.decode()
}

// MessageAt returns the message of a movement with an ordinal; the error wraps ErrNotFound when there is none.
func (tx *Tx) MessageAt(movementID string, ordinal int) (movement.Message, error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return movement.Message{}, err
	}
	record := tx.get(recordBucket, messageKey(n, ordinal))
	if ordinal < 0 || record == nil {
		return movement.Message{}, fmt.Errorf("message %d of movement %s: %w", ordinal, movementID, ErrNotFound)
	}
	h, err := cutHead(record)
	if err != nil {
		return movement.Message{}, err
	}
	return h.decode()
}

// MessageQuery selects messages of a movement (docs/spec/api-2.1-3.0.md#1-5). Zero values select all.
type MessageQuery struct {
	// ReceivedSince and ReceivedUntil are the first and the last time of receipt.
	ReceivedSince, ReceivedUntil time.Time
	// Skip and Limit choose the page; no limit when Limit is not positive.
	Skip, Limit int
}

// Messages returns the page of a movement's messages, last received first, of those received at the
// same time the later ordinal first; and how many messages the query matches on all pages. The error
// wraps ErrNotFound when the movement is unknown.
func (tx *Tx) Messages(movementID string, q MessageQuery) (page []movement.Message, total int, err error) {
	n, err := tx.lookup(movementID)
	if err != nil {
		return nil, 0, err
	}
	var matches []messageHead // by ordinal
	prefix := sectionKey(n, messageSection)
	within := spanOf(q.ReceivedSince, q.ReceivedUntil)
	for k, v := range tx.under(recordBucket, prefix) {
		h, err := cutHead(v)
		if err != nil {
			if err := tx.leaveOut("message", n, k, err); err != nil {
				return nil, 0, err
			}
			continue
		}
		if within.contains(h.received) {
			matches = append(matches, h)
		}
	}
	slices.Reverse(matches)
	slices.SortStableFunc(matches, func(a, b messageHead) int { return cmp.Compare(b.received, a.received) })
	for _, h := range cut(matches, q.Skip, q.Limit) {
		m, err := h.decode()
		if err != nil {
			return nil, 0, err
		}
		page = append(page, m)
	}
	return page, len(matches), nil
}

// cut is the page of a list.
func cut[T any](list []T, skip, limit int) []T {
	list = list[min(max(skip, 0), len(list)):]
	if limit > 0 {
		list = list[:min(limit, len(list))]
	}
	return list
}

func (tx *Tx) deleteMessages(n number) error {
	for _, k := range tx.keysOf(recordBucket, sectionKey(n, messageSection)) {
		h, err := cutHead(tx.get(recordBucket, k))
		if err != nil {
			return err
		}
		if h.body != 0 {
			if err := tx.delete(bodyBucket, numberKey(h.body)); err != nil {
				return err
			}
		}
		if err := tx.delete(recordBucket, k); err != nil {
			return err
		}
		tx.count(messageTally, -1)
	}
	return nil
}

// addBody stores a body and returns its number, 0 for no body.
func (tx *Tx) addBody(body Body) (bodyNumber, error) {
	if body.size == 0 {
		return 0, nil
	}
	next, err := tx.next(bodyBucket)
	if err != nil {
		return 0, err
	}
	return bodyNumber(next), tx.put(bodyBucket, numberKey(next), body.record)
}

// Body returns a copy of a message's body, nil when it has none. The error wraps ErrNotFound when there
// is no such message.
func (tx *Tx) Body(movementID, id string) ([]byte, error) {
	_, h, err := tx.head(movementID, id)
	if err != nil || h.body == 0 {
		return nil, err
	}
	body, err := unsealPacked("body", tx.get(bodyBucket, numberKey(h.body)))
	if err != nil {
		return nil, fmt.Errorf("body of message %s of movement %s: %w", id, movementID, err)
	}
	return body, nil
}

// Packed is Body without unpacking it.
func (tx *Tx) Packed(movementID, id string) (Body, error) {
	_, h, err := tx.head(movementID, id)
	if err != nil || h.body == 0 {
		return Body{}, err
	}
	body, err := packedBody(tx.get(bodyBucket, numberKey(h.body)))
	if err != nil {
		return Body{}, fmt.Errorf("body of message %s of movement %s: %w", id, movementID, err)
	}
	return body, nil
}
