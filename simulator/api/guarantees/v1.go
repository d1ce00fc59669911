package guarantees

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// accept1 has to be somewhere in the Accept header of version 1.0.
const accept1 = "application/vnd.hmrc.1.0+json"

// RequestBalance is POST /customs/guarantees/balances. The checks stand in the order of
// docs/spec/guarantee-balance.md#1-1.
func (a *API) RequestBalance(r *http.Request, c platform.Caller) (wire.Response, error) {
	if err := authorise(c); err != nil {
		return wire.Response{}, err
	}
	value, err := readJSON(r)
	if err != nil {
		return wire.Response{}, err
	}
	if err := a.enter(r); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckBody)
	q, err := readEnquiry(value)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckThrottle)
	number, free, err := a.lock(r.Context(), c, q.GRN)
	switch {
	case err != nil:
		return wire.Response{}, err
	case !free:
		return wire.Response{}, errLocked1
	}
	exchange.At(r.Context(), client.CheckGuarantee)
	return a.enquire(r.Context(), q, a.streamOf(number))
}

// enter does what both endpoints do: version 1.0 may be gone, and has to be accepted.
func (a *API) enter(r *http.Request) error {
	exchange.At(r.Context(), client.CheckVersion)
	if a.BalanceAPI == Gone {
		return errGone
	}
	exchange.At(r.Context(), client.CheckAccept)
	if !strings.Contains(r.Header.Get("Accept"), accept1) {
		exchange.Want(r.Context(), "Accept", accept1)
		return errAccept1
	}
	return nil
}

// enquire asks the guarantee system. What takes too long is answered later, or not at all.
func (a *API) enquire(ctx context.Context, q guarantee.Enquiry, st *clock.Stream) (wire.Response, error) {
	late := a.BalanceDelay > Patience
	if late && a.BalanceAPI == Sync {
		return wire.Response{}, errTimeout
	}
	id := st.UUID()
	answer, err := a.ask(ctx, q, st)
	if err != nil {
		return wire.Response{}, err
	}
	if late {
		return a.postpone(ctx, id, q, answer)
	}
	reply, err := guarantee.ReadReply(answer)
	switch {
	case err != nil:
		return wire.Response{}, err
	case reply.Unreadable:
		return wire.Response{}, errInternal
	case len(reply.Errors) > 0:
		return wire.Response{}, &answered{http.StatusBadRequest, refusedBody(reply)}
	}
	var j wire.JSON
	j.Object("").Object("response")
	writeBalance(&j, reply)
	return ok(j.EndObject().EndObject().Bytes()), nil
}

// postpone keeps an answer that comes later and says where it can be fetched. The balance is that of the moment of the
// enquiry.
func (a *API) postpone(ctx context.Context, id string, q guarantee.Enquiry, answer *message.Document) (wire.Response, error) {
	now := a.Clock.Now()
	e := movement.Enquiry{
		ID: id, TaxID: q.TaxID, GRN: q.GRN, Requested: now, Completed: now.Add(a.BalanceDelay), Forgotten: now.Add(Remembered),
		Answer: string(answer.Bytes()),
	}
	if err := a.Store.Update(ctx, func(tx *store.Tx) error { return tx.PutEnquiry(e) }); err != nil {
		return wire.Response{}, err
	}
	var j wire.JSON
	writeLink(&j, id)
	response := wire.OfJSON(http.StatusAccepted, j.String("balanceId", id).EndObject().Bytes())
	response.Location = requestPath(id)
	return response, nil
}

// GetBalance is GET /customs/guarantees/balances/{balanceId} (docs/spec/guarantee-balance.md#1-5).
func (a *API) GetBalance(r *http.Request, c platform.Caller) (wire.Response, error) {
	if err := authorise(c); err != nil {
		return wire.Response{}, err
	}
	if err := a.enter(r); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckPath)
	given := bind.Segment(mux.Vars(r)[BalanceVar])
	id := strings.ToLower(given)
	if !bind.IsUUID(id) {
		return wire.Response{}, &framework{http.StatusBadRequest, "Cannot parse parameter balanceId as UUID: Invalid UUID string: " + given}
	}
	exchange.At(r.Context(), client.CheckGuarantee)
	e, err := store.Read(a.Store.View, func(tx *store.Tx) (movement.Enquiry, error) { return tx.Enquiry(id, a.Clock.Now()) })
	if errors.Is(err, store.ErrNotFound) {
		return wire.Response{}, errNotFound(id)
	}
	if err != nil {
		return wire.Response{}, err
	}
	return a.show(e)
}

// show tells of an enquiry as far as it has come.
func (a *API) show(e movement.Enquiry) (wire.Response, error) {
	var j wire.JSON
	writeLink(&j, e.ID)
	j.Object("request").String("balanceId", e.ID).String(fieldTaxID, e.TaxID).String(fieldGRN, e.GRN).String("requestedAt", wire.Time(e.Requested))
	if a.Clock.Now().Before(e.Completed) {
		return ok(j.EndObject().EndObject().Bytes()), nil
	}
	answer, err := a.Catalogue.Parse(message.Phase4, []byte(e.Answer))
	if err != nil {
		return wire.Response{}, err
	}
	reply, err := guarantee.ReadReply(answer)
	if err != nil {
		return wire.Response{}, err
	}
	if reply.Unreadable {
		return wire.Response{}, errInternal
	}
	j.String("completedAt", wire.Time(e.Completed)).Object("response")
	if len(reply.Errors) > 0 {
		writeErrors(j.String("status", "FUNCTIONAL_ERROR"), reply)
	} else {
		writeBalance(j.String("status", "SUCCESS"), reply)
	}
	return ok(j.EndObject().EndObject().EndObject().Bytes()), nil
}

func requestPath(id string) string { return RequestsPath + "/" + id }

// writeLink opens a body that says where it can be read.
func writeLink(j *wire.JSON, id string) {
	j.Object("").Object("_links").Link("self", requestPath(id)).EndObject()
}

func writeBalance(j *wire.JSON, r guarantee.Reply) {
	j.Number("balance", r.Balance.String()).String("currency", r.Currency)
}

func refusedBody(r guarantee.Reply) []byte {
	var j wire.JSON
	j.Object("").String("code", "FUNCTIONAL_ERROR").String("message", "The request was rejected by the guarantee management system").Object("response")
	writeErrors(&j, r)
	return j.EndObject().EndObject().Bytes()
}

func writeErrors(j *wire.JSON, r guarantee.Reply) {
	j.Array("errors")
	for _, e := range r.Errors {
		typ, _ := strconv.Atoi(e.Type) // two digits by the schema
		j.Object("").Int("errorType", typ).String("errorPointer", e.Pointer)
		if e.Reason != "" {
			j.String("errorReason", e.Reason)
		}
		j.EndObject()
	}
	j.EndArray()
}
