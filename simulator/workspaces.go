package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/setting"
	"nctsim/simulator/snapshot"
	"nctsim/simulator/spelling"
	"nctsim/simulator/store"
	"nctsim/simulator/workspace"
)

// Values of Config.Workspaces.
const (
	WorkspacesOn       = workspace.On
	WorkspacesExplicit = workspace.Explicit
	WorkspacesOff      = workspace.Off
)

// workspacesFolder is the name of the folder of workspaces inside Config.Data.
const workspacesFolder = "workspaces"

// WorkspaceSettings are those of the workspaces behind one address.
type WorkspaceSettings struct {
	// Workspaces is on (whatever a request names is made), explicit (those are there that were made) or off.
	Workspaces string
	// WorkspaceLimit is how many there may be beside the default one.
	WorkspaceLimit int
	// WorkspaceSize is how many megabytes the store of one may take; 0 for any size.
	WorkspaceSize int
	// WorkspaceTTL is how long one stays that nobody uses and that says nothing of it, in real time; 0 for ever.
	WorkspaceTTL time.Duration
}

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *WorkspaceSettings) Declare() setting.List {
	return setting.List{
		setting.Word(&s.Workspaces, "workspaces", WorkspacesOff, "`MODE` of workspaces, each a simulator of its own behind this address: off, explicit for those that are made by a call, or on for whatever a request names", WorkspacesOff, WorkspacesExplicit, WorkspacesOn),
		setting.Int(&s.WorkspaceLimit, "workspace-limit", 200, "how many workspaces, `N`, there may be", notNegative("1 allows one")),
		setting.Int(&s.WorkspaceSize, "workspace-size", 256, "`MB` that the store of a workspace may take; 0: any size", notNegative("0 sets no limit")),
		setting.Duration(&s.WorkspaceTTL, "workspace-ttl", 0, "`DURATION` after which a workspace is deleted that nobody uses; 0s: never", func(d time.Duration) error {
			if d < 0 {
				return fmt.Errorf("%v is below zero; hint: 0s keeps workspaces until somebody deletes them", d)
			}
			return nil
		}),
	}
}

func notNegative(hint string) func(int) error {
	return func(n int) error {
		if n < 0 {
			return fmt.Errorf("%d is below zero; hint: %s", n, hint)
		}
		return nil
	}
}

// ofServer are the settings that a workspace cannot have of its own: those of the process, of who may call what, and those that name files,
// which a caller of the control API need not be able to read.
var ofServer = []string{
	"addr", "control-addr", "control-token", "control-token-file", "allowed-hosts", "public-url", "console", "ready-file", "data", "from", "undo",
	"durability", "registry-file", "code-lists", "scenarios", "tokens", "applications", "callback-ca", "callbacks", "log-format", "log-level",
	"workspaces", "workspace-limit", "workspace-size", "workspace-ttl",
}

