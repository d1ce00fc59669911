// Package control is the simulator's own API under /simulator/v1, by which tests and people watch and steer
// it, with the health checks and metrics beside it. No control path can shadow a simulated one.
package control

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/coverage"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/office"
)

// Options of the control API.
type Options struct {
	Engine   *engine.Engine
	Office   *office.Office
	Clock    *clock.Clock
	Platform *platform.Platform
	// Notify has the boxes for notifications.
	Notify *notify.Service
	// OAuth has the applications and test users.
	OAuth *oauth.Service
	// Coverage counts what software has met; nil if nobody counts.
	Coverage *coverage.Counter
	// Library is the scenarios of the engine, nil if it has none.
	Library Library
	// Runs plays scenarios, nil if nobody does here.
	Runs Runs
	// Workspaces are the simulators behind the same address, nil if nobody may know of them here.
	Workspaces Workspaces
	// Snapshots are those of the simulator, nil if it has none.
	Snapshots Snapshots
	// Guarantees lists the registered guarantees with their balances; nil if there are none.
	Guarantees func() ([]client.Guarantee, error)
	// FailingGuarantees are the GRNs about which the guarantee system fails.
	FailingGuarantees []string
	// Log has the last requests to the simulated APIs, nil if none are kept, and NearMisses says what would have been accepted in
	// the place of one.
	Log        *exchange.Log
	NearMisses func(context.Context, *exchange.Exchange) ([]client.NearMiss, error)
	// Simulated answers requests to the simulated APIs.
	Simulated http.Handler
	// Metrics counts; GET /metrics shows it.
	Metrics *Metrics
	// Token is what every request must carry as a bearer token, empty for none. Health checks never need it.
	Token string
	// Hosts are the names under which all of it may be called, beside localhost and IP addresses.
	Hosts Hosts
	// Ready says why the simulator is not ready yet, nil when it is; nil means it always is.
	Ready func() error
	// Submission is HMRC's checks of a message beyond its schema, nil if there are none; the error says what is wrong.
	Submission func(p message.Phase, d *message.Document) error
	// Reference is what can be looked up.
	Reference Reference
	// About is what the simulator says of itself.
	About About
}

// About is the part of /simulator/v1/info and /simulator/v1/settings that never changes.
type About struct {
	// Version of the simulator.
	Version string
	// APIVersions are the versions of the CTC Traders API that answer: "2.1", "3.0".
	APIVersions []string
	Seed        uint64
	// Workspace is the name of the one that this is, "" where there are none.
	Workspace string
	// TestSupport is "coherent" or "random".
	TestSupport string
	// Phase4 says how API 1.0 behaves.
	Phase4 client.Phase4Settings
	// Configuration is every setting that is not secret.
	Configuration []client.Setting
}

// API has the handlers of the control API.
type API struct {
	Options
	token [sha256.Size]byte

	// open ends with Close, or with Replaced, whose cause is a replacedError.
	open  context.Context
	close context.CancelCauseFunc
}

// New makes the control API. The error is that of the store, which is looked at for the metrics.
func New(o Options) (*API, error) {
	if err := o.Metrics.Watch(o.Engine); err != nil {
		return nil, fmt.Errorf("begin to count messages: %w", err)
	}
	if o.Library == nil {
		o.Library = noScenarios{}
	}
	a := &API{Options: o, token: sha256.Sum256([]byte(o.Token))}
	a.open, a.close = context.WithCancelCause(context.Background())
	return a, nil
}

// Close ends the streams of events, which would never end by themselves, and calls that wait. It may be called more than
// once.
func (a *API) Close() { a.close(nil) }

// Replaced is Close when the movements are replaced by others as a whole; why says by which. Streams of events end with a reset, and
// calls that wait say that it has happened.
func (a *API) Replaced(why string) { a.close(replacedError{why}) }

// replacedError says that what a call was about is not there any more.
type replacedError struct{ why string }

func (e replacedError) Error() string { return "everything was replaced meanwhile: " + e.why }

// replaced is why everything was replaced; false if it was not.
func (a *API) replaced() (why string, is bool) {
	var e replacedError
	is = errors.As(context.Cause(a.open), &e)
	return e.why, is
}

// waiting is the context of a call that waits, for a while in real time at most, and no longer than the API is open. It does
// not matter whether the client waits, too: one that has closed its side of the connection may do so.
func (a *API) waiting(r *http.Request, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	stop := context.AfterFunc(a.open, cancel)
	return ctx, func() { stop(); cancel() }
}

// ClientKey is what the context of a request has another one under, which ends when the client leaves.
var ClientKey any = clientKey{}

type clientKey struct{}

// waitingWith is waiting for a call of which nobody has any use once its client has left.
func (a *API) waitingWith(r *http.Request, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := a.waiting(r, limit)
	if left, some := r.Context().Value(ClientKey).(context.Context); some {
		stop := context.AfterFunc(left, cancel)
		return ctx, func() { stop(); cancel() }
	}
	return ctx, cancel
}

// Handler answers a request of the control API with a value or an error for Failure.
type Handler func(*http.Request) (wire.Response, error)

// Names of the variables in the paths of the routes.
const (
	MovementVar = "movement"
	MessageVar  = "message"
	ScenarioVar = "scenario"
	BoxVar      = "box"
)

// Authorise refuses a request without the control token, if there is one. It takes the same time whatever is
// wrong with the token.
func (a *API) Authorise(r *http.Request) error {
	if a.Token == "" {
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given := sha256.Sum256([]byte(strings.TrimSpace(token)))
	if subtle.ConstantTimeCompare(given[:], a.token[:]) == 1 && strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	return &client.Error{
		Status: http.StatusUnauthorized, Code: codeUnauthorized, Message: "the control token is missing or wrong",
		Hint: "send Authorization: Bearer with the token given to --control-token, or in the file of --control-token-file; the commands of nctsim take it from NCTSIM_CONTROL_TOKEN or --token",
	}
}

// NoPath is the answer for a path that is not there.
func (a *API) NoPath(r *http.Request) (wire.Response, error) {
	return wire.Response{}, &client.Error{
		Status: http.StatusNotFound, Code: codeNotFound, Message: "the control API has no path " + r.URL.Path,
		Hint: "its calls are under /simulator/v1: info, settings, movements, scenarios, runs, applications, boxes, requests, workspaces, clock, settle, reset, events; openapi.json describes them",
	}
}

// NoMethod answers a method that a path does not have with those that it has, in the header Allow (RFC 9110, section 15.5.6).
func (a *API) NoMethod(methods func(*http.Request) []string) Handler {
	return func(r *http.Request) (wire.Response, error) {
		allowed := strings.Join(methods(r), ", ")
		response := Failure(&client.Error{
			Status: http.StatusMethodNotAllowed, Code: codeNoMethod, Message: r.URL.Path + " has no method " + r.Method + "; it has " + allowed,
			Hint: "GET reads, POST does something, PUT sets, DELETE forgets",
		})
		response.Header = http.Header{"Allow": {allowed}}
		return response, nil
	}
}

// Live says that the process answers.
func (a *API) Live(*http.Request) (wire.Response, error) {
	return reply(http.StatusOK, client.Health{Status: "live"}), nil
}

// IsReady says that everything is open, loaded and bound.
func (a *API) IsReady(*http.Request) (wire.Response, error) {
	if a.Ready != nil {
		if err := a.Ready(); err != nil {
			return wire.Response{}, hinted(http.StatusServiceUnavailable, codeNotReady, err, "ask again in a moment")
		}
	}
	return reply(http.StatusOK, client.Health{Status: "ready"}), nil
}
