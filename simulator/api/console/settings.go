package console

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nctsim/simulator/client"
)

// settingsPath is where the settings are, from Path on.
const settingsPath = "settings"

// settingsPage is what is set, what selects outcomes, and who has applications.
type settingsPage struct {
	client.Settings
	Version string
	// Groups are the settings, Changed how many of them differ from their defaults, and OnlyChanged leaves out the others.
	Groups      []settingGroup
	Changed     int
	OnlyChanged bool
	Magic       []magic
	// ByScenario are LRNs and the like that select scenarios; they are many.
	ByScenario []client.Choice
	client.Applications
	// File is what was typed to register applications.
	File string
	// Movements is how many would be forgotten.
	Movements int
}

// settingGroup are the settings about one thing.
type settingGroup struct {
	Name string
	Rows []settingRow
}

// settingRow is one setting.
type settingRow struct {
	client.Setting
	// Changed: it was given, or differs from its default.
	Changed bool
	// From says where the value comes from.
	From string
}

// magic is a kind of value by which a client selects what happens.
type magic struct {
	Title   string
	Choices []client.Choice
}

// origins are the sources of settings in words, in front of the place.
var origins = map[string]string{
	"flag": "flag", "variable": "variable", "file": "file", "folder": "found at", "program": "the program that this simulator is part of",
}

func settingRowOf(s client.Setting) settingRow {
	r := settingRow{Setting: s, Changed: s.Source != "default"}
	if r.Changed {
		r.From = strings.TrimSpace(cmp.Or(origins[s.Source], s.Source) + " " + s.Place)
	}
	return r
}

// settings shows the settings.
func (v *visit) settings() error { return v.showSettings("", nil) }

func (v *visit) showSettings(file string, problems []problem) error {
	all, err := v.client.Settings(v.ctx())
	if err != nil {
		return err
	}
	info, err := v.client.Info(v.ctx())
	if err != nil {
		return err
	}
	data := settingsPage{
		Settings: all, Version: info.Version, OnlyChanged: v.r.URL.Query().Get("show") == "changed", File: file, Movements: info.Counts.Movements,
	}
	if data.Applications, err = v.client.Applications(v.ctx()); err != nil {
		return err
	}
	for _, s := range all.Configuration {
		row := settingRowOf(s)
		if row.Changed {
			data.Changed++
		} else if data.OnlyChanged {
			continue
		}
		i := slices.IndexFunc(data.Groups, func(g settingGroup) bool { return g.Name == s.Group })
		if i < 0 {
			data.Groups = append(data.Groups, settingGroup{Name: s.Group})
			i = len(data.Groups) - 1
		}
		data.Groups[i].Rows = append(data.Groups[i].Rows, row)
	}
	data.Magic = []magic{
		{"Bearer tokens", all.Tokens}, {"LRNs", all.LRNs}, {"MRNs", all.MRNs}, {"GRNs, EORIs and other values", all.Values},
		{"Names of uploaded files", all.Files}, {"Boxes for notifications", all.Notifications.Boxes}, {"The officer, when nobody acts", all.DefaultOfficer},
	}
	data.ByScenario = all.Scenarios
	return v.show(page{Name: "settings", Title: "Settings", Area: areaSettings, Still: true, Problems: problems, Data: data})
}

// reset forgets everything, once somebody has said that they mean it.
func (v *visit) reset() error {
	if v.r.PostFormValue("sure") == "" {
		return v.showSettings("", []problem{{"sure", "Tick the box if you want every movement to be forgotten"}})
	}
	return v.doneUnless(v.client.Reset(v.ctx()), "", settingsPath, outcome{
		Text: "Every movement is forgotten", Items: []item{{"Snapshots, to undo that", snapshotsPath}},
	})
}

// registerApplications registers what a file of applications says.
func (v *visit) registerApplications() error {
	file := v.r.PostFormValue("file")
	if strings.TrimSpace(file) == "" {
		return v.showSettings(file, []problem{{"file", "Write the applications that are to be registered"}})
	}
	before, err := v.client.Applications(v.ctx())
	if err != nil {
		return err
	}
	now, err := v.client.PutApplications(v.ctx(), []byte(file))
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		var problems []problem
		for _, line := range strings.Split(refused.Error(), "\n") {
			problems = append(problems, problem{"file", sentence(line)})
		}
		return v.showSettings(file, problems)
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Registered: there are %s and %s now", plural(len(now.Applications), "application"), plural(len(now.TestUsers), "test user"))
	if len(now.Applications) == len(before.Applications) && len(now.TestUsers) == len(before.TestUsers) {
		text = "Registered: what was there is as the file says now"
	}
	return v.done(settingsPath+"#applications", outcome{Text: text})
}

// revokeTokens ends tokens of an application.
func (v *visit) revokeTokens() error {
	id := v.r.PathValue("application")
	done, err := v.client.RevokeTokens(v.ctx(), id, v.r.PostFormValue("only") == "access")
	return v.doneUnless(err, "", settingsPath+"#applications", outcome{Text: fmt.Sprintf("Tokens of %s that have ended: %d", id, done.Revoked)})
}

// removeApplication forgets an application.
func (v *visit) removeApplication() error {
	id := v.r.PathValue("application")
	err := v.client.RemoveApplication(v.ctx(), id)
	return v.doneUnless(err, "", settingsPath+"#applications", outcome{Text: "Application " + id + " is forgotten, with its tokens"})
}

// applicationHref is the address of an application's forms, from Path on.
func applicationHref(id string) string { return settingsPath + "/applications/" + url.PathEscape(id) }
