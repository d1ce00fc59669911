package engine

import (
	"sync/atomic"

	"nctsim/simulator/store"
)

// interventions says whether there are faults or holds at all, so that nobody else looks into the store for them.
type interventions struct{ some atomic.Bool }

func (i *interventions) any() bool { return i.some.Load() }

// Intervenes reports whether somebody has asked for faults or holds.
func (e *Engine) Intervenes() bool { return e.interventions.any() }

// changed looks into the store. If the transaction fails there may be none after all, which costs a look and no more.
func (i *interventions) changed(tx *store.Tx) {
	if tx.AnyInterventions() {
		i.some.Store(true)
	}
}

// look says what is there when the work begins.
func (i *interventions) look(s *store.Store) error {
	return s.View(func(tx *store.Tx) error {
		i.some.Store(tx.AnyInterventions())
		return nil
	})
}
