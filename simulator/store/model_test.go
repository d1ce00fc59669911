package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// TestStoreAgainstModel does at random what can be done with a store, and compares what is in it with a
// model that keeps everything in slices. The process ends and crashes now and then.
func TestStoreAgainstModel(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{model: newModel(), dir: dir}
		m.open(t, filepath.Join(dir, "model.db"))
		defer m.drop(t)
		t.Repeat(map[string]func(*rapid.T){
			"update":     m.update,
			"update too": m.update,
			"and again":  m.update,
			"fail":       m.failedUpdate,
			"open again": m.reopen,
			"crash":      m.crash,
			"movements":  m.compareMovements,
			"messages":   m.compareMessages,
			"queue":      m.compareQueue,
			"timers":     m.compareTimers,
			"journal":    m.compareJournal,
			"references": m.compareReferences,
			"expired":    m.compareExpired,
			"reserved":   m.compareReserved,
			"":           m.compareStats,
		})
		if err := m.store.Check(); err != nil {
			t.Fatal(err)
		}
	})
}

// kept is a movement of the model with what belongs to it.
type kept struct {
	movement movement.Movement
	number   int
	messages []movement.Message // by ordinal
	bodies   map[string]string
	events   []movement.Event
}

// model is what a store should have.
type model struct {
	movements []*kept // as created
	entries   []movement.Entry
	counters  map[string]uint64
	// the last numbers given
	number       int
	entry, event uint64
}

func newModel() *model { return &model{counters: map[string]uint64{}} }

func (m *model) clone() *model {
	c := *m
	c.counters = maps.Clone(m.counters)
	c.entries = slices.Clone(m.entries)
	c.movements = nil
	for _, k := range m.movements {
		k2 := *k
		k2.messages, k2.events, k2.bodies = slices.Clone(k.messages), slices.Clone(k.events), maps.Clone(k.bodies)
		c.movements = append(c.movements, &k2)
	}
	return &c
}

func (m *model) find(id string) *kept {
	for _, k := range m.movements {
		if k.movement.ID == id {
			return k
		}
	}
	return nil
}

// sorted are copies of the movements in an order.
func (m *model) sorted(compare func(a, b *kept) int) []*kept {
	return slices.SortedStableFunc(slices.Values(m.movements), compare)
}

// machine is a store and its model.
type machine struct {
	store *store.Store
	model *model
	dir   string
	files int
}

func (m *machine) open(t *rapid.T, path string) {
	s, err := store.Open(store.Options{Path: path}.WithCompactFrom(200_000))
	if err != nil {
		t.Fatal(err)
	}
	m.store = s
}

func (m *machine) drop(t *rapid.T) {
	if err := m.store.Remove(); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) reopen(t *rapid.T) {
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	m.open(t, m.store.Path())
}

// crash goes on with the file as it is at this moment, without having closed it.
func (m *machine) crash(t *rapid.T) {
	content, err := os.ReadFile(m.store.Path())
	if err != nil {
		t.Fatal(err)
	}
	m.drop(t)
	m.files++
	path := filepath.Join(m.dir, fmt.Sprintf("model%d.db", m.files))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	m.open(t, path)
}

// step is something done in a transaction, to the store and to the model.
type step func(*store.Tx, *model) error

func (m *machine) update(t *rapid.T) {
	steps := m.draw(t)
	var after *model
	err := m.store.Update(bg, func(tx *store.Tx) error {
		after = m.model.clone()
		return runSteps(tx, after, steps)
	})
	if err != nil {
		t.Fatal(err)
	}
	m.model = after
}

func (m *machine) failedUpdate(t *rapid.T) {
	steps := m.draw(t)
	panics := rapid.Bool().Draw(t, "panics")
	err := m.store.Update(bg, func(tx *store.Tx) error {
		if err := runSteps(tx, m.model.clone(), steps); err != nil {
			return err
		}
		if panics {
			panic(errOops)
		}
		return errOops
	})
	if !errors.Is(err, errOops) {
		t.Fatalf("an update that fails returns %v", err)
	}
}

