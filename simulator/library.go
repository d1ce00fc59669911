package simulator

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"nctsim/fixtures"
	"nctsim/scenarios"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/snapshot"
)

// refreshEvery is how often the user's folder of scenarios is looked at, in real time.
const refreshEvery = time.Second

// builtIn are the scenarios that come with the program, which all simulators of the process share. Each is read when it is
// needed for the first time.
var builtIn = sync.OnceValue(func() []scenario.Listed { return Reader().Indexed(scenarios.Files, scenarios.Index) })

// Reader reads scenario files as the simulators of the process do.
func Reader() *scenario.Reader { return scenario.NewReader(Catalogue(), fixtures.Files) }

// library is the scenarios of a simulator. Reading those of a folder takes longer than a start should, so that it happens beside it,
// and whoever needs them first waits.
type library struct {
	loaded chan struct{}
	read   *scenario.Library
}

// Library reads the scenarios that a simulator knows which has the folder dir as Config.Scenarios. Files with mistakes
// are left out; its Problems has them.
func Library(dir string) *scenario.Library { return Reader().Library(builtIn(), dir) }

// openLibrary begins to read the scenarios; with a snapshot it has read them, and changed them as in that.
func (w *world) openLibrary(from *snapshot.Snapshot) (*library, error) {
	s := w.simulator
	l := &library{loaded: make(chan struct{})}
	if s.config.Library != nil {
		l.read = s.config.Library
		close(l.loaded)
		return l, nil
	}
	read := func() { l.read = Library(s.config.Scenarios) }
	if from != nil {
		read()
		close(l.loaded)
		return l, changeLibrary(l.read, from)
	}
	go func() {
		defer close(l.loaded)
		read()
	}()
	w.onRelease(func(context.Context) error {
		<-l.loaded
		return nil
	})
	return l, nil
}

// changeLibrary does to a library what was done to another one.
func changeLibrary(l *scenario.Library, from *snapshot.Snapshot) error {
	for _, id := range from.Removed {
		l.Delete(id)
	}
	for _, sc := range from.Scenarios {
		if _, err := l.Put(sc.File, []byte(sc.Text)); err != nil {
			return fmt.Errorf("snapshot %s: scenario %s was put in and cannot be read any more: %w", from.Name, sc.File, err)
		}
	}
	return nil
}

// watchLibrary looks after the user's folder of scenarios until the simulator is closed.
func (w *world) watchLibrary() {
	s := w.simulator
	if s.config.Library != nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l := w.library.get()
		s.report(l)
		if s.config.Scenarios != "" {
			w.refresh(ctx, l)
		}
	}()
	w.onRelease(func(context.Context) error {
		stop()
		<-done
		return nil
	})
}

// refresh reads the user's folder again when something in it has changed.
func (w *world) refresh(ctx context.Context, l *scenario.Library) {
	s := w.simulator
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if l.Refresh() {
				s.config.Logger.Info("scenarios read again", "folder", s.config.Scenarios)
				w.engine.Report(ctx, movement.EntryScenarios, "the scenarios of the folder were read again", s.config.Scenarios+" has changed")
				s.report(l)
			}
		}
	}
}

// report logs the mistakes in scenario files.
func (s *Simulator) report(l *scenario.Library) {
	for _, p := range l.Problems() {
		s.config.Logger.Warn("a scenario file has a mistake", "problem", p.Error())
	}
	for _, own := range l.Own() {
		if instead := l.Instead(own); instead != nil {
			s.config.Logger.Info("a scenario takes the place of a built-in one", "id", own.ID, "file", own.File, "instead", instead.File)
		}
	}
}

// Loaded is closed when everything has been read that a start does not wait for: the user's scenarios.
func (s *Simulator) Loaded() <-chan struct{} { return s.world.Load().library.loaded }

func (l *library) get() *scenario.Library {
	<-l.loaded
	return l.read
}

// What engine and control API need of the scenarios.

func (l *library) Find(q scenario.Query) scenario.Found     { return l.get().Find(q) }
func (l *library) Get(id string) (*scenario.Scenario, bool) { return l.get().Get(id) }
func (l *library) All() []*scenario.Scenario                { return l.get().All() }
func (l *library) Suggest(id string) string                 { return l.get().Suggest(id) }
func (l *library) Problems() scenario.Problems              { return l.get().Problems() }
func (l *library) Delete(id string) bool                    { return l.get().Delete(id) }
func (l *library) Check(name string, text []byte) (*scenario.Scenario, error) {
	return l.get().Check(name, text)
}
func (l *library) Put(name string, text []byte) (*scenario.Scenario, error) {
	return l.get().Put(name, text)
}

// checkFolder: a folder of scenarios that is not there is a configuration error, and not an empty folder.
func checkFolder(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("%w; hint: create the folder, or leave the setting out for the built-in scenarios alone", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder; hint: name the folder that the file is in", name)
	}
	return nil
}
