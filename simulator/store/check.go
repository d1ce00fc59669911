package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"nctsim/simulator/movement"
)

// Check reads the whole store and returns an error for the first thing that does not fit: pages in use
// and free at once, records that cannot be read, indexes that do not agree with the movements, messages
// without body, bodies without message, events, entries or tallies that do not add up. It wraps
// ErrDamaged. Writers wait meanwhile; it is meant for tests.
func (s *Store) Check() error {
	return s.Update(context.Background(), func(tx *Tx) error {
		if err := verifyPages(s.Path(), true, true); err != nil {
			return err
		}
		if found := check(tx, 1); len(found) > 0 {
			return fmt.Errorf("%w: %w", ErrDamaged, found[0])
		}
		return nil
	})
}

// mostFindings is how many things that do not fit Inspect lists.
const mostFindings = 100

// Inspection is what Inspect has seen.
type Inspection struct {
	// Found does not fit, at most 100 things; nothing in a sound store.
	Found []error
	// Stats are zero if the pages of the file are damaged.
	Stats Stats
}

// Inspect looks at a store that nobody has open, as Check does, without changing anything. The error says why it could not
// look: it wraps ErrInUse, ErrNewer or fs.ErrNotExist, or is that of the operating system.
func Inspect(path string) (seen Inspection, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return seen, err
	}
	if !info.Mode().IsRegular() {
		return seen, fmt.Errorf("%s is a %s", path, kindOfFile(info.Mode()))
	}
	damage := func(err error) (Inspection, error) { return Inspection{Found: []error{err}}, nil }
	if info.Size() == 0 {
		return damage(fmt.Errorf("%w: the file is empty", ErrDamaged))
	}
	db, err := guardedOpen(path, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout, NoStatistics: true})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return seen, fmt.Errorf("check store %s: %w", path, ErrInUse)
	case err != nil:
		if err = notBolt(err); errors.Is(err, ErrDamaged) {
			return damage(err)
		}
		return seen, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := verifyPages(path, true, true); err != nil {
		// What is in the pages cannot be relied on.
		return damage(err)
	}
	return inspect(db)
}

func inspect(db *bbolt.DB) (seen Inspection, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if errors.Is(err, ErrDamaged) {
			seen.Found, err = append(seen.Found, err), nil
		}
	}()
	defer recoverDamage(&err)
	err = db.View(func(bolt *bbolt.Tx) error {
		version, err := checkFormat(bolt)
		if err != nil {
			return err
		}
		if version != format {
			return fmt.Errorf("its format is %d and this version checks %d; hint: start the simulator with it once", version, format)
		}
		tx := newTx(bolt)
		seen.Found = check(tx, mostFindings)
		seen.Stats, err = tx.Stats()
		return err
	})
	return seen, err
}

// check compares the buckets with each other and returns what does not fit, at most so many things.
func check(tx *Tx, most int) []error {
	c := checker{
		tx: tx, most: most, tallies: map[string]int{}, reserved: map[string]movement.Decimal{}, ids: map[number]string{},
		used: map[bodyNumber]bool{}, entries: map[string]bool{},
	}
	c.run(c.checkIDs, c.checkRecords)
	if len(c.found) == 0 {
		// Otherwise they would say of everything that leads to a damaged record that it leads nowhere.
		c.run(c.checkIndexes, c.checkBodies, c.checkQueue, c.checkJournal, c.checkReserved, c.checkTallies)
	}
	c.run(
		c.checkBoxes, c.checkNotices,
		func() error { return enquiries.check(&c, "balance enquiries and locks") },
		func() error { return access.check(&c, "credentials and users") },
		c.checkInterventions,
	)
	return c.found
}

func (c *checker) run(checks ...func() error) {
	for _, check := range checks {
		if len(c.found) >= c.most {
			return
		}
		if err := check(); err != nil && !errors.Is(err, errEnough) {
			c.found = append(c.found, err)
		}
	}
}

// checker compares the buckets with each other.
type checker struct {
	tx *Tx
	// found does not fit; with most of them there is an end.
	found   []error
	most    int
	ids     map[number]string   // of the movements
	used    map[bodyNumber]bool // bodies that a message has
	entries map[string]bool     // numbers of journal entries, as in keys
	indexes int                 // keys that indexes should have
	tallies map[string]int      // what they should be
	// reserved is what movements have reserved, by key.
	reserved map[string]movement.Decimal
}

// errEnough ends a check that has found enough.
var errEnough = errors.New("enough was found")

