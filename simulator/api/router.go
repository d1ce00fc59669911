package api

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/gorilla/mux"
)

// router finds the handler of a request by its method and path. It takes paths as they come: nothing is cleaned or redirected, and ids
// are matched as they are encoded.
//
// The expressions of the paths take most of the time and of the memory of an API, and are the same for all that have the same routes:
// the simulators of a process share them.
type router struct {
	routes []*routed
	// unknown answers where no route has the path, and noMethod where none of those that have it has the method; nil for unknown again.
	unknown, noMethod http.Handler

	once  sync.Once
	table *mux.Router
}

// routed is one route.
type routed struct {
	path    string
	methods []string
	handler http.Handler
}

// Methods says which methods the route has.
func (r *routed) Methods(methods ...string) { r.methods = methods }

func newRouter(unknown http.Handler) *router { return &router{unknown: unknown} }

// Handle adds a route, as long as no request has come. The first one that fits a request is taken.
func (r *router) Handle(path string, h http.Handler) *routed {
	added := &routed{path: path, handler: h}
	r.routes = append(r.routes, added)
	return added
}

// number is the place of a route in the list; a table has it in the place of the handler.
type number int

// ServeHTTP is never called: the number is looked up.
func (number) ServeHTTP(http.ResponseWriter, *http.Request) {}

// tables are those that there are, by their routes; there are as many as there are sets of routes.
var tables sync.Map

// shared is the table of the routes.
func (r *router) shared() *mux.Router {
	r.once.Do(func() {
		var key strings.Builder
		fmt.Fprintln(&key, r.noMethod != nil)
		for _, one := range r.routes {
			fmt.Fprintln(&key, one.methods, one.path)
		}
		if known, some := tables.Load(key.String()); some {
			r.table = known.(*mux.Router)
			return
		}
		made := mux.NewRouter().SkipClean(true).UseEncodedPath()
		for i, one := range r.routes {
			route := made.NewRoute()
			if r.noMethod == nil { // a route that is only alike makes a table forget that another one has the path
				route = route.MatcherFunc(alike(one.path))
			}
			route.Path(one.path).Handler(number(i)).Methods(one.methods...)
		}
		known, _ := tables.LoadOrStore(key.String(), made)
		r.table = known.(*mux.Router)
	})
	return r.table
}

// alike leaves out requests whose path has more or fewer segments than that of a route, which is found out before the expression of the
// route is tried: a table tries one route after the other.
func alike(path string) mux.MatcherFunc {
	segments := strings.Count(path, "/")
	return func(req *http.Request, _ *mux.RouteMatch) bool {
		return strings.Count(cmp.Or(req.URL.RawPath, req.URL.Path), "/") == segments
	}
}

// has reports whether a route has the method and the path of a request.
func (r *router) has(req *http.Request) bool {
	var match mux.RouteMatch
	return r.shared().Match(req, &match) && match.MatchErr == nil
}

// ServeHTTP answers a request with the handler of its route; the variables of the path are those of [mux.Vars].
func (r *router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var match mux.RouteMatch
	switch {
	case r.shared().Match(req, &match) && match.MatchErr == nil:
		if len(match.Vars) > 0 {
			req = mux.SetURLVars(req, match.Vars)
		}
		r.routes[match.Handler.(number)].handler.ServeHTTP(w, req)
	case errors.Is(match.MatchErr, mux.ErrMethodMismatch) && r.noMethod != nil:
		r.noMethod.ServeHTTP(w, req)
	default:
		r.unknown.ServeHTTP(w, req)
	}
}
