package store_test

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/store"
)

func init() {
	children["fill a durable store"] = func(path string) int { return childFills(path, true) }
	children["fill a store"] = func(path string) int { return childFills(path, false) }
}

// childFills lets the operating system refuse to make files larger than a limit, which is as near to a
// full disk as one gets without one; writes until that happens; and goes on with a higher limit.
func childFills(path string, durable bool) int {
	signal.Ignore(syscall.SIGXFSZ)
	limit := func(bytes uint64) error {
		var l syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			return err
		}
		l.Cur = min(bytes, l.Max)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
	}
	if err := fillTwice(path, durable, limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func fillTwice(path string, durable bool, limit func(uint64) error) error {
	s, err := store.Open(store.Options{Path: path, Durable: durable})
	if err != nil {
		return err
	}
	stored := 0
	for _, mb := range []uint64{20, 21, 50} {
		if err := limit(mb << 20); err != nil {
			return err
		}
		if stored, err = fillFrom(s, stored); err != nil {
			return err
		}
	}
	if err := limit(0); err != nil {
		return err
	}
	if err := s.Update(bg, large(stored)); err == nil || !strings.Contains(err.Error(), "; hint: see whether the disk is full or failing") || s.Writable(bg) == nil {
		return fmt.Errorf("nothing can be written, but it says %w", err)
	}
	if err := limit(1 << 40); err != nil {
		return err
	}
	if err := s.Writable(bg); err != nil {
		return fmt.Errorf("there is room again, and nobody has written yet: %w", err)
	}
	if err := s.Update(bg, large(stored)); err != nil {
		return fmt.Errorf("there is room again: %w", err)
	}
	return errors.Join(s.Check(), s.Close())
}

// fillFrom writes until that fails, several times, and then makes sure that all that did not fail is there.
func fillFrom(s *store.Store, stored int) (int, error) {
	for failures := 0; failures < 5; {
		if err := s.Update(bg, large(stored)); err != nil {
			failures++
			fmt.Fprintln(os.Stderr, stored, "stored:", err)
			continue
		}
		stored++
	}
	return stored, s.View(func(tx *store.Tx) error {
		for n := range stored {
			if _, err := tx.Body(id(n), letter("", 0).ID); err != nil {
				return err
			}
		}
		st, err := tx.Stats()
		if err == nil && st.Movements != stored {
			err = fmt.Errorf("%d movements of %d are there", st.Movements, stored)
		}
		return err
	})
}

var _ = Describe("When the operating system refuses to write", func() {
	DescribeTable("updates fail, reading goes on, and so does writing once it is possible",
		func(what string) {
			tier.Slow()
			path := newPath()
			out, err := child(what, path).Output()
			Expect(err).NotTo(HaveOccurred(), string(out))
			s := openAs(store.Options{Path: path})
			Expect(counts(s).Movements).To(BeNumerically(">", 200))
		},
		Entry("in a durable store", "fill a durable store"),
		Entry("in one that is not", "fill a store"),
	)
})
