package replay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// scenarioHeader names the scenario that a new movement is to follow.
const scenarioHeader = "Gov-Test-Scenario"

// trader calls the simulated API as a trader's software does. It expects the faults of its scenario and calls again
// when it has met one.
type trader struct {
	Target
	dialect dialect
	faults  []*expectedFault
	// elapsed is real time, for faults that delay.
	elapsed func() time.Duration
}

// expectedFault is a fault that waits for calls of ours.
type expectedFault struct {
	*scenario.Fault
	step int // index
	left int
}

func (t *trader) expect(step int, f *scenario.Fault) {
	t.faults = append(t.faults, &expectedFault{Fault: f, step: step, left: f.Times})
}

// waiting is the fault that a call of the kind is to meet next, nil if there is none.
func (t *trader) waiting(call string) *expectedFault {
	i := slices.IndexFunc(t.faults, func(f *expectedFault) bool { return f.Call == call && f.left > 0 })
	if i < 0 {
		return nil
	}
	return t.faults[i]
}

// metBy says whether a call has met the fault, and whether it has to be made again.
func (f *expectedFault) metBy(a answer, err error, took time.Duration) (met, again bool) {
	switch {
	case f.Status > 0:
		return err == nil && a.status == f.Status, true
	case f.Reset:
		return err != nil, true
	}
	return err == nil && took >= f.Delay, false
}

// call makes a call with a token, again and again as long as faults are in its way.
func (t *trader) call(ctx context.Context, kind, token string, r request) (answer, error) {
	r.header["Authorization"] = "Bearer " + token
	r.url = t.URL + r.url
	for {
		began := t.elapsed()
		a, err := t.do(ctx, r)
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		f := t.waiting(kind)
		if f == nil {
			return a, t.connection(err)
		}
		met, again := f.metBy(a, err, t.elapsed()-began)
		if met {
			f.left--
		}
		if !met || !again {
			return a, t.connection(err)
		}
	}
}

func (t *trader) connection(err error) error {
	if err == nil {
		return nil
	}
	return &UnreachableError{t.URL, err}
}

// apiError is an answer of the simulated API that is no success.
type apiError struct {
	what   string
	status int
	body   []byte
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s was answered with %d %s: %.1000s", e.what, e.status, http.StatusText(e.status), e.body)
}

// submit sends a message with a token and gives the ids of the API: one that creates a movement, for which the scenario is
// asked, or one for a movement that is there. The id of the message may be left out.
func (t *trader) submit(ctx context.Context, mt message.Type, text []byte, token, scenarioID string, to *side) (movementID, messageID string, err error) {
	a, err := t.call(ctx, scenario.CallSubmit, token, t.dialect.submission(mt, text, scenarioID, to))
	if err != nil {
		return "", "", err
	}
	if a.status != http.StatusAccepted {
		return "", "", &apiError{"the " + mt.Code, a.status, a.body}
	}
	if movementID, messageID, err = t.dialect.receipt(a.body); err != nil {
		return "", "", fmt.Errorf("send the %s: %w", mt.Code, err)
	}
	return movementID, messageID, nil
}

// list is all messages of a movement, the oldest first.
func (t *trader) list(ctx context.Context, s *side) ([]listed, error) {
	var all []listed
	for n := 1; ; n++ {
		body, err := t.read(ctx, scenario.CallMessages, s, t.dialect.page(s, n))
		if err != nil {
			return nil, err
		}
		page, total, err := t.dialect.listed(body)
		if err != nil {
			return nil, fmt.Errorf("read the list of messages: %w", err)
		}
		// Later pages have older messages.
		all = slices.Concat(page, all)
		if len(page) == 0 || len(all) >= total {
			return all, nil
		}
	}
}

// body is a message as XML.
func (t *trader) body(ctx context.Context, s *side, id string) ([]byte, error) {
	answer, err := t.read(ctx, scenario.CallMessage, s, t.dialect.body(s, id))
	if err != nil {
		return nil, err
	}
	return t.dialect.xml(answer)
}

// look makes a call that only has to be made.
func (t *trader) look(ctx context.Context, call string, s *side) error {
	_, err := t.read(ctx, call, s, t.dialect.look(call, s))
	return err
}

func (t *trader) read(ctx context.Context, call string, s *side, r request) ([]byte, error) {
	path := r.url
	a, err := t.call(ctx, call, s.token, r)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, &apiError{"GET " + path, a.status, a.body}
	}
	return a.body, nil
}

// isRefusal says whether an error is an answer of the simulated API.
func isRefusal(err error) bool {
	var e *apiError
	return errors.As(err, &e)
}
