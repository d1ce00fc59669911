package simulator

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"nctsim/simulator/api/control"
	"nctsim/simulator/assembly"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/scenario"
	"nctsim/simulator/snapshot"
	"nctsim/simulator/store"
)

const (
	// snapshotsFolder is the name of the folder of snapshots inside Config.Data.
	snapshotsFolder = "snapshots"
	// nextSuffix is what the store of a snapshot is called until it takes the place of the one that there is, and beforeSuffix what that
	// one is called from then on, until it is a snapshot itself.
	nextSuffix   = ".next"
	beforeSuffix = ".before"
	// uploadsSuffix is what the folder of the uploads of such a store is called until the store has a name.
	uploadsSuffix = ".uploads"

	// answerTime is how long requests may take to be answered by what they came to when something else takes its place, in real time.
	// Then they are given up, and have giveUpTime for that. On a machine that is busy with much else, an answer may take more than a second.
	answerTime = 3 * time.Second
	giveUpTime = 5 * time.Second
)

// WriteSnapshot writes a snapshot of everything as it is at one moment, while the work goes on. The file has the format of
// GET /simulator/v1/snapshots/{name}/file, and another simulator can begin with it (Config.From). The errors are those of w and of the
// context.
func (s *Simulator) WriteSnapshot(ctx context.Context, w io.Writer) error {
	world := s.enter()
	defer world.leave()
	world.keepCounts(ctx)
	pinned, err := world.engine.Pin()
	if err != nil {
		return fmt.Errorf("take a snapshot: %w", err)
	}
	defer pinned.Release()
	m, content, err := world.describe(pinned, "", snapshot.Saved)
	if err == nil {
		_, err = snapshot.Write(ctx, w, m, content)
	}
	return err
}

// describe says what is in a snapshot of what is pinned.
func (w *world) describe(p *engine.Pinned, name, reason string) (m snapshot.Manifest, c snapshot.Content, err error) {
	s := w.simulator
	m = s.manifest(reason)
	m.Name, m.Seed = name, w.seed
	m.Clock = snapshot.Clock{Mode: p.Clock.Mode, Now: p.Clock.Now, Scale: p.Clock.Scale}
	err = p.Store.View(func(tx *store.Tx) (err error) {
		m.Counts, err = countsOf(tx)
		return err
	})
	if s.config.Library == nil { // else it belongs to others, too
		var put []*scenario.Scenario
		put, m.Removed = w.library.get().Changes()
		for _, sc := range put {
			m.Scenarios = append(m.Scenarios, snapshot.Scenario{File: sc.File, Text: string(sc.Text)})
		}
	}
	c.Store = p.Store
	for _, f := range p.Files {
		m.Uploads = append(m.Uploads, snapshot.Upload{Key: f.Key, Bytes: f.Size})
		c.Files = append(c.Files, f.File)
	}
	return m, c, err
}

// manifest is what a simulator says in all snapshots that it takes now.
func (s *Simulator) manifest(reason string) snapshot.Manifest {
	return snapshot.Manifest{
		Taken: time.Now().UTC().Truncate(clock.Precision), Reason: reason, Version: s.config.Version, StoreFormat: store.Format, Profile: s.config.Profile,
	}
}

func countsOf(tx *store.Tx) (snapshot.Counts, error) {
	stats, err := tx.Stats()
	return snapshot.Counts{Movements: stats.Movements, Messages: stats.Messages, Waiting: stats.Events, Entries: stats.Entries}, err
}

// openFrom opens the snapshot that the settings say to begin with, nil if they name none.
func (s *Simulator) openFrom() (*snapshot.Snapshot, error) {
	from := s.begin
	if from == nil && s.config.From == "" {
		return nil, nil
	}
	var err error
	if from == nil {
		if from, err = snapshot.Open(s.config.From); err != nil {
			return nil, fmt.Errorf("from: %w", err)
		}
	}
	s.onRelease(func(context.Context) error { return from.Close() })
	if s.clock, err = s.clockOf(from); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	s.seed = from.Seed
	return from, nil
}

