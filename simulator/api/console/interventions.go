package console

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Where faults and holds are, and the forms about what is held, from Path on.
const (
	interventionsPath = "interventions"
	heldPath          = "held"
)

// fewHeld is how many events that are held a page shows at most.
const fewHeld = 100

// interventionsPage is what goes wrong and what waits because somebody has asked for it.
type interventionsPage struct {
	Faults []faultRow
	Rules  []client.HoldRule
	// Held are the events that are held, and Left how many more there are.
	Held []heldRow
	Left int
	// Form is what was written into a form with a mistake; Fault and Hold say which of the two that is.
	Form        url.Values
	Fault, Hold bool
	// Status is the status in the form for a fault.
	Status string
	// Calls and Effects are what a fault can be about and can do; FromTraders and FromCustoms are the messages that can be held.
	Calls                    []word
	Effects                  []effects
	FromTraders, FromCustoms []message.Type
}

// word is a value of the control API with what it is called.
type word struct{ Value, Text string }

// effects are what faults of one kind do.
type effects struct {
	Of    string
	Words []word
}

// faultRow is a fault as people see it.
type faultRow struct {
	client.FaultRule
	// About is what it can meet, Only whose, Does what it does and Often how often.
	About, Only, Does, Often string
}

// heldRow is an event that is held, as people see it.
type heldRow struct {
	client.HeldEvent
	// Called is the movement, What the event, and Why what it waits for.
	Called, What, Why string
}

// Refusable reports whether the office can refuse it: only messages of the trader.
func (h heldRow) Refusable() bool { return h.Kind == string(movement.EventMessage) }

// Fields of the form for a fault, by their ids.
const (
	faultCall    = "fault-call"
	faultDoes    = "fault-does"
	faultStatus  = "fault-status"
	faultDelay   = "fault-delay"
	faultLate    = "fault-late"
	faultPercent = "fault-percent"
	faultSkip    = "fault-skip"
	faultTimes   = "fault-times"
)

// Fields of the form for a hold, by their ids.
const (
	holdMessage  = "hold-message"
	holdBefore   = "hold-before"
	holdMovement = "hold-movement"
	holdTimes    = "hold-times"
)

// faultCalls are what a fault can be about.
var faultCalls = []word{
	{"", "all calls of clients"}, {"submit", "a message is sent"}, {"movements", "movements are listed"}, {"movement", "a movement is read"},
	{"messages", "messages are listed"}, {"message", "a message is read"}, {"token", "a token is asked for"},
	{"guarantee", "a balance is asked for"}, {"box", "a box is read"}, {"upload", "a large message is uploaded"},
	{"notification", "a notification is sent"},
}

// doesStatus is the effect that has a status of its own.
const doesStatus = "status"

// faultEffects are what a fault can do.
var faultEffects = []effects{
	{"Calls", []word{
		{doesStatus, "Answer with an error"}, {"reset", "Cut the connection without an answer"},
		{"truncate", "Cut the connection in the middle of the answer"},
	}},
	{"Notifications", []word{
		{"drop", "Lose it"}, {"duplicate", "Send it twice"}, {"overtaken", "Send it later, so that others come first"},
	}},
	{"Both", []word{{"delay", "Nothing but a delay"}}},
}

// faultRowOf says in words what a fault does.
func faultRowOf(f client.FaultRule) faultRow {
	r := faultRow{FaultRule: f, Only: strings.Join(nonEmpty(f.EORI, f.ClientID, f.Movement), ", ")}
	for _, c := range faultCalls {
		if c.Value == f.Call {
			r.About = sentence(c.Text)
		}
	}
	var does []string
	for _, effect := range []struct {
		set  bool
		text string
	}{
		{f.Status > 0, fmt.Sprintf("answers %d", f.Status)}, {f.Reset, "cuts the connection"},
		{f.Truncate, "cuts the answer"}, {f.Late, "after the call has had its effect"}, {f.Drop, "loses it"},
		{f.Duplicate, "sends it twice"}, {f.Overtaken, "sends it behind others"}, {f.Delay != "", f.Delay + " later"},
	} {
		if effect.set {
			does = append(does, effect.text)
		}
	}
	r.Does = sentence(strings.Join(does, ", "))
	r.Often = "Every time"
	if f.Percent > 0 {
		r.Often = fmt.Sprintf("%d of a hundred", f.Percent)
	}
	if f.Skip > 0 {
		r.Often += fmt.Sprintf(", behind %d that pass", f.Skip)
	}
	if f.Times > 0 {
		r.Often += ", at most " + plural(f.Times, "time")
	}
	return r
}

