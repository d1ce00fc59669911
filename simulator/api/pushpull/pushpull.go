// Package pushpull is what clients see of HMRC's Push Pull Notifications Service, version 1.0
// (docs/spec/api-2.1-3.0.md#11-4): they list their boxes, read notifications, acknowledge them, and set the URL to
// which they are sent.
package pushpull

import (
	"errors"
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
)

// Version of the API. It is not one of the CTC Traders API.
const Version = "1.0"

// accepted is the one Accept header that is taken.
const accepted = "application/vnd.hmrc." + Version + "+json"

// BoxVar is the name of the variable in the paths of the routes.
const BoxVar = "box"

// API has the handlers of the endpoints.
type API struct{ boxes *notify.Service }

// New makes the API.
func New(s *notify.Service) *API { return &API{s} }

// Boxes lists the boxes of the caller.
func (a *API) Boxes(r *http.Request, c platform.Caller) (wire.Response, error) {
	clientID, err := enter(r, c)
	if err != nil {
		return wire.Response{}, err
	}
	for _, name := range notify.BoxNames() {
		// Where everybody has boxes, asking makes them.
		if _, _, err := a.boxes.Find(r.Context(), clientID, name); err != nil {
			return wire.Response{}, err
		}
	}
	boxes, err := a.boxes.Boxes(clientID)
	if err != nil {
		return wire.Response{}, err
	}
	views := make([]boxView, len(boxes))
	for i, b := range boxes {
		views[i] = viewBox(b)
	}
	return reply(views)
}

// boxView is a box as its owner sees it. Applications have no id of their own here, so that there is no applicationId.
type boxView struct {
	ID         string          `json:"boxId"`
	Name       string          `json:"boxName"`
	Creator    creatorView     `json:"boxCreator"`
	Subscriber *subscriberView `json:"subscriber,omitempty"`
}

type creatorView struct {
	ClientID string `json:"clientId"`
}

type subscriberView struct {
	CallbackURL string `json:"callBackUrl"`
	Subscribed  string `json:"subscribedDateTime"`
	Type        string `json:"subscriptionType"`
}

func viewBox(b movement.Box) boxView {
	v := boxView{ID: b.ID, Name: b.Name, Creator: creatorView{b.ClientID}}
	if b.Callback != "" {
		v.Subscriber = &subscriberView{b.Callback, notify.Time(b.Subscribed), "API_PUSH_SUBSCRIBER"}
	}
	return v
}

// Notifications lists what is in a box, the oldest first.
func (a *API) Notifications(r *http.Request, c platform.Caller) (wire.Response, error) {
	id, clientID, err := enterBox(r, c)
	if err != nil {
		return wire.Response{}, err
	}
	q, err := query(r.URL.RawQuery)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckBox)
	if _, err := a.own(id, clientID); err != nil {
		return wire.Response{}, err
	}
	q.Box = id
	found, err := a.boxes.Read(q)
	if err != nil {
		return wire.Response{}, err
	}
	views := make([]notify.Wrapper, len(found))
	for i, n := range found {
		views[i] = notify.Wrap(n)
	}
	return reply(views)
}

// mostAcknowledged is how many notifications can be acknowledged at once.
const mostAcknowledged = 100

// Acknowledge marks notifications as read.
func (a *API) Acknowledge(r *http.Request, c platform.Caller) (wire.Response, error) {
	id, clientID, err := enterBox(r, c)
	if err != nil {
		return wire.Response{}, err
	}
	var order struct {
		IDs []string `json:"notificationIds"`
	}
	if err := decode(r, &order); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckBody)
	if !areDistinctUUIDs(order.IDs) || len(order.IDs) > mostAcknowledged {
		return wire.Response{}, invalidBody
	}
	exchange.At(r.Context(), client.CheckBox)
	if _, err := a.own(id, clientID); err != nil {
		return wire.Response{}, err
	}
	if err := a.boxes.Acknowledge(r.Context(), id, order.IDs); err != nil {
		return wire.Response{}, err
	}
	return wire.Empty(http.StatusNoContent), nil
}

// own is a box, if it is the client's.
func (a *API) own(id, clientID string) (movement.Box, error) {
	b, found, err := a.boxes.Box(id)
	switch {
	case err != nil:
		return b, err
	case !found:
		return b, noBox
	case b.ClientID != clientID:
		return b, denied
	}
	return b, nil
}

// enter does the checks that come before all others, Accept and then the caller, and returns the client that calls.
func enter(r *http.Request, c platform.Caller) (clientID string, err error) {
	exchange.At(r.Context(), client.CheckAccept)
	if r.Header.Get("Accept") != accepted {
		exchange.Want(r.Context(), "Accept", accepted)
		return "", badAccept
	}
	exchange.At(r.Context(), client.CheckAuthorisation)
	return c.ClientID, authorise(c)
}

// enterBox is enter for a path with a box, whose id it returns, too.
func enterBox(r *http.Request, c platform.Caller) (id, clientID string, err error) {
	clientID, err = enter(r, c)
	if errors.Is(err, badAccept) {
		return "", "", err
	}
	if id = bind.Segment(mux.Vars(r)[BoxVar]); !bind.IsUUID(id) {
		exchange.At(r.Context(), client.CheckPath)
		return "", "", badBoxID
	}
	if err == nil {
		exchange.At(r.Context(), client.CheckPath)
	}
	return id, clientID, err
}

func reply(v any) (wire.Response, error) {
	body, err := notify.JSON(v)
	return wire.OfJSON(http.StatusOK, body), err
}
