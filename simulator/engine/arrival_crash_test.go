package engine_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
)

// TestAnyInterruptedTransit plays a random story of departures and arrivals twice, as TestAnyInterruption does: once
// without a break and once with engines that end between any two things. All bytes of both sides must be the same, so
// nothing that one side tells the other may be lost or told twice, and the two sides must agree.
func TestAnyInterruptedTransit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile := rapid.SampledFrom([]string{"fast", "instant", "trader-test"}).Draw(t, "profile")
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) crossing {
			return crossing{
				what: rapid.SampledFrom([]string{
					"departure", "simplified", "simplified", "normal", "remarks", "remarks", "action", "action", "action", "advance", "injection",
				}).Draw(t, "what"),
				target: rapid.IntRange(0, 3).Draw(t, "target"),
				number: rapid.IntRange(0, 99).Draw(t, "number"),
			}
		}), 1, 12).Draw(t, "steps")
		breaks := rapid.SliceOfN(rapid.Bool(), len(steps), len(steps)).Draw(t, "breaks")
		smooth := playTransits(t, profile, steps, make([]bool, len(steps)))
		rough := playTransits(t, profile, steps, breaks)
		if smooth != rough {
			t.Fatalf("without a break:\n%s\nwith breaks:\n%s", smooth, rough)
		}
	})
}

// crossing is one thing that happens at either side; the numbers choose where and which.
type crossing struct {
	what           string
	target, number int
}

func playTransits(t *rapid.T, profile string, steps []crossing, breaks []bool) string {
	dir, err := os.MkdirTemp("", "nctsim")
	must(err)
	defer func() { _ = os.RemoveAll(dir) }()
	w := newWorld(dir, options{profile: profile})
	defer func() { w.Close() }()
	must(w.Start())
	c := &crossings{world: w}
	c.depart()
	for i, s := range steps {
		if breaks[i] {
			w.Close()
			w.Open() // not started: what comes now waits for the next one
		}
		c.do(s)
		if breaks[i] {
			w.Restart()
		}
		c.quiet(t)
		c.agree(t)
	}
	return w.everything()
}

// crossings are the movements of a story.
type crossings struct {
	*world
	departures, arrivals []string
	injected             bool
}

func (c *crossings) quiet(t *rapid.T) {
	limit, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := c.Engine.Settle(limit); err != nil {
		t.Fatal(err)
	}
	if len(c.Bugs()) > 0 {
		t.Fatal(c.Bugs())
	}
}

func (c *crossings) depart() {
	m, _, err := c.Engine.Create(ctx, simplified(lrnPath, fmt.Sprint("LRN", len(c.departures))))
	must(err)
	c.departures = append(c.departures, m.ID)
	_, _ = c.Engine.Act(ctx, m.ID, "release", nil, "officer")
}

// do does one thing; that it may be refused is part of the story.
func (c *crossings) do(s crossing) {
	switch s.what {
	case "departure":
		c.depart()
	case "simplified", "normal":
		d := c.now(c.departures[s.target%len(c.departures)])
		mrn := d.MRN
		if mrn == "" || s.number < 10 {
			mrn = "26XI000081CIV3XWJ7" // from elsewhere
		}
		p := []message.Phase{message.Phase5, message.Phase6}[s.number%2]
		m, _, err := c.Engine.Create(ctx, notification(p, s.what, mrn))
		must(err)
		c.arrivals = append(c.arrivals, m.ID)
	case "advance":
		must(c.Clock.MoveTo(c.Clock.Now().Add(time.Duration(s.number) * time.Minute)))
	case "remarks":
		if len(c.arrivals) > 0 {
			m := c.now(c.arrivals[s.target%len(c.arrivals)])
			flags := []string{conform, fmt.Sprint(s.number % 2), completion, fmt.Sprint(s.number / 2 % 2)}
			_, _, err := c.Engine.Attach(ctx, m.ID, remarks(m, flags...))
			must(err)
		}
	default:
		c.meddle(s)
	}
}

// meddle lets an officer act, or somebody inject a message, at either side.
func (c *crossings) meddle(s crossing) {
	all := c.departures
	verbs, types := office.VerbsOf(message.Phase6, message.Departure), []string{"IE019", "IE029", "IE045", "IE182"}
	if s.number%3 > 0 && len(c.arrivals) > 0 {
		all = c.arrivals
		verbs, types = office.VerbsOf(message.Phase6, message.Arrival), []string{"IE025", "IE043", "IE057"}
	}
	id := all[s.target%len(all)]
	if s.what == "action" {
		_, _ = c.Engine.Act(ctx, id, verbs[s.number/3%len(verbs)], nil, "officer")
		return
	}
	c.injected = true
	_, _, err := c.Engine.Inject(ctx, id, engine.Injection{Type: types[s.number/3%len(types)]})
	must(err)
}

// agree: what the arrival says of its departure is so, unless somebody spoke for customs.
func (c *crossings) agree(t *rapid.T) {
	if c.injected {
		return
	}
	for _, id := range c.arrivals {
		a := c.now(id)
		if a.Facts.Departure == "" {
			continue
		}
		want, bound := map[movement.State][]movement.State{
			movement.ArrivalAccepted:    {movement.Arrived},
			movement.UnloadingPermitted: {movement.Arrived},
			movement.RemarksReceived:    {movement.Arrived},
			movement.DiscrepancyPending: {movement.Discrepancies},
			movement.GoodsReleased:      {movement.WrittenOff},
			movement.GoodsNotReleased:   {movement.Recovery, movement.WrittenOff},
		}[a.State]
		d := c.now(a.Facts.Departure)
		if !bound {
			continue
		}
		if d.State != want[0] && d.State != want[len(want)-1] {
			t.Fatalf("the arrival is %s and its departure %s", a.State, d.State)
		}
	}
}
