package authorize

import (
	"errors"
	"net/http"

	"nctsim/simulator/api/pages"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/oauth"
	"nctsim/simulator/store"
)

// Error codes.
const (
	codeRequest      = "invalid_request"
	codeGrant        = "invalid_grant"
	codeScope        = "invalid_scope"
	codeClient       = "invalid_client"
	codeResponseType = "unsupported_response_type"
	codeServer       = "server_error"
)

// What HMRC says (docs/spec/oauth-and-test-users.md#1-2 and #1-4).
const (
	textClient          = "invalid client id or secret"
	textGrantType       = "unsupported grant_type"
	textNoCode          = "code is required for given grant_type"
	textCode            = "code is invalid"
	textRedirect        = "redirect_uri is invalid"
	textNoVerifier      = "code_verifier is expected when code_challenge was supplied"
	textNoChallenge     = "code_verifier is not expected"
	textVerifierForm    = "code_verifier must contain valid characters of length between 43 and 128"
	textVerifier        = "code_verifier is invalid"
	textRefresh         = "refresh_token is invalid"
	textScope           = "scope is invalid"
	textNoScopes        = "application does not have scopes"
	textSecret          = "client_secret should NOT be present"
	textResponseType    = "response_type must be 'code'"
	textEmptyChallenge  = "code_challenge if present, cannot be empty"
	textMethod          = "code_challenge_method, if present, must be S256"
	textMethodMissing   = "code_challenge_method should be present when code_challenge is present"
	textChallengeAbsent = "code_challenge should be present when code_challenge_method is present"
	textUnexpected      = "An unexpected error occurred"
	textTooLarge        = "the request is too large" // ours
)

// refusal is an answer with an error.
type refusal struct {
	status     int
	code, text string
}

func (e *refusal) Error() string { return e.text }

func missing(field string) error {
	return &refusal{http.StatusBadRequest, codeRequest, field + " is required"}
}

func invalid(field string) error {
	return &refusal{http.StatusBadRequest, codeRequest, field + " is invalid"}
}

// exchanges are the words for the refusals of the authorisation server.
var exchanges = map[error]*refusal{
	oauth.ErrCode:      {http.StatusBadRequest, codeRequest, textCode},
	oauth.ErrRedirect:  {http.StatusBadRequest, codeRequest, textRedirect},
	oauth.ErrNoProof:   {http.StatusBadRequest, codeRequest, textNoVerifier},
	oauth.ErrProof:     {http.StatusBadRequest, codeRequest, textNoChallenge},
	oauth.ErrProofForm: {http.StatusBadRequest, codeRequest, textVerifierForm},
	oauth.ErrBadProof:  {http.StatusBadRequest, codeGrant, textVerifier},
	oauth.ErrRefresh:   {http.StatusBadRequest, codeGrant, textRefresh},
}

// Failure is the response for an error of Token and Authorize: JSON, which goes to whoever has called.
func Failure(err error) wire.Response {
	var no *refusal
	if errors.As(err, &no) {
		return no.response("")
	}
	for kind, no := range exchanges {
		if errors.Is(err, kind) {
			return no.response("")
		}
	}
	response := (&refusal{http.StatusInternalServerError, codeServer, textUnexpected}).response("")
	response.Cause = err
	return response
}

// response is the refusal as it is sent, with the state of the request, if it had one.
func (e *refusal) response(state string) wire.Response {
	var j wire.JSON
	j.Object("").String("error", e.code).String("error_description", e.text)
	if state != "" {
		j.String("state", state)
	}
	response := wire.OfJSON(e.status, j.EndObject().Bytes())
	response.Header = http.Header{"Cache-Control": {"no-store"}}
	return response
}

// PageFailure is the response for an error of a page.
func PageFailure(err error) wire.Response {
	var no *refusal
	switch {
	case errors.As(err, &no):
		return pages.Problem{Title: "This does not work", Text: no.text}.Page(no.status)
	case errors.Is(err, store.ErrNotFound):
		return pages.Problem{Title: "This does not work", Text: textGone}.Page(http.StatusBadRequest)
	}
	response := pages.Problem{Title: "This does not work", Text: textUnexpected}.Page(http.StatusInternalServerError)
	response.Cause = err
	return response
}

// What the pages say; the words are ours.
const (
	textGone     = "Nobody is being asked for this authority any more. Go back to the application and begin again."
	textForm     = "The form was made for somebody else, or too long ago. Go back and load the page again."
	textField    = "A field of the form is missing."
	textContinue = "The page to go on with is not one of this service."
	textEORI     = "This is not an EORI number: two letters, and up to 15 digits (GB and XI: 12 to 15)."
)
