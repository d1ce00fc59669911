package pushpull

import (
	"errors"
	"net/http"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
)

// refusal is an error of the API; in its body the code comes first.
type refusal struct {
	status     int
	code, text string
}

func (e *refusal) Error() string { return e.text }

// Codes of errors.
const (
	codeBadRequest   = "BAD_REQUEST"
	codePayload      = "INVALID_REQUEST_PAYLOAD"
	codeUnauthorised = "UNAUTHORISED"
)

// What the API says (docs/spec/api-2.1-3.0.md#11-4).
var (
	badAccept     = &refusal{http.StatusNotAcceptable, "ACCEPT_HEADER_INVALID", "The accept header is missing or invalid"}
	badBoxID      = &refusal{http.StatusBadRequest, codeBadRequest, "Box ID is not a UUID"}
	badQuery      = &refusal{http.StatusBadRequest, codePayload, "Invalid / Unknown query parameter provided"}
	badStatus     = &refusal{http.StatusBadRequest, codePayload, "Invalid Status parameter provided"}
	badCount      = &refusal{http.StatusBadRequest, codePayload, "Invalid Count parameter provided"}
	badDate       = &refusal{http.StatusBadRequest, codePayload, "Unparsable DateValue Param provided"}
	badSpan       = &refusal{http.StatusBadRequest, codeBadRequest, "fromDate parameter is before toDateParameter"}
	invalidBody   = &refusal{http.StatusBadRequest, codePayload, "JSON body is invalid against expected format"}
	badMedia      = &refusal{http.StatusUnsupportedMediaType, codeBadRequest, "Expecting text/json or application/json body"}
	noClient      = &refusal{http.StatusUnauthorized, codeUnauthorised, "Unable to retrieve ClientId"}
	anotherClient = &refusal{http.StatusUnauthorized, codeUnauthorised, "Client Id did not match"}
	denied        = &refusal{http.StatusForbidden, "FORBIDDEN", "Access denied"}
	noBox         = &refusal{http.StatusNotFound, "BOX_NOT_FOUND", "Box not found"}
	unexpected    = &refusal{http.StatusInternalServerError, "UNKNOWN_ERROR", "Internal server error"}
)

// authorise is the service's own look at the caller. Calls come with the token of an application, so that no enrolment
// is needed; behind the platform nothing is left to be found.
func authorise(c platform.Caller) error {
	if reason := c.Standing.Reason(); reason != "" {
		return &refusal{http.StatusUnauthorized, codeUnauthorised, reason}
	}
	if c.ClientID == "" {
		return noClient
	}
	return nil
}

// Failure is the response for an error of a handler. What is none of the API's own becomes a 500 that says nothing.
func Failure(err error) wire.Response {
	var no *refusal
	if !errors.As(err, &no) {
		response := unexpected.response()
		response.Cause = err
		return response
	}
	return no.response()
}

func (e *refusal) response() wire.Response {
	var j wire.JSON
	return wire.OfJSON(e.status, j.Object("").String("code", e.code).String("message", e.text).EndObject().Bytes())
}
