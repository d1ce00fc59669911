package scenario

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"nctsim/simulator/spelling"
)

// Library is the scenarios at hand: those that come with the simulator, those of the user's folder, and those
// that were put in while it runs. In this order, a later one takes the place of an earlier one with its id.
// It is safe for concurrent use.
type Library struct {
	reader *Reader
	dir    string

	mu      sync.Mutex // serialises changes
	builtIn []Listed
	folder  []Listed
	put     []Listed
	// removed are the ids of those of files that were taken out, as often as they were.
	removed  []string
	problems Problems
	state    string // what the folder looked like when it was read
	shelf    atomic.Pointer[shelf]
}

// shelf is the library as it is looked at; it is replaced as a whole.
type shelf struct {
	all  []Listed // by id
	byID map[string]Listed
	// byOpening are those that a movement can find by its first message, by id.
	byOpening map[opening][]Listed
}

// Open makes a library of the built-in scenarios and those of a folder ("" for none). Files with mistakes are
// left out; [Library.Problems] has them.
func (r *Reader) Open(builtIn fs.FS, dir string) *Library {
	var read []*Scenario
	var broken Problems
	if builtIn != nil {
		read, broken = r.Load(builtIn)
	}
	return r.library(listAll(read), broken, dir)
}

// Library makes a library of built-in scenarios that [Reader.Indexed] lists, and those of a folder ("" for none).
func (r *Reader) Library(builtIn []Listed, dir string) *Library { return r.library(builtIn, nil, dir) }

func (r *Reader) library(builtIn []Listed, broken Problems, dir string) *Library {
	l := &Library{reader: r, dir: dir, builtIn: builtIn, problems: broken}
	if dir != "" {
		l.state = folderState(dir)
		var more Problems
		l.folder, more = r.listDir(dir)
		l.problems = append(l.problems, more...)
	}
	l.arrange()
	return l
}

// arrange puts a new shelf up.
func (l *Library) arrange() {
	s := &shelf{byID: map[string]Listed{}, byOpening: map[opening][]Listed{}}
	for _, layer := range [][]Listed{l.builtIn, l.folder, l.put} {
		for _, sc := range layer {
			s.byID[sc.id] = sc
		}
	}
	s.all = slices.SortedFunc(maps.Values(s.byID), func(a, b Listed) int { return naturally(a.id, b.id) })
	for _, sc := range s.all {
		for _, o := range sc.openings() {
			s.byOpening[o] = append(s.byOpening[o], sc)
		}
	}
	l.shelf.Store(s)
}

// naturally sorts DSGB2 before DSGB10.
func naturally(a, b string) int {
	for a != "" && b != "" {
		na, nb := leadingDigits(a), leadingDigits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y), cmp.Compare(na, nb)); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// All is every scenario, by id; numbers inside ids count as numbers. Those that nobody has needed so far are read.
func (l *Library) All() []*Scenario { return readAll(l.shelf.Load().all) }

// Get finds a scenario by its id, which is case-sensitive.
func (l *Library) Get(id string) (*Scenario, bool) {
	s, ok := l.shelf.Load().byID[id]
	if !ok {
		return nil, false
	}
	return s.read(), true
}

// Own are the scenarios of the user's folder, by the names of their files.
func (l *Library) Own() []*Scenario {
	l.mu.Lock()
	defer l.mu.Unlock()
	return readAll(l.folder)
}

// Instead is the built-in scenario whose place one of the library has taken, nil if there is none.
func (l *Library) Instead(s *Scenario) *Scenario {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.builtIn, func(b Listed) bool { return b.id == s.ID })
	if i < 0 {
		return nil
	}
	if b := l.builtIn[i].read(); b != s && !slices.Equal(b.Text, s.Text) {
		return b
	}
	return nil
}

// Suggest is a hint about an id that the library does not have: the nearest one, "" if none is near.
func (l *Library) Suggest(id string) string {
	var ids []string
	for _, s := range l.shelf.Load().all {
		ids = append(ids, s.id)
	}
	return spelling.Nearest(id, ids)
}

// Problems are the mistakes of the files that were left out when the library was opened or refreshed.
func (l *Library) Problems() Problems {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.problems)
}

// Check reads a scenario without putting it into the library. The error is of type [Problems].
func (l *Library) Check(name string, text []byte) (*Scenario, error) {
	return l.reader.Parse(name, text, nil)
}

// Put reads a scenario and puts it into the library, in the place of the one with its id. The name is what
// its file is called from then on. The error is of type [Problems]; then the library stays as it is.
func (l *Library) Put(name string, text []byte) (*Scenario, error) {
	s, err := l.reader.Parse(name, text, nil)
	if err != nil {
		return nil, err
	}
	l.Add(s)
	return s, nil
}

// Add puts a scenario into the library that was read before, in the place of the one with its id.
func (l *Library) Add(s *Scenario) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put = append(without(l.put, s.ID), listedOf(s))
	l.arrange()
}

// Delete takes out a scenario that was put in, so that the one of a file with its id shows again; without
// such a one, it takes out that of a file until the next start. It reports whether there was one.
func (l *Library) Delete(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, layer := range []*[]Listed{&l.put, &l.folder, &l.builtIn} {
		if rest := without(*layer, id); len(rest) < len(*layer) {
			*layer = rest
			if layer != &l.put {
				l.removed = append(l.removed, id)
			}
			l.arrange()
			return true
		}
	}
	return false
}

func without(list []Listed, id string) []Listed {
	return slices.DeleteFunc(slices.Clone(list), func(s Listed) bool { return s.id == id })
}

// Changes are what was done to the library beside its files: the scenarios that were put in, and the ids of those that were taken out,
// as Delete was called for them.
func (l *Library) Changes() (put []*Scenario, removed []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return readAll(l.put), slices.Clone(l.removed)
}

// Refresh reads the folder again if a file in it has changed, come or gone, and reports whether it did. A file
// that has become wrong keeps its last good scenario; the problem is reported all the same.
func (l *Library) Refresh() bool {
	if l.dir == "" {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	state := folderState(l.dir)
	if state == l.state {
		return false
	}
	l.state = state
	fresh, problems := l.reader.listDir(l.dir)
	l.folder = keepGood(l.folder, fresh, problems)
	l.removed = slices.DeleteFunc(l.removed, func(id string) bool {
		return slices.ContainsFunc(l.folder, func(s Listed) bool { return s.id == id })
	})
	l.problems = append(slices.DeleteFunc(l.problems, func(p Problem) bool { return within(l.dir, p.File) }), problems...)
	l.arrange()
	return true
}

func within(dir, file string) bool {
	dir = filepath.ToSlash(filepath.Clean(dir))
	return file == dir || strings.HasPrefix(file, dir+"/") || dir == "."
}

func keepGood(last, fresh []Listed, problems Problems) []Listed {
	for _, old := range last {
		broken := slices.ContainsFunc(problems, func(p Problem) bool { return cmp.Or(p.NamedBy, p.File) == old.read().File })
		taken := slices.ContainsFunc(fresh, func(s Listed) bool { return s.id == old.id })
		if broken && !taken {
			fresh = append(fresh, old)
		}
	}
	return fresh
}

// folderState tells two states of a folder apart by names, sizes and times of change.
func folderState(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			fmt.Fprintln(&b, name, err) // LoadDir reports it
			return nil
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}
