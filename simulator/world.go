package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"nctsim/simulator/api"
	"nctsim/simulator/assembly"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/snapshot"
	"nctsim/simulator/store"
)

// world is what a simulator simulates: a store, a clock, the offices, and the APIs in front of them. A restore puts another one in its
// place as a whole, so that no request sees half of it: each is answered by the one that it came to.
type world struct {
	simulator *Simulator
	store     *store.Store
	clock     *clock.Clock
	seed      uint64
	library   *library
	engine    *engine.Engine
	notify    *notify.Service
	oauth     *oauth.Service
	surface   *api.API
	// begin lets the parts begin to work.
	begin func() error
	// everything, simulated and steering are its handlers: all APIs, and those of either address if there are two.
	everything, simulated, steering http.Handler

	mu     sync.Mutex
	inside int  // requests that it is answering
	left   bool // another one has its place
	// changed is closed when inside or left has changed; nil if nobody waits.
	changed chan struct{}

	// keepCounts stores what a snapshot needs of what is in memory alone.
	keepCounts func(context.Context)

	// release undoes, from the last to the first, what open has acquired.
	release []func(context.Context) error
}

// build puts the world together over its store and clock; from is the snapshot that it is made of, nil for none. Nothing works yet. It
// has to be closed, also after an error.
func (w *world) build(from *snapshot.Snapshot) (err error) {
	if w.library, err = w.openLibrary(from); err != nil {
		return err
	}
	parts, err := w.assemble()
	if err != nil {
		return err
	}
	w.engine, w.notify, w.oauth = parts.Engine, parts.Notify, parts.OAuth
	w.begin, w.keepCounts = parts.Start, parts.KeepCounts
	w.onRelease(parts.Close)
	if w.surface, err = parts.API(); err != nil {
		return err
	}
	w.everything = w.surface.Bounded(w.surface.Everything())
	w.simulated, w.steering = w.surface.Bounded(w.surface.Simulated()), w.surface.Bounded(w.surface.Control())
	return nil
}

// assemble puts the parts together by the settings.
func (w *world) assemble() (*assembly.Assembly, error) {
	s, c := w.simulator, w.simulator.config
	c.Seed = w.seed // for people
	apart := ""
	if s.url != s.control {
		apart = s.url
	}
	return assembly.New(assembly.Config{
		Store:     w.store,
		Clock:     w.clock,
		Catalogue: Catalogue(),
		Office:    s.office,
		Seed:      w.seed,
		Scenarios: w.library,
		Logger:    c.Logger,
		Compose:   compose.Options{Registry: s.checks.parties(), Authorisations: s.checks.authorisations()},
		Notify:    notify.Config{Settings: c.NotifySettings, Path: s.path(), Authorities: s.authorities},
		Engine:    engine.Config{Settings: c.EngineSettings, Work: s.work, OnBug: c.OnBug, BeforeReset: s.snapshots.beforeReset(w)},
		OAuth:     c.OAuthSettings,
		API: api.Deps{
			Settings:         c.APISettings,
			Shown:            c.Declare().From(c.Origins),
			FixedTokens:      s.tokens,
			DefaultGuarantee: s.guarantee.Insert,
			Registry:         s.checks.registry,
			Book:             s.checks.book,
			Runs:             c.Runs,
			Snapshots:        fromWorld{s.snapshots, w},
			Workspaces:       s.callsOfWorkspaces(),
			Bodies:           s.bodies,
			Workspace:        s.shownName(),
			Requests:         s.requests,
			Remembered:       &s.console,
			ControlToken:     s.token,
			Hosts:            s.hosts,
			SimulatedURL:     apart,
			Metrics:          s.metrics,
			Version:          c.Version,
		},
	})
}

// register lets the authorisation server and the notifications know the applications of the file.
func (w *world) register(ctx context.Context) error {
	if err := w.oauth.Register(ctx, w.simulator.registration); err != nil {
		return err
	}
	for _, a := range w.simulator.registration.Applications {
		if err := w.notify.Register(ctx, a, false); err != nil {
			return fmt.Errorf("applications: %s: application %s: %w", w.simulator.config.Applications, a.ClientID, err)
		}
	}
	return nil
}

func (w *world) onRelease(f func(context.Context) error) { w.release = append(w.release, f) }

// enter finds the world that answers a request; leave has to be called for it.
func (s *Simulator) enter() *world {
	for {
		w := s.world.Load()
		w.mu.Lock()
		if !w.left {
			w.inside++
			w.mu.Unlock()
			return w
		}
		w.mu.Unlock() // another one has its place
	}
}

func (w *world) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inside--
	w.tell()
}

func (w *world) tell() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// replaceBy gives the place of a world to another one: requests that come from now on get there.
func (w *world) replaceBy(next *world) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.simulator.world.Store(next)
	w.left = true
}

// empty waits until no more than some requests are being answered. The error is that of the context.
func (w *world) empty(ctx context.Context, but int) error {
	for {
		w.mu.Lock()
		if w.inside <= but {
			w.mu.Unlock()
			return nil
		}
		if w.changed == nil {
			w.changed = make(chan struct{})
		}
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start begins to work, first with what is left to do in the store.
func (w *world) start() error {
	if err := w.begin(); err != nil {
		return err
	}
	w.watchLibrary()
	return nil
}

// stop ends the work; the store stays open. It may be called again, and does nothing then.
func (w *world) stop(ctx context.Context) error {
	var errs []error
	for _, f := range slices.Backward(w.release) {
		errs = append(errs, f(ctx))
	}
	w.release = nil
	return errors.Join(errs...)
}

// close stops working and closes the store.
func (w *world) close(ctx context.Context) error { return errors.Join(w.stop(ctx), w.store.Close()) }
