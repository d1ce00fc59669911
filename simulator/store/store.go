package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Errors of Open, Update and View that a caller tells apart. The errors returned wrap them, say more,
// and end with a hint.
var (
	// ErrNotFound says that there is no such movement, message or event.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a movement already has a message of that id or ordinal.
	ErrExists = errors.New("already exists")
	// ErrNewer says that the file was written by a later version of the simulator.
	ErrNewer = errors.New("the store was written by a newer version")
	// ErrDamaged says that the file is not what was written.
	ErrDamaged = errors.New("the store is damaged")
	// ErrFull says that the file may not become any larger.
	ErrFull = errors.New("the store may not become any larger")
	// ErrInUse says that another process, or another Store of this one, has the file open.
	ErrInUse = errors.New("the store is in use")
	// ErrClosed says that the Store was closed.
	ErrClosed = errors.New("the store is closed")
)

// format is the version of the layout of buckets, keys and records that this package writes. Files of format 1, which
// knew no notifications and no balance enquiries, of format 2, which knew no applications, and up to format 4, which knew no faults
// and holds but those of scenarios, get the buckets that they lack.
// In files up to format 3 no record is packed; those that they have stay as they are.
const format = 5

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = time.Second

// growBy is how much a durable file grows at once: each time costs a sync of its own.
const growBy = 4 << 20

// mapSize is the address space set aside for the file. As long as the file is smaller, bbolt never has
// to map it anew, which is the one occasion on which readers and the writer would wait for each other.
// Address space costs no memory. Windows would make the file that large, and 32 bits have no room.
func mapSize(most int) int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 0
	}
	if most > 0 {
		return most
	}
	return 1 << 36
}

// Options say where the store is and what a commit is worth.
type Options struct {
	// Path of the file. It is made when there is none; its folder has to exist.
	Path string
	// Durable makes each commit wait until the disk has it. Without it the operating system writes when
	// it likes: what was stored survives the end of the process, but not that of the machine.
	Durable bool
	// Identity is the name of a new store, which tells its entries from those of another store with the same numbers. A
	// store that has a name keeps it.
	Identity string
	// Renamed gives Identity to a store that has a name, too: what goes on in it is not what went on under that name.
	Renamed bool
	// MaxSize is how many bytes the file may have: an update that needs more fails with [ErrFull]. 0 sets no limit.
	MaxSize int
	// OnDamage is told of each record that a list has left out because it is damaged, once per record. May be nil.
	OnDamage func(Damaged)

	// For tests: what to use instead of the constants.
	compactFrom int64
	smallFile   int64
}

// Store is an open store. It is safe for use by many goroutines.
type Store struct {
	options  Options
	wasEmpty bool
	identity string
	path     atomic.Pointer[string] // of the file itself, whatever links lead to it
	// db is replaced by compact, which lets the old one be closed once nobody reads it any more.
	db      atomic.Pointer[bbolt.DB]
	retired sync.WaitGroup

	// rider goes with all commits.
	rider atomic.Pointer[Rider]

	// damaged are the keys of damaged records that OnDamage was told of.
	damaged sync.Map

	calls chan *call
	// next is a call that the writer has taken from calls and not begun; it belongs to the writer.
	next *call
	// closing guards calls against being closed while somebody sends.
	closing   sync.RWMutex
	closed    bool
	stopped   chan struct{}
	closeOnce sync.Once
	closeErr  error

	// broken is why nothing can be written any more, and failing why the last commit failed, nil if it did not.
	broken, failing atomic.Pointer[error]
	// full says that a commit has failed with ErrFull, and nothing has shown since that there is room again.
	full atomic.Bool
	// stuck says that bbolt has a transaction that cannot end; it belongs to the writer.
	stuck bool
	// verified is closed when all leaves of a large file have been read, and stopVerifying ends that.
	verified      chan struct{}
	stopVerifying func()
}

// fail lets all further updates fail.
func (s *Store) fail(err error) { s.broken.CompareAndSwap(nil, &err) }

// Open opens the store, and makes it when there is no file or an empty one (WasEmpty tells them apart). The errors wrap
// ErrInUse, ErrNewer or ErrDamaged; other errors are those of the operating system.
func Open(o Options) (*Store, error) {
	o.setDefaults()
	empty, err := verify(o)
	if err != nil {
		return nil, explain(o.Path, err)
	}
	db, err := openBolt(o.Path, o)
	if err != nil {
		return nil, explain(o.Path, err)
	}
	identity, err := prepare(db, o.Identity, o.Renamed)
	if err != nil {
		return nil, errors.Join(explain(o.Path, err), db.Close())
	}
	s := &Store{options: o, wasEmpty: empty, identity: identity, calls: make(chan *call, maxGroup), stopped: make(chan struct{}), verified: make(chan struct{})}
	s.db.Store(db)
	s.path.Store(&o.Path)
	if file, err := filepath.EvalSymlinks(o.Path); err == nil {
		s.path.Store(&file)
	}
	_ = removeIfThere(s.Path() + newSuffix) // of a renewal that was cut short; it harms nobody
	if s.stopVerifying, err = s.verifyLeaves(); err != nil {
		return nil, errors.Join(explain(o.Path, err), db.Close())
	}
	go s.run()
	return s, nil
}

