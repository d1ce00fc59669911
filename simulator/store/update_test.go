package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/store"
)

// held is a store whose writer is kept busy, so that what is updated meanwhile becomes one group.
type held struct {
	*store.Store
	release func()
	results []chan error
}

func hold(s *store.Store) *held {
	GinkgoHelper()
	running, released := make(chan struct{}), make(chan struct{})
	h := &held{Store: s, release: sync.OnceFunc(func() { close(released) })}
	DeferCleanup(h.release)
	h.queue(func(*store.Tx) error {
		close(running)
		<-released
		return nil
	})
	Eventually(running).Should(BeClosed())
	return h
}

// queue begins an update behind those that were queued before.
func (h *held) queue(fn func(*store.Tx) error) {
	GinkgoHelper()
	before := h.Waiting()
	result := make(chan error, 1)
	h.results = append(h.results, result)
	go func() { result <- h.Update(bg, fn) }()
	if len(h.results) > 1 {
		Eventually(h.Waiting).Should(Equal(before + 1))
	}
}

// run lets the group run and returns the results of what was queued.
func (h *held) run() []error {
	GinkgoHelper()
	h.release()
	var errs []error
	for _, r := range h.results[1:] {
		var err error
		Eventually(r).Should(Receive(&err))
		errs = append(errs, err)
	}
	return errs
}

var errOops = errors.New("oops")

