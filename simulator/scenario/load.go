package scenario

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"

	"nctsim/simulator/yamlform"
)

// Load reads every .yaml and .yml file in and below the root of a file system, in the order of their names.
// Files with mistakes are left out and reported; of two files with one id the second is a mistake.
func (r *Reader) Load(files fs.FS) ([]*Scenario, Problems) { return r.load(files, "") }

// LoadDir reads a folder as [Reader.Load] does. File names in scenarios and problems begin with dir.
func (r *Reader) LoadDir(dir string) ([]*Scenario, Problems) {
	return r.load(os.DirFS(dir), filepath.ToSlash(filepath.Clean(dir)))
}

func (r *Reader) load(files fs.FS, prefix string) ([]*Scenario, Problems) {
	names, problems := scenarioFiles(files, prefix)
	results := r.parseAll(files, prefix, names)
	var out []*Scenario
	seen := map[string]*Scenario{}
	for _, res := range results {
		problems = append(problems, res.problems...)
		s := res.scenario
		if s == nil {
			continue
		}
		if first := seen[s.ID]; first != nil {
			problems = append(problems, Problem{
				File: s.File, Line: s.Line, Column: 1, Source: yamlform.Lines(s.Text)[s.Line-1],
				Text: fmt.Sprintf("the id %s is taken by %s", s.ID, first.File),
			})
			continue
		}
		seen[s.ID] = s
		out = append(out, s)
	}
	return out, problems
}

func scenarioFiles(files fs.FS, prefix string) (names []string, problems Problems) {
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			problems = append(problems, Problem{File: path.Join(prefix, name), Text: "it cannot be read: " + plainError(err).Error()})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && (path.Ext(name) == ".yaml" || path.Ext(name) == ".yml"):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, Problem{File: prefix, Text: plainError(err).Error()})
	}
	return names, problems
}

// listDir is LoadDir for a library.
func (r *Reader) listDir(dir string) ([]Listed, Problems) {
	list, problems := r.LoadDir(dir)
	return listAll(list), problems
}

type result struct {
	scenario *Scenario
	problems Problems
}

// parseAll reads the files side by side; the results are in the order of the names.
func (r *Reader) parseAll(files fs.FS, prefix string, names []string) []result {
	results := make([]result, len(names))
	sideBySide(len(names), func(i int) { results[i] = r.parseFile(files, prefix, names[i]) })
	return results
}

// sideBySide does something n times, with a few at a time.
func sideBySide(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(4, n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

func (r *Reader) parseFile(files fs.FS, prefix, name string) result {
	shown := path.Join(prefix, name)
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return result{problems: Problems{{File: shown, Text: "it cannot be read: " + plainError(err).Error()}}}
	}
	beside, err := fs.Sub(files, path.Dir(name))
	if err != nil {
		return result{problems: Problems{{File: shown, Text: plainError(err).Error()}}}
	}
	s, problems := r.parse(shown, text, beside)
	return result{s, problems}
}
