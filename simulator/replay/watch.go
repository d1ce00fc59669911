package replay

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// WatchOptions say what to watch.
type WatchOptions struct {
	Target Target
	// IDs are the scenarios to watch for, each until a movement has come to its end or left it. None: all, until the
	// context ends.
	IDs []string
	// Repeat is how many movements have to follow each of the IDs; 0 means 1.
	Repeat int
	// Teach are scenarios that the simulator is given first, in the place of others with their ids.
	Teach []*scenario.Scenario
	// Library has scenarios whose text needs not be read from the simulator; nil for none.
	Library *scenario.Library
	// Ready is called when nothing is missed any more, Say is told what happens at movements that follow a scenario, and
	// Report is given each result as soon as it is there. Each may be nil.
	Ready  func()
	Say    func(c Case, text string)
	Report func(Result)
}

// Watch judges movements that somebody else makes: the trader's own software, while the simulator follows the scenario.
// It returns when there is a verdict about each of the scenarios that were asked for, or when the context ends; then
// what has not come to an end has failed. The error says why watching was not possible.
func Watch(ctx context.Context, o WatchOptions) ([]Result, error) {
	w := &watcher{WatchOptions: o, runs: map[string]*run{}, others: map[string]bool{}, rounds: map[string]int{}}
	w.Target = o.Target.complete()
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	err := w.Target.control().Follow(ctx, client.Events{
		Connected: func(again bool) (bool, error) { return w.connected(ctx, again) },
		Take:      func(e movement.Entry) (bool, error) { return w.take(ctx, e) },
	})
	if err != nil && ctx.Err() == nil {
		return w.results, err
	}
	// The context is at its end, what is known is not.
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	w.abandon(rest)
	return w.results, nil
}

// lastLook is how long it may take to see where things stand when watching ends, in real time.
const lastLook = 10 * time.Second

type watcher struct {
	WatchOptions
	catalogue *message.Catalogue
	wall      *clock.Clock
	about     About
	// open are the scenarios without a verdict, as often as they lack one.
	open []*scenario.Scenario
	// runs are by the ids of their movements; others are movements that are none of ours.
	runs   map[string]*run
	others map[string]bool
	// rounds are how many runs of a scenario there were, by its id.
	rounds  map[string]int
	results []Result
}

// run is a movement that follows a scenario; it keeps the position if there are two.
type run struct {
	Case
	began  time.Time
	judged bool
	keeper string
}

func (w *watcher) prepare(ctx context.Context) error {
	if w.Ready == nil {
		w.Ready = func() {}
	}
	if w.Say == nil {
		w.Say = func(Case, string) {}
	}
	if w.Report == nil {
		w.Report = func(Result) {}
	}
	if err := w.Target.check(); err != nil {
		return err
	}
	var err error
	w.catalogue = simulator.Catalogue()
	if w.wall, err = clock.New(clock.Options{Mode: clock.Real}); err != nil {
		return err
	}
	about, err := w.Target.control().Info(ctx)
	if err != nil {
		return err
	}
	w.about = aboutOf(about, w.Target.URL)
	for _, s := range w.Teach {
		if err := w.Target.provide(ctx, s); err != nil {
			return err
		}
	}
	for _, id := range w.IDs {
		s, err := w.scenario(ctx, id)
		if client.IsNotFound(err) {
			return unknownTo(err, id)
		}
		if err != nil {
			return err
		}
		w.open = append(w.open, slices.Repeat([]*scenario.Scenario{s}, max(w.Repeat, 1))...)
	}
	return w.passOver(ctx)
}

// passOver leaves out movements that are done with their scenarios already.
func (w *watcher) passOver(ctx context.Context) error {
	there, err := w.unseen(ctx)
	for _, s := range there {
		if s.Script != nil && s.Script.Status != movement.Following {
			w.others[s.ID] = true
		}
	}
	return err
}

// scenario is one as the simulator has it.
func (w *watcher) scenario(ctx context.Context, id string) (*scenario.Scenario, error) {
	return w.Target.scenario(ctx, id, w.Library)
}

