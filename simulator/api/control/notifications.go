package control

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/store"
)

// NotificationVar is the name of a variable in the paths of the routes.
const NotificationVar = "notification"

// defaultNotifications is how many notifications a list has if nobody asks for another number.
const defaultNotifications = 100

// longestResend is how long the answer to a call waits for a subscriber, in real time.
const longestResend = notify.DefaultTimeout + 2*time.Second

// Notifications lists what is in a box, the newest first.
func (a *API) Notifications(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	asked := store.NotificationQuery{
		Box: strings.ToLower(pathVar(r, BoxVar)), Status: movement.NotificationStatus(strings.ToUpper(q.Get("status"))), Limit: defaultNotifications,
	}
	if asked.Status != "" && !slices.Contains(movement.NotificationStatuses, asked.Status) {
		return wire.Response{}, bad("status is PENDING, ACKNOWLEDGED or FAILED", "status cannot be %q", q.Get("status"))
	}
	if q.Has("limit") {
		var err error
		if asked.Limit, err = strconv.Atoi(q.Get("limit")); err != nil || asked.Limit < 1 {
			return wire.Response{}, bad("limit is a number from 1 on", "limit cannot be %q", q.Get("limit"))
		}
	}
	found, total, err := a.Notify.List(asked)
	views := make([]client.Notification, len(found))
	for i, n := range found {
		views[i] = viewNotification(n)
	}
	return reply(http.StatusOK, client.Notifications{Notifications: views, Total: total}), noBox(asked.Box, err)
}

// Notification shows one with its attempts.
func (a *API) Notification(r *http.Request) (wire.Response, error) {
	return a.showNotification(pathVar(r, NotificationVar))
}

func (a *API) showNotification(id string) (wire.Response, error) {
	l, err := a.Notify.Look(id)
	if err != nil {
		return wire.Response{}, noNotification(id, err)
	}
	v := client.NotificationDetail{
		Notification: viewNotification(l.Notification), CallbackURL: notify.Shown(l.Box.Callback), Body: string(l.Body), Signature: l.Signature,
		BodyWithMessage: string(l.WithMessage), Deliveries: []client.Delivery{}, Curl: l.Command(),
	}
	for _, d := range l.Sent {
		v.Deliveries = append(v.Deliveries, viewDelivery(d))
	}
	return reply(http.StatusOK, v), nil
}

// Resend sends a notification again.
func (a *API) Resend(r *http.Request) (wire.Response, error) {
	id := pathVar(r, NotificationVar)
	ctx, cancel := a.waiting(r, longestResend)
	defer cancel()
	if err := a.Notify.Resend(ctx, id); err != nil {
		return wire.Response{}, noNotification(id, err)
	}
	return a.showNotification(id)
}

// Acknowledge marks a notification as read.
func (a *API) Acknowledge(r *http.Request) (wire.Response, error) {
	id := pathVar(r, NotificationVar)
	l, err := a.Notify.Look(id)
	if err != nil {
		return wire.Response{}, noNotification(id, err)
	}
	if err := a.Notify.Acknowledge(r.Context(), l.Box.ID, []string{l.ID}); err != nil {
		return wire.Response{}, err
	}
	return a.showNotification(id)
}

// TestBox asks the callback of a box to repeat a challenge.
func (a *API) TestBox(r *http.Request) (wire.Response, error) {
	id := pathVar(r, BoxVar)
	ctx, cancel := context.WithTimeout(r.Context(), longestResend)
	defer cancel()
	d, err := a.Notify.Test(ctx, id)
	return reply(http.StatusOK, viewDelivery(d)), noBox(id, err)
}

func viewNotification(n movement.Notification) client.Notification {
	v := client.Notification{
		ID: n.ID, BoxID: n.Box, Movement: n.Movement, MessageID: n.Message, MessageType: n.Type, Created: n.Created, Status: n.Status,
		Attempts: n.Attempts, Answer: n.Answer, Answers: orEmpty(n.Answers),
	}
	if !n.Due.IsZero() {
		v.Due = &n.Due
	}
	return v
}

func viewDelivery(d movement.Delivery) client.Delivery {
	return client.Delivery{
		Number: d.Number, At: d.At, Real: d.Real, Duration: d.Duration.Round(time.Microsecond).String(), URL: d.URL, Status: d.Status, Error: d.Error,
		Answer: d.Body, Signature: d.Signature, Size: d.Size, WithMessage: d.WithBody,
	}
}

// noBox says that there is no such box, or nothing to call.
func noBox(id string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return unknown("GET /simulator/v1/boxes lists them", "there is no box %s", id)
	}
	return noCallback(err)
}

func noNotification(id string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return unknown("GET /simulator/v1/boxes/{boxId}/notifications lists those of a box; they are kept for 30 days", "there is no notification %s", id)
	}
	return noCallback(err)
}

func noCallback(err error) error {
	if errors.Is(err, notify.ErrNoCallback) {
		return hinted(http.StatusConflict, codeCallback, err, "")
	}
	return err
}
