package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/compare"
	"nctsim/simulator/office"
	"nctsim/simulator/traffic"
)

// comparing is what the command line of nctsim compare says.
type comparing struct {
	remote
	apiURL, accept, profile, bearer, environment string
	seed                                         uint64
	headers, hosts                               []string
	tolerance                                    time.Duration
	output                                       string
}

// comparisonFormats write results in the formats of --output.
var comparisonFormats = map[string]func(io.Writer, compare.Result) error{
	"text": compare.WriteText, "json": compare.WriteJSON, "junit": compare.WriteJUnit, "html": compare.WriteHTML, "github": compare.WriteAnnotations,
}

func newCompare() *cobra.Command {
	c := &comparing{}
	cmd := &cobra.Command{
		Use:   "compare FILE…",
		Short: "Play recorded requests against a simulator, and show what it answers otherwise",
		Long: `Play the requests of recordings against a simulator, in their order and at their times, and show
where it answers otherwise: status, headers, JSON and XML by their paths, and the order of a movement's
messages. A recording is a HAR file of any tool (nctsim proxy makes some), a Postman collection
with saved examples, or a collection of Bruno with examples, as a folder or exported. --environment
gives the variables of collections their values.

What has to be different (ids, MRNs, message identifications, times) is learned from the answers
and put into the requests that follow. Requests to other hosts and paths are left out, and so is
signing in. Each recorded caller is a trader of their own.

The simulator is one of this process, whose manual clock goes with the recording; --profile says
how its customs offices behave: silent, as HMRC's sandbox, where messages come by Test Support alone.
--url takes a running one: with a manual clock it is moved as well; LRNs become new ones.

--accept names a YAML file of differences that are known, each with its reason; those that nothing
matches any more are told. docs/compare.md explains it.

The exit code is 0 if there are no differences but accepted ones, 1 if there are some or nothing could be
played, 2 when the command line or a file is wrong, 3 when no simulator answers.`,
		Example: `  nctsim compare sandbox.har
  nctsim compare sandbox.har --accept known.yaml --output junit > differences.xml
  nctsim compare trader-test.har --profile trader-test
  nctsim compare collection.json --url http://localhost:8080`,
		Args: arguments(1, anyNumber),
	}
	c.remote.addFlags(cmd)
	// Without --url the comparison has a simulator of its own, whatever the environment says.
	cmd.Flags().Lookup("url").DefValue = ""
	cmd.Flags().StringVar(&c.apiURL, "api-url", "", "`URL` of the simulated APIs, if they are not where the control API is")
	cmd.Flags().StringVar(&c.accept, "accept", "", "`FILE` of differences that are known, each with its reason")
	addEnvironment(cmd, &c.environment)
	cmd.Flags().StringVar(&c.profile, "profile", "silent", "`PROFILE` of the simulator in this process")
	cmd.Flags().Uint64Var(&c.seed, "seed", 1, "`SEED` of the simulator in this process")
	cmd.Flags().StringVar(&c.bearer, "bearer", "", "the bearer `TOKEN` that all requests come with (default: one of its own for each recorded caller)")
	cmd.Flags().DurationVar(&c.tolerance, "tolerance", compare.DefaultTolerance, "times may be this far apart, `DURATION`, when the difference of the clocks is taken off")
	cmd.Flags().StringSliceVar(&c.headers, "header", nil, "compare this header of answers too, `NAME`; can be repeated")
	cmd.Flags().StringSliceVar(&c.hosts, "host", nil, "play requests to this `HOST` alone, as it stands in their URLs; can be repeated")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) })
	return cmd
}

func addEnvironment(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "environment", "", "`FILE` with the values of a collection's variables: an environment of Postman or Bruno")
}

