package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
)

// lane is one of those between whom things go on, in the order in which the diagram has them.
type lane int

// Lanes; none is for what belongs to nobody.
const (
	none lane = iota
	trader
	departure
	guarantees
	destination
	traderThere
)

var laneNames = map[lane]string{
	trader: "Trader", departure: "Office of departure", guarantees: "Guarantees", destination: "Office of destination", traderThere: "Trader at destination",
}

// Kinds of rows.
const (
	rowMessage      = "messages"
	rowState        = "states"
	rowTimer        = "timers"
	rowAct          = "officers"
	rowGuarantee    = "guarantees"
	rowScenario     = "scenario"
	rowNote         = "notes"
	rowNotification = "notifications"
)

// timeline is what has happened, as a diagram: lanes beside each other, time downwards.
type timeline struct {
	Lanes []laneHead
	Rows  []happening
	// Hidden is how many rows are not shown.
	Hidden int
}

type laneHead struct{ Name string }

// Width is how many lanes there are.
func (t timeline) Width() int { return len(t.Lanes) }

// happening is one row.
type happening struct {
	// Key is the id of the row: "e" and the number of the entry.
	Key  string
	Kind string
	At   time.Time
	// Gap is the time in which nothing happened before it, "" for less than a minute, and NewDay a day that begins.
	Gap    string
	NewDay bool
	// Movement is that of the entry, which may be the other side's.
	Movement string
	// From and To are the places of the lanes, counted from 1; the same for what happens at one place.
	From, To int
	// Between says the same in words.
	Between string
	Code    string
	Text    string
	State   movement.State
	// Message is the id of a message that can be shown.
	Message string
	// Diff is where the message is compared with the one that it repeats, "" if there is none.
	Diff     string
	Injected bool
	Bad      bool
	Why      []reason
}

// Arrow are the classes of an arrow between two lanes.
func (h happening) Arrow() string {
	if h.From < h.To {
		return fmt.Sprintf("arrow right from-%d to-%d", h.From, h.To)
	}
	return fmt.Sprintf("arrow left from-%d to-%d", h.To, h.From)
}

// Goes reports whether something goes from one lane to another.
func (h happening) Goes() bool { return h.From != h.To }

// reason is one line of why something happened.
type reason struct {
	Term, Text string
	// Place is the path of an element, or the id of a row of the process table, and Value what stands there; "" for none.
	Place, Value string
	// Href is where the reference explains it, from Path on; "" for nowhere.
	Href string
	// Items are several texts in the place of one.
	Items []string
	// Lines are those of a scenario around the one that decided.
	Lines []scenarioLine
}

// scenarioLine is a line of a scenario; Decides: the step is there.
type scenarioLine struct {
	Number  int
	Text    string
	Decides bool
}

// side is a movement with what is needed to show its entries.
type side struct {
	client.MovementDetail
	office, trader lane
	// table is the process table of the office.
	table client.ProcessTable
	// script is the scenario that the movement follows, without a text if there is none.
	script client.ScenarioDetail
}

func sideOf(m client.MovementDetail, process []client.ProcessTable) side {
	s := side{MovementDetail: m, office: departure, trader: trader}
	if m.Type == message.Arrival {
		s.office, s.trader = destination, traderThere
	}
	for _, t := range process {
		if t.Type == m.Type && slices.Contains(t.Phases, m.Phase) {
			s.table = t
		}
	}
	return s
}

// sides are a movement and the other one of its transit, if that is here, with what explains their entries.
func (v *visit) sides(m client.MovementDetail, other *client.MovementDetail, process []client.ProcessTable) ([]side, error) {
	out := []side{sideOf(m, process)}
	if other != nil {
		out = append(out, sideOf(*other, process))
	}
	for i := range out {
		if out[i].Scenario == "" {
			continue
		}
		script, err := v.client.Scenario(v.ctx(), out[i].Scenario)
		if err != nil && refusal(err) == nil {
			return nil, err
		}
		out[i].script = script // without lines if the library has it no more
	}
	return out, nil
}

