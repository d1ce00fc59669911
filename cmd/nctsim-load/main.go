// Command nctsim-load measures how fast a simulator takes and gives messages, and what it weighs, beside the limits of
// the machine it runs on: libxml2 validating, bbolt committing and net/http echoing the same bytes, measured in the same
// run. Only the ratios travel between machines.
//
// The simulator runs as a process of its own on loopback; every measurement is bounded in time and in count, and the
// program ends by itself with Markdown tables on stdout. Progress goes to stderr.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"nctsim/fixtures"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := runCommand(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "nctsim-load:", err)
		os.Exit(1)
	}
}

// plan is what is measured and with what.
type plan struct {
	program   string // the nctsim binary
	dir       string // scratch folder, on the disk that is to be measured
	clients   []int
	limits    limits
	movements int // fill the store up to so many movements before the restart is measured
	// store measures nothing but what a grown store costs: memory, restart, snapshots and restores.
	store bool
	// traffic and soak ask for something else than the figures: mixed traffic for so long, or a soak of so long.
	traffic, soak time.Duration
	// growth is the file for pictures of how cost grows, which is measured instead then; "" for none.
	growth string
	// record is the file for the figures as JSON, and earlier that of another run, to compare with; "" for none.
	record, earlier string
	// besides asks for the figures of workspaces beside each other alone.
	besides  bool
	document []byte
	progress io.Writer
}

func (p plan) say(format string, args ...any) { fmt.Fprintf(p.progress, format+"\n", args...) }

func runCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == echoCommand {
		return serveEcho(stdout)
	}
	if len(args) > 0 && args[0] == floodCommand {
		return flooding(ctx, args[1:], stdout)
	}
	p, err := newPlan(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(p.dir)
	err = p.do(ctx, stdout)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return err
}

// do measures what is asked for and writes it.
func (p plan) do(ctx context.Context, stdout io.Writer) error {
	switch {
	case p.soak > 0:
		return p.soaked(ctx, stdout)
	case p.traffic > 0:
		return p.mixedTraffic(ctx, stdout)
	case p.growth != "":
		return p.grown(ctx, stdout)
	case p.besides:
		var r results
		if err := p.workspaces(ctx, &r); err != nil {
			return err
		}
		r.writeBeside(stdout)
		return nil
	}
	var before *run
	if p.earlier != "" {
		var err error
		if before, err = readRun(p.earlier); err != nil {
			return err
		}
	}
	steps := p.all()
	if p.store {
		steps = p.ofStore()
	}
	r, err := p.measure(ctx, steps)
	if err != nil {
		return err
	}
	r.write(stdout)
	now := r.summary()
	now.write(stdout, before)
	if p.record == "" {
		return nil
	}
	return now.save(p.record)
}

func newPlan(args []string, stderr io.Writer) (plan, error) {
	p := plan{progress: stderr}
	self, err := os.Executable()
	if err != nil {
		return p, err
	}
	flags := flag.NewFlagSet("nctsim-load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&p.program, "nctsim", filepath.Join(filepath.Dir(self), "nctsim"), "the `binary` to measure")
	seconds := flags.Float64("seconds", 3, "time of each measurement")
	flags.IntVar(&p.limits.count, "count", 300_000, "most operations of each measurement")
	clients := flags.String("clients", "1,8,64", "numbers of clients, `N,N,…`")
	parent := flags.String("dir", "", "`folder` on the disk to measure (default the system's folder for temporary files)")
	flags.IntVar(&p.movements, "movements", 0, "fill the store up to `N` movements before memory and restart are measured (100000 takes about half a minute and 1 GB)")
	flags.BoolVar(&p.store, "store", false, "measure nothing but what a grown store costs: memory, restart, snapshots and restores")
	flags.StringVar(&p.record, "json", "", "write the figures that have targets to this `FILE` too")
	flags.StringVar(&p.earlier, "compare", "", "show beside them those of an earlier run, a `FILE` that --json wrote")
	flags.DurationVar(&p.traffic, "traffic", 0, "measure mixed traffic for this `DURATION` instead: submissions, polls and notifications")
	flags.DurationVar(&p.soak, "soak", 0, "keep a simulator busy for this `DURATION` instead, and report what it needs at the start, in the middle and at the end")
	flags.StringVar(&p.growth, "growth", "", "measure how cost grows with items, movements (up to 100,000) and clients instead, and draw it into this `FILE`, an SVG")
	flags.BoolVar(&p.besides, "workspaces", false, "measure a workspace beside others alone")
	if err := flags.Parse(args); err != nil {
		return p, err
	}
	p.limits.duration = time.Duration(*seconds * float64(time.Second))
	for _, n := range strings.Split(*clients, ",") {
		v, err := strconv.Atoi(n)
		if err != nil || v < 1 {
			return p, fmt.Errorf("--clients: %q is not a number of clients", n)
		}
		p.clients = append(p.clients, v)
	}
	if p.document, err = fixtures.Files.ReadFile("phase5/valid/ie015-simplified-gb-xi.xml"); err != nil {
		return p, err
	}
	p.dir, err = os.MkdirTemp(*parent, "nctsim-load-")
	return p, err
}
