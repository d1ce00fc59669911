// Package traders is the CTC Traders API 2.1 and 3.0 (docs/spec/api-2.1-3.0.md#1 to #9). The two versions share
// everything but the schemas; the Accept header of a request chooses them.
//
// A handler goes through the checks of docs/spec/api-2.1-3.0.md#1-10 in their order, calls the engine or the store
// once, and returns a response or an error; Failure gives the error its status and body.
package traders

import (
	"fmt"
	"net/http"
	"regexp"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/setting"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Settings of the API.
type Settings struct {
	// Phase5API is how far API 2.1 is open; "" is Open.
	Phase5API endpoint.Opening
	// ContentType is strict (what HMRC takes) or lenient (also text/xml, application/…+xml and any parameters). "" is strict.
	ContentType string
	// LRNPattern is a regular expression that the LRN of a declaration has to match, "" for anything. HMRC has a rule with
	// ^.{1,35}$ that is switched off.
	LRNPattern string
}

// Values of Settings.ContentType.
const (
	Strict  = "strict"
	Lenient = "lenient"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return setting.List{
		setting.Word(&s.ContentType, "content-type", Strict, "`MODE` of the Content-Type: strict takes what HMRC takes, lenient also text/xml, application/…+xml and any parameters", Strict, Lenient),
		setting.Text(&s.LRNPattern, "lrn-pattern", "", "`REGEXP` that the LRN of a declaration has to match; empty: any will do, as at HMRC", checkPattern),
		setting.Word(&s.Phase5API, "phase5-api", endpoint.Open, "`MODE` of API 2.1: on, closing for no new movements, or gone for 410 to everything", endpoint.Openings...).Renamed("current-api"),
	}
}

func checkPattern(pattern string) error {
	if _, err := regexp.Compile(pattern); err != nil {
		return fmt.Errorf("%w; hint: HMRC's documentation names ^.{1,35}$", err)
	}
	return nil
}

// Options of the API.
type Options struct {
	Settings
	Engine    *engine.Engine
	Catalogue *message.Catalogue
	// Boxes are those for notifications.
	Boxes *notify.Service
	// Form makes the form for an upload that a request has asked for.
	Form func(*http.Request, movement.Movement, movement.Upload) *endpoint.UploadForm
}

// API has the handlers of the endpoints.
type API struct {
	Options
	json map[message.Phase]func() (*jsonmessage.Validator, error)
	lrn  *regexp.Regexp
	// read are the messages that were last read as JSON.
	read *lru.Cache[written, []byte]
}

// New makes the API. The error is that of the setting for LRNs.
func New(o Options) (*API, error) {
	lrn, err := regexp.Compile(o.LRNPattern)
	if err != nil {
		return nil, err
	}
	read, err := lru.New[written, []byte](keptAsJSON)
	return &API{o, jsonSchemas(o.Catalogue), lrn, read}, err
}

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
	x := exchange.Of(r.Context())
	x.Enter(client.CheckAuthorisation)
	if err := authorise(c); err != nil {
		return 0, "", err
	}
	x.Enter(client.CheckAccept)
	phase, f, err := accept(r.Header, allowed)
	if err != nil {
		exchange.Want(r.Context(), acceptHeader, acceptable(allowed)...)
	}
	return phase, f, err
}