// clockOf is a clock that goes on where that of a snapshot stood, in its way.
func (s *Simulator) clockOf(from *snapshot.Snapshot) (*clock.Clock, error) {
	c, err := clock.New(clock.Options{Mode: clock.Manual, Scale: s.config.TimeScale, Now: from.Clock.Now})
	if err == nil && from.Clock.Mode != clock.Manual {
		r := clock.Reading{Mode: from.Clock.Mode}
		if r.Mode == clock.Scaled {
			r.Scale = from.Clock.Scale
		}
		err = c.Set(r)
	}
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", from.Name, err)
	}
	return c, nil
}

// storeFrom makes the store of a new data folder of a snapshot.
func (s *Simulator) storeFrom(ctx context.Context, from *snapshot.Snapshot, path string) (*store.Store, error) {
	if _, err := os.Stat(path); err == nil {
		return nil, fmt.Errorf("from: there is a store in %s already; hint: nctsim snapshot restore replaces what a running simulator has, or choose another folder with --data", s.config.Data)
	}
	st, err := s.extract(ctx, from, path)
	if err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	return st, nil
}

// extract makes a store of a snapshot, with the folder of its uploads beside it. When there is an error, nothing of that stays.
func (s *Simulator) extract(ctx context.Context, from *snapshot.Snapshot, path string) (st *store.Store, err error) {
	uploads := path + uploadsSuffix
	if err := os.RemoveAll(uploads); err != nil { // of one that was cut short
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(uploads))
		}
	}()
	if s.snapshots == nil || !s.snapshots.ready.take(ctx, from, path) {
		if err := from.Extract(ctx, path, uploads); err != nil {
			return nil, err
		}
	}
	if st, err = s.openFile(path, true); err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	own := assembly.OwnUploadsOf(st)
	if len(from.Uploads) > 0 {
		err = os.Rename(uploads, own)
	} else {
		err = os.Mkdir(own, 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, st.Remove())
	}
	return st, nil
}

// snapshots takes snapshots, keeps them, and puts what is in them in the place of what there is.
type snapshots struct {
	simulator *Simulator
	folder    *snapshot.Folder
	// turn has room for the one who restores.
	turn  chan struct{}
	ready ready
	// work is what goes on beside the calls, and ends with close.
	work sync.WaitGroup

	mu sync.Mutex
	// writing are the automatic snapshots that are being written; idle is closed when there are none, nil if nobody waits.
	writing int
	idle    chan struct{}
	closed  bool
}

// openSnapshots takes up the folder of snapshots, and clears away what a run that was cut off has left.
func (s *Simulator) openSnapshots() (err error) {
	x := &snapshots{simulator: s, turn: make(chan struct{}, 1)}
	if x.folder, err = snapshot.OpenFolder(filepath.Join(s.folder, snapshotsFolder)); err != nil {
		return err
	}
	x.ready = ready{path: filepath.Join(s.folder, storeFile+readySuffix), durable: s.config.durable()}
	s.snapshots = x
	return nil
}

// keepReady copies a snapshot beside what goes on, for a restore. That it cannot be is no loss but of time.
func (x *snapshots) keepReady(name string) {
	from, err := x.folder.Open(name)
	if errors.Is(err, snapshot.ErrNotFound) {
		return
	}
	var copied *ahead
	if err == nil {
		if copied, err = x.ready.next(name, from.StoreBytes, len(from.Uploads)); copied == nil {
			err = errors.Join(err, from.Close())
		}
	}
	if copied != nil {
		x.beside(func() { x.notReady(name, copied.extract(from)) })
		return
	}
	x.notReady(name, err)
}

// notReady reports that a snapshot could not be copied ahead, if there is an error.
func (x *snapshots) notReady(name string, err error) {
	if err != nil {
		x.simulator.config.Logger.Info("a snapshot could not be copied ahead of a restore", "snapshot", name, "error", err)
	}
}

// beside does something beside what goes on, or at once if the simulator closes.
func (x *snapshots) beside(work func()) {
	x.mu.Lock()
	if !x.closed {
		defer x.mu.Unlock()
		x.work.Go(work)
		return
	}
	x.mu.Unlock()
	work()
}

