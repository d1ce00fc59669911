package store

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"nctsim/simulator/movement"
)

// Keys of the bucket of interventions begin with what they are of; the number of their ID follows, behind that of the movement if
// they belong to one.
const (
	faultRule = 'f'
	holdRule  = 'h'
	heldEvent = 'w'
)

// ruleKey is the key of a rule; nil if there cannot be one of that id.
func ruleKey(letter byte, id string) []byte {
	n, err := strconv.ParseUint(id, 10, 63)
	if err != nil || n == 0 || strconv.FormatUint(n, 10) != id {
		return nil
	}
	return append([]byte{letter}, numberKey(n)...)
}

// heldKey leads to a held event of a movement.
func heldKey(movementNumber number, id string) []byte {
	rule := ruleKey(heldEvent, id)
	if rule == nil {
		return nil
	}
	return slices.Concat([]byte{heldEvent}, numberKey(movementNumber), rule[1:])
}

// NextIntervention returns "1", "2", … for new rules and held events.
func (tx *Tx) NextIntervention() (string, error) {
	n, err := tx.next(interventionBucket)
	return strconv.FormatUint(n, 10), err
}

// PutFaultRule stores a fault, or replaces the one of the same ID.
func (tx *Tx) PutFaultRule(f movement.FaultRule) error {
	return putIntervention(tx, ruleKey(faultRule, f.ID), f.ID, &f)
}

// FaultRules returns the faults in the order of their IDs.
func (tx *Tx) FaultRules() ([]movement.FaultRule, error) {
	return decoded(tx, interventionBucket, []byte{faultRule}, "fault", 0, decodeRecord[movement.FaultRule])
}

// DeleteFaultRule takes a fault away; the error wraps ErrNotFound if there is none.
func (tx *Tx) DeleteFaultRule(id string) error {
	return tx.deleteIntervention("fault", ruleKey(faultRule, id), id)
}

// PutHoldRule stores a rule, or replaces the one of the same ID.
func (tx *Tx) PutHoldRule(r movement.HoldRule) error {
	return putIntervention(tx, ruleKey(holdRule, r.ID), r.ID, &r)
}

// HoldRules returns the rules by which events are held, in the order of their IDs.
func (tx *Tx) HoldRules() ([]movement.HoldRule, error) {
	return decoded(tx, interventionBucket, []byte{holdRule}, "hold", 0, decodeRecord[movement.HoldRule])
}

// DeleteHoldRule takes a rule away; what it holds stays held. The error wraps ErrNotFound if there is none.
func (tx *Tx) DeleteHoldRule(id string) error {
	return tx.deleteIntervention("hold", ruleKey(holdRule, id), id)
}

// PutHeld stores an event that is held. The error wraps ErrNotFound when its movement is unknown.
func (tx *Tx) PutHeld(h movement.HeldEvent) error {
	n, err := tx.lookup(h.Event.Movement)
	if err != nil {
		return fmt.Errorf("hold event %s: %w", h.Event.Name, err)
	}
	return putIntervention(tx, heldKey(n, h.ID), h.ID, &h)
}

// Held returns the events of a movement that are held, or with an empty id those of all movements, in the order in which they
// were held. The error wraps ErrNotFound when the movement is unknown.
func (tx *Tx) Held(movementID string) ([]movement.HeldEvent, error) {
	prefix := []byte{heldEvent}
	if movementID != "" {
		n, err := tx.lookup(movementID)
		if err != nil {
			return nil, err
		}
		prefix = append(prefix, numberKey(n)...)
	}
	held, err := decoded(tx, interventionBucket, prefix, "held event", 0, decodeRecord[movement.HeldEvent])
	slices.SortStableFunc(held, func(a, b movement.HeldEvent) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return held, err
}

// DeleteHeld forgets that an event is held; the error wraps ErrNotFound if it is not.
func (tx *Tx) DeleteHeld(h movement.HeldEvent) error {
	n, err := tx.lookup(h.Event.Movement)
	if err != nil {
		return err
	}
	return tx.deleteIntervention("held event", heldKey(n, h.ID), h.ID)
}

// deleteHeld forgets what is held of a movement.
func (tx *Tx) deleteHeld(n number) error {
	for _, k := range tx.keysOf(interventionBucket, append([]byte{heldEvent}, numberKey(n)...)) {
		if err := tx.delete(interventionBucket, k); err != nil {
			return err
		}
	}
	return nil
}

// AnyInterventions reports whether faults, rules or held events are there.
func (tx *Tx) AnyInterventions() bool {
	k, _ := tx.bucket(interventionBucket).Cursor().First()
	return k != nil
}

func putIntervention[T any](tx *Tx, key []byte, id string, v *T) error {
	if key == nil {
		return fmt.Errorf("store intervention: its id is %q", id)
	}
	record, err := encodeRecord(256, v)
	if err != nil {
		return err
	}
	return tx.put(interventionBucket, key, record)
}

func (tx *Tx) deleteIntervention(what string, key []byte, id string) error {
	if key == nil || tx.get(interventionBucket, key) == nil {
		return fmt.Errorf("%s %s: %w", what, id, ErrNotFound)
	}
	return tx.delete(interventionBucket, key)
}

// checkInterventions reads all of them and makes sure that held events belong to movements that are there.
func (c *checker) checkInterventions() error {
	return c.each(interventionBucket, func(k, v []byte) error {
		switch k[0] {
		case faultRule:
			_, err := decodeRecord[movement.FaultRule]("fault", v)
			return err
		case holdRule:
			_, err := decodeRecord[movement.HoldRule]("hold", v)
			return err
		case heldEvent:
			h, err := decodeRecord[movement.HeldEvent]("held event", v)
			if err != nil {
				return err
			}
			n, err := c.tx.lookup(h.Event.Movement)
			if err == nil && !bytes.Equal(heldKey(n, h.ID), k) {
				err = fmt.Errorf("it has held event %s of movement %s", h.ID, h.Event.Movement)
			}
			return err
		}
		return fmt.Errorf("its letter is unknown")
	})
}
