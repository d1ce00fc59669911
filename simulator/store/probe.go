package store

import (
	"context"
	"fmt"
)

// probeKey is the key in the meta bucket of what Probe writes.
var probeKey = []byte("probe")

// probeSize is how much Probe writes: a disk that has room for less than a message is full.
const probeSize = 1 << 20

// Failing is why the last update could not be written, nil if it could.
func (s *Store) Failing() error {
	for _, err := range []*error{s.broken.Load(), s.failing.Load()} {
		if err != nil {
			return *err
		}
	}
	return nil
}

// Probe finds out whether the store can be written: it writes something of the size of a large message and deletes it
// again. The error is that of Update.
func (s *Store) Probe(ctx context.Context) error {
	err := s.Update(ctx, func(tx *Tx) error { return tx.put(metaBucket, probeKey, make([]byte, probeSize)) })
	if err != nil {
		return fmt.Errorf("probe store: %w", err)
	}
	return s.Update(ctx, func(tx *Tx) error { return tx.delete(metaBucket, probeKey) })
}
