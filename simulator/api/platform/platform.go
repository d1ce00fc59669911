// Package platform is what stands in front of HMRC's services: it knows the tokens, throttles, and
// answers for paths that no API has (docs/spec/api-2.1-3.0.md#4 and #13). It can be taken away; then the
// services see the requests as they are and answer themselves.
package platform

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/pattern"
	"nctsim/simulator/setting"
)

// Settings of a platform.
type Settings struct {
	// Platform is on, with HMRC's 401, 403, 404 and 429 in front, or off: then the services answer 401 themselves, a missing
	// Authorization header means EORI unless Auth is strict, and the header X-Client-Id is believed. "" is on.
	Platform string
	// Auth is lenient (any bearer token will do) or strict (only EORIs and fixed or issued tokens). "" is lenient.
	Auth string
	// EORI belongs to every token that does not name one itself.
	EORI string
	// RateLimit is how many requests a second one application may send before it gets 429. Zero: no limit.
	RateLimit int
}

// Values of Settings.Auth.
const (
	Lenient = "lenient"
	Strict  = "strict"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return setting.List{
		setting.Word(&s.Platform, "platform", setting.On, "simulate HMRC's API gateway (401, 403, 404, 429); `MODE` is on, or off for the services alone", setting.On, setting.Off),
		setting.Word(&s.Auth, "auth", Lenient, "`MODE` of the tokens: lenient takes any bearer token, strict only EORIs and those in --tokens", Lenient, Strict),
		setting.Text(&s.EORI, "eori", "GB123456789000", "`EORI` that bearer tokens stand for when nothing says otherwise", checkEORI),
		setting.Int(&s.RateLimit, "rate-limit", 0, "requests per second, `N`, before an application gets 429; 0: no limit; HMRC's is 3", checkRate),
	}
}

func checkEORI(eori string) error {
	if eoriPattern().MatchString(eori) {
		return nil
	}
	return fmt.Errorf("%q is not a UK EORI; hint: GB or XI and 12 to 15 digits", eori)
}

func checkRate(perSecond int) error {
	if perSecond >= 0 {
		return nil
	}
	return fmt.Errorf("%d is below zero; hint: 0 means no limit", perSecond)
}

// Enabled reports whether the platform is in front.
func (s Settings) Enabled() bool { return s.Platform != setting.Off }

// Strict reports whether unknown tokens are refused.
func (s Settings) Strict() bool { return s.Auth == Strict }

// Options of a platform.
type Options struct {
	Settings
	// Tokens says what fixed tokens stand for; see ReadTokens.
	Tokens map[string]Grant
	// Issued says who holds a token that the authorisation server gave out; known is false for any other token. The error is
	// that of the store. nil knows none.
	Issued func(token string) (c Caller, known bool, err error)
	// Now is the simulator's clock; the limit counts in its time.
	Now func() time.Time
}

// Standing says how far a caller's credentials reach.
type Standing int

// Standings.
const (
	Enrolled      Standing = iota // everything is in order; only then the caller has an EORI
	NoToken                       // no Authorization header
	BadToken                      // not a bearer token, or an unknown one in strict mode
	Expired                       // a token of the token file that stands for an expired one
	NoEnrolment                   // a valid token whose user has no HMRC-CTC-ORG enrolment
	NoScope                       // a valid token without the scope of the API
	NotSubscribed                 // a valid token of an application that does not subscribe to the API
)

// Enrolment is the kind of enrolment behind an EORI, which only API 1.0 tells apart (docs/spec/api-1.0.md#2).
type Enrolment int

// Enrolments.
const (
	// NewEnrolment is HMRC-CTC-ORG.
	NewEnrolment Enrolment = iota
	// LegacyEnrolment is HMCE-NCTS-ORG alone, as it was in 2023: answers carry a warning.
	LegacyEnrolment
	// LegacyRefused is the same in 2024: no more declarations.
	LegacyRefused
)

// Reason says what is wrong with the credentials in the words of HMRC's services (docs/spec/api-2.1-3.0.md#4); "" if
// nothing is.
func (s Standing) Reason() string {
	switch s {
	case NoToken:
		return "Bearer token not supplied"
	case BadToken:
		return "Invalid bearer token"
	case Expired:
		return "Bearer token expired"
	}
	return ""
}

// Caller is who sent a request.
type Caller struct {
	Standing Standing
	// EORI is the enrolment EORI, and Enrolment says by which enrolment.
	EORI      string
	Enrolment Enrolment
	// ClientID names the application, empty when unknown.
	ClientID string
	// Token says what sort of token the caller has.
	Token TokenType
	// Scopes are those of a token that the authorisation server gave out, and Subscriptions the APIs of its application; no
	// subscriptions mean every API.
	Scopes, Subscriptions []string
	// Err is why nothing could be found out about the token.
	Err error
}

// TokenType is a sort of token (docs/spec/oauth-and-test-users.md#1-1).
type TokenType int

// Sorts of tokens.
const (
	// FixedToken is one that nobody gave out: an EORI, one of the token file, or any in lenient mode. It opens everything.
	FixedToken TokenType = iota
	// UserToken is one by which a user lets an application act for them.
	UserToken
	// ApplicationToken is one of the application itself.
	ApplicationToken
)

