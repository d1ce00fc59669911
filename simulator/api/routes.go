package api

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/authorize"
	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/control"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/guarantees"
	"nctsim/simulator/api/hello"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/pushpull"
	"nctsim/simulator/api/testsupport"
	"nctsim/simulator/api/testusers"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/api/uploads"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
)

// unknownRoute is what requests are counted under whose path or method no API has.
const unknownRoute = "unknown"

// simulatedRoutes is the map of what HMRC serves (docs/spec/api-2.1-3.0.md#1 and #12; docs/spec/api-1.0.md#1). What
// stands at the end of a line is the endpoint's name in the one and in the other.
func (a *API) simulatedRoutes() *router {
	const (
		kind         = "/customs/transits/movements/{kind:departures|arrivals}"
		arrival      = "/customs/transits/movements/{kind:arrivals}/{movement}"
		movement     = kind + "/{movement}"
		messages     = movement + "/messages"
		message      = messages + "/{message}"
		body         = message + "/body"
		testMessages = "/test" + messages
	)
	t, l := a.traders, a.phase4
	create, attach, resubmit := l.While(true, l.CreateMovement), l.While(false, l.AttachMessage), l.While(false, l.Resubmit)
	read := func(call string, h endpoint.Handler) endpoint.Handler { return l.While(false, l.Faulty(call, h)) }
	r := newRouter(a.front(unknownRoute, a.unknown(traders.Failure), a.unknown(phase4.Failure)))
	for _, route := range []struct {
		method, path     string
		phases56, phase4 endpoint.Handler
	}{
		{post, kind, t.CreateMovement, create}, // E1; D1, A1: these meet faults themselves
		{get, kind, t.Faulty(scenario.CallMovements, t.ListMovements), read(scenario.CallMovements, l.ListMovements)}, // E2; D2, A2
		{get, movement, t.Faulty(scenario.CallMovement, t.GetMovement), read(scenario.CallMovement, l.GetMovement)},   // E3; D3, A4
		{put, arrival, nil, resubmit},                                                                                 // A3, which meets faults itself
		{post, messages, t.Faulty(scenario.CallSubmit, t.AttachMessage), attach},                                      // E4; D4, A5: the same
		{get, messages, t.Faulty(scenario.CallMessages, t.ListMessages), read(scenario.CallMessages, l.ListMessages)}, // E5; D5, A6
		{get, message, t.Faulty(scenario.CallMessage, t.GetMessage), read(scenario.CallMessage, l.GetMessage)},        // E6; D6, A7
		{get, body, t.Faulty(scenario.CallMessage, t.GetBody), nil},                                                   // E7
	} {
		r.Handle(route.path, a.front(route.method+" "+route.path,
			service{tradersAccess, open(t, route.method+" "+route.path == post+" "+kind, route.phases56), traders.Failure},
			service{tradersAccess, noticed(route.phase4), phase4.Failure})).Methods(route.method)
	}
	r.Handle(phase4.BoxPath, a.front(get+" "+phase4.BoxPath, service{}, service{tradersAccess, noticed(l.GetBox), phase4.BoxFailure})).Methods(get) // N1
	r.Handle(testMessages, a.front(post+" "+testMessages,
		service{supportAccess, a.testSupport.Inject, testsupport.Failure},
		service{supportAccess, l.Inject, phase4.SupportFailure})).Methods(post) // T1, T2
	r.Handle(uploads.Path, a.answer(post+" "+uploads.Path, uploads.Failure, a.form.Upload)).Methods(post)
	a.pushPullRoutes(r)
	a.guaranteeRoutes(r)
	a.oauthRoutes(r)
	a.developerRoutes(r)
	if !a.platform.Enabled() {
		a.otherMovementTypes(r)
	}
	return r
}

// pushPullRoutes is the map of what clients see of the Push Pull Notifications Service (docs/spec/api-2.1-3.0.md#11-4).
// It has a version of its own, so that the Accept header does not choose another one.
func (a *API) pushPullRoutes(r *router) {
	const (
		boxes         = "/misc/push-pull-notification/box"
		box           = boxes + "/{box}"
		notifications = box + "/notifications"
	)
	p := a.pushPull
	for _, route := range []struct {
		method, path, scope string
		handler             endpoint.Handler
	}{
		{get, boxes, application.ScopeRead, p.Boxes},
		{get, notifications, application.ScopeRead, p.Notifications},
		{put, notifications + "/acknowledge", application.ScopeWrite, p.Acknowledge},
		{put, box + "/callback", application.ScopeWrite, p.SetCallback},
	} {
		access := platform.Access{Context: application.PushPull, Versions: []string{pushpull.Version}, Scope: route.scope}
		s := service{access, route.handler, pushpull.Failure}
		r.Handle(route.path, a.frontWithoutVersions(route.method+" "+route.path, s)).Methods(route.method)
	}
}

