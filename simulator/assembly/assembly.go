// Package assembly puts the parts of a simulator together. They need each other (the engine tells the notifications of
// messages, the authorisation server says to the API who calls) and share a store, a clock, a seed: what they share is said
// once, and passed on to every part here alone. Package simulator is made of one, and so are the worlds of the tests.
package assembly

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/coverage"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// uploadsFolder is the name of the folder beside the store in which the files of large messages lie until they are scanned.
const uploadsFolder = "uploads"

// Scenarios are those that the engine follows and the control API shows.
type Scenarios interface {
	engine.Scenarios
	control.Library
}

// Config is what the parts share, and the settings of each. In those, what they share is left out, and filled in by New.
type Config struct {
	Store     *store.Store
	Clock     *clock.Clock
	Catalogue *message.Catalogue
	Office    *office.Office
	// Seed is what all random values follow from.
	Seed uint64
	// Scenarios may be nil: then there are none.
	Scenarios Scenarios
	// Logger may be nil: then nothing is logged.
	Logger *slog.Logger

	Compose compose.Options
	Notify  notify.Config
	Engine  engine.Config
	OAuth   oauth.Settings
	// API says who may call, also to the authorisation server. It is not ready as long as the store cannot be written to, unless its Ready says something else.
	API api.Deps
}

// Assembly is the parts of a simulator. Start begins their work; whoever has made the store closes it after Close.
type Assembly struct {
	Store  *store.Store
	Clock  *clock.Clock
	Notify *notify.Service
	Engine *engine.Engine
	OAuth  *oauth.Service
	deps   api.Deps
}

// New puts the parts together; none of them works yet. The error is that of a setting.
func New(c Config) (*Assembly, error) {
	a := &Assembly{Store: c.Store, Clock: c.Clock, deps: c.API}
	d := &a.deps
	d.Store, d.Clock, d.Catalogue, d.Office, d.Seed, d.Logger = c.Store, c.Clock, c.Catalogue, c.Office, c.Seed, c.Logger
	if d.Metrics == nil {
		d.Metrics = control.NewMetrics()
	}
	if d.Ready == nil {
		d.Ready = func() error { return c.Store.Writable(context.Background()) }
	}

	n := c.Notify
	n.Store, n.Clock, n.Source, n.Logger = c.Store, c.Clock, clock.NewSource(c.Seed), c.Logger
	var err error
	if a.Notify, err = notify.New(n); err != nil {
		return nil, err
	}

	e := c.Engine
	e.Store, e.Clock, e.Source, e.Catalogue, e.Office, e.Logger = c.Store, c.Clock, clock.NewSource(c.Seed), c.Catalogue, c.Office, c.Logger
	e.Composer, e.Notify, e.OnBug = compose.New(c.Catalogue, c.Compose), a.Notify, counted(d.Metrics, c.Engine.OnBug)
	if d.Coverage, err = coverage.Open(c.Store, c.Clock.Now()); err != nil {
		return nil, err
	}
	e.Observe = d.Coverage.Event
	e.Uploads = UploadsOf(c.Store)
	if e.UploadChecker, err = traders.NewUploadChecker(c.Catalogue, d.TradersSettings); err != nil {
		return nil, err
	}
	if c.Scenarios != nil {
		e.Scenarios, d.Scenarios = c.Scenarios, c.Scenarios
	}
	a.Engine = engine.New(e)

	a.OAuth = oauth.New(oauth.Config{
		Settings: c.OAuth, Store: c.Store, Clock: c.Clock, Source: clock.NewSource(c.Seed), Strict: d.Strict(), DefaultEORI: d.EORI,
	})
	d.Engine, d.Notify, d.OAuth = a.Engine, a.Notify, a.OAuth
	return a, nil
}

// UploadsOf is the folder of the files of large messages that belong to a store: its own, if there is one.
func UploadsOf(st *store.Store) string {
	own := OwnUploadsOf(st)
	if _, err := os.Stat(own); err == nil {
		return own
	}
	return filepath.Join(filepath.Dir(st.Path()), uploadsFolder)
}

// OwnUploadsOf is the folder of the files that no other store in the same folder has. A store that takes the place of another one needs
// it: for a moment, both have files.
func OwnUploadsOf(st *store.Store) string {
	return filepath.Join(filepath.Dir(st.Path()), uploadsFolder+"-"+st.Identity())
}

// StrayUploads are the folders of files beside a store that belonged to others.
func StrayUploads(st *store.Store) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(filepath.Dir(st.Path()), uploadsFolder+"-*"))
	return slices.DeleteFunc(found, func(dir string) bool { return dir == UploadsOf(st) }), err
}

// counted counts mistakes of the simulator's own and passes them on.
func counted(metrics *control.Metrics, onBug func(error)) func(error) {
	return func(err error) {
		metrics.Bug(err)
		if onBug != nil {
			onBug(err)
		}
	}
}

// Start takes up what an earlier run left unfinished, and works from then on. It may be called once.
func (a *Assembly) Start() error {
	if err := a.Engine.Start(); err != nil {
		return fmt.Errorf("take up earlier work: %w", err)
	}
	a.Notify.Start(a.Engine.Record)
	return nil
}

// API is the HTTP side over the parts; each call makes another one.
func (a *Assembly) API() (*api.API, error) { return api.New(a.deps) }

// Close stops working: first the engine, whose work needs the notifications. What waits goes on after another start. The
// error is that of the context, if it ends first.
func (a *Assembly) Close(ctx context.Context) error {
	err := errors.Join(a.Engine.Close(ctx), a.Notify.Close(ctx))
	a.KeepCounts(ctx)
	return err
}

// KeepCounts stores how often software has met what coverage counts, which is in memory alone otherwise. That it could not is logged:
// it is not worth a snapshot.
func (a *Assembly) KeepCounts(ctx context.Context) {
	if err := a.deps.Coverage.Keep(ctx); err != nil && a.deps.Logger != nil {
		a.deps.Logger.Warn("how often things were met is not stored", "error", err)
	}
}
