// Package coverage counts what the software of a user has met of a simulator: messages, states, rows of the process tables,
// officers' actions, broken rules, answers and scenarios. What there is to meet is said by package control, which shows both.
package coverage

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Key is something that can be met. Group is what it belongs to: an API version for messages and answers, the process
// ("departure, phases 5 and 6") for states and actions, "" otherwise.
type Key struct {
	Area        client.CoverageArea
	Group, Name string
}

// mostKeys is how many different things are counted. There are not half as many; the rest would be mistakes.
const mostKeys = 20_000

// Counter counts. It is safe for concurrent use; a nil one counts nothing. What is met for the first time goes into the store with the
// next commit of others, how often it is met when Keep is called: there is no commit for a request that is only counted.
type Counter struct {
	store *store.Store

	mu     sync.Mutex
	counts map[Key]uint64
	since  time.Time
	// fresh are the things that are not in the store, anew says that what is there has to go, and riding which of fresh go with the
	// commit that is under way; turn counts the resets.
	fresh       []Key
	anew        bool
	riding      int
	turn, ridAt int
	// waiting says that there is something for the store.
	waiting atomic.Bool
}

// NewCounter makes a counter that keeps nothing, and begins at a time of the simulator's clock.
func NewCounter(since time.Time) *Counter {
	return &Counter{counts: map[Key]uint64{}, since: since}
}

// Open makes a counter that goes on where the one of a store has ended, or begins now. The error is that of the store.
func Open(st *store.Store, now time.Time) (*Counter, error) {
	c := NewCounter(now)
	c.store = st
	err := st.View(func(tx *store.Tx) error {
		since, err := tx.Covered(func(name string, n uint64) {
			if f := strings.SplitN(name, separator, 3); len(f) == 3 {
				c.counts[Key{client.CoverageArea(f[0]), f[1], f[2]}] = n
			}
		})
		if !since.IsZero() {
			c.since = since
		}
		c.anew = since.IsZero()
		return err
	})
	if err != nil {
		return nil, err
	}
	c.waiting.Store(c.anew)
	st.Carry(c)
	return c, nil
}

// separator stands between the parts of a name in the store.
const separator = "\x00"

func (k Key) name() string { return string(k.Area) + separator + k.Group + separator + k.Name }

// Ride writes what was met for the first time, as a store.Rider.
func (c *Counter) Ride(tx *store.Tx) error {
	if !c.waiting.Load() {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.riding, c.ridAt = len(c.fresh), c.turn
	return c.write(tx, c.fresh)
}

func (c *Counter) write(tx *store.Tx, keys []Key) error {
	if c.anew {
		if err := tx.ForgetCovered(); err != nil {
			return err
		}
		if err := tx.PutCoveredSince(c.since); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if err := tx.PutCovered(k.name(), c.counts[k]); err != nil {
			return err
		}
	}
	return nil
}

// Arrived is told that what Ride has written is in the store.
func (c *Counter) Arrived() {
	if !c.waiting.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ridAt != c.turn {
		return // all of that has been forgotten meanwhile
	}
	c.fresh, c.riding, c.anew = c.fresh[c.riding:], 0, false
	c.waiting.Store(len(c.fresh) > 0)
}

// Keep stores everything, before the store is closed or copied. The error is that of the store.
func (c *Counter) Keep(ctx context.Context) error {
	if c == nil || c.store == nil {
		return nil
	}
	return c.store.Update(ctx, func(tx *store.Tx) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.counts) == 0 && c.turn == 0 {
			return nil // nothing was ever met
		}
		return c.write(tx, slices.Collect(maps.Keys(c.counts)))
	})
}

// Group names the process of a kind of movement in a phase: "departure, phases 5 and 6".
func Group(p message.Phase, k message.Kind) string { return groups[groupKey{p.Generation(), k}] }

type groupKey struct {
	generation message.Generation
	kind       message.Kind
}

// groups are the names, made once, because every event asks for one.
var groups = func() map[groupKey]string {
	all := map[groupKey]string{}
	for _, p := range message.Phases {
		for _, k := range []message.Kind{message.Departure, message.Arrival} {
			all[groupKey{p.Generation(), k}] = string(k) + ", " + p.Generation().String()
		}
	}
	return all
}()

func (c *Counter) add(area client.CoverageArea, group, name string) {
	if name == "" {
		return
	}
	k := Key{area, group, name}
	n, known := c.counts[k]
	switch {
	case known:
	case len(c.counts) >= mostKeys:
		return
	case c.store != nil:
		c.fresh = append(c.fresh, k)
		c.waiting.Store(true)
	}
	c.counts[k] = n + 1
}

// Event counts what an event of a movement has led to: the movement as it is then, and the entries of its journal.
func (c *Counter) Event(m *movement.Movement, entries []movement.Entry) {
	if c == nil {
		return
	}
	group, version := Group(m.Phase, m.Kind), m.Phase.APIVersion()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(client.CoveredScenarios, "", m.Scenario)
	for i := range entries {
		e := &entries[i]
		switch e.Kind {
		case movement.EntryEvent:
			c.add(client.CoveredStates, group, string(e.From))
			c.add(client.CoveredStates, group, string(e.To))
			c.add(client.CoveredMessages, version, e.Type)
			c.action(group, e)
		case movement.EntryMessage:
			c.add(client.CoveredMessages, version, e.Type)
		case movement.EntryTransition:
			c.add(client.CoveredStates, group, string(e.To))
		}
		c.add(client.CoveredTransitions, "", e.Row)
		c.add(client.CoveredRules, "", e.Finding.Rule)
	}
}

func (c *Counter) action(group string, e *movement.Entry) {
	if e.Action != movement.ActionInject {
		c.add(client.CoveredActions, group, e.Action)
	}
}

// Answer counts an answer of a simulated API: its route, version and status, with the code of an error, "" if it has none.
func (c *Counter) Answer(version, route, answer string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(client.CoveredAnswers, version, route+" "+answer)
}

// Reset begins anew.
func (c *Counter) Reset(now time.Time) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts, c.since = map[Key]uint64{}, now
	c.fresh, c.anew, c.riding = nil, true, 0
	c.turn++
	c.waiting.Store(c.store != nil)
}

// Counts are the things that were met, with how often, and since when.
func (c *Counter) Counts() (counts map[Key]uint64, since time.Time) {
	if c == nil {
		return nil, since
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	counts = make(map[Key]uint64, len(c.counts))
	for k, n := range c.counts {
		counts[k] = n
	}
	return counts, c.since
}
