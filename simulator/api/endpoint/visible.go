package endpoint

import (
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Visible finds a movement for its owner. Somebody else's, one of the other kind, one of API 1.0, and one that has been
// kept long enough are as unknown as one that is not there (docs/spec/api-2.1-3.0.md#4): the error is
// store.ErrNotFound.
func Visible(e *engine.Engine, tx *store.Tx, eori string, k message.Kind, id string) (*movement.Movement, error) {
	m, err := tx.Movement(id)
	if err != nil {
		return nil, err
	}
	if m.EORI != eori || m.Kind != k || m.Phase.Generation() != message.GenerationPhases56 || e.Expired(*m) {
		return nil, store.ErrNotFound
	}
	return m, nil
}
