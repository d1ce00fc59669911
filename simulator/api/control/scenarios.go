package control

import (
	"fmt"
	"net/http"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
	"nctsim/simulator/scenario"
)

// Library is the scenarios that the control API shows and changes; *scenario.Library is one.
type Library interface {
	All() []*scenario.Scenario
	Get(id string) (*scenario.Scenario, bool)
	Suggest(id string) string
	Problems() scenario.Problems
	Check(name string, text []byte) (*scenario.Scenario, error)
	Put(name string, text []byte) (*scenario.Scenario, error)
	Delete(id string) bool
}

// noScenarios is the library of a simulator that knows no scenarios.
type noScenarios struct{}

var errNoScenarios = unknown("start it with nctsim serve", "this simulator knows no scenarios")

func (noScenarios) All() []*scenario.Scenario                        { return nil }
func (noScenarios) Get(string) (*scenario.Scenario, bool)            { return nil, false }
func (noScenarios) Suggest(string) string                            { return "" }
func (noScenarios) Problems() scenario.Problems                      { return nil }
func (noScenarios) Check(string, []byte) (*scenario.Scenario, error) { return nil, errNoScenarios }
func (noScenarios) Put(string, []byte) (*scenario.Scenario, error)   { return nil, errNoScenarios }
func (noScenarios) Delete(string) bool                               { return false }

// Scenarios lists the library, and the mistakes of the files that were left out.
func (a *API) Scenarios(r *http.Request) (wire.Response, error) {
	views := []client.Scenario{}
	for _, s := range a.Library.All() {
		views = append(views, client.ScenarioOf(s))
	}
	return reply(http.StatusOK, client.Scenarios{Scenarios: views, Problems: orEmpty(a.Library.Problems())}), nil
}

// Scenario shows one scenario.
func (a *API) Scenario(r *http.Request) (wire.Response, error) {
	id := pathVar(r, ScenarioVar)
	s, ok := a.Library.Get(id)
	if !ok {
		return wire.Response{}, a.noScenario(id)
	}
	return reply(http.StatusOK, client.DetailOf(s)), nil
}

func (a *API) noScenario(id string) error {
	hint := "GET /simulator/v1/scenarios lists the scenarios"
	if near := a.Library.Suggest(id); near != "" {
		hint = "did you mean " + near
	}
	return unknown(hint, "there is no scenario %s", id)
}

// PutScenario takes a scenario as YAML and puts it into the library until the simulator ends, in the place of one
// with its id.
func (a *API) PutScenario(r *http.Request) (wire.Response, error) {
	id := pathVar(r, ScenarioVar)
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	name := id + ".yaml"
	s, err := a.Library.Check(name, body)
	if err != nil {
		return wire.Response{}, err
	}
	if s.ID != id {
		return wire.Response{}, badScenario(scenario.Problems{idProblem(name, body, s.ID, id)})
	}
	status := http.StatusCreated
	if _, known := a.Library.Get(id); known {
		status = http.StatusOK
	}
	if s, err = a.Library.Put(name, body); err != nil {
		return wire.Response{}, err
	}
	a.Engine.Report(r.Context(), movement.EntryScenarios, "scenario "+id+" was put into the library", "by the control API")
	return reply(status, client.DetailOf(s)), nil
}

// idLine is the line of a scenario's id.
var idLine = pattern.New(`(?m)^\s*id\s*:.*$`)

// idProblem says that a scenario has another id than the path.
func idProblem(name string, text []byte, is, path string) scenario.Problem {
	p := scenario.Problem{
		File: name, Line: 1, Column: 1, Text: fmt.Sprintf("the id is %s, but the path says %s", is, path),
		Hint: "PUT it to /simulator/v1/scenarios/" + is,
	}
	if at := idLine().FindIndex(text); at != nil {
		before := string(text[:at[0]])
		p.Line = strings.Count(before, "\n") + 1
		p.Source = string(text[at[0]:at[1]])
		p.Column = len(p.Source) - len(strings.TrimLeft(p.Source, " \t")) + 1
	}
	return p
}

// DeleteScenario takes a scenario out of the library.
func (a *API) DeleteScenario(r *http.Request) (wire.Response, error) {
	id := pathVar(r, ScenarioVar)
	if !a.Library.Delete(id) {
		return wire.Response{}, a.noScenario(id)
	}
	a.Engine.Report(r.Context(), movement.EntryScenarios, "scenario "+id+" was taken out of the library", "by the control API")
	return wire.Empty(http.StatusNoContent), nil
}

func badScenario(mistakes scenario.Problems) *client.Error {
	text := "the scenario has a mistake"
	if len(mistakes) > 1 {
		text = fmt.Sprintf("the scenario has %d mistakes", len(mistakes))
	}
	return &client.Error{
		Status: http.StatusUnprocessableEntity, Code: codeBadScenario, Message: text + ": " + mistakes[0].Error(),
		Hint: "correct what is listed; docs/scenarios.md is the reference", Problems: mistakes,
	}
}

// scenarioChoices lists how movements find their scenarios.
func (a *API) scenarioChoices() []client.Choice {
	choices := []client.Choice{
		{When: "the POST that creates a movement has the header " + client.ScenarioHeader, Then: "the scenario with that id, if it begins with the message in that phase; otherwise none"},
		{When: "an IE007 has the MRN of a movement whose scenario sends an IE007", Then: "the scenario of that movement"},
	}
	for _, s := range a.Library.All() {
		if s.Match.LRN != nil {
			choices = append(choices, client.Choice{When: "LRN matches " + s.Match.LRN.String(), Then: s.ID})
		}
		var fields []string
		for _, f := range s.Match.Fields {
			fields = append(fields, f.Path+" matches "+f.Pattern.String())
		}
		if len(fields) > 0 {
			choices = append(choices, client.Choice{When: strings.Join(fields, " and "), Then: s.ID})
		}
	}
	return choices
}
