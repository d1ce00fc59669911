package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Snapshot is a picture of a simulator: all that GET /simulator/v1/snapshots says of one.
type Snapshot struct {
	Name string `json:"name"`
	// Taken is when it was taken, on the wall.
	Taken time.Time `json:"taken,omitzero"`
	// Reason is saved, before a reset, or before a restore.
	Reason string `json:"reason,omitempty"`
	// Version is that of the simulator that took it, and StoreFormat that of the layout of its store.
	Version     string `json:"version,omitempty"`
	StoreFormat int    `json:"storeFormat,omitempty"`
	// Clock is what the clock showed: its mode, and Now with its scale.
	Clock string    `json:"clock,omitempty"`
	Now   time.Time `json:"now,omitzero"`
	Scale float64   `json:"scale,omitempty"`
	Seed  uint64    `json:"seed"`
	// Profile is that of the offices. It is a setting, and not restored.
	Profile string `json:"profile,omitempty"`
	// Movements, Messages, Waiting and Entries are how many there are: events that wait for an office, and entries of journals.
	Movements int `json:"movements"`
	Messages  int `json:"messages"`
	Waiting   int `json:"waiting"`
	Entries   int `json:"entries"`
	// Scenarios and Uploads are how many scenarios were put in, and how many files wait for their scan.
	Scenarios int   `json:"scenarios"`
	Uploads   int   `json:"uploads"`
	Bytes     int64 `json:"bytes"`
	// SHA256 is the checksum in the file, of all that stands before it.
	SHA256 string `json:"sha256,omitempty"`
	// Problem says why it cannot be restored, "" if nothing is known that is in the way.
	Problem string `json:"problem,omitempty"`
}

// Snapshots is the answer of GET /simulator/v1/snapshots.
type Snapshots struct {
	Snapshots []Snapshot `json:"snapshots"`
}

// NewSnapshot is the body of POST /simulator/v1/snapshots.
type NewSnapshot struct {
	// Name is a name of its own; "" is one made of the time.
	Name string `json:"name,omitempty"`
	// Replace lets it take the place of a snapshot of that name.
	Replace bool `json:"replace,omitempty"`
}

// Restored is the answer of POST /simulator/v1/snapshots/{name}/restore.
type Restored struct {
	// Restored is the name of what was restored, and Undo that of a snapshot of what was there before; "" if none is kept.
	Restored string `json:"restored"`
	Undo     string `json:"undo,omitempty"`
	// Now is what the clock shows.
	Now time.Time `json:"now"`
	// Notes say what is different from when it was taken.
	Notes []string `json:"notes,omitempty"`
}

// Snapshots lists the snapshots, the newest first.
func (c Client) Snapshots(ctx context.Context) (Snapshots, error) {
	return get[Snapshots](ctx, c, snapshotsPath)
}

// Snapshot is one by its name; undo is the newest that was taken before a reset or a restore.
func (c Client) Snapshot(ctx context.Context, name string) (Snapshot, error) {
	return get[Snapshot](ctx, c, below(snapshotsPath, name))
}

// SaveSnapshot takes a snapshot of everything as it is at one moment. Nobody waits for that but the call.
func (c Client) SaveSnapshot(ctx context.Context, s NewSnapshot) (Snapshot, error) {
	return send[Snapshot](ctx, c, http.MethodPost, snapshotsPath, s)
}

// RestoreSnapshot puts what is in a snapshot in the place of everything, in one step. What there was before is kept in another one.
func (c Client) RestoreSnapshot(ctx context.Context, name string) (Restored, error) {
	return send[Restored](ctx, c, http.MethodPost, below(snapshotsPath, name, "restore"), nil)
}

// DeleteSnapshot removes one.
func (c Client) DeleteSnapshot(ctx context.Context, name string) error {
	_, err := c.do(ctx, http.MethodDelete, below(snapshotsPath, name), "", nil)
	return err
}

// ExportSnapshot writes the file of a snapshot, with which another simulator can begin, or which it can import.
func (c Client) ExportSnapshot(ctx context.Context, name string, to io.Writer) error {
	if err := c.Check(); err != nil {
		return err
	}
	res, err := c.open(ctx, Request{Method: http.MethodGet, URL: below(snapshotsPath, name, "file"), Header: c.header("", "")})
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		_, err := c.answer(ctx, res)
		return err
	}
	defer res.Body.Close()
	n, err := io.Copy(to, res.Body)
	if err == nil && res.ContentLength >= 0 && n != res.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("export snapshot %s: %w", name, err)
	}
	return nil
}

// ImportSnapshot gives the simulator a file that was exported, under a name; replace lets it take the place of a snapshot of that name.
func (c Client) ImportSnapshot(ctx context.Context, name string, replace bool, file io.Reader) (s Snapshot, err error) {
	if err := c.Check(); err != nil {
		return s, err
	}
	path := below(snapshotsPath, name, "file")
	if replace {
		path += "?replace=true"
	}
	res, err := c.open(ctx, Request{Method: http.MethodPut, URL: path, Header: c.header("Content-Type", typeFile), Stream: file})
	if err != nil {
		return s, err
	}
	answer, err := c.answer(ctx, res)
	if err != nil {
		return s, err
	}
	return unmarshalled[Snapshot](c, answer)
}
