package store

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store/fieldlist"
)

// lookup is the number of a movement; ErrNotFound when there is none. The index has no checksums, so that it is believed only if the
// movement of that number says the same: nobody is to get what is another's because of a damaged file.
func (tx *Tx) lookup(id string) (number, error) {
	if n, ok := tx.numbers[id]; ok {
		return n, nil
	}
	if id == "" {
		return 0, fmt.Errorf("movement without id: %w", ErrNotFound)
	}
	v := tx.get(idBucket, []byte(id))
	if v == nil {
		return 0, fmt.Errorf("movement %s: %w", id, ErrNotFound)
	}
	n := numberAt(v)
	content, err := unseal("movement", tx.get(recordBucket, movementKey(n)))
	if err != nil {
		return 0, err
	}
	begin, err := fieldlist.Append(nil, &struct { // as the record of a movement begins
		ID string `json:"id"`
	}{id})
	if err == nil && !bytes.HasPrefix(content, begin) {
		err = fmt.Errorf("%w: movement %s has number %d, which is that of another movement", ErrDamaged, id, n)
	}
	if err != nil {
		return 0, err
	}
	tx.remember(id, n)
	return n, nil
}

func (tx *Tx) remember(id string, n number) {
	if tx.numbers == nil {
		tx.numbers = make(map[string]number)
	}
	tx.numbers[id] = n
}

// Movement returns the movement of an id; the error wraps ErrNotFound when there is none.
func (tx *Tx) Movement(id string) (*movement.Movement, error) {
	n, err := tx.lookup(id)
	if err != nil {
		return nil, err
	}
	return tx.movement(n)
}

func (tx *Tx) movement(n number) (*movement.Movement, error) {
	content, err := unseal("movement", tx.get(recordBucket, movementKey(n)))
	if err != nil {
		return nil, err
	}
	m := new(movement.Movement)
	return m, decode(content, m)
}

// PutMovement stores a movement, or replaces the one of the same id. It has to be stored before its
// messages, events and entries.
func (tx *Tx) PutMovement(m *movement.Movement) error {
	if err := checkMovement(m); err != nil {
		return fmt.Errorf("store movement %s: %w", m.ID, err)
	}
	var before []indexed
	var claims []movement.Reservation
	n, err := tx.lookup(m.ID)
	switch {
	case err == nil:
		before, claims, err = tx.indexedNow(n)
	case errors.Is(err, ErrNotFound):
		n, err = tx.newNumber(m.ID)
	}
	if err != nil {
		return err
	}
	record, err := encodeRecord(512, m)
	if err != nil {
		return err
	}
	if err := tx.put(recordBucket, movementKey(n), record); err != nil {
		return err
	}
	if err := tx.reserve(claims, m.Facts.Reserved); err != nil {
		return err
	}
	return tx.reindex(before, indexOf(m, n))
}

