package compose

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// draft is a message in the making. The first error sticks, so that the functions that fill a message can
// be read as a list.
type draft struct {
	Request
	format   *format
	options  Options
	builder  *message.Builder
	at       time.Time // of preparation
	warnings []string
	// interchange is the interchange reference, empty if there is none.
	interchange string
	// pruned says that what the message has no place for is left out by design.
	pruned bool
	// items are the goods items of the declaration that the message repeats, nil if it repeats none. They come into the message while
	// it is written.
	items *repeated
	// gaps says that gaps are filled; unweighed counts the items without a gross mass, and unpacked those without packages.
	gaps                gapsFilled
	unweighed, unpacked int
	err                 error
}

func (c *Composer) draft(r Request) (*draft, error) {
	t, _ := r.Movement.Phase.TypeOfCode(r.Type)
	b, err := message.New(c.catalogue, r.Movement.Phase, t.Root)
	if err != nil {
		return nil, err
	}
	if r.Movement.Kind != message.Arrival {
		r.Declaration = orOther(r.Declaration, r.Original)
		r.Original = orOther(r.Original, r.Declaration)
	}
	d := &draft{Request: r, format: formatOf(r.Movement.Phase), options: c.options, builder: b, at: r.Now.UTC()}
	if d.at.Before(r.Movement.Prepared) {
		d.at = r.Movement.Prepared.UTC()
	}
	return d, nil
}

func orOther(d, other *message.Document) *message.Document {
	if d == nil {
		return other
	}
	return d
}

func (d *draft) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *draft) warn(format string, args ...any) {
	d.warnings = append(d.warnings, fmt.Sprintf(format, args...))
}

// path leads to a field in the message.
func (d *draft) path(f message.Field) string { return d.Movement.Phase.Path(f) }

// get reads the message as it stands.
func (d *draft) get(path string) string { return d.builder.Document().Get(path) }

// set gives an element a value; an empty value leaves the message as it is.
func (d *draft) set(path, value string) {
	if value == "" || d.err != nil {
		return
	}
	d.fail(d.builder.Set(path, value))
}

// copy takes the elements at a path from another document, which may be nil.
func (d *draft) copy(path string, from *message.Document) {
	d.copyTo(path, from, path)
}

func (d *draft) copyTo(path string, from *message.Document, at string) {
	if from == nil || from.Schema == nil || d.err != nil {
		return
	}
	dropped, err := d.builder.Copy(path, from, at)
	d.fail(err)
	d.warnings = append(d.warnings, d.withoutPlace(dropped)...)
}

// withoutPlace are the warnings about what a copy has left out.
func (d *draft) withoutPlace(dropped []string) (warnings []string) {
	for _, gone := range dropped {
		if !d.pruned && !slices.Contains(notCopied, gone[strings.LastIndexByte(gone, '/')+1:]) {
			warnings = append(warnings, fmt.Sprintf("%s has no place for %s", d.Type, gone))
		}
	}
	return warnings
}

// notCopied are the elements that answers leave out by design, so that nobody needs to be told.
var notCopied = []string{
	"limitDate", "presentationOfTheGoodsDateAndTime", "amendmentTypeFlag", "supplementaryUnits", // IE029
	"ContactPerson", "TIRHolderIdentificationNumber", "status", // answers with a shorter holder or representative
	"HITPC126", // the IE055 of phase 4
}

// remove takes out every element at a path.
func (d *draft) remove(path string) {
	if d.err == nil {
		d.fail(d.builder.Remove(path))
	}
}

// group adds one more occurrence of a group and fills it; paths begin there.
func (d *draft) group(path string, fill func(*draft)) {
	if d.err != nil {
		return
	}
	b, err := d.builder.Append(path)
	if err != nil {
		d.fail(err)
		return
	}
	outer := d.builder
	d.builder = b
	fill(d)
	d.builder = outer
}

// setText gives an element a text that somebody wrote by hand: what the element cannot hold is left out. A text of
// spaces alone says nothing.
func (d *draft) setText(path, text string) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' { // ends of lines for the real service's parser
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if strings.TrimSpace(text) == "" {
		return
	}
	if e := d.builder.Document().Element(path); e != nil && e.Leaf() && e.Type.MaxLength >= 0 {
		if most := e.Type.MaxLength; schema.Length(text) > most {
			d.warn("the text of %s was cut at %d characters", path, most)
			for runes := []rune(text); schema.Length(text) > most; text = string(runes) {
				runes = runes[:min(len(runes)-1, most)]
			}
		}
	}
	d.set(path, text)
}

// room is how many of n elements the schema lets the message have at a path; the rest is left out.
func (d *draft) room(path string, n int) int {
	e := d.builder.Document().Element(path)
	if n <= e.Max {
		return n
	}
	d.warn("%s has room for %d %s, %d were left out", d.Type, e.Max, path, n-e.Max)
	return e.Max
}

// declared is a value of the declaration as it was presented.
func (d *draft) declared(path string) string {
	return d.source(path).Get(path)
}

// source is the document that counts for a path: the IE170 if it says anything there, else the declaration.
// Without either it is an empty document.
func (d *draft) source(path string) *message.Document {
	if d.Presentation != nil && d.Presentation.Has(path) {
		return d.Presentation
	}
	if d.Declaration != nil {
		return d.Declaration
	}
	return &message.Document{Root: &xmltree.Node{}}
}

// needDeclaration fails for a message that repeats the declaration when there is none.
func (d *draft) needDeclaration() bool {
	if d.Declaration == nil {
		d.fail(errors.New("the movement has no declaration to copy from"))
	}
	return d.err == nil
}

// office is the reference number of the office that sends the message: of departure, or the actual one of
// destination.
func (d *draft) office() string {
	if d.Movement.Kind == message.Arrival {
		return cmp.Or(d.Movement.Office, d.asked(d.path(message.OfficeOfPresentation)))
	}
	return cmp.Or(d.Movement.Office, d.declared(d.path(message.OfficeOfDeparture)))
}

// officeCountry is the country of that office, which is GB or XI in the United Kingdom.
func (d *draft) officeCountry() string { return country(d.office()) }

// origins is the country of the office of departure, wherever the message comes from.
func (d *draft) origins() string {
	return country(cmp.Or(d.declared(d.path(message.OfficeOfDeparture)), d.office()))
}

// asked is a value of the message that created the movement.
func (d *draft) asked(path string) string {
	if d.Original == nil {
		return ""
	}
	return d.Original.Get(path)
}

func country(office string) string { return office[:min(2, len(office))] }

func dateTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func dateTimeOr(t, otherwise time.Time) string {
	if t.IsZero() {
		return dateTime(otherwise)
	}
	return dateTime(t)
}

// repairContacts takes out mail addresses that begin with an at sign: the schemas of the trader's messages let
// them pass, those of the answers do not.
func repairContacts(d *draft) {
	d.builder.Document().Root.Children = d.withoutBadMail(d.builder.Document().Root.Children)
}

func (d *draft) withoutBadMail(nodes []*xmltree.Node) []*xmltree.Node {
	for _, n := range nodes {
		if len(n.Children) > 0 {
			n.Children = d.withoutBadMail(n.Children)
		}
	}
	return slices.DeleteFunc(nodes, func(n *xmltree.Node) bool {
		bad := n.Name == "eMailAddress" && strings.HasPrefix(n.Text, "@")
		if bad {
			d.warn("the mail address %s was left out, as %s cannot hold it", n.Text, d.Type)
		}
		return bad
	})
}

// compactDate is a day as phase 4 writes it.
func compactDate(t time.Time) string { return t.UTC().Format("20060102") }
