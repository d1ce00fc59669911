package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// stores are the two ways of keeping data that are compared.
var stores = []store{{"durable", true}, {"ephemeral", false}}

type store struct {
	name    string
	durable bool
}

// row is one line of the main table: one store, one number of clients.
type row struct {
	store        store
	clients      int
	posts, gets  figures
	commits      figures // bbolt alone
	echoed, read figures // HTTP alone: POST and GET
	memory       memory
}

// results are everything that was measured.
type results struct {
	machine    machine
	document   int
	validation figures
	rows       []row
	idle       memory
	json       []formats
	mixed      mixed
	chains     chains
	start      map[string]time.Duration // by store: start to first accepted POST
	listening  time.Duration            // start until the port answers, durable
	replay     time.Duration            // of all scenarios
	large      large
	upload     upload
	restart    restart
	requestLog requestLog
	snapshots  snapshots
	beside     []beside
}

// formats compares messages as XML with the same as JSON, for one number of clients.
type formats struct {
	clients             int
	posts, jsonPosts    figures
	gets, jsonGets      figures
	document, jsonBytes int
}

// upload is one declaration of almost the greatest size that can be uploaded: how long it takes from the end of the upload to the
// end of the check, how long a bare libxml2 needs for its bytes, and what the process needed meanwhile.
type upload struct {
	bytes     int
	took      time.Duration
	bare      time.Duration
	anonymous int64
}

// mixed is reading while others write.
type mixed struct {
	clients     int
	posts, gets figures
}

// chains is the whole work: declarations with all that the office answers.
type chains struct {
	submissions, messages int
	elapsed               time.Duration
	stored                int64 // bytes of the store
}

// large is one declaration of almost the greatest size allowed.
type large struct {
	bytes int
	figures
	bare figures // libxml2 alone with its bytes
}

// restart is what a store that has grown costs.
type restart struct {
	movements int
	bytes     int64
	memory    memory
	ready     time.Duration
}

// lrns numbers all declarations of a run, so that no LRN comes twice.
var firstLRN uint64 = 1

// step is one of the things to measure.
type step struct {
	what string
	do   func(context.Context, *results) error
}

// all measures everything.
func (p plan) all() []step {
	return append([]step{
		{"bare validation", p.validation},
		{"the machine's limits and the simulator, by clients", p.table},
		{"JSON beside XML", p.json},
		{"reading while writing", p.mixed},
		{"the log of requests", p.requestLog},
		{"whole chains", p.chains},
		{"start-up", p.starts},
		{"a large declaration", p.large},
		{"an upload", p.upload},
		{"workspaces beside each other", p.workspaces},
		{"all scenarios", p.replay},
	}, p.ofStore()...)
}

// ofStore measures what a grown store costs.
func (p plan) ofStore() []step {
	return []step{{"a grown store", p.restart}, {"snapshots of that store", p.snapshots}}
}

func (p plan) measure(ctx context.Context, steps []step) (*results, error) {
	r := &results{machine: describeMachine(p.dir), document: len(p.document), start: map[string]time.Duration{}}
	for _, s := range steps {
		p.say("measuring %s", s.what)
		if err := s.do(ctx, r); err != nil {
			return nil, fmt.Errorf("measure %s: %w", s.what, err)
		}
	}
	return r, nil
}

func (p plan) validation(ctx context.Context, r *results) (err error) {
	r.validation, err = bareValidation(ctx, filepath.Join(p.dir, "xsd"), p.limits, p.document)
	return err
}

// serve starts a simulator whose office stays silent, so that only submissions are measured; arguments add to that.
func (p plan) serve(s store, data string, arguments ...string) (*server, error) {
	args := append([]string{"serve", "--addr", "127.0.0.1:0", "--profile", "silent", "--log-level", "error"}, arguments...)
	if s.durable {
		args = append(args, "--data", data)
	}
	return launch(p.program, args...)
}

