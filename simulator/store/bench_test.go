package store_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

var benchStart = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)

// openBench opens a store in the benchmark's own folder.
func openBench(b *testing.B, durable bool) *store.Store {
	b.Helper()
	s, err := store.Open(store.Options{Path: filepath.Join(b.TempDir(), "bench.db"), Durable: durable})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// submission is all that one accepted declaration writes.
type submission struct {
	movement movement.Movement
	message  movement.Message
	body     []byte
}

func newSubmission(i int, eori string) submission {
	st := clock.NewSource(1).Stream("movement", fmt.Sprint(i))
	at := benchStart.Add(time.Duration(i/5) * time.Millisecond) // 5,000 a second
	id := fmt.Sprintf("%08x%s", at.Unix(), st.Hex(8))
	msg := fmt.Sprintf("%08x%s", at.Unix(), st.Hex(8))
	return submission{
		movement: movement.Movement{
			ID: id, Kind: message.Departure, Phase: message.Phase5, EORI: eori, ClientID: "client", MovementEORI: eori,
			LRN: "LRN" + st.Hex(12), Created: at, Updated: at, State: movement.Submitted, Procedure: movement.Simplified,
			Office: "GB000060", Sender: "TRADER1", Messages: 1, Facts: movement.Facts{Original: msg, Declaration: msg, Submitted: at},
		},
		message: movement.Message{ID: msg, Movement: id, Type: "IE015", Status: movement.Processing, Received: at, Identification: "MSG0001"},
		body:    bytes.Repeat([]byte("<declaration>"), 400),
	}
}

func (sub submission) write(tx *store.Tx) error {
	m := sub.movement
	if _, err := tx.Counter("movement"); err != nil {
		return err
	}
	if err := tx.PutMovement(&m); err != nil {
		return err
	}
	if err := tx.AddMessage(sub.message, sub.body); err != nil {
		return err
	}
	if err := tx.Enqueue(&movement.Event{Movement: m.ID, Kind: movement.EventMessage, At: m.Created, Name: "IE015", Message: sub.message.ID}); err != nil {
		return err
	}
	return tx.AddEntry(&movement.Entry{
		Movement: m.ID, At: m.Created, Kind: movement.EntryMessage, Text: "IE015 received from the trader",
		Why: "docs/spec/process.md#4-1", Message: sub.message.ID, Type: "IE015",
	})
}

// inParallel calls do b.N times from so many goroutines, and reports how often it was done per second.
func inParallel(b *testing.B, goroutines int, unit string, do func(i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range goroutines {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
}

var commits = []struct {
	name    string
	durable bool
}{{"durable", true}, {"ephemeral", false}}

// BenchmarkSubmission stores what one accepted declaration stores: movement, message, body of 5 KB,
// event, journal entry and all indexes.
func BenchmarkSubmission(b *testing.B) {
	for _, c := range commits {
		for _, goroutines := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", c.name, goroutines), func(b *testing.B) {
				s := openBench(b, c.durable)
				inParallel(b, goroutines, "submissions/s", func(i int) error {
					return s.Update(context.Background(), newSubmission(i, "GB123456789012").write)
				})
			})
		}
	}
}

// BenchmarkBare is what bbolt alone does in the same way: groups that each store values of 5 KB.
func BenchmarkBare(b *testing.B) {
	for _, c := range commits {
		for _, goroutines := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", c.name, goroutines), func(b *testing.B) {
				put := bareGroups(b, c.durable)
				body := newSubmission(0, "").body
				inParallel(b, goroutines, "values/s", func(i int) error { return put(fmt.Appendf(nil, "%016d", i), body) })
			})
		}
	}
}

