package control

import (
	"context"
	"net/http"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
)

// Workspaces are the simulators behind one address; package workspace has them. The errors of its calls are *client.Errors where
// somebody has to know what is wrong.
type Workspaces interface {
	// List is all workspaces, by their names; the default one is the first.
	List(ctx context.Context) (client.Workspaces, error)
	// Get is one by its name.
	Get(ctx context.Context, name string) (client.Workspace, error)
	// Put makes one, and says whether it was not there before.
	Put(ctx context.Context, name string, o client.WorkspaceOptions) (v client.Workspace, created bool, err error)
	// Delete deletes one with everything in it.
	Delete(ctx context.Context, name string) error
}

// WorkspaceVar is the name of a variable in the paths of the routes.
const WorkspaceVar = "workspace"

// codeNoWorkspaces is of calls about workspaces where there are none.
const codeNoWorkspaces = "NO_WORKSPACES"

// noWorkspaces is why nobody may know of workspaces here, nil if one may.
func (a *API) noWorkspaces() error {
	switch {
	case a.Workspaces != nil:
		return nil
	case a.About.Workspace != "":
		return &client.Error{
			Status: http.StatusNotFound, Code: codeNoWorkspaces, Message: "workspace " + a.About.Workspace + " knows of no others",
			Hint: "make the call without naming a workspace",
		}
	}
	return &client.Error{
		Status: http.StatusNotFound, Code: codeNoWorkspaces, Message: "this simulator has no workspaces",
		Hint: "start it with --workspaces on, or explicit for those that are made with this call",
	}
}

// ListWorkspaces lists the workspaces with what they take.
func (a *API) ListWorkspaces(r *http.Request) (wire.Response, error) {
	list, err := a.Workspaces.List(r.Context())
	return reply(http.StatusOK, list), err
}

// GetWorkspace shows one.
func (a *API) GetWorkspace(r *http.Request) (wire.Response, error) {
	one, err := a.Workspaces.Get(r.Context(), pathVar(r, WorkspaceVar))
	return reply(http.StatusOK, one), err
}

// PutWorkspace makes one.
func (a *API) PutWorkspace(r *http.Request, o client.WorkspaceOptions) (wire.Response, error) {
	one, created, err := a.Workspaces.Put(r.Context(), pathVar(r, WorkspaceVar), o)
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return reply(status, one), badSnapshot(err) // it may be one to begin with
}

// DeleteWorkspace deletes one, and answers when it is gone.
func (a *API) DeleteWorkspace(r *http.Request) (wire.Response, error) {
	err := a.Workspaces.Delete(r.Context(), pathVar(r, WorkspaceVar))
	return wire.Empty(http.StatusNoContent), err
}
