// Package simulator puts the whole of nctsim together: HMRC's transit API, the customs offices behind it, their clock
// and their store, as one value that can be started and closed. The command nctsim is a thin shell around it, and a Go
// test can have one of its own:
//
//	func TestDeclares(t *testing.T) {
//		sim := simulator.RunT(t, func(c *simulator.Config) { c.Profile = "instant" })
//		post(t, sim.URL()+"/customs/transits/movements/departures", declaration)
//		sim.Settle(t.Context())
//	}
//
// Any number of simulators live side by side in a process; they share nothing that can change.
package simulator

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"nctsim/simulator/api"
	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/console"
	"nctsim/simulator/api/control"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/movement"
	"nctsim/simulator/oauth"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/snapshot"
	"nctsim/simulator/store"
	"nctsim/simulator/turns"
	"nctsim/simulator/workspace"
	"nctsim/simulator/yamlform"
)

// storeFile is the name of the store inside Config.Data.
const storeFile = "nctsim.db"

// Simulator is a configured simulator. Start and Close may be called once each; the other methods are for the time
// between and may be called by many goroutines.
type Simulator struct {
	config Config
	tokens map[string]platform.Grant
	// registration is the file of applications.
	registration oauth.Registration
	// token guards the control API, which answers under the names in hosts.
	token string
	hosts control.Hosts
	// authorities may have signed the certificates of subscribers.
	authorities []*x509.Certificate
	// clock is that of the settings, and seed what random values follow from, unless a snapshot says otherwise.
	clock *clock.Clock
	seed  uint64
	// guarantee is what API 1.0 assumes where a declaration says nothing.
	guarantee guarantee.Default
	// readChecks sets checks and office, once. What the user gives is read when the simulator is made, to say what is wrong with it, and all
	// else when the port answers.
	readChecks func() error
	checks     *officeChecks
	office     *office.Office

	// parent hosts the simulator as the workspace of a name, which begins with a snapshot; nil for one with an address of its own.
	parent *Simulator
	name   string
	begin  *snapshot.Snapshot
	// workspaces are those that it hosts; nil if there are none.
	workspaces *workspace.Workspaces
	// bodies bounds what clients are sending to all of them, and work are the places that their offices share; nil if there are none.
	bodies *bind.Uploads
	work   *turns.Slots

	// world is what is simulated now.
	world     atomic.Pointer[world]
	snapshots *snapshots
	closing   atomic.Bool
	// folder is that of the store.
	folder       string
	metrics      *control.Metrics
	requests     *exchange.Log
	console      console.Memory
	url, control string
	// http makes the calls of the simulator's own clients.
	http   *http.Client
	failed chan error
	// release undoes, from the last to the first, what Start has acquired.
	release []func(context.Context) error
}

// New checks the configuration and reads the token file; nothing is opened yet. The error names the settings that are
// wrong and says what would be right.
func New(c Config) (*Simulator, error) { return newSimulator(c, nil) }

// newSimulator makes a simulator, or one that another simulator hosts as a workspace: what does not change they share.
func newSimulator(c Config, parent *Simulator) (*Simulator, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Version == "" {
		c.Version = "embedded"
	}
	c.Declare().Rename(func(name, old, now string) {
		c.Logger.Warn("a setting has an old name that goes with the next release", "setting", name, "old", old, "new", now)
	})
	s := &Simulator{
		config: c, seed: c.Seed, failed: make(chan error, 1), http: client.NewHTTP(),
		metrics: control.NewMetrics(), requests: exchange.NewLog(c.RequestLog), parent: parent,
	}
	if parent != nil {
		s.bodies, s.work = parent.bodies, parent.work
	} else if c.Workspaces != WorkspacesOff && c.Workspaces != "" {
		s.bodies, s.work = bind.NewUploads(bind.DefaultLimits()), turns.New(runtime.NumCPU())
	}
	var err error
	if s.token, err = c.controlToken(); err != nil {
		return nil, err
	}
	if s.hosts, err = c.hosts(); err != nil {
		return nil, err
	}
	if s.authorities, err = c.authorities(); err != nil {
		return nil, err
	}
	if s.guarantee, err = defaultGuarantee(c.DefaultGuarantee); err != nil {
		return nil, err
	}
	if s.tokens, err = readTokens(c.Tokens); err != nil {
		return nil, err
	}
	if s.registration, err = readApplications(c.Applications); err != nil {
		return nil, err
	}
	s.readChecks = sync.OnceValue(func() error { return s.checkBy(c) })
	if c.RegistryFile != "" || c.CodeLists != "" || len(c.RulesOn) > 0 || len(c.RulesOff) > 0 {
		if err := s.readChecks(); err != nil {
			return nil, err
		}
	}
	s.clock, err = clock.New(clock.Options{Mode: c.Clock, Scale: c.TimeScale, Now: c.Now})
	return s, err
}

