package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/schema"
	"nctsim/simulator/script"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

// Injection is a message from customs out of the blue: either a finished one, or one to be composed.
type Injection struct {
	// Type is the IE code of a message to be composed. Of a finished one it is taken from the root; Type
	// counts only if that cannot be read.
	Type string
	// Trigger is the id of the trader's message that is answered, "" for the usual one.
	Trigger string
	// Body is a finished message, which arrives exactly as it is.
	Body []byte
	// Set changes a composed message: values by path.
	Set map[string]string
	// Force lets a message through that does not fit its schema.
	Force bool
	// Random fills the composed message at random, without regard to the movement (docs/spec/api-2.1-3.0.md#12).
	Random bool
	// Unloading says how much a composed IE043 of phase 4 shows; nil leaves it to the composer.
	Unloading *compose.UnloadingCounts
	// DryRun composes and checks, and delivers nothing.
	DryRun bool
	// By is who injects, for the journal.
	By string
	// Allow looks at the movement and may refuse the message; Inject wraps its error. nil allows everything.
	Allow func(m movement.Movement) error
}

// InvalidError is an injected message that cannot be delivered: it does not fit its schema, or a path of Set
// leads nowhere.
type InvalidError struct {
	Errors []schema.Error
	// Body is the message if it was composed.
	Body []byte
}

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Errors))
	for i, one := range e.Errors {
		lines[i] = one.Error()
		if one.Line == 0 {
			lines[i] = one.Message
		}
	}
	return "the message cannot be injected: " + strings.Join(lines, "; ")
}

func invalid(format string, args ...any) error {
	return &InvalidError{Errors: []schema.Error{{Message: fmt.Sprintf(format, args...)}}}
}

// TriggerError says that a movement has no such message to answer. It wraps store.ErrNotFound.
type TriggerError struct{ Movement, Trigger string }

func (e *TriggerError) Error() string {
	return fmt.Sprintf("movement %s has no message %s", e.Movement, e.Trigger)
}

func (e *TriggerError) Unwrap() error { return store.ErrNotFound }

// Inject delivers a message from customs, after what waits for the movement has been handled, and returns
// its record and body. The state of the movement changes as docs/spec/process.md#10 says. The error is an
// *InvalidError, a *TriggerError, or wraps store.ErrNotFound if there is no such movement.
func (e *Engine) Inject(ctx context.Context, movementID string, in Injection) (movement.Message, []byte, error) {
	var h Result
	var body []byte
	err := e.withDrained(ctx, movementID, func() (err error) {
		for try := 0; ; try++ {
			h, body, err = e.tryInject(context.WithoutCancel(ctx), movementID, in, try)
			if !errors.Is(err, errTaken) {
				return err
			}
		}
	})
	if errors.Is(err, errStale) {
		err = fmt.Errorf("movement %s: %w", movementID, store.ErrNotFound)
	}
	if err != nil {
		return movement.Message{}, nil, err
	}
	return h.Messages[0], body, nil
}

func (e *Engine) tryInject(ctx context.Context, movementID string, in Injection, try int) (Result, []byte, error) {
	j, err := e.loadForAction(movementID)
	if err != nil {
		return Result{}, nil, err
	}
	if in.Allow != nil {
		if err := in.Allow(j.movement); err != nil {
			return Result{}, nil, err
		}
	}
	j.event = movement.Event{Movement: movementID, Kind: movement.EventInject, At: e.now(&j.movement), Name: in.Type, By: in.By}
	d, err := e.open(j, try)
	if err != nil {
		return Result{}, nil, err
	}
	p, err := d.product(ctx, in)
	if err != nil {
		return Result{}, nil, err
	}
	if in.DryRun {
		return Result{Messages: []movement.Message{{Movement: movementID, Type: p.typ, Trigger: p.answers, Size: len(p.body)}}}, p.body, nil
	}
	finish := d.injecting(p.typ)
	w, err := d.effect(p)
	if err != nil {
		return Result{}, nil, err
	}
	record := movement.Message{Type: p.typ, Trigger: p.answers, Identification: p.identification(), Injected: true}
	w.add(sent{record, p.body}, cmp.Or(p.typ, "a message")+" sent to the trader", "injected by "+cmp.Or(in.By, "officer"), p.warnings)
	finish(w)
	h, err := e.commit(ctx, w)
	return h, p.body, err
}

