package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"nctsim/simulator/api"
	"nctsim/simulator/assembly"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

func TestAPI(t *testing.T) {
	suite.Run(t, "API")
}

// start is when the clock of a world stands at first.
var start = time.Date(2026, 3, 2, 9, 15, 1, 459_000_000, time.UTC)

// Who calls in the specs.
const (
	trader   = "GB123456789012"
	stranger = "XI999999999999"
	fallback = "GB000000000001" // the default EORI
)

// world is a whole simulator without its command: a world of the test kit, and its API on a port.
type world struct {
	*setup.World
	api    *api.API
	engine *engine.Engine
	clock  *clock.Clock
	store  *store.Store
	url    string
	client *http.Client
	// uploads is the folder for large messages.
	uploads string
}

// settings are those of the world; API are the settings of what these specs are about.
type settings = setup.Settings

func profile(name string) func(*settings) { return func(s *settings) { s.Profile = name } }

func identity(name string) func(*settings) { return func(s *settings) { s.Identity = name } }

// withScenarios gives the world a library of its own.
func withScenarios(texts ...string) func(*settings) {
	return func(s *settings) { s.Scenarios = setup.Library(texts...) }
}

func deps(change func(*api.Deps)) func(*settings) { return func(s *settings) { change(&s.API) } }

// usual are the settings of all worlds here.
func usual(s *settings) {
	s.Time.Now = start
	s.API.EORI, s.API.DefaultGuarantee = fallback, guarantee.Standard.Insert
	s.API.RequestLog = 1000
	s.Notify.Callbacks = []string{notify.Loopback}
}

// newWorld starts a world; the office is silent unless a profile is chosen. It is closed after the spec.
func newWorld(change ...func(*settings)) *world {
	GinkgoHelper()
	failing := func(s *settings) {
		s.Engine.OnBug = func(err error) {
			defer GinkgoRecover()
			Fail("the simulator made a mistake: " + err.Error())
		}
	}
	parts := setup.ForSpec(append([]func(*settings){usual, failing}, change...)...)
	Expect(parts.Start()).To(Succeed())
	w := &world{
		World: parts, engine: parts.Engine, clock: parts.Clock, store: parts.Store, uploads: assembly.UploadsOf(parts.Store),
		client: &http.Client{Transport: &http.Transport{}},
	}
	var err error
	w.api, err = parts.API()
	Expect(err).NotTo(HaveOccurred())
	w.url = w.serve(w.api.Everything())
	DeferCleanup(func() { checkCovered(w.api) })
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
	w.Settle()
}

func (w *world) pass(d time.Duration) {
	GinkgoHelper()
	w.Pass(d)
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
	return string(simtest.File(name))
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

// logged writes the log, with all its levels, into a buffer.
func logged(log *gbytes.Buffer) func(*settings) {
	return func(s *settings) {
		s.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}
