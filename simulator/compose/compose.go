// Package compose writes the messages that customs sends. A message is built from the movement, from what the
// trader sent and from what the office decided (Content), and is checked against its schema before anybody
// gets it.
//
// A table of recipes (phases56_recipes.go and phase4_recipes.go) says for each message what its header and its common
// groups are; the rest of a message is one function. Both follow docs/spec/responses.md section by section. What phase 4 does differently from the later phases is gathered in format.go.
// Where that page only assumes something, the assumption is
// one option or one table entry here.
package compose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Options are the choices that the published material leaves open.
type Options struct {
	// Registry has the names and addresses of known parties by EORI; nil means KnownParties.
	Registry map[string]Party
	// Authorisations are the numbers of authorised consignors by EORI, which a release of phase 4 shows; nil means
	// KnownAuthorisations.
	Authorisations map[string]string
	// StrictC0467 keeps the LRN out of an IE009 for a movement with an MRN. The published examples carry
	// both, although condition C0467 forbids it; the default follows them.
	StrictC0467 bool
	// DefaultAmount and DefaultCurrency cover a guarantee that was declared without an amount. The
	// published default is EUR 10,000.
	DefaultAmount   string
	DefaultCurrency string
}

// Composer writes messages. It is safe for concurrent use.
type Composer struct {
	catalogue *message.Catalogue
	options   Options
}

// New makes a composer for the phases in the catalogue.
func New(c *message.Catalogue, o Options) *Composer {
	if o.Registry == nil {
		o.Registry = KnownParties()
	}
	if o.Authorisations == nil {
		o.Authorisations = KnownAuthorisations()
	}
	if o.DefaultAmount == "" {
		o.DefaultAmount = "10000.00"
	}
	if o.DefaultCurrency == "" {
		o.DefaultCurrency = "EUR"
	}
	return &Composer{catalogue: c, options: o}
}

// Request asks for one message.
type Request struct {
	// Type is the IE code: "IE028".
	Type string
	// Movement as it will be after the event; its MRN is set if the message is to carry one.
	Movement movement.Movement
	// Original is the IE015 or IE007 that created the movement.
	Original *message.Document
	// Declaration is the current declaration: the IE015 or the last accepted IE013; nil means Original. For an
	// arrival it is the declaration of the departure, in its phase, or what Foreign makes; nil if neither is
	// known.
	Declaration *message.Document
	// Presentation is the accepted IE170, whose data override those of the declaration; nil if there is none.
	Presentation *message.Document
	// Departure is, for an arrival, the departure with the same MRN; nil if it is not here.
	Departure *movement.Movement
	// Permission is, for an arrival, the IE043 that shows the consignment; nil if none was sent.
	Permission *message.Document
	// Answered is the trader's message that this one answers or rejects, nil if it answers none.
	Answered *message.Document
	// AnsweredRecord is the record of Answered; its time of receipt is what counts.
	AnsweredRecord movement.Message
	// Now stamps the message, unless the movement has a later message already.
	Now time.Time
	// Stream is where everything random comes from.
	Stream  *clock.Stream
	Content Content
}

// Composed is a finished message.
type Composed struct {
	Written
	Document *message.Document
	// Body is the document as bytes.
	Body []byte
}

// Written is what there is to say of a finished message.
type Written struct {
	// Identification is its messageIdentification, in phase 4 its MesIdeMES19.
	Identification string
	// Interchange is the same in a message of phase 4, and empty in all others: it belongs to the message once nobody else
	// has it (see Renumber).
	Interchange string
	// Warnings tell what had to be left out or made up, for the journal.
	Warnings []string
}

// InvalidError is a message of ours that does not fit its schema, which is a bug of ours.
type InvalidError struct {
	Type   string
	Body   []byte
	Errors []schema.Error
}

// Error lists all schema errors.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Errors))
	for i, one := range e.Errors {
		lines[i] = one.Path + ": " + one.Message
	}
	return fmt.Sprintf("composed %s does not fit its schema: %s", e.Type, strings.Join(lines, "; "))
}

// Compose is Write for whoever needs the message in memory.
func (c *Composer) Compose(r Request) (Composed, error) {
	var body bytes.Buffer
	written, err := c.Write(&body, r)
	if err != nil {
		return Composed{}, err
	}
	d, err := c.catalogue.Parse(r.Movement.Phase, body.Bytes())
	return Composed{Written: written, Document: d, Body: body.Bytes()}, err
}

// Write writes the message and validates it. It is written piece by piece, as is what it repeats of a large declaration, so that neither
// has to be in memory as a whole. The error is an *InvalidError if the message does not fit its schema, and otherwise says what is
// missing, a type that is not composed here or goes to the other side, or a declaration to copy from, or is that of the
// writer. What was written until then is of no use.
func (c *Composer) Write(w io.Writer, r Request) (Written, error) {
	d, err := c.filled(r)
	if err != nil {
		return Written{}, err
	}
	err = d.write(w, c.catalogue.Set(r.Movement.Phase).FitsInside)
	if errors.Is(err, errUnfit) {
		return Written{}, c.unfit(r)
	}
	if err != nil {
		return Written{}, fmt.Errorf("compose %s: %w", r.Type, err)
	}
	return Written{Identification: d.get(d.path(message.Identification)), Interchange: d.interchange, Warnings: d.warnings}, nil
}

// filled is the message but for the goods items that it repeats.
func (c *Composer) filled(r Request) (*draft, error) {
	recipe, known := formatOf(r.Movement.Phase).recipes[r.Type]
	if !known {
		return nil, fmt.Errorf("compose %s: not a message that customs sends", r.Type)
	}
	if arrival := r.Movement.Kind == message.Arrival; recipe.groups == ofArrival && !arrival || recipe.groups == ofDeparture && arrival {
		return nil, fmt.Errorf("compose %s: not a message to the trader of this side", r.Type)
	}
	d, err := c.draft(r)
	if err != nil {
		return nil, fmt.Errorf("compose %s: %w", r.Type, err)
	}
	d.pruned = recipe.pruned
	d.format.header(d, recipe)
	d.format.common(d, recipe)
	recipe.fill(d)
	d.format.repair(d)
	if d.err != nil {
		return nil, fmt.Errorf("compose %s: %w", r.Type, d.err)
	}
	return d, nil
}

// unfit says why a message does not fit its schema: it is composed again, for its text.
func (c *Composer) unfit(r Request) error {
	d, err := c.filled(r)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := d.write(&body, func(*xmltree.Node, *schema.Element) bool { return true }); err != nil {
		return fmt.Errorf("compose %s: %w", r.Type, err)
	}
	root := d.builder.Document().Type.Root
	result := c.catalogue.Set(r.Movement.Phase).Validate(context.Background(), body.Bytes(), schema.Options{Root: root})
	return &InvalidError{Type: r.Type, Body: body.Bytes(), Errors: result.Errors}
}
