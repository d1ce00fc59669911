package traders

import (
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Page sizes (contract section 13).
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

// ListMovements is E2: the caller's departures or arrivals.
func (a *API) ListMovements(r *http.Request, c platform.Caller) (wire.Response, error) {
	in := bind.NewQuery(r.URL.RawQuery)
	var q store.MovementQuery
	var p paging
	q.UpdatedSince = in.Time("updatedSince").Since()
	q.MovementEORI = in.Text("movementEORI")
	q.MRN = in.Text("movementReferenceNumber")
	p.page, p.pageGiven = in.Long("page")
	p.count, p.countGiven = in.Long("count")
	q.ReceivedUntil = in.Time("receivedUntil").Until()
	q.LRN = in.Text("localReferenceNumber")
	if err := in.Err(); err != nil {
		return wire.Response{}, err
	}
	if _, _, err := enter(r, c, metadataFormats); err != nil {
		return wire.Response{}, err
	}
	if err := p.check(); err != nil {
		return wire.Response{}, err
	}
	q.EORI, q.Kind = c.EORI, KindOf(r)
	q.Skip, q.Limit = p.window()

	var found []*movement.Movement
	var total int
	err := a.Engine.View().View(func(tx *store.Tx) error {
		err := a.leaveOutExpired(tx, &q)
		if err == nil {
			found, total, err = tx.Movements(q)
		}
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	if p.missing(len(found)) {
		return wire.Response{}, refuse(codeNotFound, textNoPage)
	}
	return wire.OfJSON(http.StatusOK, movementsBody(q.Kind, in.Echo(), total, found)), nil
}

// leaveOutExpired bounds a query to the movements that are still kept, if the store has others: a bound costs
// time, and as a rule what has expired is gone.
func (a *API) leaveOutExpired(tx *store.Tx, q *store.MovementQuery) error {
	kept := a.Engine.KeptSince()
	expired, err := tx.Expired(kept, 1)
	if err == nil && len(expired) > 0 && q.UpdatedSince.Before(kept) {
		q.UpdatedSince = kept
	}
	return err
}

// GetMovement is E3: one movement.
func (a *API) GetMovement(r *http.Request, c platform.Caller) (wire.Response, error) {
	id, err := bind.ID(bind.MovementID, mux.Vars(r)[MovementVar])
	if err != nil {
		return wire.Response{}, err
	}
	if _, _, err := enter(r, c, metadataFormats); err != nil {
		return wire.Response{}, err
	}
	kind := KindOf(r)
	var m *movement.Movement
	err = a.Engine.View().View(func(tx *store.Tx) (err error) {
		m, err = Visible(a.Engine, tx, c.EORI, kind, id)
		return err
	})
	if err != nil {
		return wire.Response{}, orNoMovement(err, kind, id)
	}
	j := wire.NewJSON(512)
	writeMovement(j, m)
	return wire.OfJSON(http.StatusOK, j.Bytes()), nil
}

// ListMessages is E5: the messages of a movement.
func (a *API) ListMessages(r *http.Request, c platform.Caller) (wire.Response, error) {
	id, err := bind.ID(bind.MovementID, mux.Vars(r)[MovementVar])
	if err != nil {
		return wire.Response{}, err
	}
	in := bind.NewQuery(r.URL.RawQuery)
	var q store.MessageQuery
	var p paging
	q.ReceivedSince = in.Time("receivedSince").Since()
	p.page, p.pageGiven = in.Long("page")
	p.count, p.countGiven = in.Long("count")
	q.ReceivedUntil = in.Time("receivedUntil").Until()
	if err := in.Err(); err != nil {
		return wire.Response{}, err
	}
	if _, _, err := enter(r, c, metadataFormats); err != nil {
		return wire.Response{}, err
	}
	if err := p.check(); err != nil {
		return wire.Response{}, err
	}
	q.Skip, q.Limit = p.window()

	kind := KindOf(r)
	var found []movement.Message
	var total int
	err = a.Engine.View().View(func(tx *store.Tx) error {
		_, err := Visible(a.Engine, tx, c.EORI, kind, id)
		if err != nil {
			return orNoMovement(err, kind, id)
		}
		found, total, err = tx.Messages(id, q)
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	if p.missing(len(found)) {
		return wire.Response{}, refuse(codeNotFound, textNoPage)
	}
	return wire.OfJSON(http.StatusOK, messagesBody(kind, id, in.Echo(), total, found)), nil
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
