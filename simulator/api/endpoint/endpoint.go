// Package endpoint has what the simulated APIs share at their endpoints: how a handler looks, what the path of a request names,
// the faults and scenarios that a call meets, and which movements a trader can see. The packages of the APIs use it and not
// each other.
package endpoint

import (
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/message"
)

// Handler answers a request of a known caller with a response, or with an error that its API words.
type Handler func(*http.Request, platform.Caller) (wire.Response, error)

// Names of the variables in the paths of the routes.
const (
	KindVar     = "kind" // departures or arrivals
	MovementVar = "movement"
	MessageVar  = "message"
)

// KindOf is the kind of movement that the path speaks of.
func KindOf(r *http.Request) message.Kind {
	if mux.Vars(r)[KindVar] == message.Arrival.Plural() {
		return message.Arrival
	}
	return message.Departure
}
