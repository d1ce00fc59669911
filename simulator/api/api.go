// Package api puts the HTTP side of the simulator together: the CTC Traders API, the Test Support API, the
// platform in front of them, and the simulator's own control API.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/console"
	"nctsim/simulator/api/control"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/guarantees"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/pushpull"
	"nctsim/simulator/api/testsupport"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/api/uploads"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/coverage"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

// The settings of the APIs, by the names under which Settings holds them.
type (
	PlatformSettings   = platform.Settings
	TradersSettings    = traders.Settings
	Phase4Settings     = phase4.Settings
	GuaranteesSettings = guarantees.Settings
)

// Settings are those of the APIs.
type Settings struct {
	// APIVersions are those of the CTC Traders API that answer, from 1.0, 2.1 and 3.0; the others give 404, as at HMRC when a
	// version is switched off. nil means all.
	APIVersions []string
	PlatformSettings
	TradersSettings
	// TestSupport is coherent (messages placed by the Test Support APIs fit the movement) or random (as at HMRC). "" is coherent.
	TestSupport string
	// PublicURL is where clients find the simulated APIs ("http://nctsim:8080"): forms for large messages lead there. "" is the
	// address under which a client calls.
	PublicURL string
	// Console is on (pages under /console/, beside the control API, by which people watch and steer), read-only (they only
	// watch) or off. "" is on.
	Console console.Access
	Phase4Settings
	GuaranteesSettings
	// RequestLog is how many requests to the simulated APIs are kept for people to look at, with their answers. 0 keeps none.
	RequestLog int
}

// Values of Settings.TestSupport.
const (
	Coherent = "coherent"
	Random   = "random"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return slices.Concat(
		setting.List{
			setting.Text(&s.PublicURL, "public-url", "", "`URL` of the simulated APIs as clients know it, as http://nctsim:8080, for the forms of large messages; empty: the address under which a client calls", checkPublicURL),
			setting.Word(&s.Console, "console", console.On, "`MODE` of the console in the browser, under /console/: on, read-only or off", console.On, console.ReadOnly, console.Off),
		}.In(setting.Access),
		setting.List{
			setting.Words(&s.APIVersions, "api-versions", []string{"1.0", "2.1", "3.0"}, "`LIST` of the API versions that answer; the others give 404", checkVersions),
		}.In(setting.APIs),
		s.PlatformSettings.Declare().In(setting.Clients),
		s.TradersSettings.Declare().In(setting.APIs),
		setting.List{
			setting.Word(&s.TestSupport, "test-support", Coherent, "`MODE` of Test Support messages: coherent with their movement, or random as at HMRC", Coherent, Random),
		}.In(setting.APIs),
		s.Phase4Settings.Declare().In(setting.APIs),
		s.GuaranteesSettings.Declare().In(setting.Guarantees),
		setting.List{
			setting.Int(&s.RequestLog, "request-log", 1000, "how many requests to the simulated APIs, `N`, are kept in memory to be looked at, 16 MB at most; 0: none", checkRequestLog),
		}.In(setting.Program),
	)
}

func checkRequestLog(n int) error {
	if n < 0 {
		return errors.New(strconv.Itoa(n) + " is below zero; hint: 0 keeps none")
	}
	return nil
}

func checkPublicURL(text string) error {
	u, err := url.Parse(text)
	if text == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" {
		return nil
	}
	return fmt.Errorf("%q is not the URL of a server; hint: http://nctsim:8080, without a query", text)
}

func checkVersions(versions []string) error {
	const choice = "choose from 1.0, 2.1 and 3.0, as in 2.1,3.0"
	for _, v := range versions {
		if _, known := message.PhaseOfVersion(v); !known {
			return fmt.Errorf("%q is unknown; hint: %s", v, choice)
		}
	}
	if len(versions) == 0 {
		return errors.New("without any version nothing answers; hint: " + choice)
	}
	return nil
}

// phases are those behind the API versions, in the order of phases.
func (s Settings) phases() []message.Phase {
	if s.APIVersions == nil {
		return message.Phases
	}
	return slices.DeleteFunc(slices.Clone(message.Phases), func(p message.Phase) bool { return !slices.Contains(s.APIVersions, p.APIVersion()) })
}

