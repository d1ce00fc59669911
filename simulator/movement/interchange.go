package movement

import (
	"fmt"
	"strconv"
	"time"
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

// InterchangeCounter is the place that a message of customs would like: messages of a movement count on, and movements
// keep their distance, so that two messages of one second seldom want the same. Sent is how many messages the movement
// has got before.
func InterchangeCounter(number, sent int) int {
	const distance = 7
	return (distance*number + sent) % InterchangeCounters
}

// CounterOf is the counter of a reference, as a place.
func CounterOf(reference string) int {
	n, _ := strconv.Atoi(reference[:min(2, len(reference))])
	return max(n-10, 0)
}
