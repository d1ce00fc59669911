package console

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
)

// clockBar is the clock as every page shows it.
type clockBar struct {
	client.Clock
	// Next is what happens next, nil if nothing is to happen.
	Next *coming
}

// Manual: the clock goes on when it is told to.
func (b clockBar) Manual() bool { return b.Mode == clock.Manual }

// Scaled: the clock is faster or slower than time.
func (b clockBar) Scaled() bool { return b.Mode == clock.Scaled }

// coming is something that will happen by itself.
type coming struct {
	client.Due
	// What is what will happen in a few words, and Whose what people call the movement.
	What, Whose string
	// Later: it is not on the day that the clock shows.
	Later bool
}

func comingOf(d client.Due, now time.Time) coming {
	d.Does = doesOfTimer().ReplaceAllString(rowWords(d.Does), "")
	return coming{Due: d, What: dueWords(d), Whose: cmp.Or(d.LRN, d.MRN, d.Movement), Later: day(d.At) != day(now)}
}

// doesOfTimer is what says again of a timer that it fires.
var doesOfTimer = pattern.New(`^timer [^:]+ fires: timer [^:]+: `)

// dueWords says in a few words what will happen: "auto release", "accept, by the officer", "DSGB6, step 2".
func dueWords(d client.Due) string {
	switch d.Kind {
	case client.DueOfficer:
		return byOfficer(d.Action)
	case client.DueScenario:
		return fmt.Sprintf("step %d of the scenario", d.Step)
	case client.DueRetention:
		return "end of retention"
	}
	return timerWords(d.Name)
}

// byOfficer says what an officer is to do.
func byOfficer(action string) string { return strings.ToLower(words(action)) + ", by the officer" }

// clockBar asks for the clock and for what happens next.
func (v *visit) clockBar() (clockBar, error) {
	now, err := v.client.Clock(v.ctx())
	bar := clockBar{Clock: now}
	if err != nil || now.NextTimer == nil {
		return bar, err
	}
	soon, err := v.client.Upcoming(v.ctx(), 1)
	if err == nil && len(soon.Due) > 0 {
		first := comingOf(soon.Due[0], now.Now)
		bar.Next = &first
	}
	return bar, err
}

// timerWords is the name of a timer in words: "auto release", "notification of IE928".
func timerWords(name string) string {
	if code, is := strings.CutPrefix(name, "notification "); is {
		return "notification of " + code
	}
	return strings.ReplaceAll(name, "_", " ")
}

// called is what people call a movement: its LRN, or else its MRN, or else its id.
func called(m client.Movement) string { return cmp.Or(m.LRN, m.MRN, m.ID) }

// duration is a duration that people write: "45m", "1d", "1d12h".
var duration = pattern.New(`^(?:([0-9]+)d)?([0-9hmsµn.]*)$`)

// target reads where the clock is to go: a duration, a time, or the next thing that happens.
func target(by, to string) (client.Target, error) {
	by, to = strings.TrimSpace(by), strings.TrimSpace(to)
	if by == "" && to == client.Next {
		return client.Target{To: client.Next}, nil
	}
	if given := cmp.Or(by, to); duration().MatchString(given) && given != "" {
		parts := duration().FindStringSubmatch(given)
		days, _ := strconv.Atoi(cmp.Or(parts[1], "0"))
		rest, err := time.ParseDuration(cmp.Or(parts[2], "0s"))
		if total := time.Duration(days)*24*time.Hour + rest; err == nil && days < 36500 && total > 0 {
			return client.Target{By: total.String()}, nil
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, to); err == nil {
			return client.Until(t), nil
		}
	}
	return client.Target{}, errors.New("write a duration such as 45m or 1d, or a time such as 2026-03-02 10:00")
}

// advance moves the clock.
func (v *visit) advance() error {
	back := v.back("back", "")
	to, err := target(v.r.PostFormValue("by"), v.r.PostFormValue("to"))
	if err != nil {
		return v.done(back, outcome{Text: "The clock stands still: " + err.Error(), Bad: true})
	}
	before, err := v.client.Clock(v.ctx())
	if err != nil {
		return err
	}
	gone, err := v.client.Advance(v.ctx(), to)
	if refused := refusal(err); refused != nil {
		return v.done(back, refusedOutcome("The clock stands still", refused))
	}
	if err != nil {
		return err
	}
	if gone.NothingDue {
		return v.done(back, outcome{Text: "The clock stands still: nothing is to happen"})
	}
	what := v.happened(gone.Happened)
	if gone.Reached != nil {
		to := comingOf(*gone.Reached, gone.Now)
		what.Items = append([]item{{to.Whose + ": " + to.What, "movements/" + to.Movement}}, what.Items...)
	}
	what.Text = fmt.Sprintf("The clock went on by %s to %s: %s", span(gone.Now.Sub(before.Now)), when(gone.Now), what.Text)
	return v.done(back, what)
}

