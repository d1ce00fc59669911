package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// replaying is what the command line of nctsim replay says.
type replaying struct {
	remote
	selecting
	all, follow        bool
	failFast           bool
	repeat             int
	reports            []string
	apiURL             string
	scenarios          string
	seed               uint64
	now, profile       string
	format             string
	parallel           int
	evidence           string
	timeout            time.Duration
	wanted             []message.Phase
	picked             scenario.Selection
	output             string
	stdout, diagnostic io.Writer
}

func newReplay() *cobra.Command {
	r := &replaying{}
	cmd := &cobra.Command{
		Use:   "replay ID… | FILE | DIR | --all",
		Short: "Play the trader of scenarios and judge every step",
		Long: `Play the trader of scenarios over the API, while the simulator plays the customs offices, and
judge every step: the messages that come, their order and content, and the states.

Each scenario gets a simulator of its own in this process, in which time passes at once; --url
takes a running one instead. A running simulator whose clock is manual is moved from timer to
timer; with any other clock the replay waits. A scenario from a file that it does not know is
given to it first.

With --follow nothing is sent: your own software is the trader, and the verdict is about it. It
says which scenario it is about with the request header Gov-Test-Scenario: ID, or an LRN that fits.
Scenarios from files and folders, those of --scenarios too, are given to the simulator first.
Without an ID, FILE or DIR every scenario that is followed is judged, until Ctrl-C.

--report writes the results to files as well, in the format of their endings: .xml for JUnit, .html
for a page that needs nothing beside it, .json, and .md for evidence with every message. --output
github annotates the scenario files in GitHub Actions and writes the summary of the step.

--repeat plays everything several times, each time with another seed, and names what does not always
come to the same verdict; with --follow your software has to do each scenario so often.

--evidence writes what happened, with every message, to a Markdown file and, with the messages byte
for byte, to a JSON file beside it.

The exit code is 0 only when all scenarios passed; 2 when there is no such scenario or a file has a
mistake, and nothing was run; 3 when no simulator answers. Results go to stdout, progress to
stderr.`,
		Example: `  nctsim replay DSGB6
  nctsim replay --all --output junit > scenarios.xml
  nctsim replay my-scenarios/ --phase 6
  nctsim replay --all --filter message=IE051 --fail-fast
  nctsim replay my-scenarios/ --tags smoke --report junit.xml --report report.html
  nctsim replay DSGB6 ASGB3 --url http://localhost:8080 --evidence evidence.md
  nctsim replay --follow DSGB6 --timeout 10m
  nctsim replay --follow my-scenarios/ --timeout 10m`,
	}
	r.remote.addFlags(cmd)
	// Without --url the replay has simulators of its own, whatever the environment says.
	cmd.Flags().Lookup("url").DefValue = ""
	cmd.Flags().StringVar(&r.apiURL, "api-url", "", "`URL` of the simulated APIs, if they are not where the control API is")
	cmd.Flags().BoolVar(&r.all, "all", false, "replay all scenarios that can be replayed")
	cmd.Flags().BoolVar(&r.follow, "follow", false, "only watch: your own software is the trader")
	cmd.Flags().IntVar(&r.parallel, "parallel", 0, "how many scenarios run side by side, `N` (default: as many as are of use; always 1 with --url and a manual clock)")
	cmd.Flags().Uint64Var(&r.seed, "seed", 1, "`SEED` of LRNs, MRNs and everything else that looks random; with --url a new one each time")
	cmd.Flags().StringVar(&r.now, "now", replay.DefaultNow.Format(time.RFC3339), "`TIME` at which the clocks of simulators in this process begin")
	cmd.Flags().StringVar(&r.profile, "profile", replay.DefaultProfile, "`PROFILE` of simulators in this process")
	cmd.Flags().StringVar(&r.format, "format", string(replay.XML), "`FORMAT` of the messages that the trader sends and reads: xml, or json as in API 2.1 and 3.0")
	cmd.Flags().StringVar(&r.evidence, "evidence", "", "write what happened to `FILE`.md and FILE.json")
	cmd.Flags().DurationVar(&r.timeout, "timeout", 0, "give up after this `DURATION` (default: never)")
	cmd.Flags().StringArrayVar(&r.reports, "report", nil, "write the results to `FILE` too, as its ending says: .xml (JUnit), .html, .json or .md; can be repeated")
	cmd.Flags().BoolVar(&r.failFast, "fail-fast", false, "begin no other scenario when one has failed")
	cmd.Flags().IntVar(&r.repeat, "repeat", 1, "play everything `N` times, and name what does not come to the same verdict each time")
	r.selecting.addFlags(cmd)
	addLibraryFlag(cmd, &r.scenarios)
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error { return r.run(cmd, args) })
	return cmd
}

