package store

import (
	"bytes"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"
)

// Tx is what a function given to Update or View works on. It belongs to that function's goroutine and
// ends with it. In a View all methods that write return an error.
type Tx struct {
	bolt    *bbolt.Tx
	buckets [bucketCount]*bbolt.Bucket

	// tolerant lets lists leave out damaged records, leftOut are those, and onDamage is told of each.
	tolerant bool
	leftOut  []Damaged
	onDamage func(key string, d Damaged)
	passOver func(id string) bool

	// A Tx of Update is shared by its group.

	// changes counts what was written, so that a function that failed before it wrote anything does
	// not cost its group another run.
	changes int
	// written is how many bytes of keys and values.
	written int
	// numbers are those looked up already.
	numbers map[string]number
	// counted is how much each tally has changed; they are written once, at the end.
	counted map[string]int64
	// emptied is the size of what Reset forgot; 0 when it was not called.
	emptied int64
	// frees says that a movement or a box was deleted, so that there is more room than before.
	frees bool
}

// makesRoom reports whether there is more room than before: something was deleted, or everything.
func (tx *Tx) makesRoom() bool { return tx.frees || tx.emptied > 0 }

func newTx(bolt *bbolt.Tx) *Tx { return &Tx{bolt: bolt} }

func (tx *Tx) bucket(b bucket) *bbolt.Bucket {
	if tx.buckets[b] == nil {
		tx.buckets[b] = tx.bolt.Bucket([]byte(bucketNames[b]))
		if fill := fillPercents[b]; fill > 0 {
			tx.buckets[b].FillPercent = fill
		}
	}
	return tx.buckets[b]
}

func (tx *Tx) get(b bucket, key []byte) []byte { return tx.bucket(b).Get(key) }

// put keeps key and value until the end of the transaction: neither may be changed afterwards.
func (tx *Tx) put(b bucket, key, value []byte) error {
	tx.changes++
	tx.written += len(key) + len(value)
	if err := tx.bucket(b).Put(key, value); err != nil {
		return fmt.Errorf("write to bucket %s: %w", b, err)
	}
	return nil
}

func (tx *Tx) delete(b bucket, key []byte) error {
	tx.changes++
	if err := tx.bucket(b).Delete(key); err != nil {
		return fmt.Errorf("delete from bucket %s: %w", b, err)
	}
	return nil
}

// next is the bucket's next number, from 1 on.
func (tx *Tx) next(b bucket) (uint64, error) {
	tx.changes++
	n, err := tx.bucket(b).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("number in bucket %s: %w", b, err)
	}
	return n, nil
}

// under is what a bucket has under keys that begin in the same way, in the order of the keys. Nothing of the bucket may be changed
// meanwhile.
func (tx *Tx) under(b bucket, prefix []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := tx.bucket(b).Cursor()
		for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix) && yield(k, v); k, v = c.Next() {
		}
	}
}

// decoded are the records of a bucket under keys that begin in the same way. what names their sort, and of is the movement that they belong to, 0
// for none, where one cannot be read and is left out.
func decoded[T any](tx *Tx, b bucket, prefix []byte, what string, of number, decode func(what string, record []byte) (T, error)) (all []T, err error) {
	for k, v := range tx.under(b, prefix) {
		one, err := decode(what, v)
		if err == nil {
			all = append(all, one)
		} else if err := tx.leaveOut(what, of, k, err); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Counter returns 1, 2, 3, … for a name, also after the store was closed and opened again. A value that
// a failed update drew is given out again.
func (tx *Tx) Counter(name string) (uint64, error) {
	n := tx.counter(drawn+name) + 1
	return n, tx.put(counterBucket, []byte(drawn+name), numberKey(n))
}

func (tx *Tx) counter(key string) uint64 {
	v := tx.get(counterBucket, []byte(key))
	if v == nil {
		return 0
	}
	return uint64(numberAt(v))
}

// count adds to a tally.
func (tx *Tx) count(tally string, by int) {
	if tx.counted == nil {
		tx.counted = make(map[string]int64)
	}
	tx.counted[tally] += int64(by)
}

// counts is a tally as the transaction sees it.
func (tx *Tx) counts(tally string) int { return int(int64(tx.counter(tally)) + tx.counted[tally]) }

// commit writes the tallies and commits.
func (tx *Tx) commit() error {
	for tally, by := range tx.counted {
		if by == 0 {
			continue
		}
		if err := tx.setTally(tally, tx.counts(tally)); err != nil {
			return err
		}
	}
	return tx.bolt.Commit()
}

func (tx *Tx) setTally(tally string, n int) error {
	if n == 0 {
		return tx.delete(counterBucket, []byte(tally))
	}
	return tx.put(counterBucket, []byte(tally), numberKey(uint64(n)))
}

// Reset forgets everything but the boxes and who may call, which are settings, not traffic. Movement numbers, event sequences and
// counters begin at 1 again, so that the same seed gives the same ids as in a new store. Numbers of journal entries go on:
// whoever follows them must not take a new one for one that they know. Open views go on seeing what was there.
func (tx *Tx) Reset() error {
	tx.changes++
	entries := tx.LastEntry()
	tx.numbers, tx.counted, tx.emptied = nil, nil, tx.bolt.Size()
	for b := range bucketCount {
		if b == metaBucket || b == boxBucket || b == accessBucket {
			continue
		}
		tx.buckets[b] = nil
		if err := tx.bolt.DeleteBucket([]byte(b.String())); err != nil {
			return fmt.Errorf("empty bucket %s: %w", b, err)
		}
		if _, err := tx.bolt.CreateBucket([]byte(b.String())); err != nil {
			return fmt.Errorf("make bucket %s: %w", b, err)
		}
	}
	if err := tx.bucket(journalBucket).SetSequence(entries); err != nil {
		return fmt.Errorf("keep the number of journal entries: %w", err)
	}
	return nil
}

// Stats says how much is stored.
type Stats struct {
	Movements int
	Messages  int
	Events    int // queued
	Entries   int // of all journals
	Bytes     int64
}

// Stats counts without looking at the records.
func (tx *Tx) Stats() (Stats, error) {
	st := Stats{
		Messages: tx.counts(messageTally),
		Events:   tx.counts(eventTally),
		Entries:  tx.counts(entryTally),
		Bytes:    tx.bolt.Size(),
	}
	for _, l := range lists {
		st.Movements += tx.counts(listTally(listPrefix("", l)))
	}
	return st, nil
}