// checkBy sets checks and office. The error names the setting that is wrong.
func (s *Simulator) checkBy(c Config) error {
	settings, err := office.ProfileSettings(c.Profile)
	if err == nil {
		s.checks, err = s.checksFor(c)
	}
	if err != nil {
		return err
	}
	s.checks.configure(&settings)
	s.office = office.New(settings)
	return nil
}

func readTokens(path string) (map[string]platform.Grant, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	defer f.Close()
	tokens, err := platform.ReadTokens(f)
	if err != nil {
		return nil, fmt.Errorf("tokens: %s: %w", path, err)
	}
	return tokens, nil
}

// readApplications reads the file of applications. The errors show no line of it, because secrets stand there.
func readApplications(path string) (oauth.Registration, error) {
	if path == "" {
		return oauth.Registration{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return oauth.Registration{}, fmt.Errorf("applications: %w", err)
	}
	r, err := oauth.Read(path, text)
	var mistakes yamlform.Problems
	if !errors.As(err, &mistakes) {
		return r, err
	}
	var errs []error
	for _, m := range mistakes {
		errs = append(errs, m)
	}
	return r, errors.Join(errs...)
}

// Start binds the listeners, opens the store, reads what the offices check by, takes up what an earlier run left unfinished and
// serves. It returns when the simulator is ready, or with the reason why it cannot be; then nothing stays open. The
// context bounds the start alone.
func (s *Simulator) Start(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return errors.Join(err, s.Close(ctx))
	}
	return nil
}

func (s *Simulator) start(ctx context.Context) error {
	var main, own net.Listener
	var err error
	if s.parent == nil {
		if main, own, err = s.listen(ctx); err != nil {
			return err
		}
	}
	from, err := s.openFrom()
	if err != nil {
		return err
	}
	go func() { _ = s.readChecks() }() // beside the opening of the store; the error is looked at below
	st, err := s.openStore(ctx, from)
	if err != nil {
		return err
	}
	w := &world{simulator: s, store: st, clock: s.clock, seed: s.seed}
	s.world.Store(w)
	s.onRelease(func(ctx context.Context) error { return s.world.Load().close(ctx) })
	if err := s.readChecks(); err != nil {
		return err
	}
	if from == nil {
		if err := s.continueClock(st); err != nil {
			return err
		}
	}
	if err := s.openSnapshots(); err != nil {
		return err
	}
	s.onRelease(s.snapshots.close)
	if err := s.openWorkspaces(ctx); err != nil {
		return err
	}
	if err := errors.Join(s.snapshots.clearAway(st), w.build(from)); err != nil {
		return err
	}
	if err := w.start(); err != nil {
		return err
	}
	if w.engine.LastEntry() > 0 && from == nil {
		w.engine.Report(ctx, movement.EntryStarted, "the simulator was started again",
			"clock and scenarios are those of its settings; what was changed in the run before counts no more")
	}
	if err := w.register(ctx); err != nil {
		return err
	}
	if s.parent != nil {
		return nil
	}
	if own == nil {
		s.serve(func(w *world) http.Handler { return w.everything }, main)
		return nil
	}
	s.serve(func(w *world) http.Handler { return w.simulated }, main)
	s.serve(func(w *world) http.Handler { return w.steering }, own)
	return nil
}

