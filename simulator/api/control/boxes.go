package control

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
)

func viewBox(b movement.Box) client.Box {
	v := client.Box{ID: b.ID, Name: b.Name, ClientID: b.ClientID, CallbackURL: b.Callback}
	if b.Callback != "" {
		v.Subscribed = &b.Subscribed
	}
	return v
}

// Boxes lists the boxes of all clients.
func (a *API) Boxes(r *http.Request) (wire.Response, error) {
	views, err := a.boxViews()
	return reply(http.StatusOK, client.Boxes{Boxes: views}), err
}

func (a *API) boxViews() ([]client.Box, error) {
	boxes, err := a.Notify.Boxes("")
	views := make([]client.Box, len(boxes))
	for i, b := range boxes {
		views[i] = viewBox(b)
		views[i].CallbackURL = notify.Shown(b.Callback)
		counts, err := a.Notify.Count(b.ID)
		if err != nil {
			return nil, err
		}
		views[i].Notifications = &client.NotificationCounts{
			Pending: counts[movement.NotificationPending], Acknowledged: counts[movement.NotificationAcknowledged], Failed: counts[movement.NotificationFailed],
		}
	}
	return views, err
}

// notifications are the settings about notifications.
func (a *API) notifications() (client.NotificationSettings, error) {
	made, err := a.boxViews()
	if err != nil {
		return client.NotificationSettings{}, err
	}
	choices := []client.Choice{{When: "a box was made for the client with PUT /simulator/v1/boxes", Then: "its movements tell the box of messages from customs"}}
	if a.Notify.Settings.Boxes == notify.All {
		choices = append(choices, client.Choice{When: "no box was made for the client", Then: "it is made when something asks for it"})
	} else {
		choices = append(choices, client.Choice{When: "no box was made for the client", Then: "nobody is notified"})
	}
	return client.NotificationSettings{Boxes: choices, Callbacks: orEmpty(a.Notify.Callbacks), Made: made}, nil
}

// MakeBox gives a client a box for notifications, as HMRC does when an application subscribes to the API. Making a box
// that is there changes nothing but its secret and its callback, if they are given.
func (a *API) MakeBox(r *http.Request, order client.BoxOrder) (wire.Response, error) {
	clientID, err := clientOf(order, a.Platform)
	if err != nil {
		return wire.Response{}, err
	}
	name, err := boxName(order)
	if err != nil {
		return wire.Response{}, err
	}
	b, err := a.Notify.Make(r.Context(), clientID, name, order.PushSecret)
	if err != nil {
		return wire.Response{}, err
	}
	if order.CallbackURL != nil {
		if b, err = a.Notify.Subscribe(r.Context(), b.ID, *order.CallbackURL); err != nil {
			return wire.Response{}, badCallback(err)
		}
	}
	v := viewBox(b)
	v.PushSecret = b.Secret
	return reply(http.StatusOK, v), nil
}

// badCallback says why notifications will not be sent to a URL.
func badCallback(err error) error {
	var no *notify.CallbackError
	if !errors.As(err, &no) {
		return err
	}
	return hinted(http.StatusUnprocessableEntity, codeCallback, no,
		"whoever is behind the URL must answer GET …?challenge=WORD with 200 and {\"challenge\":\"WORD\"}; the box is there without it")
}

func clientOf(o client.BoxOrder, p *platform.Platform) (string, error) {
	if (o.Token == "") == (o.ClientID == "") {
		return "", bad("send the bearer token of the client as token, or its client id as clientId", "it must be one of token and clientId")
	}
	if o.Token != "" {
		return p.ClientOf(o.Token), nil
	}
	return o.ClientID, nil
}

func boxName(o client.BoxOrder) (string, error) {
	names := notify.BoxNames()
	if p, known := message.PhaseOfVersion(o.APIVersion); known && o.BoxName == "" {
		return notify.BoxName(p), nil
	}
	if o.APIVersion == "" && slices.Contains(names, o.BoxName) {
		return o.BoxName, nil
	}
	return "", bad("send an apiVersion (1.0, 2.1 or 3.0), or one of the names "+strings.Join(names, ", ")+" as boxName",
		"there are no boxes named %q", cmp.Or(o.BoxName, o.APIVersion))
}

// RemoveBox forgets a box and its notifications.
func (a *API) RemoveBox(r *http.Request) (wire.Response, error) {
	id := pathVar(r, BoxVar)
	err := a.Notify.Remove(r.Context(), id)
	return wire.Empty(http.StatusNoContent), noBox(id, err)
}