// OfWorkspaces are the names of the settings that each workspace can have of its own.
func OfWorkspaces() (names []string) {
	c := Default()
	for _, s := range c.Declare() {
		if !slices.Contains(ofServer, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

func badOption(hint, format string, args ...any) error {
	return &client.Error{Status: http.StatusBadRequest, Code: "BAD_REQUEST", Message: fmt.Sprintf(format, args...), Hint: hint}
}

// configOf is the configuration of a workspace: that of the server, but for what the options say.
func (s *Simulator) configOf(o client.WorkspaceOptions) (Config, error) {
	c := s.config
	c.Workspaces = WorkspacesOff
	c.Addr, c.ControlAddr, c.From, c.Runs = s.config.Addr, s.config.ControlAddr, "", nil
	c.APIVersions, c.RulesOn, c.RulesOff = slices.Clone(c.APIVersions), slices.Clone(c.RulesOn), slices.Clone(c.RulesOff)
	c.Origins = map[string]setting.Origin{}
	for name, from := range s.config.Origins {
		c.Origins[name] = from
	}
	flags := pflag.NewFlagSet("workspace", pflag.ContinueOnError)
	c.Declare().AddFlags(flags)
	for name, value := range o.Settings {
		known := OfWorkspaces()
		switch {
		case slices.Contains(ofServer, name):
			return c, badOption("start the server with it", "%s is a setting of the server, and not of a workspace", name)
		case !slices.Contains(known, name):
			return c, badOption(spelling.Meant(name, known, "nctsim serve --help lists them"), "there is no setting %q", name)
		}
		if err := flags.Set(name, value); err != nil {
			return c, badOption("write it as behind --"+name+" of nctsim serve", "%s: %q cannot be its value: %v", name, value, err)
		}
		c.Origins[name] = setting.Origin{Source: setting.Embedding, Place: "the workspace"}
	}
	if _, given := o.Settings["clock"]; given && c.Clock == clock.Real {
		c.Now = time.Time{}
	}
	if err := c.Validate(); err != nil {
		text, hint, _ := strings.Cut(err.Error(), "; hint: ")
		return c, badOption(hint, "%s", text)
	}
	return c, nil
}

// checkWorkspace says what is wrong with the options of a workspace.
func (s *Simulator) checkWorkspace(o client.WorkspaceOptions) error {
	if o.From != "" && o.Fork != "" {
		return badOption("leave one of them out", "from and fork are both given")
	}
	_, err := s.configOf(o)
	return err
}

// openWorkspaces opens the workspaces, if there are to be any.
func (s *Simulator) openWorkspaces(ctx context.Context) (err error) {
	if s.bodies == nil || s.parent != nil {
		return nil
	}
	real, err := clock.New(clock.Options{})
	if err != nil {
		return err
	}
	s.workspaces, err = workspace.New(ctx, workspace.Config{
		Mode: s.config.Workspaces, Limit: s.config.WorkspaceLimit, TTL: s.config.WorkspaceTTL,
		Open: s.openWorkspace, Check: s.checkWorkspace, Default: hosted{s}, Clock: real,
		Folder: filepath.Join(s.folder, workspacesFolder), Logger: s.config.Logger,
	})
	if err == nil {
		s.onRelease(s.workspaces.Close)
	}
	return err
}

// hosted is a simulator that has no address of its own.
type hosted struct{ *Simulator }

// Describe fills in what is in it.
func (h hosted) Describe(v *client.Workspace) error {
	w := h.enter()
	defer w.leave()
	reading := w.clock.Reading()
	v.Profile, v.Clock, v.Now, v.Seed = h.config.Profile, reading.Mode, reading.Now, w.seed
	if h.parent != nil {
		v.MaxBytes = int64(h.mostBytes())
		v.Full = w.store.Full(context.Background())
	}
	boxes, err := w.notify.Boxes("")
	if err != nil {
		return err
	}
	v.Boxes = len(boxes)
	return w.store.View(func(tx *store.Tx) error {
		stats, err := tx.Stats()
		v.Movements, v.Messages, v.Bytes = stats.Movements, stats.Messages, stats.Bytes
		return err
	})
}

// Leave ends the streams of events, and the calls that wait.
func (h hosted) Leave() { h.world.Load().surface.Close() }

// Abandon gives up the requests that have not been answered.
func (h hosted) Abandon() { h.world.Load().surface.Abandon() }

// Close stops it, unless the simulator that hosts it is meant.
func (h hosted) Close(ctx context.Context) error {
	if h.parent == nil {
		return nil
	}
	return h.Simulator.Close(ctx)
}

// answering is a handler for the world that the simulator has when a request comes.
func (s *Simulator) answering(handler func(*world) http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w := s.enter()
		defer w.leave()
		handler(w).ServeHTTP(rw, r)
	})
}

// routed is a handler for the world of the workspace that a request is for.
func (s *Simulator) routed(handler func(*world) http.Handler) http.Handler {
	if s.workspaces == nil {
		return s.answering(handler)
	}
	return s.workspaces.Handler(func(w workspace.World) http.Handler { return w.(hosted).answering(handler) })
}

// openWorkspace opens the simulator of a workspace.
func (s *Simulator) openWorkspace(ctx context.Context, o workspace.Order) (workspace.World, error) {
	c, err := s.configOf(o.WorkspaceOptions)
	if err != nil {
		return nil, err
	}
	begin, err := s.beginning(ctx, o)
	if err != nil {
		return nil, err
	}
	w, err := s.host(ctx, o, c, begin)
	if err != nil {
		return nil, err
	}
	return hosted{w}, nil
}

// beginning opens the snapshot that a workspace begins with, nil if it begins with none.
func (s *Simulator) beginning(ctx context.Context, o workspace.Order) (*snapshot.Snapshot, error) {
	switch {
	case o.Again:
		return nil, nil
	case o.From != "":
		return s.snapshots.Open(ctx, o.From)
	case o.Fork != "":
		return s.forked(ctx, o)
	}
	return nil, nil
}

// forked is a snapshot of another workspace as it is now.
func (s *Simulator) forked(ctx context.Context, o workspace.Order) (from *snapshot.Snapshot, err error) {
	path := filepath.Join(o.Folder, "fork")
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }() // it stays open
	err = s.workspaces.Enter(ctx, o.Fork, func(w workspace.World) error { return w.(hosted).WriteSnapshot(ctx, f) })
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return snapshot.Open(path)
}

