package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"nctsim/simulator/movement"
)

// Events is the stream of the journal entries of all movements, and of what concerns the store as a whole. Each entry is
// handed out after it was stored.
type Events struct {
	// After is the id of the event behind which the stream begins: "17-3w5e11264sgsf", "0" for all there are. Empty means
	// from now on.
	After string
	// Movement is the id of the only movement whose entries are wanted, "" for those of all and of the store. A reset, which
	// concerns all, comes through.
	Movement string
	// Kinds are the only kinds of entries that are wanted, none for all.
	Kinds []movement.EntryKind
	// Connected is called whenever the stream is open, before anything comes out of it; again says that it was open before.
	// Whoever reads a list there misses nothing. It may be nil. False ends the stream.
	Connected func(again bool) (more bool, err error)
	// Take is given each entry in turn. False ends the stream.
	Take func(movement.Entry) (more bool, err error)
	// Passed is told the id of each event after it was taken, and the id at which a stream without After begins: where to take
	// the stream up again. It may be nil.
	Passed func(id string)
}

// How a broken stream of events is taken up again, in real time.
const (
	reconnectPause = 500 * time.Millisecond
	reconnectTries = 10
)

// Follow reads the stream of events until the context ends, or nobody wants more, which is not an error. When the
// connection breaks, it is opened again behind the last entry that was taken; after ten times in vain the error is an
// [*UnreachableError].
func (c Client) Follow(ctx context.Context, e Events) error {
	s := stream{Client: c, Events: e, last: e.After}
	for try := 0; ; try++ {
		before := s.last
		more, err := s.read(ctx)
		if s.last != before {
			try = 0
		}
		var broken *UnreachableError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.As(err, &broken), !more, try == reconnectTries:
			return err
		}
		if err := Pause(ctx, reconnectPause); err != nil {
			return err
		}
	}
}

// stream is a stream of events over several connections.
type stream struct {
	Client
	Events
	opened bool
	// last is the id of the last event that was taken.
	last string
}

// read reads one connection to its end; more says that another one is of use.
func (s *stream) read(ctx context.Context) (more bool, err error) {
	if err := s.Check(); err != nil {
		return false, err
	}
	res, err := s.open(ctx, Request{Method: http.MethodGet, URL: s.path(), Header: s.header("Last-Event-ID", s.last)})
	if err != nil {
		return true, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("the control API answered %s to the request for events", res.Status)
	}
	again := s.opened
	s.opened = true
	if s.Connected != nil {
		if more, err := s.Connected(again); !more || err != nil {
			return err != nil, err
		}
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	id := s.last
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "data":
			if more, err := s.take([]byte(value)); !more || err != nil {
				return err != nil, err
			}
			s.pass(id)
		case "": // of an id without an event, too
			s.pass(id)
		}
	}
	return true, &UnreachableError{s.Base(), orEnded(lines.Err())}
}

// path has what of the stream is wanted in its query.
func (s *stream) path() string {
	query := url.Values{}
	if s.Events.Movement != "" {
		query.Set("movement", s.Events.Movement)
	}
	if len(s.Kinds) > 0 {
		kinds := make([]string, len(s.Kinds))
		for i, k := range s.Kinds {
			kinds[i] = string(k)
		}
		query.Set("kind", strings.Join(kinds, ","))
	}
	return withQuery(eventsPath, query)
}

// pass notes how far the stream has come.
func (s *stream) pass(id string) {
	if id != s.last && s.Passed != nil {
		s.Passed(id)
	}
	s.last = id
}

func (s *stream) take(data []byte) (more bool, err error) {
	var e movement.Entry
	if err := json.Unmarshal(data, &e); err != nil {
		return false, fmt.Errorf("%s does not send events as a simulator does: %w; hint: is the URL right?", s.Base(), err)
	}
	return s.Take(e)
}

func orEnded(err error) error {
	if err == nil {
		return errors.New("the stream of events has ended")
	}
	return err
}
