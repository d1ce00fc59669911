package control

import (
	"net/http"
	"runtime"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Metrics are the counters of one simulator; several simulators in one process have nothing in common.
//
// What happens in requests is counted as it happens. What is in the store is read when somebody asks, from
// the journal: that costs nothing as long as nobody does.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	messages *prometheus.CounterVec
	bugs     prometheus.Counter
	damaged  prometheus.Counter
	waiting  prometheus.Gauge
	stored   prometheus.Gauge

	mu     sync.Mutex
	engine *engine.Engine
	// read is the number of the last journal entry that was counted.
	read uint64
}

// NewMetrics makes counters that are all zero.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nctsim_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nctsim_messages_stored_total", Help: "Messages stored since the start, by type, in both directions.",
		}, []string{"type"}),
		bugs: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "nctsim_composed_invalid_total", Help: "Messages that the simulator composed and that failed their own schema, and other mistakes of its own. Should be 0.",
		}),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "nctsim_damaged_records_total", Help: "Records of the store that cannot be read and are left out of lists. Should be 0.",
		}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "nctsim_events_waiting", Help: "Events that the office has not handled yet.",
		}),
		stored: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "nctsim_movements", Help: "Movements in the store.",
		}),
	}
	goroutines := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "nctsim_goroutines", Help: "Goroutines of the process.",
	}, func() float64 { return float64(runtime.NumGoroutine()) })
	m.registry.MustRegister(goroutines, m.requests, m.messages, m.bugs, m.damaged, m.waiting, m.stored)
	return m
}

// Request counts one answered request.
func (m *Metrics) Request(route string, status int) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
}

// Bug counts one mistake of the simulator's own; it is meant for engine.Config.OnBug.
func (m *Metrics) Bug(error) { m.bugs.Inc() }

// Damaged counts one damaged record of the store; it is meant for store.Options.OnDamage.
func (m *Metrics) Damaged() { m.damaged.Inc() }

// watch begins to count the messages that the engine stores from now on.
func (m *Metrics) watch(e *engine.Engine) error {
	m.mu.Lock()
	defer m.mu.Unlock()
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
		m.waiting.Set(float64(stats.Events))
		m.stored.Set(float64(stats.Movements))
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
				m.messages.WithLabelValues(e.Type).Inc()
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
func (a *API) ShowMetrics(w http.ResponseWriter, r *http.Request) {
	if err := a.Metrics.update(); err != nil {
		Failure(err).Write(w)
		return
	}
	promhttp.HandlerFor(a.Metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}
