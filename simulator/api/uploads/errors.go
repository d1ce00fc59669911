package uploads

import (
	"errors"
	"net/http"

	"nctsim/simulator/api/wire"
)

// badArgument is the code of a form that lacks something.
const badArgument = "InvalidArgument"

// refusal is an answer in the words of the storage, as the proxy turns them to JSON.
type refusal struct {
	status          int
	code, text, key string
}

func (e *refusal) Error() string { return e.code + ": " + e.text }

func refuse(code, text, key string) error { return &refusal{http.StatusBadRequest, code, text, key} }

// forbid is for forms that were not handed out like this.
func forbid(code, text, key string) error { return &refusal{http.StatusForbidden, code, text, key} }

func denied(text, key string) error { return forbid("AccessDenied", text, key) }

func malformed(key string) error {
	return refuse(badArgument, "The body of your POST request is not well-formed multipart/form-data.", key)
}

// errNoKey is the proxy's own answer.
var errNoKey = errors.New("Could not find key field in request") // as on the wire

// Failure is the response for an error of Upload; what is none of these becomes a 500.
func Failure(err error) wire.Response {
	var j wire.JSON
	var no *refusal
	switch {
	case errors.Is(err, errNoKey):
		return wire.OfJSON(http.StatusBadRequest, j.Object("").String("message", err.Error()).EndObject().Bytes())
	case !errors.As(err, &no):
		no = &refusal{status: http.StatusInternalServerError, code: "InternalError", text: "We encountered an internal error. Please try again."}
	}
	j.Object("").String("errorCode", no.code).String("errorMessage", no.text)
	j.String("errorResource", "NoFileReference").String("errorRequestId", "SomeRequestId")
	if no.key != "" {
		j.String("key", no.key)
	}
	response := wire.OfJSON(no.status, j.EndObject().Bytes())
	if no.status == http.StatusInternalServerError {
		response.Cause = err
	}
	return response
}