func (c *comparing) run(cmd *cobra.Command, files []string) (err error) {
	if c.output, err = cmd.Flags().GetString("output"); err != nil {
		return err
	}
	write := comparisonFormats[c.output]
	running := cmd.Flags().Changed("url")
	switch {
	case write == nil:
		return usageError("--output: %q is unknown; hint: choose text, json, junit, html or github", c.output)
	case !slices.Contains(office.Profiles, c.profile):
		return usageError("--profile: %q is unknown; hint: choose one of %s", c.profile, strings.Join(office.Profiles, ", "))
	case running && (cmd.Flags().Changed("profile") || cmd.Flags().Changed("seed")):
		return usageError("--profile and --seed have no meaning for a simulator that runs already; hint: leave them out")
	case c.apiURL != "" && !running:
		return usageError("--api-url stands beside --url; hint: --url is the URL of the control API")
	}
	options := compare.Options{Catalogue: simulator.Catalogue(), Tolerance: c.tolerance, Headers: c.headers, Hosts: c.hosts}
	if options.Accept, err = readAccepted(c.accept); err != nil {
		return err
	}
	wall, err := clock.New(clock.Options{Mode: clock.Real})
	if err != nil {
		return err
	}
	options.Now = wall.Now
	ctx := cmd.Context()
	world, err := c.world(ctx, cmd, running, wall.Now)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if late := world.Close(closing); err == nil {
			err = late
		}
	}()
	options.World = world
	comparison := compare.New(options)
	if err := playFiles(ctx, comparison, files, c.environment); err != nil {
		return err
	}
	result := comparison.Result()
	if err := write(cmd.OutOrStdout(), result); err != nil {
		return err
	}
	if result.Different > 0 || result.Played == 0 {
		return no()
	}
	return nil
}

// playFiles plays recordings: files, and folders of Bruno. The environment is a file of values for variables, "" for none.
func playFiles(ctx context.Context, comparison *compare.Comparison, files []string, environment string) error {
	variables, err := readVariables(environment)
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := playFile(ctx, comparison, name, variables); err != nil {
			return err
		}
	}
	return nil
}

func playFile(ctx context.Context, comparison *compare.Comparison, name string, variables traffic.Variables) error {
	f, err := os.Open(name)
	if err != nil {
		return usageError("%v; hint: name a HAR file, a collection of Postman or Bruno, or a folder of Bruno", err)
	}
	defer f.Close() // it is read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	read := func() iter.Seq2[traffic.Exchange, error] { return traffic.Read(f, variables) }
	if info.IsDir() {
		read = func() iter.Seq2[traffic.Exchange, error] { return traffic.ReadFolder(os.DirFS(name), variables) }
	}
	return comparison.Play(ctx, name, read)
}

func readVariables(name string) (traffic.Variables, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, usageError("--environment: %w", err)
	}
	defer f.Close() // it is read
	v, err := traffic.ReadVariables(f)
	if err != nil {
		return nil, usageError("--environment: %s: %w", name, err)
	}
	return v, nil
}

// closingWorld is a world that has to be closed.
type closingWorld interface {
	compare.World
	Close(context.Context) error
}

func (c *comparing) world(ctx context.Context, cmd *cobra.Command, running bool, now func() time.Time) (closingWorld, error) {
	if !running {
		return compare.NewOwn(c.profile, c.seed, version, c.bearer), nil
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	url := c.apiURL
	if url == "" {
		url = c.Base()
	}
	control := client.Client{URL: c.Base(), Token: c.Token, HTTP: client.DefaultHTTP}
	world, err := compare.NewRunning(ctx, url, control, c.bearer, clock.RandomSeed(), now)
	if err != nil {
		return nil, err
	}
	switch steered, manual := world.Steered(); {
	case !steered:
		fmt.Fprintf(cmd.ErrOrStderr(), "%s has no control API that answers; the requests are sent one after another\n", c.Base())
	case !manual:
		fmt.Fprintln(cmd.ErrOrStderr(), "the simulator's clock is not manual; the requests are sent one after another, each when the one before has settled")
	}
	return world, nil
}

func readAccepted(name string) ([]compare.Accepted, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError("--accept: %w", err)
	}
	accepted, err := compare.ReadAccepted(name, text)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return accepted, nil
}
