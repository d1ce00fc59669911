// Package phase4 is the CTC Traders API 1.0 and the Test Support API 1.0 of NCTS phase 4 (docs/spec/api-1.0.md).
//
// A handler goes through the checks of docs/spec/api-1.0.md#3 in their order, calls the engine or the store once, and
// returns a response or an error; Failure and SupportFailure give the error its status and body, of which the API has
// several styles. Who calls, which version answers and what scenarios have in store is as in package traders.
package phase4

import (
	"errors"
	"net/http"
	"strconv"

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
	"nctsim/simulator/notify"
	"nctsim/simulator/office"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

// Options of the API. Engine and Catalogue are necessary.
type Options struct {
	Settings
	// Guarantee puts the default guarantee into a declaration that names no amount (docs/spec/api-1.0.md#8) and gives
	// back the declaration as it was if there is nothing to put. The texts of its errors are those of
	// docs/spec/api-1.0.md#8-4. nil leaves declarations as they are.
	Guarantee func(declaration *xmltree.Node) (*xmltree.Node, error)
	Engine    *engine.Engine
	Catalogue *message.Catalogue
	// Boxes are those for notifications; nil for none.
	Boxes *notify.Service
	// Random fills messages of Test Support with random values, as HMRC does.
	Random bool
}

// Settings are what HMRC has changed in the API over time. The zero value is how it was last, but with the status.
type Settings struct {
	// Phase4API is how far the API is open (docs/spec/api-1.0.md#4-1, status 410): without new movements, as in 2023, or gone,
	// as since 26 September 2024; "" is open.
	Phase4API endpoint.Opening
	// Phase4Status is on, or off for movements without a status, as since September 2021. "" is on.
	Phase4Status string
	// Transitions is permissive (any message is taken at any time, as since September 2021) or strict: what must not follow
	// on the movement as it stands is refused (docs/spec/api-1.0.md#10), as before. "" is permissive.
	Transitions string
}

// Values of Settings.Transitions.
const (
	Permissive = "permissive"
	Strict     = "strict"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return setting.List{
		setting.Word(&s.Phase4API, "phase4-api", endpoint.Open, "`MODE` of API 1.0: on, closing for no new movements, or gone for 410 to everything as since September 2024", endpoint.Openings...).Renamed("legacy-api"),
		setting.Word(&s.Phase4Status, "phase4-status", setting.On, "`MODE` of movements in API 1.0: on shows their status, off does not, as since September 2021", setting.On, setting.Off).Renamed("legacy-status"),
		setting.Word(&s.Transitions, "transitions", Permissive, "`MODE` of the order of messages in API 1.0: permissive takes any at any time, strict refuses what must not follow, as until September 2021", Permissive, Strict),
	}
}

// API has the handlers of the endpoints.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

// path reads the ids in the path of a request: the number of the movement and, if the path has one, that of the
// message. The error is that of docs/spec/api-1.0.md#4-2.
func path(r *http.Request) (number, messageNumber int, err error) {
	exchange.At(r.Context(), client.CheckPath)
	vars := mux.Vars(r)
	if number, err = bind.Number(string(endpoint.KindOf(r))+"Id", vars[endpoint.MovementVar]); err != nil {
		return 0, 0, err
	}
	if id, given := vars[endpoint.MessageVar]; given {
		messageNumber, err = bind.Number(bind.MessageID, id)
	}
	return number, messageNumber, err
}

// visible finds a movement for its owner. Somebody else's and one that has been kept long enough are as unknown as one
// that is not there (docs/spec/api-1.0.md#6): the error is store.ErrNotFound.
func (a *API) visible(tx *store.Tx, eori string, k message.Kind, number int) (*movement.Movement, error) {
	m, err := tx.MovementByNumber(k, number)
	if err != nil {
		return nil, err
	}
	if m.EORI != eori || a.Engine.Expired(*m) {
		return nil, store.ErrNotFound
	}
	return m, nil
}

// idOf is the id by which the engine knows a movement of a caller; the error is store.ErrNotFound if there is none.
func (a *API) idOf(c platform.Caller, k message.Kind, number int) (id string, err error) {
	err = a.Engine.Read(func(tx *store.Tx) error {
		m, err := a.visible(tx, c.EORI, k, number)
		if err == nil {
			id = m.ID
		}
		return err
	})
	return id, err
}

// allow refuses a message that must not follow on the movement as it stands; nil if any order will do.
func (a *API) allow(code string) func(movement.Movement) error {
	if a.Transitions != Strict {
		return nil
	}
	return func(m movement.Movement) error {
		if err := office.CheckSequence(m, code); err != nil {
			return outOfSequence{err}
		}
		return nil
	}
}

// authorise is the service's own look at the caller (docs/spec/api-1.0.md#4-1).
func authorise(c platform.Caller) error {
	if reason := c.Standing.Reason(); reason != "" {
		return &refusal{http.StatusUnauthorized, service, textUnauthorized + reason, codeUnauthorized}
	}
	if c.Standing == platform.NoEnrolment {
		return &refusal{http.StatusForbidden, plain, textForbidden, ""}
	}
	return nil
}

// acceptable is the one Accept header that a GET may have (docs/spec/api-1.0.md#4-3).
const acceptable = "application/vnd.hmrc.1.0+json"

// enter does the checks of a GET behind the path: the caller, then the Accept header.
func enter(r *http.Request, c platform.Caller) error {
	exchange.At(r.Context(), client.CheckAuthorisation)
	if err := authorise(c); err != nil {
		return err
	}
	exchange.At(r.Context(), client.CheckAccept)
	if values := r.Header["Accept"]; len(values) == 0 || values[0] != acceptable {
		exchange.Want(r.Context(), "Accept", acceptable)
		return &refusal{http.StatusNotAcceptable, framework, textAccept, ""}
	}
	return nil
}

// Notice warns traders who have the legacy enrolment alone, whenever something succeeds (docs/spec/api-1.0.md#2).
func Notice(h endpoint.Handler) endpoint.Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		response, err := h(r, c)
		if err == nil && c.Enrolment != platform.NewEnrolment && response.Status < http.StatusBadRequest {
			response.Notice = wire.Notice{Name: noticeHeader, Value: textNotice}
		}
		return response, err
	}
}

