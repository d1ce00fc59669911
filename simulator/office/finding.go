package office

import (
	"cmp"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/xmltree"
)

// findings are errors in the message of the event as the journal keeps them, with their places in what the message was read
// from.
func (tr *transition) findings(faults []fault) []movement.Finding {
	return findingsIn(faults, tr.Message, tr.Body)
}

// Findings are what a message breaks, with the places in what it was read from.
func Findings(b Broken, d *message.Document, body []byte) []movement.Finding {
	return findingsIn(slices.Concat(b.Message, b.Registered), d, body)
}

func findingsIn(faults []fault, d *message.Document, body []byte) []movement.Finding {
	out := make([]movement.Finding, len(faults))
	for i, f := range faults {
		path := f.Path
		switch {
		case path == "" && strings.HasPrefix(f.Pointer, "/"):
			path = f.Pointer
		case path != "" && !strings.HasPrefix(path, "/"):
			path = "/" + d.Root.Name + "/" + path
		}
		out[i] = movement.Finding{
			Code: f.Code, Rule: cmp.Or(f.Rule, named(f.Reason)), Assertion: f.Assertion, Text: cmp.Or(f.Text, f.Why), Pointer: f.Pointer,
			Path: path, Value: f.Original,
		}
	}
	Locate(out, d.Root, body)
	return out
}

// named is the name of a rule, "" where an error says that there is none.
func named(reason string) string {
	if reason == "N/A" {
		return ""
	}
	return reason
}

// Locate gives findings the line and the column of their elements in the document whose root it is, or those of the
// nearest group around an element that is missing. Body is what the document was read from; without it nothing is done.
func Locate(findings []movement.Finding, root *xmltree.Node, body []byte) {
	type place struct{ finding, offset int }
	var places []place
	for i, f := range findings {
		path, err := xmltree.ParsePath(f.Path)
		if f.Path == "" || err != nil || body == nil {
			continue
		}
		if n, _ := path.Nearest(root); n != nil {
			places = append(places, place{i, int(n.Start)})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.offset, b.offset) })
	offsets := make([]int, len(places))
	for i, p := range places {
		offsets[i] = p.offset
	}
	for i, at := range xmltree.Positions(body, offsets) {
		f := &findings[places[i].finding]
		f.Line, f.Column = at.Line, at.Column
	}
}
