package schedule

import "sync"

// locks is a lock per movement; those that nobody wants take no room.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	sync.Mutex
	wanted int
}

// lock waits for the movement's lock and returns what gives it back.
func (l *locks) lock(id string) (unlock func()) {
	l.mu.Lock()
	one := l.held[id]
	if one == nil {
		one = &lock{}
		l.held[id] = one
	}
	one.wanted++
	l.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if one.wanted--; one.wanted == 0 {
			delete(l.held, id)
		}
	}
}
