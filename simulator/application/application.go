// Package application holds what is known of those who may call: the applications of software developers, the test users who
// sign in, and what those have granted to these (docs/spec/oauth-and-test-users.md#4). An application is the one client behind
// limits, boxes, callbacks and the push secret, whatever token it comes with. The package is pure.
package application

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"nctsim/simulator/pattern"
	"slices"
	"strings"
	"time"
)

// Application is a client of the APIs, as a developer registers it at HMRC's Developer Hub.
type Application struct {
	ClientID string `json:"clientId"`
	// Secrets are digests (see [Digest]) of the client secrets, all of which are valid together.
	Secrets []string `json:"clientSecrets,omitempty"`
	// RedirectURIs are where people may be sent back to; one sent may go on behind one of them.
	RedirectURIs []string `json:"redirectUris,omitempty"`
	// Subscriptions are the APIs that may be called, as "customs/transits/2.1"; none at all means every one.
	Subscriptions []string `json:"subscriptions,omitempty"`
	// Callbacks are where notifications go, by the version of the CTC Traders API.
	Callbacks map[string]string `json:"callbackUrls,omitempty"`
	// PushSecret signs notifications; empty for one that is derived from the seed.
	PushSecret string `json:"pushSecret,omitempty"`
	// ServerToken is the digest of a token that the application may call application-restricted endpoints with for ever.
	ServerToken string `json:"serverToken,omitempty"`
	// OnSight is set for an application that nobody registered: any secret and any redirect URI will do.
	OnSight bool `json:"onSight,omitempty"`
}

// Digest is what is kept of a secret, so that nothing that shows the store shows the secret.
func Digest(secret string) string {
	sum := sha256.Sum256([]byte("secret " + secret))
	return hex.EncodeToString(sum[:])
}

// Knows reports whether a client secret is one of the application's. It takes the same time for every wrong one.
func (a Application) Knows(secret string) bool {
	if a.OnSight {
		return secret != ""
	}
	digest, known := []byte(Digest(secret)), 0
	for _, s := range a.Secrets {
		known |= subtle.ConstantTimeCompare(digest, []byte(s))
	}
	return known == 1
}

// SubscribesTo reports whether the application may call one of the APIs.
func (a Application) SubscribesTo(apis ...string) bool { return Subscribed(a.Subscriptions, apis...) }

// Subscribed reports whether one of the APIs is among those subscribed to; no subscriptions mean every API.
func Subscribed(subscriptions []string, apis ...string) bool {
	return len(subscriptions) == 0 || slices.ContainsFunc(apis, func(api string) bool { return slices.Contains(subscriptions, api) })
}

// ValidClientID reports whether a text can be the id of an application.
func ValidClientID(id string) bool { return clientForm().MatchString(id) }

// HMRC's client ids have 28 such characters; shorter ones are easier to read in tests.
var clientForm = pattern.New(`^[A-Za-z0-9_-]{1,64}$`)

// API is one that applications subscribe to, with the scopes of its endpoints.
type API struct {
	Context  string
	Versions []string
	Scopes   []string
}

// Contexts of the APIs.
const (
	Transits     = "customs/transits"
	TestSupport  = "test/customs/transits"
	Guarantees   = "customs/guarantees"
	PushPull     = "misc/push-pull-notification"
	TestUsers    = "create-test-user"
	HelloContext = "hello"
)

// Scopes of the endpoints (docs/spec/oauth-and-test-users.md#1-1).
const (
	ScopeTraders     = "common-transit-convention-traders"
	ScopeTestSupport = "common-transit-convention-traders-test-support"
	ScopeGuarantees  = "common-transit-convention-guarantee-balance"
	ScopeRead        = "read:pull-notifications"
	ScopeWrite       = "write:notifications"
	ScopeHello       = "hello"
	// ScopeDefault is what a token of an application shows that has asked for no scope.
	ScopeDefault = "default"
)

var ctcVersions = []string{"1.0", "2.1", "3.0"}

// APIs are all that can be subscribed to.
var APIs = []API{
	{Transits, ctcVersions, []string{ScopeTraders}},
	{TestSupport, ctcVersions, []string{ScopeTestSupport}},
	{Guarantees, []string{"1.0", "2.0"}, []string{ScopeGuarantees}},
	{PushPull, []string{"1.0"}, []string{ScopeRead, ScopeWrite}},
	{TestUsers, []string{"1.0"}, nil},
	{HelloContext, []string{"1.0"}, []string{ScopeHello}},
}