func runSteps(tx *store.Tx, m *model, steps []step) error {
	for _, s := range steps {
		if err := s(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// draw draws some steps. What they do is drawn at once, so that they do the same when they run again.
func (m *machine) draw(t *rapid.T) []step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		seed := drawMovement(t)
		id := anyID.Draw(t, "id")
		n := rapid.IntRange(0, 9).Draw(t, "n")
		switch rapid.IntRange(0, 20).Draw(t, "kind of step") {
		case 0, 1, 2, 3, 4, 5:
			return func(tx *store.Tx, m *model) error { return putStep(tx, m, seed) }
		case 6, 7, 8:
			return func(tx *store.Tx, m *model) error { return addMessageStep(tx, m, id, n, seed.Updated) }
		case 9:
			return func(tx *store.Tx, m *model) error { return changeMessageStep(tx, m, id, n, seed.Updated) }
		case 10, 11, 12:
			return func(tx *store.Tx, m *model) error { return enqueueStep(tx, m, id, n) }
		case 13, 14:
			return func(tx *store.Tx, m *model) error { return dequeueStep(tx, m, id) }
		case 15, 16, 17:
			return func(tx *store.Tx, m *model) error { return entryStep(tx, m, id, n) }
		case 18:
			return func(tx *store.Tx, m *model) error { return deleteStep(tx, m, id) }
		case 19:
			return func(tx *store.Tx, m *model) error { return counterStep(tx, m, fmt.Sprint(n%3)) }
		default:
			if n > 0 {
				return func(*store.Tx, *model) error { return nil }
			}
			return resetStep
		}
	}), 1, 12).Draw(t, "steps")
}

var (
	anyID   = rapid.Custom(func(t *rapid.T) string { return id(rapid.IntRange(0, 7).Draw(t, "movement")) })
	anyTime = rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.IntRange(-3, 8).Draw(t, "ms")) * time.Millisecond)
	})
	anyOwner = rapid.SampledFrom([]string{alice, bob, ""})
	anyPhase = rapid.SampledFrom([]message.Phase{message.Phase4, message.Phase5, message.Phase6})
	anyKind  = rapid.SampledFrom([]message.Kind{message.Departure, message.Arrival})
	anyLRN   = rapid.SampledFrom([]string{"", "LRN1", "LRN2", "lrn1", "Ä1"})
	anyGRN   = rapid.SampledFrom([]string{"24GB0000010000031", "24GB00000100000312", "26XI0000010943D40"})
	anyMRN   = rapid.SampledFrom([]string{"", "26GB1", "26GB12", "26XI1"})
)

func drawMovement(t *rapid.T) movement.Movement {
	m := movement.Movement{
		ID: anyID.Draw(t, "id"), Kind: anyKind.Draw(t, "kind"), EORI: anyOwner.Draw(t, "EORI"), MovementEORI: anyOwner.Draw(t, "movement EORI"),
		LRN: anyLRN.Draw(t, "LRN"), MRN: anyMRN.Draw(t, "MRN"), Created: anyTime.Draw(t, "created"), Updated: anyTime.Draw(t, "updated"),
		Handled: rapid.IntRange(0, 5).Draw(t, "handled"), Phase: anyPhase.Draw(t, "phase"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "timers") {
		timer := movement.Timer{Name: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), Remaining: time.Minute}
		if rapid.Bool().Draw(t, "running") {
			timer.Due, timer.Remaining = anyTime.Draw(t, "due"), 0
		}
		m.Timers = append(m.Timers, timer)
	}
	for range rapid.IntRange(0, 2).Draw(t, "reservations") {
		m.Facts.Reserved = append(m.Facts.Reserved, movement.Reservation{
			GRN: anyGRN.Draw(t, "GRN"), Amount: rapid.SampledFrom([]string{"1", "0.01", "1000.5"}).Draw(t, "amount"),
			Currency: rapid.SampledFrom([]string{"EUR", "GBP"}).Draw(t, "currency"),
		})
	}
	return m
}

func putStep(tx *store.Tx, m *model, put movement.Movement) error {
	if k := m.find(put.ID); k != nil {
		k.movement = put
	} else {
		m.number++
		m.movements = append(m.movements, &kept{movement: put, number: m.number, bodies: map[string]string{}})
	}
	return tx.PutMovement(&put)
}

// unknown wants an operation on a movement that does not exist to say so.
func unknown(err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("an unknown movement gives %w", err)
	}
	return nil
}

func addMessageStep(tx *store.Tx, m *model, id string, n int, at time.Time) error {
	k := m.find(id)
	msg := movement.Message{ID: fmt.Sprintf("m%d", n), Movement: id, Type: "IE015", Received: at}
	body := strings.Repeat("x", n*700)
	if k == nil {
		return unknown(tx.AddMessage(msg, []byte(body)))
	}
	msg.Ordinal = len(k.messages)
	err := tx.AddMessage(msg, []byte(body))
	if _, known := k.bodies[msg.ID]; known {
		if !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("a second message of one id gives %w", err)
		}
		return nil
	}
	msg.Size = len(body)
	k.messages = append(k.messages, msg)
	k.bodies[msg.ID] = body
	return err
}