// take looks at a journal entry; false says that there is a verdict about everything that was asked for.
func (w *watcher) take(ctx context.Context, e movement.Entry) (more bool, err error) {
	if e.Kind != movement.EntryScenario || w.others[e.Movement] {
		return true, nil
	}
	r, err := w.runOf(ctx, e.Movement)
	if err != nil || r == nil || r.judged {
		return true, err
	}
	w.Say(r.Case, e.Text)
	if e.Mark != movement.MarkLeft && e.Mark != movement.MarkThrough {
		return true, nil
	}
	return w.conclude(ctx, r)
}

// conclude gives the verdict on a run that has come to its end.
func (w *watcher) conclude(ctx context.Context, r *run) (more bool, err error) {
	result, err := w.judge(ctx, r)
	if err != nil {
		return false, err
	}
	w.settled(r, result)
	return len(w.IDs) == 0 || len(w.open) > 0, nil
}

// connected begins to listen, or catches up with what has happened while the connection was broken.
func (w *watcher) connected(ctx context.Context, again bool) (more bool, err error) {
	if !again {
		w.Ready()
		return true, nil
	}
	there, err := w.unseen(ctx)
	if err != nil {
		return true, err
	}
	for _, m := range there {
		r, err := w.runOf(ctx, m.ID)
		if err != nil {
			return true, err
		}
		if r == nil || r.judged || m.Script == nil || m.Script.Status == movement.Following {
			continue
		}
		if more, err := w.conclude(ctx, r); !more || err != nil {
			return err != nil, err
		}
	}
	return true, nil
}

// another is the next case of a scenario: of a repeated one the next round.
func (w *watcher) another(s *scenario.Scenario, p message.Phase) Case {
	c := Case{Scenario: s, Phase: p}
	if w.Repeat > 1 {
		w.rounds[s.ID]++
		c.Round = w.rounds[s.ID]
	}
	return c
}

// unseen are the movements that may have to be judged.
func (w *watcher) unseen(ctx context.Context) ([]client.Movement, error) {
	if len(w.IDs) == 0 {
		return following(ctx, w.Target.control(), "")
	}
	var out []client.Movement
	for _, id := range w.IDs {
		if !w.wants(id) {
			continue
		}
		there, err := following(ctx, w.Target.control(), id)
		if err != nil {
			return nil, err
		}
		out = append(out, there...)
	}
	return slices.DeleteFunc(out, func(m client.Movement) bool { return w.others[m.ID] }), nil
}

// runOf finds what a movement belongs to, nil if that is none of ours.
func (w *watcher) runOf(ctx context.Context, id string) (*run, error) {
	if r := w.runs[id]; r != nil {
		return r, nil
	}
	seen, err := w.Target.control().Movement(ctx, id)
	if client.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if seen.Script == nil || !w.wants(seen.Scenario) {
		w.others[id] = true
		return nil, nil
	}
	keeper := cmp.Or(seen.Script.Keeper, id)
	r := w.runs[keeper]
	if r == nil {
		s, err := w.scenario(ctx, seen.Scenario)
		if err != nil {
			return nil, err
		}
		r = &run{Case: w.another(s, seen.Phase), began: w.wall.Now(), keeper: keeper}
		w.runs[keeper] = r
	}
	w.runs[id] = r
	return r, nil
}

func (w *watcher) wants(id string) bool {
	if len(w.IDs) == 0 {
		return true
	}
	return slices.ContainsFunc(w.open, func(s *scenario.Scenario) bool { return s.ID == id })
}

