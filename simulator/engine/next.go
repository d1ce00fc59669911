package engine

import (
	"errors"
	"fmt"

	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// next is what waits longest for a movement: a timer that fell due before the first queued event, or that
// event. Nothing waits for an unknown movement.
func (e *Engine) next(id string) (j job, ok bool, err error) {
	j.resets = e.resets.Load()
	var queue []movement.Event
	err = e.store.View(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil {
			return err
		}
		j.movement = *m
		queue, err = tx.Queue(id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return job{}, false, nil
	}
	if err != nil {
		return job{}, false, fmt.Errorf("look for events of movement %s: %w", id, err)
	}
	first, ok := e.first(&j.movement, queue)
	j.event, j.queued = first.event, first.queued
	return j, ok, nil
}

// first is what comes first of a movement's queue and its timers.
func (e *Engine) first(m *movement.Movement, queue []movement.Event) (j job, ok bool) {
	until := e.now(m)
	if len(queue) > 0 {
		until = queue[0].At
	}
	t, due := dueTimer(*m, until)
	if u, ended := dueUpload(m, until); ended && (!due || u.Due.Before(t.Due)) {
		return job{event: movement.Event{Movement: m.ID, Kind: movement.EventUpload, At: u.Due, Name: u.Timer(), Message: u.Message}}, true
	}
	if due {
		return job{event: movement.Event{Movement: m.ID, Kind: movement.EventTimer, At: t.Due, Name: t.Name}}, true
	}
	if len(queue) > 0 {
		return job{event: queue[0], queued: true}, true
	}
	return job{}, false
}
