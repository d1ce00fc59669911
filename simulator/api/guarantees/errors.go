package guarantees

import (
	"errors"
	"fmt"
	"net/http"

	"nctsim/simulator/api/wire"
)

// The ways of saying no have different shapes of body; each is a type here.
type (
	// refusal has a code and a message. The order of the two is not the same everywhere.
	refusal struct {
		status     int
		code, text string
		codeFirst  bool
	}
	// framework is what the web framework answers before HMRC's code runs: statusCode, message.
	framework struct {
		status int
		text   string
	}
	// empty is a status alone.
	empty struct{ status int }
	// answered is any other body.
	answered struct {
		status int
		body   []byte
	}
)

func (e *refusal) Error() string   { return e.text }
func (e *framework) Error() string { return e.text }
func (e *empty) Error() string     { return http.StatusText(e.status) }
func (e *answered) Error() string  { return string(e.body) }

func refuse(status int, code, text string) error {
	return &refusal{status: status, code: code, text: text}
}

// codeFirst is a refusal whose body begins with the code.
func codeFirst(status int, code, text string) error { return &refusal{status, code, text, true} }

// Failure is the response for an error of a handler. What is none of the API's own errors becomes a 500 that says
// nothing.
func Failure(err error) wire.Response {
	var no *refusal
	var early *framework
	var nothing *empty
	var other *answered
	switch {
	case errors.As(err, &no):
		return wire.OfJSON(no.status, no.body())
	case errors.As(err, &early):
		var j wire.JSON
		return wire.OfJSON(early.status, j.Object("").Int("statusCode", early.status).String("message", early.text).EndObject().Bytes())
	case errors.As(err, &nothing):
		return wire.Empty(nothing.status)
	case errors.As(err, &other):
		return wire.OfJSON(other.status, other.body)
	}
	response := Failure(errInternal)
	response.Cause = err
	return response
}

func (e *refusal) body() []byte {
	var j wire.JSON
	j.Object("")
	if e.codeFirst {
		j.String("code", e.code).String("message", e.text)
	} else {
		j.String("message", e.text).String("code", e.code)
	}
	return j.EndObject().Bytes()
}

// Refusals whose text never changes; docs/spec/guarantee-balance.md#1 and #2.
var (
	errInternal = refuse(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error")

	errGone = refuse(http.StatusGone, "GONE", "Requests for New Guarantee Balance enquiries using the CTC Guarantee Balance API v1.0 are no longer supported. "+
		"Please use CTC Guarantee Balance API v2.0 for balance inquiries.")
	errAccept1 = codeFirst(http.StatusNotAcceptable, "ACCEPT_HEADER_INVALID", "The accept header is missing or invalid")
	errLocked1 = codeFirst(http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "Too many requests")
	errTimeout = refuse(http.StatusGatewayTimeout, "GATEWAY_TIMEOUT", "Request timed out")

	errGRNFormat   = refuse(http.StatusBadRequest, codeBadRequest, "The guarantee reference number is not in the correct format.")
	errGRNCountry  = refuse(http.StatusBadRequest, codeBadRequest, "The guarantee reference number must be for a GB or XI guarantee.")
	errAccept2     = refuse(http.StatusNotAcceptable, "NOT_ACCEPTABLE", "The accept header must be set to application/vnd.hmrc.2.0+json to use this resource.")
	errNoAccess    = refuse(http.StatusBadRequest, codeBadRequest, "The access code was not supplied.")
	errLocked2     = refuse(http.StatusTooManyRequests, "MESSAGE_THROTTLED_OUT", "The request for the API is throttled as you have exceeded your quota.")
	errNoGuarantee = refuse(http.StatusNotFound, codeNotFound, "The guarantee reference number or access code did not match an existing guarantee.")
	errNoBalance   = refuse(http.StatusBadRequest, "INVALID_GUARANTEE_TYPE", "Guarantee type is not supported.")
)

const (
	codeBadRequest = "BAD_REQUEST"
	codeNotFound   = "NOT_FOUND"
)

func errNotFound(id string) error {
	return refuse(http.StatusNotFound, codeNotFound, fmt.Sprintf("The balance request with ID %s was not found", id))
}

func errAccessForm(code string) error {
	return refuse(http.StatusBadRequest, codeBadRequest, fmt.Sprintf("Access code %s must be four alphanumeric characters.", code))
}
