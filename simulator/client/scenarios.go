package client

import (
	"context"
	"net/http"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// Scenario is a scenario in a list.
type Scenario struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Tags  []string `json:"tags,omitempty"`
	// Messages are the IE codes of what either side sends, in the order in which they come up.
	Messages []string        `json:"messages"`
	Movement message.Kind    `json:"movement"`
	Phases   []message.Phase `json:"phases"`
	Mode     scenario.Mode   `json:"mode"`
	Match    Match           `json:"match"`
	// Length is the number of steps.
	Length int            `json:"length"`
	End    movement.State `json:"end"`
	File   string         `json:"file"`
	Line   int            `json:"line"`
}

// Match is how movements find a scenario besides the header: an LRN that fits, or fields that all fit. They are regular
// expressions; those of fields are by path.
type Match struct {
	LRN    string            `json:"lrn,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

// Step is a step of a scenario.
type Step struct {
	// Number counts from 1.
	Number int           `json:"number"`
	Line   int           `json:"line"`
	Form   scenario.Form `json:"form"`
	Text   string        `json:"text"`
	// After is a duration: "2s".
	After string `json:"after,omitempty"`
	// Expect are the messages that customs sends.
	Expect       []string       `json:"expect"`
	State        movement.State `json:"state,omitempty"`
	ArrivalState movement.State `json:"arrivalState,omitempty"`
}

// ScenarioDetail is everything about one scenario, its text included.
type ScenarioDetail struct {
	Scenario
	Description string `json:"description"`
	Steps       []Step `json:"steps"`
	YAML        string `json:"yaml"`
}

// ScenarioOf is a scenario as the control API lists it.
func ScenarioOf(s *scenario.Scenario) Scenario {
	out := Scenario{
		ID: s.ID, Title: s.Title, Tags: s.Tags, Messages: s.Messages(), Movement: s.Movement, Phases: s.Phases, Mode: s.Mode,
		Length: len(s.Steps), End: s.End, File: s.File, Line: s.Line,
	}
	if s.Match.LRN != nil {
		out.Match.LRN = s.Match.LRN.String()
	}
	for _, f := range s.Match.Fields {
		if out.Match.Fields == nil {
			out.Match.Fields = map[string]string{}
		}
		out.Match.Fields[f.Path] = f.Pattern.String()
	}
	return out
}

// DetailOf is a scenario as the control API shows it.
func DetailOf(s *scenario.Scenario) ScenarioDetail {
	out := ScenarioDetail{Scenario: ScenarioOf(s), Description: s.Description, Steps: []Step{}, YAML: string(s.Text)}
	for _, st := range s.Steps {
		step := Step{
			Number: st.Number, Line: st.Line, Form: st.Form, Text: st.String(), Expect: []string{},
			State: st.State, ArrivalState: st.ArrivalState,
		}
		if st.After > 0 {
			step.After = st.After.String()
		}
		for _, e := range st.Expect {
			step.Expect = append(step.Expect, e.String())
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// Scenarios is the library, and the mistakes of the files that were left out.
type Scenarios struct {
	Scenarios []Scenario        `json:"scenarios"`
	Problems  scenario.Problems `json:"problems"`
}

// Scenarios lists the library.
func (c Client) Scenarios(ctx context.Context) (Scenarios, error) {
	return get[Scenarios](ctx, c, scenariosPath)
}

// Scenario shows one scenario.
func (c Client) Scenario(ctx context.Context, id string) (ScenarioDetail, error) {
	return get[ScenarioDetail](ctx, c, below(scenariosPath, id))
}

// PutScenario puts a scenario, as YAML, into the library until the simulator ends, in the place of one with its id.
func (c Client) PutScenario(ctx context.Context, id string, text []byte) (ScenarioDetail, error) {
	return call[ScenarioDetail](ctx, c, http.MethodPut, below(scenariosPath, id), typeYAML, text)
}

// DeleteScenario takes a scenario out of the library.
func (c Client) DeleteScenario(ctx context.Context, id string) error {
	_, err := c.do(ctx, http.MethodDelete, below(scenariosPath, id), "", nil)
	return err
}
