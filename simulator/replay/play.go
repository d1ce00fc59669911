package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/script"
)

// player plays the trader of one case.
type player struct {
	Case
	trader
	control   client.Client
	rule      traderRule
	catalogue *message.Catalogue
	stream    *clock.Stream
	say       func(text string)
	reached   func(steps int)

	// began is when the first message was sent, in the simulator's time.
	began time.Time
	// sides are the movements so far.
	sides []*side
	// messages are what was read through the API, by id.
	messages map[string]*Message
	// wrong is what went wrong at a step other than what its messages show, by the step's index.
	wrong map[int][]string
}

// side is a movement of the case.
type side struct {
	Side
	token string
	// seen is how it was seen last.
	seen client.MovementDetail
	// read are the ids of its messages, in the order of the API's list; known are those that the API gives them.
	read, known []string
}

func newPlayer(c Case, t Target, catalogue *message.Catalogue, seed uint64, elapsed func() time.Duration, say func(string)) *player {
	return &player{
		Case:      c,
		catalogue: catalogue,
		control:   t.control(),
		rule:      traderRules[c.Phase.Generation()],
		trader:    trader{Trader: client.Trader{URL: t.URL, Phase: c.Phase, HTTP: t.Client}, elapsed: elapsed},
		stream:    clock.NewSource(seed).Stream("replay", c.Scenario.ID, c.Phase.String()),
		say:       say,
		messages:  map[string]*Message{},
		wrong:     map[int][]string{},
	}
}

// errStuck says that the case cannot go on; what is wrong has been noted at its step.
var errStuck = errors.New("the scenario cannot go on")

// play plays all steps, until one of them does not go as it should.
func (p *player) play(ctx context.Context) error {
	lrn := p.lrn()
	p.armed(0)
	for i := range p.Scenario.Steps {
		err := p.step(ctx, i, lrn)
		if errors.Is(err, errStuck) {
			return p.read(ctx)
		}
		if err != nil {
			return err
		}
		p.reached(i + 1)
	}
	return p.callForFaults(ctx)
}

// maxLRN is how long an LRN may be.
const maxLRN = 22

// lrn is a local reference number that nobody has used: the scenario's id, as far as it fits, and something random.
func (p *player) lrn() string {
	const random = 6
	id := p.Scenario.ID
	return id[:min(len(id), maxLRN-random-1)] + "-" + p.stream.Pick("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", random)
}

func (p *player) step(ctx context.Context, i int, lrn string) error {
	st := &p.Scenario.Steps[i]
	switch st.Form {
	case scenario.FormFault:
		return nil
	case scenario.FormTrader:
		if err := p.send(ctx, i, st, lrn); err != nil {
			return err
		}
	}
	if err := p.await(ctx, i, st); err != nil {
		return err
	}
	p.armed(i + 1)
	return p.read(ctx)
}

// armed expects the faults from a step on up to the next one that is none: the simulator arms them as soon as the step
// before is done, and reading what that has brought may meet them.
func (p *player) armed(from int) {
	for i := from; i < len(p.Scenario.Steps) && p.Scenario.Steps[i].Form == scenario.FormFault; i++ {
		p.expect(i, p.Scenario.Steps[i].Fault)
	}
}

// send sends a message of the trader.
func (p *player) send(ctx context.Context, i int, st *scenario.Step, lrn string) error {
	if err := p.rest(ctx, i, st); err != nil {
		return err
	}
	now, err := p.control.Clock(ctx)
	if err != nil {
		return err
	}
	if p.began.IsZero() {
		p.began = now.Now
	}
	d, err := p.document(st.Trader, now.Now, lrn)
	if err != nil {
		return p.fail(i, err.Error())
	}
	to := p.recipient(st.Trader.Send)
	token := p.token(st.Trader, d, to)
	text := st.Trader.Text(d)
	out := client.Submission{Type: d.Type, Text: text, Scenario: p.Scenario.ID}
	if to != nil {
		out.Movement = to.Known()
	}
	submit := p.as(token).Submit
	if st.Trader.Upload {
		submit = uploading{p, st, token}.submit
	}
	receipt, err := submit(ctx, out)
	if client.IsRefused(err) {
		return p.fail(i, err.Error())
	}
	if err != nil {
		return err
	}
	if to == nil {
		if to, err = p.begun(ctx, st.Trader.Send.Kind, receipt.Movement, token); err != nil {
			return err
		}
		p.sides = append(p.sides, to)
	}
	if id := receipt.Message; id != "" {
		p.messages[id] = &Message{Side: to.Kind, Movement: to.ID, ID: id, Type: st.Trader.Send.Code, Body: text}
	}
	return nil
}

// recipient is the movement that a message is for, nil if it creates one.
func (p *player) recipient(t message.Type) *side {
	if t.Role == message.Creates && (t.Kind != message.Arrival || !p.rule.resubmits) {
		return nil
	}
	return p.side(t.Kind)
}

