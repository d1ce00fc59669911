package store

import (
	"fmt"
	"time"

	"nctsim/simulator/application"
)

// Keys of the bucket of those who may call begin with what they are of; those of credentials with the letter of their kind.
const (
	applicationRecord = 'A'
	userRecord        = 'U'
)

func applicationKey(clientID string) []byte { return append([]byte{applicationRecord}, clientID...) }

func userKey(id string) []byte { return append([]byte{userRecord}, id...) }

func credentialKey(k application.Kind, digest string) []byte { return append([]byte(k), digest...) }

// NextSecret returns 1, 2, 3, … for what is made for applications and users, also after the store was opened again. Unlike
// those of [Tx.Counter] the numbers go on after a reset, as what was made with them does.
func (tx *Tx) NextSecret() (uint64, error) { return tx.next(accessBucket) }

// PutApplication stores an application, or replaces the one of the same client id.
func (tx *Tx) PutApplication(a application.Application) error {
	if !application.ValidClientID(a.ClientID) {
		return fmt.Errorf("store application: %q cannot be a client id", a.ClientID)
	}
	record, err := encodeRecord(512, &a)
	if err != nil {
		return err
	}
	return tx.put(accessBucket, applicationKey(a.ClientID), record)
}

// Application returns the application of a client id; the error wraps ErrNotFound when there is none.
func (tx *Tx) Application(clientID string) (application.Application, error) {
	record := tx.get(accessBucket, applicationKey(clientID))
	if record == nil {
		return application.Application{}, fmt.Errorf("application: %w", ErrNotFound)
	}
	return decodeRecord[application.Application]("application", record)
}

// Applications returns all applications in the order of their client ids.
func (tx *Tx) Applications() ([]application.Application, error) {
	return decoded(tx, accessBucket, []byte{applicationRecord}, "application", 0, decodeRecord[application.Application])
}

// DeleteApplication forgets an application with all its credentials; the error wraps ErrNotFound when there is none.
func (tx *Tx) DeleteApplication(clientID string) error {
	if _, err := tx.Application(clientID); err != nil {
		return err
	}
	if _, err := tx.DeleteCredentials(clientID, application.Kinds...); err != nil {
		return err
	}
	return tx.delete(accessBucket, applicationKey(clientID))
}

// PutTestUser stores a test user, or replaces the one of the same id.
func (tx *Tx) PutTestUser(u application.TestUser) error {
	if u.ID == "" {
		return fmt.Errorf("store test user: they have no id")
	}
	if err := checkText("id of the test user", u.ID); err != nil {
		return err
	}
	record, err := encodeRecord(256, &u)
	if err != nil {
		return err
	}
	return access.put(tx, u.Expires, userKey(u.ID), record)
}

// TestUser returns the test user of an id; the error wraps ErrNotFound when there is none.
func (tx *Tx) TestUser(id string) (application.TestUser, error) {
	record := tx.get(accessBucket, userKey(id))
	if record == nil {
		return application.TestUser{}, fmt.Errorf("test user: %w", ErrNotFound)
	}
	return decodeRecord[application.TestUser]("test user", record)
}

// TestUsers returns all test users in the order of their ids.
func (tx *Tx) TestUsers() ([]application.TestUser, error) {
	return decoded(tx, accessBucket, []byte{userRecord}, "test user", 0, decodeRecord[application.TestUser])
}

// DeleteTestUser forgets a test user. What they have granted stays until it is revoked or its time is over. The error wraps
// ErrNotFound when there is none.
func (tx *Tx) DeleteTestUser(id string) error {
	if _, err := tx.TestUser(id); err != nil {
		return err
	}
	return access.delete(tx, userKey(id))
}

// PutCredential stores a credential until its time is over. At that occasion others whose time is over at now are taken away.
func (tx *Tx) PutCredential(c application.Credential, now time.Time) error {
	if len(c.Kind) != 1 || c.Digest == "" || c.Expires.IsZero() {
		return fmt.Errorf("store credential: it has no kind, no digest or no end")
	}
	if err := access.sweep(tx, now); err != nil {
		return err
	}
	record, err := encodeRecord(512, &c)
	if err != nil {
		return err
	}
	return access.put(tx, c.Expires, credentialKey(c.Kind, c.Digest), record)
}

// Credential returns the credential of a kind and digest that is worth something at a time; otherwise the error wraps
// ErrNotFound.
func (tx *Tx) Credential(k application.Kind, digest string, now time.Time) (application.Credential, error) {
	record := tx.get(accessBucket, credentialKey(k, digest))
	if record == nil {
		return application.Credential{}, fmt.Errorf("credential: %w", ErrNotFound)
	}
	c, err := decodeRecord[application.Credential]("credential", record)
	if err == nil && !now.Before(c.Expires) {
		return application.Credential{}, fmt.Errorf("credential: %w", ErrNotFound)
	}
	return c, err
}

// DeleteCredential forgets a credential; one that is not there is as good as forgotten.
func (tx *Tx) DeleteCredential(k application.Kind, digest string) error {
	key := credentialKey(k, digest)
	if tx.get(accessBucket, key) == nil {
		return nil
	}
	return access.delete(tx, key)
}

// DeleteCredentials forgets the credentials of some kinds of a client, or of everybody if clientID is "", and returns how many.
func (tx *Tx) DeleteCredentials(clientID string, kinds ...application.Kind) (deleted int, err error) {
	for _, kind := range kinds {
		all, err := decoded(tx, accessBucket, []byte{kind[0]}, "credential", 0, decodeRecord[application.Credential])
		if err != nil {
			return deleted, err
		}
		for _, c := range all {
			if clientID != "" && c.ClientID != clientID {
				continue
			}
			if err := access.delete(tx, credentialKey(c.Kind, c.Digest)); err != nil {
				return deleted, err
			}
			deleted++
		}
	}
	return deleted, nil
}