var _ = Describe("An update", func() {
	It("is there for everybody once it returns", func() {
		s := open()
		update(s, put(departure(1)))
		Expect(read(s, movementOf(id(1))).LRN).To(Equal("LRN-0001"))
	})

	It("is still there when the store is opened again", func() {
		s := open()
		update(s, put(departure(1)))
		Expect(read(reopen(s), movementOf(id(1))).LRN).To(Equal("LRN-0001"))
	})

	It("sees what it has written itself", func() {
		update(open(), put(departure(1)), func(tx *store.Tx) error {
			m, err := tx.Movement(id(1))
			Expect(err).NotTo(HaveOccurred())
			Expect(m.LRN).To(Equal("LRN-0001"))
			st, err := tx.Stats()
			Expect(err).NotTo(HaveOccurred())
			Expect(st.Movements).To(Equal(1))
			page, total, err := tx.Movements(store.MovementQuery{EORI: alice})
			Expect(page).To(HaveLen(1))
			Expect(total).To(Equal(1))
			return err
		})
	})

	It("leaves nothing behind when its function returns an error, and returns that", func() {
		s := open()
		err := s.Update(bg, func(tx *store.Tx) error {
			return errors.Join(put(departure(1))(tx), errOops)
		})
		Expect(err).To(MatchError(errOops))
		Expect(counts(s)).To(Equal(store.Stats{}))
	})

	It("leaves nothing behind when its function panics, and returns the panic as an error", func() {
		s := open()
		err := s.Update(bg, func(tx *store.Tx) error {
			_ = put(departure(1))(tx)
			panic(errOops)
		})
		var panicked *store.PanicError
		Expect(errors.As(err, &panicked)).To(BeTrue())
		Expect(err).To(MatchError("update panicked: oops"))
		Expect(err).To(MatchError(errOops))
		Expect(string(panicked.Stack)).To(ContainSubstring("update_test.go"))
		Expect(counts(s)).To(Equal(store.Stats{}))
	})

	It("takes a panic of its function for what it is, also one of the runtime", func() {
		err := open().Update(bg, func(*store.Tx) error {
			var none []int
			_ = none[len(none)]
			return nil
		})
		Expect(err).To(MatchError(ContainSubstring("index out of range")))
		Expect(err).NotTo(MatchError(store.ErrDamaged))
	})

	It("fails with an error when its function ends the goroutine, and the store goes on", func() {
		s := open()
		err := s.Update(bg, func(tx *store.Tx) error {
			_ = put(departure(1))(tx)
			runtime.Goexit()
			return nil
		})
		Expect(err).To(MatchError(ContainSubstring("runtime.Goexit")))
		update(s, put(departure(2)))
		Expect(counts(s).Movements).To(Equal(1))
	})

	It("that writes nothing returns without a commit", func() {
		s := open()
		Expect(s.Update(bg, func(tx *store.Tx) error {
			_, err := tx.Stats()
			return err
		})).To(Succeed())
	})

	Describe("in a group", func() {
		It("shares the commit with the others", func() {
			s := open()
			h := hold(s)
			for i := range 50 {
				h.queue(put(departure(i)))
			}
			Expect(h.run()).To(HaveEach(BeNil()))
			Expect(counts(s).Movements).To(Equal(50))
		})

		It("leaves the rest to the next commit when much was written, so that nobody waits for all of it, and in the order in which they came", func() {
			s := open()
			h := hold(s)
			var commits [8]int
			for i := range commits {
				h.queue(func(tx *store.Tx) error {
					if i > 0 {
						if _, err := tx.Movement(id(i - 1)); err != nil {
							return err
						}
					}
					commits[i] = tx.Commit()
					if err := put(departure(i))(tx); err != nil || i == 7 {
						return err
					}
					return tx.AddMessage(letter(id(i), 0), []byte(bodyOf(i, 1<<20)))
				})
			}
			Expect(h.run()).To(HaveEach(BeNil()))
			Expect(commits[1]).To(Equal(commits[0]))
			Expect(commits[7]).To(And(BeNumerically(">=", commits[0]+3), BeNumerically("<", commits[0]+7)))
			Expect(slices.IsSorted(commits[:])).To(BeTrue())
			Expect(counts(s).Movements).To(Equal(8))
		})

		It("fails alone when it returns an error after it has written", func() {
			s := open()
			h := hold(s)
			for i := range 20 {
				h.queue(func(tx *store.Tx) error {
					if err := put(departure(i))(tx); err != nil || i%7 != 3 {
						return err
					}
					return fmt.Errorf("%d: %w", i, errOops)
				})
			}
			for i, err := range h.run() {
				if i%7 == 3 {
					Expect(err).To(MatchError(fmt.Sprintf("%d: oops", i)))
				} else {
					Expect(err).NotTo(HaveOccurred())
				}
				_, err = try(s, movementOf(id(i)))
				Expect(errors.Is(err, store.ErrNotFound)).To(Equal(i%7 == 3), "movement %d: %v", i, err)
			}
		})

		It("fails alone when it panics", func() {
			s := open()
			h := hold(s)
			h.queue(put(departure(0)))
			h.queue(func(tx *store.Tx) error {
				_ = put(departure(1))(tx)
				panic("boo")
			})
			h.queue(put(departure(2)))
			errs := h.run()
			Expect(errs[0]).NotTo(HaveOccurred())
			Expect(errs[1]).To(MatchError("update panicked: boo"))
			Expect(errs[2]).NotTo(HaveOccurred())
			Expect(counts(s).Movements).To(Equal(2))
		})

		It("runs again without those that failed, and draws the same numbers as without them", func() {
			s := open()
			h := hold(s)
			var runs [3]int
			var drawn [3]uint64
			draw := func(i int, result error) func(*store.Tx) error {
				return func(tx *store.Tx) (err error) {
					runs[i]++
					drawn[i], err = tx.Counter("movement")
					return errors.Join(err, result)
				}
			}
			h.queue(draw(0, nil))
			h.queue(draw(1, errOops))
			h.queue(draw(2, nil))
			h.run()
			Expect(runs).To(Equal([3]int{2, 1, 1}))
			Expect(drawn[0]).To(Equal(uint64(1)))
			Expect(drawn[2]).To(Equal(uint64(2)))
		})

		It("does not run again for one that failed before it wrote", func() {
			h := hold(open())
			runs := 0
			h.queue(func(tx *store.Tx) error {
				runs++
				return put(departure(1))(tx)
			})
			h.queue(func(tx *store.Tx) error {
				_, err := tx.Movement("unknown")
				return err
			})
			errs := h.run()
			Expect(errs[0]).NotTo(HaveOccurred())
			Expect(errs[1]).To(MatchError(store.ErrNotFound))
			Expect(runs).To(Equal(1))
		})

		It("sees what those before it in the group have written", func() {
			h := hold(open())
			h.queue(put(departure(1)))
			h.queue(func(tx *store.Tx) error {
				_, err := tx.Movement(id(1))
				return err
			})
			Expect(h.run()).To(HaveEach(BeNil()))
		})

		It("is told of the commit's failure even if it had failed before because of another that is not there now", func() {
			path := newPath()
			s := openAs(store.Options{Path: path, Durable: true, MaxSize: 40 << 20})
			h := hold(s)
			h.queue(put(departure(1)))
			h.queue(func(tx *store.Tx) error {
				return tx.AddMessage(letter(id(1), 0), []byte(bodyOf(1, 64<<20)))
			})
			h.queue(func(tx *store.Tx) error {
				if _, err := tx.Movement(id(1)); err == nil {
					return errOops // "there is one already"
				}
				return nil
			})
			for _, err := range h.run() {
				Expect(err).To(MatchError(ContainSubstring("write to store " + path)))
				Expect(err).To(MatchError(store.ErrFull))
				Expect(err).NotTo(MatchError(errOops))
			}
			Expect(counts(s).Movements).To(BeZero())
		})
	})

	Describe("and its context", func() {
		It("does not run when the context has ended", func() {
			ctx, cancel := context.WithCancel(bg)
			cancel()
			Expect(open().Update(ctx, func(*store.Tx) error {
				defer GinkgoRecover()
				Fail("it ran")
				return nil
			})).To(MatchError(context.Canceled))
		})

		It("does not run when the context ends while it waits for its turn", func() {
			s := open()
			h := hold(s)
			ctx, cancel := context.WithCancel(bg)
			result := make(chan error, 1)
			go func() { result <- s.Update(ctx, put(departure(1))) }()
			Eventually(s.Waiting).Should(Equal(1))
			cancel()
			Eventually(result).Should(Receive(MatchError(context.Canceled)))
			h.run()
			update(s, put(departure(2))) // behind the other
			Expect(counts(s).Movements).To(Equal(1))
		})

		It("waits for the outcome when the context ends while it is being written", func() {
			s := open()
			ctx, cancel := context.WithCancel(bg)
			Expect(s.Update(ctx, func(tx *store.Tx) error {
				cancel()
				return put(departure(1))(tx)
			})).To(Succeed())
			Expect(counts(s).Movements).To(Equal(1))
		})
	})

	It("never loses or mixes up one of many at once", func() {
		s := open()
		const goroutines, each = 16, 20
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				defer GinkgoRecover()
				for i := range each {
					n := g*each + i
					err := s.Update(bg, func(tx *store.Tx) error {
						if _, err := tx.Counter("movement"); err != nil {
							return err
						}
						if err := put(departure(n))(tx); err != nil {
							return err
						}
						if n%5 == 0 {
							return errOops
						}
						return add(letter(id(n), 0), fmt.Sprint("body ", n))(tx)
					})
					if n%5 == 0 {
						Expect(err).To(MatchError(errOops))
						continue
					}
					Expect(err).NotTo(HaveOccurred())
					Expect(read(s, func(tx *store.Tx) ([]byte, error) { return tx.Body(id(n), letter("", 0).ID) })).To(BeEquivalentTo(fmt.Sprint("body ", n)))
				}
			})
		}
		wg.Wait()
		const kept = goroutines * each * 4 / 5
		Expect(counts(s)).To(Equal(store.Stats{Movements: kept, Messages: kept}))
		update(s, func(tx *store.Tx) error {
			n, err := tx.Counter("movement")
			Expect(n).To(Equal(uint64(kept + 1)))
			return err
		})
	})
})

