package movement

import "time"

// Box is where a trader's software finds, or is sent, notifications of messages from customs (docs/spec/api-1.0.md#14;
// docs/spec/api-2.1-3.0.md#11).
type Box struct {
	// ID is a UUID.
	ID string `json:"id"`
	// ClientID names the application that the box belongs to.
	ClientID string `json:"clientId"`
	// Name is that of the notification field of an API version: "customs/transits##2.1##notificationUrl".
	Name string `json:"name"`
	// Callback is the URL that notifications are sent to; empty for a box that is only read.
	Callback string `json:"callback,omitempty"`
	// Subscribed is when the callback was set.
	Subscribed time.Time `json:"subscribed,omitzero"`
	// Secret is the client secret that signs what is sent.
	Secret string `json:"secret,omitempty"`
}

// NotificationStatus says what has become of a notification.
type NotificationStatus string

// Notification statuses (docs/spec/api-2.1-3.0.md#11-4).
const (
	NotificationPending      NotificationStatus = "PENDING"
	NotificationAcknowledged NotificationStatus = "ACKNOWLEDGED" // read by the trader's software, or delivered
	NotificationFailed       NotificationStatus = "FAILED"       // could not be delivered for too long
)

// NotificationStatuses are all of them.
var NotificationStatuses = []NotificationStatus{NotificationPending, NotificationAcknowledged, NotificationFailed}

// Notification says in a box that a message from customs has come.
type Notification struct {
	// ID is a UUID.
	ID string `json:"id"`
	// Order and Seq order notifications of the same time: by the creation of their movements, and then as they were
	// stored. Given when the notification is stored.
	Order uint64 `json:"order"`
	Seq   uint64 `json:"seq"`
	Box   string `json:"box"`
	// Movement, Message and Type say what it speaks of: two ids and the IE code.
	Movement string             `json:"movement"`
	Message  string             `json:"message"`
	Type     string             `json:"type,omitempty"`
	Created  time.Time          `json:"created"`
	Status   NotificationStatus `json:"status"`
	// Text is what is notified: JSON. WithBody says that the message goes along: it is put into the text when that is read
	// or sent, so that no message is stored twice.
	Text     string `json:"text"`
	WithBody bool   `json:"withBody,omitempty"`

	// Due is when it is to be sent to the callback (again); zero if it is not.
	Due time.Time `json:"due,omitzero"`
	// Attempts counts how often it was sent, and Answer is what came of it last.
	Attempts int    `json:"attempts,omitempty"`
	Answer   string `json:"answer,omitempty"`
	// Sent are the last attempts to send it, the oldest first, up to MostDeliveries; Answers counts what came of all of them.
	Sent    []Delivery    `json:"sent,omitempty"`
	Answers []AnswerCount `json:"answers,omitempty"`
}

// How many attempts are kept of a notification, and how many different answers are counted.
const (
	MostDeliveries = 20
	MostAnswers    = 20
)

// Delivery is one attempt to send a notification to the callback of its box.
type Delivery struct {
	// Number counts the attempts of the notification from 1.
	Number int `json:"number"`
	// At is when it was made by the simulator's clock, and Real by that of the machine; Duration is how long it took in real time.
	At       time.Time     `json:"at"`
	Real     time.Time     `json:"real"`
	Duration time.Duration `json:"duration"`
	// URL is where it went, without a query, in which there may be a secret.
	URL string `json:"url"`
	// Status is that of the answer, 0 if there was none; Error says why there was none, Body is the beginning of the answer.
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	Body   string `json:"body,omitempty"`
	// Signature is that of what was sent, and Size is how many bytes that were. WithBody says that the message went along.
	Signature string `json:"signature"`
	Size      int    `json:"size"`
	WithBody  bool   `json:"withBody,omitempty"`
}

// AnswerCount says how often an answer came, and for which attempts first and last.
type AnswerCount struct {
	// Answer is a status with its text, or why there was no answer.
	Answer string `json:"answer"`
	Count  int    `json:"count"`
	First  int    `json:"first"`
	Last   int    `json:"last"`
}

// Record keeps an attempt, whose number it sets, and counts its answer.
func (n *Notification) Record(d Delivery, answer string) {
	d.Number = n.Attempts
	n.Sent = append(n.Sent[max(0, len(n.Sent)+1-MostDeliveries):], d)
	for i := range n.Answers {
		if a := &n.Answers[i]; a.Answer == answer {
			a.Count++
			a.Last = d.Number
			return
		}
	}
	if len(n.Answers) < MostAnswers {
		n.Answers = append(n.Answers, AnswerCount{answer, 1, d.Number, d.Number})
	}
}
