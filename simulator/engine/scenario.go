package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// Scenarios finds the scenarios of movements; *scenario.Library does.
type Scenarios interface {
	// Find gives the scenario of a new movement.
	Find(scenario.Query) scenario.Found
	// Get finds a scenario by its id.
	Get(id string) (*scenario.Scenario, bool)
}

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
		Text: "scenario " + m.Scenario + " goes on here", Why: fmt.Sprintf("%s %s with the same MRN follows it, and a step to come sends this message", keeper.Kind, keeper.ID),
	}}
}

// keeperOf finds the movement whose scenario a new arrival goes on with, nil if there is none. A header that names
// another scenario goes before it.
func (e *Engine) keeperOf(tx *store.Tx, s Submission) (keeper *movement.Movement, err error) {
	mrn := s.Document.Field(message.MRN)
	if s.Kind != message.Arrival || mrn == "" {
		return nil, nil
	}
	err = tx.EachByMRN(mrn, func(id string) (more bool, err error) {
		m, err := tx.Movement(id)
		if err != nil || !m.Script.Keeps() || s.Scenario != "" && s.Scenario != m.Scenario || e.Expired(*m) {
			return true, err
		}
		if run, ok := e.run(m); ok && run.Joins(s.Document.Type) {
			keeper = m
		}
		return keeper == nil, nil
	})
	return keeper, err
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

// entriesOf are the notes of a script as journal entries.
func entriesOf(notes []script.Note, movementID string, at time.Time) []movement.Entry {
	out := make([]movement.Entry, len(notes))
	for i, n := range notes {
		out[i] = movement.Entry{Movement: movementID, At: at, Kind: movement.EntryScenario, Step: n.Step, Mark: n.Mark, Text: n.Text, Why: n.Why}
	}
	return out
}

// outage is the fault that an attempt to create a movement meets, nil if it meets none: one of those with which its
// scenario begins, or one that waits at the other side of the journey. It counts the attempts of scenarios that begin with
// a fault; the number includes this one.
func (e *Engine) outage(ctx context.Context, s Submission, found scenario.Found) (fault *scenario.Fault, attempts int, err error) {
	if e.scenarios == nil || s.Fail {
		return nil, 0, nil
	}
	var keeper *movement.Movement
	err = e.store.View(func(tx *store.Tx) (err error) {
		keeper, err = e.keeperOf(tx, s)
		return err
	})
	sc := found.Scenario
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("look for faults: %w", err)
	case keeper != nil && len(keeper.Script.Faults) > 0:
		fault, err = e.meet(ctx, keeper.ID, scenario.CallSubmit)
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

// Delay waits as long as a fault delays a call; nil does not. Delays are in real time, whatever the simulator's clock: they
// are about the client's patience.
func Delay(ctx context.Context, f *scenario.Fault) {
	if f == nil || f.Delay <= 0 {
		return
	}
	delay := time.NewTimer(f.Delay)
	defer delay.Stop()
	select {
	case <-delay.C:
	case <-ctx.Done():
	}
}

// reference is what a further attempt has in common with this one.
func (s Submission) reference() string {
	if s.Kind == message.Arrival {
		return s.Document.Field(message.MRN)
	}
	return s.Document.Field(message.LRN)
}

// Fault is the fault that a call of a trader meets, nil if it meets none. Without a movement it is one about all
// movements of the trader. The fault is used up by the call.
func (e *Engine) Fault(ctx context.Context, call, eori, movementID string) (*scenario.Fault, error) {
	if e.scenarios == nil {
		return nil, nil
	}
	keeper := ""
	err := e.store.View(func(tx *store.Tx) (err error) {
		if tx.AnyFaults() {
			keeper, err = e.faulty(tx, call, eori, movementID)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for faults: %w", err)
	}
	if keeper == "" {
		return nil, nil
	}
	return e.meet(ctx, keeper, call)
}

// faulty is the movement at which a fault waits for a call, "" if there is none.
func (e *Engine) faulty(tx *store.Tx, call, eori, movementID string) (string, error) {
	keepers := tx.MovementsWithFaults(eori)
	if movementID != "" {
		m, err := tx.Movement(movementID)
		if isGone(err) || err == nil && m.EORI != eori {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		keepers = []string{cmp.Or(m.Script.Keeper, m.ID)}
	}
	for _, id := range keepers {
		m, err := tx.Movement(id)
		if isGone(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		if st, _ := e.waits(m, call); st != nil {
			return id, nil
		}
	}
	return "", nil
}

// waits is the fault that waits for a call at a movement, nil if there is none, and the script after the call.
func (e *Engine) waits(m *movement.Movement, call string) (*scenario.Step, movement.Script) {
	if len(m.Script.Faults) == 0 || e.Expired(*m) {
		return nil, m.Script
	}
	sc, ok := e.scenarios.Get(m.Scenario)
	if !ok || script.Version(sc) != m.Script.Version {
		return nil, m.Script
	}
	return script.Run{Scenario: sc, Keeper: m.Kind, At: m.Script}.Meet(call)
}

// meet lets a call meet a fault that waits at a movement, and writes that down.
func (e *Engine) meet(ctx context.Context, keeper, call string) (fault *scenario.Fault, err error) {
	var entry movement.Entry
	err = e.store.Update(ctx, func(tx *store.Tx) error {
		fault = nil
		m, err := tx.Movement(keeper)
		if isGone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		st, after := e.waits(m, call)
		sc, ok := e.scenarios.Get(m.Scenario)
		if st == nil || !ok {
			return nil
		}
		fault, m.Script = st.Fault, after
		m.Script.Changes++
		entry = met(m.ID, e.now(m), sc, st)
		if err := tx.PutMovement(m); err != nil {
			return err
		}
		return tx.AddEntry(&entry)
	})
	if err != nil {
		return nil, fmt.Errorf("take a fault: %w", err)
	}
	if fault != nil {
		e.feed.publish([]movement.Entry{entry})
	}
	return fault, nil
}

// met is the journal's line about a fault that was met.
func met(keeper string, at time.Time, sc *scenario.Scenario, st *scenario.Step) movement.Entry {
	return movement.Entry{
		Movement: keeper, At: at, Kind: movement.EntryScenario, Step: st.Number, Mark: movement.MarkMet,
		Text: fmt.Sprintf("%s met: %s", st, effectOf(st.Fault)), Why: whereIs(sc, st),
	}
}

func whereIs(sc *scenario.Scenario, st *scenario.Step) string {
	return fmt.Sprintf("scenario %s, %s:%d", sc.ID, sc.File, st.Line)
}

// effectOf says what a fault does to a call, or to a notification.
func effectOf(f *scenario.Fault) string {
	switch {
	case f.Drop:
		return "the notification gets lost"
	case f.Duplicate:
		return "there are two notifications"
	case f.Delay > 0 && f.Call == scenario.CallNotification:
		return fmt.Sprintf("the notification is sent %s later", f.Delay)
	case f.Status > 0:
		return fmt.Sprintf("the call is answered with %d", f.Status)
	case f.Delay > 0:
		return fmt.Sprintf("the call is answered %s later", f.Delay)
	}
	return "the connection is cut"
}