func changeMessageStep(tx *store.Tx, m *model, id string, n int, at time.Time) error {
	k := m.find(id)
	if k == nil || len(k.messages) == 0 {
		return unknown(tx.PutMessage(movement.Message{ID: "m0", Movement: id}))
	}
	msg := &k.messages[n%len(k.messages)]
	msg.Status, msg.Received = movement.Success, at
	return tx.PutMessage(*msg)
}

func enqueueStep(tx *store.Tx, m *model, id string, n int) error {
	ev := movement.Event{Movement: id, Name: fmt.Sprint("event ", n)}
	k := m.find(id)
	if k == nil {
		return unknown(tx.Enqueue(&ev))
	}
	err := tx.Enqueue(&ev)
	m.event++
	k.events = append(k.events, movement.Event{Seq: m.event, Movement: id, Name: ev.Name})
	return err
}

func dequeueStep(tx *store.Tx, m *model, id string) error {
	k := m.find(id)
	if k == nil || len(k.events) == 0 {
		return unknown(tx.Dequeue(movement.Event{Movement: id, Seq: 1 << 40}))
	}
	ev := k.events[0]
	k.events = k.events[1:]
	return tx.Dequeue(ev)
}

func entryStep(tx *store.Tx, m *model, id string, n int) error {
	e := movement.Entry{Movement: id, Text: fmt.Sprint("entry ", n)}
	if n == 0 {
		e.Movement = ""
	} else if m.find(id) == nil {
		return unknown(tx.AddEntry(&e))
	}
	err := tx.AddEntry(&e)
	m.entry++
	m.entries = append(m.entries, movement.Entry{Number: m.entry, Movement: e.Movement, Text: e.Text})
	return err
}

func deleteStep(tx *store.Tx, m *model, id string) error {
	if m.find(id) == nil {
		return unknown(tx.DeleteMovement(id))
	}
	m.movements = slices.DeleteFunc(m.movements, func(k *kept) bool { return k.movement.ID == id })
	m.entries = slices.DeleteFunc(m.entries, func(e movement.Entry) bool { return e.Movement == id })
	return tx.DeleteMovement(id)
}

func counterStep(tx *store.Tx, m *model, name string) error {
	m.counters[name]++
	n, err := tx.Counter(name)
	if err == nil && n != m.counters[name] {
		err = fmt.Errorf("counter %s gives %d, not %d", name, n, m.counters[name])
	}
	return err
}

func resetStep(tx *store.Tx, m *model) error {
	entry := m.entry // goes on
	*m = *newModel()
	m.entry = entry
	return tx.Reset()
}

// same fails unless what the store says is what the model says.
func same[T any](t *rapid.T, m *machine, what string, want T, ask func(*store.Tx) (T, error)) {
	t.Helper()
	got, err := try(m.store, ask)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s: model (-) and store (+) differ:\n%s", what, d)
	}
}

func pageOf[T any](all []T, skip, limit int) []T {
	all = all[min(skip, len(all)):]
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return all
}

// bound is a time, or none, within milliseconds too.
var bound = rapid.Custom(func(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "no bound") {
		return time.Time{}
	}
	return anyTime.Draw(t, "bound").Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(t, "ns")))
})

func inside(at, since, until time.Time) bool {
	return (since.IsZero() || !at.Before(since)) && (until.IsZero() || !at.After(until))
}

var anyGeneration = rapid.SampledFrom([]message.Generation{0, message.GenerationPhases56, message.GenerationPhase4})

func of(g message.Generation, m movement.Movement) bool {
	return g == 0 || (m.Phase == message.Phase4) == (g == message.GenerationPhase4)
}