// Deps is what the API is made of. The first eight are necessary, and must be those of the engine; package assembly sees to it.
type Deps struct {
	Engine    *engine.Engine
	Store     *store.Store
	Clock     *clock.Clock
	Catalogue *message.Catalogue
	Office    *office.Office
	// Notify has the boxes for notifications.
	Notify *notify.Service
	// OAuth gives out tokens.
	OAuth *oauth.Service
	// Metrics counts; its Bug is meant for engine.Config.OnBug.
	Metrics *control.Metrics
	// Coverage counts what software meets; nil if nobody counts.
	Coverage *coverage.Counter
	// Scenarios are those that the engine knows; nil if it knows none.
	Scenarios control.Library
	// Runs plays scenarios for the control API, nil if nobody does.
	Runs control.Runs
	// Workspaces are the simulators behind the same address, nil if nobody may know of them here; Workspace is the name of the one that
	// this is, "" where there are none.
	Workspaces control.Workspaces
	Workspace  string
	// Snapshots are those of the simulator; nil if it has none.
	Snapshots control.Snapshots
	// Remembered is what the consoles of the simulator remember; nil for one of the API's own.
	Remembered *console.Memory
	// Requests has the last requests, also those that another API has answered; nil for one of the API's own, as Settings.RequestLog says.
	Requests *exchange.Log
	// Settings are those of the user, and Shown all of the simulator's, for showing them.
	Settings
	Shown setting.List
	// Seed is shown to people.
	Seed uint64
	// FixedTokens says what tokens stand for that nobody has issued; see platform.ReadTokens.
	FixedTokens map[string]platform.Grant
	// DefaultGuarantee puts the default guarantee into declarations of API 1.0; see phase4.Options. nil leaves them as they are.
	DefaultGuarantee func(declaration *xmltree.Node) (*xmltree.Node, error)
	// Registry has the guarantees; without it there are none.
	Registry *rules.Registry
	// Book has the rules and code lists that people can look up; nil for those that come with the program.
	Book *rules.Book
	// ControlToken must come with every call of the control API; empty means it is open.
	ControlToken string
	// Hosts are the names under which the control API, health checks and metrics may be called, beside localhost and IP
	// addresses.
	Hosts control.Hosts
	// SimulatedURL is where the simulated APIs are if that is another address than the control API's, for people; "" otherwise.
	SimulatedURL string
	// Uploads bounds what all bodies that clients are sending may take; the zero value means bind.DefaultLimits.
	Uploads bind.Limits
	// Bodies bounds what all bodies that clients are sending to this simulator and to others may take, in the place of Uploads; nil for
	// this one alone.
	Bodies *bind.Uploads
	// Ready says why the simulator is not ready yet; nil means that it is when it can be asked.
	Ready func() error
	// Version of the simulator, for people.
	Version string
	// Logger gets what went wrong, and every request at debug level; nil logs nothing.
	Logger *slog.Logger
}

// API is the whole HTTP side.
type API struct {
	Deps
	phases      []message.Phase
	platform    *platform.Platform
	traders     *traders.API
	testSupport *testsupport.API
	phase4      *phase4.API
	pushPull    *pushpull.API
	form        *uploads.API
	guarantees  *guarantees.API
	control     *control.API
	// console is nil if it is off.
	console *console.Console
	// log has the last exchanges with the simulated APIs, nil if none are kept.
	log *exchange.Log

	// routes are those of the simulated APIs, and steers those of the control API.
	routes    *router
	steers    *router
	simulated http.Handler
	steering  http.Handler

	uploads *bind.Uploads
	// life ends with Abandon.
	life    context.Context
	abandon context.CancelFunc
}

