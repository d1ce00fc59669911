package traders

import (
	"errors"
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

// orNoMovement words store.ErrNotFound for a movement.
func orNoMovement(err error, k message.Kind, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return refuse(codeNotFound, textNoMovement, k.Title(), id)
	}
	return err
}

// stored is a message as it lies in the store; body is nil if there is none.
type stored struct {
	movement.Message
	phase message.Phase
	body  []byte
}

// find does the work that E6 and E7 share: ids, caller, Accept, and looking the message up.
func (a *API) find(r *http.Request, c platform.Caller, allowed []format) (stored, format, error) {
	exchange.At(r.Context(), client.CheckPath)
	vars := mux.Vars(r)
	id, err := bind.ID(bind.MovementID, vars[endpoint.MovementVar])
	if err != nil {
		return stored{}, "", err
	}
	messageID, err := bind.ID(bind.MessageID, vars[endpoint.MessageVar])
	if err != nil {
		return stored{}, "", err
	}
	exchange.Concern(r.Context(), id, messageID, "")
	_, wanted, err := enter(r, c, allowed)
	if err != nil {
		return stored{}, "", err
	}
	exchange.At(r.Context(), client.CheckMovement)
	kind := endpoint.KindOf(r)
	var m stored
	err = a.Engine.Read(func(tx *store.Tx) (err error) {
		owner, err := endpoint.Visible(a.Engine, tx, c.EORI, kind, id)
		if err != nil {
			return err
		}
		m.phase = owner.Phase
		if m.Message, err = tx.Message(id, messageID); err != nil || m.Size == 0 {
			return err
		}
		m.body, err = tx.Body(id, messageID)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = refuse(codeNotFound, textNoMessage, messageID, id)
	}
	return m, wanted, err
}

// GetMessage is E6: one message with its metadata.
func (a *API) GetMessage(r *http.Request, c platform.Caller) (wire.Response, error) {
	m, wanted, err := a.find(r, c, messageFormats)
	if err != nil {
		return wire.Response{}, err
	}
	var converted []byte
	if wanted == formatJSON && m.body != nil {
		if converted, err = a.convert(m, textLargeMessageJSON); err != nil {
			return wire.Response{}, err
		}
	}
	j := wire.NewJSON(512 + len(m.body) + len(m.body)/8)
	j.Object("")
	writeMessage(j, endpoint.KindOf(r), &m.Message)
	switch {
	case converted != nil:
		j.Number("body", string(converted))
	case m.body != nil:
		j.StringBytes("body", m.body)
	}
	return chunked(wire.TypeJSON, j.EndObject().Bytes()), nil
}

// GetBody is E7: the bare message.
func (a *API) GetBody(r *http.Request, c platform.Caller) (wire.Response, error) {
	m, wanted, err := a.find(r, c, bodyFormats)
	if err != nil {
		return wire.Response{}, err
	}
	if m.body == nil {
		return wire.Response{}, refuse(codeNotFound, textNoBody, m.ID)
	}
	if wanted == formatJSON {
		converted, err := a.convert(m, textLargeBodyJSON)
		return chunked(wire.TypeJSON, converted), err
	}
	return chunked(wire.TypeXML, m.body), nil
}

// convert is the body as a JSON object, unless it is too large for that.
func (a *API) convert(m stored, tooLarge string) ([]byte, error) {
	if len(m.body) > maxSmallMessage {
		return nil, refuse(codeNotAccepted, tooLarge)
	}
	return a.asJSON(m.phase, m.body)
}

func chunked(contentType string, body []byte) wire.Response {
	return wire.Response{Status: http.StatusOK, Type: contentType, Body: body, Chunked: true}
}
