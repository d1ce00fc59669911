package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/pattern"
	"nctsim/simulator/scenario"
)

// writer writes the file.
type writer struct{ strings.Builder }

func (w *writer) line(indent int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", indent))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

// yaml is the scenario as a file.
func (r *recorder) yaml() string {
	var w writer
	kind := message.Departure
	for _, s := range r.steps {
		if s.form == scenario.FormTrader && s.side.Type == message.Arrival {
			kind = message.Arrival
		}
	}
	var about []string
	for _, s := range r.sides {
		about = append(about, string(s.Type)+" "+s.ID)
	}
	w.line(0, "# Recorded from %s. A replay fills in LRN, MRN, dates and message identifications.", strings.Join(about, " and "))
	w.line(0, "id: %s", scalar(r.ID))
	w.line(0, "title: %s", quoted("Recorded: "+r.title()))
	w.line(0, "movement: %s", kind)
	w.line(0, "phases: [%s]", r.phase)
	if r.Mode == scenario.Transition {
		w.line(0, "mode: %s", r.Mode)
	}
	w.line(0, "steps:")
	states := map[message.Kind]movement.State{}
	for i, s := range r.steps {
		r.write(&w, i, s, states)
		states = s.states
	}
	if end := states[kind]; end != "" {
		w.line(0, "end: %s", r.word(end))
	}
	return w.String()
}

// title says in a few words what was recorded.
func (r *recorder) title() string {
	var texts []string
	for _, s := range r.sides {
		name := s.LRN
		if name == "" {
			name = s.MRN
		}
		texts = append(texts, strings.TrimSpace(string(s.Type)+" "+name))
	}
	return strings.Join(texts, ", ")
}

// word is how a file writes a state.
func (r *recorder) word(s movement.State) string { return scenario.StateWord(r.phase, s) }

func (r *recorder) write(w *writer, i int, s *step, before map[message.Kind]movement.State) {
	switch s.form {
	case scenario.FormTrader:
		r.writeTrader(w, s)
	case scenario.FormOfficer:
		w.line(1, "- officer: %s", s.name)
		if len(s.with) > 0 {
			w.line(2, "with:")
			writeValues(w, 3, s.with)
		}
		if slices.Contains(office.VerbsOf(r.phase, other(s.side.Type)), s.name) {
			w.line(2, "at: %s", s.side.Type)
		}
	case scenario.FormTimer:
		w.line(1, "- timer: %s", s.name)
	case scenario.FormInject:
		w.line(1, "- inject:")
		r.writeMessage(w, 3, s.code, s.with, s.source.file)
		if t, _ := r.phase.TypeOfCode(s.code); t.Of(other(s.side.Type)) && s.side.Type == message.Arrival && before[message.Departure] != "" {
			w.line(2, "at: %s", s.side.Type)
		}
	}
	if wait := r.wait(i, s); wait > 0 {
		w.line(2, "after: %s", duration(wait))
	}
	silent := s.row == "" && len(s.came) == 0 && s.form != scenario.FormInject
	switch {
	case s.unasked || silent:
		r.writeAnswers(w, i, s)
	case s.form != scenario.FormInject:
		var expected []string
		for _, m := range s.came {
			expected = append(expected, scenario.Expected{Type: m.code, Side: m.side.Type}.String())
		}
		w.line(2, "expect: [%s]", strings.Join(expected, ", "))
	}
	r.writeStates(w, s)
}

func other(k message.Kind) message.Kind {
	if k == message.Arrival {
		return message.Departure
	}
	return message.Arrival
}

// wait is how long after the step before a step came.
func (r *recorder) wait(i int, s *step) time.Duration {
	if i == 0 || s.form == scenario.FormTimer {
		return 0
	}
	return max(0, s.at.Sub(r.steps[i-1].done)).Round(time.Second)
}

// duration leaves out what is zero: "3h", "45m".
func duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (r *recorder) writeTrader(w *writer, s *step) {
	from := s.source.sample
	if from == "" {
		from = s.source.file
	}
	if len(s.source.set)+len(s.source.remove) == 0 {
		as := ""
		if s.source.as != "" {
			as = ", as: " + scalar(s.source.as)
		}
		w.line(1, "- trader: { send: %s, from: %s%s }", s.code, scalar(from), as)
		return
	}
	w.line(1, "- trader:")
	w.line(3, "send: %s", s.code)
	w.line(3, "from: %s", scalar(from))
	if s.source.as != "" {
		w.line(3, "as: %s", scalar(s.source.as))
	}
	if len(s.source.set) > 0 {
		w.line(3, "set:")
		for _, a := range s.source.set {
			w.line(4, "%s: %s", scalar(a.Path), quoted(a.Value))
		}
	}
	writeList(w, 3, "remove", s.source.remove)
}

func writeList(w *writer, indent int, key string, list []string) {
	if len(list) == 0 {
		return
	}
	w.line(indent, "%s:", key)
	for _, item := range list {
		w.line(indent+1, "- %s", scalar(item))
	}
}

// writeMessage writes a message of customs that nobody asked for.
func (r *recorder) writeMessage(w *writer, indent int, code string, with map[string]any, file string) {
	if file != "" {
		w.line(indent, "body: %s", scalar(file))
	} else {
		w.line(indent, "send: %s", code)
		if set, _ := with["set"].(map[string]any); len(set) > 0 {
			w.line(indent, "set:")
			for _, at := range slices.SortedFunc(maps.Keys(set), scenario.ComparePaths) {
				w.line(indent+1, "%s: %s", scalar(at), quoted(fmt.Sprint(set[at])))
			}
		}
		writeList(w, indent, "remove", texts(with["remove"]))
	}
	if with["force"] == true {
		w.line(indent, "force: true")
	}
}

// texts are a list of texts, however it came here.
func texts(v any) []string {
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		var out []string
		for _, item := range list {
			out = append(out, fmt.Sprint(item))
		}
		return out
	}
	return nil
}

