package engine

import (
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// Followed is how far a movement has come in its scenario.
type Followed struct {
	// Keeper is the movement that keeps the position, and Script the position. A keeper that is gone leaves the status.
	Keeper string
	Script movement.Script
	// Scenario is nil if the library does not have it any more as it was when the movement began.
	Scenario *scenario.Scenario
	// WaitsFor says what the script waits for, "" if it does not. Due is when it acts by itself, zero if it does not.
	WaitsFor string
	Due      time.Time
}

// Followed says how far a movement has come in its scenario; false if it never had one.
func (e *Engine) Followed(tx *store.Tx, m *movement.Movement) (Followed, bool, error) {
	if m.Script.Status == "" {
		return Followed{}, false, nil
	}
	keeper := m
	if m.Script.Keeper != "" {
		var err error
		if keeper, err = tx.Movement(m.Script.Keeper); isGone(err) {
			return Followed{Keeper: m.Script.Keeper, Script: m.Script}, true, nil
		} else if err != nil {
			return Followed{}, false, err
		}
	}
	f := Followed{Keeper: keeper.ID, Script: keeper.Script}
	if e.scenarios == nil {
		return f, true, nil
	}
	sc, ok := e.scenarios.Get(keeper.Scenario)
	if !ok || script.Version(sc) != keeper.Script.Version {
		return f, true, nil
	}
	f.Scenario = sc
	if keeper.Script.Status != movement.Following {
		return f, true, nil
	}
	f.WaitsFor = script.Run{Scenario: sc, Keeper: keeper.Kind, At: keeper.Script}.WaitsFor()
	var err error
	f.Due, err = nextScriptTime(tx, keeper)
	return f, true, err
}

// nextScriptTime is when the script acts by itself, on one movement or the other.
func nextScriptTime(tx *store.Tx, keeper *movement.Movement) (time.Time, error) {
	timers := keeper.Timers
	if id := keeper.Script.Partner; id != "" {
		partner, err := tx.Movement(id)
		switch {
		case err == nil:
			timers = append(timers[:len(timers):len(timers)], partner.Timers...)
		case !isGone(err):
			return time.Time{}, err
		}
	}
	for _, t := range timers {
		if t.Name == script.Timer {
			return t.Due, nil
		}
	}
	return time.Time{}, nil
}
