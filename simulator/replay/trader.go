package replay

import (
	"context"
	"encoding/json"
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
	phase  message.Phase
	faults []*expectedFault
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

func (t *trader) accept(format string) string {
	return "application/vnd.hmrc." + t.phase.APIVersion() + "+" + format
}

func collection(k message.Kind) string { return "/customs/transits/movements/" + k.Plural() }

func messagesOf(s *side) string { return collection(s.Kind) + "/" + s.ID + "/messages" }

// submit sends a message, E1 or E4: one that creates a movement, for which the scenario is asked, or one for a
// movement that is there.
func (t *trader) submit(ctx context.Context, d *message.Document, token, scenarioID string, to *side) (movementID, messageID string, err error) {
	r := request{
		method: http.MethodPost, url: collection(d.Type.Kind), body: d.Bytes(),
		header: map[string]string{"Accept": t.accept("json"), "Content-Type": "application/xml"},
	}
	if to != nil {
		r.url = messagesOf(to)
	} else {
		r.header[scenarioHeader] = scenarioID
	}
	a, err := t.call(ctx, scenario.CallSubmit, token, r)
	if err != nil {
		return "", "", err
	}
	if a.status != http.StatusAccepted {
		return "", "", &apiError{"the " + d.Type.Code, a.status, a.body}
	}
	var ids struct{ DepartureID, ArrivalID, MessageID string }
	if err := json.Unmarshal(a.body, &ids); err != nil || ids.DepartureID+ids.ArrivalID == "" || ids.MessageID == "" {
		return "", "", fmt.Errorf("the answer to the %s names no movement and message: %.200s", d.Type.Code, a.body)
	}
	return ids.DepartureID + ids.ArrivalID, ids.MessageID, nil
}

// listed is a message in the list of E5.
type listed struct {
	ID, Type, Status string
	Received         time.Time
}

// pageSize is the largest page that the API gives (contract section 13).
const pageSize = 500

// list is E5: the messages of a movement, the oldest first.
func (t *trader) list(ctx context.Context, s *side) ([]listed, error) {
	var all []listed
	for page := 1; ; page++ {
		var in struct {
			TotalCount int
			Messages   []listed
		}
		path := fmt.Sprintf("%s?page=%d&count=%d", messagesOf(s), page, pageSize)
		if err := t.read(ctx, scenario.CallMessages, path, s, &in); err != nil {
			return nil, err
		}
		all = append(all, in.Messages...)
		if len(in.Messages) < pageSize || len(all) >= in.TotalCount {
			slices.Reverse(all)
			return all, nil
		}
	}
}

// body is E7: a message as XML.
func (t *trader) body(ctx context.Context, s *side, id string) ([]byte, error) {
	path := messagesOf(s) + "/" + id + "/body"
	a, err := t.call(ctx, scenario.CallMessage, s.token, request{method: http.MethodGet, url: path, header: map[string]string{"Accept": t.accept("xml")}})
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, &apiError{"reading message " + id, a.status, a.body}
	}
	return a.body, nil
}

// look is E3 or E2: a call that only has to be made.
func (t *trader) look(ctx context.Context, call string, s *side) error {
	path := collection(s.Kind)
	if call == scenario.CallMovement {
		path += "/" + s.ID
	}
	return t.read(ctx, call, path, s, nil)
}

func (t *trader) read(ctx context.Context, call, path string, s *side, into any) error {
	a, err := t.call(ctx, call, s.token, request{method: http.MethodGet, url: path, header: map[string]string{"Accept": t.accept("json")}})
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return &apiError{"GET " + path, a.status, a.body}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(a.body, into)
}

// isRefusal says whether an error is an answer of the simulated API.
func isRefusal(err error) bool {
	var e *apiError
	return errors.As(err, &e)
}