// nonEmpty are the texts that are not empty.
func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// heldRowOf says in words what is held, of a movement that is called so.
func heldRowOf(h client.HeldEvent, called string) heldRow {
	r := heldRow{HeldEvent: h, Called: called}
	switch movement.EventKind(h.Kind) {
	case movement.EventMessage:
		r.What = h.Name + " of the trader"
	case movement.EventTimer:
		r.What = "Timer: " + words(h.Name)
	case movement.EventSide:
		r.What = "Word of the other office: " + words(h.Name)
	default:
		r.What = "Action of an officer: " + words(h.Name)
	}
	switch {
	case h.Rule == "":
		r.Why = "waits behind another one that is held"
	case h.Before != "":
		r.Why = "hold " + h.Rule + ", before " + h.Before + " goes out"
	default:
		r.Why = "hold " + h.Rule
	}
	return r
}

// interventions shows faults, holds and what is held.
func (v *visit) interventions() error { return v.showInterventions(nil, nil) }

// showInterventions shows them with what was written into a form, and what is wrong with that.
func (v *visit) showInterventions(form url.Values, problems []problem) error {
	faults, err := v.client.Faults(v.ctx())
	if err != nil {
		return err
	}
	holds, err := v.client.Holds(v.ctx())
	if err != nil {
		return err
	}
	data := interventionsPage{Rules: holds.Rules, Form: form, Calls: faultCalls, Effects: faultEffects}
	for _, f := range faults {
		data.Faults = append(data.Faults, faultRowOf(f))
	}
	if data.Held, err = v.heldRows(holds.Held); err != nil {
		return err
	}
	data.Left = len(holds.Held) - len(data.Held)
	data.FromTraders, data.FromCustoms = messagesToHold()
	if problems != nil {
		data.Fault = strings.HasPrefix(problems[0].Field, "fault-")
		data.Hold = !data.Fault
	}
	if data.Status = strconv.Itoa(http.StatusServiceUnavailable); data.Fault {
		data.Status = form.Get(faultStatus)
	}
	return v.show(page{
		Name: "interventions", Title: "Faults and holds", Area: areaSettings, Requests: true, Problems: problems, Data: data,
		Still: problems != nil, // a form would be lost when the page is fetched again
	})
}

// heldRows are the first of the events that are held, with the names of their movements.
func (v *visit) heldRows(held []client.HeldEvent) ([]heldRow, error) {
	names := map[string]string{}
	var rows []heldRow
	for _, h := range held[:min(len(held), fewHeld)] {
		name, known := names[h.Movement]
		if !known {
			m, err := v.client.Movement(v.ctx(), h.Movement)
			if err != nil && !client.IsNotFound(err) {
				return nil, err
			}
			name = cmp.Or(called(m.Movement), h.Movement)
			names[h.Movement] = name
		}
		rows = append(rows, heldRowOf(h, name))
	}
	return rows, nil
}

// messagesToHold are the messages of all phases that traders send and that customs sends, each once, by their codes.
func messagesToHold() (traders, customs []message.Type) {
	for _, p := range message.Phases {
		for _, t := range p.Types() {
			to := &traders
			if t.Role == message.FromCustoms {
				to = &customs
			}
			if !slices.ContainsFunc(*to, func(known message.Type) bool { return known.Code == t.Code }) {
				*to = append(*to, t)
			}
		}
	}
	byCode := func(a, b message.Type) int { return strings.Compare(a.Code, b.Code) }
	slices.SortFunc(traders, byCode)
	slices.SortFunc(customs, byCode)
	return traders, customs
}

// number is a field of a form that is a number.
type number struct {
	field string
	into  *int
}

// readNumbers reads fields of a form, 0 where nothing is written.
func readNumbers(form url.Values, fields ...number) (problems []problem) {
	for _, f := range fields {
		text := strings.TrimSpace(form.Get(f.field))
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			problems = append(problems, problem{f.field, strconv.Quote(text) + " is not a number"})
			continue
		}
		*f.into = n
	}
	return problems
}

// arm asks for a fault.
func (v *visit) arm() error {
	form := v.r.PostForm
	f := client.FaultRule{
		Call: v.text(faultCall), EORI: v.text("fault-eori"), ClientID: v.text("fault-client"), Movement: v.text("fault-movement"),
		Delay: v.text(faultDelay), Late: form.Get(faultLate) != "",
	}
	fields := []number{{faultPercent, &f.Percent}, {faultSkip, &f.Skip}, {faultTimes, &f.Times}}
	switch v.text(faultDoes) {
	case doesStatus:
		fields = append([]number{{faultStatus, &f.Status}}, fields...)
		if v.text(faultStatus) == "" {
			return v.showInterventions(form, []problem{{faultStatus, "Write the status of the error"}})
		}
	case "reset":
		f.Reset = true
	case "truncate":
		f.Truncate = true
	case "drop":
		f.Drop = true
	case "duplicate":
		f.Duplicate = true
	case "overtaken":
		f.Overtaken = true
	case "delay":
		if f.Delay == "" {
			return v.showInterventions(form, []problem{{faultDelay, "Write how long the delay is"}})
		}
	default:
		return v.showInterventions(form, []problem{{faultDoes, "Choose what the fault does"}})
	}
	if problems := readNumbers(form, fields...); problems != nil {
		return v.showInterventions(form, problems)
	}
	armed, err := v.client.Arm(v.ctx(), f)
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		return v.showInterventions(form, []problem{refusedField(refused, faultDoes, []word{
			{"a fault cannot be about", faultCall}, {"late hides", faultLate}, {"is not a delay", faultDelay},
			{"not that of an error", faultStatus}, {"percent", faultPercent},
		})})
	}
	if err != nil {
		return err
	}
	return v.done(interventionsPath, outcome{Text: "Fault " + armed.ID + " waits for calls"})
}

