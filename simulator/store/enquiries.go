package store

import (
	"bytes"
	"fmt"
	"time"

	"nctsim/simulator/movement"
)

// Keys of the bucket of balance enquiries begin with what they are of.
const (
	enquiryRecord = 'e'
	enquiryLock   = 'l'
	enquiryEnd    = 'x'
)

// sweptEnquiries is how many enquiries and locks whose time is over one writer takes away at most.
const sweptEnquiries = 64

func enquiryKey(id string) []byte { return append([]byte{enquiryRecord}, id...) }

func lockKey(user, grn string) []byte { return append(appendText([]byte{enquiryLock}, user), grn...) }

// endKey leads from the time at which something is forgotten to its key.
func endKey(end millis, key []byte) []byte {
	return append(appendTime([]byte{enquiryEnd}, end), key...)
}

// endOf is when an enquiry or a lock is forgotten.
func endOf(key, value []byte) (millis, error) {
	switch key[0] {
	case enquiryRecord:
		e, err := decodeRecord[movement.Enquiry]("balance enquiry", value)
		return millisOf(e.Forgotten), err
	case enquiryLock:
		return timeAt(value), nil
	}
	return 0, fmt.Errorf("its letter is unknown")
}

// PutEnquiry keeps a balance enquiry until its time is over. At that occasion others whose time is over are taken away.
func (tx *Tx) PutEnquiry(e movement.Enquiry) error {
	if e.ID == "" {
		return fmt.Errorf("store balance enquiry: it has no id")
	}
	if err := checkText("id of the balance enquiry", e.ID); err != nil {
		return err
	}
	if err := tx.sweepEnquiries(millisOf(e.Requested)); err != nil {
		return err
	}
	record, err := encodeRecord(1024, &e)
	if err != nil {
		return err
	}
	return tx.putUntil(millisOf(e.Forgotten), enquiryKey(e.ID), record)
}

// Enquiry returns a balance enquiry that is remembered at a time; otherwise the error wraps ErrNotFound.
func (tx *Tx) Enquiry(id string, now time.Time) (movement.Enquiry, error) {
	record := tx.get(enquiryBucket, enquiryKey(id))
	if record == nil {
		return movement.Enquiry{}, fmt.Errorf("balance enquiry %s: %w", id, ErrNotFound)
	}
	e, err := decodeRecord[movement.Enquiry]("balance enquiry", record)
	if err == nil && !now.Before(e.Forgotten) {
		return movement.Enquiry{}, fmt.Errorf("balance enquiry %s: %w", id, ErrNotFound)
	}
	return e, err
}

// LockGuarantee keeps a user from asking about a guarantee again for a while, and reports whether he could now: a lock that
// is there already stays as it is. A lock of more than that while ahead is one of another clock and counts for nothing.
func (tx *Tx) LockGuarantee(user, grn string, now time.Time, while time.Duration) (free bool, err error) {
	if err := checkText("user", user); err != nil {
		return false, err
	}
	if err := checkText("GRN", grn); err != nil {
		return false, err
	}
	if err := tx.sweepEnquiries(millisOf(now)); err != nil {
		return false, err
	}
	key := lockKey(user, grn)
	if v := tx.get(enquiryBucket, key); v != nil {
		if left := timeAt(v).time().Sub(now); left > 0 && left <= while {
			return false, nil
		}
	}
	end := millisOf(now.Add(while))
	return true, tx.putUntil(end, key, appendTime(nil, end))
}

// putUntil keeps something in place of what the key has had so far.
func (tx *Tx) putUntil(end millis, key, value []byte) error {
	if old := tx.get(enquiryBucket, key); old != nil {
		before, err := endOf(key, old)
		if err != nil {
			return err
		}
		if err := tx.delete(enquiryBucket, endKey(before, key)); err != nil {
			return err
		}
	}
	if err := tx.put(enquiryBucket, endKey(end, key), nil); err != nil {
		return err
	}
	return tx.put(enquiryBucket, key, value)
}

// sweepEnquiries takes away what nobody remembers at a time, the oldest first.
func (tx *Tx) sweepEnquiries(now millis) error {
	var ends [][]byte
	c := tx.bucket(enquiryBucket).Cursor()
	for k, _ := c.Seek([]byte{enquiryEnd}); len(k) > timeSize && len(ends) < sweptEnquiries && timeAt(k[1:]) <= now; k, _ = c.Next() {
		ends = append(ends, bytes.Clone(k))
	}
	for _, end := range ends {
		if err := tx.delete(enquiryBucket, end[1+timeSize:]); err != nil {
			return err
		}
		if err := tx.delete(enquiryBucket, end); err != nil {
			return err
		}
	}
	return nil
}