// process are the process tables of the offices.
func (v *visit) process() ([]client.ProcessTable, error) {
	v.lists.mu.Lock()
	defer v.lists.mu.Unlock()
	if v.lists.process == nil {
		all, err := v.client.Process(v.ctx())
		if err != nil {
			return nil, err
		}
		v.lists.process = all.Tables
	}
	return v.lists.process, nil
}

// elsePossible is what else was possible in the state in which an event came: what the same event would have led to under other
// conditions, and which other events the state takes.
func (s side) elsePossible(row string, state movement.State) []string {
	at := slices.IndexFunc(s.table.Rows, func(r client.ProcessRow) bool { return r.ID == row })
	if at < 0 {
		return nil
	}
	taken := s.table.Rows[at]
	var same, others []string
	for i, r := range s.table.Rows {
		if !slices.Contains(r.From, state) || slices.Contains(r.If, "errors") {
			continue
		}
		if r.Kind == taken.Kind && r.Name == taken.Name {
			if i != at {
				same = append(same, outcomeOf(r))
			}
			continue
		}
		if name := eventWords(r); !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	if others != nil {
		same = append(same, fmt.Sprintf("In %s also: %s", state, strings.Join(others, ", ")))
	}
	return same
}

// eventWords is what a row of the process table begins with, in words: "IE014", "officer: refuse release".
func eventWords(r client.ProcessRow) string {
	name := strings.ReplaceAll(r.Name, "_", " ")
	switch r.Kind {
	case movement.EventMessage:
		return name
	case movement.EventAction:
		return "officer: " + name
	case movement.EventTimer:
		return "timer " + name
	}
	return "other side: " + name
}

// outcomeOf says what a row of the process table leads to, and when.
func outcomeOf(r client.ProcessRow) string {
	text := string(r.To)
	if r.Sends != nil {
		text += " with " + strings.Join(r.Sends, ", ")
	}
	if r.If != nil {
		text += ", if " + strings.Join(r.If, ", ")
	}
	return sentence(rowWords(text))
}

// timelineOf puts what happened to a movement, and to the other side of its transit, into one order.
func timelineOf(sides []side, choices []choice) timeline {
	wanted := map[string]bool{}
	for _, c := range choices {
		wanted[c.Name] = c.Chosen
	}
	type placed struct {
		happening
		number   uint64
		from, to lane
	}
	var t timeline
	var all []placed
	used := map[lane]bool{}
	for _, s := range sides {
		used[s.office], used[s.trader] = true, true
		groups := groupsOf(s.Journal)
		for i, e := range s.Journal {
			h, from, to, some := s.happening(e, groups[i])
			if !some {
				continue
			}
			if !wanted[h.Kind] && !h.Bad {
				t.Hidden++
				continue
			}
			if h.Message != "" {
				h.Diff = diffHref(s.MovementDetail, otherOf(s.MovementDetail, sides), h.Code, h.Message)
			}
			used[from], used[to] = true, true
			all = append(all, placed{h, e.Number, from, to})
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return int(a.number) - int(b.number) })
	places := map[lane]int{}
	for l := trader; l <= traderThere; l++ {
		if used[l] {
			t.Lanes = append(t.Lanes, laneHead{laneNames[l]})
			places[l] = len(t.Lanes)
		}
	}
	for i, p := range all {
		h := p.happening
		h.From, h.To = places[p.from], places[p.to]
		h.Between = laneNames[p.from]
		if h.Goes() {
			h.Between += " to " + strings.ToLower(laneNames[p.to][:1]) + laneNames[p.to][1:]
		}
		if i > 0 {
			before := all[i-1].At
			h.NewDay = day(before) != day(h.At)
			if idle := h.At.Sub(before); idle >= time.Minute {
				h.Gap = span(idle)
			}
		}
		t.Rows = append(t.Rows, h)
	}
	return t
}

// otherOf is the movement of the other side, nil if there is none.
func otherOf(m client.MovementDetail, sides []side) *client.MovementDetail {
	for i := range sides {
		if sides[i].ID != m.ID {
			return &sides[i].MovementDetail
		}
	}
	return nil
}

// groupsOf gives each entry of a journal all entries that the same event led to, in their order; none where no event did.
func groupsOf(journal []movement.Entry) [][]movement.Entry {
	by := map[uint64][]movement.Entry{}
	for _, e := range journal {
		if e.Cause > 0 {
			by[e.Cause] = append(by[e.Cause], e)
		}
	}
	groups := make([][]movement.Entry, len(journal))
	for i, e := range journal {
		groups[i] = by[e.Cause]
	}
	return groups
}

// laneOf is the lane of a party; what acts in the place of an office is in its lane.
func (s side) laneOf(p movement.Party) lane {
	switch p {
	case movement.Trader, movement.BoxParty:
		return s.trader
	case movement.OfficeOfDeparture:
		return departure
	case movement.OfficeOfDestination:
		return destination
	case movement.GuaranteeSystem:
		return guarantees
	}
	return s.office
}

// happening is what an entry shows, and between whom; false for what others show as well.
func (s side) happening(e movement.Entry, group []movement.Entry) (h happening, from, to lane, some bool) {
	h = happening{
		Key: fmt.Sprintf("e%d", e.Number), At: e.At, Movement: s.ID, Text: sentence(e.Text), Message: e.Message,
		Why: s.whyOf(e, group),
	}
	from, to = s.office, s.office
	if e.Sender != "" && e.Recipient != "" {
		from, to = s.laneOf(e.Sender), s.laneOf(e.Recipient)
	}
	switch e.Kind {
	case movement.EntryMessage:
		h.Kind, h.Code, h.Text = rowMessage, e.Type, title(s.Phase, e.Type)
		h.Injected = slices.ContainsFunc(s.Records, func(r client.Record) bool { return r.ID == e.Message && r.Injected })
		h.Bad = e.Sender != movement.Trader && slices.ContainsFunc(group, isFinding)
	case movement.EntryTransition:
		if e.From == e.To {
			return h, from, to, false
		}
		h.Kind, h.State = rowState, e.To
	case movement.EntryEvent:
		if e.Message != "" {
			return h, from, to, false
		}
		h.Kind = rowAct
		if e.Actor == movement.TimerParty {
			h.Kind = rowTimer
		}
		h.Text = sentence(strings.ReplaceAll(e.Text, "_", " "))
	case movement.EntryTimer:
		h.Kind, h.Text = rowTimer, timerText(e)
	case movement.EntryScenario:
		h.Kind = rowScenario
	case movement.EntryNotification:
		h.Kind = rowNotification
	default:
		h.Kind, h.Bad = rowNote, isFinding(e)
		if from == guarantees || to == guarantees {
			h.Kind = rowGuarantee
			text := amount().ReplaceAllStringFunc(e.Text, money)
			h.Text = ofGuarantee().ReplaceAllString(text, "")
			h.Why = append([]reason{{Term: "Guarantee", Text: sentence(text)}}, h.Why...)
		}
		if isFinding(e) {
			// The answer says the same, with all that is wrong.
			return h, from, to, !slices.ContainsFunc(group, func(g movement.Entry) bool { return g.Kind == movement.EntryMessage })
		}
	}
	return h, from, to, true
}

// isFinding reports whether an entry says what is wrong with a message.
func isFinding(e movement.Entry) bool {
	return e.Kind == movement.EntryNote && e.Finding != movement.Finding{}
}

// ofGuarantee is the part of a note that names a guarantee.
var ofGuarantee = pattern.New(` of guarantee \S+`)

// amount is a sum of money in the text of a note.
var amount = pattern.New(`\b[0-9]+\.[0-9]{2}\b`)

// timerText says in few words what happened to a timer: "Auto release started, due 10:00:00".
func timerText(e movement.Entry) string {
	text := sentence(timerWords(e.Timer)) + " " + string(e.Change)
	switch {
	case e.Remaining != "":
		return text + ", " + e.Remaining + " to go"
	case e.Due.IsZero():
		return text
	case day(e.Due) == day(e.At):
		return text + ", due " + clockTime(e.Due)
	}
	return text + ", due " + when(e.Due)
}

// parties are those who act, in words.
var parties = map[movement.Party]string{
	movement.Trader: "the trader", movement.OfficeOfDeparture: "the office of departure", movement.OfficeOfDestination: "the office of destination",
	movement.Officer: "the officer", movement.DefaultOfficer: "the default officer, as nobody else did", movement.TimerParty: "a timer",
	movement.ScenarioParty: "the scenario", movement.Injector: "an injection", movement.BoxParty: "the box", movement.GuaranteeSystem: "the guarantee system",
}

// tablePrefix begins the reason of what the process table says.
const tablePrefix = "process table: "

// whyOf is why something happened: the event that led to it, what was wrong, the states, the row of the process table, the
// step of the scenario, and what else came of it.
func (s side) whyOf(e movement.Entry, group []movement.Entry) (why []reason) {
	add := func(term, text string) {
		if text != "" {
			why = append(why, reason{Term: term, Text: text})
		}
	}
	table, fromTable := strings.CutPrefix(e.Why, tablePrefix)
	if !fromTable {
		table = ""
		add("Why", sentence(e.Why))
	}
	var first movement.Entry
	if len(group) > 0 {
		first = group[0]
	}
	if first.Number != e.Number && first.Text != "" {
		add("After", sentence(first.Text)+" ("+first.Why+")")
	}
	if e.Kind != movement.EntryMessage || e.Sender != movement.Trader {
		add("Who", sentence(parties[e.Actor]))
	}
	if place := scenarioPlace(e); place != "" {
		why = append(why, reason{Term: "Scenario", Text: place, Href: scenarioHref(s.Scenario, e.Line), Lines: s.linesOf(e.File, e.Line)})
	}
	var timers []string
	for _, g := range group {
		if isFinding(g) {
			why = append(why, s.findingOf(g.Finding))
		}
		if text, is := strings.CutPrefix(g.Why, tablePrefix); is && table == "" {
			table = text
		}
		if g.Kind == movement.EntryTimer && g.Number != e.Number {
			timers = append(timers, timerText(g))
		}
	}
	if first.From != "" && first.From != first.To {
		add("State", fmt.Sprintf("%s, then %s", first.From, first.To))
	} else {
		add("State", string(first.From))
	}
	if e.Row != "" || table != "" {
		why = append(why, reason{Term: "Process table", Text: sentence(rowWords(table)), Place: e.Row, Href: rowHref(e.Row)})
	}
	if timers != nil {
		why = append(why, reason{Term: "Timers", Items: timers})
	}
	if e.Kind == movement.EntryTransition {
		if others := s.elsePossible(e.Row, e.From); others != nil {
			why = append(why, reason{Term: "Otherwise", Items: others})
		}
	}
	return why
}

// findingOf words what is wrong with a message: the rule with its text, where, and what stands there.
func (s side) findingOf(f movement.Finding) reason {
	head := "Error " + f.Code
	if f.Rule != "" {
		head += ", " + f.Rule
	}
	r := reason{Term: head, Text: plain(f.Text), Place: cmp.Or(f.Path, f.Pointer), Href: ruleHref(f.Rule)}
	if f.Line > 0 {
		r.Place += fmt.Sprintf(" (%d:%d)", f.Line, f.Column)
	}
	if f.Value != "" {
		r.Value = f.Value
	}
	return r
}

// scenarioHref is the line of a scenario, "" for none.
func scenarioHref(id string, line int) string {
	if id == "" || line == 0 {
		return ""
	}
	return fmt.Sprintf("%s/%s#L%d", scenariosPath, url.PathEscape(id), line)
}

// around is how many lines before and behind the one that decides are shown.
const around = 1

// linesOf are the lines of the movement's scenario around one. There are none if another file has taken its place.
func (s side) linesOf(file string, number int) (out []scenarioLine) {
	if s.script.File != file || number == 0 {
		return nil
	}
	lines := strings.Split(strings.TrimRight(s.script.YAML, "\n"), "\n")
	for n := max(1, number-around); n <= min(len(lines), number+around); n++ {
		out = append(out, scenarioLine{n, lines[n-1], n == number})
	}
	return out
}

// scenarioPlace is where the step of a scenario stands that an entry speaks of.
func scenarioPlace(e movement.Entry) string {
	var parts []string
	if e.Step > 0 {
		parts = append(parts, fmt.Sprintf("step %d", e.Step))
	}
	if e.File != "" {
		parts = append(parts, fmt.Sprintf("%s:%d", e.File, e.Line))
	}
	return strings.Join(parts, ", ")
}
