package workspace

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/turns"
)

// Modes of workspaces.
const (
	// Off: nobody looks at what a request says of workspaces.
	Off = "off"
	// Explicit: those are there that were made by the control API.
	Explicit = "explicit"
	// On: whatever is named is made.
	On = "on"
)

// Codes of errors.
const (
	codeName    = "INVALID_WORKSPACE"
	codeUnknown = "WORKSPACE_NOT_FOUND"
	codeExists  = "WORKSPACE_EXISTS"
	codeTooMany = "TOO_MANY_WORKSPACES"
	codeDefault = "DEFAULT_WORKSPACE"
	codeBroken  = "WORKSPACE_NOT_OPEN"
	codeClosed  = "NOT_READY"
	codeOptions = "BAD_REQUEST"
)

// World is what a workspace has.
type World interface {
	// Describe fills in what is in it.
	Describe(*client.Workspace) error
	// Leave ends what would not end by itself: streams, and calls that wait.
	Leave()
	// Abandon gives up the requests that have not been answered.
	Abandon()
	// Close stops its work. Its files stay. The error is that of the context, or of the store.
	Close(context.Context) error
}

// Order is a workspace that is to be opened.
type Order struct {
	Name string
	client.WorkspaceOptions
	// Folder is where it keeps everything. Again says that something is in it from an earlier run.
	Folder string
	Again  bool
	// Open opens it instead of that of the Config, if it is not nil.
	Open func(context.Context, Order) (World, error)
}

// Config is what Workspaces are made of.
type Config struct {
	// Mode is Explicit or On.
	Mode string
	// Limit is how many there may be, and TTL how long one stays that nobody uses and that says nothing of it; 0 for ever.
	Limit int
	TTL   time.Duration
	// Open opens one, and Check says what is wrong with its options before anything is done. Their errors are for whoever has asked.
	Open  func(context.Context, Order) (World, error)
	Check func(client.WorkspaceOptions) error
	// Default is the one to which everything leads that names none.
	Default World
	// Clock is the time by which they are let go that nobody uses.
	Clock *clock.Clock
	// Folder has a folder for each.
	Folder string
	// Logger is told what happens; nil for nobody.
	Logger *slog.Logger
}