func holds(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// page is a page of movements and the total.
type page struct {
	Movements []movement.Movement
	Total     int
}

func (m *machine) compareMovements(t *rapid.T) {
	m.compareList(t, store.MovementQuery{})
	one := func(name string, values ...string) string { // mostly none
		return rapid.SampledFrom(append([]string{"", "", ""}, values...)).Draw(t, name)
	}
	m.compareList(t, store.MovementQuery{
		EORI: one("EORI", alice, bob), Kind: message.Kind(one("kind", "departure", "arrival")), Generation: anyGeneration.Draw(t, "generation"),
		UpdatedSince: bound.Draw(t, "since"), ReceivedUntil: bound.Draw(t, "until"),
		MovementEORI: one("movement EORI", alice), MRN: one("MRN", "gb1", "XI"), LRN: one("LRN", "RN1", "ä"),
		Skip: rapid.IntRange(0, 5).Draw(t, "skip"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
	})
}

func (m *machine) compareList(t *rapid.T, q store.MovementQuery) {
	var want page
	for _, k := range m.model.sorted(func(a, b *kept) int {
		return cmp.Or(b.movement.Updated.Compare(a.movement.Updated), b.movement.Created.Compare(a.movement.Created), cmp.Compare(b.number, a.number))
	}) {
		mv := k.movement
		if (q.EORI == "" || mv.EORI == q.EORI) && (q.Kind == "" || mv.Kind == q.Kind) && of(q.Generation, mv) && inside(mv.Updated, q.UpdatedSince, q.ReceivedUntil) &&
			(q.MovementEORI == "" || mv.MovementEORI == q.MovementEORI) && holds(mv.MRN, q.MRN) && holds(mv.LRN, q.LRN) {
			want.Movements = append(want.Movements, mv)
		}
	}
	want.Total = len(want.Movements)
	want.Movements = pageOf(want.Movements, q.Skip, q.Limit)
	same(t, m, fmt.Sprintf("%+v", q), want, func(tx *store.Tx) (page, error) {
		ms, total, err := tx.Movements(q)
		got := page{Total: total}
		for _, mv := range ms {
			got.Movements = append(got.Movements, *mv)
		}
		return got, err
	})
}

func (m *machine) compareMessages(t *rapid.T) {
	id := anyID.Draw(t, "id")
	q := store.MessageQuery{
		ReceivedSince: bound.Draw(t, "since"), ReceivedUntil: bound.Draw(t, "until"),
		Skip: rapid.IntRange(0, 3).Draw(t, "skip"), Limit: rapid.IntRange(0, 3).Draw(t, "limit"),
	}
	k := m.model.find(id)
	if k == nil {
		if err := m.store.View(func(tx *store.Tx) error { _, _, err := tx.Messages(id, q); return err }); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("messages of an unknown movement: %v", err)
		}
		return
	}
	var want []movement.Message
	for _, msg := range slices.Backward(k.messages) {
		if inside(msg.Received, q.ReceivedSince, q.ReceivedUntil) {
			want = append(want, msg)
		}
	}
	slices.SortStableFunc(want, func(a, b movement.Message) int { return b.Received.Compare(a.Received) })
	total := len(want)
	same(t, m, fmt.Sprintf("%+v", q), pageOf(want, q.Skip, q.Limit), func(tx *store.Tx) ([]movement.Message, error) {
		got, n, err := tx.Messages(id, q)
		if err == nil && n != total {
			err = fmt.Errorf("there are %d messages, not %d", n, total)
		}
		return got, err
	})
	for _, msg := range k.messages {
		same(t, m, "message", msg, func(tx *store.Tx) (movement.Message, error) { return tx.Message(id, msg.ID) })
		same(t, m, "body", k.bodies[msg.ID], func(tx *store.Tx) (string, error) {
			body, err := tx.Body(id, msg.ID)
			return string(body), err
		})
	}
}

func (m *machine) compareQueue(t *rapid.T) {
	var first []movement.Event
	for _, k := range m.model.movements {
		same(t, m, "queue", k.events, func(tx *store.Tx) ([]movement.Event, error) { return tx.Queue(k.movement.ID) })
		if len(k.events) > 0 {
			first = append(first, k.events[0])
		}
	}
	slices.SortFunc(first, func(a, b movement.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	var want []string
	for _, ev := range first {
		want = append(want, ev.Movement)
	}
	same(t, m, "waiting", want, (*store.Tx).Waiting)
}

func (m *machine) compareTimers(t *rapid.T) {
	until, limit := anyTime.Draw(t, "until"), rapid.IntRange(0, 4).Draw(t, "max")
	var all []store.DueTimer
	seen := map[store.DueTimer]bool{}
	for _, k := range m.model.movements {
		for _, timer := range k.movement.Timers {
			d := store.DueTimer{Movement: k.movement.ID, Name: timer.Name, Due: timer.Due}
			if !timer.Paused() && !seen[d] {
				seen[d] = true
				all = append(all, d)
			}
		}
	}
	number := func(d store.DueTimer) int { return m.model.find(d.Movement).number }
	slices.SortFunc(all, func(a, b store.DueTimer) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(number(a), number(b)), cmp.Compare(a.Name, b.Name))
	})
	var want []store.DueTimer
	for _, d := range all {
		if !d.Due.After(until) {
			want = append(want, d)
		}
	}
	same(t, m, "timers due", pageOf(want, 0, limit), func(tx *store.Tx) ([]store.DueTimer, error) { return tx.DueTimers(until, limit) })
	same(t, m, "next timer", pageOf(all, 0, 1), func(tx *store.Tx) ([]store.DueTimer, error) {
		next, running, err := tx.NextTimer()
		if !running {
			return nil, err
		}
		return []store.DueTimer{next}, err
	})
}

func (m *machine) compareJournal(t *rapid.T) {
	id, after, limit := anyID.Draw(t, "id"), rapid.Uint64Range(0, 20).Draw(t, "after"), rapid.IntRange(0, 5).Draw(t, "max")
	var own, later []movement.Entry
	for _, e := range m.model.entries {
		if e.Movement == id {
			own = append(own, e)
		}
		if e.Number > after {
			later = append(later, e)
		}
	}
	same(t, m, "entries", pageOf(later, 0, limit), func(tx *store.Tx) ([]movement.Entry, error) { return tx.Entries(after, limit) })
	same(t, m, "newest entry", m.model.entry, func(tx *store.Tx) (uint64, error) { return tx.LastEntry(), nil })
	if m.model.find(id) != nil {
		same(t, m, "journal", own, func(tx *store.Tx) ([]movement.Entry, error) { return tx.Journal(id) })
	}
}

func (m *machine) compareReferences(t *rapid.T) {
	holder, lrn, mrn := anyOwner.Draw(t, "holder"), anyLRN.Draw(t, "LRN"), anyMRN.Draw(t, "MRN")
	var byLRN, byMRN []string
	for _, k := range m.model.movements {
		if mv := k.movement; lrn != "" && mv.LRN == lrn && mv.MovementEORI == holder {
			byLRN = append(byLRN, mv.ID)
		}
		if mv := k.movement; mrn != "" && mv.MRN == mrn {
			byMRN = append(byMRN, mv.ID)
		}
	}
	same(t, m, "by LRN", byLRN, func(tx *store.Tx) ([]string, error) { return slices.Collect(tx.EachByLRN(holder, lrn)), nil })
	same(t, m, "by MRN", byMRN, func(tx *store.Tx) ([]string, error) { return tx.MovementsByMRN(mrn) })
}

func (m *machine) compareReserved(t *rapid.T) {
	grn := anyGRN.Draw(t, "GRN")
	sums := map[string]movement.Decimal{}
	for _, k := range m.model.movements {
		for _, r := range k.movement.Facts.Reserved {
			if r.GRN == grn {
				sums[r.Currency] = sums[r.Currency].Plus(r.Sum())
			}
		}
	}
	var want []movement.Reservation
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		want = append(want, movement.Reservation{GRN: grn, Amount: sums[currency].String(), Currency: currency})
	}
	same(t, m, "reserved", want, func(tx *store.Tx) ([]movement.Reservation, error) { return tx.Reserved(grn) })
}