// New puts the API together. The error says what is missing in d, or is that of the store.
func New(d Deps) (*API, error) {
	if d.Engine == nil || d.Store == nil || d.Clock == nil || d.Catalogue == nil || d.Office == nil || d.Notify == nil || d.OAuth == nil || d.Metrics == nil {
		return nil, errors.New("the API needs an engine, a store, a clock, a catalogue, an office, notifications, an authorisation server and metrics")
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Requests == nil {
		d.Requests = exchange.NewLog(d.RequestLog)
	}
	source := clock.NewSource(d.Seed)
	a := &API{Deps: d, log: d.Requests, phases: d.phases(), uploads: d.bodies()}
	a.platform = platform.New(platform.Options{
		Settings: d.PlatformSettings, Tokens: d.FixedTokens, Issued: issued(d.OAuth), Now: d.Clock.Now,
	})
	a.form = uploads.New(uploads.Options{Engine: d.Engine, Clock: d.Clock, Source: source, PublicURL: strings.TrimSuffix(d.PublicURL, "/")})
	var err error
	a.traders, err = traders.New(traders.Options{
		Settings: d.TradersSettings, Engine: d.Engine, Catalogue: d.Catalogue, Boxes: d.Notify, Form: a.form.Form,
	})
	if err != nil {
		return nil, err
	}
	random := d.TestSupport == Random
	a.testSupport = testsupport.New(testsupport.Options{Engine: d.Engine, Random: random})
	a.phase4 = phase4.New(phase4.Options{
		Settings: d.Phase4Settings, Guarantee: d.DefaultGuarantee, Engine: d.Engine, Catalogue: d.Catalogue, Boxes: d.Notify, Random: random,
	})
	a.pushPull = pushpull.New(d.Notify)
	a.guarantees = guarantees.New(guarantees.Options{
		Settings: d.GuaranteesSettings, Registry: d.Registry, Store: d.Store, Clock: d.Clock, Source: source, Catalogue: d.Catalogue,
	})
	a.life, a.abandon = context.WithCancel(context.Background())
	a.control, err = control.New(control.Options{
		Engine: d.Engine, Office: d.Office, Clock: d.Clock, Platform: a.platform, Metrics: d.Metrics, Notify: d.Notify, OAuth: d.OAuth,
		Library: d.Scenarios, Coverage: d.Coverage, Guarantees: a.guarantees.List, FailingGuarantees: d.BalanceFaults, Log: a.log, NearMisses: a.nearMisses,
		Simulated: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.simulated.ServeHTTP(w, r) }), // it is made below
		Token:     d.ControlToken, Hosts: d.Hosts, Ready: d.Ready, About: a.about(),
		Submission: a.submissionRules, Runs: d.Runs, Snapshots: d.Snapshots, Workspaces: d.Workspaces, Reference: control.Reference{Catalogue: d.Catalogue, Book: d.Book, Registry: d.Registry},
	})
	if err != nil {
		return nil, err
	}
	a.routes = a.simulatedRoutes()
	a.steers = a.controlRoutes()
	steering := http.Handler(a.steers)
	inside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.simulated.ServeHTTP(w, wire.WithoutAddress(r)) })
	if d.Console != console.Off {
		a.console, err = console.New(console.Options{
			API: steering, Simulated: inside,
			Token: d.ControlToken, Access: d.Console, Memory: d.Remembered, Public: d.public(), Logger: d.Logger,
			Prefix: func(r *http.Request) string { return wire.AddressOf(r.Context()).Links() },
		})
		if err != nil {
			return nil, err
		}
		steering = a.withConsole(steering)
	}
	a.simulated, a.steering = a.routes, a.control.Guard(steering)
	if !a.platform.Enabled() {
		a.simulated = bare(a.simulated)
	}
	return a, nil
}

// bodies are the bounds of what clients are sending.
func (d Deps) bodies() *bind.Uploads {
	if d.Bodies != nil {
		return d.Bodies.Part()
	}
	return bind.NewUploads(cmp.Or(d.Uploads, bind.DefaultLimits()))
}

// public is where clients find the simulated APIs if that is not where the console is, "" otherwise.
func (d Deps) public() string {
	if d.PublicURL == "" {
		return d.SimulatedURL
	}
	path := ""
	if d.Workspace != "" && d.Workspace != client.DefaultWorkspace {
		path = client.WorkspacesPath + d.Workspace
	}
	return strings.TrimSuffix(d.PublicURL, "/") + path
}

// issued says in the platform's terms who holds a token.
func issued(server *oauth.Service) func(string) (platform.Caller, bool, error) {
	return func(token string) (platform.Caller, bool, error) {
		h, own, valid, err := server.Token(token)
		if err != nil || !own {
			return platform.Caller{}, own, err
		}
		if !valid {
			return platform.Caller{Standing: platform.Expired}, true, nil
		}
		c := platform.Caller{
			EORI: h.EORI, ClientID: h.ClientID, Token: platform.UserToken, Scopes: h.Scopes, Subscriptions: h.Subscriptions,
		}
		traders, old := slices.Contains(h.Services, application.ServiceTraders), slices.Contains(h.Services, application.ServiceLegacy)
		switch {
		case h.Application:
			c.Token, c.Standing = platform.ApplicationToken, platform.NoEnrolment
		case !traders && !old:
			c.EORI, c.Standing = "", platform.NoEnrolment
		case !traders:
			c.Enrolment = platform.LegacyEnrolment
		}
		return c, true, nil
	}
}

