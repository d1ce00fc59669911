package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// wireAPI is what a trader says differently to API 1.0 and to the later versions.
type wireAPI interface {
	// submission sends a message, receipt reads the answer to it.
	submission(s Submission) (Request, error)
	receipt(body []byte) (Receipt, error)
	// page is the call for a page of a movement's messages, counted from 1; listed reads the answer, the oldest first,
	// and how many messages there are on all pages.
	page(messages string, n int) Request
	listed(body []byte) (page []Listed, total int, err error)
	// body is the call for the XML of a message; xml reads the answer.
	body(messages, id string) Request
	xml(answer []byte) ([]byte, error)
	// record is the control API's id of a message of a movement, false if it has none like it. known is the other way
	// round: what the API calls a message; one that it does not have keeps its id.
	record(m MovementDetail, known string) (id string, there bool)
	known(m MovementDetail, id string) string
}

var wireAPIs = map[message.Generation]func(message.Phase) wireAPI{
	message.GenerationPhase4:   func(message.Phase) wireAPI { return phase4API{} },
	message.GenerationPhases56: func(p message.Phase) wireAPI { return phases56API{p} },
}

func apiOf(p message.Phase) wireAPI { return wireAPIs[p.Generation()](p) }

// api is the one that the trader speaks to.
func (t Trader) api() wireAPI {
	api := apiOf(t.Phase)
	if v, ok := api.(phases56API); ok && t.JSON != nil {
		return inJSON{v, t.JSON}
	}
	return api
}

// RecordOf is the id of a message of the movement by that which its API gives it, false if there is none like it.
func (m MovementDetail) RecordOf(known string) (id string, there bool) {
	return apiOf(m.Phase).record(m, known)
}

// KnownAs is what the API of the movement calls the message with an id: in API 1.0 a number.
func (m MovementDetail) KnownAs(id string) string { return apiOf(m.Phase).known(m, id) }

func collection(k message.Kind) string { return "/customs/transits/movements/" + k.Plural() }

// MessagesPath is the path of the messages of a movement, which the API knows by an id.
func MessagesPath(k message.Kind, movementID string) string {
	return collection(k) + "/" + movementID + "/messages"
}

// BodyPath is the path of the XML of a message, and the value of the Accept header that asks for it: in API 1.0 it stands
// inside JSON.
func BodyPath(p message.Phase, k message.Kind, movementID, messageID string) (path, accept string) {
	r := apiOf(p).body(MessagesPath(k, movementID), messageID)
	return r.URL, r.Header["Accept"]
}

// acceptOf is the Accept header of a phase's version for a format.
func acceptOf(p message.Phase, format string) string {
	return "application/vnd.hmrc." + p.APIVersion() + "+" + format
}

// reading is a call that reads.
func reading(path, accept string) Request {
	return Request{Method: http.MethodGet, URL: path, Header: map[string]string{"Accept": accept}}
}

// readReceipt reads what all versions answer to a submission.
func readReceipt(body []byte) (Receipt, error) {
	var in struct{ DepartureID, ArrivalID, MessageID string }
	if err := json.Unmarshal(body, &in); err != nil || in.DepartureID+in.ArrivalID == "" {
		return Receipt{}, fmt.Errorf("the answer names no movement: %.200s", body)
	}
	return Receipt{Movement: in.DepartureID + in.ArrivalID, Message: in.MessageID}, nil
}

// phases56API is API 2.1 and 3.0 (docs/spec/api-2.1-3.0.md#5 to #9).
type phases56API struct{ phase message.Phase }

func (v phases56API) submission(s Submission) (Request, error) {
	r := Request{
		Method: http.MethodPost, URL: collection(s.Type.Kind), Body: s.Text,
		Header: map[string]string{"Accept": acceptOf(v.phase, "json"), "Content-Type": typeXML},
	}
	if s.Movement != "" {
		r.URL = MessagesPath(s.Type.Kind, s.Movement)
	} else if s.Scenario != "" {
		r.Header[ScenarioHeader] = s.Scenario
	}
	return r, nil
}

func (phases56API) receipt(body []byte) (Receipt, error) {
	in, err := readReceipt(body)
	if err == nil && in.Message == "" {
		err = fmt.Errorf("the answer names no message: %.200s", body)
	}
	return in, err
}

// pageSize is the largest page that the API gives (docs/spec/api-2.1-3.0.md#13).
const pageSize = 500

func (v phases56API) page(messages string, n int) Request {
	return reading(fmt.Sprintf("%s?page=%d&count=%d", messages, n, pageSize), acceptOf(v.phase, "json"))
}

// listed: the API gives the newest first.
func (phases56API) listed(body []byte) (page []Listed, total int, err error) {
	var in struct {
		TotalCount int
		Messages   []Listed
	}
	err = json.Unmarshal(body, &in)
	slices.Reverse(in.Messages)
	return in.Messages, in.TotalCount, err
}