// serve runs a server until the simulator closes. Closing drains it: requests under way are answered, as long as there is
// time for that. Those that still wait after half of the time are given up, so that what cannot be interrupted, the work
// of libxml2 on a large document, has the other half.
func (s *Simulator) serve(handler func(*world) http.Handler, l net.Listener) {
	server := api.Server(s.routed(handler), s.config.Logger)
	server.RegisterOnShutdown(func() { s.world.Load().surface.Close() })
	abandon := func() { s.world.Load().surface.Abandon() }
	if s.workspaces != nil {
		server.RegisterOnShutdown(s.workspaces.Leave)
		own := abandon
		abandon = func() { own(); s.workspaces.Abandon() }
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("serve %s: %w", l.Addr(), err))
		}
	}()
	s.onRelease(func(ctx context.Context) error {
		if deadline, limited := ctx.Deadline(); limited {
			patience, cancel := context.WithTimeout(ctx, time.Until(deadline)/2)
			defer cancel()
			stop := context.AfterFunc(patience, abandon)
			defer stop()
		}
		err := server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(fmt.Errorf("answer what was accepted: %w", err), server.Close())
			abandon()
		}
		<-done
		return err
	})
}

// fail reports the first thing that makes the simulator useless.
func (s *Simulator) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// continueClock lets a clock that is behind the stored movements go on where those end: messages must not lie in the future,
// where the lists of the API do not show them. A real clock is behind if it was set, or went on from a manual one, in an
// earlier run.
func (s *Simulator) continueClock(st *store.Store) error {
	var last time.Time
	err := st.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		newest, _, err := tx.Movements(store.MovementQuery{Limit: 100, PageOnly: true})
		if len(newest) > 0 {
			last = newest[0].Updated
		}
		return err
	})
	reading := s.clock.Reading()
	if err != nil || !last.After(reading.Now) {
		return err
	}
	s.config.Logger.Info("the clock goes on where the stored movements end", "now", last)
	reading.Now = last
	return s.clock.Set(reading)
}

func (s *Simulator) onRelease(f func(context.Context) error) { s.release = append(s.release, f) }

// listen binds the addresses first of all, so that a port in use is reported before anything else happens.
// The second listener is nil when the control API shares the first.
func (s *Simulator) listen(ctx context.Context) (main, own net.Listener, err error) {
	if main, err = s.bind(ctx, "addr", s.config.Addr); err != nil {
		return nil, nil, err
	}
	s.url, s.control = urlOf(main, s.config.Addr), urlOf(main, s.config.Addr)
	if s.config.ControlAddr == "" {
		return main, nil, nil
	}
	if own, err = s.bind(ctx, "control-addr", s.config.ControlAddr); err != nil {
		return nil, nil, err
	}
	s.control = urlOf(own, s.config.ControlAddr)
	return main, own, nil
}

func (s *Simulator) bind(ctx context.Context, setting, addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; hint: stop whoever uses the address, or choose another with --%s (port 0 takes a free one)", setting, err, setting)
	}
	s.onRelease(func(context.Context) error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil // its server has closed it
	})
	return l, nil
}

// temporaryFolder makes a folder for a store that nobody keeps. A container made of nothing but the binary has no /tmp;
// shared memory, which every container engine mounts, or the working directory will do. The error is that of the
// usual place.
func temporaryFolder() (string, error) {
	usual, err := os.MkdirTemp("", "nctsim-")
	if err == nil {
		return usual, nil
	}
	for _, parent := range []string{"/dev/shm", "."} {
		if dir, unusable := os.MkdirTemp(parent, "nctsim-"); unusable == nil {
			return dir, nil
		}
	}
	return "", err
}

