package store

import (
	"bytes"
	"fmt"
	"time"

	"nctsim/simulator/application"
)

// Keys of the bucket of those who may call begin with what they are of; those of credentials with the letter of their kind.
const (
	applicationRecord = 'A'
	userRecord        = 'U'
	accessEnd         = 'x'
)

// sweptAccess is how many credentials and users whose time is over one writer takes away at most.
const sweptAccess = 64

func applicationKey(clientID string) []byte { return append([]byte{applicationRecord}, clientID...) }

func userKey(id string) []byte { return append([]byte{userRecord}, id...) }

func credentialKey(k application.Kind, digest string) []byte { return append([]byte(k), digest...) }

// accessEndKey leads from the time at which something is forgotten to its key.
func accessEndKey(end millis, key []byte) []byte {
	return append(appendTime([]byte{accessEnd}, end), key...)
}

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
	return listAccess[application.Application](tx, "application", applicationRecord)
}

// listAccess decodes all records of one letter.
func listAccess[T any](tx *Tx, what string, letter byte) (all []T, err error) {
	c := tx.bucket(accessBucket).Cursor()
	for k, v := c.Seek([]byte{letter}); len(k) > 0 && k[0] == letter; k, v = c.Next() {
		one, err := decodeRecord[T](what, v)
		if err == nil {
			all = append(all, one)
		} else if err := tx.leaveOut(what, 0, k, err); err != nil {
			return nil, err
		}
	}
	return all, nil
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
	return tx.putAccess(u.Expires, userKey(u.ID), record)
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
	return listAccess[application.TestUser](tx, "test user", userRecord)
}

// DeleteTestUser forgets a test user. What they have granted stays until it is revoked or its time is over. The error wraps
// ErrNotFound when there is none.
func (tx *Tx) DeleteTestUser(id string) error {
	if _, err := tx.TestUser(id); err != nil {
		return err
	}
	return tx.deleteAccess(userKey(id))
}

// PutCredential stores a credential until its time is over. At that occasion others whose time is over at now are taken away.
func (tx *Tx) PutCredential(c application.Credential, now time.Time) error {
	if len(c.Kind) != 1 || c.Digest == "" || c.Expires.IsZero() {
		return fmt.Errorf("store credential: it has no kind, no digest or no end")
	}
	if err := tx.sweepAccess(millisOf(now)); err != nil {
		return err
	}
	record, err := encodeRecord(512, &c)
	if err != nil {
		return err
	}
	return tx.putAccess(c.Expires, credentialKey(c.Kind, c.Digest), record)
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
	return tx.deleteAccess(key)
}

// DeleteCredentials forgets the credentials of some kinds of a client, or of everybody if clientID is "", and returns how many.
func (tx *Tx) DeleteCredentials(clientID string, kinds ...application.Kind) (deleted int, err error) {
	for _, kind := range kinds {
		all, err := listAccess[application.Credential](tx, "credential", kind[0])
		if err != nil {
			return deleted, err
		}
		for _, c := range all {
			if clientID != "" && c.ClientID != clientID {
				continue
			}
			if err := tx.deleteAccess(credentialKey(c.Kind, c.Digest)); err != nil {
				return deleted, err
			}
			deleted++
		}
	}
	return deleted, nil
}

// endOfAccess is when a record is forgotten; zero for never.
func endOfAccess(key, record []byte) (time.Time, error) {
	switch key[0] {
	case applicationRecord:
		_, err := decodeRecord[application.Application]("application", record)
		return time.Time{}, err
	case userRecord:
		u, err := decodeRecord[application.TestUser]("test user", record)
		return u.Expires, err
	}
	c, err := decodeRecord[application.Credential]("credential", record)
	if err == nil && string(c.Kind) != string(key[:1]) {
		err = fmt.Errorf("%w: its letter is unknown", ErrDamaged)
	}
	return c.Expires, err
}

// putAccess keeps a record in place of what the key has had so far.
func (tx *Tx) putAccess(end time.Time, key, record []byte) error {
	if tx.get(accessBucket, key) != nil {
		if err := tx.deleteAccess(key); err != nil {
			return err
		}
	}
	if !end.IsZero() {
		if err := tx.put(accessBucket, accessEndKey(millisOf(end), key), nil); err != nil {
			return err
		}
	}
	return tx.put(accessBucket, key, record)
}

// deleteAccess takes a record away, with the key that leads to it.
func (tx *Tx) deleteAccess(key []byte) error {
	end, err := endOfAccess(key, tx.get(accessBucket, key))
	if err != nil {
		return err
	}
	if !end.IsZero() {
		if err := tx.delete(accessBucket, accessEndKey(millisOf(end), key)); err != nil {
			return err
		}
	}
	return tx.delete(accessBucket, key)
}

// sweepAccess takes away what is worth nothing any more at a time, the oldest first.
func (tx *Tx) sweepAccess(now millis) error {
	var ends [][]byte
	c := tx.bucket(accessBucket).Cursor()
	for k, _ := c.Seek([]byte{accessEnd}); len(k) > 1+timeSize && k[0] == accessEnd && len(ends) < sweptAccess && timeAt(k[1:]) <= now; k, _ = c.Next() {
		ends = append(ends, bytes.Clone(k))
	}
	for _, end := range ends {
		if err := tx.delete(accessBucket, end[1+timeSize:]); err != nil {
			return err
		}
		if err := tx.delete(accessBucket, end); err != nil {
			return err
		}
	}
	return nil
}
