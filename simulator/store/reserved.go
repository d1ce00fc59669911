package store

import (
	"fmt"

	"nctsim/simulator/movement"
)

// Reserved returns what all movements together have reserved of a guarantee, one sum for each currency, in the order of
// currencies. It costs the same however many movements there are.
func (tx *Tx) Reserved(grn string) ([]movement.Reservation, error) {
	var out []movement.Reservation
	prefix := reservedPrefix(grn)
	for k, v := range tx.under(counterBucket, prefix) {
		sum, err := sumOf(v)
		if err != nil {
			return nil, err
		}
		out = append(out, movement.Reservation{GRN: grn, Amount: sum.String(), Currency: string(k[len(prefix):])})
	}
	return out, nil
}

// sumOf reads a sum; that there is none is 0.
func sumOf(v []byte) (movement.Decimal, error) {
	if v == nil {
		return movement.Decimal{}, nil
	}
	sum, err := movement.ParseDecimal(string(v))
	if err != nil {
		return movement.Decimal{}, fmt.Errorf("%w: reserved: %w", ErrDamaged, err)
	}
	return sum, nil
}

// reserve keeps the sums when a movement has reserved something else than before.
func (tx *Tx) reserve(before, after []movement.Reservation) error {
	changed := map[string]movement.Decimal{}
	for _, r := range before {
		key := string(reservedKey(r.GRN, r.Currency))
		changed[key] = changed[key].Minus(r.Sum())
	}
	for _, r := range after {
		key := string(reservedKey(r.GRN, r.Currency))
		changed[key] = changed[key].Plus(r.Sum())
	}
	for key, by := range changed {
		if by.Sign() == 0 {
			continue
		}
		if err := tx.addReserved([]byte(key), by); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) addReserved(key []byte, by movement.Decimal) error {
	sum, err := sumOf(tx.get(counterBucket, key))
	if err != nil {
		return err
	}
	if sum = sum.Plus(by); sum.Sign() == 0 {
		return tx.delete(counterBucket, key)
	}
	return tx.put(counterBucket, key, []byte(sum.String()))
}

// checkReservation: sums that are above zero cannot cancel each other out.
func checkReservation(r movement.Reservation) error {
	if err := checkText("GRN", r.GRN); err != nil {
		return err
	}
	if err := checkText("currency", r.Currency); err != nil {
		return err
	}
	if r.GRN == "" || r.Sum().Sign() <= 0 {
		return fmt.Errorf("it has reserved %q of guarantee %q", r.Amount, r.GRN)
	}
	return nil
}
