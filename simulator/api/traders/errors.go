package traders

import (
	"errors"
	"fmt"
	"net/http"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/schema"
)

// statusOf is the status that goes with each code (docs/spec/api-2.1-3.0.md#5).
var statusOf = map[string]int{
	codeBadRequest:   http.StatusBadRequest,
	codeSchema:       http.StatusBadRequest,
	codeBusiness:     http.StatusBadRequest,
	codeUnauthorized: http.StatusUnauthorized,
	codeForbidden:    http.StatusForbidden,
	codeNotFound:     http.StatusNotFound,
	codeNotAccepted:  http.StatusNotAcceptable,
	codeConflict:     http.StatusConflict,
	codeTooLarge:     http.StatusRequestEntityTooLarge,
	codeMediaType:    http.StatusUnsupportedMediaType,
	codeGone:         http.StatusGone,
	codeInternal:     http.StatusInternalServerError,
}

// refusal is an answer with the standard error body.
type refusal struct{ code, text string }

func (e *refusal) Error() string { return e.text }

func refuse(code, text string, args ...any) error {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return &refusal{code, text}
}

// invalid is a message that its schema refuses.
type invalid struct {
	errors []schema.Error
	// remark is for the log.
	remark string
}

// invalidJSON is a message that its JSON schema refuses.
type invalidJSON struct{ errors []jsonmessage.Error }

func (e *invalidJSON) Error() string {
	return fmt.Sprintf("%s: %s: %s", textSchema, e.errors[0].SchemaPath, e.errors[0].Message)
}

func (e *invalid) Error() string {
	return fmt.Sprintf("%s: %v", textSchema, e.errors[0])
}

// Failure is the response for an error of a handler. What is none of the API's own errors becomes a 500
// that says nothing.
func Failure(err error) wire.Response {
	var binding *bind.Error
	if errors.As(err, &binding) {
		return binding.Response()
	}
	var bad *invalid
	if errors.As(err, &bad) {
		response := wire.OfJSON(statusOf[codeSchema], validationBody(bad.errors))
		response.Remark = bad.remark
		return response
	}
	var badJSON *invalidJSON
	if errors.As(err, &badJSON) {
		return wire.OfJSON(statusOf[codeSchema], jsonValidationBody(badJSON.errors))
	}
	var no *refusal
	if errors.As(err, &no) {
		return wire.OfJSON(statusOf[no.code], errorBody(no.code, no.text))
	}
	response := wire.OfJSON(statusOf[codeInternal], errorBody(codeInternal, textInternal))
	response.Cause = err
	return response
}

// errorBody is the standard body: the message comes before the code.
func errorBody(code, text string) []byte {
	var j wire.JSON
	return j.Object("").String("message", text).String("code", code).EndObject().Bytes()
}

// validationBody is the body of docs/spec/api-2.1-3.0.md#5-1.
func validationBody(found []schema.Error) []byte {
	j := wire.NewJSON(64 + 256*len(found))
	j.Object("").String("message", textSchema).String("code", codeSchema).Array("validationErrors")
	for _, e := range found {
		j.Object("").Int("lineNumber", e.Line).Int("columnNumber", e.Column).String("message", e.Message).EndObject()
	}
	return j.EndArray().EndObject().Bytes()
}

// jsonValidationBody is the same for the errors of a JSON schema.
func jsonValidationBody(found []jsonmessage.Error) []byte {
	j := wire.NewJSON(64 + 256*len(found))
	j.Object("").String("message", textSchema).String("code", codeSchema).Array("validationErrors")
	for _, e := range found {
		j.Object("").String("schemaPath", e.SchemaPath).String("message", e.Message).EndObject()
	}
	return j.EndArray().EndObject().Bytes()
}
