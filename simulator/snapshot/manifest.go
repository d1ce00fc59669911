package snapshot

import (
	"errors"
	"fmt"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/pattern"
)

// Errors that a caller tells apart; the returned errors wrap them and say more.
var (
	// ErrNewer says that a snapshot was taken by a later version.
	ErrNewer = errors.New("the snapshot is from a newer version")
	// ErrDamaged says that a file is not a snapshot, or not as it was written.
	ErrDamaged = errors.New("the file is not a whole snapshot")
	// ErrNotFound says that there is no snapshot of a name.
	ErrNotFound = errors.New("there is no such snapshot")
	// ErrExists says that there is one already.
	ErrExists = errors.New("there is a snapshot of this name already")
	// ErrName says that a name cannot be one.
	ErrName = errors.New("not a name for a snapshot")
)

// Why a snapshot was taken.
const (
	Saved         = "saved"
	BeforeReset   = "before a reset"
	BeforeRestore = "before a restore"
)

// Manifest says what is in a snapshot. What is not in the store or in a file beside it is in here.
type Manifest struct {
	Name string `json:"name"`
	// Taken is the time of the wall.
	Taken  time.Time `json:"taken"`
	Reason string    `json:"reason"`
	// Version of nctsim, and StoreFormat, the version of the layout of the store.
	Version     string `json:"version"`
	StoreFormat int    `json:"storeFormat"`
	Counts      Counts `json:"counts"`
	// Seed is what all random values follow from.
	Seed uint64 `json:"seed"`
	// Clock is what the clock showed.
	Clock Clock `json:"clock"`
	// Profile is that of the offices; it is a setting, and not restored.
	Profile string `json:"profile"`
	// Scenarios are those that were put in, and Removed the ids of those of files that were taken out.
	Scenarios []Scenario `json:"scenarios,omitempty"`
	Removed   []string   `json:"removed,omitempty"`
	// StoreBytes is the length of the store's file, and Uploads are the files behind it.
	StoreBytes int64    `json:"storeBytes"`
	Uploads    []Upload `json:"uploads,omitempty"`
}

// Counts are how much there is of everything.
type Counts struct {
	Movements int `json:"movements"`
	Messages  int `json:"messages"`
	Waiting   int `json:"waiting"` // events that no office has seen yet
	Entries   int `json:"entries"` // of journals
}

// Clock is what a clock showed.
type Clock struct {
	Mode  clock.Mode `json:"mode"`
	Now   time.Time  `json:"now"`
	Scale float64    `json:"scale"`
}

// Scenario is a scenario that was put in, as its file was called, with its text.
type Scenario struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// Upload is a file that waits for its scan, by the key of its upload.
type Upload struct {
	Key   string `json:"key"`
	Bytes int64  `json:"bytes"`
}

// names are what snapshots may be called: a name is one of a file, wherever it is taken to.
var names = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// automatic are the names of those that are taken before a reset or a restore; Undo stands for the newest of them.
var automatic = pattern.New(`^undo-([0-9]{1,9})$`)

// Undo stands for the newest automatic snapshot.
const Undo = "undo"

// CheckName reports what is wrong with a name; the error wraps ErrName.
func CheckName(name string) error {
	if names().MatchString(name) {
		return nil
	}
	return fmt.Errorf("%.80q is %w; hint: use up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit", name, ErrName)
}

// Automatic reports whether a name is that of an automatic snapshot.
func Automatic(name string) bool { return name == Undo || automatic().MatchString(name) }

// CheckNew is CheckName for a snapshot that somebody takes or brings: the names of automatic ones are not theirs to give.
func CheckNew(name string) error {
	if Automatic(name) {
		return fmt.Errorf("%q is %w that you can give; hint: undo and undo-1 are those of automatic snapshots, choose another name", name, ErrName)
	}
	return CheckName(name)
}

// keys are those of uploads.
var keys = pattern.New(`^[A-Za-z0-9-]{1,64}$`)

// check reports what cannot be in a manifest that this package has written, for a file of a size.
func (m Manifest) check(before int64) error {
	if m.StoreBytes <= 0 {
		return fmt.Errorf("%w: it holds no store", ErrDamaged)
	}
	size := m.StoreBytes
	seen := map[string]bool{}
	for _, u := range m.Uploads {
		if !keys().MatchString(u.Key) || u.Bytes < 0 || u.Bytes > before || seen[u.Key] {
			return fmt.Errorf("%w: it says impossible things about the uploads", ErrDamaged)
		}
		seen[u.Key] = true
		if size += u.Bytes; size > before {
			break
		}
	}
	if size != before {
		return fmt.Errorf("%w: what it says to hold and what it has differ in length", ErrDamaged)
	}
	return nil
}
