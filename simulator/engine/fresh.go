package engine

import (
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/store"
)

const (
	// mostFresh is how many documents are at hand at the same time: more than wait while the workers keep up. They take some
	// thirty kilobytes each.
	mostFresh = 128
	// largestFresh is how long a message may be for that.
	largestFresh = 64 << 10
)

// fresh has the documents of messages that were read a moment ago: those that were submitted, which the API has read, and those
// that an event needed. The events of a movement, which come one behind the other, need not read them from the store's bytes
// again. What is not here is read, as after a restart. Documents do not change, so that several events may have the same one.
type fresh struct {
	mu    sync.Mutex
	byID  map[string]parsed
	order [mostFresh]string // ids, each in place of the one that came so many before
	next  int
}

// parsed is a document with what it was read from.
type parsed struct {
	document *message.Document
	body     store.Body
}

// put has the document of the message with an id at hand, unless it is large.
func (f *fresh) put(id string, d *message.Document, body store.Body) {
	if body.Size() > largestFresh {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil {
		f.byID = map[string]parsed{}
	}
	if _, known := f.byID[id]; !known {
		delete(f.byID, f.order[f.next])
		f.order[f.next] = id
		f.next = (f.next + 1) % mostFresh
	}
	f.byID[id] = parsed{d, body}
}

// get is a document that is at hand, nil for any other. After a reset another message may have the id: the body decides.
func (f *fresh) get(id string, body store.Body) *message.Document {
	f.mu.Lock()
	p := f.byID[id]
	f.mu.Unlock()
	if p.document == nil || !p.body.Equal(body) {
		return nil
	}
	return p.document
}
