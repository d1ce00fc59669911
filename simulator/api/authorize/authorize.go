// Package authorize is the wire of HMRC's authorisation server (docs/spec/oauth-and-test-users.md#1): the endpoints that an
// application asks for authority and for tokens, and the way of a person through the pages on which they sign in and decide.
package authorize

import (
	"errors"
	"net/http"
	"net/url"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/pages"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/client"
	"nctsim/simulator/oauth"
	"nctsim/simulator/store"
)

// Paths of the endpoints and pages.
const (
	AuthorizePath = "/oauth/authorize"
	TokenPath     = "/oauth/token"
	StartPath     = "/oauth/start"
	GrantPath     = "/oauth/grantscope"
	SignInPath    = "/api-test-login/sign-in"
)

// API has the handlers.
type API struct{ Server *oauth.Service }

// Authorize is where an application sends a person to. What is wrong with the request is told to the browser, never to a
// redirect URI.
func (a *API) Authorize(r *http.Request) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckBody)
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return wire.Response{}, missing("client_id")
	}
	asked, err := a.asked(r, q)
	var no *refusal
	if errors.As(err, &no) {
		return no.response(q.Get("state")), nil
	}
	if err != nil {
		return wire.Response{}, err
	}
	if a.Server.OAuth == oauth.Auto {
		code, err := a.Server.GrantAtOnce(r.Context(), asked)
		if err != nil {
			return wire.Response{}, err
		}
		return granted(asked.RedirectURI, code, asked.State), nil
	}
	key, err := a.Server.Ask(r.Context(), asked)
	if err != nil {
		return wire.Response{}, err
	}
	return redirect(StartPath + "?auth_id=" + key), nil
}

// asked checks a request for authority, in the order of docs/spec/oauth-and-test-users.md#1-2.
func (a *API) asked(r *http.Request, q url.Values) (asked oauth.Asked, err error) {
	if q.Has("client_secret") {
		return asked, &refusal{http.StatusBadRequest, codeRequest, textSecret}
	}
	asked = oauth.Asked{
		ClientID: q.Get("client_id"), RedirectURI: q.Get("redirect_uri"), State: q.Get("state"),
		Challenge: q.Get("code_challenge"), Scopes: application.SplitScopes(q.Get("scope")),
	}
	if asked.ClientID == "" {
		return asked, missing("client_id")
	}
	app, err := a.Server.Application(r.Context(), asked.ClientID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return asked, invalid("client_id")
	case err != nil:
		return asked, err
	case asked.RedirectURI == "":
		return asked, missing("redirect_uri")
	case !app.AllowsRedirect(asked.RedirectURI):
		return asked, invalid("redirect_uri")
	case q.Get("response_type") == "":
		return asked, missing("response_type")
	case q.Get("response_type") != "code":
		return asked, &refusal{http.StatusBadRequest, codeResponseType, textResponseType}
	case len(asked.Scopes) == 0:
		return asked, missing("scope")
	case !application.KnownScopes(asked.Scopes) || !app.Grants(asked.Scopes):
		return asked, &refusal{http.StatusBadRequest, codeScope, textScope}
	}
	return asked, challenge(q)
}

// challenge checks the parameters of PKCE.
func challenge(q url.Values) error {
	text := ""
	switch {
	case q.Has("code_challenge") && q.Get("code_challenge") == "":
		text = textEmptyChallenge
	case q.Has("code_challenge_method") && q.Get("code_challenge_method") != "S256":
		text = textMethod
	case q.Has("code_challenge") && !q.Has("code_challenge_method"):
		text = textMethodMissing
	case q.Has("code_challenge_method") && !q.Has("code_challenge"):
		text = textChallengeAbsent
	default:
		return nil
	}
	return &refusal{http.StatusBadRequest, codeRequest, text}
}

// granted sends the browser back with a code, or shows it.
func granted(redirectURI, code, state string) wire.Response {
	if application.IsOutOfBand(redirectURI) {
		return pages.Code{Code: code, Close: redirectURI == application.OutOfBandAuto}.Page()
	}
	return redirect(application.RedirectTo(redirectURI, "code="+code+withState(state)))
}

// refused sends the browser back without one.
func refused(redirectURI, state string) wire.Response {
	if application.IsOutOfBand(redirectURI) {
		return pages.Problem{Title: "Authority not granted", Text: "You can close this window."}.Page(http.StatusOK)
	}
	return redirect(application.RedirectTo(redirectURI,
		"error=access_denied&error_description=user+denied+the+authorization&error_code=USER_DENIED_AUTHORIZATION"+withState(state)))
}

func withState(state string) string {
	if state == "" {
		return ""
	}
	return "&state=" + url.QueryEscape(state)
}

func redirect(to string) wire.Response {
	return wire.Response{
		Status: http.StatusSeeOther, Location: to,
		Header: http.Header{"Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"}},
	}
}