func (a *API) about() control.About {
	about := control.About{Version: a.Version, Seed: a.Seed, Workspace: a.Workspace, TestSupport: cmp.Or(a.TestSupport, Coherent), Configuration: []client.Setting{}}
	about.Phase4 = client.Phase4Settings{
		API: string(cmp.Or(a.Phase4API, endpoint.Open)), Status: cmp.Or(a.Phase4Status, setting.On),
		Transitions: cmp.Or(a.Transitions, phase4.Permissive), Retention: a.Engine.Retention(message.Phase4).String(),
	}
	for _, s := range a.Shown {
		if s.Secret {
			continue
		}
		about.Configuration = append(about.Configuration, client.Setting{
			Name: s.Name, Value: s.Value(), Default: s.Default(), Meaning: s.Text(), Group: s.Group, Source: string(s.Origin.Source), Place: s.Origin.Place,
		})
	}
	for _, p := range a.phases {
		about.APIVersions = append(about.APIVersions, p.APIVersion())
	}
	return about
}

// Routes are the calls that are answered, those of the simulated APIs first, then the control API's and the console's, each with its
// method and the pattern of its path: "GET /simulator/v1/movements/{movement}".
func (a *API) Routes() []string {
	var calls []string
	for _, one := range slices.Concat(a.routes.routes, a.steers.routes) {
		for _, method := range one.methods {
			calls = append(calls, method+" "+one.path)
		}
	}
	if a.console != nil {
		calls = append(calls, console.Routes()...)
	}
	return calls
}

// Everything serves all APIs on one address.
func (a *API) Everything() http.Handler {
	return a.greeting(controlPages, a.split("/simulator", consolePath, "/health", "/metrics", phase4.InboxOfDepartures, phase4.InboxOfArrivals))
}

// Simulated serves what HMRC serves, and the health checks beside it: for an address of its own, when Control
// has another.
func (a *API) Simulated() http.Handler { return a.greeting(elsewhere, a.split("/health")) }

// Control serves the control API, the health checks and the metrics.
func (a *API) Control() http.Handler { return a.greeting(controlPages, a.steering) }

// split sends requests for the paths given, and what is below them, to the control API. None of them begins a
// simulated path.
func (a *API) split(paths ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, path := range paths {
			if isBelow(r.URL.Path, path) {
				a.steering.ServeHTTP(w, r)
				return
			}
		}
		a.simulated.ServeHTTP(w, r)
	})
}

// isBelow reports whether a path is another one, or below it.
func isBelow(path, above string) bool {
	rest, below := strings.CutPrefix(path, above)
	return below && (rest == "" || rest[0] == '/')
}

// consolePath is where the console is.
var consolePath = strings.TrimSuffix(console.Path, "/")

// withConsole puts the console beside the control API.
func (a *API) withConsole(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isBelow(r.URL.Path, consolePath) {
			a.console.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Close ends what would not end by itself: the streams of events, and control calls that wait.
func (a *API) Close() {
	if a.console != nil {
		a.console.Close()
	}
	a.control.Close()
}

// Replaced is Close when another API goes on in the place of this one: streams of events end with a reset that says why.
func (a *API) Replaced(why string) {
	a.control.Replaced(why)
	a.Close()
}

// Abandon gives up the requests that have not been answered, when there is no more time for them.
func (a *API) Abandon() {
	a.uploads.Abandon()
	a.abandon()
}

// received is the context of a request that has arrived: the end of its client's side of the connection does not end it.
// A client may close that side as soon as it has sent everything, and is answered all the same; one that has gone
// altogether cannot be told from it, and what it has sent counts, too.
type received struct {
	context.Context // when to give up
	request         context.Context
	logged          *exchange.Exchange // nil if it is not
}

// Value is that of the request, or what belongs to its way here.
func (c received) Value(key any) any {
	switch key {
	case exchange.Key:
		return c.logged
	case control.ClientKey:
		return c.request
	}
	return c.request.Value(key)
}

// service is how one API answers at an endpoint: what it asks of a caller's token, the handler, and the words for its errors. The zero
// value is an API that has no such endpoint.
type service struct {
	access platform.Access
	handle endpoint.Handler
	fail   failure
}

// front is the way of a request to a simulated API, from its arrival to the handler: first what HMRC's platform
// does (docs/spec/api-2.1-3.0.md#1-10, step 1), in its order, then the service's own checks, which are in the handler.
// The version that answers decides whose they are.
func (a *API) front(route string, phases56, phase4 service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		version := answering(r, phases56.handle != nil && a.servesCurrent())
		s := phases56
		if isPhase4(version) {
			s = phase4
		}
		if phase, known := message.PhaseOfVersion(version); known {
			s.access.Versions = []string{phase.APIVersion()}
		}
		a.enter(route, version, s, a.serves(version)).ServeHTTP(w, r)
	})
}