func (v phases56API) body(messages, id string) Request {
	return reading(messages+"/"+id+"/body", acceptOf(v.phase, "xml"))
}

func (phases56API) xml(answer []byte) ([]byte, error) { return answer, nil }

// inJSON is API 2.1 and 3.0 with messages as JSON (docs/spec/api-2.1-3.0.md#9).
type inJSON struct {
	phases56API
	catalogue *message.Catalogue
}

func (v inJSON) submission(s Submission) (Request, error) {
	d, err := v.catalogue.Parse(v.phase, s.Text)
	if err != nil {
		return Request{}, err
	}
	s.Text = jsonmessage.Append(nil, d)
	r, err := v.phases56API.submission(s)
	if err == nil {
		r.Header["Content-Type"] = typeJSON
	}
	return r, err
}

func (v inJSON) body(messages, id string) Request {
	return reading(messages+"/"+id+"/body", acceptOf(v.phase, "json"))
}

func (v inJSON) xml(answer []byte) ([]byte, error) {
	value, err := jsonmessage.Parse(answer)
	if err != nil {
		return nil, err
	}
	root, ok := value.Root()
	if !ok {
		return nil, fmt.Errorf("the answer holds no message: %.200s", answer)
	}
	d, err := jsonmessage.Document(v.catalogue, v.phase, root, value)
	if err != nil {
		return nil, err
	}
	return d.Bytes(), nil
}

func (phases56API) record(_ MovementDetail, known string) (string, bool) { return known, true }

func (phases56API) known(_ MovementDetail, id string) string { return id }

// phase4API is API 1.0: without an Accept header where something is sent, with bodies inside JSON, and with numbers for ids
// (docs/spec/api-1.0.md#1, #4-3 and #5).
type phase4API struct{}

// submission is D1, D4, A1, A3 or A5.
func (phase4API) submission(s Submission) (Request, error) {
	r := Request{
		Method: http.MethodPost, URL: collection(s.Type.Kind), Body: s.Text, Header: map[string]string{"Content-Type": typeXML},
	}
	switch {
	case s.Movement == "" && s.Scenario != "":
		r.Header[ScenarioHeader] = s.Scenario
	case s.Movement == "":
	case s.Type.Role == message.Creates: // a rejected arrival is notified again
		r.Method, r.URL = http.MethodPut, r.URL+"/"+s.Movement
	default:
		r.URL = MessagesPath(s.Type.Kind, s.Movement)
	}
	return r, nil
}

// receipt: the API puts its MesSenMES3 and a default guarantee into what it keeps (docs/spec/api-1.0.md#7 and #8).
func (phase4API) receipt(body []byte) (Receipt, error) {
	in, err := readReceipt(body)
	return Receipt{Movement: in.Movement}, err
}

func (phase4API) page(messages string, _ int) Request {
	return reading(messages, acceptOf(message.Phase4, "json"))
}

// receivedLayout is how a message says when it was received, in UTC (docs/spec/api-1.0.md#5-8).
const receivedLayout = "2006-01-02T15:04:05"

// listed: the API gives the oldest first, and all of them at once.
func (phase4API) listed(body []byte) (page []Listed, total int, err error) {
	var in struct {
		Embedded struct {
			Messages []struct{ MessageID, Received, MessageType string }
		} `json:"_embedded"`
	}
	err = json.Unmarshal(body, &in)
	for _, m := range in.Embedded.Messages {
		at, wrong := time.Parse(receivedLayout, m.Received)
		err = errors.Join(err, wrong)
		one := Listed{ID: m.MessageID, Type: m.MessageType, Status: movement.Success, Received: at}
		if t, _ := message.Phase4.TypeOfCode(m.MessageType); t.Role == message.FromCustoms {
			one.Status = movement.Received
		}
		page = append(page, one)
	}
	return page, len(page), err
}

func (phase4API) body(messages, id string) Request {
	return reading(messages+"/"+id, acceptOf(message.Phase4, "json"))
}

func (phase4API) xml(answer []byte) ([]byte, error) {
	var in struct{ Body string }
	err := json.Unmarshal(answer, &in)
	return []byte(in.Body), err
}

// record: messages are counted from 1 in every movement (docs/spec/api-1.0.md#6).
func (phase4API) record(m MovementDetail, known string) (string, bool) {
	n, err := strconv.Atoi(known)
	if err != nil || n < 1 || n > len(m.Records) {
		return "", false
	}
	return m.Records[n-1].ID, true
}

func (phase4API) known(m MovementDetail, id string) string {
	i := slices.IndexFunc(m.Records, func(r Record) bool { return r.ID == id })
	if i < 0 {
		return id
	}
	return strconv.Itoa(i + 1)
}
