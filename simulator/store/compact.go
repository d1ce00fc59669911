package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"go.etcd.io/bbolt"
)

// compactFrom is the size of a store from which a reset makes a new one. A bbolt file never shrinks, and its
// list of free pages is written with each commit: after a reset of 1 GB that alone takes longer than
// everything else.
const compactFrom = 16 << 20

// newSuffix is what the new file is called until it takes the place of the old one.
const newSuffix = ".new"

// compact puts what is left after a reset into a new file. The old one stays in use when that fails:
// nothing is lost but space.
func (s *Store) compact() {
	old := s.db.Load()
	fresh, err := s.compacted(old)
	if err != nil {
		return
	}
	if err := os.Rename(s.Path()+newSuffix, s.Path()); err != nil {
		_ = errors.Join(fresh.Close(), os.Remove(s.Path()+newSuffix)) // the next Open removes it too
		return
	}
	s.db.Store(fresh)
	s.stopVerifying()
	s.retired.Go(func() { _ = old.Close() }) // waits for those who still read it; it was synced
	if err := s.syncFolder(); err != nil {
		// After a crash the old file might be back, so that nothing more may be promised.
		s.fail(fmt.Errorf("replace store %s: %w; hint: see whether the disk is failing, then start again", s.Path(), err))
	}
}

// compacted makes the new file and syncs it.
func (s *Store) compacted(old *bbolt.DB) (_ *bbolt.DB, err error) {
	path := s.Path() + newSuffix
	if err := removeIfThere(path); err != nil {
		return nil, err
	}
	fresh, err := openBolt(path, s.options)
	if err != nil {
		return nil, errors.Join(err, removeIfThere(path))
	}
	if err := errors.Join(copyAll(fresh, old), fresh.Sync()); err != nil {
		return nil, errors.Join(err, fresh.Close(), os.Remove(path))
	}
	return fresh, nil
}

// copyAll copies what is in a file; a damaged page is an error as any other.
func copyAll(to, from *bbolt.DB) (err error) {
	defer recoverDamage(&err)
	return bbolt.Compact(to, from, 0)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes sure that the new file is the one to be found after a crash of the machine.
func (s *Store) syncFolder() error {
	if !s.options.Durable || runtime.GOOS == "windows" { // where folders cannot be synced
		return nil
	}
	d, err := os.Open(filepath.Dir(s.Path()))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