// Access is what an endpoint asks of the token of a caller.
type Access struct {
	// Open lets everybody in.
	Open bool
	// Context and Versions name the API; a subscription to one of the versions is enough.
	Context  string
	Versions []string
	// Scope is what the token must have; empty for none.
	Scope string
	// UserRestricted endpoints are closed to tokens of applications.
	UserRestricted bool
}

// Platform identifies callers and refuses what never reaches a service.
type Platform struct {
	opts   Options
	limits *limits
}

// New makes a platform.
func New(o Options) *Platform {
	return &Platform{opts: o, limits: newLimits(o.RateLimit, o.Now)}
}

// Enabled says whether the platform answers at all.
func (p *Platform) Enabled() bool { return p.opts.Enabled() }

// Options gives the options that the platform was made with, for showing them.
func (p *Platform) Options() Options { return p.opts }

// EORIPattern is what a token looks like that is itself an EORI.
const EORIPattern = `^(GB|XI)[0-9]{12,15}$`

var eoriPattern = pattern.New(EORIPattern)

// IsEORI says whether a text is an EORI, and so a token for itself.
func IsEORI(s string) bool { return eoriPattern().MatchString(s) }

// ClientIDHeader is the header by which HMRC's platform tells a service the application.
const ClientIDHeader = "X-Client-Id"

// Identify says who calls. It refuses nobody.
func (p *Platform) Identify(r *http.Request) Caller {
	token, standing := bearer(r.Header)
	c := Caller{Standing: standing}
	switch {
	case standing == NoToken && !p.opts.Enabled() && !p.opts.Strict():
		c = Caller{EORI: p.opts.EORI}
	case standing == Enrolled:
		c = p.holder(token)
	}
	if !p.opts.Enabled() {
		c.ClientID = r.Header.Get(ClientIDHeader)
	}
	return c
}

// holder says who holds a bearer token.
func (p *Platform) holder(token string) Caller {
	if p.opts.Issued != nil {
		if c, known, err := p.opts.Issued(token); known || err != nil {
			c.Err = err
			return c
		}
	}
	c := Caller{ClientID: ClientID(token)}
	if g, ok := p.opts.Tokens[token]; ok {
		c.EORI, c.Standing, c.Enrolment = g.EORI, g.Standing, g.Enrolment
		c.ClientID = cmp.Or(g.ClientID, c.ClientID)
		return c
	}
	if eoriPattern().MatchString(token) {
		c.EORI = token
		return c
	}
	if p.opts.Strict() {
		c.Standing = BadToken
		return c
	}
	c.EORI = p.opts.EORI
	return c
}

// Refuse says whether the platform turns the caller away at its door, and how.
func (p *Platform) Refuse(c Caller) (Refusal, bool) {
	if !p.opts.Enabled() {
		return Refusal{}, false
	}
	switch c.Standing {
	case NoToken:
		return MissingCredentials, true
	case BadToken, Expired:
		return InvalidCredentials, true
	case NoScope:
		return InvalidScope, true
	case NotSubscribed:
		return NotSubscribedToAPI, true
	}
	return Refusal{}, false
}

// TurnsAway says whether the platform keeps the caller from an endpoint, and how: by the token alone (Refuse), and then by
// its sort, the subscriptions of its application, and its scopes.
func (p *Platform) TurnsAway(c Caller, a Access) (Refusal, bool) {
	if a.Open {
		return Refusal{}, false
	}
	if refusal, refused := p.Refuse(c); refused || !p.opts.Enabled() || c.Token == FixedToken {
		return refusal, refused
	}
	switch {
	case a.UserRestricted && c.Token == ApplicationToken:
		return WrongTokenType, true
	case !a.subscribed(c.Subscriptions):
		return NotSubscribedToAPI, true
	case a.Scope != "" && !slices.Contains(c.Scopes, a.Scope):
		return InvalidScope, true
	}
	return Refusal{}, false
}

func (a Access) subscribed(to []string) bool {
	return len(to) == 0 || slices.ContainsFunc(a.Versions, func(v string) bool { return slices.Contains(to, a.Context+"/"+v) })
}

// NotFound answers for a path or method that no API has. There is no 405.
func (p *Platform) NotFound(r *http.Request) wire.Response {
	if !p.opts.Enabled() {
		return uriNotFound(r.URL.Path)
	}
	return ResourceNotFound.Response()
}

// Throttled counts a request and says whether its client has made too many (429, ThrottledOut). Requests
// without credentials belong to no client and are never throttled.
func (p *Platform) Throttled(c Caller) bool {
	if !p.opts.Enabled() || p.opts.RateLimit <= 0 || c.ClientID == "" {
		return false
	}
	return !p.limits.allow(c.ClientID)
}

// bearer takes the token out of the Authorization header. Standing is Enrolled when there is one.
func bearer(h http.Header) (token string, s Standing) {
	value := h.Get("Authorization")
	if value == "" {
		return "", NoToken
	}
	scheme, token, _ := strings.Cut(value, " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", BadToken
	}
	return token, Enrolled
}

// ClientOf is the application that holds a bearer token: the one that the token file names, else one of the token's own.
func (p *Platform) ClientOf(token string) string { return p.holder(token).ClientID }

// ClientID derives the application from its token: the same token always gives the same one, and the
// token cannot be read from it.
func ClientID(token string) string {
	sum := sha256.Sum256([]byte("client " + token))
	return hex.EncodeToString(sum[:14])
}