// Names are the API in its versions, as subscriptions name them.
func (a API) Names() []string {
	var names []string
	for _, v := range a.Versions {
		names = append(names, a.Context+"/"+v)
	}
	return names
}

// Subscriptions are the names of all APIs.
func Subscriptions() []string {
	var names []string
	for _, a := range APIs {
		names = append(names, a.Names()...)
	}
	return names
}

// SplitScopes are the words of a scope parameter.
func SplitScopes(scope string) []string { return strings.Fields(scope) }

// KnownScopes reports whether every scope is one of some API.
func KnownScopes(scopes []string) bool {
	return !slices.ContainsFunc(scopes, func(s string) bool { return apisOf(s) == nil })
}

// Grants reports whether the application subscribes to an API of every scope.
func (a Application) Grants(scopes []string) bool {
	return !slices.ContainsFunc(scopes, func(s string) bool { return !a.SubscribesTo(apisOf(s)...) })
}

// apisOf are the APIs that have a scope.
func apisOf(scope string) []string {
	for _, a := range APIs {
		if slices.Contains(a.Scopes, scope) {
			return a.Names()
		}
	}
	return nil
}

// TestUser is somebody who can sign in and let applications act for them.
type TestUser struct {
	ID string `json:"userId"`
	// Password is the digest of the password.
	Password string `json:"password,omitempty"`
	// Name is what people call the user; only for showing.
	Name string `json:"name,omitempty"`
	EORI string `json:"eori,omitempty"`
	// Services are the keys of the services that the user is enrolled for.
	Services []string `json:"services,omitempty"`
	// Expires is when the user vanishes unless they sign in before; zero for never.
	Expires time.Time `json:"expires,omitzero"`
}

// Services that mean an enrolment in transit (docs/spec/oauth-and-test-users.md#2).
const (
	ServiceTraders = "common-transit-convention-traders"
	ServiceLegacy  = "common-transit-convention-traders-legacy"
)

// UserLife is how long a user that was made with the Create Test User API lives without signing in.
const UserLife = 90 * 24 * time.Hour

// ValidEORI reports whether a text is an EORI number: of GB or XI 12 to 15 digits, of other countries 1 to 15.
func ValidEORI(eori string) bool {
	if strings.HasPrefix(eori, "GB") || strings.HasPrefix(eori, "XI") {
		return ukEORI().MatchString(eori)
	}
	return eoriForm().MatchString(eori)
}

var (
	ukEORI   = pattern.New(`^[A-Z]{2}[0-9]{12,15}$`)
	eoriForm = pattern.New(`^[A-Z]{2}[0-9]{1,15}$`)
)

// Kind is a kind of credential.
type Kind string

// Kinds of credentials; each has one letter, which is part of its key in the store.
const (
	Access  Kind = "t" // an access token
	Refresh Kind = "r" // a refresh token
	Code    Kind = "c" // an authorisation code
	Request Kind = "q" // an authorisation that a person is being asked for
	Session Kind = "s" // a person who has signed in
)

// Kinds are all of them.
var Kinds = []Kind{Access, Refresh, Code, Request, Session}

// Credential is something that whoever shows it may do something with. It is known by its digest alone.
type Credential struct {
	Kind Kind `json:"kind"`
	// Digest is that of the secret text: see [Digest].
	Digest   string `json:"digest"`
	ClientID string `json:"clientId,omitempty"`
	// Application says that no user has granted anything: an access token of the application itself.
	Application bool `json:"application,omitempty"`
	// User, EORI and Services are those of the user who granted it.
	User     string   `json:"user,omitempty"`
	EORI     string   `json:"eori,omitempty"`
	Services []string `json:"services,omitempty"`
	Scopes   []string `json:"scopes,omitempty"`
	// Granted is when the user granted it, Expires when it is worth nothing any more.
	Granted time.Time `json:"granted,omitzero"`
	Expires time.Time `json:"expires"`
	// Pair is the digest of the access token that dies when a refresh token is used.
	Pair string `json:"pair,omitempty"`
	// RedirectURI, State and Challenge are those of the authorisation request.
	RedirectURI string `json:"redirectUri,omitempty"`
	State       string `json:"state,omitempty"`
	Challenge   string `json:"challenge,omitempty"`
}

// Scope is the scope as answers show it.
func (c Credential) Scope() string {
	if len(c.Scopes) == 0 {
		return ScopeDefault
	}
	return strings.Join(c.Scopes, " ")
}