// each calls do for all keys of a bucket, and notes what it finds.
func (c *checker) each(b bucket, do func(k, v []byte) error) error {
	return c.tx.bucket(b).ForEach(func(k, v []byte) error {
		err := do(k, v)
		if err == nil {
			return nil
		}
		c.found = append(c.found, fmt.Errorf("bucket %s, key %x: %w", b, k, err))
		if len(c.found) >= c.most {
			return errEnough
		}
		return nil
	})
}

func (c *checker) checkIDs() error {
	return c.each(idBucket, func(k, v []byte) error {
		n := numberAt(v)
		if c.ids[n] != "" {
			return fmt.Errorf("number %d is that of %s too", n, c.ids[n])
		}
		c.ids[n] = string(k)
		if uint64(n) > c.tx.bucket(idBucket).Sequence() {
			return fmt.Errorf("number %d was never given", n)
		}
		return nil
	})
}

func (c *checker) checkRecords() error {
	movements := 0
	err := c.each(recordBucket, func(k, v []byte) error {
		if len(k) < sectionSize {
			return fmt.Errorf("it is too short")
		}
		n := numberAt(k)
		id, known := c.ids[n]
		if !known && (n != 0 || section(k[numberSize]) != entrySection) {
			return fmt.Errorf("there is no movement %d", n)
		}
		var err error
		switch section(k[numberSize]) {
		case movementSection:
			movements++
			err = c.checkMovement(n, id)
		case messageSection:
			err = c.checkMessage(k, v, id)
		case entrySection:
			err = c.checkEntry(k, v, id)
		default:
			err = fmt.Errorf("its section is unknown")
		}
		if err != nil && id != "" {
			err = fmt.Errorf("of movement %s: %w", id, err)
		}
		return err
	})
	if err == nil && movements != len(c.ids) {
		err = fmt.Errorf("%d movements have %d ids", movements, len(c.ids))
	}
	return err
}

func (c *checker) checkMovement(n number, id string) error {
	m, err := c.tx.movement(n)
	if err != nil {
		return err
	}
	if m.ID != id {
		return fmt.Errorf("movement %s has the id %s", m.ID, id)
	}
	for _, r := range m.Facts.Reserved {
		key := string(reservedKey(r.GRN, r.Currency))
		c.reserved[key] = c.reserved[key].Plus(r.Sum())
	}
	seen := map[string]bool{}
	for _, x := range indexOf(m, n) {
		if got := c.tx.get(x.bucket, x.key); got == nil || !bytes.Equal(got, x.value) {
			return fmt.Errorf("movement %s: bucket %s has %q for key %x, not %q", id, x.bucket, got, x.key, x.value)
		}
		if key := x.bucket.String() + string(x.key); !seen[key] {
			seen[key] = true
			c.indexes++
		}
		if x.bucket == listBucket {
			c.tallies[listTally(x.key[:len(x.key)-listPlace])]++
		}
	}
	return nil
}

func (c *checker) checkMessage(k, v []byte, id string) error {
	h, err := cutHead(v)
	if err != nil {
		return err
	}
	m, err := h.decode()
	if err != nil {
		return err
	}
	c.tallies[messageTally]++
	if m.Movement != id || string(h.id) != m.ID || millisOf(m.Received) != h.received || !bytes.Equal(messageKey(numberAt(k), m.Ordinal), k) {
		return fmt.Errorf("message %s of movement %s, ordinal %d, is kept as %s of %s", m.ID, m.Movement, m.Ordinal, h.id, id)
	}
	if h.body == 0 {
		if m.Size != 0 {
			return fmt.Errorf("message %s has no body of %d bytes", m.ID, m.Size)
		}
		return nil
	}
	if c.used[h.body] {
		return fmt.Errorf("message %s shares body %d", m.ID, h.body)
	}
	c.used[h.body] = true
	body, err := unsealPacked("body", c.tx.get(bodyBucket, numberKey(h.body)))
	if err == nil && len(body) != m.Size {
		err = fmt.Errorf("message %s of %d bytes has a body of %d", m.ID, m.Size, len(body))
	}
	return err
}

func (c *checker) checkEntry(k, v []byte, id string) error {
	e, err := decodePacked[movement.Entry]("journal entry", v)
	if err != nil {
		return err
	}
	c.tallies[entryTally]++
	ofStore := numberAt(k) == 0 && (e.Movement == "" || e.Kind.OfStore())
	if e.Movement != id && !ofStore || !bytes.Equal(entryKey(numberAt(k), e.Number), k) {
		return fmt.Errorf("entry %d of movement %q is kept as one of %q", e.Number, e.Movement, id)
	}
	c.entries[string(k[sectionSize:])] = true
	if owner := c.tx.get(journalBucket, k[sectionSize:]); !bytes.Equal(owner, k[:numberSize]) {
		return fmt.Errorf("entry %d of movement %q is that of %x in the journal", e.Number, id, owner)
	}
	return nil
}

