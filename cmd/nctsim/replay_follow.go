package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/replay"
)

// watch judges what the trader's own software does. Scenarios from files, and those of the folder, are given to the
// simulator first.
func (r *replaying) watch(ctx context.Context, _ *cobra.Command, args []string) error {
	library, own, err := r.open()
	if err != nil {
		return err
	}
	ids := []string(nil)
	for _, arg := range args {
		if _, known := library.Get(arg); known || !isPath(arg) {
			ids = append(ids, arg)
			continue
		}
		found, err := r.fromFiles(library, arg)
		if err != nil {
			return err
		}
		for _, s := range found {
			ids = append(ids, s.ID)
		}
		own = append(own, found...)
	}
	ids = eachOnce(ids)
	r.tellInstead(library, own)
	began := time.Now()
	results, err := replay.Watch(ctx, replay.WatchOptions{
		Target:  replay.Target{URL: r.api(), Control: r.Base(), Token: r.Token, Client: client.DefaultHTTP},
		IDs:     ids,
		Repeat:  r.repeat,
		Teach:   own,
		Library: library,
		Ready:   func() { fmt.Fprintln(r.diagnostic, watching(ids)) },
		Say:     func(c replay.Case, text string) { fmt.Fprintf(r.diagnostic, "%s: %s\n", c, text) },
		Report:  r.show,
	})
	var unknown *replay.UnknownError
	if errors.As(err, &unknown) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	if len(results) == 0 {
		return errors.New("no movement has followed a scenario; hint: send the request header Gov-Test-Scenario: ID, or an LRN that fits")
	}
	return r.finish(ctx, results, time.Since(began), len(ids) > 0)
}

// eachOnce leaves out what was named before.
func eachOnce(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func watching(ids []string) string {
	if len(ids) == 0 {
		return "watching every scenario until Ctrl-C: now let your software be the trader"
	}
	return "watching for " + strings.Join(ids, ", ") + ": now let your software be the trader"
}

// progress says how far a replay is: on a terminal in one line that changes, unless the results appear there anyway,
// and elsewhere only where it takes its time.
type progress struct {
	w io.Writer
	// live: the line that changes is of use.
	live bool

	mu                  sync.Mutex
	total, ended, wrong int
}

func newProgress(w, results io.Writer) *progress {
	return &progress{w: w, live: isTerminal(w) && !isTerminal(results)}
}

func isTerminal(w io.Writer) bool {
	if results, ok := w.(*watched); ok {
		w = results.Writer
	}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *progress) begin(total int) {
	p.total = total
	p.line()
}

func (p *progress) done(result replay.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended++
	if result.Verdict == replay.Failed {
		p.wrong++
	}
	p.line()
}

// say tells what a case waits for.
func (p *progress) say(c replay.Case, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, "%s %s\n", c, text)
	p.line()
}

func (p *progress) line() {
	if !p.live {
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%d of %d scenarios", p.ended, p.total)
	if p.wrong > 0 {
		fmt.Fprintf(p.w, ", %d failed", p.wrong)
	}
}

func (p *progress) clear() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *progress) end() { p.clear() }
