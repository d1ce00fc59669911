// Package traders is the CTC Traders API 2.1 and 3.0 (docs/spec/api-2.1-3.0.md#1 to #9). The two versions share
// everything but the schemas; the Accept header of a request chooses them.
//
// A handler goes through the checks of docs/spec/api-2.1-3.0.md#1-10 in their order, calls the engine or the store
// once, and returns a response or an error; Failure gives the error its status and body.
package traders

import (
	"net/http"
	"regexp"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/engine"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
)

// Options of the API.
type Options struct {
	Engine    *engine.Engine
	Catalogue *message.Catalogue
	// Boxes are those for notifications.
	Boxes *notify.Service
	// Form makes the form for an upload that a request has asked for.
	Form func(*http.Request, movement.Movement, movement.Upload) *endpoint.UploadForm
	// Opening is how far API 2.1 is open; "" is Open.
	Opening endpoint.Opening
	// LenientContentType takes text/xml, application/…+xml and any parameters too, which HMRC refuses.
	LenientContentType bool
	// LRNPattern is what the LRN of a declaration must match, nil for anything. HMRC has a rule with
	// ^.{1,35}$ that is switched off.
	LRNPattern *regexp.Regexp
}

// API has the handlers of the endpoints.
type API struct {
	Options
	json map[message.Phase]func() (*jsonmessage.Validator, error)
}

// New makes the API.
func New(o Options) *API { return &API{o, jsonSchemas(o.Catalogue)} }

// authorise is the service's own look at the caller; behind the platform only the missing enrolment is left
// to be found here (docs/spec/api-2.1-3.0.md#4).
func authorise(c platform.Caller) error {
	if reason := c.Standing.Reason(); reason != "" {
		return refuse(codeUnauthorized, textUnauthorized, reason)
	}
	if c.Standing == platform.NoEnrolment {
		return refuse(codeForbidden, textForbidden)
	}
	return nil
}

// enter does the checks of steps 4 and 5: the caller, then the Accept header.
func enter(r *http.Request, c platform.Caller, allowed []format) (message.Phase, format, error) {
	if err := authorise(c); err != nil {
		return 0, "", err
	}
	return accept(r.Header, allowed)
}