// begun is a movement that the trader has created, by the id that the API gives it.
func (p *player) begun(ctx context.Context, k message.Kind, known, token string) (*side, error) {
	seen, err := p.control.Known(ctx, p.Phase, k, known)
	if err != nil {
		return nil, err
	}
	s := &side{Side: sideOf(seen.Movement), token: token, seen: seen}
	s.Kind, s.EORI = k, token
	return s, nil
}

// recordOf is the simulator's own id of a message that the API calls otherwise.
func (p *player) recordOf(ctx context.Context, s *side, known string) (string, error) {
	if id, there := s.seen.RecordOf(known); there {
		return id, nil
	}
	seen, err := p.control.Movement(ctx, s.ID)
	if err != nil {
		return "", err
	}
	s.seen = seen
	id, there := seen.RecordOf(known)
	if !there {
		return "", fmt.Errorf("the control API knows no message %s of the %s %s", known, s.Kind, s.Known())
	}
	return id, nil
}

// document is what the trader sends.
func (p *player) document(t *scenario.Trader, now time.Time, lrn string) (*message.Document, error) {
	facts := scenario.Facts{
		LRN: lrn, MRN: p.mrn(), Now: now,
		Identification: "R" + p.stream.Pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 13),
	}
	if t.Send.Code == "IE013" {
		facts.Planned = p.began
	}
	d, err := t.Document(p.Phase, facts)
	if err != nil || facts.MRN != "" || t.Send.Role != message.Creates || t.Send.Kind != message.Arrival {
		return d, err
	}
	// Goods from elsewhere: nobody else may have notified the arrival of the same ones.
	sample := d.Field(message.MRN)
	if movement.CheckMRN(sample) != nil {
		return d, nil
	}
	facts.MRN = p.rule.newMRN(now, sample, p.stream)
	return t.Document(p.Phase, facts)
}

// mrn is the one that the trader has read, "" as long as there is none.
func (p *player) mrn() string {
	for _, s := range p.sides {
		if s.MRN != "" {
			return s.MRN
		}
	}
	return ""
}

// nobody is the token of a trader whose message names none: the simulator's default EORI.
const nobody = "nctsim-replay"

// token is the EORI that a message goes out with. Further messages of a movement come from the trader who began it,
// unless the scenario says otherwise.
func (p *player) token(t *scenario.Trader, d *message.Document, to *side) string {
	if to != nil && t.EORI == "" {
		return to.token
	}
	if eori := t.Sender(d); eori != "" {
		return eori
	}
	return nobody
}

// side is the last movement of a kind, nil if there is none.
func (p *player) side(k message.Kind) *side {
	for i := len(p.sides) - 1; i >= 0; i-- {
		if p.sides[i].Kind == k {
			return p.sides[i]
		}
	}
	return nil
}

// fail notes what went wrong at a step.
func (p *player) fail(i int, text string) error {
	p.wrong[i] = append(p.wrong[i], text)
	return errStuck
}

// rest lets the time pass that the trader waits before they send.
func (p *player) rest(ctx context.Context, i int, st *scenario.Step) error {
	if st.After == 0 || i == 0 || len(p.sides) == 0 {
		return nil
	}
	return p.until(ctx, p.course().laps[i-1].at.Add(st.After), "until the trader sends "+st.Trader.Send.Code)
}

// await waits until a step is done.
func (p *player) await(ctx context.Context, i int, st *scenario.Step) error {
	for {
		if _, err := p.control.Settle(ctx, settleTime); err != nil {
			return err
		}
		if err := p.observe(ctx); err != nil {
			return err
		}
		c := p.course()
		switch {
		case c.laps[i].done:
			return nil
		case c.over():
			return errStuck
		}
		due, timer := p.due(st)
		if due.IsZero() {
			return p.fail(i, p.whyNothingHappens(st, timer))
		}
		if err := p.until(ctx, due, "for timer "+timer+" of "+st.String()); err != nil {
			return err
		}
	}
}

// whyNothingHappens says why nothing happens any more.
func (p *player) whyNothingHappens(st *scenario.Step, timer string) string {
	for _, s := range p.sides {
		if s.seen.Scenario != p.Scenario.ID {
			return fmt.Sprintf("the %s %s follows %s", s.Kind, s.ID, orNone(s.seen.Scenario))
		}
	}
	if st.Form == scenario.FormTrader {
		return "it does not come to its end although nothing waits to be handled"
	}
	return "timer " + timer + " does not run"
}

func orNone(id string) string {
	if id == "" {
		return "no scenario"
	}
	return "scenario " + id
}

