package engine

import (
	"cmp"
	"time"

	"nctsim/simulator/notify"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// notices are the notifications of what an event sends to the trader, on their way into the store.
type notices struct {
	posted []notify.Posted
	// keeper is the movement that keeps the position in the scenario, and faults are the steps whose faults have met the
	// notifications of the same place; nil for none.
	keeper   string
	scenario *scenario.Scenario
	faults   []*scenario.Step
	// sends says that something is to be sent after the commit.
	sends bool
}

// announce prepares the notifications of an event, before anything of the event is stored: it is faults that have waited
// before the event which they meet, and not those that wait because of it. nil if nobody is notified.
func (e *Engine) announce(tx *store.Tx, cs *changeSet) (*notices, error) {
	if e.notify == nil || cs.after.BoxID == "" || len(cs.sent) == 0 {
		return nil, nil
	}
	n := &notices{posted: make([]notify.Posted, len(cs.sent)), faults: make([]*scenario.Step, len(cs.sent))}
	n.keeper = cmp.Or(cs.movement.Script.Keeper, cs.movement.ID)
	if err := e.strike(tx, cs, n); err != nil {
		return nil, err
	}
	if e.scenarios == nil || !tx.AnyFaults() {
		return n, nil
	}
	keeper, err := tx.Movement(n.keeper)
	if isGone(err) {
		return n, nil
	}
	if err != nil {
		return nil, err
	}
	for i := range n.posted {
		st, after := e.waits(keeper, scenario.CallNotification)
		sc, ok := e.scenarios.Get(keeper.Scenario)
		if st == nil || !ok {
			break
		}
		n.faults[i], n.scenario, keeper.Script = st, sc, after
		n.posted[i] = notify.Posted{Lost: st.Fault.Drop, Twice: st.Fault.Duplicate, Later: st.Fault.Delay, Why: whereIs(sc, st)}
	}
	return n, nil
}

// strike lets the notifications of an event meet the faults that were asked for. Those of scenarios come after them.
func (e *Engine) strike(tx *store.Tx, cs *changeSet, n *notices) error {
	if cs.dry || !e.interventions.any() {
		return nil
	}
	box, err := tx.Box(cs.after.BoxID)
	if err != nil && !isGone(err) {
		return err
	}
	for i := range n.posted {
		s, err := e.meet(tx, Call{Name: scenario.CallNotification, EORI: cs.after.EORI, Client: box.ClientID, Movement: cs.after.ID})
		if err != nil {
			return err
		}
		if s != nil {
			n.posted[i] = notify.Posted{Lost: s.Rule.Drop, Twice: s.Rule.Duplicate, Later: s.Delay, Why: s.Why()}
		}
	}
	return nil
}

// post notifies of the messages that an event has led to, after all else of the event was stored, and uses up the faults
// that the notifications have met. The movement of h follows.
func (e *Engine) post(tx *store.Tx, cs *changeSet, n *notices, h *Result) error {
	if n == nil {
		return nil
	}
	for i, r := range h.Messages {
		n.posted[i].Record, n.posted[i].Body = r, cs.sent[i].body
	}
	for _, st := range n.faults {
		if st == nil {
			break
		}
		if err := n.useUp(tx, st, cs.now, h); err != nil {
			return err
		}
	}
	entries, sends, err := e.notify.Post(tx, h.Movement, n.posted)
	h.Entries = append(h.Entries, entries...)
	n.sends = sends
	return err
}

func (n *notices) useUp(tx *store.Tx, st *scenario.Step, now time.Time, h *Result) error {
	keeper, err := tx.Movement(n.keeper)
	if err != nil {
		return err
	}
	keeper.Script = script.UseUp(keeper.Script, st.Number-1)
	keeper.Script.Changes++
	if err := tx.PutMovement(keeper); err != nil {
		return err
	}
	if keeper.ID == h.Movement.ID {
		h.Movement.Script = keeper.Script
	}
	entry := faultEntry(keeper.ID, now, n.scenario, st)
	if err := tx.AddEntry(&entry); err != nil {
		return err
	}
	h.Entries = append(h.Entries, entry)
	return nil
}

// posted says after the commit that there is something to send.
func (e *Engine) posted(n *notices) {
	if n != nil && n.sends {
		e.notify.Wake()
	}
}
