package scenario

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"nctsim/simulator/message"
)

// Listed is a scenario in a library: what movements find it by, which is looked at for every new one. All else is read when somebody
// needs the scenario.
type Listed struct {
	id     string
	phases []message.Phase
	// code is the type of the message that finds it, "" if none does, and start what the LRN in it begins with. Running the patterns
	// of all scenarios for every submission took as long as reading the message.
	code, start string
	// fields are those that must fit if the LRN does not matter.
	fields []FieldPattern
	read   func() *Scenario
}

// listedOf lists a scenario that was read.
func listedOf(s *Scenario) Listed {
	l := Listed{id: s.ID, phases: s.Phases, read: func() *Scenario { return s }}
	if o := s.Opening(); o != nil && (s.Match.LRN != nil || len(s.Match.Fields) > 0) {
		l.code = o.Trader.Send.Code
	}
	switch {
	case s.Match.LRN == nil:
		l.fields = s.Match.Fields
	case len(s.Match.Fields) == 0:
		l.start = literalStart(s.Match.LRN)
	}
	return l
}

func listAll(scenarios []*Scenario) []Listed {
	list := make([]Listed, len(scenarios))
	for i, s := range scenarios {
		list[i] = listedOf(s)
	}
	return list
}

// readAll reads what was not read so far.
func readAll(list []Listed) []*Scenario {
	scenarios := make([]*Scenario, len(list))
	sideBySide(len(list), func(i int) { scenarios[i] = list[i].read() })
	return scenarios
}

// openings are the beginnings of movements that may find it.
func (l Listed) openings() (out []opening) {
	if l.code == "" {
		return nil
	}
	for _, p := range l.phases {
		out = append(out, opening{p, l.code})
	}
	return out
}

// possible reports whether the scenario may fit a movement that begins with d and the LRN in it.
func (l Listed) possible(d *message.Document, lrn string) bool {
	return strings.HasPrefix(lrn, l.start) && fit(l.fields, d)
}

// Index lists scenarios by what finds them, one on a line, with tabs between: id, file, phases, the type of the message that finds it, what
// the LRN in that begins with, and paths and patterns of the fields that matter instead of the LRN.
func Index(scenarios []*Scenario) []byte {
	var b bytes.Buffer
	for _, s := range scenarios {
		l := listedOf(s)
		var phases []string
		for _, p := range l.phases {
			phases = append(phases, p.String())
		}
		cells := []string{l.id, s.File, strings.Join(phases, " "), l.code, l.start}
		for _, f := range l.fields {
			cells = append(cells, f.Path, f.Pattern.String())
		}
		fmt.Fprintln(&b, strings.Join(cells, "\t"))
	}
	return b.Bytes()
}

// Indexed lists the scenarios of files without reading them, by what [Index] wrote of them. Both come with the program: it panics if they do
// not agree, or there is a mistake in a file.
func (r *Reader) Indexed(files fs.FS, index string) (list []Listed) {
	for line := range strings.Lines(index) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		l := Listed{id: cells[0], code: cells[3], start: cells[4]}
		for _, p := range strings.Fields(cells[2]) {
			l.phases = append(l.phases, message.Phase(p[0]-'0'))
		}
		for f := range slices.Chunk(cells[5:], 2) {
			l.fields = append(l.fields, FieldPattern{Path: f[0], Pattern: regexp.MustCompile(f[1])})
		}
		l.read = sync.OnceValue(func() *Scenario {
			read := r.parseFile(files, "", cells[1])
			if read.scenario == nil || read.scenario.ID != l.id {
				panic(fmt.Sprintf("scenario %s of the index: %v", l.id, read.problems))
			}
			return read.scenario
		})
		list = append(list, l)
	}
	return list
}
