// Package record turns movements into scenarios: what the trader sent, what officers did, which timers fired and what was
// placed from outside become steps, and what customs answered is what the steps expect. It is pure: it works on what the
// control API shows of the movements.
package record

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/pattern"
	"nctsim/simulator/scenario"
)

// Side is one movement of a transit.
type Side struct {
	client.MovementDetail
	// Bodies are the messages byte for byte, by the ids of their records.
	Bodies map[string][]byte
}

// Options say how to record.
type Options struct {
	// Catalogue has the schemas, Reader the sample messages.
	Catalogue *message.Catalogue
	Reader    *scenario.Reader
	// Mode is that of the business rules which held for the movements; empty means final.
	Mode scenario.Mode
	// ID is the id of the scenario; "" for one made of the LRN.
	ID string
}

// Record makes a scenario of the movements of one transit, the departure and its arrivals or one of them. The error says why
// there is nothing to record.
func Record(sides []Side, o Options) (client.Recording, error) {
	if len(sides) == 0 {
		return client.Recording{}, fmt.Errorf("no movement is to be recorded")
	}
	sides = slices.Clone(sides)
	slices.SortStableFunc(sides, func(a, b Side) int { return cmp.Compare(first(a), first(b)) })
	r := &recorder{Options: o, sides: sides, phase: sides[0].Phase, states: map[message.Kind]movement.State{}, known: map[string]string{}}
	for _, s := range sides {
		if s.Phase != r.phase {
			return client.Recording{}, fmt.Errorf("movement %s is of phase %s, and %s of phase %s: one scenario cannot play both", sides[0].ID, r.phase, s.ID, s.Phase)
		}
	}
	r.ID = cmp.Or(o.ID, r.name())
	r.read()
	if err := r.begins(); err != nil {
		return client.Recording{}, err
	}
	if err := r.messages(); err != nil {
		return client.Recording{}, err
	}
	out := client.Recording{ID: r.ID, Phase: r.phase, YAML: r.yaml(), Files: r.files, Notes: r.notes}
	if out.Files == nil {
		out.Files = []client.RecordedFile{}
	}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	for _, s := range sides {
		out.Movements = append(out.Movements, s.ID)
	}
	return out, nil
}

// first is the number of the first entry of a journal.
func first(s Side) uint64 {
	if len(s.Journal) == 0 {
		return 0
	}
	return s.Journal[0].Number
}

// recorder is a recording under way.
type recorder struct {
	Options
	sides []Side
	phase message.Phase
	steps []*step
	// states are those of the movements so far, known the MRNs that the trader has read so far, by movement.
	states map[message.Kind]movement.State
	known  map[string]string
	began  time.Time
	files  []client.RecordedFile
	notes  []string
}

// step is a step of the scenario.
type step struct {
	form  scenario.Form
	side  *Side
	cause uint64
	// at is when it happened, done when the last thing came of it.
	at, done time.Time
	// message is the id of the trader's message, and code its type or that of the message that is placed.
	message, code string
	// name is the officer's action or the timer; with stands beside the action or the injection.
	name string
	with map[string]any
	// came are the messages of customs, in order.
	came []sent
	// unasked: what came is not what the office sends by itself.
	unasked bool
	// row is the row of the process table that the office went by, if any.
	row    string
	states map[message.Kind]movement.State
	// source is what a trader's step sends.
	source source
}

// sent is a message of customs.
type sent struct {
	side *Side
	id   string
	code string
	// with is what was said of it if nobody asked for it.
	with map[string]any
}

// unfit are characters that the id of a scenario cannot have.
var unfit = pattern.New(`[^A-Za-z0-9._-]+`)

const longestID = 40

// name is an id for the scenario.
func (r *recorder) name() string {
	name := ""
	for _, s := range r.sides {
		name = cmp.Or(name, s.LRN, s.MRN)
	}
	name = strings.Trim(unfit().ReplaceAllString(cmp.Or(name, r.sides[0].ID), "-"), "-._")
	return "REC-" + name[:min(len(name), longestID)]
}