// judge looks at the movements of a run and judges them.
func (w *watcher) judge(ctx context.Context, r *run) (Result, error) {
	result := Result{Case: r.Case, Simulator: w.about, Watched: true, Began: r.began, Took: w.wall.Now().Sub(r.began)}
	kinds := map[string]message.Kind{}
	messages := map[string]*Message{}
	var entries []movement.Entry
	for id := r.keeper; id != ""; {
		seen, err := w.Target.control().Movement(ctx, id)
		if err != nil {
			return Result{}, err
		}
		kinds[id] = seen.Type
		entries = append(entries, seen.Journal...)
		result.Sides = append(result.Sides, sideOf(seen.Movement))
		if err := w.messages(ctx, seen, messages); err != nil {
			return Result{}, err
		}
		id = partnerOf(seen.Movement)
	}
	slices.SortStableFunc(result.Sides, func(a, b Side) int { return cmp.Compare(b.Kind, a.Kind) })
	b := bench{Case: r.Case, catalogue: w.catalogue, course: read(r.Scenario, kinds, entries), messages: messages, profile: w.about.Profile}
	result.Steps = b.steps()
	result.Verdict = verdict(result.Steps)
	return result, nil
}

func (w *watcher) messages(ctx context.Context, s client.MovementDetail, into map[string]*Message) error {
	for _, e := range s.Journal {
		if e.Kind != movement.EntryMessage || e.Message == "" {
			continue
		}
		body, err := w.Target.control().Body(ctx, s.ID, e.Message)
		if err != nil {
			return err
		}
		into[e.Message] = messageOf(s, e, body)
	}
	return nil
}

// messageOf is the message that an entry of a journal tells of.
func messageOf(s client.MovementDetail, e movement.Entry, body []byte) *Message {
	t, _ := message.TypeOfCode(e.Type)
	return &Message{
		Side: s.Type, Movement: s.ID, ID: e.Message, Wire: wireOf(s, e.Message), Type: e.Type, At: e.At, Body: body,
		FromCustoms: t.Role == message.FromCustoms,
	}
}

// settled notes a verdict.
func (w *watcher) settled(r *run, result Result) {
	r.judged = true
	if i := slices.IndexFunc(w.open, func(s *scenario.Scenario) bool { return s.ID == r.Scenario.ID }); i >= 0 {
		w.open = slices.Delete(w.open, i, i+1)
	}
	w.results = append(w.results, result)
	w.Report(result)
}

// abandon gives a verdict on what has not come to its end when watching ends. Movements of which no entry was taken yet
// are looked for.
func (w *watcher) abandon(ctx context.Context) {
	if len(w.open) > 0 {
		there, err := w.unseen(ctx)
		for _, m := range there {
			if err == nil {
				_, err = w.runOf(ctx, m.ID) // what cannot be looked at is not judged
			}
		}
	}
	var left []*run
	for id, r := range w.runs {
		if id == r.keeper && !r.judged {
			left = append(left, r)
		}
	}
	slices.SortFunc(left, func(a, b *run) int { return cmp.Or(a.began.Compare(b.began), cmp.Compare(a.keeper, b.keeper)) })
	for _, r := range left {
		result, err := w.judge(ctx, r)
		if err != nil {
			result = Result{
				Case: r.Case, Verdict: Failed, Watched: true, Simulator: w.about, Began: r.began,
				Why: "watching ended before the scenario did, and where it stands cannot be seen: " + err.Error(),
			}
		}
		w.settled(r, result)
	}
	strangers := ""
	if len(w.open) > 0 {
		strangers = w.strangers(ctx)
	}
	for _, s := range slices.Clone(w.open) {
		c := w.another(s, s.Phases[0])
		w.settled(&run{Case: c}, Result{
			Case: c, Verdict: Failed, Watched: true, Simulator: w.about, Began: w.wall.Now(),
			Why: "no movement has followed the scenario" + strangers + "; hint: send the header " + client.ScenarioHeader + ": " + s.ID + ", or an LRN that fits it",
		})
	}
}

// strangers says which movements there are that follow no scenario, so that people see what their software has sent instead;
// empty if there are none, or if they cannot be seen.
func (w *watcher) strangers(ctx context.Context) string {
	const most = 3
	all, _ := w.Target.control().Movements(ctx, client.MovementQuery{})
	var lrns []string
	for _, m := range all.Movements {
		if m.Script == nil && m.LRN != "" && len(lrns) < most {
			lrns = append(lrns, m.LRN)
		}
	}
	if len(lrns) == 0 {
		return ""
	}
	return "; the last without a scenario had the LRN " + strings.Join(lrns, ", ")
}