// Workspaces finds, makes and deletes workspaces. It is safe for concurrent use.
type Workspaces struct {
	Config
	standard *place

	mu     sync.RWMutex
	places map[string]*place
	closed bool

	// kick says that something may expire sooner.
	kick    chan struct{}
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// place is where a workspace is, from when it begins to be opened until its folder is gone.
type place struct {
	Order
	created time.Time
	// ready is closed when world or err is there, and removed when the place is free again.
	ready, removed chan struct{}
	world          World
	err            error

	mu       sync.Mutex
	ttl      time.Duration
	gone     bool
	open     int
	requests uint64
	lastUsed time.Time
	// drained is closed when nothing is open any more; nil if nobody waits.
	drained chan struct{}
}

// note is what is kept of a workspace beside its store.
type note struct {
	Created time.Time               `json:"created"`
	Options client.WorkspaceOptions `json:"options"`
}

// noteFile is the name of the file in the folder of a workspace.
const noteFile = "workspace.json"

// How long deleting a workspace waits for those who are being answered, in real time: until their streams end, until they are given up,
// and for its work.
const (
	leaveTime   = time.Second
	abandonTime = 3 * time.Second
	closeTime   = 5 * time.Second
)

// New opens the workspaces that are in the folder. One that cannot be opened stays there, and says why when it is called.
func New(ctx context.Context, c Config) (*Workspaces, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Workspaces{Config: c, places: map[string]*place{}, kick: make(chan struct{}, 1)}
	w.standard = w.placeOf(Order{Name: client.DefaultWorkspace})
	w.standard.world, w.standard.ttl = c.Default, 0
	close(w.standard.ready)
	w.ctx, w.cancel = context.WithCancel(context.Background())
	if err := w.reopen(ctx); err != nil {
		return nil, errors.Join(err, w.Close(ctx))
	}
	w.running.Go(w.expire)
	return w, nil
}

func (w *Workspaces) placeOf(o Order) *place {
	now := w.Clock.Now()
	return &place{Order: o, created: now, lastUsed: now, ready: make(chan struct{}), removed: make(chan struct{}), ttl: w.ttlOf(o.WorkspaceOptions)}
}

func (w *Workspaces) ttlOf(o client.WorkspaceOptions) time.Duration {
	if d, err := time.ParseDuration(o.TTL); err == nil {
		return d
	}
	return w.TTL
}

// reopen opens what an earlier run has left.
func (w *Workspaces) reopen(ctx context.Context) error {
	entries, err := os.ReadDir(w.Folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("workspaces: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() || CheckName(e.Name()) != nil {
			continue
		}
		o := Order{Name: e.Name(), Folder: filepath.Join(w.Folder, e.Name()), Again: true}
		n, err := readNote(o.Folder)
		if err != nil { // it was being made, or deleted, when the run ended
			w.Logger.Warn("what was left of a workspace was removed", "workspace", o.Name, "problem", err)
			if err := os.RemoveAll(o.Folder); err != nil {
				return fmt.Errorf("workspaces: %w", err)
			}
			continue
		}
		o.WorkspaceOptions = n.Options
		p := w.placeOf(o)
		p.created = n.Created
		w.places[p.Name] = p
		w.fill(ctx, p)
		if p.err != nil {
			w.Logger.Error("a workspace cannot be opened; hint: delete it, or mend what is wrong and start again", "workspace", p.Name, "error", p.err)
		}
	}
	return nil
}

func readNote(folder string) (n note, err error) {
	text, err := os.ReadFile(filepath.Join(folder, noteFile))
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	return n, err
}

// fill opens the world of a place.
func (w *Workspaces) fill(ctx context.Context, p *place) {
	open := p.Open
	if open == nil {
		open = w.Open
	}
	p.world, p.err = open(ctx, p.Order)
	if p.err == nil && !p.Again {
		if p.err = writeNote(p); p.err != nil {
			p.err = errors.Join(p.err, p.world.Close(ctx))
		}
	}
	close(p.ready)
}

func writeNote(p *place) error {
	text, err := json.MarshalIndent(note{p.created, p.WorkspaceOptions}, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(p.Folder, noteFile+".new"), append(text, '\n'), 0o600)
	}
	if err == nil {
		err = os.Rename(filepath.Join(p.Folder, noteFile+".new"), filepath.Join(p.Folder, noteFile))
	}
	return err
}

// Handler answers requests by the workspace that they are for: pick says with what of it.
func (w *Workspaces) Handler(pick func(World) http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c, err := choose(r)
		if err != nil {
			control.Failure(err).Write(rw)
			return
		}
		p := w.standard
		if c.name != "" && c.name != client.DefaultWorkspace {
			// A page of somebody else makes browsers call anything; nothing is made for it.
			if p, err = w.find(r.Context(), c.name, w.Mode == On && r.Header.Get("Sec-Fetch-Site") != "cross-site"); err != nil {
				control.Failure(err).Write(rw)
				return
			}
		} else {
			p.enter(w.Clock.Now())
		}
		defer func() { p.leave(w.Clock.Now()) }()
		switch {
		case c.Prefix && c.rest == "":
			rw.Header().Set("Location", c.name+"/") // so that relative links lead to the workspace
			rw.WriteHeader(http.StatusPermanentRedirect)
			return
		case c.name != "":
			r = c.seen(r)
		}
		if p != w.standard {
			r = r.WithContext(turns.With(r.Context(), p))
		}
		pick(p.world).ServeHTTP(rw, r)
	})
}