// openStore opens the store of the data folder, or a temporary one; one that is to begin with a snapshot is made of that.
func (s *Simulator) openStore(ctx context.Context, from *snapshot.Snapshot) (*store.Store, error) {
	dir := s.config.Data
	if dir == "" {
		var err error
		if dir, err = temporaryFolder(); err != nil {
			return nil, fmt.Errorf("make a temporary store: %w; hint: name a folder with --data", err)
		}
		s.onRelease(func(context.Context) error { return os.RemoveAll(dir) })
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data: %w; hint: name a folder that this user may write to", err)
	}
	s.folder = dir
	path := filepath.Join(dir, storeFile)
	if from != nil {
		return s.storeFrom(ctx, from, path)
	}
	if err := store.Recover(path, path+nextSuffix); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return s.openFile(path, false)
}

// openFile opens the file of a store; renamed says that what goes on in it has to be told from what is in it.
func (s *Simulator) openFile(path string, renamed bool) (*store.Store, error) {
	st, err := store.Open(store.Options{
		Path: path, Durable: s.config.durable(), MaxSize: s.mostBytes(),
		// Not of the seed: two simulators with one seed have different stores.
		Identity: strconv.FormatUint(clock.RandomSeed(), 36), Renamed: renamed,
		OnDamage: func(d store.Damaged) {
			s.metrics.Damaged()
			s.config.Logger.Error("a damaged record of the store is left out of lists; hint: stop the simulator and run nctsim check on its folder",
				"record", d.Record, "movement", d.Movement, "error", d.Err)
		},
	})
	if err == nil && st.WasEmpty() {
		s.config.Logger.Warn("the store file had no content and was made a new store; if it held movements before, stop and restore it from a copy",
			"file", st.Path())
	}
	return st, err
}

func urlOf(l net.Listener, configured string) string {
	host, _, err := net.SplitHostPort(configured)
	if err != nil {
		return URLOf(l.Addr().String())
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return URLOf(configured)
	}
	return URLOf(net.JoinHostPort(host, port))
}

// URL is where the simulated APIs are: "http://127.0.0.1:41234".
func (s *Simulator) URL() string { return s.url }

// ControlURL is where the control API and the health checks are; the same as URL unless they have an address of
// their own.
func (s *Simulator) ControlURL() string { return s.control }

// ConsoleURL is where the console is, "" if it is off.
func (s *Simulator) ConsoleURL() string {
	if s.config.Console == console.Off {
		return ""
	}
	return s.control + console.Path
}

// ControlToken is what control calls must come with as a bearer token, "" for nothing.
func (s *Simulator) ControlToken() string { return s.token }

// Scenario finds a scenario of the simulator's library by its id.
func (s *Simulator) Scenario(id string) (*scenario.Scenario, bool) {
	return s.world.Load().library.Get(id)
}

// Failed yields an error when a running simulator cannot go on, because a listener broke.
func (s *Simulator) Failed() <-chan error { return s.failed }

// Settle returns when no event waits to be handled and no timer is due, or when the context ends, with an error that
// lists what still waits.
func (s *Simulator) Settle(ctx context.Context) error { return s.world.Load().engine.Settle(ctx) }

// Advance moves a manual clock and returns when everything that fell due on the way has happened, with what that was.
func (s *Simulator) Advance(ctx context.Context, by time.Duration) ([]movement.Entry, error) {
	_, happened, err := s.world.Load().engine.Advance(ctx, engine.Target{By: by})
	return happened, err
}

// Close answers what has been accepted, stops, and closes the store; a temporary one is removed. When the context ends
// first, what is still open is cut off; nothing accepted is lost by that, it only waits for the next start.
func (s *Simulator) Close(ctx context.Context) error {
	s.http.CloseIdleConnections()
	var errs []error
	s.closing.Store(true)
	for _, f := range slices.Backward(s.release) {
		errs = append(errs, f(ctx))
	}
	s.release = nil
	return errors.Join(errs...)
}
