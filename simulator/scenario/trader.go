package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Trader is a message that the trader sends.
type Trader struct {
	Send message.Type
	// From is the sample message or file as the scenario names it, "" if it names none.
	From   string
	Set    []Assignment
	Remove []string
	// EORI that a replay sends the message with, "" for the one inside it; see [Trader.Sender].
	EORI string

	samples map[message.Phase]*message.Document
}

// Facts are what a replay fills into a message. Empty values leave the sample's own.
type Facts struct {
	// LRN and MRN replace those of the message where it has one.
	LRN, MRN string
	// Now becomes the preparation time. Times before it, such as that of a request, keep their distance to it;
	// what is planned for later moves by whole days, so that an amendment sent on the day of the declaration
	// plans the same as that.
	Now time.Time
	// Planned is the day from which what is planned for later is counted, zero for that of Now: an amendment that is
	// sent some days after the declaration repeats its plans.
	Planned time.Time
	// Identification becomes the messageIdentification.
	Identification string
}

// Document is the message to send in a phase: the sample with the facts, then with Set, then with Remove.
// The error says that the step names no sample for the phase; what else could go wrong was found when the
// scenario was read.
func (t *Trader) Document(p message.Phase, f Facts) (*message.Document, error) {
	sample := t.samples[p]
	if sample == nil {
		return nil, fmt.Errorf("%s: the scenario does not say what to send in phase %s; hint: name a message with from:", t.Send.Code, p)
	}
	b := message.Edit(sample)
	if err := f.fill(b); err != nil {
		return nil, fmt.Errorf("%s from %s: %w", t.Send.Code, t.From, err)
	}
	if err := apply(b, t.Set, t.Remove); err != nil {
		return nil, fmt.Errorf("%s from %s: %w", t.Send.Code, t.From, err)
	}
	return b.Document(), nil
}

// Sender is the EORI that a message goes out with: the one that the scenario names, else that of the holder
// of the procedure or the trader at destination.
func (t *Trader) Sender(d *message.Document) string {
	switch {
	case t.EORI != "":
		return t.EORI
	case t.Send.Kind == message.Arrival:
		return d.Get("TraderAtDestination/identificationNumber")
	}
	return d.Get("HolderOfTheTransitProcedure/identificationNumber")
}

func apply(b *message.Builder, set []Assignment, remove []string) error {
	for _, a := range set {
		if err := b.Set(a.Path, a.Value); err != nil {
			return err
		}
	}
	for _, r := range remove {
		if err := b.Remove(r); err != nil {
			return err
		}
	}
	return nil
}

const (
	lrnPath            = "TransitOperation/LRN"
	mrnPath            = "TransitOperation/MRN"
	preparedPath       = "preparationDateAndTime"
	identificationPath = "messageIdentification"

	dateTime = "2006-01-02T15:04:05"
)

func (f Facts) fill(b *message.Builder) error {
	if !f.Now.IsZero() {
		f.moveDates(b.Document())
	}
	for _, v := range []Assignment{{lrnPath, f.LRN}, {mrnPath, f.MRN}, {identificationPath, f.Identification}} {
		if v.Value == "" || !b.Document().Has(v.Path) {
			continue
		}
		if err := b.Set(v.Path, v.Value); err != nil {
			return err
		}
	}
	return nil
}

// moveDates makes the message one that is prepared now. Values that are no dates stay as they are.
func (f Facts) moveDates(d *message.Document) {
	prepared, err := time.Parse(dateTime, d.Get(preparedPath))
	if err != nil {
		return
	}
	j := journey{from: prepared, to: f.Now.UTC().Truncate(time.Second)}
	j.plans = day(j.to) - day(prepared)
	if !f.Planned.IsZero() {
		j.plans = day(f.Planned.UTC()) - day(prepared)
	}
	j.move(d.Root, d.Schema)
}

// journey is a move in time, of everything in a message; plans move by whole days.
type journey struct {
	from, to time.Time
	plans    int
}

func (j journey) move(n *xmltree.Node, e *schema.Element) {
	for _, c := range n.Children {
		declared := e.Child(c.Name)
		switch {
		case declared == nil:
		case !declared.Leaf():
			j.move(c, declared)
		case declared.Type.Base == "dateTime":
			if at, err := time.Parse(dateTime, message.Value(c, declared)); err == nil {
				c.Text = j.time(at).Format(dateTime)
			}
		case declared.Type.Base == "date":
			if at, err := time.Parse(time.DateOnly, message.Value(c, declared)); err == nil {
				c.Text = j.date(at).Format(time.DateOnly)
			}
		}
	}
}

func (j journey) time(at time.Time) time.Time {
	if at.After(j.from) {
		return at.AddDate(0, 0, j.plans)
	}
	return at.Add(j.to.Sub(j.from))
}

func (j journey) date(at time.Time) time.Time {
	if day(at) > day(j.from) {
		return at.AddDate(0, 0, j.plans)
	}
	return at.AddDate(0, 0, day(j.to)-day(j.from))
}

func day(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) }

// sampleDirs are the folders of sample messages, in the order in which a name is looked up.
func sampleDirs(p message.Phase, mode Mode) []string {
	valid := path.Join(p.Dir(), "valid")
	if mode == Transition {
		return []string{path.Join(valid, string(Transition)), valid}
	}
	return []string{valid}
}

// sampleNames are the names that from: can have.
func sampleNames(samples fs.FS, p message.Phase, mode Mode) []string {
	var names []string
	for _, dir := range sampleDirs(p, mode) {
		files, err := fs.Glob(samples, path.Join(dir, "*.xml"))
		if err != nil {
			continue
		}
		for _, f := range files {
			names = append(names, strings.TrimSuffix(path.Base(f), ".xml"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isFile tells a file beside the scenario from the name of a sample.
func isFile(from string) bool { return strings.Contains(from, "/") || strings.HasSuffix(from, ".xml") }
