package console

import (
	"net/http"
	"net/url"
	"strings"

	"nctsim/simulator/client"
)

// snapshotsPath is where the snapshots are, from Path on.
const snapshotsPath = "snapshots"

// snapshotsPage is the snapshots, the newest first.
type snapshotsPage struct {
	client.Snapshots
	// Given is the name that was typed.
	Given string
	// Movements is how many there are now.
	Movements int
}

// snapshots lists them.
func (v *visit) snapshots() error { return v.showSnapshots("", nil) }

func (v *visit) showSnapshots(given string, problems []problem) error {
	all, err := v.client.Snapshots(v.ctx())
	if err != nil {
		return err
	}
	info, err := v.client.Info(v.ctx())
	if err != nil {
		return err
	}
	p := page{
		Name: "snapshots", Title: "Snapshots", Area: areaSettings, Still: true, Problems: problems,
		Data: snapshotsPage{all, given, info.Counts.Movements},
	}
	if problems != nil {
		p.Status = unprocessable
	}
	return v.show(p)
}

// saveSnapshot takes one.
func (v *visit) saveSnapshot() error {
	name := strings.TrimSpace(v.r.PostFormValue("name"))
	s, err := v.client.SaveSnapshot(v.ctx(), client.NewSnapshot{Name: name})
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		return v.showSnapshots(name, []problem{{"name", sentence(refused.Message)}})
	}
	if err != nil {
		return err
	}
	return v.done(snapshotsPath, outcome{Text: "Snapshot " + s.Name + " is taken: " + plural(s.Movements, "movement")})
}

// restoreSnapshot puts one back.
func (v *visit) restoreSnapshot() error {
	done, err := v.client.RestoreSnapshot(v.ctx(), v.r.PathValue("snapshot"))
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		return v.done(snapshotsPath, outcome{Text: "Nothing was restored: " + refused.Message, Bad: true})
	}
	if err != nil {
		return err
	}
	what := outcome{Text: "Everything is as it was in " + done.Restored, Items: []item{{"Movements", ""}}}
	if done.Undo != "" {
		what.Text += "; what there was before is in " + done.Undo
	}
	for _, note := range done.Notes {
		what.Items = append(what.Items, item{Text: sentence(note)})
	}
	return v.done(snapshotsPath, what)
}

// deleteSnapshot removes one.
func (v *visit) deleteSnapshot() error {
	name := v.r.PathValue("snapshot")
	if err := v.client.DeleteSnapshot(v.ctx(), name); err != nil {
		return err
	}
	return v.done(snapshotsPath, outcome{Text: "Snapshot " + name + " is deleted"})
}

// snapshotFile gives one as a file.
func (v *visit) snapshotFile() error {
	s, err := v.client.Snapshot(v.ctx(), v.r.PathValue("snapshot"))
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+s.Name+`.snapshot"`)
	h.Set("Cache-Control", "no-store")
	return v.client.ExportSnapshot(v.ctx(), s.Name, v.w)
}

// snapshotHref is the address of a snapshot's forms, from Path on.
func snapshotHref(name string) string { return snapshotsPath + "/" + url.PathEscape(name) }
