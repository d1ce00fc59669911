package notify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

const (
	// largestBody is up to how many bytes a message goes along with its notification.
	largestBody = 80_000
	// largestText is how many bytes a notification may have; with a message it may be more, since JSON takes two bytes
	// for some.
	largestText = 100 << 10
)

// payload is how the API versions of one generation notify.
type payload struct {
	// carries reports whether a message of so many bytes goes along.
	carries func(size int) bool
	// write makes what is notified; start is the beginning of the message, and body is "" if it does not go along.
	write func(m movement.Movement, p Posted, start []byte, body string) any
}

var payloads = map[message.Generation]payload{
	// docs/spec/api-1.0.md#14.
	message.GenerationPhase4: {func(size int) bool { return size < largestBody }, newPhase4Notice},
	// docs/spec/api-2.1-3.0.md#11-2.
	message.GenerationPhases56: {func(size int) bool { return size <= largestBody }, newPhases56Notice},
}

// phase4Notice is what API 1.0 notifies, in the order of its keys.
type phase4Notice struct {
	MessageURI  string `json:"messageUri"`
	RequestID   string `json:"requestId"`
	CustomerID  string `json:"customerId"`
	DepartureID string `json:"departureId,omitempty"`
	ArrivalID   string `json:"arrivalId,omitempty"`
	MessageID   int    `json:"messageId"`
	Received    string `json:"received"`
	MessageType string `json:"messageType,omitempty"`
	MessageBody string `json:"messageBody,omitempty"`
}

func newPhase4Notice(m movement.Movement, p Posted, start []byte, body string) any {
	id, number := strconv.Itoa(m.Number), p.Record.Ordinal+1
	departure, arrival := oneOf(m.Kind, id)
	uri := p.base + movementURI(m.Kind, id)
	return phase4Notice{
		messageURI(uri, strconv.Itoa(number)), uri, m.EORI, departure, arrival,
		number, prepared(start, p.Record.Received).Format("2006-01-02T15:04:05"), p.Record.Type, body,
	}
}

// phases56Notice is what API 2.1 and 3.0 notify of a message from customs.
type phases56Notice struct {
	MessageURI  string `json:"messageUri"`
	Type        string `json:"notificationType"`
	MessageID   string `json:"messageId"`
	EORI        string `json:"enrollmentEORINumber"`
	DepartureID string `json:"departureId,omitempty"`
	ArrivalID   string `json:"arrivalId,omitempty"`
	MessageType string `json:"messageType,omitempty"`
	MessageBody string `json:"messageBody,omitempty"`
}

const messageReceived = "MESSAGE_RECEIVED"

func newPhases56Notice(m movement.Movement, p Posted, _ []byte, body string) any {
	departure, arrival := oneOf(m.Kind, m.ID)
	uri := messageURI(p.base+movementURI(m.Kind, m.ID), p.Record.ID)
	return phases56Notice{uri, messageReceived, p.Record.ID, m.EORI, departure, arrival, p.Record.Type, body}
}

// submissionNotice is what API 2.1 and 3.0 notify of the end of an upload.
type submissionNotice struct {
	MessageURI  string          `json:"messageUri"`
	Type        string          `json:"notificationType"`
	MessageID   string          `json:"messageId"`
	EORI        string          `json:"enrollmentEORINumber"`
	DepartureID string          `json:"departureId,omitempty"`
	ArrivalID   string          `json:"arrivalId,omitempty"`
	Response    json.RawMessage `json:"response,omitempty"`
}

const submissionNotification = "SUBMISSION_NOTIFICATION"

// submissionText is what is notified of the end of an upload: the response goes along if it is not too large.
func submissionText(m movement.Movement, p Posted) (string, error) {
	response := json.RawMessage(p.Submission.Refusal)
	if response == nil {
		text := fmt.Sprintf("The message %s for movement %s was successfully processed", p.Record.ID, m.ID)
		response = json.RawMessage(fmt.Sprintf(`{"code":"SUCCESS","message":%q}`, text))
	}
	if len(response) > largestBody {
		response = nil
	}
	departure, arrival := oneOf(m.Kind, m.ID)
	uri := messageURI(p.base+movementURI(m.Kind, m.ID), p.Record.ID)
	return compact(submissionNotice{uri, submissionNotification, p.Record.ID, m.EORI, departure, arrival, response})
}

