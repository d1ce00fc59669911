package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"nctsim/simulator/store/boltfile"
)

// smallFile is the size up to which leaves are read before a store is open: that takes 3 milliseconds.
const smallFile = 4 << 20

// verify looks at the pages of a file before it is opened for writing; a file that is not there or
// empty is fine. While it looks, the file is locked against writers.
func verify(o Options) (empty bool, err error) {
	info, err := os.Stat(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("it is a %s", kindOfFile(info.Mode()))
	}
	if info.Size() == 0 {
		return true, nil
	}
	lock, err := guardedOpen(o.Path, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout, NoStatistics: true})
	if err != nil {
		return false, notBolt(err)
	}
	return false, errors.Join(verifyPages(o.Path, info.Size() <= o.smallFile, false), lock.Close())
}

func kindOfFile(m fs.FileMode) string {
	if m.IsDir() {
		return "directory"
	}
	return "device, pipe or socket"
}

// notBolt calls damage what is neither the operating system's nor another process's doing.
func notBolt(err error) error {
	var system *fs.PathError
	if errors.As(err, &system) || errors.Is(err, bolterrors.ErrTimeout) || errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

func verifyPages(path string, leaves, strict bool) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	pages, err := boltfile.New(f, info.Size(), leaves)
	if err == nil {
		err = pages.Check(strict)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// verifyLeaves reads the leaves of a large file while the store is in use already. It returns what ends it,
// and waits for its end. When there is damage, nothing is written any more.
//
// A view keeps the pages as they are; the writer must not have begun yet.
func (s *Store) verifyLeaves() (stop func(), err error) {
	f, err := os.Open(s.Path())
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.Size() <= s.options.smallFile {
		return func() {}, errors.Join(err, f.Close())
	}
	stopped := make(chan struct{})
	pages, err := boltfile.New(stoppable{f, stopped}, info.Size(), true)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	view, err := s.begin()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	go func() {
		defer close(s.verified)
		if err := pages.Check(false); err != nil && !errors.Is(err, errStopped) {
			s.fail(damaged(err))
		}
		_ = errors.Join(view.Rollback(), f.Close()) // of what was only read
	}()
	return sync.OnceFunc(func() {
		close(stopped)
		<-s.verified
	}), nil
}

var errStopped = errors.New("stopped")

// stoppable is a file that cannot be read any more once stopped is closed.
type stoppable struct {
	io.ReaderAt
	stopped <-chan struct{}
}

// ReadAt reads, or returns errStopped.
func (s stoppable) ReadAt(b []byte, at int64) (int, error) {
	select {
	case <-s.stopped:
		return 0, errStopped
	default:
		return s.ReaderAt.ReadAt(b, at)
	}
}
