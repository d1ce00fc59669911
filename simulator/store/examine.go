package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// examine looks at the pages of a file before it is opened for writing; a file that is not there or
// empty is fine. While it looks, the file is locked against writers.
func examine(o Options) error {
	info, err := os.Stat(o.Path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("it is a %s", kindOfFile(info.Mode()))
	}
	lock, err := guardedOpen(o.Path, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout, NoStatistics: true})
	if err != nil {
		return notBolt(err)
	}
	return errors.Join(examinePages(o.Path, info.Size() <= o.smallFile, false), lock.Close())
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

func examinePages(path string, leaves, strict bool) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := checkPages(f, info.Size(), leaves, strict); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}