// product is an injected message as it will be delivered.
type product struct {
	typ      string // IE code, "" if it cannot be told
	body     []byte
	doc      *message.Document // nil if it cannot be read
	answers  string            // id of the trader's message
	warnings []string
}

func (p *product) identification() string {
	if p.doc == nil {
		return ""
	}
	return p.doc.Field(message.Identification)
}

func (d *dossier) product(ctx context.Context, in Injection) (*product, error) {
	answers, err := d.answered(in)
	if err != nil {
		return nil, err
	}
	p := &product{typ: in.Type, body: in.Body, answers: answers}
	if in.Body != nil {
		return p, d.examine(ctx, p, in.Force)
	}
	if err := d.manufacture(p, in); err != nil {
		return nil, err
	}
	if len(in.Set) == 0 {
		return p, nil
	}
	if err := p.change(in.Set); err != nil {
		return nil, err
	}
	err = d.examine(ctx, p, in.Force)
	var unfit *InvalidError
	if errors.As(err, &unfit) {
		unfit.Body = p.body
	}
	return p, err
}

// examine reads a message that is given and checks it. With force it only takes what it can read.
func (d *dossier) examine(ctx context.Context, p *product, force bool) error {
	if force {
		if doc, err := d.catalogue.Parse(d.movement.Phase, p.body); err == nil {
			p.doc = doc
			p.typ = cmp.Or(doc.Type.Code, p.typ)
		}
		return nil
	}
	set := d.catalogue.Set(d.movement.Phase)
	if set == nil {
		return invalid("phase %s has no schemas here", d.movement.Phase)
	}
	result := set.Validate(ctx, p.body, schema.Options{})
	if !result.Valid() {
		return &InvalidError{Errors: result.Errors}
	}
	var err error
	if p.doc, err = d.catalogue.Document(d.movement.Phase, result.Root); err != nil {
		return err
	}
	p.typ = p.doc.Type.Code
	return d.fits(p.doc.Type)
}

// fits: only a message from customs can come from customs, and each has its side.
func (d *dossier) fits(t message.Type) error {
	switch {
	case t.Role != message.FromCustoms:
		return invalid("%s is not a message from customs", cmp.Or(t.Code, t.Root))
	case !t.Of(d.movement.Kind):
		return invalid("%s is a message of %s, and the movement is one of the %s", t.Code, t.Kind.Plural(), d.movement.Kind.Plural())
	}
	return nil
}

// manufacture composes a message. The MRN that an IE028 gives the movement must be in it.
func (d *dossier) manufacture(p *product, in Injection) error {
	t, known := d.movement.Phase.TypeOfCode(in.Type)
	if !known {
		return invalid("phase %s has no message %q", d.movement.Phase, in.Type)
	}
	if err := d.fits(t); err != nil {
		return err
	}
	w, err := d.effect(&product{typ: in.Type})
	if err != nil {
		return err
	}
	r, err := d.request(w, in.Type, p.answers)
	if err != nil {
		return err
	}
	r.Content.Unloading = in.Unloading
	write := d.composer.Compose
	if in.Random {
		write = d.composer.Random
	}
	made, err := write(r)
	var unfit *compose.InvalidError
	if errors.As(err, &unfit) {
		d.log.Error("a composed message does not fit its schema", "movement", d.movement.ID, "error", err)
		d.onBug(err)
	}
	if err != nil {
		return err
	}
	p.doc, p.body, p.warnings = made.Document, made.Body, made.Warnings
	return nil
}

