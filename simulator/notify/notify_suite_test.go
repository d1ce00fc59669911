package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

func TestNotify(t *testing.T) {
	suite.Run(t, "notify")
}

var (
	ctx   = context.Background()
	start = time.Date(2026, 3, 2, 9, 15, 9, 200e6, time.UTC)
)

const (
	client = "client-1"
	trader = "GB123456789012"
)

// world is a world of the test kit in which nothing works but the notifications.
type world struct {
	*setup.World
	// full says that the store takes no results of deliveries, and refused how many it has not taken.
	full    atomic.Bool
	refused atomic.Int32
}

// newWorld makes a world whose service runs and may send to this machine.
func newWorld(change ...func(*notify.Config)) *world {
	GinkgoHelper()
	w := &world{World: setup.ForSpec(func(s *setup.Settings) {
		s.Time.Now = start
		s.Notify = notify.Config{Settings: notify.Settings{Callbacks: []string{notify.Loopback}}, Timeout: 5 * time.Second}
		for _, f := range change {
			f(&s.Notify)
		}
	})}
	w.work()
	return w
}

// reopen closes a world and opens it again, with settings changed.
func (w *world) reopen(change ...func(*setup.Settings)) {
	GinkgoHelper()
	w.Close()
	w.Change(change...)
	w.Open()
	w.work()
}

// work lets the service work.
func (w *world) work() {
	w.Notify.Start(func(ctx context.Context, change func(*store.Tx) ([]movement.Entry, error)) error {
		if w.full.Load() {
			w.refused.Add(1)
			return errors.New("the disk is full")
		}
		return w.Store.Update(ctx, func(tx *store.Tx) error {
			_, err := change(tx)
			return err
		})
	})
}

// settle waits until what is due was sent.
func (w *world) settle() {
	GinkgoHelper()
	limit, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	w.Notify.Settle(limit)
	Expect(limit.Err()).NotTo(HaveOccurred())
}

// box makes the client's box for a phase.
func (w *world) box(p message.Phase) movement.Box {
	GinkgoHelper()
	b, err := w.Notify.Make(ctx, client, notify.BoxName(p), "sesame")
	Expect(err).NotTo(HaveOccurred())
	return b
}

func (w *world) subscribe(boxID, callback string) error {
	_, err := w.Notify.Subscribe(ctx, boxID, callback)
	return err
}

// begin stores a movement that tells the box of its messages.
func (w *world) begin(p message.Phase, k message.Kind, box string) movement.Movement {
	GinkgoHelper()
	m := movement.Movement{
		ID: "6365135ba5e821ee", Kind: k, Phase: p, EORI: trader, ClientID: client, BoxID: box, Created: start, Updated: start,
		State: movement.Begin(p, k), Messages: 1,
	}
	if p.Generation() == message.GenerationPhase4 {
		m.Number = 4
	}
	Expect(w.Store.Update(ctx, func(tx *store.Tx) error { return tx.PutMovement(&m) })).To(Succeed())
	return m
}

// receive stores messages from customs as the engine does, and notifies of them.
func (w *world) receive(m *movement.Movement, messages ...notify.Posted) {
	GinkgoHelper()
	sends := false
	Expect(w.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.PutMovement(m); err != nil {
			return err
		}
		for i := range messages {
			p := &messages[i]
			p.Record.ID, p.Record.Movement, p.Record.Ordinal = fmt.Sprintf("65e2f0a1b2c3d4%02x", m.Messages), m.ID, m.Messages
			p.Record.Received, p.Record.Status = w.Clock.Now(), movement.Received
			m.Messages++
			if err := tx.AddPacked(p.Record, p.Body); err != nil {
				return err
			}
		}
		if err := tx.PutMovement(m); err != nil {
			return err
		}
		var err error
		_, sends, err = w.Notify.Post(tx, *m, messages)
		return err
	})).To(Succeed())
	if sends {
		w.Notify.Wake()
	}
}

func from(typ, body string) notify.Posted {
	return notify.Posted{Record: movement.Message{Type: typ}, Body: store.PackBody([]byte(body))}
}

// held are the notifications in a box.
func (w *world) held(box string) []movement.Notification {
	GinkgoHelper()
	found, err := w.Notify.Read(store.NotificationQuery{Box: box})
	Expect(err).NotTo(HaveOccurred())
	return found
}

// statuses are those of the notifications in a box.
func (w *world) statuses(box string) []movement.NotificationStatus {
	GinkgoHelper()
	all := []movement.NotificationStatus{}
	for _, n := range w.held(box) {
		all = append(all, n.Status)
	}
	return all
}

// told are the lines about notifications in the journal of a movement.
func (w *world) told(id string) []string {
	GinkgoHelper()
	var texts []string
	Expect(w.Store.View(func(tx *store.Tx) error {
		entries, err := tx.Journal(id)
		for _, e := range entries {
			Expect(e.Kind).To(Equal(movement.EntryNotification))
			texts = append(texts, e.Text)
		}
		return err
	})).To(Succeed())
	return texts
}

// subscriber is the software of a trader behind a callback URL.
type subscriber struct {
	*httptest.Server
	mu sync.Mutex
	// got are the pushes that came, in their order.
	got []push
	// answer is what a push is answered with; 0 is 200.
	answer int
	// hold keeps answers back until it is closed; nil for no delay.
	hold chan struct{}
	// cut ends connections without an answer.
	cut bool
	// challenged are the challenges; repeat is what is said to one.
	challenged []string
	repeat     func(w http.ResponseWriter, challenge string)
}

type push struct {
	header http.Header
	body   string
}

func newSubscriber() *subscriber {
	s := &subscriber{repeat: func(w http.ResponseWriter, challenge string) {
		_ = json.NewEncoder(w).Encode(map[string]string{"challenge": challenge})
	}}
	s.Server = httptest.NewServer(s)
	DeferCleanup(func() {
		s.mu.Lock()
		if s.hold != nil {
			close(s.hold)
		}
		s.hold = nil
		s.mu.Unlock()
		s.Server.Close()
	})
	return s
}

func (s *subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		s.challenged = append(s.challenged, r.URL.RawQuery)
		s.repeat(w, r.URL.Query().Get("challenge"))
		return
	}
	s.got = append(s.got, push{r.Header.Clone(), string(body)})
	if hold := s.hold; hold != nil {
		s.mu.Unlock()
		select {
		case <-hold:
		case <-r.Context().Done():
		}
		s.mu.Lock()
	}
	if s.cut {
		panic(http.ErrAbortHandler)
	}
	if s.answer != 0 {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(s.answer)
	}
}

func (s *subscriber) will(change func(*subscriber)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *subscriber) pushes() []push {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]push(nil), s.got...)
}
