// Package coverage counts what the software of a user has met of a simulator: messages, states, rows of the process tables,
// officers' actions, broken rules, answers and scenarios. What there is to meet is said by package control, which shows both.
package coverage

import (
	"sync"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Key is something that can be met. Group is what it belongs to: an API version for messages and answers, the process
// ("departure, phases 5 and 6") for states and actions, "" otherwise.
type Key struct {
	Area        client.CoverageArea
	Group, Name string
}

// mostKeys is how many different things are counted. There are not half as many; the rest would be mistakes.
const mostKeys = 20_000

// Counter counts. It is safe for concurrent use; a nil one counts nothing.
type Counter struct {
	mu     sync.Mutex
	counts map[Key]uint64
	since  time.Time
}

// NewCounter makes a counter that begins at a time of the simulator's clock.
func NewCounter(since time.Time) *Counter {
	return &Counter{counts: map[Key]uint64{}, since: since}
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
	if _, known := c.counts[k]; known || len(c.counts) < mostKeys {
		c.counts[k]++
	}
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
