package engine

import (
	"context"
	"fmt"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// Find is what comes of the header Gov-Test-Scenario of a submission that begins a movement, or of its content.
func (e *Engine) Find(s Submission) scenario.Found {
	switch {
	case e.scenarios == nil || s.Fail:
		return scenario.Found{}
	case s.Found != nil:
		return *s.Found
	}
	return e.scenarios.Find(scenario.Query{Header: s.Scenario, Phase: s.Phase, Document: s.Document})
}

// choose gives a new movement its scenario: that of the other side of its journey if it is awaited there, or the
// one that was found for it. What it returns is for the journal.
func (e *Engine) choose(tx *store.Tx, m *movement.Movement, s Submission, found scenario.Found, attempts int) ([]movement.Entry, error) {
	if e.scenarios == nil || s.Fail {
		return nil, nil
	}
	keeper, err := e.keeperOf(tx, s)
	if err != nil {
		return nil, err
	}
	if keeper != nil {
		return e.join(m, keeper), nil
	}
	sc := found.Scenario
	if sc == nil {
		if found.Why == "" {
			return nil, nil
		}
		return []movement.Entry{{Movement: m.ID, At: m.Created, Kind: movement.EntryNote, Text: "no scenario is followed", Why: found.Why}}, nil
	}
	m.Scenario, m.Mode = sc.ID, modeOf(sc, m.Phase)
	var notes []script.Note
	m.Script, notes = script.Begin(sc, m.Kind, attempts)
	entries := []movement.Entry{{
		Movement: m.ID, At: m.Created, Kind: movement.EntryScenario,
		Text: fmt.Sprintf("scenario %s begins: %s", sc.ID, sc.Title), Why: fmt.Sprintf("%s; %s:%d", found.Why, sc.File, sc.Line),
		Actor: movement.Trader, File: sc.File, Line: sc.Line,
	}}
	return append(entries, entriesOf(notes, m.ID, m.Created)...), nil
}

// modeOf says which business rules a scenario needs. Phase 6 has no choice.
func modeOf(s *scenario.Scenario, p message.Phase) string {
	if p != message.Phase5 {
		return ""
	}
	return string(s.Mode)
}

// join lets a new movement go on with the scenario of another one.
func (e *Engine) join(m, keeper *movement.Movement) []movement.Entry {
	m.Scenario, m.Mode = keeper.Scenario, keeper.Mode
	m.Script = movement.Script{Status: movement.Following, Keeper: keeper.ID}
	return []movement.Entry{{
		Movement: m.ID, At: m.Created, Kind: movement.EntryScenario,
		Actor: movement.Trader, Text: "scenario " + m.Scenario + " goes on here", Why: fmt.Sprintf("%s %s with the same MRN follows it, and a step to come sends this message", keeper.Kind, keeper.ID),
	}}
}

// keeperOf finds the movement whose scenario a new arrival goes on with, nil if there is none. A header that names
// another scenario goes before it.
func (e *Engine) keeperOf(tx *store.Tx, s Submission) (*movement.Movement, error) {
	mrn := s.Document.Field(message.MRN)
	if s.Kind != message.Arrival || mrn == "" {
		return nil, nil
	}
	for id := range tx.EachByMRN(mrn) {
		m, err := tx.Movement(id)
		if err != nil {
			return nil, err
		}
		if !m.Script.Keeps() || s.Scenario != "" && s.Scenario != m.Scenario || e.Expired(*m) {
			continue
		}
		if run, ok := e.run(m); ok && run.Joins(s.Document.Type) {
			return m, nil
		}
	}
	return nil, nil
}

// run is where the scenario stands that a movement keeps; false if it is not followed any more.
func (e *Engine) run(keeper *movement.Movement) (script.Run, bool) {
	sc, ok := e.scenarios.Get(keeper.Scenario)
	if !ok {
		return script.Run{}, false
	}
	run := script.Run{Scenario: sc, Keeper: keeper.Kind, At: keeper.Script}
	return run, run.Follows()
}

// outage is the fault that an attempt to create a movement meets, nil if it meets none: one of those with which its
// scenario begins, or one that waits at the other side of the journey. It counts the attempts of scenarios that begin with
// a fault; the number includes this one.
func (e *Engine) outage(ctx context.Context, s Submission, found scenario.Found) (fault *scenario.Fault, attempts int, err error) {
	if e.scenarios == nil || s.Fail {
		return nil, 0, nil
	}
	keeper, err := store.Read(e.store.View, func(tx *store.Tx) (*movement.Movement, error) { return e.keeperOf(tx, s) })
	sc := found.Scenario
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("look for faults: %w", err)
	case keeper != nil && len(keeper.Script.Faults) > 0:
		fault, err = e.takeFault(ctx, keeper.ID, scenario.CallSubmit)
		return fault, 0, err
	case keeper != nil, sc == nil || script.Outage(sc, 1) == nil:
		return nil, 0, nil
	}
	err = e.store.Update(ctx, func(tx *store.Tx) error {
		n, err := tx.Counter(strings.Join([]string{"submissions", sc.ID, s.EORI, s.reference()}, " "))
		attempts = int(n)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("count attempts: %w", err)
	}
	if st := script.Outage(sc, attempts); st != nil {
		fault = st.Fault
	}
	return fault, attempts, nil
}

// reference is what a further attempt has in common with this one.
func (s Submission) reference() string {
	if s.Kind == message.Arrival {
		return s.Document.Field(message.MRN)
	}
	return s.Document.Field(message.LRN)
}
