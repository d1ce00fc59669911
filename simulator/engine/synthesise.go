package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
	"nctsim/simulator/store"
)

// unasked is a message of customs that no line of the office's tables sends: somebody injects it, or a scenario sends it.
type unasked struct {
	// typ and answers are those of the message, as far as they are known; answers is the id of a message of the trader.
	typ, answers string
	// body is a finished message. Otherwise it is composed with the content, or at random, and then changed: first set.
	body    []byte
	content compose.Content
	random  bool
	set     []scenario.Assignment
	remove  []string
	// force delivers it even if its schema refuses it.
	force bool
}

// said is what the journal keeps of the request.
func (u unasked) said() map[string]any {
	said := map[string]any{}
	set := map[string]any{}
	for _, a := range u.set {
		set[a.Path] = a.Value
	}
	if len(set) > 0 {
		said["set"] = set
	}
	if len(u.remove) > 0 {
		said["remove"] = u.remove
	}
	if u.force {
		said["force"] = true
	}
	if u.body != nil {
		said["xml"] = true
	}
	return said
}

// injection makes the message that is injected.
func (d officeDecider) injection(ctx context.Context, c *eventContext) (*customsMessage, error) {
	in := c.injection
	u := unasked{
		typ: in.Type, answers: c.answered[in.Type], body: in.Body, content: compose.Content{Unloading: in.Unloading},
		random: in.Random, force: in.Force,
	}
	// A second occurrence comes after the first.
	for _, path := range slices.SortedFunc(maps.Keys(in.Set), scenario.ComparePaths) {
		u.set = append(u.set, scenario.Assignment{Path: path, Value: in.Set[path]})
	}
	m, err := d.synthesise(ctx, c, c.current, u)
	return &m, err
}

// synthesise makes such a message for a movement that stands as m. The error is an *InvalidError if that is not possible.
func (d officeDecider) synthesise(ctx context.Context, c *eventContext, m movement.Movement, u unasked) (customsMessage, error) {
	made := customsMessage{record: movement.Message{Type: u.typ, Trigger: u.answers, Injected: true}, body: store.PackBody(u.body), asked: u.said()}
	plain := u.body
	if u.body == nil {
		var err error
		if plain, err = d.composeUnasked(c, m, u, &made); err != nil {
			return made, err
		}
		if plain, err = made.edit(u, plain); err != nil {
			return made, err
		}
		made.body = store.PackBody(plain)
	}
	if u.body != nil || len(u.set)+len(u.remove) > 0 {
		err := d.check(ctx, m, &made, plain, u.force)
		var unfit *InvalidError
		if errors.As(err, &unfit) && u.body == nil {
			unfit.Body = plain
		}
		if err != nil {
			return made, err
		}
	}
	if made.document != nil {
		made.record.Identification = made.document.Field(message.Identification)
		if made.record.Identification != made.interchange {
			made.interchange = "" // somebody has chosen another
		}
	}
	return made, nil
}

// composeUnasked composes a message for the movement as it will be when the message has come: the MRN that an IE028 gives
// it must be in it.
func (d officeDecider) composeUnasked(c *eventContext, m movement.Movement, u unasked, made *customsMessage) (body []byte, err error) {
	t, known := m.Phase.TypeOfCode(u.typ)
	if !known {
		return nil, invalid("phase %s has no message %q", m.Phase, u.typ)
	}
	if err := fits(m, t); err != nil {
		return nil, err
	}
	if m.Facts.Original == "" && !u.random {
		return nil, invalid("no message of the trader has been taken for this movement, so that nothing can be composed; hint: upload its first message, or give the body of the message")
	}
	out, err := d.effect(c, m, *made)
	if err != nil {
		return nil, err
	}
	r, err := c.request(out.Movement, stamp(c.now, out.Movement), u.typ, u.answers)
	if err != nil {
		return nil, err
	}
	r.Content = u.content
	write := d.composer.Compose
	if u.random {
		write = d.composer.Random
	}
	composed, err := write(r)
	if err != nil {
		return nil, err
	}
	made.document, made.warnings, made.interchange = composed.Document, composed.Warnings, composed.Interchange
	return composed.Body, nil
}

// edit makes the changes that are wanted, and gives the body with them.
func (m *customsMessage) edit(u unasked, body []byte) ([]byte, error) {
	if len(u.set)+len(u.remove) == 0 {
		return body, nil
	}
	b := message.Edit(m.document)
	for _, a := range u.set {
		if err := b.Set(a.Path, a.Value); err != nil {
			return nil, &InvalidError{Errors: []schema.Error{{Path: a.Path, Message: err.Error()}}}
		}
	}
	for _, path := range u.remove {
		if !b.Document().Has(path) {
			continue
		}
		if err := b.Remove(path); err != nil {
			return nil, &InvalidError{Errors: []schema.Error{{Path: path, Message: err.Error()}}}
		}
	}
	m.document = b.Document()
	return m.document.Bytes(), nil
}

// check reads a message that is given or was changed and checks it. With force it only takes what it can read.
func (d officeDecider) check(ctx context.Context, to movement.Movement, m *customsMessage, body []byte, force bool) error {
	if force {
		if doc, err := d.catalogue.Parse(to.Phase, body); err == nil {
			m.document = doc
			m.record.Type = cmp.Or(doc.Type.Code, m.record.Type)
		}
		return nil
	}
	set := d.catalogue.Set(to.Phase)
	if set == nil {
		return invalid("phase %s has no schemas here", to.Phase)
	}
	result := set.Validate(ctx, body, schema.Options{})
	if !result.Valid() {
		return &InvalidError{Errors: result.Errors}
	}
	var err error
	if m.document, err = d.catalogue.Document(to.Phase, result.Root); err != nil {
		return err
	}
	m.record.Type = m.document.Type.Code
	return fits(to, m.document.Type)
}

// fits: only a message from customs can come from customs, and each has its side.
func fits(m movement.Movement, t message.Type) error {
	switch {
	case t.Role != message.FromCustoms:
		return invalid("%s is not a message from customs", cmp.Or(t.Code, t.Root))
	case !t.Of(m.Kind):
		return invalid("%s is a message of %s, and the movement is one of the %s", t.Code, t.Kind.Plural(), m.Kind.Plural())
	}
	return nil
}

// effect is what the office makes of a message out of the blue to a movement that stands as m.
func (d officeDecider) effect(c *eventContext, m movement.Movement, made customsMessage) (office.Outcome, error) {
	asked, err := c.officeCase()
	if err != nil {
		return office.Outcome{}, err
	}
	asked.Movement = m
	if c.event.Kind != movement.EventInject {
		asked.Event.By = "scenario " + m.Scenario
	}
	if made.document != nil && made.record.Type == "IE028" && !office.SharesMRNs(m.Phase) {
		if asked.MRNInUse, err = c.mrnInUse(made.document.Field(message.MRN)); err != nil {
			return office.Outcome{}, err
		}
	}
	typ := cmp.Or(made.record.Type, "message")
	out := d.office.Injected(asked, typ, made.document)
	for i, e := range out.Entries {
		if e.Kind == movement.EntryEvent {
			with := maps.Clone(made.asked)
			with["messageType"] = typ
			out.Entries[i].Action, out.Entries[i].With = movement.ActionInject, with
		}
	}
	return out, nil
}
