package store

import (
	"bytes"
	"fmt"
	"time"

	"nctsim/simulator/application"
	"nctsim/simulator/movement"
)

// lasting is a bucket whose records are forgotten when their time is over: a key of the letter endLetter leads from the time at which that
// is to each of them.
type lasting struct {
	bucket bucket
	// end is when a record is forgotten; zero for never.
	end func(key, record []byte) (time.Time, error)
}

const endLetter = 'x'

// The buckets of that kind: who may call, and balance enquiries with their locks.
var (
	access    = lasting{accessBucket, endOfAccess}
	enquiries = lasting{enquiryBucket, endOfEnquiry}
)

// mostSwept is how many records whose time is over one writer takes away at most.
const mostSwept = 64

// endKey leads from the time at which something is forgotten to its key.
func endKey(end time.Time, key []byte) []byte {
	return append(appendTime([]byte{endLetter}, millisOf(end)), key...)
}

// put keeps a record in place of what the key has had so far.
func (l lasting) put(tx *Tx, end time.Time, key, record []byte) error {
	if tx.get(l.bucket, key) != nil {
		if err := l.delete(tx, key); err != nil {
			return err
		}
	}
	if !end.IsZero() {
		if err := tx.put(l.bucket, endKey(end, key), nil); err != nil {
			return err
		}
	}
	return tx.put(l.bucket, key, record)
}

// delete takes a record away, with the key that leads to it.
func (l lasting) delete(tx *Tx, key []byte) error {
	end, err := l.end(key, tx.get(l.bucket, key))
	if err != nil {
		return err
	}
	if !end.IsZero() {
		if err := tx.delete(l.bucket, endKey(end, key)); err != nil {
			return err
		}
	}
	return tx.delete(l.bucket, key)
}

// sweep takes away what is worth nothing any more at a time, the oldest first.
func (l lasting) sweep(tx *Tx, now time.Time) error {
	var ends [][]byte
	for k := range tx.under(l.bucket, []byte{endLetter}) {
		if len(ends) == mostSwept || len(k) <= 1+timeSize || timeAt(k[1:]) > millisOf(now) {
			break
		}
		ends = append(ends, bytes.Clone(k))
	}
	for _, end := range ends {
		if err := tx.delete(l.bucket, end[1+timeSize:]); err != nil {
			return err
		}
		if err := tx.delete(l.bucket, end); err != nil {
			return err
		}
	}
	return nil
}

// check makes sure that every record is forgotten when it says so, and nothing else is; what names the records.
func (l lasting) check(c *checker, what string) error {
	ends := 0
	err := c.each(l.bucket, func(k, v []byte) error {
		if k[0] == endLetter {
			ends++
			return nil
		}
		end, err := l.end(k, v)
		if err != nil || end.IsZero() {
			return err
		}
		if c.tx.get(l.bucket, endKey(end, k)) == nil {
			return fmt.Errorf("it is never forgotten")
		}
		ends--
		return nil
	})
	if err == nil && ends != 0 {
		err = fmt.Errorf("%d %s are to be forgotten that are not there", ends, what)
	}
	return err
}

// endOfAccess is when what is known of somebody who may call is forgotten.
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

// endOfEnquiry is when a balance enquiry or a lock is forgotten.
func endOfEnquiry(key, value []byte) (time.Time, error) {
	switch key[0] {
	case enquiryRecord:
		e, err := decodeRecord[movement.Enquiry]("balance enquiry", value)
		return e.Forgotten, err
	case enquiryLock:
		return timeAt(value).time(), nil
	}
	return time.Time{}, fmt.Errorf("its letter is unknown")
}
