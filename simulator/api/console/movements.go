package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// listLength is how many movements a page of the list has.
const listLength = 100

// mostRows is how many it may have at most.
const mostRows = 1000

// mostWrong is how much of what was wrong with a message the list says.
const mostWrong = 3

// movementsPage is the list of movements.
type movementsPage struct {
	Filter filter
	Rows   []row
	// Total is how many fit the filter, and From and To count the rows.
	Total, From, To int
	// Before and After are the addresses of the neighbouring pages, "" for none.
	Before, After string
	Damaged       []client.Damaged
	// States are those that can be chosen.
	States []movement.State
	// Tutorial says how to begin, when there is nothing.
	Tutorial *tutorial
	// Chosen are the movements that a form of the list was about.
	Chosen map[string]bool
}

// row is one movement of the list. Its texts are ready: a list may have a thousand rows, and templates are slow.
type row struct {
	ID, Name, MRN, Type, API, State, Tone string
	// Wrong is why it was rejected, one text for each thing.
	Wrong []wrong
	// MoreWrong is how many more things were wrong.
	MoreWrong int
	// Due is when Next comes.
	Due, Next, Scenario, Step string
	// Code and Last are the last message, Time and When are when the movement was updated.
	Code, Last, Time, When string
}

// wrong is one thing that was wrong with a message.
type wrong struct{ Rule, Text, Path string }

// next is what comes next for a movement.
type next struct {
	Text string
	Due  *time.Time
	// Officer: it waits for an officer.
	Officer bool
}

// filter is what the list is narrowed by, as the query has it.
type filter struct {
	Text, Type, State, Scenario string
	Skip, Limit                 int
}

// Some reports whether the list is narrowed.
func (f filter) Some() bool { return f.Text+f.Type+f.State+f.Scenario != "" }

func filterOf(q url.Values) filter {
	text := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	number := func(name string) int {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	f := filter{Text: text("q"), Type: text("type"), State: text("state"), Scenario: text("scenario"), Skip: number("skip")}
	f.Limit = min(cmp.Or(number("limit"), listLength), mostRows)
	return f
}

// address is the list from a row on.
func (f filter) address(skip int) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Text, "type": f.Type, "state": f.State, "scenario": f.Scenario} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if skip > 0 {
		q.Set("skip", strconv.Itoa(skip))
	}
	if f.Limit != listLength {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return withQuery("", q)
}

// movements shows the list.
func (v *visit) movements() error {
	f := filterOf(v.r.URL.Query())
	list, err := v.list(f)
	if err != nil {
		return err
	}
	data := movementsPage{Filter: f, Total: list.Total, Damaged: list.Damaged, States: states}
	for _, m := range list.Movements {
		data.Rows = append(data.Rows, rowOf(m))
	}
	if len(data.Rows) > 0 {
		data.From, data.To = f.Skip+1, f.Skip+len(data.Rows)
	}
	if f.Skip > 0 {
		data.Before = "./" + f.address(max(0, f.Skip-f.Limit))
	}
	if data.To > 0 && data.To < list.Total {
		data.After = "./" + f.address(f.Skip+f.Limit)
	}
	if list.Total == 0 && !f.Some() {
		data.Tutorial = v.tutorial()
	}
	return v.show(page{Name: "movements", Title: "Movements", Area: areaMovements, Data: data})
}

// list asks for the movements of a filter.
func (v *visit) list(f filter) (client.Movements, error) {
	return v.client.Movements(v.ctx(), client.MovementQuery{
		Text: f.Text, Type: message.Kind(f.Type), State: movement.State(f.State), Scenario: f.Scenario, Skip: f.Skip, Limit: f.Limit,
	})
}

func rowOf(m client.Movement) row {
	r := row{
		ID: m.ID, Name: called(m), Type: string(m.Type), API: m.APIVersion, State: string(m.State), Tone: tone(m.State),
		Scenario: m.Scenario, Time: m.Updated.UTC().Format(time.RFC3339Nano), When: when(m.Updated),
	}
	if m.LRN != "" {
		r.MRN = m.MRN
	}
	comes := nextOf(m)
	if r.Next = comes.Text; comes.Due != nil {
		r.Due = clockTime(comes.Due.Truncate(time.Second))
	}
	if s := m.Script; s != nil {
		switch {
		case s.Status == movement.Left:
			r.Step = "left"
		case s.Status == movement.Finished || s.Steps > 0 && s.Step > s.Steps:
			r.Step = "done"
		case s.Steps > 0:
			r.Step = fmt.Sprintf("step %d of %d", s.Step, s.Steps)
		}
	}
	if m.LastMessage != nil {
		r.Code, r.Last = m.LastMessage.Type, title(m.Phase, m.LastMessage.Type)
	}
	for _, f := range m.Findings[:min(len(m.Findings), mostWrong)] {
		r.Wrong = append(r.Wrong, wrong{cmp.Or(f.Rule, "error "+f.Code), plain(f.Text), f.Path})
	}
	if r.Wrong == nil {
		for _, text := range m.Rejected {
			r.Wrong = append(r.Wrong, wrong{Text: text})
		}
	}
	r.MoreWrong = max(0, len(m.Findings)-mostWrong)
	return r
}

