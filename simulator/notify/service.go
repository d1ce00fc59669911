package notify

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/movement"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
)

// Retention is how long a notification is kept (docs/spec/api-2.1-3.0.md#11-4).
const Retention = 30 * 24 * time.Hour

// Recorder changes the store in one transaction and publishes the journal entries that change has added.
type Recorder func(ctx context.Context, change func(*store.Tx) ([]movement.Entry, error)) error

// Config is what a service is made of.
type Config struct {
	Store  *store.Store
	Clock  *clock.Clock
	Source clock.Source
	Settings
	// Path is what leads to this simulator among those that share its address, "/workspaces/team-a": what is notified of movements that
	// were made by it begins with it. "" for the only one.
	Path string
	// Authorities may have signed the certificates of subscribers, beside those that everybody knows.
	Authorities []*x509.Certificate
	// Timeout is how long a subscriber may take for an answer, in real time; 0 means DefaultTimeout.
	Timeout time.Duration
	// Logger gets what went wrong here; nil logs nothing. What goes wrong at a subscriber is in the journal of the
	// movement.
	Logger *slog.Logger
}

// Settings of notifications.
type Settings struct {
	// Boxes is all (every client has a box for each API version as soon as something asks for it, as HMRC's developer hub
	// gives one when an application subscribes to the API) or explicit (only those who were given a box have one). "" is explicit.
	Boxes string
	// Callbacks are what notifications may be sent to: the word loopback for this machine, and beginnings of URLs. Without
	// any they are sent nowhere.
	Callbacks []string
}

// Values of Settings.Boxes; Made is what Explicit was called before, and goes with the next release.
const (
	All      = "all"
	Explicit = "explicit"
	Made     = "made"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	boxes := setting.Word(&s.Boxes, "boxes", All, "`MODE` of the boxes for notifications: all for every client from the start, as at HMRC, or explicit for clients that were given one", Explicit, All)
	return setting.List{
		setting.Formerly(boxes, &s.Boxes, Made, Explicit),
		setting.Words(&s.Callbacks, "callbacks", []string{Loopback}, "`LIST` of where notifications may be sent: loopback for this machine, and beginnings of URLs as https://example.org/hooks", checkCallbacks),
	}
}

func checkCallbacks(list []string) error {
	_, err := ParseAllowed(list)
	return err
}

// Service looks after boxes and what is in them. It is safe for concurrent use.
type Service struct {
	Config
	allowed Allowed
	client  *http.Client
	// trusted are the roots, which are read once.
	trusted func() (*x509.CertPool, error)
	record  Recorder

	mu      sync.Mutex
	started bool
	// busy are the boxes from which something is being sent.
	busy map[string]bool
	// unresponsive are the boxes whose subscriber gave no answer the last time.
	unresponsive map[string]bool
	// storeFailed says that the store did not take the result of a delivery; nothing is sent until the next tick.
	storeFailed bool
	// settled are channels to be closed when nothing is due.
	settled []chan struct{}
	// earlier are the boxes that were made with another seed, nil until somebody asks.
	earlier map[boxKey]string
	wake    chan struct{}
	// resets counts how often everything may have been forgotten.
	resets atomic.Uint64

	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// New makes a service that sends nothing before Start. The error is that of Callbacks.
func New(c Config) (*Service, error) {
	allowed, err := ParseAllowed(c.Callbacks)
	if err != nil {
		return nil, fmt.Errorf("callbacks: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Config: c, allowed: allowed, busy: map[string]bool{}, unresponsive: map[string]bool{}, wake: make(chan struct{}, 1)}
	s.record = s.write
	s.trusted = sync.OnceValues(s.roots)
	s.client = newClient(c.Timeout, s.dialTLS)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// write is the recorder of a service that nobody listens to.
func (s *Service) write(ctx context.Context, change func(*store.Tx) ([]movement.Entry, error)) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		_, err := change(tx)
		return err
	})
}

// Start begins to send what is due, first of all what an earlier run has left. It must be called once at most.
func (s *Service) Start(record Recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record, s.started = record, true
	s.running.Go(s.dispatch)
}

// Close stops sending. What is under way is cut off, and sent again after the next Start. The error is that of the
// context, if it ends first. The store stays open.
func (s *Service) Close(ctx context.Context) error {
	s.cancel()
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		s.client.CloseIdleConnections()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recorder is what Start was given.
func (s *Service) recorder() Recorder {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record
}

// sweepSize is how many notifications are forgotten in one transaction.
const sweepSize = 256

// Sweep forgets notifications whose time of retention is over, and returns how many.
func (s *Service) Sweep(ctx context.Context) (removed int, err error) {
	for {
		gone := 0
		old := false
		before := s.Clock.Now().Add(-Retention)
		err := s.Store.View(func(tx *store.Tx) (err error) {
			tx.LeaveOutDamaged()
			old, err = tx.AnyNotificationsBefore(before)
			return err
		})
		if err != nil || !old {
			return removed, err
		}
		err = s.Store.Update(ctx, func(tx *store.Tx) (err error) {
			tx.LeaveOutDamaged()
			gone, err = tx.ExpireNotifications(before, sweepSize)
			return err
		})
		if err != nil {
			return removed, err
		}
		if removed += gone; gone < sweepSize {
			return removed, nil
		}
	}
}

// StoreReset is called in the transaction of a reset: what is being sent belongs to notifications that are gone, and those
// that come may have their ids.
func (s *Service) StoreReset() { s.resets.Add(1) }

func lower(id string) string { return strings.ToLower(id) }
