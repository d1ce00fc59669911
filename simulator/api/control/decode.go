package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
)

// maxBody is how many bytes a control request may have: enough for the largest message that a trader can
// upload.
const maxBody = 20_000_000

// Receive reads the body of a request, so that its handler has it at hand.
func Receive(r *http.Request) error {
	body, err := bind.Body(r, maxBody)
	if err != nil {
		return notReceived(err, fmt.Sprintf("the body has more than %d bytes", maxBody))
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// notReceived finds the words for the error of a body that did not come as a whole; tooLarge are those for one that is.
func notReceived(err error, tooLarge string) error {
	switch {
	case errors.Is(err, bind.ErrTooLarge):
		return &client.Error{Status: http.StatusRequestEntityTooLarge, Code: codeTooLarge, Message: tooLarge, Hint: "send less"}
	case errors.Is(err, bind.ErrBusy):
		return hinted(http.StatusServiceUnavailable, codeBusy, bind.ErrBusy, "send it again in a moment, and fewer large bodies at once")
	case errors.Is(err, bind.ErrSlow):
		return hinted(http.StatusRequestTimeout, codeSlow, bind.ErrSlow, "send it without pauses")
	}
	return bad("send the whole body", "the body could not be read: %v", err)
}

// readBody gives the body that Receive has read.
func readBody(r *http.Request) ([]byte, error) { return io.ReadAll(r.Body) }

// taking is the handler of a call whose body is JSON: see [decode].
func taking[T any](call func(*http.Request, T) (wire.Response, error)) Handler {
	return func(r *http.Request) (wire.Response, error) {
		var in T
		body, err := readBody(r)
		if err == nil {
			err = decode(body, &in)
		}
		if err != nil {
			return wire.Response{}, err
		}
		return call(r, in)
	}
}

// decode reads a JSON object into a struct. Keys that the struct does not have are refused, so that a
// misspelt one does not pass for an absent one; no body at all is an empty object.
func decode(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil && decoder.Decode(&struct{}{}) != io.EOF {
		err = errors.New("there is something behind the object")
	}
	if err == nil {
		return nil
	}
	known := strings.Join(keys(into), ", ")
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return bad("known keys: "+known, "unknown key %s", name)
	}
	var typ *json.UnmarshalTypeError
	var at *time.ParseError
	switch {
	case errors.As(err, &typ) && typ.Field != "":
		return bad("known keys: "+known, "%s cannot be a JSON %s", typ.Field, typ.Value)
	case errors.As(err, &typ):
		err = fmt.Errorf("it is a JSON %s", typ.Value)
	case errors.As(err, &at):
		return bad("write it as 2026-03-02T09:15:00Z", "%q is not a time", at.Value)
	}
	return bad("send a JSON object with the keys "+known, "the body is no JSON that fits: %v", err)
}

// keys are the JSON keys of a struct.
func keys(of any) []string {
	var names []string
	t := reflect.TypeOf(of).Elem()
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// query reads the query, in which only the names given are allowed.
func query(r *http.Request, known ...string) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, bad("encode special characters with a percent sign", "the query cannot be read: %v", err)
	}
	for name := range values {
		if !slices.Contains(known, name) {
			hint := "there are none here"
			if len(known) > 0 {
				hint = "known here: " + strings.Join(known, ", ")
			}
			return nil, bad(hint, "unknown query parameter %q", name)
		}
	}
	return values, nil
}

// pathVar is a variable of the path as its user wrote it: the router leaves escapes in it.
func pathVar(r *http.Request, name string) string {
	written := mux.Vars(r)[name]
	if plain, err := url.PathUnescape(written); err == nil {
		return plain
	}
	return written
}