// guaranteeRoutes are those of the Guarantee Balance API 1.0 and 2.0, which the path tells apart.
func (a *API) guaranteeRoutes(r *router) {
	g := a.guarantees
	for _, route := range []struct {
		method, path, version string
		handler               endpoint.Handler
	}{
		{post, guarantees.RequestsPath, "1.0", g.RequestBalance},
		{get, guarantees.RequestPath, "1.0", g.GetBalance},
		{post, guarantees.BalancePath, "2.0", g.Balance},
	} {
		access := platform.Access{
			Context: application.Guarantees, Versions: []string{route.version}, Scope: application.ScopeGuarantees, UserRestricted: true,
		}
		s := service{access, route.handler, guarantees.Failure}
		r.Handle(route.path, a.frontWithoutVersions(route.method+" "+route.path, s)).Methods(route.method)
	}
}

// oauthRoutes are those of the authorisation server (docs/spec/oauth-and-test-users.md#1). There are clients that write two
// slashes.
func (a *API) oauthRoutes(r *router) {
	o := &authorize.API{Server: a.OAuth}
	for _, route := range []struct {
		method, path string
		handler      func(*http.Request) (wire.Response, error)
		fail         failure
	}{
		{get, authorize.AuthorizePath, o.Authorize, authorize.Failure},
		{get, "/" + authorize.AuthorizePath, o.Authorize, authorize.Failure},
		{post, authorize.TokenPath, o.Token, authorize.Failure},
		{post, "/" + authorize.TokenPath, o.Token, authorize.Failure},
		{get, authorize.StartPath, o.Start, authorize.PageFailure},
		{get, authorize.SignInPath, o.SignInPage, authorize.PageFailure},
		{post, authorize.SignInPath, o.SignIn, authorize.PageFailure},
		{get, authorize.GrantPath, o.GrantPage, authorize.PageFailure},
		{post, authorize.GrantPath, o.Grant, authorize.PageFailure},
	} {
		r.Handle(route.path, a.answer(route.method+" "+route.path, route.fail, route.handler)).Methods(route.method)
	}
}

// developerRoutes are those of the APIs that developers begin with: Create Test User and Hello World.
func (a *API) developerRoutes(r *router) {
	t := &testusers.API{Server: a.OAuth}
	restricted := platform.Access{Context: application.TestUsers, Versions: []string{testusers.Version}}
	for _, path := range slices.Sorted(maps.Keys(testusers.Kinds)) {
		r.Handle(path, a.frontWithoutVersions(post+" "+path, service{restricted, t.Create(testusers.Kinds[path]), testusers.Failure})).Methods(post)
	}
	r.Handle(testusers.ServicesPath, a.frontWithoutVersions(get+" "+testusers.ServicesPath, service{restricted, t.Services, testusers.Failure})).Methods(get)
	for _, greeting := range []struct {
		path string
		service
	}{
		{"/hello/world", service{openAccess, hello.Say("World"), hello.Failure}},
		{"/hello/application", service{helloAccess("", false), hello.Say("Application"), hello.Failure}},
		{"/hello/user", service{helloAccess(application.ScopeHello, true), hello.Say("User"), hello.Failure}},
	} {
		r.Handle(greeting.path, a.frontWithoutVersions(get+" "+greeting.path, greeting.service)).Methods(get)
	}
}

func helloAccess(scope string, user bool) platform.Access {
	return platform.Access{Context: application.HelloContext, Versions: []string{hello.Version}, Scope: scope, UserRestricted: user}
}

// What the endpoints ask of a caller's token (docs/spec/oauth-and-test-users.md#1-1). Those of the Traders API are in the
// version that answers; a request that names none is let in by any of the current ones.
var (
	tradersAccess = platform.Access{
		Context: application.Transits, Versions: []string{"2.1", "3.0"}, Scope: application.ScopeTraders, UserRestricted: true,
	}
	supportAccess = platform.Access{
		Context: application.TestSupport, Versions: []string{"2.1", "3.0"}, Scope: application.ScopeTestSupport, UserRestricted: true,
	}
	openAccess = platform.Access{Open: true}
)

