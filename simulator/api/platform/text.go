package platform

import (
	"net/http"

	"nctsim/simulator/api/wire"
)

// Refusal is one answer of the API platform; its body has the code first (docs/spec/api-2.1-3.0.md#13).
type Refusal struct {
	Status        int
	Code, Message string
}

// What the platform says, and when (docs/spec/api-2.1-3.0.md#13).
var (
	MissingCredentials = Refusal{http.StatusUnauthorized, "MISSING_CREDENTIALS", "Authentication information is not provided"}
	InvalidCredentials = Refusal{http.StatusUnauthorized, "INVALID_CREDENTIALS", "Invalid Authentication information provided"}
	WrongTokenType     = Refusal{http.StatusUnauthorized, "INCORRECT_ACCESS_TOKEN_TYPE", "The access token type used is not supported when invoking the API"}
	InvalidScope       = Refusal{http.StatusForbidden, "INVALID_SCOPE", "Can not access the required resource. Ensure this token has all the required scopes."}
	NotSubscribedToAPI = Refusal{http.StatusForbidden, "RESOURCE_FORBIDDEN", "The application is not subscribed to the API which it is attempting to invoke"}
	ResourceNotFound   = Refusal{http.StatusNotFound, "MATCHING_RESOURCE_NOT_FOUND", "A resource with the name in the request can not be found in the API"}
	BadAccept          = Refusal{http.StatusNotAcceptable, "ACCEPT_HEADER_INVALID", "The accept header is missing or invalid"}
	Unavailable        = Refusal{http.StatusServiceUnavailable, "SERVER_ERROR", "Service unavailable"}
	Broken             = Refusal{http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error"}
	TooSlow            = Refusal{http.StatusRequestTimeout, "REQUEST_TIMEOUT", "The request took too long"}
	ThrottledOut       = Refusal{http.StatusTooManyRequests, "MESSAGE_THROTTLED_OUT", "The request for the API is throttled as you have exceeded your quota."}
)

// Challenge is the WWW-Authenticate header of every 401 that comes through the platform (docs/spec/api-2.1-3.0.md#13).
const Challenge = `Bearer realm="HMRC API Platform"`

// Response is the refusal as it is sent.
func (r Refusal) Response() wire.Response {
	var j wire.JSON
	j.Object("").String("code", r.Code).String("message", r.Message).EndObject()
	return wire.OfJSON(r.Status, j.Bytes())
}

// uriNotFound is what the service itself says of an unknown path (docs/spec/api-2.1-3.0.md#1-9).
func uriNotFound(path string) wire.Response {
	var j wire.JSON
	j.Object("").Int("statusCode", http.StatusNotFound).String("message", "URI not found").String("requested", path).EndObject()
	return wire.OfJSON(http.StatusNotFound, j.Bytes())
}
