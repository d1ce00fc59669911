package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
)

// How often a stream says something, in real time: changes at most four times a second, and that it is alive. It has nothing
// to do with the simulator's clock, but with the eyes of a reader and with connections.
const (
	calm      = 250 * time.Millisecond
	heartbeat = 15 * time.Second
)

// change is what a stream tells of what has happened since it told something before.
type change struct {
	// Kinds are the kinds of the entries, Count is how many they were, and Movements are those that they are about.
	Kinds     []movement.EntryKind `json:"kinds"`
	Count     int                  `json:"count"`
	Movements []string             `json:"movements"`

	id string
}

// add takes up an entry, unless a page that is about some movements alone has nothing to do with it.
func (c *change) add(e movement.Entry, only []string) {
	if len(only) > 0 && e.Movement != "" && !slices.Contains(only, e.Movement) {
		return
	}
	c.Count++
	if !slices.Contains(c.Kinds, e.Kind) {
		c.Kinds = append(c.Kinds, e.Kind)
	}
	if e.Movement != "" && len(c.Movements) < mostTold && !slices.Contains(c.Movements, e.Movement) {
		c.Movements = append(c.Movements, e.Movement)
	}
}

// mostTold is how many movements a change names.
const mostTold = 50

// passing is an entry of the journal, or the place that a stream has come to.
type passing struct {
	entry *movement.Entry
	id    string
}

// stream tells a page of changes as server-sent events: behind the event that the browser has seen last, or the one that the page
// was made at. Their ids are those of the control API.
func (v *visit) stream() error {
	ctx, cancel := context.WithCancel(v.ctx())
	defer cancel()
	defer context.AfterFunc(v.open, cancel)()

	after := v.r.Header.Get("Last-Event-ID")
	if after == "" {
		after = v.r.URL.Query().Get("after")
	}
	only := v.r.URL.Query()["movement"]
	passed, failed := v.follow(ctx, after)

	out := http.NewResponseController(v.w)
	_ = out.SetWriteDeadline(time.Time{})
	_ = out.SetReadDeadline(time.Time{})
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	_, _ = fmt.Fprint(v.w, "retry: 1000\n\n")
	if out.Flush() != nil {
		return nil
	}
	beat, tick := time.NewTicker(heartbeat), time.NewTicker(calm)
	defer beat.Stop()
	defer tick.Stop()
	var pending change
	for {
		select {
		case p := <-passed:
			if p.entry != nil {
				pending.add(*p.entry, only)
			}
			pending.id = p.id
			continue
		case <-tick.C:
			if pending.Count == 0 {
				continue
			}
			data, err := json.Marshal(pending)
			if err != nil {
				return nil
			}
			_, _ = fmt.Fprintf(v.w, "id: %s\ndata: %s\n\n", pending.id, data)
			pending = change{id: pending.id}
		case <-beat.C:
			_, _ = fmt.Fprint(v.w, ": alive\n\n")
		case <-failed:
			return nil // the browser comes again
		case <-ctx.Done():
			return nil
		}
		if out.Flush() != nil {
			return nil
		}
	}
}

// follow reads the control API's stream until the context ends. What was read before it broke is handed out first.
func (v *visit) follow(ctx context.Context, after string) (<-chan passing, <-chan error) {
	passed, failed := make(chan passing), make(chan error, 1)
	hand := func(p passing) error {
		select {
		case passed <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var entry *movement.Entry
	go func() {
		failed <- v.client.Follow(ctx, client.Events{
			After: after,
			Take: func(e movement.Entry) (bool, error) {
				entry = &e
				return true, nil
			},
			Passed: func(id string) {
				_ = hand(passing{entry, id})
				entry = nil
			},
		})
	}()
	return passed, failed
}