func (r *replaying) run(cmd *cobra.Command, args []string) error {
	if err := r.prepare(cmd, args); err != nil {
		return err
	}
	ctx := cmd.Context()
	if r.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.timeout)
		defer cancel()
	}
	work := r.replay
	if r.follow {
		work = r.watch
	}
	if err := work(ctx, cmd, args); err == nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return r.late()
}

// prepare checks the command line.
func (r *replaying) prepare(cmd *cobra.Command, args []string) (err error) {
	r.stdout, r.diagnostic = cmd.OutOrStdout(), cmd.ErrOrStderr()
	if r.output, err = cmd.Flags().GetString("output"); err != nil {
		return err
	}
	if r.wanted, r.picked, err = r.selection(); err != nil {
		return err
	}
	switch r.output {
	case "text", "json", "junit", "html", "github":
	default:
		return usageError("--output: %q is unknown; hint: choose text, json, junit, html or github", r.output)
	}
	if r.format != string(replay.XML) && r.format != string(replay.JSON) {
		return usageError("--format: %q is unknown; hint: choose xml or json", r.format)
	}
	if !slices.Contains(office.Profiles, r.profile) {
		return usageError("--profile: %q is unknown; hint: choose one of %s", r.profile, strings.Join(office.Profiles, ", "))
	}
	switch {
	case r.all && len(args) > 0:
		return usageError("--all is everything, but %s is named too; hint: leave one of them out", args[0])
	case r.follow && r.all:
		return usageError("--follow without an id watches everything; hint: leave --all out")
	case !r.follow && !r.all && len(args) == 0:
		return usageError("no scenario is named; hint: give ids, files or folders, or --all; nctsim scenarios lists the ids")
	case r.ignored(cmd) != "":
		return usageError("--%s has no meaning for a simulator that runs already; hint: leave it out", r.ignored(cmd))
	case r.repeat < 1:
		return usageError("--repeat: %d is below 1; hint: leave it out to play everything once", r.repeat)
	case r.follow && r.repeat > 1 && len(args) == 0:
		return usageError("--repeat says how often each scenario has to be followed; hint: name them")
	case r.parallel < 0:
		return usageError("--parallel: %d is below 1; hint: leave it out for as many as are of use", r.parallel)
	}
	return errors.Join(r.checkEvidence(), r.checkReports())
}

