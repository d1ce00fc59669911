package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
)

// overtaking is how much later a notification is sent, on the simulator's clock, that others are to overtake.
const overtaking = 5 * time.Second

// Call is a call of a client's software that may meet a fault.
type Call struct {
	// Name is one of scenario.Calls.
	Name         string
	EORI, Client string
	// Movement is the movement's id as it is in the path, "" if there is none.
	Movement string
}

// Strike is what a fault does to a call or to a notification.
type Strike struct {
	Rule movement.FaultRule
	// Delay is how much later the answer comes, or the notification is sent.
	Delay time.Duration
}

// Why says for journal and log which fault it was.
func (s Strike) Why() string {
	return fmt.Sprintf("fault %s struck, %d of %d calls that it has met", s.Rule.ID, s.Rule.Struck, s.Rule.Met)
}

// MeetFault is the fault that strikes a call, nil if none does. Of several that could the first decides; only those before it, and
// itself, have met the call.
func (e *Engine) MeetFault(ctx context.Context, c Call) (strike *Strike, err error) {
	if !e.interventions.any() {
		return nil, nil
	}
	// Most calls are none of the rules' business, and need not wait for the writer.
	concerned := false
	err = e.store.View(func(tx *store.Tx) error {
		rules, err := tx.FaultRules()
		for _, f := range rules {
			concerned = concerned || concerns(f, c)
		}
		return err
	})
	if err != nil || !concerned {
		return nil, err
	}
	err = e.store.Update(ctx, func(tx *store.Tx) (err error) {
		strike, err = e.meet(tx, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("meet a fault: %w", err)
	}
	return strike, nil
}

// meet counts the call with the faults that it meets, and returns what the one that strikes does.
func (e *Engine) meet(tx *store.Tx, c Call) (*Strike, error) {
	rules, err := tx.FaultRules()
	if err != nil {
		return nil, err
	}
	for _, f := range rules {
		if !concerns(f, c) {
			continue
		}
		f.Met++
		chance := e.source.Stream("fault", f.ID, strconv.Itoa(f.Met))
		strikes := f.Met > f.Skip && (f.Percent == 0 || chance.IntN(100) < f.Percent)
		if strikes {
			f.Struck++
		}
		if err := tx.PutFaultRule(f); err != nil {
			return nil, err
		}
		if strikes {
			return &Strike{Rule: f, Delay: delayOf(f, chance)}, nil
		}
	}
	return nil, nil
}

// concerns reports whether a fault could strike a call.
func concerns(f movement.FaultRule, c Call) bool {
	return !f.UsedUp() && (f.Call == c.Name || f.Call == "" && c.Name != scenario.CallNotification) &&
		(f.EORI == "" || f.EORI == c.EORI) && (f.Client == "" || f.Client == c.Client) && (f.Movement == "" || f.Movement == c.Movement)
}

// delayOf is a delay within the range of a fault, in milliseconds.
func delayOf(f movement.FaultRule, chance *clock.Stream) time.Duration {
	if f.Overtaken {
		return max(f.Delay, overtaking)
	}
	if f.DelayTo <= f.Delay {
		return f.Delay
	}
	return f.Delay + time.Duration(chance.IntN(int((f.DelayTo-f.Delay)/time.Millisecond)+1))*time.Millisecond
}

// Arm keeps a fault for the calls that come, gives it its ID and begins to count.
func (e *Engine) Arm(ctx context.Context, f movement.FaultRule) (movement.FaultRule, error) {
	f.Armed, f.Met, f.Struck = e.clock.Now(), 0, 0
	err := e.intervene(ctx, func(tx *store.Tx) (err error) {
		if f.ID, err = tx.NextIntervention(); err != nil {
			return err
		}
		return tx.PutFaultRule(f)
	})
	return f, err
}

// FaultRules are the faults that were asked for, used up or not, in that order.
func (e *Engine) FaultRules() (rules []movement.FaultRule, err error) {
	return store.Read(e.Read, (*store.Tx).FaultRules)
}

// Disarm takes a fault away, or with an empty id all. The error wraps store.ErrNotFound if there is none of the id.
func (e *Engine) Disarm(ctx context.Context, id string) error {
	return e.intervene(ctx, func(tx *store.Tx) error {
		if id != "" {
			return tx.DeleteFaultRule(id)
		}
		rules, err := tx.FaultRules()
		for _, f := range rules {
			err = errors.Join(err, tx.DeleteFaultRule(f.ID))
		}
		return err
	})
}

// intervene changes faults or holds, and looks again whether there are any.
func (e *Engine) intervene(ctx context.Context, change func(*store.Tx) error) error {
	err := e.store.Update(ctx, func(tx *store.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		e.interventions.changed(tx)
		return nil
	})
	return err
}