// writeAnswers writes what came in the place of what the office would have sent.
func (r *recorder) writeAnswers(w *writer, i int, s *step) {
	if len(s.came) == 0 {
		w.line(1, "- respond: []")
		return
	}
	w.line(1, "- respond:")
	for n, m := range s.came {
		file := r.bodyOf(i, s, m.with, n)
		var item writer
		r.writeMessage(&item, 4, m.code, m.with, file)
		w.WriteString(strings.Replace(item.String(), "        ", "      - ", 1))
	}
}

func (r *recorder) writeStates(w *writer, s *step) {
	if state := s.states[message.Departure]; state != "" {
		w.line(2, "state: %s", r.word(state))
	}
	if state := s.states[message.Arrival]; state != "" {
		w.line(2, "arrivalState: %s", r.word(state))
	}
}

// writeValues writes what stands beside an action.
func writeValues(w *writer, indent int, values map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch v := values[key].(type) {
		case map[string]any:
			w.line(indent, "%s:", scalar(key))
			writeValues(w, indent+1, v)
		case []any:
			w.line(indent, "%s:", scalar(key))
			for _, item := range v {
				writeItem(w, indent+1, item)
			}
		default:
			w.line(indent, "%s: %s", scalar(key), quoted(fmt.Sprint(v)))
		}
	}
}

func writeItem(w *writer, indent int, item any) {
	group, is := item.(map[string]any)
	if !is || len(group) == 0 {
		w.line(indent, "- %s", quoted(fmt.Sprint(item)))
		return
	}
	var one writer
	writeValues(&one, indent+1, group)
	w.WriteString(strings.Replace(one.String(), strings.Repeat("  ", indent+1), strings.Repeat("  ", indent)+"- ", 1))
}

// plain are texts that mean themselves in YAML without quotes, wherever they stand.
var plain = pattern.New(`^[A-Za-z][A-Za-z0-9_./-]*(\[[0-9]+\][A-Za-z0-9_./-]*)*$`)

// word of YAML that means something else than itself.
var reserved = pattern.New(`(?i)^(true|false|null|yes|no|on|off|y|n)$`)

// scalar is a text as YAML, without quotes where that is possible.
func scalar(text string) string {
	if plain().MatchString(text) && !reserved().MatchString(text) {
		return text
	}
	return quoted(text)
}

// quoted is a text in quotes, as JSON and YAML write it.
func quoted(text string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text can always be written
	return strings.TrimSuffix(out.String(), "\n")
}
