package simulator

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"

	"nctsim/simulator/snapshot"
)

const (
	// readySuffix is what the store is called that was made of a snapshot before anybody wanted to restore it. While it is copied, a number
	// follows.
	readySuffix = ".ready"
	// readyFrom is from how many bytes of a store on that is worth it: copying less takes no time.
	readyFrom = 1 << 20
)

// ready is a store that is made, beside what goes on, of the snapshot that was taken, imported or restored last. Who puts back a large
// world again and again need not wait for it to be copied. A snapshot that has files of uploads, too, is not copied.
type ready struct {
	path    string
	durable bool

	mu sync.Mutex
	// made counts the copies, and last is the one that is wanted, nil for none.
	made   int
	last   *ahead
	closed bool
}

// ahead is a copy of the store of a snapshot, while it is made and then. finish has to be called.
type ahead struct {
	ready *ready
	name  string
	file  *snapshot.EarlyFile
	// ctx ends when another one is wanted, and done is closed when this one is whole or given up.
	ctx  context.Context
	stop context.CancelFunc
	done chan struct{}
	// snapshot is the file that it is the store of, and store its own; nil as long as it is not whole.
	snapshot, store os.FileInfo
}

// next begins to copy a snapshot that has a store of so many bytes, and so many uploads. What was copied before goes. It is nil if that
// is not worth it. The error is that of the disk.
func (r *ready) next(name string, size int64, uploads int) (a *ahead, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.forget(); err != nil || size < readyFrom || uploads > 0 || r.closed {
		return nil, err
	}
	r.made++
	a = &ahead{ready: r, name: name, done: make(chan struct{})}
	file, err := os.OpenFile(r.path+"-"+strconv.Itoa(r.made), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	a.file = &snapshot.EarlyFile{File: file}
	a.ctx, a.stop = context.WithCancel(context.Background())
	r.last = a
	return a, nil
}

// forget wants no copy any more; mu is held.
func (r *ready) forget() error {
	a := r.last
	r.last = nil
	if a == nil {
		return nil
	}
	a.stop() // who makes it removes it, unless it is made
	if a.store == nil {
		return nil
	}
	return os.Remove(r.path)
}

// extract copies a snapshot that there is, and closes it. The error is that of the snapshot or the disk.
func (a *ahead) extract(from *snapshot.Snapshot) error {
	of, err := from.Stat()
	if err == nil {
		err = from.ExtractStore(a.ctx, a.file)
	}
	return errors.Join(a.finish(of, err), from.Close())
}

// finish ends the copying, with an error if it has failed, and says which file the copy is the store of. It waits until the disk has it, if
// it has to. It is removed if another one is wanted meanwhile, which is not an error.
func (a *ahead) finish(of os.FileInfo, err error) error {
	if err == nil && a.ready.durable {
		err = a.file.Sync()
	}
	a.ready.mu.Lock()
	defer a.ready.mu.Unlock()
	defer close(a.done)
	if a.ctx.Err() != nil {
		return errors.Join(a.file.Close(), os.Remove(a.file.Name()))
	}
	a.stop()
	if err = errors.Join(err, a.file.Close()); err == nil {
		err = os.Rename(a.file.Name(), a.ready.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(a.file.Name()))
	}
	store, err := os.Lstat(a.ready.path)
	if err != nil {
		return errors.Join(err, os.Remove(a.ready.path))
	}
	a.snapshot, a.store = of, store
	return nil
}

// along is a snapshot that is copied while it is taken, because reading it again would take as long as taking it: it writes both.
type along struct {
	*ahead
	first io.Writer
	// err is why the copy is not written any more.
	err error
}

// Write fails if the snapshot cannot be written, and not even with the room that the copy had.
func (a *along) Write(b []byte) (n int, err error) {
	n, err = a.first.Write(b)
	if err != nil && a.err == nil {
		a.err = errors.Join(err, a.file.Truncate(0))
		var more int
		more, err = a.first.Write(b[n:])
		n += more
	}
	if a.err == nil && a.ctx.Err() != nil {
		a.err = errors.Join(a.ctx.Err(), a.file.Truncate(0))
	}
	if a.err == nil {
		_, a.err = a.file.Write(b[:n])
	}
	return n, err
}

// end keeps the copy of a snapshot that was written to a file, of which it is what is the store; nil if that has failed. It may wait for
// the disk.
func (a *along) end(m snapshot.Manifest, of os.FileInfo) error {
	if a.err == nil && of == nil {
		a.err = errors.New("the snapshot was not taken")
	}
	if a.err == nil {
		a.err = a.file.Truncate(m.StoreBytes)
	}
	return a.finish(of, a.err)
}

// take gives what is ready of a snapshot another name, and reports whether there was something. It waits for what is being copied of it.
func (r *ready) take(ctx context.Context, from *snapshot.Snapshot, path string) bool {
	r.mu.Lock()
	a := r.last
	r.mu.Unlock()
	if a == nil || a.name != from.Name {
		return false
	}
	select {
	case <-a.done:
	case <-ctx.Done():
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if of, err := from.Stat(); r.last != a || err != nil || !snapshot.Untouched(a.snapshot, of) {
		return false
	}
	if store, err := os.Lstat(r.path); err != nil || !snapshot.Untouched(a.store, store) {
		return false
	}
	r.last = nil
	return os.Rename(r.path, path) == nil
}

// close ends the copying, and removes what was copied.
func (r *ready) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return r.forget()
}
