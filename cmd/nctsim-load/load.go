package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load posts declarations to a simulator and reads them back.
type load struct {
	addr string
	// workspace is where it does so, "" for the default one.
	workspace   string
	declaration declaration

	mu     sync.Mutex
	stored []place // some of what was posted, to read
}

// place is where a stored message is read.
type place struct{ movement, message string }

// host is what its requests are addressed to.
func (l *load) host() string {
	if l.workspace == "" {
		return l.addr
	}
	return l.workspace + ".localhost"
}

// keep is how many posted messages are remembered for reading.
const keep = 1024

func (p plan) newLoad(addr, prefix string) (*load, error) {
	d, err := newDeclaration(p.document, prefix)
	if err != nil {
		return nil, err
	}
	return &load{addr: addr, declaration: d}, nil
}

// inJSON is the same load with the declaration as the simulator writes it as JSON; it posts one for that.
func (l *load) inJSON(prefix string) (*load, error) {
	c, err := dial(l.addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_, body, err := c.do(newPost(l.addr, l.declaration).request(atomic.AddUint64(&firstLRN, 1)))
	if err != nil {
		return nil, err
	}
	if err := l.remember(body); err != nil {
		return nil, err
	}
	at := l.stored[len(l.stored)-1]
	status, body, err := c.do(get(l.addr, at.movement, at.message, inJSON))
	if err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("read the declaration as JSON: status %d: %.300s: %w", status, body, err)
	}
	d, err := cutDeclaration(body, `"LRN":"`, `"`, prefix, inJSON)
	return &load{addr: l.addr, declaration: d}, err
}

// posts measures submissions.
func (l *load) posts(ctx context.Context, clients int, lim limits) (figures, error) {
	return l.paced(ctx, clients, 0, lim)
}

// paced is posts with a rest of each client between two submissions.
func (l *load) paced(ctx context.Context, clients int, pause time.Duration, lim limits) (figures, error) {
	return measure(ctx, clients, lim, func() (worker, error) {
		c, err := dial(l.addr)
		if err != nil {
			return worker{}, err
		}
		p := newPost(l.host(), l.declaration)
		step := func() error {
			status, body, err := c.do(p.request(atomic.AddUint64(&firstLRN, 1)))
			if err != nil {
				return fmt.Errorf("POST: %w", err)
			}
			if status != 202 {
				return fmt.Errorf("POST: status %d: %.300s", status, body)
			}
			return l.remember(body)
		}
		return worker{step: step, stop: func() { _ = c.Close() }, pause: pause}, nil
	})
}

func (l *load) remember(body []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.stored) >= keep {
		return nil
	}
	movement, err := field(body, "departureId")
	if err != nil {
		return err
	}
	message, err := field(body, "messageId")
	if err != nil {
		return err
	}
	l.stored = append(l.stored, place{movement, message})
	return nil
}

// places are where messages are that were posted so far.
func (l *load) places() []place {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.stored)
}

// gets measures the reading of stored bodies, one after the other of those that were posted.
func (l *load) gets(ctx context.Context, clients int, lim limits) (figures, error) {
	if err := l.ensureStored(ctx); err != nil {
		return figures{}, err
	}
	var requests [][]byte
	for _, at := range l.places() {
		requests = append(requests, get(l.addr, at.movement, at.message, l.declaration.format))
	}
	var first atomic.Uint64
	return measure(ctx, clients, lim, func() (worker, error) {
		n := first.Add(7)
		return requester(l.addr, 200, func() []byte {
			n++
			return requests[n%uint64(len(requests))]
		})
	})
}

// ensureStored posts a few declarations if none was posted yet.
func (l *load) ensureStored(ctx context.Context) error {
	if len(l.places()) > 0 {
		return nil
	}
	c, err := dial(l.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	p := newPost(l.addr, l.declaration)
	for i := 0; i < 64 && ctx.Err() == nil; i++ {
		_, body, err := c.do(p.request(atomic.AddUint64(&firstLRN, 1)))
		if err != nil {
			return err
		}
		if err := l.remember(body); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// mostHouses is how many house consignments a declaration may have.
const mostHouses = 1999

// enlarge makes a declaration about as large as wanted: each house consignment gets its goods four times over, and house
// consignments are added, up to the 1,999 that the schema allows.
func enlarge(document []byte, size int) ([]byte, error) {
	house, err := between(document, "<HouseConsignment>", "</HouseConsignment>")
	if err != nil {
		return nil, err
	}
	goods, err := between(house, "<ConsignmentItem>", "</ConsignmentItem>")
	if err != nil {
		return nil, err
	}
	before, after, _ := bytes.Cut(document, house)
	house = bytes.Replace(house, goods, bytes.Repeat(goods, max(4, size/mostHouses/len(goods)+1)), 1)
	out := bytes.NewBuffer(bytes.Clone(before))
	for n := 1; n <= mostHouses && out.Len()+len(house)+len(after) <= size; n++ {
		out.Write(bytes.Replace(house, []byte("<sequenceNumber>1<"), fmt.Appendf(nil, "<sequenceNumber>%d<", n), 1))
	}
	out.Write(after)
	return out.Bytes(), nil
}

// between is the part of the text from the first opening tag to the last closing tag, both included.
func between(text []byte, open, closing string) ([]byte, error) {
	start, end := bytes.Index(text, []byte(open)), bytes.LastIndex(text, []byte(closing))
	if start < 0 || end < start {
		return nil, fmt.Errorf("declaration has no %s", open)
	}
	return text[start : end+len(closing)], nil
}
