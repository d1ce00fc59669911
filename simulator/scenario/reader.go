package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/spelling"
	"nctsim/simulator/xmltree"
	"nctsim/simulator/yamlform"
)

// Reader reads scenario files and checks them against the schemas, the sample messages and the offices. It is
// safe for concurrent use.
type Reader struct {
	catalogue *message.Catalogue
	samples   fs.FS

	mu    sync.Mutex
	cache map[string]*sample
}

// NewReader takes the schemas of the phases that scenarios may name, and the sample messages
// ({phase4,phase5,phase6}/valid/NAME.xml) that from: may name.
func NewReader(c *message.Catalogue, samples fs.FS) *Reader {
	return &Reader{catalogue: c, samples: samples, cache: map[string]*sample{}}
}

// Parse reads one file. The name is for errors and for the scenario's File; beside is the folder in which the
// scenario's own messages lie, nil if there is none. The error is of type [Problems] and holds every mistake
// that could be found.
func (r *Reader) Parse(file string, text []byte, beside fs.FS) (*Scenario, error) {
	s, problems := r.parse(file, text, beside)
	if len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

func (r *Reader) parse(file string, text []byte, beside fs.FS) (*Scenario, Problems) {
	src, root := yamlform.Parse(file, text, fileFormat)
	words := vocabularies[generationIn(root)]
	if root != nil {
		src.Check(root, words.format(), "the scenario")
	}
	rd := &reading{File: src, reader: r, vocabulary: words, beside: beside, sc: &Scenario{File: file, Text: slices.Clone(src.Text), Mode: words.mode}}
	if root != nil && root.Form == yamlform.Mapping && !src.Full() {
		rd.scenario(root)
	}
	if problems := src.Problems(); problems != nil {
		return nil, problems
	}
	return rd.sc, nil
}

// Sample is a sample message by its name, "ie015-simplified-gb-xi", as a trader may send it in a phase. The error says that
// there is none of the name, and which may have been meant.
func (r *Reader) Sample(p message.Phase, name string) (*Trader, error) {
	s, err := r.sample(p, "", name)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return nil, fmt.Errorf("phase %s has no sample message %s; hint: %s", p, name, spelling.Hint(name, sampleNames(r.samples, p, "")))
	}
	return &Trader{Send: s.Type, From: name, samples: map[message.Phase]*sample{p: s}}, nil
}

// sample gives a sample message, nil if there is none of the name. In transition mode a sample that was made
// for it goes first: few declarations satisfy the rules of both modes.
func (r *Reader) sample(p message.Phase, mode Mode, name string) (*sample, error) {
	for _, dir := range sampleDirs(p, mode) {
		if d, err := r.sampleFile(p, path.Join(dir, name+".xml")); d != nil || err != nil {
			return d, err
		}
	}
	return nil, nil
}

func (r *Reader) sampleFile(p message.Phase, file string) (*sample, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := r.cache[file]; d != nil {
		return d, nil
	}
	data, err := fs.ReadFile(r.samples, file)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read sample: %w", err)
	}
	d, err := r.catalogue.Parse(p, data)
	if err != nil {
		return nil, fmt.Errorf("read sample %s: %w", file, err)
	}
	r.cache[file] = &sample{d, data}
	return r.cache[file], nil
}

// reading is one file being turned into a scenario. It goes on after a mistake and leaves bad values alone.
type reading struct {
	*yamlform.File
	reader     *Reader
	vocabulary *vocabulary
	beside     fs.FS
	sc         *Scenario
	// open are the movements that exist after the steps read so far.
	open map[message.Kind]bool
}

func (r *reading) scenario(root *yamlform.Node) {
	s := r.sc
	s.ID, s.Title, s.Description = root.Get("id").String(), root.Get("title").String(), strings.TrimSpace(root.Get("description").String())
	for _, tag := range root.Get("tags").List() {
		s.Tags = append(s.Tags, tag.Text)
	}
	s.Movement = message.Kind(root.Get("movement").String())
	if id := root.Get("id"); id != nil {
		s.Line = id.Line
	}
	r.phases(root.Get("phases"))
	r.mode(root.Get("mode"))
	r.open = map[message.Kind]bool{}
	for i, n := range stepsOf(root.Get("steps")) {
		s.Steps = append(s.Steps, r.step(i, n))
	}
	r.sequence(root)
	r.match(root.Get("match"))
	r.end(root.Get("end"))
}

func (r *reading) phases(n *yamlform.Node) {
	for _, item := range n.List() {
		v, err := strconv.Atoi(item.Text)
		p := message.Phase(v)
		switch {
		case err != nil:
		case p.Generation() != r.vocabulary.generation:
			r.About(item, "write a scenario of its own for phase 4", "phase %s does not go with phase %s", p, n.Items[0].Text)
		case r.sc.For(p):
			r.About(item, "", "phase %s is given twice", item.Text)
		default:
			r.sc.Phases = append(r.sc.Phases, p)
		}
	}
	slices.Sort(r.sc.Phases)
}