// frontWithoutVersions is front for an API that has nothing to do with the versions of the Traders API.
func (a *API) frontWithoutVersions(route string, s service) http.Handler {
	version := ""
	if len(s.access.Versions) == 1 {
		version = s.access.Versions[0]
	}
	return a.enter(route, version, s, true)
}

// enter is the way to a service of a version, if it is there at all.
func (a *API) enter(route, version string, s service, there bool) http.Handler {
	return a.answer(route, s.words(), a.counted(version, route, s, func(r *http.Request) (wire.Response, error) {
		x := exchange.Of(r.Context())
		caller := a.platform.Identify(r)
		x.By(caller.EORI, caller.ClientID)
		x.Of(version, route != unknownRoute && s.access.Context == application.Transits)
		x.Enter(client.CheckThrottle)
		if a.platform.Throttled(caller) {
			return platform.ThrottledOut.Response(), nil
		}
		x.Enter(client.CheckVersion)
		if !there {
			return platform.ResourceNotFound.Response(), nil
		}
		x.Enter(client.CheckRoute)
		if s.handle == nil {
			return a.platform.NotFound(r), nil
		}
		x.Enter(client.CheckAuthorisation)
		if caller.Err != nil {
			return wire.Response{}, caller.Err
		}
		if refusal, refused := a.platform.TurnsAway(caller, s.access); refused {
			return refusal.Response(), nil
		}
		return s.handle(r, caller)
	}))
}

// counted counts the answers of a handler for the coverage.
func (a *API) counted(version, route string, s service, h func(*http.Request) (wire.Response, error)) func(*http.Request) (wire.Response, error) {
	if a.Coverage == nil {
		return h
	}
	route = control.CoveredRoute(route)
	if _, known := message.PhaseOfVersion(version); route == unknownRoute || !known && !slices.Contains(s.access.Versions, version) {
		version = "" // whatever a client may call a version
	}
	return func(r *http.Request) (wire.Response, error) {
		response, err := h(r)
		told := response
		if err != nil {
			told = s.words()(err)
		}
		if !told.Cut {
			a.Coverage.Answer(version, route, control.AnswerName(told.Status, told.Body))
		}
		return response, err
	}
}

// words are those of the service's errors, also of a service that is not there.
func (s service) words() failure {
	if s.fail == nil {
		return traders.Failure
	}
	return s.fail
}

// failure words an error as the API in question does.
type failure func(error) wire.Response

// answer is the way of a request to a simulated API through respond, into the log of requests.
func (a *API) answer(route string, fail failure, h func(*http.Request) (wire.Response, error)) http.Handler {
	h = a.meetFaults(route, fail, h)
	if a.log == nil {
		return a.respond(route, fail, h)
	}
	_, path, named := strings.Cut(route, " ")
	if !named {
		path = route
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange.Exchange{At: a.Clock.Now(), Route: path, Prefix: wire.AddressOf(r.Context()).Links()}
		began := time.Now()
		r = r.WithContext(received{a.life, r.Context(), x})
		sent := a.reply(w, r, route, fail, h)
		x.Duration = time.Since(began)
		x.Received(r)
		x.Status, x.Refused, x.Remark, x.Scenario = sent.Status, sent.Cut || sent.Status >= http.StatusBadRequest, sent.Remark, sent.Scenario
		if sent.Cause != nil && x.Remark == "" {
			x.Remark = sent.Cause.Error()
		}
		if !sent.Cut {
			x.Sends(r.URL.Path, w.Header(), sent.Body)
		}
		a.log.Add(x)
		exchange.Kept(r.Context(), x)
	})
}

// respond is the border between handlers and HTTP: it runs a handler, gives its error or panic the words of
// the API, writes the response, counts it and logs it.
func (a *API) respond(route string, fail failure, h func(*http.Request) (wire.Response, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.reply(w, r.WithContext(received{a.life, r.Context(), nil}), route, fail, h)
	})
}

