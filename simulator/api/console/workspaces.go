package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nctsim/simulator/client"
)

// workspacesPath is where the workspaces are, from Path on.
const workspacesPath = "workspaces"

// Fields of the form for a workspace, by their ids.
const (
	workspaceName  = "workspace-name"
	workspaceBegin = "workspace-begin"
	workspaceTTL   = "workspace-ttl"
)

// What a workspace begins as, in front of a name.
const (
	beginsFrom = "from:"
	beginsFork = "fork:"
)

// workspacesPage is the workspaces, and what a new one can begin as.
type workspacesPage struct {
	client.Workspaces
	Rows      []workspaceRow
	Snapshots []client.Snapshot
	// Form is what was written.
	Form url.Values
}

// workspaceRow is a workspace with where its console is.
type workspaceRow struct {
	client.Workspace
	// Console is the address of its console, from the page on, "" for the one that this page is of.
	Console string
	// Most is how many MB its store may take, 0 for any number.
	Most int64
	// Given are the settings in which it differs, "seed 7".
	Given []string
}

// workspaces lists them.
func (v *visit) workspaces() error { return v.showWorkspaces(nil, nil) }

func (v *visit) showWorkspaces(form url.Values, problems []problem) error {
	all, err := v.client.Workspaces(v.ctx())
	if err != nil {
		return err
	}
	data := workspacesPage{Workspaces: all, Form: form}
	for _, w := range all.Workspaces {
		row := workspaceRow{Workspace: w, Most: w.MaxBytes >> 20}
		if w.Path != "" {
			row.Console = v.beside(w.Path)
		}
		for name, value := range w.Settings {
			row.Given = append(row.Given, name+" "+value)
		}
		slices.Sort(row.Given)
		data.Rows = append(data.Rows, row)
	}
	snapshots, err := v.client.Snapshots(v.ctx())
	if err != nil {
		return err
	}
	for _, s := range snapshots.Snapshots {
		if s.Problem == "" {
			data.Snapshots = append(data.Snapshots, s)
		}
	}
	return v.show(page{Name: "workspaces", Title: "Workspaces", Area: areaSettings, Still: true, Problems: problems, Data: data})
}

// beside is the address of the console of a workspace with a path, from the page on: the console may itself be below the path of one.
func (v *visit) beside(path string) string {
	above := 1
	if v.Prefix != nil {
		above += strings.Count(v.Prefix(v.r), "/")
	}
	return v.root() + strings.Repeat("../", above) + strings.Trim(path, "/") + Path
}

// makeWorkspace makes one.
func (v *visit) makeWorkspace() error {
	form := v.r.PostForm
	name, begin := v.text(workspaceName), form.Get(workspaceBegin)
	if name == "" {
		return v.showWorkspaces(form, []problem{{workspaceName, "Write a name"}})
	}
	all, err := v.client.Workspaces(v.ctx())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all.Workspaces, func(w client.Workspace) bool { return w.Name == name }) {
		return v.showWorkspaces(form, []problem{{workspaceName, "There is a workspace " + name + " already"}})
	}
	o := client.WorkspaceOptions{TTL: v.text(workspaceTTL)}
	if from, is := strings.CutPrefix(begin, beginsFrom); is {
		o.From = from
	}
	if fork, is := strings.CutPrefix(begin, beginsFork); is {
		o.Fork = fork
	}
	w, err := v.client.MakeWorkspace(v.ctx(), name, o)
	if refused := refusal(err); refused != nil && refused.Status != http.StatusInternalServerError {
		at := refusedField(refused, workspaceName, []word{{"ttl: ", workspaceTTL}, {"snapshot", workspaceBegin}})
		if refused.Status == http.StatusNotFound {
			at.Field = workspaceBegin
		}
		at.Text = sentence(strings.TrimPrefix(at.Text, "Ttl: "))
		return v.showWorkspaces(form, []problem{at})
	}
	if err != nil {
		return err
	}
	return v.done(workspacesPath, outcome{Text: "Workspace " + w.Name + " is made: " + plural(w.Movements, "movement")})
}

// deleteWorkspace deletes one, once somebody has said that they mean it.
func (v *visit) deleteWorkspace() error {
	name := v.r.PathValue("workspace")
	if v.r.PostFormValue("sure") == "" {
		return v.showWorkspaces(nil, []problem{{"sure-" + name, "Tick the box if you want " + name + " to be deleted with everything in it"}})
	}
	err := v.client.DeleteWorkspace(v.ctx(), name)
	return v.doneUnless(err, "Nothing was deleted", workspacesPath, outcome{Text: "Workspace " + name + " is deleted"})
}
