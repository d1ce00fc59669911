// Package turns lets parties share what few can have at once, so that one who wants much does not keep the others waiting.
package turns

import (
	"context"
	"sync"
)

type partyKey struct{}

// With is a context for work on behalf of a party, which has to be comparable. Work without one is that of the party nil.
func With(ctx context.Context, party any) context.Context {
	return context.WithValue(ctx, partyKey{}, party)
}

// Slots are so many places for work. A place that becomes free goes to the party that waits and has the fewest of them; among several of
// those to the one that has waited longest since it got one. It is safe for concurrent use.
type Slots struct {
	places  int
	mu      sync.Mutex
	free    int
	parties map[any]*party
	// waiting are the parties of which somebody waits, the one that got a place last at the end.
	waiting []*party
}

// party is one that has places, or waits for them.
type party struct {
	name  any
	has   int
	queue []chan struct{}
}

// New makes so many places.
func New(places int) *Slots { return &Slots{places: places, free: places, parties: map[any]*party{}} }

// Places is how many there are.
func (s *Slots) Places() int { return s.places }

// Acquire waits for a place, for the party of the context; what it returns gives the place back and has to be called once. The error is
// that of the context.
func (s *Slots) Acquire(ctx context.Context) (release func(), err error) {
	name := ctx.Value(partyKey{})
	s.mu.Lock()
	p := s.parties[name]
	if p == nil {
		p = &party{name: name}
		s.parties[name] = p
	}
	release = func() { s.giveBack(p) }
	if s.free > 0 { // then nobody waits
		s.free--
		p.has++
		s.mu.Unlock()
		return release, nil
	}
	turn := make(chan struct{})
	if len(p.queue) == 0 {
		s.waiting = append(s.waiting, p)
	}
	p.queue = append(p.queue, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return release, nil
	case <-ctx.Done():
	}
	if !s.withdraw(p, turn) { // it came meanwhile
		release()
	}
	return nil, ctx.Err()
}

// withdraw takes somebody out of the queue of a party; it reports false if they have got a place.
func (s *Slots) withdraw(p *party, turn chan struct{}) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, waits := range p.queue {
		if waits == turn {
			p.queue = append(p.queue[:i], p.queue[i+1:]...)
			if len(p.queue) == 0 {
				s.unlist(p)
			}
			s.forget(p)
			return true
		}
	}
	return false
}

func (s *Slots) giveBack(p *party) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.has--
	s.free++
	s.forget(p)
	next := s.next()
	if next == nil {
		return
	}
	s.free--
	next.has++
	turn := next.queue[0]
	next.queue = next.queue[1:]
	s.unlist(next)
	if len(next.queue) > 0 {
		s.waiting = append(s.waiting, next)
	}
	close(turn)
}

// next is the party whose turn it is, nil if none waits.
func (s *Slots) next() (next *party) {
	for _, p := range s.waiting {
		if next == nil || p.has < next.has {
			next = p
		}
	}
	return next
}

func (s *Slots) unlist(p *party) {
	for i, waits := range s.waiting {
		if waits == p {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			return
		}
	}
}

// forget forgets a party that neither has anything nor waits.
func (s *Slots) forget(p *party) {
	if p.has == 0 && len(p.queue) == 0 {
		delete(s.parties, p.name)
	}
}
