package engine

import (
	"bytes"
	"sync"

	"nctsim/simulator/message"
)

const (
	// mostFresh is how many documents are at hand at the same time: more than wait while the workers keep up. They take some
	// thirty kilobytes each.
	mostFresh = 128
	// largestFresh is how long a message may be for that.
	largestFresh = 64 << 10
)

// fresh has the documents of messages that were submitted a moment ago: the API has read them, and the event that is about to
// be handled need not read them from the store's bytes again. What is not here is read, as after a restart.
type fresh struct {
	mu    sync.Mutex
	byID  map[string]submitted
	order [mostFresh]string // ids, each in place of the one that came so many before
	next  int
}

// submitted is a document with the bytes that it was read from.
type submitted struct {
	document *message.Document
	body     []byte
}

// put has the document of a submission at hand that was stored under an id. A message that was sealed or is large is left out.
func (f *fresh) put(id string, s Submission) {
	if s.Seal != nil || len(s.Body) > largestFresh {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil {
		f.byID = map[string]submitted{}
	}
	delete(f.byID, f.order[f.next])
	f.byID[id], f.order[f.next] = submitted{s.Document, s.Body}, id
	f.next = (f.next + 1) % mostFresh
}

// take gives a document away, nil if it is not at hand. After a reset another message may have the id: the body decides.
func (f *fresh) take(id string, body []byte) *message.Document {
	f.mu.Lock()
	s := f.byID[id]
	delete(f.byID, id)
	f.mu.Unlock()
	if s.document == nil || !bytes.Equal(s.body, body) {
		return nil
	}
	return s.document
}
