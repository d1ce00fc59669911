package schedule

import (
	"context"
	"errors"
	"sync"

	"nctsim/simulator/store"
)

// setAside are the movements on which work cannot go on because records of theirs are damaged. What waits for them waits,
// and holds up nobody else. They are tried again after the next start, or after a reset.
type setAside struct {
	mu  sync.Mutex
	ids map[string]bool
}

// add reports whether the movement is new here.
func (s *setAside) add(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[id] {
		return false
	}
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	s.ids[id] = true
	return true
}

func (s *setAside) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

// SetAside leaves a movement alone whose records are damaged, and logs that once.
func (s *Scheduler) SetAside(id string, cause error) {
	if s.aside.add(id) {
		s.log.Error("a movement is set aside because its records are damaged; hint: stop the simulator and run nctsim check on its folder",
			"movement", id, "error", cause)
	}
}

// Forgotten is called after a reset: nothing is set aside any more.
func (s *Scheduler) Forgotten() {
	s.aside.mu.Lock()
	defer s.aside.mu.Unlock()
	clear(s.aside.ids)
}

// View looks for work in the store, without that of movements that are set aside.
func (s *Scheduler) View(look func(*store.Tx) error) error {
	return s.store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		tx.PassOver(s.aside.has)
		return look(tx)
	})
}

// process is Config.Process. Damage is no error: the movement is set aside, so that nobody else is held up.
func (s *Scheduler) process(ctx context.Context, id string) error {
	err := s.processOne(ctx, id)
	if errors.Is(err, store.ErrDamaged) {
		s.SetAside(id, err)
		return nil
	}
	return err
}