// find enters the place of a name, and makes it if it is not there and may be made. leave has to be called for it.
func (w *Workspaces) find(ctx context.Context, name string, mayMake bool) (*place, error) {
	for {
		w.mu.RLock()
		p, closed := w.places[name], w.closed
		w.mu.RUnlock()
		switch {
		case closed:
			return nil, errClosed
		case p == nil && !mayMake:
			return nil, w.unknown(name)
		case p == nil:
			if _, err := w.make(ctx, Order{Name: name}); err != nil && !isExists(err) {
				return nil, err
			}
			continue
		}
		select {
		case <-p.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if p.err != nil {
			return nil, broken(p)
		}
		if p.enter(w.Clock.Now()) {
			return p, nil
		}
		select { // it is being deleted
		case <-p.removed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

var errClosed = &client.Error{Status: http.StatusServiceUnavailable, Code: codeClosed, Message: "the simulator stops", Hint: "start it again"}

func (w *Workspaces) unknown(name string) error {
	hint := "PUT /simulator/v1/workspaces/" + name + " makes it, as nctsim workspace create does; with --workspaces on, whatever is named is made"
	return &client.Error{Status: http.StatusNotFound, Code: codeUnknown, Message: "there is no workspace " + name, Hint: hint}
}

func broken(p *place) error {
	var own *client.Error
	if errors.As(p.err, &own) {
		return own
	}
	return &client.Error{
		Status: http.StatusServiceUnavailable, Code: codeBroken, Message: fmt.Sprintf("workspace %s could not be opened: %v", p.Name, p.err),
		Hint: "delete it with nctsim workspace delete " + p.Name + ", or mend what is wrong and start the simulator again",
	}
}

// make makes a workspace. The error is that of its options, that there are too many, or that it is there.
func (w *Workspaces) make(ctx context.Context, o Order) (*place, error) {
	if err := w.Check(o.WorkspaceOptions); err != nil {
		return nil, err
	}
	o.Folder = filepath.Join(w.Folder, o.Name)
	p := w.placeOf(o)
	if err := w.register(p); err != nil {
		return nil, err
	}
	if p.err = os.MkdirAll(o.Folder, 0o700); p.err != nil {
		close(p.ready)
	} else {
		w.fill(context.WithoutCancel(ctx), p) // others may wait for it
	}
	if p.err != nil {
		err := p.err
		p.mu.Lock()
		p.gone = true
		p.mu.Unlock()
		w.forget(p, os.RemoveAll(p.Folder))
		return nil, err
	}
	w.Logger.Info("a workspace was made", "workspace", p.Name)
	w.lookAgain()
	return p, nil
}

// register gives a place its name, if that is free and there may be another one.
func (w *Workspaces) register(p *place) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return errClosed
	case w.places[p.Name] != nil:
		return &client.Error{
			Status: http.StatusConflict, Code: codeExists, Message: "there is a workspace " + p.Name + " already, which was made in another way",
			Hint: "delete it first, with nctsim workspace delete " + p.Name,
		}
	case len(w.places) >= w.Limit:
		return &client.Error{
			Status: http.StatusServiceUnavailable, Code: codeTooMany, Message: fmt.Sprintf("there are %d workspaces already, as many as there may be", w.Limit),
			Hint: "delete one that is not needed any more: nctsim workspace list shows when each was used last; or start with a higher --workspace-limit, or with --workspace-ttl",
		}
	}
	w.places[p.Name] = p
	return nil
}

func isExists(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Code == codeExists
}

// forget frees the name of a place whose folder is gone.
func (w *Workspaces) forget(p *place, err error) {
	if err != nil {
		w.Logger.Error("the folder of a workspace could not be removed", "workspace", p.Name, "error", err)
	}
	w.mu.Lock()
	delete(w.places, p.Name)
	w.mu.Unlock()
	close(p.removed)
}

// enter says that a request is being answered; it reports false if the workspace is being deleted.
func (p *place) enter(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return false
	}
	p.open++
	p.requests++
	p.lastUsed = now
	return true
}

func (p *place) leave(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.lastUsed = now
	if p.open == 0 && p.drained != nil {
		close(p.drained)
		p.drained = nil
	}
}

// close takes nobody in any more; it reports false if it was so before.
func (p *place) close(unless func(*place) bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone || unless != nil && unless(p) {
		return false
	}
	p.gone = true
	return true
}

// empty waits until nothing is open, for a while.
func (p *place) empty(limit time.Duration) bool {
	p.mu.Lock()
	if p.open == 0 {
		p.mu.Unlock()
		return true
	}
	if p.drained == nil {
		p.drained = make(chan struct{})
	}
	drained := p.drained
	p.mu.Unlock()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-drained:
		return true
	case <-timer.C:
		return false
	}
}

