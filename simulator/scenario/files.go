package scenario

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// ComparePaths puts paths in the order of their positions: what is set in a second occurrence comes after the first.
func ComparePaths(a, b string) int {
	pa, errA := xmltree.ParsePath(a)
	pb, errB := xmltree.ParsePath(b)
	if errA != nil || errB != nil {
		return strings.Compare(a, b)
	}
	return slices.CompareFunc(pa.Steps, pb.Steps, func(x, y xmltree.Step) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), cmp.Compare(x.Index, y.Index))
	})
}

// StateWord is how a scenario of a phase writes a state.
func StateWord(p message.Phase, s movement.State) string {
	return vocabularies[p.Generation()].stateWord(s)
}

// Prepared is when a message says that it was prepared, false if it does not say so in a way that can be read.
func Prepared(d *message.Document) (time.Time, bool) {
	return vocabularies[d.Phase.Generation()].calendar.prepared(d)
}

// Moves reports whether a replay moves the text of a leaf with the time, because it is a date or a time.
func Moves(p message.Phase, e *schema.Element, text string) bool {
	n := &xmltree.Node{Name: e.Name, Text: text}
	from := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	vocabularies[p.Generation()].calendar.move(n, e, journey{from: from, to: from.AddDate(0, 0, 1), plans: 1})
	return n.Text != text
}

// Samples are the sample messages of a type in a phase, by their names, as a trader may send them; those that were made for the
// mode take the place of others with their names.
func (r *Reader) Samples(p message.Phase, mode Mode, code string) ([]*Trader, error) {
	var out []*Trader
	for _, name := range sampleNames(r.samples, p, mode) {
		if !strings.HasPrefix(name, strings.ToLower(code)+"-") {
			continue
		}
		s, err := r.sample(p, mode, name)
		if err != nil {
			return nil, err
		}
		if s != nil && s.Type.Code == code {
			out = append(out, &Trader{Send: s.Type, From: name, samples: map[message.Phase]*sample{p: s}})
		}
	}
	return out, nil
}

// Files are the messages that lie beside a scenario which is not in a folder, by their names.
type Files map[string][]byte

// Open gives a file. The error wraps fs.ErrNotExist if there is none of the name.
func (f Files) Open(name string) (fs.File, error) {
	data, there := f[name]
	if !there {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &file{Reader: bytes.NewReader(data), name: path.Base(name)}, nil
}

// file is one of Files, open.
type file struct {
	*bytes.Reader
	name string
}

func (f *file) Stat() (fs.FileInfo, error) { return f, nil }
func (f *file) Close() error               { return nil }
func (f *file) Name() string               { return f.name }
func (f *file) Mode() fs.FileMode          { return 0o444 }
func (f *file) ModTime() time.Time         { return time.Time{} }
func (f *file) IsDir() bool                { return false }
func (f *file) Sys() any                   { return nil }