// change sets values by path. Paths are taken in the order of their positions, so that a second occurrence
// comes after the first.
func (p *product) change(set map[string]string) error {
	b := message.Edit(p.doc)
	for _, path := range slices.SortedFunc(maps.Keys(set), comparePaths) {
		if err := b.Set(path, set[path]); err != nil {
			return &InvalidError{Errors: []schema.Error{{Path: path, Message: err.Error()}}}
		}
	}
	p.doc = b.Document()
	p.body = p.doc.Bytes()
	return nil
}

func comparePaths(a, b string) int {
	pa, errA := xmltree.ParsePath(a)
	pb, errB := xmltree.ParsePath(b)
	if errA != nil || errB != nil {
		return strings.Compare(a, b)
	}
	return slices.CompareFunc(pa.Steps, pb.Steps, func(x, y xmltree.Step) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), cmp.Compare(x.Index, y.Index))
	})
}

// answered is the id of the message that an injected one answers: the one that is named, or the last of the
// right type.
func (d *dossier) answered(in Injection) (string, error) {
	id := in.Trigger
	err := d.store.View(func(tx *store.Tx) (err error) {
		if id == "" {
			id, err = lastOf(tx, d.movement.ID, office.Answered(d.movement.Phase, in.Type))
		}
		if err != nil {
			return err
		}
		return d.take(tx, id)
	})
	if in.Trigger != "" && errors.Is(err, store.ErrNotFound) {
		return "", &TriggerError{d.movement.ID, in.Trigger}
	}
	if err != nil {
		return "", fmt.Errorf("look for the message that is answered: %w", err)
	}
	if p := d.papers[id]; p != nil && p.record.Status == movement.Received {
		// Customs does not answer itself; the record keeps the trigger that was named all the same.
		delete(d.papers, id)
	}
	return id, nil
}

func lastOf(tx *store.Tx, movementID string, types []string) (string, error) {
	if len(types) == 0 {
		return "", nil
	}
	messages, _, err := tx.Messages(movementID, store.MessageQuery{})
	if err != nil {
		return "", err
	}
	last := movement.Message{Ordinal: -1}
	for _, m := range messages {
		if slices.Contains(types, m.Type) && m.Ordinal > last.Ordinal {
			last = m
		}
	}
	return last.ID, nil
}

// effect is what the message does to the movement.
func (d *dossier) effect(p *product) (*writing, error) {
	out, err := d.injected(d.movement, p)
	if err != nil {
		return nil, err
	}
	return d.begin(out), nil
}

// injected is what the office makes of a message out of the blue to a movement that stands as m.
func (d *dossier) injected(m movement.Movement, p *product) (office.Outcome, error) {
	c, err := d.officeCase()
	if err != nil {
		return office.Outcome{}, err
	}
	c.Movement = m
	if d.event.Kind != movement.EventInject {
		c.Event.By = "scenario " + m.Scenario
	}
	if p.doc != nil && p.typ == "IE028" && !office.SharesMRNs(m.Phase) {
		err = d.store.View(func(tx *store.Tx) (err error) {
			c.MRNInUse, err = mrnTaken(tx, p.doc.Field(message.MRN), d.movement.ID)
			return err
		})
	}
	if err != nil {
		return office.Outcome{}, err
	}
	return d.office.Injected(c, cmp.Or(p.typ, "message"), p.doc), nil
}

// injecting tells the scenario of the movement that a message is being injected. The function that it returns
// completes what comes of it.
func (d *dossier) injecting(typ string) (finish func(*writing)) {
	f := d.script
	if f == nil {
		return func(*writing) {}
	}
	if f.lost == "" {
		f.event.Name = cmp.Or(typ, "a message")
		f.meaning = f.run.Meaning(f.event)
	}
	if f.lost != "" || f.meaning == script.Strange {
		quit := d.quit()
		return func(w *writing) { quit(w) }
	}
	return func(w *writing) { d.goOn(w, script.Outcome{Sent: d.typesOf(w)}) }
}