// oneOf puts the id of a movement into the field of its kind.
func oneOf(k message.Kind, id string) (departure, arrival string) {
	if k == message.Arrival {
		return "", id
	}
	return id, ""
}

func movementURI(k message.Kind, id string) string {
	return "/customs/transits/movements/" + k.Plural() + "/" + id
}

func messageURI(movementURI, id string) string { return movementURI + "/messages/" + id }

// text is what is notified of a message: JSON in one line. The message goes along if it is not too large.
func text(m movement.Movement, p Posted) (string, error) {
	if p.Submission != nil {
		return submissionText(m, p)
	}
	f := payloads[m.Phase.Generation()]
	carried := f.carries(p.Body.Size())
	known := headerSize
	if carried {
		known = p.Body.Size()
	}
	body := make([]byte, min(known, p.Body.Size()))
	if _, err := io.ReadFull(p.Body.Open(), body); err != nil {
		return "", err
	}
	if carried {
		full, err := compact(f.write(m, p, body, string(body)))
		if err != nil || len(full) <= largestText {
			return full, err
		}
	}
	return compact(f.write(m, p, body, ""))
}

// bodyKey begins the part of a notification that is left out when it is too large. It is the last one, and a text inside
// cannot be taken for it, because its quotes would be escaped.
const bodyKey = `,"messageBody":"`

// withoutBody is a notification without the message, and whether there was one.
func withoutBody(text string) (string, bool) {
	rest, _, found := strings.Cut(text, bodyKey)
	if !found {
		return text, false
	}
	return rest + "}", true
}

// complete puts the message into the text of a notification that goes with one. A message that is gone, or damaged, no longer
// goes along.
func complete(tx *store.Tx, n movement.Notification) (movement.Notification, error) {
	if !n.WithBody {
		return n, nil
	}
	body, err := tx.Body(n.Movement, n.Message)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrDamaged) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	text, err := compact(string(body))
	n.Text = strings.TrimSuffix(n.Text, "}") + strings.TrimSuffix(bodyKey, `"`) + text + "}"
	return n, err
}

// compact writes JSON without the escapes that only HTML needs, as HMRC's services do.
func compact(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("write a notification: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// The fields of the header of a phase 4 message that say when it was prepared, and how (docs/spec/api-1.0.md#9).
const (
	dateField = "DatOfPreMES9"
	timeField = "TimOfPreMES10"
)

// prepared is when a phase 4 message says that it was prepared: API 1.0 notifies that as received. A message that does
// not say it readably was received when it came.
func prepared(body []byte, otherwise time.Time) time.Time {
	date, clock := header(body)
	for _, layout := range []string{"20060102 1504", "060102 1504"} {
		if t, err := time.Parse(layout, date+" "+clock); err == nil {
			return t
		}
	}
	return otherwise.UTC()
}

// headerSize is within how many bytes the fields are looked for: they stand near the beginning.
const headerSize = 4 << 10

// header reads the two fields.
func header(body []byte) (date, clock string) {
	s := xmltree.NewScanner(body[:min(len(body), headerSize)])
	at := ""
	for date == "" || clock == "" {
		t, err := s.Next()
		if err != nil || t.Kind == xmltree.End {
			return date, clock
		}
		switch {
		case t.Kind == xmltree.StartTag:
			at = t.Name
		case t.Kind == xmltree.Text && at == dateField:
			date += strings.TrimSpace(t.Name)
		case t.Kind == xmltree.Text && at == timeField:
			clock += strings.TrimSpace(t.Name)
		default:
			at = ""
		}
	}
	return date, clock
}