// read divides the journals among the steps.
func (r *recorder) read() {
	type line struct {
		side *Side
		movement.Entry
	}
	var lines []line
	for i := range r.sides {
		for _, e := range r.sides[i].Journal {
			lines = append(lines, line{&r.sides[i], e})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.Number, b.Number) })
	reached := map[string]bool{}
	var placed map[string]any
	for _, l := range lines {
		e := l.Entry
		var cur *step
		if len(r.steps) > 0 {
			cur = r.steps[len(r.steps)-1]
		}
		t, _ := r.phase.TypeOfCode(e.Type)
		begin := func(form scenario.Form) {
			cur = &step{form: form, side: l.side, cause: e.Cause, at: e.At, row: e.Row}
			r.steps = append(r.steps, cur)
		}
		switch {
		case e.Kind == movement.EntryEvent && e.Action == movement.ActionInject:
			placed = e.With
			if cur != nil && cur.cause == e.Cause && cur.form != scenario.FormInject && cur.side == l.side {
				cur.unasked = true
				break
			}
			begin(scenario.FormInject)
			cur.with = e.With
			cur.code, _ = e.With["messageType"].(string)
		case e.Kind == movement.EntryEvent && e.Action != "":
			begin(scenario.FormOfficer)
			cur.name, cur.with = e.Action, e.With
		case e.Kind == movement.EntryEvent && e.Sender == movement.Trader && e.Message != "":
			begin(scenario.FormTrader)
			cur.message, cur.code = e.Message, e.Type
			cur.at = received(*l.side, e.Message, e.At)
			reached[e.Message] = true
		case e.Kind == movement.EntryTimer && e.Change == movement.TimerFired && slices.Contains(office.TimersOf(r.phase, l.side.Type), e.Timer):
			begin(scenario.FormTimer)
			cur.name = e.Timer
		case e.Kind == movement.EntryMessage && e.Sender != movement.Trader && t.Role == message.FromCustoms && cur != nil:
			m := sent{side: l.side, id: e.Message, code: e.Type}
			if placed != nil {
				m.with, placed = placed, nil
			}
			cur.came = append(cur.came, m)
		}
		if e.Mark == movement.MarkMet {
			r.note("a fault on the wire is left out: %s", e.Text)
		}
		if cur == nil || e.Kind == movement.EntryNotification || e.Kind == movement.EntryScenario {
			continue
		}
		if e.To != "" && e.Kind == movement.EntryTransition {
			r.states[l.side.Type] = e.To
		}
		cur.states = maps.Clone(r.states)
		if e.Kind != movement.EntryMessage || e.Sender != movement.Trader {
			cur.done = e.At
		}
	}
	for i := range r.sides {
		s := &r.sides[i]
		for _, m := range s.Records {
			if t, known := r.phase.TypeOfCode(m.Type); known && t.Role != message.FromCustoms && !reached[m.ID] {
				r.note("the %s %s of the %s is left out, because it has not reached the office", m.Type, m.ID, s.Type)
			}
		}
	}
}

// received is when a message came.
func received(s Side, id string, otherwise time.Time) time.Time {
	for _, m := range s.Records {
		if m.ID == id {
			return m.Received
		}
	}
	return otherwise
}

func (r *recorder) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// begins finds out whether a scenario can begin as the movements do.
func (r *recorder) begins() error {
	if len(r.steps) == 0 {
		return fmt.Errorf("nothing has happened to movement %s yet", r.sides[0].ID)
	}
	open := map[message.Kind]bool{}
	departures := 0
	r.steps = slices.DeleteFunc(r.steps, func(s *step) bool {
		t, _ := r.phase.TypeOfCode(s.code)
		if s.form == scenario.FormTrader && t.Role == message.Creates {
			open[s.side.Type] = true
			if s.side.Type == message.Departure {
				departures++
			}
		}
		if !open[s.side.Type] {
			r.note("%s of the %s is left out, because no message of the trader has begun it", s.what(), s.side.Type)
			return true
		}
		return false
	})
	switch {
	case len(r.steps) == 0:
		return fmt.Errorf("movement %s was not begun by a message that the office has taken, so that a scenario has nothing to begin with", r.sides[0].ID)
	case departures > 1:
		return fmt.Errorf("there are %d departures, and a scenario plays one", departures)
	case !open[message.Departure]:
		r.note("the goods come from elsewhere: play it with a profile that takes an MRN nobody here knows, as nctsim replay --profile fast")
	}
	return nil
}

func (s *step) what() string { return string(s.form) + " " + cmp.Or(s.name, s.code) }

// lrn is the one that a replay fills into every message that has one.
func (r *recorder) lrn() string {
	for _, s := range r.sides {
		if s.LRN != "" {
			return s.LRN
		}
	}
	return ""
}

// mrn is the one that the trader has read so far.
func (r *recorder) mrn() string {
	for i := range r.sides {
		if mrn := r.known[r.sides[i].ID]; mrn != "" {
			return mrn
		}
	}
	return ""
}

// learn reads what a step has brought as the trader does.
func (r *recorder) learn(s *step) {
	take := func(side *Side, id string) {
		if r.known[side.ID] != "" {
			return
		}
		if d, err := r.Catalogue.Parse(r.phase, side.Bodies[id]); err == nil {
			r.known[side.ID] = d.Field(message.MRN)
		}
	}
	if s.message != "" {
		take(s.side, s.message)
	}
	for _, m := range s.came {
		take(m.side, m.id)
	}
}

// messages finds for every message what a replay sends.
func (r *recorder) messages() error {
	for i, s := range r.steps {
		if s.form == scenario.FormTrader {
			if err := r.source(i, s); err != nil {
				return err
			}
		}
		r.learn(s)
		if s.form == scenario.FormInject {
			s.source.file = r.bodyOf(i, s, s.with, 0)
		}
	}
	return nil
}

// bodyOf is the file of a message that was placed as it is, "" for one that was composed.
func (r *recorder) bodyOf(i int, s *step, with map[string]any, n int) string {
	if with["xml"] != true || n >= len(s.came) {
		return ""
	}
	return r.keep(i, s.came[n].code, s.came[n].side.Bodies[s.came[n].id])
}

// keep puts a message beside the scenario.
func (r *recorder) keep(i int, code string, body []byte) string {
	name := path.Join(r.ID, fmt.Sprintf("%d-%s.xml", i+1, strings.ToLower(code)))
	for n := 2; slices.ContainsFunc(r.files, func(f client.RecordedFile) bool { return f.Name == name }); n++ {
		name = path.Join(r.ID, fmt.Sprintf("%d-%s-%d.xml", i+1, strings.ToLower(code), n))
	}
	r.files = append(r.files, client.RecordedFile{Name: name, Text: string(body)})
	return name
}
