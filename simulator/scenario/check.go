package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// Check is what every message of a type that a step brings must say at a path. One of Values, Matches and
// Present is set.
type Check struct {
	Type, Path string
	// Values are those of all elements at the path, in order. With Each there is one value, which all of
	// them have.
	Values []string
	Each   bool
	// Matches is what each of them fits.
	Matches *regexp.Regexp
	// Present is whether there is any.
	Present *bool
	// Line is where the check stands in the file.
	Line int
}

// Failure says how a message fails the check, "" if it does not: what was expected, and what came.
func (c Check) Failure(d *message.Document) string {
	var got []string
	e := d.Element(c.Path)
	for _, n := range d.Find(c.Path) {
		got = append(got, message.Value(n, e))
	}
	switch {
	case c.Present != nil:
		if *c.Present == (len(got) > 0) {
			return ""
		}
	case c.Matches != nil:
		if len(got) > 0 && !slices.ContainsFunc(got, func(v string) bool { return !c.Matches.MatchString(v) }) {
			return ""
		}
	case c.Each:
		if len(got) > 0 && !slices.ContainsFunc(got, func(v string) bool { return v != c.Values[0] }) {
			return ""
		}
	case slices.Equal(got, c.Values):
		return ""
	}
	return fmt.Sprintf("%s: %s should be %s, but is %s", c.Type, c.Path, c.want(), shown(got))
}

func (c Check) want() string {
	switch {
	case c.Present != nil && *c.Present:
		return "there"
	case c.Present != nil:
		return "absent"
	case c.Matches != nil:
		return "something that fits " + c.Matches.String()
	}
	return shown(c.Values)
}

func shown(values []string) string {
	if len(values) == 0 {
		return "absent"
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(quoted, ", ")
}
