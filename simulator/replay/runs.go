package replay

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"sync"

	"nctsim/simulator"
	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/record"
	"nctsim/simulator/scenario"
	"nctsim/simulator/turns"
)

// Limits of the runs of one simulator.
const (
	// playedTogether is how many are played side by side.
	playedTogether = 2
	// mostRuns is how many are kept, with those that wait.
	mostRuns = 300
)

// Runs plays scenarios for the control API, each in a simulator of its own in this process, a few at a time. It is safe for
// concurrent use.
type Runs struct {
	version string
	// slots are those of all that share the process.
	slots   *turns.Slots
	ctx     context.Context
	cancel  context.CancelFunc
	workers sync.WaitGroup

	mu      sync.Mutex
	last    int
	kept    []*keptRun // the oldest first
	waiting []*keptRun
	working int
}

var _ control.Runs = (*Runs)(nil)

// keptRun is a run with what came of it.
type keptRun struct {
	client.Run
	scenario *scenario.Scenario
	result   Result
	done     chan struct{}
}

// NewRuns makes Runs; the version is what the simulators call themselves. Close ends them.
func NewRuns(version string) *Runs {
	return newRuns(version, turns.New(playedTogether))
}

// Apart makes Runs for another simulator of the process, which see nothing of these: only how many are played at the same time they share.
// closing ends them.
func (r *Runs) Apart() (runs control.Runs, closing func()) {
	other := newRuns(r.version, r.slots)
	return other, other.Close
}

func newRuns(version string, slots *turns.Slots) *Runs {
	r := &Runs{version: version, slots: slots}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// Close interrupts what is played and returns when nothing is any more.
func (r *Runs) Close() {
	r.cancel()
	r.workers.Wait()
}

// Start begins to play a scenario as soon as it is its turn. The error is control.ErrBusy if too many wait.
func (r *Runs) Start(s *scenario.Scenario, o client.RunOptions) (client.Run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.makeRoom() || r.ctx.Err() != nil {
		return client.Run{}, control.ErrBusy
	}
	r.last++
	k := &keptRun{scenario: s, done: make(chan struct{}), Run: client.Run{
		ID: strconv.Itoa(r.last), Scenario: s.ID, Title: s.Title, Phase: o.Phase, Profile: cmp.Or(o.Profile, DefaultProfile),
		Seed: cmp.Or(o.Seed, 1), Verdict: client.VerdictOpen, Steps: []client.RunStep{},
	}}
	for i := range s.Steps {
		step := runStep(StepResult{Step: &s.Steps[i]})
		step.Verdict = client.VerdictOpen
		k.Steps = append(k.Steps, step)
	}
	r.kept, r.waiting = append(r.kept, k), append(r.waiting, k)
	if r.working < playedTogether {
		r.working++
		r.workers.Go(r.work)
	}
	return k.view(), nil
}

// makeRoom forgets the oldest run that is done when there are too many; it reports whether there is room for another one.
func (r *Runs) makeRoom() bool {
	if len(r.kept) < mostRuns {
		return true
	}
	i := slices.IndexFunc(r.kept, func(k *keptRun) bool { return k.Done })
	if i < 0 {
		return false
	}
	r.kept = slices.Delete(r.kept, i, i+1)
	return true
}

// work plays what waits until nothing does.
func (r *Runs) work() {
	for {
		r.mu.Lock()
		if len(r.waiting) == 0 {
			r.working--
			r.mu.Unlock()
			return
		}
		k := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.mu.Unlock()
		result := r.inTurn(k)
		r.mu.Lock()
		k.finish(result)
		r.mu.Unlock()
		close(k.done)
	}
}

// inTurn plays one run when it is its turn.
func (r *Runs) inTurn(k *keptRun) Result {
	release, err := r.slots.Acquire(turns.With(r.ctx, r))
	if err != nil {
		return Result{Case: Case{Scenario: k.scenario, Phase: k.Phase}, Verdict: Failed, Why: err.Error()}
	}
	defer release()
	return r.play(k)
}

// play plays one run.
func (r *Runs) play(k *keptRun) Result {
	c := Case{Scenario: k.scenario, Phase: k.Phase}
	library := simulator.Library("")
	library.Add(k.scenario)
	runner, err := New(r.ctx, Options{
		Library: library, Seed: k.Seed, Profile: k.Profile, Version: r.version, Parallel: 1,
		Reached: func(_ Case, steps int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			k.Reached = steps
		},
	})
	if err != nil {
		return Result{Case: c, Verdict: Failed, Why: err.Error()}
	}
	return runner.Run(r.ctx, []Case{c}, nil)[0]
}

// finish keeps what came of the run.
func (k *keptRun) finish(result Result) {
	k.result, k.Done, k.Verdict = result, true, string(result.Verdict)
	k.Began, k.Seconds = result.Began, result.Took.Seconds()
	if result.Verdict != Passed {
		k.Failure = result.Failure()
	}
	if len(result.Steps) > 0 {
		k.Steps = runSteps(result.Steps)
	}
}

func (k *keptRun) view() client.Run {
	out := k.Run
	out.Steps = slices.Clone(k.Steps)
	for i := range out.Steps[:min(out.Reached, len(out.Steps))] {
		if out.Steps[i].Verdict == client.VerdictOpen {
			out.Steps[i].Verdict = client.VerdictPassed // as far as can be said yet
		}
	}
	return out
}

// All are the last runs, the newest first.
func (r *Runs) All() []client.Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]client.Run, 0, len(r.kept))
	for _, k := range slices.Backward(r.kept) {
		out = append(out, k.view())
	}
	return out
}