// open is a handler of API 2.1 and 3.0 that looks first whether it is still there; nil stays nil.
func open(t *traders.API, creates bool, h endpoint.Handler) endpoint.Handler {
	if h == nil {
		return nil
	}
	return t.While(creates, h)
}

// noticed is a handler of API 1.0 whose answers carry the warning of an enrolment of phase 4; nil stays nil.
func noticed(h endpoint.Handler) endpoint.Handler {
	if h == nil {
		return nil
	}
	return phase4.Notice(h)
}

// otherMovementTypes answers for movements that are neither departures nor arrivals, which the service does
// only when no platform has found the path unknown before (docs/spec/api-2.1-3.0.md#1-9).
func (a *API) otherMovementTypes(r *router) {
	const kind = "/customs/transits/movements/{kind}"
	refuse := func(r *http.Request, _ platform.Caller) (wire.Response, error) {
		return wire.Response{}, bind.MovementType(mux.Vars(r)[endpoint.KindVar])
	}
	handler := a.front(unknownRoute, service{openAccess, refuse, traders.Failure}, a.unknown(phase4.Failure))
	for _, path := range []string{kind, kind + "/{movement}/messages"} {
		r.Handle(path, handler).Methods(get, post)
	}
	for _, path := range []string{kind + "/{movement}", kind + "/{movement}/messages/{message}", kind + "/{movement}/messages/{message}/body"} {
		r.Handle(path, handler).Methods(get)
	}
}

// controlRoutes serves the control API, the health checks and the metrics, and takes what NCTS itself delivers
// (docs/spec/api-1.0.md#13).
func (a *API) controlRoutes() *router {
	c := a.control
	r := newRouter(a.steer(unknownRoute, c.NoPath))
	r.noMethod = a.steer(unknownRoute, c.NoMethod(func(req *http.Request) []string { return methods(r, req) }))
	for _, route := range c.Routes() {
		r.Handle(route.Path, a.controlRoute(route)).Methods(route.Method)
	}
	for _, inbox := range []struct {
		path string
		kind message.Kind
	}{{phase4.DeparturesInbox, message.Departure}, {phase4.ArrivalsInbox, message.Arrival}} {
		h := a.respond(post+" "+inbox.path, phase4.InboxFailure(inbox.kind), a.phase4.Receive(inbox.kind))
		r.Handle(inbox.path, a.stream(h.ServeHTTP)).Methods(post)
	}
	return r
}

// controlRoute is the way of a request to one call of the control API.
func (a *API) controlRoute(route control.Route) http.Handler {
	switch name := route.Method + " " + route.Path; {
	case route.Large:
		return a.streamUnread(route.Stream)
	case route.Stream != nil:
		return a.stream(route.Stream)
	case route.Open:
		return a.respond(name, control.Failure, route.Handler)
	default:
		return a.steer(name, route.Handler)
	}
}

// methods are the methods that a router has for the path of a request.
func methods(r *router, req *http.Request) (found []string) {
	for _, method := range []string{get, post, put, http.MethodDelete} {
		asked := req.Clone(req.Context())
		asked.Method = method
		if r.has(asked) {
			found = append(found, method)
		}
	}
	return found
}

// steer is the way of a request to the control API.
func (a *API) steer(route string, h control.Handler) http.Handler {
	return a.stream(a.respond(route, control.Failure, h).ServeHTTP)
}

// stream lets a request of the control API in that may take long: once its body has been read, within the
// read timeout of the server, that timeout no longer cancels the request.
func (a *API) stream(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := a.control.Authorise(r)
		if err == nil {
			err = control.Receive(r)
		}
		if err != nil {
			control.Failure(err).Write(w)
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		h(w, r)
	})
}

// streamUnread is stream for a handler that reads the body itself.
func (a *API) streamUnread(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.control.Authorise(r); err != nil {
			control.Failure(err).Write(w)
			return
		}
		h(w, r)
	})
}

// unknown is the service at a path or method that no API has.
func (a *API) unknown(fail failure) service {
	return service{openAccess, func(r *http.Request, _ platform.Caller) (wire.Response, error) {
		exchange.At(r.Context(), client.CheckRoute)
		return a.platform.NotFound(r), nil
	}, fail}
}
