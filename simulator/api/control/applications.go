package control

import (
	"errors"
	"net/http"
	"slices"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/client"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/store"
	"nctsim/simulator/yamlform"
)

// ApplicationVar and UserVar are the names of the variables in the paths of applications and test users.
const (
	ApplicationVar = "application"
	UserVar        = "user"
)

func viewApplication(a application.Application) client.Application {
	v := client.Application{
		ClientID: a.ClientID, Secrets: len(a.Secrets), RedirectURIs: orEmpty(a.RedirectURIs), Subscriptions: a.Subscriptions,
		Callbacks: map[string]string{}, OnSight: a.OnSight,
	}
	if len(v.Subscriptions) == 0 {
		v.Subscriptions = application.Subscriptions()
	}
	for version, url := range a.Callbacks {
		v.Callbacks[version] = notify.Shown(url)
	}
	return v
}

func viewTestUsers(users []application.TestUser) []client.TestUser {
	views := make([]client.TestUser, len(users))
	for i, u := range users {
		views[i] = client.TestUser{ID: u.ID, Name: u.Name, EORI: u.EORI, Services: orEmpty(u.Services)}
	}
	return views
}

// Applications lists applications and test users.
func (a *API) Applications(r *http.Request) (wire.Response, error) {
	registered, err := a.OAuth.Registered()
	views := make([]client.Application, len(registered.Applications))
	for i, app := range registered.Applications {
		views[i] = viewApplication(app)
	}
	return reply(http.StatusOK, client.Applications{Applications: views, TestUsers: viewTestUsers(registered.TestUsers)}), err
}

// Application shows one application.
func (a *API) Application(r *http.Request) (wire.Response, error) {
	app, err := a.application(pathVar(r, ApplicationVar))
	return reply(http.StatusOK, viewApplication(app)), err
}

func (a *API) application(clientID string) (application.Application, error) {
	registered, err := a.OAuth.Registered()
	if err != nil {
		return application.Application{}, err
	}
	i := slices.IndexFunc(registered.Applications, func(app application.Application) bool { return app.ClientID == clientID })
	if i < 0 {
		return application.Application{}, noApplication(clientID)
	}
	return registered.Applications[i], nil
}

func noApplication(clientID string) error {
	return unknown("nctsim applications, or GET /simulator/v1/applications, lists them", "there is no application %s", clientID)
}

// PutApplications registers what a file of applications says, in YAML or JSON, beside what is there.
func (a *API) PutApplications(r *http.Request) (wire.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	registration, err := oauth.Read("applications", body)
	if err != nil {
		return wire.Response{}, badApplication(err)
	}
	if err := a.register(r, registration); err != nil {
		return wire.Response{}, err
	}
	return a.Applications(r)
}

// PutApplication registers one application, in YAML or JSON.
func (a *API) PutApplication(r *http.Request) (wire.Response, error) {
	id := pathVar(r, ApplicationVar)
	if !application.ValidClientID(id) {
		return wire.Response{}, bad("up to 64 letters, digits, - and _", "%q cannot be a client id", id)
	}
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	app, err := oauth.ReadApplication("application", id, body)
	if err != nil {
		return wire.Response{}, badApplication(err)
	}
	if err := a.register(r, oauth.Registration{Applications: []application.Application{app}}); err != nil {
		return wire.Response{}, err
	}
	return a.Application(r)
}

// register registers and, as at HMRC when an application is saved, asks whoever is behind a callback URL for a challenge.
func (a *API) register(r *http.Request, registration oauth.Registration) error {
	if err := a.OAuth.Register(r.Context(), registration); err != nil {
		return err
	}
	for _, app := range registration.Applications {
		if err := a.Notify.Register(r.Context(), app, true); err != nil {
			return badCallback(err)
		}
	}
	return nil
}

func badApplication(err error) error {
	var mistakes yamlform.Problems
	if !errors.As(err, &mistakes) {
		return err
	}
	return &client.Error{
		Status: http.StatusUnprocessableEntity, Code: codeBadApplication, Message: "the applications have mistakes",
		Hint: "docs/clients.md is the reference", Problems: mistakes,
	}
}

// RemoveApplication forgets an application with its tokens. Its boxes stay.
func (a *API) RemoveApplication(r *http.Request) (wire.Response, error) {
	id := pathVar(r, ApplicationVar)
	err := a.OAuth.Forget(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		err = noApplication(id)
	}
	return wire.Empty(http.StatusNoContent), err
}

// RemoveTestUser forgets a test user. What they have granted stays until it is revoked or its time is over.
func (a *API) RemoveTestUser(r *http.Request) (wire.Response, error) {
	id := pathVar(r, UserVar)
	err := a.OAuth.ForgetUser(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		err = unknown("nctsim applications, or GET /simulator/v1/applications, lists them", "there is no test user %s", id)
	}
	return wire.Empty(http.StatusNoContent), err
}

// RemoveApplications forgets all applications, test users and tokens.
func (a *API) RemoveApplications(r *http.Request) (wire.Response, error) {
	return wire.Empty(http.StatusNoContent), a.OAuth.ForgetAll(r.Context())
}

// RevokeTokens ends the tokens of an application: all of them, as if its users had revoked what they granted, or with
// ?only=access its access tokens alone, as if their time were over.
func (a *API) RevokeTokens(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	only := q.Get("only")
	if only != "" && only != "access" {
		return wire.Response{}, bad("leave it out to end refresh tokens, too", "only is access, not %q", only)
	}
	id := pathVar(r, ApplicationVar)
	revoked, err := a.OAuth.Revoke(r.Context(), id, only == "access")
	if errors.Is(err, store.ErrNotFound) {
		err = noApplication(id)
	}
	return reply(http.StatusOK, client.Revoked{Revoked: revoked}), err
}
