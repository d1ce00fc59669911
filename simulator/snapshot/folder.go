package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	extension = ".snapshot"
	unwritten = ".part"
)

// Folder is where a simulator keeps its snapshots, each in a file of its name. It is safe for concurrent use; no two simulators may
// have the same one.
type Folder struct {
	path string
	// mu is held while a file gets its name or loses it.
	mu sync.Mutex
	// last is the number of the newest automatic snapshot that there has been.
	last int
	// whole are the files, by name, that were written or verified since the folder was taken up, as they were then.
	whole map[string]os.FileInfo
}

// OpenFolder takes up a folder, which is made when the first snapshot is. What was not written to its end is removed. The error is
// that of the disk.
func OpenFolder(path string) (*Folder, error) {
	f := &Folder{path: path, whole: map[string]os.FileInfo{}}
	files, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("snapshots: %w", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file.Name(), unwritten) {
			if err := os.Remove(filepath.Join(path, file.Name())); err != nil {
				return nil, fmt.Errorf("snapshots: %w", err)
			}
		}
		f.last = max(f.last, numberOf(strings.TrimSuffix(file.Name(), extension)))
	}
	return f, nil
}

// numberOf is the number of an automatic snapshot, 0 if the name is another one.
func numberOf(name string) int {
	found := automatic().FindStringSubmatch(name)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1]) // of nine digits
	return n
}

func (f *Folder) file(name string) string { return filepath.Join(f.path, name+extension) }

// Pending is a snapshot that is being written. One of Keep and Discard has to be called.
type Pending struct {
	EarlyFile
	folder  *Folder
	name    string
	replace bool
	kept    os.FileInfo
}

// Create begins a snapshot; replace says that it may take the place of one of that name. The error wraps ErrName or ErrExists, or is
// that of the disk.
func (f *Folder) Create(name string, replace bool) (*Pending, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.free(name, replace); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of snapshots: %w", err)
	}
	file, err := os.CreateTemp(f.path, name+"-*"+unwritten)
	if err != nil {
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	return &Pending{EarlyFile: EarlyFile{File: file}, folder: f, name: name, replace: replace}, nil
}