// clearAway removes what a restore that was cut off has left beside a store, and makes a snapshot of the store that it was to undo.
func (x *snapshots) clearAway(st *store.Store) error {
	stray, err := assembly.StrayUploads(st)
	copies, globErr := filepath.Glob(x.ready.path + "*")
	err = errors.Join(err, globErr)
	for _, left := range append(append(stray, copies...), st.Path()+nextSuffix+uploadsSuffix) {
		err = errors.Join(err, os.RemoveAll(left))
	}
	before := st.Path() + beforeSuffix
	if _, missing := os.Stat(before); missing != nil {
		return err
	}
	if x.simulator.config.Undo > 0 {
		err = errors.Join(err, x.keepLeft(before))
	}
	if removed := os.Remove(before); !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}

// keepLeft makes a snapshot of a store that a restore has replaced and not kept. What it does not say of itself is as in the settings.
func (x *snapshots) keepLeft(path string) error {
	s := x.simulator
	old, err := s.openFile(path, false)
	if err != nil {
		return err
	}
	reading := s.clock.Reading()
	m := s.manifest(snapshot.BeforeRestore)
	m.Seed, m.Clock = s.seed, snapshot.Clock{Mode: reading.Mode, Now: reading.Now, Scale: reading.Scale}
	err = old.View(func(tx *store.Tx) (err error) {
		m.Counts, err = countsOf(tx)
		return err
	})
	if err := errors.Join(err, old.Close()); err != nil {
		return err
	}
	undo, err := x.folder.Automatic()
	if err != nil {
		return err
	}
	m.Name = undo.Name()
	if _, err = snapshot.Seal(path, m, nil); err == nil {
		err = undo.Adopt(path)
	}
	if err != nil {
		undo.Discard()
		return err
	}
	return errors.Join(undo.Keep(), x.folder.Prune(s.config.Undo))
}

// close waits for what is being written. Nothing is restored any more.
func (x *snapshots) close(ctx context.Context) error {
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	notReady := x.ready.close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.work.Wait()
	}()
	select {
	case <-done:
		return notReady
	case <-ctx.Done():
		return errors.Join(notReady, ctx.Err())
	}
}

// begin has an automatic snapshot written beside what goes on; false if the simulator closes and nothing is begun any more.
func (x *snapshots) begin(write func()) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.closed {
		x.spawn(write)
	}
	return !x.closed
}

// spawn begins without asking whether the simulator closes; the caller holds mu.
func (x *snapshots) spawn(write func()) {
	x.writing++
	x.work.Go(func() {
		defer x.end()
		write()
	})
}

func (x *snapshots) end() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.writing--; x.writing == 0 && x.idle != nil {
		close(x.idle)
		x.idle = nil
	}
}

