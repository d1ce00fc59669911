package control

import (
	"net/http"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/store"
	"nctsim/simulator/validation"
	"nctsim/simulator/xmltree"
)

// Message shows everything about a message but its bytes; as=tree its elements, as=json its form as JSON.
func (a *API) Message(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	id, messageID := pathVar(r, MovementVar), pathVar(r, MessageVar)
	var phase message.Phase
	var records []movement.Message
	var journal []movement.Entry
	var body []byte
	err := a.Engine.Read(func(tx *store.Tx) error {
		m, err := tx.Movement(id)
		if err != nil {
			return noMovement(id, err)
		}
		phase = m.Phase
		if records, _, err = tx.Messages(id, store.MessageQuery{}); err != nil {
			return err
		}
		if journal, err = tx.Journal(id); err != nil {
			return err
		}
		body, err = messageBody(tx, id, messageID)
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	out := detailOf(records, messageID)
	out.Movement, out.Phase = id, phase
	for _, e := range journal {
		if e.Message == messageID && e.Finding != (movement.Finding{}) {
			out.Findings = append(out.Findings, e.Finding)
		}
	}
	if t, known := phase.TypeOfCode(out.Type); known {
		out.Name, out.FromCustoms = t.Name, t.Role == message.FromCustoms
	}
	root, err := xmltree.Parse(body)
	if err != nil {
		out.Unreadable = err.Error()
		return reply(http.StatusOK, out), nil
	}
	out.Root = root.Name
	declared := a.declaredRoot(phase, root.Name)
	switch as := q.Get("as"); as {
	case "":
	case "tree":
		limit, err := count(q.Get("limit"), defaultChildren, "limit")
		if err != nil {
			return wire.Response{}, err
		}
		skip, err := count(q.Get("skip"), 0, "skip")
		if err != nil {
			return wire.Response{}, err
		}
		absent, err := flag("absent", q.Get("absent"))
		if err != nil {
			return wire.Response{}, err
		}
		out.Tree, err = a.tree(root, declared, body, out.Findings, q.Get("path"), absent, skip, limit)
		if err != nil {
			return wire.Response{}, err
		}
	case "json":
		if declared == nil || declared.PhaseID == nil || jsonmessage.Writable(root) != nil {
			return wire.Response{}, bad("ask for as=tree", "there is no JSON form of this message")
		}
		d, err := a.Reference.Catalogue.Document(phase, root)
		if err != nil {
			return wire.Response{}, err
		}
		out.JSON = jsonmessage.Append(nil, d)
	default:
		return wire.Response{}, bad("as is tree or json, or left out", "a message cannot be shown as %q", as)
	}
	return reply(http.StatusOK, out), nil
}

// declaredRoot is the declaration of a root, nil if the phase has no such message.
func (a *API) declaredRoot(p message.Phase, root string) *schema.Element {
	if a.Reference.Catalogue == nil || a.Reference.Catalogue.Set(p) == nil {
		return nil
	}
	return a.Reference.Catalogue.Set(p).Root(root)
}

// detailOf is a message with those that it answers and that answer it. The records are the newest first.
func detailOf(records []movement.Message, id string) (out client.MessageDetail) {
	views := viewMessages(records)
	trigger := ""
	for i := len(views) - 1; i >= 0; i-- {
		if views[i].ID == id {
			out.Record, trigger = views[i], views[i].Trigger
		}
	}
	for i := len(views) - 1; i >= 0; i-- {
		switch {
		case trigger != "" && views[i].ID == trigger:
			out.Answers = &views[i]
		case views[i].Trigger == id:
			out.Answered = append(out.Answered, views[i])
		}
	}
	return out
}

// tree shows the elements of a message from one on.
func (a *API) tree(root *xmltree.Node, declared *schema.Element, body []byte, findings []movement.Finding, path string, absent bool, skip, limit int) (*client.MessageElement, error) {
	book, err := a.book()
	if err != nil {
		return nil, err
	}
	registry, err := a.registry()
	if err != nil {
		return nil, err
	}
	g := grower{book: book, registry: registry, findings: findings, absent: absent, limit: limit}
	from, at := root, "/"+root.Name
	if path != "" {
		p, err := xmltree.ParsePath(path)
		if err != nil {
			return nil, bad("give the path of an element of the tree", "%v", err)
		}
		n, whole := p.Nearest(root)
		if !whole || p.Root == "" {
			return nil, unknown("give the path of an element of the tree", "the message has no element %s", path)
		}
		from, at = n, path
		for _, s := range p.Steps {
			declared = declared.Child(s.Name)
		}
	}
	e := g.grow(from, declared, at, skip)
	g.place(body)
	return e, nil
}

// Validate checks a message that nobody has submitted.
func (a *API) Validate(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	body, err := readBody(r)
	if err != nil {
		return wire.Response{}, err
	}
	if len(body) == 0 {
		return wire.Response{}, bad("send the XML of a message as the body", "there is no message")
	}
	var only message.Phase
	if text := q.Get("phase"); text != "" {
		for _, p := range message.Phases {
			if p.String() == text {
				only = p
			}
		}
		if only == 0 {
			return wire.Response{}, bad("phase is 4, 5 or 6", "there is no phase %q", text)
		}
	}
	checks := validation.Checks{Catalogue: a.Reference.Catalogue, Submission: a.Submission, Rules: a.Office.Settings().Rules}
	out, err := checks.Message(r.Context(), body, only)
	return reply(http.StatusOK, out), err
}
