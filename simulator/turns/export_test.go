package turns

// Waiting is how many of a party wait.
func (s *Slots) Waiting(name any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.parties[name]; p != nil {
		return len(p.queue)
	}
	return 0
}

// Known is how many parties have something, or wait.
func (s *Slots) Known() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.parties)
}
