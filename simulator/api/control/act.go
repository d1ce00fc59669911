package control

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/store"
)

// Who acts, in the journal.
const (
	byOfficer = "officer"
	byControl = "control API"
)

// noMovement words store.ErrNotFound for a movement.
func noMovement(id string, err error) error {
	var trigger *engine.TriggerError
	if errors.As(err, &trigger) || !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return unknown("GET /simulator/v1/movements lists the movements", "there is no movement %s", id)
}

// Act does what an officer does: {"action":"release","with":{…}}.
func (a *API) Act(r *http.Request, in client.Action) (wire.Response, error) {
	if in.Action == "" {
		return wire.Response{}, bad(`send {"action":"release"}, say; the movement lists the actions that are possible`, "no action is named")
	}
	q := r.URL.Query()
	dry, err := flag("dryRun", q.Get("dryRun"))
	if err != nil {
		return wire.Response{}, err
	}
	in.DryRun = in.DryRun || dry
	act := a.Engine.Act
	if in.DryRun {
		act = a.Engine.TryAct
	}
	id := pathVar(r, MovementVar)
	done, err := act(r.Context(), id, in.Action, in.With, byOfficer)
	if err != nil {
		return wire.Response{}, noMovement(id, err)
	}
	view, err := store.Read(a.Engine.Read, func(tx *store.Tx) (client.Movement, error) { return a.viewScripted(tx, &done.Movement) })
	if err != nil {
		return wire.Response{}, err
	}
	out := client.Acted{Movement: view, Happened: orEmpty(done.Entries), Messages: viewMessages(done.Messages), DryRun: in.DryRun}
	if in.DryRun {
		if out.Bodies, err = texts(done.Bodies); err != nil {
			return wire.Response{}, err
		}
		if n := len(out.Messages); n > 0 {
			out.Movement.LastMessage = &out.Messages[n-1]
		}
	}
	return reply(http.StatusOK, out), nil
}

// Inject places a message from customs: an XML body arrives exactly as it is, a JSON body says what to compose.
func (a *API) Inject(r *http.Request) (wire.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	id := pathVar(r, MovementVar)
	in, err := a.readInjection(r, id, body)
	if err != nil {
		return wire.Response{}, err
	}
	done, err := a.Engine.Place(r.Context(), id, in)
	if err != nil {
		return wire.Response{}, noMovement(id, err)
	}
	bodies, err := texts(done.Bodies[:1])
	if err != nil {
		return wire.Response{}, err
	}
	out := client.Injected{
		Record: viewMessages(done.Messages)[0], Movement: id, Body: bodies[0], State: done.Movement.State,
		Happened: orEmpty(done.Entries), DryRun: in.DryRun,
	}
	status := http.StatusCreated
	if in.DryRun {
		status = http.StatusOK
		out.Timers = a.view(&done.Movement).Timers
	}
	return reply(status, out), nil
}

// texts are bodies as JSON has them.
func texts(bodies []store.Body) ([]string, error) {
	out := make([]string, len(bodies))
	for i, b := range bodies {
		text, err := b.Bytes()
		if err != nil {
			return nil, err
		}
		out[i] = string(text)
	}
	return out, nil
}

func (a *API) readInjection(r *http.Request, id string, body []byte) (engine.Injection, error) {
	q := r.URL.Query()
	if isXML(r.Header.Get("Content-Type"), body) {
		force, err := flag("force", q.Get("force"))
		if err != nil {
			return engine.Injection{}, err
		}
		dryRun, err := flag("dryRun", q.Get("dryRun"))
		return engine.Injection{Body: body, Trigger: q.Get("trigger"), Force: force, DryRun: dryRun, By: byControl}, err
	}
	dry, err := flag("dryRun", q.Get("dryRun"))
	if err != nil {
		return engine.Injection{}, err
	}
	if q.Has("force") || q.Has("trigger") {
		return engine.Injection{}, bad("write them as keys beside messageType", "the query is for XML bodies only")
	}
	var in client.Injection
	if err := decode(body, &in); err != nil {
		return engine.Injection{}, err
	}
	known := knownTypes(a.phasesOf(id)...)
	if !slices.Contains(known, in.MessageType) {
		return engine.Injection{}, bad(message.Hint(in.MessageType, known), "messageType %q is not one that customs sends", in.MessageType)
	}
	return engine.Injection{Type: in.MessageType, Set: in.Set, Trigger: in.Trigger, Force: in.Force, DryRun: in.DryRun || dry, By: byControl}, nil
}

// phasesOf are the phase of a movement, or all of them if there is no such movement.
func (a *API) phasesOf(id string) []message.Phase {
	phases := message.Phases
	_ = a.Engine.Read(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err == nil {
			phases = []message.Phase{m.Phase}
		}
		return err // whoever asks finds out what is wrong when something is done with the movement
	})
	return phases
}

// isXML decides what a body is: by its type if that says so, else by how it begins.
func isXML(contentType string, body []byte) bool {
	switch media, _, _ := mime.ParseMediaType(contentType); media {
	case "application/xml", "text/xml":
		return true
	case "application/json":
		return false
	}
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

func flag(name, value string) (bool, error) {
	if value == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, bad(name+" is true or false", "%s cannot be %q", name, value)
	}
	return on, nil
}
