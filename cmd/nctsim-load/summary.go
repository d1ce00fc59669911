package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// run is what a run has found of the figures that have targets, as --json writes and --compare reads it.
type run struct {
	Date       time.Time  `json:"date"`
	Processor  string     `json:"processor"`
	Cores      int        `json:"cores"`
	Quantities []quantity `json:"quantities"`
}

// quantity is a figure that has a target. Those that depend on the machine are parts of what the machine can do, measured in
// the same run: V, bare validations of the declaration on one core; B1, bare commits of one client; H, bare HTTP answers.
type quantity struct {
	Name string `json:"name"`
	// Value is in Unit, "" for a part.
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Target is what it should be at least, or at most.
	Target float64 `json:"target"`
	AtMost bool    `json:"atMost,omitempty"`
}

// holds reports whether the target is met.
func (q quantity) holds() bool {
	if q.AtMost {
		return q.Value <= q.Target
	}
	return q.Value >= q.Target
}

func (q quantity) show(value float64) string {
	switch {
	case q.Unit == "":
		return fmt.Sprintf("%.2f", value)
	case value < 100:
		return fmt.Sprintf("%.1f %s", value, q.Unit)
	}
	return fmt.Sprintf("%.0f %s", value, q.Unit)
}

// summary makes the list of what a run has measured.
func (r *results) summary() *run {
	s := &run{Date: r.machine.date, Processor: r.machine.processor, Cores: r.machine.cores}
	atLeast := func(name string, value, target float64) {
		s.Quantities = append(s.Quantities, quantity{Name: name, Value: value, Target: target})
	}
	atMost := func(name string, value float64, unit string, target float64) {
		s.Quantities = append(s.Quantities, quantity{Name: name, Value: value, Unit: unit, Target: target, AtMost: true})
	}
	if len(r.rows) > 0 {
		r.summariseAll(atLeast, atMost)
	}
	atMost(fmt.Sprintf("memory with %d movements, anonymous", r.restart.movements), megabytes(r.restart.memory.anonymous), "MB", 64)
	atMost(fmt.Sprintf("restart on a store of %d movements", r.restart.movements), milliseconds(r.restart.ready), "ms", 120)
	atMost(fmt.Sprintf("snapshot of %d movements under load", r.snapshots.movements), milliseconds(r.snapshots.save), "ms", 2000)
	atMost("p99 of submissions meanwhile, of the usual", part(float64(r.snapshots.during.p99), float64(r.snapshots.usual.p99)), "", 2)
	atMost("restore of it under load", milliseconds(r.snapshots.restore), "ms", 300)
	return s
}

// summariseAll adds what is measured besides the grown store.
func (r *results) summariseAll(atLeast func(name string, value, target float64), atMost func(name string, value float64, unit string, target float64)) {
	v := r.validation.perSecond()
	for _, x := range r.rows {
		switch {
		case x.clients == 64 && x.store.durable:
			atLeast("durable submissions, 64 clients, of V", part(x.posts.perSecond(), v), 0.65)
			atLeast("reads of a stored body, 64 clients, of H", part(x.gets.perSecond(), x.read.perSecond()), 0.75)
			atMost("p99 of a submission, 64 clients, of 64/rate", part(x.posts.p99.Seconds()*x.posts.perSecond(), 64), "", 2)
		case x.clients == 64:
			atLeast("ephemeral submissions, 64 clients, of V", part(x.posts.perSecond(), v), 0.75)
		case x.clients == 1 && x.store.durable:
			atLeast("durable submissions, one client, of B1", part(x.posts.perSecond(), x.commits.perSecond()), 0.45)
		}
	}
	atLeast("messages stored with all answers, of V", part(float64(r.chains.messages)/max(r.chains.elapsed.Seconds(), 1e-9), v), 0.9)
	atMost("cost of the log of requests, of submissions", r.requestLog.cost(), "", 0.03)
	atMost("start until the port answers", milliseconds(r.listening), "ms", 10)
	atMost("start to first accepted submission", milliseconds(r.start["durable"]), "ms", 60)
	atMost("memory idle, resident", megabytes(r.idle.resident), "MB", 35)
	atMost("store for a declaration with its answers", part(float64(r.chains.stored), 1024*float64(r.chains.submissions)), "KB", 16)
	atMost("declaration of 5 MB, of bare validation", part(r.large.p50.Seconds(), r.large.bare.p50.Seconds()), "", 2)
	atMost("all scenarios replayed", milliseconds(r.replay)/1000, "s", 3)
}

// part is a as a part of b, 0 if there is no b.
func part(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// write prints the table, beside what an earlier run has found if that is not nil.
func (s *run) write(w io.Writer, before *run) {
	fmt.Fprint(w, "Figures with targets. V: bare validations/s on one core; B1: bare bbolt commits/s of one client; H: bare HTTP answers/s.\n\n")
	head := []string{"quantity", "this run", "target", "holds"}
	if before != nil {
		head = append(head, "run of "+before.Date.Format("2 January 2006 15:04"), "change")
	}
	t := newTable(head...)
	for _, q := range s.Quantities {
		bound := "at least "
		if q.AtMost {
			bound = "at most "
		}
		holds := "yes"
		if !q.holds() {
			holds = "no"
		}
		cells := []string{q.Name, q.show(q.Value), bound + q.show(q.Target), holds}
		if before != nil {
			cells = append(cells, before.beside(q)...)
		}
		t.add(cells...)
	}
	t.write(w)
}

// beside is what the run has found of a quantity of another one, and the change since.
func (s *run) beside(q quantity) []string {
	i := slices.IndexFunc(s.Quantities, func(o quantity) bool { return o.Name == q.Name })
	if i < 0 {
		return []string{"–", "–"}
	}
	old := s.Quantities[i].Value
	if old == 0 {
		return []string{q.show(old), "–"}
	}
	return []string{q.show(old), fmt.Sprintf("%+.0f %%", 100*(q.Value/old-1))}
}

func (s *run) save(file string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

func readRun(file string) (*run, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--compare: %w", err)
	}
	s := new(run)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("--compare: %s: %w; hint: it has to be a file that --json wrote", file, err)
	}
	return s, nil
}
