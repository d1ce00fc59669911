// Package oauth is the authorisation server of HMRC's platform (docs/spec/oauth-and-test-users.md#1): it knows applications
// and test users, gives out codes and tokens, and says what a token is worth. What it knows is in the store; lifetimes are
// counted on the simulator's clock.
package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"nctsim/simulator/application"
	"nctsim/simulator/clock"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
)

// Lifetimes (docs/spec/oauth-and-test-users.md#1-3 and #1-4).
const (
	// TokenLife is how long an access token is good for at HMRC.
	TokenLife = 4 * time.Hour
	codeLife  = 10 * time.Minute
	// requestLife is how long a person may take to sign in and decide, sessionLife how long they stay signed in.
	requestLife = time.Hour
	sessionLife = 8 * time.Hour
)

// grantLife is when a grant ends, however often its tokens were refreshed: 18 months after it was given.
func grantLife(granted time.Time) time.Time { return granted.AddDate(0, 18, 0) }

// Config is what a service is made of.
type Config struct {
	Store  *store.Store
	Clock  *clock.Clock
	Source clock.Source
	Settings
	// Strict takes registered applications alone; otherwise an unknown one is registered on sight, with any secret and any
	// redirect URI.
	Strict bool
	// DefaultEORI is for whom authority is granted where no person is asked.
	DefaultEORI string
}

// Settings of the authorisation server.
type Settings struct {
	// OAuth is ask (a person signs in and grants authority) or auto (authority is granted at once). "" is ask.
	OAuth string
	// TokenLifetime is how long an access token is good for, on the simulator's clock; 0 means TokenLife.
	TokenLifetime time.Duration
}

// Values of Settings.OAuth.
const (
	Ask  = "ask"
	Auto = "auto"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return setting.List{
		setting.Word(&s.OAuth, "oauth", Ask, "`MODE` of authority: ask lets a person sign in and grant it, auto grants it at once for --eori", Ask, Auto),
		setting.Duration(&s.TokenLifetime, "token-lifetime", TokenLife, "`DURATION` for which an access token is good, on the simulator's clock", checkLifetime),
	}
}

func checkLifetime(d time.Duration) error {
	if d >= time.Second {
		return nil
	}
	return fmt.Errorf("%v is less than a second; hint: 4h is HMRC's", d)
}

// Service is the authorisation server. It is safe for concurrent use.
type Service struct{ Config }

// New makes a service.
func New(c Config) *Service {
	c.TokenLifetime = cmp.Or(c.TokenLifetime, TokenLife)
	return &Service{c}
}

// checked is how many digits at the end of a token follow from those before it, so that a token of this simulator is known as
// one even when nothing is remembered of it any more.
const checked = 8

// secret makes a new token, code or key of 32 hexadecimal digits.
func (s *Service) secret(tx *store.Tx, kind application.Kind, names ...string) (string, error) {
	n, err := tx.NextSecret()
	if err != nil {
		return "", err
	}
	names = append([]string{"oauth", string(kind), strconv.FormatUint(n, 10)}, names...)
	first := s.Source.Stream(names...).Hex(secretDigits - checked)
	return first + s.check(kind, first), nil
}

const secretDigits = 32

func (s *Service) check(kind application.Kind, first string) string {
	return s.Source.Stream("oauth check", string(kind), first).Hex(checked)
}

// own reports whether a text is, or was, a secret made here.
func (s *Service) own(kind application.Kind, secret string) bool {
	return len(secret) == secretDigits && s.check(kind, secret[:secretDigits-checked]) == secret[secretDigits-checked:]
}

// Holder is what an access token stands for.
type Holder struct {
	application.Credential
	Subscriptions []string
}

