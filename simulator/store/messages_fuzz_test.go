package store

import (
	"errors"
	"testing"

	"nctsim/simulator/movement"
)

// FuzzMessageHead feeds what precedes a message with anything: it must not panic.
func FuzzMessageHead(f *testing.F) {
	f.Add(seal(appendHead(newRecord(0), 7, &movement.Message{ID: "abc"})))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= headerSize {
			b = seal(b)
		}
		if h, err := cutHead(b); err == nil {
			_, _ = h.decode()
		} else if !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
