package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// dialect is what a trader says differently to API 1.0 and to the later versions.
type dialect interface {
	// submission sends a message: one that creates a movement, for which the scenario is asked, or one for a movement
	// that is there.
	submission(t message.Type, text []byte, scenarioID string, to *side) request
	// receipt reads the answer to it: the ids that the API gives movement and message; no message if it has to be read
	// back because the API keeps another one than was sent.
	receipt(body []byte) (movementID, messageID string, err error)
	// begun looks for the movement that the API has given an id.
	begun(ctx context.Context, t Target, k message.Kind, id string) (sight, error)
	// resubmits says whether a message that creates movements is for one that is there.
	resubmits(t message.Type, there *side) bool
	// page is the call for a page of a movement's messages, counted from 1; listed reads the answer, the oldest first,
	// and how many messages there are on all pages.
	page(s *side, n int) request
	listed(body []byte) (page []listed, total int, err error)
	// body is the call for the XML of a message; xml reads the answer.
	body(s *side, id string) request
	xml(answer []byte) ([]byte, error)
	// look is a call that only has to be made.
	look(call string, s *side) request
	// record is the simulator's own id of a message of a movement, false if it has none like it. called is the other way
	// round: what the API calls a message, "" if it has the same id.
	record(s sight, id string) (string, bool)
	called(s sight, id string) string
	// number is an MRN that nobody has used, for goods from the same office as those of another.
	number(now time.Time, other string, st *clock.Stream) string
}

// dialectOf chooses by the phase.
func dialectOf(p message.Phase) dialect {
	if p.Generation() == message.GenerationPhase4 {
		return bare{}
	}
	return versioned{p}
}

func collection(k message.Kind) string { return "/customs/transits/movements/" + k.Plural() }

func pathOf(s *side) string { return collection(s.Kind) + "/" + s.Known() }

func messagesOf(s *side) string { return pathOf(s) + "/messages" }

// listed is a message in the list of a movement's messages, by the id that the API gives it.
type listed struct {
	ID, Type    string
	Received    time.Time
	FromCustoms bool
}

// get is a call that reads.
func get(path, accept string) request {
	return request{method: http.MethodGet, url: path, header: map[string]string{"Accept": accept}}
}

// lookAt is the path of a call that only has to be made.
func lookAt(call string, s *side) string {
	if call == scenario.CallMovement {
		return pathOf(s)
	}
	return collection(s.Kind)
}

// receipt is what all versions answer to a submission.
type receipt struct{ DepartureID, ArrivalID, MessageID string }

func readReceipt(body []byte) (receipt, error) {
	var in receipt
	if err := json.Unmarshal(body, &in); err != nil || in.DepartureID+in.ArrivalID == "" {
		return in, fmt.Errorf("the answer names no movement: %.200s", body)
	}
	return in, nil
}

// versioned speaks to API 2.1 and 3.0 (docs/spec/api-2.1-3.0.md#5 to #9).
type versioned struct{ phase message.Phase }

func (v versioned) accept(format string) string {
	return "application/vnd.hmrc." + v.phase.APIVersion() + "+" + format
}

func (v versioned) submission(t message.Type, text []byte, scenarioID string, to *side) request {
	r := request{
		method: http.MethodPost, url: collection(t.Kind), body: text,
		header: map[string]string{"Accept": v.accept("json"), "Content-Type": "application/xml"},
	}
	if to != nil {
		r.url = messagesOf(to)
	} else {
		r.header[scenarioHeader] = scenarioID
	}
	return r
}

func (versioned) receipt(body []byte) (movementID, messageID string, err error) {
	in, err := readReceipt(body)
	if err == nil && in.MessageID == "" {
		err = fmt.Errorf("the answer names no message: %.200s", body)
	}
	return in.DepartureID + in.ArrivalID, in.MessageID, err
}

func (versioned) resubmits(message.Type, *side) bool { return false }

// pageSize is the largest page that the API gives (docs/spec/api-2.1-3.0.md#13).
const pageSize = 500

func (v versioned) page(s *side, n int) request {
	return get(fmt.Sprintf("%s?page=%d&count=%d", messagesOf(s), n, pageSize), v.accept("json"))
}

// listed: the API gives the newest first.
func (versioned) listed(body []byte) (page []listed, total int, err error) {
	var in struct {
		TotalCount int
		Messages   []struct {
			listed
			Status movement.Status
		}
	}
	err = json.Unmarshal(body, &in)
	for _, m := range in.Messages {
		m.listed.FromCustoms = m.Status == movement.Received
		page = append(page, m.listed)
	}
	slices.Reverse(page)
	return page, in.TotalCount, err
}