// Token says what an access token stands for. own is false for a token that was not made here, which may stand for something
// elsewhere; valid is false for one that is worth nothing any more.
func (s *Service) Token(token string) (h Holder, own, valid bool, err error) {
	if !looksIssued(token) {
		return Holder{}, false, false, nil
	}
	issued := s.own(application.Access, token)
	err = s.Store.View(func(tx *store.Tx) error {
		if !issued {
			return s.serverToken(tx, token, &h)
		}
		c, err := tx.Credential(application.Access, application.Digest(token), s.Clock.Now())
		if err != nil {
			return err
		}
		a, err := s.known(tx, c.ClientID)
		h = Holder{c, a.Subscriptions}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return Holder{}, issued, false, nil
	}
	valid = err == nil && h.ClientID != ""
	return h, issued || valid, valid, err
}

// looksIssued reports whether a token has the form of those that HMRC gives out; no other one is looked up.
func looksIssued(token string) bool {
	if len(token) != secretDigits {
		return false
	}
	for _, c := range token {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// serverToken finds the application that a fixed token belongs to.
func (s *Service) serverToken(tx *store.Tx, token string, h *Holder) error {
	tx.LeaveOutDamaged()
	all, err := tx.Applications()
	digest := application.Digest(token)
	for _, a := range all {
		if a.ServerToken == digest {
			*h = Holder{application.Credential{Kind: application.Access, ClientID: a.ClientID, Application: true}, a.Subscriptions}
		}
	}
	return err
}

// Application is the application of a client id: one that is registered, or, unless the service is strict, one that is
// registered now. Otherwise the error wraps store.ErrNotFound.
func (s *Service) Application(ctx context.Context, clientID string) (a application.Application, err error) {
	a, err = store.Read(s.Store.View, func(tx *store.Tx) (application.Application, error) { return s.known(tx, clientID) })
	if !errors.Is(err, store.ErrNotFound) || s.Strict || !application.ValidClientID(clientID) {
		return a, err
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		if a, err = tx.Application(clientID); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		a = application.Application{ClientID: clientID, OnSight: true}
		return tx.PutApplication(a)
	})
	return a, err
}

// known is the application of a client id. A strict service does not know those that were registered on sight before.
func (s *Service) known(tx *store.Tx, clientID string) (application.Application, error) {
	a, err := tx.Application(clientID)
	if err == nil && a.OnSight && s.Strict {
		return application.Application{}, store.ErrNotFound
	}
	return a, err
}

// Issued is what an application is given for a code, a refresh token or its own credentials.
type Issued struct {
	AccessToken, RefreshToken string
	Expires                   time.Duration
	Scope                     string
}

// issue makes an access token of what is granted and, for a user's grant, a refresh token.
func (s *Service) issue(tx *store.Tx, c application.Credential) (Issued, error) {
	now := s.Clock.Now()
	out := Issued{Expires: s.TokenLifetime, Scope: c.Scope()}
	var err error
	if out.AccessToken, err = s.secret(tx, application.Access, c.ClientID); err != nil {
		return out, err
	}
	c.RedirectURI, c.State, c.Challenge, c.Pair = "", "", "", ""
	c.Kind, c.Digest, c.Expires = application.Access, application.Digest(out.AccessToken), now.Add(s.TokenLifetime)
	if err := tx.PutCredential(c, now); err != nil || c.Application {
		return out, err
	}
	if out.RefreshToken, err = s.secret(tx, application.Refresh, c.ClientID); err != nil {
		return out, err
	}
	c.Kind, c.Pair, c.Digest, c.Expires = application.Refresh, c.Digest, application.Digest(out.RefreshToken), grantLife(c.Granted)
	return out, tx.PutCredential(c, now)
}

// Refusals of an exchange that depend on what is stored.
var (
	ErrCode      = errors.New("the code is unknown, used, expired or another application's")
	ErrRedirect  = errors.New("the redirect URI is not the one of the code")
	ErrNoProof   = errors.New("the code needs a code verifier")
	ErrProof     = errors.New("the code was asked for without a challenge")
	ErrProofForm = errors.New("the code verifier is malformed")
	ErrBadProof  = errors.New("the code verifier does not fit the challenge")
	ErrRefresh   = errors.New("the refresh token is unknown, used, expired, revoked or another application's")
)

// Exchange gives tokens for a code, which is good for one exchange. The error is one of the refusals above, or the store's.
func (s *Service) Exchange(ctx context.Context, a application.Application, code, redirectURI, verifier string) (out Issued, err error) {
	digest := application.Digest(code)
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Credential(application.Code, digest, s.Clock.Now())
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && c.ClientID != a.ClientID:
			return ErrCode
		case err != nil:
			return err
		case c.RedirectURI != redirectURI:
			return ErrRedirect
		}
		if err := proof(c.Challenge, verifier); err != nil {
			return err
		}
		if err := tx.DeleteCredential(application.Code, digest); err != nil {
			return err
		}
		out, err = s.issue(tx, c)
		return err
	})
	return out, err
}

func proof(challenge, verifier string) error {
	switch {
	case challenge == "" && verifier != "":
		return ErrProof
	case challenge == "":
		return nil
	case verifier == "":
		return ErrNoProof
	case !application.ValidVerifier(verifier):
		return ErrProofForm
	case !application.Proves(verifier, challenge):
		return ErrBadProof
	}
	return nil
}

// Refresh gives new tokens for a refresh token, which is good for one refresh; the access token that it came with is worth
// nothing from then on. The error is ErrRefresh, or the store's.
func (s *Service) Refresh(ctx context.Context, a application.Application, token string) (out Issued, err error) {
	digest := application.Digest(token)
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Credential(application.Refresh, digest, s.Clock.Now())
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && c.ClientID != a.ClientID:
			return ErrRefresh
		case err != nil:
			return err
		}
		if err := tx.DeleteCredential(application.Refresh, digest); err != nil {
			return err
		}
		if err := tx.DeleteCredential(application.Access, c.Pair); err != nil {
			return err
		}
		out, err = s.issue(tx, c)
		return err
	})
	return out, err
}

// OfApplication gives an application a token of its own.
func (s *Service) OfApplication(ctx context.Context, a application.Application, scopes []string) (out Issued, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		out, err = s.issue(tx, application.Credential{ClientID: a.ClientID, Application: true, Scopes: scopes})
		return err
	})
	return out, err
}

// Revoke ends tokens of a client, or of all clients if clientID is "": all of them, or only access tokens, as if their time
// were over. It returns how many.
func (s *Service) Revoke(ctx context.Context, clientID string, accessOnly bool) (revoked int, err error) {
	kinds := []application.Kind{application.Access}
	if !accessOnly {
		kinds = append(kinds, application.Refresh, application.Code)
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		if clientID != "" {
			if _, err := tx.Application(clientID); err != nil {
				return err
			}
		}
		revoked, err = tx.DeleteCredentials(clientID, kinds...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("revoke tokens: %w", err)
	}
	return revoked, nil
}
