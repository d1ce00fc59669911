package console

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
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
	Message  string
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
	// Items are several texts in the place of one.
	Items []string
}

// side is a movement with what is needed to show its entries.
type side struct {
	client.MovementDetail
	office, trader lane
}

func sideOf(m client.MovementDetail) side {
	if m.Type == message.Arrival {
		return side{m, destination, traderThere}
	}
	return side{m, departure, trader}
}

// timelineOf puts what happened to a movement, and to the other side of its transit, into one order.
func timelineOf(m client.MovementDetail, other *client.MovementDetail, choices []choice) timeline {
	sides := []side{sideOf(m)}
	if other != nil {
		sides = append(sides, sideOf(*other))
	}
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

// groupsOf gives each entry of a journal all entries of the event that led to it.
func groupsOf(journal []movement.Entry) [][]movement.Entry {
	groups := make([][]movement.Entry, len(journal))
	begin := 0
	for i := 0; i <= len(journal); i++ {
		if i < len(journal) && (i == begin || journal[i].Kind != movement.EntryEvent) {
			continue
		}
		for j := begin; j < i; j++ {
			groups[j] = journal[begin:i]
		}
		begin = i
	}
	return groups
}

// happening is what an entry shows, and between whom; false for what others show as well.
func (s side) happening(e movement.Entry, group []movement.Entry) (h happening, from, to lane, some bool) {
	h = happening{
		Key: fmt.Sprintf("e%d", e.Number), At: e.At, Movement: s.ID, Text: sentence(e.Text), Message: e.Message,
		Why: whyOf(e, group),
	}
	from, to = s.office, s.office
	switch e.Kind {
	case movement.EntryMessage:
		h.Kind, h.Code, h.Text = rowMessage, e.Type, title(s.Phase, e.Type)
		kind, _ := s.Phase.TypeOfCode(e.Type)
		if kind.Role == message.FromCustoms {
			from, to = s.office, s.trader
		} else {
			from, to = s.trader, s.office
		}
		h.Injected = slices.ContainsFunc(s.Records, func(r client.Record) bool { return r.ID == e.Message && r.Injected })
		h.Bad = slices.ContainsFunc(group, isError) && kind.Role == message.FromCustoms
	case movement.EntryTransition:
		if e.From == e.To {
			return h, from, to, false
		}
		h.Kind, h.State = rowState, e.To
	case movement.EntryEvent:
		if e.Message != "" {
			return h, from, to, false
		}
		h.Kind, h.Message = rowAct, ""
		if strings.HasPrefix(e.Text, "office of de") {
			from = departure + destination - s.office
		}
	case movement.EntryTimer:
		h.Kind, h.Text = rowTimer, timerText(e)
	case movement.EntryScenario:
		h.Kind = rowScenario
	case movement.EntryNotification:
		h.Kind, to = rowNotification, s.trader
	case movement.EntryNote:
		h.Kind, h.Bad = rowNote, isError(e)
		if strings.Contains(e.Text, "of guarantee ") {
			h.Kind, to = rowGuarantee, guarantees
			h.Text = ofGuarantee.ReplaceAllString(e.Text, "")
			h.Why = append([]reason{{Term: "Guarantee", Text: sentence(e.Text)}}, h.Why...)
		}
	default:
		h.Kind = rowNote
	}
	return h, from, to, true
}

// ofGuarantee is the part of a note that names a guarantee.
var ofGuarantee = regexp.MustCompile(` of guarantee \S+`)

// timerText says in few words what happened to a timer: "Auto release started, due 10:00:00".
func timerText(e movement.Entry) string {
	text, _, _ := strings.Cut(strings.TrimPrefix(e.Text, "timer "), ":")
	text = sentence(strings.ReplaceAll(text, "_", " "))
	switch {
	case e.Due.IsZero():
		return text
	case day(e.Due) == day(e.At):
		return text + ", due " + clockTime(e.Due)
	}
	return text + ", due " + when(e.Due)
}

// whyOf is why something happened, from what led to it.
func whyOf(e movement.Entry, group []movement.Entry) (why []reason) {
	const table = "process table: "
	if text, is := strings.CutPrefix(e.Why, table); is {
		why = append(why, reason{Term: "Process table", Text: text})
	} else if e.Why != "" {
		why = append(why, reason{Term: "Why", Text: sentence(e.Why)})
	}
	if first := group[0]; first.Number != e.Number && first.Kind == movement.EntryEvent {
		why = append(why, reason{Term: "Led to it", Text: sentence(first.Text) + " (" + first.Why + ")"})
	}
	var errs, timers []string
	for _, g := range group {
		switch {
		case g.Kind == movement.EntryTransition && g.Number != e.Number:
			why = append(why, reason{Term: "State", Text: g.Text})
			if text, is := strings.CutPrefix(g.Why, table); is {
				why = append(why, reason{Term: "Process table", Text: text})
			}
		case g.Kind == movement.EntryTimer && g.Number != e.Number:
			timers = append(timers, g.Text)
		case isError(g) && g.Number != e.Number:
			errs = append(errs, g.Text+" ("+g.Why+")")
		}
	}
	if errs != nil {
		why = append(why, reason{Term: "Errors", Items: errs})
	}
	if timers != nil {
		why = append(why, reason{Term: "Timers", Items: timers})
	}
	return why
}
