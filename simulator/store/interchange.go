package store

import (
	"bytes"
	"slices"
	"time"

	"nctsim/simulator/movement"
)

const (
	// claimed is followed by a second; the value has a bit for each interchange reference of that second that somebody has.
	claimed       = "interchange "
	claimedSecond = "20060102150405"
	// claimsKept is how long it is remembered who has which: far longer than clocks go back.
	claimsKept = 24 * time.Hour
)

// ClaimInterchange reserves the interchange reference of phase 4 of a second and a counter, or if that is taken the next
// one that is free (docs/spec/responses.md#7-1): of a further counter, then with other digits in the middle, and when a second
// has none left that does not go on, because the clock does not move, of the second after it.
func (tx *Tx) ClaimInterchange(at time.Time, counter int) (string, error) {
	for second := at.UTC(); ; second = second.Add(time.Second) {
		key := []byte(claimed + second.Format(claimedSecond))
		taken := tx.get(counterBucket, key)
		if taken == nil {
			if err := tx.forgetClaims(second.Add(-claimsKept)); err != nil {
				return "", err
			}
		}
		place, free := freePlace(taken, counter)
		if !free {
			continue
		}
		now := slices.Grow(slices.Clone(taken), place/8+1)[:max(len(taken), place/8+1)]
		now[place/8] |= 1 << (place % 8)
		return movement.InterchangeReference(second, place), tx.put(counterBucket, key, now)
	}
}

// freePlace is the first place that is free: first among those that differ in the counter alone.
func freePlace(taken []byte, counter int) (int, bool) {
	for row := 0; row < movement.InterchangePlaces; row += movement.InterchangeCounters {
		for i := range movement.InterchangeCounters {
			place := row + (counter+i)%movement.InterchangeCounters
			if place/8 >= len(taken) || taken[place/8]&(1<<(place%8)) == 0 {
				return place, true
			}
		}
	}
	return 0, false
}

// forgetClaims forgets who had the references of the seconds before a time.
func (tx *Tx) forgetClaims(before time.Time) error {
	end := []byte(claimed + before.Format(claimedSecond))
	for {
		k, _ := tx.bucket(counterBucket).Cursor().Seek([]byte(claimed))
		if !bytes.HasPrefix(k, []byte(claimed)) || bytes.Compare(k, end) >= 0 {
			return nil
		}
		if err := tx.delete(counterBucket, bytes.Clone(k)); err != nil {
			return err
		}
	}
}