// loaded is a server as serve starts it, in a folder of a name if it is durable, and a load for it whose LRNs begin with a prefix.
func (p plan) loaded(s store, folder, prefix string, arguments ...string) (*server, *load, error) {
	srv, err := p.serve(s, filepath.Join(p.dir, folder), arguments...)
	if err != nil {
		return nil, nil, err
	}
	load, err := p.newLoad(srv.addr, prefix)
	if err != nil {
		srv.stop()
	}
	return srv, load, err
}

// idleAfter is how long after its start a simulator is idle: the scenarios are read beside the start.
const idleAfter = 2 * time.Second

func (p plan) table(ctx context.Context, r *results) error {
	for _, s := range stores {
		srv, err := p.serve(s, filepath.Join(p.dir, "table-"+s.name))
		if err != nil {
			return err
		}
		if r.idle == (memory{}) {
			time.Sleep(idleAfter)
			r.idle = srv.memory()
		}
		err = p.rows(ctx, r, s, srv)
		srv.stop()
		if err != nil {
			return err
		}
	}
	return nil
}

func (p plan) rows(ctx context.Context, r *results, s store, srv *server) error {
	load, err := p.newLoad(srv.addr, "T")
	if err != nil {
		return err
	}
	for _, n := range p.clients {
		p.say("  %s, %d clients", s.name, n)
		one := row{store: s, clients: n}
		if one.posts, err = load.posts(ctx, n, p.limits); err != nil {
			return err
		}
		if one.gets, err = load.gets(ctx, n, p.limits); err != nil {
			return err
		}
		one.memory = srv.memory()
		if one.commits, err = bareCommits(ctx, p.dir, n, p.limits, s.durable, p.document); err != nil {
			return err
		}
		if one.echoed, one.read, err = bareEcho(ctx, n, p.limits, load.declaration); err != nil {
			return err
		}
		r.rows = append(r.rows, one)
	}
	return nil
}

func (p plan) mixed(ctx context.Context, r *results) error {
	srv, load, err := p.loaded(stores[0], "mixed", "M")
	if err != nil {
		return err
	}
	defer srv.stop()
	r.mixed.clients = 8
	written := make(chan error, 1)
	go func() {
		var err error
		r.mixed.posts, err = load.posts(ctx, r.mixed.clients, p.limits)
		written <- err
	}()
	gets, readErr := load.gets(ctx, r.mixed.clients, p.limits)
	r.mixed.gets = gets
	if err := <-written; err != nil {
		return err
	}
	return readErr
}

// chains posts simplified declarations under the instant profile and counts every message stored until nothing is left
// to do: four for each declaration.
func (p plan) chains(ctx context.Context, r *results) error {
	srv, load, err := p.loaded(stores[0], "chains", "C", "--profile", "instant")
	if err != nil {
		return err
	}
	defer srv.stop()
	begin := time.Now()
	if _, err := load.posts(ctx, slices.Max(p.clients), p.limits); err != nil {
		return err
	}
	if _, err := control(srv.addr).Settle(ctx, time.Minute); err != nil {
		return err
	}
	r.chains.elapsed = time.Since(begin)
	counts, err := readCounts(ctx, srv.addr)
	r.chains.submissions, r.chains.messages, r.chains.stored = counts.Movements, counts.Messages, counts.Bytes
	return err
}

