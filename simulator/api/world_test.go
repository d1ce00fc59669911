package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.uber.org/goleak"

	"nctsim/fixtures"
	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

func TestAPI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "API")
}

var _ = AfterSuite(func() {
	http.DefaultClient.CloseIdleConnections()
	Eventually(func() error { return goleak.Find(goleak.IgnoreCurrent()) }).Should(Succeed())
})

// start is when the clock of a world stands at first.
var start = time.Date(2026, 3, 2, 9, 15, 1, 459_000_000, time.UTC)

// Who calls in the specs.
const (
	trader   = "GB123456789012"
	stranger = "XI999999999999"
	fallback = "GB000000000001" // the default EORI
)

// world is a whole simulator without its command: real store, engine and office, manual clock, fixed seed.
type world struct {
	api    *api.API
	engine *engine.Engine
	clock  *clock.Clock
	store  *store.Store
	url    string
	client *http.Client
	// uploads is the folder for large messages.
	uploads string
}

type settings struct {
	profile string
	now     time.Time
	// identity is that of the store.
	identity string
	// retention is how long movements are kept, 0 for as long as usual.
	retention time.Duration
	deps      api.Deps
	// scenarios are texts of scenario files; nil for a simulator without scenarios.
	scenarios []string
}

func profile(name string) func(*settings) { return func(s *settings) { s.profile = name } }

func identity(name string) func(*settings) { return func(s *settings) { s.identity = name } }

// withScenarios gives the world a library of its own.
func withScenarios(texts ...string) func(*settings) {
	return func(s *settings) { s.scenarios = append([]string{}, texts...) }
}

func deps(change func(*api.Deps)) func(*settings) { return func(s *settings) { change(&s.deps) } }

// newWorld starts a world; the office is silent unless a profile is chosen. It is closed after the spec.
func newWorld(change ...func(*settings)) *world {
	GinkgoHelper()
	s := settings{profile: "silent", now: start}
	s.deps.RequestLog = 1000
	s.deps.EORI, s.deps.DefaultGuarantee = fallback, guarantee.Standard.Insert
	for _, f := range change {
		f(&s)
	}
	w := &world{client: &http.Client{Transport: &http.Transport{}}, uploads: filepath.Join(GinkgoT().TempDir(), "uploads")}
	var err error
	w.clock, err = clock.New(clock.Options{Mode: clock.Manual, Now: s.now})
	Expect(err).NotTo(HaveOccurred())
	w.store, err = store.Open(store.Options{Path: filepath.Join(GinkgoT().TempDir(), "test.db"), Identity: s.identity})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(w.store.Close)
	process, err := office.ProfileSettings(s.profile)
	Expect(err).NotTo(HaveOccurred())
	if s.deps.Metrics == nil {
		s.deps.Metrics = control.NewMetrics()
	}
	s.deps.Store = w.store
	s.deps.Clock, s.deps.Catalogue, s.deps.Office, s.deps.Seed = w.clock, simtest.Catalogue(), office.New(process), 7
	s.deps.Notify, err = notify.New(notify.Config{
		Settings: notify.Settings{Callbacks: []string{notify.Loopback}}, Store: w.store, Clock: w.clock, Source: clock.NewSource(7),
	})
	Expect(err).NotTo(HaveOccurred())
	examiner, err := traders.NewExaminer(simtest.Catalogue(), s.deps.TradersSettings)
	Expect(err).NotTo(HaveOccurred())
	config := engine.Config{
		Notify: s.deps.Notify, Settings: engine.Settings{Retention: s.retention, LegacyRetention: s.retention},
		Store: w.store, Clock: w.clock, Source: clock.NewSource(7), Catalogue: simtest.Catalogue(),
		Composer: compose.New(simtest.Catalogue(), compose.Options{}), Office: s.deps.Office,
		Uploads: w.uploads, Examiner: examiner,
		OnBug: func(err error) {
			defer GinkgoRecover()
			Fail("the simulator made a mistake: " + err.Error())
		},
	}
	if s.scenarios != nil {
		library := scenario.NewReader(simtest.Catalogue(), fixtures.Files).Open(nil, "")
		for i, text := range s.scenarios {
			_, err := library.Put(fmt.Sprintf("test%d.yaml", i+1), []byte(text))
			Expect(err).NotTo(HaveOccurred())
		}
		config.Scenarios, s.deps.Scenarios = library, library
	}
	w.engine = engine.New(config)
	Expect(w.engine.Start()).To(Succeed())
	s.deps.Notify.Start(w.engine.Record)
	DeferCleanup(func(ctx context.Context) error { return s.deps.Notify.Close(ctx) })
	DeferCleanup(func(ctx context.Context) error { return w.engine.Close(ctx) })
	s.deps.Engine = w.engine
	w.api, err = api.New(s.deps)
	Expect(err).NotTo(HaveOccurred())
	w.url = w.serve(w.api.Everything())
	return w
}

// serve serves a handler of the API on a port of its own.
func (w *world) serve(h http.Handler) (url string) {
	GinkgoHelper()
	return w.serveBy(w.api.NewServer(h))
}

func (w *world) serveBy(server *http.Server) (url string) {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	DeferCleanup(func(ctx context.Context) {
		w.client.CloseIdleConnections()
		Expect(server.Shutdown(ctx)).To(Succeed())
		Eventually(ctx, done).Should(Receive(MatchError(http.ErrServerClosed)))
	})
	return "http://" + listener.Addr().String()
}

