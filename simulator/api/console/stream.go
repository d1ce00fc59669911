package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
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

// kindRequest is the kind of a change that is none of the journal's: something was asked of the simulated APIs.
const kindRequest movement.EntryKind = "request"

// requestsKey is the name under which the address of a stream says that it tells of requests, too.
const requestsKey = "requests"

// place is how far a stream has come: the id of an event, and of a stream that tells of requests, behind a full stop, the number of the
// last one.
func place(event string, request uint64) string { return event + "." + strconv.FormatUint(request, 10) }

// stream tells a page of changes as server-sent events: behind the event that the browser has seen last, or the one that the page
// was made at. Their ids are those of the control API, with the number of a request where the page is about requests.
func (v *visit) stream() error {
	ctx, cancel := context.WithCancel(v.ctx())
	defer cancel()
	defer context.AfterFunc(v.open, cancel)()

	after := v.r.Header.Get("Last-Event-ID")
	if after == "" {
		after = v.r.URL.Query().Get("after")
	}
	only := v.r.URL.Query()["movement"]
	after, number, _ := strings.Cut(after, ".")
	seen, _ := strconv.ParseUint(number, 10, 63)
	passed, failed := v.follow(ctx, after)
	var asked <-chan uint64 // nobody sends, unless the page is about requests
	withRequests := v.r.URL.Query().Has(requestsKey)
	if withRequests {
		asked = v.watchRequests(ctx, seen)
	}

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
	pending := change{id: after}
	for {
		select {
		case seen = <-asked:
			pending.add(movement.Entry{Kind: kindRequest}, nil)
			continue
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
			if !v.signedIn(v.r) {
				return nil // somebody has signed out in another tab
			}
			data, err := json.Marshal(pending)
			if err != nil {
				return nil
			}
			id := pending.id
			if withRequests {
				id = place(id, seen)
			}
			_, _ = fmt.Fprintf(v.w, "id: %s\ndata: %s\n\n", id, data)
			pending = change{id: pending.id}
		case <-beat.C:
			_, _ = fmt.Fprint(v.w, ": alive\n\n")
		case err := <-failed:
			v.Logger.Debug("the stream of a page has ended, and the browser comes again", "error", err)
			return nil
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

// watchRequests hands out the number of the last request to the simulated APIs whenever there is a new one, until the context ends.
func (v *visit) watchRequests(ctx context.Context, seen uint64) <-chan uint64 {
	asked := make(chan uint64)
	go func() {
		var wait time.Duration // at first, find out what has come since the page was made
		for {
			list, err := v.client.Requests(ctx, client.ExchangeQuery{After: &seen, Limit: 1, Wait: wait})
			if err != nil || list.Kept == 0 {
				return // it has ended, or there is no log
			}
			if list.Last != seen { // less after a restart
				seen = list.Last
				select {
				case asked <- seen:
				case <-ctx.Done():
					return
				}
			}
			wait = longestWatch
			select {
			case <-time.After(calm):
			case <-ctx.Done():
				return
			}
		}
	}()
	return asked
}

// longestWatch is how long one call waits for a request, in real time.
const longestWatch = time.Minute