// While lets calls in as far as the API is open; creates says that a call makes a new movement.
func (a *API) While(creates bool, h endpoint.Handler) endpoint.Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		exchange.At(r.Context(), client.CheckVersion)
		if !a.Phase4API.Admits(creates) {
			text := textGoneDepartures
			if endpoint.KindOf(r) == message.Arrival {
				text = textGoneArrivals
			}
			return wire.Response{}, &refusal{http.StatusGone, service, text, codeGone}
		}
		return h(r, c)
	}
}

// Faulty is a handler whose calls meet the faults that scenarios have ready for them, before anything else happens.
func (a *API) Faulty(call string, h endpoint.Handler) endpoint.Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		id, err := a.meant(r, c)
		if err != nil {
			return wire.Response{}, err
		}
		fault, err := a.Engine.Fault(r.Context(), call, c.EORI, id)
		if err != nil {
			return wire.Response{}, err
		}
		if response, ended := endpoint.ApplyFault(r.Context(), fault, FaultResponse); ended {
			return response, nil
		}
		return h(r, c)
	}
}

// nobody is an id that no movement has.
const nobody = "-"

// meant is the id of the movement that the path names, "" if it names none.
func (a *API) meant(r *http.Request, c platform.Caller) (string, error) {
	segment, named := mux.Vars(r)[endpoint.MovementVar]
	if !named {
		return "", nil
	}
	number, err := strconv.Atoi(bind.Segment(segment))
	if err != nil {
		return nobody, nil
	}
	id, err := a.idOf(c, endpoint.KindOf(r), number)
	if errors.Is(err, store.ErrNotFound) {
		return nobody, nil
	}
	return id, err
}