// refusedField is what the control API says of an order, at the first field whose words it uses: each is the words, and the field.
func refusedField(refused *client.Error, otherwise string, fields []word) problem {
	text := refused.Message
	if refused.Hint != "" && !forPrograms().MatchString(refused.Hint) && !strings.Contains(refused.Hint, `"`) {
		text += "; " + refused.Hint
	}
	for _, f := range fields {
		if strings.Contains(refused.Message, f.Value) {
			return problem{f.Text, sentence(text)}
		}
	}
	return problem{otherwise, sentence(text)}
}

// disarm takes a fault away.
func (v *visit) disarm() error {
	id := v.r.PathValue("fault")
	return v.ended(v.client.Disarm(v.ctx(), id), "Fault "+id+" is taken away")
}

// hold asks for events to be held.
func (v *visit) hold() error {
	form := v.r.PostForm
	r := client.HoldRule{
		Message: v.text(holdMessage), Before: v.text(holdBefore), EORI: v.text("hold-eori"), LRN: v.text("hold-lrn"), Movement: v.text(holdMovement),
	}
	if problems := readNumbers(form, number{holdTimes, &r.Times}); problems != nil {
		return v.showInterventions(form, problems)
	}
	rule, err := v.client.Hold(v.ctx(), r)
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError {
		return v.showInterventions(form, []problem{refusedField(refused, holdMessage, []word{
			{"customs does not send", holdBefore}, {"times", holdTimes}, {"no movement", holdMovement},
		})})
	}
	if err != nil {
		return err
	}
	return v.done(interventionsPath+"#holds", outcome{Text: "Hold " + rule.ID + " is there: what fits it waits for you"})
}

// holdNext holds whatever happens next by itself to a movement.
func (v *visit) holdNext() error {
	id := v.r.PathValue("id")
	rule, err := v.client.HoldMovement(v.ctx(), id, client.HoldRule{})
	return v.doneUnless(err, "", "movements/"+url.PathEscape(id), outcome{
		Text: "What happens by itself to this movement is held from now on", Items: []item{{"Hold " + rule.ID, interventionsPath + "#hold-" + rule.ID}},
	})
}

// unhold takes a hold away.
func (v *visit) unhold() error {
	id := v.r.PathValue("hold")
	return v.ended(v.client.Unhold(v.ctx(), id), "Hold "+id+" is taken away; what it holds stays held")
}

// release lets happen what is held.
func (v *visit) release() error {
	return v.ended(v.client.Release(v.ctx(), v.r.PathValue("held")), "It is released, and what waits behind it")
}

// refuseHeld lets the office refuse what is held.
func (v *visit) refuseHeld() error {
	return v.ended(v.client.Refuse(v.ctx(), v.r.PathValue("held"), client.RefusedWith{
		Code: v.text("code"), Pointer: v.text("pointer"), Reason: v.text("reason"),
	}), "The office has refused it")
}

// drop forgets what is held.
func (v *visit) drop() error {
	return v.ended(v.client.Drop(v.ctx(), v.r.PathValue("held")), "It is dropped, as if it had never reached the office")
}

// ended leads back from a form with what has become of it.
func (v *visit) ended(err error, text string) error {
	return v.doneUnless(err, "Nothing was done", v.back("back", interventionsPath), outcome{Text: text})
}

// heldOf is what is held of a movement, how much more of it is, and the hold of all that happens to it by itself, "" for none.
func (v *visit) heldOf(m client.Movement) (held []heldRow, more int, hold string, err error) {
	all, err := v.client.Holds(v.ctx())
	for _, h := range all.Held {
		switch {
		case h.Movement != m.ID:
		case len(held) < fewHeld:
			held = append(held, heldRowOf(h, called(m)))
		default:
			more++
		}
	}
	for _, r := range all.Rules {
		if r.Movement == m.ID && r.Message == "" && r.Before == "" && !r.UsedUp {
			hold = r.ID
		}
	}
	return held, more, hold, err
}
