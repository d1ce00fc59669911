package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/pattern"
)

// scenariosPath is where the scenarios are.
const scenariosPath = "scenarios"

// scenariosPage is the library.
type scenariosPage struct {
	Query, Phase, Kind string
	Rows               []scenarioRow
	Total              int
	Problems           []string
}

// scenarioRow is a scenario of the library with its last run.
type scenarioRow struct {
	client.Scenario
	Last *client.Run
}

// scenarios lists the library.
func (v *visit) scenarios() error {
	shown, total, problems, err := v.shownScenarios(v.r.URL.Query())
	if err != nil {
		return err
	}
	runs, err := v.client.Runs(v.ctx(), "")
	if err != nil && !client.IsNotFound(err) {
		return err
	}
	q := v.r.URL.Query()
	data := scenariosPage{Query: q.Get("q"), Phase: q.Get("phase"), Kind: q.Get("movement"), Total: total, Problems: problems}
	for _, s := range shown {
		row := scenarioRow{Scenario: s}
		if i := slices.IndexFunc(runs.Runs, func(r client.Run) bool { return r.Scenario == s.ID }); i >= 0 {
			row.Last = &runs.Runs[i]
		}
		data.Rows = append(data.Rows, row)
	}
	under := slices.ContainsFunc(data.Rows, func(r scenarioRow) bool { return r.Last != nil && !r.Last.Done })
	return v.show(page{Name: "scenarios", Title: "Scenarios", Area: areaScenarios, Ticks: under, Data: data})
}

// shownScenarios are those of the library that a query chooses, with the mistakes of files that were left out.
func (v *visit) shownScenarios(q url.Values) (shown []client.Scenario, total int, problems []string, err error) {
	library, err := v.client.Scenarios(v.ctx())
	if err != nil {
		return nil, 0, nil, err
	}
	for _, p := range library.Problems {
		problems = append(problems, p.Error())
	}
	text := strings.ToLower(strings.TrimSpace(q.Get("q")))
	for _, s := range library.Scenarios {
		inPhase := q.Get("phase") == "" || slices.ContainsFunc(s.Phases, func(p message.Phase) bool { return p.String() == q.Get("phase") })
		about := strings.ToLower(s.ID + " " + s.Title + " " + strings.Join(s.Messages, " "))
		if inPhase && strings.Contains(about, text) && (q.Get("movement") == "" || string(s.Movement) == q.Get("movement")) {
			shown = append(shown, s)
		}
	}
	return shown, len(library.Scenarios), problems, nil
}

// runShown plays all scenarios that a query chooses.
func (v *visit) runShown() error {
	q := url.Values{"q": {v.r.FormValue("q")}, "phase": {v.r.FormValue("phase")}, "movement": {v.r.FormValue("movement")}}
	shown, _, _, err := v.shownScenarios(q)
	if err != nil {
		return err
	}
	begun := outcome{}
	for _, s := range shown {
		if _, err := v.client.RunScenario(v.ctx(), s.ID, client.RunOptions{}); err != nil {
			begun.Bad = true
			begun.Items = append(begun.Items, item{Text: s.ID + ": " + err.Error()})
			break
		}
	}
	begun.Text = fmt.Sprintf("%d scenarios are played, two at a time", len(shown)-len(begun.Items))
	return v.done(withQuery(scenariosPath, q), begun)
}

// scenarioPage is one scenario with its runs.
type scenarioPage struct {
	client.ScenarioDetail
	Lines []string
	Runs  []client.Run
	// Last is the run whose steps are shown.
	Last *client.Run
	// Followers are the last movements that follow it, with their verdicts.
	Followers []follower
	// Edited is what somebody has written into the editor.
	Edited string
}

// scenario shows one scenario.
func (v *visit) scenario() error {
	return v.showScenario(v.r.PathValue("id"), "", nil)
}

func (v *visit) showScenario(id, edited string, problems []problem) error {
	s, err := v.client.Scenario(v.ctx(), id)
	if err != nil {
		return err
	}
	runs, err := v.client.Runs(v.ctx(), id)
	if err != nil && !client.IsNotFound(err) {
		return err
	}
	data := scenarioPage{ScenarioDetail: s, Lines: strings.Split(strings.TrimRight(s.YAML, "\n"), "\n"), Runs: runs.Runs, Edited: cmp.Or(edited, s.YAML)}
	if len(runs.Runs) > 0 {
		data.Last = &runs.Runs[0]
	}
	if data.Followers, err = v.followers(id); err != nil {
		return err
	}
	if i := slices.IndexFunc(runs.Runs, func(r client.Run) bool { return r.ID == v.r.URL.Query().Get("run") }); i >= 0 {
		data.Last = &runs.Runs[i]
	}
	p := page{Name: "scenario", Title: s.ID, Area: areaScenarios, Problems: problems, Still: problems != nil, Data: data}
	p.Ticks = problems == nil && data.Last != nil && !data.Last.Done
	return v.show(p)
}