// wind ends a workspace that takes nobody in any more. Those who are being answered have a moment.
func (w *Workspaces) wind(p *place) error {
	if p.world == nil {
		return nil
	}
	p.world.Leave()
	if !p.empty(leaveTime) {
		p.world.Abandon()
		p.empty(abandonTime) // who is not answered by then finds the store closed
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return p.world.Close(ctx)
}

// remove deletes a workspace that takes nobody in any more.
func (w *Workspaces) remove(p *place, why string) {
	err := w.wind(p)
	// Without its note, a folder that is only half removed is not taken for a workspace.
	err = errors.Join(err, removeIfThere(filepath.Join(p.Folder, noteFile)), os.RemoveAll(p.Folder))
	w.Logger.Info("a workspace was deleted", "workspace", p.Name, "why", why)
	w.forget(p, err)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// lookAgain has expire see whether something expires sooner.
func (w *Workspaces) lookAgain() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

// expire deletes the workspaces that nobody has used for their time to live.
func (w *Workspaces) expire() {
	for {
		next := w.sweep(w.Clock.Now())
		reached, stop := (<-chan struct{})(nil), func() {}
		if !next.IsZero() {
			reached, stop = w.Clock.Until(next)
		}
		select {
		case <-reached:
		case <-w.kick:
		case <-w.ctx.Done():
			stop()
			return
		}
		stop()
	}
}

// sweep deletes what has expired, and says when the next one does; zero for never.
func (w *Workspaces) sweep(now time.Time) (next time.Time) {
	for _, p := range w.all() {
		select {
		case <-p.ready:
		default:
			continue // its maker has expire look again
		}
		var at time.Time
		expired := p.close(func(p *place) bool {
			if p.ttl == 0 {
				return true
			}
			at = p.expires(now)
			return at.After(now)
		})
		if expired {
			w.running.Go(func() { w.remove(p, "nobody has used it for "+p.ttl.String()) })
			continue
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// expires is when the workspace is deleted unless it is used; p.mu is held. While it is used, that is not before its whole time from now.
func (p *place) expires(now time.Time) time.Time {
	if p.open > 0 {
		return now.Add(p.ttl)
	}
	return p.lastUsed.Add(p.ttl)
}

func (w *Workspaces) all() []*place {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return slices.SortedFunc(maps.Values(w.places), func(a, b *place) int { return cmp.Compare(a.Name, b.Name) })
}

// Close closes all workspaces; their files stay. The error is that of the first that could not be closed in time.
func (w *Workspaces) Close(ctx context.Context) error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.cancel()
	var group sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, p := range w.all() {
		group.Go(func() {
			<-p.ready
			if !p.close(nil) {
				<-p.removed
				return
			}
			if p.world == nil {
				return
			}
			if err := p.world.Close(ctx); err != nil {
				mu.Lock()
				errs = append(errs, fmt.Errorf("workspace %s: %w", p.Name, err))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	w.running.Wait()
	return errors.Join(errs...)
}

// Leave ends the streams of all workspaces, so that a server can stop.
func (w *Workspaces) Leave() { w.each(World.Leave) }

// Abandon gives up the requests of all workspaces that have not been answered.
func (w *Workspaces) Abandon() { w.each(World.Abandon) }

func (w *Workspaces) each(do func(World)) {
	for _, p := range w.all() {
		select {
		case <-p.ready:
			if p.world != nil {
				do(p.world)
			}
		default:
		}
	}
}
