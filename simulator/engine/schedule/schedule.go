// Package schedule decides when the movements of an engine are processed: a queue that a pool of workers takes them from, a
// lock for each, timers that fall due on the clock, the steps of an advance, and waiting until everything has settled. It
// knows nothing of what processing a movement is; two functions of the engine do that, and remove what has expired.
package schedule

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/notify"
	"nctsim/simulator/store"
)

// workersPerCPU is much more than one, because workers spend most of their time waiting for commits, and those that wait together
// share one. Sixty-four clients submit as much in each commit as so many workers of two cores handle in it; with fewer, events wait until
// their documents are no longer at hand and are read a second time.
const workersPerCPU = 32

// Config is what a scheduler is made of.
type Config struct {
	Store *store.Store
	Clock *clock.Clock
	// Notify sends notifications, for which an advance of the clock waits a little; nil if nobody does.
	Notify *notify.Service
	Logger *slog.Logger
	// Process handles what waits for a movement, queued events and timers that are due. The error is that of the context or
	// of the store; the movement is then tried again, or set aside if the error wraps store.ErrDamaged.
	Process func(ctx context.Context, movementID string) error
	// Sweep removes what has expired.
	Sweep func(ctx context.Context) error
}

// Scheduler is safe for concurrent use.
type Scheduler struct {
	store  *store.Store
	clock  *clock.Clock
	notify *notify.Service
	log    *slog.Logger
	// processOne is Config.Process.
	processOne func(ctx context.Context, movementID string) error
	sweep      func(ctx context.Context) error
	aside      setAside

	locks locks
	queue *queue
	// wake tells the watch over timers that some have changed.
	wake chan struct{}
	// advance is held while Advance runs what falls due; timers do not fire by themselves meanwhile.
	advance   sync.Mutex
	advancing atomic.Bool

	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// New makes a scheduler that does not run yet: what is added waits until Start.
func New(c Config) *Scheduler {
	s := &Scheduler{
		store: c.Store, clock: c.Clock, notify: c.Notify, log: c.Logger, processOne: c.Process, sweep: c.Sweep,
		locks: locks{held: map[string]*lock{}}, queue: newQueue(), wake: make(chan struct{}, 1),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Start begins to work: first what an earlier run left in the queue and what fell due meanwhile. It must be called once at
// most.
func (s *Scheduler) Start() error {
	left, err := s.waiting(false)
	if err != nil {
		return err
	}
	s.queue.add(left...)
	for range workersPerCPU * runtime.NumCPU() {
		s.running.Go(s.worker)
	}
	s.running.Go(s.schedule)
	s.running.Go(s.retry)
	return nil
}

// Stop ends the work; what is under way is finished. Wait returns when it is.
func (s *Scheduler) Stop() {
	s.cancel()
	s.queue.close()
}

// Wait returns when nothing is under way any more.
func (s *Scheduler) Wait() { s.running.Wait() }

// Add says that something waits for movements.
func (s *Scheduler) Add(ids ...string) { s.queue.add(ids...) }

// Lock waits for the lock of a movement and returns what gives it back.
func (s *Scheduler) Lock(movementID string) (unlock func()) { return s.locks.lock(movementID) }

// Idle returns a channel that is closed as soon as no worker has anything to do.
func (s *Scheduler) Idle() <-chan struct{} { return s.queue.whenIdle() }

// worker handles one movement after the other.
func (s *Scheduler) worker() {
	for {
		id, ok := s.queue.next()
		if !ok {
			return
		}
		err := s.process(s.ctx, id)
		if s.queue.done(id, err) && s.ctx.Err() == nil {
			s.log.Error("events of a movement wait because they could not be handled", "movement", id, "error", err)
		}
	}
}

// Blocked says that a worker is going to wait for others, so that another one takes its place meanwhile; what it returns has to
// be called when the wait is over.
func (s *Scheduler) Blocked() (over func()) {
	if !s.queue.join(func() { s.running.Go(s.worker) }) {
		return func() {}
	}
	return s.queue.leave
}

// retryEvery is how often what could not be stored is tried again, in real time: a full disk knows nothing of the
// simulator's clock.
const retryEvery = time.Second

// retry tries again what could not be stored, so that it goes on when the disk does and not only when the next
// message comes in.
func (s *Scheduler) retry() {
	again := time.NewTicker(retryEvery)
	defer again.Stop()
	for {
		select {
		case <-again.C:
		case <-s.ctx.Done():
			return
		}
		if !s.advancing.Load() {
			s.queue.retry()
		}
	}
}

const (
	// timersAtOnce is how many due timers are taken from the store at once.
	timersAtOnce = 1024
	// sweepEvery is how often expired movements are removed. Nobody sees them meanwhile.
	sweepEvery = time.Hour
)

// schedule gives movements whose timers are due to the workers, and removes expired movements.
func (s *Scheduler) schedule() {
	for s.ctx.Err() == nil {
		sweepAt := s.clock.Now().Add(sweepEvery)
		if err := s.sweep(s.ctx); err != nil && s.ctx.Err() == nil {
			s.log.Error("expired movements could not be removed", "error", err)
		}
		swept, stop := s.clock.Until(sweepAt)
		s.watchTimers(swept)
		stop()
	}
}

// watchTimers fires timers until it is time for the next sweep.
func (s *Scheduler) watchTimers(until <-chan struct{}) {
	for {
		next, err := s.fire()
		if err != nil && s.ctx.Err() == nil {
			s.log.Error("timers cannot be read", "error", err)
		}
		reached, stop := (<-chan struct{})(nil), func() {}
		if !next.IsZero() {
			reached, stop = s.clock.Until(next)
		}
		select {
		case <-s.ctx.Done():
		case <-until:
		case <-reached:
		case <-s.wake:
		}
		stop()
		select {
		case <-s.ctx.Done():
			return
		case <-until:
			return
		default:
		}
	}
}

// fire hands the movements whose timers are due to the workers and returns when the next one falls due; zero
// means that only a change of the timers is worth waking up for: either there are no further ones, or those
// that are due now are being worked on, and that will change them.
func (s *Scheduler) fire() (time.Time, error) {
	if s.advancing.Load() {
		return time.Time{}, nil
	}
	now := s.clock.Now()
	var due []store.DueTimer
	var next store.DueTimer
	err := s.View(func(tx *store.Tx) (err error) {
		if due, err = tx.DueTimers(now, timersAtOnce); err != nil || len(due) > 0 {
			return err
		}
		next, _, err = tx.NextTimer()
		return err
	})
	for _, t := range due {
		s.queue.add(t.Movement)
	}
	return next.Due, err
}

// TimersChanged tells the scheduler to look at the timers again.
func (s *Scheduler) TimersChanged() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// NextTimer is the timer that falls due first; false if none is running.
func (s *Scheduler) NextTimer() (t store.DueTimer, ok bool, err error) {
	err = s.View(func(tx *store.Tx) error {
		t, ok, err = tx.NextTimer()
		return err
	})
	return t, ok, err
}
