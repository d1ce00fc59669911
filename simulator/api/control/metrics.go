package control

import (
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"sync"

	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Metrics are the counters of one simulator; several simulators in one process have nothing in common.
//
// What happens in requests is counted as it happens. What is in the store is read when somebody asks, from
// the journal: that costs nothing as long as nobody does.
type Metrics struct {
	goroutines, requests, messages, bugs, damaged, waiting, stored *metric

	mu     sync.Mutex
	engine *engine.Engine
	// read is the number of the last journal entry that was counted.
	read uint64
}

// NewMetrics makes counters that are all zero.
func NewMetrics() *Metrics {
	return &Metrics{
		goroutines: newMetric("gauge", "nctsim_goroutines", "Goroutines of the process."),
		requests:   newMetric("counter", "nctsim_http_requests_total", "Requests answered, by route and status.", "route", "status"),
		messages:   newMetric("counter", "nctsim_messages_stored_total", "Messages stored since the start, by type, in both directions.", "type"),
		bugs: newMetric("counter", "nctsim_composed_invalid_total",
			"Messages that the simulator composed and that failed their own schema, and other mistakes of its own. Should be 0."),
		damaged: newMetric("counter", "nctsim_damaged_records_total",
			"Records of the store that cannot be read and are left out of lists. Should be 0."),
		waiting: newMetric("gauge", "nctsim_events_waiting", "Events that the office has not handled yet."),
		stored:  newMetric("gauge", "nctsim_movements", "Movements in the store."),
	}
}

// Request counts one answered request.
func (m *Metrics) Request(route string, status int) {
	m.requests.inc(route, strconv.Itoa(status))
}

// Bug counts one mistake of the simulator's own; it is meant for engine.Config.OnBug.
func (m *Metrics) Bug(error) { m.bugs.inc() }

// Damaged counts one damaged record of the store; it is meant for store.Options.OnDamage.
func (m *Metrics) Damaged() { m.damaged.inc() }

// Watch begins to count the messages that an engine stores from now on. What another one has stored by now is counted before.
func (m *Metrics) Watch(e *engine.Engine) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.engine != nil {
		if err := m.engine.Read(m.countMessages); err != nil && !errors.Is(err, store.ErrClosed) {
			return err
		}
	}
	m.engine = e
	return e.Read(func(tx *store.Tx) error {
		m.read = tx.LastEntry()
		return nil
	})
}

// update brings what is read from the store up to date.
func (m *Metrics) update() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.engine.Read(func(tx *store.Tx) error {
		stats, err := tx.Stats()
		if err != nil {
			return err
		}
		m.waiting.set(float64(stats.Events))
		m.stored.set(float64(stats.Movements))
		return m.countMessages(tx)
	})
}

func (m *Metrics) countMessages(tx *store.Tx) error {
	const atOnce = 1000
	for {
		entries, err := tx.Entries(m.read, atOnce)
		if err != nil {
			return err
		}
		for _, e := range entries {
			m.read = e.Number
			if e.Kind == movement.EntryMessage && e.Message != "" {
				m.messages.inc(e.Type)
			}
		}
		if len(entries) < atOnce {
			return nil
		}
	}
}

// reset runs a reset of the engine, before which everything is counted that will be gone.
func (m *Metrics) reset(run func() error) error {
	if err := m.update(); err != nil {
		return err
	}
	return run()
}

// ShowMetrics is GET /metrics in the text format of Prometheus.
func (a *API) ShowMetrics(w http.ResponseWriter, _ *http.Request) {
	if err := a.Metrics.update(); err != nil {
		Failure(err).Write(w)
		return
	}
	m := a.Metrics
	m.goroutines.set(float64(runtime.NumGoroutine()))
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
	_, _ = w.Write(writeMetrics([]*metric{m.goroutines, m.requests, m.messages, m.bugs, m.damaged, m.waiting, m.stored})) // a client that has gone away needs no answer
}
