package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"nctsim/simulator/client"
)

const (
	submitters = 8  // clients that submit as fast as they get answers
	pollers    = 50 // clients that look for the messages of a movement
	pollEvery  = 200 * time.Millisecond
)

// receiver is the callback of a box: it answers the challenge, takes notifications, and notes how long each was on its way.
type receiver struct {
	url    string
	server *http.Server

	mu     sync.Mutex
	delays []time.Duration
	last   time.Time
}

func startReceiver() (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + l.Addr().String() + "/"}
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: responseTimeout}
	go r.server.Serve(l) //nolint:errcheck // ends with stop
	return r, nil
}

func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodGet {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"challenge": req.URL.Query().Get("challenge")})
		return
	}
	arrived := time.Now()
	var notice struct {
		Created string `json:"createdDateTime"`
	}
	if err := json.NewDecoder(req.Body).Decode(&notice); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	created, err := time.Parse("2006-01-02T15:04:05.999-0700", notice.Created)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = arrived
	if err == nil {
		r.delays = append(r.delays, max(arrived.Sub(created), 0))
	}
}

// soFar returns the delays of those that have come, in order, and when the last one came.
func (r *receiver) soFar() (delays []time.Duration, last time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delays = slices.Clone(r.delays)
	slices.Sort(delays)
	return delays, r.last
}

func (r *receiver) stop() { _ = r.server.Close() }

// subscribe gives the client of the load a box that sends to the receiver.
func (r *receiver) subscribe(ctx context.Context, addr string) error {
	_, err := control(addr).MakeBox(ctx, client.BoxOrder{Token: token, APIVersion: "2.1", CallbackURL: &r.url})
	return err
}

// mixedTraffic measures submissions, polls and notifications side by side, the office answering at once.
func (p plan) mixedTraffic(ctx context.Context, stdout io.Writer) error {
	hook, err := startReceiver()
	if err != nil {
		return err
	}
	defer hook.stop()
	srv, err := p.serve(stores[0], filepath.Join(p.dir, "traffic"), "--profile", "instant")
	if err != nil {
		return err
	}
	defer srv.stop()
	if err := hook.subscribe(ctx, srv.addr); err != nil {
		return err
	}
	load, err := p.newLoad(srv.addr, "T")
	if err != nil {
		return err
	}
	lim := limits{duration: p.traffic, count: p.limits.count}
	polled, pollErr := make(chan figures, 1), make(chan error, 1)
	go func() {
		f, err := load.polls(ctx, pollers, pollEvery, lim)
		pollErr <- err
		polled <- f
	}()
	begin := time.Now()
	posts, err := load.posts(ctx, submitters, lim)
	if pollFailed := <-pollErr; err == nil {
		err = pollFailed
	}
	polls := <-polled
	if err != nil {
		return err
	}
	if _, err := control(srv.addr).Settle(ctx, 5*time.Minute); err != nil {
		return err
	}
	delays, last := hook.soFar()
	t := newTable("what", "number", "per second", "p50 ms", "p99 ms")
	t.add(fmt.Sprintf("submissions, %d clients", submitters), fmt.Sprint(posts.count), rate(posts), ms(posts.p50), ms(posts.p99))
	t.add(fmt.Sprintf("polls, %d clients every %v", pollers, pollEvery), fmt.Sprint(polls.count), rate(polls), ms(polls.p50), ms(polls.p99))
	if n := len(delays); n > 0 {
		t.add("notifications, from message to receiver", fmt.Sprint(n), fmt.Sprintf("%.0f", float64(n)/last.Sub(begin).Seconds()), ms(delays[n/2]), ms(delays[n*99/100]))
	}
	fmt.Fprintf(stdout, "Mixed traffic for %v: durable, every declaration answered at once with three messages.\n\n", p.traffic)
	t.write(stdout)
	return nil
}

// polls measures clients that each ask for the messages of one movement again and again, with a pause in between.
func (l *load) polls(ctx context.Context, clients int, pause time.Duration, lim limits) (figures, error) {
	if err := l.ensureStored(ctx); err != nil {
		return figures{}, err
	}
	stored, next := l.places(), 0
	return measure(ctx, clients, lim, func() (worker, error) {
		request := list(l.addr, stored[next%len(stored)].movement)
		next++
		w, err := requester(l.addr, 200, func() []byte { return request })
		w.pause = pause
		return w, err
	})
}
