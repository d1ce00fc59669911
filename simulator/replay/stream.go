package replay

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/movement"
)

// How a broken stream of events is taken up again, in real time.
const (
	reconnectPause = 500 * time.Millisecond
	reconnectTries = 10
)

// listener takes what a stream of events brings.
type listener struct {
	// connected is called whenever the stream is open, before anything comes out of it. Again: it was open before, and
	// entries may have been missed.
	connected func(again bool) (more bool, err error)
	take      func(movement.Entry) (more bool, err error)

	opened bool
	last   uint64
}

// listen hands out the journal entries of all movements from now on, until the context ends or there is no need for
// more. When the connection breaks, it is opened again behind the last entry that was taken.
func (t Target) listen(ctx context.Context, l *listener) error {
	for try := 0; ; try++ {
		before := l.last
		more, err := t.stream(ctx, l)
		if l.last > before {
			try = 0
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !isBroken(err), !more:
			return err
		case try == reconnectTries:
			return err
		}
		if err := pause(ctx, reconnectPause); err != nil {
			return err
		}
	}
}

// isBroken says whether an error is one of the connection.
func isBroken(err error) bool {
	var unreachable *UnreachableError
	return errors.As(err, &unreachable)
}

// stream reads one connection to its end.
func (t Target) stream(ctx context.Context, l *listener) (more bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.Control+eventsPath, nil)
	if err != nil {
		return false, err
	}
	if t.Token != "" {
		req.Header.Set("Authorization", "Bearer "+t.Token)
	}
	if l.last > 0 {
		req.Header.Set("Last-Event-ID", strconv.FormatUint(l.last, 10))
	}
	res, err := t.Client.Do(req)
	if err != nil {
		return true, &UnreachableError{t.Control, err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("the control API answered %s to the request for events", res.Status)
	}
	again := l.opened
	l.opened = true
	if more, err := l.connected(again); !more || err != nil {
		return err != nil, err
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e movement.Entry
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return false, fmt.Errorf("%s does not send events as a simulator does: %w; hint: is the URL right?", t.Control, err)
		}
		if more, err := l.take(e); !more || err != nil {
			return err != nil, err
		}
		l.last = e.Number
	}
	return true, &UnreachableError{t.Control, orEnded(lines.Err())}
}

func orEnded(err error) error {
	if err == nil {
		return errors.New("the stream of events has ended")
	}
	return err
}
