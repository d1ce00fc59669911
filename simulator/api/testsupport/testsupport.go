// Package testsupport is HMRC's Test Support API 2.1 and 3.0, by which a tester places messages from customs
// (docs/spec/api-2.1-3.0.md#12).
package testsupport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Options of the API.
type Options struct {
	Engine *engine.Engine
	// Random fills messages with random values that belong to no movement, as HMRC does; otherwise they are
	// made from the movement.
	Random bool
}

// API has the handler of the two endpoints.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

// by is who acts, in the journal.
const by = "test support"

// maxBody is what the web framework reads of a JSON body.
const maxBody = 100 << 10

// Accept headers, compared exactly.
const (
	accept21 = "application/vnd.hmrc.2.1+json"
	accept30 = "application/vnd.hmrc.3.0+json"
)

// Inject places one message from customs. The checks stand in the order of the table in docs/spec/api-2.1-3.0.md#12.
func (a *API) Inject(r *http.Request, c platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckPath)
	id, trigger, err := ids(r)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.Concern(r.Context(), id, "", "")
	request, err := readJSON(r)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckAuthorisation)
	if err := authorise(c); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckAccept)
	if err := accept(r.Header); err != nil {
		exchange.Want(r.Context(), "Accept", accept21, accept30)
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckBody)
	kind := endpoint.KindOf(r)
	typ, err := messageType(request, kind)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckMovement)
	if err := a.lookUp(c, kind, id); err != nil {
		return wire.Response{}, err
	}
	msg, body, err := a.Engine.Inject(r.Context(), id, engine.Injection{
		Type: typ, Trigger: trigger, By: by, Random: a.Random,
	})
	if err != nil {
		return wire.Response{}, notThere(err, kind, id)
	}
	exchange.Concern(r.Context(), id, msg.ID, msg.Type)
	return wire.OfJSON(http.StatusCreated, injectedBody(kind, msg, body)), nil
}

// ids reads the id of the movement and that of the trader's message that is answered, if it is given.
func ids(r *http.Request) (id, trigger string, err error) {
	if id, err = bind.ID(bind.MovementID, mux.Vars(r)[endpoint.MovementVar]); err != nil {
		return "", "", err
	}
	if given := r.URL.Query().Get(bind.MessageID); given != "" {
		trigger, err = bind.ID(bind.MessageID, given)
	}
	return id, trigger, err
}

// readJSON reads the body, whatever JSON it is.
func readJSON(r *http.Request) (any, error) {
	exchange.At(r.Context(), client.CheckContentType)
	if media, _ := bind.MediaTypeOf(r); !media.IsJSON() {
		exchange.Want(r.Context(), "Content-Type", wire.TypeJSON)
		return nil, &framework{http.StatusUnsupportedMediaType, textMediaType}
	}
	exchange.At(r.Context(), client.CheckSize)
	body, err := bind.JSONBody(r, maxBody)
	if err == nil {
		exchange.At(r.Context(), client.CheckBody)
	}
	switch {
	case errors.Is(err, bind.ErrTooLarge):
		return nil, &framework{http.StatusRequestEntityTooLarge, textTooLarge}
	case err != nil:
		return nil, &framework{http.StatusBadRequest, fmt.Sprintf(textInvalidJSON, err)}
	case len(body) == 0:
		return nil, &framework{http.StatusBadRequest, fmt.Sprintf(textInvalidJSON, textNoContent)}
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, &framework{http.StatusBadRequest, fmt.Sprintf(textInvalidJSON, err)}
	}
	return value, nil
}

// authorise is this service's own look at the caller: a 401 without a body, a 403 as plain text.
func authorise(c platform.Caller) error {
	if c.Standing.Reason() != "" {
		return &plain{http.StatusUnauthorized, ""}
	}
	if c.Standing == platform.NoEnrolment {
		return &plain{http.StatusForbidden, textForbidden}
	}
	return nil
}

func accept(h http.Header) error {
	values := h["Accept"]
	if len(values) == 0 {
		return refuse(http.StatusUnsupportedMediaType, codeMediaType, textAcceptMissing)
	}
	if values[0] != accept21 && values[0] != accept30 {
		return refuse(http.StatusUnsupportedMediaType, codeMediaType, textAcceptOther, values[0])
	}
	return nil
}

// messageType reads /message/messageType of the request, which must be a code that can be placed in a
// movement of the kind.
func messageType(request any, k message.Kind) (string, error) {
	object, _ := request.(map[string]any)
	inner, _ := object["message"].(map[string]any)
	value, present := inner["messageType"]
	if !present {
		return "", refuse(http.StatusBadRequest, codeBadRequest, textMessageType, reasonMissing)
	}
	code, text := value.(string)
	if !text {
		return "", refuse(http.StatusBadRequest, codeBadRequest, textMessageType, reasonNoString)
	}
	t, known := message.TypeOfCode(code)
	switch {
	case !known || !t.Injectable:
		return "", refuse(http.StatusBadRequest, codeBadRequest, textMessageType, reasonUnknown)
	case t.Kind != k:
		return "", refuse(http.StatusNotImplemented, codeNotImplemented, textNotImplemented)
	}
	return code, nil
}

// lookUp makes sure that the movement is the caller's.
func (a *API) lookUp(c platform.Caller, k message.Kind, id string) error {
	err := a.Engine.Read(func(tx *store.Tx) error {
		_, err := endpoint.Visible(a.Engine, tx, c.EORI, k, id)
		return err
	})
	return notThere(err, k, id)
}

// notThere words what is not found: the message to be answered, or the movement.
func notThere(err error, k message.Kind, id string) error {
	var trigger *engine.TriggerError
	if errors.As(err, &trigger) {
		return refuse(http.StatusNotFound, codeNotFound, textNoTrigger, trigger.Trigger, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return refuse(http.StatusNotFound, codeNotFound, textNoMovement, k.Title(), id)
	}
	return err
}

// injectedBody has links that lead to the main API, without /test.
func injectedBody(k message.Kind, m movement.Message, body []byte) []byte {
	j := wire.NewJSON(512 + len(body) + len(body)/8)
	j.Object("")
	j.Object("_links").
		Link("self", wire.MessagePath(k, m.Movement, m.ID)).
		Link(string(k), wire.MovementPath(k, m.Movement)).
		EndObject()
	return j.String(string(k)+"Id", m.Movement).
		String("messageId", m.ID).
		String("messageType", m.Type).
		StringBytes("body", body).
		EndObject().Bytes()
}
