package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// source is what a replay sends: a sample with changes, or a file.
type source struct {
	sample, file string
	set          []scenario.Assignment
	remove       []string
	// as is the EORI to send it with, "" for that of the message.
	as string
}

// mostChanges is how many elements of a sample may be changed; a message that differs in more is kept as a file.
const mostChanges = 8

// source finds what the replay has to send so that the message of a step comes of it.
func (r *recorder) source(i int, s *step) error {
	body := s.side.Bodies[s.message]
	d, err := r.Catalogue.Parse(r.phase, body)
	if err != nil {
		return fmt.Errorf("the %s %s cannot be read: %w", s.code, s.message, err)
	}
	if without, sealed := r.asSent(d); sealed {
		d, body = without, without.Bytes()
	}
	prepared, _ := scenario.Prepared(d)
	if r.began.IsZero() {
		r.began = prepared
	}
	facts := scenario.Facts{LRN: r.lrn(), MRN: r.mrn(), Now: prepared, Identification: d.Field(message.Identification)}
	if s.code == "IE013" {
		facts.Planned = r.began
	}
	if own := d.Field(message.MRN); facts.MRN == "" && d.Type.Role == message.Creates && d.Type.Kind == message.Arrival && movement.CheckMRN(own) == nil {
		facts.MRN = own // a replay makes one up
	}
	if !r.fromSample(s, d, facts) {
		r.fromFile(i, s, d, facts, body)
	}
	if d.Type.Role == message.Creates && scenario.Sender(d) != s.side.EORI {
		s.source.as = s.side.EORI
	}
	return nil
}

// asSent is a message without the sender that API 1.0 has put into it, and whether it has: the schema of what traders send does
// not know or not want it (docs/spec/api-1.0.md#7).
func (r *recorder) asSent(d *message.Document) (*message.Document, bool) {
	at := r.phase.Path(message.Sender)
	declared := d.Schema.Child(at)
	if r.phase.Generation() != message.GenerationPhase4 || declared != nil && declared.Min > 0 {
		return d, false
	}
	without := *d
	without.Root = d.Root.Clone()
	n := len(without.Root.Children)
	without.Root.Children = slices.DeleteFunc(without.Root.Children, func(c *xmltree.Node) bool { return strings.EqualFold(c.Name, at) })
	return &without, len(without.Root.Children) < n
}

// fromSample looks for the sample that is nearest to a message, and reports whether there is one that is near enough.
func (r *recorder) fromSample(s *step, d *message.Document, facts scenario.Facts) bool {
	samples, err := r.Reader.Samples(r.phase, r.Mode, s.code)
	if err != nil {
		return false
	}
	found := false
	best := mostChanges + 1
	for _, t := range samples {
		plain, err := t.Document(r.phase, facts)
		if err != nil {
			continue
		}
		c := changes{phase: r.phase, limit: best}
		c.compare(plain.Root, d.Root, d.Schema, "")
		if c.failed || len(c.set)+len(c.remove) >= best {
			continue
		}
		slices.Reverse(c.remove) // the last occurrence first, so that positions stay what they are
		t.Set, t.Remove = c.set, c.remove
		made, err := t.Document(r.phase, facts)
		if err != nil || !equal(made.Root, d.Root) {
			continue
		}
		best, found = len(c.set)+len(c.remove), true
		s.source = source{sample: t.From, set: c.set, remove: c.remove}
	}
	return found
}

// fromFile keeps the message itself. What the replay fills in is set where the message says something else on purpose.
func (r *recorder) fromFile(i int, s *step, d *message.Document, facts scenario.Facts, body []byte) {
	s.source = source{file: r.keep(i, s.code, body)}
	for _, f := range []struct {
		field message.Field
		value string
	}{{message.LRN, facts.LRN}, {message.MRN, facts.MRN}} {
		at := r.phase.Path(f.field)
		if own := d.Get(at); f.value != "" && d.Has(at) && own != f.value {
			s.source.set = append(s.source.set, scenario.Assignment{Path: at, Value: own})
		}
	}
	if s.code == "IE013" && !sameDay(facts.Now, facts.Planned) {
		r.note("%s is an amendment of another day than the declaration: a replay moves what it plans for later by whole days", s.source.file)
	}
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}

// changes are what has to be set and removed in one message to make another one of it.
type changes struct {
	phase  message.Phase
	set    []scenario.Assignment
	remove []string
	limit  int
	failed bool
}

// compare collects the changes below two elements of the same declaration.
func (c *changes) compare(from, to *xmltree.Node, e *schema.Element, at string) {
	if c.failed {
		return
	}
	if len(c.set)+len(c.remove) > c.limit {
		c.failed = true
		return
	}
	for _, child := range e.Children {
		was, is := from.All(child.Name), to.All(child.Name)
		for n := range max(len(was), len(is)) {
			path := at + child.Name
			if child.Max > 1 {
				path = fmt.Sprintf("%s[%d]", path, n+1)
			}
			switch {
			case n >= len(is):
				c.remove = append(c.remove, path)
			case child.Leaf():
				c.leaf(was, is[n], n, child, path)
			case n >= len(was):
				c.compare(&xmltree.Node{Name: child.Name}, is[n], child, path+"/")
			default:
				c.compare(was[n], is[n], child, path+"/")
			}
		}
	}
}

func (c *changes) leaf(was []*xmltree.Node, is *xmltree.Node, n int, e *schema.Element, path string) {
	if n < len(was) && was[n].Text == is.Text {
		return
	}
	if scenario.Moves(c.phase, e, is.Text) {
		c.failed = true // a date that is set stays what it is, however late the replay
		return
	}
	c.set = append(c.set, scenario.Assignment{Path: path, Value: is.Text})
}

// equal reports whether two elements say the same.
func equal(a, b *xmltree.Node) bool {
	phase := func(n *xmltree.Node) string { v, _ := n.Attr("PhaseID"); return v }
	if a.Name != b.Name || len(a.Children) != len(b.Children) || cmp.Compare(phase(a), phase(b)) != 0 {
		return false
	}
	if len(a.Children) == 0 {
		return a.Text == b.Text
	}
	for i := range a.Children {
		if !equal(a.Children[i], b.Children[i]) {
			return false
		}
	}
	return true
}