// nextOf is what comes next for a movement: by its scenario, by itself, or by an officer.
func nextOf(m client.Movement) next {
	if s := m.Script; s != nil && s.Status == movement.Following && s.WaitsFor != "" {
		return next{Text: "scenario: " + s.WaitsFor, Due: s.Due}
	}
	if m.Next != nil && m.Next.Kind != client.DueRetention {
		return next{Text: dueWords(*m.Next), Due: &m.Next.At}
	}
	if m.State.Terminal() {
		return next{}
	}
	for _, a := range m.Actions {
		if !slices.Contains(unasked, a) {
			return next{Text: byOfficer(a), Officer: true}
		}
	}
	return next{}
}

// unasked is what an officer can do although nobody waits for it.
var unasked = []string{"cancel", "incident", "enquiry", "start_recovery", "arrive", "intend_control", "control", "request_documents"}

// states are those by which the list can be narrowed, in the order in which movements reach them.
var states = []movement.State{
	movement.Submitted, movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl, movement.GuaranteeAmendment,
	movement.CancellationRequested, movement.Released, movement.Arrived, movement.Discrepancies, movement.Recovery, movement.WrittenOff,
	movement.NotReleased, movement.Rejected, movement.Cancelled,
	movement.ArrivalSubmitted, movement.AwaitingArrivalAcceptance, movement.ArrivalAccepted, movement.UnloadingPermitted,
	movement.RemarksReceived, movement.DiscrepancyPending, movement.GoodsReleased, movement.GoodsNotReleased, movement.ArrivalRejected,
	movement.Phase4DepartureSubmitted, movement.Phase4PositiveAcknowledgement, movement.Phase4MrnAllocated, movement.Phase4GuaranteeNotValid,
	movement.Phase4ControlDecision, movement.Phase4ReleaseForTransit, movement.Phase4NoReleaseForTransit, movement.Phase4WriteOff,
	movement.Phase4DepartureRejected, movement.Phase4ArrivalSubmitted, movement.Phase4UnloadingPermission,
	movement.Phase4UnloadingRemarksSubmitted, movement.Phase4GoodsReleased, movement.Phase4ArrivalRejected,
}

// tutorial says how to begin with this very simulator.
type tutorial struct{ Address string }

func (v *visit) tutorial() *tutorial {
	return &tutorial{cmp.Or(v.Public, v.address())}
}

// mostAtOnce is how many movements a form of the list may be about.
const mostAtOnce = mostRows

// bulk does the same with several movements.
func (v *visit) bulk() error {
	back, ids, do := v.back("back", ""), v.r.PostForm["id"], v.r.PostForm.Get("do")
	if len(ids) == 0 {
		return v.done(back, outcome{Text: "No movement was chosen: tick some in the list first", Bad: true})
	}
	if len(ids) > mostAtOnce {
		return v.done(back, outcome{Text: fmt.Sprintf("%d movements are too many at once", len(ids)), Bad: true})
	}
	if do == "compare" {
		if len(ids) != 2 {
			return v.done(back, outcome{Text: fmt.Sprintf("Two movements can be compared, not %d: tick two in the list", len(ids)), Bad: true})
		}
		v.leave("compare?" + url.Values{"id": ids}.Encode())
		return nil
	}
	var act func(id string) error
	var said string
	action, isAction := strings.CutPrefix(do, "act:")
	switch {
	case do == "forget":
		said = "forgotten"
		act = func(id string) error { return v.client.Forget(v.ctx(), id) }
	case isAction && action != "":
		said = strings.ToLower(words(action)) + " done"
		act = func(id string) error {
			_, err := v.client.Act(v.ctx(), id, client.Action{Action: action})
			return err
		}
	default:
		return v.done(back, outcome{Text: "Nothing was chosen to be done: choose an action first", Bad: true})
	}
	names := map[string]string{}
	var failed []item
	count := 0
	for _, id := range ids {
		name := v.nameOf(id, names)
		err := act(id)
		refused := refusal(err)
		switch {
		case refused != nil:
			failed = append(failed, item{name + ": " + refused.Message, "movements/" + id})
		case err != nil:
			return err
		default:
			count++
		}
	}
	o := outcome{Text: fmt.Sprintf("%s: %s", plural(count, "movement"), said), Bad: len(failed) > 0}
	if len(failed) > 0 {
		o.Text += fmt.Sprintf(", %d not", len(failed))
	}
	o.Items = failed[:min(len(failed), mostHappened)]
	if left := len(failed) - len(o.Items); left > 0 {
		o.Items = append(slices.Clip(o.Items), item{Text: fmt.Sprintf("and %d more", left)})
	}
	return v.done(back, o)
}

// forget deletes one movement.
func (v *visit) forget() error {
	id := v.r.PathValue("id")
	name := v.nameOf(id, map[string]string{})
	return v.doneUnless(v.client.Forget(v.ctx(), id), "", "", outcome{Text: name + " is forgotten"})
}
