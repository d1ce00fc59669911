package movement

import (
	"fmt"
	"strconv"
	"time"

	"nctsim/simulator/message"
)

// How many interchange references of phase 4 a second has: those of one counter, and all.
const (
	InterchangeCounters = 90
	InterchangePlaces   = 100 * InterchangeCounters
)

// InterchangeReference is what a message of customs has for IntConRefMES11 and MesIdeMES19 in phase 4, 14 digits
// (docs/spec/responses.md#7-1): a counter from 10 to 99, 41, and month, day and time of the message. Place counts from 0 to
// InterchangePlaces-1; from the end of the counter on the 41 changes.
func InterchangeReference(at time.Time, place int) string {
	return fmt.Sprintf("%02d%02d%s", 10+place%InterchangeCounters, (41+place/InterchangeCounters)%100, at.UTC().Format("0102150405"))
}

// InterchangeCounter is the place that a message of customs would like. Up to fifteen movements have counters of their own,
// those of departures from below and those of arrivals from above, so that what happens to several of them in one second
// gets the same references whoever comes first. Number is the movement's in API 1.0, and sent how many messages it has
// got before.
func InterchangeCounter(k message.Kind, number, sent int) int {
	const each, movements = 6, InterchangeCounters / 6
	block := max(number-1, 0) % movements
	if k == message.Arrival {
		block = movements - 1 - block
	}
	return block*each + sent%each
}

// CounterOf is the counter of a reference, as a place.
func CounterOf(reference string) int {
	n, _ := strconv.Atoi(reference[:min(2, len(reference))])
	return max(n-10, 0)
}
