package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// RunOptions say how a scenario is to be played.
type RunOptions struct {
	// Phase is the one to play it in, 0 for the first of the scenario.
	Phase message.Phase `json:"phase,omitempty"`
	// Seed is that of everything that looks random, 0 for 1. Profile is that of the simulator in which it is played, "" for
	// trader-test.
	Seed    uint64 `json:"seed,omitempty"`
	Profile string `json:"profile,omitempty"`
	// YAML is a scenario to play in the place of that of the library, with the Files beside it.
	YAML  string         `json:"yaml,omitempty"`
	Files []RecordedFile `json:"files,omitempty"`
}

// Verdicts of runs and of their steps.
const (
	VerdictPassed  = "passed"
	VerdictFailed  = "failed"
	VerdictSkipped = "skipped"
	// VerdictOpen: nothing can be said yet.
	VerdictOpen = "open"
)

// Run is a scenario that is played, or was, in a simulator of its own.
type Run struct {
	ID       string        `json:"id"`
	Scenario string        `json:"scenario"`
	Title    string        `json:"title"`
	Phase    message.Phase `json:"phase"`
	Profile  string        `json:"profile"`
	Seed     uint64        `json:"seed"`
	// Done says that it has come to its end. Verdict is open until then.
	Done    bool   `json:"done"`
	Verdict string `json:"verdict"`
	// Failure is the first thing that is wrong, in one line.
	Failure string `json:"failure,omitempty"`
	// Began is when, in real time, and Seconds how long it took.
	Began   time.Time `json:"began,omitzero"`
	Seconds float64   `json:"seconds"`
	// Reached is the number of the last step that is done.
	Reached int       `json:"reached"`
	Steps   []RunStep `json:"steps"`
}

// RunStep is a step of a run, or of a movement that follows a scenario.
type RunStep struct {
	Number  int    `json:"number"`
	Line    int    `json:"line"`
	Text    string `json:"text"`
	Verdict string `json:"verdict"`
	// At is when it was done, in the simulator's time.
	At *time.Time `json:"at,omitempty"`
	// Expected and Came are the messages of customs: "IE028", "IE025 >A".
	Expected []string `json:"expected"`
	Came     []string `json:"came"`
	// State and ArrivalState are those of the movements afterwards.
	State        movement.State `json:"state,omitempty"`
	ArrivalState movement.State `json:"arrivalState,omitempty"`
	Failures     []string       `json:"failures,omitempty"`
	Remarks      []string       `json:"remarks,omitempty"`
}

// Runs is a list of runs, the newest first.
type Runs struct {
	Runs []Run `json:"runs"`
}

// Verdict is how the trader's own software has done that follows a scenario with a movement.
type Verdict struct {
	Scenario string        `json:"scenario"`
	Phase    message.Phase `json:"phase"`
	// Movements are those that follow the scenario together.
	Movements []string  `json:"movements"`
	Verdict   string    `json:"verdict"`
	Failure   string    `json:"failure,omitempty"`
	Steps     []RunStep `json:"steps"`
}

// ScenarioCheck is what is wrong with the text of a scenario.
type ScenarioCheck struct {
	Valid bool `json:"valid"`
	// ID is that of a scenario without a mistake.
	ID       string            `json:"id,omitempty"`
	Problems scenario.Problems `json:"problems"`
}

// Formats of the report about a run.
const (
	ReportEvidence = "evidence" // Markdown with every message
	ReportJUnit    = "junit"
	ReportJSON     = "json"
	ReportHTML     = "html"
)

// RunScenario begins to play a scenario in a simulator of its own.
func (c Client) RunScenario(ctx context.Context, id string, o RunOptions) (Run, error) {
	return send[Run](ctx, c, http.MethodPost, below(scenariosPath, id, "runs"), o)
}

// Runs lists the last runs, those of one scenario or all for "".
func (c Client) Runs(ctx context.Context, scenarioID string) (Runs, error) {
	query := url.Values{}
	if scenarioID != "" {
		query.Set("scenario", scenarioID)
	}
	return get[Runs](ctx, c, withQuery(runsPath, query))
}

// Run shows a run; it waits in real time, no longer than wait, until the run has come to its end.
func (c Client) Run(ctx context.Context, id string, wait time.Duration) (Run, error) {
	query := url.Values{}
	if wait > 0 {
		query.Set("wait", wait.String())
	}
	return get[Run](ctx, c, withQuery(below(runsPath, id), query))
}

// RunReport is the report about a run that has come to its end, in one of the formats.
func (c Client) RunReport(ctx context.Context, id, format string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, withQuery(below(runsPath, id, "report"), url.Values{"as": {format}}), "", nil)
}

// Verdict judges a movement that follows a scenario.
func (c Client) Verdict(ctx context.Context, movementID string) (Verdict, error) {
	return get[Verdict](ctx, c, below(movementsPath, movementID, "verdict"))
}

// CheckScenario finds all mistakes in the text of a scenario.
func (c Client) CheckScenario(ctx context.Context, text []byte) (ScenarioCheck, error) {
	return call[ScenarioCheck](ctx, c, http.MethodPost, scenariosPath+"/check", typeYAML, text)
}
