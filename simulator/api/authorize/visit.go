package authorize

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"nctsim/simulator/api/pages"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/oauth"
)

// cookieName is the cookie of whoever visits the pages; CSRFHeader may carry what a form has as csrfToken.
const (
	cookieName = "nctsim-session"
	CSRFHeader = "Csrf-Token"
)

// Start is the page to which a request for authority leads.
func (a *API) Start(r *http.Request) (wire.Response, error) {
	key := r.URL.Query().Get("auth_id")
	asked, err := a.Server.Asked(key)
	if err != nil {
		return wire.Response{}, err
	}
	session, visitor, err := a.visitor(r)
	if err != nil {
		return wire.Response{}, err
	}
	form, err := a.signIn(session, GrantPath+"?auth_id="+key)
	if err != nil {
		return wire.Response{}, err
	}
	return visitor(pages.Start{Application: asked.ClientID, Key: key, SignIn: form}.Page()), nil
}

// SignInPage asks who somebody is.
func (a *API) SignInPage(r *http.Request) (wire.Response, error) {
	next := r.URL.Query().Get("continue")
	if !local(next) {
		return wire.Response{}, &refusal{http.StatusBadRequest, codeRequest, textContinue}
	}
	session, visitor, err := a.visitor(r)
	if err != nil {
		return wire.Response{}, err
	}
	form, err := a.signIn(session, next)
	if err != nil {
		return wire.Response{}, err
	}
	return visitor(form.Page()), nil
}

// signIn is the form for whoever has a session.
func (a *API) signIn(session, next string) (pages.SignIn, error) {
	users, err := a.Server.Users()
	form := pages.SignIn{Continue: next, CSRF: a.Server.FormKey(session), EORI: a.Server.DefaultEORI}
	for _, u := range users {
		if len(form.Users) == mostShown {
			break
		}
		form.Users = append(form.Users, pages.User{ID: u.ID, Name: u.Name, EORI: u.EORI})
	}
	return form, err
}

// mostShown is how many test users can be picked.
const mostShown = 50

// SignIn takes the form of the sign-in page: a user id with its password, or a test user that was picked, or an EORI.
func (a *API) SignIn(r *http.Request) (wire.Response, error) {
	form, err := readForm(r)
	if err != nil {
		return wire.Response{}, err
	}
	session, visitor, err := a.visitor(r)
	if err != nil {
		return wire.Response{}, err
	}
	next := form.Get("continue")
	switch {
	case !form.Has("continue") || !form.Has("csrfToken"):
		return wire.Response{}, &refusal{http.StatusBadRequest, codeRequest, textField}
	case !local(next):
		return wire.Response{}, &refusal{http.StatusBadRequest, codeRequest, textContinue}
	}
	if err := a.checkForm(r, form, session); err != nil {
		return wire.Response{}, err
	}
	opened, err := a.enter(r, form)
	if errors.Is(err, oauth.ErrSignIn) {
		again, err := a.signIn(session, next)
		again.Wrong = true
		return visitor(again.Page()), err
	}
	if err != nil {
		return wire.Response{}, err
	}
	return withCookie(r, redirect(next), opened), nil
}

func (a *API) enter(r *http.Request, form url.Values) (session string, err error) {
	switch {
	case form.Has("pick"):
		return a.Server.SignInAs(r.Context(), form.Get("pick"))
	case form.Has("eori"):
		eori := strings.ToUpper(strings.TrimSpace(form.Get("eori")))
		if !application.ValidEORI(eori) {
			return "", &refusal{http.StatusBadRequest, codeRequest, textEORI}
		}
		return a.Server.SignInWith(r.Context(), eori)
	case form.Get("userId") == "" || form.Get("password") == "":
		return "", &refusal{http.StatusBadRequest, codeRequest, textField}
	}
	return a.Server.SignIn(r.Context(), form.Get("userId"), form.Get("password"))
}

// GrantPage asks a person who has signed in whether the application may act for them.
func (a *API) GrantPage(r *http.Request) (wire.Response, error) {
	key := r.URL.Query().Get("auth_id")
	asked, err := a.Server.Asked(key)
	if err != nil {
		return wire.Response{}, err
	}
	here := GrantPath + "?auth_id=" + url.QueryEscape(key)
	session := sessionOf(r)
	user, in, err := a.Server.SignedIn(session)
	if err != nil {
		return wire.Response{}, err
	}
	if !in {
		return redirect(SignInPath + "?continue=" + url.QueryEscape(here)), nil
	}
	return pages.Grant{
		Application: asked.ClientID, User: called(user), Scopes: asked.Scopes, Key: key, CSRF: a.Server.FormKey(session),
		Again: here, Origin: origin(asked.RedirectURI),
	}.Page(), nil
}

func origin(redirectURI string) string {
	if application.IsOutOfBand(redirectURI) {
		return ""
	}
	return application.Origin(redirectURI)
}

func called(u application.TestUser) string {
	switch {
	case u.ID != "" && u.EORI != "":
		return u.ID + " (" + u.EORI + ")"
	case u.ID != "":
		return u.ID
	}
	return u.EORI
}

// Grant takes the decision: whatever is not a refusal grants.
func (a *API) Grant(r *http.Request) (wire.Response, error) {
	form, err := readForm(r)
	if err != nil {
		return wire.Response{}, err
	}
	session := sessionOf(r)
	user, in, err := a.Server.SignedIn(session)
	if err != nil {
		return wire.Response{}, err
	}
	if !in {
		return wire.Response{}, &refusal{http.StatusForbidden, codeRequest, textForm}
	}
	if err := a.checkForm(r, form, session); err != nil {
		return wire.Response{}, err
	}
	key := form.Get("auth_id")
	if form.Get("decision") == "deny" {
		asked, err := a.Server.Deny(r.Context(), key)
		return refused(asked.RedirectURI, asked.State), err
	}
	code, asked, err := a.Server.Grant(r.Context(), key, user)
	return granted(asked.RedirectURI, code, asked.State), err
}

// checkForm refuses a form that was not made for whoever has the session.
func (a *API) checkForm(r *http.Request, form url.Values, session string) error {
	token := form.Get("csrfToken")
	if sent := r.Header.Get(CSRFHeader); sent != "" {
		token = sent
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(a.Server.FormKey(session))) != 1 {
		return &refusal{http.StatusForbidden, codeRequest, textForm}
	}
	return nil
}

// sessionForm is what the simulator itself puts into the cookie.
var sessionForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

func sessionOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil || !sessionForm.MatchString(cookie.Value) {
		return ""
	}
	return cookie.Value
}

// visitor is the session of whoever visits; a new one is given to them along with a response.
func (a *API) visitor(r *http.Request) (session string, give func(wire.Response) wire.Response, err error) {
	if session = sessionOf(r); session != "" {
		return session, func(response wire.Response) wire.Response { return response }, nil
	}
	session, err = a.Server.Anonymous(r.Context())
	return session, func(response wire.Response) wire.Response { return withCookie(r, response, session) }, err
}

func withCookie(r *http.Request, response wire.Response, session string) wire.Response {
	if response.Header == nil {
		response.Header = http.Header{}
	}
	cookie := http.Cookie{Name: cookieName, Value: session, Path: wire.AddressOf(r.Context()).Links() + "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	response.Header["Set-Cookie"] = []string{cookie.String()}
	return response
}

// local reports whether a page to go on with is one of this service, so that nobody is sent elsewhere.
func local(next string) bool {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return false
	}
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || r > '~' }
	return strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") && !strings.ContainsFunc(next, odd)
}
