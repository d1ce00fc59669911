package control

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/snapshot"
)

// ErrReplaced says that everything that a call was about was replaced before it could do something.
var ErrReplaced = errors.New("everything was replaced meanwhile; hint: another snapshot was restored, or the simulator stops; look, and call again")

// Snapshots takes snapshots of a simulator and restores them; package simulator does.
type Snapshots interface {
	// List is all snapshots, the newest first.
	List(ctx context.Context) ([]client.Snapshot, error)
	// Get is one by its name.
	Get(ctx context.Context, name string) (client.Snapshot, error)
	// Save takes one.
	Save(ctx context.Context, s client.NewSnapshot) (client.Snapshot, error)
	// Restore replaces everything by what is in one. The call comes from a request to the API that is replaced by that.
	Restore(ctx context.Context, name string) (client.Restored, error)
	// Delete removes one.
	Delete(ctx context.Context, name string) error
	// Open opens the file of one, which the caller closes.
	Open(ctx context.Context, name string) (*snapshot.Snapshot, error)
	// Settle waits until what was kept for undoing is written.
	Settle(ctx context.Context) error
	// Import takes in a file.
	Import(ctx context.Context, name string, replace bool, file io.Reader) (client.Snapshot, error)
}

// SnapshotVar is the name of a variable in the paths of the routes.
const SnapshotVar = "snapshot"

// longestRestore is how long a restore may take, in real time: what comes later could not be answered any more.
const longestRestore = 10 * time.Minute

// typeFile is the content type of the file of a snapshot.
const typeFile = "application/octet-stream"

// noSnapshots is why there cannot be any snapshots, nil if there can.
func (a *API) noSnapshots() error {
	if a.Snapshots == nil {
		return unknown("start it with nctsim serve", "this simulator takes no snapshots")
	}
	return nil
}

// ListSnapshots lists the snapshots.
func (a *API) ListSnapshots(r *http.Request) (wire.Response, error) {
	list, err := a.Snapshots.List(r.Context())
	return reply(http.StatusOK, client.Snapshots{Snapshots: orEmpty(list)}), badSnapshot(err)
}

// GetSnapshot shows one.
func (a *API) GetSnapshot(r *http.Request) (wire.Response, error) {
	s, err := a.Snapshots.Get(r.Context(), pathVar(r, SnapshotVar))
	return reply(http.StatusOK, s), badSnapshot(err)
}

// SaveSnapshot takes one.
func (a *API) SaveSnapshot(r *http.Request, in client.NewSnapshot) (wire.Response, error) {
	s, err := a.Snapshots.Save(r.Context(), in)
	return reply(http.StatusCreated, s), badSnapshot(err)
}

// RestoreSnapshot puts what is in one in the place of everything.
func (a *API) RestoreSnapshot(r *http.Request) (wire.Response, error) {
	ctx, cancel := a.waiting(r, longestRestore)
	defer cancel()
	restored, err := a.Snapshots.Restore(ctx, pathVar(r, SnapshotVar))
	return reply(http.StatusOK, restored), a.cutOff(badSnapshot(err))
}

// DeleteSnapshot removes one.
func (a *API) DeleteSnapshot(r *http.Request) (wire.Response, error) {
	err := a.Snapshots.Delete(r.Context(), pathVar(r, SnapshotVar))
	return wire.Empty(http.StatusNoContent), badSnapshot(err)
}

// ExportSnapshot sends the file of one.
func (a *API) ExportSnapshot(w http.ResponseWriter, r *http.Request) {
	err := a.noSnapshots()
	var s *snapshot.Snapshot
	if err == nil {
		s, err = a.Snapshots.Open(r.Context(), pathVar(r, SnapshotVar))
	}
	if err != nil {
		Failure(badSnapshot(err)).Write(w)
		return
	}
	defer s.Close()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // it may be large
	h := w.Header()
	h.Set("Content-Type", typeFile)
	h.Set("Content-Length", strconv.FormatInt(s.Bytes, 10))
	h.Set("Content-Disposition", `attachment; filename="`+s.Name+`.snapshot"`)
	w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(w, s.Content()) // who lacks something sees it by the length
}

// ImportSnapshot takes in a file.
func (a *API) ImportSnapshot(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // it may be large
	response, err := a.importSnapshot(r)
	if err != nil {
		response = Failure(badSnapshot(err))
	}
	response.Write(w)
}

func (a *API) importSnapshot(r *http.Request) (wire.Response, error) {
	if err := a.noSnapshots(); err != nil {
		return wire.Response{}, err
	}
	q := r.URL.Query()
	replace, err := flag("replace", q.Get("replace"))
	if err != nil {
		return wire.Response{}, err
	}
	body := &noted{Reader: r.Body}
	s, err := a.Snapshots.Import(r.Context(), pathVar(r, SnapshotVar), replace, body)
	if body.err != nil {
		return wire.Response{}, notReceived(body.err, "")
	}
	if err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusCreated, s), nil
}

// noted is a reader that notes why it came to no end.
type noted struct {
	io.Reader
	err error
}

func (n *noted) Read(p []byte) (int, error) {
	got, err := n.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
	return got, err
}

// badSnapshot finds the words for an error of snapshots.
func badSnapshot(err error) error {
	switch {
	case errors.Is(err, snapshot.ErrName):
		return hinted(http.StatusBadRequest, codeBadRequest, err, "")
	case errors.Is(err, snapshot.ErrNotFound):
		return hinted(http.StatusNotFound, codeNotFound, err, "GET /simulator/v1/snapshots lists them")
	case errors.Is(err, snapshot.ErrExists):
		return hinted(http.StatusConflict, codeExists, err, "")
	case errors.Is(err, snapshot.ErrNewer), errors.Is(err, snapshot.ErrDamaged):
		return hinted(http.StatusUnprocessableEntity, codeBadSnapshot, err, "")
	case errors.Is(err, ErrReplaced):
		return hinted(http.StatusConflict, codeReplaced, err, "")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return &client.Error{Status: http.StatusInsufficientStorage, Code: codeNoRoom, Message: err.Error(), Hint: "nothing was kept of it and nothing was changed; delete snapshots, or make room on the disk, and call again"}
	}
	return err
}

// cutOff is the error of a call that waits: another one if it was cut off because everything was replaced.
func (a *API) cutOff(err error) error {
	if why, is := a.replaced(); is && err != nil {
		return &client.Error{
			Status: http.StatusConflict, Code: codeReplaced, Message: "everything was replaced meanwhile: " + why,
			Hint: "what the call was about is in the snapshot that was taken before; look, and call again",
		}
	}
	return err
}
