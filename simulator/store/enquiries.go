package store

import (
	"fmt"
	"time"

	"nctsim/simulator/movement"
)

// Keys of the bucket of balance enquiries begin with what they are of.
const (
	enquiryRecord = 'e'
	enquiryLock   = 'l'
)

func enquiryKey(id string) []byte { return append([]byte{enquiryRecord}, id...) }

func lockKey(user, grn string) []byte { return append(appendText([]byte{enquiryLock}, user), grn...) }

// PutEnquiry keeps a balance enquiry until its time is over. At that occasion others whose time is over are taken away.
func (tx *Tx) PutEnquiry(e movement.Enquiry) error {
	if e.ID == "" {
		return fmt.Errorf("store balance enquiry: it has no id")
	}
	if err := checkText("id of the balance enquiry", e.ID); err != nil {
		return err
	}
	if err := enquiries.sweep(tx, e.Requested); err != nil {
		return err
	}
	record, err := encodeRecord(1024, &e)
	if err != nil {
		return err
	}
	return enquiries.put(tx, e.Forgotten, enquiryKey(e.ID), record)
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
	if err := enquiries.sweep(tx, now); err != nil {
		return false, err
	}
	key := lockKey(user, grn)
	if v := tx.get(enquiryBucket, key); v != nil {
		if left := timeAt(v).time().Sub(now); left > 0 && left <= while {
			return false, nil
		}
	}
	end := now.Add(while)
	return true, enquiries.put(tx, end, key, appendTime(nil, millisOf(end)))
}
