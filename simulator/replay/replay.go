package replay

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// Options say how to replay.
type Options struct {
	// Target is a running simulator; nil gives every case one of its own.
	Target *Target
	// Library has the scenarios that simulators in this process know, and that a Target is given if it does not have them.
	// Nil means those that come with the program.
	Library *scenario.Library
	// Seed determines LRNs and message identifications, and everything random of a simulator in this process. With a
	// Target it must be another one each time: the same LRNs would be refused.
	Seed uint64
	// Profile is that of a simulator in this process, empty for [DefaultProfile].
	Profile string
	// Version is what a simulator in this process calls itself; empty means "embedded".
	Version string
	// Now is where the clock of a simulator in this process begins; zero means [DefaultNow].
	Now time.Time
	// Parallel is how many cases run side by side; 0 means as many as there are processors, and more of them where they
	// wait for a clock most of the time. A Target with a manual clock is given one after another: they would move the
	// clock under each other.
	Parallel int
	// Format is that of the messages which the trader sends and reads; empty means [XML].
	Format Format
	// FailFast leaves out the cases that have not begun when one has failed.
	FailFast bool
	// Say is told what is going on while a case takes its time, nil for nobody. It must be safe for concurrent use.
	Say func(c Case, text string)
	// Reached is told how many steps of a case are done, nil for nobody. It must be safe for concurrent use.
	Reached func(c Case, steps int)
}

// waitTogether is how many cases wait for a clock together.
const waitTogether = 32

// DefaultProfile has HMRC's published durations, and nobody in it acts on their own.
const DefaultProfile = "trader-test"

// DefaultNow is a Monday morning.
var DefaultNow = time.Date(2026, time.March, 2, 9, 15, 0, 0, time.UTC)

// Runner replays cases. It is safe for concurrent use.
type Runner struct {
	Options
	catalogue *message.Catalogue
	wall      *clock.Clock
	// about is what the target says of itself.
	about client.Info
	// schemas are the JSON schemas of the phases that have some; empty unless the format is JSON.
	schemas map[message.Phase]*jsonmessage.Validator
	// known are the scenarios of which the target has the text.
	known sync.Map
}

// New makes a runner. With a target, it asks that for what it is; the error is an *client.UnreachableError if nobody answers.
func New(ctx context.Context, o Options) (*Runner, error) {
	r := &Runner{Options: o, catalogue: simulator.Catalogue()}
	var err error
	if r.wall, err = clock.New(clock.Options{Mode: clock.Real}); err != nil {
		return nil, err
	}
	if r.Library == nil {
		r.Library = simulator.Library("")
	}
	if r.Format == JSON {
		if err := r.loadSchemas(); err != nil {
			return nil, err
		}
	}
	r.Profile, r.Version = cmp.Or(r.Profile, DefaultProfile), cmp.Or(r.Version, "embedded")
	if r.Now.IsZero() {
		r.Now = DefaultNow
	}
	if r.Parallel <= 0 {
		r.Parallel = runtime.GOMAXPROCS(0)
	}
	if r.Say == nil {
		r.Say = func(Case, string) {}
	}
	if r.Reached == nil {
		r.Reached = func(Case, int) {}
	}
	if r.Target == nil {
		return r, nil
	}
	target := r.Target.complete()
	if err := target.check(); err != nil {
		return nil, err
	}
	r.Target = &target
	if r.about, err = target.control().Info(ctx); err != nil {
		return nil, err
	}
	switch {
	case r.about.Clock == clock.Manual:
		r.Parallel = 1
	case o.Parallel <= 0:
		r.Parallel = waitTogether
	}
	return r, nil
}

// Run replays cases and returns their results in the order of the cases. Each is reported as soon as it is there, one
// after another but in any order; report may be nil. Cases that the end of the context leaves undone, or a failure with
// FailFast, are skipped.
func (r *Runner) Run(ctx context.Context, cases []Case, report func(i int, result Result)) []Result {
	results := make([]Result, len(cases))
	var next atomic.Int64
	var failed atomic.Bool
	var reporting sync.Mutex
	var workers sync.WaitGroup
	for range min(r.Parallel, len(cases)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(cases); i = int(next.Add(1)) - 1 {
				if r.FailFast && failed.Load() {
					results[i] = Result{Case: cases[i], Verdict: Skipped, Why: "not run, because another scenario has failed before", Began: r.wall.Now()}
				} else {
					results[i] = r.one(ctx, cases[i])
				}
				if results[i].Verdict == Failed {
					failed.Store(true)
				}
				if report != nil {
					reporting.Lock()
					report(i, results[i])
					reporting.Unlock()
				}
			}
		})
	}
	workers.Wait()
	return results
}

