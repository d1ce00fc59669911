package engine

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine/schedule"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
	"nctsim/simulator/turns"
)

// Engine is safe for concurrent use.
type Engine struct {
	store     *store.Store
	clock     *clock.Clock
	source    clock.Source
	catalogue *message.Catalogue
	composer  *compose.Composer
	office    *office.Office
	usual     officeDecider
	notify    *notify.Service
	scenarios Scenarios
	uploads   uploads
	// work are the places for the work of offices, nil for as many as there are workers.
	work      *turns.Slots
	log       *slog.Logger
	retention map[message.Generation]time.Duration
	onBug     func(error)
	// observe is Config.Observe.
	observe func(*movement.Movement, []movement.Entry)
	// beforeReset is Config.BeforeReset.
	beforeReset func(*Pinned)

	schedule *schedule.Scheduler
	feed     feed
	// interventions are the faults and holds that were asked for while the simulator runs.
	interventions interventions
	fresh         fresh
	// resets counts the resets that may have happened, so that nothing begun before one is written after it.
	resets atomic.Uint64

	// sweeps is held while expired movements are removed.
	sweeps sync.Mutex
	// advances is held by Advance, so that each returns its own entries.
	advances sync.Mutex

	// ctx ends with the engine, and with it what reads the feed.
	ctx     context.Context
	cancel  context.CancelFunc
	readers sync.WaitGroup
}

// Scenarios finds the scenarios of movements; *scenario.Library does.
type Scenarios interface {
	// Find gives the scenario of a new movement.
	Find(scenario.Query) scenario.Found
	// Get finds a scenario by its id.
	Get(id string) (*scenario.Scenario, bool)
}

// now is the simulator's time, never before what the movement has been told already.
func (e *Engine) now(m *movement.Movement) time.Time {
	now := e.clock.Now()
	for _, t := range []time.Time{m.Prepared, m.Updated} {
		if now.Before(t) {
			now = t
		}
	}
	return now
}

// Read shows what is stored, as it is at one moment. Movements for which Expired is true must not be shown to clients.
// Lists leave out damaged records.
func (e *Engine) Read(look func(tx *store.Tx) error) error {
	return e.store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		return look(tx)
	})
}

// Record changes the store in one transaction, beside the events of movements, and publishes the journal entries that
// change has added. The error is that of change or of the store.
func (e *Engine) Record(ctx context.Context, change func(*store.Tx) ([]movement.Entry, error)) error {
	var entries []movement.Entry
	err := e.store.Update(ctx, func(tx *store.Tx) (err error) {
		entries, err = change(tx)
		return err
	})
	if err == nil {
		e.feed.publish(entries)
	}
	return err
}
