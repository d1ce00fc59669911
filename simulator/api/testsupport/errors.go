package testsupport

import (
	"errors"
	"fmt"
	"net/http"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/wire"
)

// The API's ways of saying no have four shapes of body; each is a type here.
type (
	// refusal has the standard body of HMRC's own code: message, code.
	refusal struct {
		status     int
		code, text string
	}
	// framework is what the web framework answers before HMRC's code runs: statusCode, message.
	framework struct {
		status int
		text   string
	}
	// plain is a text, or nothing at all.
	plain struct {
		status int
		text   string
	}
)

func (e *refusal) Error() string   { return e.text }
func (e *framework) Error() string { return e.text }
func (e *plain) Error() string     { return e.text }

// Failure is the response for an error of the handler. What is none of the API's own errors becomes a 500
// that says nothing.
func Failure(err error) wire.Response {
	var binding *bind.Error
	var no *refusal
	var early *framework
	var text *plain
	switch {
	case errors.As(err, &binding):
		return binding.Response()
	case errors.As(err, &no):
		return wire.OfJSON(no.status, errorBody(no.code, no.text))
	case errors.As(err, &early):
		var j wire.JSON
		j.Object("").Int("statusCode", early.status).String("message", early.text).EndObject()
		return wire.OfJSON(early.status, j.Bytes())
	case errors.As(err, &text):
		return wire.OfText(text.status, text.text)
	}
	response := wire.OfJSON(http.StatusInternalServerError, errorBody(codeInternal, textInternal))
	response.Cause = err
	return response
}

func refuse(status int, code, text string, args ...any) error {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return &refusal{status, code, text}
}

func errorBody(code, text string) []byte {
	var j wire.JSON
	return j.Object("").String("message", text).String("code", code).EndObject().Bytes()
}
