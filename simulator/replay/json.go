package replay

import (
	"encoding/json"
	"io"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Counts are how many cases there are of each verdict.
type Counts struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// Count counts.
func Count(results []Result) Counts {
	var c Counts
	for _, r := range results {
		switch r.Verdict {
		case Passed:
			c.Passed++
		case Failed:
			c.Failed++
		case Skipped:
			c.Skipped++
		}
	}
	return c
}

// The report as JSON. With bodies it is the evidence report.
type (
	caseView struct {
		ID          string        `json:"id"`
		Title       string        `json:"title"`
		Description string        `json:"description,omitempty"`
		Phase       message.Phase `json:"phase"`
		APIVersion  string        `json:"apiVersion"`
		Mode        string        `json:"mode"`
		File        string        `json:"file"`
		Verdict     Verdict       `json:"verdict"`
		Trader      string        `json:"trader"`
		Failure     string        `json:"failure,omitempty"`
		Began       time.Time     `json:"began"`
		Seconds     float64       `json:"seconds"`
		Simulator   About         `json:"simulator"`
		Movements   []sideView    `json:"movements"`
		Steps       []stepView    `json:"steps"`
	}
	sideView struct {
		Type message.Kind `json:"type"`
		ID   string       `json:"id"`
		// WireID is there where the trader's API has another id.
		WireID string         `json:"wireId,omitempty"`
		EORI   string         `json:"eori"`
		LRN    string         `json:"lrn,omitempty"`
		MRN    string         `json:"mrn,omitempty"`
		State  movement.State `json:"state,omitempty"`
	}
	stepView struct {
		Number       int            `json:"number"`
		Text         string         `json:"text"`
		Line         int            `json:"line"`
		Verdict      Verdict        `json:"verdict"`
		At           *time.Time     `json:"at,omitempty"`
		Expected     []string       `json:"expected"`
		Came         []string       `json:"came"`
		State        movement.State `json:"state,omitempty"`
		ArrivalState movement.State `json:"arrivalState,omitempty"`
		Failures     []string       `json:"failures,omitempty"`
		Remarks      []string       `json:"remarks,omitempty"`
		Messages     []messageView  `json:"messages"`
		// Journal is there for steps that failed.
		Journal []movement.Entry `json:"journal,omitempty"`
	}
	messageView struct {
		Type     string       `json:"type"`
		From     string       `json:"from"`
		Side     message.Kind `json:"side"`
		Movement string       `json:"movement"`
		ID       string       `json:"id"`
		WireID   string       `json:"wireId,omitempty"`
		At       time.Time    `json:"at"`
		XML      string       `json:"xml,omitempty"`
	}
)

// WriteJSON writes results as JSON; with bodies, every message has its XML.
func WriteJSON(w io.Writer, results []Result, bodies bool) error {
	views := make([]caseView, len(results))
	for i, r := range results {
		views[i] = r.view(bodies)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Counts
		Scenarios []caseView `json:"scenarios"`
	}{Count(results), views})
}

func (r Result) view(bodies bool) caseView {
	v := caseView{
		ID: r.Scenario.ID, Title: r.Scenario.Title, Phase: r.Phase, APIVersion: r.Phase.APIVersion(),
		Mode: string(r.Scenario.Mode), File: r.Scenario.File, Verdict: r.Verdict, Trader: r.trader(), Began: r.Began, Seconds: r.Took.Seconds(),
		Simulator: r.Simulator, Movements: []sideView{}, Steps: []stepView{},
	}
	if bodies {
		v.Description = r.Scenario.Description
	}
	if r.Verdict != Passed {
		v.Failure = r.Failure()
	}
	for _, s := range r.Sides {
		v.Movements = append(v.Movements, sideView{Type: s.Kind, ID: s.ID, WireID: s.Wire, EORI: s.EORI, LRN: s.LRN, MRN: s.MRN, State: s.State})
	}
	for _, s := range r.Steps {
		v.Steps = append(v.Steps, s.view(bodies))
	}
	return v
}

// trader says who the trader was.
func (r Result) trader() string {
	if r.Watched {
		return "the trader's own software"
	}
	return "replay"
}

func (r StepResult) view(bodies bool) stepView {
	v := stepView{
		Number: r.Number, Text: r.Step.String(), Line: r.Line, Verdict: r.Verdict,
		Expected: orEmpty(r.Expected()), Came: orEmpty(r.Came()),
		State: r.States[message.Departure], ArrivalState: r.States[message.Arrival],
		Failures: r.Failures, Remarks: r.Remarks, Messages: []messageView{},
	}
	if !r.At.IsZero() {
		v.At = &r.At
	}
	if r.Verdict == Failed {
		v.Journal = r.Journal
	}
	for _, m := range r.Messages {
		v.Messages = append(v.Messages, m.view(bodies))
	}
	return v
}

func (m Message) view(body bool) messageView {
	v := messageView{Type: m.Type, From: m.from(), Side: m.Side, Movement: m.Movement, ID: m.ID, WireID: m.Wire, At: m.At}
	if body {
		v.XML = string(m.Body)
	}
	return v
}

func (m Message) from() string {
	if m.FromCustoms {
		return "customs"
	}
	return "trader"
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
