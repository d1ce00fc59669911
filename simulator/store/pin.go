package store

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// Format is the version of the layout of the files that this package writes; it opens those of earlier ones, too.
const Format = format

// Pinned is a store as it was at one moment, whatever is written meanwhile. Release has to be called: until then the space of
// what is deleted is not used again, and the store does not close.
type Pinned struct {
	bolt *bbolt.Tx
	tx   *Tx
}

// Pin keeps the store as it is now. Within a function of UpdateAlone it is as it was before that function. The error is that of
// View.
func (s *Store) Pin() (*Pinned, error) {
	bolt, err := s.begin()
	if err != nil {
		return nil, err
	}
	tx := newTx(bolt)
	tx.onDamage = s.foundDamage
	return &Pinned{bolt, tx}, nil
}

// View runs fn on what is pinned, and returns its error.
func (p *Pinned) View(fn func(*Tx) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recoverDamage(&err)
	return fn(p.tx)
}

// Size is how many bytes WriteTo writes.
func (p *Pinned) Size() int64 { return p.bolt.Size() }

// WriteTo writes the file of the store as it was; Open opens it. Nobody waits for it. The errors are those of the disk and of w.
func (p *Pinned) WriteTo(w io.Writer) (n int64, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recoverDamage(&err)
	return p.bolt.WriteTo(w)
}

// Release lets go of it. It may be called again.
func (p *Pinned) Release() { _ = p.bolt.Rollback() } // ends the reading; there is nothing it could fail at

// UpdateAlone is Update in a transaction that is shared with nobody else, so that the state before it is one that others have been
// told of, and all of that.
func (s *Store) UpdateAlone(ctx context.Context, fn func(*Tx) error) error {
	return s.wait(ctx, &call{fn: fn, alone: true, done: make(chan error, 1)})
}

// MoveTo gives the file another name, in its folder, in the place of a file that is there. What is written goes on. The error is that
// of the disk; then the file has its old name.
func (s *Store) MoveTo(ctx context.Context, path string) error {
	// Where files are renamed after a reset, too: in the writer's goroutine.
	return s.UpdateAlone(ctx, func(*Tx) error {
		if err := os.Rename(s.Path(), path); err != nil {
			return fmt.Errorf("move the store: %w", err)
		}
		s.path.Store(&path)
		return s.syncFolder()
	})
}

// Link gives the file a second name, under which it stays when another one takes the first; path is in its folder. Where a file
// system knows no second names, it is moved there. The error is that of the disk.
func (s *Store) Link(ctx context.Context, path string) error {
	return s.UpdateAlone(ctx, func(*Tx) error {
		if err := removeIfThere(path); err != nil {
			return fmt.Errorf("link the store: %w", err)
		}
		if err := os.Link(s.Path(), path); err != nil {
			if err := os.Rename(s.Path(), path); err != nil {
				return fmt.Errorf("move the store: %w", err)
			}
		}
		s.path.Store(&path)
		return nil
	})
}

// Recover finishes or undoes what MoveTo and Link were about when the process ended: a file under the name next takes the name path if
// nothing has it, and is removed otherwise. It is called before Open. The error is that of the disk.
func Recover(path, next string) error {
	if _, err := os.Stat(path); os.IsNotExist(err) {
		if err := os.Rename(next, path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("take up store %s: %w", filepath.Base(next), err)
		}
		return nil
	}
	return removeIfThere(next)
}

// Uploads are the keys of the uploads whose files have come and have not been stored.
func (tx *Tx) Uploads() ([]string, error) {
	var keys []string
	for _, id := range tx.idsUnder([]byte{uploadRef}) {
		m, err := tx.Movement(id)
		if err != nil {
			return nil, err
		}
		for _, u := range m.Uploads {
			if u.Uploaded() && !u.Stored {
				keys = append(keys, u.Key)
			}
		}
	}
	return keys, nil
}
