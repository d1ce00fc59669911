package phase4

import (
	"errors"
	"net/http"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/store"
)

// style is the shape of an error's body (docs/spec/api-1.0.md#4).
type style int

const (
	// back is what the back end said, passed on: statusCode, message, code.
	back style = iota
	// framework is what the web framework answers: statusCode, message.
	framework
	// service is what HMRC's own code says before the back end is asked: message, code.
	service
	// gate is what the platform in front says: code, message.
	gate
	// plain is a text, or nothing at all.
	plain
)

// refusal is an answer with an error body; without a text a plain one is empty.
type refusal struct {
	status     int
	style      style
	text, code string
}

func (e *refusal) Error() string { return e.text }

// Response is the refusal as it is sent.
func (e *refusal) Response() wire.Response {
	var j wire.JSON
	j.Object("")
	switch e.style {
	case back:
		j.Int("statusCode", e.status).String("message", e.text).String("code", e.code)
	case framework:
		j.Int("statusCode", e.status).String("message", e.text)
	case service:
		j.String("message", e.text).String("code", e.code)
	case gate:
		j.String("code", e.code).String("message", e.text)
	default:
		return wire.OfText(e.status, e.text)
	}
	return wire.OfJSON(e.status, j.EndObject().Bytes())
}

// clientError is a refusal by the back end.
func clientError(status int, text string) *refusal { return &refusal{status, back, text, codeClient} }

// notFound is the answer for a movement or message that is unknown, somebody else's or hidden.
func notFound() *refusal { return clientError(http.StatusNotFound, "") }

// outOfSequence is a message that must not follow on the movement as it stands (docs/spec/api-1.0.md#10-3).
type outOfSequence struct{ error }

// Failure is the response for an error of a handler of the Traders API. What is none of the API's own errors is a 500
// without a body.
func Failure(err error) wire.Response {
	var binding *bind.Error
	var no *refusal
	var order outOfSequence
	switch {
	case errors.As(err, &binding):
		return binding.Response()
	case errors.As(err, &no):
		return no.Response()
	case errors.As(err, &order):
		return clientError(http.StatusBadRequest, order.Error()).Response()
	case errors.Is(err, store.ErrNotFound):
		return notFound().Response()
	}
	return wire.Response{Status: http.StatusInternalServerError, Cause: err}
}

// BoxFailure is Failure for the endpoint of the push box, whose 500 has a body.
func BoxFailure(err error) wire.Response {
	response := Failure(err)
	if response.Cause != nil {
		no := &refusal{http.StatusInternalServerError, framework, textUnexpected, ""}
		cause := response.Cause
		response = no.Response()
		response.Cause = cause
	}
	return response
}

// SupportFailure is the response for an error of a handler of the Test Support API, which hides what it can
// (docs/spec/api-1.0.md#15-2).
func SupportFailure(err error) wire.Response {
	var order outOfSequence
	switch {
	case errors.As(err, &order):
		return wire.OfText(http.StatusBadRequest, order.Error())
	case errors.Is(err, store.ErrNotFound):
		return wire.Empty(http.StatusNotFound)
	}
	return Failure(err)
}

// FaultResponse is how a fault with a status is answered: as far as the contract knows it, in the contract's
// words.
func FaultResponse(status int) wire.Response {
	switch status {
	case http.StatusBadRequest:
		return clientError(status, textRefused).Response()
	case http.StatusUnauthorized:
		return platform.InvalidCredentials.Response()
	case http.StatusForbidden:
		return wire.OfText(status, textForbidden)
	case http.StatusNotFound:
		return notFound().Response()
	case http.StatusNotAcceptable:
		return (&refusal{status, framework, textAccept, ""}).Response()
	case http.StatusRequestEntityTooLarge:
		return (&refusal{status, gate, textTooLarge, codeTooLarge}).Response()
	case http.StatusUnsupportedMediaType:
		return (&refusal{status, framework, textMediaType, ""}).Response()
	case http.StatusTooManyRequests:
		return platform.ThrottledOut.Response()
	}
	if status < http.StatusInternalServerError {
		return clientError(status, "").Response()
	}
	return wire.Empty(status)
}
