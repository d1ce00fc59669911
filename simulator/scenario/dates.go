package scenario

import (
	"regexp"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// calendar is how the messages of a generation write dates and times.
type calendar interface {
	// prepared is when a message was prepared, false if it does not say so in a way that can be read.
	prepared(d *message.Document) (time.Time, bool)
	// move rewrites a leaf that is a date or a time; any other, and a value that is not one, stays as it is.
	move(n *xmltree.Node, e *schema.Element, j journey)
}

// moveDates makes the message one that is prepared now.
func (f Facts) moveDates(d *message.Document) {
	c := vocabularies[d.Phase.Generation()].calendar
	prepared, ok := c.prepared(d)
	if !ok {
		return
	}
	j := journey{from: prepared, to: f.Now.UTC().Truncate(time.Second)}
	j.plans = day(j.to) - day(prepared)
	if !f.Planned.IsZero() {
		j.plans = day(f.Planned.UTC()) - day(prepared)
	}
	j.move(d.Root, d.Schema, c)
}

// journey is a move in time, of everything in a message; plans move by whole days.
type journey struct {
	from, to time.Time
	plans    int
}

func (j journey) move(n *xmltree.Node, e *schema.Element, c calendar) {
	for _, child := range n.Children {
		switch declared := e.Child(child.Name); {
		case declared == nil:
		case declared.Leaf():
			c.move(child, declared, j)
		default:
			j.move(child, declared, c)
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

// typed is the calendar of phases 5 and 6, whose schemas have types for dates and times.
type typed struct{}

const (
	preparedPath = "preparationDateAndTime"
	dateTime     = "2006-01-02T15:04:05"
)

func (typed) prepared(d *message.Document) (time.Time, bool) {
	at, err := time.Parse(dateTime, d.Get(preparedPath))
	return at, err == nil
}

func (typed) move(n *xmltree.Node, e *schema.Element, j journey) {
	switch e.Type.Base {
	case "dateTime":
		if at, err := time.Parse(dateTime, message.Value(n, e)); err == nil {
			n.Text = j.time(at).Format(dateTime)
		}
	case "date":
		if at, err := time.Parse(time.DateOnly, message.Value(n, e)); err == nil {
			n.Text = j.date(at).Format(time.DateOnly)
		}
	}
}

// named is the calendar of phase 4, where dates are digits: their elements are known by their names
// (docs/spec/api-1.0.md#4-5 and #9).
type named struct{}

const (
	preparedDate = "DatOfPreMES9"
	preparedTime = "TimOfPreMES10"
	hourMinute   = "1504"
	// expected is when goods with safety data come to an office of transit: the only other time.
	expected = "ArrTimTRACUS085"
)

// dateName fits the names of elements that are dates: DecDatHEA383, DatLimERS69.
var dateName = regexp.MustCompile(`Dat[A-Z]`)

// digits is the layout of a date with the four digits of its year, or with the two that a header may have.
func digits(date string) string {
	if len(date) == len("060102") {
		return "060102"
	}
	return "20060102"
}

func (named) prepared(d *message.Document) (time.Time, bool) {
	date := d.Get(preparedDate)
	at, err := time.Parse(digits(date)+hourMinute, date+d.Get(preparedTime))
	return at, err == nil
}

func (named) move(n *xmltree.Node, e *schema.Element, j journey) {
	value := strings.TrimSpace(message.Value(n, e))
	switch layout := digits(value); {
	case n.Name == preparedTime:
		n.Text = j.to.Format(hourMinute)
	case n.Name == expected:
		if at, err := time.Parse(layout+hourMinute, value); err == nil {
			n.Text = j.time(at).Format(layout + hourMinute)
		}
	case dateName.MatchString(n.Name):
		if at, err := time.Parse(layout, value); err == nil {
			n.Text = j.date(at).Format(layout)
		}
	}
}