// seed is that of a case: another one in each round, because the same LRNs would be refused and the same random numbers
// would show nothing new.
func (r *Runner) seed(c Case) uint64 { return r.Seed + uint64(max(c.Round-1, 0)) }

// one replays a case.
func (r *Runner) one(ctx context.Context, c Case) Result {
	began := r.wall.Now()
	result := r.attempt(ctx, c)
	result.Case, result.Began, result.Took = c, began, r.wall.Now().Sub(began)
	return result
}

func (r *Runner) attempt(ctx context.Context, c Case) Result {
	if why := r.unfit(c); why != "" {
		return Result{Verdict: Skipped, Why: why}
	}
	if ctx.Err() != nil {
		return Result{Verdict: Skipped, Why: "the replay was interrupted"}
	}
	if r.Target != nil {
		if err := r.provide(ctx, c.Scenario); err != nil {
			return Result{Verdict: Failed, Why: err.Error()}
		}
		return r.atTarget(ctx, c, *r.Target, aboutOf(r.about, r.Target.URL))
	}
	return r.inOwnSimulator(ctx, c)
}

// unfit says why a case cannot be replayed, "" if it can.
func (r *Runner) unfit(c Case) string {
	switch {
	case !c.Scenario.Replayable():
		return "a replay does not know what to send: a step has no from:, or its file is not here; the scenario can be served and followed"
	case r.Target != nil && !serves(r.about, c.Phase):
		return fmt.Sprintf("API %s of phase %s does not answer there", c.Phase.APIVersion(), c.Phase)
	case r.Format == JSON:
		return r.unfitForJSON(c)
	}
	return ""
}

func aboutOf(i client.Info, url string) About {
	return About{Version: i.Version, Profile: i.Profile, Clock: string(i.Clock), Seed: i.Seed, URL: url}
}

// inOwnSimulator replays a case against a simulator of its own.
func (r *Runner) inOwnSimulator(ctx context.Context, c Case) (result Result) {
	var mistakes mistakes
	config := simulator.Default()
	config.Addr, config.Profile, config.Clock, config.Now, config.Seed = "127.0.0.1:0", r.Profile, clock.Manual, r.Now, r.seed(c)
	config.Version, config.Library, config.OnBug = r.Version, r.Library, mistakes.add
	sim, err := simulator.New(config)
	if err == nil {
		err = sim.Start(ctx)
	}
	if err != nil {
		return Result{Verdict: Failed, Why: err.Error()}
	}
	target := Target{URL: sim.URL(), Control: sim.ControlURL()}.complete()
	result = r.atTarget(ctx, c, target, About{Version: r.Version, Profile: r.Profile, Clock: string(clock.Manual), Seed: r.seed(c)})
	target.Client.CloseIdleConnections()
	if err := sim.Close(context.WithoutCancel(ctx)); err != nil && result.Verdict == Passed {
		result.Verdict, result.Why = Failed, "close the simulator: "+err.Error()
	}
	if err := mistakes.first(); err != nil {
		result.Verdict, result.Why = Failed, "the simulator made a mistake, please report it: "+err.Error()
	}
	return result
}

// mistakes are those that a simulator has made.
type mistakes struct {
	mu   sync.Mutex
	errs []error
}

func (m *mistakes) add(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errs = append(m.errs, err)
}

func (m *mistakes) first() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.errs) == 0 {
		return nil
	}
	return m.errs[0]
}

// atTarget replays a case against a running simulator.
func (r *Runner) atTarget(ctx context.Context, c Case, target Target, about About) Result {
	began := r.wall.Now()
	elapsed := func() time.Duration { return r.wall.Now().Sub(began) }
	p := newPlayer(c, target, r.catalogue, r.seed(c), elapsed, func(text string) { r.Say(c, text) })
	if r.Format == JSON {
		p.trader.JSON = r.catalogue
	}
	p.reached = func(steps int) { r.Reached(c, steps) }
	err := p.play(ctx)
	course := p.course()
	p.listsAgree(course)
	b := bench{Case: c, catalogue: r.catalogue, course: course, messages: p.messages, wrong: p.wrong, profile: about.Profile, observed: true}
	result := Result{Steps: b.steps(), Simulator: about}
	result.Verdict = verdict(result.Steps)
	for _, s := range p.sides {
		result.Sides = append(result.Sides, s.Side)
	}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		result.Verdict, result.Why = Skipped, "the replay was interrupted"
	default:
		result.Verdict, result.Why = Failed, err.Error()
	}
	return result
}
