package schedule

import (
	"maps"
	"slices"
	"sync"
)

// queue is the list of movements that the workers have to look at. A movement is on it once at most, and no
// two workers have the same one.
type queue struct {
	mu     sync.Mutex
	some   sync.Cond
	list   []string
	state  map[string]stage
	failed map[string]error // of movements whose last visit failed
	closed bool
	// leaving is how many of those who take movements from the list are to end, because there are more than there should be.
	leaving int
	// idle is closed when nothing is queued or running; nil if nobody waits for that.
	idle chan struct{}
}

type stage int

const (
	queued stage = iota + 1
	running
	rerun // running, and to be looked at once more
)

func newQueue() *queue {
	w := &queue{state: map[string]stage{}, failed: map[string]error{}}
	w.some.L = &w.mu
	return w
}

// add puts movements on the list.
func (w *queue) add(ids ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.enqueue(ids)
}

func (w *queue) enqueue(ids []string) {
	for _, id := range ids {
		switch w.state[id] {
		case queued, rerun:
		case running:
			w.state[id] = rerun
		default:
			w.state[id] = queued
			w.list = append(w.list, id)
			w.some.Signal()
		}
	}
}

// next waits for a movement; false says that the queue is closed, or that whoever asks is to end.
func (w *queue) next() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.list) == 0 && !w.closed && w.leaving == 0 {
		w.some.Wait()
	}
	if w.closed {
		return "", false
	}
	if w.leaving > 0 {
		w.leaving--
		return "", false
	}
	id := w.list[0]
	w.list = w.list[1:]
	w.state[id] = running
	return id, true
}

// join calls start, which makes one more that takes movements from the list, unless the queue is closed.
func (w *queue) join(start func()) (joined bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		start()
	}
	return !w.closed
}

// leave lets the next one end that asks for a movement.
func (w *queue) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaving++
	w.some.Signal()
}

// done says what came of a movement that next gave out, and returns whether that is a failure after a success.
// Success is the moment to try again what failed: it shows that the store works, or works again.
func (w *queue) done(id string, err error) (newly bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		newly = w.failed[id] == nil
		w.failed[id] = err
	} else {
		delete(w.failed, id)
		w.enqueue(slices.Sorted(maps.Keys(w.failed)))
	}
	if w.state[id] == rerun && !w.closed {
		w.state[id] = queued
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
func (w *queue) retry() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.failed {
		w.enqueue([]string{id})
		return
	}
}

// failure is the error of the last visit to one of the movements, nil if they all went well.
func (w *queue) failure(ids []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		if err := w.failed[id]; err != nil {
			return err
		}
	}
	return nil
}

// whenIdle returns a channel that is closed as soon as nothing is queued or running.
func (w *queue) whenIdle() <-chan struct{} {
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

// close stops the workers.
func (w *queue) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.some.Broadcast()
}
