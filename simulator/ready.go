package simulator

import (
	"context"
	"errors"
	"os"
	"sync"

	"nctsim/simulator/snapshot"
)

const (
	// readySuffix is what the store is called that was made of a snapshot before anybody wanted to restore it.
	readySuffix = ".ready"
	// readyFrom is from how many bytes of a store on that is worth it: copying less takes no time.
	readyFrom = 1 << 20
)

// ready is a store that is made, beside what goes on, of the snapshot that was taken or restored last. Who puts back a large world again
// and again need not wait for it to be copied.
type ready struct {
	path    string
	durable bool

	mu sync.Mutex
	// of is the name of the snapshot that is being copied or was, "" for none, and stop ends the copying.
	of   string
	stop context.CancelFunc

	// copying is held while the files are written or taken, and file is that of the snapshot that they are of, nil if they are not there.
	copying sync.Mutex
	file    os.FileInfo
}

// begin says which snapshot is to be copied; work does it. What was copied before goes.
func (r *ready) begin(name string) (work func(open func(string) (*snapshot.Snapshot, error)) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
	}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	r.of = name
	return func(open func(string) (*snapshot.Snapshot, error)) error {
		r.copying.Lock()
		defer r.copying.Unlock()
		if ctx.Err() != nil {
			return nil // another one is wanted meanwhile
		}
		if err := r.remove(); err != nil {
			return err
		}
		from, err := open(name)
		if errors.Is(err, snapshot.ErrNotFound) || err == nil && from.StoreBytes < readyFrom {
			if from != nil {
				err = from.Close()
			}
			return err
		}
		if err != nil {
			return err
		}
		err = errors.Join(r.copy(ctx, from), from.Close())
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
}

func (r *ready) copy(ctx context.Context, from *snapshot.Snapshot) error {
	file, err := from.Stat()
	if err != nil {
		return err
	}
	if err := from.Extract(ctx, r.path, r.path+uploadsSuffix); err != nil {
		return err
	}
	if r.durable {
		f, err := os.OpenFile(r.path, os.O_RDWR, 0)
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		if err != nil {
			return errors.Join(err, r.remove())
		}
	}
	r.file = file
	return nil
}

// take gives what is ready of a snapshot other names, and reports whether there was something. It waits for what is being copied of it.
func (r *ready) take(from *snapshot.Snapshot, path, uploads string) bool {
	r.mu.Lock()
	if r.of != from.Name && r.stop != nil {
		r.stop()
	}
	r.mu.Unlock()
	r.copying.Lock()
	defer r.copying.Unlock()
	now, err := from.Stat()
	was := r.file
	if err != nil || was == nil || !os.SameFile(was, now) || was.Size() != now.Size() || !was.ModTime().Equal(now.ModTime()) {
		return false
	}
	r.file = nil
	if len(from.Uploads) > 0 && os.Rename(r.path+uploadsSuffix, uploads) != nil {
		return false
	}
	return os.Rename(r.path, path) == nil
}

// remove removes what was copied; copying is held.
func (r *ready) remove() error {
	r.file = nil
	err := os.RemoveAll(r.path + uploadsSuffix)
	if removed := os.Remove(r.path); !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}

// halt ends the copying; close removes what was copied, once nobody copies any more.
func (r *ready) halt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
	}
}

func (r *ready) close() error {
	r.copying.Lock()
	defer r.copying.Unlock()
	return r.remove()
}
