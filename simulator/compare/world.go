package compare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/pattern"
	"nctsim/simulator/traffic"
)

// Answer is what the simulator answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// World is what recorded requests are played against.
type World interface {
	// URL is where the simulated APIs are.
	URL() string
	// Reach lets time pass until the moment of the recording, and waits until everything has happened by then.
	Reach(ctx context.Context, recorded time.Time) error
	// Do sends a request, and waits until all that it leads to at once has happened.
	Do(r *http.Request) (Answer, error)
	// Shift is how much later the clock is than that of the recording.
	Shift() time.Duration
	// Token is what the trader of an EORI comes with, "" for an EORI that nobody knows.
	Token(eori string) string
	// LRN is the LRN to send in the place of a recorded one.
	LRN(recorded string) string
}

// calls is what worlds have in common.
type calls struct {
	http   *http.Client
	bearer string
}

// simulated are EORIs that are a token, too.
var simulated = pattern.New(`^(GB|XI)[0-9]{12,15}$`)

// Token is the EORI itself, which is a token too. Any other token is the default trader's.
func (c calls) Token(eori string) string {
	switch {
	case c.bearer != "":
		return c.bearer
	case simulated().MatchString(eori):
		return eori
	}
	return "recorded"
}

func (c calls) do(r *http.Request) (Answer, error) {
	response, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, traffic.MostBody+1))
	if err = errors.Join(err, response.Body.Close()); err == nil && len(body) > traffic.MostBody {
		err = fmt.Errorf("the answer has more than %d MB", traffic.MostBody>>20)
	}
	return Answer{response.StatusCode, response.Header, body}, err
}

// newCalls sends without following redirections, which the recording has as requests of their own.
func newCalls(bearer string) calls {
	h := client.NewHTTP()
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return calls{h, bearer}
}

// Own is a simulator of this process with a manual clock, which stands where the recording begins.
type Own struct {
	calls
	config  simulator.Config
	sim     *simulator.Simulator
	now     time.Time
	offset  time.Duration
	started bool
}

// NewOwn makes a simulator of a profile and a seed; it starts with the first request. Bearer is the token that all callers come
// with, "" for one each.
func NewOwn(profile string, seed uint64, version, bearer string) *Own {
	config := simulator.Default()
	config.Addr, config.Clock, config.Profile, config.Seed, config.Version, config.Console = "127.0.0.1:0", clock.Manual, profile, seed, version, "off"
	return &Own{calls: newCalls(bearer), config: config}
}

// URL is where the simulator is.
func (w *Own) URL() string { return w.sim.URL() }

// defaultNow is where the clock stands if a recording has no times.
var defaultNow = time.Date(2026, time.March, 2, 9, 15, 0, 0, time.UTC)

// pace is how far apart requests are if a recording has no times.
const pace = time.Minute

// Reach advances the clock. The times of a recording that go back stay where they are.
func (w *Own) Reach(ctx context.Context, recorded time.Time) error {
	if !w.started {
		w.now = recorded
		if recorded.IsZero() {
			w.now = defaultNow
		}
		w.config.Now = w.now
		sim, err := simulator.New(w.config)
		if err != nil {
			return err
		}
		if err := sim.Start(ctx); err != nil {
			return err
		}
		w.sim, w.started = sim, true
		return nil
	}
	by := recorded.Add(w.offset).Sub(w.now)
	switch {
	case recorded.IsZero():
		by = pace
	case by <= -time.Hour: // another recording, of an earlier day
		w.offset += -by + pace
		by = pace
	case by <= 0:
		return w.sim.Settle(ctx)
	}
	w.now = w.now.Add(by)
	_, err := w.sim.Advance(ctx, by)
	return err
}

// Do sends a request.
func (w *Own) Do(r *http.Request) (Answer, error) {
	a, err := w.do(r)
	if err == nil {
		err = w.sim.Settle(r.Context())
	}
	return a, err
}

// Shift is nothing: the clock is that of the recording, unless there are several.
func (w *Own) Shift() time.Duration { return w.offset }

// LRN is the recorded one: nothing was there before.
func (w *Own) LRN(recorded string) string { return recorded }

// Close ends the simulator.
func (w *Own) Close(ctx context.Context) error {
	w.http.CloseIdleConnections()
	if w.sim == nil {
		return nil
	}
	return w.sim.Close(ctx)
}

// Simulator is the simulator once a request was played, nil before.
func (w *Own) Simulator() *simulator.Simulator { return w.sim }

// Running is a service that runs already: a simulator with its control API, or anything else that answers as one.
type Running struct {
	calls
	url     string
	control client.Client
	// manual says that the clock can be moved, and steered that the control API answers at all.
	manual, steered bool
	started         bool
	shift           time.Duration
	now             func() time.Time
	mark            string
	lrns            int
}

// NewRunning makes a world of a running simulator. Its control API is asked for the clock; without one, requests are sent one
// after another, at once. The mark makes LRNs that are new: it must be another one each time.
func NewRunning(ctx context.Context, url string, control client.Client, bearer string, mark uint64, now func() time.Time) (*Running, error) {
	w := &Running{calls: newCalls(bearer), url: url, control: control, now: now, mark: strings.ToUpper(strconv.FormatUint(mark, 36))}
	c, err := control.Clock(ctx)
	var silent *client.UnreachableError
	switch {
	case errors.As(err, &silent):
		return nil, err
	case err == nil:
		w.steered, w.manual = true, c.Mode == clock.Manual
	}
	return w, nil
}

// Steered reports whether the control API answers, and whether the clock can be moved.
func (w *Running) Steered() (steered, manual bool) { return w.steered, w.manual }

// URL is where the simulated APIs are.
func (w *Running) URL() string { return w.url }

// Reach advances a manual clock; others go as they go.
func (w *Running) Reach(ctx context.Context, recorded time.Time) error {
	now := w.now()
	if w.steered {
		c, err := w.control.Clock(ctx)
		if err != nil {
			return err
		}
		now = c.Now
	}
	target := recorded.Add(w.shift)
	switch {
	case recorded.IsZero():
	case !w.started:
		w.started, w.shift = true, now.Sub(recorded)
	case w.manual && target.After(now):
		_, err := w.control.Advance(ctx, client.Until(target))
		return err
	case !w.manual:
		w.shift = now.Sub(recorded)
	}
	return w.settle(ctx)
}

// settleTime is how long a simulator may take to handle what it got.
const settleTime = 10 * time.Second

func (w *Running) settle(ctx context.Context) error {
	if !w.steered {
		return nil
	}
	_, err := w.control.Settle(ctx, settleTime)
	return err
}

// Do sends a request.
func (w *Running) Do(r *http.Request) (Answer, error) {
	a, err := w.do(r)
	if err != nil {
		return a, err
	}
	return a, w.settle(r.Context())
}

// Shift is how much later the simulator's clock is.
func (w *Running) Shift() time.Duration { return w.shift }

// longestLRN is how many characters an LRN has at most.
const longestLRN = 22

// LRN is a new one that begins like the recorded one, because the beginning may choose a scenario.
func (w *Running) LRN(recorded string) string {
	if recorded == "" {
		return recorded
	}
	w.lrns++
	mark := w.mark[max(0, len(w.mark)-6):] + strings.ToUpper(strconv.FormatInt(int64(w.lrns), 36))
	return recorded[:min(len(recorded), longestLRN-len(mark))] + mark
}

// Close ends idle connections.
func (w *Running) Close(context.Context) error {
	w.http.CloseIdleConnections()
	return nil
}
