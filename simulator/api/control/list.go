package control

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// defaultLimit is how many movements a list has if nobody says how many.
const defaultLimit = 1000

// filter is what a list of movements is narrowed by.
type filter struct {
	store.MovementQuery
	text, scenario string
	states         []string
	// after is the place of the movement that the list goes on behind.
	after       string
	skip, limit int
}

func readFilter(r *http.Request) (f filter, err error) {
	q := r.URL.Query()
	f = filter{text: strings.TrimSpace(q.Get("q")), scenario: q.Get("scenario"), after: q.Get("after"), limit: defaultLimit}
	f.LRN, f.MRN, f.EORI = q.Get("lrn"), q.Get("mrn"), q.Get("eori")
	for state := range strings.SplitSeq(q.Get("state"), ",") {
		if state = strings.TrimSpace(state); state != "" {
			f.states = append(f.states, state)
		}
	}
	switch kind := message.Kind(q.Get("type")); kind {
	case message.Departure, message.Arrival, "":
		f.Kind = kind
	default:
		return filter{}, bad("type is departure or arrival", "unknown type %q", kind)
	}
	if q.Get("since") != "" {
		if f.UpdatedSince, err = time.Parse(time.RFC3339, q.Get("since")); err != nil {
			return filter{}, bad("write it as 2026-03-02T09:15:00Z", "since cannot be %q", q.Get("since"))
		}
	}
	if f.after != "" && !store.IsPlace(f.after) {
		return filter{}, bad("give the next of the list before", "after cannot be %q", f.after)
	}
	for name, into := range map[string]*int{"skip": &f.skip, "limit": &f.limit} {
		if *into, err = count(q.Get(name), *into, name); err != nil {
			return filter{}, err
		}
	}
	return f, nil
}

// count reads a number of the query that is not negative; without one it is as by default.
func count(text string, byDefault int, name string) (int, error) {
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, bad(name+" is a whole number", "%s cannot be %q", name, text)
	}
	return n, nil
}

// matches says what the store's own conditions leave open.
func (f filter) matches(tx *store.Tx, b *store.Brief) (bool, error) {
	inState := len(f.states) == 0 || slices.ContainsFunc(f.states, func(s string) bool { return strings.EqualFold(s, string(b.State)) })
	if !inState || f.scenario != "" && f.scenario != b.Scenario {
		return false, nil
	}
	if f.text == "" {
		return true, nil
	}
	hits, err := newSearch(f.text).movement(tx, b)
	return len(hits) > 0, err
}

// page is what the list shows, how many movements match in all, and where the list goes on, "" at its end. Without
// conditions beyond those of the store, nothing is looked at but the page; else every movement is, in brief.
func (f filter) page(tx *store.Tx) (page []*movement.Movement, total int, next string, err error) {
	if f.text == "" && f.scenario == "" && len(f.states) == 0 && f.after == "" && f.limit > 0 {
		f.Skip, f.Limit = f.skip, f.limit
		if page, total, err = tx.Movements(f.MovementQuery); err == nil && len(page) > 0 && f.skip+f.limit < total {
			next, err = tx.PlaceOf(page[len(page)-1])
		}
		return page, total, next, err
	}
	var chosen []*store.Brief
	err = tx.Briefs(f.MovementQuery, func(b *store.Brief) (bool, error) {
		fits, err := f.matches(tx, b)
		if err != nil || !fits {
			return true, err
		}
		total++
		if f.after != "" && b.Place() >= f.after || f.after == "" && total <= f.skip {
			return true, nil
		}
		if len(chosen) < f.limit {
			chosen = append(chosen, b)
		} else if len(chosen) > 0 {
			next = chosen[len(chosen)-1].Place()
		}
		return true, nil
	})
	for _, b := range chosen {
		m, err := tx.Whole(b)
		if err != nil {
			return nil, 0, "", err
		}
		if m != nil {
			page = append(page, m)
		}
	}
	return page, total, next, err
}