func (v versioned) body(s *side, id string) request {
	return get(messagesOf(s)+"/"+id+"/body", v.accept("xml"))
}

func (versioned) xml(answer []byte) ([]byte, error) { return answer, nil }

func (v versioned) look(call string, s *side) request { return get(lookAt(call, s), v.accept("json")) }

func (versioned) begun(_ context.Context, _ Target, _ message.Kind, id string) (sight, error) {
	return sight{ID: id, WireID: id}, nil
}

func (versioned) record(_ sight, id string) (string, bool) { return id, true }

func (versioned) called(sight, string) string { return "" }

func (versioned) number(now time.Time, other string, st *clock.Stream) string {
	return movement.NewMRN(now, other[2:10], securityOf(other), st)
}

// securityOf is a security that gives an MRN the letter of this one.
func securityOf(mrn string) string {
	for security := range 4 {
		if s := strconv.Itoa(security); movement.ProcedureLetter(s) == mrn[16] {
			return s
		}
	}
	return "0"
}

// bare speaks to API 1.0: without an Accept header where something is sent, with bodies inside JSON, and with numbers
// for ids (docs/spec/api-1.0.md#1, #4-3 and #5).
type bare struct{}

const acceptLegacy = "application/vnd.hmrc.1.0+json"

// submission is D1, D4, A1, A3 or A5.
func (bare) submission(t message.Type, text []byte, scenarioID string, to *side) request {
	r := request{
		method: http.MethodPost, url: collection(t.Kind), body: text,
		header: map[string]string{"Content-Type": "application/xml"},
	}
	switch {
	case to == nil:
		r.header[scenarioHeader] = scenarioID
	case t.Role == message.Creates:
		r.method, r.url = http.MethodPut, pathOf(to)
	default:
		r.url = messagesOf(to)
	}
	return r
}

// receipt: the API puts its MesSenMES3 and a default guarantee into what it keeps (docs/spec/api-1.0.md#7 and #8).
func (bare) receipt(body []byte) (movementID, messageID string, err error) {
	in, err := readReceipt(body)
	return in.DepartureID + in.ArrivalID, "", err
}

func (bare) begun(ctx context.Context, t Target, k message.Kind, id string) (sight, error) {
	return t.known(ctx, message.Phase4, k, id)
}

// resubmits: a rejected arrival is notified again with PUT (A3).
func (bare) resubmits(t message.Type, there *side) bool {
	return t.Kind == message.Arrival && t.Role == message.Creates && there != nil
}

func (bare) page(s *side, _ int) request { return get(messagesOf(s), acceptLegacy) }

// receivedLayout is how a message says when it was received, in UTC (docs/spec/api-1.0.md#5-8).
const receivedLayout = "2006-01-02T15:04:05"

// listed: the API gives the oldest first, and all of them at once.
func (bare) listed(body []byte) (page []listed, total int, err error) {
	var in struct {
		Embedded struct {
			Messages []struct{ MessageID, Received, MessageType string }
		} `json:"_embedded"`
	}
	err = json.Unmarshal(body, &in)
	for _, m := range in.Embedded.Messages {
		at, wrong := time.Parse(receivedLayout, m.Received)
		err = errors.Join(err, wrong)
		t, _ := message.Phase4.TypeOfCode(m.MessageType)
		page = append(page, listed{ID: m.MessageID, Type: m.MessageType, Received: at, FromCustoms: t.Role == message.FromCustoms})
	}
	return page, len(page), err
}

func (bare) body(s *side, id string) request { return get(messagesOf(s)+"/"+id, acceptLegacy) }

func (bare) xml(answer []byte) ([]byte, error) {
	var in struct{ Body string }
	err := json.Unmarshal(answer, &in)
	return []byte(in.Body), err
}

func (bare) look(call string, s *side) request { return get(lookAt(call, s), acceptLegacy) }

// record: messages are counted from 1 in every movement (docs/spec/api-1.0.md#6).
func (bare) record(s sight, id string) (string, bool) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || n > len(s.Records) {
		return "", false
	}
	return s.Records[n-1].ID, true
}

func (bare) called(s sight, id string) string {
	for i, r := range s.Records {
		if r.ID == id {
			return strconv.Itoa(i + 1)
		}
	}
	return ""
}

func (bare) number(now time.Time, other string, st *clock.Stream) string {
	return movement.NewPhase4MRN(now, other[2:10], st)
}
