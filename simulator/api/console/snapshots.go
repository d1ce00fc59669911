package console

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"nctsim/simulator/client"
)

// snapshotsPath is where the snapshots are, from Path on.
const snapshotsPath = "snapshots"

// snapshotsPage is the snapshots, the newest first.
type snapshotsPage struct {
	client.Snapshots
	// Given is the name that was typed for one that is to be taken, Imported that for one that is to be taken in.
	Given, Imported string
	// Movements is how many there are now.
	Movements int
}

// snapshots lists them.
func (v *visit) snapshots() error { return v.showSnapshots(snapshotsPage{}, nil) }

// showSnapshots lists them, with what was typed.
func (v *visit) showSnapshots(p snapshotsPage, problems []problem) error {
	all, err := v.client.Snapshots(v.ctx())
	if err != nil {
		return err
	}
	info, err := v.client.Info(v.ctx())
	if err != nil {
		return err
	}
	p.Snapshots, p.Movements = all, info.Counts.Movements
	return v.show(page{Name: "snapshots", Title: "Snapshots", Area: areaSettings, Still: true, Problems: problems, Data: p})
}

// saveSnapshot takes one.
func (v *visit) saveSnapshot() error {
	name := v.text("name")
	s, err := v.client.SaveSnapshot(v.ctx(), client.NewSnapshot{Name: name})
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		return v.showSnapshots(snapshotsPage{Given: name}, []problem{{"name", sentence(refused.Message)}})
	}
	if err != nil {
		return err
	}
	return v.done(snapshotsPath, outcome{Text: "Snapshot " + s.Name + " is taken: " + plural(s.Movements, "movement")})
}

// importSnapshot takes in a file, which is passed on as it comes. In the form, its name comes before it.
func (v *visit) importSnapshot() error {
	_ = http.NewResponseController(v.w).SetReadDeadline(time.Time{}) // it may be large
	form, err := v.r.MultipartReader()
	if err != nil {
		return badForm(err)
	}
	name := ""
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return v.showSnapshots(snapshotsPage{Imported: name}, []problem{{"import-file", "Choose a file"}})
		}
		if err != nil {
			return badForm(err)
		}
		switch {
		case part.FormName() == "import-name":
			given, err := io.ReadAll(io.LimitReader(part, mostName))
			if err != nil {
				return badForm(err)
			}
			name = strings.TrimSpace(string(given))
		case part.FormName() == "import-file" && part.FileName() != "":
			return v.takeIn(name, part)
		}
	}
}

// mostName is how much is read of a name, which is less than a name that is too long may be.
const mostName = 1 << 10

func badForm(err error) error {
	return &client.Error{Status: http.StatusBadRequest, Message: "The form did not come as a browser sends it: " + err.Error(), Hint: "go back, choose the file, and send it again"}
}

// takeIn takes in a file of a form.
func (v *visit) takeIn(name string, file *multipart.Part) error {
	given := name
	if name == "" {
		name = strings.TrimSuffix(file.FileName(), ".snapshot")
	}
	s, err := v.client.ImportSnapshot(v.ctx(), name, false, file)
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		if _, err := io.Copy(io.Discard, file); err != nil { // a browser reads no answer before it has sent all
			return badForm(err)
		}
		field := "import-name"
		if refused.Status == http.StatusUnprocessableEntity {
			field = "import-file"
		}
		return v.showSnapshots(snapshotsPage{Imported: given}, []problem{{field, sentence(refused.Message)}})
	}
	if err != nil {
		return err
	}
	return v.done(snapshotsPath, outcome{Text: "Snapshot " + s.Name + " is taken in: " + plural(s.Movements, "movement")})
}

// restoreSnapshot puts one back.
func (v *visit) restoreSnapshot() error {
	done, err := v.client.RestoreSnapshot(v.ctx(), v.r.PathValue("snapshot"))
	what := outcome{Text: "Everything is as it was in " + done.Restored, Items: []item{{"Movements", ""}}}
	if done.Undo != "" {
		what.Text += "; what there was before is in " + done.Undo
	}
	for _, note := range done.Notes {
		what.Items = append(what.Items, item{Text: sentence(note)})
	}
	return v.doneUnless(err, "Nothing was restored", snapshotsPath, what)
}

// deleteSnapshot removes one.
func (v *visit) deleteSnapshot() error {
	name := v.r.PathValue("snapshot")
	return v.doneUnless(v.client.DeleteSnapshot(v.ctx(), name), "", snapshotsPath, outcome{Text: "Snapshot " + name + " is deleted"})
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
