package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"nctsim/simulator/movement"
)

const notificationsPath = v1 + "/notifications"

// Notification says in a box that a message from customs has come, or how an upload has ended.
type Notification struct {
	ID    string `json:"notificationId"`
	BoxID string `json:"boxId"`
	// Movement, MessageID and MessageType say what it speaks of: two ids and the IE code.
	Movement    string                      `json:"movement"`
	MessageID   string                      `json:"messageId,omitempty"`
	MessageType string                      `json:"messageType,omitempty"`
	Created     time.Time                   `json:"created"`
	Status      movement.NotificationStatus `json:"status"`
	// Due is when it will be sent, or sent again; it is left out if it will not.
	Due *time.Time `json:"due,omitempty"`
	// Attempts is how often it was sent, Answer is what came of it last, and Answers count what came of all of them.
	Attempts int                    `json:"attempts"`
	Answer   string                 `json:"answer,omitempty"`
	Answers  []movement.AnswerCount `json:"answers"`
}

// NotificationDetail is a notification with what is sent and what came of it.
type NotificationDetail struct {
	Notification
	// CallbackURL is where the box has it sent, without a query.
	CallbackURL string `json:"callbackUrl,omitempty"`
	// Body is what is sent, byte for byte, and Signature is its X-Hub-Signature. An attempt with the same signature has sent the
	// same.
	Body      string `json:"body"`
	Signature string `json:"signature"`
	// BodyWithMessage is what the attempts with the message have sent, if it is left out now because it was too large.
	BodyWithMessage string `json:"bodyWithMessage,omitempty"`
	// Deliveries are the last attempts, up to 20, the oldest first.
	Deliveries []Delivery `json:"deliveries"`
	// Curl is a command line that sends it to the callback, with its signature.
	Curl string `json:"curl,omitempty"`
}

// Delivery is one attempt to call a callback.
type Delivery struct {
	// Number counts the attempts of a notification from 1; 0 is a test.
	Number int `json:"number"`
	// At is when it was made by the simulator's clock, and Real by that of the machine; Duration is how long it took in real
	// time: "12ms".
	At       time.Time `json:"at"`
	Real     time.Time `json:"real"`
	Duration string    `json:"duration"`
	// URL is where it went, without a query.
	URL string `json:"url"`
	// Status is that of the answer, 0 if there was none. Error says what is wrong with it, or why there was none.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	// Answer is the beginning of the body that came back.
	Answer string `json:"answer,omitempty"`
	// Signature is that of what was sent, Size is how many bytes that were; WithMessage says that the message went along.
	Signature   string `json:"signature,omitempty"`
	Size        int    `json:"size"`
	WithMessage bool   `json:"withMessage"`
}

// Notifications are notifications of a box, the newest first, and how many there are in all that fit.
type Notifications struct {
	Notifications []Notification `json:"notifications"`
	Total         int            `json:"total"`
}

// NotificationQuery narrows a list of notifications; empty fields find all.
type NotificationQuery struct {
	Status movement.NotificationStatus
	// Limit is the largest number that is listed; 0 leaves that to the simulator.
	Limit int
}

// Notifications lists what is in a box.
func (c Client) Notifications(ctx context.Context, boxID string, q NotificationQuery) (Notifications, error) {
	query := url.Values{}
	if q.Status != "" {
		query.Set("status", string(q.Status))
	}
	if q.Limit > 0 {
		query.Set("limit", strconv.Itoa(q.Limit))
	}
	return get[Notifications](ctx, c, withQuery(below(boxesPath, boxID, "notifications"), query))
}

// Notification shows one notification with its attempts.
func (c Client) Notification(ctx context.Context, id string) (NotificationDetail, error) {
	return get[NotificationDetail](ctx, c, below(notificationsPath, id))
}

// Resend sends a notification again, whatever has become of it, and shows it when that was tried.
func (c Client) Resend(ctx context.Context, id string) (NotificationDetail, error) {
	return send[NotificationDetail](ctx, c, http.MethodPost, below(notificationsPath, id, "resend"), nil)
}

// Acknowledge marks a notification as read.
func (c Client) Acknowledge(ctx context.Context, id string) (NotificationDetail, error) {
	return send[NotificationDetail](ctx, c, http.MethodPost, below(notificationsPath, id, "acknowledge"), nil)
}

// TestBox asks the callback of a box to repeat a challenge, as when it is set, and changes nothing. The Error of the delivery is
// empty if the callback does what it has to.
func (c Client) TestBox(ctx context.Context, boxID string) (Delivery, error) {
	return send[Delivery](ctx, c, http.MethodPost, below(boxesPath, boxID, "test"), nil)
}
