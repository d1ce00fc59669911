// Package setup builds simulators for tests, without HTTP and with access to their parts: a manual clock, a fixed seed, a store in
// a folder of the test. They are put together by package assembly, as the real one is. It is not part of the simulator.
package setup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"nctsim/fixtures"
	"nctsim/simulator/assembly"
	"nctsim/simulator/clock"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

// Start is when the clock of a world stands at first, unless it is told otherwise.
var Start = time.Date(2026, 3, 2, 9, 15, 0, 459e6, time.UTC)

// patience is how long it may take to become idle, or to close.
const patience = 20 * time.Second

// Settings are what a world may differ in from the usual one: the profile "silent", a manual clock at Start, seed 7. The other
// fields of the assembly that are shared are filled in.
type Settings struct {
	assembly.Config
	Profile string
	Time    clock.Options
	// Identity is that of the store.
	Identity string
}

// World is a store, a clock and what works with them; it may be closed and opened again.
type World struct {
	*assembly.Assembly
	settings Settings
	path     string
	mu       sync.Mutex
	bugs     []error
}

// New makes a world with its store in a folder. Nothing works in it yet: what is submitted waits until Start. It panics if it
// cannot be made.
func New(dir string, change ...func(*Settings)) *World {
	s := Settings{Profile: "silent", Time: clock.Options{Mode: clock.Manual, Now: Start}}
	s.Seed = 7
	for _, f := range change {
		f(&s)
	}
	s.Catalogue = simtest.Catalogue()
	process, err := office.ProfileSettings(s.Profile)
	must(err)
	s.Office = office.New(process)
	s.Clock, err = clock.New(s.Time)
	must(err)
	w := &World{settings: s, path: filepath.Join(dir, "nctsim.db")}
	w.settings.Engine.OnBug = func(err error) {
		w.mu.Lock()
		w.bugs = append(w.bugs, err)
		w.mu.Unlock()
		if s.Engine.OnBug != nil {
			s.Engine.OnBug(err)
		}
	}
	w.Open()
	return w
}

// ForSpec is New with a store in a folder of the spec's own. When the spec ends, the world is closed.
func ForSpec(change ...func(*Settings)) *World {
	ginkgo.GinkgoHelper()
	w := New(ginkgo.GinkgoT().TempDir(), change...)
	ginkgo.DeferCleanup(func() { w.Close() })
	return w
}

// Open opens a world again that was closed, with the same clock. Nothing works in it until Start.
func (w *World) Open() {
	st, err := store.Open(store.Options{Path: w.path, Identity: w.settings.Identity})
	must(err)
	w.settings.Store = st
	w.Assembly, err = assembly.New(w.settings.Config)
	must(err)
}

// Change changes settings; they count when the world is opened again.
func (w *World) Change(change ...func(*Settings)) {
	for _, f := range change {
		f(&w.settings)
	}
}

// Close stops what works, whatever is still waiting, and closes the store. Whatever the test was about, the store has to be
// consistent. A store that the test has closed itself is left alone.
func (w *World) Close() {
	limit, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	must(w.Assembly.Close(limit))
	if err := w.Store.Check(); !errors.Is(err, store.ErrClosed) {
		must(err)
	}
	must(w.Store.Close())
}

// Restart closes a world and opens it again, at work.
func (w *World) Restart() {
	w.Close()
	w.Open()
	must(w.Start())
}

// Bugs are the mistakes of its own that the simulator has reported.
func (w *World) Bugs() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]error(nil), w.bugs...)
}

// Settle waits until nothing is left to do.
func (w *World) Settle() {
	ginkgo.GinkgoHelper()
	limit, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	gomega.Expect(w.Engine.Settle(limit)).To(gomega.Succeed())
}

// Pass moves a manual clock on; what falls due happens meanwhile.
func (w *World) Pass(d time.Duration) {
	ginkgo.GinkgoHelper()
	gomega.Expect(w.Clock.MoveTo(w.Clock.Now().Add(d))).To(gomega.Succeed())
}

// Reader reads scenarios, which may send the fixtures.
var Reader = sync.OnceValue(func() *scenario.Reader { return scenario.NewReader(simtest.Catalogue(), fixtures.Files) })

// Library is the scenarios whose texts are given.
func Library(texts ...string) *scenario.Library {
	l := Reader().Open(nil, "")
	for i, text := range texts {
		_, err := l.Put(fmt.Sprintf("test%d.yaml", i+1), []byte(text))
		must(err)
	}
	return l
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
