package store_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/store"
)

// Some things have to be done by another process, which is this program again.
const (
	childEnv  = "NCTSIM_STORE_TEST_CHILD" // what it does
	childPath = "NCTSIM_STORE_TEST_PATH"  // with which store
)

// children are the things that can be done; the result is the exit code.
var children = map[string]func(path string) int{"write": childWrites}

func child(what, path string) *exec.Cmd {
	GinkgoHelper()
	program, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childEnv+"="+what, childPath+"="+path)
	cmd.Stderr = GinkgoWriter
	return cmd
}

// childWrites stores movements as fast as it can, and says the number of each that is acknowledged. It
// never ends by itself.
func childWrites(path string) int {
	s, err := store.Open(store.Options{Path: path, Durable: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if err := s.Update(bg, whole(n)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				if _, err := fmt.Println(n); err != nil {
					os.Exit(1)
				}
			}
		})
	}
	wg.Wait()
	return 0
}

// whole stores a movement with one of everything.
func whole(n int) func(*store.Tx) error { return wholeOf(n, 5_000) }

// large is the same with a large message, to fill a store quickly.
func large(n int) func(*store.Tx) error { return wholeOf(n, 200_000) }

func wholeOf(n, size int) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		m := departure(n, func(m *movement.Movement) {
			m.Timers = []movement.Timer{{Name: "auto_release", Due: m.Created.Add(time.Hour)}}
		})
		if err := put(m)(tx); err != nil {
			return err
		}
		if err := add(letter(m.ID, 0), bodyOf(n, size))(tx); err != nil {
			return err
		}
		if err := tx.AddEntry(&movement.Entry{Movement: m.ID, At: m.Created, Text: "stored"}); err != nil {
			return err
		}
		return tx.Enqueue(&movement.Event{Movement: m.ID, At: m.Created, Name: "IE015"})
	}
}

var _ = Describe("When the process is killed", func() {
	It("nothing that was acknowledged is lost, and nothing is there by halves", func() {
		path := newPath()
		for round := range 3 {
			round := round * 1000
			cmd := child("write", filepath.Join(filepath.Dir(path), fmt.Sprint(round)))
			out, err := cmd.StdoutPipe()
			Expect(err).NotTo(HaveOccurred())
			Expect(cmd.Start()).To(Succeed())
			var acknowledged []int
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				var n int
				_, err := fmt.Sscan(lines.Text(), &n)
				Expect(err).NotTo(HaveOccurred())
				acknowledged = append(acknowledged, n)
				if len(acknowledged) == 40+round/10 {
					Expect(cmd.Process.Kill()).To(Succeed())
				}
			}
			Expect(cmd.Wait()).NotTo(Succeed())
			s := openAs(store.Options{Path: cmd.Env[len(cmd.Env)-1][len(childPath)+1:], Durable: true})
			Expect(s.Check()).To(Succeed())
			Expect(len(acknowledged)).To(BeNumerically(">=", 40))
			for _, n := range acknowledged {
				expectWhole(s, n)
			}
			st := counts(s)
			Expect(st.Movements).To(BeNumerically(">=", len(acknowledged)))
			Expect(st).To(Equal(store.Stats{Movements: st.Movements, Messages: st.Movements, Events: st.Movements, Entries: st.Movements}))
		}
	})
})

// bodyOf is a body for a movement that takes as much room packed as not.
func bodyOf(n, size int) string {
	body := make([]byte, size+5)
	_, _ = rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(body) // it never fails
	return string(body)
}

// expectWhole wants to find what whole or large has stored.
func expectWhole(s *store.Store, n int) {
	GinkgoHelper()
	Expect(s.View(func(tx *store.Tx) error {
		body, err := tx.Body(id(n), letter("", 0).ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(body)).To(Equal(bodyOf(n, len(body)-5)))
		events, err := tx.Queue(id(n))
		Expect(events).To(HaveLen(1))
		Expect(err).NotTo(HaveOccurred())
		entries, err := tx.Journal(id(n))
		Expect(entries).To(HaveLen(1))
		return err
	})).To(Succeed())
}

var _ = Describe("When there is no more room", func() {
	const room = 40 << 20

	fillUp := func(s *store.Store) (stored int, err error) {
		for err == nil {
			if err = s.Update(bg, large(stored)); err == nil {
				stored++
			}
		}
		return stored, err
	}

	DescribeTable("an update says so and what to do, and everything stored before is kept",
		func(durable bool) {
			if durable {
				tier.Slow()
			}
			s := openAs(store.Options{Path: newPath(), Durable: durable, MaxSize: room})
			stored, err := fillUp(s)
			Expect(stored).To(BeNumerically(">", 100))
			Expect(err).To(MatchError(store.ErrFull))
			Expect(err).To(MatchError(ContainSubstring("; hint: delete movements, or everything with a reset")))
			Expect(s.Check()).To(Succeed())
			for n := range stored {
				expectWhole(s, n)
			}
			Expect(counts(s).Movements).To(Equal(stored))
		},
		Entry("in a durable store", true),
		Entry("in one that is not", false),
	)

	It("updates work again once something was deleted", func() {
		s := openAs(store.Options{Path: newPath(), MaxSize: room})
		stored, _ := fillUp(s)
		for n := range stored / 2 {
			update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(n)) })
		}
		update(s, large(stored))
		expectWhole(s, stored)
		expectWhole(s, stored-1)
	})
})