// follower is a movement with which somebody follows a scenario.
type follower struct {
	client.Movement
	Verdict client.Verdict
}

// Called is what the movement is called.
func (f follower) Called() string { return called(f.Movement) }

// mostFollowers is how many movements are judged on a page.
const mostFollowers = 5

// followers are the last movements that follow a scenario.
func (v *visit) followers(id string) ([]follower, error) {
	list, err := v.client.Movements(v.ctx(), client.MovementQuery{Scenario: id, Limit: mostFollowers})
	if err != nil {
		return nil, err
	}
	var out []follower
	for _, m := range list.Movements {
		if m.Script == nil || m.Script.Keeper != "" {
			continue // the other movement of the two has the verdict
		}
		verdict, err := v.client.Verdict(v.ctx(), m.ID)
		var refused *client.Error
		if errors.As(err, &refused) && refused.Status < http.StatusInternalServerError {
			continue // it is gone, or the simulator judges nothing
		}
		if err != nil {
			return nil, err
		}
		out = append(out, follower{m, verdict})
	}
	return out, nil
}

// patience is how long a form waits for the end of a run, in real time; of a longer one the page shows step by step.
const patience = 500 * time.Millisecond

// runScenario plays a scenario and shows what came of it.
func (v *visit) runScenario() error {
	id := v.r.PathValue("id")
	begun, err := v.client.RunScenario(v.ctx(), id, client.RunOptions{Profile: v.r.FormValue("profile")})
	if err != nil {
		return err
	}
	run, err := v.client.Run(v.ctx(), begun.ID, patience)
	if err != nil {
		return err
	}
	return v.done(scenariosPath+"/"+url.PathEscape(id)+"?run="+run.ID, told(run))
}

// told is what a run has come to.
func told(run client.Run) outcome {
	if !run.Done {
		return outcome{Text: run.Scenario + " has begun"}
	}
	return outcome{Text: run.Scenario + " " + run.Verdict, Bad: run.Verdict != client.VerdictPassed, Items: itemsOf(run.Failure)}
}

func itemsOf(text string) []item {
	if text == "" {
		return nil
	}
	return []item{{Text: text}}
}

// newScenarioPage is the form for a scenario of one's own.
type newScenarioPage struct{ Text string }

// firstText is what the form for a new scenario begins with: one that passes as it is.
const firstText = `id: MY-SCENARIO
title: "Simplified departure: controlled, then released"
movement: departure
phases: [5]
steps:
  - trader: { send: IE015, from: ie015-simplified-gb-xi }
    expect: [IE928, IE028]
    state: accepted
  - officer: control
    with: { controls: [{ type: 40 }] }
    expect: [IE060]
  - officer: release
    expect: [IE029]
    state: released
end: released
`

// newScenario shows the form for a new scenario, which may begin with another one.
func (v *visit) newScenario() error {
	text := firstText
	if from := v.r.URL.Query().Get("from"); from != "" {
		s, err := v.client.Scenario(v.ctx(), from)
		if err != nil {
			return err
		}
		text = ownID().ReplaceAllString(s.YAML, "${1}MY-"+s.ID)
	}
	return v.showNewScenario(text, nil)
}

// ownID is the line of a scenario that says its id.
var ownID = pattern.New(`(?m)^(id: *)\S+`)

func (v *visit) showNewScenario(text string, problems []problem) error {
	return v.show(page{Name: "scenario-new", Title: "New scenario", Area: areaScenarios, Still: true, Problems: problems, Data: newScenarioPage{text}})
}

// addScenario checks a new scenario, and puts it into the library.
func (v *visit) addScenario() error {
	return v.keepScenario(v.showNewScenario)
}

// saveScenario checks what was written, and puts it into the library.
func (v *visit) saveScenario() error {
	return v.keepScenario(func(text string, problems []problem) error {
		return v.showScenario(v.r.PathValue("id"), text, problems)
	})
}