func (o *Options) setDefaults() {
	if o.compactFrom == 0 {
		o.compactFrom = compactFrom
	}
	if o.smallFile == 0 {
		o.smallFile = smallFile
	}
}

func openBolt(path string, o Options) (*bbolt.DB, error) {
	opts := bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapSize(o.MaxSize),
		MaxSize:         o.MaxSize,
		NoSync:          !o.Durable,
		NoGrowSync:      !o.Durable,
		NoStatistics:    true,
	}
	db, err := guardedOpen(path, &opts)
	if opts.InitialMmapSize > 0 && outOfMemory(err) {
		opts.InitialMmapSize = 0
		db, err = guardedOpen(path, &opts)
	}
	if err == nil {
		db.AllocSize = growBy
	}
	return db, err
}

// guardedOpen turns a panic over a page that makes no sense into an error.
func guardedOpen(path string, opts *bbolt.Options) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	return bbolt.Open(path, 0o600, opts)
}

// explain adds to an error of opening what the user can do about it.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("open store %s: %w; hint: another simulator has it open, stop that one or choose another folder with --data", path, ErrInUse)
	case errors.Is(err, ErrNewer):
		return fmt.Errorf("open store %s: %w; hint: use that version or a later one, or choose another folder with --data", path, err)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("open store %s: %w; hint: restore the file from a copy, or move it away to begin with an empty store", path, err)
	}
	return fmt.Errorf("open store %s: %w; hint: the folder has to exist, the file has to be readable and writable, and the disk needs some room", path, err)
}

// prepare makes the buckets of a new file, and checks the format of an old one. It returns the store's identity: that of the file, unless
// it is to be renamed.
func prepare(db *bbolt.DB, identity string, renamed bool) (_ string, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recoverDamage(&err)
	complete := false
	err = db.View(func(tx *bbolt.Tx) error {
		first, _ := tx.Cursor().First()
		if first == nil {
			return nil
		}
		version, err := checkFormat(tx)
		if err != nil {
			return err
		}
		own := tx.Bucket([]byte(metaBucket.String())).Get(identityKey)
		if own != nil && !renamed {
			content, err := unseal("its identity", own)
			if err != nil {
				return err
			}
			identity = string(content)
		}
		complete = version == format && !renamed && (own != nil || identity == "")
		return nil
	})
	if err != nil || complete {
		return identity, err
	}
	return identity, db.Update(func(tx *bbolt.Tx) error { return create(tx, identity) })
}

// create lays out an empty store, and completes one of an earlier format or without an identity.
func create(tx *bbolt.Tx, identity string) error {
	for b := range bucketCount {
		if _, err := tx.CreateBucketIfNotExists([]byte(b.String())); err != nil {
			return fmt.Errorf("make bucket %s: %w", b, err)
		}
	}
	meta := tx.Bucket([]byte(metaBucket.String()))
	if identity != "" {
		if err := meta.Put(identityKey, seal(append(newRecord(len(identity)), identity...))); err != nil {
			return err
		}
	}
	return meta.Put(formatKey, formatRecord(format))
}

// formatRecord is what the file says of its format. All versions write it in this way: the checksum tells
// a newer version from damage.
func formatRecord(version byte) []byte { return seal(append(newRecord(1), version)) }

// checkFormat refuses files of later versions and of other programs, and says what format the file has.
func checkFormat(tx *bbolt.Tx) (version byte, err error) {
	meta := tx.Bucket([]byte(metaBucket.String()))
	if meta == nil {
		return 0, fmt.Errorf("%w: it has no bucket %s and may belong to another program", ErrDamaged, metaBucket)
	}
	v, err := unseal("its format", meta.Get(formatKey))
	if err != nil {
		return 0, err
	}
	if len(v) == 0 || v[0] == 0 {
		return 0, fmt.Errorf("%w: its format %x is unknown", ErrDamaged, v)
	}
	if v[0] > format {
		return 0, fmt.Errorf("%w: its format is %d and this version knows %d", ErrNewer, v[0], format)
	}
	for b := range bucketsOf(v[0]) {
		if tx.Bucket([]byte(b.String())) == nil {
			return 0, fmt.Errorf("%w: bucket %s is missing", ErrDamaged, b)
		}
	}
	return v[0], nil
}

