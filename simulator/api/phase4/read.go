package phase4

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
)

// maxMovements is how many movements a list shows (docs/spec/api-1.0.md#6).
const maxMovements = 5000

// numberOf is the id of a movement in API 1.0.
func numberOf(m movement.Movement) string { return strconv.Itoa(m.Number) }

// messageNumber is the id of a message in API 1.0, which counts from 1 in every movement.
func messageNumber(record movement.Message) string { return strconv.Itoa(record.Ordinal + 1) }

func movementPath(m movement.Movement) string { return wire.MovementPath(m.Kind, numberOf(m)) }

func messagePath(m movement.Movement, record movement.Message) string {
	return wire.MessagePath(m.Kind, numberOf(m), messageNumber(record))
}

// hidden says whether a message is not shown, because NCTS did not take it (docs/spec/api-1.0.md#6).
func hidden(record movement.Message) bool { return record.Status == movement.Failed }

// ListMovements is D2 and A2: the caller's departures or arrivals, the last updated first.
func (a *API) ListMovements(r *http.Request, c platform.Caller) (wire.Response, error) {
	if err := enter(r, c); err != nil {
		return wire.Response{}, err
	}
	since, err := sinceOf(r, "updatedSince")
	if err != nil {
		return wire.Response{}, err
	}
	kind := endpoint.KindOf(r)
	q := store.MovementQuery{EORI: c.EORI, Kind: kind, Generation: message.GenerationPhase4}
	var found []*movement.Movement
	var total int
	err = a.Engine.Read(func(tx *store.Tx) (err error) {
		if q.UpdatedSince, err = a.keptSince(tx); err != nil {
			return err
		}
		q.Limit = 1
		if _, total, err = tx.Movements(q); err != nil {
			return err
		}
		if since := since.Instant(); since.After(q.UpdatedSince) {
			q.UpdatedSince = since
		}
		q.Limit, q.PageOnly = maxMovements, true
		found, _, err = tx.Movements(q)
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	j := wire.NewJSON(256 + 384*len(found))
	j.Object("")
	j.Object("_links").Link("self", wire.ListPath(kind)).EndObject()
	j.Object("_embedded").Array(kind.Plural())
	for _, m := range found {
		a.writeMovement(j, "", *m)
	}
	plural := kind.Title() + "s"
	j.EndArray().Int("retrieved"+plural, len(found)).Int("total"+plural, total)
	return wire.OfJSON(http.StatusOK, j.EndObject().EndObject().Bytes()), nil
}

// sinceOf reads the one query parameter that an endpoint has; all others are ignored (docs/spec/api-1.0.md#6).
func sinceOf(r *http.Request, name string) (bind.Timestamp, error) {
	in := bind.NewQuery(r.URL.RawQuery)
	since := in.Time(name)
	return since, in.Err()
}

// keptSince bounds lists to movements that are still kept, if the store has others: a bound costs time, and as a rule what
// has expired is gone.
func (a *API) keptSince(tx *store.Tx) (since time.Time, err error) {
	kept := a.Engine.RetainedSince(phase)
	expired, err := tx.Expired(message.GenerationPhase4, kept, 1)
	if err == nil && len(expired) > 0 {
		since = kept
	}
	return since, err
}

// GetMovement is D3 and A4: one movement.
func (a *API) GetMovement(r *http.Request, c platform.Caller) (wire.Response, error) {
	number, _, err := path(r)
	if err != nil {
		return wire.Response{}, err
	}
	if err := enter(r, c); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckMovement)
	var m *movement.Movement
	err = a.Engine.Read(func(tx *store.Tx) (err error) {
		if m, err = a.visible(tx, c.EORI, endpoint.KindOf(r), number); err == nil {
			exchange.Concern(r.Context(), m.ID, "", "")
		}
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	j := wire.NewJSON(512)
	a.writeMovement(j, "", *m)
	return wire.OfJSON(http.StatusOK, j.Bytes()), nil
}

// writeMovement writes the object of docs/spec/api-1.0.md#5-3, which is also the element of a list and embedded in the
// messages.
func (a *API) writeMovement(j *wire.JSON, key string, m movement.Movement) {
	j.Object(key).
		String("id", numberOf(m)).
		String("created", javaLocal(m.Dated)).
		String("updated", javaLocal(m.Updated))
	if m.MRN != "" {
		j.String("movementReferenceNumber", m.MRN)
	}
	if a.Phase4Status != setting.Off {
		j.String("status", string(m.State))
	}
	j.Object("_links").
		Link("self", movementPath(m)).
		Link("messages", wire.MessagesPath(m.Kind, numberOf(m))).
		EndObject()
	j.EndObject()
}

// stored is a message as it lies in the store.
type stored struct {
	movement.Message
	body []byte
}

// ListMessages is D5 and A6: the messages of a movement in both directions, the first one first.
func (a *API) ListMessages(r *http.Request, c platform.Caller) (wire.Response, error) {
	number, _, err := path(r)
	if err != nil {
		return wire.Response{}, err
	}
	if err := enter(r, c); err != nil {
		return wire.Response{}, err
	}
	since, err := sinceOf(r, "receivedSince")
	if err != nil {
		return wire.Response{}, err
	}
	var m *movement.Movement
	exchange.At(r.Context(), client.CheckMovement)
	var messages []stored
	err = a.Engine.Read(func(tx *store.Tx) (err error) {
		if m, err = a.visible(tx, c.EORI, endpoint.KindOf(r), number); err != nil {
			return err
		}
		exchange.Concern(r.Context(), m.ID, "", "")
		messages, err = messagesOf(tx, m.ID, store.MessageQuery{ReceivedSince: since.Instant()})
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	size := 512
	for _, one := range messages {
		size += 384 + len(one.body) + len(one.body)/8
	}
	j := wire.NewJSON(size)
	j.Object("")
	j.Object("_links").Link("self", wire.MessagesPath(m.Kind, numberOf(*m))).EndObject()
	j.Object("_embedded").Array("messages")
	for _, one := range messages {
		writeMessage(j, *m, one)
	}
	j.EndArray()
	a.writeMovement(j, string(m.Kind), *m)
	return wire.OfJSON(http.StatusOK, j.EndObject().EndObject().Bytes()), nil
}

// read adds its body to the record of a message. Only what an officer has forced upon the trader can be without one.
func read(tx *store.Tx, record movement.Message) (stored, error) {
	if record.Size == 0 {
		return stored{Message: record}, nil
	}
	body, err := tx.Body(record.Movement, record.ID)
	return stored{record, body}, err
}

// messagesOf are the messages of a movement that are shown, by their numbers.
func messagesOf(tx *store.Tx, id string, q store.MessageQuery) ([]stored, error) {
	records, _, err := tx.Messages(id, q)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(records, func(a, b movement.Message) int { return a.Ordinal - b.Ordinal })
	var out []stored
	for _, record := range records {
		if hidden(record) {
			continue
		}
		one, err := read(tx, record)
		if err != nil {
			if err := tx.LeaveOut(record, err); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, one)
	}
	return out, nil
}

// GetMessage is D6 and A7: one message.
func (a *API) GetMessage(r *http.Request, c platform.Caller) (wire.Response, error) {
	number, messageNumber, err := path(r)
	if err != nil {
		return wire.Response{}, err
	}
	if err := enter(r, c); err != nil {
		return wire.Response{}, err
	}
	var m *movement.Movement
	exchange.At(r.Context(), client.CheckMovement)
	var one stored
	err = a.Engine.Read(func(tx *store.Tx) (err error) {
		if m, err = a.visible(tx, c.EORI, endpoint.KindOf(r), number); err != nil {
			return err
		}
		one.Message, err = tx.MessageAt(m.ID, messageNumber-1)
		exchange.Concern(r.Context(), m.ID, one.ID, one.Type)
		if err != nil || hidden(one.Message) {
			return orHidden(err)
		}
		one, err = read(tx, one.Message)
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	j := wire.NewJSON(512 + len(one.body) + len(one.body)/8)
	writeMessage(j, *m, one)
	return wire.OfJSON(http.StatusOK, j.Bytes()), nil
}

func orHidden(err error) error {
	if err != nil {
		return err
	}
	return store.ErrNotFound
}

// writeMessage writes the object of docs/spec/api-1.0.md#5-5.
func writeMessage(j *wire.JSON, m movement.Movement, one stored) {
	j.Object("")
	writeMessageHead(j, m, one.Message)
	j.String("received", toSeconds(one.Received)).
		String("messageType", one.Type).
		StringBytes("body", shown(one.body)).
		EndObject()
}

// writeMessageHead writes what all objects about a message begin with: links and ids.
func writeMessageHead(j *wire.JSON, m movement.Movement, record movement.Message) {
	j.Object("_links").
		Link("self", messagePath(m, record)).
		Link(string(m.Kind), movementPath(m)).
		EndObject()
	j.String(string(m.Kind)+"Id", numberOf(m)).String("messageId", messageNumber(record))
}

// BoxPath is the path of the push box.
const BoxPath = "/customs/transits/movements/push-pull-notifications/box"

// GetBox is N1: the push box of the application that calls (docs/spec/api-1.0.md#5-7). The Accept header is not looked
// at.
func (a *API) GetBox(r *http.Request, c platform.Caller) (wire.Response, error) {
	if err := authorise(c); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckBox)
	clientID := c.ClientID
	if clientID == "" {
		return wire.Response{}, clientError(http.StatusBadRequest, textClientID)
	}
	var box movement.Box
	var found bool
	var err error
	if a.Boxes != nil {
		box, found, err = a.Boxes.Find(r.Context(), clientID, notify.BoxName(phase))
	}
	switch {
	case err != nil:
		return wire.Response{}, err
	case !found:
		return wire.Response{}, clientError(http.StatusNotFound, textNoBox)
	}
	var j wire.JSON
	j.Object("").String("boxId", box.ID).String("boxName", box.Name)
	j.Object("_links").Link("self", BoxPath).EndObject()
	return wire.OfJSON(http.StatusOK, j.EndObject().Bytes()), nil
}
