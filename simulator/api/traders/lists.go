package traders

import (
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Page sizes (docs/spec/api-2.1-3.0.md#13).
const (
	defaultCount = 25
	maxCount     = 500
)

// paging is the page that a client asked for.
type paging struct {
	page, count           int64
	pageGiven, countGiven bool
}

// check is step 6 of a GET: page before count.
func (p paging) check() error {
	switch {
	case p.pageGiven && p.page < 1:
		return refuse(codeBadRequest, textPage)
	case p.countGiven && p.count < 1:
		return refuse(codeBadRequest, textCount)
	}
	return nil
}

// window is what the page means for the store. The page may be far beyond anything stored.
func (p paging) window() (skip, limit int) {
	limit = defaultCount
	if p.countGiven {
		limit = int(min(p.count, maxCount))
	}
	if !p.pageGiven {
		return 0, limit
	}
	const farthest = 1 << 40
	return int(min(p.page-1, farthest)) * limit, limit
}

// missing says whether the answer to an empty page is that it does not exist.
func (p paging) missing(found int) bool { return found == 0 && p.pageGiven && p.page != 1 }

// movementList is what a client asks of the list of movements.
type movementList struct {
	store.MovementQuery
	paging
	echo string
}

func bindMovements(r *http.Request) (movementList, error) {
	in := bind.NewQuery(r.URL.RawQuery)
	var l movementList
	l.UpdatedSince = in.Time("updatedSince").Since()
	l.MovementEORI = in.Text("movementEORI")
	l.MRN = in.Text("movementReferenceNumber")
	l.page, l.pageGiven = in.Long("page")
	l.count, l.countGiven = in.Long("count")
	l.ReceivedUntil = in.Time("receivedUntil").Until()
	l.LRN = in.Text("localReferenceNumber")
	l.Skip, l.Limit = l.window()
	l.echo = in.Echo()
	return l, in.Err()
}

// ListMovements is E2: the caller's departures or arrivals.
func (a *API) ListMovements(r *http.Request, c platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckPath)
	list, err := bindMovements(r)
	if err != nil {
		return wire.Response{}, err
	}
	if _, _, err := enter(r, c, metadataFormats); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckPage)
	if err := list.check(); err != nil {
		return wire.Response{}, err
	}
	list.EORI, list.Kind, list.Generation = c.EORI, endpoint.KindOf(r), message.GenerationPhases56
	var found []*movement.Movement
	var total int
	err = a.Engine.Read(func(tx *store.Tx) error {
		err := a.leaveOutExpired(tx, &list.MovementQuery)
		if err == nil {
			found, total, err = tx.Movements(list.MovementQuery)
		}
		return err
	})
	if err == nil && list.missing(len(found)) {
		exchange.At(r.Context(), client.CheckPage)
		err = refuse(codeNotFound, textNoPage)
	}
	if err != nil {
		return wire.Response{}, err
	}
	return wire.OfJSON(http.StatusOK, movementsBody(list.Kind, list.echo, total, found)), nil
}

// leaveOutExpired bounds a query to the movements that are still kept, if the store has others: a bound costs
// time, and as a rule what has expired is gone.
func (a *API) leaveOutExpired(tx *store.Tx, q *store.MovementQuery) error {
	kept := a.Engine.RetainedSince(message.Phase6)
	expired, err := tx.Expired(message.GenerationPhases56, kept, 1)
	if err == nil && len(expired) > 0 && q.UpdatedSince.Before(kept) {
		q.UpdatedSince = kept
	}
	return err
}

// GetMovement is E3: one movement.
func (a *API) GetMovement(r *http.Request, c platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckPath)
	id, err := bind.ID(bind.MovementID, mux.Vars(r)[endpoint.MovementVar])
	if err != nil {
		return wire.Response{}, err
	}
	exchange.Concern(r.Context(), id, "", "")
	if _, _, err := enter(r, c, metadataFormats); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckMovement)
	kind := endpoint.KindOf(r)
	m, err := store.Read(a.Engine.Read, func(tx *store.Tx) (*movement.Movement, error) {
		return endpoint.Visible(a.Engine, tx, c.EORI, kind, id)
	})
	if err != nil {
		return wire.Response{}, orNoMovement(err, kind, id)
	}
	j := wire.NewJSON(512)
	writeMovement(j, m)
	return wire.OfJSON(http.StatusOK, j.Bytes()), nil
}

