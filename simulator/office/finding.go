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
	return findingsIn(faults, tr.Message, tr.Text)
}

// Findings are what a message breaks, with the places in what it was read from.
func Findings(b Broken, d *message.Document, body []byte) []movement.Finding {
	return findingsIn(slices.Concat(b.Message, b.Registered), d, message.InMemory(body))
}

func findingsIn(faults []fault, d *message.Document, text message.Text) []movement.Finding {
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
	locate(out, text)
	return out
}

// named is the name of a rule, "" where an error says that there is none.
func named(reason string) string {
	if reason == "N/A" {
		return ""
	}
	return reason
}

// locate gives findings the line and the column of their elements in the text of a document, or those of the nearest group around an
// element that is missing. Without a text nothing is done.
func locate(findings []movement.Finding, text message.Text) {
	if text == nil || len(findings) == 0 {
		return
	}
	var paths []xmltree.Path
	var about []*movement.Finding
	for i := range findings {
		if path, err := xmltree.ParsePath(findings[i].Path); err == nil && findings[i].Path != "" {
			paths, about = append(paths, path), append(about, &findings[i])
		}
	}
	for i, at := range message.Places(text, paths) {
		about[i].Line, about[i].Column = at.Line, at.Column
	}
}
