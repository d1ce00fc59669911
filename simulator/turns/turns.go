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

// Slots are so many places for work. Places that become free go to the party that waits and has the fewest of them; among several of
// those to the one that has waited longest since it got some. Whoever needs several at once gets them when that many are free, and nobody
// else before, so that large work does not wait for ever. It is safe for concurrent use.
type Slots struct {
	places  int64
	mu      sync.Mutex
	free    int64
	parties map[any]*party
	// waiting are the parties of which somebody waits, the one that got places last at the end.
	waiting []*party
}

// party is one that has places, or waits for them.
type party struct {
	name  any
	has   int64
	queue []turn
}

// turn is somebody who waits for so many places.
type turn struct {
	places int64
	come   chan struct{}
}

// New makes so many places.
func New(places int) *Slots {
	return &Slots{places: int64(places), free: int64(places), parties: map[any]*party{}}
}

// Places is how many there are.
func (s *Slots) Places() int { return int(s.places) }

// Waiting is how many wait for a party.
func (s *Slots) Waiting(party any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.parties[party]; p != nil {
		return len(p.queue)
	}
	return 0
}

// Parties is how many have places, or wait for some.
func (s *Slots) Parties() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.parties)
}

// Acquire waits for a place, for the party of the context; what it returns gives the place back and has to be called once. The error is
// that of the context.
func (s *Slots) Acquire(ctx context.Context) (release func(), err error) {
	return s.AcquireMany(ctx, 1)
}

// AcquireMany is Acquire for so many places, or for all if that is more than there are.
func (s *Slots) AcquireMany(ctx context.Context, places int64) (release func(), err error) {
	release, turn, p := s.ask(ctx, min(places, s.places), true)
	if release != nil {
		return release, nil
	}
	release = func() { s.giveBack(p, turn.places) }
	select {
	case <-turn.come:
		return release, nil
	case <-ctx.Done():
	}
	if !s.withdraw(p, turn) { // it came meanwhile
		release()
	}
	return nil, ctx.Err()
}

// TryAcquire is Acquire for somebody who does not wait; it reports whether there was a place.
func (s *Slots) TryAcquire(ctx context.Context) (release func(), ok bool) {
	release, _, _ = s.ask(ctx, 1, false)
	return release, release != nil
}

// ask takes places for the party of a context, or with wait puts it among those that wait for them.
func (s *Slots) ask(ctx context.Context, places int64, wait bool) (release func(), t turn, p *party) {
	name := ctx.Value(partyKey{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if p = s.parties[name]; p == nil {
		p = &party{name: name}
		s.parties[name] = p
	}
	if len(s.waiting) == 0 && s.free >= places {
		s.free -= places
		p.has += places
		return func() { s.giveBack(p, places) }, t, p
	}
	if !wait {
		s.forget(p)
		return nil, t, p
	}
	t = turn{places, make(chan struct{})}
	if len(p.queue) == 0 {
		s.waiting = append(s.waiting, p)
	}
	p.queue = append(p.queue, t)
	return nil, t, p
}

// withdraw takes somebody out of the queue of a party; it reports false if they have got their places.
func (s *Slots) withdraw(p *party, t turn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, waits := range p.queue {
		if waits.come == t.come {
			p.queue = append(p.queue[:i], p.queue[i+1:]...)
			if len(p.queue) == 0 {
				s.unlist(p)
			}
			s.forget(p)
			s.giveOut() // it may be that the others waited for this one alone
			return true
		}
	}
	return false
}

func (s *Slots) giveBack(p *party, places int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.has -= places
	s.free += places
	s.forget(p)
	s.giveOut()
}

// giveOut gives what is free to those who wait, in their order.
func (s *Slots) giveOut() {
	for {
		next := s.next()
		if next == nil || next.queue[0].places > s.free {
			return
		}
		turn := next.queue[0]
		next.queue = next.queue[1:]
		s.free -= turn.places
		next.has += turn.places
		s.unlist(next)
		if len(next.queue) > 0 {
			s.waiting = append(s.waiting, next)
		}
		close(turn.come)
	}
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
