package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/textfile"
)

//go:embed data
var embedded embed.FS

// Book holds the rules, the code lists and their compiled form. It is safe for concurrent use.
type Book struct {
	sets  map[setKey]*ruleSet
	lists codeLists
	// literals are the lists as the assertions see them.
	literals func() map[string]string
	// layouts are those of the messages that were checked, by the declaration of their root (*schema.Element).
	layouts sync.Map
}

type setKey struct {
	phase message.Phase
	root  string
}

// ruleSet is the assertions over one message in one phase, read from its file when the message first comes.
type ruleSet struct {
	phase message.Phase
	file  string
	read  sync.Once

	assertions []assertion
	// compiled makes program of them.
	compiled sync.Once
	program
	// parties are the paths below the root to the EORIs that have to be registered, in the order of the assertions.
	parties [][]string
	spare   sync.Pool // of *evaluation
}

// assertion is one row of the data; place is its file and line.
type assertion struct {
	place                  string
	id, rule, code         string
	context, test, pointer string
	logic                  string
	final, transition      bool
	on                     bool
}

// Sources says where data come from that do not come with the program.
type Sources struct {
	// Lists has files named like the ones that come with the program ("CL289-anything.tsv"), which take the
	// place of those; a name that ends in -sample says that the list is a selection and other codes are
	// accepted. May be nil.
	Lists fs.FS
}

// Load reads the code lists. The rules of a message are read and compiled when one is checked for the first time, in a few milliseconds for
// an IE015. The error names file and line of the user's lists. What comes with the program is tested with it: it panics if there is a mistake.
func Load(from Sources) (*Book, error) {
	lists, err := loadLists(embedded, "data/lists")
	if err != nil {
		panic(err)
	}
	if from.Lists != nil {
		if _, err := fs.Stat(from.Lists, "."); err != nil {
			return nil, fmt.Errorf("read code lists: %w", err)
		}
		own, err := loadLists(from.Lists, ".")
		if _, saved := textfile.IsError(err); saved {
			return nil, err // its own hint is the one that helps
		}
		if err != nil {
			return nil, fmt.Errorf("%w; hint: the files are like CL231-DeclarationType.tsv, first line \"code\" and \"description\" with a tab between", err)
		}
		for name, list := range own {
			lists[name] = list
		}
	}
	b := &Book{sets: map[setKey]*ruleSet{}, lists: lists, literals: sync.OnceValue(lists.literals)}
	files, _ := fs.Glob(embedded, "data/assertions/*.tsv")
	for _, file := range files {
		dir, code, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".tsv"), "-")
		phase, typ, known := messageOf(dir, code)
		if !known {
			panic(file + " is not named after a phase and a message")
		}
		b.sets[setKey{phase, typ.Root}] = &ruleSet{phase: phase, file: file}
	}
	return b, nil
}

// set is the assertions over a message, none if there are no rules over it.
func (b *Book) set(phase message.Phase, root string) *ruleSet {
	s := b.sets[setKey{phase, root}]
	if s == nil {
		return &ruleSet{}
	}
	s.read.Do(s.load)
	return s
}

// all are the assertions over all messages.
func (b *Book) all() map[setKey]*ruleSet {
	for key := range b.sets {
		b.set(key.phase, key.root)
	}
	return b.sets
}

// load reads a file such as data/assertions/phase5-IE015.tsv.
func (s *ruleSet) load() {
	for _, r := range shipped(s.file, "id", "mode", "rule", "error", "context", "test", "pointer", "default", "extent") {
		row := r.cells
		a := assertion{
			place: fmt.Sprintf("%s:%d", s.file, r.line), id: row[0], rule: row[2], code: row[3], context: row[4], test: row[5], pointer: row[6],
			logic: logic()[logicKey{s.phase, row[2]}],
			final: row[1] != "transition", transition: row[1] != "final", on: row[7] == "on",
		}
		if a.rule == ruleParty {
			s.parties = append(s.parties, strings.Split(a.context, "/")[2:])
		}
		s.assertions = append(s.assertions, a)
	}
}