// apart is what plays scenarios for a simulator, and can do so for another one that is to see nothing of that.
type apart interface {
	// Apart is another one, which is closed when its simulator is.
	Apart() (runs control.Runs, closing func())
}

// host makes a simulator of a workspace, and starts it: it has no address but that of the server. begin is the snapshot that it begins
// with, nil for none.
func (s *Simulator) host(ctx context.Context, o workspace.Order, c Config, begin *snapshot.Snapshot) (*Simulator, error) {
	c.Data, c.Durability = o.Folder, DurabilityOS
	if s.config.durable() {
		c.Durability = DurabilitySync
	}
	c.Logger = s.config.Logger.With("workspace", o.Name)
	closing := func() {}
	if runs, some := s.config.Runs.(apart); some {
		c.Runs, closing = runs.Apart()
	}
	w, err := newSimulator(c, s)
	if err != nil {
		closing()
		if begin != nil {
			err = errors.Join(err, begin.Close())
		}
		return nil, err
	}
	w.name, w.begin = o.Name, begin
	w.onRelease(func(context.Context) error { closing(); return nil })
	w.url, w.control = s.url+w.path(), s.control+w.path()
	return w, w.Start(ctx)
}

// Workspace makes a workspace with the configuration of the simulator, changed by the functions given, and returns the simulator that it
// is. Addr, ControlAddr and Data count for nothing: it is behind the address of this one, and its store is in the same folder. It is
// deleted by [Simulator.DeleteWorkspace] or the control API, and closed with this one. The error is that of the control API for a workspace
// that cannot be made, or is there already. Config.Workspaces has to be on or explicit.
func (s *Simulator) Workspace(ctx context.Context, name string, change ...func(*Config)) (*Simulator, error) {
	if s.workspaces == nil {
		return nil, errors.New("the simulator has no workspaces; hint: set Config.Workspaces to WorkspacesExplicit")
	}
	made, err := s.workspaces.Make(ctx, workspace.Order{Name: name, Open: func(ctx context.Context, o workspace.Order) (workspace.World, error) {
		c, err := s.configOf(client.WorkspaceOptions{})
		if err != nil {
			return nil, err
		}
		for _, f := range change {
			f(&c)
		}
		c.Workspaces = WorkspacesOff
		w, err := s.host(ctx, o, c, nil)
		if err != nil {
			return nil, err
		}
		return hosted{w}, nil
	}})
	if err != nil {
		return nil, err
	}
	return made.(hosted).Simulator, nil
}

// DeleteWorkspace deletes a workspace with everything in it. The error is that of the control API.
func (s *Simulator) DeleteWorkspace(ctx context.Context, name string) error {
	if s.workspaces == nil {
		return errors.New("the simulator has no workspaces")
	}
	return s.workspaces.Delete(ctx, name)
}

// mostBytes is how many the store may take, 0 for any number.
func (s *Simulator) mostBytes() int {
	if s.parent == nil {
		return 0
	}
	return s.config.WorkspaceSize << 20
}

// path leads to the simulator among those that share its address, "" for the one that has it.
func (s *Simulator) path() string {
	if s.parent == nil {
		return ""
	}
	return workspace.PathOf(s.name)
}

// callsOfWorkspaces are the workspaces for the control API: only the simulator that hosts them knows of them.
func (s *Simulator) callsOfWorkspaces() control.Workspaces {
	if s.workspaces == nil {
		return nil
	}
	return s.workspaces
}

// shownName is the name of the workspace that the simulator is, "" where there are none.
func (s *Simulator) shownName() string {
	if s.workspaces != nil {
		return client.DefaultWorkspace
	}
	return s.name
}

// sameChecks reports whether the offices of two configurations compare messages with the same.
func sameChecks(a, b Config) bool {
	return a.Mode == b.Mode && a.Rules == b.Rules && slices.Equal(a.RulesOn, b.RulesOn) && slices.Equal(a.RulesOff, b.RulesOff) &&
		a.Registry == b.Registry && a.RegistryFile == b.RegistryFile && a.CodeLists == b.CodeLists &&
		a.DefaultGuarantee == b.DefaultGuarantee && a.GuaranteeBalance == b.GuaranteeBalance
}

// checksFor are the checks of the offices of a simulator: what does not change is shared with the one that hosts it.
func (s *Simulator) checksFor(c Config) (*officeChecks, error) {
	if s.parent != nil && sameChecks(c, s.parent.config) {
		return s.parent.checks, nil
	}
	return newOfficeChecks(c)
}