// answer is a response as it came over the wire.
type answer struct {
	Status  int
	Body    string
	Header  http.Header
	Chunked bool
	// Length is the Content-Length, -1 without one.
	Length int64
}

type option func(*http.Request)

func header(name, value string) option {
	return func(r *http.Request) { r.Header[name] = []string{value} }
}

func without(name string) option { return func(r *http.Request) { delete(r.Header, name) } }

// accept sets an Accept header by its version and suffix: "2.1+json".
func accept(version string) option { return header("Accept", "application/vnd.hmrc."+version) }

// as lets somebody else call.
func as(token string) option { return header("Authorization", "Bearer "+token) }

// do sends a request, by default of the trader under API 2.1. A body that is not empty has the content type
// application/xml unless something else is said.
func (w *world) do(method, path, body string, options ...option) answer {
	GinkgoHelper()
	return w.doAt(w.url, method, path, body, options...)
}

func (w *world) doAt(url, method, path, body string, options ...option) answer {
	GinkgoHelper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequest(method, url+path, reader)
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Authorization", "Bearer "+trader)
	request.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/xml")
	}
	for _, o := range options {
		o(request)
	}
	response, err := w.client.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	bytes, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer{
		response.StatusCode, string(bytes), response.Header,
		len(response.TransferEncoding) == 1 && response.TransferEncoding[0] == "chunked", response.ContentLength,
	}
}

func (w *world) get(path string, options ...option) answer {
	GinkgoHelper()
	return w.do(http.MethodGet, path, "", options...)
}

func (w *world) post(path, body string, options ...option) answer {
	GinkgoHelper()
	return w.do(http.MethodPost, path, body, options...)
}

// is compares an answer with what the contract says: status, body to the byte, bare media type, length.
func (a answer) is(status int, body string) {
	GinkgoHelper()
	Expect(a.Body).To(Equal(body))
	Expect(a.Status).To(Equal(status))
	Expect(a.Header.Values("Content-Type")).To(Equal([]string{"application/json"}))
	Expect(a.Chunked).To(BeFalse())
	Expect(a.Length).To(Equal(int64(len(body))))
}

// refused compares an answer with a standard error body.
func (a answer) refused(status int, code, text string) {
	GinkgoHelper()
	a.is(status, fmt.Sprintf(`{"message":%q,"code":%q}`, text, code))
}

const departures = "/customs/transits/movements/departures"

// ids are the ids in the body of a 202.
type ids struct{ movement, message string }

// created takes the ids out of the answer to E1 or E4.
func created(a answer) ids {
	GinkgoHelper()
	Expect(a.Status).To(Equal(http.StatusAccepted), a.Body)
	return ids{between(a.Body, `"departureId":"`, `"`), between(a.Body, `"messageId":"`, `"`)}
}

func between(text, before, after string) string {
	GinkgoHelper()
	_, rest, ok := strings.Cut(text, before)
	Expect(ok).To(BeTrue(), "%q is not in %s", before, text)
	value, _, ok := strings.Cut(rest, after)
	Expect(ok).To(BeTrue(), "%q is not in %s", after, rest)
	return value
}

// declare posts the usual declaration with an LRN of its own.
func (w *world) declare(lrn string, options ...option) ids {
	GinkgoHelper()
	return created(w.post(departures, declaration(lrn), options...))
}

func (w *world) settle() {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	Expect(w.engine.Settle(ctx)).To(Succeed())
}

func (w *world) pass(d time.Duration) {
	GinkgoHelper()
	Expect(w.clock.MoveTo(w.clock.Now().Add(d))).To(Succeed())
}

// now is the clock as the API renders it.
func (w *world) now() string { return w.clock.Now().Format("2006-01-02T15:04:05.999Z") }

// keep stores a message of a movement as if it had got there in a way that is not simulated yet.
func (w *world) keep(m movement.Message, body string) {
	GinkgoHelper()
	m.Received = w.clock.Now()
	Expect(w.store.Update(context.Background(), func(tx *store.Tx) error {
		stored, err := tx.Movement(m.Movement)
		if err != nil {
			return err
		}
		m.Ordinal = stored.Messages
		stored.Messages++
		if err := tx.PutMovement(stored); err != nil {
			return err
		}
		return tx.AddMessage(m, []byte(body))
	})).To(Succeed())
}

// put stores a movement that nobody declared.
func (w *world) put(m movement.Movement) {
	GinkgoHelper()
	Expect(w.store.Update(context.Background(), func(tx *store.Tx) error { return tx.PutMovement(&m) })).To(Succeed())
}

// fixture is a sample message.
func fixture(name string) string {
	GinkgoHelper()
	data, err := fixtures.Files.ReadFile(name)
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

// declaration is a valid IE015 of phase 5 with an LRN.
func declaration(lrn string) string {
	GinkgoHelper()
	return withLRN(fixture("phase5/valid/ie015-simplified-gb-xi.xml"), lrn)
}

func withLRN(xml, lrn string) string {
	GinkgoHelper()
	return replaced(xml, "LRN", lrn)
}

// replaced gives the first element of a name another text.
func replaced(xml, element, text string) string {
	GinkgoHelper()
	old := between(xml, "<"+element+">", "</"+element+">")
	return strings.Replace(xml, "<"+element+">"+old+"<", "<"+element+">"+text+"<", 1)
}

const invalidation = "phase5/valid/ie014-invalidation.xml"

// lines collects a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
