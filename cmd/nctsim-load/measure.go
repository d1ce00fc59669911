package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// figures are what one measurement found.
type figures struct {
	count    int
	elapsed  time.Duration
	p50, p99 time.Duration
	longest  time.Duration
}

// perSecond is the rate.
func (f figures) perSecond() float64 {
	if f.elapsed == 0 {
		return 0
	}
	return float64(f.count) / f.elapsed.Seconds()
}

// limits bound a measurement: it ends at whichever comes first.
type limits struct {
	duration time.Duration
	count    int
	// cold measures from the first operation on.
	cold bool
}

// worker is one client: step does one operation. A worker is used by one goroutine.
type worker struct {
	step func() error
	stop func()
	// pause is how long it rests between two operations.
	pause time.Duration
}

// measure runs as many workers side by side as clients says, each doing one operation after the other, until the limits
// are reached, and reports the rate and the latencies. The first tenth of the time warms up and does not count.
func measure(ctx context.Context, clients int, lim limits, start func() (worker, error)) (figures, error) {
	workers := make([]worker, 0, clients)
	defer func() {
		for _, w := range workers {
			if w.stop != nil {
				w.stop()
			}
		}
	}()
	for range clients {
		w, err := start()
		if err != nil {
			return figures{}, err
		}
		workers = append(workers, w)
	}

	warm := lim.duration / 10
	if lim.cold {
		warm = 0
	}
	ctx, cancel := context.WithTimeout(ctx, warm+lim.duration)
	defer cancel()
	var left atomic.Int64
	left.Store(int64(lim.count))
	begin := time.Now()
	counted := begin.Add(warm)

	samples := make([][]time.Duration, clients)
	failures := make([]error, clients)
	var all sync.WaitGroup
	for i, w := range workers {
		all.Go(func() {
			samples[i], failures[i] = w.loop(ctx, counted, &left)
			if failures[i] != nil {
				cancel()
			}
		})
	}
	all.Wait()
	elapsed := time.Since(counted)
	for _, err := range failures {
		if err != nil {
			return figures{}, err
		}
	}
	return summarise(samples, elapsed)
}

// loop works until the context ends or nothing is left, and returns the latencies of what it began after counted.
func (w worker) loop(ctx context.Context, counted time.Time, left *atomic.Int64) ([]time.Duration, error) {
	var samples []time.Duration
	for ctx.Err() == nil && left.Add(-1) >= 0 {
		begin := time.Now()
		if err := w.step(); err != nil {
			return nil, err
		}
		if begin.After(counted) {
			samples = append(samples, time.Since(begin))
		}
		w.rest(ctx)
	}
	return samples, nil
}

// rest waits between two operations, or until the context ends.
func (w worker) rest(ctx context.Context) {
	if w.pause == 0 {
		return
	}
	over := time.NewTimer(w.pause)
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
	}
}

// errNothingMeasured: everything was done before the warming up was over, which is fine for work that is not measured.
var errNothingMeasured = errors.New("nothing was measured")

func summarise(samples [][]time.Duration, elapsed time.Duration) (figures, error) {
	merged := slices.Concat(samples...)
	if len(merged) == 0 {
		return figures{}, fmt.Errorf("%w in %v; hint: allow more time with --seconds or more operations with --count", errNothingMeasured, elapsed)
	}
	slices.Sort(merged)
	return figures{
		count:   len(merged),
		elapsed: elapsed,
		p50:     merged[len(merged)/2],
		p99:     merged[len(merged)*99/100],
		longest: merged[len(merged)-1],
	}, nil
}
