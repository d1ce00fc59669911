package engine

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// FaultError says that a call has met a fault of a scenario which ends it, so that nothing came of the call.
type FaultError struct{ Fault *scenario.Fault }

func (e *FaultError) Error() string { return "a fault of a scenario: " + effectOf(e.Fault) }

// Delay waits as long as a fault delays a call. Delays are in real time, whatever the simulator's clock: they are about the
// client's patience.
func Delay(ctx context.Context, by time.Duration) {
	if by <= 0 {
		return
	}
	delay := time.NewTimer(by)
	defer delay.Stop()
	select {
	case <-delay.C:
	case <-ctx.Done():
	}
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
	return e.takeFault(ctx, keeper, call)
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

// takeFault takes the fault that waits for a call at a movement, nil if there is none, and writes that down.
func (e *Engine) takeFault(ctx context.Context, keeper, call string) (fault *scenario.Fault, err error) {
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
		entry = faultEntry(m.ID, e.now(m), sc, st)
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

// faultEntry is the journal's line about a fault that was met.
func faultEntry(keeper string, at time.Time, sc *scenario.Scenario, st *scenario.Step) movement.Entry {
	return movement.Entry{
		Movement: keeper, At: at, Kind: movement.EntryScenario, Step: st.Number, Mark: movement.MarkMet, File: sc.File, Line: st.Line,
		Actor: movement.ScenarioParty,
		Text:  fmt.Sprintf("%s met: %s", st, effectOf(st.Fault)), Why: whereIs(sc, st),
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
