package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nctsim/simulator/client"
)

// snapshots is what a snapshot of a grown store costs, and putting it back.
type snapshots struct {
	movements int
	bytes     int64
	// saveAlone and restoreAlone are with nobody submitting.
	saveAlone, restoreAlone cost
	// usual are submissions of 64 clients without a snapshot, during those while one after the other is taken, and restoring those while
	// one after the other is put back.
	usual, during, restoring figures
	// save and restore are how long the slowest of them took meanwhile.
	save, restore time.Duration
}

// cost is what something takes: time, and processor time of the simulator, also for what it does beside.
type cost struct{ elapsed, processor time.Duration }

func (c cost) show() string {
	return fmt.Sprintf("%s ms, %s ms of processor time", ms(c.elapsed), ms(c.processor))
}

// restores is how often a snapshot is put back, with a pause in which the next copy of it is made.
const (
	restores = 3
	pause    = 2 * time.Second
)

func (p plan) snapshots(ctx context.Context, r *results) error {
	srv, load, err := p.loaded(stores[0], "table-durable", "S", "--undo", "1")
	if err != nil {
		return err
	}
	defer srv.stop()
	s := &r.snapshots
	c := control(srv.addr)
	save := func(ctx context.Context) error {
		taken, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "load", Replace: true})
		s.bytes, s.movements = taken.Bytes, taken.Movements
		return err
	}
	restore := func(ctx context.Context) error {
		_, err := c.RestoreSnapshot(ctx, "load")
		return err
	}
	if s.saveAlone, err = srv.costs(ctx, save); err != nil {
		return err
	}
	if s.restoreAlone, err = srv.costs(ctx, restore); err != nil {
		return err
	}
	if s.usual, err = load.posts(ctx, 64, p.limits); err != nil {
		return err
	}
	// slowest does something again and again while others submit.
	slowest := func(do func(context.Context) error, times int, pause, duration time.Duration) (took time.Duration, f figures, err error) {
		done := make(chan error, 1)
		go func() {
			var failed error
			f, failed = load.posts(ctx, 64, limits{duration: duration, count: p.limits.count, cold: true})
			done <- failed
		}()
		end := time.Now().Add(duration)
		for n := 0; err == nil && (n < times || times == 0 && time.Now().Before(end)); n++ {
			time.Sleep(pause)
			began := time.Now()
			err = do(ctx)
			took = max(took, time.Since(began))
		}
		return took, f, errors.Join(err, <-done)
	}
	if s.save, s.during, err = slowest(save, 0, 0, p.limits.duration); err != nil {
		return err
	}
	s.restore, s.restoring, err = slowest(restore, restores, pause, restores*(pause+time.Second))
	return err
}