func checkMovement(m *movement.Movement) error {
	if m.ID == "" {
		return fmt.Errorf("it has no id")
	}
	if kindBytes[m.Kind] == 0 {
		return fmt.Errorf("its kind %q is unknown", m.Kind)
	}
	for _, t := range []struct{ what, text string }{
		{"id", m.ID}, {"EORI", m.EORI}, {"movement EORI", m.MovementEORI}, {"LRN", m.LRN}, {"MRN", m.MRN},
	} {
		if err := checkText(t.what, t.text); err != nil {
			return err
		}
	}
	for _, t := range m.Timers {
		if err := checkText("timer name", t.Name); err != nil {
			return err
		}
	}
	for _, r := range m.Facts.Reserved {
		if err := checkReservation(r); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) newNumber(id string) (number, error) {
	next, err := tx.next(idBucket)
	if err != nil {
		return 0, err
	}
	n := number(next)
	tx.remember(id, n)
	return n, tx.put(idBucket, []byte(id), numberKey(n))
}

// indexed is one key under which a movement can be found, besides its id.
type indexed struct {
	bucket     bucket
	key, value []byte
}

// indexOf lists the keys of a movement.
func indexOf(m *movement.Movement, n number) []indexed {
	ix := make([]indexed, 0, 4+len(m.Timers))
	id := []byte(m.ID)
	s := summary{movementEORI: m.MovementEORI, mrn: fold(m.MRN), lrn: fold(m.LRN)}.encode()
	updated, created := millisOf(m.Updated), millisOf(m.Created)
	ix = append(ix, indexed{listBucket, listKey("", listOf(m), updated, created, n), s})
	if m.EORI != "" {
		ix = append(ix, indexed{listBucket, listKey(m.EORI, listOf(m), updated, created, n), s})
	}
	if m.LRN != "" {
		ix = append(ix, indexed{refBucket, lrnKey(m.MovementEORI, m.LRN, n), id})
	}
	if m.MRN != "" {
		ix = append(ix, indexed{refBucket, mrnKey(m.MRN, n), id})
	}
	if m.Number > 0 {
		ix = append(ix, indexed{refBucket, wireKey(m.Kind, m.Number), id})
	}
	if len(m.Script.Faults) > 0 {
		ix = append(ix, indexed{refBucket, faultKey(m.EORI, n), id})
	}
	for _, u := range m.Uploads {
		ix = append(ix, indexed{refBucket, uploadKey(u.Key), id})
		if u.Uploaded() {
			ix = append(ix, indexed{timerBucket, timerKey(millisOf(u.Due), n, u.Timer()), id})
		}
	}
	for _, t := range m.Timers {
		if !t.Paused() {
			ix = append(ix, indexed{timerBucket, timerKey(millisOf(t.Due), n, t.Name), id})
		}
	}
	return ix
}

// indexedNow lists the keys that the stored movement has, and what it has reserved.
func (tx *Tx) indexedNow(n number) ([]indexed, []movement.Reservation, error) {
	m, err := tx.movement(n)
	if err != nil {
		return nil, nil, err
	}
	return indexOf(m, n), m.Facts.Reserved, nil
}

// reindex replaces keys; those that stay as they are cost nothing.
func (tx *Tx) reindex(before, after []indexed) error {
	for _, x := range before {
		if find(after, x) == nil {
			if err := tx.unindex(x); err != nil {
				return err
			}
		}
	}
	for _, x := range after {
		old := find(before, x)
		if old != nil && bytes.Equal(old.value, x.value) {
			continue
		}
		if old == nil && x.bucket == listBucket {
			tx.count(listTally(x.key[:len(x.key)-listPlace]), 1)
		}
		if err := tx.put(x.bucket, x.key, x.value); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) unindex(x indexed) error {
	if x.bucket == listBucket {
		tx.count(listTally(x.key[:len(x.key)-listPlace]), -1)
	}
	return tx.delete(x.bucket, x.key)
}

func find(in []indexed, x indexed) *indexed {
	for i := range in {
		if in[i].bucket == x.bucket && bytes.Equal(in[i].key, x.key) {
			return &in[i]
		}
	}
	return nil
}

// DeleteMovement forgets a movement with its messages, journal, timers and queued events; the error
// wraps ErrNotFound when there is none.
func (tx *Tx) DeleteMovement(id string) error {
	tx.frees = true
	n, err := tx.lookup(id)
	if err != nil {
		return err
	}
	before, claims, err := tx.indexedNow(n)
	if err != nil {
		return err
	}
	if err := tx.reserve(claims, nil); err != nil {
		return fmt.Errorf("delete movement %s: %w", id, err)
	}
	for _, forget := range []func(number) error{tx.deleteMessages, tx.deleteQueue, tx.deleteHeld, tx.deleteJournal} {
		if err := forget(n); err != nil {
			return fmt.Errorf("delete movement %s: %w", id, err)
		}
	}
	if err := tx.reindex(before, nil); err != nil {
		return err
	}
	delete(tx.numbers, id)
	if err := tx.delete(idBucket, []byte(id)); err != nil {
		return err
	}
	return tx.delete(recordBucket, movementKey(n))
}

// keysOf collects the keys of a bucket that begin in the same way: a cursor must not be used any more
// once something of its bucket was deleted.
func (tx *Tx) keysOf(b bucket, prefix []byte) [][]byte {
	var keys [][]byte
	for k := range tx.under(b, prefix) {
		keys = append(keys, bytes.Clone(k))
	}
	return keys
}

// EachByLRN are the ids of the movements that have exactly this LRN, and this holder as their MovementEORI (docs/spec/process.md#2: an LRN
// belongs to its holder), the oldest first. LRNs may be used very often, and then the first few decide.
func (tx *Tx) EachByLRN(holder, lrn string) iter.Seq[string] {
	return tx.eachUnder(lrnPrefix(holder, lrn))
}

// MovementsByMRN returns the ids of the movements that have exactly this MRN, the oldest first.
func (tx *Tx) MovementsByMRN(mrn string) ([]string, error) {
	return tx.idsUnder(mrnPrefix(mrn)), nil
}

// EachByMRN is MovementsByMRN one by one.
func (tx *Tx) EachByMRN(mrn string) iter.Seq[string] { return tx.eachUnder(mrnPrefix(mrn)) }

// MovementByNumber returns the movement of a kind that has a number in API 1.0; the error wraps ErrNotFound when
// there is none.
func (tx *Tx) MovementByNumber(kind message.Kind, wire int) (*movement.Movement, error) {
	id := tx.get(refBucket, wireKey(kind, wire))
	if wire <= 0 || id == nil {
		return nil, fmt.Errorf("%s %d: %w", kind, wire, ErrNotFound)
	}
	return tx.Movement(string(id))
}

// MovementByUpload returns the movement that an upload belongs to, by its key; the error wraps ErrNotFound when there is none.
func (tx *Tx) MovementByUpload(key string) (*movement.Movement, error) {
	id := tx.get(refBucket, uploadKey(key))
	if key == "" || id == nil {
		return nil, fmt.Errorf("upload %.40q: %w", key, ErrNotFound)
	}
	return tx.Movement(string(id))
}

// MovementsWithFaults returns the ids of the movements of an owner at which faults of a scenario wait for calls,
// the oldest first.
func (tx *Tx) MovementsWithFaults(eori string) []string { return tx.idsUnder(faultPrefix(eori)) }

// AnyFaults reports whether such faults wait at any movement.
func (tx *Tx) AnyFaults() bool {
	for range tx.under(refBucket, []byte{faultRef}) {
		return true
	}
	return false
}

func (tx *Tx) idsUnder(prefix []byte) []string {
	return slices.Collect(tx.eachUnder(prefix))
}

// eachUnder is idsUnder one by one.
func (tx *Tx) eachUnder(prefix []byte) iter.Seq[string] {
	return func(yield func(id string) bool) {
		for _, v := range tx.under(refBucket, prefix) {
			if !yield(string(v)) {
				return
			}
		}
	}
}