func (m *machine) compareExpired(t *rapid.T) {
	g := anyGeneration.Draw(t, "generation")
	before, limit := anyTime.Draw(t, "before"), rapid.IntRange(0, 4).Draw(t, "max")
	var want []string
	for _, k := range m.model.sorted(func(a, b *kept) int {
		return cmp.Or(a.movement.Updated.Compare(b.movement.Updated), a.movement.Created.Compare(b.movement.Created), cmp.Compare(a.number, b.number))
	}) {
		if k.movement.Updated.Before(before) && of(g, k.movement) {
			want = append(want, k.movement.ID)
		}
	}
	same(t, m, "expired", pageOf(want, 0, limit), func(tx *store.Tx) ([]string, error) { return tx.Expired(g, before, limit) })
}

func (m *machine) compareStats(t *rapid.T) {
	want := store.Stats{Movements: len(m.model.movements), Entries: len(m.model.entries)}
	for _, k := range m.model.movements {
		want.Messages += len(k.messages)
		want.Events += len(k.events)
		same(t, m, "movement", k.movement, func(tx *store.Tx) (movement.Movement, error) {
			got, err := tx.Movement(k.movement.ID)
			if err != nil {
				return movement.Movement{}, err
			}
			return *got, nil
		})
	}
	same(t, m, "stats", want, func(tx *store.Tx) (store.Stats, error) {
		st, err := tx.Stats()
		st.Bytes = 0
		return st, err
	})
}
