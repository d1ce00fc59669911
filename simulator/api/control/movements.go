package control

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
	"nctsim/simulator/store"
)

func (a *API) view(m *movement.Movement) client.Movement {
	v := client.Movement{
		ID: m.ID, WireID: wireID(m), Type: m.Kind, APIVersion: m.Phase.APIVersion(), Phase: m.Phase,
		Procedure: m.Procedure, State: m.State, Scenario: m.Scenario,
		LRN: m.LRN, MRN: m.MRN, EORI: m.EORI, BoxID: m.BoxID, Reserved: m.Facts.Reserved, Created: m.Created, Updated: m.Updated,
		Messages: m.Messages, Timers: []client.Timer{}, Actions: a.Office.Actions(*m),
	}
	for _, t := range m.Timers {
		if t.Paused() {
			v.Timers = append(v.Timers, client.Timer{Name: t.Name, Remaining: t.Remaining.String()})
			continue
		}
		due := t.Due
		v.Timers = append(v.Timers, client.Timer{Name: t.Name, Due: &due})
	}
	for _, u := range m.Uploads {
		if u.Uploaded() {
			due := u.Due
			v.Timers = append(v.Timers, client.Timer{Name: u.Timer(), Due: &due})
		}
	}
	if v.Actions == nil {
		v.Actions = []string{}
	}
	return v
}

// wireID is the id that the trader knows: a number in API 1.0.
func wireID(m *movement.Movement) string {
	if m.Phase.Generation() == message.GenerationPhase4 {
		return strconv.Itoa(m.Number)
	}
	return m.ID
}

// viewScripted is view with the script, which may be that of another movement.
func (a *API) viewScripted(tx *store.Tx, m *movement.Movement) (client.Movement, error) {
	v := a.view(m)
	f, some, err := a.Engine.Followed(tx, m)
	if some {
		v.Script = viewScript(f, m.ID)
	}
	if err == nil && isRejected(m.State) {
		v.Rejected, v.Findings, err = rejection(tx, m)
	}
	if err != nil {
		return v, err
	}
	v.Next = a.next(m, f)
	last, err := tx.Last(m.ID)
	switch {
	case err == nil:
		v.LastMessage = &viewMessages([]movement.Message{last})[0]
	case errors.Is(err, store.ErrNotFound):
		err = nil
	}
	return v, err
}

// isRejected says whether a state stands for a rejection, in the words of every generation.
func isRejected(s movement.State) bool {
	return strings.Contains(strings.ToUpper(string(s)), "REJECTED")
}

// rejection is why the last message of the trader was rejected: what the journal notes between that message and the answer,
// or the reason of the answer where it notes nothing, because an officer has decided.
func rejection(tx *store.Tx, m *movement.Movement) (reasons []string, findings []movement.Finding, err error) {
	journal, err := tx.Journal(m.ID)
	var noted []string
	var found []movement.Finding
	for _, e := range journal {
		if e.Finding != (movement.Finding{}) {
			found = append(found, e.Finding)
		}
		switch {
		case e.Kind == movement.EntryEvent:
			noted, found = nil, nil
		case e.Kind == movement.EntryNote && faulty().MatchString(e.Text):
			noted = append(noted, e.Text+" ("+e.Why+")")
		case e.Kind == movement.EntryMessage && slices.Contains(rejections, e.Type):
			findings = found
			if reasons = noted; reasons == nil {
				reasons = []string{e.Type + " " + e.Why}
			}
		}
	}
	return reasons, findings, err
}

// faulty is how the journal notes an error of a message, and rejections are the messages that reject.
var (
	faulty     = pattern.New(`^IE[0-9]{3}: error `)
	rejections = []string{"IE008", "IE016", "IE056", "IE057", "IE058", "IE062", "IE906", "IE917"}
)

func viewScript(f engine.Followed, own string) *client.Script {
	at := f.Script
	v := &client.Script{
		Status: at.Status, Partner: at.Partner, Step: at.Step + 1, WaitsFor: f.WaitsFor, Sent: at.Sent, Why: at.Why,
	}
	if f.Keeper != own {
		v.Keeper = f.Keeper
	}
	if !f.Due.IsZero() {
		v.Due = &f.Due
	}
	if f.Scenario == nil {
		return v
	}
	v.Steps, v.File, v.Line = len(f.Scenario.Steps), f.Scenario.File, f.Scenario.Line
	if at.Step < len(f.Scenario.Steps) {
		st := f.Scenario.Steps[at.Step]
		v.Text, v.Line = st.String(), st.Line
	}
	for _, armed := range at.Faults {
		v.Faults = append(v.Faults, client.WaitingFault{Step: armed.Step + 1, Call: f.Scenario.Steps[armed.Step].Fault.Call, Left: armed.Left})
	}
	return v
}

