// Package engine processes the events of movements. It is the only place that joins the office (what
// happens), the composer (what is written), the store (what is remembered) and the clock.
//
// A message accepted from a trader becomes an event that is queued in the same transaction as the message.
// A fixed pool of workers hands the events of each movement, one at a time and in order, to the office. All
// that comes of an event (state, messages, timers, journal) and its leaving the queue are one transaction,
// so that a crash at any moment loses nothing and sends nothing twice: the event is handled again, with the
// same bytes, because everything random about it is derived from the seed, the movement and the number of
// events it has handled.
//
// Timers are part of their movement. One goroutine waits on the clock for the first that falls due and gives
// its movement to the workers; a timer fires in the transaction that takes it away. With a manual clock,
// [Engine.Advance] runs what falls due itself, one instant after the other.
//
// An event comes in by submit.go, act.go, inject.go or as a timer. process.go handles it under the movement's lock, in three
// stages: Engine.read makes an eventContext (read.go, read_*.go), a decider makes a changeSet of that without looking at the
// store (decide.go; decide_office.go for the usual process, decide_scenario.go for a movement that follows a scenario), and
// Engine.commit stores it in one transaction (commit.go, notifications.go). When something is processed is the business of
// package schedule.
package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine/schedule"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/office"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
	"nctsim/simulator/turns"
)

// DefaultRetention is how long a movement is kept after its last message (docs/spec/api-2.1-3.0.md#8).
const DefaultRetention = 60 * 24 * time.Hour

// DefaultPhase4Retention is that of movements of API 1.0 (docs/spec/api-1.0.md#6).
const DefaultPhase4Retention = 28 * 24 * time.Hour

// Settings of an engine.
type Settings struct {
	// Retention is how long a movement is kept after its last message; 0 means DefaultRetention.
	Retention time.Duration
	// Phase4Retention is that of movements of phase 4; 0 means DefaultPhase4Retention.
	Phase4Retention time.Duration
}

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return setting.List{
		setting.Duration(&s.Retention, "retention", DefaultRetention, "`DURATION` for which a movement is kept after its last change", keeps("1440h is 60 days")),
		setting.Duration(&s.Phase4Retention, "phase4-retention", DefaultPhase4Retention, "`DURATION` for which a movement of API 1.0 is kept after its last change", keeps("672h is 28 days")).Renamed("legacy-retention"),
	}
}

// keeps wants a time for which something is kept at all.
func keeps(hint string) func(time.Duration) error {
	return func(d time.Duration) error {
		if d > 0 {
			return nil
		}
		return fmt.Errorf("%v would forget movements at once; hint: %s", d, hint)
	}
}

// Config is what an engine is made of.
type Config struct {
	Settings
	Store     *store.Store
	Clock     *clock.Clock
	Source    clock.Source
	Catalogue *message.Catalogue
	Composer  *compose.Composer
	Office    *office.Office
	// Notify is told of messages from customs, in the transaction that stores them; nil if nobody is.
	Notify *notify.Service
	// Scenarios finds the scenarios of movements; nil means that there are none.
	Scenarios Scenarios
	// Work are the places for what offices do, which several engines share: reading, deciding and composing, and not the waiting for
	// commits. nil if nobody else works here.
	Work *turns.Slots
	// Logger gets what went wrong; nil logs nothing.
	Logger *slog.Logger
	// Uploads is the folder for the files of large messages; "" if there are none. UploadChecker checks the messages.
	Uploads       string
	UploadChecker UploadChecker
	// BeforeReset is given what a reset is about to forget, and has to release it. It is called in the transaction of the reset, and
	// must not wait for the store. May be nil.
	BeforeReset func(*Pinned)
	// Observe is told what each event of a movement has led to, when it is committed: the movement as it is then, and the entries of
	// its journal. It must not keep or change them, nor wait. May be nil.
	Observe func(*movement.Movement, []movement.Entry)
	// OnBug is told of every event that could not be carried out because of a mistake of the simulator's
	// own, for instance a composed message that does not fit its schema. May be nil.
	OnBug func(error)
}

// New makes an engine that does not run yet: what is submitted waits in the queue until Start.
func New(c Config) *Engine {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Retention = cmp.Or(c.Retention, DefaultRetention)
	c.Phase4Retention = cmp.Or(c.Phase4Retention, DefaultPhase4Retention)
	if c.OnBug == nil {
		c.OnBug = func(error) {}
	}
	e := &Engine{
		usual: officeDecider{c.Office, c.Composer, c.Catalogue},
		store: c.Store, clock: c.Clock, source: c.Source, catalogue: c.Catalogue, composer: c.Composer, office: c.Office,
		notify: c.Notify, scenarios: c.Scenarios, uploads: uploads{folder: c.Uploads, checker: c.UploadChecker}, work: c.Work,
		log:       c.Logger,
		retention: map[message.Generation]time.Duration{message.GenerationPhase4: c.Phase4Retention, message.GenerationPhases56: c.Retention}, onBug: c.OnBug, observe: c.Observe, beforeReset: c.BeforeReset,
	}
	e.schedule = schedule.New(schedule.Config{
		Store: c.Store, Clock: c.Clock, Notify: c.Notify, Logger: c.Logger, Process: e.drain, Sweep: e.sweep,
	})
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e
}

// Start begins to work: first what an earlier run left in the queue and what fell due meanwhile. It must be
// called once at most.
func (e *Engine) Start() error {
	e.sweepFiles(true)
	if err := e.interventions.look(e.store); err != nil {
		return err
	}
	return e.schedule.Start()
}

// Close stops working. What is under way is finished; what waits stays in the queue for the next Start. The
// error is that of the context, if it ends before that. The store stays open.
func (e *Engine) Close(ctx context.Context) error {
	e.cancel()
	e.schedule.Stop()
	done := make(chan struct{})
	go func() {
		e.schedule.Wait()
		e.readers.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Identity is the name of the store, with which numbers of journal entries are told from those of another store.
func (e *Engine) Identity() string { return e.store.Identity() }