// ignored is a flag that is given but has no meaning for a simulator that runs already, "" if there is none.
func (r *replaying) ignored(cmd *cobra.Command) string {
	var without []string
	switch {
	case r.follow:
		without = []string{"seed", "now", "profile", "parallel", "phase", "format", "tags", "filter", "fail-fast"}
	case cmd.Flags().Changed("url"), cmd.Flags().Changed("workspace"):
		without = []string{"now", "profile"}
	}
	for _, name := range without {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

// api is where the simulated APIs are, "" for where the control API is.
func (r *replaying) api() string {
	if r.apiURL == "" {
		return ""
	}
	return client.Client{URL: r.apiURL}.In(r.workspace).Base()
}

// target is the running simulator, nil for those of this process.
func (r *replaying) target(cmd *cobra.Command) *replay.Target {
	if !r.follow && !cmd.Flags().Changed("url") && !cmd.Flags().Changed("workspace") {
		return nil
	}
	return &replay.Target{URL: r.api(), Control: r.Base(), Token: r.Token, Client: client.DefaultHTTP}
}

func (r *replaying) replay(ctx context.Context, cmd *cobra.Command, args []string) error {
	library, _, err := r.open()
	if err != nil {
		return err
	}
	options := replay.Options{Target: r.target(cmd), Library: library, Seed: r.seed, Parallel: r.parallel, Profile: r.profile, Format: replay.Format(r.format), FailFast: r.failFast, Version: version}
	if options.Now, err = time.Parse(time.RFC3339, r.now); err != nil {
		return usageError("--now: %q is not a time; hint: write it as 2026-03-02T09:15:00Z", r.now)
	}
	if options.Target != nil && !cmd.Flags().Changed("seed") {
		options.Seed = clock.RandomSeed()
	}
	progress := newProgress(r.diagnostic, r.stdout)
	options.Say = progress.say
	runner, err := replay.New(ctx, options)
	if err != nil {
		return err
	}
	cases, err := r.cases(ctx, runner, library, args)
	if err != nil {
		return err
	}
	r.tellInstead(library, scenariosOf(cases))
	cases = replay.Repeat(cases, r.repeat)
	began := time.Now()
	show := r.shower(len(cases))
	progress.begin(len(cases))
	results := runner.Run(ctx, cases, func(i int, result replay.Result) {
		progress.done(result)
		show(i, result)
	})
	progress.end()
	return r.finish(ctx, results, time.Since(began), len(args) > 0)
}

// finish writes what is written at the end, and decides the exit code.
func (r *replaying) finish(ctx context.Context, results []replay.Result, took time.Duration, named bool) error {
	if err := r.report(results, took); err != nil {
		return err
	}
	if err := errors.Join(r.writeEvidence(results), r.writeReports(results, took)); err != nil {
		return err
	}
	n := replay.Count(results)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return r.late()
	case n.Failed > 0, n.Passed == 0, named && n.Skipped > 0, ctx.Err() != nil && !r.follow:
		return no()
	}
	return nil
}

func (r *replaying) late() error {
	return fmt.Errorf("not done within %s; hint: a longer --timeout", r.timeout)
}

// report writes the machine's formats, or the last line of the text.
func (r *replaying) report(results []replay.Result, took time.Duration) error {
	switch r.output {
	case "json":
		return replay.WriteJSON(r.stdout, results, false)
	case "junit":
		return replay.WriteJUnit(r.stdout, results)
	case "html":
		return replay.WriteHTML(r.stdout, results, took)
	case "github":
		if err := r.annotate(results, took); err != nil {
			return err
		}
	}
	for _, u := range replay.FindUnsteady(results) {
		if _, err := fmt.Fprintf(r.stdout, "not the same in each round: %s\n", u); err != nil {
			return err
		}
	}
	n := replay.Count(results)
	line := fmt.Sprintf("%d passed", n.Passed)
	if n.Failed > 0 {
		line += fmt.Sprintf(", %d failed", n.Failed)
	}
	if n.Skipped > 0 {
		line += fmt.Sprintf(", %d skipped", n.Skipped)
	}
	_, err := fmt.Fprintf(r.stdout, "%s in %s\n", line, took.Round(time.Millisecond))
	return err
}

// shower shows results as text, in the order of the cases, each as soon as those before it are there.
func (r *replaying) shower(n int) func(i int, result replay.Result) {
	waiting := make([]*replay.Result, n)
	next := 0
	return func(i int, result replay.Result) {
		waiting[i] = &result
		for next < n && waiting[next] != nil {
			r.show(*waiting[next])
			waiting[next] = nil
			next++
		}
	}
}

// show writes the verdict on one scenario as text.
func (r *replaying) show(result replay.Result) {
	if r.output != "text" && r.output != "github" {
		return
	}
	c := colours(r.stdout)
	words := map[replay.Verdict]string{
		replay.Passed: c.good + "ok   " + c.off, replay.Failed: c.bad + "FAIL " + c.off, replay.Skipped: c.dim + "skip " + c.off,
	}
	fmt.Fprintf(r.stdout, "%s %-22s %s %s%s%s\n", words[result.Verdict], result.Case, result.Scenario.Title,
		c.dim, result.Took.Round(time.Millisecond), c.off)
	for _, line := range strings.Split(strings.TrimRight(result.Explain(), "\n"), "\n") {
		if line != "" {
			fmt.Fprintf(r.stdout, "      %s\n", line)
		}
	}
}
