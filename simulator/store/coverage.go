package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

const (
	// covered is followed by the name of what was met; the value is how often.
	covered = "covered "
	// coveredSince has the moment since when that is counted.
	coveredSince = "since when covered"
)

// PutCovered stores how often something was met; what is stored already is not written again.
func (tx *Tx) PutCovered(name string, n uint64) error {
	return tx.putChanged(covered+name, numberKey(n))
}

// PutCoveredSince stores since when it is counted.
func (tx *Tx) PutCoveredSince(t time.Time) error {
	return tx.putChanged(coveredSince, numberKey(uint64(t.UnixNano())))
}

func (tx *Tx) putChanged(key string, v []byte) error {
	if bytes.Equal(tx.get(counterBucket, []byte(key)), v) {
		return nil
	}
	return tx.put(counterBucket, []byte(key), v)
}

// Covered gives what was met, with how often, and returns since when; zero if nothing is stored.
func (tx *Tx) Covered(each func(name string, n uint64)) (since time.Time, err error) {
	if v := tx.get(counterBucket, []byte(coveredSince)); len(v) == numberSize {
		since = time.Unix(0, int64(binary.BigEndian.Uint64(v))).UTC()
	}
	c := tx.bucket(counterBucket).Cursor()
	for k, v := c.Seek([]byte(covered)); bytes.HasPrefix(k, []byte(covered)); k, v = c.Next() {
		if len(v) != numberSize {
			return since, fmt.Errorf("%w: %q", ErrDamaged, k)
		}
		each(string(k[len(covered):]), binary.BigEndian.Uint64(v))
	}
	return since, nil
}

// ForgetCovered removes what was met.
func (tx *Tx) ForgetCovered() error {
	var keys [][]byte
	c := tx.bucket(counterBucket).Cursor()
	for k, _ := c.Seek([]byte(covered)); bytes.HasPrefix(k, []byte(covered)); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		if err := tx.delete(counterBucket, k); err != nil {
			return err
		}
	}
	return nil
}

// Rider has a few things to write, for which no commit of their own is worth its while: they go with the next one of others.
type Rider interface {
	// Ride writes them into a transaction that has changed something. It is called again when that cannot be committed.
	Ride(tx *Tx) error
	// Arrived is told that the transaction is committed.
	Arrived()
}

// Carry lets a rider go with all further commits; it belongs to the writer, and must not wait for anything. It may be called once, before
// the first update.
func (s *Store) Carry(r Rider) { s.rider.Store(&r) }
