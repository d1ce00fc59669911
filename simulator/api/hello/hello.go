// Package hello is HMRC's Hello World API 1.0, with which developers try whether their tokens work
// (docs/spec/oauth-and-test-users.md#5): /world is open, /application wants a token of an application, /user one of a user.
package hello

import (
	"net/http"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
)

// Version of the API.
const Version = "1.0"

const accepted = "application/vnd.hmrc." + Version + "+json"

// Say is a handler that greets somebody.
func Say(whom string) func(*http.Request, platform.Caller) (wire.Response, error) {
	return func(r *http.Request, _ platform.Caller) (wire.Response, error) {
		exchange.At(r.Context(), client.CheckAccept)
		if r.Header.Get("Accept") != accepted {
			exchange.Want(r.Context(), "Accept", accepted)
			return platform.BadAccept.Response(), nil
		}
		var j wire.JSON
		return wire.OfJSON(http.StatusOK, j.Object("").String("message", "Hello "+whom).EndObject().Bytes()), nil
	}
}

// Failure is the response for an error, of which the API has none of its own.
func Failure(err error) wire.Response {
	response := platform.Broken.Response()
	response.Cause = err
	return response
}
