package workspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
)

var _ control.Workspaces = (*Workspaces)(nil)

// List is all workspaces, by their names; the default one is the first.
func (w *Workspaces) List(ctx context.Context) (client.Workspaces, error) {
	out := client.Workspaces{Mode: w.Mode, Limit: w.Limit, Workspaces: []client.Workspace{}}
	for _, p := range append([]*place{w.standard}, w.all()...) {
		v, err := w.view(ctx, p)
		if client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return out, err
		}
		out.Workspaces = append(out.Workspaces, v)
	}
	return out, nil
}

// view is a workspace as people see it. The error is WORKSPACE_NOT_FOUND if it is being deleted.
func (w *Workspaces) view(ctx context.Context, p *place) (v client.Workspace, err error) {
	select {
	case <-p.ready:
	case <-ctx.Done():
		return v, ctx.Err()
	}
	now := w.Clock.Now()
	p.mu.Lock()
	if p.gone {
		p.mu.Unlock()
		return v, w.unknown(p.Name)
	}
	v = client.Workspace{
		Name: p.Name, Created: p.created, LastUsed: p.lastUsed, WorkspaceOptions: p.WorkspaceOptions, Requests: p.requests, Open: p.open,
	}
	if p.ttl > 0 {
		at := p.expires(now)
		v.Expires = &at
	}
	p.open++ // it is not deleted meanwhile; that is not a use of it
	p.mu.Unlock()
	defer p.leave(v.LastUsed)
	if p != w.standard {
		v.Path = PathOf(p.Name)
	}
	if p.err != nil {
		v.Problem = p.err.Error()
		return v, nil
	}
	return v, p.world.Describe(&v)
}

// Make makes a workspace as an order says, and returns its world. The error is that of Put, or that it is there already.
func (w *Workspaces) Make(ctx context.Context, o Order) (World, error) {
	if o.Name == client.DefaultWorkspace {
		return nil, errDefault
	}
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	p, err := w.make(ctx, o)
	if err != nil {
		return nil, err
	}
	return p.world, nil
}

// Get is one by its name.
func (w *Workspaces) Get(ctx context.Context, name string) (client.Workspace, error) {
	p, err := w.known(name)
	if err != nil {
		return client.Workspace{}, err
	}
	return w.view(ctx, p)
}

func (w *Workspaces) known(name string) (*place, error) {
	if name == client.DefaultWorkspace {
		return w.standard, nil
	}
	if err := CheckName(name); err != nil {
		return nil, err
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if p := w.places[name]; p != nil {
		return p, nil
	}
	return nil, w.unknown(name)
}

// Put makes a workspace, and says whether it was not there before. One that is there stays as it is, but for its time to live.
func (w *Workspaces) Put(ctx context.Context, name string, o client.WorkspaceOptions) (v client.Workspace, created bool, err error) {
	if name == client.DefaultWorkspace {
		return v, false, errDefault
	}
	if err := CheckName(name); err != nil {
		return v, false, err
	}
	if err := checkTTL(o.TTL); err != nil {
		return v, false, err
	}
	for {
		p, err := w.make(ctx, Order{Name: name, WorkspaceOptions: o})
		if err == nil {
			v, err = w.view(ctx, p)
			return v, true, err
		}
		if !isExists(err) {
			return v, false, err
		}
		if p, _ = w.known(name); p == nil { // it was just deleted
			continue
		}
		select {
		case <-p.ready:
		case <-ctx.Done():
			return v, false, ctx.Err()
		}
		if !p.enter(w.Clock.Now()) {
			select {
			case <-p.removed:
				continue
			case <-ctx.Done():
				return v, false, ctx.Err()
			}
		}
		defer func() { p.leave(w.Clock.Now()) }()
		if p.From != o.From || p.Fork != o.Fork || !maps.Equal(p.Settings, o.Settings) {
			return v, false, err
		}
		if err := w.keep(p, o.TTL); err != nil {
			return v, false, err
		}
		v, err = w.view(ctx, p)
		return v, false, err
	}
}

// keep gives a workspace another time to live.
func (w *Workspaces) keep(p *place, ttl string) error {
	p.mu.Lock()
	p.TTL = ttl
	p.ttl = w.ttlOf(p.WorkspaceOptions)
	err := writeNote(p)
	p.mu.Unlock()
	w.lookAgain()
	return err
}

func checkTTL(ttl string) error {
	if d, err := time.ParseDuration(ttl); ttl != "" && (err != nil || d < 0) {
		return &client.Error{Status: http.StatusBadRequest, Code: codeOptions, Message: fmt.Sprintf("ttl: %q is not how long something stays", ttl), Hint: "write it as 30m or 24h; 0s is for ever"}
	}
	return nil
}

var errDefault = &client.Error{
	Status: http.StatusConflict, Code: codeDefault, Message: "the default workspace is always there, as the settings of the server say",
	Hint: "POST /simulator/v1/reset forgets what is in it; choose another name for another workspace",
}

// Delete deletes a workspace with everything in it, and returns when it is gone.
func (w *Workspaces) Delete(ctx context.Context, name string) error {
	if name == client.DefaultWorkspace {
		return errDefault
	}
	p, err := w.known(name)
	if err != nil {
		return err
	}
	select {
	case <-p.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !p.close(nil) { // somebody else deletes it
		select {
		case <-p.removed:
			return w.unknown(name)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.remove(p, "somebody wanted it")
	return nil
}

// Enter lets a function work with the world of a workspace, which is not deleted meanwhile.
func (w *Workspaces) Enter(ctx context.Context, name string, do func(World) error) error {
	p := w.standard
	if name != client.DefaultWorkspace {
		if err := CheckName(name); err != nil {
			return err
		}
		var err error
		if p, err = w.find(ctx, name, false); err != nil {
			return err
		}
	} else if !p.enter(w.Clock.Now()) {
		return errors.New("the default workspace is closed")
	}
	defer func() { p.leave(w.Clock.Now()) }()
	return do(p.world)
}
