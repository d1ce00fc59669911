package scenario

import (
	"bytes"
	"fmt"
	"io/fs"
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
	read        func() *Scenario
}

// listedOf lists a scenario that was read.
func listedOf(s *Scenario) Listed {
	l := Listed{id: s.ID, phases: s.Phases, read: func() *Scenario { return s }}
	if o := s.Opening(); o != nil && (s.Match.LRN != nil || len(s.Match.Fields) > 0) {
		l.code = o.Trader.Send.Code
	}
	if s.Match.LRN != nil && len(s.Match.Fields) == 0 {
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

// Index lists scenarios by what finds them, one on a line: id, file, phases, the type of the message that finds it and what the LRN in that
// begins with, with tabs between.
func Index(scenarios []*Scenario) []byte {
	var b bytes.Buffer
	for _, s := range scenarios {
		l := listedOf(s)
		var phases []string
		for _, p := range l.phases {
			phases = append(phases, p.String())
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", l.id, s.File, strings.Join(phases, " "), l.code, l.start)
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