func (r *reading) mode(n *yamlform.Node) {
	if n == nil {
		return
	}
	if r.vocabulary.mode == "" {
		r.About(n, "leave mode out", "phase 4 has no modes")
		return
	}
	r.sc.Mode = Mode(n.Text)
	switch {
	case r.sc.Mode != Transition:
	case r.sc.For(message.Phase6):
		r.About(n, "write phases: [5]", "phase 6 has no transition period")
	}
}

func (r *reading) end(n *yamlform.Node) {
	if n == nil || r.sc.Movement == "" {
		return
	}
	if r.sc.End = r.vocabulary.state(n.Text, r.sc.Movement); r.sc.End != "" {
		return
	}
	r.About(n, "end is the state of the movement that the scenario is about", "%s is not a state of the %s", n.Text, r.sc.Movement)
}

// sequence checks what the steps are together.
func (r *reading) sequence(root *yamlform.Node) {
	if n := root.Get("movement"); n != nil && n.Text == string(message.Arrival) && !r.open[message.Arrival] && len(r.sc.Steps) > 0 {
		r.About(n, "", "the scenario is about an arrival, but no step sends an IE007")
	}
}

func (r *reading) match(n *yamlform.Node) {
	if lrn := n.Get("lrn"); lrn != nil {
		r.sc.Match.LRN = regexp.MustCompile(lrn.Text)
		if o := r.sc.Opening(); o != nil && o.Trader.Send.Code == "IE007" {
			r.About(lrn, "match it by fields, or by the header Gov-Test-Scenario", "the scenario begins with an IE007, which has no LRN")
		}
	}
	for _, e := range n.Get("fields").Table() {
		if o := r.sc.Opening(); o != nil {
			r.checkPath(e.Key, o.Trader.Send, leaf)
		}
		r.sc.Match.Fields = append(r.sc.Match.Fields, FieldPattern{Path: e.Key.Text, Pattern: regexp.MustCompile(e.Value.Text)})
	}
}

// target is what a path must lead to.
type target int

const (
	anything target = iota
	leaf
)

// checkPath reports a path that the schema of the message does not know in every phase of the scenario.
func (r *reading) checkPath(n *yamlform.Node, t message.Type, want target) bool {
	p, err := xmltree.ParsePath(n.Text)
	if err != nil {
		r.pathProblem(n, err)
		return false
	}
	for _, phase := range r.sc.Phases {
		if root := r.reader.catalogue.Schema(phase, t.Root); root != nil {
			if wrong := followPath(p, root, want); wrong != nil {
				n.Bad = true
				r.At(n.Line, n.ColumnOf(wrong.column), wrong.hint, "%s (phase %s)", wrong.text, phase)
				return false
			}
		}
	}
	return true
}

// pathProblem reports an error of package xmltree or message about a path.
func (r *reading) pathProblem(n *yamlform.Node, err error) {
	var wrong *xmltree.PathError
	if !errors.As(err, &wrong) {
		r.About(n, "", "%s", err)
		return
	}
	text, hint, _ := strings.Cut(wrong.Reason, "; hint: ")
	n.Bad = true
	r.At(n.Line, n.ColumnOf(wrong.Column), hint, "%s", text)
}

// lost is where a path leaves the schema.
type lost struct {
	column     int
	text, hint string
}

func followPath(p xmltree.Path, root *schema.Element, want target) *lost {
	column := 1
	if p.Root != "" {
		if p.Root != root.Name {
			return &lost{2, "the message is " + root.Name + ", not " + p.Root, ""}
		}
		column += len(p.Root) + 2
	}
	e := root
	for _, step := range p.Steps {
		child := e.Child(step.Name)
		switch {
		case child == nil && e.Leaf():
			return &lost{column, e.Name + " has no elements below it", ""}
		case child == nil:
			return &lost{column, e.Name + " has no element " + step.Name, spelling.Hint(step.Name, childNames(e))}
		case step.Index > child.Max:
			return &lost{column, fmt.Sprintf("%s occurs at most %d times", child.Name, child.Max), ""}
		}
		column += len(xmltree.Path{Steps: []xmltree.Step{step}}.String()) + 1
		e = child
	}
	if want == leaf && !e.Leaf() {
		return &lost{1, e.Name + " is a group and has no text", "its elements are " + strings.Join(childNames(e), ", ")}
	}
	return nil
}

func childNames(e *schema.Element) []string {
	names := make([]string, len(e.Children))
	for i, c := range e.Children {
		names[i] = c.Name
	}
	return names
}

func duration(n *yamlform.Node) time.Duration {
	if n == nil {
		return 0
	}
	d, err := time.ParseDuration(n.Text)
	if err != nil {
		return 0
	}
	return d
}

func number(n *yamlform.Node, byDefault int) int {
	if n == nil {
		return byDefault
	}
	v, err := strconv.Atoi(n.Text)
	if err != nil {
		return byDefault
	}
	return v
}
