package control

import (
	"errors"
	"net/http"
	"slices"

	"nctsim/fixtures"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
	"nctsim/simulator/record"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
)

// scenarioID is what the id of a scenario has to be.
var scenarioID = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// reader reads scenarios with the samples that come with the program.
func (a *API) reader() *scenario.Reader {
	return scenario.NewReader(a.Reference.Catalogue, fixtures.Files)
}

// Recording makes a scenario of a movement, and of the other side of its transit.
func (a *API) Recording(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	alone, err := flag("alone", q.Get("alone"))
	if err != nil {
		return wire.Response{}, err
	}
	if id := q.Get("id"); id != "" && !scenarioID().MatchString(id) {
		return wire.Response{}, bad("letters, digits, dots, hyphens and underscores, 64 at most", "%q cannot be the id of a scenario", id)
	}
	var sides []record.Side
	var mode string
	err = a.Engine.Read(func(tx *store.Tx) error {
		m, err := tx.Movement(pathVar(r, MovementVar))
		if err != nil {
			return noMovement(pathVar(r, MovementVar), err)
		}
		mode = m.Mode
		all := []*movement.Movement{m}
		if !alone && m.MRN != "" {
			if all, err = a.transit(tx, m); err != nil {
				return err
			}
		}
		for _, m := range all {
			side, err := a.side(tx, m)
			if err != nil {
				return err
			}
			sides = append(sides, side)
		}
		return nil
	})
	if err != nil {
		return wire.Response{}, err
	}
	out, err := record.Record(sides, record.Options{
		Catalogue: a.Reference.Catalogue, Reader: a.reader(), Mode: scenario.Mode(mode), ID: q.Get("id"),
	})
	if err != nil {
		return wire.Response{}, &client.Error{
			Status: http.StatusConflict, Code: codeNotRecordable, Message: err.Error(), Hint: "a scenario begins with a message of the trader that the office has taken",
		}
	}
	return reply(http.StatusOK, out), nil
}

// transit are the movements of one transit: those with the same MRN and generation, of which one is the departure.
func (a *API) transit(tx *store.Tx, m *movement.Movement) ([]*movement.Movement, error) {
	out := []*movement.Movement{m}
	found, err := tx.MovementsByMRN(m.MRN)
	if err != nil {
		return nil, err
	}
	for _, id := range found {
		other, err := tx.Movement(id)
		if err != nil {
			return nil, err
		}
		second := other.Kind == message.Departure && slices.ContainsFunc(out, func(m *movement.Movement) bool { return m.Kind == message.Departure })
		if other.ID != m.ID && other.Phase == m.Phase && !second {
			out = append(out, other)
		}
	}
	return out, nil
}

// side is a movement with the bodies of its messages.
func (a *API) side(tx *store.Tx, m *movement.Movement) (record.Side, error) {
	out := record.Side{Bodies: map[string][]byte{}}
	var err error
	if out.Movement, err = a.viewScripted(tx, m); err != nil {
		return out, err
	}
	messages, _, err := tx.Messages(m.ID, store.MessageQuery{})
	if err != nil {
		return out, err
	}
	out.Records = viewMessages(messages)
	for _, r := range out.Records {
		body, err := tx.Body(m.ID, r.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return out, err
		}
		out.Bodies[r.ID] = body
	}
	out.Journal, err = tx.Journal(m.ID)
	return out, err
}
