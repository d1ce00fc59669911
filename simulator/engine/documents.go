package engine

import (
	"errors"
	"fmt"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// documents are messages of the trader in one movement, by id.
type documents struct {
	catalogue *message.Catalogue
	movement  string
	phase     message.Phase
	fresh     *fresh
	all       map[string]*document
	// admitted says that they may be large.
	admitted bool
}

// document is one of them; parsed is made when it is needed.
type document struct {
	record movement.Message
	body   store.Body
	parsed *message.Document
}

func (e *Engine) newDocuments(m movement.Movement) documents {
	return documents{catalogue: e.catalogue, movement: m.ID, phase: m.Phase, fresh: &e.fresh, all: map[string]*document{}}
}

// admit says whether they may be large.
func (d documents) admit(admitted bool) documents {
	d.admitted = admitted
	return d
}

// read reads a message, if there is an id and it was not read already. The error is errLarge if they are large together and not
// admitted.
func (d documents) read(tx *store.Tx, id string) error {
	if id == "" || d.all[id] != nil {
		return nil
	}
	record, err := tx.Message(d.movement, id)
	if err != nil {
		return err
	}
	if !d.admitted && d.size()+record.Size > largeDocuments {
		return errLarge
	}
	body, err := tx.Packed(d.movement, id)
	d.all[id] = &document{record: record, body: body, parsed: d.fresh.get(id, body)}
	return err
}

// largeDocuments is from how many bytes on the messages of an event are large: such events are handled one after the other, and
// the memory that they took is given back to the system at once.
const largeDocuments = 1_000_000

// errLarge says that an event needs large messages and has to wait for its turn.
var errLarge = errors.New("the messages of the event are large")

// size is that of all bodies that were read.
func (d documents) size() (bytes int) {
	for _, one := range d.all {
		bytes += one.body.Size()
	}
	return bytes
}

// get is a message that was read, nil for any other.
func (d documents) get(id string) (*message.Document, error) {
	one := d.all[id]
	if one == nil {
		return nil, nil
	}
	if one.parsed == nil {
		var err error
		if one.parsed, err = d.parse(one.body); err != nil {
			return nil, fmt.Errorf("read message %s: %w", id, err)
		}
		d.fresh.put(id, one.parsed, one.body)
	}
	return one.parsed, nil
}

// parse reads a message; of one that is not kept at hand, so that it may be large, only a part is in memory.
func (d documents) parse(body store.Body) (*message.Document, error) {
	if body.Size() > largestFresh {
		return d.catalogue.Read(d.phase, body)
	}
	text, err := body.Bytes()
	if err != nil {
		return nil, err
	}
	return d.catalogue.Parse(d.phase, text)
}

// record is the record of a message that was read, the zero value for any other.
func (d documents) record(id string) movement.Message {
	if one := d.all[id]; one != nil {
		return one.record
	}
	return movement.Message{}
}

// text is what a message was stored as, nil if it was not read.
func (d documents) text(id string) message.Text {
	if one := d.all[id]; one != nil {
		return one.body
	}
	return nil
}
