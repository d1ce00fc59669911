package client

import (
	"context"
	"net/http"
	"time"
)

// Box is a box for notifications. The push secret, and the query of the callback URL, which may carry another, are shown
// to whoever makes the box, and never again.
type Box struct {
	ID          string     `json:"boxId"`
	Name        string     `json:"boxName"`
	ClientID    string     `json:"clientId"`
	CallbackURL string     `json:"callbackUrl,omitempty"`
	Subscribed  *time.Time `json:"subscribed,omitempty"`
	PushSecret  string     `json:"pushSecret,omitempty"`
	// Notifications are how many it has; they are left out in the answer to whoever makes the box.
	Notifications *NotificationCounts `json:"notifications,omitempty"`
}

// NotificationCounts are how many notifications a box has of each status.
type NotificationCounts struct {
	Pending      int `json:"pending"`
	Acknowledged int `json:"acknowledged"`
	Failed       int `json:"failed"`
}

// Boxes is the list of all boxes.
type Boxes struct {
	Boxes []Box `json:"boxes"`
}

// Boxes lists the boxes of all clients.
func (c Client) Boxes(ctx context.Context) ([]Box, error) {
	list, err := get[Boxes](ctx, c, boxesPath)
	return list.Boxes, err
}

// BoxOrder is a box that is to be made: for a Token or a ClientID, with an APIVersion or a BoxName.
type BoxOrder struct {
	// Token is a bearer token of the client, in place of its ClientID.
	Token    string `json:"token,omitempty"`
	ClientID string `json:"clientId,omitempty"`
	// APIVersion names the box, or BoxName does.
	APIVersion string `json:"apiVersion,omitempty"`
	BoxName    string `json:"boxName,omitempty"`
	// PushSecret signs what is sent; empty for one of the simulator's.
	PushSecret string `json:"pushSecret,omitempty"`
	// CallbackURL is where notifications are sent; empty for nowhere. Left out, a box that is there keeps its own.
	CallbackURL *string `json:"callbackUrl,omitempty"`
}

// MakeBox gives a client a box for notifications, as HMRC does when an application subscribes to the API. Making a box that
// is there changes nothing but its secret and its callback, if they are given.
func (c Client) MakeBox(ctx context.Context, o BoxOrder) (Box, error) {
	return send[Box](ctx, c, http.MethodPut, boxesPath, o)
}

// RemoveBox forgets a box and its notifications.
func (c Client) RemoveBox(ctx context.Context, id string) error {
	_, err := c.do(ctx, http.MethodDelete, below(boxesPath, id), "", nil)
	return err
}
