package store

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// maxGroup is how many updates share a commit at most. It only keeps the first from waiting for ever
// longer groups; groups are as large as what comes in during a commit.
const maxGroup = 1024

// fullGroup is how many bytes a commit writes before the rest of its group has to wait for the next one. Other stores on the disk wait
// for a commit that is under way, and those who are in it: small messages of this store that came together with large ones.
const fullGroup = 2 << 20

// call is an update on its way.
type call struct {
	fn   func(*Tx) error
	done chan error // takes the one result without waiting for the caller
	// taken is set by the first of the writer, who will run it, and the caller, who has given up.
	taken atomic.Bool
	// alone says that no other call may be in its group.
	alone bool
	err   error
}

// withdraw takes back a call that is not yet run, and reports whether it could.
func (c *call) withdraw() bool { return c.taken.CompareAndSwap(false, true) }

var errGoexit = errors.New("update ended its goroutine; hint: runtime.Goexit, and FailNow of a test, must not be called in a transaction")

// run is the writer: it writes one group after the other until calls is closed.
func (s *Store) run() {
	debug.SetPanicOnFault(true)
	for s.next != nil {
		s.writeNext()
	}
	for c := range s.calls {
		for s.next = c; s.next != nil; {
			s.writeNext()
		}
	}
	close(s.stopped)
}

// writeNext writes the group that begins with the next call.
func (s *Store) writeNext() {
	first := s.next
	s.next = nil
	for group := s.gather(first); len(group) > 0; {
		group = s.write(group)
	}
}

// gather is first and what else waits, without waiting for more. Those who were just told their result
// get to run once before that: many have the next update ready, and without them groups are half as large.
func (s *Store) gather(first *call) []*call {
	runtime.Gosched()
	var group []*call
	for c, ok := first, true; ok; {
		if c.alone && c != first {
			s.next = c
			break
		}
		if c.taken.CompareAndSwap(false, true) {
			group = append(group, c)
		}
		if len(group) == maxGroup || first.alone {
			break
		}
		select {
		case c, ok = <-s.calls:
		default:
			ok = false
		}
	}
	return group
}

// write runs a group, or as much of it as fits a commit, and tells each call its result; it returns the rest. Results are told after the
// commit only, errors of functions too: they may speak of what another function of the group did.
func (s *Store) write(group []*call) (rest []*call) {
	var err error
	finished := false
	defer func() {
		if !finished {
			err = errGoexit
			go s.run() // this goroutine is ending
		}
		for _, c := range group {
			if err != nil {
				c.err = err
			}
			c.done <- c.err
		}
	}()
	for again := true; again; {
		var taken int
		if taken, again, err = s.attempt(group); !again && err == nil {
			group, rest = group[:taken], group[taken:]
		}
	}
	finished = true
	return rest
}

// attempt runs those of the group that have not failed, until there is enough for a commit, and commits. It says how many of the group it
// has come to, and that there has to be another attempt when one of them failed after it had changed something: bbolt can only forget the
// changes of all.
func (s *Store) attempt(group []*call) (taken int, again bool, err error) {
	if broken := s.broken.Load(); broken != nil {
		return 0, false, *broken
	}
	bolt, err := s.db.Load().Begin(true)
	if err != nil {
		return 0, false, s.notWritten(err)
	}
	committed := false
	defer func() {
		if !committed {
			s.rollback(bolt)
		}
	}()
	tx := newTx(bolt)
	tx.onDamage = s.foundDamage
	for _, c := range group {
		if tx.written >= fullGroup {
			break
		}
		taken++
		if c.err != nil {
			continue
		}
		before := tx.changes
		tx.tolerant, tx.leftOut, tx.passOver = false, nil, nil
		if c.err = guard(tx, c.fn); c.err != nil && tx.changes != before {
			return taken, true, nil
		}
	}
	if tx.changes == 0 {
		return taken, false, nil
	}
	rider := s.rider.Load()
	if s.failing.Load() != nil {
		rider = nil // what makes room has to get through
	}
	if rider != nil {
		if err := guard(tx, (*rider).Ride); err != nil {
			return taken, false, s.notWritten(err)
		}
	}
	s.bound(tx)
	if err := guard(tx, (*Tx).commit); err != nil {
		return taken, false, s.notWritten(err)
	}
	committed = true
	if rider != nil {
		(*rider).Arrived()
	}
	s.failing.Store(nil)
	if tx.makesRoom() {
		s.full.Store(false) // the next one says if it is not enough
	}
	if tx.emptied >= s.options.compactFrom {
		s.compact()
	}
	return taken, false, nil
}

// spare is how much larger than it may be a store may become by a commit that makes room: bbolt writes anew what it changes before it
// has the old pages back, and lets the file grow by growBy at once.
const spare = growBy + fullGroup

// bound says how large the file may become by the commit of a transaction.
func (s *Store) bound(tx *Tx) {
	if s.options.MaxSize == 0 {
		return
	}
	most := s.options.MaxSize
	if tx.makesRoom() {
		most += spare
	}
	s.db.Load().MaxSize = most // only commits look at it, and the writer alone makes them
}

// rollback forgets a transaction. When not even that works, because bbolt has lost track of its pages,
// nothing can be written any more.
func (s *Store) rollback(bolt *bbolt.Tx) {
	defer func() {
		if p := recover(); p != nil {
			s.stuck = true
			s.fail(damaged(p))
		}
	}()
	_ = bolt.Rollback() // fails only when a failed commit has rolled back already
}

// notWritten is the error of everybody whose changes could not be committed.
func (s *Store) notWritten(err error) error {
	if errors.Is(err, ErrDamaged) {
		return err
	}
	if errors.Is(err, bolterrors.ErrMaxSizeReached) {
		err = fmt.Errorf("write to store %s: %w: it has the %d bytes that it may have; hint: delete movements, or everything with a reset, or start with a higher --workspace-size", s.Path(), ErrFull, s.options.MaxSize)
		s.failing.Store(&err)
		s.full.Store(true)
		return err
	}
	err = fmt.Errorf("write to store %s: %w; hint: see whether the disk is full or failing; what was stored before is kept, and writing works again when the disk does", s.Path(), err)
	s.failing.Store(&err)
	return err
}