// setClock changes the mode of the clock, or how fast it is.
func (v *visit) setClock() error {
	back := v.back("back", "")
	change := client.ClockChange{Mode: clock.Mode(v.r.PostFormValue("mode"))}
	if text := v.r.PostFormValue("scale"); text != "" {
		scale, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v.done(back, outcome{Text: fmt.Sprintf("%q is not a number of seconds", text), Bad: true})
		}
		change.Scale = scale
	}
	now, err := v.client.SetClock(v.ctx(), change)
	if refused := refusal(err); refused != nil {
		return v.done(back, refusedOutcome("The clock stays as it is", refused))
	}
	if err != nil {
		return err
	}
	text := "The clock runs as fast as time does now"
	switch now.Mode {
	case clock.Manual:
		text = "The clock stands still now, and goes on when it is told to"
	case clock.Scaled:
		text = fmt.Sprintf("The clock goes on by %v seconds in a second now", now.Scale)
	}
	return v.done(back, outcome{Text: text})
}

// settleTime is how long the offices may take, in real time.
const settleTime = 20 * time.Second

// settle waits until the offices have nothing to do.
func (v *visit) settle() error {
	back := v.back("back", "")
	_, err := v.client.Settle(v.ctx(), settleTime)
	if refused := refusal(err); refused != nil {
		return v.done(back, refusedOutcome("The offices are still at work", refused))
	}
	if err != nil {
		return err
	}
	return v.done(back, outcome{Text: "The offices have done what there was to do"})
}

func refusedOutcome(text string, refused *client.Error) outcome {
	o := outcome{Text: text + ": " + refused.Message, Bad: true}
	if refused.Hint != "" {
		o.Items = append(o.Items, item{Text: sentence(refused.Hint)})
	}
	for _, f := range refused.Errors {
		o.Items = append(o.Items, item{Text: strings.TrimSpace(f.Path + " " + f.Message)})
	}
	return o
}

// mostHappened is how many lines an outcome has.
const mostHappened = 12

// happened is what entries of the journal come to: which messages were sent, which states were reached, for whom.
func (v *visit) happened(entries []movement.Entry) outcome {
	names := map[string]string{}
	var o outcome
	sent, changed := map[string]int{}, 0
	left := 0
	for _, e := range entries {
		switch e.Kind {
		case movement.EntryMessage:
			sent[e.Type]++
		case movement.EntryTransition:
			if e.From == e.To {
				continue
			}
			changed++
		case movement.EntryRemoved:
		default:
			continue
		}
		if len(o.Items) == mostHappened {
			left++
			continue
		}
		o.Items = append(o.Items, item{v.nameOf(e.Movement, names) + ": " + e.Text, "movements/" + e.Movement + "#e" + strconv.FormatUint(e.Number, 10)})
	}
	if left > 0 {
		o.Items = append(o.Items, item{Text: fmt.Sprintf("and %d more", left)})
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(sent)) {
		parts = append(parts, fmt.Sprintf("%s × %d", code, sent[code]))
	}
	if changed > 0 {
		parts = append(parts, plural(changed, "change")+" of state")
	}
	if o.Text = strings.Join(parts, ", "); o.Text == "" {
		o.Text = "nothing happened"
	}
	return o
}

// nameOf is what people call a movement, known or asked for once.
func (v *visit) nameOf(id string, names map[string]string) string {
	if name, known := names[id]; known {
		return name
	}
	names[id] = id
	if m, err := v.client.Movement(v.ctx(), id); err == nil {
		names[id] = called(m.Movement)
	}
	return names[id]
}

// span is a duration in words: "45 minutes", "1 day 2 hours".
func span(d time.Duration) string {
	if d < time.Second {
		return d.String()
	}
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(d / unit.size); n > 0 && len(parts) < 2 {
			parts = append(parts, plural(n, unit.name))
			d -= time.Duration(n) * unit.size
		}
	}
	return strings.Join(parts, " ")
}

// upcomingPage is what will happen, in the order of time.
type upcomingPage struct {
	Coming []coming
	// Removals are the ends of retention: many, and seldom what somebody waits for.
	Removals []coming
	More     bool
}

// mostListed is how much of what will happen a page lists.
const mostListed = 200

// upcoming lists what will happen.
func (v *visit) upcoming() error {
	list, err := v.client.Upcoming(v.ctx(), mostListed)
	if err != nil {
		return err
	}
	data := upcomingPage{More: list.More}
	for _, d := range list.Due {
		if d.Kind == client.DueRetention {
			data.Removals = append(data.Removals, comingOf(d, list.Now))
			continue
		}
		data.Coming = append(data.Coming, comingOf(d, list.Now))
	}
	return v.show(page{Name: "upcoming", Title: "What will happen", Area: areaMovements, Data: data})
}

// keys explains the keys.
func (v *visit) keys() error {
	return v.show(page{Name: "keys", Title: "Keys", Still: true})
}
