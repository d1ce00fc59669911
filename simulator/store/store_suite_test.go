package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.uber.org/goleak"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

func TestMain(m *testing.M) {
	if play, ok := children[os.Getenv(childEnv)]; ok {
		os.Exit(play(os.Getenv(childPath)))
	}
	goleak.VerifyTestMain(m, suite.Ginkgos)
}

func TestStore(t *testing.T) {
	suite.Run(t, "Store Suite")
}

var (
	start = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
	bg    = context.Background()
)

const (
	alice = "GB123456789012"
	bob   = "XI987654321098"
)

// newPath is where a spec may have a store.
func newPath() string { return filepath.Join(GinkgoT().TempDir(), "nctsim.db") }

// open opens a new store; at the end of the spec it has to be consistent, whatever the spec was about.
func open() *store.Store { return openAs(store.Options{Path: newPath(), Durable: true}) }

func openAs(o store.Options) *store.Store {
	GinkgoHelper()
	s, err := store.Open(o)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		if err := s.Check(); !errors.Is(err, store.ErrClosed) {
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(s.Close()).To(Succeed())
	})
	return s
}

// reopen closes a store and opens its file again.
func reopen(s *store.Store) *store.Store {
	GinkgoHelper()
	Expect(s.Check()).To(Succeed())
	Expect(s.Close()).To(Succeed())
	return openAs(store.Options{Path: s.Path(), Durable: true})
}

// update runs functions in one transaction that has to succeed.
func update(s *store.Store, fns ...func(*store.Tx) error) {
	GinkgoHelper()
	Expect(s.Update(bg, func(tx *store.Tx) error {
		for _, fn := range fns {
			if err := fn(tx); err != nil {
				return err
			}
		}
		return nil
	})).To(Succeed())
}

// read is what fn returns in a view that has to succeed.
func read[T any](s *store.Store, fn func(*store.Tx) (T, error)) T {
	GinkgoHelper()
	v, err := try(s, fn)
	Expect(err).NotTo(HaveOccurred())
	return v
}

// try is what fn returns in a view.
func try[T any](s *store.Store, fn func(*store.Tx) (T, error)) (v T, err error) {
	err = s.View(func(tx *store.Tx) (err error) {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// id is the i-th id.
func id(i int) string { return fmt.Sprintf("%016x", 0x69a55ab400000000+i) }

// departure is a movement of Alice's; changes are made to it before it is returned.
func departure(i int, changes ...func(*movement.Movement)) movement.Movement {
	m := movement.Movement{
		ID: id(i), Kind: message.Departure, Phase: message.Phase5, EORI: alice, MovementEORI: alice, State: movement.Submitted,
		LRN: fmt.Sprintf("LRN-%04d", i), Created: start.Add(time.Duration(i) * time.Second), Updated: start.Add(time.Duration(i) * time.Second),
	}
	for _, change := range changes {
		change(&m)
	}
	return m
}

// put stores movements.
func put(ms ...movement.Movement) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		for _, m := range ms {
			if err := tx.PutMovement(&m); err != nil {
				return err
			}
		}
		return nil
	}
}

// add stores a message with a body.
func add(m movement.Message, body string) func(*store.Tx) error {
	return func(tx *store.Tx) error { return tx.AddMessage(m, []byte(body)) }
}

// letter is the i-th message of a movement.
func letter(movementID string, i int) movement.Message {
	return movement.Message{
		ID: fmt.Sprintf("%016x", 0xbeef0000+i), Movement: movementID, Ordinal: i, Type: "IE015",
		Status: movement.Pending, Received: start.Add(time.Duration(i) * time.Minute),
	}
}

// movementOf reads a movement.
func movementOf(id string) func(*store.Tx) (*movement.Movement, error) {
	return func(tx *store.Tx) (*movement.Movement, error) { return tx.Movement(id) }
}

func stats(tx *store.Tx) (store.Stats, error) { return tx.Stats() }

// counts are stats without the size.
func counts(s *store.Store) store.Stats {
	GinkgoHelper()
	st := read(s, stats)
	Expect(st.Bytes).To(BeNumerically(">", 0))
	st.Bytes = 0
	return st
}