// keepScenario puts the text of a form into the library, or shows what is wrong with it.
func (v *visit) keepScenario(wrong func(text string, problems []problem) error) error {
	text := strings.ReplaceAll(v.r.FormValue("yaml"), "\r\n", "\n")
	found, err := v.client.CheckScenario(v.ctx(), []byte(text))
	if err != nil {
		return err
	}
	if !found.Valid {
		var problems []problem
		for _, p := range found.Problems {
			said := fmt.Sprintf("Line %d: %s", p.Line, p.Text)
			if p.Hint != "" {
				said += "; " + p.Hint
			}
			problems = append(problems, problem{"yaml", said})
		}
		return wrong(text, problems)
	}
	if _, err := v.client.PutScenario(v.ctx(), found.ID, []byte(text)); err != nil {
		var refused *client.Error
		if errors.As(err, &refused) && refused.Status == http.StatusUnprocessableEntity {
			return wrong(text, []problem{{"yaml", sentence(refused.Message)}})
		}
		return err
	}
	return v.done(scenariosPath+"/"+url.PathEscape(found.ID), outcome{Text: found.ID + " is in the library until the simulator ends"})
}

// runReport is a report about a run to download.
func (v *visit) runReport() error {
	id, as := v.r.PathValue("run"), v.r.PathValue("as")
	text, err := v.client.RunReport(v.ctx(), id, as)
	if err != nil {
		return err
	}
	ending := map[string]string{client.ReportJUnit: "xml", client.ReportJSON: "json", client.ReportEvidence: "md"}[as]
	if ending == "" {
		return v.noPage()
	}
	return v.file("run-"+id+"."+ending, text)
}

// file answers with a text to download.
func (v *visit) file(name string, text []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	h.Set("Cache-Control", "no-store")
	_, _ = v.w.Write(text)
	return nil
}

// recordPage is a movement as a scenario.
type recordPage struct {
	client.Recording
	Movement client.Movement
	Run      *client.Run
}

// record shows a movement as a scenario.
func (v *visit) record() error {
	id := v.r.PathValue("id")
	m, err := v.client.Movement(v.ctx(), id)
	if err != nil {
		return err
	}
	r, err := v.client.Recording(v.ctx(), id, client.RecordingOptions{})
	if err != nil {
		return err
	}
	data := recordPage{Recording: r, Movement: m.Movement}
	if run := v.r.URL.Query().Get("run"); run != "" {
		if found, err := v.client.Run(v.ctx(), run, 0); err == nil {
			data.Run = &found
		}
	}
	return v.show(page{
		Name: "record", Title: "Record " + called(m.Movement), Area: areaMovements, Follows: r.Movements, Ticks: data.Run != nil && !data.Run.Done, Data: data,
	})
}

// replayRecording plays the recording of a movement.
func (v *visit) replayRecording() error {
	id := v.r.PathValue("id")
	r, err := v.client.Recording(v.ctx(), id, client.RecordingOptions{})
	if err != nil {
		return err
	}
	about, err := v.client.Info(v.ctx())
	if err != nil {
		return err
	}
	begun, err := v.client.RunScenario(v.ctx(), r.ID, client.RunOptions{YAML: r.YAML, Files: r.Files, Profile: profileFor(r, about.Profile)})
	if err != nil {
		return err
	}
	run, err := v.client.Run(v.ctx(), begun.ID, patience)
	if err != nil {
		return err
	}
	return v.done("movements/"+url.PathEscape(id)+"/record?run="+run.ID, told(run))
}

// profileFor is the profile to replay a recording in: that of the simulator, which takes goods from elsewhere if it has taken
// these, and otherwise the one of every replay.
func profileFor(r client.Recording, here string) string {
	if len(r.Movements) == 1 && strings.Contains(r.YAML, "\nmovement: arrival\n") {
		return here
	}
	return ""
}

// recorded is the recording of a movement, or a message of it, to download.
func (v *visit) recorded() error {
	r, err := v.client.Recording(v.ctx(), v.r.PathValue("id"), client.RecordingOptions{})
	if err != nil {
		return err
	}
	name := v.r.PathValue("file")
	if name == "scenario.yaml" {
		return v.file(r.ID+".yaml", []byte(r.YAML))
	}
	for _, f := range r.Files {
		if strings.TrimPrefix(f.Name, r.ID+"/") == name {
			return v.file(name, []byte(f.Text))
		}
	}
	return v.noPage()
}
