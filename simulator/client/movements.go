package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Movement is a movement as the control API shows it. What is not known is an empty text.
type Movement struct {
	ID string `json:"id"`
	// WireID is the id in the API version that the movement belongs to.
	WireID     string             `json:"wireId"`
	Type       message.Kind       `json:"type"`
	APIVersion string             `json:"apiVersion"`
	Phase      message.Phase      `json:"phase"`
	Procedure  movement.Procedure `json:"procedure"`
	State      movement.State     `json:"state"`
	Scenario   string             `json:"scenario"`
	// Script is null for a movement that never had a scenario.
	Script *Script `json:"script" jsonschema:"nullable"`
	LRN    string  `json:"lrn"`
	MRN    string  `json:"mrn"`
	// EORI is that of the trader.
	EORI string `json:"eori"`
	// BoxID is that of the box that is told of messages from customs.
	BoxID   string    `json:"boxId,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	// Messages is how many there are.
	Messages int     `json:"messages"`
	Timers   []Timer `json:"timers"`
	// Actions are what an officer can do now.
	Actions []string `json:"actions"`
	// Rejected says why the last message of the trader was rejected; it is there for a movement in a rejected state.
	Rejected []string `json:"rejected,omitempty"`
	// Findings are the same with their places, as far as the journal has them one by one.
	Findings []movement.Finding `json:"findings,omitempty"`
	// LastMessage is the message that came last, in either direction.
	LastMessage *Record `json:"lastMessage,omitempty"`
	// Next is what will happen by itself next, nil if nothing will.
	Next *Due `json:"next,omitempty"`
	// Reserved is what the movement has claimed of guarantees, from its release until it is over.
	Reserved []movement.Reservation `json:"reserved,omitempty"`
}

// Script is how far a movement has come in its scenario.
type Script struct {
	Status movement.ScriptStatus `json:"status"`
	// Keeper is the movement that keeps the position, if two movements follow the scenario.
	Keeper  string `json:"keeper,omitempty"`
	Partner string `json:"partner,omitempty"`
	// Step is the number of the step that is waited for or under way; past the last step it is one more than there are.
	Step  int `json:"step"`
	Steps int `json:"steps"`
	// Text, File and Line are those of the step; they are empty if the library has no such scenario any more.
	Text     string         `json:"text,omitempty"`
	File     string         `json:"file,omitempty"`
	Line     int            `json:"line,omitempty"`
	WaitsFor string         `json:"waitsFor,omitempty"`
	Due      *time.Time     `json:"due,omitempty"`
	Sent     []string       `json:"sent,omitempty"`
	Faults   []WaitingFault `json:"faults,omitempty"`
	// Why says why the movement has left the scenario.
	Why string `json:"why,omitempty"`
}

// WaitingFault is a fault of a scenario that waits for calls.
type WaitingFault struct {
	Step int    `json:"step"`
	Call string `json:"call"`
	Left int    `json:"left"`
}

// Timer is a timer of a movement.
type Timer struct {
	Name string `json:"name"`
	// Due is null for a timer that is paused.
	Due *time.Time `json:"due" jsonschema:"nullable"`
	// Remaining is what a paused timer has to go: "30m0s".
	Remaining string `json:"remaining,omitempty"`
}

// Record is a message of a movement, with what traders never see: what it answers, and whether it was injected.
type Record struct {
	ID             string          `json:"id"`
	Type           string          `json:"type"`
	Status         movement.Status `json:"status"`
	Received       time.Time       `json:"received"`
	Identification string          `json:"messageIdentification,omitempty"`
	Trigger        string          `json:"trigger,omitempty"`
	// Size is that of the body, in bytes.
	Size     int  `json:"size"`
	Injected bool `json:"injected"`
}

// MovementDetail is a movement with its messages and its journal, both the oldest first.
type MovementDetail struct {
	Movement
	Records []Record         `json:"records"`
	Journal []movement.Entry `json:"journal"`
	// Desk is all that officers do with such a movement, with what may be written beside it: what can be done now first, and
	// why the rest cannot. The codes of their lists are those of [Client.ActionShapes].
	Desk []ActionShape `json:"desk"`
	// Damaged are the records of the movement that cannot be read and are left out.
	Damaged []Damaged `json:"damaged,omitempty"`
}

// Damaged is a record of the store that cannot be read.
type Damaged struct {
	// Movement is the id of the movement that it belongs to, if that can be told.
	Movement string `json:"movement,omitempty"`
	Record   string `json:"record"`
	Error    string `json:"error"`
}

// May reports whether an officer can do something with the movement now.
func (m Movement) May(action string) bool { return slices.Contains(m.Actions, action) }

// Due is when a timer of the movement falls due, zero if none of the name runs.
func (m Movement) Due(timer string) time.Time {
	for _, t := range m.Timers {
		if t.Name == timer && t.Due != nil {
			return *t.Due
		}
	}
	return time.Time{}
}

// First is the timer that falls due first, nil if none runs.
func (m Movement) First() *Timer {
	var first *Timer
	for i, t := range m.Timers {
		if t.Due != nil && (first == nil || t.Due.Before(*first.Due)) {
			first = &m.Timers[i]
		}
	}
	return first
}

// MovementQuery narrows the list of movements. LRN, MRN and EORI find parts; empty fields find all.
type MovementQuery struct {
	// Text is whatever names a movement or one of its messages: see [Client.Search].
	Text           string
	LRN, MRN, EORI string
	Type           message.Kind
	State          movement.State
	// States are several states, one of which has to fit, in place of State.
	States   []movement.State
	Scenario string
	// Since leaves out movements that were updated last before.
	Since time.Time
	// After goes on behind a list: it is the Next of that list.
	After string
	// Skip leaves out as many movements as it says, Limit is the largest number that is listed; 0 leaves that to the
	// simulator.
	Skip, Limit int
	// Wait is how long to wait for a movement that fits if there is none yet, in real time; 0 for not at all. The list is empty
	// if none comes.
	Wait time.Duration
}

func (q MovementQuery) values() url.Values {
	out := url.Values{}
	states := q.States
	if q.State != "" {
		states = append(states[:len(states):len(states)], q.State)
	}
	if !q.Since.IsZero() {
		out.Set("since", q.Since.UTC().Format(time.RFC3339Nano))
	}
	for name, value := range map[string]string{
		"q": q.Text, "after": q.After, "lrn": q.LRN, "mrn": q.MRN, "eori": q.EORI, "type": string(q.Type), "state": joined(states), "scenario": q.Scenario,
	} {
		if value != "" {
			out.Set(name, value)
		}
	}
	for name, value := range map[string]int{"skip": q.Skip, "limit": q.Limit} {
		if value > 0 {
			out.Set(name, strconv.Itoa(value))
		}
	}
	if q.Wait > 0 {
		out.Set("wait", q.Wait.String())
	}
	return out
}

// joined are states as a query has them.
func joined(states []movement.State) string {
	texts := make([]string, len(states))
	for i, s := range states {
		texts[i] = string(s)
	}
	return strings.Join(texts, ",")
}

// Movements is a list of movements, the last updated first, and how many there are in all that fit.
type Movements struct {
	Movements []Movement `json:"movements"`
	Total     int        `json:"total"`
	// Next is where the list goes on, for [MovementQuery.After]; "" at its end. What is updated meanwhile moves to the
	// beginning of the list, so that nothing is listed twice.
	Next string `json:"next,omitempty"`
	// Damaged are the records of the store that could not be shown; Total counts the movements among them.
	Damaged []Damaged `json:"damaged,omitempty"`
}

// Movements lists movements of everybody, the last updated first.
func (c Client) Movements(ctx context.Context, q MovementQuery) (Movements, error) {
	return get[Movements](ctx, c, withQuery(movementsPath, q.values()))
}

// Movement shows one movement by its id.
func (c Client) Movement(ctx context.Context, id string) (MovementDetail, error) {
	return get[MovementDetail](ctx, c, below(movementsPath, id))
}

// CodeNotYet is the code of an error that says that what was waited for has not come to be in the time.
const CodeNotYet = "NOT_YET"

// Awaited is what to wait for: that a movement is in one of the states, and has one of the messages, as far as any are named.
type Awaited struct {
	States []movement.State
	// Messages are IE codes.
	Messages []string
	// Wait is how long, in real time.
	Wait time.Duration
}

// Await shows a movement as soon as it is in a state or has a message, at once if it is so already. The error has the code
// [CodeNotYet] if that does not come to be in the time.
func (c Client) Await(ctx context.Context, id string, a Awaited) (MovementDetail, error) {
	query := url.Values{"wait": {a.Wait.String()}}
	for _, s := range a.States {
		query.Set("state", strings.TrimPrefix(query.Get("state")+","+string(s), ","))
	}
	if len(a.Messages) > 0 {
		query.Set("message", strings.Join(a.Messages, ","))
	}
	return get[MovementDetail](ctx, c, withQuery(below(movementsPath, id), query))
}

// Named are the movements with exactly this LRN, or else with this MRN; the error says that there are none. A departure
// and its arrival have the same MRN, and an LRN may be used again by another trader.
func (c Client) Named(ctx context.Context, name string) ([]Movement, error) {
	for _, q := range []MovementQuery{{LRN: name}, {MRN: name}} {
		found, err := c.Movements(ctx, q)
		if err != nil {
			return nil, err
		}
		list := slices.DeleteFunc(found.Movements, func(m Movement) bool {
			return !strings.EqualFold(m.LRN, name) && !strings.EqualFold(m.MRN, name)
		})
		if len(list) > 0 {
			return list, nil
		}
	}
	return nil, fmt.Errorf("no movement has the id, LRN or MRN %q; hint: nctsim officer lists the movements", name)
}

// IsID reports whether a text is an id of the control API, and not an LRN or MRN.
func IsID(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// Find turns what people call a movement, its id, LRN or MRN, into the id. Of several with that name it is the one that
// suits what is to be done; nil suits any. The error names those that there are.
func (c Client) Find(ctx context.Context, name string, suits func(Movement) bool) (id string, err error) {
	if IsID(name) {
		return name, nil
	}
	found, err := c.Named(ctx, name)
	if err != nil {
		return "", err
	}
	if len(found) == 1 {
		return found[0].ID, nil
	}
	fit := slices.DeleteFunc(slices.Clone(found), func(m Movement) bool { return suits != nil && !suits(m) })
	switch len(fit) {
	case 0:
		return "", fmt.Errorf("%d movements have the LRN or MRN %q, and none of them is in a state for that: %s; hint: give the id of one, as nctsim officer %s lists them", len(found), name, listed(found), name)
	case 1:
		return fit[0].ID, nil
	}
	return "", fmt.Errorf("%d movements have the LRN or MRN %q: %s; hint: give the id of one, as nctsim officer %s lists them", len(fit), name, listed(fit), name)
}

// listed names movements with their types and states.
func listed(list []Movement) string {
	var texts []string
	for _, m := range list {
		texts = append(texts, fmt.Sprintf("%s %s %s", m.Type, m.ID, m.State))
	}
	return strings.Join(texts, ", ")
}

// knownPage is how many movements are looked at together for one that is known by the id of its API. What was created last
// comes first.
const knownPage = 100

// Known is a movement by the id that its API gives it: the control API's own, or a number in API 1.0.
func (c Client) Known(ctx context.Context, p message.Phase, k message.Kind, id string) (MovementDetail, error) {
	if p.Generation() != message.GenerationPhase4 {
		return c.Movement(ctx, id)
	}
	for skip := 0; ; skip += knownPage {
		page, err := c.Movements(ctx, MovementQuery{Type: k, Skip: skip, Limit: knownPage})
		if err != nil {
			return MovementDetail{}, err
		}
		for _, m := range page.Movements {
			if m.WireID == id && m.Phase.Generation() == p.Generation() {
				return c.Movement(ctx, m.ID)
			}
		}
		if len(page.Movements) < knownPage {
			return MovementDetail{}, fmt.Errorf("the control API at %s knows no %s %s of API %s; hint: is it the control API of the same simulator?", c.Base(), k, id, p.APIVersion())
		}
	}
}

// Forget deletes a movement with all that belongs to it.
func (c Client) Forget(ctx context.Context, id string) error {
	_, err := c.do(ctx, http.MethodDelete, below(movementsPath, id), "", nil)
	return err
}

// Body is a message byte for byte, to whom it was sent or not, without meeting the faults of a scenario.
func (c Client) Body(ctx context.Context, movementID, messageID string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, below(movementsPath, movementID, "messages", messageID, "body"), "", nil)
}

// Action is what an officer does.
type Action struct {
	// Action is one of those that the movement lists: "release".
	Action string `json:"action"`
	// With is what the officer writes beside it; docs/process.md lists the keys of each action.
	With map[string]any `json:"with,omitempty"`
	// DryRun says what would come of it, and does nothing.
	DryRun bool `json:"dryRun,omitempty"`
}

// Acted is what came of an action, or in a dry run what would come of it: then nothing of it is stored, and the same ids,
// numbers and bytes come of the action itself at the same time on the clock, unless something else happens in between.
type Acted struct {
	// Movement is as it is then: its state, its timers, what an officer can do next.
	Movement Movement         `json:"movement"`
	Happened []movement.Entry `json:"happened"`
	Messages []Record         `json:"messages"`
	// DryRun says that nothing was done. Bodies are the messages in the order of their records, in a dry run.
	DryRun bool     `json:"dryRun,omitempty"`
	Bodies []string `json:"bodies,omitempty"`
}

// Act does what an officer does.
func (c Client) Act(ctx context.Context, id string, a Action) (Acted, error) {
	return send[Acted](ctx, c, http.MethodPost, below(movementsPath, id, "actions"), a)
}

// Injection is a message of customs that is to be placed in a movement, whatever its state: one that the simulator
// composes, or exactly XML.
type Injection struct {
	// MessageType is the IE code of a message that is composed, and then changed by Set.
	MessageType string `json:"messageType"`
	// Set gives values by path.
	Set map[string]string `json:"set,omitempty"`
	// Trigger is the id of the trader's message that it answers.
	Trigger string `json:"trigger,omitempty"`
	// Force delivers a message that does not fit its schema.
	Force bool `json:"force,omitempty"`
	// DryRun composes and checks, and delivers nothing.
	DryRun bool `json:"dryRun,omitempty"`
	// XML arrives as it is; MessageType and Set are not looked at then.
	XML []byte `json:"-"`
}

// Injected is a message that was placed, or would be: nothing of a dry run is stored, and the same ids, numbers and bytes
// come of the injection itself at the same time on the clock, unless something else happens in between.
type Injected struct {
	Record
	Movement string `json:"movement"`
	Body     string `json:"body"`
	// State is that of the movement then, and Happened what entered its journal, or would.
	State    movement.State   `json:"state,omitempty"`
	Happened []movement.Entry `json:"happened"`
	// DryRun says that nothing was done. Timers are those that would run or wait then, in a dry run.
	DryRun bool    `json:"dryRun,omitempty"`
	Timers []Timer `json:"timers,omitempty"`
}

// Inject places a message of customs in a movement.
func (c Client) Inject(ctx context.Context, id string, in Injection) (Injected, error) {
	path := below(movementsPath, id, "messages")
	if in.XML == nil {
		return send[Injected](ctx, c, http.MethodPost, path, in)
	}
	query := url.Values{}
	for name, value := range map[string]bool{"force": in.Force, "dryRun": in.DryRun} {
		if value {
			query.Set(name, strconv.FormatBool(value))
		}
	}
	if in.Trigger != "" {
		query.Set("trigger", in.Trigger)
	}
	return call[Injected](ctx, c, http.MethodPost, withQuery(path, query), typeXML, in.XML)
}
