package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	soakClients = 4
	soakPause   = 20 * time.Millisecond // of each client between two submissions
	// soakKeeps is how long movements are kept in a soak, so that many are forgotten while it runs.
	soakKeeps = 30 * time.Second
	// soakRounds is how often everything is reset, between the parts of a soak.
	soakRounds = 6
)

// need is what a process needs at one moment.
type need struct {
	at                      time.Duration
	memory                  memory
	descriptors, goroutines int
	movements               int
	stored                  int64
}

// soaked keeps a simulator busy: declarations with all their answers, notifications to a receiver, movements that expire, and
// resets. It reports what the process needs at the start, in the middle and at the end.
func (p plan) soaked(ctx context.Context, stdout io.Writer) error {
	hook, err := startReceiver()
	if err != nil {
		return err
	}
	defer hook.stop()
	srv, err := p.serve(stores[0], filepath.Join(p.dir, "soak"), "--profile", "instant", "--retention", soakKeeps.String())
	if err != nil {
		return err
	}
	defer srv.stop()
	if err := hook.subscribe(ctx, srv.addr); err != nil {
		return err
	}
	time.Sleep(idleAfter)
	var needs []need
	begin, submissions := time.Now(), 0
	note := func() error {
		n, err := srv.needs(ctx, time.Since(begin))
		needs = append(needs, n)
		return err
	}
	if err := note(); err != nil {
		return err
	}
	for i := range soakRounds {
		load, err := p.newLoad(srv.addr, "S")
		if err != nil {
			return err
		}
		posts, err := load.paced(ctx, soakClients, soakPause, limits{duration: p.soak / soakRounds, count: p.limits.count, cold: true})
		if err != nil && !errors.Is(err, errNothingMeasured) {
			return err
		}
		submissions += posts.count
		if i == soakRounds/2-1 || i == soakRounds-1 {
			if err := note(); err != nil {
				return err
			}
		}
		p.say("  %v of %v", time.Since(begin).Round(time.Second), p.soak)
		if err := control(srv.addr).Reset(ctx); err != nil {
			return err
		}
	}
	delays, _ := hook.soFar()
	fmt.Fprintf(stdout, "A soak of %v: %d declarations from %d clients, each answered with three messages, %d notifications, movements kept for %v, %d resets.\n\n",
		p.soak, submissions, soakClients, len(delays), soakKeeps, soakRounds)
	t := newTable("after", "RSS MB", "anonymous MB", "descriptors", "goroutines", "movements", "store MB")
	for _, n := range needs {
		t.add(n.at.Round(time.Second).String(), mb(n.memory.resident), mb(n.memory.anonymous), strconv.Itoa(n.descriptors), strconv.Itoa(n.goroutines), strconv.Itoa(n.movements), mb(n.stored))
	}
	t.write(stdout)
	return nil
}

// needs asks the system and the simulator what the process needs.
func (s *server) needs(ctx context.Context, at time.Duration) (need, error) {
	n := need{at: at, memory: s.memory()}
	if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid)); err == nil {
		n.descriptors = len(open)
	}
	found, err := readCounts(ctx, s.addr)
	if err != nil {
		return n, err
	}
	n.movements, n.stored = found.Movements, found.Bytes
	n.goroutines, err = goroutines(ctx, s.addr)
	return n, err
}

// goroutines reads their number from the metrics.
func goroutines(ctx context.Context, addr string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), "\nnctsim_goroutines ")
	if !found {
		return 0, errors.New("the metrics do not say how many goroutines there are")
	}
	number, _, _ := strings.Cut(rest, "\n")
	return strconv.Atoi(number)
}
