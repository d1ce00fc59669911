package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"nctsim/simulator/client"
)

// snapshots is what a snapshot of a grown store costs, and putting it back, while 64 clients submit.
type snapshots struct {
	movements int
	bytes     int64
	// usual are submissions without a snapshot, during those while one after the other is taken.
	usual, during figures
	// save is how long the slowest of them took, and restore how long the call took that put the last one back.
	save, restore time.Duration
}

func (p plan) snapshots(ctx context.Context, r *results) error {
	srv, err := p.serve(stores[0], filepath.Join(p.dir, "table-durable"), "--undo", "1")
	if err != nil {
		return err
	}
	defer srv.stop()
	load, err := p.newLoad(srv.addr, "S")
	if err != nil {
		return err
	}
	s := &r.snapshots
	if s.usual, err = load.posts(ctx, 64, p.limits); err != nil {
		return err
	}
	c := control(srv.addr)
	submitting := func(work func(ctx context.Context) error) (f figures, err error) {
		done := make(chan error, 1)
		go func() {
			var failed error
			f, failed = load.posts(ctx, 64, limits{duration: p.limits.duration, count: p.limits.count, cold: true})
			done <- failed
		}()
		err = work(ctx)
		return f, errors.Join(err, <-done)
	}
	s.during, err = submitting(func(ctx context.Context) error {
		for end := time.Now().Add(p.limits.duration); s.save == 0 || time.Now().Before(end); {
			began := time.Now()
			taken, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "load", Replace: true})
			if err != nil {
				return err
			}
			s.save, s.bytes, s.movements = max(s.save, time.Since(began)), taken.Bytes, taken.Movements
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = submitting(func(ctx context.Context) error {
		began := time.Now()
		_, err := c.RestoreSnapshot(ctx, "load")
		s.restore = time.Since(began)
		return err
	})
	return err
}
