package console

import (
	"fmt"
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
	// workspaceSettings has a setting on each line, "profile=instant".
	workspaceSettings = "workspace-settings"
)

// What a workspace begins as, in front of a name.
const (
	beginsFrom = "from:"
	beginsFork = "fork:"
)

// codeOption is that of the errors of what a workspace is to be made with.
const codeOption = "BAD_REQUEST"

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
func (v *visit) beside(path string) string { return v.top() + strings.Trim(path, "/") + Path }

// top is the address of what all workspaces are below, from the page on.
func (v *visit) top() string {
	return v.root() + strings.Repeat("../", 1+strings.Count(v.prefix(), "/"))
}

func (v *visit) prefix() string {
	if v.Prefix == nil {
		return ""
	}
	return v.Prefix(v.r)
}

// others is the address of the page of all workspaces from that of one of them, "" if it cannot be told: by its host or by a header, a
// request says nothing of where the default one is.
func (v *visit) others() string {
	if v.prefix() == "" {
		return ""
	}
	return v.top() + strings.TrimPrefix(Path, "/") + workspacesPath
}

// settingsIn are the settings that are written one on each line, by their names.
func settingsIn(text string) (map[string]string, error) {
	given := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, is := strings.Cut(line, "=")
		if !is {
			return nil, fmt.Errorf("%q is not a setting; write it as profile=instant", line)
		}
		given[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return given, nil
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
	if o.Settings, err = settingsIn(form.Get(workspaceSettings)); err != nil {
		return v.showWorkspaces(form, []problem{{workspaceSettings, sentence(err.Error())}})
	}
	w, err := v.client.MakeWorkspace(v.ctx(), name, o)
	if refused := refusal(err); refused != nil && refused.Status != http.StatusInternalServerError {
		field := workspaceName
		if refused.Code == codeOption && len(o.Settings) > 0 {
			field = workspaceSettings
		}
		at := refusedField(refused, field, []word{{"ttl: ", workspaceTTL}, {"snapshot", workspaceBegin}})
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
