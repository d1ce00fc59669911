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

// listen hands out the journal entries of all movements from now on, until the context ends or take says so. Ready is
// called once the stream is open. When the connection breaks, it is opened again behind the last entry that was taken.
func (t Target) listen(ctx context.Context, ready func(), take func(movement.Entry) (more bool, err error)) error {
	last := uint64(0)
	for try := 0; ; try++ {
		before := last
		more, err := t.stream(ctx, &last, ready, take)
		ready = func() {}
		if last > before {
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
func (t Target) stream(ctx context.Context, last *uint64, ready func(), take func(movement.Entry) (bool, error)) (more bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.Control+eventsPath, nil)
	if err != nil {
		return false, err
	}
	if t.Token != "" {
		req.Header.Set("Authorization", "Bearer "+t.Token)
	}
	if *last > 0 {
		req.Header.Set("Last-Event-ID", strconv.FormatUint(*last, 10))
	}
	res, err := t.Client.Do(req)
	if err != nil {
		return true, &UnreachableError{t.Control, err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("the control API answered %s to the request for events", res.Status)
	}
	ready()
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
		if more, err := take(e); !more || err != nil {
			return err != nil, err
		}
		*last = e.Number
	}
	return true, &UnreachableError{t.Control, orEnded(lines.Err())}
}

func orEnded(err error) error {
	if err == nil {
		return errors.New("the stream of events has ended")
	}
	return err
}