// Get is a run by its id; it waits until that is done, or the context ends.
func (r *Runs) Get(ctx context.Context, id string) (client.Run, bool) {
	k := r.find(id)
	if k == nil {
		return client.Run{}, false
	}
	select {
	case <-k.done:
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return k.view(), true
}

func (r *Runs) find(id string) *keptRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.kept, func(k *keptRun) bool { return k.ID == id })
	if i < 0 {
		return nil
	}
	return r.kept[i]
}

// Report writes the report about a run. The error is control.ErrNoReport if there is none yet, or not in this format.
func (r *Runs) Report(id, format string, w io.Writer) error {
	k := r.find(id)
	if k == nil {
		return control.ErrNoReport
	}
	select {
	case <-k.done:
	default:
		return control.ErrNoReport
	}
	results := []Result{k.result}
	switch format {
	case client.ReportEvidence:
		return WriteEvidence(w, results)
	case client.ReportJUnit:
		return WriteJUnit(w, results)
	case client.ReportJSON:
		return WriteJSON(w, results, true)
	case client.ReportHTML:
		return WriteHTML(w, results, k.result.Took)
	}
	return control.ErrNoReport
}

// Judge says how movements have done that follow a scenario. What is still to come is open.
func (r *Runs) Judge(s *scenario.Scenario, sides []record.Side, profile string) (client.Verdict, error) {
	kinds := map[string]message.Kind{}
	messages := map[string]*Message{}
	var entries []movement.Entry
	out := client.Verdict{Scenario: s.ID}
	for _, side := range sides {
		out.Phase = side.Phase
		out.Movements = append(out.Movements, side.ID)
		kinds[side.ID] = side.Type
		entries = append(entries, side.Journal...)
		for _, e := range side.Journal {
			if e.Kind == movement.EntryMessage && e.Message != "" {
				messages[e.Message] = messageOf(side.MovementDetail, e, side.Bodies[e.Message])
			}
		}
	}
	b := bench{Case: Case{Scenario: s, Phase: out.Phase}, catalogue: simulator.Catalogue(), course: read(s, kinds, entries), messages: messages, profile: profile}
	steps := b.steps()
	out.Steps, out.Verdict = runSteps(steps), string(verdict(steps))
	if !b.course.over() {
		out.Verdict = client.VerdictOpen
		for i := b.course.current(); i < len(out.Steps); i++ {
			out.Steps[i].Verdict, out.Steps[i].Failures = client.VerdictOpen, nil
		}
	}
	for _, step := range out.Steps {
		if len(step.Failures) > 0 {
			out.Verdict, out.Failure = client.VerdictFailed, step.Text+": "+step.Failures[0]
			break
		}
	}
	return out, nil
}

func runSteps(steps []StepResult) []client.RunStep {
	out := make([]client.RunStep, len(steps))
	for i, s := range steps {
		out[i] = runStep(s)
	}
	return out
}

func runStep(s StepResult) client.RunStep {
	v := client.RunStep{
		Number: s.Number, Line: s.Line, Text: s.Step.String(), Verdict: string(s.Verdict), Expected: orEmpty(s.Expected()), Came: orEmpty(s.Came()),
		State: s.States[message.Departure], ArrivalState: s.States[message.Arrival], Failures: s.Failures, Remarks: s.Remarks,
	}
	if !s.At.IsZero() {
		at := s.At
		v.At = &at
	}
	return v
}
