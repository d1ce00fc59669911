package engine

import (
	"maps"
	"slices"
	"sync"
)

// work is the list of movements that the workers have to look at. A movement is on it once at most, and no
// two workers have the same one.
type work struct {
	mu     sync.Mutex
	some   sync.Cond
	list   []string
	state  map[string]stage
	failed map[string]error // of movements whose last visit failed
	closed bool
	// idle is closed when nothing is listed or under way; nil if nobody waits for that.
	idle chan struct{}
}

type stage int

const (
	listed stage = iota + 1
	busy
	again // busy, and to be looked at once more
)

func newWork() *work {
	w := &work{state: map[string]stage{}, failed: map[string]error{}}
	w.some.L = &w.mu
	return w
}

// add puts movements on the list.
func (w *work) add(ids ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.enlist(ids)
}

func (w *work) enlist(ids []string) {
	for _, id := range ids {
		switch w.state[id] {
		case listed, again:
		case busy:
			w.state[id] = again
		default:
			w.state[id] = listed
			w.list = append(w.list, id)
			w.some.Signal()
		}
	}
}

// next waits for a movement; false says that the work is closed.
func (w *work) next() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.list) == 0 && !w.closed {
		w.some.Wait()
	}
	if w.closed {
		return "", false
	}
	id := w.list[0]
	w.list = w.list[1:]
	w.state[id] = busy
	return id, true
}

// done says what came of a movement that next gave out, and returns whether that is a failure after a success.
// Success is the moment to try again what failed: it shows that the store works, or works again.
func (w *work) done(id string, err error) (newly bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		newly = w.failed[id] == nil
		w.failed[id] = err
	} else {
		delete(w.failed, id)
		w.enlist(slices.Sorted(maps.Keys(w.failed)))
	}
	if w.state[id] == again && !w.closed {
		w.state[id] = listed
		w.list = append(w.list, id)
		w.some.Signal()
		return newly
	}
	delete(w.state, id)
	if len(w.state) == 0 && w.idle != nil {
		close(w.idle)
		w.idle = nil
	}
	return newly
}

// retry puts one movement whose last visit failed on the list, if there is any. One is enough to find out
// whether the store works again: when its visit succeeds, the others follow.
func (w *work) retry() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.failed {
		w.enlist([]string{id})
		return
	}
}

// failure is the error of the last visit to one of the movements, nil if they all went well.
func (w *work) failure(ids []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		if err := w.failed[id]; err != nil {
			return err
		}
	}
	return nil
}

// whenIdle returns a channel that is closed as soon as nothing is listed or under way.
func (w *work) whenIdle() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.state) == 0 {
		c := make(chan struct{})
		close(c)
		return c
	}
	if w.idle == nil {
		w.idle = make(chan struct{})
	}
	return w.idle
}

// close sends the workers home.
func (w *work) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.some.Broadcast()
}
