package control

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/office"
	"nctsim/simulator/record"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
)

// Runs plays scenarios, each in a simulator of its own, and judges those that others play. Who starts the simulator gives it one
// (package replay), because it needs whole simulators.
type Runs interface {
	// Start begins to play a scenario in one of its phases. The error says why that is not possible now.
	Start(s *scenario.Scenario, o client.RunOptions) (client.Run, error)
	// All are the last runs, the newest first.
	All() []client.Run
	// Get is a run by its id; it waits until that is done, or the context ends.
	Get(ctx context.Context, id string) (client.Run, bool)
	// Report writes the report about a run that is done, in one of the formats of package client.
	Report(id, format string, w io.Writer) error
	// Judge says how movements have done that follow a scenario.
	Judge(s *scenario.Scenario, sides []record.Side, profile string) (client.Verdict, error)
}

// ErrBusy says that too many runs wait to be played, and ErrNoReport that there is none of a run.
var (
	ErrBusy     = errors.New("too many runs wait to be played")
	ErrNoReport = errors.New("there is no report about the run")
)

// RunVar is the name of a variable in the paths of the routes.
const RunVar = "run"

// noRuns is why nothing can be played here, nil if something can.
func (a *API) noRuns() error {
	if a.Runs == nil {
		return unknown("start it with nctsim serve, or use nctsim replay", "this simulator does not play scenarios")
	}
	return nil
}

// RunScenario begins to play a scenario of the library, or the one that is given.
func (a *API) RunScenario(r *http.Request, o client.RunOptions) (wire.Response, error) {
	id := pathVar(r, ScenarioVar)
	s, err := a.toRun(id, o)
	if err != nil {
		return wire.Response{}, err
	}
	switch {
	case o.Phase == 0:
		o.Phase = s.Phases[0]
	case !s.For(o.Phase):
		return wire.Response{}, bad("leave phase out for the first of the scenario", "scenario %s is not for phase %s", id, o.Phase)
	}
	if o.Profile != "" && !slices.Contains(office.Profiles, o.Profile) {
		return wire.Response{}, bad("choose one of "+strings.Join(office.Profiles, ", "), "there is no profile %q", o.Profile)
	}
	run, err := a.Runs.Start(s, o)
	if errors.Is(err, ErrBusy) {
		err = hinted(http.StatusServiceUnavailable, codeBusy, err, "try again in a moment")
	}
	return reply(http.StatusAccepted, run), err
}

func (a *API) toRun(id string, o client.RunOptions) (*scenario.Scenario, error) {
	if o.YAML == "" {
		s, known := a.Library.Get(id)
		if !known {
			return nil, a.noScenario(id)
		}
		return s, nil
	}
	files := scenario.Files{}
	for _, f := range o.Files {
		files[f.Name] = []byte(f.Text)
	}
	s, err := a.reader().Parse(id+".yaml", []byte(o.YAML), files)
	if err != nil {
		return nil, err
	}
	if s.ID != id {
		return nil, badScenario(scenario.Problems{idProblem(id+".yaml", []byte(o.YAML), s.ID, id)})
	}
	return s, nil
}

// ListRuns lists the last runs.
func (a *API) ListRuns(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	runs := slices.DeleteFunc(a.Runs.All(), func(run client.Run) bool { return q.Get("scenario") != "" && run.Scenario != q.Get("scenario") })
	return reply(http.StatusOK, client.Runs{Runs: orEmpty(runs)}), nil
}

// ShowRun shows a run, and waits for its end if the call says so.
func (a *API) ShowRun(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	wait, err := waitOf(q.Get("wait"))
	if err != nil {
		return wire.Response{}, err
	}
	ctx, cancel := a.waitingWith(r, wait)
	defer cancel()
	run, known := a.Runs.Get(ctx, pathVar(r, RunVar))
	if !known {
		return wire.Response{}, noRun(pathVar(r, RunVar))
	}
	return reply(http.StatusOK, run), nil
}

func noRun(id string) error {
	return unknown("GET /simulator/v1/runs lists the last runs", "there is no run %s", id)
}

// RunReport is the report about a run.
func (a *API) RunReport(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	types := map[string]string{
		client.ReportEvidence: "text/markdown; charset=utf-8", client.ReportJUnit: wire.TypeXML, client.ReportJSON: "application/json",
		client.ReportHTML: "text/html; charset=utf-8",
	}
	as := q.Get("as")
	if types[as] == "" {
		return wire.Response{}, bad("as is evidence, junit, json or html", "there is no report as %q", as)
	}
	id := pathVar(r, RunVar)
	if _, known := a.Runs.Get(done, id); !known {
		return wire.Response{}, noRun(id)
	}
	var body bytes.Buffer
	if err := a.Runs.Report(id, as, &body); errors.Is(err, ErrNoReport) {
		return wire.Response{}, hinted(http.StatusConflict, codeNotYet, err, "ask again when the run is done")
	} else if err != nil {
		return wire.Response{}, err
	}
	return wire.Response{Status: http.StatusOK, Type: types[as], Body: body.Bytes()}, nil
}

// done is a context that has ended: nothing is waited for.
var done = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Verdict judges a movement that follows a scenario.
func (a *API) Verdict(r *http.Request) (wire.Response, error) {
	id := pathVar(r, MovementVar)
	var sides []record.Side
	var s *scenario.Scenario
	err := a.Engine.Read(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil {
			return noMovement(id, err)
		}
		v, err := a.viewScripted(tx, m)
		if err != nil {
			return err
		}
		known := false
		if s, known = a.Library.Get(m.Scenario); !known || v.Script == nil {
			return &client.Error{
				Status: http.StatusConflict, Code: codeNotFound, Message: "movement " + id + " follows no scenario of the library",
				Hint: "send the header " + client.ScenarioHeader + ": ID with the first message, or an LRN that fits",
			}
		}
		for next := id; next != ""; {
			if m, err = tx.Movement(next); err != nil {
				return err
			}
			side, err := a.side(tx, m)
			if err != nil {
				return err
			}
			sides = append(sides, side)
			next = followerAfter(side, sides)
		}
		return nil
	})
	if err != nil {
		return wire.Response{}, err
	}
	v, err := a.Runs.Judge(s, sides, a.Office.Settings().Profile)
	return reply(http.StatusOK, v), err
}

// followerAfter is the other movement that follows the scenario, "" if there is none that is not there yet.
func followerAfter(side record.Side, there []record.Side) string {
	if side.Script == nil {
		return ""
	}
	for _, id := range []string{side.Script.Keeper, side.Script.Partner} {
		if id != "" && !slices.ContainsFunc(there, func(s record.Side) bool { return s.ID == id }) {
			return id
		}
	}
	return ""
}

// CheckScenario finds the mistakes of a scenario.
func (a *API) CheckScenario(r *http.Request) (wire.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	out := client.ScenarioCheck{Problems: scenario.Problems{}}
	s, err := a.Library.Check("scenario.yaml", body)
	var mistakes scenario.Problems
	switch {
	case errors.As(err, &mistakes):
		out.Problems = mistakes
	case err != nil:
		return wire.Response{}, err
	default:
		out.Valid, out.ID = true, s.ID
	}
	return reply(http.StatusOK, out), nil
}
