package engine

import (
	"errors"
	"fmt"
	"os"

	"nctsim/simulator/clock"
	"nctsim/simulator/store"
)

// Pinned is all that belongs to the movements at one moment: the store, the files that were uploaded and are not in it yet, and
// what the clock showed. Release has to be called.
type Pinned struct {
	Store *store.Pinned
	Files []PinnedFile
	Clock clock.Reading
}

// PinnedFile is a file that was uploaded, by the key of its upload, with its size in bytes.
type PinnedFile struct {
	Key string
	*os.File
	Size int64
}

// Pin keeps everything as it is now, while the work goes on. The error is that of the disk.
func (e *Engine) Pin() (*Pinned, error) {
	// No file is removed before it is opened.
	e.uploads.removing.Lock()
	defer e.uploads.removing.Unlock()
	st, err := e.store.Pin()
	if err != nil {
		return nil, err
	}
	// Later than the store, so that nothing in it lies in the clock's future.
	p := &Pinned{Store: st, Clock: e.clock.Reading()}
	keys, err := store.Read(st.View, (*store.Tx).Uploads)
	for _, key := range keys {
		if err == nil {
			err = p.add(key, e.uploads.file(key))
		}
	}
	if err != nil {
		p.Release()
		return nil, fmt.Errorf("keep the uploads: %w", err)
	}
	return p, nil
}

// add opens a file. One that is gone is left out: the end of its upload says so in either world.
func (p *Pinned) add(key, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	p.Files = append(p.Files, PinnedFile{key, f, info.Size()})
	return nil
}

// Release lets go of it.
func (p *Pinned) Release() {
	p.Store.Release()
	for _, f := range p.Files {
		_ = f.Close() // it was only read
	}
}
