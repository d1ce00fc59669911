package engine_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/assembly"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

func TestEngine(t *testing.T) {
	suite.Run(t, "engine")
}

var (
	ctx   = context.Background()
	start = setup.Start
)

const (
	trader  = "GB953574106000"
	another = "XI175521246821"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// options are what a world may differ in from the usual one: manual clock, profile trader-test, seed 7.
type options struct {
	profile                    string
	clock                      clock.Options
	compose                    compose.Options
	retention, phase4Retention time.Duration
	seed                       uint64
	scenarios                  assembly.Scenarios
}

// world is a world of the test kit and what specs of the engine ask it.
type world struct {
	*setup.World
	scenarios assembly.Scenarios
}

// newWorld is a world in a folder in which nothing works yet.
func newWorld(dir string, o options) *world {
	return &world{scenarios: o.scenarios, World: setup.New(dir, func(s *setup.Settings) {
		s.Profile = cmp.Or(o.profile, "trader-test")
		if o.clock.Mode != "" {
			s.Time = o.clock
		}
		s.Seed = cmp.Or(o.seed, s.Seed)
		s.Compose, s.Scenarios = o.compose, o.scenarios
		s.Engine.Retention, s.Engine.Phase4Retention = o.retention, o.phase4Retention
	})}
}

// Nothing may be left of the worlds of a spec.
var _ = BeforeEach(suite.NoLeaks)

// run is a world at work for one spec.
func run(o options) *world {
	GinkgoHelper()
	w := newWorld(GinkgoT().TempDir(), o)
	DeferCleanup(func() { w.Close() })
	must(w.Start())
	return w
}

// sample is a valid message with values set.
func sample(p message.Phase, name string, set ...string) engine.Submission {
	data, d := simtest.Sample(p, name), simtest.Document(p, name)
	if len(set) > 0 {
		b := message.Edit(d)
		for i := 0; i < len(set); i += 2 {
			if set[i+1] == "" {
				must(b.Remove(set[i]))
			} else {
				must(b.Set(set[i], set[i+1]))
			}
		}
		d = b.Document()
		data = d.Bytes()
	}
	return engine.Submission{EORI: trader, ClientID: "client", Phase: p, Kind: d.Type.Kind, Body: data, Document: d}
}

func simplified(set ...string) engine.Submission {
	return sample(message.Phase5, "ie015-simplified-gb-xi", set...)
}

func normal(set ...string) engine.Submission {
	return sample(message.Phase5, "ie015-normal-gb-xi", set...)
}

// badCompose is a composer that cannot write every IE029.
var badCompose = compose.Options{DefaultAmount: "lots"}

const lrnPath, mrnPath = "TransitOperation/LRN", "TransitOperation/MRN"

// invalidation is an IE014 for a movement.
func invalidation(m movement.Movement) engine.Submission {
	if m.MRN == "" {
		return sample(m.Phase, "ie014-invalidation", lrnPath, m.LRN)
	}
	return sample(m.Phase, "ie014-invalidation", lrnPath, "", mrnPath, m.MRN)
}

// post creates a movement and lets everything settle.
func (w *world) post(s engine.Submission) movement.Movement {
	GinkgoHelper()
	m, _, err := w.Engine.Create(ctx, s)
	Expect(err).NotTo(HaveOccurred())
	w.Settle()
	return w.movement(m.ID)
}

func (w *world) attach(id string, s engine.Submission) movement.Message {
	GinkgoHelper()
	_, r, err := w.Engine.Attach(ctx, id, s)
	Expect(err).NotTo(HaveOccurred())
	w.Settle()
	return r
}

func (w *world) act(id, action string) engine.Result {
	GinkgoHelper()
	h, err := w.Engine.Act(ctx, id, action, nil, "officer")
	Expect(err).NotTo(HaveOccurred())
	return h
}

func (w *world) advance(by time.Duration) []movement.Entry {
	GinkgoHelper()
	_, happened, err := w.Engine.Advance(ctx, engine.Target{By: by})
	Expect(err).NotTo(HaveOccurred())
	return happened
}

func (w *world) read(fn func(tx *store.Tx) error) {
	GinkgoHelper()
	Expect(w.Store.View(fn)).To(Succeed())
}

func (w *world) movement(id string) (m movement.Movement) {
	GinkgoHelper()
	w.read(func(tx *store.Tx) error {
		stored, err := tx.Movement(id)
		if err == nil {
			m = *stored
		}
		return err
	})
	return m
}

// messages are those of a movement, the oldest first.
func (w *world) messages(id string) (all []movement.Message) {
	GinkgoHelper()
	w.read(func(tx *store.Tx) (err error) {
		all, _, err = tx.Messages(id, store.MessageQuery{})
		return err
	})
	slices.Reverse(all)
	return all
}

// types are the types of a movement's messages, the oldest first.
func (w *world) types(id string) string {
	GinkgoHelper()
	var out []string
	for _, m := range w.messages(id) {
		out = append(out, m.Type)
	}
	return strings.Join(out, " ")
}

func (w *world) body(id, messageID string) (body []byte) {
	GinkgoHelper()
	w.read(func(tx *store.Tx) (err error) {
		body, err = tx.Body(id, messageID)
		return err
	})
	return body
}

// last is the last message of a movement as a document.
func (w *world) last(id string) *message.Document {
	GinkgoHelper()
	all := w.messages(id)
	d, err := simtest.Catalogue().Parse(w.movement(id).Phase, w.body(id, all[len(all)-1].ID))
	Expect(err).NotTo(HaveOccurred())
	return d
}

// journal is a movement's journal as one text.
func (w *world) journal(id string) string {
	GinkgoHelper()
	var b strings.Builder
	w.read(func(tx *store.Tx) error {
		entries, err := tx.Journal(id)
		for _, e := range entries {
			b.WriteString(string(e.Kind) + ": " + e.Text + " (" + e.Why + ")\n")
		}
		return err
	})
	return b.String()
}

func (w *world) waiting() (ids []string) {
	GinkgoHelper()
	w.read(func(tx *store.Tx) (err error) {
		ids, err = tx.Waiting()
		return err
	})
	return ids
}