// bareGroups is the smallest group commit.
func bareGroups(b *testing.B, durable bool) func(k, v []byte) error {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{NoSync: !durable, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	type put struct {
		k, v []byte
		done chan error
	}
	puts := make(chan put, 1024)
	var wg sync.WaitGroup
	wg.Go(func() {
		for first := range puts {
			group := []put{first}
			for more := true; more; {
				select {
				case p, ok := <-puts:
					if more = ok; ok {
						group = append(group, p)
					}
				default:
					more = false
				}
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				bucket, err := tx.CreateBucketIfNotExists([]byte("b"))
				for _, p := range group {
					err = bucket.Put(p.k, p.v)
				}
				return err
			})
			for _, p := range group {
				p.done <- err
			}
		}
	})
	b.Cleanup(func() {
		close(puts)
		wg.Wait()
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return func(k, v []byte) error {
		p := put{k, v, make(chan error, 1)}
		puts <- p
		return <-p.done
	}
}

// BenchmarkOutcome stores what the office writes for an event: the movement's new state, two messages
// to the trader, the event taken off the queue, and the journal.
func BenchmarkOutcome(b *testing.B) {
	for _, c := range commits {
		b.Run(c.name, func(b *testing.B) {
			s := openBench(b, c.durable)
			subs := fill(b, s, b.N+1, "GB123456789012")
			inParallel(b, 64, "events/s", func(i int) error { return settle(s, subs[i]) })
			b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// settle reads what an event needs and writes what comes of it.
func settle(s *store.Store, sub submission) error {
	var m *movement.Movement
	var ev movement.Event
	err := s.View(func(tx *store.Tx) error {
		events, err := tx.Queue(sub.movement.ID)
		if err != nil {
			return err
		}
		ev = events[0]
		if _, err = tx.Body(sub.movement.ID, ev.Message); err != nil {
			return err
		}
		m, err = tx.Movement(sub.movement.ID)
		return err
	})
	if err != nil {
		return err
	}
	return s.Update(context.Background(), func(tx *store.Tx) error {
		out := *m
		out.State, out.MRN, out.Handled = movement.Accepted, "26GB"+m.ID[8:]+"K6", 1
		out.Timers = []movement.Timer{{Name: "auto_release", Due: m.Updated.Add(time.Hour)}}
		out.Updated = m.Updated.Add(time.Second)
		for i, typ := range []string{"IE928", "IE028"} {
			id := fmt.Sprintf("%s%08x", m.ID[:8], i)
			answer := movement.Message{
				ID: id, Movement: m.ID, Ordinal: i + 1, Type: typ, Status: movement.Received, Received: out.Updated, Trigger: ev.Message,
			}
			if err := tx.AddMessage(answer, sub.body[:2000]); err != nil {
				return err
			}
			if err := tx.AddEntry(&movement.Entry{Movement: m.ID, At: out.Updated, Kind: movement.EntryMessage, Text: typ + " sent", Message: id, Type: typ}); err != nil {
				return err
			}
		}
		done := sub.message
		done.Status = movement.Success
		if err := tx.PutMessage(done); err != nil {
			return err
		}
		if err := tx.Dequeue(ev); err != nil {
			return err
		}
		return tx.PutMovement(&out)
	})
}

// fill stores so many submissions in large transactions.
func fill(b testing.TB, s *store.Store, n int, eori string) []submission {
	b.Helper()
	subs := make([]submission, n)
	const step = 2000
	for from := 0; from < n; from += step {
		err := s.Update(context.Background(), func(tx *store.Tx) error {
			for i := from; i < min(from+step, n); i++ {
				subs[i] = newSubmission(i, eori)
				if err := subs[i].write(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return subs
}

// BenchmarkList reads the first 100 movements of an EORI that has 1,000 or 100,000, as a client does who
// asks without conditions; the end of the time span is the present.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		s := openBench(b, false)
		fill(b, s, n, "GB123456789012")
		now := benchStart.Add(24 * time.Hour)
		list := func(q store.MovementQuery, want int) func(b *testing.B) {
			return func(b *testing.B) {
				q.EORI, q.Kind, q.ReceivedUntil, q.Limit = "GB123456789012", message.Departure, now, 100
				b.ReportAllocs()
				for b.Loop() {
					err := s.View(func(tx *store.Tx) error {
						_, total, err := tx.Movements(q)
						if err == nil && total != want {
							err = fmt.Errorf("%d movements, not %d", total, want)
						}
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		}
		b.Run(fmt.Sprintf("100of%d", n), list(store.MovementQuery{}, n))
		since := store.MovementQuery{UpdatedSince: benchStart.Add(time.Millisecond), PageOnly: true}
		b.Run(fmt.Sprintf("100of%dsince", n), list(since, 100))
		b.Run(fmt.Sprintf("filtered%d", n), list(store.MovementQuery{LRN: "no such"}, 0))
	}
}

// BenchmarkBody reads a stored body the way the API does, with its movement.
func BenchmarkBody(b *testing.B) {
	s := openBench(b, false)
	subs := fill(b, s, 10_000, "GB123456789012")
	inParallel(b, 64, "bodies/s", func(i int) error {
		sub := subs[i%len(subs)]
		return s.View(func(tx *store.Tx) error {
			if _, err := tx.Movement(sub.movement.ID); err != nil {
				return err
			}
			if _, err := tx.Message(sub.movement.ID, sub.message.ID); err != nil {
				return err
			}
			_, err := tx.Body(sub.movement.ID, sub.message.ID)
			return err
		})
	})
}

// BenchmarkOpen opens and closes a store of 1 GB that is in the page cache.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.db")
	s, err := store.Open(store.Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	fill(b, s, 150_000, "GB123456789012")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := store.Open(store.Options{Path: path, Durable: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReset empties a store of 100,000 movements.
func BenchmarkReset(b *testing.B) {
	s := openBench(b, false)
	for b.Loop() {
		b.StopTimer()
		fill(b, s, 100_000, "GB123456789012")
		b.StartTimer()
		if err := s.Update(context.Background(), (*store.Tx).Reset); err != nil {
			b.Fatal(err)
		}
	}
}