// layout is that of a message, made when one comes first. The rules over it are compiled then; its set has the error.
func (b *Book) layout(d *message.Document) *layout {
	if l, known := b.layouts.Load(d.Schema); known {
		return l.(*layout)
	}
	style := errorStyles[d.Phase.Generation()]
	if d.Schema == nil { // nobody can say anything of such a message
		return newLayout(&ruleSet{}, &schema.Element{Name: d.Root.Name}, style)
	}
	set := b.set(d.Phase, d.Schema.Name)
	set.compile(b.literals())
	l, _ := b.layouts.LoadOrStore(d.Schema, newLayout(set, d.Schema, style))
	return l.(*layout)
}

// compile compiles the assertions of a message once.
func (s *ruleSet) compile(lists map[string]string) {
	s.compiled.Do(func() {
		c := newCompiler(lists)
		for i, a := range s.assertions {
			t, err := c.test(i, a.context, a.test)
			if err != nil && s.err == nil {
				s.err = fmt.Errorf("%s: assertion %s: %w", a.place, a.id, err)
			}
			s.tests = append(s.tests, t)
		}
		s.labels, s.values = c.labels, len(c.values)
	})
}

// messageOf is the message of a phase by the phase's folder and the message's code.
func messageOf(dir, code string) (p message.Phase, t message.Type, known bool) {
	for _, p := range message.Phases {
		if p.Dir() == dir {
			t, known := p.TypeOfCode(code)
			return p, t, known
		}
	}
	return 0, message.Type{}, false
}

// evaluation gives one for a tree, which has to be given back.
func (s *ruleSet) evaluation(t *tree) *evaluation {
	e, _ := s.spare.Get().(*evaluation)
	if e == nil {
		e = &evaluation{kept: make([]kept, s.values)}
	}
	e.tree = t
	return e
}

// giveBack takes an evaluation that is over; nothing of its message is kept.
func (s *ruleSet) giveBack(e *evaluation) {
	e.tree = nil
	clear(e.kept)
	s.spare.Put(e)
}

type logicKey struct {
	phase message.Phase
	rule  string
}

// logic is what the rules say.
var logic = sync.OnceValue(func() map[logicKey]string {
	out := map[logicKey]string{}
	for _, r := range shipped("data/rules.tsv", "rule", "phases", "logic") {
		for _, phase := range strings.Fields(r.cells[1]) {
			key := logicKey{message.Phase(phase[0] - '0'), r.cells[0]}
			if _, twice := out[key]; twice {
				panic(fmt.Sprintf("data/rules.tsv: rule %s of phase %d has two lines, of which one would never be shown", key.rule, key.phase))
			}
			out[key] = r.cells[2]
		}
	}
	return out
})

// row is a line of a table.
type row struct {
	line  int
	cells []string
}

// shipped is a table that comes with the program.
func shipped(name string, columns ...string) []row {
	rows, err := readRows(embedded, name, columns...)
	if err != nil {
		panic(err)
	}
	return rows
}

// readRows reads a file of lines with tabs between the columns. Empty lines and lines that begin with # are
// passed over; the first of the others names the columns, which must be the wanted ones, more may follow.
func readRows(files fs.FS, name string, columns ...string) ([]row, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	if data, err = textfile.Decode(data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	lines := strings.Split(string(data), "\n")
	rows := make([]row, 0, len(lines))
	header := false
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		if !header {
			if len(cells) < len(columns) || !slices.Equal(cells[:len(columns)], columns) {
				return nil, fmt.Errorf("%s:%d: the columns are %q, want %q", name, i+1, cells, columns)
			}
			header = true
			continue
		}
		if len(cells) < len(columns) {
			return nil, fmt.Errorf("%s:%d: %d columns, want %d", name, i+1, len(cells), len(columns))
		}
		rows = append(rows, row{i + 1, cells})
	}
	return rows, nil
}