// bucketsOf is how many buckets a file of a format has.
func bucketsOf(version byte) bucket {
	switch version {
	case 1:
		return buckets1
	case 2:
		return buckets2
	case 3, 4:
		return buckets4
	}
	return bucketCount
}

// WasEmpty says that there was a file without a single byte, of which a new store was made. No store looks like that but
// one whose making was cut short before it held anything; a file that did hold something may have been cut off.
func (s *Store) WasEmpty() bool { return s.wasEmpty }

// Identity is the name of the store: Options.Identity of when it was made, "" if it has none.
func (s *Store) Identity() string { return s.identity }

// Path is where the file is.
func (s *Store) Path() string { return *s.path.Load() }

// Close runs the updates that wait, and waits for open views before it closes the file. Later calls of
// Update and View return ErrClosed; closing again does nothing.
func (s *Store) Close() error {
	s.closeOnce.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Store) close() error {
	s.closing.Lock()
	s.closed = true
	close(s.calls)
	s.closing.Unlock()
	<-s.stopped
	s.stopVerifying()
	s.retired.Wait()
	if s.stuck {
		return *s.broken.Load() // bbolt would wait for its transaction
	}
	if err := s.db.Load().Close(); err != nil {
		return fmt.Errorf("close store %s: %w", s.Path(), err)
	}
	return nil
}

// View runs fn on the store as it is now and returns fn's error. It never waits for writers, nor they
// for it; but a View that stays open keeps the space of everything deleted meanwhile from being used
// again. The Tx must not be used after fn returns.
func (s *Store) View(fn func(*Tx) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	bolt, err := s.begin()
	if err != nil {
		return err
	}
	defer func() { _ = bolt.Rollback() }() // ends the reading; there is nothing it could fail at
	defer recoverDamage(&err)
	tx := newTx(bolt)
	tx.onDamage = s.foundDamage
	return fn(tx)
}

// Read is what a function reads of a store as it is now; view is [Store.View], or what calls it. The error is that of either.
func Read[T any](view func(func(*Tx) error) error, read func(*Tx) (T, error)) (v T, err error) {
	err = view(func(tx *Tx) (err error) {
		v, err = read(tx)
		return err
	})
	return v, err
}

func (s *Store) begin() (*bbolt.Tx, error) {
	for {
		db := s.db.Load()
		bolt, err := db.Begin(false)
		if err == nil {
			return bolt, nil
		}
		if !errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
			return nil, fmt.Errorf("read store %s: %w", s.Path(), err)
		}
		if s.db.Load() == db {
			return nil, ErrClosed
		}
	}
}

// probeSize is what Writable tries to write: more than a message usually takes.
const probeSize = 64 << 10

// Writable tells why the store cannot be written, nil if it can. As long as commits succeed it knows that from them; after
// one has failed it tries itself, because those who wait for a ready simulator write nothing meanwhile. The error is that of
// Update.
func (s *Store) Writable(ctx context.Context) error {
	if broken := s.broken.Load(); broken != nil {
		return *broken
	}
	if s.failing.Load() == nil && !s.full.Load() {
		return nil
	}
	err := s.Update(ctx, func(tx *Tx) error { return tx.put(metaBucket, probeKey, make([]byte, probeSize)) })
	if err != nil {
		return err
	}
	s.full.Store(false)
	return s.Update(ctx, func(tx *Tx) error { return tx.delete(metaBucket, probeKey) })
}

// Full reports whether the store may not become any larger and has no room for a message. A small commit may still succeed now and then.
func (s *Store) Full(ctx context.Context) bool {
	return s.full.Load() && errors.Is(s.Writable(ctx), ErrFull)
}

// Remove closes the store and deletes its file, for stores that were never meant to stay.
func (s *Store) Remove() error {
	if err := s.Close(); err != nil {
		return err
	}
	if err := os.Remove(s.Path()); err != nil {
		return fmt.Errorf("remove store: %w", err)
	}
	return nil
}

// Update runs fn in a transaction that may write, together with those of other callers, and returns
// when all it did is committed, or none of it. fn may run more than once; only the last run counts.
// Neither Update nor Close may be called within fn.
//
// The error is that of fn, a *PanicError when fn panicked, that of the context when it ended before fn
// was begun, ErrClosed, or what went wrong with the commit.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	return s.wait(ctx, &call{fn: fn, done: make(chan error, 1)})
}

// wait hands a call to the writer and waits for what comes of it.
func (s *Store) wait(ctx context.Context, c *call) error {
	if err := s.submit(ctx, c); err != nil {
		return err
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
	}
	if c.withdraw() {
		return ctx.Err()
	}
	return <-c.done // it is being written: say what comes of it
}

func (s *Store) submit(ctx context.Context, c *call) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.calls <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