// reply answers a request whose context is a received one. Beside an error, only what a response says of the scenario, and its
// remark, count.
func (a *API) reply(w http.ResponseWriter, r *http.Request, route string, fail failure, h func(*http.Request) (wire.Response, error)) wire.Response {
	response, err := guard(h, r)
	if err != nil {
		told := response
		response = fail(err)
		response.Scenario, response.Remark = told.Scenario, cmp.Or(told.Remark, response.Remark)
	}
	if errors.Is(response.Cause, store.ErrFull) {
		response = full(response)
	}
	if late, failed := undelivered(r); failed {
		response = late
	}
	if response.Status == http.StatusUnauthorized && a.platform.Enabled() {
		response.Challenge = platform.Challenge
	}
	response = response.From(wire.AddressOf(r.Context()).Links())
	if !response.Cut {
		keepBeginning(r)
		bind.Discard(r)
	}
	response.Write(w)
	a.Metrics.Request(route, response.Status)
	a.report(r, response)
	return response
}

// keepBeginning keeps of a body that nobody wanted what the log shows of it.
func keepBeginning(r *http.Request) {
	if x := exchange.Of(r.Context()); x.Lacks(r) {
		x.Sent.Body = bind.Beginning(r, exchange.MostKept)
	}
}

// undelivered is the answer to a request whose body did not come in time, or did not get its turn; HMRC's own is not known.
func undelivered(r *http.Request) (wire.Response, bool) {
	switch err := bind.UploadFailure(r); {
	case errors.Is(err, bind.ErrBusy):
		return platform.Unavailable.Response(), true
	case err != nil:
		response := platform.TooSlow.Response()
		response.Last = true
		return response, true
	}
	return wire.Response{}, false
}

// full is the answer in place of another one to a request of a client that the store has no more room for: that of a service which takes
// nothing for a while (docs/spec/api-2.1-3.0.md#13). The client may try again, and the user of the simulator is told what to do.
func full(instead wire.Response) wire.Response {
	response := platform.Unavailable.Response()
	response.Scenario, response.Remark = instead.Scenario, instead.Cause.Error()
	return response
}

// guard turns a panic into an error.
func guard(h func(*http.Request) (wire.Response, error), r *http.Request) (response wire.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return h(r)
}

func (a *API) report(r *http.Request, response wire.Response) {
	if response.Cause != nil && r.Context().Err() == nil {
		a.Logger.Error("request could not be answered", "method", r.Method, "path", r.URL.Path, "error", response.Cause)
		return
	}
	refused := sends(r) && response.Status >= http.StatusBadRequest && strings.HasPrefix(r.URL.Path, submissions)
	if refused || response.Remark != "" {
		a.warn(r, response, refused)
		return
	}
	if a.Logger.Enabled(r.Context(), slog.LevelDebug) {
		a.Logger.Debug("request answered", "method", r.Method, "path", shownPath(r.URL), "status", response.Status)
	}
}

// shownPath is a path with its query, unless that may hold what somebody could sign in with.
func shownPath(u *url.URL) string {
	for _, secret := range []string{"/oauth/", "/api-test-login/"} {
		if strings.Contains(u.Path, secret) {
			return u.EscapedPath()
		}
	}
	return u.RequestURI()
}

// submissions is what the paths begin with to which traders send messages.
const submissions = "/customs/transits/movements/"

// mostShown is how much of an answer the log shows, in bytes.
const mostShown = 500

// warn says what the answer alone does not tell the user: that a message was refused, and how to get on.
func (a *API) warn(r *http.Request, response wire.Response, refused bool) {
	text := "a message was accepted, but"
	about := []any{"method", r.Method, "path", r.URL.Path, "status", response.Status}
	if refused {
		text = "a message was refused"
		about = append(about, "answer", shortened(response.Body))
	}
	if response.Scenario != "" {
		about = append(about, "scenario", response.Scenario)
	}
	if response.Remark != "" {
		about = append(about, "remark", response.Remark)
	}
	a.Logger.Warn(text, about...)
}

func shortened(body []byte) string {
	if len(body) <= mostShown {
		return string(body)
	}
	return strings.ToValidUTF8(string(body[:mostShown]), "") + "…"
}

// submissionRules are HMRC's checks of a message beyond its schema, of the versions that have some.
func (a *API) submissionRules(p message.Phase, d *message.Document) error {
	if a.traders == nil {
		return nil
	}
	return a.traders.CheckSubmission(p, d)
}
