package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/spelling"
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
	// Upload sends it by the route for large messages. Failing are names of files under which a replay uploads it before,
	// so that each of those uploads fails.
	Upload  bool
	Failing []string

	samples map[message.Phase]*sample
}

// sample is a message that a replay begins with, and its text.
type sample struct {
	*message.Document
	text []byte
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
	b := message.Edit(sample.Document)
	if err := f.fill(b); err != nil {
		return nil, fmt.Errorf("%s from %s: %w", t.Send.Code, t.From, err)
	}
	if err := apply(b, t.Set, t.Remove); err != nil {
		return nil, fmt.Errorf("%s from %s: %w", t.Send.Code, t.From, err)
	}
	return b.Document(), nil
}

// Text is what goes out for a document that Document gave: the text of the sample, with what was changed in it.
func (t *Trader) Text(d *message.Document) []byte {
	sample := t.samples[d.Phase]
	return d.Patched(sample.text, sample.Root)
}

// Sender is the EORI that a message goes out with: the one that the scenario names, else that of [Sender].
func (t *Trader) Sender(d *message.Document) string {
	if t.EORI != "" {
		return t.EORI
	}
	return Sender(d)
}

// Sender is the EORI of the trader of a message: the holder of the procedure, or the trader at destination.
func Sender(d *message.Document) string {
	if d.Type.Kind == message.Arrival {
		return d.Field(message.TraderAtDestination)
	}
	return d.Field(message.Holder)
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

func (f Facts) fill(b *message.Builder) error {
	if !f.Now.IsZero() {
		f.moveDates(b.Document())
	}
	for _, v := range f.values(b.Document().Phase) {
		if v.Value == "" || !b.Document().Has(v.Path) {
			continue
		}
		if err := b.Set(v.Path, v.Value); err != nil {
			return err
		}
	}
	return nil
}

// interchange is where messages of phase 4 say their identification once more, as the number of the interchange that
// brings them (docs/spec/api-1.0.md#9). Later ones have no such element.
const interchange = "IntConRefMES11"

func (f Facts) values(p message.Phase) []Assignment {
	return []Assignment{
		{p.Path(message.LRN), f.LRN}, {p.Path(message.MRN), f.MRN},
		{p.Path(message.Identification), f.Identification}, {interchange, f.Identification},
	}
}

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

// sampleHint is what to say about the name of a sample that is not there, where a message of type t is sent: another sample
// of the message that the name begins with, else one of t.
func sampleHint(name string, t message.Type, known []string) string {
	code, _, _ := strings.Cut(name, "-")
	for _, code := range []string{strings.ToLower(code), strings.ToLower(t.Code)} {
		same := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !strings.HasPrefix(k, code+"-") })
		if len(same) > 0 {
			return spelling.Hint(name, same)
		}
	}
	return spelling.Hint(name, known)
}

// isFile tells a file beside the scenario from the name of a sample.
func isFile(from string) bool { return strings.Contains(from, "/") || strings.HasSuffix(from, ".xml") }