var _ = Describe("A view", func() {
	It("returns the error of its function", func() {
		Expect(open().View(func(*store.Tx) error { return errOops })).To(MatchError(errOops))
	})

	It("lets a panic of its function pass, and holds nothing", func() {
		s := open()
		Expect(func() { _ = s.View(func(*store.Tx) error { panic("boo") }) }).To(PanicWith("boo"))
	})

	It("cannot write", func() {
		s := open()
		update(s, put(departure(1)))
		m := departure(1)
		for what, write := range map[string]func(*store.Tx) error{
			"a movement": put(departure(2)),
			"a change":   func(tx *store.Tx) error { return tx.PutMovement(&m) },
			"a message":  add(letter(id(1), 0), "body"),
			"nothing":    (*store.Tx).Reset,
			"a deletion": func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) },
			"a number": func(tx *store.Tx) error {
				_, err := tx.Counter("x")
				return err
			},
		} {
			Expect(s.View(write)).To(MatchError(ContainSubstring("tx not writable")), what)
		}
		Expect(counts(s)).To(Equal(store.Stats{Movements: 1}))
	})

	It("does not wait for an update, and sees nothing of it", func() {
		s := open()
		update(s, put(departure(1)))
		inside, leave := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			done <- s.Update(bg, func(tx *store.Tx) error {
				err := put(departure(2))(tx)
				close(inside)
				<-leave
				return err
			})
		}()
		Eventually(inside).Should(BeClosed())
		Expect(counts(s).Movements).To(Equal(1))
		close(leave)
		Eventually(done).Should(Receive(BeNil()))
		Expect(counts(s).Movements).To(Equal(2))
	})

	It("goes on seeing what was there when it began, and lets updates pass", func() {
		s := open()
		update(s, put(departure(1)), add(letter(id(1), 0), "the body"))
		Expect(s.View(func(tx *store.Tx) error {
			update(s, func(tx *store.Tx) error { return tx.DeleteMovement(id(1)) })
			for i := range 100 { // so that freed pages would be used again
				update(s, put(departure(i+2)))
			}
			body, err := tx.Body(id(1), letter("", 0).ID)
			Expect(body).To(BeEquivalentTo("the body"))
			return err
		})).To(Succeed())
	})

	It("gives what may be kept and changed", func() {
		s := open()
		update(s, put(departure(1)), add(letter(id(1), 0), "the body"))
		readBody := func(tx *store.Tx) ([]byte, error) { return tx.Body(id(1), letter("", 0).ID) }
		body := read(s, readBody)
		body[0] = 'T'
		Expect(read(s, readBody)).To(BeEquivalentTo("the body"))
	})
})