// starts measures from the start of the process to the first declaration that it accepted: the median of five.
func (p plan) starts(ctx context.Context, r *results) error {
	for _, s := range stores {
		var times, ports []time.Duration
		for i := range 5 {
			begun, err := p.firstAccepted(ctx, s, filepath.Join(p.dir, fmt.Sprintf("start-%d", i)))
			if err != nil {
				return err
			}
			times, ports = append(times, begun.accepted), append(ports, begun.listening)
		}
		r.start[s.name] = median(times)
		if s.durable {
			r.listening = median(ports)
		}
	}
	return nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// begun is how long a start took until the port answered, and until a declaration was accepted.
type begun struct{ listening, accepted time.Duration }

func (p plan) firstAccepted(ctx context.Context, s store, data string) (begun, error) {
	addr, err := freePort()
	if err != nil {
		return begun{}, err
	}
	d, err := newDeclaration(p.document, "S")
	if err != nil {
		return begun{}, err
	}
	request := newPost(addr, d).request(atomic.AddUint64(&firstLRN, 1))
	begin := time.Now()
	started := make(chan error, 1)
	var srv *server
	go func() {
		var err error
		srv, err = p.serve(s, data, "--addr", addr)
		started <- err
	}()
	took, postErr := untilAccepted(ctx, addr, request, begin)
	if err := <-started; err != nil {
		return begun{}, err
	}
	srv.stop()
	return took, postErr
}

// untilAccepted tries until the server takes the request.
func untilAccepted(ctx context.Context, addr string, request []byte, begin time.Time) (begun, error) {
	for ctx.Err() == nil && time.Since(begin) < startTimeout {
		c, err := dial(addr)
		if err != nil {
			time.Sleep(500 * time.Microsecond)
			continue
		}
		listening := time.Since(begin)
		status, body, err := c.do(request)
		accepted := time.Since(begin)
		_ = c.Close() // read to its end
		if err != nil {
			return begun{}, err
		}
		if status != http.StatusAccepted {
			return begun{}, fmt.Errorf("first POST: status %d: %.300s", status, body)
		}
		return begun{listening, accepted}, nil
	}
	return begun{}, fmt.Errorf("nothing listens on %s after %v", addr, startTimeout)
}

// replay plays all scenarios, as a command of its own.
func (p plan) replay(ctx context.Context, r *results) error {
	begin := time.Now()
	out, err := exec.CommandContext(ctx, p.program, "replay", "--all").CombinedOutput()
	if err != nil {
		return fmt.Errorf("replay: %w: %.300s", err, out)
	}
	r.replay = time.Since(begin)
	return nil
}

func (p plan) large(ctx context.Context, r *results) error {
	srv, err := p.serve(stores[0], filepath.Join(p.dir, "large"))
	if err != nil {
		return err
	}
	defer srv.stop()
	document, err := enlarge(p.document, 4_900_000)
	if err != nil {
		return err
	}
	d, err := newDeclaration(document, "L")
	if err != nil {
		return err
	}
	load := &load{addr: srv.addr, declaration: d}
	r.large.bytes = len(document)
	if r.large.figures, err = load.posts(ctx, 1, limits{duration: p.limits.duration, count: 50}); err != nil {
		return err
	}
	r.large.bare, err = bareValidation(ctx, filepath.Join(p.dir, "xsd-large"), limits{duration: p.limits.duration, count: 50}, document)
	return err
}

// json measures submissions and reads in both formats on one server, XML first, for the same number of clients.
func (p plan) json(ctx context.Context, r *results) error {
	srv, xml, err := p.loaded(stores[0], "json", "X")
	if err != nil {
		return err
	}
	defer srv.stop()
	json, err := xml.inJSON("J")
	if err != nil {
		return err
	}
	for _, n := range p.clients {
		one := formats{clients: n, document: len(xml.declaration.bytes(0)), jsonBytes: len(json.declaration.bytes(0))}
		for _, step := range []struct {
			into    *figures
			measure func(context.Context, int, limits) (figures, error)
		}{{&one.posts, xml.posts}, {&one.jsonPosts, json.posts}, {&one.gets, xml.gets}, {&one.jsonGets, json.gets}} {
			if *step.into, err = step.measure(ctx, n, p.limits); err != nil {
				return err
			}
		}
		r.json = append(r.json, one)
	}
	return nil
}

// uploads are how many files are uploaded, one after the other.
const uploads = 5

// upload measures the check of a file of almost 20 MB, the middle one of several.
func (p plan) upload(ctx context.Context, r *results) error {
	srv, err := p.serve(stores[0], filepath.Join(p.dir, "upload"), "--profile", "instant")
	if err != nil {
		return err
	}
	defer srv.stop()
	document, err := enlarge(p.document, 19_900_000)
	if err != nil {
		return err
	}
	bare, err := bareValidation(ctx, filepath.Join(p.dir, "xsd-upload"), limits{duration: responseTimeout, count: uploads, cold: true}, document)
	if err != nil {
		return err
	}
	before := srv.memory().anonymous
	var times []time.Duration
	for range uploads {
		took, most, err := uploaded(ctx, srv, document)
		if err != nil {
			return err
		}
		times = append(times, took)
		r.upload.anonymous = max(r.upload.anonymous, most-before)
		if _, err := control(srv.addr).Settle(ctx, time.Minute); err != nil {
			return err
		}
		before = srv.memory().anonymous
	}
	slices.Sort(times)
	r.upload.bytes, r.upload.took, r.upload.bare = len(document), times[uploads/2], bare.p50
	return nil
}

// uploaded uploads a declaration and waits until it is stored. It returns how long that took once the file had come, and the most
// anonymous memory that was seen meanwhile.
func uploaded(ctx context.Context, srv *server, document []byte) (took time.Duration, anonymous int64, err error) {
	trader := client.Trader{URL: "http://" + srv.addr, Phase: message.Phase5, Token: token}
	receipt, form, err := trader.BeginUpload(ctx, client.Submission{Type: message.Phase5.Creating(message.Departure)})
	if err != nil {
		return 0, 0, err
	}
	if err := trader.Upload(ctx, form, "declaration.xml", document); err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	for time.Since(begin) < responseTimeout {
		anonymous = max(anonymous, srv.memory().anonymous)
		m, err := control(srv.addr).Movement(ctx, receipt.Movement)
		if err != nil {
			return 0, 0, err
		}
		if m.State != movement.AwaitingUpload {
			return time.Since(begin), anonymous, nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, 0, fmt.Errorf("the upload was not checked within %v", responseTimeout)
}

func (p plan) restart(ctx context.Context, r *results) error {
	s, data := stores[0], filepath.Join(p.dir, "table-durable")
	srv, err := p.serve(s, data)
	if err != nil {
		return err
	}
	if err := p.fill(ctx, srv); err != nil {
		srv.stop()
		return err
	}
	counts, err := readCounts(ctx, srv.addr)
	r.restart.movements, r.restart.memory = counts.Movements, srv.memory()
	if err == nil {
		_, err = control(srv.addr).Settle(ctx, time.Minute) // or the next one goes on with what the office has not done
	}
	srv.stop()
	if err != nil {
		return err
	}
	if r.restart.bytes, err = folderSize(data); err != nil {
		return err
	}
	again, err := p.firstAccepted(ctx, s, data)
	r.restart.ready = again.accepted
	return err
}

// fill posts until the store holds the movements that the plan asks for.
func (p plan) fill(ctx context.Context, srv *server) error {
	counts, err := readCounts(ctx, srv.addr)
	if err != nil || counts.Movements >= p.movements {
		return err
	}
	load, err := p.newLoad(srv.addr, "F")
	if err != nil {
		return err
	}
	missing := p.movements - counts.Movements
	_, err = load.posts(ctx, 64, limits{duration: 10 * time.Minute, count: missing})
	if errors.Is(err, errNothingMeasured) {
		return nil
	}
	return err
}

func folderSize(dir string) (total int64, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		info, statErr := e.Info()
		if statErr != nil {
			return 0, statErr
		}
		total += info.Size()
	}
	return total, err
}

// control is the simulator's control API.
func control(addr string) client.Client { return client.Client{URL: "http://" + addr} }

// counts is how much there is in the simulator.
type counts = client.Counts

func readCounts(ctx context.Context, addr string) (counts, error) {
	info, err := control(addr).Info(ctx)
	return info.Counts, err
}