// checkIndexes looks for keys that belong to no movement; those that are missing were found before.
func (c *checker) checkIndexes() error {
	keys := 0
	for _, b := range []bucket{listBucket, refBucket, timerBucket} {
		if err := c.each(b, func(_, _ []byte) error { keys++; return nil }); err != nil {
			return err
		}
	}
	if keys != c.indexes {
		return fmt.Errorf("the indexes have %d keys for the %d of the movements", keys, c.indexes)
	}
	return nil
}

func (c *checker) checkBodies() error {
	return c.each(bodyBucket, func(k, _ []byte) error {
		if len(k) != numberSize || !c.used[bodyNumber(numberAt(k))] {
			return fmt.Errorf("it belongs to no message")
		}
		return nil
	})
}

func (c *checker) checkQueue() error {
	return c.each(queueBucket, func(k, v []byte) error {
		ev, err := decodeRecord[movement.Event]("event", v)
		if err != nil {
			return err
		}
		c.tallies[eventTally]++
		return c.checkOwner(ev, k)
	})
}

func (c *checker) checkOwner(ev movement.Event, k []byte) error {
	if len(k) != 2*numberSize || c.ids[numberAt(k)] != ev.Movement || !bytes.Equal(eventKey(numberAt(k), ev.Seq), k) {
		return fmt.Errorf("it has event %d of movement %s", ev.Seq, ev.Movement)
	}
	return nil
}

func (c *checker) checkJournal() error {
	return c.each(journalBucket, func(k, _ []byte) error {
		if !c.entries[string(k)] {
			return fmt.Errorf("there is no such entry")
		}
		return nil
	})
}

func (c *checker) checkBoxes() error {
	return c.each(boxBucket, func(k, v []byte) error {
		b, err := decodeRecord[movement.Box]("box", v)
		if err == nil && b.ID != string(k) {
			err = fmt.Errorf("it has box %s", b.ID)
		}
		return err
	})
}

// checkNotices compares notifications with their boxes and with the keys that lead to them.
func (c *checker) checkNotices() error {
	keys := 0
	err := c.each(noticeBucket, func(k, v []byte) error {
		n, err := decodePacked[movement.Notification]("notification", v)
		if err != nil {
			return err
		}
		if _, err := c.tx.Box(n.Box); err != nil {
			return err
		}
		if !bytes.Equal(noticeKey(&n), k) || !bytes.Equal(c.tx.get(noticeIDBucket, []byte(n.ID)), k) {
			return fmt.Errorf("notification %s of box %s is kept elsewhere", n.ID, n.Box)
		}
		for _, x := range noticeIndexOf(&n) {
			if !bytes.Equal(c.tx.get(x.bucket, x.key), x.value) {
				return fmt.Errorf("notification %s is missing in bucket %s under key %x", n.ID, x.bucket, x.key)
			}
			keys++
		}
		keys++ // its id
		return nil
	})
	for _, b := range []bucket{noticeIDBucket, noticeListBucket} {
		if err == nil {
			err = c.each(b, func(_, _ []byte) error { keys--; return nil })
		}
	}
	if err == nil && keys != 0 {
		err = fmt.Errorf("%d keys more lead to notifications than there should be", -keys)
	}
	return err
}

// checkReserved compares the sums reserved of guarantees with what the movements have reserved.
func (c *checker) checkReserved() error {
	err := c.each(counterBucket, func(k, v []byte) error {
		if !bytes.HasPrefix(k, []byte(reserved)) {
			return nil
		}
		want, known := c.reserved[string(k)]
		delete(c.reserved, string(k))
		if !known || want.String() != string(v) {
			return fmt.Errorf("%s is reserved, and %s by movements", v, want)
		}
		return nil
	})
	for key, want := range c.reserved {
		if err == nil {
			err = fmt.Errorf("%s is reserved by movements and nothing under %q", want, key)
		}
	}
	return err
}

func (c *checker) checkTallies() error {
	for key, want := range c.tallies {
		if got := c.tx.counts(key); got != want {
			return fmt.Errorf("%q says %d for %d", key, got, want)
		}
	}
	return c.each(counterBucket, func(k, _ []byte) error {
		// What others of the group have changed is written at the end only.
		if _, known := c.tallies[string(k)]; bytes.HasPrefix(k, []byte(tally)) && !known && c.tx.counts(string(k)) != 0 {
			return fmt.Errorf("there is nothing it counts")
		}
		return nil
	})
}