var _ = Describe("Closing", func() {
	It("runs the updates that wait", func() {
		s := open()
		h := hold(s)
		for i := range 10 {
			h.queue(put(departure(i)))
		}
		closed := make(chan error, 1)
		go func() { closed <- s.Close() }()
		Expect(h.run()).To(HaveEach(BeNil()))
		Eventually(closed).Should(Receive(BeNil()))
		Expect(counts(openAs(store.Options{Path: s.Path()})).Movements).To(Equal(10))
	})

	It("waits for open views", func() {
		s := open()
		inside, leave := make(chan struct{}), make(chan struct{})
		viewed, closed := make(chan error, 1), make(chan error, 1)
		go func() {
			viewed <- s.View(func(tx *store.Tx) error {
				close(inside)
				<-leave
				_, err := tx.Stats()
				return err
			})
		}()
		Eventually(inside).Should(BeClosed())
		go func() { closed <- s.Close() }()
		Consistently(closed, "20ms").ShouldNot(Receive())
		close(leave)
		Eventually(viewed).Should(Receive(BeNil()))
		Eventually(closed).Should(Receive(BeNil()))
	})

	It("is final, and may be done twice and at once", func() {
		s := open()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				defer GinkgoRecover()
				Expect(s.Close()).To(Succeed())
			})
		}
		wg.Wait()
		Expect(s.Update(bg, put(departure(1)))).To(MatchError(store.ErrClosed))
		Expect(s.View(func(*store.Tx) error { return nil })).To(MatchError(store.ErrClosed))
	})

	It("for good deletes the file", func() {
		s := open()
		Expect(s.Remove()).To(Succeed())
		Expect(s.Path()).NotTo(BeAnExistingFile())
	})
})
