package office

import (
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// TableRow is a row of a process table as people read it; docs/process.md explains the words.
type TableRow struct {
	ID   string
	From []movement.State
	// Kind and Name say what happens: a message, an action, a timer, a word of the other side.
	Kind movement.EventKind
	Name string
	// If are the conditions that must hold, Sends the messages, Tells what the other side learns, Timers what is done with
	// timers, and To the state, or what stands for one.
	If, Sends, Tells, Timers []string
	To                       movement.State
}

// Table is the process table of a kind of movement of a phase.
func Table(p message.Phase, k message.Kind) []TableRow {
	var out []TableRow
	for _, r := range processOf(p).tables[k] {
		row := TableRow{ID: r.id, From: slices.Clone(r.From), Kind: r.On.kind, Name: r.On.name, To: r.To}
		for _, c := range r.Guard {
			row.If = append(row.If, c.name)
		}
		for _, e := range r.Emits {
			if e.peerEvent != "" {
				row.Tells = append(row.Tells, e.peerEvent)
			} else {
				row.Sends = append(row.Sends, e.code)
			}
		}
		for _, t := range r.Timers {
			row.Timers = append(row.Timers, t.String())
		}
		out = append(out, row)
	}
	return out
}

// Field is a key of what an officer may write beside an action, with the keys within if it is a group.
type Field struct {
	Key      string
	Required bool
	// List is how many groups there are at most, 0 for a single one; Fields are those of a group.
	List   int
	Fields []Field
	// Of a text: how many characters it has at most, what it looks like ("" for anything), an example, and the code list that
	// it comes from, "" if there is none.
	Most                       int
	Pattern, Example, CodeList string
	Date                       bool
}

// FieldsOf are the keys of an action, in order; false if there is no such action.
func FieldsOf(action string) ([]Field, bool) {
	fields, known := inputs[action]
	return fieldsOf(fields), known
}

func fieldsOf(shapes []shape) []Field {
	out := []Field{}
	for _, s := range shapes {
		f := Field{Key: s.key, Required: s.required, List: s.list, Most: s.most, Example: s.example, CodeList: s.codeList, Date: s.pattern == calendar, Pattern: s.pattern}
		if s.fields != nil {
			f.Fields = fieldsOf(s.fields)
		}
		out = append(out, f)
	}
	return out
}
