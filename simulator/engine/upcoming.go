package engine

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// Coming is something that happens by itself when the clock comes to it.
type Coming struct {
	At       time.Time
	Movement string
	// Timer is the name of a timer of the movement, Notification one that is to be sent (again); both are empty for the end of
	// the movement's retention.
	Timer        string
	Notification *movement.Notification
}

// Upcoming is what happens by itself in the time to come, in the order in which it does: timers of movements, notifications
// that are to be sent, and movements whose retention ends. At most max of each are looked for, and max in all are returned.
func (e *Engine) Upcoming(tx *store.Tx, max int) ([]Coming, error) {
	var all []Coming
	timers, err := tx.DueTimers(time.UnixMilli(math.MaxInt64/2), max)
	if err != nil {
		return nil, err
	}
	for _, t := range timers {
		all = append(all, Coming{At: t.Due, Movement: t.Movement, Timer: t.Name})
	}
	notifications, err := tx.DueNotifications(max)
	if err != nil {
		return nil, err
	}
	for i := range notifications {
		n := &notifications[i]
		all = append(all, Coming{At: n.Due, Movement: n.Movement, Notification: n})
	}
	for _, g := range slices.Sorted(maps.Keys(e.retention)) {
		oldest, err := tx.Oldest(g, max)
		if err != nil {
			return nil, err
		}
		for _, m := range oldest {
			all = append(all, Coming{At: m.Updated.Add(e.retention[g]), Movement: m.ID})
		}
	}
	// A timer comes before a notification of the same time, as when the clock moves.
	rank := func(c Coming) int {
		switch {
		case c.Timer != "":
			return 0
		case c.Notification != nil:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b Coming) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(rank(a), rank(b))) })
	return all[:min(len(all), max)], nil
}