// messageList is what a client asks of the list of messages of a movement.
type messageList struct {
	store.MessageQuery
	paging
	movement, echo string
}

func bindMessages(r *http.Request) (messageList, error) {
	var l messageList
	var err error
	if l.movement, err = bind.ID(bind.MovementID, mux.Vars(r)[endpoint.MovementVar]); err != nil {
		return l, err
	}
	in := bind.NewQuery(r.URL.RawQuery)
	l.ReceivedSince = in.Time("receivedSince").Since()
	l.page, l.pageGiven = in.Long("page")
	l.count, l.countGiven = in.Long("count")
	l.ReceivedUntil = in.Time("receivedUntil").Until()
	l.Skip, l.Limit = l.window()
	l.echo = in.Echo()
	return l, in.Err()
}

// ListMessages is E5: the messages of a movement.
func (a *API) ListMessages(r *http.Request, c platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckPath)
	list, err := bindMessages(r)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.Concern(r.Context(), list.movement, "", "")
	if _, _, err := enter(r, c, metadataFormats); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckPage)
	if err := list.check(); err != nil {
		return wire.Response{}, err
	}
	kind := endpoint.KindOf(r)
	var found []movement.Message
	var total int
	err = a.Engine.Read(func(tx *store.Tx) error {
		exchange.At(r.Context(), client.CheckMovement)
		_, err := endpoint.Visible(a.Engine, tx, c.EORI, kind, list.movement)
		if err == nil {
			found, total, err = tx.Messages(list.movement, list.MessageQuery)
		}
		return orNoMovement(err, kind, list.movement)
	})
	if err == nil && list.missing(len(found)) {
		exchange.At(r.Context(), client.CheckPage)
		err = refuse(codeNotFound, textNoPage)
	}
	if err != nil {
		return wire.Response{}, err
	}
	return wire.OfJSON(http.StatusOK, messagesBody(kind, list.movement, list.echo, total, found)), nil
}

func movementsBody(k message.Kind, echo string, total int, found []*movement.Movement) []byte {
	j := wire.NewJSON(256 + 512*len(found))
	j.Object("")
	j.Object("_links").Link("self", wire.ListPath(k)+echo).EndObject()
	j.Int("totalCount", total)
	j.Array(k.Plural())
	for _, m := range found {
		writeMovement(j, m)
	}
	return j.EndArray().EndObject().Bytes()
}

// writeMovement writes the object of E3, which is also the element of the list. What is not known yet is an
// explicit null.
func writeMovement(j *wire.JSON, m *movement.Movement) {
	j.Object("")
	j.Object("_links").
		Link("self", wire.MovementPath(m.Kind, m.ID)).
		Link("messages", wire.MessagesPath(m.Kind, m.ID)).
		EndObject()
	j.String("id", m.ID)
	j.StringOrNull("movementReferenceNumber", m.MRN)
	j.StringOrNull("localReferenceNumber", m.LRN)
	j.String("created", wire.Time(m.Created))
	j.String("updated", wire.Time(m.Updated))
	j.String("enrollmentEORINumber", m.EORI)
	j.StringOrNull("movementEORINumber", m.MovementEORI)
	j.EndObject()
}

func messagesBody(k message.Kind, id, echo string, total int, found []movement.Message) []byte {
	j := wire.NewJSON(256 + 384*len(found))
	j.Object("")
	j.Object("_links").
		Link("self", wire.MessagesPath(k, id)+echo).
		Link(string(k), wire.MovementPath(k, id)).
		EndObject()
	j.Int("totalCount", total)
	j.Array("messages")
	for i := range found {
		j.Object("")
		writeMessage(j, k, &found[i])
		j.EndObject()
	}
	return j.EndArray().EndObject().Bytes()
}

// writeMessage writes the metadata of a message without the braces around it: E6 has a body after it. The
// type is left out while the message waits for its upload and null if it was never learnt.
func writeMessage(j *wire.JSON, k message.Kind, m *movement.Message) {
	j.Object("_links").
		Link("self", wire.MessagePath(k, m.Movement, m.ID)).
		Link(string(k), wire.MovementPath(k, m.Movement)).
		EndObject()
	j.String("id", m.ID)
	j.String(string(k)+"Id", m.Movement)
	j.String("received", wire.Time(m.Received))
	if m.Status != movement.Pending {
		j.StringOrNull("type", m.Type)
	}
	if m.Status != "" {
		j.String("status", string(m.Status))
	}
}