// Settle waits until no automatic snapshot is being written, so that the list has them all. The error is that of the context.
func (x *snapshots) Settle(ctx context.Context) error {
	x.mu.Lock()
	if x.writing == 0 {
		x.mu.Unlock()
		return nil
	}
	if x.idle == nil {
		x.idle = make(chan struct{})
	}
	idle := x.idle
	x.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// beforeReset is what keeps what a reset of a world forgets, nil if that is not wanted.
func (x *snapshots) beforeReset(w *world) func(*engine.Pinned) {
	if x.simulator.config.Undo == 0 {
		return nil
	}
	return func(before *engine.Pinned) {
		begun := x.begin(func() {
			defer before.Release()
			if err := x.keepUndo(w, before); err != nil {
				x.simulator.config.Logger.Error("a reset cannot be undone because what it forgot could not be kept", "error", err)
			}
		})
		if !begun {
			before.Release()
		}
	}
}

func (x *snapshots) keepUndo(w *world, before *engine.Pinned) error {
	p, err := x.folder.Automatic()
	if err != nil {
		return err
	}
	_, err = w.writeTo(context.Background(), p, p, before, snapshot.BeforeReset)
	if err == nil {
		err = p.Keep()
	}
	if err != nil {
		return err
	}
	return x.folder.Prune(x.simulator.config.Undo)
}

// writeTo writes a snapshot of what is pinned to what writes to the pending one. When there is an error, nothing of it stays.
func (w *world) writeTo(ctx context.Context, to io.Writer, p *snapshot.Pending, pinned *engine.Pinned, reason string) (m snapshot.Manifest, err error) {
	m, content, err := w.describe(pinned, p.Name(), reason)
	if err == nil {
		m, err = snapshot.Write(ctx, to, m, content)
	}
	if err != nil {
		p.Discard()
	}
	return m, err
}

// fromWorld is the snapshots as the control API of a world has them.
type fromWorld struct {
	*snapshots
	world *world
}

// List is all snapshots, the newest first.
func (x *snapshots) List(ctx context.Context) ([]client.Snapshot, error) {
	if err := x.Settle(ctx); err != nil {
		return nil, err
	}
	list := []client.Snapshot{}
	for _, l := range x.folder.List() {
		list = append(list, shown(l.Manifest, l.Bytes, "", l.Err))
	}
	return list, nil
}

// shown is a snapshot as the control API shows it.
func shown(m snapshot.Manifest, bytes int64, sum string, problem error) client.Snapshot {
	s := client.Snapshot{
		Name: m.Name, Taken: m.Taken, Reason: m.Reason, Version: m.Version, StoreFormat: m.StoreFormat,
		Clock: string(m.Clock.Mode), Now: m.Clock.Now, Scale: m.Clock.Scale, Seed: m.Seed, Profile: m.Profile,
		Movements: m.Counts.Movements, Messages: m.Counts.Messages, Waiting: m.Counts.Waiting, Entries: m.Counts.Entries,
		Scenarios: len(m.Scenarios), Uploads: len(m.Uploads), Bytes: bytes, SHA256: sum,
	}
	if problem != nil {
		s.Problem = problem.Error()
	}
	return s
}

// Open opens the file of a snapshot. It waits for an automatic one that is being written.
func (x *snapshots) Open(ctx context.Context, name string) (*snapshot.Snapshot, error) {
	if snapshot.Automatic(name) {
		if err := x.Settle(ctx); err != nil {
			return nil, err
		}
	}
	return x.folder.Open(name)
}

// Get is one by its name.
func (x *snapshots) Get(ctx context.Context, name string) (client.Snapshot, error) {
	s, err := x.Open(ctx, name)
	if err != nil {
		return client.Snapshot{}, err
	}
	return shown(s.Manifest, s.Bytes, hex.EncodeToString(s.Sum[:]), nil), s.Close()
}

// Delete removes one.
func (x *snapshots) Delete(ctx context.Context, name string) error {
	if err := x.Settle(ctx); err != nil {
		return err
	}
	return x.folder.Delete(name)
}

// Import takes in a file.
func (x *snapshots) Import(ctx context.Context, name string, replace bool, file io.Reader) (client.Snapshot, error) {
	if err := snapshot.CheckNew(name); err != nil {
		return client.Snapshot{}, err
	}
	p, err := x.folder.Create(name, replace)
	if err != nil {
		return client.Snapshot{}, err
	}
	if _, err := snapshot.Import(p, file, func(s *snapshot.Snapshot) error { return s.Verify(ctx) }); err != nil {
		return client.Snapshot{}, err
	}
	x.keepReady(name)
	return x.Get(ctx, name)
}

// Save takes a snapshot of the world.
func (x fromWorld) Save(ctx context.Context, n client.NewSnapshot) (client.Snapshot, error) {
	if n.Name == "" {
		n.Name = time.Now().UTC().Format("20060102-150405.000")
	}
	if err := snapshot.CheckNew(n.Name); err != nil {
		return client.Snapshot{}, err
	}
	p, err := x.folder.Create(n.Name, n.Replace)
	if err != nil {
		return client.Snapshot{}, err
	}
	x.world.keepCounts(ctx)
	pinned, err := x.world.engine.Pin()
	if err != nil {
		p.Discard()
		return client.Snapshot{}, err
	}
	defer pinned.Release()
	if err := x.save(ctx, p, pinned); err != nil {
		return client.Snapshot{}, err
	}
	return x.Get(ctx, n.Name)
}

// save writes a snapshot, and copies it ahead while it does so.
func (x fromWorld) save(ctx context.Context, p *snapshot.Pending, pinned *engine.Pinned) error {
	copied, err := x.ready.next(p.Name(), pinned.Store.Size(), len(pinned.Files))
	x.notReady(p.Name(), err)
	to, both := io.Writer(p), &along{ahead: copied, first: p}
	if copied != nil {
		to = both
	}
	m, err := x.world.writeTo(ctx, to, p, pinned, snapshot.Saved)
	if err == nil {
		err = p.Keep()
	}
	if copied != nil {
		x.beside(func() { x.notReady(p.Name(), both.end(m, p.Kept())) })
	}
	return err
}

// Restore is called by a request that the world is answering.
func (x fromWorld) Restore(ctx context.Context, name string) (client.Restored, error) {
	return x.restore(ctx, x.world, name, 1)
}

// Restore puts what is in a snapshot of the control API in the place of everything, as nctsim snapshot restore does. The error is that
// of the control call.
func (s *Simulator) Restore(ctx context.Context, name string) (client.Restored, error) {
	return s.Client().RestoreSnapshot(ctx, name)
}

// restore puts what is in a snapshot in the place of a world. but is how many requests to the world wait for that.
func (x *snapshots) restore(ctx context.Context, w *world, name string, but int) (r client.Restored, err error) {
	leave, err := x.enterTurn(ctx)
	if err != nil {
		return r, err
	}
	defer leave()
	if err := x.Settle(ctx); err != nil { // the store before the last one has to have its own name
		return r, err
	}
	from, err := x.Open(ctx, name)
	if err != nil {
		return r, err
	}
	defer from.Close()
	if x.simulator.world.Load() != w {
		return r, control.ErrReplaced
	}
	next, err := w.prepare(ctx, from)
	if err != nil {
		return r, err
	}
	if err := x.exchange(w, next); err != nil {
		return r, err
	}
	r = client.Restored{Restored: from.Name, Now: next.clock.Now(), Notes: x.differences(from)}
	undo := x.undoOf()
	if undo != nil {
		r.Undo = undo.Name()
	}
	x.simulator.config.Logger.Info("a snapshot was restored", "snapshot", from.Name, "undo", r.Undo)
	answered := make(chan struct{})
	x.mu.Lock()
	x.spawn(func() { // also when the simulator closes: it waits for who has the turn
		if err := x.conclude(w, undo, from.Name, but, answered); err != nil {
			x.simulator.config.Logger.Error("a restore cannot be undone because what there was before could not be kept", "error", err)
		}
	})
	x.mu.Unlock()
	<-answered // after answerTime and giveUpTime at the latest
	x.keepReady(from.Name)
	return r, nil
}

// enterTurn waits for the turn to restore; what it returns ends the turn. The error is that of the context, or that the simulator closes.
func (x *snapshots) enterTurn(ctx context.Context) (leave func(), err error) {
	select {
	case x.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		<-x.turn
		return nil, control.ErrReplaced
	}
	x.work.Add(1)
	return func() {
		x.work.Done()
		<-x.turn
	}, nil
}

// differences are what a restored world does not have as it was.
func (x *snapshots) differences(from *snapshot.Snapshot) (notes []string) {
	if own := x.simulator.config.Profile; from.Profile != own {
		notes = append(notes, fmt.Sprintf("it was taken with the profile %s, and the offices keep the profile %s, which is a setting", from.Profile, own))
	}
	return notes
}

// undoOf begins the snapshot that undoes a restore, nil if there is to be none or it cannot be.
func (x *snapshots) undoOf() *snapshot.Pending {
	if x.simulator.config.Undo == 0 {
		return nil
	}
	undo, err := x.folder.Automatic()
	if err != nil {
		x.simulator.config.Logger.Error("a restore cannot be undone", "error", err)
		return nil
	}
	return undo
}

// prepare makes a world of a snapshot, which does not work yet. When there is an error, nothing of it stays.
func (w *world) prepare(ctx context.Context, from *snapshot.Snapshot) (next *world, err error) {
	s := w.simulator
	clk, err := s.clockOf(from)
	if err != nil {
		return nil, err
	}
	st, err := s.extract(ctx, from, w.store.Path()+nextSuffix)
	if err != nil {
		return nil, err
	}
	next = &world{simulator: s, store: st, clock: clk, seed: from.Seed}
	if err := next.build(from); err != nil {
		return nil, errors.Join(err, next.remove(ctx))
	}
	return next, nil
}

// remove closes a world and removes its files.
func (w *world) remove(ctx context.Context) error {
	err := w.close(ctx)
	return errors.Join(err, os.RemoveAll(assembly.UploadsOf(w.store)), os.Remove(w.store.Path()))
}

// exchange lets another world take the place of one. When there is an error, that one goes on, and the other is removed.
func (x *snapshots) exchange(w, next *world) error {
	ctx := context.Background() // what follows is not to be left half done
	path := w.store.Path()
	undo := func(err error) error {
		return errors.Join(err, next.remove(ctx), x.simulator.metrics.Watch(w.engine))
	}
	if err := w.store.Link(ctx, path+beforeSuffix); err != nil {
		return undo(err)
	}
	back := func(err error) error {
		// The file of the other one gets a name of its own first: it is removed by its name.
		err = errors.Join(err, next.store.MoveTo(ctx, path+nextSuffix))
		return undo(errors.Join(err, w.store.MoveTo(ctx, path)))
	}
	if err := next.store.MoveTo(ctx, path); err != nil {
		return undo(errors.Join(err, w.store.MoveTo(ctx, path)))
	}
	if err := next.start(); err != nil {
		return back(err)
	}
	w.replaceBy(next)
	if x.simulator.closing.Load() {
		next.surface.Close() // as the other was, for the server to stop
	}
	return nil
}

// conclude ends a world whose place another one has, and makes a snapshot of what it has left. It closes answered when nobody is answered by
// it any more.
func (x *snapshots) conclude(w *world, undo *snapshot.Pending, restored string, but int, answered chan<- struct{}) (err error) {
	defer func() {
		if err != nil && undo != nil {
			undo.Discard()
		}
	}()
	path, uploads := w.store.Path(), assembly.UploadsOf(w.store)
	before, err := x.wind(w, restored, but)
	close(answered)
	if before != nil {
		defer before.Release()
	}
	var m snapshot.Manifest
	var content snapshot.Content
	if err == nil && undo != nil {
		m, content, err = w.describe(before, undo.Name(), snapshot.BeforeRestore)
	}
	if before != nil {
		before.Store.Release()
	}
	err = errors.Join(err, w.store.Close())
	if err == nil && undo != nil {
		if _, err = snapshot.Seal(path, m, content.Files); err == nil {
			err = undo.Adopt(path)
		}
		if err == nil {
			err = errors.Join(undo.Keep(), x.folder.Prune(x.simulator.config.Undo))
		}
	}
	if err != nil && undo != nil {
		return fmt.Errorf("%w; hint: the store is in %s, of which the next start makes a snapshot", err, path)
	}
	if removed := os.Remove(path); removed != nil && !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return errors.Join(err, os.RemoveAll(uploads))
}

// wind ends the work of a world whose place another one has, and keeps what it comes to.
func (x *snapshots) wind(w *world, restored string, but int) (*engine.Pinned, error) {
	w.surface.Replaced("snapshot " + restored + " was restored")
	answer, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	give, cancelGive := context.WithTimeout(context.Background(), answerTime+giveUpTime)
	defer cancelGive()
	if w.empty(answer, but) != nil {
		w.surface.Abandon()
		_ = w.empty(give, but) // who is not answered by now finds the store closed
	}
	if err := w.stop(give); err != nil {
		return nil, err
	}
	return w.engine.Pin()
}