// due is when the timer that a step waits for falls due, zero if it does not run.
func (p *player) due(st *scenario.Step) (at time.Time, timer string) {
	timer = script.Timer
	switch st.Form {
	case scenario.FormTimer:
		timer = st.Timer.Name
	case scenario.FormTrader:
		return time.Time{}, ""
	}
	for _, s := range p.sides {
		if d := s.seen.Due(timer); !d.IsZero() && (at.IsZero() || d.Before(at)) {
			at = d
		}
	}
	return at, timer
}

// Limits of a wait in real time, between two looks at the simulator's clock.
const (
	shortestWait = 20 * time.Millisecond
	longestWait  = 2 * time.Second
)

// until moves a manual clock to an instant or waits for it.
func (p *player) until(ctx context.Context, at time.Time, what string) error {
	told := false
	for {
		now, err := p.control.Clock(ctx)
		if err != nil {
			return err
		}
		left := at.Sub(now.Now)
		if now.Mode == clock.Manual {
			if left <= 0 {
				return nil
			}
			return advance(ctx, p.control, at)
		}
		if left < 0 {
			return nil
		}
		if now.Mode == clock.Scaled && now.Scale > 0 {
			left = time.Duration(float64(left) / now.Scale)
		}
		if !told && left > longestWait {
			p.say(fmt.Sprintf("waits %s %s", left.Round(time.Second), what))
			told = true
		}
		if err := client.Pause(ctx, min(max(left, shortestWait), longestWait)); err != nil {
			return err
		}
	}
}

// observe looks at the movements through the control API.
func (p *player) observe(ctx context.Context) error {
	for _, s := range p.sides {
		seen, err := p.control.Movement(ctx, s.ID)
		if err != nil {
			return err
		}
		s.seen = seen
		s.LRN, s.State = seen.LRN, seen.State
	}
	return nil
}

// course is what the journals say.
func (p *player) course() course {
	kinds := map[string]message.Kind{}
	var entries []movement.Entry
	for _, s := range p.sides {
		kinds[s.ID] = s.Kind
		entries = append(entries, s.seen.Journal...)
	}
	return read(p.Scenario, kinds, entries)
}

// read reads what is new, as a trader does: lists and bodies. The MRN is what they learn from these.
func (p *player) read(ctx context.Context) error {
	for _, s := range p.sides {
		list, err := p.as(s.token).Messages(ctx, s.Kind, s.Known())
		if err != nil {
			return err
		}
		s.read, s.known = nil, nil
		for _, l := range list {
			id, err := p.recordOf(ctx, s, l.ID)
			if err != nil {
				return err
			}
			err = p.take(ctx, s, id, l)
			if client.IsRefused(err) && l.Status == movement.Failed {
				continue // an upload that was not accepted has no body
			}
			if err != nil {
				return err
			}
			s.read, s.known = append(s.read, id), append(s.known, l.ID)
		}
	}
	return nil
}

func (p *player) take(ctx context.Context, s *side, id string, l client.Listed) error {
	m := p.messages[id]
	if m != nil {
		m.At = l.Received
	} else {
		body, err := p.as(s.token).Body(ctx, s.Kind, s.Known(), l.ID)
		if err != nil {
			return err
		}
		m = &Message{
			Side: s.Kind, Movement: s.ID, ID: id, Wire: wireOf(s.seen, id), Type: l.Type, At: l.Received, Body: body,
			FromCustoms: l.FromCustoms(),
		}
		p.messages[id] = m
	}
	if s.MRN == "" {
		if d := p.parse(m); d != nil {
			s.MRN = d.Field(message.MRN)
		}
	}
	return nil
}

// callForFaults makes the calls that faults wait for and that the replay had no other reason to make.
func (p *player) callForFaults(ctx context.Context) error {
	for _, f := range p.faults {
		if f.Call == scenario.CallSubmit || f.Call == scenario.CallNotification {
			continue
		}
		for range f.Times {
			if err := p.observe(ctx); err != nil {
				return err
			}
			if p.course().laps[f.step].met >= f.Times {
				break
			}
			if err := p.callForFault(ctx, f.Call); err != nil {
				return err
			}
		}
	}
	if len(p.faults) == 0 {
		return nil
	}
	return p.observe(ctx)
}

func (p *player) callForFault(ctx context.Context, call string) error {
	s := p.sides[0]
	switch {
	case call == scenario.CallMessages:
		_, err := p.as(s.token).Messages(ctx, s.Kind, s.Known())
		return err
	case call == scenario.CallMessage && len(s.known) > 0:
		_, err := p.as(s.token).Body(ctx, s.Kind, s.Known(), s.known[len(s.known)-1])
		return err
	case call == scenario.CallMessage:
		return nil
	}
	return p.as(s.token).Look(ctx, call, s.Kind, s.Known())
}

// parse is what a message says, nil if it cannot be read.
func (p *player) parse(m *Message) *message.Document {
	d, err := p.catalogue.Parse(p.Phase, m.Body)
	if err != nil {
		return nil
	}
	return d
}
