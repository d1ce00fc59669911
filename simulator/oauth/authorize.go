package oauth

import (
	"context"
	"errors"
	"slices"

	"nctsim/simulator/application"
	"nctsim/simulator/store"
)

// Asked is what an application asks a person for.
type Asked struct {
	ClientID, RedirectURI, State, Challenge string
	Scopes                                  []string
}

// Ask remembers what an application asks for and returns the key under which a person decides.
func (s *Service) Ask(ctx context.Context, asked Asked) (key string, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		now := s.Clock.Now()
		if key, err = s.secret(tx, application.Request, asked.ClientID); err != nil {
			return err
		}
		return tx.PutCredential(application.Credential{
			Kind: application.Request, Digest: application.Digest(key), ClientID: asked.ClientID, RedirectURI: asked.RedirectURI,
			State: asked.State, Challenge: asked.Challenge, Scopes: asked.Scopes, Expires: now.Add(requestLife),
		}, now)
	})
	return key, err
}

// Asked is what is asked for under a key; the error wraps store.ErrNotFound if nothing is, any more.
func (s *Service) Asked(key string) (c application.Credential, err error) {
	return store.Read(s.Store.View, func(tx *store.Tx) (application.Credential, error) {
		return tx.Credential(application.Request, application.Digest(key), s.Clock.Now())
	})
}

// Grant ends what is asked for under a key with a code for the application, in the name of a user.
func (s *Service) Grant(ctx context.Context, key string, user application.TestUser) (code string, asked application.Credential, err error) {
	err = s.decide(ctx, key, func(tx *store.Tx, c application.Credential) error {
		asked = c
		code, err = s.code(tx, c, user)
		return err
	})
	return code, asked, err
}

// Deny ends what is asked for under a key with nothing.
func (s *Service) Deny(ctx context.Context, key string) (asked application.Credential, err error) {
	err = s.decide(ctx, key, func(_ *store.Tx, c application.Credential) error {
		asked = c
		return nil
	})
	return asked, err
}

func (s *Service) decide(ctx context.Context, key string, then func(*store.Tx, application.Credential) error) error {
	digest := application.Digest(key)
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Credential(application.Request, digest, s.Clock.Now())
		if err != nil {
			return err
		}
		if err := tx.DeleteCredential(application.Request, digest); err != nil {
			return err
		}
		return then(tx, c)
	})
}

// GrantAtOnce gives a code for the default EORI, without anybody being asked.
func (s *Service) GrantAtOnce(ctx context.Context, asked Asked) (code string, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		c := application.Credential{
			ClientID: asked.ClientID, RedirectURI: asked.RedirectURI, Challenge: asked.Challenge, Scopes: asked.Scopes,
		}
		code, err = s.code(tx, c, OfEORI(s.DefaultEORI))
		return err
	})
	return code, err
}

func (s *Service) code(tx *store.Tx, c application.Credential, user application.TestUser) (string, error) {
	now := s.Clock.Now()
	code, err := s.secret(tx, application.Code, c.ClientID)
	if err != nil {
		return "", err
	}
	c.Kind, c.Digest, c.State = application.Code, application.Digest(code), ""
	c.User, c.EORI, c.Services = user.ID, user.EORI, user.Services
	c.Granted, c.Expires = now, now.Add(codeLife)
	return code, tx.PutCredential(c, now)
}

// OfEORI is a user of whom nothing is known but an EORI; they are enrolled for transit.
func OfEORI(eori string) application.TestUser {
	return application.TestUser{EORI: eori, Services: []string{application.ServiceTraders}}
}

// ErrSignIn says that user id and password do not belong together.
var ErrSignIn = errors.New("the user id or the password is wrong")

// SignIn opens a session for a test user. The error is ErrSignIn, or the store's.
func (s *Service) SignIn(ctx context.Context, userID, password string) (session string, err error) {
	digest := application.Digest(password)
	return s.open(ctx, func(tx *store.Tx) (application.TestUser, error) {
		u, err := s.user(tx, userID)
		if errors.Is(err, store.ErrNotFound) || err == nil && u.Password != digest {
			return u, ErrSignIn
		}
		return u, err
	})
}

// SignInAs opens a session for a test user whom somebody has picked from the list. The error is ErrSignIn if they are gone.
func (s *Service) SignInAs(ctx context.Context, userID string) (session string, err error) {
	return s.open(ctx, func(tx *store.Tx) (application.TestUser, error) {
		u, err := s.user(tx, userID)
		if errors.Is(err, store.ErrNotFound) {
			err = ErrSignIn
		}
		return u, err
	})
}

// SignInWith opens a session for an EORI.
func (s *Service) SignInWith(ctx context.Context, eori string) (session string, err error) {
	return s.open(ctx, func(*store.Tx) (application.TestUser, error) { return OfEORI(eori), nil })
}

func (s *Service) open(ctx context.Context, who func(*store.Tx) (application.TestUser, error)) (session string, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		now := s.Clock.Now()
		u, err := who(tx)
		if err != nil {
			return err
		}
		if !u.Expires.IsZero() {
			u.Expires = now.Add(application.UserLife)
			if err := tx.PutTestUser(u); err != nil {
				return err
			}
		}
		if session, err = s.secret(tx, application.Session); err != nil {
			return err
		}
		return tx.PutCredential(application.Credential{
			Kind: application.Session, Digest: application.Digest(session), User: u.ID, EORI: u.EORI, Services: u.Services,
			Expires: now.Add(sessionLife),
		}, now)
	})
	return session, err
}

// user is a test user who has not vanished; otherwise the error wraps store.ErrNotFound.
func (s *Service) user(tx *store.Tx, id string) (application.TestUser, error) {
	u, err := tx.TestUser(id)
	if err == nil && !u.Expires.IsZero() && !s.Clock.Now().Before(u.Expires) {
		return application.TestUser{}, store.ErrNotFound
	}
	return u, err
}

// SignedIn is the user of a session; false if it has ended.
func (s *Service) SignedIn(session string) (u application.TestUser, ok bool, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		c, err := tx.Credential(application.Session, application.Digest(session), s.Clock.Now())
		u = application.TestUser{ID: c.User, EORI: c.EORI, Services: c.Services}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return u, false, nil
	}
	return u, err == nil, err
}

// Anonymous is a key for somebody who has not signed in, so that the forms that they are shown can be told from others'.
func (s *Service) Anonymous(ctx context.Context) (key string, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		key, err = s.secret(tx, application.Session, "anonymous")
		return err
	})
	return key, err
}

// FormKey is what a form must come back with that was shown to whoever has a session.
func (s *Service) FormKey(session string) string {
	return s.Source.Stream("oauth form", session).Hex(secretDigits)
}

// Users are the test users who have not vanished, in the order of their ids.
func (s *Service) Users() (users []application.TestUser, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		users, err = tx.TestUsers()
		return err
	})
	now := s.Clock.Now()
	return slices.DeleteFunc(users, func(u application.TestUser) bool { return !u.Expires.IsZero() && !now.Before(u.Expires) }), err
}
