package notify

import (
	"time"

	"nctsim/simulator/movement"
)

// contentType is that of all notifications.
const contentType = "application/json"

// Wrapper is a notification as a client sees it: what it reads from its box, and what is sent to its callback
// (docs/spec/api-2.1-3.0.md#11-3). The keys are in the order of the fields.
type Wrapper struct {
	ID          string                      `json:"notificationId"`
	BoxID       string                      `json:"boxId"`
	ContentType string                      `json:"messageContentType"`
	Message     string                      `json:"message"`
	Status      movement.NotificationStatus `json:"status"`
	Created     string                      `json:"createdDateTime"`
}

// Wrap makes what a client sees of a notification.
func Wrap(n movement.Notification) Wrapper {
	return Wrapper{n.ID, n.Box, contentType, n.Text, n.Status, Time(n.Created)}
}

// Time renders a time as the push-pull notifications service does: UTC, milliseconds, the offset without a colon.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }

// JSON renders a value as the service does.
func JSON(v any) ([]byte, error) {
	text, err := compact(v)
	return []byte(text), err
}
