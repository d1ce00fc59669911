package client

import (
	"context"
	"net/http"
	"time"

	"nctsim/simulator/clock"
)

// WorkspaceHeader names the workspace that a request is for, where neither the host nor the path does.
const WorkspaceHeader = "Nctsim-Workspace"

// WorkspacesPath begins the paths that name a workspace: "/workspaces/team-a/customs/…".
const WorkspacesPath = "/workspaces/"

// DefaultWorkspace is the name of the workspace to which everything leads that names none.
const DefaultWorkspace = "default"

const workspacesPath = v1 + "/workspaces"

// Workspace is one of several simulators behind one address, with what it takes.
type Workspace struct {
	Name string `json:"name"`
	// Path leads to it, before every other path: "/workspaces/team-a"; "" for the default one, to which everything leads that names none.
	Path    string    `json:"path"`
	Created time.Time `json:"created"`
	// LastUsed is when a request came last, in real time, and Expires when the workspace is deleted if none comes until then.
	LastUsed time.Time  `json:"lastUsed"`
	Expires  *time.Time `json:"expires,omitempty"`
	WorkspaceOptions
	// Profile, Clock, Now and Seed are those of the workspace.
	Profile string     `json:"profile"`
	Clock   clock.Mode `json:"clock"`
	Now     time.Time  `json:"now"`
	Seed    uint64     `json:"seed"`
	// Movements, Messages and Boxes are how many it has; Bytes is what its store takes of the disk, and MaxBytes what it may, 0 for any size.
	Movements int   `json:"movements"`
	Messages  int   `json:"messages"`
	Boxes     int   `json:"boxes"`
	Bytes     int64 `json:"bytes"`
	MaxBytes  int64 `json:"maxBytes"`
	// Requests is how many have come to it since it was opened, and Open how many it is answering now.
	Requests uint64 `json:"requests"`
	Open     int    `json:"open"`
	// Full says that it takes nothing more, because its store has the MaxBytes that it may have, until something in it is deleted.
	Full bool `json:"full,omitempty"`
	// Problem is why it could not be opened, "" if it is.
	Problem string `json:"problem,omitempty"`
}

// WorkspaceOptions are how a workspace is made.
type WorkspaceOptions struct {
	// TTL is how long it stays when no request comes, as 30m or 24h, in real time; "" for as the settings of the server say, 0s for ever.
	TTL string `json:"ttl,omitempty"`
	// From is the snapshot of the default workspace that it begins with, Fork the workspace that it begins as a copy of. Without either it
	// is empty.
	From string `json:"from,omitempty"`
	Fork string `json:"fork,omitempty"`
	// Settings are those in which it differs from the server, by their names: "profile": "instant", "seed": "7".
	Settings map[string]string `json:"settings,omitempty"`
}

// Workspaces is the list of all workspaces, by their names.
type Workspaces struct {
	// Mode is on (whatever is named is made), explicit (only what was made is there) or off.
	Mode string `json:"mode"`
	// Limit is how many there may be, beside the default one.
	Limit      int         `json:"limit"`
	Workspaces []Workspace `json:"workspaces"`
}

// In is a client of a workspace, "" for the default one.
func (c Client) In(workspace string) Client {
	if workspace != "" && workspace != DefaultWorkspace {
		c.URL = c.Base() + below("/workspaces", workspace)
	}
	return c
}

// Workspaces lists the workspaces. Only the default one knows of others.
func (c Client) Workspaces(ctx context.Context) (Workspaces, error) {
	return get[Workspaces](ctx, c, workspacesPath)
}

// Workspace is one by its name.
func (c Client) Workspace(ctx context.Context, name string) (Workspace, error) {
	return get[Workspace](ctx, c, below(workspacesPath, name))
}

// MakeWorkspace makes a workspace. One that is there stays as it is, but for its TTL; it is an error if it was made in another way.
func (c Client) MakeWorkspace(ctx context.Context, name string, o WorkspaceOptions) (Workspace, error) {
	return send[Workspace](ctx, c, http.MethodPut, below(workspacesPath, name), o)
}

// DeleteWorkspace deletes a workspace with everything in it.
func (c Client) DeleteWorkspace(ctx context.Context, name string) error {
	_, err := c.do(ctx, http.MethodDelete, below(workspacesPath, name), "", nil)
	return err
}