func viewMessages(messages []movement.Message) []client.Record {
	views := make([]client.Record, 0, len(messages))
	for _, m := range messages {
		views = append(views, client.Record{
			ID: m.ID, Type: m.Type, Status: m.Status, Received: m.Received, Identification: m.Identification,
			Trigger: m.Trigger, Size: m.Size, Injected: m.Injected,
		})
	}
	return views
}

// Movements lists movements of everybody, the last updated first.
func (a *API) Movements(r *http.Request) (wire.Response, error) {
	f, err := readFilter(r)
	if err != nil {
		return wire.Response{}, err
	}
	var views []client.Movement
	var total int
	var next string
	var damaged []client.Damaged
	err = a.Engine.Read(func(tx *store.Tx) (err error) {
		var page []*movement.Movement
		if page, total, next, err = f.page(tx); err != nil {
			return err
		}
		views = make([]client.Movement, len(page))
		for i, m := range page {
			views[i], err = a.viewScripted(tx, m)
			if errors.Is(err, store.ErrDamaged) { // that of the other movement that follows the scenario
				damaged = append(damaged, client.Damaged{Movement: m.ID, Record: "scenario", Error: err.Error()})
				views[i], err = a.view(m), nil
			}
			if err != nil {
				return err
			}
		}
		damaged = append(damaged, viewDamaged(tx)...)
		return nil
	})
	return reply(http.StatusOK, client.Movements{Movements: views, Total: total, Next: next, Damaged: damaged}), err
}

// viewDamaged is what the lists of a transaction have left out.
func viewDamaged(tx *store.Tx) (views []client.Damaged) {
	for _, d := range tx.LeftOut() {
		v := client.Damaged{Movement: d.Movement, Record: d.Record, Error: d.Err.Error()}
		if !slices.Contains(views, v) {
			views = append(views, v)
		}
	}
	return views
}

// Movement shows one movement with its journal and its messages, the oldest first.
func (a *API) Movement(r *http.Request) (wire.Response, error) {
	id := pathVar(r, MovementVar)
	var view client.Movement
	var journal []movement.Entry
	var messages []movement.Message
	var damaged []client.Damaged
	var desk []client.ActionShape
	err := a.Engine.Read(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil {
			return noMovement(id, err)
		}
		if view, err = a.viewScripted(tx, m); err != nil {
			return err
		}
		if journal, err = tx.Journal(id); err != nil {
			return err
		}
		messages, _, err = tx.Messages(id, store.MessageQuery{})
		damaged = viewDamaged(tx)
		if err != nil {
			return err
		}
		desk = a.desk(m, grnsOf(tx, m))
		return nil
	})
	if err != nil {
		return wire.Response{}, err
	}
	slices.Reverse(messages)
	return reply(http.StatusOK, client.MovementDetail{
		Movement: view, Records: viewMessages(messages), Journal: orEmpty(journal), Desk: desk, Damaged: damaged,
	}), nil
}

// declaredGRN finds guarantee reference numbers in a declaration, whose name depends on the phase.
var declaredGRN = pattern.New(`<(?:GRN|GuaRefNumGRNREF1)>\s*([0-9A-Z]{17,24})\s*</`)

// grnsOf are the guarantees that the declaration of a departure names, each once. One that cannot be read names none.
func grnsOf(tx *store.Tx, m *movement.Movement) (out []string) {
	declaration := cmp.Or(m.Facts.Declaration, m.Facts.Original)
	if m.Kind != message.Departure || declaration == "" {
		return nil
	}
	body, err := tx.Body(m.ID, declaration)
	if err != nil {
		return nil
	}
	for _, found := range declaredGRN().FindAllSubmatch(body, -1) {
		if grn := string(found[1]); !slices.Contains(out, grn) {
			out = append(out, grn)
		}
	}
	return out
}

// Body gives a message as it is, to whom it was sent or not, without meeting the faults of a scenario: those are for
// the trader's software.
func (a *API) Body(r *http.Request) (wire.Response, error) {
	id, messageID := pathVar(r, MovementVar), pathVar(r, MessageVar)
	var body []byte
	err := a.Engine.Read(func(tx *store.Tx) error {
		m, err := tx.Message(id, messageID)
		if err == nil && m.Size > 0 {
			body, err = tx.Body(id, messageID)
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return wire.Response{}, unknown("the records of GET /simulator/v1/movements/"+id+" are its messages", "movement %s has no message %s", id, messageID)
	}
	if err != nil {
		return wire.Response{}, err
	}
	return wire.Response{Status: http.StatusOK, Type: wire.TypeXML, Body: body}, nil
}

// Forget deletes a movement with all that belongs to it.
func (a *API) Forget(r *http.Request) (wire.Response, error) {
	id := pathVar(r, MovementVar)
	err := a.Engine.Forget(r.Context(), id)
	return wire.Empty(http.StatusNoContent), noMovement(id, err)
}

// orEmpty makes sure that a list is [] in JSON and not null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