func (f *Folder) free(name string, replace bool) error {
	_, err := os.Lstat(f.file(name))
	switch {
	case err == nil && !replace:
		return fmt.Errorf("%s: %w; hint: choose another name, or replace it", name, ErrExists)
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return fmt.Errorf("look for snapshot %s: %w", name, err)
}

// Automatic begins an automatic snapshot, with the next number.
func (f *Folder) Automatic() (*Pending, error) {
	f.mu.Lock()
	f.last++
	name := Undo + "-" + strconv.Itoa(f.last)
	f.mu.Unlock()
	return f.Create(name, false)
}

// Name is that of the snapshot.
func (p *Pending) Name() string { return p.name }

// Kept is the file that Keep has made of it.
func (p *Pending) Kept() os.FileInfo { return p.kept }

// Path is where it is being written.
func (p *Pending) Path() string { return p.File.Name() }

// Discard removes what was written.
func (p *Pending) Discard() {
	_ = p.Close()
	_ = os.Remove(p.Path())
}

// Adopt takes a file from a folder beside for what was written. The error is that of the disk.
func (p *Pending) Adopt(path string) error {
	err := os.Rename(path, p.Path())
	if err != nil {
		return fmt.Errorf("keep snapshot %s: %w", p.name, err)
	}
	replaced := p.File
	if p.File, err = os.OpenFile(p.Path(), os.O_RDWR, 0); err != nil {
		p.File = replaced
		return fmt.Errorf("keep snapshot %s: %w", p.name, err)
	}
	return replaced.Close()
}

// Keep gives the file its name; what was written has to be whole. When there is an error, nothing of it stays. It does not wait for the disk:
// a snapshot that a power cut leaves unfinished is found out by its checksum.
func (p *Pending) Keep() (err error) {
	defer func() {
		if err != nil {
			p.Discard()
		}
	}()
	if err := p.Close(); err != nil {
		return fmt.Errorf("write snapshot %s: %w", p.name, err)
	}
	p.folder.mu.Lock()
	defer p.folder.mu.Unlock()
	if err := p.folder.free(p.name, p.replace); err != nil {
		return err
	}
	if err := os.Rename(p.Path(), p.folder.file(p.name)); err != nil {
		return fmt.Errorf("keep snapshot %s: %w", p.name, err)
	}
	if p.kept, err = os.Lstat(p.folder.file(p.name)); err != nil {
		return fmt.Errorf("keep snapshot %s: %w", p.name, err)
	}
	p.folder.whole[p.name] = p.kept
	return nil
}

// resolved is the name itself, or, for Undo, the newest automatic snapshot.
func (f *Folder) resolved(name string) (string, error) {
	if name != Undo {
		return name, CheckName(name)
	}
	newest := 0
	for _, n := range f.names() {
		newest = max(newest, numberOf(n))
	}
	if newest == 0 {
		return "", fmt.Errorf("undo: %w: nothing was reset or restored that could be undone", ErrNotFound)
	}
	return Undo + "-" + strconv.Itoa(newest), nil
}

// Open opens a snapshot by its name; Undo is the newest automatic one. The error wraps ErrName or ErrNotFound, or is that of the
// function Open.
func (f *Folder) Open(name string) (*Snapshot, error) {
	name, err := f.resolved(name)
	if err != nil {
		return nil, err
	}
	s, err := Open(f.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", name, ErrNotFound)
	}
	if s != nil {
		s.Name = name // whoever brought it may have given it another one
		f.mu.Lock()
		if is, err := s.Stat(); err == nil && certain && Untouched(f.whole[name], is) {
			s.whole = is
		}
		f.mu.Unlock()
	}
	return s, err
}

// Delete removes a snapshot. The error wraps ErrName or ErrNotFound, or is that of the disk.
func (f *Folder) Delete(name string) error {
	name, err := f.resolved(name)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.whole, name)
	err = os.Remove(f.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", name, ErrNotFound)
	}
	return err
}

// Listed is a snapshot of a list, or why its file cannot be used.
type Listed struct {
	Manifest
	Bytes int64
	Err   error
}

// List is all snapshots, the newest first.
func (f *Folder) List() []Listed {
	list := []Listed{}
	for _, name := range f.names() {
		s, err := f.Open(name)
		if errors.Is(err, ErrNotFound) {
			continue // deleted a moment ago
		}
		l := Listed{Manifest: Manifest{Name: name}, Err: err}
		if s != nil {
			l.Manifest, l.Bytes = s.Manifest, s.Bytes
			_ = s.Close() // it was only read
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b Listed) int {
		return cmp.Or(b.Taken.Compare(a.Taken), cmp.Compare(numberOf(b.Name), numberOf(a.Name)), cmp.Compare(a.Name, b.Name))
	})
	return list
}

func (f *Folder) names() []string {
	var names []string
	files, _ := os.ReadDir(f.path) // without a folder there are none
	for _, file := range files {
		if name, is := strings.CutSuffix(file.Name(), extension); is && CheckName(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// Prune removes the oldest automatic snapshots until no more than some are left. The error is that of the disk.
func (f *Folder) Prune(keep int) error {
	var numbers []int
	for _, name := range f.names() {
		if n := numberOf(name); n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var errs []error
	for _, n := range numbers[:max(0, len(numbers)-keep)] {
		if err := f.Delete(Undo + "-" + strconv.Itoa(n)); !errors.Is(err, ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Import writes what a reader has into a snapshot and verifies it. The errors are those of Create, Open and Verify, and of the reader.
func Import(p *Pending, r io.Reader, verify func(*Snapshot) error) (m Manifest, err error) {
	if _, err := io.Copy(p.File, r); err != nil {
		p.Discard()
		return m, fmt.Errorf("write snapshot %s: %w", p.name, err)
	}
	s, err := openAs(p.Path(), p.name)
	if err == nil {
		s.Name = p.name
		m = s.Manifest
		err = errors.Join(verify(s), s.Close())
	}
	if err != nil {
		p.Discard()
		return m, err
	}
	return m, p.Keep()
}
