package authorize

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/client"
	"nctsim/simulator/oauth"
	"nctsim/simulator/store"
)

// Grant types.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantClient  = "client_credentials"
)

// Token gives an application tokens for a code, for a refresh token, or for its own credentials.
func (a *API) Token(r *http.Request) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckBody)
	form, err := readForm(r)
	if err != nil {
		return wire.Response{}, err
	}
	id, secret := credentials(r, form)
	grant := form.Get("grant_type")
	switch {
	case id == "":
		return wire.Response{}, missing("client_id")
	case secret == "":
		return wire.Response{}, missing("client_secret")
	case grant == "":
		return wire.Response{}, missing("grant_type")
	case grant != grantCode && grant != grantRefresh && grant != grantClient:
		return wire.Response{}, &refusal{http.StatusBadRequest, codeRequest, textGrantType}
	}
	exchange.At(r.Context(), client.CheckAuthorisation)
	exchange.Of(r.Context()).By("", id)
	app, err := a.Server.Application(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !app.Knows(secret) {
		return wire.Response{}, &refusal{http.StatusUnauthorized, codeClient, textClient}
	}
	if err != nil {
		return wire.Response{}, err
	}
	issued, err := a.exchange(r.Context(), app, grant, form)
	if err != nil {
		return wire.Response{}, err
	}
	return tokens(issued), nil
}

func (a *API) exchange(ctx context.Context, app application.Application, grant string, form url.Values) (oauth.Issued, error) {
	switch grant {
	case grantCode:
		redirect, code := form.Get("redirect_uri"), form.Get("code")
		switch {
		case redirect == "":
			return oauth.Issued{}, missing("redirect_uri")
		case !app.AllowsRedirect(redirect):
			return oauth.Issued{}, invalid("redirect_uri")
		case code == "":
			return oauth.Issued{}, &refusal{http.StatusBadRequest, codeRequest, textNoCode}
		}
		return a.Server.Exchange(ctx, app, code, redirect, form.Get("code_verifier"))
	case grantRefresh:
		token := form.Get("refresh_token")
		if token == "" {
			return oauth.Issued{}, missing("refresh_token")
		}
		return a.Server.Refresh(ctx, app, token)
	}
	scopes := application.SplitScopes(form.Get("scope"))
	if !application.KnownScopes(scopes) {
		return oauth.Issued{}, &refusal{http.StatusBadRequest, codeScope, textScope}
	}
	if !app.Grants(scopes) {
		return oauth.Issued{}, &refusal{http.StatusBadRequest, codeScope, textNoScopes}
	}
	return a.Server.OfApplication(ctx, app, scopes)
}

// tokens is the answer with the keys in HMRC's order.
func tokens(i oauth.Issued) wire.Response {
	var j wire.JSON
	j.Object("").String("access_token", i.AccessToken)
	if i.RefreshToken != "" {
		j.String("refresh_token", i.RefreshToken)
	}
	j.Int("expires_in", int(i.Expires.Seconds())).String("scope", i.Scope).String("token_type", "bearer").EndObject()
	response := wire.OfJSON(http.StatusOK, j.Bytes())
	response.Header = http.Header{"Cache-Control": {"no-store"}}
	return response
}

// credentials are those in the body, or, if there are none, those of Basic authentication, in which they are form-encoded
// (RFC 6749, section 2.3.1).
func credentials(r *http.Request, form url.Values) (id, secret string) {
	id, secret = form.Get("client_id"), form.Get("client_secret")
	user, password, basic := r.BasicAuth()
	if !basic || id != "" && secret != "" {
		return id, secret
	}
	user, badUser := url.QueryUnescape(user)
	password, badPassword := url.QueryUnescape(password)
	if badUser != nil || badPassword != nil || id != "" && id != user {
		return id, secret
	}
	return user, password
}

// mostForm is how many bytes a form may have.
const mostForm = 64 << 10

// readForm reads a body of form fields. One of another type has none; one that cannot be read, either.
func readForm(r *http.Request) (url.Values, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return url.Values{}, nil
	}
	body, err := bind.Body(r, mostForm)
	if errors.Is(err, bind.ErrTooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, codeRequest, textTooLarge}
	}
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return url.Values{}, nil
	}
	return form, nil
}
