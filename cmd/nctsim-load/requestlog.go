package main

import (
	"context"
	"fmt"
	"slices"
)

// requestLog is what the log of requests costs: submissions a second with it and without it, the middle ones of several rounds.
type requestLog struct{ on, off float64 }

// cost is the part of the submissions that the log takes away, 0 if nothing was measured.
func (l requestLog) cost() float64 { return part(l.off-l.on, l.off) }

// logRounds are how many times submissions are measured with the log and without it, in turn: what else the machine does hits both.
const logRounds = 5

// logClients is how many clients submit.
const logClients = 64

// requestLog measures submissions with the log of requests and without it, ephemeral, so that no disk hides the cost.
func (p plan) requestLog(ctx context.Context, r *results) error {
	var rates [2][]float64
	var loads [2]*load
	for i, size := range []string{"1000", "0"} {
		srv, load, err := p.loaded(stores[1], "requests", fmt.Sprintf("Q%d", i), "--request-log", size)
		if err != nil {
			return err
		}
		defer srv.stop()
		loads[i] = load
	}
	for round := range logRounds {
		for turn := range loads {
			which := (round + turn) % len(loads) // neither is always the first one
			posts, err := loads[which].posts(ctx, logClients, p.limits)
			if err != nil {
				return err
			}
			rates[which] = append(rates[which], posts.perSecond())
		}
	}
	middle := func(of []float64) float64 {
		slices.Sort(of)
		return of[len(of)/2]
	}
	r.requestLog = requestLog{on: middle(rates[0]), off: middle(rates[1])}
	return nil
}
