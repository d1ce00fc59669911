package control

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
)

// Sizes of the list of what is upcoming.
const (
	defaultUpcoming = 50
	mostUpcoming    = 1000
)

// dueOf is something that will happen to a movement. f is the scenario that it follows, if it does.
func dueOf(at time.Time, kind client.DueKind, m *movement.Movement, name, does string) client.Due {
	return client.Due{At: at, Kind: kind, Movement: m.ID, LRN: m.LRN, MRN: m.MRN, State: m.State, Name: name, Does: does}
}

// timerDue is what a timer of a movement will do.
func (a *API) timerDue(m *movement.Movement, f engine.Followed, name string, at time.Time) client.Due {
	if name == script.Timer {
		d := dueOf(at, client.DueScenario, m, name, "the scenario "+m.Scenario+" goes on")
		if f.Scenario != nil && f.Script.Step < len(f.Scenario.Steps) {
			st := f.Scenario.Steps[f.Script.Step]
			d.Does, d.Step, d.File, d.Line = "scenario "+f.Scenario.ID+": "+st.String(), st.Number, f.Scenario.File, st.Line
		}
		return d
	}
	will := a.Office.Foresee(*m, name)
	d := dueOf(at, client.DueTimer, m, name, "timer "+name+" fires")
	d.Row, d.Action = will.Row, will.Action
	if name == office.OfficerWait {
		d.Kind, d.Does = client.DueOfficer, "the default officer looks at the movement"
		if will.Action != "" {
			d.Does = "the default officer does " + will.Action
		}
	}
	if will.Text != "" {
		d.Does += ": " + strings.TrimPrefix(will.Text, "process table: ")
	}
	return d
}

// next is what will happen by itself next to a movement, nil if nothing will.
func (a *API) next(m *movement.Movement, f engine.Followed) *client.Due {
	var first *client.Due
	take := func(d client.Due) {
		if first == nil || d.At.Before(first.At) || d.At.Equal(first.At) && d.Name < first.Name {
			first = &d
		}
	}
	for _, t := range m.Timers {
		if !t.Paused() {
			take(a.timerDue(m, f, t.Name, t.Due))
		}
	}
	for _, u := range m.Uploads {
		if u.Uploaded() {
			take(uploadDue(m, u.Timer(), u.Due))
		}
	}
	return first
}

func uploadDue(m *movement.Movement, timer string, at time.Time) client.Due {
	return dueOf(at, client.DueUpload, m, timer, "the upload of a large message comes to its end")
}

// coming is something upcoming as the control API shows it.
func (a *API) coming(tx *store.Tx, c engine.Coming) (client.Due, error) {
	m, err := tx.Movement(c.Movement)
	if errors.Is(err, store.ErrNotFound) {
		m, err = &movement.Movement{ID: c.Movement}, nil // a notification may outlive its movement
	}
	if err != nil {
		return client.Due{}, err
	}
	switch n := c.Notification; {
	case n != nil:
		name := "notification " + cmp.Or(n.Type, n.ID)
		does := name + " is sent"
		if n.Attempts > 0 {
			does += " again, as the last attempt came to nothing: " + n.Answer
		}
		d := dueOf(c.At, client.DueDelivery, m, name, does)
		d.Box, d.Notification, d.Attempts = n.Box, n.ID, n.Attempts
		return d, nil
	case c.Timer == "":
		return dueOf(c.At, client.DueRetention, m, "retention", "the movement is removed, as its retention is over"), nil
	}
	for _, u := range m.Uploads {
		if u.Timer() == c.Timer {
			return uploadDue(m, c.Timer, c.At), nil
		}
	}
	f, _, err := a.Engine.Followed(tx, m)
	return a.timerDue(m, f, c.Timer, c.At), err
}

// Upcoming lists what will happen by itself.
func (a *API) Upcoming(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	limit, err := count(q.Get("limit"), defaultUpcoming, "limit")
	if err != nil {
		return wire.Response{}, err
	}
	if limit > mostUpcoming {
		return wire.Response{}, bad("ask for 1000 at most", "limit cannot be %d", limit)
	}
	all, err := a.upcoming(limit + 1)
	if err != nil {
		return wire.Response{}, err
	}
	more := len(all) > limit
	return reply(http.StatusOK, client.Upcoming{Now: a.Clock.Now(), Due: orEmpty(all[:min(len(all), limit)]), More: more}), nil
}

func (a *API) upcoming(limit int) (all []client.Due, err error) {
	err = a.Engine.Read(func(tx *store.Tx) error {
		coming, err := a.Engine.Upcoming(tx, limit)
		if err != nil {
			return err
		}
		for _, c := range coming {
			d, err := a.coming(tx, c)
			if err != nil {
				return err
			}
			all = append(all, d)
		}
		return nil
	})
	return all, err
}

// nextDue is what the clock goes to next; nil if there is nothing. The end of a retention is not: nobody means to remove a
// movement by going on.
func (a *API) nextDue() (*client.Due, error) {
	next, some, err := a.Engine.NextDue()
	if err != nil || !some {
		return nil, err
	}
	all, err := a.upcoming(mostUpcoming)
	for i := range all {
		if d := &all[i]; d.At.Equal(next.Due) && d.Movement == next.Movement && d.Name == next.Name {
			return d, err
		}
	}
	return nil, err
}
