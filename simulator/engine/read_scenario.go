package engine

import (
	"nctsim/simulator/movement"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// readScenario finds out whether the movement follows a scenario, and where that stands.
func (e *Engine) readScenario(tx *store.Tx, c *eventContext) error {
	own := &c.current
	if own.Script.Status != movement.Following {
		return nil
	}
	f := &following{}
	keeper, other := own, own.Script.Partner
	if !own.Script.Keeps() {
		other = own.Script.Keeper
	}
	if other != "" {
		var err error
		if f.other, err = tx.Movement(other); err != nil && !isGone(err) {
			return err
		}
	}
	if !own.Script.Keeps() {
		keeper = f.other
	}
	switch {
	case keeper == nil:
		f.lost = "the movement that keeps the position is gone"
	case !takesPart(own, keeper):
		return nil
	default:
		e.findRun(f, c, keeper)
	}
	c.following = f
	return nil
}

// takesPart reports whether the script is about a movement: it keeps it, is the partner, or wants to become that.
func takesPart(own, keeper *movement.Movement) bool {
	if keeper.ID == own.ID {
		return true
	}
	return keeper.Script.Status == movement.Following && (keeper.Script.Partner == own.ID || own.Handled == 0)
}

func (e *Engine) findRun(f *following, c *eventContext, keeper *movement.Movement) {
	f.event = script.Event{Side: c.current.Kind, Kind: c.event.Kind, Name: c.event.Name, By: c.event.By}
	if keeper.ID != c.current.ID {
		f.event.Partner = c.current.ID
	}
	if e.scenarios == nil {
		f.lost = "there are no scenarios any more"
		return
	}
	sc, ok := e.scenarios.Get(keeper.Scenario)
	if !ok {
		f.lost = "the library has no such scenario any more"
		return
	}
	f.run = script.Run{Scenario: sc, Keeper: keeper.Kind, At: keeper.Script}
	if f.other == nil {
		f.run.At.Partner = "" // it was forgotten
	}
	if !f.run.Follows() {
		f.lost = sc.File + " has changed since the movement began"
		return
	}
	f.meaning = f.run.Meaning(f.event)
}
