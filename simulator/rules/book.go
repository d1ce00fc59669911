package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/textfile"
)

//go:embed data
var embedded embed.FS

// Book holds the rules, the code lists and their compiled form. It is safe for concurrent use.
type Book struct {
	sets  map[setKey]*ruleSet
	lists codeLists
	// literals are the lists as the assertions see them.
	literals map[string]string
	// rules are the codes of all rules and the ids of all assertions.
	rules map[string]bool
	// logic is what the rules say.
	logic map[logicKey]string
	slots chan struct{}
}

type setKey struct {
	phase message.Phase
	root  string
}

// ruleSet is the assertions over one message in one phase. Those in order are for libxml2, the others in natives.
type ruleSet struct {
	assertions []assertion
	natives    []native
	order      []int
	layout     layout
	lists      map[string]string
	// contexts are the kinds of the elements that the assertions are about, predicates aside; unknownKind for one that is not
	// a path of names. An assertion about elements that a message does not have need not be evaluated.
	contexts []int
	// parties are the paths below the root to the EORIs that have to be registered, in the order of the assertions.
	parties [][]string

	mu   sync.Mutex
	free []*machine
}

// assertion is one row of the data.
type assertion struct {
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

// Load reads rules and code lists. What libxml2 makes of the rules of a message is compiled when the message is
// checked for the first time, some milliseconds for an IE015. The error names file and line.
func Load(from Sources) (*Book, error) {
	lists, err := loadLists(embedded, "data/lists")
	if err != nil {
		return nil, err
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
	b := &Book{
		sets: map[setKey]*ruleSet{}, lists: lists, literals: lists.literals(),
		rules: map[string]bool{}, slots: make(chan struct{}, runtime.NumCPU()),
	}
	if _, err := titles(); err != nil {
		return nil, err
	}
	logic, err := loadLogic()
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(embedded, "data/assertions/*.tsv")
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	b.logic = logic
	for _, file := range files {
		if err := b.addSet(file, logic); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// addSet reads a file such as data/assertions/phase5-IE015.tsv.
func (b *Book) addSet(file string, logic map[logicKey]string) error {
	dir, code, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".tsv"), "-")
	phase, typ, known := messageOf(dir, code)
	if !known {
		return fmt.Errorf("read rules: %s is not named after a phase and a message", file)
	}
	rows, err := readTable(embedded, file, "id", "mode", "rule", "error", "context", "test", "pointer", "default", "extent")
	if err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	set := &ruleSet{layout: layout{kinds: map[kindKey]int{}}, lists: b.literals}
	for _, row := range rows {
		a := assertion{
			id: row[0], rule: row[2], code: row[3], context: row[4], test: row[5], pointer: row[6],
			logic: logic[logicKey{phase, row[2]}],
			final: row[1] != "transition", transition: row[1] != "final", on: row[7] == "on",
		}
		b.rules[a.id], b.rules[a.rule] = true, true
		names, isPath := contextSteps(a.context)
		if a.rule == ruleParty && isPath {
			set.parties = append(set.parties, names[1:])
		}
		kind := unknownKind
		if isPath {
			kind = set.layout.kindOf(names)
		}
		set.contexts = append(set.contexts, kind)
		if n, ok := recognise(a, len(set.assertions), &set.layout); ok {
			set.natives = append(set.natives, n)
		} else {
			set.order = append(set.order, len(set.assertions))
		}
		set.assertions = append(set.assertions, a)
	}
	slices.SortStableFunc(set.order, func(i, j int) int {
		return strings.Compare(set.assertions[i].context, set.assertions[j].context)
	})
	b.sets[setKey{phase, typ.Root}] = set
	return nil
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

// acquireMachine gives a machine for the caller alone, compiled if there is none to spare.
func (s *ruleSet) acquireMachine() (*machine, error) {
	if m := s.freeMachine(); m != nil {
		return m, nil
	}
	return newMachine(s.assertions, s.order, s.lists)
}

func (s *ruleSet) freeMachine() *machine {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 0 {
		return nil
	}
	m := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	return m
}

func (s *ruleSet) releaseMachine(m *machine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, m)
}

type logicKey struct {
	phase message.Phase
	rule  string
}

func loadLogic() (map[logicKey]string, error) {
	rows, err := readTable(embedded, "data/rules.tsv", "rule", "phases", "logic")
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	out := map[logicKey]string{}
	for _, row := range rows {
		for _, phase := range strings.Fields(row[1]) {
			key := logicKey{message.Phase(phase[0] - '0'), row[0]}
			if _, twice := out[key]; twice {
				return nil, fmt.Errorf("data/rules.tsv: rule %s of phase %d has two lines, of which one would never be shown", key.rule, key.phase)
			}
			out[key] = row[2]
		}
	}
	return out, nil
}

// readTable reads a file of lines with tabs between the columns. Empty lines and lines that begin with # are
// passed over; the first of the others names the columns, which must be the wanted ones, more may follow.
func readTable(files fs.FS, name string, columns ...string) ([][]string, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	if data, err = textfile.Decode(data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var rows [][]string
	header := false
	for i, line := range strings.Split(string(data), "\n") {
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
		rows = append(rows, cells)
	}
	return rows, nil
}
