package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
)

// sendAll sends messages of the scenario, in order. The movement comes to the states that they stand for, as with
// injected messages. Office is what the office would have sent; broken says why one of them cannot be sent.
func (d *dossier) sendAll(ctx context.Context, w *writing, send []scenario.Message, office []office.Emission) (broken string, err error) {
	for _, m := range send {
		p, err := d.write(ctx, w, m, like(office, m))
		var unfit *InvalidError
		if errors.As(err, &unfit) {
			return fmt.Sprintf("cannot send %s: %s; hint: force: true sends it all the same", m.Type.Code, unfit), nil
		}
		if err != nil {
			return "", err
		}
		if err := d.deliver(w, p); err != nil {
			return "", err
		}
	}
	return "", nil
}

// like is the office's message of the same type, the zero value if there is none.
func like(all []office.Emission, m scenario.Message) office.Emission {
	i := slices.IndexFunc(all, func(e office.Emission) bool { return e.Type == m.Type.Code })
	if i < 0 || m.Body != nil {
		return office.Emission{}
	}
	return all[i]
}

// write makes a message of the scenario: its file, or one composed as the office would and then changed.
func (d *dossier) write(ctx context.Context, w *writing, m scenario.Message, as office.Emission) (*product, error) {
	answers, err := d.answered(Injection{Type: m.Type.Code, Trigger: as.Answers})
	if err != nil {
		return nil, err
	}
	p := &product{typ: m.Type.Code, body: m.Body, answers: answers}
	if m.Body != nil {
		return p, d.examine(ctx, p, m.Force)
	}
	if err := d.composeLike(w, p, as); err != nil {
		return nil, err
	}
	if len(m.Set) == 0 && len(m.Remove) == 0 {
		return p, nil
	}
	if err := p.edit(m); err != nil {
		return nil, err
	}
	return p, d.examine(ctx, p, m.Force)
}

// composeLike composes a message for the movement as it will be when the message has come.
func (d *dossier) composeLike(w *writing, p *product, as office.Emission) error {
	out, err := d.injected(w.after, &product{typ: p.typ})
	if err != nil {
		return err
	}
	then := *w
	then.after = out.Movement
	r, err := d.request(&then, p.typ, p.answers)
	if err != nil {
		return err
	}
	r.Content = as.Content
	made, err := d.composer.Compose(r)
	var unfit *compose.InvalidError
	if errors.As(err, &unfit) {
		return fmt.Errorf("compose %s for the scenario: %w", p.typ, err)
	}
	if err != nil {
		return err
	}
	p.doc, p.body, p.warnings = made.Document, made.Body, made.Warnings
	return nil
}

// edit makes the changes of the scenario.
func (p *product) edit(m scenario.Message) error {
	b := message.Edit(p.doc)
	for _, a := range m.Set {
		if err := b.Set(a.Path, a.Value); err != nil {
			return invalid("%s: %s", a.Path, err)
		}
	}
	for _, path := range m.Remove {
		if !b.Document().Has(path) {
			continue
		}
		if err := b.Remove(path); err != nil {
			return invalid("%s: %s", path, err)
		}
	}
	p.doc = b.Document()
	p.body = p.doc.Bytes()
	return nil
}

// deliver adds a message of the scenario to what comes of the event.
func (d *dossier) deliver(w *writing, p *product) error {
	out, err := d.injected(w.after, p)
	if err != nil {
		return err
	}
	w.after, w.adopted = out.Movement, w.adopted || out.MRNAdopted
	w.addLines(out.Entries)
	record := movement.Message{Type: p.typ, Trigger: p.answers, Identification: p.identification(), Injected: true}
	w.add(sent{record, p.body}, p.typ+" sent to the trader", "scenario "+w.after.Scenario+" sends it", p.warnings)
	return nil
}
