package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// longestWait is how long a call waits at most for something to come, in real time.
const longestWait = 5 * time.Minute

// calm is how much time lies between two looks at least, so that waiting costs little while much happens.
const calm = 20 * time.Millisecond

// waitOf reads how long a call is to wait, 0 for not at all.
func waitOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > longestWait {
		return 0, bad("write it as 5s or 2m, up to 5m", "wait cannot be %q", text)
	}
	return d, nil
}

// await looks whether something is there, and again whenever anything has happened, until it is, the time is over, or the client
// has left.
func (a *API) await(r *http.Request, wait time.Duration, look func() (there bool, err error)) (there bool, err error) {
	ctx, cancel := a.waitingWith(r, wait)
	defer cancel()
	for {
		changed := a.Engine.Changed()
		if there, err = look(); there || err != nil || wait == 0 {
			return there, err
		}
		pause := time.NewTimer(calm)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return false, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false, nil
		}
	}
}

// MovementsThere lists movements, and waits for one that fits if there is none and the call says so.
func (a *API) MovementsThere(r *http.Request) (response wire.Response, err error) {
	wait, err := waitOf(r.URL.Query().Get("wait"))
	if err != nil {
		return response, err
	}
	_, err = a.await(r, wait, func() (there bool, err error) {
		if response, err = a.Movements(r); err != nil || wait == 0 {
			return true, err
		}
		var list struct{ Total int }
		err = json.Unmarshal(response.Body, &list)
		return list.Total > 0, err
	})
	return response, err
}

// MovementThere shows a movement, and waits until it is in a state or has a message if the call says so.
func (a *API) MovementThere(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	if len(q) == 0 {
		return a.Movement(r)
	}
	wait, err := waitOf(q.Get("wait"))
	if err != nil {
		return wire.Response{}, err
	}
	until := awaited{states: names(q.Get("state")), messages: names(q.Get("message"))}
	if len(until.states)+len(until.messages) == 0 {
		return wire.Response{}, bad("wait=5s&state=RELEASED, or wait=5s&message=IE029", "nothing is said that could be waited for")
	}
	id := pathVar(r, MovementVar)
	state := movement.State("")
	there, err := a.await(r, wait, func() (there bool, err error) {
		err = a.Engine.Read(func(tx *store.Tx) error {
			m, err := tx.Movement(id)
			if err != nil {
				return noMovement(id, err)
			}
			state = m.State
			there, err = until.met(tx, m)
			return err
		})
		return there, err
	})
	if err != nil {
		return wire.Response{}, err
	}
	if !there {
		return wire.Response{}, &client.Error{
			Status: http.StatusGatewayTimeout, Code: codeNotYet, State: state,
			Message: fmt.Sprintf("movement %s is %s, and %s after %s", id, state, until.missing(), wait),
			Hint:    "wait longer, move a manual clock on, or let the officer act: nctsim officer " + id,
		}
	}
	return a.Movement(r)
}

// names are the words of a list with commas.
func names(list string) []string {
	return slices.DeleteFunc(strings.Split(strings.ToUpper(strings.ReplaceAll(list, " ", "")), ","), func(s string) bool { return s == "" })
}

// awaited is what a call waits for: one of the states, and one of the messages, as far as any are named.
type awaited struct{ states, messages []string }

func (w awaited) met(tx *store.Tx, m *movement.Movement) (bool, error) {
	if len(w.states) > 0 && !slices.Contains(w.states, strings.ToUpper(string(m.State))) {
		return false, nil
	}
	if len(w.messages) == 0 {
		return true, nil
	}
	records, _, err := tx.Messages(m.ID, store.MessageQuery{})
	return slices.ContainsFunc(records, func(r movement.Message) bool { return slices.Contains(w.messages, r.Type) }), err
}

// missing says that it has not come to be.
func (w awaited) missing() string {
	var texts []string
	if len(w.states) > 0 {
		texts = append(texts, "not "+strings.Join(w.states, " or "))
	}
	if len(w.messages) > 0 {
		texts = append(texts, "has no "+strings.Join(w.messages, " or "))
	}
	return strings.Join(texts, " or ")
}
